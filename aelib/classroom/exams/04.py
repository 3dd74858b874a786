"""Hidden half of notebook 04's exercises.  It stays with the instructor.

Expected values come by other ways than the solutions': central differences of the cost,
and networks that were trained with the loop that is to be recognized.
"""

from __future__ import annotations

import numpy as np

from aelib.backprop import sigmoid
from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient
from aelib.penalties import kl_gradient
from aelib.sparse_loops import SparseRun, kl_force, train_by_hand

rng = np.random.default_rng(704)
TOLERANCE = 1e-7


def _price(rho: np.ndarray, rho_bar: float) -> float:
    """Cross-entropy of the two coins less the entropy of the desired one."""
    q = np.array([rho_bar, 1 - rho_bar])
    crossed = -(q[0] * np.log(rho) + q[1] * np.log(1 - rho))
    return float(np.sum(crossed + q @ np.log(q)))


# 1: the sparse δ of tanh units


def _tanh_delta(s, w, delta, rho_bar, gamma) -> np.ndarray:
    """Differences of a summed cost whose slope at the next layer is -delta."""

    def cost(s: np.ndarray) -> float:
        h = np.tanh(s)
        price = _price((1 + h.mean(axis=0)) / 2, rho_bar)
        return gamma * len(s) * price - float((delta * (h @ w.T)).sum())

    return -numerical_gradient(cost, s)


def _layer(n: int, hidden: int, outputs: int) -> tuple[np.ndarray, ...]:
    return (
        rng.normal(size=(n, hidden)),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=(n, outputs)),
    )


# 2: one step of the encoder


def _sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta) -> tuple[np.ndarray, ...]:
    """Against the slope of the averaged cost, by differences."""

    def cost(w1: np.ndarray, b1: np.ndarray) -> float:
        h = sigmoid(x @ w1.T + b1)
        error = 0.5 * np.sum((x - sigmoid(h @ w2.T + b2)) ** 2) / len(x)
        return float(error) + gamma * _price(h.mean(axis=0), rho_bar)

    return (
        w1 - eta * numerical_gradient(lambda w: cost(w, b1), w1),
        b1 - eta * numerical_gradient(lambda b: cost(w1, b), b1),
    )


def _encoder(n: int, inputs: int, hidden: int) -> tuple[np.ndarray, ...]:
    return (
        rng.random((n, inputs)),
        rng.normal(size=(hidden, inputs)),
        rng.normal(size=hidden) - 1,
        rng.normal(size=(inputs, hidden)),
        rng.normal(size=inputs),
    )


TWO = np.array([[1.0, 0.0], [0.5, 1.0]])
QUIET = np.log(0.1 / 0.9)  # the sum at which a sigmoid unit says 0.1
SMALL = (
    TWO,
    np.array([[0.5, -1.0], [1.0, 0.3]]),
    np.array([-0.2, 0.1]),
    np.array([[0.4, -0.7], [0.2, 0.6]]),
    np.array([0.1, -0.3]),
)
TWICE = (np.vstack([TWO, TWO]), *SMALL[1:])


# 3: which loop trained it?

FORCES = {
    0: lambda gamma, rho_bar, n: kl_force(gamma, rho_bar),
    1: lambda gamma, rho_bar, n: lambda h, _: -gamma * kl_gradient(rho_bar, h),
    2: lambda gamma, rho_bar, n: lambda _, rho: gamma * kl_gradient(rho_bar, rho),
    3: lambda gamma, rho_bar, n: kl_force(n * gamma, rho_bar),
    4: lambda gamma, rho_bar, n: kl_force(gamma, rho_bar),
    5: lambda gamma, rho_bar, n: kl_force(gamma / n, rho_bar),
}
BATCH = 3


def _bars(seed: int, n: int = 60) -> np.ndarray:
    """Images of 4 × 4 pixels, each with one bar, across or down."""
    draw = np.random.default_rng(seed)
    images = np.zeros((n, 4, 4))
    for image in images:
        (image if draw.random() < 0.5 else image.T)[draw.integers(4)] = 1
    return images.reshape(n, 16)


def _trained(loop: int, seed: int, rho_bar: float, bias: float = 0.0) -> SparseRun:
    x = _bars(seed)
    force = FORCES[loop](1.0, rho_bar, len(x))
    # With 60 images a mean that reaches back 200 lags behind: take it of all of them,
    # except where a lag is what throws the units.
    mean = {3: "running", 4: len(x) // BATCH}.get(loop, 1)
    options = {"units": 4, "epochs": 30, "eta": 1.0, "batch_size": BATCH}
    return train_by_hand(x, force, mean, bias=bias, seed=seed, **options)


def _network(what: str, loop: int, seed: int, rho_bar: float, bias: float = 0) -> Case:
    run = _trained(loop, seed, rho_bar, bias)
    return Case(what, (run.rho, run.code(_bars(seed)), rho_bar), loop)


# Records of networks of the notebook, of three of their units and 20 digits: looks 0 to
# 8, then 40, 60 and 80.  Written down, for a page that shows them should never change.
IN_ORDER = (
    np.array(
        [
            [0.49, 0.505, 0.554],
            [0.035, 0.016, 0.013],
            [0.061, 0.073, 0.096],
            [0.064, 0.06, 0.06],
            [0.063, 0.058, 0.061],
            [0.062, 0.063, 0.066],
            [0.059, 0.059, 0.064],
            [0.06, 0.063, 0.069],
            [0.053, 0.051, 0.062],
            [0.073, 0.069, 0.075],
            [0.085, 0.06, 0.076],
            [0.077, 0.068, 0.077],
        ]
    ),
    np.array(
        [
            [0.02, 0.66, 0.38],
            [0.33, 0.08, 0.84],
            [0.04, 0.06, 0.19],
            [0.03, 0.0, 0.01],
            [0.2, 0.04, 0.0],
            [0.0, 0.0, 0.0],
            [0.0, 0.01, 0.01],
            [0.33, 0.01, 0.0],
            [0.02, 0.23, 0.02],
            [0.07, 0.01, 0.06],
            [0.0, 0.02, 0.0],
            [0.08, 0.02, 0.0],
            [0.03, 0.0, 0.0],
            [0.04, 0.12, 0.93],
            [0.09, 0.0, 0.07],
            [0.01, 0.0, 0.01],
            [0.79, 0.14, 0.01],
            [0.01, 0.0, 0.0],
            [0.15, 0.0, 0.04],
            [0.0, 0.77, 0.06],
        ]
    ),
)
MUMBLING = (
    np.array(
        [
            [0.547, 0.496, 0.49],
            [0.099, 0.076, 0.149],
            [0.081, 0.073, 0.105],
            [0.067, 0.063, 0.08],
            [0.071, 0.066, 0.08],
            [0.064, 0.064, 0.071],
            [0.063, 0.062, 0.069],
            [0.063, 0.062, 0.068],
            [0.057, 0.055, 0.062],
            [0.055, 0.058, 0.069],
            [0.056, 0.062, 0.084],
            [0.056, 0.068, 0.088],
        ]
    ),
    np.array(
        [
            [0.08, 0.07, 0.18],
            [0.07, 0.07, 0.09],
            [0.09, 0.04, 0.19],
            [0.05, 0.14, 0.06],
            [0.08, 0.05, 0.09],
            [0.02, 0.01, 0.01],
            [0.06, 0.1, 0.05],
            [0.05, 0.02, 0.12],
            [0.06, 0.06, 0.06],
            [0.08, 0.11, 0.09],
            [0.03, 0.06, 0.04],
            [0.05, 0.12, 0.03],
            [0.06, 0.04, 0.32],
            [0.05, 0.05, 0.07],
            [0.06, 0.04, 0.07],
            [0.05, 0.07, 0.09],
            [0.08, 0.03, 0.15],
            [0.03, 0.08, 0.02],
            [0.08, 0.08, 0.09],
            [0.06, 0.05, 0.09],
        ]
    ),
)
START = [0.404, 0.554, 0.443]
RUNAWAY = (np.array([START, [0.999] * 3, *[[1.0] * 3] * 10]), np.ones((20, 3)))
THROWN = (np.array([START, *[[0.0] * 3] * 11]), np.zeros((20, 3)))
SWUNG = (
    np.array(
        [
            [0.404, 0.554, 0.406],
            [0.036, 0.02, 0.026],
            [0.02, 0.011, 0.014],
            [0.013, 0.007, 0.01],
            [0.01, 0.006, 0.007],
            [0.945, 0.974, 0.961],
            [0.993, 0.996, 0.995],
            [0.996, 0.998, 0.997],
            [0.997, 0.999, 0.998],
            *[[1.0] * 3] * 3,
        ]
    ),
    np.ones((20, 3)),
)
UNMOVED = (
    np.array(
        [
            [0.498, 0.392, 0.473],
            [0.916, 0.634, 0.734],
            [0.924, 0.489, 0.492],
            [0.93, 0.48, 0.492],
            [0.927, 0.475, 0.48],
            [0.925, 0.463, 0.502],
            [0.914, 0.484, 0.489],
            [0.886, 0.467, 0.496],
            [0.852, 0.479, 0.49],
            [0.443, 0.485, 0.514],
            [0.474, 0.5, 0.527],
            [0.461, 0.507, 0.521],
        ]
    ),
    np.array(
        [
            [0.43, 0.44, 0.81],
            [0.23, 0.12, 0.85],
            [0.24, 0.89, 0.77],
            [0.85, 0.29, 0.11],
            [0.33, 0.86, 0.58],
            [0.81, 0.26, 0.85],
            [0.19, 0.76, 0.79],
            [0.06, 0.96, 0.69],
            [0.42, 0.57, 0.89],
            [0.39, 0.68, 0.46],
            [0.04, 0.98, 0.84],
            [0.58, 0.48, 0.07],
            [0.12, 0.66, 0.28],
            [0.34, 0.04, 0.92],
            [0.73, 0.08, 0.39],
            [0.02, 0.59, 0.11],
            [0.1, 0.29, 0.51],
            [0.05, 0.15, 0.88],
            [0.65, 0.19, 0.3],
            [0.6, 0.74, 0.84],
        ]
    ),
)


def _case(what: str, expected, *arguments, why: str = "") -> Case:
    return Case(what, arguments, expected(*arguments), TOLERANCE, why)


EXERCISES = (
    Exercise(
        grade_id="ex04-4-tanh-delta",
        function="tanh_delta",
        points=4,
        hints=(
            "Two of the links of the chain rule change: what does the mean of "
            "(1 + h)/2 gain if one sum s grows a little?",
            "∂ρ_j/∂s_j^q = (1 − h²)/(2N). Where does the ½ end up in the bracket, and "
            "where does the 1 − h²?",
            "The bracket is Σ_i w_ij δ_i less γ/2 times the old slope of the KL, with "
            "ρ_j the mean of (1 + tanh s)/2; all of it times 1 − tanh² s.",
        ),
        shown=(
            _case(
                "without an error, a unit that is too active is pushed down",
                _tanh_delta,
                np.zeros((2, 1)),
                np.ones((1, 1)),
                np.zeros((2, 1)),
                0.1,
                1.0,
                why="At s = 0, ρ = ½: the KL's slope is 1.6, half of it is 0.8, and "
                "f′ = 1.",
            ),
            _case(
                "at rho_bar the force is zero, and only the error speaks",
                _tanh_delta,
                np.array([[1.0], [-1.0]]),
                np.ones((1, 1)),
                np.ones((2, 1)),
                0.5,
                3.0,
                why="The two activities have the mean ½; what is left is 1 − tanh²(1).",
            ),
            _case(
                "all samples share their unit's ρ, and each has its own f′",
                _tanh_delta,
                np.array([[0.0, -2.0], [1.0, 0.5], [-1.0, 0.2]]),
                np.array([[1.0, -0.5], [0.3, 0.7]]),
                np.array([[0.2, -0.1], [0.0, 0.4], [-0.3, 0.1]]),
                0.2,
                0.5,
                why="The force joins the error inside the bracket, before f′.",
            ),
        ),
        cases=(
            _case(
                "as many hidden units as outputs",
                _tanh_delta,
                *_layer(5, 3, 3),
                0.1,
                1.0,
            ),
            _case(
                "a strong penalty, more hidden units than outputs",
                _tanh_delta,
                *_layer(4, 6, 2),
                0.05,
                5.0,
            ),
            _case(
                "γ = 0: plain backpropagation", _tanh_delta, *_layer(3, 2, 4), 0.2, 0.0
            ),
            _case("one sample only", _tanh_delta, *_layer(1, 3, 2), 0.3, 2.0),
        ),
        wrong={
            "the ½ of (1 + h)/2 forgotten in its derivative": """
def tanh_delta(s, w, delta, rho_bar, gamma):
    h = np.tanh(s)
    rho = (1 + h.mean(axis=0)) / 2
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma * slope) * (1 - h**2)
""",
            "the f′ of a sigmoid unit": """
def tanh_delta(s, w, delta, rho_bar, gamma):
    h = np.tanh(s)
    rho = (1 + h.mean(axis=0)) / 2
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma / 2 * slope) * h * (1 - h)
""",
            "the force with UFLDL's sign": """
def tanh_delta(s, w, delta, rho_bar, gamma):
    h = np.tanh(s)
    rho = (1 + h.mean(axis=0)) / 2
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w + gamma / 2 * slope) * (1 - h**2)
""",
            "the force outside f′": """
def tanh_delta(s, w, delta, rho_bar, gamma):
    h = np.tanh(s)
    rho = (1 + h.mean(axis=0)) / 2
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w) * (1 - h**2) - gamma / 2 * slope
""",
            "each sample's own activity in place of the mean": """
def tanh_delta(s, w, delta, rho_bar, gamma):
    h = np.tanh(s)
    rho = (1 + h) / 2
    slope = (1 - rho_bar) / (1 - rho) - rho_bar / rho
    return (delta @ w - gamma / 2 * slope) * (1 - h**2)
""",
        },
    ),
    Exercise(
        grade_id="ex04-5-repair",
        function="sparse_step",
        points=4,
        hints=(
            "Take the symptoms one by one. All units run up: what does a δ that is "
            "added do to a unit that is too active? Then compare with C8.",
            "Second symptom: γ stands beside the averaged cost. Third: each unit has "
            "a mean of its own; over what does the given line average?",
            "The line of rho wants axis 0, one number per unit; in the line of delta "
            "the pull is subtracted, and nothing divides it.",
        ),
        shown=(
            _case(
                "a unit that is too active gets smaller weights where x > 0",
                _sparse_step,
                np.ones((2, 1)),
                np.zeros((1, 1)),
                np.zeros(1),
                np.zeros((1, 1)),
                np.zeros(1),
                0.1,
                1.0,
                1.0,
                why="ρ = ½: δ = −1.6 · ¼ = −0.4, and weight and bias follow it.",
            ),
            _case(
                "twice the same data, the same step",
                _sparse_step,
                *TWICE,
                0.1,
                1.0,
                1.0,
                why="All is averaged over samples; γ means the same for any number of "
                "them.",
            ),
            _case(
                "each unit is judged by its own mean",
                _sparse_step,
                np.ones((3, 1)),
                np.zeros((2, 1)),
                np.array([QUIET, 2.0]),
                np.zeros((1, 2)),
                np.zeros(1),
                0.1,
                1.0,
                0.5,
                why="The first unit says 0.1 already and feels nothing of its loud "
                "neighbour.",
            ),
            _case(
                "the error and the penalty together, activities that vary",
                _sparse_step,
                *SMALL,
                0.05,
                2.0,
                0.5,
                why="ρ is one number per unit, the mean over samples; the force joins "
                "the error before f′.",
            ),
        ),
        cases=(
            _case(
                "many samples, few units",
                _sparse_step,
                *_encoder(9, 4, 2),
                0.05,
                1.0,
                0.3,
            ),
            _case(
                "more units than inputs",
                _sparse_step,
                *_encoder(6, 3, 5),
                0.02,
                3.0,
                0.2,
            ),
            _case(
                "as many units as samples",
                _sparse_step,
                *_encoder(4, 5, 4),
                0.1,
                5.0,
                0.1,
            ),
            _case("no penalty", _sparse_step, *_encoder(5, 4, 3), 0.1, 0.0, 1.0),
            _case("a single sample", _sparse_step, *_encoder(1, 3, 2), 0.2, 1.0, 0.5),
        ),
        wrong={
            "all three bugs, as given": """
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    rho = h.mean(axis=1, keepdims=True)
    pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 + pull / n) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
""",
            "the sign is still UFLDL's": """
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    rho = h.mean(axis=0)
    pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 + pull) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
""",
            "γ is still divided by the number of samples": """
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    rho = h.mean(axis=0)
    pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 - pull / n) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
""",
            "the mean is still taken over the units of a sample": """
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    rho = h.mean(axis=1, keepdims=True)
    pull = gamma * ((1 - rho_bar) / (1 - rho) - rho_bar / rho)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 - pull) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
""",
            "the mean is gone: KL of each sample": """
def sparse_step(x, w1, b1, w2, b2, rho_bar, gamma, eta):
    n = len(x)
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    y = 1 / (1 + np.exp(-(h @ w2.T + b2)))
    pull = gamma * ((1 - rho_bar) / (1 - h) - rho_bar / h)
    delta_i = (x - y) * y * (1 - y)
    delta_j = (delta_i @ w2 - pull) * h * (1 - h)
    return w1 + eta * delta_j.T @ x / n, b1 + eta * delta_j.mean(axis=0)
""",
        },
    ),
    Exercise(
        grade_id="ex04-6-diagnosis",
        function="diagnosis",
        points=5,
        hints=(
            "First ask whether units have been lost on the way, near 0 or 1. Only if "
            "not, ask where they have ended, and how they use their activity.",
            "Lost units differ in how they got there: without ever crossing ρ̄; across "
            "it and lost before the second look; or later. For the others, near ρ̄ or "
            "not, and then the decidedness.",
            "The sign of rho − ρ̄ at each look tells who has crossed. Call a unit lost "
            "if it was below ρ̄/10 or above 0.9 at some look, and lost at once if so "
            "at look 1. For the rest: a median of the last means above 2 ρ̄; or a "
            "variance of h that is less than 0.2 of ρ(1 − ρ).",
        ),
        shown=(
            Case(
                "network A, by the right loop: 0",
                (*IN_ORDER, 0.05),
                0,
                why="All three means end a little above 0.05, and each unit is silent "
                "at most digits and loud at a few.",
            ),
            Case(
                "network B: the means are right, and nobody ever says yes",
                (*MUMBLING, 0.05),
                1,
                why="The variance is a few hundredths of ρ(1 − ρ): a KL of each sample "
                "asks for ρ̄ at each sample.",
            ),
            Case(
                "network C: away from the target from the first look on",
                (*RUNAWAY, 0.05),
                2,
                why="The units started above ρ̄ and went up: the force has the wrong "
                "sign.",
            ),
            Case(
                "network D: dead a quarter of an epoch after the start",
                (*THROWN, 0.05),
                3,
                why="Down was right, but within a quarter of an epoch they were at "
                "the very end: the force is N times too strong.",
            ),
            Case(
                "network E: down for one epoch, up in the next",
                (*SWUNG, 0.05),
                4,
                why="The direction turns when the epoch does, which is when ρ was "
                "taken anew.",
            ),
            Case(
                "network F: means of about one half, and busy units",
                (*UNMOVED, 0.05),
                5,
                why="Nothing is lost, nothing is near ρ̄: the penalty is hardly felt.",
            ),
        ),
        cases=(
            _network("a sound network that learned bars", 0, 1, 0.1),
            _network("a sound network whose units began almost silent", 0, 2, 0.1, -3),
            _network("units that learned bars with the KL of each sample", 1, 1, 0.1),
            _network("KL of each sample, desired activity 0.05", 1, 4, 0.05),
            _network("a wrong sign, units that began loud", 2, 1, 0.1, 0.5),
            _network("a wrong sign, units that began below the target", 2, 2, 0.1, -3),
            _network("β in place of γ on bars", 3, 1, 0.1),
            _network("a mean taken once per epoch, on bars", 4, 1, 0.1),
            _network("a mean once per epoch, almost silent at first", 4, 2, 0.1, -3),
            _network("hardly any penalty, on bars", 5, 1, 0.1),
            _network("hardly any penalty, almost silent at first", 5, 2, 0.1, -3),
        ),
        wrong={
            "a unit with the right mean is in order": """
def diagnosis(rho, h, rho_bar):
    side = np.sign(rho - rho_bar)
    lost = (rho.min(axis=0) < rho_bar / 10) | (rho.max(axis=0) > 0.9)
    if lost.mean() > 0.5:
        if (side == side[0]).all():
            return 2
        early = (rho[1] < rho_bar / 10) | (rho[1] > 0.9)
        return 3 if early.mean() > 0.5 else 4
    return 5 if np.median(rho[-1]) > 2 * rho_bar else 0
""",
            "the last look alone": """
def diagnosis(rho, h, rho_bar):
    if np.median(rho[-1]) > 0.9:
        return 2
    if np.median(rho[-1]) < rho_bar / 10:
        return 3
    if np.median(rho[-1]) > 2 * rho_bar:
        return 5
    share = h.var(axis=0) / (h.mean(axis=0) * (1 - h.mean(axis=0)))
    return 1 if np.median(share) < 0.2 else 0
""",
            "lost is lost, whichever way it set out": """
def diagnosis(rho, h, rho_bar):
    lost = (rho.min(axis=0) < rho_bar / 10) | (rho.max(axis=0) > 0.9)
    if lost.mean() > 0.5:
        early = (rho[1] < rho_bar / 10) | (rho[1] > 0.9)
        return 3 if early.mean() > 0.5 else 4
    if np.median(rho[-1]) > 2 * rho_bar:
        return 5
    share = h.var(axis=0) / (h.mean(axis=0) * (1 - h.mean(axis=0)))
    return 1 if np.median(share) < 0.2 else 0
""",
            "the variance, not as a share of what the mean allows": """
def diagnosis(rho, h, rho_bar):
    side = np.sign(rho - rho_bar)
    lost = (rho.min(axis=0) < rho_bar / 10) | (rho.max(axis=0) > 0.9)
    if lost.mean() > 0.5:
        if (side == side[0]).all():
            return 2
        early = (rho[1] < rho_bar / 10) | (rho[1] > 0.9)
        return 3 if early.mean() > 0.5 else 4
    if np.median(rho[-1]) > 2 * rho_bar:
        return 5
    return 1 if np.median(h.var(axis=0)) < 0.2 else 0
""",
            "whoever is above the target has the wrong sign": """
def diagnosis(rho, h, rho_bar):
    side = np.sign(rho - rho_bar)
    lost = (rho.min(axis=0) < rho_bar / 10) | (rho.max(axis=0) > 0.9)
    if lost.mean() > 0.5:
        if (side == side[0]).all():
            return 2
        early = (rho[1] < rho_bar / 10) | (rho[1] > 0.9)
        return 3 if early.mean() > 0.5 else 4
    if np.median(rho[-1]) > 2 * rho_bar:
        return 2
    share = h.var(axis=0) / (h.mean(axis=0) * (1 - h.mean(axis=0)))
    return 1 if np.median(share) < 0.2 else 0
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex04-7-first-slide",
        points=6,
        rubric={
            "A term or rule that looks at single samples, written down with its "
            "gradient or with the reason why it needs none.": 1,
            "Settings, measure and the result that would count against it are stated "
            "before the measurement.": 1,
            "The lecture's penalty stands beside it, with the same data, steps and "
            "starts; one thing differs.": 1,
            "A measure of the first slide, such as the share of digits above one half, "
            "unit by unit; means alone do not count.": 1,
            "At least three seeds, and the error beside the measure.": 1,
            "The conclusion says no more than was measured; a term that does not help "
            "earns the point as well.": 1,
        },
    ),
)
