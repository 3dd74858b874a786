"""Hidden half of notebook 09's exercises.  It stays with the instructor."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import softmax

from aelib.backprop import Network
from aelib.corruption import Corruption
from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(9)


def _gradients_case(n: int, d: int, k: int, kind: str) -> tuple[tuple, tuple]:
    """Arguments for `denoising_gradients`, and the gradients of `Network`."""
    net, x = Network([d, k, d], seed=n), rng.random((n, d))
    for b in net.biases:
        b[:] = rng.normal(size=b.shape)
    x_noisy = Corruption(kind, 0.5)(x, seed=n)
    (w1, w2), (b1, b2) = net.weights, net.biases
    return (x, x_noisy, w1, b1, w2, b2), tuple(net.gradients(x_noisy, x)[0])


def _cure(x: np.ndarray, p: float) -> np.ndarray:
    """Go another way: least squares over every mask, weighted by its probability."""
    masks = np.array(list(itertools.product((0, 1), repeat=x.shape[1])))
    kept = masks.sum(axis=1)
    roots = np.sqrt((1 - p) ** kept * p ** (x.shape[1] - kept))[:, None, None]
    spoilt = (roots * masks[:, None] * x).reshape(-1, x.shape[1])
    wanted = (roots * x).reshape(-1, x.shape[1])
    return np.linalg.lstsq(spoilt, wanted, rcond=None)[0].T


def _posterior(x_noisy: np.ndarray, images: np.ndarray, sigma: float) -> np.ndarray:
    """Go another way: one point at a time, weights by SciPy's softmax."""
    rows = []
    for z in x_noisy:
        squares = [((z - image) ** 2).sum() for image in images]
        rows.append(softmax(-np.array(squares) / (2 * sigma**2)) @ images)
    return np.array(rows)


GRADIENTS = [
    _gradients_case(7, 5, 3, "masking"),
    _gradients_case(4, 6, 8, "gaussian"),
    _gradients_case(1, 3, 2, "salt_and_pepper"),
]
CLEAN = [rng.normal(size=(9, 4)), rng.random((30, 5)), rng.random((20, 6))]
IMAGES = [rng.random((6, 4)), rng.random((40, 9))]
POINTS = [rng.random((3, 4)), rng.random((5, 9))]


def _gradients(x, x_noisy, w1, b1, w2, b2) -> tuple[np.ndarray, ...]:
    net = Network.from_parameters([w1, w2], [b1, b2])
    return tuple(net.gradients(x_noisy, x)[0])


ONE, NIL, HALF = np.ones((1, 1)), np.zeros(1), np.full(1, -0.5)
SHOWN_NETS = [
    (ONE, 2 * ONE, 0 * ONE, NIL, ONE, HALF),
    (ONE, 0 * ONE, 0 * ONE, NIL, ONE, HALF),
    (
        np.array([[1.0, 0.0, 0.5], [0.2, 0.9, 0.4]]),
        np.array([[1.0, 0.3, 0.0], [0.0, 0.9, 0.6]]),
        np.array([[0.5, -1.0, 0.2], [0.3, 0.4, -0.6]]),
        np.array([0.1, -0.1]),
        np.array([[1.0, 0.0], [-0.5, 0.7], [0.2, 0.2]]),
        np.array([0.0, 0.1, -0.3]),
    ),
]
UNEVEN = np.array([[1.0, 2.0], [0.5, 0.1], [2.0, 3.0]])
PAIR = np.array([[0.0, 0.0], [1.0, 0.0]])
SHOWN_POINTS = np.array([[0.5, 7.0], [1.0, 0.0], [0.2, -0.4]])

EXERCISES = (
    Exercise(
        grade_id="ex09-1-gradients",
        function="denoising_gradients",
        points=4,
        shown=(
            Case(
                "what was sent is the noisy input",
                SHOWN_NETS[0],
                _gradients(*SHOWN_NETS[0]),
                1e-8,
                why="dJ/dw1 = −δ_j times what the layer received, here 2.",
            ),
            Case(
                "a masked pixel moves no weight",
                SHOWN_NETS[1],
                _gradients(*SHOWN_NETS[1]),
                1e-8,
                why="It sent 0, whatever the clean pixel is.",
            ),
            Case(
                "a batch, averaged, with the clean image as target",
                SHOWN_NETS[2],
                _gradients(*SHOWN_NETS[2]),
                1e-8,
                why="Errors are x − ŷ(x_noisy), and gradients are means over samples.",
            ),
        ),
        cases=(
            Case("masking noise", *GRADIENTS[0], tolerance=1e-8),
            Case("Gaussian noise, wide code", *GRADIENTS[1], tolerance=1e-8),
            Case("one sample", *GRADIENTS[2], tolerance=1e-8),
            Case(
                "no noise: the plain autoencoder's",
                (GRADIENTS[0][0][0], *GRADIENTS[0][0][:1], *GRADIENTS[0][0][2:]),
                tuple(
                    Network.from_parameters(
                        [GRADIENTS[0][0][2], GRADIENTS[0][0][4]],
                        [GRADIENTS[0][0][3], GRADIENTS[0][0][5]],
                    ).gradients(GRADIENTS[0][0][0], GRADIENTS[0][0][0])[0]
                ),
                tolerance=1e-8,
            ),
        ),
        wrong={
            "step along the clean input": """
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x_noisy @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d = (x - y) * y * (1 - y)
    e = (d @ w2) * h * (1 - h)
    return -e.T @ x / len(x), -d.T @ h / len(x)
""",
            "noisy input as target": """
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x_noisy @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d = (x_noisy - y) * y * (1 - y)
    e = (d @ w2) * h * (1 - h)
    return -e.T @ x_noisy / len(x), -d.T @ h / len(x)
""",
            "clean digit in, noisy one out": """
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d = (x_noisy - y) * y * (1 - y)
    e = (d @ w2) * h * (1 - h)
    return -e.T @ x / len(x), -d.T @ h / len(x)
""",
            "sign of delta, not of the gradient": """
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x_noisy @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d = (x - y) * y * (1 - y)
    e = (d @ w2) * h * (1 - h)
    return e.T @ x_noisy / len(x), d.T @ h / len(x)
""",
            "summed over samples": """
def denoising_gradients(x, x_noisy, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x_noisy @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    d = (x - y) * y * (1 - y)
    e = (d @ w2) * h * (1 - h)
    return -e.T @ x_noisy, -d.T @ h
""",
        },
    ),
    Exercise(
        grade_id="ex09-2-masking",
        function="masking_cure",
        points=4,
        shown=(
            Case(
                "where no neighbour can help, nothing changes",
                (np.eye(3), 0.5),
                np.eye(3),
                why="E[x x̃ᵀ] and E[x̃ x̃ᵀ] both are (1 − p)/3 on the diagonal.",
            ),
            Case(
                "twins stand in for each other",
                (np.ones((4, 2)), 0.5),
                np.full((2, 2), 2 / 3),
                why="Off the diagonal both must stay, (1 − p)²; on it one, 1 − p.",
            ),
            Case(
                "light masking, values of different size",
                (UNEVEN, 0.2),
                _cure(UNEVEN, 0.2),
                1e-7,
                why="p is the chance to be masked; W stands to the left of x̃.",
            ),
        ),
        cases=(
            Case("centred data", (CLEAN[0], 0.5), _cure(CLEAN[0], 0.5), 1e-7),
            Case("light masking", (CLEAN[1], 0.1), _cure(CLEAN[1], 0.1), 1e-7),
            Case("heavy masking", (CLEAN[2], 0.9), _cure(CLEAN[2], 0.9), 1e-7),
            Case("values of one sign", (CLEAN[1], 0.3), _cure(CLEAN[1], 0.3), 1e-7),
        ),
        wrong={
            "diagonal like the rest": """
def masking_cure(x, p):
    s = x.T @ x / len(x)
    return (1 - p) * np.linalg.solve((1 - p) ** 2 * s, s).T
""",
            "diagonal not masked at all": """
def masking_cure(x, p):
    s = x.T @ x / len(x)
    q = (1 - p) ** 2 * s
    np.fill_diagonal(q, np.diag(s))
    return (1 - p) * np.linalg.solve(q, s).T
""",
            "first matrix not masked": """
def masking_cure(x, p):
    s = x.T @ x / len(x)
    q = (1 - p) ** 2 * s + p * (1 - p) * np.diag(np.diag(s))
    return np.linalg.solve(q, s).T
""",
            "p for the share that stays": """
def masking_cure(x, p):
    s = x.T @ x / len(x)
    q = p ** 2 * s + p * (1 - p) * np.diag(np.diag(s))
    return p * np.linalg.solve(q, s).T
""",
            "transposed": """
def masking_cure(x, p):
    s = x.T @ x / len(x)
    q = (1 - p) ** 2 * s + p * (1 - p) * np.diag(np.diag(s))
    return (1 - p) * np.linalg.solve(q, s)
""",
        },
    ),
    Exercise(
        grade_id="ex09-3-posterior",
        function="posterior_mean",
        points=4,
        shown=(
            Case(
                "halfway between two images",
                (np.array([[0.5, 7.0]]), PAIR, 0.3),
                np.array([[0.5, 0.0]]),
                why="Both are equally far away, so that each counts one half.",
            ),
            Case(
                "at one of them, with much noise",
                (np.array([[1.0, 0.0]]), PAIR, 0.5),
                _posterior(np.array([[1.0, 0.0]]), PAIR, 0.5),
                why="Weights go as exp(−|x̃ − x|² / 2σ²): 1 to e⁻², so 0.88.",
            ),
            Case(
                "far away from both",
                (np.array([[40.0, 40.0]]), PAIR, 0.3),
                _posterior(np.array([[40.0, 40.0]]), PAIR, 0.3),
                1e-7,
                why="Subtract the smallest exponent first: only ratios matter.",
            ),
            Case(
                "three noisy images at once",
                (SHOWN_POINTS, PAIR, 0.8),
                _posterior(SHOWN_POINTS, PAIR, 0.8),
                why="Each noisy image has its own weights, which sum to 1.",
            ),
        ),
        cases=(
            Case(
                "much noise",
                (POINTS[0], IMAGES[0], 0.5),
                _posterior(POINTS[0], IMAGES[0], 0.5),
            ),
            Case(
                "little noise: nearly the nearest image",
                (POINTS[1], IMAGES[1], 0.05),
                _posterior(POINTS[1], IMAGES[1], 0.05),
            ),
            Case(
                "far away from all images",
                (POINTS[0] + 40, IMAGES[0], 0.3),
                _posterior(POINTS[0] + 40, IMAGES[0], 0.3),
                1e-7,
            ),
            Case(
                "other images, more noise",
                (POINTS[1], IMAGES[1], 2.0),
                _posterior(POINTS[1], IMAGES[1], 2.0),
            ),
        ),
        wrong={
            "weights underflow": """
def posterior_mean(x_noisy, images, sigma):
    s = ((x_noisy[:, None] - images[None]) ** 2).sum(axis=2)
    w = np.exp(-s / (2 * sigma ** 2))
    with np.errstate(invalid="ignore"):
        return w @ images / w.sum(axis=1, keepdims=True)
""",
            "nearest image only": """
def posterior_mean(x_noisy, images, sigma):
    s = ((x_noisy[:, None] - images[None]) ** 2).sum(axis=2)
    return images[s.argmin(axis=1)]
""",
            "factor ½ forgotten": """
def posterior_mean(x_noisy, images, sigma):
    s = ((x_noisy[:, None] - images[None]) ** 2).sum(axis=2)
    w = np.exp(-(s - s.min(axis=1, keepdims=True)) / sigma ** 2)
    return w @ images / w.sum(axis=1, keepdims=True)
""",
            "distance, not its square": """
def posterior_mean(x_noisy, images, sigma):
    s = ((x_noisy[:, None] - images[None]) ** 2).sum(axis=2) ** 0.5
    w = np.exp(-(s - s.min(axis=1, keepdims=True)) / (2 * sigma ** 2))
    return w @ images / w.sum(axis=1, keepdims=True)
""",
            "not normalized": """
def posterior_mean(x_noisy, images, sigma):
    s = ((x_noisy[:, None] - images[None]) ** 2).sum(axis=2)
    w = np.exp(-(s - s.min(axis=1, keepdims=True)) / (2 * sigma ** 2))
    return w @ images
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex09-4-words",
        points=4,
        rubric={
            "Robust to the trained noise: masking only removes ink.": 1,
            "So specks count as strokes; perhaps worse than raw pixels.": 1,
            "Test on noises not trained on, against controls.": 1,
            "A remedy: train with specks, or with several noises.": 1,
        },
    ),
)
