"""Hidden half of notebook 14's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': numerical minimization, sorting
row by row in plain Python, and trying every way to match.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from scipy.optimize import minimize_scalar

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(14)


def _shrunk(a: np.ndarray, price: float, square: float) -> np.ndarray:
    def cost(c: float, one: float) -> float:
        return (one - c) ** 2 + price * c + square * c**2

    return np.array(
        [
            minimize_scalar(
                cost,
                bounds=(0, 50),
                args=(one,),
                method="bounded",
                options={"xatol": 1e-10},
            ).x
            for one in a
        ]
    )


def _top(above: np.ndarray, k: int) -> np.ndarray:
    rows = []
    for row in above.tolist():
        best = sorted((v for v in row if v > 0), reverse=True)[:k]
        rows.append([v if v in best else 0.0 for v in row])
    return np.array(rows)


def _matched(truth: np.ndarray, found: np.ndarray) -> float:
    a = truth / np.linalg.norm(truth, axis=1)[:, None]
    b = found / np.linalg.norm(found, axis=1)[:, None]
    ways = permutations(range(len(b)), len(a))
    return max(float(np.mean(np.sum(a * b[list(way)], axis=1))) for way in ways)


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-7) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


EXERCISES = (
    Exercise(
        grade_id="ex14-1-shrunk",
        function="shrunk_code",
        points=3,
        hints=(
            "Where is the derivative of the cost by c zero, if it is zero anywhere "
            "above c = 0?",
            "−2 (a − c) + s + 2 r c = 0. Solve for c; and where that is negative, "
            "which allowed c costs least?",
            "Half of the price s is taken from a, what is left is divided by 1 + r, "
            "and nothing falls below zero.",
        ),
        shown=(
            _case(
                "no price at all: positive amounts stay as they are",
                _shrunk,
                np.array([0.3, 1.0]),
                0.0,
                0.0,
                why="The squared error alone is least at c = a.",
                tolerance=1e-6,
            ),
            _case(
                "a price on the amount takes the same from all that are large enough",
                _shrunk,
                np.array([0.3, 1.0, 2.0]),
                0.4,
                0.0,
                why="c = a − s/2, here 0.2 less, whatever a is.",
                tolerance=1e-6,
            ),
            _case(
                "a price on the square takes the same share",
                _shrunk,
                np.array([0.5, 1.0]),
                0.0,
                1.0,
                why="Half of each is left with r = 1: nothing becomes exactly zero.",
                tolerance=1e-6,
            ),
            _case(
                "both prices, and amounts that are too small or negative",
                _shrunk,
                np.array([-1.0, 0.1, 0.9]),
                0.6,
                0.5,
                why="What would fall below zero is zero; (0.9 − 0.3)/1.5 = 0.4.",
                tolerance=1e-6,
            ),
        ),
        cases=(
            _case(
                "many amounts of both signs",
                _shrunk,
                rng.normal(size=12),
                0.5,
                0.3,
                tolerance=1e-6,
            ),
            _case(
                "a high price beside a small square's",
                _shrunk,
                rng.uniform(0, 4, size=8),
                3.0,
                0.05,
                tolerance=1e-6,
            ),
            _case(
                "a square's price above one",
                _shrunk,
                rng.uniform(-1, 3, size=8),
                0.2,
                2.5,
                tolerance=1e-6,
            ),
        ),
        wrong={
            "the whole price instead of half": """
def shrunk_code(a, price, square):
    return np.maximum(a - price, 0) / (1 + square)
""",
            "amounts below zero are let through": """
def shrunk_code(a, price, square):
    return (a - price / 2) / (1 + square)
""",
            "both signs are kept": """
def shrunk_code(a, price, square):
    return np.sign(a) * np.maximum(np.abs(a) - price / 2, 0) / (1 + square)
""",
            "divided before the price is taken": """
def shrunk_code(a, price, square):
    return np.maximum(a / (1 + square) - price / 2, 0)
""",
            "the square's price counted twice": """
def shrunk_code(a, price, square):
    return np.maximum(a - price / 2, 0) / (1 + 2 * square)
""",
        },
    ),
    Exercise(
        grade_id="ex14-2-top",
        function="top_k_code",
        points=4,
        hints=(
            "Try it on one row with a large negative number; then on two rows, one of "
            "which is louder than the other.",
            "Two things are wrong: by what the numbers are ranked, and among whom.",
            "First let nothing be negative; then rank within each row (axis=1), and "
            "keep what is positive among its first k.",
        ),
        shown=(
            _case(
                "one row: the two largest stay",
                _top,
                np.array([[0.5, 2.0, 0.1, 1.0]]),
                2,
                why="2 and 1 are the largest; the rest becomes 0.",
            ),
            _case(
                "a large negative number is not active",
                _top,
                np.array([[-5.0, 0.4, 0.2, -0.1]]),
                1,
                why="A code is nowhere negative: 0.4 is the largest positive number.",
            ),
            _case(
                "a loud sample beside a soft one",
                _top,
                np.array([[9.0, 8.0, 7.0], [0.3, 0.2, 0.1]]),
                2,
                why="Each sample keeps two of its own, however loud the others are.",
            ),
            _case(
                "fewer positive numbers than k",
                _top,
                np.array([[-1.0, -2.0, 0.7], [-1.0, -0.5, -0.2]]),
                2,
                why="Then fewer are active, in the second row none.",
            ),
        ),
        cases=(
            _case("five samples of eight units", _top, rng.normal(size=(5, 8)), 3),
            _case("one active unit for each", _top, rng.normal(size=(6, 5)), 1),
            _case("as many as there are units", _top, rng.normal(size=(4, 3)), 3),
            _case(
                "samples of very different loudness",
                _top,
                rng.normal(size=(4, 6)) * [[100], [1], [0.01], [10]],
                2,
            ),
        ),
        wrong={
            "as given: by absolute size, over the whole batch": """
def top_k_code(above, k):
    most = np.sort(np.abs(above).ravel())[-k * len(above)]
    return np.where(np.abs(above) >= most, above, 0)
""",
            "by absolute size": """
def top_k_code(above, k):
    most = np.sort(np.abs(above), axis=1)[:, -k:][:, :1]
    return np.where(np.abs(above) >= most, above, 0)
""",
            "over the whole batch": """
def top_k_code(above, k):
    code = np.maximum(above, 0)
    most = np.sort(code.ravel())[-k * len(code)]
    return np.where(code >= most, code, 0)
""",
            "negative numbers among the k largest": """
def top_k_code(above, k):
    most = np.sort(above, axis=1)[:, -k:][:, :1]
    return np.where(above >= most, above, 0)
""",
            "ones instead of the amounts": """
def top_k_code(above, k):
    code = np.maximum(above, 0)
    most = np.sort(code, axis=1)[:, -k:][:, :1]
    return ((code >= most) & (code > 0)).astype(float)
""",
            "along the samples instead of the units": """
def top_k_code(above, k):
    code = np.maximum(above, 0)
    k = min(k, len(code))
    most = np.sort(code, axis=0)[-k:][:1]
    return np.where(code >= most, code, 0)
""",
        },
    ),
    Exercise(
        grade_id="ex14-3-matched",
        function="matched",
        points=4,
        hints=(
            "Make a table of all cosines first: a row for each true direction, a "
            "column for each that was found.",
            "Then choose one entry in each row, no two in the same column, with the "
            "largest sum. Taking the largest entry first may cost more later.",
            "scipy.optimize.linear_sum_assignment does just that; it minimizes, unless "
            "it is told maximize=True.",
        ),
        shown=(
            _case(
                "the same directions in another order and at other lengths",
                _matched,
                np.array([[1.0, 0.0], [0.0, 1.0]]),
                np.array([[0.0, 5.0], [0.1, 0.0]]),
                why="Neither order nor length matters: all are found, 1.",
            ),
            _case(
                "one direction found can serve one true one only",
                _matched,
                np.array([[1.0, 0.0], [1.0, 1.0]]),
                np.array([[1.0, 0.2], [-1.0, 1.0]]),
                why="The second true one gets what is left, at a right angle.",
            ),
            _case(
                "the opposite direction is another one",
                _matched,
                np.array([[1.0, 0.0]]),
                np.array([[-1.0, 0.0], [0.6, 0.8]]),
                why="0.6 is more than −1.",
            ),
            _case(
                "the best pair first is not the best for all",
                _matched,
                np.array([[1.0, 0.0], [np.cos(0.5), np.sin(0.5)]]),
                np.array([[np.cos(0.2), np.sin(0.2)], [np.cos(-1.2), np.sin(-1.2)]]),
                why="If the first takes its nearest, the second is left at 97 degrees.",
            ),
        ),
        cases=(
            _case(
                "four directions in three dimensions",
                _matched,
                rng.normal(size=(4, 3)),
                rng.normal(size=(4, 3)),
            ),
            _case(
                "three planted, six found",
                _matched,
                rng.normal(size=(3, 5)),
                rng.normal(size=(6, 5)),
            ),
            _case(
                "crowded ones, among which there is competition",
                _matched,
                np.array([1.0, 1.0]) + 0.3 * rng.normal(size=(5, 2)),
                np.array([1.0, 1.0]) + 0.5 * rng.normal(size=(6, 2)),
            ),
            _case(
                "lengths from a hundredth to a hundred",
                _matched,
                rng.normal(size=(4, 4)) * [[0.01], [1], [100], [3]],
                rng.normal(size=(5, 4)) * [[10], [0.1], [1], [50], [0.02]],
            ),
        ),
        wrong={
            "each takes its nearest, whoever has it already": """
def matched(truth, found):
    a = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    b = found / np.linalg.norm(found, axis=1, keepdims=True)
    return float((a @ b.T).max(axis=1).mean())
""",
            "the best pair first": """
def matched(truth, found):
    a = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    b = found / np.linalg.norm(found, axis=1, keepdims=True)
    cosines, total = a @ b.T, 0.0
    for _ in range(len(a)):
        i, j = np.unravel_index(cosines.argmax(), cosines.shape)
        total += cosines[i, j]
        cosines[i], cosines[:, j] = -np.inf, -np.inf
    return total / len(a)
""",
            "either sign": """
from scipy.optimize import linear_sum_assignment
def matched(truth, found):
    a = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    b = found / np.linalg.norm(found, axis=1, keepdims=True)
    cosines = np.abs(a @ b.T)
    return float(cosines[linear_sum_assignment(cosines, maximize=True)].mean())
""",
            "products instead of cosines": """
from scipy.optimize import linear_sum_assignment
def matched(truth, found):
    table = truth @ found.T
    return float(table[linear_sum_assignment(table, maximize=True)].mean())
""",
            "in the order in which they come": """
def matched(truth, found):
    a = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    b = found / np.linalg.norm(found, axis=1, keepdims=True)
    return float(np.mean(np.sum(a * b[:len(a)], axis=1)))
""",
            "the worst matching": """
from scipy.optimize import linear_sum_assignment
def matched(truth, found):
    a = truth / np.linalg.norm(truth, axis=1, keepdims=True)
    b = found / np.linalg.norm(found, axis=1, keepdims=True)
    cosines = a @ b.T
    return float(cosines[linear_sum_assignment(cosines)].mean())
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex14-w-network",
        points=6,
        rubric={
            "The layer is named, and what its units were expected to know was written "
            "down before measuring.": 1,
            "The price is chosen by a rule stated beforehand, not by the result.": 1,
            "Random directions and the layer's own units stand in the same table, as "
            "many and chosen alike.": 1,
            "Units are chosen on other digits than those on which they are judged.": 1,
            "Found again with another seed: measured, with a cloud that has nothing to "
            "find beside it.": 1,
            "The conclusion says no more than was measured, also where the dictionary "
            "loses.": 1,
        },
    ),
)
