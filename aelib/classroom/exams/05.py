"""Hidden half of notebook 05's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np

from aelib.backprop import Network
from aelib.exercises.cases import Case, Exercise, Question
from aelib.units import window_share

rng = np.random.default_rng(5)


def _cost_case(n: int, d: int, k: int, *parameters: float) -> tuple[tuple, float]:
    """Arguments for `summed_cost`, and N times the averaged cost of the package."""
    net, x = Network([d, k, d], seed=n), rng.random((n, d))
    _, (_, h, y_hat) = net.forward(x)
    lam, rho_bar, gamma = parameters
    expected = n * net.cost(x, x, lam=lam, rho_bar=rho_bar, gamma=gamma)
    return (x, y_hat, h, *net.weights, *parameters), expected


def _largest_lam(x: np.ndarray, rho_bar: float, k: int) -> float:
    """Go another way: the eigenvalues of (DC)(DC)ᵀ are the squares of sigma."""
    mean = x.mean(axis=0)
    dc = np.diag(mean * (1 - mean)) @ np.cov(x, rowvar=False, bias=True)
    sigma = np.sqrt(np.sort(np.linalg.eigvalsh(dc @ dc.T))[::-1])
    return float(rho_bar * (1 - rho_bar) * sigma[k - 1])


FEATURES = [rng.normal(size=shape) for shape in ((9, 9), (6, 6), (28, 28))]
CORNER = np.pad(np.ones((3, 3)), ((7, 0), (7, 0)))
COSTS = [
    _cost_case(7, 5, 3, 3e-3, 0.1, 1.0),
    _cost_case(20, 4, 6, 0.1, 0.05, 3.0),
    _cost_case(1, 3, 2, 0.0, 0.2, 5.0),
]
CLOUDS = [rng.random((30, 5)), rng.beta(0.3, 2.0, size=(50, 8))]

SILENT = np.ones((3, 2)), np.zeros((3, 2)), np.full((3, 1), 0.5)
SHOWN_COST = _cost_case(3, 2, 2, 0.1, 0.2, 0.5)
TALL = np.pad(np.ones((3, 3)), ((4, 0), (1, 0)))
TALL[0, 0] = -1.0
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
SHOWN_CLOUD = np.array(
    [[0.1, 0.9, 0.5], [0.4, 0.2, 0.8], [0.7, 0.6, 0.1], [0.0, 1.0, 0.3]]
)

EXERCISES = (
    Exercise(
        grade_id="ex05-1-window",
        function="best_window",
        points=4,
        shown=(
            Case(
                "equal weights: a window's share is its area's",
                (np.ones((4, 4)), 2),
                0.25,
                why="4 of 16 weights.",
            ),
            Case(
                "energy is the square of a weight",
                (np.diag([3.0, 0.0, 0.0, 1.0]), 2),
                0.9,
                why="9 of 9 + 1.",
            ),
            Case(
                "the last row and column are looked at",
                (np.diag([1.0, 0.0, 2.0]), 2),
                0.8,
                why="A window of 2 has two places along a side of 3.",
            ),
            Case(
                "a window may stand anywhere",
                (np.pad([[1.0, 2.0], [1.0, 1.0]], 1), 2),
                1.0,
                why="All the energy lies in the four weights in the middle.",
            ),
            Case(
                "a feature that is wider than high",
                (np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]), 2),
                1.0,
                why="Rows and columns have limits of their own.",
            ),
            Case(
                "a window of 3 at the lower end of a feature that is 7 high",
                (TALL, 3),
                0.9,
                why="The window holds 9 of 10; there are five places down, two across.",
            ),
        ),
        cases=(
            Case(
                "window of 3 in 9 × 9",
                (FEATURES[0], 3),
                float(window_share(FEATURES[0][None], 3)[0]),
            ),
            Case("window as large as the feature", (FEATURES[1], 6), 1.0),
            Case("a feature in the last rows and columns", (CORNER, 3), 1.0),
            Case(
                "window of 7 in 28 × 28",
                (FEATURES[2], 7),
                float(window_share(FEATURES[2][None], 7)[0]),
            ),
        ),
        wrong={
            "absolute weights, not energy": """
def best_window(w, size):
    e = abs(w)
    m = len(e) - size + 1
    return max(
        e[r:r + size, c:c + size].sum() for r in range(m) for c in range(m)
    ) / e.sum()
""",
            "last row and column of windows forgotten": """
def best_window(w, size):
    e = w ** 2
    m = max(1, len(e) - size)
    return max(
        e[r:r + size, c:c + size].sum() for r in range(m) for c in range(m)
    ) / e.sum()
""",
            "windows side by side only": """
def best_window(w, size):
    e = w ** 2
    m = len(e)
    return max(
        e[r:r + size, c:c + size].sum()
        for r in range(0, m, size) for c in range(0, m, size)
    ) / e.sum()
""",
            "window around the largest weight": """
def best_window(w, size):
    e = w ** 2
    r, c = np.unravel_index(e.argmax(), e.shape)
    r, c = max(0, r - size // 2), max(0, c - size // 2)
    return e[r:r + size, c:c + size].sum() / e.sum()
""",
        },
    ),
    Exercise(
        grade_id="ex05-2-summed",
        function="summed_cost",
        points=4,
        shown=(
            Case(
                "errors alone: half the squares, summed over samples",
                (*SILENT, np.zeros((1, 2)), np.zeros((2, 1)), 1.0, 0.5, 1.0),
                3.0,
                why="Six errors of 1, and ½ of each.",
            ),
            Case(
                "weights alone: N times λ/2",
                (
                    SILENT[1],
                    *SILENT[1:],
                    np.ones((1, 2)),
                    np.zeros((2, 1)),
                    1.0,
                    0.5,
                    1.0,
                ),
                3.0,
                why="Three samples, so 3 · ½ · (1² + 1²).",
            ),
            Case(
                "everything at once",
                *SHOWN_COST,
                tolerance=1e-7,
                why="N times the averaged cost: each of its three terms grows by N.",
            ),
        ),
        cases=(
            Case("typical settings", *COSTS[0], tolerance=1e-7),
            Case("strong penalties, wide code", *COSTS[1], tolerance=1e-7),
            Case("one sample: summed is averaged", *COSTS[2], tolerance=1e-7),
            Case(
                "no penalty",
                (*COSTS[0][0][:5], 0.0, 0.1, 0.0),
                float(0.5 * np.square(COSTS[0][0][0] - COSTS[0][0][1]).sum()),
            ),
        ),
        wrong={
            "weight term not multiplied by N": """
def summed_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    n, r = len(h), h.mean(axis=0)
    kl = rho_bar * np.log(rho_bar / r)
    kl = kl + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - r))
    w = (w1 ** 2).sum() + (w2 ** 2).sum()
    return 0.5 * ((y - y_hat) ** 2).sum() + lam / 2 * w + n * gamma * kl.sum()
""",
            "gamma taken for beta": """
def summed_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    n, r = len(h), h.mean(axis=0)
    kl = rho_bar * np.log(rho_bar / r)
    kl = kl + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - r))
    w = (w1 ** 2).sum() + (w2 ** 2).sum()
    return 0.5 * ((y - y_hat) ** 2).sum() + n * lam / 2 * w + gamma * kl.sum()
""",
            "KL of each sample's activity, then summed": """
def summed_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    n = len(h)
    kl = rho_bar * np.log(rho_bar / h)
    kl = kl + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - h))
    w = (w1 ** 2).sum() + (w2 ** 2).sum()
    return 0.5 * ((y - y_hat) ** 2).sum() + n * lam / 2 * w + gamma * kl.sum()
""",
            "KL the wrong way round": """
def summed_cost(y, y_hat, h, w1, w2, lam, rho_bar, gamma):
    n, r = len(h), h.mean(axis=0)
    kl = r * np.log(r / rho_bar) + (1 - r) * np.log((1 - r) / (1 - rho_bar))
    w = (w1 ** 2).sum() + (w2 ** 2).sum()
    return 0.5 * ((y - y_hat) ** 2).sum() + n * lam / 2 * w + n * gamma * kl.sum()
""",
        },
    ),
    Exercise(
        grade_id="ex05-3-pays",
        function="largest_lam",
        points=4,
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
        grade_id="ex05-4-words",
        points=4,
        rubric={
            "The loss is divided by the pixels: 392 times smaller than UFLDL's.": 1,
            "So both penalties are 392 times too strong: collapse.": 1,
            "The right loss, or both penalties times 2/784.": 1,
            "Counting the patterns that pay (or an equally sound check beforehand).": 1,
        },
    ),
)
