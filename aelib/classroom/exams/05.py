"""Hidden half of notebook 05's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np

from aelib.backprop import Network
from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(5)


def _cost_case(n: int, d: int, k: int, *parameters: float) -> tuple[tuple, float]:
    """Arguments for `sparse_cost`, and the averaged cost of the package."""
    net, x = Network([d, k, d], seed=n), rng.random((n, d))
    _, (_, h, y_hat) = net.forward(x)
    lam, rho_bar, gamma = parameters
    expected = net.cost(x, x, lam=lam, rho_bar=rho_bar, gamma=gamma)
    return (x, y_hat, h, *net.weights, *parameters), expected


def _unit_decoder(
    w1: np.ndarray, b1: np.ndarray, w2: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit by unit: what its column loses, its activity gains."""
    w1, b1, w2 = (np.array(a, dtype=float) for a in (w1, b1, w2))
    for j, column in enumerate(w2.T):
        length = np.sqrt((column**2).sum())
        if length > 0:
            w1[j], b1[j], w2[:, j] = w1[j] * length, b1[j] * length, column / length
    return w1, b1, w2


def _layers(d: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return rng.normal(size=(k, d)), rng.normal(size=k), rng.normal(size=(d, k))


def _largest_lam(x: np.ndarray, rho_bar: float, k: int) -> float:
    """Go another way: the eigenvalues of (DC)(DC)ᵀ are the squares of sigma."""
    mean = x.mean(axis=0)
    dc = np.diag(mean * (1 - mean)) @ np.cov(x, rowvar=False, bias=True)
    sigma = np.sqrt(np.sort(np.linalg.eigvalsh(dc @ dc.T))[::-1])
    return float(rho_bar * (1 - rho_bar) * sigma[k - 1])


COSTS = [
    _cost_case(7, 5, 3, 3e-3, 0.1, 1.0),
    _cost_case(20, 4, 6, 0.1, 0.05, 3.0),
    _cost_case(1, 3, 2, 0.0, 0.2, 5.0),
    _cost_case(6, 9, 2, 0.02, 0.1, 0.0),
]
CLOUDS = [rng.random((30, 5)), rng.beta(0.3, 2.0, size=(50, 8))]
# Not two pixels: there, half a sum of squares is their mean.
SILENT = np.ones((3, 4)), np.zeros((3, 4)), np.full((3, 1), 0.5)
SHOWN_COST = _cost_case(3, 5, 2, 0.1, 0.2, 0.5)
DEAD = _layers(4, 3)
DEAD[2][:, 1] = 0.0
ONE = np.array([[1.0, 2.0]]), np.array([-1.0]), np.array([[3.0], [4.0]])
TWO = (
    np.array([[1.0, 0.0], [0.0, 2.0]]),
    np.array([0.5, -0.5]),
    np.array([[2.0, 0.0], [0.0, -0.5]]),
)
LOOSE = (
    np.array([[1.0, -1.0], [0.5, 0.2]]),
    np.array([0.1, 0.3]),
    np.array([[0.6, 0.0], [0.8, 0.0]]),
)
MIXED = (
    np.array([[1.0, -2.0], [0.3, 0.4]]),
    np.array([0.2, -0.1]),
    np.array([[1.0, 2.0], [2.0, -1.0]]),
)
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
SHOWN_CLOUD = np.array(
    [[0.1, 0.9, 0.5], [0.4, 0.2, 0.8], [0.7, 0.6, 0.1], [0.0, 1.0, 0.3]]
)


def _wrong_cost(error: str, penalties: str = "lam / 2 * w + gamma * kl.sum()") -> str:
    return f"""
def sparse_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    n, d, rho = len(y), y.shape[1], h.mean(axis=0)
    kl = rho_bar * np.log(rho_bar / rho)
    kl = kl + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - rho))
    w = (w1 ** 2).sum() + (w2 ** 2).sum()
    return {error} + {penalties}
"""


EXERCISES = (
    Exercise(
        grade_id="ex05-1-clouds",
        function="sparse_cost",
        points=4,
        hints=(
            "All three symptoms say that the error is too weak beside the penalties. "
            "By which factor, for 784 pixels?",
            "UFLDL's error is ½ Σ over pixels, averaged over the images alone.",
            "Add up all squares, halve the sum, and divide it by the number of images "
            "only; the other lines are right.",
        ),
        shown=(
            Case(
                "errors alone: half the squares of an image's pixels, not their mean",
                (*SILENT, np.zeros((1, 4)), np.zeros((4, 1)), 1.0, 0.5, 1.0),
                2.0,
                why="Each of three images has four errors of 1: ½ · 4, not their mean.",
            ),
            Case(
                "weights alone: λ/2 times their squares, whatever the number of pixels",
                (
                    SILENT[1],
                    *SILENT[1:],
                    np.ones((1, 4)),
                    np.zeros((4, 1)),
                    1.0,
                    0.5,
                    1.0,
                ),
                2.0,
                why="½ · 4 · 1²: nothing here is divided by images or pixels.",
            ),
            Case(
                "everything at once",
                *SHOWN_COST,
                tolerance=1e-7,
                why="The averaged form: mean of ½ Σ squares, λ/2 Σ w², γ Σ KL.",
            ),
            Case(
                "the KL divergence is taken of the mean activity, once",
                (
                    SILENT[1],
                    SILENT[1],
                    np.array([[0.1], [0.3], [0.2]]),
                    np.zeros((1, 4)),
                    np.zeros((4, 1)),
                    1.0,
                    0.2,
                    1.0,
                ),
                0.0,
                why="The mean of 0.1, 0.3 and 0.2 is ρ̄ = 0.2.",
            ),
        ),
        cases=(
            Case("UFLDL-like settings", *COSTS[0], tolerance=1e-7),
            Case("strong penalties, a wide code", *COSTS[1], tolerance=1e-7),
            Case("one image, no weight penalty", *COSTS[2], tolerance=1e-7),
            Case("many pixels, no KL", *COSTS[3], tolerance=1e-7),
        ),
        wrong={
            "the mean over images and pixels is still there": _wrong_cost(
                "((y - y_hat) ** 2).mean()"
            ),
            "the half is missing": _wrong_cost("((y - y_hat) ** 2).sum() / n"),
            "errors summed over the images, too": _wrong_cost(
                "0.5 * ((y - y_hat) ** 2).sum()"
            ),
            "the penalties converted instead: the same minimum, another number": (
                _wrong_cost(
                    "((y - y_hat) ** 2).mean()",
                    "2 / d * (lam / 2 * w + gamma * kl.sum())",
                )
            ),
            "the penalties divided by the pixels": _wrong_cost(
                "0.5 * ((y - y_hat) ** 2).sum() / n",
                "(lam / 2 * w + gamma * kl.sum()) / d",
            ),
        },
    ),
    Exercise(
        grade_id="ex05-2-loophole",
        function="unit_decoder",
        points=4,
        hints=(
            "A positive factor passes a ReLU: relu(c s) = c relu(s). Use it.",
            "Column j of w2 divided by its length; what must unit j's activity become?",
            "Multiply row j of w1 and b1[j] by the length of column j; by 1 where "
            "that is 0.",
        ),
        shown=(
            Case(
                "one unit: the column (3, 4) has the length 5",
                ONE,
                _unit_decoder(*ONE),
                why="The activity becomes 5 times larger: w1 and b1 times 5.",
            ),
            Case(
                "each unit has a length of its own",
                TWO,
                _unit_decoder(*TWO),
                why="The lengths are 2 and 0.5; signs of the decoder stay.",
            ),
            Case(
                "a unit that writes nothing stays as it is",
                LOOSE,
                _unit_decoder(*LOOSE),
                why="A column of zeros has no direction, and nothing may become NaN.",
            ),
            Case(
                "several units that write to the same outputs",
                MIXED,
                _unit_decoder(*MIXED),
                why="Columns of w2, the weights *from* a unit, get the length 1.",
            ),
        ),
        cases=(
            Case("five units, three outputs", (a := _layers(3, 5)), _unit_decoder(*a)),
            Case("six outputs, two units", (b := _layers(6, 2)), _unit_decoder(*b)),
            Case("four of each", (c := _layers(4, 4)), _unit_decoder(*c)),
            Case("three units, one silent", DEAD, _unit_decoder(*DEAD)),
        ),
        wrong={
            "the encoder left as it was: other outputs": """
def unit_decoder(w1, b1, w2):
    length = np.linalg.norm(w2, axis=0)
    length = np.where(length > 0, length, 1)
    return w1, b1, w2 / length
""",
            "the encoder divided, too": """
def unit_decoder(w1, b1, w2):
    length = np.linalg.norm(w2, axis=0)
    length = np.where(length > 0, length, 1)
    return w1 / length[:, None], b1 / length, w2 / length
""",
            "the bias forgotten": """
def unit_decoder(w1, b1, w2):
    length = np.linalg.norm(w2, axis=0)
    length = np.where(length > 0, length, 1)
    return w1 * length[:, None], b1, w2 / length
""",
            "one factor for all units": """
def unit_decoder(w1, b1, w2):
    length = np.linalg.norm(w2)
    return w1 * length, b1 * length, w2 / length
""",
            "a column of zeros divided by its length": """
def unit_decoder(w1, b1, w2):
    length = np.linalg.norm(w2, axis=0)
    with np.errstate(all="ignore"):
        return w1 * length[:, None], b1 * length, w2 / length
""",
        },
    ),
    Exercise(
        grade_id="ex05-3-pays",
        function="largest_lam",
        points=4,
        hints=(
            "A pattern pays where σ exceeds a price. Solve for λ: which σ decides?",
            "The k-th best pays while λ < ρ̄ (1 − ρ̄) σ_k, with σ of the matrix D C.",
            "Scale row i of the covariance, divided by n, by m_i (1 − m_i). numpy has "
            "singular values in falling order, and counts from 0.",
        ),
        shown=(
            Case(
                "half active: ¼ of the largest singular value",
                (CORNERS, 0.5, 1),
                1 / 64,
                why="Variance ¼, slope of the outputs ¼, and ρ̄(1 − ρ̄) = ¼.",
            ),
            Case(
                "the second pattern at ρ̄ = 0.1",
                (CORNERS, 0.1, 2),
                0.09 / 16,
                why="Patterns are counted from 1; ρ̄(1 − ρ̄) = 0.09.",
            ),
            Case(
                "pixels of different mean and variance",
                (SHOWN_CLOUD, 0.2, 2),
                _largest_lam(SHOWN_CLOUD, 0.2, 2),
                why="Each output has its own slope m (1 − m), and C is centred.",
            ),
            Case(
                "the best pattern of the same data",
                (SHOWN_CLOUD, 0.2, 1),
                _largest_lam(SHOWN_CLOUD, 0.2, 1),
                why="The first pattern has the largest singular value, so λ is larger.",
            ),
        ),
        cases=(
            Case("best pattern", (CLOUDS[0], 0.1, 1), _largest_lam(CLOUDS[0], 0.1, 1)),
            Case("third", (CLOUDS[0], 0.02, 3), _largest_lam(CLOUDS[0], 0.02, 3)),
            Case("half active", (CLOUDS[1], 0.5, 2), _largest_lam(CLOUDS[1], 0.5, 2)),
            Case("other data", (CLOUDS[1], 0.05, 5), _largest_lam(CLOUDS[1], 0.05, 5)),
        ),
        wrong={
            "the outputs' slope forgotten": """
def largest_lam(x, rho_bar, k):
    c = np.cov(x, rowvar=False, bias=True)
    return rho_bar * (1 - rho_bar) * np.linalg.svd(c, compute_uv=False)[k - 1]
""",
            "rho_bar instead of the slope": """
def largest_lam(x, rho_bar, k):
    m = x.mean(axis=0)
    c = (m * (1 - m))[:, None] * np.cov(x, rowvar=False, bias=True)
    return rho_bar * np.linalg.svd(c, compute_uv=False)[k - 1]
""",
            "data not centred": """
def largest_lam(x, rho_bar, k):
    m = x.mean(axis=0)
    c = (m * (1 - m))[:, None] * (x.T @ x / len(x))
    return rho_bar * (1 - rho_bar) * np.linalg.svd(c, compute_uv=False)[k - 1]
""",
            "counted from zero": """
def largest_lam(x, rho_bar, k):
    m = x.mean(axis=0)
    c = (m * (1 - m))[:, None] * np.cov(x, rowvar=False, bias=True)
    s = np.append(np.linalg.svd(c, compute_uv=False), 0.0)
    return rho_bar * (1 - rho_bar) * s[k]
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex05-4-letters",
        points=4,
        rubric={
            "The prediction stands before the training: patterns that pay, from the "
            "letters' own singular values, for the λ and ρ̄ chosen.": 1,
            "One thing differs between the runs that are compared (λ, say), and they "
            "are trained equally long.": 1,
            "Strokes are judged by the score's parts, elongation among them, and by "
            "the picture; not by the picture alone.": 1,
            "The prediction is compared with the dimensions used, and it is said "
            "openly where it failed.": 1,
        },
    ),
)
