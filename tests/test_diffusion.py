"""Diffusion: a denoiser that is told σ, and ways down from noise, in exact cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from aelib.diffusion import (
    SPREAD,
    Denoiser,
    anneal,
    climb,
    distance_to_hook,
    exact_denoiser,
    falling,
    guided,
    hook,
    hook_curve,
)
from aelib.training import fit

sizes = st.floats(0.3, 3.0)


def normal(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def gaussian_denoiser(size: float):
    """Return the best denoiser of a Gaussian: it shrinks by s²/(s² + σ²)."""
    return lambda x, sigma: x * size**2 / (size**2 + sigma**2)


@given(sizes)
def test_without_fresh_noise_a_gaussian_is_followed_exactly(size: float) -> None:
    # dx/dσ = x σ/(s² + σ²) has the solution x ∝ sqrt(s² + σ²).
    start = 10 * normal((50, 1))
    end = anneal(gaussian_denoiser(size), start, falling(0.01, 10, 200))[-1]
    exact = start * size / math.sqrt(size**2 + 100)
    torch.testing.assert_close(end, exact, rtol=0.02, atol=0.01)


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("size", [0.5, 2.0])
def test_both_ways_end_with_the_spread_of_the_data(size: float, fresh: bool) -> None:
    start = math.hypot(10, size) * normal((20_000, 1))
    end = anneal(
        gaussian_denoiser(size), start, falling(0.01, 10, 100), fresh=fresh, seed=1
    )[-1]
    assert float(end.std()) == pytest.approx(size, rel=0.06)


def test_fresh_noise_makes_points_forget_where_they_came_from() -> None:
    start = 10 * normal((4_000, 1))
    kept, forgot = (
        anneal(gaussian_denoiser(1.0), start, falling(0.01, 10, 60), fresh=fresh)[-1]
        for fresh in (False, True)
    )
    correlation = [np.corrcoef(start[:, 0], end[:, 0])[0, 1] for end in (kept, forgot)]
    assert correlation[0] > 0.999
    assert abs(correlation[1]) < 0.3


def test_fresh_noise_is_not_the_start_s_with_the_same_seed() -> None:
    start = 2 * normal((4_000, 1), seed=3)
    (_, after, _) = anneal(
        lambda x, sigma: 0 * x, start, [2.0, 1.0, 0.0], fresh=True, seed=3
    )
    # Of the start a quarter stays; what is added has nothing to do with it.
    added = after - start / 4
    correlation = np.corrcoef(start[:, 0], added[:, 0])[0, 1]
    assert abs(correlation) < 0.05
    assert float(after.std()) == pytest.approx(1, rel=0.05)


def test_real_points_lie_about_the_hook_as_far_as_their_spots_are_wide() -> None:
    points, spots = hook(20_000)
    assert distance_to_hook(spots) < 1e-3
    # The mean of |N(0, s²)| is s sqrt(2/π); the ends of the hook add a little.
    across = SPREAD * math.sqrt(2 / math.pi)
    assert distance_to_hook(points) == pytest.approx(across, rel=0.05)
    assert distance_to_hook(hook_curve(9) + 0.0) < 1e-3


def test_climbing_ends_on_peaks_and_annealing_does_not() -> None:
    start = normal((500, 1))
    climbed = climb(gaussian_denoiser(1.0), start, 0.5, 40)[-1]
    assert float(climbed.abs().max()) < 0.01


@given(st.integers(0, 100), st.floats(0.1, 3.0), st.sampled_from([0.0, 0.5]))
def test_the_exact_denoiser_steps_along_the_slope_of_the_log_density(
    seed: int, sigma: float, spread: float
) -> None:
    points = normal((7, 2), seed).double()
    x = normal((5, 2), seed + 1).double().requires_grad_()
    squares = torch.cdist(x, points) ** 2
    log_density = torch.logsumexp(-squares / (2 * (spread**2 + sigma**2)), dim=1).sum()
    (slope,) = torch.autograd.grad(log_density, x)
    guess = exact_denoiser(points, spread)(
        x.detach().float(), torch.full((5, 1), sigma)
    )
    torch.testing.assert_close(
        guess, (x + sigma**2 * slope).detach().float(), rtol=1e-3, atol=1e-3
    )


def test_a_new_denoiser_says_the_best_of_a_gaussian_with_variance_one() -> None:
    x, sigma = normal((9, 3)), torch.linspace(0.1, 9, 9)[:, None]
    guess = Denoiser(3, [8])(x, sigma)
    torch.testing.assert_close(guess, gaussian_denoiser(1.0)(x, sigma))


def test_the_weighted_cost_of_knowing_only_the_variance_is_one() -> None:
    torch.manual_seed(0)
    x = normal((20_000, 2))
    with torch.no_grad():
        cost = float(Denoiser(2, [8]).cost(x))
    assert cost == pytest.approx(1, abs=0.05)


def test_a_denoiser_learns_two_points() -> None:
    x = torch.tensor([[-1.0], [1.0]]).repeat(2_000, 1)
    denoiser = Denoiser(1, [64, 64], sigmas=(0.1, 5.0))
    settings = {"epochs": 20, "batch_size": 100, "learning_rate": 5e-3}
    fit(denoiser, x, schedule="one-cycle", **settings, progress=False)
    noisy, sigma = torch.linspace(-2, 2, 9)[:, None], torch.full((9, 1), 0.7)
    with torch.no_grad():
        error = denoiser(noisy, sigma) - torch.tanh(noisy / sigma**2)
    assert float(error.abs().max()) < 0.15


def test_asked_for_a_class_it_draws_that_class() -> None:
    labels = torch.arange(2).repeat(2_000)
    x = (2.0 * labels[:, None] - 1) + 0.1 * normal((4_000, 1))
    denoiser = Denoiser(1, [64, 64], classes=2, sigmas=(0.05, 5.0))
    settings = {"epochs": 12, "batch_size": 100, "learning_rate": 3e-3}
    fit(denoiser, x, labels, **settings, progress=False)
    asked = torch.arange(2).repeat(100)
    start = 5 * normal((200, 1))
    end = anneal(guided(denoiser, asked, 1.0), start, falling(0.05, 5, 30))[-1]
    assert ((end[:, 0] > 0).long() == asked).float().mean() > 0.97


def test_guidance_of_weight_one_and_nought_are_the_class_and_all() -> None:
    denoiser = Denoiser(2, [8], classes=3)
    torch.nn.init.normal_(denoiser.layers[-1].weight)
    x, sigma, asked = normal((6, 2)), torch.ones(6, 1), torch.arange(6) % 3
    torch.testing.assert_close(
        guided(denoiser, asked, 1.0)(x, sigma), denoiser(x, sigma, asked)
    )
    torch.testing.assert_close(
        guided(denoiser, asked, 0.0)(x, sigma), denoiser(x, sigma)
    )


def test_levels_fall_and_rising_ones_are_refused() -> None:
    levels = falling(0.02, 20, 30)
    assert levels[0] == pytest.approx(20)
    assert levels[-2:] == [pytest.approx(0.02), 0.0]
    with pytest.raises(ValueError, match="must fall"):
        anneal(gaussian_denoiser(1.0), normal((2, 1)), [1.0, 2.0, 0.0])
    with pytest.raises(ValueError, match="must rise"):
        Denoiser(2, sigmas=(2.0, 1.0))
