"""Hidden half of notebook 11's exercises.  It stays with the instructor.

Expected values come from torch's distributions, from a numerical minimum of the cost,
and from distances written out one by one, not from the formulas of the model answers.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.spatial.distance import cdist
from torch.distributions import Bernoulli, Normal, kl_divergence

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(11)


def expected_cost(x, mean, log_var, eps, w, b):
    """Let torch's distributions say what the images and the code cost."""
    x, mean, log_var, eps, w, b = map(torch.tensor, (x, mean, log_var, eps, w, b))
    q = Normal(mean, log_var.exp().sqrt())
    z = mean + q.stddev * eps
    log_p = Bernoulli(logits=z @ w.T + b).log_prob(x).sum(dim=1)
    return float((kl_divergence(q, Normal(0.0, 1.0)).sum(dim=1) - log_p).mean())


def expected_rates(variances, sigma, beta):
    """Minimize the cost of each unit over decoder, encoder and width of q."""

    def cost(point, variance):
        w, v, log_var = point
        s2 = np.exp(log_var)
        error = variance * (1 - w * v) ** 2 + w**2 * s2
        return error / (2 * sigma**2) + beta * kl(v, s2, log_var, variance)

    def kl(v, s2, log_var, variance):
        return 0.5 * (v**2 * variance + s2 - 1 - log_var)

    rates = []
    for variance in variances:
        start = np.array([np.sqrt(variance), 0.5 / np.sqrt(variance), -0.5])
        found = minimize(
            cost, start, args=(variance,), method="BFGS", options={"gtol": 1e-10}
        ).x
        rates.append(kl(found[1], np.exp(found[2]), found[2], variance))
    return np.array(rates)


def expected_copying(draws, train, held_out):
    """Compare every pair of distances; count in fractions."""
    to_train = cdist(draws, train).min(axis=1)
    to_held_out = cdist(draws, held_out).min(axis=1)
    votes = (np.sign(to_held_out - to_train) + 1) / 2
    share = Fraction(len(train), len(train) + len(held_out))
    return float(votes.mean() - float(share))


def batch(n, pixels, units, spread=1.0):
    """Return arguments for `negative_elbo`."""
    return (
        rng.integers(2, size=(n, pixels)).astype(float),
        rng.normal(size=(n, units)),
        spread * rng.normal(size=(n, units)) - 0.5,
        rng.normal(size=(n, units)),
        rng.normal(size=(pixels, units)),
        rng.normal(size=pixels),
    )


def case(what, expected, *arguments, tolerance=1e-9, why=""):
    return Case(what, arguments, expected(*arguments), tolerance, why)


def rates_case(what, *arguments, why=""):
    return case(what, expected_rates, *arguments, tolerance=2e-3, why=why)


NOTHING = np.zeros((1, 1))
TRAIN = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
HELD_OUT = np.array([[1.0, 1.0]])

EXERCISES = (
    Exercise(
        grade_id="ex11-5-cost",
        function="negative_elbo",
        points=5,
        hints=(
            "Which sum runs over what? Write down n, d and k, and count the terms.",
            "log p(x|z) adds up pixels, the KL code units; then the mean over images. "
            "log_var is the logarithm of σ², so σ = exp(log_var / 2).",
            "With s = z @ w.T + b, −log p is (logaddexp(0, s) − x s) summed over axis "
            "1: no sigmoid, and so no logarithm of 0.",
        ),
        shown=(
            case(
                "pixels are summed",
                expected_cost,
                np.array([[1.0, 0.0, 1.0, 1.0]]),
                *(NOTHING, NOTHING, NOTHING),
                np.zeros((4, 1)),
                np.zeros(4),
                why="Four pixels, each with probability ½: 4 log 2; the KL is 0.",
            ),
            case(
                "code units are summed",
                expected_cost,
                np.ones((1, 1)),
                np.array([[1.0, -2.0, 2.0]]),
                *np.zeros((2, 1, 3)),
                np.zeros((1, 3)),
                np.zeros(1),
                why="½ μ² each, together 4.5 nats, and log 2 for the pixel.",
            ),
            case(
                "a mean over images: the same image twice costs no more than once",
                expected_cost,
                np.ones((2, 2)),
                np.full((2, 1), 2.0),
                *np.zeros((2, 2, 1)),
                np.zeros((2, 1)),
                np.zeros(2),
                why="2 log 2 for the pixels and 2 nats of KL, per image.",
            ),
            case(
                "a draw lies ε standard deviations from the mean",
                expected_cost,
                np.ones((1, 1)),
                NOTHING,
                np.full((1, 1), np.log(4.0)),
                np.ones((1, 1)),
                np.ones((1, 1)),
                np.zeros(1),
                why="The variance is 4, so that σ is 2, and z = 0 + 2 · 1.",
            ),
            case(
                "a decoder that is sure, and wrong",
                expected_cost,
                np.ones((1, 1)),
                *(NOTHING, NOTHING, NOTHING, NOTHING),
                np.array([-1_000.0]),
                why="log(1 + e^1000) is 1000; the ŷ of such an s is 0 in a computer.",
            ),
        ),
        cases=(
            case("several images", expected_cost, *batch(5, 7, 3)),
            case("one image", expected_cost, *batch(1, 4, 2)),
            case("many pixels, two units", expected_cost, *batch(3, 50, 2)),
            case("wide and narrow posteriors", expected_cost, *batch(4, 6, 5, 3.0)),
            case(
                "log odds in the hundreds",
                expected_cost,
                *batch(3, 4, 2)[:4],
                400 * rng.normal(size=(4, 2)),
                rng.normal(size=4),
            ),
        ),
        wrong={
            "pixels averaged, units summed": """
def negative_elbo(x, mean, log_var, eps, w, b):
    s = (mean + np.exp(log_var / 2) * eps) @ w.T + b
    reconstruction = (np.logaddexp(0, s) - x * s).mean(axis=1)
    kl = 0.5 * (mean ** 2 + np.exp(log_var) - 1 - log_var).sum(axis=1)
    return (reconstruction + kl).mean()
""",
            "units averaged": """
def negative_elbo(x, mean, log_var, eps, w, b):
    s = (mean + np.exp(log_var / 2) * eps) @ w.T + b
    reconstruction = (np.logaddexp(0, s) - x * s).sum(axis=1)
    kl = 0.5 * (mean ** 2 + np.exp(log_var) - 1 - log_var).mean(axis=1)
    return (reconstruction + kl).mean()
""",
            "the KL added up over the batch": """
def negative_elbo(x, mean, log_var, eps, w, b):
    s = (mean + np.exp(log_var / 2) * eps) @ w.T + b
    reconstruction = (np.logaddexp(0, s) - x * s).sum(axis=1).mean()
    kl = 0.5 * (mean ** 2 + np.exp(log_var) - 1 - log_var).sum()
    return reconstruction + kl
""",
            "log variance taken for a log standard deviation": """
def negative_elbo(x, mean, log_var, eps, w, b):
    s = (mean + np.exp(log_var) * eps) @ w.T + b
    reconstruction = (np.logaddexp(0, s) - x * s).sum(axis=1)
    kl = 0.5 * (mean ** 2 + np.exp(log_var) - 1 - log_var).sum(axis=1)
    return (reconstruction + kl).mean()
""",
            "the logarithm of a probability that is 0": """
def negative_elbo(x, mean, log_var, eps, w, b):
    s = (mean + np.exp(log_var / 2) * eps) @ w.T + b
    with np.errstate(all="ignore"):
        y = 1 / (1 + np.exp(-s))
        log_p = (x * np.log(y) + (1 - x) * np.log(1 - y)).sum(axis=1)
    kl = 0.5 * (mean ** 2 + np.exp(log_var) - 1 - log_var).sum(axis=1)
    return (kl - log_p).mean()
""",
        },
    ),
    Exercise(
        grade_id="ex11-6-rates",
        function="rates",
        points=4,
        hints=(
            "Set the derivative for s² to zero first, then those for v and for w.",
            "s² = βσ²/(w² + βσ²) and v = w/(w² + βσ²); put both into w's equation.",
            "w = 0 or w² = λ − βσ². In the second case s² = βσ²/λ and v = w/λ, and the "
            "KL, averaged over x, is ½ log(λ/(βσ²)).",
        ),
        shown=(
            rates_case(
                "a direction with little variance is given up",
                np.array([0.5]),
                1.0,
                1.0,
                why="λ = 0.5 is below βσ² = 1: w = 0, and the unit costs nothing.",
            ),
            rates_case(
                "nats, and a half",
                np.array([4.0]),
                1.0,
                1.0,
                why="½ log(4/1) nats: s² has shrunk to ¼ of the prior's variance.",
            ),
            rates_case(
                "σ counts squared",
                np.array([4.0, 9.0]),
                0.5,
                1.0,
                why="βσ² is ¼: the rates are ½ log 16 and ½ log 36.",
            ),
            rates_case(
                "a larger β switches off more units",
                np.array([10.0, 5.0, 1.0]),
                1.0,
                8.0,
                why="Only λ = 10 lies above βσ² = 8.",
            ),
        ),
        cases=(
            rates_case("many directions", np.geomspace(8, 0.05, 12) * 1.01, 0.7, 1.0),
            rates_case("a small β keeps them all", np.array([2.0, 0.7]), 1.0, 0.1),
            rates_case("all collapsed", np.array([1.0, 0.3, 0.2]), 1.5, 4.0),
            rates_case("noise and β at once", np.array([6.0, 2.5, 0.9]), 0.6, 3.0),
        ),
        wrong={
            "negative rates instead of collapse": """
def rates(variances, sigma, beta):
    return 0.5 * np.log(variances / (beta * sigma ** 2))
""",
            "σ for σ²": """
def rates(variances, sigma, beta):
    return np.maximum(0, 0.5 * np.log(variances / (beta * sigma)))
""",
            "β forgotten": """
def rates(variances, sigma, beta):
    return np.maximum(0, 0.5 * np.log(variances / sigma ** 2))
""",
            "bits": """
def rates(variances, sigma, beta):
    return np.maximum(0, 0.5 * np.log2(variances / (beta * sigma ** 2)))
""",
            "the half forgotten": """
def rates(variances, sigma, beta):
    return np.maximum(0, np.log(variances / (beta * sigma ** 2)))
""",
        },
    ),
    Exercise(
        grade_id="ex11-7-copying",
        function="copying",
        points=4,
        hints=(
            "A fresh draw is nearest to a training digit more often if there are more.",
            "Without copying, n of the n + m digits are training ones, so that the "
            "share to expect is n/(n + m).",
            "Distances of all pairs: np.linalg.norm(a[:, None] - b[None], axis=2); "
            "the least of each row; nearer counts 1 and equally near ½.",
        ),
        shown=(
            case(
                "a copier, beside three times as many training digits",
                expected_copying,
                TRAIN,
                TRAIN,
                HELD_OUT,
                why="All draws are nearest to training digits, and ¾ would be anyway.",
            ),
            case(
                "as many of both: ½ is to be expected",
                expected_copying,
                np.array([[0.1, 0.0], [0.9, 1.0], [0.4, 0.4]]),
                TRAIN[:1],
                HELD_OUT,
                why="Two of three draws are nearer to the training digit: ⅔ − ½.",
            ),
            case(
                "one digit is copied, the others are not",
                expected_copying,
                np.array([[0.0, 0.1], [1.0, 0.9], [0.9, 0.9], [1.2, 1.0]]),
                TRAIN[:2],
                HELD_OUT,
                why="It is the nearest digit that counts, for each draw, and ¼ − ⅔.",
            ),
            case(
                "equally near: half a vote",
                expected_copying,
                np.array([[0.5, 0.5], [0.2, 0.0]]),
                TRAIN[:1],
                HELD_OUT,
                why="(½ + 1)/2 − ½.",
            ),
            case(
                "distances are Euclidean",
                expected_copying,
                np.array([[0.0, 0.0]]),
                np.array([[1.5, 1.5]]),
                np.array([[2.4, 0.0]]),
                why="√4.5 is less than 2.4, although 1.5 + 1.5 is more.",
            ),
        ),
        cases=(
            case(
                "fresh draws, sets of unequal size",
                expected_copying,
                rng.normal(size=(40, 3)),
                rng.normal(size=(30, 3)),
                rng.normal(size=(10, 3)),
            ),
            case(
                "more digits held out than trained on",
                expected_copying,
                rng.normal(size=(25, 2)),
                rng.normal(size=(5, 2)),
                rng.normal(size=(20, 2)),
            ),
            case(
                "training digits that both sets hold: ties",
                expected_copying,
                rng.integers(3, size=(20, 2)).astype(float),
                rng.integers(3, size=(6, 2)).astype(float),
                rng.integers(3, size=(6, 2)).astype(float),
            ),
            case(
                "noisy copies of many pixels",
                expected_copying,
                np.eye(8)[[0, 1, 2, 2, 7]] + 0.1 * rng.normal(size=(5, 8)),
                np.eye(8)[:5],
                np.eye(8)[5:],
            ),
        ),
        wrong={
            "½ expected, whatever the sizes": """
def copying(draws, train, held_out):
    near = lambda a: np.linalg.norm(draws[:, None] - a[None], axis=2).min(axis=1)
    a, b = near(train), near(held_out)
    return ((a < b) + 0.5 * (a == b)).mean() - 0.5
""",
            "the mean distance instead of the nearest": """
def copying(draws, train, held_out):
    far = lambda a: np.linalg.norm(draws[:, None] - a[None], axis=2).mean(axis=1)
    a, b = far(train), far(held_out)
    share = len(train) / (len(train) + len(held_out))
    return ((a < b) + 0.5 * (a == b)).mean() - share
""",
            "ties counted as copies": """
def copying(draws, train, held_out):
    near = lambda a: np.linalg.norm(draws[:, None] - a[None], axis=2).min(axis=1)
    share = len(train) / (len(train) + len(held_out))
    return (near(train) <= near(held_out)).mean() - share
""",
            "differences of pixels added up": """
def copying(draws, train, held_out):
    near = lambda a: np.abs(draws[:, None] - a[None]).sum(axis=2).min(axis=1)
    a, b = near(train), near(held_out)
    share = len(train) / (len(train) + len(held_out))
    return ((a < b) + 0.5 * (a == b)).mean() - share
""",
            "the share to expect is not taken away": """
def copying(draws, train, held_out):
    near = lambda a: np.linalg.norm(draws[:, None] - a[None], axis=2).min(axis=1)
    a, b = near(train), near(held_out)
    return ((a < b) + 0.5 * (a == b)).mean()
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex11-8-project",
        points=6,
        rubric={
            "One thing differs from the recipe that is set against it, tuned alike.": 1,
            "Settings were chosen on held-out training digits, not on test digits.": 1,
            "Three seeds or more, with their spread.": 1,
            "All four measures, each with a case where it is high, and one low.": 1,
            "A sheet of draws beside the nearest training digits, not a selection.": 1,
            "The card says what would refute the claim, and what it leaves open.": 1,
        },
    ),
)
