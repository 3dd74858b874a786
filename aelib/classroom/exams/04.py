"""Hidden cases of notebook 04: sparse coding, derived.

Expected values come from entropies and from central differences of the costs, not from
the formulas that the model answers use.
"""

import numpy as np

from aelib.backprop import sigmoid
from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(704)
TOLERANCE = 1e-7


def expected_prices(h, rho_bar):
    """Cross-entropy of the two coins less the entropy of the desired one."""
    return cross_entropy(rho_bar, h.mean(axis=0)) - cross_entropy(rho_bar, rho_bar)


def cross_entropy(p, q):
    return -(p * np.log(q) + (1 - p) * np.log(1 - q))


def expected_sparse_delta(s, w, delta, rho_bar, gamma):
    # A cost, summed over samples, whose -dJ/ds of the next layer is `delta`.
    def cost(s):
        h = sigmoid(s)
        price = expected_prices(h, rho_bar).sum()
        return gamma * len(s) * price - (delta * (h @ w.T)).sum()

    return -numerical_gradient(cost, s)


def expected_square_gradient(x, w, b, rho_bar, gamma):
    def cost(w):
        rho = sigmoid(x @ w.T + b).mean(axis=0)
        return gamma / 2 * ((rho - rho_bar) ** 2).sum()

    return numerical_gradient(cost, w)


def case(what, expected, *arguments, tolerance=TOLERANCE):
    return Case(what, arguments, expected(*arguments), tolerance)


def layer(n, hidden, outputs):
    return (
        rng.normal(size=(n, hidden)),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=(n, outputs)),
    )


def units(n, d, hidden):
    return (
        rng.normal(size=(n, d)),
        rng.normal(size=(hidden, d)),
        rng.normal(size=hidden),
    )


def shown(what, why, expected, *arguments):
    return Case(what, arguments, expected(*arguments), TOLERANCE, why)


EXERCISES = (
    Exercise(
        grade_id="ex04-1-prices",
        function="prices_of_units",
        points=2,
        hints=(
            "The penalty asks about a unit's mean: what comes first, average or KL?",
            "KL = ρ̄ log(ρ̄/ρ_j) + (1 − ρ̄) log((1 − ρ̄)/(1 − ρ_j)).",
            "Average over axis 0, which gives one ρ per unit, and put that in.",
        ),
        shown=(
            shown(
                "a unit whose mean is rho_bar costs nothing, however it gets there",
                "Both columns have the mean 0.1, and KL is taken of the mean.",
                expected_prices,
                np.array([[0.2, 0.1], [0.0, 0.1]]),
                0.1,
            ),
            shown(
                "the price of ρ = 0.5 where 0.1 is wanted",
                "0.1 log(0.1/0.5) + 0.9 log(0.9/0.5), in nats; rho_bar comes first.",
                expected_prices,
                np.full((3, 1), 0.5),
                0.1,
            ),
            shown(
                "one price per unit, each from its own mean over the samples",
                "Rows are samples: average over axis 0, and three units have 3 prices.",
                expected_prices,
                np.array([[0.2, 0.9, 0.4], [0.6, 0.7, 0.1]]),
                0.3,
            ),
        ),
        cases=(
            case(
                "several units, activities of all sizes",
                expected_prices,
                rng.uniform(0.01, 0.99, (7, 4)),
                0.05,
            ),
            case(
                "one sample only",
                expected_prices,
                rng.uniform(0.01, 0.99, (1, 3)),
                0.2,
            ),
            case(
                "a desired activity above one half",
                expected_prices,
                rng.uniform(0.1, 0.9, (5, 2)),
                0.8,
            ),
            case(
                "a unit that is silent at some samples",
                expected_prices,
                np.array([[0.0, 1.0], [0.4, 0.0], [0.2, 0.5]]),
                0.1,
            ),
        ),
        wrong={
            "KL per sample, averaged afterwards": """
def prices_of_units(h, rho_bar):
    on = rho_bar * np.log(rho_bar / h)
    off = (1 - rho_bar) * np.log((1 - rho_bar) / (1 - h))
    return (on + off).mean(axis=0)
""",
            "the two coins exchanged": """
def prices_of_units(h, rho_bar):
    rho = h.mean(axis=0)
    on = rho * np.log(rho / rho_bar)
    return on + (1 - rho) * np.log((1 - rho) / (1 - rho_bar))
""",
            "the second half forgotten": """
def prices_of_units(h, rho_bar):
    return rho_bar * np.log(rho_bar / h.mean(axis=0))
""",
            "mean over the units of a sample": """
def prices_of_units(h, rho_bar):
    rho = h.mean(axis=1)
    on = rho_bar * np.log(rho_bar / rho)
    return on + (1 - rho_bar) * np.log((1 - rho_bar) / (1 - rho))
""",
        },
    ),
    Exercise(
        grade_id="ex04-2-sparse-delta",
        function="sparse_delta",
        points=4,
        hints=(
            "The force joins what comes down from the next layer. Before f′, or after?",
            "δ_j = (Σ_i w_ij δ_i − γ [(1 − ρ̄)/(1 − ρ_j) − ρ̄/ρ_j]) f′(s_j).",
            "ρ is a mean over axis 0; γ times the bracket leaves delta @ w before f′.",
        ),
        shown=(
            shown(
                "without an error, a unit that is too active is pushed down",
                "At ρ = 0.5 the bracket is 0.9/0.5 − 0.1/0.5 = 1.6; δ is −1.6 · ¼.",
                expected_sparse_delta,
                np.zeros((2, 1)),
                np.ones((1, 1)),
                np.zeros((2, 1)),
                0.1,
                1.0,
            ),
            shown(
                "at rho_bar the force is zero, and only the error speaks",
                "δ is ¼ · 1: the bracket is 0 where ρ = ρ̄.",
                expected_sparse_delta,
                np.zeros((2, 1)),
                np.ones((1, 1)),
                np.ones((2, 1)),
                0.5,
                3.0,
            ),
            shown(
                "error and force together, for units of different activity",
                "All samples share their unit's ρ; f′ belongs to each sample.",
                expected_sparse_delta,
                np.array([[0.0, -2.0], [1.0, 0.5], [-1.0, 0.2]]),
                np.array([[1.0, -0.5], [0.3, 0.7]]),
                np.array([[0.2, -0.1], [0.0, 0.4], [-0.3, 0.1]]),
                0.2,
                0.5,
            ),
        ),
        cases=(
            case(
                "as many hidden units as outputs",
                expected_sparse_delta,
                *layer(5, 3, 3),
                0.1,
                1.0,
            ),
            case(
                "a large γ and more hidden units than outputs",
                expected_sparse_delta,
                *layer(4, 6, 2),
                0.05,
                5.0,
            ),
            case(
                "no sparsity: plain backpropagation",
                expected_sparse_delta,
                *layer(3, 2, 4),
                0.2,
                0.0,
            ),
            case(
                "one sample, whose own activity is the mean",
                expected_sparse_delta,
                *layer(1, 3, 2),
                0.1,
                2.0,
            ),
        ),
        wrong={
            "the force with the sign of UFLDL": """
def sparse_delta(s, w, delta, rho_bar, gamma):
    h = 1 / (1 + np.exp(-s))
    rho = h.mean(axis=0)
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w + gamma * slope) * h * (1 - h)
""",
            "the force outside f'": """
def sparse_delta(s, w, delta, rho_bar, gamma):
    h = 1 / (1 + np.exp(-s))
    rho = h.mean(axis=0)
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w) * h * (1 - h) - gamma * slope
""",
            "γ divided by the number of samples once more": """
def sparse_delta(s, w, delta, rho_bar, gamma):
    h = 1 / (1 + np.exp(-s))
    rho = h.mean(axis=0)
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma / len(s) * slope) * h * (1 - h)
""",
            "each sample's own activity for the mean": """
def sparse_delta(s, w, delta, rho_bar, gamma):
    h = 1 / (1 + np.exp(-s))
    slope = (1 - rho_bar) / (1 - h) - rho_bar / h
    return (delta @ w - gamma * slope) * h * (1 - h)
""",
        },
    ),
    Exercise(
        grade_id="ex04-3-square",
        function="square_gradient",
        points=4,
        hints=(
            "Only the first of the three lines changes: the slope of the penalty in ρ.",
            "∂/∂ρ_j of γ/2 (ρ_j − ρ̄)² is γ (ρ_j − ρ̄); then as in C6, a sum of shares.",
            "One share is γ (ρ_j − ρ̄) f′(s_j)/N times x_k; signal.T @ x adds them.",
        ),
        shown=(
            shown(
                "four equal samples count as one: (½ − ρ̄) · ¼",
                "Each share is divided by N, and N of them are summed.",
                expected_square_gradient,
                np.ones((4, 1)),
                np.zeros((1, 1)),
                np.zeros(1),
                0.1,
                1.0,
            ),
            shown(
                "the shares of opposite inputs cancel",
                "Each share carries its own input: + and − of the same size.",
                expected_square_gradient,
                np.array([[1.0], [-1.0]]),
                np.zeros((1, 1)),
                np.zeros(1),
                0.1,
                1.0,
            ),
            shown(
                "several units and inputs: shape (J, d), the sign of a gradient",
                "ρ_j is the mean over samples; f′ and x belong to each of them.",
                expected_square_gradient,
                np.array([[1.0, 0.5], [-0.5, 2.0], [0.3, -1.0]]),
                np.array([[0.4, -0.6], [1.0, 0.2]]),
                np.array([0.1, -0.3]),
                0.2,
                2.0,
            ),
        ),
        cases=(
            case(
                "a batch, several units",
                expected_square_gradient,
                *units(6, 4, 3),
                0.1,
                1.0,
            ),
            case(
                "one unit, inputs of both signs",
                expected_square_gradient,
                *units(9, 2, 1),
                0.05,
                3.0,
            ),
            case(
                "one sample",
                expected_square_gradient,
                *units(1, 3, 4),
                0.3,
                2.0,
            ),
            case(
                "γ scales it",
                expected_square_gradient,
                *units(5, 3, 2),
                0.2,
                50.0,
                tolerance=1e-6,
            ),
        ),
        wrong={
            "the first sample's share alone": """
def square_gradient(x, w, b, rho_bar, gamma):
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    signal = gamma * (h.mean(axis=0) - rho_bar) * h * (1 - h) / len(x)
    return np.outer(signal[0], x[0])
""",
            "shares summed but not divided by N": """
def square_gradient(x, w, b, rho_bar, gamma):
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    return (gamma * (h.mean(axis=0) - rho_bar) * h * (1 - h)).T @ x
""",
            "f' left out": """
def square_gradient(x, w, b, rho_bar, gamma):
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    return gamma * np.outer(h.mean(axis=0) - rho_bar, x.mean(axis=0))
""",
            "the mean taken inside: (h - ρ̄) per sample": """
def square_gradient(x, w, b, rho_bar, gamma):
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    return (gamma * (h - rho_bar) * h * (1 - h)).T @ x / len(x)
""",
            "the step instead of the gradient": """
def square_gradient(x, w, b, rho_bar, gamma):
    h = 1 / (1 + np.exp(-(x @ w.T + b)))
    return -(gamma * (h.mean(axis=0) - rho_bar) * h * (1 - h)).T @ x / len(x)
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex04-w-five-percent",
        points=4,
        rubric={
            "ρ is an average of activities, not a fraction of the data.": 1,
            "A unit for which it is wrong: near 0.05 at (almost) every digit, which "
            "tells nothing about its input.": 1,
            "The penalty is a function of the mean alone and is zero for that unit, "
            "too.": 1,
            "A picture or number that decides: histogram of activities, fraction of "
            "digits above a threshold, variance, lifetime sparseness.": 1,
        },
    ),
)
