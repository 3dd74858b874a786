"""Hidden cases of notebook 07: stacked pretraining.

Expected values come by other ways than the model answers': singular values, a general
weighted low-rank approximation, and a recursion over all units.
"""

from __future__ import annotations

import numpy as np

from aelib.exercises.cases import Case, Exercise, Question

rng = np.random.default_rng(707)


def expected_errors(x, k1, k2):
    """What the singular values beyond k1, and beyond k2, hold."""
    left = np.linalg.svd(x - x.mean(axis=0), compute_uv=False) ** 2 / len(x)
    return np.array([left[k1:].sum(), left[min(k1, k2) :].sum()])


def expected_price(h, B, m):
    """Pixel errors of two codes of m numbers, by least squares onto their spaces."""
    c = h - h.mean(axis=0)
    pixels = c @ B.T
    axes = np.linalg.svd(c, full_matrices=False)[2][:m]
    plain = pixels - c @ axes.T @ axes @ B.T
    best = np.linalg.svd(pixels, compute_uv=False)[m:]
    return float(np.square(plain).sum() - np.square(best).sum()) / len(h)


def expected_fading(sizes, slopes, gains):
    """Mean square of delta, carried down unit by unit."""
    square = np.ones(int(sizes[-1]))
    for layer in range(len(slopes) - 1, 0, -1):
        n_in, n_out = int(sizes[layer]), int(sizes[layer + 1])
        variance = np.full((n_out, n_in), 2 * gains[layer] ** 2 / (n_in + n_out))
        square = slopes[layer - 1] ** 2 * (square @ variance)
    return float(np.sqrt(square.mean()))


def case(what, expected, *arguments):
    return Case(what, arguments, expected(*arguments))


def shown(what, why, expected, *arguments):
    return Case(what, arguments, expected(*arguments), why=why)


def cloud(n, d, shift):
    """Points whose directions have clearly different variances."""
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return rng.normal(size=(n, d)) * np.linspace(3, 0.5, d) @ turn + shift


def decoder(d, k, loud):
    """Columns of different lengths that are not orthogonal."""
    return rng.normal(size=(d, k)) * loud


STEPS = np.array([[3.0, 1.0], [5.0, 1.0], [4.0, 2.0], [4.0, 0.0]])
TWO_UNITS = np.array([[2.0, 0.2], [2.0, -0.2], [-2.0, 0.2], [-2.0, -0.2]])

EXERCISES = (
    Exercise(
        grade_id="ex07-5-greedy-errors",
        function="greedy_errors",
        points=4,
        hints=(
            "Two symptoms, two causes: follow `mean` first, and then what `first` is "
            "used for.",
            "What is decoded gets the mean back, so what is encoded must have lost it; "
            "and whose error does a reader of the last picture see?",
            "Subtract `mean` from x before it meets the axes, and measure how far both "
            "outputs are from x.",
        ),
        shown=(
            shown(
                "with k1 = d and k2 = d nothing is lost, wherever the data lie",
                "All directions are kept at both depths, and the mean comes back.",
                expected_errors,
                STEPS,
                2,
                2,
            ),
            shown(
                "with k2 = k1 both depths lose the same",
                "Stage 2 loses nothing more, but what stage 1 has lost stays lost.",
                expected_errors,
                np.array(
                    [[3.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [1.0, 1.0, 1.2], [1, -1, 0.8]]
                ),
                1,
                1,
            ),
            shown(
                "two depths, three pixels",
                "Depth 2 keeps the direction with the largest variance, out of two.",
                expected_errors,
                np.array(
                    [
                        [2.0, 1.0, 0.5],
                        [-2.0, 1.0, 0.0],
                        [1.0, -1.0, 0.3],
                        [-1.0, -1.0, 0.0],
                        [0.5, 3.0, 0.1],
                    ]
                ),
                2,
                1,
            ),
        ),
        cases=(
            case("data far from zero", expected_errors, cloud(30, 6, 20.0), 4, 2),
            case("data around zero", expected_errors, cloud(25, 5, 0.0), 3, 1),
            case("k2 = k1", expected_errors, cloud(20, 7, 1.0), 3, 3),
            case("stage 1 without loss", expected_errors, cloud(12, 4, -2.0), 4, 2),
        ),
        wrong={
            "pixels encoded with their mean": """
def greedy_errors(x, k1, k2):
    mean = x.mean(axis=0)
    axes = np.linalg.eigh((x - mean).T @ (x - mean))[1]
    h = x @ axes[:, -k1:]
    first = h @ axes[:, -k1:].T + mean
    inner = np.linalg.eigh(h.T @ h)[1]
    h_hat = h @ inner[:, -k2:] @ inner[:, -k2:].T
    second = h_hat @ axes[:, -k1:].T + mean
    return np.array([np.square(x - y).sum(axis=1).mean() for y in (first, second)])
""",
            "the stage's own error for that of the stack": """
def greedy_errors(x, k1, k2):
    mean = x.mean(axis=0)
    axes = np.linalg.eigh((x - mean).T @ (x - mean))[1]
    h = (x - mean) @ axes[:, -k1:]
    first = h @ axes[:, -k1:].T + mean
    inner = np.linalg.eigh(h.T @ h)[1]
    h_hat = h @ inner[:, -k2:] @ inner[:, -k2:].T
    second = h_hat @ axes[:, -k1:].T + mean
    pairs = ((x, first), (first, second))
    return np.array([np.square(a - b).sum(axis=1).mean() for a, b in pairs])
""",
            "the code as it was given, with both bugs": """
def greedy_errors(x, k1, k2):
    mean = x.mean(axis=0)
    axes = np.linalg.eigh((x - mean).T @ (x - mean))[1]
    h = x @ axes[:, -k1:]
    first = h @ axes[:, -k1:].T + mean
    inner = np.linalg.eigh(h.T @ h)[1]
    h_hat = h @ inner[:, -k2:] @ inner[:, -k2:].T
    second = h_hat @ axes[:, -k1:].T + mean
    pairs = ((x, first), (first, second))
    return np.array([np.square(a - b).sum(axis=1).mean() for a, b in pairs])
""",
            "the mean taken off and never put back": """
def greedy_errors(x, k1, k2):
    mean = x.mean(axis=0)
    axes = np.linalg.eigh((x - mean).T @ (x - mean))[1]
    h = (x - mean) @ axes[:, -k1:]
    first = h @ axes[:, -k1:].T
    inner = np.linalg.eigh(h.T @ h)[1]
    second = h @ inner[:, -k2:] @ inner[:, -k2:].T @ axes[:, -k1:].T
    return np.array([np.square(x - y).sum(axis=1).mean() for y in (first, second)])
""",
            "a mean over pixels as well": """
def greedy_errors(x, k1, k2):
    mean = x.mean(axis=0)
    axes = np.linalg.eigh((x - mean).T @ (x - mean))[1]
    h = (x - mean) @ axes[:, -k1:]
    first = h @ axes[:, -k1:].T + mean
    inner = np.linalg.eigh(h.T @ h)[1]
    h_hat = h @ inner[:, -k2:] @ inner[:, -k2:].T
    second = h_hat @ axes[:, -k1:].T + mean
    return np.array([np.square(x - y).mean() for y in (first, second)])
""",
        },
    ),
    Exercise(
        grade_id="ex07-6-price",
        function="price_of_greed",
        points=4,
        hints=(
            "Which m directions does a stage keep that sees the code, and which would "
            "it keep if it saw the pixels that the code makes?",
            "Greedy: PCA of h, its error sent through B. Best: PCA of the pixels h Bᵀ.",
            "Centre h. The best error is the sum of the eigenvalues of (h Bᵀ)ᵀ(h Bᵀ)/n "
            "beyond the m largest; subtract it from the mean of |B e|².",
        ),
        shown=(
            shown(
                "all units equally loud: greed costs nothing",
                "BᵀB is 9 times the identity, so both keep the same directions.",
                expected_price,
                TWO_UNITS,
                3 * np.eye(3)[:, :2],
                1,
            ),
            shown(
                "a quiet unit that the pixels hear loudly",
                "Greedy loses unit 2: 0.2² · 30² = 36; the best loses unit 1: 2² = 4.",
                expected_price,
                TWO_UNITS,
                np.diag([1.0, 30.0]),
                1,
            ),
            shown(
                "every code has a mean, which costs nothing to keep",
                "Biases give the mean back: only what varies must be kept.",
                expected_price,
                TWO_UNITS + np.array([0.0, 5.0]),
                np.diag([1.0, 30.0]),
                1,
            ),
            shown(
                "units that overlap in the pixels",
                "The loudest direction is a mixture of units, no unit by itself.",
                expected_price,
                np.array(
                    [[1.0, 0.0, 0.5], [0.0, 2.0, -1.0], [-1.0, 0.0, 0.3], [0, -2, 0.2]]
                ),
                np.array([[1.0, 1.0, 0.0], [1.0, 0.9, 0.0], [0.0, 0.2, 4.0]]),
                1,
            ),
        ),
        cases=(
            case(
                "four units of different loudness, two are kept",
                expected_price,
                cloud(30, 4, 0.0),
                decoder(6, 4, [1, 2, 4, 8]),
                2,
            ),
            case(
                "a code far from zero",
                expected_price,
                cloud(20, 3, 9.0),
                decoder(5, 3, [0.5, 3, 1]),
                1,
            ),
            case(
                "all units are kept: nothing is lost",
                expected_price,
                cloud(15, 3, 1.0),
                decoder(4, 3, [1, 5, 2]),
                3,
            ),
            case(
                "fewer pixels than units",
                expected_price,
                cloud(25, 5, -1.0),
                decoder(3, 5, [1, 1, 2, 6, 3]),
                2,
            ),
        ),
        wrong={
            "the greedy error, from which the best is not subtracted": """
def price_of_greed(h, B, m):
    c = h - h.mean(axis=0)
    axes = np.linalg.eigh(c.T @ c)[1][:, -m:]
    e = c @ axes @ axes.T - c
    return np.square(e @ B.T).sum(axis=1).mean()
""",
            "the greedy error counted in the code": """
def price_of_greed(h, B, m):
    c = h - h.mean(axis=0)
    axes = np.linalg.eigh(c.T @ c)[1][:, -m:]
    e = c @ axes @ axes.T - c
    left = np.linalg.eigvalsh(B @ c.T @ c @ B.T / len(h))[::-1][m:]
    return np.square(e).sum(axis=1).mean() - left.sum()
""",
            "codes that were not centred": """
def price_of_greed(h, B, m):
    axes = np.linalg.eigh(h.T @ h)[1][:, -m:]
    e = h @ axes @ axes.T - h
    left = np.linalg.eigvalsh(B @ h.T @ h @ B.T / len(h))[::-1][m:]
    return np.square(e @ B.T).sum(axis=1).mean() - left.sum()
""",
            "each unit's loudness, but not their overlap": """
def price_of_greed(h, B, m):
    c = h - h.mean(axis=0)
    loud = np.linalg.norm(B, axis=0)
    axes = np.linalg.eigh(c.T @ c)[1][:, -m:]
    e = c @ axes @ axes.T - c
    heard = c * loud
    axes = np.linalg.eigh(heard.T @ heard)[1][:, -m:]
    best = (heard @ axes @ axes.T - heard) / loud
    return (np.square(e @ B.T).sum() - np.square(best @ B.T).sum()) / len(h)
""",
            "half the squared error": """
def price_of_greed(h, B, m):
    c = h - h.mean(axis=0)
    axes = np.linalg.eigh(c.T @ c)[1][:, -m:]
    e = c @ axes @ axes.T - c
    left = np.linalg.eigvalsh(B @ c.T @ c @ B.T / len(h))[::-1][m:]
    return (np.square(e @ B.T).sum(axis=1).mean() - left.sum()) / 2
""",
        },
    ),
    Exercise(
        grade_id="ex07-7-fading",
        function="delta_fading",
        points=4,
        hints=(
            "Follow lines (6) to (8), but for δ: which of a layer's two sizes does the "
            "sum run over on the way down?",
            "δ_k = f′ Σ_i w_ik δ_i: one layer down, the size is multiplied by "
            "f′(0) g √(2 n_out/(n_in + n_out)), with f′ of the lower layer.",
            "For l = 1 … D − 1 multiply slopes[l - 1] · gains[l] · "
            "√(2 sizes[l + 1]/(sizes[l] + sizes[l + 1])).",
        ),
        shown=(
            shown(
                "three equal layers of sigmoids: two steps down, ¼ each",
                "Equal sizes, so the root is 1; the output's own slope is in δ.",
                expected_fading,
                np.array([9, 9, 9, 9]),
                np.full(3, 0.25),
                np.ones(3),
            ),
            shown(
                "a gain of 4 undoes the slope",
                "4 · ¼ = 1 for each of the two steps; the first layer's weights are "
                "not passed.",
                expected_fading,
                np.array([9, 9, 9, 9]),
                np.full(3, 0.25),
                np.array([7.0, 4.0, 4.0]),
            ),
            shown(
                "one step down, into a layer of another slope",
                "The slope is that of the layer where δ arrives, here ½.",
                expected_fading,
                np.array([5, 4, 4]),
                np.array([0.5, 0.25]),
                np.ones(2),
            ),
            shown(
                "from many units into few",
                "The sum runs over the 24 units above: √(2 · 24/(8 + 24)) times ¼.",
                expected_fading,
                np.array([5, 8, 24]),
                np.array([0.25, 1.0]),
                np.ones(2),
            ),
        ),
        cases=(
            case(
                "the notebook's network, sigmoids",
                expected_fading,
                np.array([784, 256, 64, 30, 64, 256, 784]),
                np.array([0.25, 0.25, 1.0, 0.25, 0.25, 0.25]),
                np.ones(6),
            ),
            case(
                "the notebook's network, gain 4 but for the linear layer",
                expected_fading,
                np.array([784, 256, 64, 30, 64, 256, 784]),
                np.array([0.25, 0.25, 1.0, 0.25, 0.25, 0.25]),
                np.array([4.0, 4.0, 1.0, 4.0, 4.0, 4.0]),
            ),
            case(
                "a narrow middle and mixed slopes",
                expected_fading,
                np.array([12, 6, 2, 10]),
                np.array([0.5, 1.0, 0.25]),
                np.array([2.0, 1.5, 3.0]),
            ),
            case(
                "one layer: nothing to pass",
                expected_fading,
                np.array([7, 3]),
                np.array([0.25]),
                np.array([2.0]),
            ),
        ),
        wrong={
            "the sum over the layer below, as on the way up": """
def delta_fading(sizes, slopes, gains):
    below, above = np.asarray(sizes[1:-1]), np.asarray(sizes[2:])
    roots = np.sqrt(2 * below / (below + above))
    return float(np.prod(slopes[:-1] * gains[1:] * roots))
""",
            "the slope of the layer that δ comes from": """
def delta_fading(sizes, slopes, gains):
    below, above = np.asarray(sizes[1:-1]), np.asarray(sizes[2:])
    roots = np.sqrt(2 * above / (below + above))
    return float(np.prod(slopes[1:] * gains[1:] * roots))
""",
            "mean squares, without the root": """
def delta_fading(sizes, slopes, gains):
    below, above = np.asarray(sizes[1:-1]), np.asarray(sizes[2:])
    squares = 2 * above / (below + above)
    return float(np.prod(slopes[:-1] ** 2 * gains[1:] ** 2 * squares))
""",
            "the gain of the layer where δ arrives": """
def delta_fading(sizes, slopes, gains):
    below, above = np.asarray(sizes[1:-1]), np.asarray(sizes[2:])
    roots = np.sqrt(2 * above / (below + above))
    return float(np.prod(slopes[:-1] * gains[:-1] * roots))
""",
            "one step too many, through the input's weights": """
def delta_fading(sizes, slopes, gains):
    below, above = np.asarray(sizes[:-1]), np.asarray(sizes[1:])
    roots = np.sqrt(2 * above / (below + above))
    return float(np.prod(slopes * gains * roots))
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex07-8-project",
        points=4,
        rubric={
            "One claim, and beforehand the result that would refute it.": 1,
            "A control that differs in one thing, at the same number of epochs, with "
            "its own learning rate chosen on validation images.": 1,
            "Three seeds or more, with their spread.": 1,
            "A conclusion that says no more than was measured, whether the claim "
            "stands or falls.": 1,
        },
    ),
)
