"""Hidden half of notebook 08's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np

from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(8)


def _head(n: int, k: int, classes: int) -> tuple[np.ndarray, ...]:
    """Draw arguments for `head_gradient`."""
    h, w = rng.normal(size=(n, k)), rng.normal(size=(classes, k))
    return h, w, rng.normal(size=classes), rng.integers(classes, size=n)


def _slope(h: np.ndarray, w: np.ndarray, b: np.ndarray, labels: np.ndarray):
    """Go another way: central differences of the cost."""

    def cost(w: np.ndarray) -> float:
        s = h @ w.T + b
        right = s[np.arange(len(s)), labels]
        return float((np.logaddexp.reduce(s, axis=1) - right).mean())

    return numerical_gradient(cost, w)


def _regression(
    h: np.ndarray, y: np.ndarray, lam: float
) -> tuple[np.ndarray, np.ndarray]:
    """Go another way: least squares with one more row per weight, for the penalty."""
    (n, k), rows = h.shape, len(h) + h.shape[1]
    left, wanted = np.zeros((rows, k + 1)), np.zeros((rows, y.shape[1]))
    left[:n, :k], left[:n, k], wanted[:n] = h, 1, y
    left[n:, :k] = np.sqrt(n * lam) * np.eye(k)
    solution = np.linalg.lstsq(left, wanted, rcond=None)[0]
    return solution[:k].T, solution[k]


HEADS = [_head(7, 3, 4), _head(30, 6, 10), _head(1, 2, 2)]
LARGE = (np.eye(2), np.array([[800.0, -800.0], [0.0, 0.0]]), np.zeros(2))
CODES = [rng.random((40, 3)), rng.normal(2.0, 1.0, size=(15, 6))]
TARGETS = [np.eye(4)[rng.integers(4, size=40)], rng.normal(1.0, 1.0, size=(15, 2))]
RUNS = [rng.normal(90.0, 3.0, size=5), rng.normal(88.0, 3.0, size=12)]
GAINS = [rng.normal(1.0, 0.5, size=5), rng.normal(0.2, 1.0, size=12)]


def _paired(gain: np.ndarray) -> tuple[float, float]:
    """Go another way: the variance from all differences between two pairs."""
    n = len(gain)
    variance = np.square(gain[:, None] - gain[None, :]).sum() / (2 * n * (n - 1))
    return float(np.sum(gain) / n), float(np.sqrt(variance / n))


LINE = np.array([[0.0], [1.0], [2.0]])
SHOWN_HEAD = (
    np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]]),
    np.array([[0.2, 0.4], [-0.5, 0.1], [0.3, -0.3]]),
    np.array([0.1, 0.0, -0.2]),
    np.array([2, 0, 2]),
)
SHOWN_LMS = (
    np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0], [1.0, 1.0]]),
    np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    0.1,
)

EXERCISES = (
    Exercise(
        grade_id="ex08-1-softmax",
        function="head_gradient",
        points=4,
        shown=(
            Case(
                "all scores equal: p = ½ for both classes",
                (
                    np.array([[1.0, 0.0], [0.0, 2.0]]),
                    np.zeros((2, 2)),
                    np.zeros(2),
                    np.array([0, 1]),
                ),
                np.array([[-0.25, 0.5], [0.25, -0.5]]),
                why="dJ/dw is the mean of (p − y) h.",
            ),
            Case(
                "a score of 900, and right: no gradient",
                (
                    np.array([[1.0, 0.0], [0.0, 2.0]]),
                    np.zeros((2, 2)),
                    np.array([900.0, 0.0]),
                    np.array([0, 0]),
                ),
                np.zeros((2, 2)),
                why="Subtract the largest score first: e⁹⁰⁰ is too large.",
            ),
            Case(
                "scores far apart from sample to sample",
                (
                    np.eye(2),
                    np.array([[2000.0, -2000.0], [1900.0, -2100.0]]),
                    np.zeros(2),
                    np.array([0, 1]),
                ),
                np.array([[0.0, 0.5], [0.0, -0.5]]),
                why="Each sample has a largest score of its own.",
            ),
            Case(
                "three samples, three classes",
                SHOWN_HEAD,
                _slope(*SHOWN_HEAD),
                tolerance=1e-7,
                why="p sums to one over the classes of each sample.",
            ),
        ),
        cases=(
            Case("four classes", HEADS[0], _slope(*HEADS[0]), tolerance=1e-7),
            Case("ten classes", HEADS[1], _slope(*HEADS[1]), tolerance=1e-7),
            Case("a single sample", HEADS[2], _slope(*HEADS[2]), tolerance=1e-7),
            Case(
                "scores of ±800",
                (*LARGE, np.array([1, 0])),
                np.array([[0.5, -0.5], [-0.5, 0.5]]),
            ),
        ),
        wrong={
            "the exponential of a large score": """
def head_gradient(h, w, b, labels):
    e = np.exp(h @ w.T + b)
    p = e / e.sum(axis=1, keepdims=True)
    return (p - np.eye(len(w))[labels]).T @ h / len(h)
""",
            "delta added instead of the gradient": """
def head_gradient(h, w, b, labels):
    s = h @ w.T + b
    e = np.exp(s - s.max(axis=1, keepdims=True))
    delta = np.eye(len(w))[labels] - e / e.sum(axis=1, keepdims=True)
    return delta.T @ h / len(h)
""",
            "summed, not averaged": """
def head_gradient(h, w, b, labels):
    s = h @ w.T + b
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True) - np.eye(len(w))[labels]).T @ h
""",
            "the delta of LMS": """
def head_gradient(h, w, b, labels):
    return (h @ w.T + b - np.eye(len(w))[labels]).T @ h / len(h)
""",
            "one largest score for all samples": """
def head_gradient(h, w, b, labels):
    s = h @ w.T + b
    e = np.exp(s - s.max())
    p = e / e.sum(axis=1, keepdims=True)
    return (p - np.eye(len(w))[labels]).T @ h / len(h)
""",
            "normalised over samples": """
def head_gradient(h, w, b, labels):
    s = h @ w.T + b
    e = np.exp(s - s.max())
    return (e / e.sum(axis=0) - np.eye(len(w))[labels]).T @ h / len(h)
""",
        },
    ),
    Exercise(
        grade_id="ex08-2-lms",
        function="lms_head",
        points=4,
        shown=(
            Case(
                "a line is found, and its height",
                (LINE, 3 * LINE + 1, 1e-12),
                (np.full((1, 1), 3.0), np.ones(1)),
                tolerance=1e-6,
                why="Hardly a penalty: ordinary least squares.",
            ),
            Case(
                "a penalty halves the slope, and spares the bias",
                (LINE, 3 * LINE + 1, 2 / 3),
                (np.full((1, 1), 1.5), np.full(1, 2.5)),
                why="The variance of h is 2/3, as large as λ; the middle stays.",
            ),
            Case(
                "two code units, three targets",
                SHOWN_LMS,
                _regression(*SHOWN_LMS),
                tolerance=1e-7,
                why="w has one row per target, (C, k), and b one entry per target.",
            ),
        ),
        cases=(
            Case(
                "codes and classes",
                (CODES[0], TARGETS[0], 1e-2),
                _regression(CODES[0], TARGETS[0], 1e-2),
                tolerance=1e-7,
            ),
            Case(
                "a strong penalty",
                (CODES[0], TARGETS[0], 10.0),
                _regression(CODES[0], TARGETS[0], 10.0),
                tolerance=1e-7,
            ),
            Case(
                "codes far from zero",
                (CODES[1], TARGETS[1], 0.1),
                _regression(CODES[1], TARGETS[1], 0.1),
                tolerance=1e-7,
            ),
            Case(
                "a unit that is always silent",
                (np.pad(CODES[1], ((0, 0), (0, 1))), TARGETS[1], 0.5),
                _regression(np.pad(CODES[1], ((0, 0), (0, 1))), TARGETS[1], 0.5),
                tolerance=1e-7,
            ),
        ),
        wrong={
            "no biases": """
def lms_head(h, y, lam):
    n, k = h.shape
    w = np.linalg.solve(h.T @ h / n + lam * np.eye(k), h.T @ y / n).T
    return w, np.zeros(y.shape[1])
""",
            "the penalty falls on the biases, too": """
def lms_head(h, y, lam):
    n, k = h.shape
    g = np.hstack([h, np.ones((n, 1))])
    w = np.linalg.solve(g.T @ g / n + lam * np.eye(k + 1), g.T @ y / n).T
    return w[:, :k], w[:, k]
""",
            "penalty beside the summed cost": """
def lms_head(h, y, lam):
    k = h.shape[1]
    a, b = h.mean(axis=0), y.mean(axis=0)
    w = np.linalg.solve((h - a).T @ (h - a) + lam * np.eye(k), (h - a).T @ (y - b)).T
    return w, b - w @ a
""",
            "weights transposed": """
def lms_head(h, y, lam):
    n, k = h.shape
    a, b = h.mean(axis=0), y.mean(axis=0)
    g = (h - a).T @ (h - a) / n + lam * np.eye(k)
    w = np.linalg.solve(g, (h - a).T @ (y - b) / n)
    return w, b - a @ w
""",
            "penalty forgotten": """
def lms_head(h, y, lam):
    a, b = h.mean(axis=0), y.mean(axis=0)
    w = np.linalg.lstsq(h - a, y - b, rcond=None)[0].T
    return w, b - w @ a
""",
        },
    ),
    Exercise(
        grade_id="ex08-3-paired",
        function="paired_gain",
        points=3,
        shown=(
            Case(
                "what is hard for both does not count",
                (np.array([90.0, 80, 70]), np.array([88.0, 78, 68])),
                (2.0, 0.0),
                why="Each pair differs by 2 exactly.",
            ),
            Case(
                "two pairs",
                (np.array([3.0, 5.0]), np.array([2.0, 1.0])),
                (2.5, 1.5),
                why="Gains 1 and 4; their variance (by n − 1) over n is 4.5 / 2.",
            ),
            Case(
                "a loss is a negative gain",
                (np.array([80.0, 84.0, 82.0]), np.array([83.0, 83.0, 86.0])),
                _paired(np.array([-3.0, 1.0, -4.0])),
                why="Gains −3, 1 and −4.",
            ),
        ),
        cases=(
            Case("five seeds", (RUNS[0] + GAINS[0], RUNS[0]), _paired(GAINS[0]), 1e-7),
            Case("twelve", (RUNS[1] + GAINS[1], RUNS[1]), _paired(GAINS[1]), 1e-7),
            Case(
                "two seeds, a loss",
                (np.array([80.0, 84.0]), np.array([83.0, 85.0])),
                (-2.0, 1.0),
            ),
        ),
        wrong={
            "the arms' spreads, as if they were not paired": """
def paired_gain(a, b):
    v = a.var(ddof=1) + b.var(ddof=1)
    return a.mean() - b.mean(), np.sqrt(v / len(a))
""",
            "divided by n, not n - 1": """
def paired_gain(a, b):
    d = a - b
    return d.mean(), d.std() / np.sqrt(len(d))
""",
            "the spread of a pair, not of the mean": """
def paired_gain(a, b):
    d = a - b
    return d.mean(), d.std(ddof=1)
""",
            "gain without its sign": """
def paired_gain(a, b):
    d = abs(a - b)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex08-4-words",
        points=4,
        rubric={
            "Chosen on the test set: the pretrained network's figure is too high.": 1,
            "Only one arm tuned: the control's figure is too low.": 1,
            "One run: the difference may be chance, in either direction.": 1,
            "Remedy: held-out labelled images, the same budget, paired seeds.": 1,
        },
    ),
)
