"""Hidden half of notebook 03's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': least squares on data with added
rows, root finding, and scikit-learn's ridge regression, fold by fold.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from sklearn.linear_model import Ridge

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(3)


def _pulled(x, y, w0, lam) -> np.ndarray:
    """Each price is one more row of data, which w0 alone fits without an error."""
    rows = np.vstack([x / np.sqrt(len(x)), np.diag(np.sqrt(lam))])
    wanted = np.concatenate([y / np.sqrt(len(x)), np.sqrt(lam) * w0])
    return np.linalg.lstsq(rows, wanted)[0]


def _multiplier(x: np.ndarray, y: np.ndarray, c: float) -> float:
    """Root of c(lam) = c, in the basis in which x'x is diagonal."""
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    b = vectors.T @ x.T @ y / len(x)
    return float(
        brentq(lambda lam: ((b / (values + lam)) ** 2).sum() - c, 0, 1e6, xtol=1e-14)
    )


def _chosen(x, y, digit, lams, folds) -> tuple[float, float]:
    """scikit-learn's cost is a sum without ½ or 1/N: its alpha is N lam."""
    errors = np.zeros(len(lams))
    for fold in range(folds):
        known, new = digit % folds != fold, digit % folds == fold
        mean = x[known].mean(axis=0)
        for k, lam in enumerate(lams):
            reader = Ridge(known.sum() * lam, fit_intercept=False, tol=1e-12)
            reader.fit(x[known] - mean, y[known])
            errors[k] += 0.5 * np.sum((y[new] - reader.predict(x[new] - mean)) ** 2)
    return float(lams[errors.argmin()]), float(errors.min() / len(x))


def _case(what: str, expected, *arguments, why: str = "", tolerance=1e-7) -> Case:
    return Case(what, arguments, expected(*arguments), tolerance, why)


CLOUDS = [
    (rng.normal(size=(30, 4)) * [1, 2, 3, 0.5] + 1, rng.normal(size=30) + 2),
    (rng.normal(size=(12, 2)), rng.normal(size=12)),
    (rng.normal(size=(5, 8)), rng.normal(size=5)),
]
LEAST = [np.linalg.lstsq(x, y)[0] for x, y in CLOUDS[:2]]
BUDGETS = [0.5 * LEAST[0] @ LEAST[0], 0.05 * LEAST[1] @ LEAST[1]]
RICH = 2 * LEAST[0] @ LEAST[0]


def _copies(digits: int, copies: int, inputs: int, noise: float) -> tuple:
    """Noisy copies of a few digits, in random order, with a target for each digit."""
    shown = rng.normal(size=(digits, inputs)) + 2
    wanted = shown @ rng.normal(size=inputs) + 2 * rng.normal(size=digits)
    digit = rng.permutation(np.repeat(np.arange(digits), copies))
    x = shown[digit] + noise * rng.normal(size=(len(digit), inputs))
    return x, wanted[digit], digit


PRICES = np.array([1e-4, 1e-2, 0.1, 1.0, 10.0])
TWO = np.array([0, 0, 1, 1])
THREE = np.array([[0.0], [1.0], [5.0]])
COPIES = [_copies(11, 4, 6, 0.1), _copies(10, 3, 8, 0.3), _copies(9, 5, 5, 0.05)]
SHOWN_COPIES = _copies(8, 3, 5, 0.1)

EXERCISES = (
    Exercise(
        grade_id="ex03-5-pulled",
        function="pulled_weights",
        points=3,
        hints=(
            "Set the gradient to zero, as for ridge regression. What does the penalty "
            "½ λ_j (w_j − v_j)² add to the j-th line?",
            "A w − b + λ_j (w_j − v_j) = 0 in each line j: what stands with w, and "
            "what does not?",
            "(A + diag(λ)) w = b + λ v with A = xᵀx/N and b = xᵀy/N, λ v line by line.",
        ),
        shown=(
            _case(
                "halfway between the data's weight and the old one",
                _pulled,
                np.ones((2, 1)),
                np.array([1.0, 3.0]),
                np.array([4.0]),
                np.array([1.0]),
                why="The data want 2, the old weight is 4, and both pull alike: 3.",
            ),
            _case(
                "a weight that no data speak of stays where it was",
                _pulled,
                np.array([[1.0, 0.0], [2.0, 0.0]]),
                np.array([1.0, 2.0]),
                np.array([1.0, -7.0]),
                np.array([0.5, 0.5]),
                why="The penalty is zero at the old weights, wherever they are.",
            ),
            _case(
                "a price of zero leaves that weight to the data",
                _pulled,
                np.array([[1.0, 1.0], [3.0, 1.0], [2.0, 1.0]]),
                np.array([5.0, 9.0, 8.0]),
                np.array([0.0, 0.0]),
                np.array([0.5, 0.0]),
                why="Each weight has its own price; the second one, a bias, pays none.",
            ),
            _case(
                "three weights, three prices",
                _pulled,
                np.array([[1.0, 2.0, 0.5], [0.0, 1.0, -1.0], [2.0, 0.3, 1.0]]),
                np.array([1.0, -1.0, 2.0]),
                np.array([0.5, -0.5, 1.0]),
                np.array([0.2, 1.0, 3.0]),
                why="λ_j stands in the j-th line alone, on both sides of the equation.",
            ),
        ),
        cases=(
            _case(
                "four inputs, four prices",
                _pulled,
                *CLOUDS[0],
                rng.normal(size=4),
                np.array([0.3, 1.0, 0.05, 2.0]),
            ),
            _case(
                "a very strong pull",
                _pulled,
                *CLOUDS[1],
                np.array([3.0, -2.0]),
                np.array([200.0, 500.0]),
            ),
            _case(
                "more inputs than samples",
                _pulled,
                *CLOUDS[2],
                rng.normal(size=8),
                rng.uniform(0.1, 1, size=8),
            ),
        ),
        wrong={
            "pulled to zero": """
def pulled_weights(x, y, v, lam):
    return np.linalg.solve(x.T @ x / len(x) + np.diag(lam), x.T @ y / len(x))
""",
            "the old weights added to those of ridge regression": """
def pulled_weights(x, y, v, lam):
    return v + np.linalg.solve(x.T @ x / len(x) + np.diag(lam), x.T @ y / len(x))
""",
            "lam beside the sum, not the mean, of the errors": """
def pulled_weights(x, y, v, lam):
    return np.linalg.solve(x.T @ x + np.diag(lam), x.T @ y + lam * v)
""",
            "the old weights without their price": """
def pulled_weights(x, y, v, lam):
    return np.linalg.solve(x.T @ x / len(x) + np.diag(lam), x.T @ y / len(x) + v)
""",
            "one price for all weights": """
def pulled_weights(x, y, v, lam):
    price = np.mean(lam)
    a = x.T @ x / len(x) + price * np.eye(x.shape[1])
    return np.linalg.solve(a, x.T @ y / len(x) + price * v)
""",
            "pushed away from the old weights": """
def pulled_weights(x, y, v, lam):
    a = x.T @ x / len(x) + np.diag(lam)
    return np.linalg.solve(a, x.T @ y / len(x) - lam * v)
""",
        },
    ),
    Exercise(
        grade_id="ex03-3-multiplier",
        function="multiplier",
        points=4,
        hints=(
            "Each λ spends some Σw², and a larger one spends less: guess, and correct.",
            "Does λ = 0 stay within the budget? If not, halve an interval that holds "
            "the answer; what must its upper end do?",
            "Double the upper end until it spends less than c; then halve: the middle "
            "replaces the lower end where it spends more than c.",
        ),
        shown=(
            Case(
                "a budget that λ = 1 keeps",
                (np.ones((2, 1)), np.full(2, 2.0), 1.0),
                1.0,
                1e-6,
                why="w = 2 / (1 + λ), so that w² = 1 at λ = 1.",
            ),
            Case(
                "a budget larger than what is needed costs nothing",
                (np.ones((2, 1)), np.full(2, 2.0), 9.0),
                0.0,
                why="Least squares spends 4: the constraint is idle, its price is 0.",
            ),
            Case(
                "a budget that takes a price of 2,000",
                (np.ones((2, 1)), np.full(2, 2.0), (2 / 2001) ** 2),
                2000.0,
                1e-6,
                why="w = 2 / (1 + λ) again; nothing bounds λ by 1, or by 1,000.",
            ),
            Case(
                "a budget that two inputs share",
                (np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([2.0, 4.0]), 1.25),
                1.5,
                1e-6,
                why="At λ = 1.5 the weights are ½ and 1, and ¼ + 1 is the budget.",
            ),
        ),
        cases=(
            Case(
                "half of what least squares spends",
                (*CLOUDS[0], BUDGETS[0]),
                _multiplier(*CLOUDS[0], BUDGETS[0]),
                1e-6,
            ),
            Case(
                "a tight budget",
                (*CLOUDS[1], BUDGETS[1]),
                _multiplier(*CLOUDS[1], BUDGETS[1]),
                1e-6,
            ),
            Case("a budget larger than needed", (*CLOUDS[0], RICH), 0.0),
            Case(
                "a very tight budget",
                (*CLOUDS[0], BUDGETS[0] / 1e8),
                _multiplier(*CLOUDS[0], BUDGETS[0] / 1e8),
                1e-6,
            ),
        ),
        wrong={
            "a negative price when the constraint is idle": """
def multiplier(x, y, c):
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    b = vectors.T @ x.T @ y / len(x)
    low, high = -values.min() + 1e-9, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        spends_more = ((b / (values + lam)) ** 2).sum() > c
        low, high = (lam, high) if spends_more else (low, lam)
    return lam
""",
            "budget for the norm instead of the squares": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if np.sqrt(w @ w) > c else (low, lam)
    return lam
""",
            "only looks up to 1": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1.0
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
            "only looks up to 1,000": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1000.0
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x / n + lam * np.eye(d), x.T @ y / n)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
            "lam of the summed cost": """
def multiplier(x, y, c):
    n, d = x.shape
    low, high = 0.0, 1e6
    for _ in range(200):
        lam = (low + high) / 2
        w = np.linalg.solve(x.T @ x + lam * np.eye(d), x.T @ y)
        low, high = (lam, high) if w @ w > c else (low, lam)
    return lam
""",
        },
    ),
    Exercise(
        grade_id="ex03-6-leaks",
        function="chosen_lam",
        points=4,
        hints=(
            "A held-out row should tell about a digit that the weights have never met. "
            "For each thing that is computed, ask which rows it was computed from.",
            "Two things look where they should not: how rows are dealt into folds, and "
            "one line above the loop.",
            "rows are held where `digit % folds` is the fold; and within the loop, "
            "subtract the mean of x[~held] from the rows that train and from those "
            "that are held out.",
        ),
        shown=(
            _case(
                "two digits: what is learned from the one says nothing of the other",
                _chosen,
                np.array([[1.0], [1.0], [3.0], [3.0]]),
                np.array([2.0, 2.0, -1.0, -1.0]),
                TWO,
                np.array([0.1]),
                2,
                why="One digit's copies are all equal to their mean: w is 0, and the "
                "error is ½ y² on average.",
            ),
            _case(
                "no copies: the mean, too, belongs to the training rows of the fold",
                _chosen,
                THREE,
                np.array([1.0, -2.0, 4.0]),
                np.arange(3),
                np.array([0.5]),
                3,
                why="Each digit is held out once; the other two have the mean.",
            ),
            _case(
                "copies in random order, five prices to choose from",
                _chosen,
                *SHOWN_COPIES,
                PRICES,
                4,
                why="The error is a mean over all rows, each counted when held out.",
            ),
            _case(
                "folds that hold different numbers of rows",
                _chosen,
                *(part[:19] for part in SHOWN_COPIES),
                PRICES[1:4],
                3,
                why="Each row counts once, so that a small fold counts for less.",
            ),
        ),
        cases=(
            _case("four copies of eleven digits", _chosen, *COPIES[0], PRICES, 4),
            _case("three copies of ten digits", _chosen, *COPIES[1], PRICES, 5),
            _case("five copies, two folds", _chosen, *COPIES[2], PRICES[:4], 2),
            _case(
                "digits that have no copies",
                _chosen,
                CLOUDS[0][0],
                CLOUDS[0][1],
                rng.permutation(30),
                PRICES,
                7,
            ),
        ),
        wrong={
            "both leaks, as given": """
def chosen_lam(x, y, digit, lams, folds):
    x = x - x.mean(axis=0)
    rows, errors = np.arange(len(x)), np.zeros(len(lams))
    for fold in range(folds):
        held = rows % folds == fold
        n = np.sum(~held)
        A, b = x[~held].T @ x[~held] / n, x[~held].T @ y[~held] / n
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            errors[k] += 0.5 * np.sum((y[held] - x[held] @ w) ** 2) / len(x)
    return lams[errors.argmin()], errors.min()
""",
            "copies of a digit on both sides": """
def chosen_lam(x, y, digit, lams, folds):
    rows, errors = np.arange(len(x)), np.zeros(len(lams))
    for fold in range(folds):
        held = rows % folds == fold
        z = x - x[~held].mean(axis=0)
        n = np.sum(~held)
        A, b = z[~held].T @ z[~held] / n, z[~held].T @ y[~held] / n
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            errors[k] += 0.5 * np.sum((y[held] - z[held] @ w) ** 2) / len(x)
    return lams[errors.argmin()], errors.min()
""",
            "the mean of all rows, held out or not": """
def chosen_lam(x, y, digit, lams, folds):
    x = x - x.mean(axis=0)
    errors = np.zeros(len(lams))
    for fold in range(folds):
        held = digit % folds == fold
        n = np.sum(~held)
        A, b = x[~held].T @ x[~held] / n, x[~held].T @ y[~held] / n
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            errors[k] += 0.5 * np.sum((y[held] - x[held] @ w) ** 2) / len(x)
    return lams[errors.argmin()], errors.min()
""",
            "held-out rows less their own mean": """
def chosen_lam(x, y, digit, lams, folds):
    errors = np.zeros(len(lams))
    for fold in range(folds):
        held = digit % folds == fold
        train = x[~held] - x[~held].mean(axis=0)
        new = x[held] - x[held].mean(axis=0)
        A, b = train.T @ train / len(train), train.T @ y[~held] / len(train)
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            errors[k] += 0.5 * np.sum((y[held] - new @ w) ** 2) / len(x)
    return lams[errors.argmin()], errors.min()
""",
            "chosen by the training error": """
def chosen_lam(x, y, digit, lams, folds):
    errors = np.zeros((2, len(lams)))
    for fold in range(folds):
        held = digit % folds == fold
        z = x - x[~held].mean(axis=0)
        n = np.sum(~held)
        A, b = z[~held].T @ z[~held] / n, z[~held].T @ y[~held] / n
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            off = 0.5 * (y - z @ w) ** 2
            errors[:, k] += off[~held].sum(), off[held].sum() / len(x)
    best = errors[0].argmin()
    return lams[best], errors[1, best]
""",
            "a mean over folds, whatever they hold": """
def chosen_lam(x, y, digit, lams, folds):
    errors = np.zeros(len(lams))
    for fold in range(folds):
        held = digit % folds == fold
        z = x - x[~held].mean(axis=0)
        n = np.sum(~held)
        A, b = z[~held].T @ z[~held] / n, z[~held].T @ y[~held] / n
        for k, lam in enumerate(lams):
            w = np.linalg.solve(A + lam * np.eye(x.shape[1]), b)
            errors[k] += 0.5 * np.mean((y[held] - z[held] @ w) ** 2) / folds
    return lams[errors.argmin()], errors.min()
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex03-w-rival",
        points=6,
        rubric={
            "Written down before measuring: the rival, its settings, and which "
            "result would count against the penalty.": 1,
            "Both are tuned alike: as many settings, the same digits and steps, the "
            "same validation digits.": 1,
            "At least three seeds, with differences taken seed by seed, and their "
            "spread.": 1,
            "The test digits are looked at once, after the choice.": 1,
            "One thing differs between the two; what else had to differ is named.": 1,
            "The conclusion says no more than was measured, also where the penalty "
            "loses or nothing can be told.": 1,
        },
    ),
)
