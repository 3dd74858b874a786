"""The loops that `benchmarks/speed.py` lets run against each other, and the models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from aelib.autoencoders import (
    Autoencoder,
    ConvAutoencoder,
    VariationalAutoencoder,
)
from aelib.penalties import KL
from aelib.training import fit
from reproduce.tutorial import StepLoss, tutorial_loop
from reproduce.variational import Example, example_loss

RATE = 1e-3
SPARSE = KL(gamma=1.0, rho_bar=0.1)


@dataclass(frozen=True)
class Case:
    """A model, as tutorials write it and as `aelib` has it.

    Attributes
    ----------
    make, settings
        Our model, and what `fit` gets with it.
    loss
        The same, for the loops that are written out: ``loss(model, batch)``.
    tutorial, tutorial_loss
        The tutorials' model and loss; by default ours.
    layers
        Widths of the dense layers, of which the bound is made; none for convolutions.
    """

    make: Callable[[], nn.Module]
    loss: StepLoss
    settings: dict
    layers: tuple[int, ...] = ()
    tutorial: Callable[[], nn.Module] | None = None
    tutorial_loss: StepLoss | None = None


def sparse_loss(model: nn.Module, x: Tensor) -> Tensor:
    """½ the squared error, and the KL penalty on the code."""
    code = model.encode(x)
    y_hat = model.decode(code).reshape(x.shape)
    return 0.5 * ((y_hat - x) ** 2).sum() / len(x) + SPARSE(model, code)


def plain_loss(model: nn.Module, x: Tensor) -> Tensor:
    """½ the squared error."""
    return 0.5 * ((model(x) - x) ** 2).sum() / len(x)


CASES = {
    "sparse, 784-196": Case(
        make=lambda: Autoencoder([784, 196], seed=0),
        loss=sparse_loss,
        settings={"penalty": SPARSE},
        layers=(784, 196, 784),
    ),
    "variational, 784-400-20": Case(
        make=lambda: VariationalAutoencoder([784, 400, 20], activation="relu", seed=0),
        loss=lambda model, x: model.cost(x, x),
        settings={},
        layers=(784, 400, 40, 400, 784),  # mean and log variance: twice 20
        tutorial=Example,
        tutorial_loss=example_loss,
    ),
    "convolutional, 16 and 32 channels": Case(
        make=lambda: ConvAutoencoder((28, 28), seed=0),
        loss=plain_loss,
        settings={},
    ),
}


def tutorial(case: Case, x: np.ndarray, batch_size: int) -> nn.Module:
    """Train as tutorials do."""
    model = (case.tutorial or case.make)()
    loss = case.tutorial_loss or case.loss
    tutorial_loop(model, x, loss, epochs=1, batch_size=batch_size, learning_rate=RATE)
    return model


def plain(case: Case, x: np.ndarray, batch_size: int) -> nn.Module:
    """Train in memory, in the fewest lines."""
    model, x = case.make(), torch.from_numpy(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            case.loss(model, x[rows]).backward()
            optimizer.step()
    return model


def ours(case: Case, x: np.ndarray, batch_size: int, **more: str) -> nn.Module:
    """Train with `fit`."""
    model = case.make()
    settings = {"epochs": 1, "learning_rate": RATE, "progress": False, "device": "cpu"}
    fit(model, x, batch_size=batch_size, **settings, **case.settings, **more)
    return model


def ours_bfloat16(case: Case, x: np.ndarray, batch_size: int) -> nn.Module:
    """Train with `fit` in lower precision."""
    return ours(case, x, batch_size, precision="bfloat16")


def bound(case: Case, x: np.ndarray, batch_size: int) -> None:
    """Only multiply the matrices that any loop has to multiply, in float32."""
    layers = [
        (torch.rand(batch_size, n), torch.rand(batch_size, m), torch.rand(m, n))
        for n, m in pairwise(case.layers)
    ]
    for _ in range(len(x) // batch_size):
        for depth, (h, delta, w) in enumerate(layers):
            h @ w.T  # forward
            delta.T @ h  # gradient of the weights
            if depth:
                delta @ w  # gradient of what is below


LOOPS = {
    "tutorial": tutorial,
    "plain": plain,
    "fit": ours,
    "fit, bfloat16": ours_bfloat16,
    "bound": bound,
}
