"""Hidden half of notebook 07's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(7)


def _layers(d: int, k: int, m: int) -> tuple[np.ndarray, ...]:
    return tuple(rng.normal(size=shape) for shape in ((k, d), (k,), (m, k), (m,)))


def _by_probing(layers: tuple[np.ndarray, ...]) -> np.ndarray:
    """Find the one layer by asking the two for zero and for each unit vector."""
    w1, b1, w2, b2 = layers
    probes = np.vstack([np.zeros(w1.shape[1]), np.eye(w1.shape[1])])
    answers = (probes @ w1.T + b1) @ w2.T + b2
    return np.column_stack([(answers[1:] - answers[0]).T, answers[0]])


def _stack(n: int, d: int, k: int) -> tuple[np.ndarray, ...]:
    """Draw r, e and B, unrelated, so that the middle term is not zero."""
    return rng.normal(size=(n, d)), rng.normal(size=(n, k)), rng.normal(size=(d, k))


def _three_terms(r: np.ndarray, e: np.ndarray, B: np.ndarray) -> float:
    each = [q @ q - 2 * q @ B @ f + f @ B.T @ B @ f for q, f in zip(r, e, strict=True)]
    return float(np.mean(each))


def _by_search(w: np.ndarray, norm: float) -> np.ndarray:
    """Climb over images x = norm v² / |v²|, none of which has negative pixels."""

    def image(v: np.ndarray) -> np.ndarray:
        return norm * v**2 / np.linalg.norm(v**2)

    best = [
        minimize(lambda v, u=u: -u @ image(v), np.ones(len(u)), tol=1e-14).x for u in w
    ]
    return np.array([image(v) for v in best])


LAYERS = [_layers(5, 3, 4), _layers(2, 6, 1), _layers(4, 4, 4)]
STACKS = [_stack(6, 5, 3), _stack(1, 4, 7), _stack(9, 3, 3)]
EXACT = (np.zeros((4, 5)), *_stack(4, 5, 2)[1:])
WEIGHTS = [rng.normal(size=(3, 4)), rng.normal(size=(2, 6)) + 0.5]
ALL_POSITIVE = rng.random((4, 5)) + 0.1

SHOWN_LAYERS = [
    (
        np.array([[1.0, 2.0], [0.0, 1.0]]),
        np.array([1.0, -1.0]),
        np.array([[1.0, 0.0], [3.0, 1.0]]),
        np.array([0.5, 0.0]),
    ),
    (
        np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]]),
        np.array([1.0, 2.0]),
        np.array([[3.0, -2.0]]),
        np.array([0.5]),
    ),
]

EXERCISES = (
    Exercise(
        grade_id="ex07-1-collapse",
        function="collapse",
        points=4,
        shown=(
            Case(
                "a second layer that only adds biases",
                (
                    np.array([[0.0, 1.0], [2.0, 0.0]]),
                    np.array([1.0, 0.0]),
                    np.eye(2),
                    np.array([0.0, 5.0]),
                ),
                np.array([[0.0, 1.0, 1.0], [2.0, 0.0, 5.0]]),
                why="Weights first, and the biases in the last column.",
            ),
            *(
                Case(what, layers, _by_probing(layers), why=why)
                for what, layers, why in (
                    (
                        "the first layer works first",
                        SHOWN_LAYERS[0],
                        "W₂(W₁x + b₁) + b₂: matrices multiply from the left.",
                    ),
                    (
                        "three inputs, two units, one output",
                        SHOWN_LAYERS[1],
                        "The first layer's biases pass through the second's weights.",
                    ),
                )
            ),
        ),
        cases=tuple(
            Case(name, layers, _by_probing(layers))
            for name, layers in zip(
                ("narrow middle", "wide middle, one output", "all layers alike"),
                LAYERS,
                strict=True,
            )
        ),
        wrong={
            "biases of the first layer handed on as they are": """
def collapse(w1, b1, w2, b2):
    return np.column_stack([w2 @ w1, np.resize(b1, len(b2)) + b2])
""",
            "biases of the first layer forgotten": """
def collapse(w1, b1, w2, b2):
    return np.column_stack([w2 @ w1, b2])
""",
            "the other layer first": """
def collapse(w1, b1, w2, b2):
    w = w1 @ w2 if w1.shape[1] == w2.shape[0] else w2 @ w1
    return np.column_stack([w, w2 @ b1 + b2])
""",
            "biases in the first column": """
def collapse(w1, b1, w2, b2):
    return np.column_stack([w2 @ b1 + b2, w2 @ w1])
""",
        },
    ),
    Exercise(
        grade_id="ex07-2-pixels",
        function="pixel_error",
        points=4,
        shown=(
            Case(
                "stage 1 perfect: what the code's error does to the pixels",
                (np.zeros((2, 2)), np.eye(2), np.diag([3.0, 0.5])),
                4.625,
                why="A loud unit's error weighs 3², a quiet one's 0.5².",
            ),
            Case(
                "both errors, and they meet",
                (np.ones((1, 2)), np.array([[1.0, 2.0]]), np.diag([3.0, 0.5])),
                4.0,
                why="x − x̂ = r − B e = (1 − 3, 1 − 1): the middle term counts.",
            ),
            Case(
                "three pixels, one code unit",
                (
                    np.array([[1.0, 0.0, -1.0]]),
                    np.array([[2.0]]),
                    np.array([[1.0], [0.5], [0.0]]),
                ),
                3.0,
                why="r − B e = (−1, −1, −1).",
            ),
            Case(
                "two images, each with both errors",
                (
                    np.array([[1.0, 1.0], [0.0, 2.0]]),
                    np.array([[1.0, 2.0], [-1.0, 1.0]]),
                    np.diag([3.0, 0.5]),
                ),
                7.625,
                why="The first loses 4, the second 3² + 1.5²; averaged over images.",
            ),
        ),
        cases=(
            Case("fewer code units than pixels", STACKS[0], _three_terms(*STACKS[0])),
            Case("one image, wide code", STACKS[1], _three_terms(*STACKS[1])),
            Case("as many units as pixels", STACKS[2], _three_terms(*STACKS[2])),
            Case("a first stage without error", EXACT, _three_terms(*EXACT)),
        ),
        wrong={
            "the code's error as it is": """
def pixel_error(r, e, B):
    return np.square(r).sum(axis=1).mean() + np.square(e).sum(axis=1).mean()
""",
            "middle term taken to be zero": """
def pixel_error(r, e, B):
    return np.square(r).sum(axis=1).mean() + np.square(e @ B.T).sum(axis=1).mean()
""",
            "the wrong sign": """
def pixel_error(r, e, B):
    return np.square(r + e @ B.T).sum(axis=1).mean()
""",
            "mean over pixels as well": """
def pixel_error(r, e, B):
    return np.square(r - e @ B.T).mean()
""",
        },
    ),
    Exercise(
        grade_id="ex07-3-liked",
        function="most_liked",
        points=4,
        shown=(
            Case(
                "no pixel is negative, and the norm is kept",
                (np.array([[3.0, -9.0, 4.0], [0.0, 0.1, -1.0]]), 10.0),
                np.array([[6.0, 0.0, 8.0], [0.0, 10.0, 0.0]]),
                why="Ink where a weight is negative only lowers s; 6² + 8² = 10².",
            ),
            Case(
                "no negative weight, a small norm",
                (np.array([[3.0, 4.0]]), 0.5),
                np.array([[0.3, 0.4]]),
                why="The best image then points along the weights.",
            ),
        ),
        cases=(
            Case(
                "three units",
                (WEIGHTS[0], 2.0),
                _by_search(WEIGHTS[0], 2.0),
                tolerance=1e-3,
            ),
            Case(
                "another norm",
                (WEIGHTS[1], 0.3),
                _by_search(WEIGHTS[1], 0.3),
                tolerance=1e-3,
            ),
            Case(
                "no negative weight: the weights themselves",
                (ALL_POSITIVE, 1.0),
                ALL_POSITIVE / np.sqrt((ALL_POSITIVE**2).sum(axis=1))[:, None],
            ),
            Case("one pixel is liked", (np.eye(3) - 0.5, 4.0), 4.0 * np.eye(3)),
        ),
        wrong={
            "absolute weights": """
def most_liked(w, norm):
    a = abs(w)
    return norm * a / np.linalg.norm(a, axis=1, keepdims=True)
""",
            "clipped after the norm": """
def most_liked(w, norm):
    return np.maximum(norm * w / np.linalg.norm(w, axis=1, keepdims=True), 0)
""",
            "negative pixels left in": """
def most_liked(w, norm):
    return norm * w / np.linalg.norm(w, axis=1, keepdims=True)
""",
            "sum instead of norm": """
def most_liked(w, norm):
    a = np.maximum(w, 0)
    return norm * a / a.sum(axis=1, keepdims=True)
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex07-4-words",
        points=4,
        rubric={
            "A stage weighs its error by the loudness of code units, pixels do not.": 1,
            "So the few per cent lost can be what matters most below (eᵀBᵀBe).": 1,
            "A measurement: e sent through the decoders, or the error by depth.": 1,
            "Two remedies, such as equal loudness and fine-tuning.": 1,
        },
    ),
)
