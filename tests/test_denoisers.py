"""The opponents of denoising autoencoders: known answers, optimality, fair tuning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib import denoisers
from aelib.corruption import Corruption
from aelib.evaluation import pca_reconstruct, psnr

RNG = np.random.default_rng(9)
BLOCKS = np.kron(RNG.random((120, 3, 3)), np.ones((4, 4)))


def error(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.square(x - y).mean())


@pytest.mark.parametrize("size", [3, 5])
def test_the_median_removes_a_speck_and_keeps_an_edge(size: int) -> None:
    edge = np.zeros((2, 12, 12))
    edge[:, :, 6:] = 1
    speck = edge.copy()
    speck[0, 4, 2] = 1
    assert np.array_equal(denoisers.median_filter(size)(speck), edge)


@given(st.floats(0.5, 2.0), st.floats(0, 1))
def test_the_gaussian_filter_keeps_constants_and_total_ink(
    sigma: float, grey: float
) -> None:
    blur = denoisers.gaussian_filter(sigma)
    assert np.allclose(blur(np.full((1, 9, 9), grey)), grey)
    dot = np.zeros((2, 41, 41))
    dot[0, 20, 20] = 1
    blurred = blur(dot)
    assert blurred[0].sum() == pytest.approx(1)
    assert not blurred[1].any(), "one image must not leak into the next"


def test_the_gaussian_filter_halves_its_height_at_half_maximum() -> None:
    dot = np.zeros((1, 41, 41))
    dot[0, 20, 20] = 1
    blurred = denoisers.gaussian_filter(3.0)(dot)[0]
    assert blurred[20, 23] / blurred[20, 20] == pytest.approx(np.exp(-0.5))


def test_principal_components_project_and_are_pca() -> None:
    project = denoisers.principal_components(BLOCKS[:100], 5)
    once = project(BLOCKS[100:])
    assert np.allclose(project(once), once)
    assert np.allclose(once, pca_reconstruct(BLOCKS[:100], BLOCKS[100:], 5))


def test_regression_has_errors_that_no_pixel_explains() -> None:
    noisy = BLOCKS + RNG.normal(0, 0.3, BLOCKS.shape)
    clean = denoisers.linear_regression(noisy, BLOCKS, alpha=1e-6)
    left = (BLOCKS - clean(noisy)).reshape(len(BLOCKS), -1)
    assert np.allclose(left.mean(axis=0), 0, atol=1e-8)
    assert np.allclose(left.T @ noisy.reshape(len(noisy), -1), 0, atol=1e-4)


def test_known_images_are_the_posterior_mean_under_gaussian_noise() -> None:
    known, sigma = BLOCKS[:6], 0.7
    noisy = RNG.normal(known, 1e-9)  # a line of slope 1, to nine digits
    z = known[:3] + RNG.normal(0, sigma, known[:3].shape)
    found = denoisers.known_images(noisy, known, sigma)(z)
    for image, answer in zip(z, found, strict=True):
        weight = np.exp(-np.square(known - image).sum(axis=(1, 2)) / (2 * sigma**2))
        mean = np.tensordot(weight, known, 1) / weight.sum()
        assert np.allclose(answer, mean, atol=1e-6)


def test_known_images_are_likened_after_the_noise_has_paled_them() -> None:
    known = BLOCKS[:8]
    found = denoisers.known_images(0.5 * known, known, 0.1)
    assert np.allclose(found(0.5 * known), known, atol=1e-6)


def test_each_cluster_has_a_regression_of_its_own() -> None:
    """Half of the images keep their contrast and half are turned to the negative."""
    dark, light = BLOCKS[:60] * 0.2, 1 - BLOCKS[60:] * 0.2
    clean = np.concatenate([dark, 1 - 0.5 * (1 - light)])
    noisy = np.concatenate([dark, light])
    one = denoisers.linear_regression(noisy, clean, 1e-6)
    two = denoisers.regression_by_cluster(noisy, clean, 2, 1e-6)
    assert error(clean, two(noisy)) < 1e-10
    assert error(clean, two(noisy)) <= error(clean, one(noisy)) + 1e-12
    with pytest.raises(ValueError, match="120 images can't form 121"):
        denoisers.regression_by_cluster(noisy, clean, 121, 1.0)


def test_a_strong_ridge_answers_with_the_mean() -> None:
    clean = denoisers.linear_regression(BLOCKS, BLOCKS, alpha=1e12)
    assert np.allclose(clean(BLOCKS), BLOCKS.mean(axis=0), atol=1e-6)


@settings(max_examples=30)
@given(st.floats(0.1, 5), st.floats(-2, 2))
def test_contrast_undoes_any_straight_line(a: float, b: float) -> None:
    shifted = a * BLOCKS + b
    repair = denoisers.with_contrast(lambda noisy: noisy, shifted, BLOCKS)
    assert np.allclose(repair(shifted), BLOCKS)


def test_contrast_stays_within_black_and_white_and_bears_a_constant() -> None:
    repair = denoisers.with_contrast(lambda noisy: noisy, BLOCKS, BLOCKS)
    wild = repair(np.array([[[-9.0, 0.5, 9.0]]]))
    assert np.allclose(wild, [[[0, 0.5, 1]]])
    blank = denoisers.with_contrast(np.zeros_like, BLOCKS, BLOCKS)
    assert np.allclose(blank(BLOCKS), BLOCKS.mean())


def test_the_choice_is_the_best_of_all() -> None:
    candidates = {c: lambda noisy, c=c: c * noisy for c in (0.2, 0.5, 0.9)}
    found = denoisers.choose(candidates, 2 * BLOCKS, BLOCKS)
    assert found.setting == 0.5
    assert found.psnr == np.inf
    assert np.array_equal(found(2 * BLOCKS), BLOCKS)


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="no candidates"):
        denoisers.choose({}, BLOCKS, BLOCKS)


@pytest.mark.parametrize("kind", ["gaussian", "masking", "salt_and_pepper"])
def test_all_six_make_new_noisy_images_better(kind: str) -> None:
    noise = Corruption(kind, 0.3)
    found = denoisers.opponents(BLOCKS[:100], noise)
    assert list(found) == [
        "median",
        "Gaussian filter",
        "PCA",
        "known digits",
        "linear regression",
        "by cluster",
    ]
    noisy = noise(BLOCKS[100:], seed=7)
    for name, clean in found.items():
        assert (
            psnr(BLOCKS[100:], clean(noisy)).mean() > psnr(BLOCKS[100:], noisy).mean()
        ), name


def test_images_held_back_shape_no_denoiser() -> None:
    """Other images in the last tenth: another score, but the same regression."""
    noise, other = Corruption("masking", 0.3), BLOCKS.copy()
    other[-12:] = 1 - other[-12:]
    pair = [denoisers.opponents(images, noise) for images in (BLOCKS, other)]
    first, second = (found["linear regression"] for found in pair)
    assert first.setting == second.setting
    assert first.psnr != second.psnr
    assert np.allclose(first(BLOCKS), second(BLOCKS))


@pytest.mark.parametrize("shape", [(19, 4, 4), (50, 16), (0, 4, 4)])
def test_what_is_no_stack_of_images_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least 20 images"):
        denoisers.opponents(np.zeros(shape), Corruption("masking", 0.5))


def test_a_corruption_that_works_in_place_changes_no_clean_image() -> None:
    def black_out(images: np.ndarray, seed: np.random.Generator) -> np.ndarray:
        images[:, ::2] = 0
        return images

    def apart(images: np.ndarray, seed: np.random.Generator) -> np.ndarray:
        return black_out(images.copy(), seed)

    clean = np.kron(np.random.default_rng(0).random((40, 2, 2)), np.ones((3, 3)))
    before = clean.copy()
    hasty, tidy = (denoisers.opponents(clean, c) for c in (black_out, apart))
    np.testing.assert_array_equal(clean, before)
    assert {name: t.psnr for name, t in hasty.items()} == {
        name: t.psnr for name, t in tidy.items()
    }


def test_filters_do_not_round_to_the_grey_levels_that_they_are_given() -> None:
    levels = np.random.default_rng(0).integers(0, 255, (2, 6, 6), dtype=np.uint8)
    smooth = denoisers.gaussian_filter(1.0)
    np.testing.assert_array_equal(smooth(levels), smooth(levels.astype(float)))
