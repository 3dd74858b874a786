"""What explorers refuse, and how they say so: before anything is computed."""

from __future__ import annotations

from collections.abc import Sized


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


def check_choice(name: str, value: int, first: int, last: int) -> None:
    """Refuse a `value` that is not from `first` to `last`; `name` says what it is.

    Examples
    --------
    >>> check_choice("digit 7", 7, first=0, last=4)
    Traceback (most recent call last):
    ValueError: There is no digit 7: choose from 0 to 4.
    """
    if not first <= value <= last:
        raise ValueError(f"There is no {name}: choose from {first} to {last}.")
