"""Hidden half of notebook 06's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': gradients from central
differences, what units are worth from all masks one by one, and comparisons at equal
error by looking for the place where a line reaches it.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.optimize import brentq

from aelib.backprop import sigmoid
from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(706)


def _gradients(x, y, m, *parameters) -> tuple[np.ndarray, ...]:
    """Differentiate the mean cost of the batch, each sample with its own mask."""

    def cost(changed: int, values: np.ndarray) -> float:
        w1, b1, w2, b2 = (
            values if k == changed else parameter
            for k, parameter in enumerate(parameters)
        )
        y_hat = (m * sigmoid(x @ w1.T + b1)) @ w2.T + b2
        return float(0.5 * ((y - y_hat) ** 2).sum() / len(x))

    return tuple(
        numerical_gradient(lambda v, k=k: cost(k, v), parameter)
        for k, parameter in enumerate(parameters)
    )


def _worth(h, w, b, y, p) -> np.ndarray:
    """Go through all sets of units that are left, for each unit in turn."""
    units = h.shape[1]

    def error(kept) -> float:
        return float(((y - (h * kept) @ w.T - b) ** 2).sum(axis=1).mean())

    found = np.zeros(units)
    for unit in range(units):
        for kept in itertools.product([0, 1], repeat=units):
            if kept[unit]:
                others = sum(kept) - 1
                chance = (1 - p) ** others * p ** (units - 1 - others)
                without = [k if j != unit else 0 for j, k in enumerate(kept)]
                found[unit] += chance * (error(without) - error(kept))
    return found


def _at_equal_error(errors, values, other_errors, other_values, goal) -> tuple:
    """Go along each polygon until it has the error that is asked for."""

    def reads(along: np.ndarray, measure: np.ndarray) -> float:
        order = np.argsort(along)
        along, measure = along[order], measure[order]
        if not along[0] <= goal <= along[-1]:
            return np.nan
        places = np.arange(len(along))

        def off(place: float) -> float:
            return float(np.interp(place, places, along) - goal)

        if off(0) == 0:
            return measure[0]
        return np.interp(brentq(off, 0, places[-1], xtol=1e-14), places, measure)

    found = reads(errors, values) - reads(other_errors, other_values)
    return (0.0, False) if np.isnan(found) else (float(found), True)


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-7) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


def _batch(n: int, inputs: int, hidden: int, outputs: int, p: float) -> tuple:
    return (
        rng.random((n, inputs)),
        rng.random((n, outputs)),
        (rng.random((n, hidden)) >= p) / (1 - p),
        rng.normal(size=(hidden, inputs)),
        rng.normal(size=hidden),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=outputs),
    )


def _layer(n: int, hidden: int, outputs: int, p: float) -> tuple:
    return (
        rng.random((n, hidden)),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=outputs),
        rng.random((n, outputs)),
        p,
    )


WHOLE = list(_batch(4, 3, 2, 3, 0.0))
WHOLE[2] = np.ones((4, 2))
LOST = list(_batch(3, 2, 3, 2, 0.5))
LOST[2] = np.zeros((3, 3))

EXERCISES = (
    Exercise(
        grade_id="ex06-4-repair",
        function="masked_gradients",
        points=4,
        hints=(
            "Take the symptoms one by one. Which lines could make the biases wrong "
            "where no unit is dropped? And what changes with the mask and is right "
            "nowhere but in dropped units?",
            "What is the slope of the sigmoid at s, if the variable that once held "
            "f(s) now holds m f(s)? At m = 2 and f(s) = 0.6 it comes out negative.",
            "Keep f(s) and m f(s) under two names: the slope is made from the one, the "
            "second layer is fed with the other, and δ_j needs m as a factor of its "
            "own. The cost is a mean, for biases as for weights.",
        ),
        shown=(
            _case(
                "a kept unit: the slope is that of the sigmoid, times m",
                _gradients,
                np.array([[1.0]]),
                np.array([[0.0]]),
                np.array([[2.0]]),
                np.array([[0.4]]),
                np.array([0.0]),
                np.array([[1.0]]),
                np.array([0.0]),
                why="f(0.4) is 0.6 and m f is 1.2; the slope is 0.6 · 0.4, times 2.",
            ),
            _case(
                "two samples, nothing dropped: a mean over samples in all four",
                _gradients,
                np.array([[1.0], [0.0]]),
                np.array([[0.0], [1.0]]),
                np.ones((2, 1)),
                np.array([[0.5]]),
                np.array([0.1]),
                np.array([[1.0]]),
                np.array([0.2]),
                why="J is the mean of two costs, so each slope is a mean of two.",
            ),
            _case(
                "each sample has its own mask; a dropped unit learns nothing from it",
                _gradients,
                np.array([[1.0, -0.5], [0.3, 0.8], [0.0, 1.0]]),
                np.array([[0.3, 0.9, 0.0], [0.1, 0.5, 1.0], [0.7, 0.2, 0.4]]),
                np.array([[2.0, 0.0], [0.0, 2.0], [2.0, 2.0]]),
                np.array([[0.5, -1.0], [0.2, 0.4]]),
                np.array([0.1, -0.2]),
                np.array([[1.0, 0.5], [-0.3, 0.8], [0.6, -0.7]]),
                np.array([0.0, 0.1, -0.1]),
                why="m stands in what is sent up and in what comes down, row by row.",
            ),
        ),
        cases=(
            _case("a batch at p = ½", _gradients, *_batch(5, 4, 6, 4, 0.5)),
            _case(
                "fewer outputs than inputs, p = 0.2",
                _gradients,
                *_batch(6, 5, 3, 2, 0.2),
            ),
            _case("one sample alone", _gradients, *_batch(1, 3, 5, 3, 0.4)),
            _case("no unit dropped: ordinary backpropagation", _gradients, *WHOLE),
            _case("all units dropped: one bias is left to learn", _gradients, *LOST),
        ),
        wrong={
            "both mistakes, as given": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    h = m * h
    delta_i = y - (h @ w2.T + b2)
    delta_j = h * (1 - h) * (delta_i @ w2)
    dw1, db1 = -delta_j.T @ x / n, -delta_j.sum(axis=0)
    dw2, db2 = -delta_i.T @ h / n, -delta_i.sum(axis=0)
    return dw1, db1, dw2, db2
""",
            "the mask still inside the slope": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = m / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - (h @ w2.T + b2)
    delta_j = h * (1 - h) * (delta_i @ w2)
    return (
        -delta_j.T @ x / n,
        -delta_j.mean(axis=0),
        -delta_i.T @ h / n,
        -delta_i.mean(axis=0),
    )
""",
            "biases still summed over samples": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - ((m * h) @ w2.T + b2)
    delta_j = m * h * (1 - h) * (delta_i @ w2)
    dw1, db1 = -delta_j.T @ x / n, -delta_j.sum(axis=0)
    return dw1, db1, -delta_i.T @ (m * h) / n, -delta_i.sum(axis=0)
""",
            "the slope repaired and the mask of δ lost": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - ((m * h) @ w2.T + b2)
    delta_j = h * (1 - h) * (delta_i @ w2)
    return (
        -delta_j.T @ x / n,
        -delta_j.mean(axis=0),
        -delta_i.T @ (m * h) / n,
        -delta_i.mean(axis=0),
    )
""",
            "the second layer's weights see activities without the mask": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - ((m * h) @ w2.T + b2)
    delta_j = m * h * (1 - h) * (delta_i @ w2)
    return (
        -delta_j.T @ x / n,
        -delta_j.mean(axis=0),
        -delta_i.T @ h / n,
        -delta_i.mean(axis=0),
    )
""",
            "the mask twice in δ": """
def masked_gradients(x, y, m, w1, b1, w2, b2):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta_i = y - ((m * h) @ w2.T + b2)
    delta_j = m * m * h * (1 - h) * (delta_i @ w2)
    return (
        -delta_j.T @ x / n,
        -delta_j.mean(axis=0),
        -delta_i.T @ (m * h) / n,
        -delta_i.mean(axis=0),
    )
""",
        },
    ),
    Exercise(
        grade_id="ex06-5-context",
        function="worth_in_company",
        points=4,
        hints=(
            "Write the output that is left as the whole output less what the missing "
            "units contribute. How does the error change if c_i is missing, too?",
            "In one company the loss costs 2 e·c_i + |c_i|², where e is the residual "
            "of that company. Averaged over companies, e is the residual of the whole "
            "network plus p times what all the others contribute.",
            "With c of shape (n, J, I): sum over outputs, average over samples, of "
            "2 (y − ŷ + p (Σ_j c_j − c_i))·c_i + |c_i|².",
        ),
        shown=(
            _case(
                "p = 0: all others are there, and this is the ordinary importance",
                _worth,
                np.array([[1.0, 1.0]]),
                np.array([[2.0, -1.0]]),
                np.array([0.0]),
                np.array([[1.0]]),
                0.0,
                why="Without unit 1 the output is −1, error 4; without unit 2 it is 2, "
                "error 1.",
            ),
            _case(
                "p = 1: no other unit is there",
                _worth,
                np.array([[1.0, 1.0]]),
                np.array([[2.0, -1.0]]),
                np.array([0.0]),
                np.array([[1.0]]),
                1.0,
                why="Alone, unit 1 turns an error of 1 into 1, and unit 2 makes it 4: "
                "its loss would be a gain of 3.",
            ),
            _case(
                "p = ½: each other unit is there every other time",
                _worth,
                np.array([[1.0, 1.0]]),
                np.array([[2.0, -1.0]]),
                np.array([0.0]),
                np.array([[1.0]]),
                0.5,
                why="The mean of the two cases above.",
            ),
            _case(
                "two samples, three units, two outputs: a mean over samples",
                _worth,
                np.array([[0.2, 0.9, 0.5], [0.7, 0.1, 0.3]]),
                np.array([[1.0, -0.5, 0.8], [0.3, 0.6, -1.0]]),
                np.array([0.1, -0.2]),
                np.array([[0.5, 0.0], [1.0, 0.3]]),
                0.3,
                why="Products are averaged, not multiplied after averaging.",
            ),
        ),
        cases=(
            _case("five units, p = ½", _worth, *_layer(6, 5, 3, 0.5)),
            _case("others mostly there", _worth, *_layer(4, 4, 2, 0.1)),
            _case("others mostly gone", _worth, *_layer(5, 6, 2, 0.9)),
            _case("a unit that has no others", _worth, *_layer(3, 1, 4, 0.5)),
        ),
        wrong={
            "all others always there": """
def worth_in_company(h, w, b, y, p):
    c = h[:, :, None] * w.T
    e = (y - h @ w.T - b)[:, None]
    return (2 * e * c + c**2).sum(axis=2).mean(axis=0)
""",
            "p taken for the chance to be there": """
def worth_in_company(h, w, b, y, p):
    c = h[:, :, None] * w.T
    others = c.sum(axis=1, keepdims=True) - c
    e = (y - h @ w.T - b)[:, None] + (1 - p) * others
    return (2 * e * c + c**2).sum(axis=2).mean(axis=0)
""",
            "the unit counted among the others": """
def worth_in_company(h, w, b, y, p):
    c = h[:, :, None] * w.T
    e = (y - h @ w.T - b)[:, None] + p * c.sum(axis=1, keepdims=True)
    return (2 * e * c + c**2).sum(axis=2).mean(axis=0)
""",
            "the residual moved the wrong way": """
def worth_in_company(h, w, b, y, p):
    c = h[:, :, None] * w.T
    others = c.sum(axis=1, keepdims=True) - c
    e = (y - h @ w.T - b)[:, None] - p * others
    return (2 * e * c + c**2).sum(axis=2).mean(axis=0)
""",
            "averaged over samples before multiplying": """
def worth_in_company(h, w, b, y, p):
    c = h.mean(axis=0)[:, None] * w.T
    e = (y - h @ w.T - b).mean(axis=0) + p * (c.sum(axis=0) - c)
    return (2 * e * c + c**2).sum(axis=1)
""",
            "each pair counted once": """
def worth_in_company(h, w, b, y, p):
    c = h[:, :, None] * w.T
    others = c.sum(axis=1, keepdims=True) - c
    e = (y - h @ w.T - b)[:, None]
    return (2 * e * c + c**2 + p * others * c).sum(axis=2).mean(axis=0)
""",
        },
    ),
    Exercise(
        grade_id="ex06-6-equal-error",
        function="at_equal_error",
        points=3,
        hints=(
            "At which strength would the first regularizer have the error that is "
            "asked for, and what would the measure be there? The strengths themselves "
            "are not needed.",
            "Between two runs, go along a straight line in the plane of error and "
            "measure. Outside of all the runs nothing is known.",
            "np.interp reads such a line, if errors rise from left to right; it has "
            "the arguments left and right for what lies outside.",
        ),
        shown=(
            _case(
                "halfway between two runs",
                _at_equal_error,
                np.array([2.0, 4.0]),
                np.array([10.0, 20.0]),
                np.array([3.0, 5.0]),
                np.array([1.0, 9.0]),
                3.0,
                why="The first has 15 at an error of 3, the second 1.",
            ),
            _case(
                "runs in any order",
                _at_equal_error,
                np.array([6.0, 2.0, 4.0]),
                np.array([1.0, 7.0, 3.0]),
                np.array([8.0, 1.0]),
                np.array([0.0, 14.0]),
                5.0,
                why="At 5 the first lies between the runs at 4 and 6: 2, less 6.",
            ),
            _case(
                "an error that one of the two never has",
                _at_equal_error,
                np.array([2.0, 4.0]),
                np.array([10.0, 20.0]),
                np.array([5.0, 7.0]),
                np.array([1.0, 9.0]),
                3.0,
                why="The second has not been measured below 5, so nothing is known.",
            ),
        ),
        cases=(
            _case(
                "curves that bend",
                _at_equal_error,
                np.array([2.5, 3.1, 4.6, 7.2, 9.9]),
                np.array([0.9, 0.4, 0.35, 0.1, 0.02]),
                np.array([2.2, 5.0, 7.5]),
                np.array([0.8, 0.7, 0.1]),
                6.1,
            ),
            _case(
                "measured in falling order",
                _at_equal_error,
                np.array([9.0, 6.5, 3.0]),
                np.array([0.2, 0.3, 0.9]),
                np.array([8.0, 7.0, 2.0, 1.0]),
                np.array([0.1, 0.5, 0.4, 0.9]),
                6.9,
            ),
            _case(
                "exactly where a run was made",
                _at_equal_error,
                np.array([2.0, 3.0, 5.0]),
                np.array([0.5, 0.1, 0.4]),
                np.array([1.0, 3.0]),
                np.array([0.0, 1.0]),
                3.0,
            ),
            _case(
                "above the last run of the first",
                _at_equal_error,
                np.array([2.0, 3.0]),
                np.array([0.5, 0.1]),
                np.array([1.0, 9.0]),
                np.array([0.0, 1.0]),
                4.0,
            ),
        ),
        wrong={
            "the nearest run of each": """
def at_equal_error(errors, values, other_errors, other_values, goal):
    one = values[np.argmin(abs(errors - goal))]
    other = other_values[np.argmin(abs(other_errors - goal))]
    low = max(errors.min(), other_errors.min())
    high = min(errors.max(), other_errors.max())
    return (one - other, True) if low <= goal <= high else (0.0, False)
""",
            "held constant outside of the runs": """
def at_equal_error(errors, values, other_errors, other_values, goal):
    a, b = np.argsort(errors), np.argsort(other_errors)
    one = np.interp(goal, errors[a], values[a])
    return one - np.interp(goal, other_errors[b], other_values[b]), True
""",
            "not put in order": """
def at_equal_error(errors, values, other_errors, other_values, goal):
    ends = {"left": np.nan, "right": np.nan}
    found = np.interp(goal, errors, values, **ends)
    found = found - np.interp(goal, other_errors, other_values, **ends)
    return (0.0, False) if np.isnan(found) else (found, True)
""",
            "the mean over all strengths": """
def at_equal_error(errors, values, other_errors, other_values, goal):
    low = max(errors.min(), other_errors.min())
    high = min(errors.max(), other_errors.max())
    found = values.mean() - other_values.mean()
    return (found, True) if low <= goal <= high else (0.0, False)
""",
            "the second less the first": """
def at_equal_error(errors, values, other_errors, other_values, goal):
    ends = {"left": np.nan, "right": np.nan}
    a, b = np.argsort(errors), np.argsort(other_errors)
    one = np.interp(goal, errors[a], values[a], **ends)
    found = np.interp(goal, other_errors[b], other_values[b], **ends) - one
    return (0.0, False) if np.isnan(found) else (found, True)
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex06-p-network",
        points=4,
        rubric={
            "Says beforehand which measure stands for co-adaptation, and which result "
            "would speak against the lecture's sentence.": 1,
            "Sets dropout against an opponent of equal error, tuned on digits that "
            "judge nothing else; one thing differs.": 1,
            "Three seeds at least, results seed by seed.": 1,
            "Concludes no more than was measured, and names what was not tried.": 1,
        },
    ),
)
