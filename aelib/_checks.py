"""What a network and its penalties refuse, and how they say so: before work is lost."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Shape = tuple[int, ...]


def rows(name: str, values: ArrayLike, width: int) -> Array:
    """Turn images into rows; pass rows of this width, or one row, as they are."""
    array = np.asarray(values, dtype=float)
    flat = array.reshape(len(array), -1) if array.ndim > 2 and len(array) else array
    if flat.ndim == 0 or flat.size == 0 or flat.shape[-1] != width:
        raise ValueError(
            f"{name} has shape {array.shape}; expected (n, {width}), or ({width},) for "
            "one sample."
        )
    if not np.isfinite(flat).all():
        raise ValueError(
            f"{name} contains NaN or infinite values; clean the data first."
        )
    return flat


def layer_sizes(sizes: Sequence[int]) -> list[int]:
    """Return two or more positive whole numbers as a list."""
    try:
        counts = [operator.index(size) for size in sizes]
    except TypeError:
        counts = []
    if len(counts) < 2 or min(counts) < 1:
        raise ValueError(
            f"sizes={sizes!r} is not a list of at least two positive whole numbers, "
            "from the input on, such as [784, 32]."
        )
    return counts


def activation_names(
    activation: str | Sequence[str],
    output: str | None,
    layers: int,
    known: Iterable[str],
) -> list[str]:
    """Return one known name per layer after the input."""
    names = [activation] * layers if isinstance(activation, str) else list(activation)
    if len(names) != layers:
        raise ValueError(
            f"Got {len(names)} activations for {layers} layers after the input."
        )
    if output is not None:
        names[-1] = output
    for name in names:
        choice("activation", name, known)
    return names


def arrays(name: str, values: Any, expected: list[Shape]) -> list[Array]:
    """Return finite float64 arrays of exactly these shapes."""
    given = [np.array(value, dtype=float) for value in values]
    if [a.shape for a in given] != expected:
        raise ValueError(
            f"{name} have shapes {[a.shape for a in given]}; expected {expected}."
        )
    if not all(np.isfinite(a).all() for a in given):
        raise ValueError(f"{name} contain NaN or infinite values.")
    return given


def targets(y: Array, activation: str, low: float, high: float) -> None:
    """Refuse targets that no output can reach."""
    if y.min() < low or y.max() > high:
        raise ValueError(
            f"Targets reach from {y.min():g} to {y.max():g}, but a {activation} output "
            f"stays within [{low}, {high}]: rescale y, or choose another output."
        )


def strength(name: str, value: float) -> None:
    """Refuse a penalty that is negative, infinite or NaN."""
    if not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a number of at least 0; got {value!r}.")


def desired_activity(rho_bar: ArrayLike) -> None:
    """Refuse a mean activity that no sigmoid unit can have."""
    if not np.all((np.asarray(rho_bar) > 0) & (np.asarray(rho_bar) < 1)):
        raise ValueError(f"rho_bar must lie in (0, 1), ends excluded; got {rho_bar!r}.")


def sparsity(rho_bar: float | None, gamma: float) -> None:
    """Refuse a KL divergence without a mean activity to aim at."""
    if rho_bar is not None:
        desired_activity(rho_bar)
    if gamma > 0 and rho_bar is None:
        raise ValueError("gamma > 0 needs rho_bar, the mean activity to aim at.")


def choice(name: str, value: object, known: Iterable[object]) -> None:
    """Refuse a value that is none of those known."""
    known = list(known)
    if value not in known:
        raise ValueError(f"{name}={value!r} is unknown; choose from {known}.")


def whole(name: str, value: object, least: int = 1) -> None:
    """Refuse what is no whole number of at least `least`."""
    if not isinstance(value, int | np.integer) or value < least:
        raise ValueError(
            f"{name}={value!r} must be a whole number of at least {least}."
        )


def dropout_rate(name: str, value: float) -> None:
    """Refuse what is no probability with which a part, but not all, drops out."""
    if not 0 <= value < 1:
        raise ValueError(f"{name}={value!r} must be at least 0 and less than 1.")
