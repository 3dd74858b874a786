"""The lecture's network by hand: against torch, against the formulas, term by term."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
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


@st.composite
def penalised_problems(draw):
    """A network, a batch, and penalties that are defined for it, any of them absent."""
    gamma = draw(st.sampled_from([0.0, 0.0, 0.3, 1.0, 5.0]))
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    choices = ["sigmoid"] if gamma else [*ACTIVATIONS]
    hidden = [draw(st.sampled_from(choices)) for _ in sizes[1:-1]]
    names = [*hidden, draw(st.sampled_from([*ACTIVATIONS]))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = Network(sizes, names, seed=int(rng.integers(2**31)))
    net.biases = [rng.normal(size=b.shape) / 2 for b in net.biases]
    n = draw(st.integers(1, 6))
    penalties = {"lam": draw(st.sampled_from([0.0, 1e-4, 3e-3, 1.0])), "gamma": gamma}
    if gamma:
        penalties["rho_bar"] = draw(st.sampled_from([0.01, 0.05, 0.1, 0.5, 0.9]))
    if draw(st.booleans()):
        penalties["masks"] = net.dropout_masks(n, 0.5, rng)
    return (
        net,
        rng.normal(size=(n, sizes[0])),
        rng.normal(size=(n, sizes[-1])),
        penalties,
    )


def away_from_kinks(net, x, masks=None):
    s, _ = net.forward(x, masks)
    return all(
        np.abs(values).min() > 1e-3
        for values, name in zip(s, net.activations, strict=True)
        if name == "relu"
    )


def by_autograd(net, x, y, lam=0.0, rho_bar=0.5, gamma=0.0, masks=None):
    """Gradients of the averaged cost, and n times those by s, from torch."""
    weights = [torch.tensor(w, requires_grad=True) for w in net.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in net.biases]
    factors = [*([1.0] * (len(weights) - 1) if masks is None else masks), 1.0]
    h, s, cost = torch.tensor(x), [], 0.0
    for layer, (w, b) in enumerate(zip(weights, biases, strict=True)):
        s.append(h @ w.T + b)
        s[-1].retain_grad()
        h = TORCH[net.activations[layer]](s[-1])
        if gamma and layer < len(weights) - 1:
            cost = cost + gamma * coins_apart(rho_bar, h.mean(dim=0)).sum()
        h = h * torch.as_tensor(factors[layer])
    cost = cost + (0.5 * ((torch.tensor(y) - h) ** 2).sum(dim=1)).mean()
    cost = cost + lam / 2 * sum((w**2).sum() for w in weights)
    cost.backward()
    return (
        [w.grad.numpy() for w in weights],
        [b.grad.numpy() for b in biases],
        [len(x) * a.grad.numpy() for a in s],
        cost.item(),
    )


def coins_apart(p, q):
    return p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()


@given(penalised_problems())
def test_cost_gradients_and_deltas_are_those_of_autograd(problem):
    net, x, y, penalties = problem
    weights, biases, by_s, cost = by_autograd(net, x, y, **penalties)
    assert net.cost(x, y, **penalties) == pytest.approx(cost, rel=1e-12)
    for ours, theirs in zip(
        itertools.chain(*net.gradients(x, y, **penalties)),
        weights + biases,
        strict=True,
    ):
        assert relative_error(ours, theirs) < 1e-10
    for delta, theirs in zip(net.deltas(x, y, **penalties), by_s, strict=True):
        assert relative_error(delta, -theirs) < 1e-10


@given(penalised_problems())
def test_gradients_agree_with_central_differences(problem):
    net, x, y, penalties = problem
    assume(away_from_kinks(net, x, penalties.get("masks")))
    assert max(check_gradients(net, x, y, **penalties).values()) < 1e-7


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


def sparse_problem(seed=0, n=7, output="sigmoid"):
    rng = np.random.default_rng(seed)
    net = Network([4, 5, 3], output=output, seed=seed)
    net.biases = [rng.normal(size=b.shape) for b in net.biases]
    return net, rng.random((n, 4)), rng.uniform(0.1, 0.9, (n, 3))


@given(st.integers(0, 999))
def test_sparse_deltas_follow_the_formula_index_by_index(seed):
    net, x, y = sparse_problem(seed)
    rho_bar, gamma = 0.05, 3.0
    _, h = net.forward(x)
    hidden, output = net.deltas(x, y, rho_bar=rho_bar, gamma=gamma)
    w = net.weights[1]
    for q, j in np.ndindex(hidden.shape):
        rho_j = sum(h[1][:, j]) / len(x)
        back = sum(w[i, j] * output[q, i] for i in range(len(w)))
        force = gamma * ((1 - rho_bar) / (1 - rho_j) - rho_bar / rho_j)
        f_prime = h[1][q, j] * (1 - h[1][q, j])
        assert math.isclose(hidden[q, j], (back - force) * f_prime, rel_tol=1e-9)
    np.testing.assert_array_equal(output, net.deltas(x, y)[1])


@given(st.integers(0, 999))
def test_sparsity_moves_weights_towards_rho_bar_where_inputs_are_positive(seed):
    net, x, y = sparse_problem(seed)
    rho_bar = 0.4
    rho = net.mean_activity(x)[0]
    x_q, y_q = x[0] * [1, 0, -1, 1], y[0]  # one input silent, one negative
    penalty = {"rho_bar": rho_bar, "gamma": 1.0, "rho": rho}
    change = net.gradients(x_q, y_q)[0][0] - net.gradients(x_q, y_q, **penalty)[0][0]
    towards = np.sign(rho_bar - rho)
    np.testing.assert_array_equal(np.sign(change), np.outer(towards, [1, 0, -1, 1]))


@settings(max_examples=20)
@given(st.integers(0, 999), st.sampled_from(["sigmoid", "linear"]))
def test_the_three_forms_of_the_cost_agree(seed, output):
    net, x, y = sparse_problem(seed, output=output)
    n, lam, rho_bar, beta = len(x), 0.01, 0.05, 14.0
    rho = net.mean_activity(x)[0]

    def summed():
        each = sum(net.cost(x_q, y_q) for x_q, y_q in zip(x, y, strict=True))
        squares = sum((w**2).sum() for w in net.weights)
        kl = coins_apart(rho_bar, torch.tensor(net.mean_activity(x)[0])).sum().item()
        return each + beta * kl + n * lam / 2 * squares

    penalties = {"lam": lam, "rho_bar": rho_bar, "gamma": beta / n}
    assert summed() == pytest.approx(n * net.cost(x, y, **penalties))

    averaged = list(itertools.chain(*net.gradients(x, y, **penalties)))
    per_sample = [
        list(itertools.chain(*net.gradients(x_q, y_q, **penalties, rho=rho)))
        for x_q, y_q in zip(x, y, strict=True)
    ]
    for block, mean in enumerate(averaged):
        total = sum(gradients[block] for gradients in per_sample)
        assert relative_error(total, n * mean) < 1e-12

    def summed_at(values, block=net.weights[0]):
        kept = block.copy()
        block[...] = values
        cost = summed()
        block[...] = kept
        return cost

    slopes = numerical_gradient(summed_at, net.weights[0])
    assert relative_error(n * averaged[0], slopes) < 1e-7


def test_the_kl_of_a_sample_s_own_activity_is_another_cost():
    net, x, y = sparse_problem()
    penalties = {"rho_bar": 0.05, "gamma": 2.0}
    each = [net.cost(x_q, y_q, **penalties) for x_q, y_q in zip(x, y, strict=True)]
    assert np.mean(each) > net.cost(x, y, **penalties) + 1e-3  # KL is convex


def test_online_rule_with_both_penalties():
    net, x, y = sparse_problem()
    x_q, y_q, eta, lam = x[0], y[0], 0.3, 0.01
    penalty = {"rho_bar": 0.1, "gamma": 2.0, "rho": net.mean_activity(x)}
    _, h = net.forward(x_q)
    deltas = net.deltas(x_q, y_q, **penalty)
    expected = [
        w + eta * (np.outer(delta, h_in) - lam * w)
        for w, delta, h_in in zip(net.weights, deltas, h[:-1], strict=True)
    ] + [b + eta * delta for b, delta in zip(net.biases, deltas, strict=True)]
    net.step(x_q, y_q, eta, lam=lam, **penalty)
    for ours, theirs in zip(net.weights + net.biases, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-15)


PENALTIES = {"lam": 1e-4, "rho_bar": 0.2, "gamma": 0.5}


def test_full_pass_and_running_mean_lead_to_the_same_place():
    rng = np.random.default_rng(3)
    x = rng.random((30, 4))
    costs, means = [], []
    for memory in (math.inf, 30.0):
        net, rho = Network([4, 5, 4], seed=0), None
        for _ in range(100):
            start = rho if math.isfinite(memory) else None
            rho = net.sweep(x, x, eta=0.05, rho=start, memory=memory, **PENALTIES)
        costs.append(net.cost(x, x, **PENALTIES))
        means.append(net.mean_activity(x)[0])
        assert np.abs(means[-1] - rho[0]).max() < 0.02
    assert costs[0] == pytest.approx(costs[1], rel=0.02)
    np.testing.assert_allclose(*means, atol=0.02)
    assert Network([4, 5, 4], seed=0).cost(x, x, **PENALTIES) > 1.5 * costs[0]


def test_a_sweep_takes_rho_from_a_full_pass_and_keeps_it():
    net, x, y = sparse_problem()
    twin, _, _ = sparse_problem()
    rho = twin.mean_activity(x)
    kept = net.sweep(x, y, eta=0.1, **PENALTIES)
    for x_q, y_q in zip(x, y, strict=True):
        twin.step(x_q, y_q, 0.1, rho=rho, **PENALTIES)
    np.testing.assert_array_equal(kept[0], rho[0])
    np.testing.assert_array_equal(net.weights[0], twin.weights[0])


def test_a_running_mean_with_a_memory_of_one_is_the_last_sample():
    net, x, y = sparse_problem()
    twin, _, _ = sparse_problem()
    twin.sweep(x[:-1], y[:-1], eta=0.1, memory=1, **PENALTIES)
    (last,) = net.sweep(x, y, eta=0.1, memory=1, **PENALTIES)
    np.testing.assert_allclose(last, twin.mean_activity(x[-1])[0], atol=1e-15)


def test_without_a_sparsity_penalty_a_sweep_has_no_rho():
    net, x, y = sparse_problem()
    assert net.sweep(x, y, eta=0.1, lam=0.1) is None


def test_units_move_to_rho_bar_when_nothing_else_pulls():
    net, x, _ = sparse_problem(n=50)
    for _ in range(3000):
        net.step(x, net.predict(x), eta=1.0, rho_bar=0.1, gamma=1.0)
    np.testing.assert_allclose(net.mean_activity(x)[0], 0.1, atol=1e-3)


@pytest.mark.parametrize("bias", [-2000.0, -60.0, 60.0, 2000.0])
def test_units_at_the_ends_leave_everything_finite(bias):
    net, x, y = sparse_problem()
    net.biases[0][:] = bias
    assert math.isfinite(net.cost(x, y, rho_bar=0.05, gamma=5.0))
    for block in itertools.chain(*net.gradients(x, y, rho_bar=0.05, gamma=5.0)):
        assert np.isfinite(block).all()


def test_a_nearly_dead_unit_still_feels_its_force():
    net, x, y = sparse_problem()
    net.biases[0][:] = -40.0  # rho near 1e-17
    pull = -net.gradients(x, y, rho_bar=0.05, gamma=2.0)[1][0]
    np.testing.assert_allclose(pull, 2.0 * 0.05, rtol=1e-6)


def every_mask(units, rate):
    """All masks of one layer with their probabilities."""
    for kept in itertools.product([0, 1], repeat=units):
        probability = math.prod(1 - rate if k else rate for k in kept)
        yield probability, np.array(kept) / (1 - rate)


def test_dropout_is_right_in_expectation():
    net, x, y = sparse_problem(output="linear")
    rate = 0.3
    mean_output = sum(
        p * net.forward(x[0], [mask])[1][-1] for p, mask in every_mask(5, rate)
    )
    np.testing.assert_allclose(mean_output, net.predict(x[0]), atol=1e-12)
    # For linear outputs the mean cost is the cost and a weight penalty on w h.
    mean_cost = sum(
        p * net.cost(x[0], y[0], masks=[mask]) for p, mask in every_mask(5, rate)
    )
    h = net.forward(x[0])[1][1]
    extra = rate / (1 - rate) / 2 * ((net.weights[1] * h) ** 2).sum()
    assert mean_cost == pytest.approx(net.cost(x[0], y[0]) + extra, rel=1e-12)


@given(st.integers(0, 999), st.floats(0, 0.9))
def test_masks_are_drawn_at_their_rate_and_scaled(seed, rate):
    net = Network([3, 40, 30, 2])
    masks = net.dropout_masks(50, rate, np.random.default_rng(seed))
    assert [mask.shape for mask in masks] == [(50, 40), (50, 30)]
    for mask in masks:
        assert set(np.unique(mask)) <= {0.0, 1 / (1 - rate)}
        spread = math.sqrt(rate / (1 - rate) / mask.size)
        assert abs(mask.mean() - 1) <= 6 * spread


def test_a_unit_that_drops_out_neither_speaks_nor_learns():
    net, x, y = sparse_problem()
    mask = np.full((len(x), 5), 2.0)
    mask[:, 3] = 0
    weights, biases = net.gradients(x, y, masks=[mask])
    assert not weights[0][3].any()
    assert not biases[0][3]
    assert not weights[1][:, 3].any()
    before = net.forward(x, [mask])[1][-1]
    net.weights[1][:, 3] += 100
    np.testing.assert_array_equal(net.forward(x, [mask])[1][-1], before)


def test_rho_is_taken_before_units_drop_out():
    net, x, y = sparse_problem()
    mask = np.zeros((len(x), 5))
    drop = {"masks": [mask], "rho_bar": 0.1}
    with_kl = net.cost(x, y, gamma=1.0, **drop) - net.cost(x, y, **drop)
    expected = coins_apart(0.1, torch.tensor(net.mean_activity(x)[0])).sum().item()
    assert with_kl == pytest.approx(expected)


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
    with pytest.raises(ValueError, match="positive whole numbers"):
        Network(sizes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "swish"}, "activation='swish' is unknown"),
        ({"output": "softmax"}, "activation='softmax' is unknown"),
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
        (np.array([[np.nan, 1.0]]), np.ones((1, 1)), "NaN or infinite values in x"),
        (np.ones((1, 2)), np.array([[np.inf]]), "NaN or infinite values in y"),
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


METHODS = {
    "cost": lambda net, *data, **bad: net.cost(*data, **bad),
    "gradients": lambda net, *data, **bad: net.gradients(*data, **bad),
    "deltas": lambda net, *data, **bad: net.deltas(*data, **bad),
    "step": lambda net, *data, **bad: net.step(*data, 0.1, **bad),
    "sweep": lambda net, *data, **bad: net.sweep(*data, 0.1, **bad),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("penalties", "message"),
    [
        ({"lam": -1e-4}, "lam must be a number of at least 0"),
        ({"lam": math.nan}, "lam must be"),
        ({"lam": math.inf}, "lam must be"),
        ({"gamma": -1.0, "rho_bar": 0.1}, "gamma must be a number of at least 0"),
        ({"gamma": math.nan, "rho_bar": 0.1}, "gamma must be"),
        ({"gamma": 1.0}, "needs rho_bar"),
        ({"gamma": 1.0, "rho_bar": 0.0}, "rho_bar must lie in"),
        ({"gamma": 1.0, "rho_bar": 1.0}, "rho_bar must lie in"),
        ({"gamma": 1.0, "rho_bar": -0.1}, "rho_bar must lie in"),
        ({"gamma": 1.0, "rho_bar": math.nan}, "rho_bar must lie in"),
        ({"rho_bar": 5.0}, "rho_bar must lie in"),
    ],
)
def test_penalties_are_checked_before_anything_moves(method, penalties, message):
    net, x, y = sparse_problem()
    twin, _, _ = sparse_problem()
    with pytest.raises(ValueError, match=message):
        METHODS[method](net, x, y, **penalties)
    np.testing.assert_array_equal(net.weights[0], twin.weights[0])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
def test_kl_needs_hidden_activities_between_0_and_1(method, activation):
    x, y = np.ones((3, 2)), np.full((3, 1), 0.5)
    net = Network([2, 3, 3, 1], ["sigmoid", activation, "sigmoid"], seed=0)
    with pytest.raises(ValueError, match=f"a hidden layer is {activation}"):
        METHODS[method](net, x, y, gamma=1.0, rho_bar=0.1)
    METHODS[method](net, x, y, gamma=0.0, rho_bar=0.1)


def test_kl_does_not_mind_the_outputs():
    net = Network([2, 3, 1], output="relu", seed=0)
    net.cost(np.ones((3, 2)), np.ones((3, 1)), gamma=1.0, rho_bar=0.1)


@pytest.mark.parametrize("method", ["gradients", "deltas", "step", "sweep"])
@pytest.mark.parametrize(
    ("rho", "message"),
    [
        (np.full(4, 0.1), "rho have shapes"),
        ([np.full(5, 0.1), np.full(3, 0.1)], "rho have shapes"),
        ([], "rho have shapes"),
        (np.full(5, np.nan), "NaN"),
        (np.full(5, 1.5), r"within \[0, 1\]"),
        (np.full(5, -0.1), r"within \[0, 1\]"),
    ],
)
def test_a_given_rho_is_checked(method, rho, message):
    net, x, y = sparse_problem()
    with pytest.raises(ValueError, match=message):
        METHODS[method](net, x, y, rho_bar=0.1, gamma=1.0, rho=rho)


def test_rho_of_one_hidden_layer_needs_no_list():
    net, x, y = sparse_problem()
    rho = np.linspace(0.1, 0.5, 5)
    alone = net.deltas(x, y, rho_bar=0.1, gamma=1.0, rho=rho)
    listed = net.deltas(x, y, rho_bar=0.1, gamma=1.0, rho=[rho])
    np.testing.assert_array_equal(alone[0], listed[0])


@pytest.mark.parametrize("method", ["cost", "gradients", "deltas", "step"])
@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ([], "Masks have shapes"),
        ([np.ones((6, 5))], "Masks have shapes"),
        ([np.ones((7, 4))], "Masks have shapes"),
        ([np.ones((7, 5)), np.ones((7, 3))], "Masks have shapes"),
        ([np.full((7, 5), np.nan)], "NaN or infinite values in Masks"),
    ],
)
def test_masks_are_checked(method, masks, message):
    net, x, y = sparse_problem()
    with pytest.raises(ValueError, match=message):
        METHODS[method](net, x, y, masks=masks)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, math.nan])
def test_the_dropout_rate_is_at_least_0_and_below_1(rate):
    with pytest.raises(ValueError, match=r"rate=.* must be"):
        Network([2, 3, 1]).dropout_masks(4, rate, np.random.default_rng(0))


@pytest.mark.parametrize("memory", [0.5, 0.0, -1.0, math.nan])
def test_the_memory_is_at_least_one_sample(memory):
    net, x, y = sparse_problem()
    with pytest.raises(ValueError, match="memory must be"):
        net.sweep(x, y, 0.1, memory=memory, **PENALTIES)


# Numbers of other types


def test_a_sweep_refuses_an_unreachable_target_before_its_first_step():
    net, x = Network([2, 1], seed=0), np.ones((3, 2))
    before = net.weights[0].copy()
    with pytest.raises(ValueError, match="by 255"):
        net.sweep(x, [[0.0], [1.0], [255.0]], eta=0.1)
    np.testing.assert_array_equal(net.weights[0], before)


@pytest.mark.parametrize("kind", [np.uint8, np.float16, np.array, torch.tensor])
def test_strengths_may_be_numbers_of_any_type(kind):
    """As an unsigned byte, minus gamma is 255."""
    net, x, y = sparse_problem()
    plain = net.gradients(x, y, lam=1, rho_bar=0.1, gamma=1)
    odd = net.gradients(x, y, lam=kind(1), rho_bar=0.1, gamma=kind(1))
    for ours, theirs in zip(
        itertools.chain(*odd), itertools.chain(*plain), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("argument", ["lam", "gamma", "eta"])
def test_words_are_no_strengths(argument):
    net, x, y = sparse_problem()
    settings = {"eta": 0.1, "rho_bar": 0.1} | {argument: "0.1"}
    with pytest.raises(TypeError, match=f"{argument} must be a number"):
        net.step(x, y, **settings)
