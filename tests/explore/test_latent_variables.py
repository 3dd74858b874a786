"""Explorer of the factors: the digits are drawn as told, and their codes are theirs."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pictures import picture

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


def test_factors_tell_what_the_network_makes_of_the_digit() -> None:
    model = Autoencoder([784, 5], code="linear", seed=0)
    explorer = explore.factors(model, digit=3)
    for setting in (
        {"digit": 3, "slant": 0.5, "width": 1.0, "stroke": 2.4},
        {"digit": 8, "slant": -0.2, "width": 1.4, "stroke": 3.0},
    ):
        explorer.set(**setting)
        images = np.concatenate(
            [
                drawn_digits([setting["digit"]], **UNMOVED),
                drawn_digits(**{**setting, "digit": [setting["digit"]]}),
            ]
        )
        with torch.no_grad():
            codes = model.encode(torch.from_numpy(images))
            output = model.decode(codes).reshape(2, 28, 28).numpy()[1]
        way = float((codes[1] - codes[0]).norm())
        error = np.square(output - images[1]).sum()
        assert f"A {setting['digit']} of slant {setting['slant']:+.2f}" in explorer.alt
        said = re.findall(r"by ([\d.]+), .* error of ([\d.]+)\.$", explorer.alt)
        assert np.allclose(np.array(said, float), [way, error], atol=0.051)


def test_unmoved_digit_has_its_own_code() -> None:
    explorer = explore.factors(Autoencoder([784, 5], seed=0))
    before = picture(explorer)
    explorer.set(**UNMOVED)
    assert "its code has moved by 0.00" in explorer.alt
    assert np.abs(picture(explorer) - before).max() > 0.5


def test_there_is_no_eleventh_digit() -> None:
    with pytest.raises(
        ValueError, match="digit=10 is out of range: choose from 0 to 9"
    ):
        explore.factors(Autoencoder([784, 5]), digit=10)
