"""Draws and what they are worth: each measure where it must be high, and low."""

import numpy as np
import pytest

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.sampling import (
    certainty,
    coverage,
    fit_mixture,
    frechet_distance,
    in_holes,
    nearer_to_training,
    share_copied,
    sliced_distance,
    train_reader,
    whiten,
)
from aelib.stacking import DeepClassifier

rng = np.random.default_rng(0)
TWO_CLUSTERS = rng.normal(size=(600, 3)) + 8 * (np.arange(600) % 2)[:, None]
TRAIN, TEST = TWO_CLUSTERS[:400], TWO_CLUSTERS[400:]


def test_a_mixture_has_as_many_gaussians_as_held_out_codes_ask_for():
    mixture, scores = fit_mixture(TRAIN, sizes=(1, 2, 40))
    assert mixture.n_components == 2
    assert max(scores, key=scores.get) == 2


def test_one_size_is_taken_without_a_choice():
    mixture, scores = fit_mixture(TRAIN, sizes=(3,), seed=1)
    assert mixture.n_components == 3
    assert scores == {}


@pytest.mark.parametrize("sizes", [(), (0,), (1, 900)])
def test_sizes_that_cannot_be_fitted_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes"):
        fit_mixture(TRAIN, sizes)


def test_draws_between_clusters_are_in_holes_and_draws_of_a_mixture_are_not():
    one = rng.multivariate_normal(TRAIN.mean(axis=0), np.cov(TRAIN.T), 500)
    two = fit_mixture(TRAIN, (2,))[0].sample(500)[0]
    assert in_holes(one, TRAIN, TEST) > 0.5
    assert in_holes(two, TRAIN, TEST) < 0.05
    assert in_holes(TRAIN, TRAIN, TEST) == 0
    assert in_holes(TEST, TRAIN, TEST) == pytest.approx(0.01)


def test_coverage_is_high_for_fellows_and_low_for_one_of_them_many_times():
    fellows = rng.normal(size=(200, 3)) + 8 * (np.arange(200) % 2)[:, None]
    assert coverage(fellows, TEST) > 0.9
    assert coverage(np.repeat(fellows[:1], 200, axis=0), TEST) < 0.1
    half = fellows[fellows[:, 0] > 4]
    assert 0.35 < coverage(half, TEST) < 0.55


def test_copies_are_nearer_to_training_and_fresh_draws_are_not():
    fresh = rng.normal(size=(300, 3)) + 8 * (np.arange(300) % 2)[:, None]
    train, held_out = TRAIN[:200], TEST
    assert nearer_to_training(train, train, held_out) == 1
    assert nearer_to_training(held_out, train, held_out) == 0
    assert 0.4 < nearer_to_training(fresh, train, held_out) < 0.6


def test_sets_of_unequal_size_are_refused():
    with pytest.raises(ValueError, match="equally many"):
        nearer_to_training(TEST, TRAIN, TEST)


def test_items_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        coverage(TEST[:, :2], TEST)


def test_a_reader_is_certain_of_digits_and_not_of_their_mean():
    digits = load_data("drawn", n_train=1_000, n_test=200)
    reader = train_reader(digits.train.images, digits.train.labels)
    mean = digits.train.images.mean(axis=0, keepdims=True)
    assert certainty(reader, digits.test.images).mean() > 0.85
    assert certainty(reader, mean).item() < 0.6


def test_certainty_is_a_probability():
    classifier = DeepClassifier(Autoencoder([784, 9]), pretrained=False)
    values = certainty(classifier, rng.random((5, 784)).astype(np.float32))
    assert values.shape == (5,)
    assert ((values >= 0.1) & (values <= 1)).all()


def test_the_frechet_distance_of_gaussians_is_known():
    # Axes of standard deviation 2 and 1, and 1 and 1, whose means are 3 apart.
    a, b = rng.normal(size=(2, 20_000, 2))
    a = a * [2, 1] + [3, 0]
    assert frechet_distance(a, b) == pytest.approx((9 + (2 - 1) ** 2) / 2, rel=0.03)
    assert frechet_distance(b, b[::-1]) == pytest.approx(0, abs=1e-9)


def test_the_frechet_distance_is_blind_to_copies_and_to_clusters():
    one = rng.multivariate_normal(TRAIN.mean(axis=0), np.cov(TRAIN.T), 5_000)
    assert frechet_distance(TRAIN, TRAIN) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(one, TRAIN) < 0.01
    with pytest.raises(ValueError, match="different length"):
        frechet_distance(one, TRAIN[:, :2])


def test_white_codes_have_unit_covariance_and_the_way_back_leads_anywhere():
    codes = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)) + np.array([5, 0, -9])
    white, back = whiten(codes)
    assert white.dtype == np.float32
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=1e-4)
    np.testing.assert_allclose(back(white), codes, atol=1e-4)
    np.testing.assert_allclose(back(np.zeros((1, 3)))[0], codes.mean(axis=0), atol=1e-5)


def test_copies_with_a_little_noise_are_found_and_fresh_draws_are_not():
    train = rng.normal(size=(1_000, 20))
    copies = train[rng.integers(1_000, size=300)] + 0.1 * rng.normal(size=(300, 20))
    assert share_copied(copies, train) > 0.95
    assert share_copied(rng.normal(size=(300, 20)), train) < 0.01
    assert share_copied(train, train) == 1


def test_a_copy_is_nearer_than_the_ratio_and_not_at_it():
    train = [[0.0], [4.0]]
    assert share_copied([[0.9], [1.0], [1.1]], train, ratio=1 / 3) == 1 / 3
    assert share_copied([[0.9], [1.0], [1.1]], train, ratio=0.5) == 1


def test_the_sliced_distance_of_a_shift_is_its_mean_length_along_directions():
    points = rng.normal(size=(400, 2))
    shifted = points + np.array([3.0, 0.0])
    # The mean of |cos| over all directions is 2/π.
    assert sliced_distance(points, shifted) == pytest.approx(6 / np.pi, rel=0.1)
    assert sliced_distance(points, rng.permutation(points)) == pytest.approx(
        0, abs=1e-9
    )


def test_the_sliced_distance_sees_that_variety_is_missing():
    points = rng.normal(size=(400, 2))
    narrow = sliced_distance(0.1 * points, points)
    assert narrow > 5 * sliced_distance(rng.normal(size=(400, 2)), points)
    with pytest.raises(ValueError, match="equally many"):
        sliced_distance(points, points[:9])
