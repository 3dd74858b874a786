"""Hidden half of notebook 10's exercises.  It stays with the instructor."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from aelib.autoencoders import ConvAutoencoder
from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(10)


def _matrix(w: np.ndarray, n: int, stride: int) -> np.ndarray:
    """What torch's convolution makes of the unit vectors, as columns."""
    units = torch.eye(n, dtype=torch.float64)[:, None]
    filters = torch.as_tensor(w, dtype=torch.float64)[None, None]
    return functional.conv1d(units, filters, stride=stride)[:, 0].T.numpy()


def _reached(n: int, size: int, stride: int) -> np.ndarray:
    """What torch's transposed convolution makes of ones with a filter of ones."""
    ones, filters = (torch.ones(1, 1, k, dtype=torch.float64) for k in (n, size))
    return functional.conv_transpose1d(ones, filters, stride=stride)[0, 0].numpy()


def _count(side: int, channels: list[int], kernel: int, code_size: int) -> float:
    model = ConvAutoencoder(
        (side, side), channels=channels, kernel=kernel, code_size=code_size
    )
    return float(sum(p.numel() for p in model.parameters()))


FILTERS = [rng.normal(size=size) for size in (3, 4, 2)]
MATRICES = [(FILTERS[0], 7, 2), (FILTERS[1], 9, 1), (FILTERS[2], 8, 3)]
STAMPS = [(5, 3, 2), (4, 4, 2), (3, 5, 2), (4, 2, 3), (6, 1, 1)]
MODELS = [
    (28, [8, 16], 5, 10),
    (8, [4], 3, 2),
    (25, [3, 5, 7], 3, 6),
    (7, [6, 2], 7, 1),
]

EXERCISES = (
    Exercise(
        grade_id="ex10-1-matrix",
        function="conv_matrix",
        points=3,
        shown=(
            Case(
                "a filter of two, stride 2",
                (np.array([1.0, 2.0]), 4, 2),
                np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0]]),
                why="One row per place, the filter as it is.",
            ),
            Case(
                "one row for each place where the filter fits",
                (np.ones(3), 5, 1),
                np.array([[1.0, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1]]),
                why="It fits at 0, 1 and 2, the last of which ends with the input.",
            ),
            Case(
                "an input left over",
                (np.array([1.0, -1.0, 2.0]), 6, 2),
                np.array([[1.0, -1, 2, 0, 0, 0], [0, 0, 1, -1, 2, 0]]),
                why="At place 4 the filter would hang over the end.",
            ),
        ),
        cases=(
            Case("stride 2", MATRICES[0], _matrix(*MATRICES[0])),
            Case("stride 1", MATRICES[1], _matrix(*MATRICES[1])),
            Case("inputs left over", MATRICES[2], _matrix(*MATRICES[2])),
            Case("filter as long as the input", (FILTERS[0], 3, 2), FILTERS[0][None]),
        ),
        wrong={
            "filter turned around": """
def conv_matrix(w, n, stride):
    m = (n - len(w)) // stride + 1
    out = np.zeros((m, n))
    for i in range(m):
        out[i, i * stride:i * stride + len(w)] = w[::-1]
    return out
""",
            "stride ignored between rows": """
def conv_matrix(w, n, stride):
    m = (n - len(w)) // stride + 1
    out = np.zeros((m, n))
    for i in range(m):
        out[i, i:i + len(w)] = w
    return out
""",
            "the transposed matrix": """
def conv_matrix(w, n, stride):
    m = (n - len(w)) // stride + 1
    out = np.zeros((n, m))
    for i in range(m):
        out[i * stride:i * stride + len(w), i] = w
    return out
""",
            "last place forgotten": """
def conv_matrix(w, n, stride):
    places = list(range(0, max(1, n - len(w)), stride))
    out = np.zeros((len(places), n))
    for i, p in enumerate(places):
        out[i, p:p + len(w)] = w
    return out
""",
        },
    ),
    Exercise(
        grade_id="ex10-2-reached",
        function="times_reached",
        points=3,
        shown=(
            Case(
                "a filter of 3 with stride 2: every other output twice",
                (3, 3, 2),
                np.array([1.0, 1, 2, 1, 2, 1, 1]),
                why="Neighbouring stamps overlap in one output.",
            ),
            Case(
                "stamps side by side",
                (2, 2, 2),
                np.ones(4),
                why="A filter as long as the stride reaches each output once.",
            ),
            Case(
                "gaps between stamps",
                (2, 2, 3),
                np.array([1.0, 1, 0, 1, 1]),
                why="A stride longer than the filter leaves outputs out.",
            ),
            Case(
                "more inputs than the filter is long, with stride 1",
                (4, 3, 1),
                np.array([1.0, 2, 3, 3, 2, 1]),
                why="1 · (4 − 1) + 3 = 6 outputs; in the middle, three stamps overlap.",
            ),
        ),
        cases=tuple(
            Case(f"{n} inputs, filter {size}, stride {stride}", args, _reached(*args))
            for args in STAMPS
            for n, size, stride in [args]
        ),
        wrong={
            "size over stride everywhere": """
def times_reached(n, size, stride):
    return np.full(stride * (n - 1) + size, size / stride)
""",
            "stride 1": """
def times_reached(n, size, stride):
    out = np.zeros(stride * (n - 1) + size)
    for i in range(n):
        out[i:i + size] += 1
    return out
""",
            "set, not added": """
def times_reached(n, size, stride):
    out = np.zeros(stride * (n - 1) + size)
    for i in range(n):
        out[i * stride:i * stride + size] = 1
    return out
""",
            "border taken for the middle": """
def times_reached(n, size, stride):
    m = stride * (n - 1) + size
    return np.array([len(range(i % stride, size, stride)) for i in range(m)])
""",
        },
    ),
    Exercise(
        grade_id="ex10-3-count",
        function="count_parameters",
        points=4,
        shown=(
            Case(
                "the smallest of all",
                (2, [1], 1, 1),
                8.0,
                why="Four layers, each with one weight and one bias.",
            ),
            Case(
                "two convolutions, as in the lesson",
                (28, [16, 32], 3, 32),
                111_521.0,
                why="Each filter sees all maps below; there is a bias per map.",
            ),
            Case(
                "an odd side",
                (7, [2], 3, 3),
                _count(7, [2], 3, 3),
                why="Half of 7, rounded up, is 4.",
            ),
        ),
        cases=tuple(
            Case(f"{side} × {side}, channels {channels}", args, _count(*args))
            for args in MODELS
            for side, channels, _, _ in [args]
        ),
        wrong={
            "sides rounded down": """
def count_parameters(side, channels, kernel, code_size):
    total, below = 0, 1
    for above in channels:
        total += 2 * kernel ** 2 * below * above + above + below
        side, below = side // 2, above
    values = side ** 2 * below
    return total + 2 * values * code_size + code_size + values
""",
            "no biases": """
def count_parameters(side, channels, kernel, code_size):
    total, below = 0, 1
    for above in channels:
        total += 2 * kernel ** 2 * below * above
        side, below = (side + 1) // 2, above
    return total + 2 * side ** 2 * below * code_size
""",
            "filters see one map each": """
def count_parameters(side, channels, kernel, code_size):
    total, below = 0, 1
    for above in channels:
        total += 2 * kernel ** 2 * above + above + below
        side, below = (side + 1) // 2, above
    values = side ** 2 * below
    return total + 2 * values * code_size + code_size + values
""",
            "encoder only": """
def count_parameters(side, channels, kernel, code_size):
    total, below = 0, 1
    for above in channels:
        total += kernel ** 2 * below * above + above
        side, below = (side + 1) // 2, above
    return total + side ** 2 * below * code_size + code_size
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex10-4-words",
        points=4,
        rubric={
            "Right: maps move with the image, by multiples of the strides.": 1,
            "Wrong: the dense layer, and the decoder's need to know the place.": 1,
            "A measurement: code distance of the moved digit, relative to others.": 1,
            "A change: pooling over places, or a classifier of moved digits.": 1,
        },
    ),
)
