"""Thirty numbers per digit: principal components, and a deep autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn import functional

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import pca_reconstruct, reconstruct, squared_error
from aelib.training import fit
from reproduce.experiment import Digits, Measures, Outcome, cpu_time


def pca(train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]) -> Outcome:
    """Rebuild the test images from their principal components."""
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        y_hat = pca_reconstruct(train.x, test.x, settings["components"])
    measures["error"] = float(squared_error(test.x, y_hat).mean())
    return Outcome(measures)


def autoencoder(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train a deep autoencoder; measure the squared error per test image."""
    model = Autoencoder(
        settings["sizes"], activation=settings["activation"], code="linear", seed=seed
    )
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    y_hat = reconstruct(model, test.x)
    measures["error"] = float(squared_error(test.x, y_hat).mean())
    return Outcome(measures, lambda: compare(train, test, y_hat))


class Deformed(nn.Module):
    """An autoencoder that learns from digits moved, turned and stretched a little.

    Each presentation deforms anew what goes in and what shall come out, alike. What is
    lowered is the cross-entropy: a decoder with a linear output gives log odds.
    """

    def __init__(self, net: Autoencoder, **strengths: float) -> None:
        super().__init__()
        self.net, self.strengths = net, strengths

    def forward(self, x: Tensor) -> Tensor:
        """Return the pixels that are read from the code of `x`."""
        return torch.sigmoid(self.net(x))

    def cost(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the cross-entropy of deformed digits, summed over pixels."""
        x = deform(x, **self.strengths)
        log_odds = self.net(x).float()
        with_logits = functional.binary_cross_entropy_with_logits
        return with_logits(log_odds, x, reduction="sum") / len(x)


def deform(x: Tensor, *, shift: float, turn: float, stretch: float) -> Tensor:
    """Deform images (n, 784) at random, each in its own way.

    Standard deviations: `shift` in pixels along each axis, `turn` in radians, `stretch`
    of the logarithm of either size.
    """
    n = len(x)
    by, factors, angle = torch.randn(n, 2), torch.randn(n, 2), turn * torch.randn(n)
    maps = torch.zeros(n, 2, 3)
    maps[:, 0, 0], maps[:, 1, 1] = (
        torch.exp(stretch * factors) * torch.cos(angle)[:, None]
    ).T
    maps[:, 0, 1], maps[:, 1, 0] = -torch.sin(angle), torch.sin(angle)
    maps[:, :, 2] = shift * by / 14  # a grid reaches from -1 to 1: 28 pixels
    images = x.reshape(n, 1, 28, 28)
    with torch.autocast(x.device.type, enabled=False):
        grid = functional.affine_grid(maps.to(x), images.shape, align_corners=False)
        moved = functional.grid_sample(images, grid, align_corners=False)
    return moved.reshape(n, -1).clamp(0, 1)


def deformed(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train a deep autoencoder on deformed digits; measure it on the test digits.

    ``best code`` is the error when each test digit's code is searched for, from the
    encoder's on: what is left is the decoder's.
    """
    net = Autoencoder(
        settings["sizes"],
        activation=settings["activation"],
        code="linear",
        output="linear",
        seed=seed,
    )
    model = Deformed(net, **settings["deform"])
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    y_hat = reconstruct(model, test.x)
    measures["error"] = float(squared_error(test.x, y_hat).mean())
    best = best_reconstruction(model, torch.from_numpy(test.x))
    measures["best_code"] = float(squared_error(test.x, best).mean())
    return Outcome(measures, lambda: compare(train, test, y_hat))


def best_reconstruction(model: Deformed, x: Tensor, steps: int = 100) -> np.ndarray:
    """Search each image's code by gradient descent; return what is decoded from it."""
    model.requires_grad_(False)
    code = model.net.encode(x).requires_grad_()
    rate = 0.03 * float(code.detach().std(dim=0).mean())
    adam = torch.optim.Adam([code], lr=rate)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(adam, steps)
    for _ in range(steps):
        adam.zero_grad()
        y_hat = torch.sigmoid(model.net.decode(code))
        (y_hat - x).square().sum().backward()
        adam.step()
        slower.step()
    return torch.sigmoid(model.net.decode(code)).detach().numpy()


def compare(train: Digits, test: Digits, y_hat: np.ndarray) -> Figure:
    """Draw one digit of each class: as it is, from its code, from 30 components."""
    rows = [int(np.argmax(test.labels == digit)) for digit in range(10)]
    linear = pca_reconstruct(train.x, test.x[rows], 30)
    panels = {"test digit": test.x[rows], "autoencoder": y_hat[rows], "PCA": linear}
    return plots.show_rows(panels).figure
