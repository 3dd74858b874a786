"""`load_data` keeps its contract for every data set, and swaps none for another."""

import gzip
import warnings
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib import load_data
from aelib.digits import NAMES, mnist

DRAWN = ["drawn", "drawn-clean"]
ALL = [*DRAWN, pytest.param("mnist", marks=pytest.mark.mnist)]


@pytest.fixture(autouse=True)
def no_choice_from_outside(monkeypatch):
    monkeypatch.delenv("AELIB_DATASET", raising=False)


def assert_same(one, other):
    """Assert that two splits are equal in everything they hold."""
    np.testing.assert_array_equal(one.images, other.images)
    np.testing.assert_array_equal(one.labels, other.labels)
    for factor in one.factors or ():
        np.testing.assert_array_equal(one.factors[factor], other.factors[factor])


@pytest.mark.parametrize("name", ALL)
def test_shapes_types_and_ranges(name):
    data = load_data(name, n_train=300, n_test=200)
    assert data.name == name
    for split, n in ((data.train, 300), (data.test, 200)):
        assert len(split) == n
        assert split.images.shape == (n, 28, 28)
        assert split.images.dtype == np.float32
        assert split.images.min() == 0
        assert split.images.max() == 1
        levels = np.arange(256, dtype=np.float32) / np.float32(255)
        assert np.isin(split.images, levels).all()
        assert split.labels.shape == (n,)
        assert split.labels.dtype == np.int64
        assert set(split.labels) == set(range(10))
        np.testing.assert_array_equal(split.flat[-1], split.images[-1].ravel())


@pytest.mark.parametrize("name", DRAWN)
def test_factors_are_known_where_digits_are_drawn(name):
    factors = load_data(name, n_train=300, n_test=1).train.factors
    assert {"slant", "stroke_width", "rotation"} <= set(factors)
    assert all(values.shape == (300,) for values in factors.values())
    assert all(np.isfinite(values).all() for values in factors.values())


@pytest.mark.mnist
def test_factors_are_unknown_on_mnist():
    assert load_data("mnist", n_train=1, n_test=1).train.factors is None


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 700), st.integers(0, 3))
def test_the_first_k_of_a_larger_drawn_set_are_the_same_k(k, seed):
    few, many = (load_data(n_train=n, n_test=n, seed=seed) for n in (k, 700))
    for one, other in ((few.train, many.train), (few.test, many.test)):
        np.testing.assert_array_equal(one.images, other.images[:k])
        np.testing.assert_array_equal(one.labels, other.labels[:k])
        for factor in one.factors:
            np.testing.assert_array_equal(
                one.factors[factor], other.factors[factor][:k]
            )


@pytest.mark.mnist
def test_the_first_k_of_a_larger_mnist_are_the_same_k():
    few, all_of_it = load_data("mnist", n_train=50), load_data("mnist", n_train=None)
    np.testing.assert_array_equal(few.train.images, all_of_it.train.images[:50])


@pytest.mark.parametrize("name", ALL)
def test_seeds_and_splits_give_different_digits_and_repeats_the_same(name):
    data = load_data(name, n_train=100, n_test=100)
    again = load_data(name, n_train=100, n_test=100)
    other = load_data(name, n_train=100, n_test=100, seed=1)
    assert_same(data.train, again.train)
    assert_same(data.test, again.test)
    assert not np.array_equal(data.train.images, other.train.images)
    assert not np.array_equal(data.test.images, other.test.images)
    seen = {image.tobytes() for image in data.train.images}
    assert not seen & {image.tobytes() for image in data.test.images}


@pytest.mark.mnist
def test_the_whole_of_mnist():
    data = load_data("mnist", n_train=None, n_test=None)
    assert (len(data.train), len(data.test)) == (60_000, 10_000)
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    np.testing.assert_array_equal(np.bincount(data.test.labels), counts)
    with pytest.raises(ValueError, match="MNIST has 10,000 test images"):
        load_data("mnist", n_test=10_001)


@pytest.mark.mnist
def test_mnist_keeps_each_label_with_its_image():
    label_of = {
        image.tobytes(): label for image, label in zip(*mnist.read("test"), strict=True)
    }
    split = load_data("mnist", n_test=500).test
    levels = np.rint(split.images * 255).astype(np.uint8)
    assert [label_of[image.tobytes()] for image in levels] == list(split.labels)


def test_what_a_caller_changes_stays_with_the_caller():
    first = load_data(n_train=20, n_test=20)
    before = deepcopy(first)
    first.train.images[:] = 0.5
    first.train.labels[:] = 3
    first.train.factors["slant"][:] = 9
    assert_same(load_data(n_train=20, n_test=20).train, before.train)


def test_torch_takes_the_images_as_they_are():
    images = load_data(n_train=5, n_test=5).train.images
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns where it can't write
        tensor = torch.from_numpy(images)
    tensor[:] = 0
    assert not images.any()


def test_a_loaded_set_can_not_be_rewired():
    data = load_data(n_train=1, n_test=1)
    with pytest.raises(AttributeError):
        data.name = "mnist"
    with pytest.raises(AttributeError):
        data.train.images = data.test.images


def test_the_representation_says_what_it_is():
    text = repr(load_data("drawn-clean", n_train=1500, n_test=7))
    for word in ("drawn-clean", "train: 1,500 images 28 × 28", "test:  7", "slant"):
        assert word in text


# --- Which data set ---------------------------------------------------------------


def test_the_default_is_drawn_and_the_environment_changes_it(monkeypatch):
    default = load_data(n_train=10, n_test=10)
    assert default.name == "drawn"
    assert_same(default.train, load_data("drawn", n_train=10, n_test=10).train)
    monkeypatch.setenv("AELIB_DATASET", "drawn-clean")
    assert load_data(n_train=10, n_test=10).name == "drawn-clean"
    assert load_data("drawn", n_train=10, n_test=10).name == "drawn"


@pytest.mark.parametrize("name", ["MNIST", "", "fashion", "drawn "])
def test_an_unknown_name_is_an_error_that_lists_the_known(name):
    with pytest.raises(ValueError, match="There is no data set") as caught:
        load_data(name)
    assert all(known in str(caught.value) for known in NAMES)


def test_an_unknown_name_in_the_environment_is_an_error(monkeypatch):
    monkeypatch.setenv("AELIB_DATASET", "minst")
    with pytest.raises(ValueError, match=r"'minst'.*AELIB_DATASET"):
        load_data()


@pytest.mark.parametrize("n", [0, -1])
@pytest.mark.parametrize("which", ["n_train", "n_test"])
@pytest.mark.parametrize("name", NAMES)
def test_no_images_can_not_be_asked_for(name, which, n, monkeypatch, tmp_path):
    """It is noticed before MNIST's files are touched, or anything is drawn."""
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=f"{which} must be at least 1"):
        load_data(name, **{which: n})


def test_a_missing_mnist_is_not_replaced(monkeypatch, tmp_path):
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    monkeypatch.setenv("AELIB_DATASET", "mnist")
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte"):
        load_data()


def test_a_false_mnist_is_not_accepted(monkeypatch, tmp_path):
    for part in ("train-images-idx3", "train-labels-idx1"):
        (tmp_path / f"{part}-ubyte").write_bytes(b"not digits")
    for part in ("t10k-images-idx3", "t10k-labels-idx1"):
        (tmp_path / f"{part}-ubyte.gz").write_bytes(gzip.compress(b"not digits"))
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="not the right content"):
        load_data("mnist")


def test_numpys_integers_are_sizes_and_seeds() -> None:
    plain = load_data("drawn", n_train=5, n_test=2, seed=3)
    odd = load_data("drawn", n_train=np.uint8(5), n_test=np.int64(2), seed=np.int16(3))
    np.testing.assert_array_equal(odd.train.images, plain.train.images)


@pytest.mark.parametrize("n", [0, -1, 2.0, "5", True])
def test_a_number_of_images_is_a_whole_one(n: object) -> None:
    with pytest.raises(ValueError, match="n_train must be at least 1"):
        load_data("drawn", n_train=n)
