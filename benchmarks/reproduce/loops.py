"""The loops that `benchmarks/speed.py` lets run against each other, and the models.

Each function makes what its loop needs, and returns the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from aelib.autoencoders import (
    Autoencoder,
    ConvAutoencoder,
    VariationalAutoencoder,
)
from aelib.compute import in_precision
from aelib.penalties import KL
from aelib.training import fit, half_squared_error
from reproduce.tutorial import StepLoss, tutorial_loop
from reproduce.variational import Example, example_loss

Run = Callable[[], nn.Module | None]
"""One epoch.  The model is made before, so that only the training is cpu_time."""

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


def written_out_loss(model: nn.Module, x: Tensor) -> Tensor:
    """Return the same as `sparse_loss`, as tutorials write it."""
    code = model.encode(x)
    y_hat = model.decode(code).reshape(x.shape)
    wanted, rho = SPARSE.rho_bar, code.mean(dim=0)
    kl = wanted * (wanted / rho).log() + (1 - wanted) * ((1 - wanted) / (1 - rho)).log()
    return 0.5 * ((y_hat - x) ** 2).sum() / len(x) + kl.sum()


def plain_loss(model: nn.Module, x: Tensor) -> Tensor:
    """½ the squared error."""
    return half_squared_error(model(x), x)


CASES = {
    "sparse, 784-196": Case(
        make=lambda: Autoencoder([784, 196], seed=0),
        loss=sparse_loss,
        settings={"penalty": SPARSE},
        layers=(784, 196, 784),
        tutorial_loss=written_out_loss,
    ),
    "variational, 784-400-20": Case(
        make=lambda: VariationalAutoencoder([784, 400, 20], activation="relu", seed=0),
        loss=lambda model, x: model.cost_of_checked(x, x),
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


def tutorial(case: Case, x: np.ndarray, batch_size: int) -> Run:
    """Train as tutorials do."""
    model = (case.tutorial or case.make)()
    loss = case.tutorial_loss or case.loss
    settings = {"epochs": 1, "batch_size": batch_size, "learning_rate": RATE}
    return lambda: tutorial_loop(model, x, loss, **settings)


def plain(case: Case, x: np.ndarray, batch_size: int, **adam: bool) -> Run:
    """Train in memory, in the fewest lines; `adam` is passed to the optimizer."""
    model, images = case.make(), torch.from_numpy(x)

    def train() -> nn.Module:
        optimizer = torch.optim.Adam(model.parameters(), lr=RATE, **adam)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
            for rows in order.split(batch_size):
                optimizer.zero_grad()
                case.loss(model, images[rows]).backward()
                optimizer.step()
        return model

    return train


def ours(case: Case, x: np.ndarray, batch_size: int, **more: str) -> Run:
    """Train with `fit`."""
    model = case.make()
    settings = {"epochs": 1, "learning_rate": RATE, "progress": False, "device": "cpu"}
    settings |= {"batch_size": batch_size, **case.settings, **more}

    def train() -> nn.Module:
        fit(model, x, **settings)
        return model

    return train


def ours_bfloat16(case: Case, x: np.ndarray, batch_size: int) -> Run:
    """Train with `fit` in lower precision."""
    return ours(case, x, batch_size, precision="bfloat16")


def bound(case: Case, x: np.ndarray, batch_size: int) -> Run:
    """Only multiply the matrices that any loop has to multiply, in float32."""
    layers = [
        (torch.rand(batch_size, n), torch.rand(batch_size, m), torch.rand(m, n))
        for n, m in pairwise(case.layers)
    ]

    def multiply() -> None:
        for _ in range(len(x) // batch_size):
            for depth, (h, delta, w) in enumerate(layers):
                h @ w.T  # forward
                delta.T @ h  # gradient of the weights
                if depth:
                    delta @ w  # gradient of what is below

    return multiply


def gradient(case: Case, x: np.ndarray, batch_size: int, precision: str) -> Run:
    """Only compute the loss and its gradient, for the same batch again and again."""
    model, batch = case.make(), torch.from_numpy(x[:batch_size])

    def differentiate() -> None:
        for _ in range(len(x) // batch_size):
            with in_precision(precision, batch.device):
                loss = case.loss(model, batch)
            torch.autograd.grad(loss, list(model.parameters()))

    return differentiate


def steps(case: Case, x: np.ndarray, batch_size: int) -> Run:
    """Only make the steps of the optimizer, the fastest that torch has."""
    model = case.make()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, fused=True)
    for p in model.parameters():
        p.grad = torch.rand_like(p)

    def step() -> None:
        for _ in range(len(x) // batch_size):
            optimizer.step()

    return step


LOOPS = {
    "tutorial": tutorial,
    "plain": plain,
    "fit": ours,
    "fit, bfloat16": ours_bfloat16,
    "bound": bound,
}

PARTS = {
    "gradient, float32": partial(gradient, precision="float32"),
    "gradient, bfloat16": partial(gradient, precision="bfloat16"),
    "optimizer": steps,
}
