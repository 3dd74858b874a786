"""The drawing pad: what it holds, and how a drawing comes to lie as digits do."""

from __future__ import annotations

import numpy as np
import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from aelib import load_data
from aelib.explore import DrawingPad
from aelib.explore.pad import centre

INK = arrays.arrays(np.uint8, (28, 28), elements=st.integers(0, 255))


@given(INK)
def test_image_is_what_was_put_on_it(ink: np.ndarray) -> None:
    pad = DrawingPad(ink / 255)
    assert pad.value == ink.ravel().tolist()
    np.testing.assert_allclose(pad.image, ink / 255, rtol=1e-6)
    assert pad.image.dtype == np.float32


def test_empty_pad_has_no_ink() -> None:
    assert not DrawingPad().image.any()


@pytest.mark.parametrize("value", [[0] * 783, [0] * 785, [256] * 784, [0.5] * 784])
def test_browser_cannot_send_what_is_no_drawing(value: list[float]) -> None:
    pad = DrawingPad()
    with pytest.raises(traitlets.TraitError):
        pad.value = value
    assert pad.value == [0] * 784


@pytest.mark.parametrize(
    ("image", "remark"),
    [
        (np.zeros(784), r"shape \(28, 28\), not \(784,\)"),
        (np.full((28, 28), 255), "divide integers"),
        (np.full((28, 28), -0.1), "divide integers"),
    ],
)
def test_wrong_images_are_refused_with_advice(image: np.ndarray, remark: str) -> None:
    with pytest.raises(ValueError, match=remark):
        DrawingPad(image)


def test_display_names_the_pad_by_a_text_that_is_stable() -> None:
    bundle = DrawingPad()._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == repr(DrawingPad()) == "DrawingPad(28×28)"


@given(
    arrays.arrays(np.uint8, (9, 9)), st.integers(0, 18), st.integers(0, 18)
)  # a blot small enough to stay on the paper wherever it is moved
def test_drawing_lies_in_the_middle_wherever_it_was_drawn(
    blot: np.ndarray, row: int, column: int
) -> None:
    image = np.zeros((28, 28))
    image[row : row + 9, column : column + 9] = blot
    moved = centre(image)
    np.testing.assert_allclose(moved.sum(), image.sum())
    np.testing.assert_array_equal(centre(moved), moved)
    if image.any():
        # Moved by whole pixels, so up to half a pixel is left.
        assert np.abs(np.array(ndimage.center_of_mass(moved)) - 14).max() < 0.5 + 1e-6


def test_digits_of_the_course_lie_there_already() -> None:
    # Theirs were put there as lines, before the pen gave them their widths.
    digits = load_data(n_train=1, n_test=200).test.images
    middles = np.array([ndimage.center_of_mass(digit) for digit in digits])
    assert np.abs(middles.mean(axis=0) - 14).max() < 0.25
    assert np.quantile(np.abs(middles - 14), 0.9) < 0.75
    assert np.abs(middles - 14).max() < 2
