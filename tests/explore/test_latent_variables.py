"""Explorer of the factors: the digits are drawn as told, and their codes are theirs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder
from aelib.explore.latent_variables import UNMOVED, drawn_digits

DIGIT = st.integers(0, 9)


def lean(image: np.ndarray) -> float:
    """Slope of the line through the ink: columns to the right, per row upwards."""
    rows, columns = np.indices(image.shape)
    up, right = (
        np.average(place, weights=image) - place
        for place in (rows.astype(float), columns.astype(float))
    )
    return -np.average(up * right, weights=image) / np.average(up**2, weights=image)


@given(DIGIT)
def test_digit_leans_as_far_as_it_was_told(digit: int) -> None:
    upright, leaning = drawn_digits(
        [digit] * 2, slant=[0.0, 0.5], width=1.0, stroke=2.4
    )
    assert lean(leaning) - lean(upright) == pytest.approx(0.5, abs=0.15)


@given(DIGIT, st.floats(1.5, 4.0))
def test_thicker_pen_leaves_more_ink(digit: int, stroke: float) -> None:
    thin, thick = drawn_digits([digit] * 2, 0.0, 1.0, [stroke, stroke + 0.3])
    assert thin.sum() < thick.sum()
    assert thin.dtype == np.float32
    assert 0 <= thin.min() <= thin.max() <= 1


@given(DIGIT.filter(lambda digit: digit != 1))  # a bare stroke has no width
def test_wider_digit_is_wider(digit: int) -> None:
    narrow, wide = drawn_digits([digit] * 2, 0.0, [0.5, 1.6], 2.4)
    columns = np.arange(28.0)
    assert np.cov(columns, aweights=narrow.sum(axis=0)) < np.cov(
        columns, aweights=wide.sum(axis=0)
    )


@pytest.mark.parametrize("factor", ["slant", "width", "stroke"])
def test_each_factor_is_moved_alone_and_its_codes_are_the_networks(factor: str) -> None:
    model = Autoencoder([784, 5], code="linear", seed=0)
    sent = numbers(explore.factors(model, digit=3))
    values, start = sent["factors"][factor].values()
    assert values[start] == UNMOVED[factor]
    k = len(values) - 1
    image = drawn_digits([3], **{**UNMOVED, factor: values[k]})
    with torch.no_grad():
        code = model.encode(torch.from_numpy(image)).numpy()[0]
        output = model(torch.from_numpy(image)).numpy()[0]
    np.testing.assert_allclose(sent["images"][factor][3, k], image[0], atol=0.003)
    np.testing.assert_allclose(sent["outputs"][factor][3, k], output, atol=0.003)
    np.testing.assert_allclose(sent["codes"][factor][3, k], code, atol=0.003)


def test_the_still_tells_how_far_a_leaning_digit_has_moved() -> None:
    model = Autoencoder([784, 5], code="linear", seed=0)
    pair = drawn_digits([3, 3], **UNMOVED | {"slant": [0.0, 0.5]})
    with torch.no_grad():
        codes = model.encode(torch.from_numpy(pair))
    way = float((codes[1] - codes[0]).norm())
    assert f"has moved by {way:.2f} from" in explore.factors(model, digit=3).alt


def test_there_is_no_eleventh_digit() -> None:
    with pytest.raises(
        ValueError, match="digit=10 is out of range: choose from 0 to 9"
    ):
        explore.factors(Autoencoder([784, 5]), digit=10)
