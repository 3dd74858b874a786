"""What a loss is: one number that compares outputs with targets, never broadcast.

Two are here; any other function of outputs and targets is served as well.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from aelib import inputs

Loss = Callable[[Tensor, Tensor], Tensor]

WIDE = (torch.float32, torch.float64)  # in which a sum over a batch is not too coarse


def half_squared_error(y_hat: Tensor, y: Tensor) -> Tensor:
    """Lecture C1's J without penalty: ½ sum over outputs, mean over samples.

    Parameters
    ----------
    y_hat, y
        Outputs and targets, of one shape (n, …).

    Raises
    ------
    ValueError
        If the shapes differ: nothing is broadcast.

    Examples
    --------
    >>> half_squared_error(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2))
    tensor(2.5000)
    """
    inputs.check_tensor("y_hat", y_hat)
    inputs.check_tensor("y", y)
    return _half_squares(y_hat, y)


def binary_cross_entropy(y_hat: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of outputs in (0, 1), in nats: sum over outputs, mean over samples.

    Raises
    ------
    ValueError
        If the shapes differ, or a target lies outside [0, 1].

    Examples
    --------
    >>> binary_cross_entropy(torch.full((1, 2), 0.5), torch.ones(1, 2))
    tensor(1.3863)
    """
    inputs.check_tensor("y_hat", y_hat)
    inputs.check_tensor("y", y)
    inputs.check_targets(y, "sigmoid", 0, 1)
    return _cross_entropy(y_hat, y)


def compare(loss: Loss | None, y_hat: Tensor, y: Tensor) -> Tensor:
    """Return the loss of outputs beside targets that are known to be in their range."""
    if not isinstance(y_hat, Tensor):
        inputs.check_tensor("The output of the model", y_hat)
    if loss is None or loss is half_squared_error:
        return _half_squares(y_hat, y)
    if loss is binary_cross_entropy:
        return _cross_entropy(y_hat, y)
    _check_broadcast(y_hat, y)
    value = loss(y_hat, y)
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ValueError(
            "loss must return one number as a tensor, a mean over samples; got "
            f"{value}."
        )
    return value.reshape(())


def _check_broadcast(y_hat: Tensor, y: Tensor) -> None:
    """Refuse shapes such as (n,) beside (n, 1), which most losses make (n, n).

    Any other difference, such as labels beside a row of outputs each, is the loss's.
    """
    if y.shape != y_hat.shape and _longer_axes(y) == _longer_axes(y_hat):
        inputs.check_same_shape(y, y_hat)


def _longer_axes(values: Tensor) -> list[int]:
    return [length for length in values.shape if length > 1]


def _half_squares(y_hat: Tensor, y: Tensor) -> Tensor:
    y_hat, y = _alike(y_hat, y)
    return functional.mse_loss(y_hat, y, reduction="sum") / (2 * len(y))


def _cross_entropy(y_hat: Tensor, y: Tensor) -> Tensor:
    y_hat, y = _alike(y_hat, y)
    try:
        return functional.binary_cross_entropy(y_hat, y, reduction="sum") / len(y)
    except RuntimeError as error:
        raise ValueError(
            f"A cross-entropy needs outputs in (0, 1), such as a sigmoid's: {error}."
        ) from error


def _alike(y_hat: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return both in one type of at least 32 bits; refuse to broadcast."""
    inputs.check_same_shape(y, y_hat)
    if y_hat.dtype == y.dtype and y.dtype in WIDE:
        return y_hat, y
    dtype = torch.promote_types(y_hat.dtype, torch.float32)
    return y_hat.to(dtype), y.to(dtype)
