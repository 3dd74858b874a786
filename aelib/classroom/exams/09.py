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

EXERCISES = (
    Exercise(
        grade_id="ex09-1-gradients",
        function="denoising_gradients",
        points=4,
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
