"""What units are like: known values, invariances, and a model in which all is known."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from aelib.autoencoders import Autoencoder
from aelib.evaluation import population_sparseness, squared_error
from aelib.units import (
    StrokeScore,
    UnitCounts,
    ablation_cost,
    class_share,
    count_units,
    decidedness,
    distinctness,
    elongation,
    favourite_classes,
    interactions,
    lifetime_sparseness,
    similarity,
    smoothness,
    stroke_score,
    window_share,
    with_mean_activity,
)

SEEDS = st.integers(0, 2**32 - 1)


def spots(units=20, side=28, width=4.0, seed=0):
    """Round Gaussian spots at random places: local, smooth, different, no strokes."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((side, side))
    centres = rng.uniform(4, side - 5, (units, 2, 1, 1))
    distance = (rows - centres[:, 0]) ** 2 + (columns - centres[:, 1]) ** 2
    return np.exp(-distance / width)


def bars(units=20, seed=0, length=8.0, width=1.5):
    """Smooth bars at random places, in random directions: what a stroke looks like."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((28, 28))
    y, x = rng.uniform(5, 22, (2, units, 1, 1))
    angle = rng.uniform(0, np.pi, (units, 1, 1))
    along = (rows - y) * np.sin(angle) + (columns - x) * np.cos(angle)
    across = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    return np.exp(-(along**2) / length - across**2 / width)


def rare(n=400, units=20, rho=0.1, seed=0):
    """Activities that are 1 for a share rho of the samples, else 0."""
    return (np.random.default_rng(seed).random((n, units)) < rho).astype(float)


# Features


def test_noise_is_neither_local_nor_smooth_nor_similar():
    noise = np.random.default_rng(0).normal(size=(100, 784))
    assert 49 / 784 < np.median(window_share(noise)) < 0.15
    assert abs(smoothness(noise).mean()) < 0.01
    assert similarity(noise) == pytest.approx(math.sqrt(2 / (math.pi * 784)), rel=0.05)


def test_a_spot_is_local_and_smooth_and_a_chessboard_is_neither():
    spot = spots(units=1)
    board = (-1.0) ** np.indices((28, 28)).sum(axis=0)
    assert window_share(spot)[0] > 0.95
    assert smoothness(spot)[0] > 0.8
    assert window_share([board])[0] == pytest.approx(1 / 16)
    assert smoothness([board])[0] == pytest.approx(-1)


@given(SEEDS, st.sampled_from([7, 12, 28]), st.sampled_from([-100.0, -1.0, 1e-3, 7.0]))
def test_measures_of_features_do_not_depend_on_scale_or_sign(seed, side, scale):
    w = np.random.default_rng(seed).normal(size=(5, side**2))
    np.testing.assert_allclose(window_share(scale * w), window_share(w))
    np.testing.assert_allclose(smoothness(scale * w), smoothness(w), atol=1e-9)
    assert similarity(scale * w) == pytest.approx(similarity(w))


@given(SEEDS)
def test_measures_of_features_do_not_depend_on_direction(seed):
    w = np.random.default_rng(seed).normal(size=(5, 9, 9))
    for turned in (w[:, ::-1], np.swapaxes(w, 1, 2)):
        np.testing.assert_allclose(window_share(turned), window_share(w))
        np.testing.assert_allclose(smoothness(turned), smoothness(w), atol=1e-12)


@given(SEEDS, st.integers(1, 6))
def test_window_share_is_found_by_looking_everywhere(seed, window):
    w = np.random.default_rng(seed).normal(size=(3, 6, 8))
    for image, share in zip(w, window_share(w, window), strict=True):
        best = max(
            (image[i : i + window, j : j + window] ** 2).sum()
            for i in range(7 - window)
            for j in range(9 - window)
        )
        assert share == pytest.approx(best / (image**2).sum())


@pytest.mark.parametrize(("long", "wide"), [(1, 1), (2, 2), (6, 1), (6, 3), (7, 2)])
def test_elongation_of_a_bar_is_its_length_by_its_width(long, wide):
    bar = np.zeros((12, 12))
    bar[3 : 3 + long, 4 : 4 + wide] = 1
    for turned in (bar, bar.T, bar[::-1], -bar, 5 * bar):
        assert elongation([turned])[0] == pytest.approx(long / wide)


@given(SEEDS, st.sampled_from([-2.0, 1e-3]))
def test_elongation_is_at_least_one_whatever_scale_sign_and_direction(seed, scale):
    w = np.random.default_rng(seed).normal(size=(5, 9, 9))
    found = elongation(w)
    assert (found >= 1).all()
    for same in (scale * w, w[:, ::-1], np.swapaxes(w, 1, 2)):
        np.testing.assert_allclose(elongation(same), found)


def test_a_round_spot_is_as_long_as_wide_at_any_size():
    for width in (2.0, 4.0):
        assert elongation(spots(width=width)).max() < 1.05
    assert elongation(bars()).min() > 1.8


def test_flanks_of_the_other_sign_do_not_make_a_stroke_rounder():
    flanked = np.zeros((12, 12))
    flanked[2:8, 4:6] = 1
    alone = elongation([flanked])[0]
    flanked[2:8, [3, 6]] = -0.5
    assert elongation([flanked])[0] == pytest.approx(alone)


def test_flat_rows_and_images_are_the_same():
    images = spots(side=14)
    rows = images.reshape(20, 196)
    np.testing.assert_array_equal(window_share(rows), window_share(images))
    np.testing.assert_array_equal(smoothness(rows), smoothness(images))
    assert similarity(rows) == similarity(images)


def test_features_that_are_zero_count_as_no_stroke():
    nothing = np.zeros((2, 784))
    assert window_share(nothing).tolist() == [0, 0]
    assert smoothness(nothing).tolist() == [0, 0]
    assert elongation(nothing).tolist() == [1, 1]
    assert smoothness(nothing + 0.1).tolist() == [0, 0]
    assert similarity(nothing) == 0


@given(SEEDS, st.integers(2, 8))
def test_similarity_at_its_landmarks(seed, units):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(9, units)))[0].T
    assert similarity(basis) == pytest.approx(0, abs=1e-12)
    same = np.outer(rng.normal(size=units) + 5, rng.normal(size=9))
    assert similarity(same) == pytest.approx(1)


# Codes


@given(seed=st.integers(0, 1_000), n=st.integers(2, 30))
def test_decidedness_is_the_share_of_a_steady_units_slope_that_is_missing(seed, n):
    """Mean f' = h (1 - h) over the data is ρ (1 - ρ) (1 - d)."""
    h = np.random.default_rng(seed).random((n, 4))
    rho = h.mean(axis=0)
    felt = rho * (1 - rho) * (1 - decidedness(h))
    np.testing.assert_allclose((h * (1 - h)).mean(axis=0), felt, atol=1e-12)


def test_a_dead_unit_is_undecided_and_what_is_no_activity_is_refused():
    assert decidedness([[0.0, 1.0], [0.0, 1.0]]).tolist() == [0, 0]
    for code in ([[0.5], [1.5]], [[-0.1], [0.2]]):
        with pytest.raises(ValueError, match="between 0 and 1"):
            decidedness(code)


@given(SEEDS, st.integers(2, 20), st.floats(0.1, 100))
def test_lifetime_is_population_sparseness_of_the_transpose(seed, n, scale):
    code = np.random.default_rng(seed).random((n, 4)) + 1e-3
    each = lifetime_sparseness(code)
    assert each.shape == (4,)
    assert ((each >= 0) & (each <= 1)).all()
    assert each.mean() == pytest.approx(population_sparseness(code.T), abs=1e-12)
    np.testing.assert_allclose(lifetime_sparseness(scale * code), each, atol=1e-9)


def test_a_constant_unit_has_a_small_mean_and_no_sparseness():
    code = np.column_stack([rare(units=1, rho=0.05)[:, 0], np.full(400, 0.05)])
    rarely, constantly = lifetime_sparseness(code)
    assert code.mean(axis=0) == pytest.approx([0.05, 0.05], abs=0.03)
    assert rarely > 0.9
    assert constantly == pytest.approx(0, abs=1e-12)


@given(SEEDS, st.floats(0.1, 10), st.floats(-5, 5))
def test_contrast_does_not_depend_on_scale_or_on_where_zero_is(seed, scale, shift):
    rng = np.random.default_rng(seed)
    labels = np.arange(40) % 4
    code = rng.normal(size=(40, 3)) + labels[:, None]
    found = distinctness(code, labels, pairs=500)
    moved = distinctness(scale * code + shift, labels, pairs=500)
    assert moved.contrast == pytest.approx(found.contrast)
    assert distinctness(scale * code, labels, pairs=500).cosine == pytest.approx(
        found.cosine
    )


def test_a_code_that_tells_classes_apart_is_distinct_and_noise_is_not():
    rng, labels = np.random.default_rng(0), np.arange(400) % 4
    told = np.eye(4)[labels] + 0.1 * rng.random((400, 4))
    assert distinctness(told, labels).contrast > 5
    assert distinctness(told, labels).cosine < 0.2
    noise = distinctness(rng.random((400, 50)), labels)
    assert noise.contrast == pytest.approx(1, abs=0.02)
    assert noise.cosine == pytest.approx(0.75, abs=0.02)  # ¼ by ⅓: means are not zero


def test_favourites_of_a_unit_that_knows_a_class_and_of_one_that_knows_none():
    labels = np.arange(300) % 10
    code = np.column_stack([labels == 3, np.random.default_rng(0).random(300)])
    one, many = favourite_classes(code + 0.0, labels)
    assert one == 1
    assert many > 3
    squeezed = 1 / (1 + np.exp(4 - 5 * code))  # another bias, another slope
    np.testing.assert_array_equal(favourite_classes(squeezed, labels), [one, many])


@given(SEEDS, st.floats(0.01, 0.9))
def test_moved_biases_give_the_mean_and_keep_every_order(seed, rho_bar):
    code = np.random.default_rng(seed).random((30, 4))
    moved = with_mean_activity(code, rho_bar)
    np.testing.assert_allclose(moved.mean(axis=0), rho_bar, atol=1e-6)
    np.testing.assert_array_equal(code.argsort(axis=0), moved.argsort(axis=0))
    odds = [np.log(h / (1 - h)) for h in (code, moved)]
    np.testing.assert_allclose(np.ptp(odds[1] - odds[0], axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_units_are_counted_whatever_their_scale(scale):
    code = rare(units=5)
    code[:, 1] = 0
    code[:, 2] = 1e-3 * code[:, 0]
    code[:, 3] = 0.2
    assert count_units(scale * code) == UnitCounts(active=2, dead=2, constant=1)
    assert count_units(scale * code).silent_share == pytest.approx(3 / 5)


def test_a_code_of_zeros_is_all_dead():
    assert count_units(np.zeros((4, 3))) == UnitCounts(active=0, dead=3, constant=0)


def test_class_share_is_high_low_and_blind_where_it_says_so():
    labels = np.repeat(np.arange(10), 400)
    rng = np.random.default_rng(0)
    a, b = rng.random((2, 4_000)) < 0.5
    is_seven, noise = 1.0 * (labels == 7), rng.normal(size=4_000)
    shares = class_share(np.column_stack([is_seven, noise, 0 * noise]), labels)
    assert shares[0] == pytest.approx(1)
    assert shares[1] < 0.01
    assert shares[2] == 0
    # Together the two decide the class, each by itself says nothing.
    assert class_share(np.column_stack([a, b]), a ^ b).max() < 0.01


@given(seed=SEEDS, scale=st.floats(1e-3, 1e3), shift=st.floats(-9, 9))
def test_class_share_depends_on_no_scale_and_is_one_less_what_lies_within(
    seed, scale, shift
):
    rng = np.random.default_rng(seed)
    h, labels = rng.normal(size=(60, 3)), rng.integers(0, 4, 60)
    within = sum(
        ((h[labels == k] - h[labels == k].mean(0)) ** 2).sum(0)
        for k in range(4)
        if k in labels
    )
    expected = 1 - within / (60 * h.var(axis=0))
    names = np.array(["a", "b", "c", "d"])[labels]
    np.testing.assert_allclose(
        class_share(scale * h + shift, names), expected, atol=1e-6
    )


def test_class_share_needs_one_label_per_sample():
    with pytest.raises(ValueError, match=r"expected|needs one, shape \(3,\)"):
        class_share(np.ones((3, 2)), [0, 1])


# The score


def test_strokes_pass_and_round_spots_of_their_size_do_not():
    score = stroke_score(bars(), rare(), rho_bar=0.1)
    assert score.passes
    assert score.counts == UnitCounts(20, 0, 0)
    assert score.rho == pytest.approx(0.1, abs=0.02)
    round_ones = stroke_score(spots(), rare(), rho_bar=0.1)
    assert [c for c, met in round_ones.verdicts.items() if not met] == [
        "elongation >= 1.8"
    ]


FAILURES = {
    "window_share >= .6": (spots(width=60, units=6), rare(units=6), 0.1),
    "smoothness >= .7": (bars(width=0.1), rare(), 0.1),
    "elongation >= 1.8": (bars(length=2.0), rare(), 0.1),
    "similarity <= .15": (np.repeat(bars(units=1), 20, axis=0), rare(), 0.1),
    "rho / rho_bar in [.5, 2]": (bars(), rare(rho=0.03), 0.01),
    "|rho - rho_bar| <= .03": (bars(), rare(rho=0.4), 0.3),
    "silent units <= 5 %": (bars(), rare() * (np.arange(20) > 1), 0.1),
}


@pytest.mark.parametrize("condition", FAILURES)
def test_each_condition_can_fail(condition):
    score = stroke_score(*FAILURES[condition])
    assert not score.verdicts[condition]
    assert not score.passes


def test_a_constant_code_at_rho_bar_does_not_pass():
    score = stroke_score(bars(), np.full((50, 20), 0.1), rho_bar=0.1)
    assert score.counts.constant == 20
    assert [c for c, met in score.verdicts.items() if not met] == [
        "silent units <= 5 %"
    ]


def test_the_thresholds_are_met_when_reached():
    at_the_edge = StrokeScore(0.6, 0.7, 1.8, 0.15, 0.02, 0.01, UnitCounts(19, 1, 0))
    assert at_the_edge.passes


# Ablation


class Known(nn.Module):
    """A linear autoencoder in which unit j carries pixel j, scaled."""

    def __init__(self, scales):
        super().__init__()
        self.scales = nn.Parameter(torch.tensor(scales))

    def encode(self, x):
        return x / self.scales

    def decode(self, code):
        return code * self.scales

    def forward(self, x):
        return self.decode(self.encode(x))


def test_a_linear_unit_costs_the_variance_that_it_carries():
    x = np.random.default_rng(0).normal(2, [1, 3, 0], (500, 3)).astype(np.float32)
    model = Known([1.0, -2.0, 0.5])
    to_mean = ablation_cost(model, x)
    np.testing.assert_allclose(to_mean, x.var(axis=0), rtol=1e-4, atol=1e-5)
    to_zero = ablation_cost(model, x, to="zero")
    np.testing.assert_allclose(to_zero, (x**2).mean(axis=0), rtol=1e-4)


def test_a_unit_that_does_harm_has_a_negative_cost():
    x = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    target = x * [1, 0]
    cost = ablation_cost(Known([1.0, 1.0]), x, target)
    whole = squared_error(target, x).mean()
    np.testing.assert_allclose(cost, [x[:, 0].var(), -whole], rtol=1e-2)


def test_ablation_leaves_the_model_as_it_was():
    model = Known([1.0, 2.0]).train()
    x = np.ones((3, 2), np.float32)
    ablation_cost(model, x)
    assert model.training
    assert model.scales.tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(x, 1)


class Shared(nn.Module):
    """Linear units that write to shared outputs: h = x, ŷ = x W."""

    def __init__(self, weights):
        super().__init__()
        self.out = nn.Parameter(torch.tensor(weights))

    def encode(self, x):
        return torch.as_tensor(x)

    def decode(self, code):
        return torch.as_tensor(code) @ self.out


# Two units of activity 1: both needed, each enough, and on outputs of their own.
@pytest.mark.parametrize(
    ("weights", "interaction"),
    [([[2.0], [-1.0]], -4.0), ([[0.5], [0.5]], 0.5), ([[1.0, 0.0], [0.0, 1.0]], 0.0)],
)
def test_interactions_tell_need_from_substitution(weights, interaction):
    x, model = np.ones((3, 2), np.float32), Shared(weights)
    found = interactions(model, x, [[0, 1], [1, 0]], x @ weights, to="zero")
    np.testing.assert_allclose(found, [interaction, interaction], rtol=1e-6)


def test_the_interaction_of_linear_units_is_the_overlap_of_what_they_add():
    rng = np.random.default_rng(0)
    x = rng.normal(1, 1, (200, 4)).astype(np.float32)
    w = rng.normal(size=(4, 3)).astype(np.float32)
    pairs = [[0, 1], [2, 3], [0, 3]]
    for to, silent in (("zero", np.zeros(4)), ("mean", x.mean(axis=0))):
        off = x - silent
        overlap = [2 * w[i] @ w[j] * (off[:, i] * off[:, j]).mean() for i, j in pairs]
        found = interactions(Shared(w), x, pairs, x[:, :3], to=to)
        np.testing.assert_allclose(found, overlap, rtol=1e-3, atol=1e-5)


# Errors


@pytest.mark.parametrize(
    "pairs", [[0, 1], [[0, 1, 2]], [[0, 0]], [[0, 2]], [[-1, 0]], [[0, 0.5]], []]
)
def test_interactions_are_of_pairs_of_different_units(pairs):
    with pytest.raises(ValueError, match=r"[Pp]airs"):
        interactions(Known([1.0, 1.0]), np.ones((2, 2), np.float32), pairs)


@pytest.mark.parametrize("function", [window_share, smoothness, elongation])
@pytest.mark.parametrize("shape", [(3, 10), (9,), (0, 9), (2, 2, 3, 3)])
def test_features_are_images(function, shape):
    with pytest.raises(ValueError, match="Features have shape"):
        function(np.ones(shape))


@pytest.mark.parametrize("function", [window_share, elongation])
@pytest.mark.parametrize("window", [0, 4, 7])
def test_the_window_fits(function, window):
    with pytest.raises(ValueError, match="doesn't fit"):
        function(np.ones((2, 9)), window)


@pytest.mark.parametrize("function", [distinctness, favourite_classes])
def test_each_code_needs_a_label(function):
    with pytest.raises(ValueError, match="each code needs one"):
        function(np.ones((3, 20)), [0, 1])


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2]])
def test_distinctness_needs_pairs_of_both_kinds(labels):
    with pytest.raises(ValueError, match="needs pairs of the same class"):
        distinctness(np.eye(3), labels)


def test_only_sigmoid_units_have_biases_that_can_be_moved():
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        with_mean_activity([[1.5], [0.2]], 0.1)
    with pytest.raises(ValueError, match="rho_bar must lie in"):
        with_mean_activity([[0.5], [0.2]], 1.0)


@pytest.mark.parametrize("shape", [(1, 4), (4,), (0, 4)])
def test_similarity_needs_pairs(shape):
    with pytest.raises(ValueError, match="two or more features"):
        similarity(np.ones(shape))


@pytest.mark.parametrize(
    "function",
    [
        window_share,
        smoothness,
        elongation,
        similarity,
        lifetime_sparseness,
        count_units,
    ],
)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_are_finite(function, value):
    with pytest.raises(ValueError, match="NaN or infinite"):
        function(np.full((4, 49), value))


@pytest.mark.parametrize("code", [[[1.0, -0.1], [1.0, 0.5]], [[1.0, 0.1]]])
def test_sparseness_needs_samples_that_are_not_negative(code):
    with pytest.raises(ValueError, match="two or more samples"):
        lifetime_sparseness(code)


@pytest.mark.parametrize("shape", [(4,), (0, 4), (2, 3, 4)])
def test_codes_are_rows_of_units(shape):
    with pytest.raises(ValueError, match="code has shape"):
        count_units(np.ones(shape))


def test_the_score_is_of_the_same_units():
    with pytest.raises(ValueError, match="20 features and activities of 19 units"):
        stroke_score(spots(), rare(units=19), 0.1)


@pytest.mark.parametrize("rho_bar", [0.0, -0.1, math.nan, math.inf])
def test_the_score_needs_a_positive_rho_bar(rho_bar):
    with pytest.raises(ValueError, match="rho_bar must be a positive number"):
        stroke_score(spots(), rare(), rho_bar)


def test_units_are_set_to_their_mean_or_to_zero():
    with pytest.raises(ValueError, match="'median' is unknown"):
        ablation_cost(Known([1.0]), np.ones((2, 1), np.float32), to="median")


def test_ablation_is_measured_without_dropout():
    whole, dropping = (Autoencoder([4, 3], dropout=rate, seed=0) for rate in (0, 0.9))
    x = np.eye(4, dtype=np.float32)
    costs = ablation_cost(dropping.train(), x)
    np.testing.assert_array_equal(costs, ablation_cost(whole, x))
    assert dropping.training
