"""Hidden half of notebook 01's exercises.  It stays with the instructor.

Expected values come by other ways than the model answers': scores from R² with another
baseline, whitening from a matrix square root by iteration, noise from points that
average a quadratic exactly.
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import mean_squared_error

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(71)
TOLERANCE = 1e-7


def expected_explained(train, test, outputs):
    """Compare the mean squared errors of the outputs and of the training mean."""
    constant = np.broadcast_to(train.mean(axis=0), test.shape)
    lost = mean_squared_error(test, outputs)
    return float(1 - lost / mean_squared_error(test, constant))


def expected_whitened(codes, w2, b2):
    """Find the root of the inverse covariance by iteration (Denman and Beavers)."""
    n = len(codes)
    centred = codes - codes.mean(axis=0)
    root = sum(np.outer(h, h) for h in centred) / n
    mixing = np.eye(len(root))
    for _ in range(60):
        root, mixing = (
            (root + np.linalg.inv(mixing)) / 2,
            (mixing + np.linalg.inv(root)) / 2,
        )
    return centred @ mixing, w2 @ root, b2 + w2 @ codes.mean(axis=0)


def expected_break_even(x, w1, b1, w2, b2):
    """Average over 2d points that have the noise's mean and covariance."""
    d = x.shape[1]

    def gain(variance):
        steps = np.sqrt(d * variance) * np.vstack([np.eye(d), -np.eye(d)])
        errors = [
            np.square((x + step) @ w1.T @ w2.T + w2 @ b1 + b2 - x).sum(axis=1)
            for step in steps
        ]
        return np.mean(errors) - d * variance

    start, slope = gain(0.0), gain(1.0) - gain(0.0)
    return float(np.sqrt(-start / slope)) if slope < -1e-12 else np.inf


def shown(what, why, expected, *arguments):
    return Case(what, arguments, expected(*arguments), TOLERANCE, why)


def hidden(what, expected, *arguments):
    return Case(what, arguments, expected(*arguments), TOLERANCE)


def test_and_outputs(n, base, noise):
    test = base + rng.random((n, 6))
    return test, test + noise * rng.normal(size=test.shape)


def code_and_decoder(n, k, d):
    codes = rng.normal(size=(n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k)
    return codes, rng.normal(size=(d, k)), rng.normal(size=d)


def linear_network(n, d, k, scale):
    w1, w2 = rng.normal(size=(k, d)), rng.normal(size=(d, k))
    product = np.linalg.norm(w2 @ w1)
    return (
        rng.random((n, d)),
        w1 * scale * np.sqrt(d) / product,
        rng.normal(size=k),
        w2,
        rng.normal(size=d),
    )


TRAIN = np.array([[0.0, 1.0], [2.0, 3.0]])
TEST = np.array([[3.0, 2.0], [1.0, 4.0]])
FAINT = np.array([[0.1, 0.0], [2.0, 3.0], [1.0, 3.0]])
WIDER = rng.random((9, 6)) + 1
CODES = np.array([[1.0, 2.0], [3.0, 3.0], [2.0, 6.0], [4.0, 7.0]])
AXES = np.array([[3.0, 0.0], [-1.0, 0.0], [1.0, 2.0], [1.0, -2.0]])
HALF = np.array([[1.0, 0.0]])
NOTHING = (np.zeros(1), HALF.T, np.zeros(2))

EXERCISES = (
    Exercise(
        grade_id="ex01-1-explained",
        function="variance_explained",
        points=3,
        hints=(
            "What would somebody score who has never seen the image, but knows the "
            "training digits? And what should that be worth?",
            "Variance is squared distance from the mean, energy is squared distance "
            "from 0. And one ratio per image lets a faint image count the most.",
            "1 − Σ (x − ŷ)² / Σ (x − x̄)², both sums over all test images and pixels, "
            "x̄ the mean image of `train`.",
        ),
        shown=(
            shown(
                "a copy without error explains everything",
                "Nothing is lost: 1 − 0.",
                expected_explained,
                TRAIN,
                TEST,
                TEST,
            ),
            shown(
                "who always answers with the mean training image explains nothing",
                "What is lost is exactly the distance from that mean: 1 − 1.",
                expected_explained,
                TRAIN,
                TEST,
                np.array([[1.0, 2.0], [1.0, 2.0]]),
            ),
            shown(
                "who does worse than that mean gets a negative share",
                "White paper for an answer loses more than the mean does.",
                expected_explained,
                TRAIN,
                TEST,
                np.zeros((2, 2)),
            ),
            shown(
                "a faint image counts by what is lost of it, like any other",
                "Add up first, divide once: 1 − 0.4 / (4.81 + 2 + 1).",
                expected_explained,
                TRAIN,
                FAINT,
                FAINT + np.array([[0.6, 0.2], [0.0, 0.0], [0.0, 0.0]]),
            ),
        ),
        cases=(
            hidden(
                "good copies of several images",
                expected_explained,
                WIDER,
                *test_and_outputs(5, 1, 0.1),
            ),
            hidden(
                "test images that are unlike the training images",
                expected_explained,
                WIDER,
                *test_and_outputs(4, 3, 0.5),
            ),
            hidden(
                "copies that are worse than the mean image",
                expected_explained,
                WIDER,
                *test_and_outputs(7, 1, 3.0),
            ),
            hidden(
                "one test image",
                expected_explained,
                WIDER,
                *test_and_outputs(1, 0, 0.1),
            ),
        ),
        wrong={
            "the share of the energy, image by image: the function as it was given": """
def variance_explained(train, test, outputs):
    lost = ((test - outputs) ** 2).sum(axis=1)
    return np.mean(1 - lost / (test ** 2).sum(axis=1))
""",
            "the share of the energy: a mean digit is paid for": """
def variance_explained(train, test, outputs):
    return 1 - ((test - outputs) ** 2).sum() / (test ** 2).sum()
""",
            "one ratio per image, averaged: a faint image counts the most": """
def variance_explained(train, test, outputs):
    lost = ((test - outputs) ** 2).sum(axis=1)
    return np.mean(1 - lost / ((test - train.mean(axis=0)) ** 2).sum(axis=1))
""",
            "the mean of the test images, which nobody has seen in training": """
def variance_explained(train, test, outputs):
    variance = ((test - test.mean(axis=0)) ** 2).sum()
    return 1 - ((test - outputs) ** 2).sum() / variance
""",
            "one mean for all pixels": """
def variance_explained(train, test, outputs):
    variance = ((test - train.mean()) ** 2).sum()
    return 1 - ((test - outputs) ** 2).sum() / variance
""",
            "never below zero": """
def variance_explained(train, test, outputs):
    variance = ((test - train.mean(axis=0)) ** 2).sum()
    return max(0.0, 1 - ((test - outputs) ** 2).sum() / variance)
""",
        },
    ),
    Exercise(
        grade_id="ex01-2-whiten",
        function="whiten",
        points=4,
        hints=(
            "If h has the covariance C, what covariance has M h, for a symmetric M?",
            "M C M = 1 asks for M = C^(−1/2). With C = U diag(λ) Uᵀ, from "
            "np.linalg.eigh, that is U diag(1/√λ) Uᵀ.",
            "W₂h + b₂ = W₂M⁻¹ · M(h − h̄) + (b₂ + W₂h̄): read off both new parameters.",
        ),
        shown=(
            shown(
                "numbers that are uncorrelated already are only scaled, and centred",
                "C is diag(2, 2): each number is divided by √2, less its mean of 1 or "
                "0, and the decoder is multiplied by √2.",
                expected_whitened,
                AXES,
                np.eye(2),
                np.zeros(2),
            ),
            shown(
                "correlated numbers are mixed, symmetrically",
                "C is not diagonal, so M is not either; its two mixed entries agree.",
                expected_whitened,
                CODES,
                np.array([[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]]),
                np.array([0.1, 0.2, 0.3]),
            ),
            shown(
                "numbers of different variance",
                "The smaller one is stretched the more: 1/√λ.",
                expected_whitened,
                AXES * np.array([1.0, 0.1]),
                np.array([[1.0, 2.0]]),
                np.array([-1.0]),
            ),
        ),
        cases=(
            hidden(
                "two numbers and three pixels",
                expected_whitened,
                *code_and_decoder(10, 2, 3),
            ),
            hidden(
                "as many numbers as pixels",
                expected_whitened,
                *code_and_decoder(30, 4, 4),
            ),
            hidden(
                "many numbers, strongly correlated",
                expected_whitened,
                *code_and_decoder(50, 6, 8),
            ),
            hidden("a single number", expected_whitened, *code_and_decoder(7, 1, 2)),
        ),
        wrong={
            "each number scaled by itself: the correlations stay": """
def whiten(codes, w2, b2):
    mean, spread = codes.mean(axis=0), codes.std(axis=0)
    return (codes - mean) / spread, w2 * spread, b2 + w2 @ mean
""",
            "a decoder that was not told of the mixing": """
def whiten(codes, w2, b2):
    mean = codes.mean(axis=0)
    values, u = np.linalg.eigh(np.cov(codes.T, bias=True).reshape(len(mean), -1))
    return (codes - mean) @ (u / np.sqrt(values)) @ u.T, w2, b2 + w2 @ mean
""",
            "a decoder that mixes once more instead of undoing it": """
def whiten(codes, w2, b2):
    mean = codes.mean(axis=0)
    values, u = np.linalg.eigh(np.cov(codes.T, bias=True).reshape(len(mean), -1))
    m = (u / np.sqrt(values)) @ u.T
    return (codes - mean) @ m, w2 @ m, b2 + w2 @ mean
""",
            "the mean that was taken away is missing in the outputs": """
def whiten(codes, w2, b2):
    mean = codes.mean(axis=0)
    values, u = np.linalg.eigh(np.cov(codes.T, bias=True).reshape(len(mean), -1))
    new_codes = (codes - mean) @ (u / np.sqrt(values)) @ u.T
    return new_codes, w2 @ (u * np.sqrt(values)) @ u.T, b2
""",
            "divided by variances instead of standard deviations": """
def whiten(codes, w2, b2):
    mean = codes.mean(axis=0)
    c = np.cov(codes.T, bias=True).reshape(len(mean), -1)
    return (codes - mean) @ np.linalg.inv(c), w2 @ c, b2 + w2 @ mean
""",
            "principal axes: whitened, but turned, for M is not symmetric": """
def whiten(codes, w2, b2):
    mean = codes.mean(axis=0)
    values, u = np.linalg.eigh(np.cov(codes.T, bias=True).reshape(len(mean), -1))
    m = (u / np.sqrt(values))[:, ::-1]
    return (codes - mean) @ m, w2 @ np.linalg.inv(m).T, b2 + w2 @ mean
""",
        },
    ),
    Exercise(
        grade_id="ex01-3-break-even",
        function="break_even",
        points=4,
        hints=(
            "Write ŷ(x + e) − x as one part without noise and one with it. What is the "
            "mean of their product?",
            "E‖ŷ(x + e) − x‖² = ‖ŷ(x) − x‖² + σ²‖W₂W₁‖²_F, and the noisy input is off "
            "by E‖e‖² = dσ².",
            "Mean error = σ² (d − ‖W₂W₁‖²_F): solve for σ. If the bracket is not "
            "positive, no σ will do.",
        ),
        shown=(
            shown(
                "who keeps one of two pixels pays at once for what the other had",
                "The error is ½ on average and one of two directions is noise-free: "
                "σ² = ½ / (2 − 1).",
                expected_break_even,
                np.array([[0.3, 1.0], [0.8, 0.0]]),
                HALF,
                *NOTHING,
            ),
            shown(
                "who damps noise and makes no error wins at any noise",
                "These images have no second pixel to lose: σ = 0.",
                expected_break_even,
                np.array([[0.3, 0.0], [0.8, 0.0]]),
                HALF,
                *NOTHING,
            ),
            shown(
                "who amplifies noise never wins",
                "‖W₂W₁‖² is 4.5, more than the two pixels: infinity.",
                expected_break_even,
                np.array([[0.3, 1.0], [0.8, 0.0]]),
                1.5 * np.eye(2),
                np.zeros(2),
                np.eye(2),
                np.zeros(2),
            ),
            shown(
                "biases count, and so does noise that comes out at another pixel",
                "‖W₂W₁‖² sums all four entries; its trace would see two of them.",
                expected_break_even,
                np.array([[0.3, 1.0], [0.8, 0.2], [0.5, 0.4]]),
                np.array([[0.6, -0.4]]),
                np.array([0.1]),
                np.array([[0.9], [0.5]]),
                np.array([0.2, -0.1]),
            ),
        ),
        cases=(
            hidden(
                "a narrow code",
                expected_break_even,
                *linear_network(4, 6, 2, 0.4),
            ),
            hidden(
                "a code wider than the input that damps noise",
                expected_break_even,
                *linear_network(7, 4, 9, 0.8),
            ),
            hidden(
                "one image",
                expected_break_even,
                *linear_network(1, 5, 3, 0.9),
            ),
            hidden(
                "a network that amplifies noise, though it is narrow",
                expected_break_even,
                *linear_network(3, 5, 2, 1.3),
            ),
        ),
        wrong={
            "the trace for the energy: noise at other pixels is not seen": """
def break_even(x, w1, b1, w2, b2):
    error = np.square((x @ w1.T + b1) @ w2.T + b2 - x).sum(axis=1).mean()
    left = x.shape[1] - np.trace(w2 @ w1)
    return np.sqrt(error / left) if left > 0 else np.inf
""",
            "the error summed over the images instead of averaged": """
def break_even(x, w1, b1, w2, b2):
    error = np.square((x @ w1.T + b1) @ w2.T + b2 - x).sum()
    left = x.shape[1] - np.square(w2 @ w1).sum()
    return np.sqrt(error / left) if left > 0 else np.inf
""",
            "the variance of the noise for its standard deviation": """
def break_even(x, w1, b1, w2, b2):
    error = np.square((x @ w1.T + b1) @ w2.T + b2 - x).sum(axis=1).mean()
    left = x.shape[1] - np.square(w2 @ w1).sum()
    return error / left if left > 0 else np.inf
""",
            "the noise of one pixel set against the error of the whole image": """
def break_even(x, w1, b1, w2, b2):
    error = np.square((x @ w1.T + b1) @ w2.T + b2 - x).sum(axis=1).mean()
    left = 1 - np.square(w2 @ w1).sum() / x.shape[1]
    return np.sqrt(error / left) if left > 0 else np.inf
""",
            "noise in the output left out: every network would win in the end": """
def break_even(x, w1, b1, w2, b2):
    error = np.square((x @ w1.T + b1) @ w2.T + b2 - x).sum(axis=1).mean()
    return np.sqrt(error / x.shape[1])
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex01-4-words",
        points=4,
        rubric={
            "A wide code can copy pixel by pixel: a small error is no evidence.": 1,
            "A first measurement, with the outcome expected of an identity and of a "
            "network that has learned digits: noise passed (slope or energy), or a "
            "Jacobian.": 1,
            "A second one: images that are no digits, sparseness, a probe.": 1,
            "A constraint in the training: bottleneck, sparsity, denoising.": 1,
        },
    ),
)
