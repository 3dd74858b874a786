"""What explorers refuse, and how they say so: before anything is computed."""

from __future__ import annotations

from collections.abc import Sized

import numpy as np

from aelib import inputs


def check_labels(images: Sized, labels: Sized) -> None:
    """Refuse anything but one label per image, and at least one image.

    Examples
    --------
    >>> check_labels(images="abc", labels=[1, 2])
    Traceback (most recent call last):
    ValueError: There are 3 images and 2 labels: pass one label per image, and at ...
    """
    if not len(images) == len(labels) > 0:
        raise ValueError(
            f"There are {len(images)} images and {len(labels)} labels: "
            "pass one label per image, and at least one image."
        )


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a `value` outside `low` to `high`, ends included; `name` is its own.

    Examples
    --------
    >>> check_range("digit", 7, low=0, high=4)
    Traceback (most recent call last):
    ValueError: digit=7 is out of range: choose from 0 to 4.
    """
    if not low <= inputs.number(name, value) <= high:
        raise ValueError(
            f"{name}={value!r} is out of range: choose from {low} to {high}."
        )


def check_whole(name: str, value: object) -> None:
    """Refuse what is no whole number.

    Examples
    --------
    >>> check_whole("digit", 1.5)
    Traceback (most recent call last):
    ValueError: digit=1.5 is no whole number: choose 0, 1, 2, …
    """
    if not isinstance(value, int | np.integer):
        raise ValueError(f"{name}={value!r} is no whole number: choose 0, 1, 2, …")


def check_index(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number from `low` to `high`, ends included.

    Examples
    --------
    >>> check_index("layer", 1.0, low=1, high=2)
    Traceback (most recent call last):
    ValueError: layer=1.0 is no whole number: choose 0, 1, 2, …
    """
    check_whole(name, value)
    check_range(name, value, low, high)


def check_classes(labels: np.ndarray) -> None:
    """Refuse labels that name no digit, and so have no colour.

    Examples
    --------
    >>> check_classes(np.array([3, 12]))
    Traceback (most recent call last):
    ValueError: Labels must be whole numbers from 0 to 9, the digits; got 12.
    """
    for label in labels:
        if not (isinstance(label, int | np.integer) and 0 <= label <= 9):
            raise ValueError(
                "Labels must be whole numbers from 0 to 9, the digits; got "
                f"{label if isinstance(label, np.number) else repr(label)}."
            )
