"""Hidden half of notebook 03's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from sklearn.linear_model import Ridge

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(3)


def _layer(n: int, inputs: int, units: int, eta: float, lam: float) -> tuple:
    return (
        rng.normal(size=(units, inputs)),
        rng.normal(size=units),
        rng.normal(size=(n, units)),
        rng.normal(size=(n, inputs)),
        eta,
        lam,
    )


def _step(w, b, delta, x, eta, lam) -> tuple[np.ndarray, np.ndarray]:
    """Weight by weight: the mean of the lecture's rule over the samples."""
    new_w, new_b = w.copy(), b.copy()
    for i, j in np.ndindex(w.shape):
        pulls = [
            eta * (d[i] * sent[j] - lam * w[i, j])
            for d, sent in zip(delta, x, strict=True)
        ]
        new_w[i, j] += sum(pulls) / len(pulls)
    for i in range(len(b)):
        new_b[i] += eta * sum(d[i] for d in delta) / len(delta)
    return new_w, new_b


def _ridge(x: np.ndarray, y: np.ndarray, lam: float) -> np.ndarray:
    """scikit-learn's cost is a sum without ½ or 1/N: its alpha is N lam."""
    return Ridge(alpha=len(x) * lam, fit_intercept=False, tol=1e-12).fit(x, y).coef_


def _multiplier(x: np.ndarray, y: np.ndarray, c: float) -> float:
    """Root of c(lam) = c, in the basis in which x'x is diagonal."""
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    b = vectors.T @ x.T @ y / len(x)
    return float(
        brentq(lambda lam: ((b / (values + lam)) ** 2).sum() - c, 0, 1e6, xtol=1e-14)
    )


LAYERS = [
    _layer(1, 3, 2, 0.5, 0.1),
    _layer(6, 4, 3, 0.1, 1e-3),
    _layer(5, 2, 4, 2.0, 0.0),
    _layer(4, 3, 3, 0.3, 0.7),
]
CLOUDS = [
    (rng.normal(size=(30, 4)) * [1, 2, 3, 0.5] + 1, rng.normal(size=30) + 2),
    (rng.normal(size=(12, 2)), rng.normal(size=12)),
    (rng.normal(size=(5, 8)), rng.normal(size=5)),
]
LEAST = [np.linalg.lstsq(x, y)[0] for x, y in CLOUDS[:2]]
BUDGETS = [0.5 * LEAST[0] @ LEAST[0], 0.05 * LEAST[1] @ LEAST[1]]
RICH = 2 * LEAST[0] @ LEAST[0]

ONES = np.ones((1, 2)), np.ones(1)
SHOWN_LAYER = (
    np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -0.2]]),
    np.array([0.4, -0.6]),
    np.array([[0.1, -0.3], [0.5, 0.2]]),
    np.array([[1.0, 0.0, 2.0], [-1.0, 0.5, 1.0]]),
    0.2,
    0.1,
)
SHOWN_RIDGE = (
    np.array([[1.0, 2.0], [3.0, 1.0], [2.0, 2.0]]),
    np.array([1.0, 4.0, 2.0]),
    0.5,
)

EXERCISES = (
    Exercise(
        grade_id="ex03-1-decayed-step",
        function="decayed_step",
        points=3,
        shown=(
            Case(
                "without an error the weights shrink by 1 − ηλ, and biases stay",
                (*ONES, np.zeros((3, 1)), np.ones((3, 2)), 0.5, 0.2),
                (np.full((1, 2), 0.9), np.ones(1)),
                why="Only weights pay; η = 0.5 and λ = 0.2 make 1 − 0.1.",
            ),
            Case(
                "without a penalty: plain backpropagation, averaged",
                (*ONES, np.ones((3, 1)), np.ones((3, 2)), 0.5, 0.0),
                (np.full((1, 2), 1.5), np.full(1, 1.5)),
                why="The step is on the mean cost: three equal samples count as one.",
            ),
            Case(
                "error and penalty together",
                SHOWN_LAYER,
                _step(*SHOWN_LAYER),
                why="Δw = η (mean of δ x − λ w): decay is proportional to the weight.",
            ),
        ),
        cases=(
            Case("one sample", LAYERS[0], _step(*LAYERS[0])),
            Case("a batch, a small penalty", LAYERS[1], _step(*LAYERS[1])),
            Case("no penalty", LAYERS[2], _step(*LAYERS[2])),
            Case("a strong penalty", LAYERS[3], _step(*LAYERS[3])),
        ),
        wrong={
            "biases decay, too": """
def decayed_step(w, b, delta, x, eta, lam):
    new_w = w + eta * (delta.T @ x / len(x) - lam * w)
    return new_w, b + eta * (delta.mean(axis=0) - lam * b)
""",
            "penalty added instead of subtracted": """
def decayed_step(w, b, delta, x, eta, lam):
    new_w = w + eta * (delta.T @ x / len(x) + lam * w)
    return new_w, b + eta * delta.mean(axis=0)
""",
            "decay not multiplied by eta": """
def decayed_step(w, b, delta, x, eta, lam):
    new_w = w + eta * delta.T @ x / len(x) - lam * w
    return new_w, b + eta * delta.mean(axis=0)
""",
            "sum over the batch instead of its mean": """
def decayed_step(w, b, delta, x, eta, lam):
    return w + eta * (delta.T @ x - lam * w), b + eta * delta.sum(axis=0)
""",
            "decay by the sign of the weight": """
def decayed_step(w, b, delta, x, eta, lam):
    new_w = w + eta * (delta.T @ x / len(x) - lam * np.sign(w))
    return new_w, b + eta * delta.mean(axis=0)
""",
        },
    ),
    Exercise(
        grade_id="ex03-2-ridge",
        function="ridge_weights",
        points=3,
        shown=(
            Case(
                "a mean of 2, halved by λ = 1",
                (np.ones((2, 1)), np.array([1.0, 3.0]), 1.0),
                np.ones(1),
                why="w = mean of x y / (mean of x² + λ) = 2 / (1 + 1).",
            ),
            Case(
                "hardly a penalty: ordinary least squares",
                (np.eye(2), np.array([1.0, 2.0]), 1e-12),
                np.array([1.0, 2.0]),
                1e-6,
                why="Without a penalty the errors can be zero here.",
            ),
            Case(
                "two inputs, not centred",
                SHOWN_RIDGE,
                _ridge(*SHOWN_RIDGE),
                1e-7,
                why="The cost is the mean of ½ error², plus λ/2 times the squares.",
            ),
        ),
        cases=(
            Case("four inputs", (*CLOUDS[0], 0.3), _ridge(*CLOUDS[0], 0.3), 1e-7),
            Case("a strong penalty", (*CLOUDS[1], 5.0), _ridge(*CLOUDS[1], 5.0), 1e-7),
            Case(
                "more inputs than samples",
                (*CLOUDS[2], 0.1),
                _ridge(*CLOUDS[2], 0.1),
                1e-7,
            ),
        ),
        wrong={
            "lam beside the sum, not the mean, of the errors": """
def ridge_weights(x, y, lam):
    return np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T @ y)
""",
            "the half forgotten": """
def ridge_weights(x, y, lam):
    n, d = x.shape
    return np.linalg.solve(x.T @ x / n + lam / 2 * np.eye(d), x.T @ y / n)
""",
            "data centred, as with a bias": """
def ridge_weights(x, y, lam):
    n, d = x.shape
    x, y = x - x.mean(axis=0), y - y.mean()
    return np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
""",
            "no penalty": """
def ridge_weights(x, y, lam):
    return np.linalg.lstsq(x, y)[0]
""",
        },
    ),
    Exercise(
        grade_id="ex03-3-multiplier",
        function="multiplier",
        points=4,
        shown=(
            Case(
                "a budget that λ = 1 keeps",
                (np.ones((2, 1)), np.full(2, 2.0), 1.0),
                1.0,
                1e-6,
                why="w = 2 / (1 + λ), so that w² = 1 at λ = 1.",
            ),
            Case(
                "a budget larger than what is needed costs nothing",
                (np.ones((2, 1)), np.full(2, 2.0), 9.0),
                0.0,
                why="Least squares spends 4: the constraint is idle, its price is 0.",
            ),
            Case(
                "a budget that takes a price of 2,000",
                (np.ones((2, 1)), np.full(2, 2.0), (2 / 2001) ** 2),
                2000.0,
                1e-6,
                why="w = 2 / (1 + λ) again; nothing bounds λ by 1, or by 1,000.",
            ),
            Case(
                "a budget that two inputs share",
                (np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([2.0, 4.0]), 1.25),
                1.5,
                1e-6,
                why="At λ = 1.5 the weights are ½ and 1, and ¼ + 1 is the budget.",
            ),
        ),
        cases=(
            Case(
                "half of what least squares spends",
                (*CLOUDS[0], BUDGETS[0]),
                _multiplier(*CLOUDS[0], BUDGETS[0]),
                1e-6,
            ),
            Case(
                "a tight budget",
                (*CLOUDS[1], BUDGETS[1]),
                _multiplier(*CLOUDS[1], BUDGETS[1]),
                1e-6,
            ),
            Case("a budget larger than needed", (*CLOUDS[0], RICH), 0.0),
            Case(
                "a very tight budget",
                (*CLOUDS[0], BUDGETS[0] / 1e8),
                _multiplier(*CLOUDS[0], BUDGETS[0] / 1e8),
                1e-6,
            ),
        ),
        wrong={
            "a negative price when the constraint is idle": """
def multiplier(x, y, c):
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    b = vectors.T @ x.T @ y / len(x)
    low, high = -values.min() + 1e-9, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        spends_more = ((b / (values + lam)) ** 2).sum() > c
        low, high = (lam, high) if spends_more else (low, lam)
    return lam
""",
            "budget for the norm instead of the squares": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if np.sqrt(w @ w) > c else (low, lam)
    return lam
""",
            "only looks up to 1": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1.0
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
            "only looks up to 1,000": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1000.0
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
            "lam of the summed cost": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x + lam * np.eye(d), x.T @ y)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex03-4-words",
        points=4,
        rubric={
            "MSELoss is a mean over pixels, too: the penalty is 392 times too strong, "
            "or λ should be 2.6e-6.": 1,
            "The biases are penalized, too.": 1,
            "Adam rescales the penalty's gradient: not the lecture's update.": 1,
            "What to write instead: the lecture's cost and a penalty on weights alone "
            "(a term of the cost, or parameter groups).": 1,
        },
    ),
)
