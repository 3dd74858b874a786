"""What all models are made of: activations, dense layers and their first weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from aelib import backprop, inputs

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "silu": functional.silu,
    "linear": lambda s: s,
}


def dense_layer(
    n_in: int, n_out: int, generator: torch.Generator, *, gain: float = 1.0
) -> nn.Linear:
    """Return a layer with `gain` times Glorot and Bengio's weights, biases at 0."""
    layer = nn.utils.skip_init(nn.Linear, n_in, n_out)
    nn.init.xavier_uniform_(layer.weight, gain, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


def check_reach(y: Tensor, activation: str) -> None:
    """Refuse targets outside the range of an activation whose formula is known."""
    if formula := backprop.ACTIVATIONS.get(activation):
        inputs.check_targets(y, activation, formula.low, formula.high)


def check_extremes(ends: tuple[float, float], activation: str) -> None:
    """Refuse targets by their smallest and largest value, as `check_reach` does."""
    if formula := backprop.ACTIVATIONS.get(activation):
        inputs.check_reach(*ends, activation, formula.low, formula.high)
