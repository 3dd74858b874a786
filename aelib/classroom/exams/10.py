"""Hidden half of notebook 10's exercises.  It stays with the instructor.

Expected values come from torch's layers and their gradients, and from a singular value
decomposition, not from the sums that the model answers write down.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(710)
TOLERANCE = 1e-8


def expected_stamp_gradient(small, slope, size, stride):
    """What autograd finds for the filter of torch's transposed convolution."""
    stamps, arriving = (torch.from_numpy(a)[None, None] for a in (small, slope))
    w = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    functional.conv_transpose2d(stamps, w, stride=stride).backward(arriving)
    return w.grad[0, 0].numpy()


def expected_pool_gradient(x, delta, size, stride):
    """What autograd sends back through torch's max pooling."""
    values = torch.from_numpy(x)[None, None].requires_grad_()
    pooled = functional.max_pool1d(values, size, stride)
    pooled.backward(torch.from_numpy(delta)[None, None])
    return values.grad[0, 0].numpy()


def expected_thrown_away(x, w, stride):
    """Projection on the directions to which torch's convolution is blind."""
    units = torch.eye(len(x), dtype=torch.float64)[:, None]
    filters = torch.from_numpy(w)[None, None]
    matrix = functional.conv1d(units, filters, stride=stride)[:, 0].T.numpy()
    _, strengths, directions = np.linalg.svd(matrix)
    blind = directions[np.sum(strengths > 1e-10) :]
    return blind.T @ (blind @ x)


def case(what, expected, *arguments, why=""):
    return Case(what, arguments, expected(*arguments), TOLERANCE, why)


def stamps(height, width, size, stride):
    """Return an input, the slope at its output, and the filter's size and stride."""
    large = [stride * (n - 1) + size for n in (height, width)]
    return rng.normal(size=(height, width)), rng.normal(size=large), size, stride


def windows(n, size, stride):
    """Return values, a delta for each window, and the windows' size and stride."""
    delta = rng.normal(size=(n - size) // stride + 1)
    return rng.normal(size=n), delta, size, stride


EXERCISES = (
    Exercise(
        grade_id="ex10-5-stamp-gradient",
        function="stamp_gradient",
        points=4,
        hints=(
            "Which of the three symptoms is left if there is a single stamp? And what "
            "changes between one stamp and four with stride 1?",
            "Filter entry (a, b) is laid on pixel (stride·r + a, stride·c + b), once "
            "for each value of `small`, and its gradient adds up all these places.",
            "Two repairs: the slice takes every `stride`-th row and column, "
            "a : a + stride·(height − 1) + 1 : stride, and .mean() becomes .sum().",
        ),
        shown=(
            case(
                "a single stamp: its value times the slope under it",
                expected_stamp_gradient,
                np.array([[2.0]]),
                np.array([[1.0, 2.0], [3.0, 5.0]]),
                2,
                2,
                why="One place, so that there is nothing to add up.",
            ),
            case(
                "stride 1: the places are added up",
                expected_stamp_gradient,
                np.array([[1.0, 1.0], [1.0, 1.0]]),
                np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 7.0]]),
                2,
                1,
                why="All four stamps share one filter: four shares, added.",
            ),
            case(
                "stride 2: each stamp reads the slope where it was laid",
                expected_stamp_gradient,
                np.array([[1.0, 10.0]]),
                np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 9.0]]),
                2,
                2,
                why="The second stamp begins in column 2: 1 · 1 + 10 · 3 = 31.",
            ),
            case(
                "an input that isn't square, and stamps that overlap",
                expected_stamp_gradient,
                np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]]),
                np.arange(35.0).reshape(5, 7) % 4,
                3,
                2,
                why="Where stamps overlap, each takes its own share of the same pixel.",
            ),
        ),
        cases=(
            case(
                "stamps of 3 × 3 with stride 2",
                expected_stamp_gradient,
                *stamps(4, 4, 3, 2),
            ),
            case(
                "stamps with gaps between them",
                expected_stamp_gradient,
                *stamps(3, 2, 2, 3),
            ),
            case("stride 1", expected_stamp_gradient, *stamps(2, 5, 4, 1)),
            case("a wide input", expected_stamp_gradient, *stamps(1, 6, 3, 2)),
        ),
        wrong={
            "the function as it was given": """
def stamp_gradient(small, slope, size, stride):
    height, width = small.shape
    out = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            out[a, b] = (small * slope[a:a + height, b:b + width]).mean()
    return out
""",
            "the mean over places": """
def stamp_gradient(small, slope, size, stride):
    out = np.zeros((size, size))
    for (r, c), value in np.ndenumerate(small):
        top, left = stride * r, stride * c
        out += value * slope[top:top + size, left:left + size]
    return out / small.size
""",
            "the stride ignored": """
def stamp_gradient(small, slope, size, stride):
    height, width = small.shape
    out = np.zeros((size, size))
    for a in range(size):
        for b in range(size):
            out[a, b] = (small * slope[a:a + height, b:b + width]).sum()
    return out
""",
            "the filter turned around": """
def stamp_gradient(small, slope, size, stride):
    out = np.zeros((size, size))
    for (r, c), value in np.ndenumerate(small):
        top, left = stride * r, stride * c
        out += value * slope[top:top + size, left:left + size]
    return out[::-1, ::-1].copy()
""",
            "the share of one place only": """
def stamp_gradient(small, slope, size, stride):
    return small[0, 0] * slope[:size, :size]
""",
            "the step instead of the gradient": """
def stamp_gradient(small, slope, size, stride):
    out = np.zeros((size, size))
    for (r, c), value in np.ndenumerate(small):
        top, left = stride * r, stride * c
        out -= value * slope[top:top + size, left:left + size]
    return out
""",
        },
    ),
    Exercise(
        grade_id="ex10-6-pool-gradient",
        function="pool_gradient",
        points=4,
        hints=(
            "A window passes one value on. Which inputs does its output depend on, if "
            "all others move a little?",
            "Each δ goes back, whole, to the place of its window's largest value; the "
            "inputs between get nothing. What if two windows have the same largest?",
            "For window k, place = k·stride + x[k·stride : k·stride + size].argmax(), "
            "and out[place] += delta[k].",
        ),
        shown=(
            case(
                "windows side by side: δ goes to the largest of each",
                expected_pool_gradient,
                np.array([1.0, 3.0, 2.0, 0.0]),
                np.array([5.0, 7.0]),
                2,
                2,
                why="The output is its window's largest value, and no other moves it.",
            ),
            case(
                "windows that overlap: a value that is the largest of two gets both δ",
                expected_pool_gradient,
                np.array([1.0, 5.0, 2.0, 0.0, 4.0]),
                np.array([1.0, 2.0, 3.0]),
                3,
                1,
                why="The 5 is the largest of the first two windows: 1 + 2.",
            ),
            case(
                "values that no window has looked at get nothing",
                expected_pool_gradient,
                np.array([1.0, 2.0, 9.0, 4.0, 3.0, 9.0]),
                np.array([1.0, -2.0]),
                2,
                3,
                why="With stride 3, windows of 2 leave out places 2 and 5.",
            ),
            case(
                "negative values: the largest is the one nearest to zero",
                expected_pool_gradient,
                np.array([-1.0, -3.0, -2.0, -4.0]),
                np.array([1.0, 1.0]),
                2,
                2,
                why="Largest is not farthest from zero.",
            ),
        ),
        cases=(
            case(
                "three values to a window, none shared",
                expected_pool_gradient,
                *windows(9, 3, 3),
            ),
            case("overlapping windows", expected_pool_gradient, *windows(11, 4, 2)),
            case(
                "a new window at each place", expected_pool_gradient, *windows(8, 3, 1)
            ),
            case("gaps between windows", expected_pool_gradient, *windows(12, 2, 4)),
            case(
                "one value that is the largest of many windows",
                expected_pool_gradient,
                np.array([0.0, -1.0, 6.0, -2.0, 1.0, -5.0]),
                np.array([1.0, 10.0, 100.0, 1_000.0]),
                3,
                1,
            ),
        ),
        wrong={
            "set, not added": """
def pool_gradient(x, delta, size, stride):
    out = np.zeros(len(x))
    for k, d in enumerate(delta):
        first = k * stride
        out[first + x[first:first + size].argmax()] = d
    return out
""",
            "shared by the whole window": """
def pool_gradient(x, delta, size, stride):
    out = np.zeros(len(x))
    for k, d in enumerate(delta):
        out[k * stride:k * stride + size] += d / size
    return out
""",
            "the largest in absolute value": """
def pool_gradient(x, delta, size, stride):
    out = np.zeros(len(x))
    for k, d in enumerate(delta):
        first = k * stride
        out[first + np.abs(x[first:first + size]).argmax()] += d
    return out
""",
            "windows laid side by side whatever the stride": """
def pool_gradient(x, delta, size, stride):
    out = np.zeros(len(x))
    for k, d in enumerate(delta):
        window = x[k * size:(k + 1) * size]
        if len(window):
            out[k * size + window.argmax()] += d
    return out
""",
            "δ times the value": """
def pool_gradient(x, delta, size, stride):
    out = np.zeros(len(x))
    for k, d in enumerate(delta):
        first = k * stride
        place = first + x[first:first + size].argmax()
        out[place] += d * x[place]
    return out
""",
        },
    ),
    Exercise(
        grade_id="ex10-7-thrown-away",
        function="thrown_away",
        points=4,
        hints=(
            "Write the convolution as a matrix C. Which changes of x leave C x alone?",
            "Split x into a sum of rows of C and a rest that is orthogonal to all "
            "rows. C sees the first part and is blind to the rest.",
            "np.linalg.pinv(C) @ (C @ x) is the part that is seen; Cᵀ C x is not.",
        ),
        shown=(
            case(
                "what the filter can see leaves nothing",
                expected_thrown_away,
                np.array([3.0, 3.0, 1.0, 1.0]),
                np.array([1.0, 1.0]),
                2,
                why="Both values of each pair are equal: x is a sum of rows of C.",
            ),
            case(
                "what the filter can't see comes back whole",
                expected_thrown_away,
                np.array([1.0, -1.0, 2.0, -2.0]),
                np.array([1.0, 1.0]),
                2,
                why="Each pair adds up to 0, so that the output is 0 everywhere.",
            ),
            case(
                "values behind the last place of the filter are never seen",
                expected_thrown_away,
                np.array([1.0, 1.0, 2.0, 2.0, 7.0]),
                np.array([1.0, 1.0]),
                2,
                why="At place 4 the filter would hang over the end.",
            ),
            case(
                "places that overlap share what they see",
                expected_thrown_away,
                np.array([1.0, 0.0, 2.0, -1.0, 3.0, 1.0, 0.0]),
                np.array([1.0, 2.0, -1.0]),
                2,
                why="The rows of C are not orthogonal here: what they see overlaps.",
            ),
        ),
        cases=(
            case(
                "a filter of 3, stride 2",
                expected_thrown_away,
                rng.normal(size=9),
                rng.normal(size=3),
                2,
            ),
            case(
                "a filter of 4, stride 1",
                expected_thrown_away,
                rng.normal(size=10),
                rng.normal(size=4),
                1,
            ),
            case(
                "gaps between places",
                expected_thrown_away,
                rng.normal(size=11),
                rng.normal(size=2),
                3,
            ),
            case(
                "one place only",
                expected_thrown_away,
                rng.normal(size=5),
                rng.normal(size=5),
                2,
            ),
        ),
        wrong={
            "the transpose taken for the inverse": """
def thrown_away(x, w, stride):
    m = (len(x) - len(w)) // stride + 1
    matrix = np.zeros((m, len(x)))
    for i in range(m):
        matrix[i, i * stride:i * stride + len(w)] = w
    return x - matrix.T @ (matrix @ x)
""",
            "what is seen, not what is thrown away": """
def thrown_away(x, w, stride):
    m = (len(x) - len(w)) // stride + 1
    matrix = np.zeros((m, len(x)))
    for i in range(m):
        matrix[i, i * stride:i * stride + len(w)] = w
    return np.linalg.pinv(matrix) @ (matrix @ x)
""",
            "the filter turned around": """
def thrown_away(x, w, stride):
    m = (len(x) - len(w)) // stride + 1
    matrix = np.zeros((m, len(x)))
    for i in range(m):
        matrix[i, i * stride:i * stride + len(w)] = w[::-1]
    return x - np.linalg.pinv(matrix) @ (matrix @ x)
""",
            "each place by itself": """
def thrown_away(x, w, stride):
    m = (len(x) - len(w)) // stride + 1
    rest = x.copy()
    for i in range(m):
        window = slice(i * stride, i * stride + len(w))
        rest[window] -= w * (w @ x[window]) / (w @ w)
    return rest
""",
            "a stride of 1": """
def thrown_away(x, w, stride):
    m = len(x) - len(w) + 1
    matrix = np.zeros((m, len(x)))
    for i in range(m):
        matrix[i, i:i + len(w)] = w
    return x - np.linalg.pinv(matrix) @ (matrix @ x)
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex10-8-detail",
        points=6,
        rubric={
            "Pairs of images that differ in one named detail and in nothing else, with "
            "a picture of one pair.": 1,
            "A prediction, written down before the measurement, with its reason.": 1,
            "A measurement on a hundred digits or more: how much of the change is left "
            "in the code or in the copy, with its spread.": 2,
            "A control: another change of the same energy, of which more is left.": 1,
            "A conclusion that says no more than was measured: of which network, on "
            "which data.": 1,
        },
    ),
)
