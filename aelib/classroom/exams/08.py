"""Hidden half of notebook 08's exercises.  It stays with the instructor.

Expected values come another way than the model answers' formulas: from central
differences, from loops over students, from a choice spelled out.
"""

from __future__ import annotations

import numpy as np

from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(708)


def slope(scores: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    """Central difference of the mean surprise in the temperature."""

    def surprise(temperature: np.ndarray) -> float:
        s = scores / temperature.item()
        right = s[np.arange(len(s)), labels]
        return float((np.logaddexp.reduce(s, axis=1) - right).mean())

    return float(numerical_gradient(surprise, np.array([temperature]))[0])


def scores_of(n: int, classes: int, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw scores and labels."""
    return size * rng.normal(size=(n, classes)), rng.integers(classes, size=n)


def gain(
    held_out_a: np.ndarray,
    test_a: np.ndarray,
    held_out_b: np.ndarray,
    test_b: np.ndarray,
) -> float:
    """Seed by seed, by rank: the setting that comes last when sorted by held-out."""
    best = [int(np.argsort(held_out)[-1]) for held_out in (held_out_a, held_out_b)]
    gains = [
        test_a[best[0], seed] - test_b[best[1], seed] for seed in range(test_a.shape[1])
    ]
    return sum(gains) / len(gains)


def arms(
    settings_a: int, settings_b: int, seeds: int, signal: float
) -> tuple[np.ndarray, ...]:
    """Draw two arms whose held-out and test accuracies agree more or less."""
    found = []
    for settings in (settings_a, settings_b):
        true = rng.normal(88.0, signal, size=settings)
        found.append(true + rng.normal(size=settings))
        found.append(true[:, None] + rng.normal(size=(settings, seeds)))
    return tuple(found)


def pooled(a: np.ndarray, b: np.ndarray, student: np.ndarray) -> tuple[float, float]:
    """Student by student; the variance from all differences between two of them."""
    means = []
    for who in sorted(set(student.tolist())):
        own = [float(x - y) for x, y, s in zip(a, b, student, strict=True) if s == who]
        means.append(sum(own) / len(own))
    m = len(means)
    spread = sum((p - q) ** 2 for p in means for q in means) / (2 * m * (m - 1))
    return sum(means) / m, (spread / m) ** 0.5


def class_of(counts: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a class's pairs, in no order, each student with a gain of their own."""
    student = rng.permutation(np.repeat(np.arange(len(counts)) + 3, counts))
    b = rng.normal(78.0, 2.0, size=len(student))
    own = dict(zip(np.unique(student), rng.normal(1.0, 2.0, len(counts)), strict=True))
    a = b + [own[who] for who in student] + rng.normal(0, 0.5, size=len(student))
    return a.round(2), b.round(2), student


def case(what, expected, *arguments, tolerance=1e-7):
    return Case(what, arguments, expected(*arguments), tolerance)


def shown(what, why, expected, *arguments, tolerance=1e-7):
    return Case(what, arguments, expected(*arguments), tolerance, why)


UNSURE = (np.array([[2.0, 0.0]]), np.array([0]))
THREE = (
    np.array([[2.0, 0.0, -1.0], [0.5, 1.0, 3.0], [1.0, -2.0, 0.0]]),
    np.array([0, 1, 0]),
)

EXERCISES = (
    Exercise(
        grade_id="ex08-5-temperature",
        function="temperature_slope",
        points=4,
        hints=(
            "T stands in every score. Write J of one sample with s/T in place of s.",
            "J = −s_y/T + log Σ_i exp(s_i/T). Of the second term, the chain rule gives "
            "Σ_i p_i · (−s_i/T²), with p = softmax(s/T).",
            "∂J/∂T = (s_y − Σ_i p_i s_i)/T²; average over samples, and subtract each "
            "sample's largest s/T before exp.",
        ),
        shown=(
            Case(
                "equal scores stay equal at any temperature: slope 0",
                (np.full((2, 3), 5.0), np.array([0, 2]), 1.5),
                0.0,
                why="p is ⅓ everywhere, and the mean score is the right one's.",
            ),
            shown(
                "right but unsure: a higher temperature costs more",
                "(2 − 2p)/1² with p = e²/(e² + 1): positive, for J rises with T.",
                slope,
                *UNSURE,
                1.0,
            ),
            shown(
                "the same scores at T = 2",
                "p is taken at s/T, and 1/T differentiated gives −1/T².",
                slope,
                *UNSURE,
                2.0,
            ),
            Case(
                "scores of thousands, one sample wrong",
                (np.array([[3000.0, 1000.0], [-900.0, 900.0]]), np.array([0, 0]), 1.0),
                -900.0,
                why="(0 − 1800) / 2; subtract each sample's largest before exp.",
            ),
            shown(
                "three samples of three classes, one of them read wrongly",
                "A mean over samples; s_y is the score of the label, not the largest.",
                slope,
                *THREE,
                1.5,
            ),
        ),
        cases=(
            case("ten classes", slope, *scores_of(20, 10, 2.0), 1.0),
            case("a low temperature", slope, *scores_of(8, 4, 1.0), 0.5),
            case("a high temperature", slope, *scores_of(15, 5, 6.0), 4.0),
            Case(
                "scores too large for exp",
                (np.array([[2000.0, 0.0], [-5000.0, -5000.0]]), np.array([1, 0]), 2.0),
                -250.0,
            ),
        ),
        wrong={
            "probabilities at temperature 1": """
def temperature_slope(scores, labels, temperature):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    right = scores[np.arange(len(labels)), labels]
    return np.mean(right - (p * scores).sum(axis=1)) / temperature**2
""",
            "divided by T, not by T²": """
def temperature_slope(scores, labels, temperature):
    s = scores / temperature
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    right = scores[np.arange(len(labels)), labels]
    return np.mean(right - (p * scores).sum(axis=1)) / temperature
""",
            "the step downhill instead of the slope": """
def temperature_slope(scores, labels, temperature):
    s = scores / temperature
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    right = scores[np.arange(len(labels)), labels]
    return np.mean((p * scores).sum(axis=1) - right) / temperature**2
""",
            "summed over samples, not averaged": """
def temperature_slope(scores, labels, temperature):
    s = scores / temperature
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    right = scores[np.arange(len(labels)), labels]
    return np.sum(right - (p * scores).sum(axis=1)) / temperature**2
""",
            "the exponential of a large score": """
def temperature_slope(scores, labels, temperature):
    e = np.exp(scores / temperature)
    p = e / e.sum(axis=1, keepdims=True)
    right = scores[np.arange(len(labels)), labels]
    return np.mean(right - (p * scores).sum(axis=1)) / temperature**2
""",
            "the highest score in place of the right one's": """
def temperature_slope(scores, labels, temperature):
    s = scores / temperature
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return np.mean(scores.max(axis=1) - (p * scores).sum(axis=1)) / temperature**2
""",
        },
    ),
    Exercise(
        grade_id="ex08-6-fair-gain",
        function="fair_gain",
        points=4,
        hints=(
            "Read line by line: which array may a choice look at, and does each arm "
            "get to choose?",
            "Three lines are wrong: one chooses by test accuracies, one reports the "
            "best seed, one never tunes the control.",
            "chosen_a = held_out_a.argmax(), and likewise for b; the gain is the mean "
            "over seeds of test_a[chosen_a] − test_b[chosen_b].",
        ),
        shown=(
            Case(
                "an arm compared with itself gains nothing",
                (
                    np.array([80.0, 85.0]),
                    np.array([[81.0, 79.0], [84.0, 88.0]]),
                    np.array([80.0, 85.0]),
                    np.array([[81.0, 79.0], [84.0, 88.0]]),
                ),
                0.0,
                why="The control is tuned, too, and both are averaged over seeds.",
            ),
            Case(
                "a setting that is lucky on the test set is not chosen",
                (
                    np.array([85.0, 84.0]),
                    np.array([[85.0, 85.0], [95.0, 95.0]]),
                    np.array([80.0]),
                    np.array([[80.0, 82.0]]),
                ),
                4.0,
                why="Held-out digits prefer the first setting: 85 − 81.",
            ),
            Case(
                "all seeds count, the unlucky ones too",
                (
                    np.array([85.0]),
                    np.array([[90.0, 80.0, 82.0]]),
                    np.array([80.0]),
                    np.array([[80.0, 80.0, 80.0]]),
                ),
                4.0,
                why="Gains of 10, 0 and 2 have the mean 4.",
            ),
            Case(
                "each arm has settings of its own, and chooses its own",
                (
                    np.array([70.0, 90.0, 80.0]),
                    np.array([[70.0, 72.0], [90.0, 92.0], [80.0, 99.0]]),
                    np.array([60.0, 50.0, 89.0]),
                    np.array([[60.0, 61.0], [95.0, 97.0], [88.0, 90.0]]),
                ),
                2.0,
                why="Setting 2 of a, setting 3 of b: (90 − 88 + 92 − 90) / 2.",
            ),
        ),
        cases=(
            case("five settings each, three seeds", gain, *arms(5, 5, 3, 1.0)),
            case("a control with more settings", gain, *arms(4, 9, 5, 2.0)),
            case("settings that differ in nothing but luck", gain, *arms(12, 12, 4, 0)),
            case("a single seed", gain, *arms(6, 6, 1, 1.0)),
        ),
        wrong={
            "still chosen on the test set": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    a, b = test_a.mean(axis=1).argmax(), held_out_b.argmax()
    return (test_a[a] - test_b[b]).mean()
""",
            "still the best seed": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    return test_a[held_out_a.argmax()].max() - test_b[held_out_b.argmax()].mean()
""",
            "the control still untuned": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    return (test_a[held_out_a.argmax()] - test_b[0]).mean()
""",
            "both arms chosen on the test set": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    return test_a.mean(axis=1).max() - test_b.mean(axis=1).max()
""",
            "each seed picks its own setting on the test set": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    return test_a.max(axis=0).mean() - test_b.max(axis=0).mean()
""",
            "the control runs with the setting of the other arm": """
def fair_gain(held_out_a, test_a, held_out_b, test_b):
    chosen = held_out_a.argmax()
    return (test_a[chosen] - test_b[min(chosen, len(test_b) - 1)]).mean()
""",
        },
    ),
    Exercise(
        grade_id="ex08-7-pool",
        function="pool_pairs",
        points=4,
        hints=(
            "Two pairs of one student share an encoder. How many independent "
            "measurements does the class have?",
            "As many as students. Take a − b, then one mean per student.",
            "np.unique(student) gives the students; of their m means, return the mean "
            "and the standard deviation (by m − 1) over √m.",
        ),
        shown=(
            Case(
                "what is hard for both does not count",
                (np.array([90.0, 80, 70]), np.array([88.0, 78, 68]), np.arange(3)),
                (2.0, 0.0),
                why="Each pair differs by 2 exactly.",
            ),
            Case(
                "two students with one pair each",
                (np.array([3.0, 5.0]), np.array([2.0, 1.0]), np.array([7, 4])),
                (2.5, 1.5),
                why="Gains 1 and 4: variance 4.5 (by m − 1), over m = 2, root.",
            ),
            Case(
                "a student with many pairs has one voice",
                (
                    np.array([4.0, 4.0, 4.0, 1.0]),
                    np.zeros(4),
                    np.array([1, 1, 1, 2]),
                ),
                (2.5, 1.5),
                why="The students' means are 4 and 1, however many pairs they have.",
            ),
            shown(
                "losses are negative gains, and students come in any order",
                "The means of students 1, 2 and 3 are −2, 1 and −3.5.",
                pooled,
                np.array([80.0, 84.0, 82.0, 79.0, 81.0]),
                np.array([83.0, 83.0, 86.0, 80.0, 84.0]),
                np.array([3, 2, 3, 1, 1]),
            ),
        ),
        cases=(
            case("twelve students, five pairs each", pooled, *class_of([5] * 12)),
            case("students of unequal diligence", pooled, *class_of([1, 9, 2, 4, 20])),
            case("two students", pooled, *class_of([3, 8])),
            case("one pair each", pooled, *class_of([1] * 6)),
        ),
        wrong={
            "every pair counts as independent": """
def pool_pairs(a, b, student):
    d = a - b
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))
""",
            "the mean over pairs, beside the error over students": """
def pool_pairs(a, b, student):
    d = a - b
    m = np.array([d[student == who].mean() for who in np.unique(student)])
    return d.mean(), m.std(ddof=1) / np.sqrt(len(m))
""",
            "the arms' spreads, as if they were not paired": """
def pool_pairs(a, b, student):
    who = np.unique(student)
    p = np.array([a[student == s].mean() for s in who])
    q = np.array([b[student == s].mean() for s in who])
    v = p.var(ddof=1) + q.var(ddof=1)
    return (p - q).mean(), np.sqrt(v / len(who))
""",
            "divided by m, not by m − 1": """
def pool_pairs(a, b, student):
    d = a - b
    m = np.array([d[student == who].mean() for who in np.unique(student)])
    return m.mean(), m.std() / np.sqrt(len(m))
""",
            "the spread of the students, not the error of their mean": """
def pool_pairs(a, b, student):
    d = a - b
    m = np.array([d[student == who].mean() for who in np.unique(student)])
    return m.mean(), m.std(ddof=1)
""",
            "divided by the number of pairs": """
def pool_pairs(a, b, student):
    d = a - b
    m = np.array([d[student == who].mean() for who in np.unique(student)])
    return m.mean(), m.std(ddof=1) / np.sqrt(len(d))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex08-p-own-labels",
        points=6,
        rubric={
            "A sentence of the notebook, and the result that would refute it, both "
            "written down before the run.": 1,
            "An opponent that differs in what the sentence is about; whatever "
            "else differs is said.": 1,
            "Settings chosen without the test digits, for both arms.": 1,
            "Five or more draws of one's own; the gain of the pairs with its spread or "
            "standard error.": 2,
            "A conclusion no stronger than the numbers, and one thing that the draws "
            "cannot tell (one encoder, one data set, …).": 1,
        },
    ),
)
