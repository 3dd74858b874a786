"""Measures: known values, identities, invariances."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import nn

from aelib import compute, evaluation
from aelib.autoencoders import Autoencoder

RNG = np.random.default_rng(0)
IMAGES = hnp.arrays(
    float, hnp.array_shapes(min_dims=2, max_dims=3), elements=st.floats(0, 1)
)


@given(IMAGES)
def test_squared_error_is_half_a_sum_over_pixels_per_image(y: np.ndarray) -> None:
    errors = evaluation.squared_error(y, y + 0.5)
    assert errors == pytest.approx(0.25 * y[0].size)
    assert len(errors) == len(y)
    assert not evaluation.squared_error(y, y).any()


def test_squared_error_is_twice_the_lectures_cost() -> None:
    y, y_hat = RNG.random((2, 6, 5))
    cost = 0.5 * ((y - y_hat) ** 2).sum(axis=1).mean()
    assert evaluation.squared_error(y, y_hat).mean() == pytest.approx(2 * cost)


def test_errors_refuse_different_shapes() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4\).*\(3, 1\) differ"):
        evaluation.squared_error(np.zeros((3, 4)), np.zeros((3, 1)))


def test_psnr_in_decibels() -> None:
    y = RNG.random((4, 28, 28))
    assert (evaluation.psnr(y, y) == np.inf).all()
    halved = evaluation.psnr(y, y + 0.1) - evaluation.psnr(y, y + 0.2)
    assert halved == pytest.approx(20 * np.log10(2))


@pytest.mark.parametrize(
    ("scale", "remedy"),
    [
        (lambda y: (255 * y).astype(np.uint8), "by 255"),
        (lambda y: 2 * y - 1, r"\(y \+ 1\) / 2"),
    ],
)
def test_psnr_refuses_pixels_of_another_scale(scale, remedy: str) -> None:
    y = RNG.random((4, 28, 28))
    with pytest.raises(ValueError, match=remedy):
        evaluation.psnr(scale(y), scale(y))


def test_little_noise_on_grey_levels_passes_as_on_any_numbers() -> None:
    levels = RNG.integers(0, 255, (50, 100), dtype=np.uint8)
    assert evaluation.noise_passed(nn.Identity(), levels) == pytest.approx(1, abs=1e-3)
    with pytest.raises(ValueError, match="level must be a positive number"):
        evaluation.noise_passed(nn.Identity(), levels, level=0)


def test_a_probe_reads_words_and_refuses_labels_that_do_not_fit() -> None:
    x = np.arange(20.0)[:, None]
    labels = np.where(x[:, 0] < 10, "round", "straight")
    assert evaluation.probe_accuracy(x, labels, x, labels.tolist()) == 1
    for wrong in (labels[:5], np.ones((20, 1))):
        with pytest.raises(ValueError, match=r"shape \(20,\)"):
            evaluation.probe_accuracy(x, wrong, x, labels)


def test_pca_error_is_the_variance_left_out() -> None:
    """The squared error of k components is the sum of the other eigenvalues."""
    x = RNG.normal(size=(300, 6)) @ RNG.normal(size=(6, 6))
    spectrum = np.sort(np.linalg.eigvalsh(np.cov(x, rowvar=False, bias=True)))
    for k in range(1, 7):
        rebuilt = evaluation.pca_reconstruct(x, x, k)
        error = evaluation.squared_error(x, rebuilt).mean()
        assert error == pytest.approx(spectrum[: 6 - k].sum(), abs=1e-9)


def test_pca_is_not_beaten_by_another_projection() -> None:
    x = RNG.normal(size=(200, 8)) * np.arange(1, 9)
    best = evaluation.squared_error(x, evaluation.pca_reconstruct(x, x, 3)).mean()
    for seed in range(20):
        q = np.linalg.qr(np.random.default_rng(seed).normal(size=(8, 3)))[0]
        mean = x.mean(axis=0)
        rebuilt = (x - mean) @ q @ q.T + mean
        assert best <= evaluation.squared_error(x, rebuilt).mean()


def test_pca_keeps_the_shape_of_images_and_refuses_impossible_k() -> None:
    images = RNG.random((30, 4, 4))
    assert evaluation.pca_reconstruct(images, images[:5], 2).shape == (5, 4, 4)
    for k in (0, 17):
        with pytest.raises(ValueError, match="choose 1 to 16"):
            evaluation.pca_reconstruct(images, images, k)


@pytest.mark.mnist
def test_pca_30_on_mnist_is_the_published_value() -> None:
    """Hinton and Salakhutdinov (2006): 13.87; it fixes the measure."""
    from aelib import load_data

    data = load_data("mnist", n_train=None, n_test=None)
    rebuilt = evaluation.pca_reconstruct(data.train.images, data.test.images, 30)
    error = evaluation.squared_error(data.test.images, rebuilt).mean()
    assert error == pytest.approx(13.87, abs=0.01)


def _linear(matrix: np.ndarray) -> nn.Module:
    layer = nn.Linear(len(matrix), len(matrix), bias=False)
    layer.weight = nn.Parameter(torch.from_numpy(matrix.astype(np.float32)))
    return layer


@pytest.mark.parametrize("k", [1, 10, 40])
def test_noise_passed_by_a_projection_is_its_share_of_dimensions(k: int) -> None:
    q = np.linalg.qr(RNG.normal(size=(40, k)))[0]
    x = np.zeros((3_000, 40), np.float32)
    share = evaluation.noise_passed(_linear(q @ q.T), x)
    assert share == pytest.approx(k / 40, abs=0.01)


def test_noise_passed_estimates_the_trace_of_the_jacobian() -> None:
    model = Autoencoder([30, 6], activation="tanh", seed=1)
    x = RNG.random((1, 30)).astype(np.float32)
    jacobian = torch.autograd.functional.jacobian(model, torch.from_numpy(x))
    exact = float(torch.trace(jacobian.reshape(30, 30))) / 30
    many = np.repeat(x, 20_000, axis=0)
    assert evaluation.noise_passed(model, many, level=0.01) == pytest.approx(
        exact, abs=0.003
    )


def test_noise_energy_estimates_the_squared_entries_of_the_jacobian() -> None:
    model = Autoencoder([30, 6], activation="tanh", seed=1)
    x = RNG.random((1, 30)).astype(np.float32)
    jacobian = torch.autograd.functional.jacobian(model, torch.from_numpy(x))
    exact = float(jacobian.square().sum()) / 30
    many = np.repeat(x, 20_000, axis=0)
    energy = evaluation.noise_energy(model, many, level=0.01)
    assert energy == pytest.approx(exact, rel=0.02)
    assert energy >= evaluation.noise_passed(model, many, level=0.01) ** 2


def test_noise_that_comes_out_elsewhere_has_energy_and_no_slope() -> None:
    x = np.zeros((3_000, 40), np.float32)
    shuffle = _linear(np.roll(np.eye(40), 1, axis=0))
    assert evaluation.noise_energy(shuffle, x) == pytest.approx(1)
    assert evaluation.noise_passed(shuffle, x) == pytest.approx(0, abs=0.02)
    constant = _linear(np.zeros((40, 40)))
    assert evaluation.noise_energy(constant, x) == 0


@pytest.mark.parametrize("k", [1, 10, 40])
def test_noise_energy_of_a_projection_is_its_share_of_dimensions(k: int) -> None:
    q = np.linalg.qr(RNG.normal(size=(40, k)))[0]
    x = np.zeros((3_000, 40), np.float32)
    energy = evaluation.noise_energy(_linear(q @ q.T), x)
    assert energy == pytest.approx(k / 40, abs=0.01)


def test_pca_as_an_autoencoder_is_pca() -> None:
    x = RNG.normal(size=(200, 3, 4)) + 5
    for k in (1, 5, 12):
        model = evaluation.pca_autoencoder(x, k)
        assert model.code_size == k
        np.testing.assert_allclose(
            evaluation.reconstruct(model, x),
            evaluation.pca_reconstruct(x, x, k),
            atol=1e-5,
        )
        code = evaluation.encode(model, x)
        np.testing.assert_allclose(code.mean(axis=0), 0, atol=1e-5)
    with pytest.raises(ValueError, match="choose 1 to 12"):
        evaluation.pca_autoencoder(x, 13)


def test_redundancy_is_the_r_squared_of_a_regression() -> None:
    code = RNG.normal(size=(500, 5)) @ RNG.normal(size=(5, 5))
    shares = []
    for j in range(5):
        others = np.column_stack([np.delete(code, j, axis=1), np.ones(500)])
        fitted = others @ np.linalg.lstsq(others, code[:, j], rcond=None)[0]
        shares.append(1 - np.var(code[:, j] - fitted) / np.var(code[:, j]))
    assert evaluation.redundancy(code) == pytest.approx(np.mean(shares), abs=1e-4)


def test_redundancy_leaves_out_constants_and_ignores_scale() -> None:
    code = RNG.normal(size=(400, 4))
    code[:, 1] += code[:, 0]
    dead = np.column_stack([code * [1, 10, 5, 2] + 3, np.full(400, 7.0)])
    assert evaluation.redundancy(dead) == pytest.approx(evaluation.redundancy(code))
    with pytest.raises(ValueError, match="at least two"):
        evaluation.redundancy(np.ones((10, 3)))
    with pytest.raises(ValueError, match="more codes than features"):
        evaluation.redundancy(RNG.normal(size=(5, 9)))


@given(
    hnp.arrays(float, (6, 5), elements=st.floats(0.01, 1)),
    st.floats(0.1, 10),
)
def test_sparseness_is_between_0_and_1_and_ignores_scale(
    code: np.ndarray, scale: float
) -> None:
    value = evaluation.population_sparseness(code)
    assert -1e-9 <= value <= 1
    assert evaluation.population_sparseness(scale * code) == pytest.approx(value)


def test_sparseness_of_k_equally_active_units() -> None:
    """With k of n units equally active it is (1 − k/n) / (1 − 1/n)."""
    for k in range(1, 9):
        code = np.zeros((3, 8))
        code[:, :k] = 0.7
        expected = (1 - k / 8) / (1 - 1 / 8)
        assert evaluation.population_sparseness(code) == pytest.approx(expected)


def test_sparseness_skips_silent_codes_and_refuses_negative_ones() -> None:
    code = np.vstack([np.eye(4), np.zeros((2, 4))])
    assert evaluation.population_sparseness(code) == pytest.approx(1)
    for bad in (-code, np.zeros((3, 4)), np.ones((3, 1))):
        with pytest.raises(ValueError, match="Sparseness is defined"):
            evaluation.population_sparseness(bad)


def test_probe_reads_what_is_linearly_there_and_not_what_is_not() -> None:
    x = RNG.normal(size=(600, 2))
    half, xor = (x[:, 0] > 0).astype(int), (x[:, 0] * x[:, 1] > 0).astype(int)
    straight = evaluation.probe_accuracy(x[:400], half[:400], x[400:], half[400:])
    crossed = evaluation.probe_accuracy(x[:400], xor[:400], x[400:], xor[400:])
    assert straight > 0.95
    assert crossed < 0.7


def test_bridges_use_evaluation_mode_and_put_it_back() -> None:
    model = nn.Sequential(nn.Dropout(0.5)).train()
    images = RNG.random((5, 28, 28)).astype(np.float32)
    np.testing.assert_array_equal(evaluation.reconstruct(model, images), images)
    assert model.training


def test_bridges_read_views_that_torch_cannot() -> None:
    model, images = Autoencoder([784, 3]), RNG.random((5, 28, 28)).astype(np.float32)
    upside_down = evaluation.encode(model, images[:, ::-1])
    np.testing.assert_array_equal(
        upside_down, evaluation.encode(model, images[:, ::-1].copy())
    )


def test_batches_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    model, images = Autoencoder([784, 3]), RNG.random((50, 28, 28)).astype(np.float32)
    at_once = evaluation.reconstruct(model, images)
    monkeypatch.setattr(compute, "BATCH", 7)
    np.testing.assert_allclose(
        evaluation.reconstruct(model, images), at_once, atol=1e-6
    )


def test_items_that_are_none_or_of_another_width_are_refused_in_words() -> None:
    x = np.random.default_rng(0).random((9, 6))
    with pytest.raises(ValueError, match=r"x has shape \(0, 6\).*at least one item"):
        evaluation.noise_passed(nn.Identity(), x[:0])
    with pytest.raises(ValueError, match=r"test has shape \(9, 5\); expected \(n, 6\)"):
        evaluation.pca_reconstruct(x, x[:, :5], 2)


def test_reliability_counts_every_answer_once_and_weighs_bins_by_their_answers() -> (
    None
):
    certainty = np.array([0.0, 0.25, 0.3, 0.5, 1.0, 1.0])
    right = np.array([0, 1, 0, 1, 1, 0])
    found = evaluation.reliability(certainty, right, bins=4)
    assert found.count.tolist() == [1, 2, 1, 2]
    assert found.certainty.tolist() == [0, 0.275, 0.5, 1]
    assert found.accuracy.tolist() == [0, 0.5, 1, 0.5]
    assert found.error == pytest.approx((2 * 0.225 + 0.5 + 2 * 0.5) / 6)


def test_calibration_error_is_low_for_an_honest_guesser_and_high_for_a_boaster() -> (
    None
):
    certainty = RNG.uniform(0.1, 1, 20_000)
    right = RNG.random(20_000) < certainty
    assert evaluation.reliability(certainty, right).error < 0.02
    assert evaluation.reliability(np.ones(20_000), right).error == pytest.approx(
        1 - right.mean()
    )


@pytest.mark.parametrize(
    ("certainty", "right", "message"),
    [
        ([0.5, 0.5], [1], "expected \\(n,\\) for both"),
        ([], [], "expected"),
        ([-0.1], [1], "softmax outputs, not scores"),
        ([1.1], [1], "from 0 to 1"),
        ([0.5], [0.5], "right must hold"),
    ],
)
def test_what_is_no_certainty_is_refused(
    certainty: list[float], right: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        evaluation.reliability(certainty, right)


def test_a_temperature_that_was_put_in_is_found_again() -> None:
    scores = RNG.normal(size=(20_000, 3))
    chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = (RNG.random((20_000, 1)) > chance.cumsum(axis=1)).sum(axis=1)
    for factor in (0.25, 1.0, 5.0):
        found = evaluation.fit_temperature(factor * scores, labels)
        assert found == pytest.approx(factor, rel=0.05)


def test_temperature_stays_within_its_ends_and_survives_large_scores() -> None:
    certain = np.array([[1_000.0, 0.0], [0.0, 1_000.0]])
    assert evaluation.fit_temperature(certain, [1, 0]) == pytest.approx(100, rel=0.01)
    for labels in ([0], [0, 2], [0.5, 1]):
        with pytest.raises(ValueError, match="abels"):
            evaluation.fit_temperature(certain, labels)
