"""Hidden half of notebook 09's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': one sample after the other and
every output as a sum, least squares over all masks, and a network run pixel by pixel.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import expit

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(9)


def _trained(x: np.ndarray, masks: np.ndarray, eta: float) -> np.ndarray:
    """Go another way: the gradient as a sum of outer products, sample by sample."""
    w = np.eye(x.shape[1])
    for mask in masks:
        step = np.zeros_like(w)
        for clean, kept in zip(x, mask, strict=True):
            seen = np.where(kept == 1, clean, 0.0)
            step += np.outer(clean - w @ seen, seen)
        w = w + eta * step / len(x)
    return w


def _cure(x: np.ndarray, p: float) -> np.ndarray:
    """Go another way: least squares over every mask, weighted by its probability."""
    masks = np.array(list(itertools.product((0, 1), repeat=x.shape[1])))
    kept = masks.sum(axis=1)
    roots = np.sqrt((1 - p) ** kept * p ** (x.shape[1] - kept))[:, None, None]
    spoilt = (roots * masks[:, None] * x).reshape(-1, x.shape[1])
    wanted = (roots * x).reshape(-1, x.shape[1])
    return np.linalg.lstsq(spoilt, wanted, rcond=None)[0].T


def _doubts(x, w1, b1, w2, b2) -> tuple[float, float]:
    """Go another way: all specks, then all holes, as one batch each."""

    def answers(places: np.ndarray, value: float) -> np.ndarray:
        spoilt = np.repeat(x[None], len(places), axis=0)
        spoilt[range(len(places)), places] = value
        outputs = expit(expit(spoilt @ w1.T + b1) @ w2.T + b2)
        return outputs[range(len(places)), places]

    paper, ink = np.flatnonzero(x < 0.5), np.flatnonzero(x >= 0.5)
    return float(1 - answers(paper, 1).mean()), float(answers(ink, 0).mean())


def _net(d: int, k: int, scale: float = 2.0) -> tuple[np.ndarray, ...]:
    shapes = ((k, d), (k,), (d, k), (d,))
    return tuple(scale * rng.normal(size=shape) for shape in shapes)


def _masks(epochs: int, n: int, d: int, p: float) -> np.ndarray:
    return (rng.random((epochs, n, d)) >= p).astype(float)


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-8) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


CLEAN = [rng.normal(size=(9, 4)), rng.random((30, 5)), rng.random((20, 6))]
UNEVEN = np.array([[1.0, 2.0], [0.5, 0.1], [2.0, 3.0]])
IMAGES = [rng.random(6), rng.random(9), (rng.random(12) > 0.7) * 1.0]
ONE, NONE = np.ones((1, 1)), np.zeros(1)
STROKE = np.array([0.0, 1.0, 0.9, 0.2])
BLOCK = (
    np.array([[4.0, -2.0, 1.0, 0.0], [0.0, 3.0, 3.0, -1.0], [1.0, 1.0, -2.0, 2.0]]),
    np.array([-1.0, -2.0, 0.5]),
    np.array([[3.0, -1.0, 0.0], [-2.0, 4.0, 0.5], [0.0, 4.0, -1.0], [1.0, 0.0, 2.0]]),
    np.array([-1.0, -1.0, 0.0, -2.0]),
)

EXERCISES = (
    Exercise(
        grade_id="ex09-5-repair",
        function="train_denoiser",
        points=4,
        hints=(
            "Write down, for one step, which of the two, clean or spoilt, stands in "
            "each of three places: what goes in, what is wanted, what the step goes "
            "along. Then ask where the spoilt one comes from in the next epoch.",
            "The first symptom has to do with what the output is compared with. The "
            "second with what a loop repeats. For the third, look at the formula for "
            "Δw in the section on the gradient.",
            "Three changes: the loop variable, not the first of the masks, spoils the "
            "input; the error is taken at the clean x; and the step goes along the "
            "input that the layer has received.",
        ),
        shown=(
            _case(
                "what is wanted is the clean image",
                _trained,
                np.array([[1.0, 1.0]]),
                np.array([[[1.0, 0.0]]]),
                0.5,
                why="The error is (0, 1): the hidden second pixel is wanted.",
            ),
            _case(
                "a masked pixel moves none of its weights",
                _trained,
                np.array([[2.0, 3.0], [1.0, 4.0]]),
                np.array([[[0.0, 1.0], [0.0, 1.0]]]),
                0.1,
                why="It has sent 0 both times: the first column stays (1, 0).",
            ),
            _case(
                "each epoch spoils afresh",
                _trained,
                np.array([[1.0, 2.0, 0.5]]),
                np.array([[[1.0, 1.0, 0.0]], [[0.0, 1.0, 1.0]], [[1.0, 0.0, 1.0]]]),
                0.2,
                why="The second and third steps have masks of their own.",
            ),
            _case(
                "several samples, a mean of their steps",
                _trained,
                np.array([[1.0, 0.5], [0.2, 1.5], [2.0, 1.0]]),
                np.array(
                    [
                        [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]],
                        [[0.0, 1.0], [1.0, 1.0], [1.0, 0.0]],
                    ]
                ),
                0.3,
                why="Steps are means over samples, whatever their number.",
            ),
            _case(
                "without a mask there is nothing to repair",
                _trained,
                np.array([[1.0, 0.5], [0.2, 1.5]]),
                np.ones((2, 2, 2)),
                0.3,
                why="The identity makes no error on clean images, and stays.",
            ),
        ),
        cases=(
            _case(
                "ten epochs, half of the pixels masked",
                _trained,
                CLEAN[1],
                _masks(10, 30, 5, 0.5),
                0.2,
            ),
            _case(
                "values of both signs",
                _trained,
                CLEAN[0],
                _masks(6, 9, 4, 0.3),
                0.1,
            ),
            _case(
                "heavy masking, many pixels",
                _trained,
                CLEAN[2],
                _masks(20, 20, 6, 0.8),
                0.3,
            ),
        ),
        wrong={
            "the spoilt image is wanted, so that nothing moves": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for mask in masks:
        noisy = x * masks[0]
        error = noisy - noisy @ W.T
        W = W + eta * error.T @ x / len(x)
    return W
""",
            "the noise of the first epoch in all of them": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for _ in masks:
        noisy = x * masks[0]
        error = x - noisy @ W.T
        W = W + eta * error.T @ noisy / len(x)
    return W
""",
            "a step along the clean image": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for mask in masks:
        noisy = x * mask
        error = x - noisy @ W.T
        W = W + eta * error.T @ x / len(x)
    return W
""",
            "clean in, spoilt wanted": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for mask in masks:
        error = x * mask - x @ W.T
        W = W + eta * error.T @ x / len(x)
    return W
""",
            "only the hidden pixels are compared": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for mask in masks:
        noisy = x * mask
        error = (x - noisy @ W.T) * (1 - mask)
        W = W + eta * error.T @ noisy / len(x)
    return W
""",
            "a step up the error": """
def train_denoiser(x, masks, eta):
    W = np.eye(x.shape[1])
    for mask in masks:
        noisy = x * mask
        error = x - noisy @ W.T
        W = W - eta * error.T @ noisy / len(x)
    return W
""",
        },
    ),
    Exercise(
        grade_id="ex09-2-masking",
        function="masking_cure",
        points=4,
        hints=(
            "Write the entry of row i and column k of each matrix as a mean over the "
            "masks. When does a pixel's mask appear once, and when twice?",
            "E[x x̃ᵀ]: only x̃ is masked, so every entry is multiplied by the same "
            "number. E[x̃ x̃ᵀ]: two different pixels must both survive; on the "
            "diagonal it is one pixel, and surviving twice is surviving once.",
            "With S the mean of x xᵀ: every entry of the first is (1 − p) S, the "
            "second has (1 − p)² S off its diagonal and (1 − p) S on it. W is the "
            "first times the inverse of the second, in that order.",
        ),
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
            Case(
                "one pixel in ten masked", (CLEAN[1], 0.1), _cure(CLEAN[1], 0.1), 1e-7
            ),
            Case(
                "nine pixels in ten masked", (CLEAN[2], 0.9), _cure(CLEAN[2], 0.9), 1e-7
            ),
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
        grade_id="ex09-6-doubts",
        function="doubts",
        points=4,
        hints=(
            "Which pixels are paper, which are ink? Spoil one of them in a copy of the "
            "image, run the network, and look at one number of its output.",
            "At a paper pixel that has become 1, the network believes the speck as far "
            "as its output there is near 1. At an ink pixel that has become 0, it "
            "doubts the hole as far as its output there is near 1.",
            "Loop over the pixels. In a copy, set pixel i to 1 where x[i] < 0.5 and to "
            "0 elsewhere; run both layers; keep 1 − ŷ_i or ŷ_i in the list that it "
            "belongs to; at last take the mean of each list.",
        ),
        shown=(
            _case(
                "it believes nothing: a speck goes, a hole is not filled",
                _doubts,
                np.array([0.0, 1.0]),
                np.zeros((1, 2)),
                NONE,
                np.zeros((2, 1)),
                np.full(2, -40.0),
                why="The output is 0 whatever comes in.",
            ),
            _case(
                "a wire doubts nothing",
                _doubts,
                np.array([0.0, 1.0, 1.0]),
                80 * np.eye(3),
                np.full(3, -40.0),
                80 * np.eye(3),
                np.full(3, -40.0),
                why="Each pixel comes out as it went in: specks stay, holes stay.",
            ),
            _case(
                "one pixel at a time, the others as they are",
                _doubts,
                STROKE,
                *BLOCK,
                why="The network judges each speck by the clean pixels around it.",
            ),
            _case(
                "what is 0.5 or more is ink",
                _doubts,
                np.array([0.5, 0.49, 1.0, 0.0]),
                *BLOCK,
                why="0.5 is the border, and belongs to the ink.",
            ),
            _case(
                "grey paper becomes a speck of 1, grey ink a hole of 0",
                _doubts,
                np.array([0.3, 0.8, 0.6, 0.4]),
                *BLOCK,
                why="A speck is 1 and a hole 0, however grey the pixel was.",
            ),
        ),
        cases=(
            _case("a larger image, many units", _doubts, IMAGES[0], *_net(6, 8)),
            _case("more paper than ink", _doubts, IMAGES[2], *_net(12, 5)),
            _case("fewer units than pixels", _doubts, IMAGES[1], *_net(9, 3)),
            _case("weak weights", _doubts, IMAGES[0], *_net(6, 4, 0.3)),
        ),
        wrong={
            "all specks at once": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    ink = x >= 0.5
    specks, holes = run(np.where(ink, x, 1.0)), run(np.where(ink, 0.0, x))
    return 1 - specks[~ink].mean(), holes[ink].mean()
""",
            "the two numbers swapped": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    found = [[], []]
    for i in range(len(x)):
        z, ink = x.copy(), int(x[i] >= 0.5)
        z[i] = 1 - ink
        found[ink].append(run(z)[i])
    return np.mean(found[1]), 1 - np.mean(found[0])
""",
            "what is left of a speck, not what is gone": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    found = [[], []]
    for i in range(len(x)):
        z, ink = x.copy(), int(x[i] >= 0.5)
        z[i] = 1 - ink
        found[ink].append(run(z)[i])
    return np.mean(found[0]), np.mean(found[1])
""",
            "outputs for the unspoilt image": """
def doubts(x, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y = 1 / (1 + np.exp(-(w2 @ h + b2)))
    ink = x >= 0.5
    return 1 - y[~ink].mean(), y[ink].mean()
""",
            "a pixel turned to its negative": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    found = [[], []]
    for i in range(len(x)):
        z, ink = x.copy(), int(x[i] >= 0.5)
        z[i] = 1 - x[i]
        found[ink].append(run(z)[i])
    return 1 - np.mean(found[0]), np.mean(found[1])
""",
            "the whole output instead of the spoilt pixel": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    found = [[], []]
    for i in range(len(x)):
        z, ink = x.copy(), int(x[i] >= 0.5)
        z[i] = 1 - ink
        found[ink].append(run(z).mean())
    return 1 - np.mean(found[0]), np.mean(found[1])
""",
            "specks that stay while the next one comes": """
def doubts(x, w1, b1, w2, b2):
    def run(z):
        return 1 / (1 + np.exp(-(w2 @ (1 / (1 + np.exp(-(w1 @ z + b1)))) + b2)))
    found, z = [[], []], x.copy()
    for i in range(len(x)):
        ink = int(x[i] >= 0.5)
        z[i] = 1 - ink
        found[ink].append(run(z)[i])
    return 1 - np.mean(found[0]), np.mean(found[1])
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex09-7-competition",
        points=6,
        rubric={
            "The noise that was trained on is named, and how it was guessed from the "
            "noisy digits alone.": 1,
            "What the network has learned to doubt is measured (specks, holes, or each "
            "noise by itself), not only said.": 1,
            "Set against the noisy input and at least one tuned opponent, on digits "
            "that chose nothing.": 1,
            "Three seeds or draws, with the spread.": 1,
            "Written down before the mixture is disclosed: a result that would count "
            "against the choice.": 1,
            "Says where the network does harm: clean digits, or one noise of the "
            "mixture.": 1,
        },
    ),
)
