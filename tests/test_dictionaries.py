"""Superposition and sparse dictionaries: known geometry, planted directions found."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelib.dictionaries import (
    Jump,
    SparseAutoencoder,
    Step,
    Superposition,
    found_again,
    planted,
    sparse_features,
)
from aelib.training import fit

BRISK = {"batch_size": 200, "schedule": "one-cycle", "progress": False}


def vectors(features: int, dimensions: int, active: float, n: int = 10_000):
    truth = planted(features, dimensions)
    return truth, sparse_features(n, features, active, seed=1) @ truth


def test_five_rare_features_make_a_pentagon_in_the_plane() -> None:
    model = Superposition(5, 2)
    fit(model, sparse_features(20_000, 5, 0.5), epochs=20, learning_rate=2e-2, **BRISK)
    x, y = model.directions.numpy().T
    angles = np.sort(np.degrees(np.arctan2(y, x)))
    np.testing.assert_allclose(np.diff(angles), 72, atol=5)
    np.testing.assert_allclose(np.hypot(x, y), np.hypot(x, y).mean(), rtol=0.1)


def test_features_that_are_always_active_get_a_dimension_each_or_nothing() -> None:
    importance = [1.0, 1.0, 0.1, 0.1, 0.1]
    model = Superposition(5, 2, importance=importance)
    dense = sparse_features(20_000, 5, 5.0)
    fit(model, dense, epochs=20, learning_rate=2e-2, **BRISK)
    sizes = model.directions.norm(dim=1)
    assert sizes[:2].min() > 0.8
    assert sizes[2:].max() < 0.3


@given(st.integers(0, 1000), st.integers(1, 8))
def test_top_k_keeps_the_k_largest(seed: int, k: int) -> None:
    model = SparseAutoencoder(6, 9, kind="top-k", k=k)
    x = torch.tensor(np.random.default_rng(seed).normal(size=(5, 6))).float()
    above = torch.relu((x - model.centre) @ model.encoder + model.bias)
    code = model.encode(x)
    assert int((code > 0).sum(dim=1).max()) <= k
    left = torch.where(code > 0, 0, above).amax(dim=1)
    kept = torch.where(code > 0, code, torch.inf).amin(dim=1)
    assert bool((left <= kept).all())


@given(st.integers(0, 1000))
def test_directions_have_length_one_whatever_the_weights_are(seed: int) -> None:
    model = SparseAutoencoder(4, 7, seed=seed)
    with torch.no_grad():
        model.rows *= 1 + 5 * torch.rand(7, 1)
    torch.testing.assert_close(model.dictionary.norm(dim=1), torch.ones(7))


def test_a_threshold_learns_from_the_derivative_of_the_mean() -> None:
    # Of uniform values above a threshold t the mean of their sum is (1 - t²)/2.
    above = torch.linspace(0, 1, 200_001)[:, None]
    threshold = torch.tensor([0.4], requires_grad=True)
    Jump.apply(above, threshold).mean().backward()
    assert float(threshold.grad) == pytest.approx(-0.4, abs=0.01)


def test_the_number_of_active_units_falls_with_a_threshold_as_its_density_says() -> (
    None
):
    # The share of uniform values above t is 1 - t: its derivative is -1.
    x = torch.linspace(0, 1, 100_001)[:, None]
    model = SparseAutoencoder(1, 1, kind="jump", strength=1.0)
    with torch.no_grad():
        model.encoder.fill_(1.0)
        model.rows.fill_(1.0)
        model.threshold.fill_(np.log(0.5))
    threshold = torch.tensor([0.5], requires_grad=True)
    Step.apply(model.encode(x).detach(), threshold).mean().backward()
    assert float(threshold.grad) == pytest.approx(-1, abs=0.02)


@pytest.mark.parametrize(
    "rule", [{"kind": "l1", "strength": 0.2}, {"kind": "jump", "strength": 0.05}]
)
def test_planted_directions_are_found_again(rule: dict) -> None:
    truth, x = vectors(24, 16, 1.0)
    model = SparseAutoencoder(16, 32, **rule)
    fit(model, x, epochs=50, learning_rate=1e-2, **BRISK)
    assert found_again(truth, model.dictionary.detach()) > 0.8


def test_dense_features_are_not_found_again() -> None:
    truth, x = vectors(30, 12, 25.0)
    model = SparseAutoencoder(12, 30, kind="l1", strength=0.2)
    fit(model, x, epochs=10, learning_rate=1e-2, **BRISK)
    assert found_again(truth, model.dictionary.detach()) < 0.3


def test_random_directions_find_next_to_nothing() -> None:
    truth = planted(60, 20, seed=0)
    assert found_again(truth, planted(60, 20, seed=1)) < 0.05
    assert found_again(truth, truth[::-1] * 3) == 1.0


def test_features_are_as_rare_as_asked() -> None:
    x = sparse_features(50_000, 12, 3.0)
    assert (x > 0).sum(axis=1).mean() == pytest.approx(3, abs=0.05)
    assert x[x > 0].mean() == pytest.approx(0.5, abs=0.01)


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="kind"):
        SparseAutoencoder(4, 8, kind="relu")
    with pytest.raises(ValueError, match="k"):
        SparseAutoencoder(4, 8, kind="top-k", k=9)
    with pytest.raises(ValueError, match="one number per feature, 5; got"):
        Superposition(5, 2, importance=[1.0])
