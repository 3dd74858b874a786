"""Hidden cases of notebook 06: dropout.

Expected gradients come from central differences, the penalty from costs averaged over
all masks, mean outputs from a recursion over units: not from the formulas of the model
answers.
"""

import itertools

import numpy as np

from aelib.backprop import sigmoid
from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(706)


def expected_gradients(x, y, m, *parameters):
    def cost(changed, values):
        w1, b1, w2, b2 = (
            values if k == changed else parameter
            for k, parameter in enumerate(parameters)
        )
        return 0.5 * ((y - w2 @ (m * sigmoid(w1 @ x + b1)) - b2) ** 2).sum()

    return tuple(
        numerical_gradient(lambda v, k=k: cost(k, v), parameter)
        for k, parameter in enumerate(parameters)
    )


def expected_rise(h, w, p):
    """Cost averaged over masks, less the cost of the whole; any target will do."""
    y = rng.normal(size=(len(h), len(w)))
    costs = 0.0
    for kept in itertools.product([0, 1], repeat=h.shape[1]):
        chance = np.prod([1 - p if k else p for k in kept])
        thinned = h * np.array(kept) / (1 - p)
        costs += chance * 0.5 * ((y - thinned @ w.T) ** 2).sum()
    return (costs - 0.5 * ((y - h @ w.T) ** 2).sum()) / len(h)


def expected_output(h, w, b, p):
    """Toss the coin of the first unit; what is left is the same with one unit less."""
    if len(h) == 0:
        return sigmoid(b)
    lost = expected_output(h[1:], w[:, 1:], b, p)
    kept = expected_output(h[1:], w[:, 1:], b + w[:, 0] * h[0] / (1 - p), p)
    return p * lost + (1 - p) * kept


def random_sample(inputs, hidden, outputs, p):
    return (
        rng.random(inputs),
        rng.random(outputs),
        (np.arange(hidden) % 3 > 0) / (1 - p),  # units 0, 3, … are dropped
        rng.normal(size=(hidden, inputs)),
        rng.normal(size=hidden),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=outputs),
    )


def case(what, expected, *arguments, tolerance=1e-9):
    return Case(what, arguments, expected(*arguments), tolerance)


def gradients_case(what, *sizes):
    return case(what, expected_gradients, *random_sample(*sizes), tolerance=1e-7)


def shown(what, why, expected, *arguments):
    return Case(what, arguments, expected(*arguments), 1e-7, why)


EXERCISES = (
    Exercise(
        grade_id="ex06-1-gradients",
        function="dropout_gradients",
        points=4,
        shown=(
            shown(
                "a dropped unit sends nothing, and learns nothing",
                "What was sent is m h, and the mask stands in δ, too.",
                expected_gradients,
                np.ones(1),
                np.zeros(1),
                np.array([0.0, 2.0]),
                np.zeros((2, 1)),
                np.zeros(2),
                np.ones((1, 2)),
                np.zeros(1),
            ),
            shown(
                "more inputs and outputs, and the sign of a gradient",
                "dJ/dw = −δ times what was sent; f′ is the sigmoid's own, without m.",
                expected_gradients,
                np.array([1.0, -0.5]),
                np.array([0.3, 0.9, 0.0]),
                np.array([2.0, 0.0]),
                np.array([[0.5, -1.0], [0.2, 0.4]]),
                np.array([0.1, -0.2]),
                np.array([[1.0, 0.5], [-0.3, 0.8], [0.6, -0.7]]),
                np.array([0.0, 0.1, -0.1]),
            ),
        ),
        cases=(
            gradients_case(
                "some units dropped, as many outputs as inputs", 4, 6, 4, 0.5
            ),
            gradients_case("another probability, other sizes", 3, 5, 2, 0.2),
            case(
                "nothing dropped: plain backpropagation",
                expected_gradients,
                *random_sample(3, 2, 3, 0.0)[:2],
                np.ones(2),
                *random_sample(3, 2, 3, 0.0)[3:],
                tolerance=1e-7,
            ),
            case(
                "everything dropped: only the output's bias learns",
                expected_gradients,
                *random_sample(2, 3, 2, 0.5)[:2],
                np.zeros(3),
                *random_sample(2, 3, 2, 0.5)[3:],
                tolerance=1e-7,
            ),
        ),
        wrong={
            "mask forgotten on the way back": """
def dropout_gradients(x, y, m, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    d2 = y - (w2 @ (m * h) + b2)
    d1 = h * (1 - h) * (w2.T @ d2)
    return -np.outer(d1, x), -d1, -np.outer(d2, m * h), -d2
""",
            "mask forgotten in what was sent": """
def dropout_gradients(x, y, m, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    d2 = y - (w2 @ (m * h) + b2)
    d1 = m * h * (1 - h) * (w2.T @ d2)
    return -np.outer(d1, x), -d1, -np.outer(d2, h), -d2
""",
            "mask inside the slope of the sigmoid": """
def dropout_gradients(x, y, m, w1, b1, w2, b2):
    h = m / (1 + np.exp(-(w1 @ x + b1)))
    d2 = y - (w2 @ h + b2)
    d1 = h * (1 - h) * (w2.T @ d2)
    return -np.outer(d1, x), -d1, -np.outer(d2, h), -d2
""",
            "the lecture's delta instead of the gradient": """
def dropout_gradients(x, y, m, w1, b1, w2, b2):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    d2 = y - (w2 @ (m * h) + b2)
    d1 = m * h * (1 - h) * (w2.T @ d2)
    return np.outer(d1, x), d1, np.outer(d2, m * h), d2
""",
        },
    ),
    Exercise(
        grade_id="ex06-2-penalty",
        function="dropout_cost",
        points=3,
        shown=(
            shown(
                "one unit that is always on, dropped every other time",
                "½ · p/(1 − p) · h² · w² = ½.",
                expected_rise,
                np.ones((3, 1)),
                np.ones((1, 1)),
                0.5,
            ),
            shown(
                "nothing dropped, nothing paid",
                "p/(1 − p) is 0.",
                expected_rise,
                np.ones((3, 1)),
                np.ones((1, 1)),
                0.0,
            ),
            shown(
                "the square of each activity, averaged over samples",
                "The mean of 0² and 2² is 2, the square of their mean only 1.",
                expected_rise,
                np.array([[0.0], [2.0]]),
                np.ones((1, 1)),
                0.5,
            ),
            shown(
                "two units, three outputs, another p",
                "Summed over units and outputs; kept units are divided by 1 − p.",
                expected_rise,
                np.array([[1.0, 0.5], [0.2, -1.0]]),
                np.array([[1.0, -1.0], [0.5, 2.0], [0.3, 0.0]]),
                0.2,
            ),
        ),
        cases=(
            case(
                "several samples, p = ½",
                expected_rise,
                rng.random((4, 5)),
                rng.normal(size=(3, 5)),
                0.5,
            ),
            case(
                "activities of both signs, another p",
                expected_rise,
                rng.normal(size=(6, 3)),
                rng.normal(size=(4, 3)),
                0.2,
            ),
            case(
                "one sample, one output",
                expected_rise,
                rng.random((1, 4)),
                rng.normal(size=(1, 4)),
                0.7,
            ),
        ),
        wrong={
            "square of the mean activity": """
def dropout_cost(h, w, p):
    return 0.5 * p / (1 - p) * (h.mean(axis=0) ** 2 * w**2).sum()
""",
            "variance of a mask that is not rescaled": """
def dropout_cost(h, w, p):
    return 0.5 * p * (1 - p) * ((h**2).mean(axis=0) * w**2).sum()
""",
            "summed over samples": """
def dropout_cost(h, w, p):
    return 0.5 * p / (1 - p) * ((h**2).sum(axis=0) * w**2).sum()
""",
            "the half forgotten": """
def dropout_cost(h, w, p):
    return p / (1 - p) * ((h**2).mean(axis=0) * w**2).sum()
""",
            "mean over outputs": """
def dropout_cost(h, w, p):
    return 0.5 * p / (1 - p) * ((h**2).mean(axis=0) * w**2).sum() / len(w)
""",
        },
    ),
    Exercise(
        grade_id="ex06-3-mean-output",
        function="mean_output",
        points=4,
        shown=(
            shown(
                "one unit at p = ½: σ(0) or σ(2), evens",
                "The unit is there half the time, and then counts twice.",
                expected_output,
                np.ones(1),
                np.ones((1, 1)),
                np.zeros(1),
                0.5,
            ),
            shown(
                "nothing dropped: the whole network",
                "Only one mask has a chance.",
                expected_output,
                np.ones(3),
                np.ones((2, 3)),
                np.zeros(2),
                0.0,
            ),
            shown(
                "p = 0.2 makes some masks likelier than others",
                "At p = 0.2 a unit is there four times in five, divided by 0.8.",
                expected_output,
                np.array([1.0, 2.0]),
                np.array([[1.0, -1.5], [0.5, 2.0]]),
                np.array([0.5, -1.0]),
                0.2,
            ),
        ),
        cases=(
            case(
                "p = ½",
                expected_output,
                rng.random(4),
                2 * rng.normal(size=(3, 4)),
                rng.normal(size=3),
                0.5,
            ),
            case(
                "masks that are not equally likely",
                expected_output,
                rng.random(6),
                2 * rng.normal(size=(2, 6)),
                rng.normal(size=2),
                0.2,
            ),
            case(
                "one unit, one output",
                expected_output,
                np.array([1.5]),
                np.array([[-2.0]]),
                np.array([0.5]),
                0.7,
            ),
        ),
        wrong={
            "the whole network": """
def mean_output(h, w, b, p):
    return 1 / (1 + np.exp(-(w @ h + b)))
""",
            "activities not rescaled": """
import itertools
def mean_output(h, w, b, p):
    total = np.zeros(len(b))
    for kept in itertools.product([0, 1], repeat=len(h)):
        chance = np.prod([1 - p if k else p for k in kept])
        total += chance / (1 + np.exp(-(w @ (np.array(kept) * h) + b)))
    return total
""",
            "masks equally likely": """
import itertools
def mean_output(h, w, b, p):
    total = np.zeros(len(b))
    for kept in itertools.product([0, 1], repeat=len(h)):
        total += 1 / (1 + np.exp(-(w @ (np.array(kept) / (1 - p) * h) + b)))
    return total / 2 ** len(h)
""",
            "p taken for the probability to stay": """
import itertools
def mean_output(h, w, b, p):
    total = np.zeros(len(b))
    for kept in itertools.product([0, 1], repeat=len(h)):
        chance = np.prod([p if k else 1 - p for k in kept])
        total += chance / (1 + np.exp(-(w @ (np.array(kept) / p * h) + b)))
    return total
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex06-w-redundant",
        points=4,
        rubric={
            "Ablation to the mean, and what it found: no advantage for dropout.": 1,
            "A direct measure of redundancy (units predicted from the others), and "
            "what it found: a little lower with dropout.": 1,
            "Why zero is not a neutral choice: the training set units to zero, or a "
            "constant level is lost with it.": 1,
            "A better sentence: less reliance on a unit's being there, not more "
            "redundancy of what the units know.": 1,
        },
    ),
)
