"""Hidden half of notebook 02's exercises.  It stays with the instructor.

Expected values come by another way than the solutions': interactions from differences
of differences, lines from least squares, information from entropies.
"""

from __future__ import annotations

import numpy as np

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(702)


# Exercise 1


def _interaction_share(table: np.ndarray) -> float:
    """From all differences of differences; the variance from all differences."""
    down = table[:, None] - table[None]  # [a, a', b, d]
    both = down[:, :, :, None] - down[:, :, None]  # [a, a', b, b', d]
    flat = table.reshape(-1, table.shape[-1])
    pairs = flat[:, None] - flat[None]
    # Two independent draws differ by twice the variance in the mean square; a double
    # difference has four independent cells, and so four times the interaction's.
    return (np.square(both).mean() / 4) / (np.square(pairs).mean() / 2)


HELPS = np.array([[[0.1], [0.2]], [[0.2], [0.9]]])
ADDED = np.array([0.1, 0.4])[:, None, None] + np.array([0.0, 0.2, 0.5])[:, None]
TWO_BEHAVIOURS = np.array(
    [
        [[0.0, 5.0], [1.0, 5.0]],
        [[1.0, 8.0], [0.0, 8.0]],
    ]  # one either-or, one by a alone
)


def _share_case(what: str, table: np.ndarray, why: str = "") -> Case:
    return Case(what, (table,), _interaction_share(table), 1e-9, why)


# Exercise 2


def _best_unit_r2(
    train_code: np.ndarray,
    train_factor: np.ndarray,
    test_code: np.ndarray,
    test_factor: np.ndarray,
) -> float:
    """Least squares for each unit; the one with the smallest training error."""
    fits = []
    for unit, (train, test) in enumerate(zip(train_code.T, test_code.T, strict=True)):
        line = np.stack([train, np.ones_like(train)], axis=1)
        weights, *_ = np.linalg.lstsq(line, train_factor, rcond=None)
        train_error = np.square(line @ weights - train_factor).sum()
        reading = weights[0] * test + weights[1]
        fits.append((train_error, unit, reading))
    reading = min(fits)[2]
    return 1 - np.square(test_factor - reading).mean() / test_factor.var()


def _digits(n: int, units: int, noise: float, seed: int) -> tuple[np.ndarray, ...]:
    """Codes of n training and n test digits; unit 2 follows the factor, downwards."""
    own = np.random.default_rng(seed)
    factor, code = own.normal(size=2 * n), own.normal(size=(2 * n, units))
    code[:, 1] = -factor + noise * own.normal(size=2 * n)
    return code[:n], factor[:n], code[n:], factor[n:]


def _unit_case(what: str, arguments: tuple[np.ndarray, ...], why: str = "") -> Case:
    return Case(what, arguments, _best_unit_r2(*arguments), 1e-8, why)


RISING = np.array([0.0, 1.0, 2.0, 3.0])
UPSIDE_DOWN = (
    np.stack([-RISING, [0.0, 1.0, 0.0, 1.0]], axis=1),
    RISING,
    np.array([[0.0, 2.0], [-1.0, 0.0], [-2.0, 3.0]]),
    np.array([0.0, 1.0, 2.0]),
)
LOUD = (
    np.stack([[0.01, 0.02, 0.03, 0.04], [50.0, -50.0, 60.0, 30.0]], axis=1),
    RISING,
    np.array([[0.01, 0.0], [0.03, 90.0], [0.04, -10.0]]),
    np.array([0.0, 2.0, 3.0]),
)
LUCKY = (
    np.stack([[0.0, 1.0, 2.0, 4.0], [1.0, 0.0, 1.0, 0.0]], axis=1),
    RISING,
    np.array([[3.0, 1.0], [0.0, 2.0], [1.0, 3.0], [2.0, 4.0]]),
    np.array([1.0, 2.0, 3.0, 4.0]),
)
SHIFTED = (
    np.stack([RISING, [1.0, 0.0, 0.0, 1.0]], axis=1),
    RISING,
    np.array([[4.0, 0.0], [5.0, 1.0], [6.0, 0.5]]),
    np.array([0.0, 1.0, 2.0]),
)

# Exercise 3


def _entropy(*p: float) -> float:
    return -sum(value * np.log2(value) for value in p if value > 0)


def _explaining_away(p_a: float, p_b: float) -> float:
    """Of H(a | alarm) + H(b | alarm) - H(a, b | alarm), weighted by the alarm."""
    alarm = 1 - (1 - p_a) * (1 - p_b)
    a, b = p_a / alarm, p_b / alarm
    both = p_a * p_b / alarm
    joint = _entropy(a - both, b - both, both)
    return alarm * (_entropy(a, 1 - a) + _entropy(b, 1 - b) - joint)


def _alarm_case(what: str, p_a: float, p_b: float, why: str = "") -> Case:
    return Case(what, (p_a, p_b), _explaining_away(p_a, p_b), 1e-9, why)


EXERCISES = (
    Exercise(
        grade_id="ex02-5-interaction",
        function="interaction_share",
        points=4,
        hints=(
            "If the two effects only added up, what would each cell be, given the "
            "means of its row and its column?",
            "The best sum of effects is row mean + column mean − mean of all cells.",
            "Centre the table by table.mean((0, 1)); subtract the centred table's "
            "means over axis 1 and over axis 0 (keepdims=True). Compare the squares of "
            "what is left with those of the centred table, each summed over all cells.",
        ),
        shown=(
            _share_case(
                "effects that add up leave no interaction",
                ADDED,
                "Each cell is a row's effect plus a column's, so nothing is left.",
            ),
            _share_case(
                "either, but not both: nothing else than interaction",
                np.array([[[0.0], [1.0]], [[1.0], [0.0]]]),
                "All rows and columns have the same mean: no effect of a or b alone.",
            ),
            _share_case(
                "the stranger of the text: bold and kind",
                HELPS,
                "Variance is about the mean of all cells, 0.35, not about zero.",
            ),
            _share_case(
                "several observables: variances are summed, then divided",
                TWO_BEHAVIOURS,
                "The second observable varies nine times as much, and follows a alone.",
            ),
        ),
        cases=(
            _share_case(
                "three values of a and five of b", rng.normal(size=(3, 5, 2)) + 4
            ),
            _share_case("many observables", rng.random(size=(4, 3, 30))),
            _share_case(
                "a product of two causes",
                np.outer([0.0, 1.0, 2.0], [1.0, 3.0])[:, :, None] + 10,
            ),
            _share_case(
                "an observable that never varies",
                np.stack([rng.random((3, 4)), np.full((3, 4), 0.5)], axis=2),
            ),
        ),
        wrong={
            "squares about zero instead of the mean": """
def interaction_share(table):
    rest = table - table.mean(1, keepdims=True) - table.mean(0, keepdims=True)
    rest = rest + table.mean((0, 1))
    return (rest**2).sum() / (table**2).sum()
""",
            "the mean of all cells subtracted twice": """
def interaction_share(table):
    rest = table - table.mean(1, keepdims=True) - table.mean(0, keepdims=True)
    centred = table - table.mean((0, 1))
    return (rest**2).sum() / (centred**2).sum()
""",
            "the share that the two effects explain": """
def interaction_share(table):
    centred = table - table.mean((0, 1))
    a, b = centred.mean(1, keepdims=True), centred.mean(0, keepdims=True)
    return 1 - ((centred - a - b) ** 2).sum() / (centred**2).sum()
""",
            "only one of the two effects removed": """
def interaction_share(table):
    centred = table - table.mean((0, 1))
    rest = centred - centred.mean(1, keepdims=True)
    return (rest**2).sum() / (centred**2).sum()
""",
            "a share for each observable, averaged": """
def interaction_share(table):
    centred = table - table.mean((0, 1))
    a, b = centred.mean(1, keepdims=True), centred.mean(0, keepdims=True)
    rest = centred - a - b
    with np.errstate(all="ignore"):
        return ((rest**2).sum((0, 1)) / (centred**2).sum((0, 1))).mean()
""",
        },
    ),
    Exercise(
        grade_id="ex02-6-best-unit",
        function="best_unit_r2",
        points=4,
        hints=(
            "What does the function know of the training digits? And what may a score "
            "on test digits never be used for?",
            "Choose the unit with the largest |correlation| on the training digits, "
            "and fit its line factor ≈ slope · unit + start there, too.",
            "line = np.polyfit(train_code[:, unit], train_factor, 1), slope first; "
            "then R² = 1 − Σ(y − reading)² / Σ(y − ȳ)² with y the test digits' factor.",
        ),
        shown=(
            _unit_case(
                "a unit that follows the factor upside down is as good",
                UPSIDE_DOWN,
                "Unit 1 is minus the factor: a line with slope −1 reads it exactly.",
            ),
            _unit_case(
                "a quiet unit can be the best one",
                LOUD,
                "Unit 1 follows the factor exactly; unit 2 is only louder.",
            ),
            _unit_case(
                "no choice by test digits, however well a unit does there",
                LUCKY,
                "Unit 2 fits the test digits by chance; on the training digits it "
                "tells little.",
            ),
            _unit_case(
                "no line fitted on test digits: a reading can be worse than their mean",
                SHIFTED,
                "The line of the training digits reads 4, 5, 6 where 0, 1, 2 is true: "
                "R² is far below 0.",
            ),
        ),
        cases=(
            _unit_case("a unit with a downward line", _digits(30, 5, 0.5, 1)),
            _unit_case("a shuffled factor, many units", _digits(25, 60, 50.0, 3)),
            _unit_case(
                "units of very different scale",
                tuple(
                    part * np.logspace(-3, 3, 6) if part.ndim == 2 else part
                    for part in _digits(40, 6, 0.8, 3)
                ),
            ),
            _unit_case(
                "test digits whose factor has another mean",
                tuple(
                    part + shift
                    for part, shift in zip(
                        _digits(30, 4, 0.6, 4), (0.0, 0.0, 0.0, 1.5), strict=True
                    )
                ),
            ),
        ),
        wrong={
            "the unit chosen on the test digits": """
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    r = [np.corrcoef(unit, test_factor)[0, 1] for unit in test_code.T]
    unit = np.abs(r).argmax()
    slope, start = np.polyfit(train_code[:, unit], train_factor, 1)
    error = test_factor - slope * test_code[:, unit] - start
    return 1 - (error**2).mean() / test_factor.var()
""",
            "the line fitted on the test digits": """
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    r = [np.corrcoef(unit, train_factor)[0, 1] for unit in train_code.T]
    unit = np.abs(r).argmax()
    return np.corrcoef(test_code[:, unit], test_factor)[0, 1] ** 2
""",
            "the largest correlation, its sign included": """
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    unit = np.argmax([np.corrcoef(u, train_factor)[0, 1] for u in train_code.T])
    slope, start = np.polyfit(train_code[:, unit], train_factor, 1)
    error = test_factor - slope * test_code[:, unit] - start
    return 1 - (error**2).mean() / test_factor.var()
""",
            "the largest covariance, which grows with a unit's scale": """
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    centred = train_code - train_code.mean(0)
    unit = np.abs(centred.T @ (train_factor - train_factor.mean())).argmax()
    slope, start = np.polyfit(train_code[:, unit], train_factor, 1)
    error = test_factor - slope * test_code[:, unit] - start
    return 1 - (error**2).mean() / test_factor.var()
""",
            "all units together instead of one": """
def best_unit_r2(train_code, train_factor, test_code, test_factor):
    mean, start = train_code.mean(0), train_factor.mean()
    w = np.linalg.lstsq(train_code - mean, train_factor - start, rcond=None)[0]
    error = test_factor - (test_code - mean) @ w - start
    return 1 - (error**2).mean() / test_factor.var()
""",
        },
    ),
    Exercise(
        grade_id="ex02-7-explaining-away",
        function="explaining_away",
        points=3,
        hints=(
            "Which of the four combinations of a and b are possible while the alarm "
            "is silent, and which while it sounds?",
            "Silence leaves no doubt, and so no dependence. For the alarm, take the "
            "table P(a) P(b) without the cell a = b = 0, and divide it by its sum.",
            "That sum is P(alarm): multiply by it the mutual information of the "
            "divided table, with the margins table.sum(axis=1) and table.sum(axis=0).",
        ),
        shown=(
            _alarm_case(
                "two fair coins",
                0.5,
                0.5,
                "Silent: a = b = 0, no doubt left. Sounding, in ¾ of all cases: three "
                "combinations, each ⅓; ¾ · 0.252 bits.",
            ),
            _alarm_case(
                "two rare causes",
                0.02,
                0.02,
                "The alarm is rare, and its weight in the average is small.",
            ),
            _alarm_case(
                "one cause that is nearly always there",
                0.99,
                0.3,
                "Then the alarm says little about either.",
            ),
        ),
        cases=(
            _alarm_case("causes of different probability", 0.2, 0.7),
            _alarm_case("the same two, exchanged", 0.7, 0.2),
            _alarm_case("a rare and a common cause", 0.01, 0.6),
        ),
        wrong={
            "the alarm's own probability left out": """
def explaining_away(p_a, p_b):
    table = np.outer([1 - p_a, p_a], [1 - p_b, p_b])
    table[0, 0] = 0
    table = table / table.sum()
    product = np.outer(table.sum(1), table.sum(0))
    some = table > 0
    return (table[some] * np.log2(table[some] / product[some])).sum()
""",
            "an alarm that needs both causes": """
def explaining_away(p_a, p_b):
    table = np.outer([1 - p_a, p_a], [1 - p_b, p_b])
    table[1, 1] = 0
    silent = table.sum()
    table = table / silent
    product = np.outer(table.sum(1), table.sum(0))
    some = table > 0
    return silent * (table[some] * np.log2(table[some] / product[some])).sum()
""",
            "the two causes without the alarm": """
def explaining_away(p_a, p_b):
    table = np.outer([1 - p_a, p_a], [1 - p_b, p_b])
    product = np.outer(table.sum(1), table.sum(0))
    return (table * np.log2(table / product)).sum()
""",
            "what the alarm tells about the two causes": """
def explaining_away(p_a, p_b):
    silent = (1 - p_a) * (1 - p_b)
    return -silent * np.log2(silent) - (1 - silent) * np.log2(1 - silent)
""",
            "nats": """
def explaining_away(p_a, p_b):
    table = np.outer([1 - p_a, p_a], [1 - p_b, p_b])
    table[0, 0] = 0
    alarm = table.sum()
    table = table / alarm
    product = np.outer(table.sum(1), table.sum(0))
    some = table > 0
    return alarm * (table[some] * np.log(table[some] / product[some])).sum()
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex02-8-discovered",
        points=4,
        rubric={
            "A claim that can be refuted, written down before measuring: which code, "
            "which factor, which probe, and how far it must beat which opponent.": 1,
            "Opponents in the same table, tuned alike: raw pixels, and summaries of "
            "equal size that are no autoencoder (PCA, k-means, random).": 1,
            "A shuffled factor as a null, images that neither encoder nor probe has "
            "seen, and three or more starts with their spread.": 1,
            "A conclusion that says no more than the table: what was kept, what became "
            "easier to read, what has a unit of its own.": 1,
        },
    ),
)
