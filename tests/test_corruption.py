"""Each corruption does what its level says, to arrays and tensors alike."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aelib import load_data
from aelib.corruption import (
    KINDS,
    Corruption,
    Mixture,
    corrupt,
    gaussian,
    masking,
    salt_and_pepper,
    undisclosed,
)

kinds = st.sampled_from(sorted(KINDS))
levels = st.floats(0, 1)
seeds = st.integers(0, 2**32 - 1)
floats = st.sampled_from(["float16", "float32", "float64"])
pixels = floats.flatmap(
    lambda dtype: hnp.arrays(
        dtype,
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=6),
        elements={"min_value": 0, "max_value": 1},
    )
)


# --- What holds for every kind ----------------------------------------------------


@given(pixels, kinds, levels, seeds)
def test_what_goes_in_stays_and_what_comes_out_is_like_it(x, kind, level, seed):
    before = x.copy()
    y = corrupt(x, kind, level, seed=seed)
    np.testing.assert_array_equal(x, before)
    assert isinstance(y, np.ndarray)
    assert not np.shares_memory(x, y)
    assert (y.shape, y.dtype) == (x.shape, x.dtype)
    assert ((y >= 0) & (y <= 1)).all()


@given(pixels, kinds, seeds)
def test_level_0_changes_nothing(x, kind, seed):
    np.testing.assert_array_equal(corrupt(x, kind, 0.0, seed=seed), x)


@given(pixels, kinds, levels, seeds)
def test_the_same_seed_gives_the_same(x, kind, level, seed):
    once = corrupt(x, kind, level, seed=seed)
    np.testing.assert_array_equal(once, corrupt(x, kind, level, seed=seed))
    generator = np.random.default_rng(seed)
    np.testing.assert_array_equal(once, corrupt(x, kind, level, seed=generator))


@given(pixels, kinds, levels, seeds)
def test_array_and_tensor_agree(x, kind, level, seed):
    array = corrupt(x, kind, level, seed=seed)
    tensor = corrupt(torch.from_numpy(x), kind, level, seed=seed)
    assert isinstance(tensor, torch.Tensor)
    np.testing.assert_array_equal(tensor.numpy(), array)
    assert tensor.numpy().dtype == array.dtype


@given(pixels, kinds, levels, seeds)
def test_the_name_the_function_and_the_object_are_one(x, kind, level, seed):
    by_name = corrupt(x, kind, level, seed=seed)
    np.testing.assert_array_equal(KINDS[kind](x, level, seed=seed), by_name)
    np.testing.assert_array_equal(Corruption(kind, level)(x, seed=seed), by_name)


@pytest.mark.parametrize("kind", KINDS)
def test_other_seeds_and_later_batches_get_other_noise(kind):
    x, rng = np.full((10, 784), 0.5), np.random.default_rng(0)
    batches = [corrupt(x, kind, 0.5, seed=rng) for _ in range(3)]
    batches.append(corrupt(x, kind, 0.5, seed=1))
    assert len({batch.tobytes() for batch in batches}) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_only_torch_has(kind):
    x = torch.full((4, 784), 0.5, dtype=torch.bfloat16)
    y = corrupt(x, kind, 0.3, seed=0)
    assert y.dtype == torch.bfloat16
    full = corrupt(x.float(), kind, 0.3, seed=0)
    torch.testing.assert_close(y.float(), full, atol=2**-8, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_pass_where_the_pixel_still_matters(kind):
    x = torch.full((4, 784), 0.5, requires_grad=True)
    y = corrupt(x, kind, 0.3, seed=0)
    (slope,) = torch.autograd.grad(y.sum(), x)
    untouched = (y > 0) & (y < 1)  # neither replaced nor clipped
    torch.testing.assert_close(slope, untouched.float())
    assert 0 < untouched.sum() < untouched.numel()


@pytest.mark.parametrize("kind", KINDS)
def test_no_images_are_no_trouble(kind):
    assert corrupt(np.zeros((0, 784)), kind, 0.5, seed=0).shape == (0, 784)


# --- What each level means ----------------------------------------------------------

N = 200_000


def near(expected, spread):
    """Compare means of N numbers: 5 standard errors are never left by chance."""
    return pytest.approx(expected, abs=5 * spread / math.sqrt(N))


@pytest.mark.parametrize("level", [0.01, 0.05, 0.1])
def test_gaussian_level_is_the_standard_deviation(level):
    noise = gaussian(np.full(N, 0.5), level, seed=0) - 0.5
    assert noise.mean() == near(0, level)
    assert noise.std() == near(level, level)
    assert abs(noise).max() > 4 * level


@pytest.mark.parametrize("level", [0.1, 0.25])
def test_gaussian_noise_on_paper_loses_its_darker_half(level):
    """With z ~ N(0, σ²): E max(0, z) = σ/√2π and E max(0, z)² = σ²/2."""
    y = gaussian(np.zeros(N), level, seed=0)
    assert (y == 0).mean() == near(1 / 2, 1 / 2)
    assert y.mean() == near(level / math.sqrt(2 * math.pi), level)
    # At σ = ¼ ink clips one number in 30,000, by little.
    assert (y**2).mean() == pytest.approx(level**2 / 2, rel=0.02)


def test_gaussian_noise_is_independent_of_pixel_to_pixel():
    noise = gaussian(np.full((N // 100, 100), 0.5), 0.1, seed=0) - 0.5
    correlation = np.corrcoef(noise, rowvar=False)[~np.eye(100, dtype=bool)]
    assert abs(correlation).max() < 6 / math.sqrt(N // 100)


@given(levels, seeds)
def test_masking_level_is_the_fraction_set_to_0(level, seed):
    y = masking(np.ones(N, np.float32), level, seed=seed)
    assert np.isin(y, [0, 1]).all()
    assert (y == 0).mean() == near(level, 1 / 2)


@given(levels, seeds)
def test_salt_and_pepper_level_is_the_fraction_replaced_half_by_each(level, seed):
    y = salt_and_pepper(np.full(N, 0.5, np.float32), level, seed=seed)
    assert np.isin(y, [0, 0.5, 1]).all()
    assert (y == 0).mean() == near(level / 2, 1 / 2)
    assert (y == 1).mean() == near(level / 2, 1 / 2)


def test_level_1_leaves_nothing_of_the_picture():
    x = np.random.default_rng(0).random(1000)
    assert not masking(x, 1.0, seed=0).any()
    assert np.isin(salt_and_pepper(x, 1.0, seed=0), [0, 1]).all()


def test_masking_serves_codes_outside_the_range_of_pixels():
    code = np.array([[-3.0, 0.0, 7.0]] * 50)
    y = masking(code, 0.5, seed=0)
    assert ((y == 0) | (y == code)).all()
    assert 0 < (y != code).sum() < y.size


PSNR = {  # dB, mean over images
    "gaussian": (0.5, 9.4),
    "masking": (0.5, 12.8),
}


@pytest.mark.parametrize("kind", PSNR)
@pytest.mark.parametrize(
    "name", ["drawn", pytest.param("mnist", marks=pytest.mark.mnist)]
)
def test_digits_suffer_as_much_as_published_for_the_course(name, kind):
    level, expected = PSNR[kind]
    x = load_data(name, n_train=1, n_test=2000).test.flat
    error = ((corrupt(x, kind, level, seed=0) - x) ** 2).mean(axis=1)
    assert (-10 * np.log10(error)).mean() == pytest.approx(expected, abs=0.2)


# --- What is refused ----------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [-0.1, math.nan, math.inf])
def test_an_impossible_level_is_refused_before_any_training(kind, level):
    with pytest.raises(ValueError, match=f"level of {kind}"):
        Corruption(kind, level)
    with pytest.raises(ValueError, match=f"level of {kind}"):
        KINDS[kind](np.zeros(3), level, seed=0)


@pytest.mark.parametrize("kind", ["masking", "salt_and_pepper"])
def test_a_fraction_above_1_is_refused(kind):
    with pytest.raises(ValueError, match="from 0 to 1"):
        corrupt(np.zeros(3), kind, 1.01, seed=0)
    assert corrupt(np.zeros(3), "gaussian", 1.01, seed=0).shape == (3,)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [np.asarray, torch.tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 255], "divide"),
        ([True, False], "divide"),
        ([0.5, math.nan], "nan"),
        ([0.5, math.inf], "inf"),
        ([0.5, -math.inf], "inf"),
    ],
)
def test_what_are_not_pixels_is_refused(kind, make, values, words):
    with pytest.raises(ValueError, match=words):
        corrupt(make(values), kind, 0.1, seed=0)


@pytest.mark.parametrize("kind", ["gaussian", "salt_and_pepper"])
@pytest.mark.parametrize("values", [[0.0, 255.0], [-1.0, 1.0]])
def test_pixels_out_of_range_are_not_silently_clipped(kind, values):
    with pytest.raises(ValueError, match="range from"):
        corrupt(np.array(values), kind, 0.1, seed=0)


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'salt'.*gaussian, masking, salt_and_pepper"):
        corrupt(np.zeros(3), "salt", 0.1, seed=0)


@pytest.mark.parametrize("kind", KINDS)
def test_noise_that_no_one_could_repeat_is_refused(kind):
    with pytest.raises(ValueError, match="needs a seed"):
        corrupt(np.zeros(3), kind, 0.1, seed=None)


def test_titles_say_kind_and_level():
    titles = [str(Corruption(kind, 0.125)) for kind in KINDS]
    assert titles == [
        "Gaussian noise, σ = 0.125",
        "12.5 % of the pixels masked",
        "salt and pepper on 12.5 % of the pixels",
    ]


@pytest.mark.parametrize("kind", ["gaussian", "salt_and_pepper"])
def test_the_digit_that_offends_is_shown(kind):
    """1.0000001 is not 1, and "they range from 1 to 1" would say that it is."""
    pixels = np.float32([1, np.nextafter(np.float32(1), np.float32(2))])
    with pytest.raises(ValueError, match=r"range from 1 to 1\.00000012\.$"):
        corrupt(pixels, kind, 0.1, seed=0)


# --- Mixtures ---------------------------------------------------------------------


def test_a_mixture_spoils_each_image_by_one_corruption_and_keeps_its_shares():
    black, kept = Corruption("masking", 1), Corruption("masking", 0)
    x = np.ones((2_000, 3, 3), np.float32)
    y = Mixture([3, 1], [black, kept])(x, seed=0)
    assert y.dtype == x.dtype
    assert set(y.mean(axis=(1, 2)).tolist()) == {0.0, 1.0}
    assert y.mean() == pytest.approx(0.25, abs=0.04)
    assert x.all()


def test_a_mixture_treats_arrays_and_tensors_alike():
    x = np.random.default_rng(0).random((20, 4), dtype=np.float32)
    mixture = undisclosed(seed=3)
    of_tensor = mixture(torch.from_numpy(x), seed=np.random.default_rng(5))
    np.testing.assert_array_equal(of_tensor.numpy(), mixture(x, seed=5))


def test_an_undisclosed_mixture_says_what_it_is_only_if_asked():
    assert repr(undisclosed(seed=3)) == "an undisclosed mixture"
    assert undisclosed(seed=3).disclose() == undisclosed(seed=3).disclose()
    assert undisclosed(seed=3).disclose() != undisclosed(seed=4).disclose()
    assert undisclosed(seed=3).disclose().count("%") >= 3


@pytest.mark.parametrize("shares", [[1], [1, -1], [0, 0], [1, math.nan]])
def test_a_mixture_needs_a_share_for_each_corruption(shares):
    parts = [Corruption("masking", 0.5), Corruption("gaussian", 0.5)]
    with pytest.raises(ValueError, match="shares"):
        Mixture(shares, parts)
