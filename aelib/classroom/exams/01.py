"""Hidden half of notebook 01's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(1)


def _network(n: int, d: int, k: int) -> tuple[np.ndarray, ...]:
    return (
        rng.normal(size=(n, d)),
        rng.normal(size=(k, d)),
        rng.normal(size=k),
        rng.normal(size=(d, k)),
        rng.normal(size=d),
    )


def _outputs(x, w1, b1, w2, b2) -> np.ndarray:
    """Unit by unit, index by index: slow, and nothing to get wrong by broadcasting."""
    return np.array([_layer(_layer(x_q, w1, b1), w2, b2) for x_q in x])


def _layer(values: np.ndarray, w: np.ndarray, b: np.ndarray) -> list[float]:
    units, inputs = w.shape
    return [
        _sigmoid(sum(w[i, j] * values[j] for j in range(inputs)) + b[i])
        for i in range(units)
    ]


def _sigmoid(s: float) -> float:
    return 1 / (1 + np.exp(-s))


def _pca_error(train: np.ndarray, test: np.ndarray, k: int) -> float:
    pca = PCA(k, svd_solver="full").fit(train)
    rebuilt = pca.inverse_transform(pca.transform(test))
    return float(np.square(test - rebuilt).sum(axis=1).mean())


def _noise_passed(w1: np.ndarray, w2: np.ndarray) -> float:
    """Pass each pixel's own bump through, and keep what comes out at that pixel."""
    d = w1.shape[1]
    return float(np.mean([w2[i] @ w1[:, i] for i in range(d)]))


NETWORKS = [_network(1, 4, 2), _network(5, 6, 3), _network(3, 4, 9)]
CLOUDS = [
    (rng.normal(size=(40, 6)) * np.arange(1, 7) + 3, rng.normal(size=(15, 6)) + 5),
    (rng.random((30, 8)), rng.random((11, 8))),
]
STAGES = [
    (rng.normal(size=(k, d)), rng.normal(size=(d, k)))
    for k, d in [(2, 5), (7, 4), (1, 3)]
]


def _nil(size: int) -> tuple[np.ndarray]:
    return (np.zeros(size),)


CORNERS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0], [2.0, 1.0]])
SHOWN_CLOUD = (
    np.array([[1.0, 2, 3], [2, 1, 0], [4, 0, 1], [0, 0, 2], [3, 5, 1]]),
    np.array([[2.0, 2, 2], [5, 0, 1], [1, 4, 4]]),
)
SHOWN_NETWORKS = [
    (
        np.array([[1.0, 2.0]]),
        np.array([[1.0, -1.0]]),
        np.array([0.5]),
        np.array([[2.0], [0.0]]),
        np.array([-1.0, 1.0]),
    ),
    (
        np.array([[1.0, 0.0], [0.2, 0.6]]),
        np.array([[1.0, -2.0], [0.5, 0.5], [-1.0, 3.0]]),
        np.array([0.1, -0.2, 0.3]),
        np.array([[1.0, 0.5, -1.0], [2.0, 0.0, 1.0]]),
        np.array([0.2, -0.4]),
    ),
]

EXERCISES = (
    Exercise(
        grade_id="ex01-1-reconstruct",
        function="reconstruct",
        points=3,
        shown=(
            Case(
                "sums of zero give one half",
                (
                    np.zeros((2, 3)),
                    np.zeros((1, 3)),
                    *_nil(1),
                    np.zeros((3, 1)),
                    *_nil(3),
                ),
                np.full((2, 3), 0.5),
                why="Both layers have the sigmoid, and σ(0) = ½.",
            ),
            Case(
                "one image through a code of one unit",
                SHOWN_NETWORKS[0],
                _outputs(*SHOWN_NETWORKS[0]),
                why="h = σ(1 − 2 + 0.5) ≈ 0.378; the outputs are σ(2h − 1) and σ(1).",
            ),
            Case(
                "two images, and more code units than pixels",
                SHOWN_NETWORKS[1],
                _outputs(*SHOWN_NETWORKS[1]),
                why="One row per image: weights of shape (out, in) enter transposed.",
            ),
        ),
        cases=(
            Case("one image", NETWORKS[0], _outputs(*NETWORKS[0])),
            Case("several images, narrow code", NETWORKS[1], _outputs(*NETWORKS[1])),
            Case("a code wider than the input", NETWORKS[2], _outputs(*NETWORKS[2])),
        ),
        wrong={
            "linear output": """
def reconstruct(x, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    return h @ w2.T + b2
""",
            "encoder weights used again": """
def reconstruct(x, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    return 1 / (1 + np.exp(-(h @ w1 + b2)))
""",
            "no biases": """
def reconstruct(x, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(x @ w1.T)))
    return 1 / (1 + np.exp(-(h @ w2.T)))
""",
            "wrong sign in the sigmoid": """
def reconstruct(x, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(x @ w1.T + b1))
    return 1 / (1 + np.exp(h @ w2.T + b2))
""",
        },
    ),
    Exercise(
        grade_id="ex01-2-pca-error",
        function="pca_error",
        points=4,
        shown=(
            Case(
                "one component keeps the longer side of a rectangle",
                (CORNERS, CORNERS, 1),
                0.25,
                why="Each corner lies ½ above or below the long axis.",
            ),
            Case(
                "as many components as pixels lose nothing",
                (CORNERS, CORNERS, 2),
                0.0,
                why="Two directions span the plane.",
            ),
            Case(
                "a test image away from the line of the training images",
                (np.array([[0.0, 0, 0], [3, 4, 0]]), np.array([[4.0, -3, 7]]), 1),
                74.0,
                why="It lies at right angles to the line: 5² + 7² are lost.",
            ),
            Case(
                "mean and directions are those of the training images",
                (*SHOWN_CLOUD, 2),
                _pca_error(*SHOWN_CLOUD, 2),
                why="The test images are rebuilt by what training has fixed.",
            ),
        ),
        cases=(
            Case("one component", (*CLOUDS[0], 1), _pca_error(*CLOUDS[0], 1)),
            Case("several components", (*CLOUDS[0], 4), _pca_error(*CLOUDS[0], 4)),
            Case("all but one component", (*CLOUDS[1], 7), _pca_error(*CLOUDS[1], 7)),
            Case("other data", (*CLOUDS[1], 3), _pca_error(*CLOUDS[1], 3)),
        ),
        wrong={
            "data not centred": """
def pca_error(train, test, k):
    v = np.linalg.svd(train, full_matrices=False)[2][:k]
    return np.square(test - test @ v.T @ v).sum(axis=1).mean()
""",
            "test centred by its own mean": """
def pca_error(train, test, k):
    v = np.linalg.svd(train - train.mean(axis=0), full_matrices=False)[2][:k]
    t = test - test.mean(axis=0)
    return np.square(t - t @ v.T @ v).sum(axis=1).mean()
""",
            "directions of the test data": """
def pca_error(train, test, k):
    mean = train.mean(axis=0)
    v = np.linalg.svd(test - mean, full_matrices=False)[2][:k]
    return np.square((test - mean) - (test - mean) @ v.T @ v).sum(axis=1).mean()
""",
            "mean over pixels": """
def pca_error(train, test, k):
    mean = train.mean(axis=0)
    v = np.linalg.svd(train - mean, full_matrices=False)[2][:k]
    return np.square((test - mean) - (test - mean) @ v.T @ v).mean()
""",
        },
    ),
    Exercise(
        grade_id="ex01-3-noise-passed",
        function="linear_noise_passed",
        points=3,
        shown=(
            Case(
                "the identity passes all noise",
                (np.eye(5), np.eye(5)),
                1.0,
                why="What goes in comes out.",
            ),
            Case(
                "a projection on 2 of 5 pixels passes 2/5",
                (np.eye(5)[:2], np.eye(5)[:, :2]),
                2 / 5,
                why="Noise on three of the five pixels is lost.",
            ),
            Case(
                "one code unit with uneven weights",
                (np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])),
                5.5,
                why="Only what returns to its own pixel counts: (3 · 1 + 4 · 2) / 2.",
            ),
        ),
        cases=(
            Case("a narrow code", STAGES[0], _noise_passed(*STAGES[0])),
            Case("a code wider than the input", STAGES[1], _noise_passed(*STAGES[1])),
            Case("a code of one number", STAGES[2], _noise_passed(*STAGES[2])),
        ),
        wrong={
            "divided by the code size": """
def linear_noise_passed(w1, w2):
    return np.trace(w2 @ w1) / w1.shape[0]
""",
            "size of the change, not its slope along the noise": """
def linear_noise_passed(w1, w2):
    return np.square(w2 @ w1).sum() / w1.shape[1]
""",
            "mean over all entries of the product": """
def linear_noise_passed(w1, w2):
    return (w2 @ w1).mean()
""",
            "rank only": """
def linear_noise_passed(w1, w2):
    return min(w1.shape) / w1.shape[1]
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex01-4-words",
        points=4,
        rubric={
            "A wide code can copy pixel by pixel: a small error is no evidence.": 1,
            "A first measurement, with the outcome expected of an identity and of a "
            "network that has learned digits: noise passed, or a Jacobian.": 1,
            "A second one: images that are no digits, sparseness, a probe.": 1,
            "A constraint in the training: bottleneck, sparsity, denoising.": 1,
        },
    ),
)
