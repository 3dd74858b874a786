"""Draws and what they are worth: each measure where it must be high, and low."""

import numpy as np
import pytest

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.sampling import (
    certainty,
    coverage,
    fit_mixture,
    in_holes,
    nearer_to_training,
    train_reader,
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
