"""What training and evaluation demand of a model, of its data and of their settings.

All of it is looked at before anything is trained, and refused in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from aelib import inputs
from aelib.autoencoders.layers import check_extremes
from aelib.autoencoders.protocol import ChecksTargets, HasCode, HasCost
from aelib.compute import place
from aelib.losses import Loss, binary_cross_entropy, half_squared_error

Penalty = Callable[[nn.Module, Tensor], Tensor]

SCHEDULES = ("constant", "one-cycle", "cosine")


def is_finite(model: nn.Module) -> bool:
    """Say whether all weights are finite: one that isn't makes their sum so."""
    sums = [w.sum() for w in model.state_dict().values() if w.is_floating_point()]
    return all(math.isfinite(float(total)) for total in sums)


def as_data(
    model: nn.Module,
    loss: Loss | None,
    x: Any,
    target: Any,
    device: torch.device,
    what: str,
) -> tuple[Tensor, Tensor]:
    """Check inputs and targets and move them to `device`, once if they are one."""
    dtype = place(model)[1]
    found, ends = inputs.data_and_extremes(f"{what} inputs", x, dtype, device)
    wanted = found
    if target is not None and target is not x:
        if _keeps_labels(model, loss) and not inputs.is_floating(target):
            dtype = torch.int64
        wanted, ends = inputs.data_and_extremes(
            f"{what} targets", target, dtype, device
        )
    if len(found) == 0 or len(found) != len(wanted):
        raise ValueError(
            f"The {what} data have {len(found)} inputs and {len(wanted)} targets; "
            "there must be as many of each, and at least one."
        )
    if wanted.is_floating_point():  # all at once, and before anything is trained
        _check_reach(model, loss, wanted, ends)
    return found, wanted


def as_pair(validation: Any, target: Any) -> tuple[Any, Any]:
    """Return inputs and targets to validate with; an autoencoder needs inputs alone."""
    if isinstance(validation, tuple | list):
        if len(validation) == 2:
            return tuple(validation)
    elif target is None:
        return validation, None
    raise ValueError(
        f"validation is a {type(validation).__name__}: pass a pair of inputs and "
        "targets, validation=(x, target)."
    )


def as_module(model: object) -> nn.Module:
    """Return a torch module; refuse whatever else is given for it."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"The model is a {type(model).__name__}; expected a torch module, such as "
            "an aelib.autoencoders.Autoencoder."
        )
    return model


def as_penalties(penalty: Any) -> tuple[Penalty, ...]:
    """Return no penalty, one, or several of them as a tuple of functions."""
    if penalty is None:
        return ()
    penalties = tuple(penalty) if isinstance(penalty, list | tuple) else (penalty,)
    for one in penalties:
        if not callable(one):
            raise TypeError(
                f"penalty must be a function, or a list of functions; got {one!r}."
            )
    return penalties


def _keeps_labels(model: nn.Module, loss: Loss | None) -> bool:
    """Say whether whole numbers are passed to the loss as they are."""
    if loss is None:
        return isinstance(model, HasCost)
    return loss is not half_squared_error and loss is not binary_cross_entropy


def _check_reach(
    model: nn.Module, loss: Loss | None, target: Tensor, ends: tuple[float, float]
) -> None:
    """Refuse targets that no output can reach, as far as is known of the model."""
    if isinstance(name := getattr(model, "output_activation", None), str):
        check_extremes(ends, name)  # which spares a second look at all the data
    elif isinstance(model, ChecksTargets):
        model.check_targets(target)
    elif isinstance(model, nn.Sequential) and len(model):
        check_extremes(ends, type(model[-1]).__name__.lower())
    if loss is binary_cross_entropy:
        check_extremes(ends, "sigmoid")


def check_weights(model: nn.Module) -> None:
    """Refuse a model that can't learn: frozen, too coarse, or not finite."""
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError(
            "The model has no weights to train, or all of them are frozen: call "
            "requires_grad_() on those that are to learn."
        )
    dtype = place(model)[1]
    if dtype is None or dtype.itemsize < 4:
        raise ValueError(
            f"The model's weights are of type {dtype}, too coarse to learn in small "
            'steps: train model.float(), with precision="bfloat16" for speed.'
        )
    if not is_finite(model):
        raise ValueError(
            "The model's weights hold NaN or infinite values: make it anew, or load "
            "other weights."
        )


def check_function(name: str, value: object) -> None:
    """Refuse what can't be called, unless it is left out."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function; got {value!r}.")


def check_value(value: Tensor) -> None:
    """Refuse a loss, penalties included, that no step of the optimizer can lower."""
    if value.ndim:
        raise ValueError(
            f"Loss and penalties add up to shape {tuple(value.shape)}, and should be "
            "one number: let each return a mean over samples, or a sum."
        )
    if not value.requires_grad:
        raise ValueError(
            "The loss doesn't depend on the weights: compute it from the outputs by "
            "torch, without .detach(), .item() or NumPy."
        )


def check_counts(epochs: int, batch_size: int) -> tuple[int, int]:
    """Return both as Python's whole numbers."""
    return inputs.whole("epochs", epochs), inputs.whole("batch_size", batch_size)


def check_rates(learning_rate: float, weight_decay: float) -> tuple[float, float]:
    """Return both as floats, the first of them positive."""
    return (
        inputs.positive("learning_rate", learning_rate),
        inputs.strength("weight_decay", weight_decay),
    )


def check_schedule(schedule: str) -> None:
    """Refuse a schedule that nobody knows."""
    inputs.choice("schedule", schedule, SCHEDULES)


def check_patience(patience: int | None, validation: object) -> None:
    """Refuse patience without anything to wait for."""
    if patience is None:
        return
    if validation is None:
        raise ValueError(
            f"patience={patience!r} needs validation data: pass "
            "validation=(x, target), or leave patience out."
        )
    inputs.whole("patience", patience)


def check_penalties(model: nn.Module, penalties: Sequence[Penalty]) -> None:
    """Refuse a penalty on the code of a model that has none."""
    if penalties and not isinstance(model, HasCode):
        raise ValueError(
            f"A penalty works on the code, and {type(model).__name__} has none: the "
            "model needs encode() and decode()."
        )


def check_cost(
    model: nn.Module, loss: Loss | None, penalties: Sequence[Penalty]
) -> None:
    """Refuse a second cost."""
    if isinstance(model, HasCost) and (loss is not None or penalties):
        raise ValueError(
            f"{type(model).__name__} has a cost of its own: leave out loss and penalty."
        )
