"""The lecture's network by hand: against torch, against the formulas, term by term."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from aelib.backprop import ACTIVATIONS, Network
from aelib.gradcheck import check_gradients, numerical_gradient, relative_error

TORCH = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "linear": lambda s: s,
}


@st.composite
def problems(draw):
    """A small network with random biases, and a batch for it."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    layers = len(sizes) - 1
    names = draw(
        st.lists(st.sampled_from([*ACTIVATIONS]), min_size=layers, max_size=layers)
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = Network(sizes, names, seed=int(rng.integers(2**31)))
    net.biases = [rng.normal(size=b.shape) / 2 for b in net.biases]
    n = draw(st.integers(1, 6))
    return net, rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))


def away_from_kinks(net, x):
    s, _ = net.forward(x)
    return all(
        np.abs(values).min() > 1e-3
        for values, name in zip(s, net.activations, strict=True)
        if name == "relu"
    )


def by_autograd(net, x, y):
    """Gradients of the mean cost, and of each sample's cost by s, from torch."""
    weights = [torch.tensor(w, requires_grad=True) for w in net.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in net.biases]
    h, s = torch.tensor(x), []
    for w, b, name in zip(weights, biases, net.activations, strict=True):
        s.append(h @ w.T + b)
        s[-1].retain_grad()
        h = TORCH[name](s[-1])
    (0.5 * ((torch.tensor(y) - h) ** 2).sum(dim=1)).mean().backward()
    return (
        [w.grad.numpy() for w in weights],
        [b.grad.numpy() for b in biases],
        [len(x) * a.grad.numpy() for a in s],
    )


@given(problems())
def test_gradients_are_those_of_autograd(problem):
    net, x, y = problem
    weights, biases = net.gradients(x, y)
    expected_weights, expected_biases, _ = by_autograd(net, x, y)
    for ours, theirs in zip(
        weights + biases, expected_weights + expected_biases, strict=True
    ):
        assert relative_error(ours, theirs) < 1e-10


@given(problems())
def test_gradients_agree_with_central_differences(problem):
    net, x, y = problem
    assume(away_from_kinks(net, x))
    assert max(check_gradients(net, x, y).values()) < 1e-7


@given(problems())
def test_delta_is_minus_what_autograd_finds_for_s(problem):
    net, x, y = problem
    for delta, by_s in zip(net.deltas(x, y), by_autograd(net, x, y)[2], strict=True):
        assert relative_error(delta, -by_s) < 1e-10


@given(problems())
def test_deltas_follow_the_formulas_index_by_index(problem):
    net, x, y = problem
    s, h = net.forward(x)
    deltas = net.deltas(x, y)
    f_prime = [ACTIVATIONS[name].f_prime for name in net.activations]
    for q in range(len(x)):
        for i in range(net.sizes[-1]):
            expected = (y[q, i] - h[-1][q, i]) * f_prime[-1](s[-1])[q, i]
            assert math.isclose(deltas[-1][q, i], expected, abs_tol=1e-12)
        for layer in range(len(s) - 1):
            w = net.weights[layer + 1]
            for j in range(w.shape[1]):
                back = sum(w[i, j] * deltas[layer + 1][q, i] for i in range(w.shape[0]))
                expected = f_prime[layer](s[layer])[q, j] * back
                assert math.isclose(deltas[layer][q, j], expected, abs_tol=1e-12)


@given(problems())
def test_gradient_of_a_batch_is_the_mean_over_its_samples(problem):
    net, x, y = problem
    singles = [net.gradients(x_q, y_q) for x_q, y_q in zip(x, y, strict=True)]
    for kind in (0, 1):
        for layer, batch in enumerate(net.gradients(x, y)[kind]):
            mean = np.mean([single[kind][layer] for single in singles], axis=0)
            np.testing.assert_allclose(batch, mean, atol=1e-13)


@given(problems())
def test_a_bias_is_the_weight_of_an_input_that_is_always_one(problem):
    net, x, y = problem
    wide = Network.from_parameters(
        [np.c_[net.weights[0], net.biases[0]], *net.weights[1:]],
        [0 * net.biases[0], *net.biases[1:]],
        net.activations,
    )
    ones = np.c_[x, np.ones(len(x))]
    np.testing.assert_allclose(wide.cost(ones, y), net.cost(x, y))
    np.testing.assert_allclose(
        wide.gradients(ones, y)[0][0][:, -1], net.gradients(x, y)[1][0], atol=1e-13
    )


def test_online_step_is_eta_delta_x():
    net = Network([2, 3, 2], seed=4)
    x, y, eta = np.array([0.5, -1.0]), np.array([0.2, 0.9]), 0.7
    _, h = net.forward(x)
    deltas = net.deltas(x, y)
    expected = [w.copy() for w in net.weights]
    for layer, w in enumerate(expected):
        for i, j in np.ndindex(w.shape):
            w[i, j] += eta * deltas[layer][i] * h[layer][j]
    biases = [b + eta * d for b, d in zip(net.biases, deltas, strict=True)]
    net.step(x, y, eta)
    for ours, theirs in zip(net.weights + net.biases, expected + biases, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-15)


@given(problems())
def test_a_small_step_lowers_the_cost_as_the_slope_promises(problem):
    net, x, y = problem
    assume(away_from_kinks(net, x))
    y = np.clip(
        y, ACTIVATIONS[net.activations[-1]].low, ACTIVATIONS[net.activations[-1]].high
    )
    weights, biases = net.gradients(x, y)
    slope = sum((g**2).sum() for g in weights + biases)
    assume(slope > 1e-2)
    eta = 1e-8 / slope
    before = net.cost(x, y)
    net.step(x, y, eta)
    assert (before - net.cost(x, y)) / (eta * slope) == pytest.approx(1, abs=0.01)


def test_sweep_takes_the_samples_one_by_one():
    swept, stepped = Network([2, 2, 1], seed=1), Network([2, 2, 1], seed=1)
    x, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0]])
    swept.sweep(x, y, eta=2.0)
    stepped.step(x[0], y[0], eta=2.0)
    stepped.step(x[1], y[1], eta=2.0)
    for a, b in zip(swept.weights, stepped.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_equal_hidden_units_stay_equal():
    net = Network.from_parameters(
        [np.full((3, 2), 0.3), np.full((1, 3), -0.2)], [np.zeros(3), np.zeros(1)]
    )
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    start = net.weights[0].copy()
    for _ in range(200):
        net.sweep(x, x[:, :1], eta=1.0)
    assert np.abs(net.weights[0] - start).max() > 0.1
    assert np.ptp(net.weights[0], axis=0).max() < 1e-12


def test_images_are_rows():
    images = np.random.default_rng(0).random((5, 3, 4))
    net = Network([12, 4, 12], seed=0)
    rows = images.reshape(5, 12)
    assert net.cost(images, images) == net.cost(rows, rows)
    assert net.predict(images).shape == images.shape
    np.testing.assert_array_equal(net.predict(images).reshape(5, 12), net.predict(rows))


def test_the_seed_decides_the_weights():
    first, again, other = (Network([5, 4, 3], seed=seed) for seed in (1, 1, 2))
    assert all(
        (a == b).all() for a, b in zip(first.weights, again.weights, strict=True)
    )
    assert (first.weights[0] != other.weights[0]).all()
    assert [w.shape for w in first.weights] == [(4, 5), (3, 4)]
    assert [b.shape for b in first.biases] == [(4,), (3,)]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_fit_their_derivative_and_range(name):
    f, f_prime, low, high = ACTIVATIONS[name]
    s = np.linspace(-6, 6, 60)  # no zero: the kink of ReLU
    slopes = numerical_gradient(lambda s: f(s).sum(), s)
    assert relative_error(f_prime(s), slopes) < 1e-9
    extremes = f(np.array([-1e6, -1e3, 1e3, 1e6]))
    assert np.isfinite(extremes).all()
    assert low <= extremes.min()
    assert extremes.max() <= high


def test_nothing_that_is_passed_in_is_changed():
    w, b = np.ones((2, 2)), np.zeros(2)
    x, y = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    net = Network.from_parameters([w], [b])
    net.step(x, y, eta=1.0)
    assert (w == 1).all()
    assert (b == 0).all()
    assert x.tolist() == [[1.0, 0.0]]
    assert y.tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("sizes", [[3], [], [3, 0], [3, 2.0], [3, -1], "ab", 7])
def test_sizes_are_two_or_more_positive_integers(sizes):
    with pytest.raises(ValueError, match="positive integers"):
        Network(sizes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "swish"}, "Unknown activation 'swish'"),
        ({"output": "softmax"}, "Unknown activation 'softmax'"),
        ({"activation": ["tanh"]}, "1 activations for 2 layers"),
    ],
)
def test_activations_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        Network([2, 3, 1], **arguments)


def test_output_changes_the_last_activation_only():
    assert Network([2, 3, 3, 1], "relu", output="sigmoid").activations == [
        "relu",
        "relu",
        "sigmoid",
    ]


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([], [], "weight matrices"),
        ([[1.0, 2.0]], [[0.0]], "weight matrices"),
        ([np.ones((3, 2)), np.ones((1, 4))], [np.ones(3), np.ones(1)], "Weights have"),
        ([np.ones((3, 2))], [np.ones(2)], "Biases have"),
        ([np.ones((3, 2))], [], "Biases have"),
        ([[[np.nan]]], [[0.0]], "NaN"),
    ],
)
def test_parameters_must_chain(weights, biases, message):
    with pytest.raises(ValueError, match=message):
        Network.from_parameters(weights, biases)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.ones((4, 3)), np.ones((4, 1)), r"x has shape \(4, 3\)"),
        (np.ones((4, 2)), np.ones((4, 2)), r"y has shape \(4, 2\)"),
        (np.ones((4, 2)), np.ones((3, 1)), "same samples"),
        (np.ones((4, 2)), np.ones(1), "same samples"),
        (np.ones((0, 2)), np.ones((0, 1)), "x has shape"),
        (1.0, np.ones(1), "x has shape"),
        (np.array([[np.nan, 1.0]]), np.ones((1, 1)), "x contains NaN"),
        (np.ones((1, 2)), np.array([[np.inf]]), "y contains NaN"),
    ],
)
@pytest.mark.parametrize("method", ["cost", "gradients", "deltas"])
def test_data_are_checked(method, x, y, message):
    with pytest.raises(ValueError, match=message):
        getattr(Network([2, 3, 1]), method)(x, y)


@pytest.mark.parametrize(
    ("activation", "target"),
    [("sigmoid", 1.5), ("sigmoid", -0.1), ("tanh", -2.0), ("relu", -1.0)],
)
def test_learning_refuses_targets_that_no_output_can_reach(activation, target):
    net = Network([2, 1], activation, seed=0)
    before = net.weights[0].copy()
    with pytest.raises(ValueError, match="rescale y"):
        net.step([1.0, 1.0], [target], eta=0.1)
    assert (net.weights[0] == before).all()
    net.cost([1.0, 1.0], [target])  # the formula itself holds for any target


@pytest.mark.parametrize("eta", [0.0, -1.0, np.nan, np.inf])
def test_eta_is_positive(eta):
    with pytest.raises(ValueError, match="eta must be a positive number"):
        Network([2, 1]).step([1.0, 1.0], [0.0], eta)
