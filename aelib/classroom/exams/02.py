"""Hidden half of notebook 02's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
from scipy.linalg import subspace_angles

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(702)


def _world(h: int, x: int, y: int) -> tuple[np.ndarray, ...]:
    p_h = rng.dirichlet(np.ones(h))
    return p_h, rng.dirichlet(np.ones(x), size=h), rng.dirichlet(np.ones(y), size=h)


def _mixture(p_h: np.ndarray, p_x: np.ndarray, p_y: np.ndarray) -> np.ndarray:
    """One entry at a time, one latent value at a time."""
    table = np.zeros((p_x.shape[1], p_y.shape[1]))
    for h, probability in enumerate(p_h):
        for i, j in np.ndindex(table.shape):
            table[i, j] += probability * p_x[h, i] * p_y[h, j]
    return table


def _entropy(p: np.ndarray) -> float:
    return -sum(value * np.log2(value) for value in np.ravel(p) if value > 0)


def _information(joint: np.ndarray) -> float:
    """From entropies: H(x) + H(y) - H(x, y)."""
    return _entropy(joint.sum(axis=1)) + _entropy(joint.sum(axis=0)) - _entropy(joint)


def _largest_angle(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(subspace_angles(a, b)).max())


WORLDS = [_world(2, 2, 2), _world(3, 4, 2), _world(5, 2, 6)]
TABLES = [
    rng.dirichlet(np.ones(6)).reshape(2, 3),
    np.diag([0.5, 0.25, 0.25]),
    np.array([[0.0, 0.3, 0.1], [0.2, 0.4, 0.0]]),
]
SPACES = [
    (rng.normal(size=(8, 3)), rng.normal(size=(8, 3))),
    (rng.normal(size=(5, 2)) * [1, 100], rng.normal(size=(5, 2))),
    (np.eye(4)[:, :2], np.eye(4)[:, [0, 2]]),
]


def _tilted(*angles: float) -> np.ndarray:
    """A plane whose principal angles to that of the first two axes are these."""
    turn = np.radians(angles)
    return np.vstack([np.diag(np.cos(turn)), np.diag(np.sin(turn))])


NAPKIN = np.array([[0.37, 0.13], [0.13, 0.37]])
SHOWN_WORLD = (
    np.array([0.2, 0.8]),
    np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]),
    np.array([[0.9, 0.1], [0.4, 0.6]]),
)

EXERCISES = (
    Exercise(
        grade_id="ex02-1-mixture",
        function="mixture",
        points=3,
        shown=(
            Case(
                "a cause that sets x, and two values as likely as each other",
                (np.full(2, 0.5), np.eye(2), np.array([[0.9, 0.1], [0.3, 0.7]])),
                np.array([[0.45, 0.05], [0.15, 0.35]]),
                why="x tells h, so that each row is ½ P(y|h).",
            ),
            Case(
                "one value of h: x and y are independent",
                (np.ones(1), np.ones((1, 1)), np.full((1, 3), 1 / 3)),
                np.full((1, 3), 1 / 3),
                why="One row per value of x, one column per value of y.",
            ),
            Case(
                "values of h that are not equally likely, 3 of x and 2 of y",
                SHOWN_WORLD,
                _mixture(*SHOWN_WORLD),
                why="P(x, y) = Σ_h P(h) P(x|h) P(y|h): each h by its probability.",
            ),
        ),
        cases=(
            Case("two values of everything", WORLDS[0], _mixture(*WORLDS[0])),
            Case("more values of x than of y", WORLDS[1], _mixture(*WORLDS[1])),
            Case("a latent variable of five values", WORLDS[2], _mixture(*WORLDS[2])),
        ),
        wrong={
            "product of the marginals, as if independent": """
def mixture(p_h, p_x, p_y):
    return np.outer(p_h @ p_x, p_h @ p_y)
""",
            "all values of h equally likely": """
def mixture(p_h, p_x, p_y):
    return p_x.T @ p_y / len(p_h)
""",
            "rows for y, columns for x": """
def mixture(p_h, p_x, p_y):
    return (p_h[:, None] * p_y).T @ p_x
""",
            "P(h) in both factors": """
def mixture(p_h, p_x, p_y):
    return (p_h[:, None] * p_x).T @ (p_h[:, None] * p_y)
""",
        },
    ),
    Exercise(
        grade_id="ex02-2-information",
        function="information",
        points=3,
        shown=(
            Case(
                "two observables of the napkin",
                (NAPKIN,),
                _information(NAPKIN),
                why="In bits: the logarithm is to base 2.",
            ),
            Case(
                "independent observables share nothing",
                (np.outer([0.3, 0.7], [0.2, 0.8]),),
                0.0,
                why="Each entry is the product of its margins, and log 1 = 0.",
            ),
            Case(
                "zeros in the table, and y tells x",
                (np.array([[0.0, 0.25], [0.75, 0.0]]),),
                _entropy(np.array([0.25, 0.75])),
                why="0 log 0 counts as 0; what is shared is the whole entropy of x.",
            ),
            Case(
                "two values of x, four of y",
                (np.array([[0.25, 0.25, 0.0, 0.0], [0.0, 0.0, 0.25, 0.25]]),),
                1.0,
                why="y tells x, which is worth one bit; a table need not be square.",
            ),
        ),
        cases=(
            Case("a table without zeros", (TABLES[0],), _information(TABLES[0])),
            Case("y tells x: 1.5 bits", (TABLES[1],), 1.5),
            Case("some entries are zero", (TABLES[2],), _information(TABLES[2])),
        ),
        wrong={
            "nats": """
def information(joint):
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    some = joint > 0
    return (joint[some] * np.log(joint[some] / product[some])).sum()
""",
            "zeros become NaN": """
def information(joint):
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    with np.errstate(all="ignore"):
        return (joint * np.log2(joint / product)).sum()
""",
            "not weighted by the probabilities": """
def information(joint):
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    some = joint > 0
    return np.log2(joint[some] / product[some]).mean()
""",
            "weighted by the product": """
def information(joint):
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    some = joint > 0
    return (product[some] * np.log2(product[some] / joint[some])).sum()
""",
        },
    ),
    Exercise(
        grade_id="ex02-3-angle",
        function="largest_angle",
        points=4,
        shown=(
            Case(
                "a line and a diagonal",
                (np.array([[1.0], [0.0]]), np.array([[3.0], [3.0]])),
                45.0,
                1e-6,
                why="In degrees, whatever the length of the columns.",
            ),
            Case(
                "the same plane, spanned by other columns",
                (
                    np.eye(4)[:, :2],
                    np.eye(4)[:, :2] @ np.array([[2.0, 1.0], [0.0, 1.0]]),
                ),
                0.0,
                1e-4,
                why="The angle is one of spaces: orthonormal columns come first.",
            ),
            Case(
                "two planes at 30 and at 60 degrees",
                (np.eye(4)[:, :2], _tilted(30.0, 60.0)),
                60.0,
                1e-6,
                why="The largest angle belongs to the smallest cosine.",
            ),
            Case(
                "both planes spanned by columns that are not orthonormal",
                (
                    _tilted(30.0, 60.0) @ np.array([[2.0, 1.0], [0.0, -1.0]]),
                    np.eye(4)[:, :2] @ np.array([[1.0, 3.0], [-2.0, 1.0]]),
                ),
                60.0,
                1e-6,
                why="The same two planes: other columns of either change no angle.",
            ),
        ),
        cases=(
            Case("random spaces", SPACES[0], _largest_angle(*SPACES[0]), 1e-5),
            Case(
                "columns of very different length",
                SPACES[1],
                _largest_angle(*SPACES[1]),
                1e-5,
            ),
            Case("one direction shared, one at right angles", SPACES[2], 90.0, 1e-5),
        ),
        wrong={
            "columns not made orthonormal": """
def largest_angle(a, b):
    cosines = np.linalg.svd(a.T @ b, compute_uv=False)
    return np.degrees(np.arccos(np.clip(cosines.min(), -1, 1)))
""",
            "the smallest angle": """
def largest_angle(a, b):
    a, b = np.linalg.qr(a)[0], np.linalg.qr(b)[0]
    cosines = np.linalg.svd(a.T @ b, compute_uv=False)
    return np.degrees(np.arccos(np.clip(cosines.max(), -1, 1)))
""",
            "radians": """
def largest_angle(a, b):
    a, b = np.linalg.qr(a)[0], np.linalg.qr(b)[0]
    cosines = np.linalg.svd(a.T @ b, compute_uv=False)
    return np.arccos(np.clip(cosines.min(), -1, 1))
""",
            "column by column": """
def largest_angle(a, b):
    a, b = a / np.linalg.norm(a, axis=0), b / np.linalg.norm(b, axis=0)
    return np.degrees(np.arccos(np.clip((a * b).sum(axis=0).min(), -1, 1)))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex02-4-words",
        points=4,
        rubric={
            "Raw pixels as a control, on held-out people: an equal R² means that the "
            "code made nothing newly readable.": 1,
            "A summary of equal size as a control (PCA, random or untrained): an equal "
            "R² means that learning was not needed.": 1,
            "Single units, or another start: reading from all units together is no "
            "sign that age has a place in the code.": 1,
            "Each control comes with what would and what would not support the claim "
            "(R² within groups may stand in for one of the three).": 1,
        },
    ),
)
