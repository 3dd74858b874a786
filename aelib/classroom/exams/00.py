"""Hidden cases of notebook 00: backpropagation.

Expected values come from central differences of the cost, not from the formulas that
the model answers use.
"""

import numpy as np

from aelib.backprop import sigmoid
from aelib.exercises.cases import Case, Exercise, Question
from aelib.gradcheck import numerical_gradient

rng = np.random.default_rng(700)
TOLERANCE = 1e-7


def expected_output_delta(y, s):
    return -numerical_gradient(lambda s: 0.5 * ((y - np.tanh(s)) ** 2).sum(), s)


def expected_deep_deltas(y, s, w):
    """Move the sums of one layer a little; what lies above follows with them."""

    def cost_from(layer, sums):
        change = sums - s[layer]
        h, before = sigmoid(sums), sigmoid(s[layer])
        for above in range(layer + 1, len(s)):
            change = w[above] @ (h - before)
            h, before = sigmoid(s[above] + change), sigmoid(s[above])
        return 0.5 * ((y - h) ** 2).sum()

    layers = range(len(s))
    return np.array(
        [-numerical_gradient(lambda v, k=k: cost_from(k, v), s[k]) for k in layers]
    )


def expected_online_step(x, y, w1, b1, w2, b2, eta):
    parameters = [w1, b1, w2, b2]

    def cost(changed, values):
        a, b, c, d = (
            values if k == changed else parameter
            for k, parameter in enumerate(parameters)
        )
        return 0.5 * ((y - sigmoid(c @ sigmoid(a @ x + b) + d)) ** 2).sum()

    return tuple(
        parameter - eta * numerical_gradient(lambda v, k=k: cost(k, v), parameter)
        for k, parameter in enumerate(parameters)
    )


def case(what, expected, *arguments):
    return Case(what, arguments, expected(*arguments), TOLERANCE)


def random_step(inputs, hidden, outputs, eta):
    return (
        rng.normal(size=inputs),
        rng.random(outputs),
        rng.normal(size=(hidden, inputs)),
        rng.normal(size=hidden),
        rng.normal(size=(outputs, hidden)),
        rng.normal(size=outputs),
        eta,
    )


def shown(what, why, expected, *arguments):
    return Case(what, arguments, expected(*arguments), TOLERANCE, why)


EXERCISES = (
    Exercise(
        grade_id="ex00-1-output-delta",
        function="output_delta",
        points=2,
        hints=(
            "δ is about the sum s, and the error is about ŷ: what lies between them?",
            "δ = −∂J/∂s = (y − ŷ) f′(s), with ŷ = f(s) and f = tanh.",
            "Compute y_hat = np.tanh(s) once; its slope is 1 − y_hat².",
        ),
        shown=(
            shown(
                "at s = 0, where the slope of tanh is 1, δ is the error itself",
                "tanh 0 = 0 and tanh′ 0 = 1, so that δ = y.",
                expected_output_delta,
                np.array([1.0, -1.0]),
                np.array([0.0, 0.0]),
            ),
            shown(
                "where ŷ is too high, δ is negative",
                "ŷ = tanh 0.5 ≈ 0.46 lies above the target 0: the sum should fall.",
                expected_output_delta,
                np.array([0.0]),
                np.array([0.5]),
            ),
            shown(
                "a batch, one row per sample",
                "Each output has its own error and the slope at its own sum.",
                expected_output_delta,
                np.array([[0.5, -0.2], [1.0, 0.0]]),
                np.array([[0.3, -1.2], [2.0, 0.7]]),
            ),
        ),
        cases=(
            case(
                "δ of one sample with three tanh outputs",
                expected_output_delta,
                rng.uniform(-1, 1, 3),
                rng.normal(size=3),
            ),
            case(
                "δ of a batch, one row per sample",
                expected_output_delta,
                rng.uniform(-1, 1, (5, 4)),
                rng.normal(size=(5, 4)),
            ),
        ),
        wrong={
            "the sign of autograd": """
def output_delta(y, s):
    y_hat = np.tanh(s)
    return (y_hat - y) * (1 - y_hat**2)
""",
            "no derivative of the activation": """
def output_delta(y, s):
    return y - np.tanh(s)
""",
            "the derivative of the sigmoid": """
def output_delta(y, s):
    y_hat = np.tanh(s)
    return (y - y_hat) * y_hat * (1 - y_hat)
""",
            "the derivative at the output instead of the sum": """
def output_delta(y, s):
    y_hat = np.tanh(s)
    return (y - y_hat) * (1 - np.tanh(y_hat) ** 2)
""",
        },
    ),
    Exercise(
        grade_id="ex00-4-deep-deltas",
        function="deep_deltas",
        points=3,
        hints=(
            "Begin with the lines that need no other. Then the outputs: which of the "
            "two signs is the lecture's? Then all other layers: from which end?",
            "A layer's δ is made from the δ of the layer above it, so the loop runs "
            "downward. Through which weights does that δ come, those that lead into "
            "this layer or those that lead out of it?",
            "Seven lines are right. Five stand before the loop and in its head, the "
            "fourth of them being about the outputs; the one in the loop has a "
            "transposed matrix, and the slope of the layer that is being computed.",
        ),
        shown=(
            shown(
                "a single layer: the δ of its outputs",
                "At s = 0, ŷ is ½ and the slope ¼: δ is ¼ (y − ½), the lecture's sign.",
                expected_deep_deltas,
                np.array([1.0, 0.0]),
                np.zeros((1, 2)),
                np.ones((1, 2, 2)),
            ),
            shown(
                "two layers: δ comes back through the weights that lead out",
                "At s = 0 each slope is ¼: δ_j is ¼ times w[1] transposed times δ_i.",
                expected_deep_deltas,
                np.array([1.0, 0.0]),
                np.zeros((2, 2)),
                np.array([[[0.4, -0.6], [-0.8, 0.4]], [[1.0, -0.5], [-0.4, 0.8]]]),
            ),
            shown(
                "three layers, each with its own slope",
                "From the last layer down: each δ has the slope at its own layer's s.",
                expected_deep_deltas,
                np.array([0.2, 0.9]),
                np.array([[0.5, -1.0], [2.0, 0.3], [-0.7, 1.2]]),
                np.array(
                    [
                        [[0.3, 0.1], [-0.2, 0.7]],
                        [[1.0, -0.5], [0.6, 0.2]],
                        [[-0.9, 0.4], [0.3, 1.1]],
                    ]
                ),
            ),
        ),
        cases=(
            case(
                "four layers of three units",
                expected_deep_deltas,
                rng.random(3),
                rng.normal(size=(4, 3)),
                rng.normal(size=(4, 3, 3)),
            ),
            case(
                "two layers of five units",
                expected_deep_deltas,
                rng.random(5),
                rng.normal(size=(2, 5)),
                rng.normal(size=(2, 5, 5)),
            ),
            case(
                "six layers of one unit: a chain",
                expected_deep_deltas,
                rng.random(1),
                rng.normal(size=(6, 1)),
                rng.normal(size=(6, 1, 1)),
            ),
        ),
        wrong={
            "weights that lead into the layer": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer] * (w[layer].T @ delta[layer + 1])
    return delta
""",
            "weights walked the wrong way": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer] * (w[layer + 1] @ delta[layer + 1])
    return delta
""",
            "the sign of autograd": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (h[-1] - y) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer] * (w[layer + 1].T @ delta[layer + 1])
    return delta
""",
            "a loop that begins at the input": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 1):
        delta[layer] = slope[layer] * (w[layer + 1].T @ delta[layer + 1])
    return delta
""",
            "the slope taken of the sum as if it were the activity": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = s * (1 - s)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer] * (w[layer + 1].T @ delta[layer + 1])
    return delta
""",
            "the slope of the layer above": """
def deep_deltas(y, s, w):
    h = 1 / (1 + np.exp(-s))
    slope = h * (1 - h)
    delta = np.zeros_like(s)
    delta[-1] = (y - h[-1]) * slope[-1]
    for layer in range(len(s) - 2, -1, -1):
        delta[layer] = slope[layer + 1] * (w[layer + 1].T @ delta[layer + 1])
    return delta
""",
        },
    ),
    Exercise(
        grade_id="ex00-3-online-step",
        function="online_step",
        points=4,
        hints=(
            "A step divided by η that still depends on η must contain something that "
            "has moved already. And what fits only while two widths agree?",
            "The error was made by the old w2, and goes back through it from the "
            "outputs to the hidden units: which of its indices is summed over?",
            "Compute both deltas before anything changes, the hidden one with w2 "
            "turned over, so that (I, J) becomes (J, I).",
        ),
        shown=(
            shown(
                "with x = 0 nothing is sent: w1 stays, everything else moves",
                "A weight moves by η δ times what was sent; to a bias, 1 is sent.",
                expected_online_step,
                np.array([0.0]),
                np.array([1.0]),
                np.ones((2, 1)),
                np.zeros(2),
                np.ones((1, 2)),
                np.zeros(1),
                1.0,
            ),
            shown(
                "layers of different width: 3, 2 and 1",
                "The change of a weight matrix is np.outer(δ, what was sent).",
                expected_online_step,
                np.array([1.0, -1.0, 0.5]),
                np.array([0.2]),
                np.array([[0.1, 0.4, -0.3], [0.5, -0.2, 0.2]]),
                np.array([0.1, -0.1]),
                np.array([[0.7, -0.6]]),
                np.array([0.2]),
                0.5,
            ),
            shown(
                "δ_j belongs to the old weights, however large the step is",
                "The error was made by the old w2, so the old w2 carries it back.",
                expected_online_step,
                np.array([1.0, 2.0]),
                np.array([1.0, 0.0]),
                np.array([[0.3, -0.1], [0.2, 0.4]]),
                np.array([0.0, 0.1]),
                np.array([[0.5, -0.5], [0.3, 0.8]]),
                np.array([0.1, -0.2]),
                8.0,
            ),
        ),
        cases=(
            case(
                "the shape of the lesson, 2-2-2",
                expected_online_step,
                *random_step(2, 2, 2, 1.0),
            ),
            case(
                "three layers of different width",
                expected_online_step,
                *random_step(4, 3, 2, 0.3),
            ),
            case(
                "a large step: δ_j belongs to the old weights",
                expected_online_step,
                *random_step(3, 5, 4, 10.0),
            ),
            case(
                "one unit per layer",
                expected_online_step,
                *random_step(1, 1, 1, 0.5),
            ),
        ),
        wrong={
            "δ_j computed with the new weights": """
def online_step(x, y, w1, b1, w2, b2, eta):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    w2, b2 = w2 + eta * np.outer(delta_i, h), b2 + eta * delta_i
    delta_j = h * (1 - h) * (w2.T @ delta_i)
    return w1 + eta * np.outer(delta_j, x), b1 + eta * delta_j, w2, b2
""",
            "both mistakes, as given": """
def online_step(x, y, w1, b1, w2, b2, eta):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    w2 = w2 + eta * np.outer(delta_i, h)
    b2 = b2 + eta * delta_i
    delta_j = h * (1 - h) * (w2 @ delta_i)
    w1 = w1 + eta * np.outer(delta_j, x)
    b1 = b1 + eta * delta_j
    return w1, b1, w2, b2
""",
            "weights still walked the wrong way": """
def online_step(x, y, w1, b1, w2, b2, eta):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    delta_j = h * (1 - h) * (w2 @ delta_i)
    new_1 = w1 + eta * np.outer(delta_j, x), b1 + eta * delta_j
    return *new_1, w2 + eta * np.outer(delta_i, h), b2 + eta * delta_i
""",
            "uphill": """
def online_step(x, y, w1, b1, w2, b2, eta):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    delta_j = h * (1 - h) * (w2.T @ delta_i)
    return (
        w1 - eta * np.outer(delta_j, x),
        b1 - eta * delta_j,
        w2 - eta * np.outer(delta_i, h),
        b2 - eta * delta_i,
    )
""",
            "biases forgotten": """
def online_step(x, y, w1, b1, w2, b2, eta):
    h = 1 / (1 + np.exp(-(w1 @ x + b1)))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    delta_j = h * (1 - h) * (w2.T @ delta_i)
    return w1 + eta * np.outer(delta_j, x), b1, w2 + eta * np.outer(delta_i, h), b2
""",
            "the second layer fed with sums instead of activities": """
def online_step(x, y, w1, b1, w2, b2, eta):
    s = w1 @ x + b1
    h = 1 / (1 + np.exp(-s))
    y_hat = 1 / (1 + np.exp(-(w2 @ h + b2)))
    delta_i = (y - y_hat) * y_hat * (1 - y_hat)
    delta_j = h * (1 - h) * (w2.T @ delta_i)
    new_1 = w1 + eta * np.outer(delta_j, x), b1 + eta * delta_j
    return *new_1, w2 + eta * np.outer(delta_i, s), b2 + eta * delta_i
""",
        },
    ),
)

QUESTIONS = (
    Question(
        grade_id="ex00-w-zero-weights",
        points=3,
        rubric={
            "Line 2 carries δ through the outgoing weights: zero weights, zero δ_j, "
            "so the first layer does not move in the first step.": 1,
            "The second layer's gradient is -δ_i h_j, not zero: it moves in the "
            "first step.": 1,
            "So the network learns: from the second step on δ_j is not zero, and "
            "random first-layer weights keep the hidden units different.": 1,
        },
    ),
)
