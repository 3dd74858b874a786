"""What a caller has, turned into what the package computes with, or refused in words.

Every public function sends what it is given through here, once, at its edge.  Numbers
may come as arrays of any type, byte order and memory layout, as lists, as tables that
NumPy can read, or as tensors of any type, wherever they lie.  What leaves is one of two
things: a float64 array, or a tensor of the model's own type.  The caller's own memory
is never written to.

An error names the argument, says what was expected, and what to do about it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import is_torch_array
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Array = NDArray[np.float64]
Shape = tuple[int, ...]

NUMERIC = "buif"  # NumPy's kinds of booleans, whole numbers and floats
ROUNDING = 1e-3  # what arithmetic may add to a pixel; a wrong scale adds more
MOST_SEED = 2**63 - 1  # the largest that both NumPy and torch take


# Arrays


def array(name: str, values: Any, *, finite: bool = True) -> Array:
    """Return a float64 array, row after row in memory; by default a finite one."""
    with np.errstate(over="ignore"):
        found = np.asarray(numbers(name, values), dtype=np.float64, order="C")
    if finite:
        check_finite(name, found)
    return found


def rows(name: str, values: Any) -> Array:
    """Return finite items (n, …) as rows of a float64 array (n, values)."""
    found = array(name, values)
    if found.ndim == 0 or found.size == 0:
        raise ValueError(
            f"{name} has shape {found.shape}; expected (n, …), with at least one item."
        )
    return found.reshape(len(found), -1)


def samples(name: str, values: Any, width: int) -> Array:
    """Turn images into rows; pass rows of this width, or one row, as they are."""
    found = array(name, values)
    flat = found.reshape(len(found), -1) if found.ndim > 2 and len(found) else found
    if flat.ndim == 0 or flat.size == 0 or flat.shape[-1] != width:
        raise ValueError(
            f"{name} has shape {found.shape}; expected (n, {width}), or ({width},) for "
            "one sample."
        )
    return flat


def arrays(name: str, values: Any, expected: list[Shape]) -> list[Array]:
    """Return copies as finite float64 arrays of exactly these shapes."""
    given = [array(name, value).copy() for value in values]
    if [a.shape for a in given] != expected:
        raise ValueError(
            f"{name} have shapes {[a.shape for a in given]}; expected {expected}."
        )
    return given


def floating(name: str, values: Any) -> Any:
    """Return an array or a tensor with its own type of float and its graph.

    What is neither becomes a float64 array, and so do whole numbers.
    """
    if is_torch_array(values):
        check_layout(name, values)
        return values if values.dtype.is_floating_point else values.double()
    found = numbers(name, values)
    if found.dtype.kind != "f" or found.dtype.itemsize > 8:
        return found.astype(np.float64)
    return np.asarray(found, dtype=found.dtype.newbyteorder("="), order="C")


def of_one_kind(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two arrays, or two tensors; where one of them is a tensor, the latter."""
    for one in (a, b):
        if is_torch_array(one):
            return tensor("a", a, device=one.device), tensor("b", b, device=one.device)
    return a, b


def column(name: str, values: Any) -> NDArray:
    """Return one value per sample, (n,): numbers without NaN, or words."""
    if _are_words(values):
        return np.asarray(values, dtype=str)
    found = numbers(name, values)
    check_finite(name, found)
    return found


def _are_words(values: Any) -> bool:
    if hasattr(values, "__array__") and not is_torch_array(values):
        values = np.asarray(values)
    if not (isinstance(values, np.ndarray | list | tuple) and np.iterable(values)):
        return False
    return len(values) > 0 and all(isinstance(value, str) for value in values)


def numbers(name: str, values: Any) -> NDArray:
    """Return what NumPy can make of numbers; refuse whatever else is given."""
    if is_torch_array(values):
        check_layout(name, values)
        values = values.detach().cpu().resolve_neg()
        # NumPy has no bfloat16, and sums of float16 are too coarse for a measure.
        coarse = values.dtype.is_floating_point and values.dtype.itemsize < 4
        return (values.float() if coarse else values).numpy()
    if not (
        hasattr(values, "__array__")
        or hasattr(values, "__float__")
        or isinstance(values, Sequence)
    ):
        raise TypeError(f"{name} must be numbers, not {_what(values)}")
    if isinstance(values, list | tuple):
        values = [numbers(name, v) if is_torch_array(v) else v for v in values]
    if np.ma.is_masked(values):
        raise ValueError(f"Masked values in {name}: fill them, or leave them out.")
    try:
        found = np.asarray(values)
    except ValueError as error:  # NumPy says where the lengths differ
        raise ValueError(f"{name} can't be made into one array: {error}") from error
    if found.dtype.kind == "O":
        found = _unpack(found)
    if found.dtype.kind not in NUMERIC:
        raise TypeError(
            f"{name} must be numbers, not {found.dtype}: convert words and objects by "
            "float(), and take the real part of complex numbers."
        )
    return found


def _what(values: Any) -> str:
    """Say what was given in the place of numbers, and what to give instead."""
    if hasattr(values, "toarray"):
        return "a sparse matrix: pass its toarray()."
    return (
        f"a {type(values).__name__}: pass an array, a tensor or a list of all samples "
        "at once."
    )


def _unpack(found: NDArray) -> NDArray:
    """Turn Python's own numbers, such as those of a table, into floats."""
    for value in found.ravel():
        if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
            return found
    return found.astype(np.float64)


def check_tensor(name: str, values: Any) -> None:
    """Refuse whatever is no tensor of real numbers."""
    if not is_torch_array(values):
        raise TypeError(
            f"{name} must be one tensor, not a {type(values).__name__}: convert it by "
            "torch.as_tensor(), or take the one that is meant."
        )
    check_layout(name, values)


def check_layout(name: str, tensor: Tensor) -> None:
    """Refuse tensors whose values don't lie in memory one beside the other."""
    if tensor.is_meta:
        raise TypeError(
            f"{name} must hold values, and a tensor on the meta device has none: make "
            "it on the CPU."
        )
    if tensor.is_nested:
        raise TypeError(
            f"{name} must be one block, not a nested tensor: pass items of one size, "
            "put together by torch.stack()."
        )
    if str(tensor.layout) != "torch.strided":
        raise TypeError(
            f"{name} must be dense, not a sparse tensor: pass x.to_dense()."
        )
    if tensor.dtype.is_complex:
        raise TypeError(
            f"{name} must be real, not {tensor.dtype}: pass x.real or x.abs()."
        )
    if tensor.is_quantized:
        raise TypeError(
            f"{name} must be floats, not {tensor.dtype}: pass x.dequantize()."
        )


# Tensors


def tensor(
    name: str,
    values: Any,
    dtype: torch.dtype | None = None,
    device: torch.device | None = None,
) -> Tensor:
    """Return a tensor of this type, there; one that was given keeps its graph.

    Without a type, floats keep their own and whole numbers become float32.
    """
    import torch  # here, because half of the package does without it

    if isinstance(values, torch.Tensor):
        check_layout(name, values)
        if dtype is None and not values.is_floating_point():
            dtype = torch.float32
        return values.to(device, dtype)
    found = numbers(name, values)
    if dtype is None:
        dtype = torch.float64 if found.dtype == np.float64 else torch.float32
    own = {torch.float64: np.float64, torch.int64: np.int64}.get(dtype, np.float32)
    with np.errstate(over="ignore"):
        # torch wants native bytes, positive strides, and memory that may be written to.
        found = np.require(found, dtype=own, requirements=["C", "W"])
    return torch.as_tensor(found).to(device, dtype)


def data(
    name: str,
    values: Any,
    dtype: torch.dtype | None,
    device: torch.device | None = None,
) -> Tensor:
    """Return finite data (n, …) as a tensor without a graph."""
    return data_and_extremes(name, values, dtype, device)[0]


def data_and_extremes(
    name: str,
    values: Any,
    dtype: torch.dtype | None,
    device: torch.device | None = None,
) -> tuple[Tensor, tuple[float, float]]:
    """Return `data`, and its smallest and largest value, all in one pass."""
    found = tensor(name, values, dtype, device).detach()
    if found.ndim == 0:
        raise ValueError(f"The {name} are a single number; expected shape (n, …).")
    if found.numel() == 0:
        return found, (math.inf, -math.inf)
    # NaN and infinity come out as an extreme, ten times sooner than all are looked at.
    ends = extremes(found)
    if not all(map(math.isfinite, ends)):
        raise ValueError(
            f"The {name} hold NaN or infinite values: remove or replace them first."
        )
    return found, ends


def is_floating(values: Any) -> bool:
    """Say whether values are floats by their type, as pixels are and labels aren't."""
    if is_torch_array(values):
        return values.dtype.is_floating_point
    return numbers("values", values).dtype.kind == "f"


# Ranges and shapes


def check_finite(name: str, values: NDArray) -> None:
    """Refuse NaN and infinity."""
    if not np.isfinite(values).all():
        raise ValueError(
            f"NaN or infinite values in {name}: remove or replace them first."
        )


def extremes(values: Any) -> tuple[float, float]:
    """Return the smallest and the largest of some values; NaN where one is NaN."""
    if is_torch_array(values):  # both in one pass
        least, most = values.detach().aminmax()
        return float(least), float(most)
    return float(values.min()), float(values.max())


def check_targets(values: Any, activation: str, low: float, high: float) -> None:
    """Refuse targets that no output can reach, and say how to scale them."""
    if 0 not in values.shape:
        check_reach(*extremes(values), activation, low, high)


def check_reach(
    least: float, most: float, activation: str, low: float, high: float
) -> None:
    """Refuse targets from `least` to `most` for outputs from `low` to `high`."""
    if not (low <= least and most <= high):
        raise ValueError(
            f"Targets reach from {digits(least, low)} to {digits(most, high)}, but a "
            f"{activation} output stays within [{low:g}, {high:g}]: "
            f"{_remedy(least, most, low, high)}, or choose another output."
        )


def check_pixels(name: str, values: Any) -> None:
    """Refuse pixels outside [0, 1], and say how to scale them."""
    if 0 in values.shape:
        return
    least, most = extremes(values)
    if not (least >= 0 and most <= 1):  # so that NaN fails too
        raise ValueError(
            f"{name} reaches from {digits(least, 0)} to {digits(most, 1)}; pixels lie "
            f"in [0, 1]: {_remedy(least, most, 0, 1)}."
        )


def check_same_shape(y: Any, y_hat: Any) -> None:
    """Refuse targets and outputs of which one would be broadcast to the other."""
    if y.shape != y_hat.shape:
        raise ValueError(
            f"Targets of shape {tuple(y.shape)} and outputs of shape "
            f"{tuple(y_hat.shape)} differ; reshape one of them, so that each output "
            "has its own target."
        )


def digits(value: float, limit: float) -> str:
    """Write a number with as many digits as tell it apart from a limit."""
    for precision in (6, 9, 17):
        text = f"{value:.{precision}g}"
        if (float(text) == limit) == (value == limit):
            break
    return text


def _remedy(least: float, most: float, low: float, high: float) -> str:
    if least > low - ROUNDING and most < high + ROUNDING:
        return f"clip y to [{low:g}, {high:g}], which rounding has left"
    if (low, high) == (0, 1) and least >= 0 and 1.5 < most <= 255:
        return "rescale y, by 255 if they are grey levels from 0 to 255"
    if (low, high) == (0, 1) and least >= -1 and most <= 1:
        return "rescale y by (y + 1) / 2 if it is meant to lie in [-1, 1]"
    return "rescale y"


# Single numbers and names


def whole(name: str, value: Any, least: int = 1, most: float = math.inf) -> int:
    """Return a whole number of any type, NumPy's and torch's too, as Python's."""
    try:
        number = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        upper = (
            f" of at least {least}" if most == math.inf else f" from {least} to {most}"
        )
        raise ValueError(f"{name}={value!r} must be a whole number{upper}.")
    return number


def seed(value: Any) -> int:
    """Return a whole number from which NumPy and torch can both start."""
    return whole("seed", value, least=0, most=MOST_SEED)


def number(name: str, value: Any) -> float:
    """Return a number of any type as a float."""
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(
            f"{name} must be a number; got {value!r} of type {type(value).__name__}."
        ) from error


def positive(name: str, value: Any) -> float:
    """Return a finite number above 0."""
    found = number(name, value)
    if not 0 < found < math.inf:
        raise ValueError(f"{name} must be a positive number; got {value!r}.")
    return found


def strength(name: str, value: Any) -> float:
    """Return a finite number of at least 0, such as that of a penalty."""
    found = number(name, value)
    if not 0 <= found < math.inf:
        raise ValueError(f"{name} must be a number of at least 0; got {value!r}.")
    return found


def dropout_rate(name: str, value: Any) -> float:
    """Return a probability with which a part, but never all, drops out."""
    if not 0 <= number(name, value) < 1:
        raise ValueError(f"{name}={value!r} must be at least 0 and less than 1.")
    return number(name, value)


def choice(name: str, value: Any, known: Iterable[Any]) -> None:
    """Refuse a value that is none of those known."""
    known = list(known)
    if value not in known:
        raise ValueError(f"{name}={value!r} is unknown; choose from {known}.")


def layer_sizes(sizes: Sequence[int]) -> list[int]:
    """Return two or more positive integers as a list."""
    try:
        counts = [whole("size", size) for size in sizes]
    except (TypeError, ValueError):
        counts = []
    if len(counts) < 2:
        raise ValueError(
            f"sizes={sizes!r} must be a list of at least two positive whole numbers "
            "(positive integers), from the input to the last layer: [784, 32]."
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


def desired_activity(rho_bar: Any) -> None:
    """Refuse a mean activity that no sigmoid unit can have."""
    low = high = rho_bar
    if not isinstance(rho_bar, float):
        low, high = extremes(array("rho_bar", rho_bar, finite=False))
    if not (low > 0 and high < 1):
        raise ValueError(f"rho_bar must lie in (0, 1), ends excluded; got {rho_bar!r}.")


def sparsity(rho_bar: float | None, gamma: float) -> None:
    """Refuse a KL divergence without a mean activity to aim at."""
    if rho_bar is not None:
        desired_activity(rho_bar)
    if gamma > 0 and rho_bar is None:
        raise ValueError("gamma > 0 needs rho_bar, the mean activity to aim at.")
