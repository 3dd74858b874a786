"""Penalties: known values, identities, autograd, and what happens at the ends."""

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib import penalties
from aelib.autoencoders import Autoencoder
from aelib.gradcheck import numerical_gradient, relative_error
from aelib.penalties import (
    FLOOR,
    KL,
    L1,
    WeightDecay,
    contractive,
    kl_divergence,
    kl_gradient,
    l1,
    mean_activity,
    top_k,
    weight_penalty,
)
from aelib.training import fit

INSIDE = st.floats(1e-6, 1 - 1e-6)
SEEDS = st.integers(0, 2**32 - 1)


def random(seed, *shape):
    return np.random.default_rng(seed).random(shape)


def test_torch_is_not_loaded():
    check = "import sys, aelib.penalties as p; p.kl_divergence(.1, .2); "
    check += "sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


# KL divergence


@given(INSIDE, INSIDE)
def test_kl_is_the_formula(p, q):
    formula = p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
    assert kl_divergence(p, q) == pytest.approx(formula, rel=1e-9, abs=1e-14)
    slope = -p / q + (1 - p) / (1 - q)
    assert kl_gradient(p, q) == pytest.approx(slope, rel=1e-9, abs=1e-9)


@given(INSIDE, INSIDE)
def test_kl_is_positive_except_where_both_agree(p, q):
    assert kl_divergence(p, p) == 0
    assert kl_gradient(p, p) == 0
    # Pinsker's inequality: 2 (p - q)² is a lower bound.
    assert kl_divergence(p, q) >= 2 * (p - q) ** 2 - 1e-14
    assert np.sign(kl_gradient(p, q)) in (np.sign(q - p), 0)


@given(INSIDE, INSIDE)
def test_kl_does_not_care_which_side_of_the_coin_counts(p, q):
    assert kl_divergence(p, q) == pytest.approx(
        kl_divergence(1 - p, 1 - q), rel=1e-7, abs=1e-14
    )


@given(st.floats(0.01, 0.99), st.floats(0.1, 0.9))
def test_kl_gradient_is_the_slope_by_central_differences(p, q):
    slope = numerical_gradient(lambda q: float(kl_divergence(p, q)), q)
    assert relative_error(kl_gradient(p, q), slope, floor=1) < 1e-7


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@given(p=INSIDE)
def test_kl_gradient_is_the_slope_by_autograd_even_at_the_ends(p, dtype):
    rho = torch.tensor([0, 1e-25, 1e-9, 0.05, p, 0.9, 1], dtype=dtype)
    rho.requires_grad_()
    kl_divergence(p, rho).sum().backward()
    assert torch.isfinite(rho.grad).all()
    torch.testing.assert_close(rho.grad, kl_gradient(p, rho.detach()))


@given(INSIDE)
def test_kl_at_the_ends_is_finite_and_the_stated_value(p):
    entropy = -p * math.log(p) - (1 - p) * math.log(1 - p)
    at_0, at_1 = kl_divergence(p, np.array([0.0, 1.0]))
    assert at_0 == pytest.approx(p * math.log(1 / FLOOR) - entropy)
    assert at_1 == pytest.approx((1 - p) * math.log(1 / FLOOR) - entropy)
    steep = kl_gradient(p, np.array([0.0, 1.0]))
    np.testing.assert_allclose(steep, [-p / FLOOR, (1 - p) / FLOOR])


def test_kl_rises_all_the_way_to_both_ends():
    rho = np.r_[0, np.logspace(-25, -1.01, 40), 1 - np.logspace(-1.1, -16, 40), 1]
    kl, lowest = kl_divergence(0.1, rho), np.argmin(kl_divergence(0.1, rho))
    assert (np.diff(kl[: lowest + 1]) < 0).all()
    assert (np.diff(kl[lowest:]) >= 0).all()


def test_the_floor_is_not_felt():
    rho = np.logspace(-14, -1, 30)
    exact = -0.05 / rho + 0.95 / (1 - rho)
    np.testing.assert_allclose(kl_gradient(0.05, rho), exact, rtol=1e-14, atol=1e-13)


@pytest.mark.parametrize("s", [-200.0, -90.0, -30.0, 0.0, 30.0, 200.0])
def test_the_force_on_a_sigmoid_unit_is_finite_however_dead_it_is(s):
    h = torch.full((10, 3), s, requires_grad=True)
    KL(gamma=5.0, rho_bar=0.05)(None, torch.sigmoid(h)).backward()
    assert torch.isfinite(h.grad).all()
    if s == -30.0:  # the force is gamma rho_bar, shared by the samples
        torch.testing.assert_close(h.grad, torch.full((10, 3), -0.25 / 10))


@pytest.mark.parametrize("rho", [0.2, [0.1, 0.2], np.float32(0.2), np.array([0, 1])])
def test_kl_takes_numbers_lists_and_whole_numbers(rho):
    assert np.shape(kl_divergence(0.1, rho)) == np.shape(rho)
    assert np.isfinite(kl_gradient(0.1, rho)).all()


def test_kl_of_several_rho_bar():
    by_array = kl_divergence(np.array([0.1, 0.2]), np.array([0.3, 0.3]))
    assert by_array.tolist() == [kl_divergence(0.1, 0.3), kl_divergence(0.2, 0.3)]


@pytest.mark.parametrize("function", [kl_divergence, kl_gradient])
@pytest.mark.parametrize("rho_bar", [0.0, 1.0, -0.1, 1.1, math.nan, [0.5, 1.0]])
def test_rho_bar_is_inside(function, rho_bar):
    with pytest.raises(ValueError, match=r"rho_bar must lie in \(0, 1\)"):
        function(np.array(rho_bar), np.array([0.1, 0.2]))


@pytest.mark.parametrize("function", [kl_divergence, kl_gradient])
@pytest.mark.parametrize("rho", [-1e-9, 1 + 1e-9, math.nan, [0.5, 2.0]])
@pytest.mark.parametrize("kind", [np.asarray, torch.asarray])
def test_rho_is_a_mean_of_activities(function, rho, kind):
    with pytest.raises(ValueError, match="rho reaches from"):
        function(0.1, kind(np.array(rho)))


# Arrays and tensors

CALLS = {
    "kl_divergence": lambda h, w: kl_divergence(0.1, h),
    "kl_gradient": lambda h, w: kl_gradient(0.1, h),
    "mean_activity": lambda h, w: mean_activity(h),
    "weight_penalty": lambda h, w: weight_penalty([h, w], 0.1),
    "l1": lambda h, w: l1(h - 0.5),
    "top_k": lambda h, w: top_k(h, 2),
    "contractive": lambda h, w: contractive(h, w),
}


@pytest.mark.parametrize("name", CALLS)
@given(seed=SEEDS, n=st.integers(1, 6), units=st.integers(2, 6))
def test_arrays_and_tensors_give_the_same(name, seed, n, units):
    h, w = random(seed, n, units), random(seed + 1, units, 3)
    by_numpy = CALLS[name](h, w)
    by_torch = CALLS[name](torch.tensor(h), torch.tensor(w))
    assert isinstance(by_numpy, np.ndarray | np.floating)
    assert isinstance(by_torch, torch.Tensor)
    assert by_torch.dtype == torch.float64
    np.testing.assert_allclose(by_numpy, by_torch.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", sorted(CALLS.keys() - {"kl_gradient"}))
def test_autograd_finds_its_way_through(name):
    h = torch.tensor(random(0, 4, 3), requires_grad=True)
    w = torch.tensor(random(1, 3, 2), requires_grad=True)
    assert torch.autograd.gradcheck(lambda h: CALLS[name](h, w), (h,))


@pytest.mark.parametrize("name", CALLS)
def test_float32_stays_float32(name):
    h, w = (random(0, 4, 3).astype(np.float32) for _ in range(2))
    assert CALLS[name](h, w.T[:3, :3]).dtype == np.float32


@pytest.mark.parametrize("name", CALLS)
def test_nothing_that_is_passed_in_is_changed(name):
    h, w = random(0, 4, 3), random(1, 3, 2)
    CALLS[name](h, w)
    np.testing.assert_array_equal(h, random(0, 4, 3))
    np.testing.assert_array_equal(w, random(1, 3, 2))


# The others


@given(SEEDS, st.floats(0, 10))
def test_weight_penalty_is_half_lam_sum_of_squares(seed, lam):
    a, b = random(seed, 3, 4), random(seed, 2, 3)
    value = weight_penalty([a, b], lam)
    assert value == pytest.approx(lam / 2 * (np.sum(a**2) + np.sum(b**2)))
    assert value == pytest.approx(weight_penalty(a, lam) + weight_penalty(b, lam))
    slope = numerical_gradient(lambda a: float(weight_penalty([a, b], lam)), a)
    assert relative_error(slope, lam * a) < 1e-7


def test_l1_is_a_mean_over_samples_of_sums_over_units():
    h = np.array([[1.0, -2.0, 3.0], [0.0, 0.0, -4.0]])
    assert l1(h) == 5
    assert l1(np.vstack([h, h])) == l1(h)
    assert l1(-2 * h) == 2 * l1(h)


@given(SEEDS, st.integers(1, 5), st.integers(1, 7), st.data())
def test_top_k_keeps_the_largest(seed, n, units, data):
    k = data.draw(st.integers(1, units))
    h = np.random.default_rng(seed).normal(size=(n, units))
    kept = top_k(h, k)
    for row, left in zip(h, kept, strict=True):
        chosen = np.flatnonzero(left)
        assert len(chosen) == k
        np.testing.assert_array_equal(left[chosen], row[chosen])
        assert sorted(row[chosen]) == sorted(row)[units - k :]


def test_top_k_of_equal_activities_keeps_k():
    assert (top_k(np.ones((3, 6)), 2).sum(axis=1) == 2).all()
    assert (top_k(torch.ones(3, 6), 2).sum(dim=1) == 2).all()


@given(SEEDS)
def test_contractive_is_the_norm_of_the_jacobian(seed):
    w = torch.tensor(random(seed, 3, 4)) - 0.5
    x = torch.tensor(random(seed, 5, 4))
    norms = [
        torch.autograd.functional.jacobian(lambda x: torch.sigmoid(w @ x), x_q)
        .square()
        .sum()
        for x_q in x
    ]
    h = torch.sigmoid(x @ w.T)
    torch.testing.assert_close(contractive(h, w), sum(norms) / 5)


@pytest.mark.parametrize(
    "function",
    [
        mean_activity,
        l1,
        lambda h: top_k(h, 1),
        lambda h: contractive(h, np.ones((3, 1))),
    ],
)
@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 4)])
def test_activities_are_rows_of_units(function, shape):
    with pytest.raises(ValueError, match="Activities have shape"):
        function(np.zeros(shape))


@pytest.mark.parametrize("k", [0, -1, 4, 1.5, "2"])
def test_k_is_a_number_of_units(k):
    with pytest.raises(ValueError, match="whole number from 1 to 3"):
        top_k(np.ones((2, 3)), k)


def test_contractive_is_checked():
    with pytest.raises(ValueError, match="one row per unit"):
        contractive(np.full((2, 3), 0.5), np.ones((4, 3)))
    with pytest.raises(ValueError, match="h reaches from"):
        contractive(np.full((2, 3), 1.5), np.ones((3, 4)))


BAD = [-1e-9, math.nan, math.inf]


@pytest.mark.parametrize("value", BAD)
def test_strengths_are_not_negative(value):
    for make in (
        lambda: weight_penalty([np.ones((2, 2))], value),
        lambda: WeightDecay(value),
        lambda: KL(value, 0.1),
        lambda: L1(value),
    ):
        with pytest.raises(ValueError, match="must be a number of at least 0"):
            make()


@pytest.mark.parametrize("rho_bar", [0.0, 1.0, math.nan])
def test_kl_is_checked_when_it_is_made(rho_bar):
    with pytest.raises(ValueError, match="rho_bar must lie"):
        KL(1.0, rho_bar)


# What `fit` adds to its loss


def test_the_penalties_are_their_formulas():
    model = Autoencoder([5, 4, 3], seed=0)
    code = torch.tensor(random(0, 6, 3))
    rho = code.mean(dim=0)
    expected = 2.0 * kl_divergence(0.1, rho).sum()
    torch.testing.assert_close(KL(2.0, 0.1)(model, code), expected)
    torch.testing.assert_close(L1(0.3)(model, code), 0.3 * code.sum() / 6)
    squares = sum(
        layer.weight.square().sum() for layer in [*model.encoder, *model.decoder]
    )
    torch.testing.assert_close(WeightDecay(0.2)(model, code), 0.1 * squares)


def test_tied_weights_are_counted_once_and_biases_never():
    model = Autoencoder([5, 3], tied=True, seed=0)
    torch.nn.init.ones_(model.encoder[0].bias)
    penalty = WeightDecay(2.0)(model, None)
    torch.testing.assert_close(penalty, model.encoder[0].weight.square().sum())


@pytest.mark.parametrize("code", ["tanh", "relu", "silu", "linear"])
def test_kl_refuses_codes_that_leave_0_to_1(code):
    model = Autoencoder([5, 3], code=code, seed=0)
    x = random(0, 6, 5).astype(np.float32)
    before = model.features()
    with pytest.raises(ValueError, match=f"this one is {code}"):
        fit(model, x, penalty=KL(1.0, 0.1), epochs=1, progress=False)
    np.testing.assert_array_equal(model.features(), before)


def test_kl_refuses_activities_that_leave_0_to_1():
    with pytest.raises(ValueError, match="rho reaches from"):
        KL(1.0, 0.1)(None, np.full((3, 2), 1.5))


def test_fit_with_kl_brings_mean_activity_to_rho_bar():
    x = random(0, 200, 9).astype(np.float32)
    model = Autoencoder([9, 6], seed=0)
    both = [KL(gamma=5.0, rho_bar=0.1), WeightDecay(1e-4)]
    fit(model, x, penalty=both, epochs=150, learning_rate=0.01, progress=False)
    rho = model.encode(x).mean(dim=0).detach().numpy()
    np.testing.assert_allclose(rho, 0.1, atol=0.03)


@pytest.mark.parametrize("penalty", [WeightDecay(0.1), L1(0.5)])
def test_fit_with_a_penalty_makes_what_it_punishes_smaller(penalty):
    x = random(0, 200, 9).astype(np.float32)
    sizes = []
    for used in ((), penalty):
        model = Autoencoder([9, 6], seed=0)
        fit(model, x, penalty=used, epochs=50, learning_rate=0.01, progress=False)
        sizes.append(penalty(model, model.encode(x)).item())
    assert sizes[1] < 0.7 * sizes[0]


def test_penalties_are_values():
    assert KL(1.0, 0.1) == KL(gamma=1.0, rho_bar=0.1)
    assert len({KL(1.0, 0.1), KL(1.0, 0.1), L1(1.0), WeightDecay(1.0)}) == 3
    for a, b in itertools.pairwise([KL(1.0, 0.1), KL(1.0, 0.2), L1(1.0)]):
        assert a != b
    assert repr(penalties.KL(1.0, 0.1)) == "KL(gamma=1.0, rho_bar=0.1)"


def test_contraction_is_half_the_squared_jacobian_and_can_be_learned_from() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.SiLU()).double()
    x = torch.randn(
        4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )
    jacobians = torch.func.vmap(torch.func.jacrev(model))(x)
    found = penalties.contraction(model, x)
    assert found.item() == pytest.approx(0.5 * jacobians.square().sum().item() / 4)
    found.backward()
    assert model[0].weight.grad.abs().sum() > 0
    with pytest.raises(ValueError, match="tensor"):
        penalties.contraction(model, x.numpy())
