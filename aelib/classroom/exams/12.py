"""Hidden half of notebook 12's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': by relaxation until nothing
moves, by a dense solution of the fixed point, and by following the walks' chances.
"""

from __future__ import annotations

import numpy as np

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(12)


def _chain(weights: np.ndarray) -> np.ndarray:
    n = len(weights)
    table = np.diag(weights, 1) + np.diag(weights, -1)
    laplacian = np.diag(table.sum(axis=1)) - table
    inner = laplacian[1:n, 1:n]
    values = np.linalg.solve(inner, table[1:n, n]) if n > 1 else np.zeros(0)
    return np.concatenate([[0.0], values, [1.0]])


def _spread(
    weights: np.ndarray, known: np.ndarray, alpha: float, steps: int
) -> np.ndarray:
    size = np.sqrt(weights.sum(axis=1))
    passed = alpha * weights / np.outer(size, size)
    # The sum over walks, and what is left of the start after so many steps.
    total, term = np.zeros_like(known, dtype=float), known.astype(float)
    for _ in range(steps):
        total, term = total + (1 - alpha) * term, passed @ term
    held = total + term
    held = held / held.sum(axis=0)
    return held / held.sum(axis=1)[:, None]


def _steps(weights: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    chances = weights / weights.sum(axis=1)[:, None]
    walking, mean = np.eye(len(weights)), np.zeros(len(weights))
    walking[is_known] = 0  # those that start at a label have arrived
    while walking.max() > 1e-14:
        mean = mean + walking.sum(axis=1)
        walking = walking @ chances
        walking[:, is_known] = 0
    return mean


def _cloud(n: int, reach: float = 1.0) -> np.ndarray:
    """Draw a symmetric table of weights, all of them above zero."""
    points = rng.normal(size=(n, 2))
    squares = ((points[:, None] - points) ** 2).sum(axis=2)
    weights = np.exp(-squares / reach)
    return weights * (1 - np.eye(n))


def _labels(n: int, rows: list[int], classes: list[int]) -> np.ndarray:
    known = np.zeros((n, max(classes) + 1))
    known[rows, classes] = 1
    return known


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-7) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


PATH = np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1)  # 0 - 1 - 2 - 3
STAR = np.zeros((5, 5))
STAR[0, 1:] = STAR[1:, 0] = [1.0, 1.0, 1.0, 2.0]
TRIANGLES = np.kron(np.eye(2), 1 - np.eye(3))
TRIANGLES[2, 3] = TRIANGLES[3, 2] = 0.2

EXERCISES = (
    Exercise(
        grade_id="ex12-1-chain",
        function="chain",
        points=3,
        hints=(
            "Write down what it means that an inner point is the weighted mean of its "
            "two neighbours, and sort by differences.",
            "w_i (f(i) − f(i−1)) is the same for all edges: what flows in flows out.",
            "So each edge's share of the whole rise from 0 to 1 is proportional to "
            "1/w_i; add up the shares.",
        ),
        shown=(
            _case(
                "equal weights: a straight line",
                _chain,
                np.ones(4),
                why="Every inner point is the mean of its two neighbours.",
            ),
            _case(
                "a weak edge takes most of the rise",
                _chain,
                np.array([1.0, 0.1, 1.0]),
                why="1/w is 1, 10, 1: the rises are 1/12, 10/12 and 1/12.",
            ),
            _case(
                "one edge alone joins both labels",
                _chain,
                np.array([2.5]),
                why="There is no unlabelled point: 0 and 1.",
            ),
        ),
        cases=(
            _case("six edges of all strengths", _chain, rng.uniform(0.1, 3, size=6)),
            _case("twenty edges", _chain, rng.uniform(0.5, 2, size=20)),
            _case(
                "weights from a thousandth to a thousand",
                _chain,
                np.array([0.001, 1000.0, 1.0, 10.0]),
            ),
        ),
        wrong={
            "rises proportional to the weights": """
def chain(weights):
    return np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
""",
            "a straight line, whatever the weights": """
def chain(weights):
    return np.linspace(0, 1, len(weights) + 1)
""",
            "class 1 at the start": """
def chain(weights):
    rise = 1 / weights
    return 1 - np.concatenate([[0.0], np.cumsum(rise) / rise.sum()])
""",
            "the points between only": """
def chain(weights):
    rise = 1 / weights
    return np.cumsum(rise)[:-1] / rise.sum()
""",
            "rises that are not divided by their sum": """
def chain(weights):
    return np.concatenate([[0.0], np.cumsum(1 / weights)])
""",
        },
    ),
    Exercise(
        grade_id="ex12-2-spread",
        function="spread",
        points=4,
        hints=(
            "Compare it line by line with F ← αSF + (1 − α)Y and "
            "S = D^(−1/2) W D^(−1/2).",
            "The labels must be given again in every step; the weights are divided by "
            "the roots of both degrees; and which division comes last?",
            "S has each weight divided by the roots of both its degrees; every step "
            "adds (1 − alpha) * known; the columns are divided first, the rows last.",
        ),
        shown=(
            _case(
                "two triangles with a weak edge between, a label in each",
                _spread,
                TRIANGLES,
                _labels(6, [0, 5], [0, 1]),
                0.9,
                200,
                why="Each triangle takes the label that it holds; rows sum to 1.",
            ),
            _case(
                "many steps do not wash the labels out",
                _spread,
                PATH,
                _labels(4, [0, 3], [0, 1]),
                0.99,
                2_000,
                why="(1 − α)Y reminds the ends of their labels in every step.",
            ),
            _case(
                "a point that is joined to all others",
                _spread,
                STAR,
                _labels(5, [0, 4], [0, 1]),
                0.8,
                50,
                why="Both roots of the degrees stand in S, or the middle counts more.",
            ),
            _case(
                "no step at all",
                _spread,
                np.ones((2, 2)) - np.eye(2),
                _labels(2, [0, 1], [0, 1]),
                0.5,
                0,
                why="F starts as Y.",
            ),
        ),
        cases=(
            _case(
                "twelve points, three classes",
                _spread,
                _cloud(12),
                _labels(12, [0, 4, 9], [0, 1, 2]),
                0.95,
                60,
            ),
            _case(
                "more labels of one class than of the other",
                _spread,
                _cloud(10, 3.0),
                _labels(10, [0, 1, 2, 3, 9], [0, 0, 0, 0, 1]),
                0.9,
                40,
            ),
            _case(
                "few steps, and far from rest",
                _spread,
                _cloud(9),
                _labels(9, [2, 7], [1, 0]),
                0.99,
                5,
            ),
        ),
        wrong={
            "as given": """
def spread(weights, known, alpha, steps):
    S = weights / weights.sum(axis=1, keepdims=True)
    F = known
    for _ in range(steps):
        F = alpha * (S @ F)
    F = F / F.sum(axis=1, keepdims=True)
    return F / F.sum(axis=0)
""",
            "labels are given once": """
def spread(weights, known, alpha, steps):
    half = 1 / np.sqrt(weights.sum(axis=1))
    S = half[:, None] * weights * half
    F = known
    for _ in range(steps):
        F = alpha * (S @ F)
    F = F / F.sum(axis=0)
    return F / F.sum(axis=1, keepdims=True)
""",
            "weights divided by one degree": """
def spread(weights, known, alpha, steps):
    S = weights / weights.sum(axis=1, keepdims=True)
    F = known
    for _ in range(steps):
        F = alpha * (S @ F) + (1 - alpha) * known
    F = F / F.sum(axis=0)
    return F / F.sum(axis=1, keepdims=True)
""",
            "rows first, columns last": """
def spread(weights, known, alpha, steps):
    half = 1 / np.sqrt(weights.sum(axis=1))
    S = half[:, None] * weights * half
    F = known
    for _ in range(steps):
        F = alpha * (S @ F) + (1 - alpha) * known
    F = F / F.sum(axis=1, keepdims=True)
    return F / F.sum(axis=0)
""",
            "columns are not divided": """
def spread(weights, known, alpha, steps):
    half = 1 / np.sqrt(weights.sum(axis=1))
    S = half[:, None] * weights * half
    F = known
    for _ in range(steps):
        F = alpha * (S @ F) + (1 - alpha) * known
    return F / F.sum(axis=1, keepdims=True)
""",
            "one and the other interchanged": """
def spread(weights, known, alpha, steps):
    half = 1 / np.sqrt(weights.sum(axis=1))
    S = half[:, None] * weights * half
    F = known
    for _ in range(steps):
        F = (1 - alpha) * (S @ F) + alpha * known
    F = F / F.sum(axis=0)
    return F / F.sum(axis=1, keepdims=True)
""",
        },
    ),
    Exercise(
        grade_id="ex12-3-steps",
        function="steps_to_label",
        points=4,
        hints=(
            "From an unlabelled point the walk takes one step, and then as many as it "
            "takes from where it has come to.",
            "t(u) = 1 + Σ P_uv t(v), and t = 0 on labelled points.",
            "(I − P_uu) t_u = 1, where P_uu holds the chances between unlabelled "
            "points only: np.linalg.solve.",
        ),
        shown=(
            _case(
                "a path with a label at its end",
                _steps,
                PATH,
                np.array([True, False, False, False]),
                why="From the far end of a path of n edges it is n² = 9 on average.",
            ),
            _case(
                "a path with labels at both ends",
                _steps,
                PATH,
                np.array([True, False, False, True]),
                why="t₁ = 1 + ½·0 + ½ t₂, and t₂ = t₁: 2 steps.",
            ),
            _case(
                "all points are labelled",
                _steps,
                np.ones((3, 3)) - np.eye(3),
                np.array([True, True, True]),
                why="The walk has arrived before its first step.",
            ),
            _case(
                "weights matter, their scale doesn't",
                _steps,
                5 * STAR,
                np.array([False, False, False, False, True]),
                why="From the middle two in five steps arrive; the others come back.",
            ),
        ),
        cases=(
            _case(
                "twelve points, two labels",
                _steps,
                _cloud(12, 4.0),
                np.arange(12) % 6 == 0,
                tolerance=1e-6,
            ),
            _case(
                "eight points, one label",
                _steps,
                _cloud(8, 4.0),
                np.arange(8) == 3,
                tolerance=1e-6,
            ),
            _case(
                "a chain with weights of its own",
                _steps,
                np.diag([1.0, 0.5, 2.0, 0.2, 1.0], 1)
                + np.diag([1.0, 0.5, 2.0, 0.2, 1.0], -1),
                np.arange(6) == 0,
                tolerance=1e-6,
            ),
            _case(
                "most points are labelled",
                _steps,
                _cloud(9, 3.0),
                np.arange(9) % 3 > 0,
                tolerance=1e-6,
            ),
        ),
        wrong={
            "the first step is not counted": """
def steps_to_label(weights, is_known):
    chances = weights / weights.sum(axis=1, keepdims=True)
    inner = chances[np.ix_(~is_known, ~is_known)]
    steps = np.zeros(len(weights))
    ones = np.ones((~is_known).sum())
    steps[~is_known] = np.linalg.solve(np.eye(len(inner)) - inner, ones) - 1
    return steps
""",
            "edges on the shortest way": """
def steps_to_label(weights, is_known):
    steps = np.where(is_known, 0.0, np.inf)
    for _ in range(len(weights)):
        through = np.where(weights > 0, steps[None, :] + 1, np.inf).min(axis=1)
        steps = np.minimum(steps, through)
    return steps
""",
            "chances to arrive instead of steps": """
def steps_to_label(weights, is_known):
    chances = weights / weights.sum(axis=1, keepdims=True)
    inner = chances[np.ix_(~is_known, ~is_known)]
    arrive = chances[np.ix_(~is_known, is_known)].sum(axis=1)
    steps = np.zeros(len(weights))
    steps[~is_known] = np.linalg.solve(np.eye(len(inner)) - inner, arrive)
    return steps
""",
            "columns divided instead of rows": """
def steps_to_label(weights, is_known):
    chances = weights / weights.sum(axis=0)
    inner = chances[np.ix_(~is_known, ~is_known)]
    steps = np.zeros(len(weights))
    ones = np.ones((~is_known).sum())
    steps[~is_known] = np.linalg.solve(np.eye(len(inner)) - inner, ones)
    return steps
""",
            "weights taken for chances": """
def steps_to_label(weights, is_known):
    inner = weights[np.ix_(~is_known, ~is_known)]
    steps = np.zeros(len(weights))
    ones = np.ones((~is_known).sum())
    steps[~is_known] = np.linalg.lstsq(np.eye(len(inner)) - inner, ones)[0]
    return steps
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex12-w-choice",
        points=6,
        rubric={
            "The rule for choosing the images is stated, and uses no label that was "
            "not paid for.": 1,
            "What was expected, and by how much, was written down before measuring.": 1,
            "Random choices stand in the same table: as many labels, not balanced "
            "either.": 1,
            "Five draws of each or more, with their spread.": 1,
            "Errors are measured on test digits, which had no part in the rule.": 1,
            "The conclusion says no more than was measured, also where the rule "
            "loses.": 1,
        },
    ),
)
