"""What pictures take, and refuse: numbers that would be drawn as something else."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from aelib import inputs

SPANS = 10.0  # A picture's values may reach this far beyond its white and its black.


def numbers(what: str, values: Any) -> np.ndarray:
    """Return finite floats, whether `values` are a list, an array or a tensor."""
    array = inputs.array(what, values, finite=False)
    if not np.isfinite(array).all():
        raise ValueError(
            f"{what} contain NaN or infinite values, which no picture can show: find "
            "out where they come from, or leave them out."
        )
    return array


def images(what: str, values: Any) -> np.ndarray:
    """Return images (n, height, width), whatever shape they come in."""
    array = numbers(what, values)
    shape = array.shape
    if array.ndim == 4 and 1 in (shape[1], shape[3]):  # one channel, first or last
        array = array.reshape(len(array), *(shape[2:] if shape[1] == 1 else shape[1:3]))
    elif array.ndim == 2 and (side := round(shape[1] ** 0.5)) ** 2 == shape[1]:
        array = array.reshape(-1, side, side)
    is_one_image = shape[2:] == (1,) and shape[0] == shape[1] > 1
    if array.ndim != 3 or is_one_image:
        raise ValueError(
            f"Shape {shape} is not that of images: pass (n, height, width), or "
            "(n, pixels) where the pixels form a square; one image as image[None]."
        )
    if array.size == 0:
        raise ValueError(f"{what} are empty, of shape {shape}: pass at least one.")
    return array


def pixels(what: str, values: Any, limits: tuple[float, float]) -> np.ndarray:
    """Return images whose values make sense between these, drawn white and black."""
    white, black = _ascending(limits)
    array = images(what, values)
    low, high = array.min(), array.max()
    reach = SPANS * (black - white)
    if low < white - reach or high > black + reach:
        raise ValueError(
            f"{what} reach from {low:g} to {high:g}, but {white:g} is drawn white and "
            f"{black:g} black: divide by 255 what goes from 0 to 255, or pass other "
            "limits."
        )
    if (white, black) == (0, 1) and low == -1 and high <= 1:
        raise ValueError(
            f"{what} reach from -1 to {high:g}, but 0 is drawn white and 1 black: "
            "pass (x + 1) / 2, or limits=(-1, 1)."
        )
    return array


def span(values: np.ndarray, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return limits, or else the smallest and the largest value."""
    return (values.min(), values.max()) if limits is None else _ascending(limits)


def count(name: str, value: Any, *, least: int = 1) -> int:
    """Return a whole number of at least `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(
            f"{name} must be a whole number from {least} on; got {value!r}."
        )
    return number


def _ascending(limits: tuple[float, float]) -> tuple[float, float]:
    ends = numbers("Limits", limits)
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(f"Two limits must ascend, white before black; got {limits}.")
    return float(ends[0]), float(ends[1])
