"""A ladder network: a classifier whose every layer is denoised, labels or not.

Two passes go up: a clean one, and one with noise added to every layer. From the noisy
top a third pass comes down and cleans each layer, with the help of that layer's own
noisy value, which comes across: a rung. The clean pass says what should have come out.
A few labels ask for the right class at the noisy top; all images, labelled or not, ask
for clean rungs.

Source: A. Rasmus, H. Valpola, M. Honkala, M. Berglund and T. Raiko, "Semi-supervised
learning with ladder networks" (2015), arXiv:1507.02672.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from aelib import inputs

SMALLEST = 1e-6  # variance by which anything is divided


class Layer(NamedTuple):
    """A layer on the way up: z, batch-normalized, and what it was normalized by."""

    z: Tensor
    mean: Tensor
    deviation: Tensor


class Rung(nn.Module):
    """Guess a layer's clean values from its noisy ones z̃ and from u, sent from above.

    If z is Gaussian given u, with mean μ(u) and variance v(u) s² where s² is that of
    the noise, the best guess is a weighted mean, (z̃ - μ) υ + μ with υ = v / (v + 1).
    Here μ(u) and υ(u) are learned, for each unit: a sigmoid plus a line.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        first = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.0])  # of each: a sigmoid of u
        self.mean = nn.Parameter(first.repeat(size, 1).T.clone())
        self.share = nn.Parameter(first.repeat(size, 1).T.clone())

    def forward(self, noisy: Tensor, above: Tensor) -> Tensor:
        """Return the guess, in the shape of both, (n, size)."""
        mean, share = (
            p[0] * torch.sigmoid(p[1] * above + p[2]) + p[3] * above + p[4]
            for p in (self.mean, self.share)
        )
        return (noisy - mean) * share + mean


class Ladder(nn.Module):
    """A ladder network over dense layers with ReLU, and softmax on top.

    Train it with `aelib.training.fit` on *all* images: ``fit(ladder, images)``. The few
    labelled ones are given here, and some of them go with every batch.

    Parameters
    ----------
    sizes
        Widths from the pixels to the classes, such as ``[784, 500, 250, 10]``.
    images, labels
        The labelled images (n, …) with pixels in [0, 1], and their classes.
    noise
        Standard deviation of what is added to every layer.
    weights
        What denoising counts in the cost beside the classes, from the pixels up; the
        last one holds for all layers above.
    batch
        How many labelled images go with each batch.
    seed
        Seed of the first weights.

    Raises
    ------
    ValueError
        If images and labels are not equally many, or a class has no output.

    Examples
    --------
    >>> import numpy as np
    >>> images, labels = np.random.default_rng(0).random((40, 4, 4)), np.arange(40) % 2
    >>> ladder = Ladder([16, 8, 2], images, labels)
    >>> ladder(images).shape, bool(ladder.cost(torch.rand(10, 16)) > 0)
    (torch.Size([40, 2]), True)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        images: ArrayLike | Tensor,
        labels: ArrayLike | Tensor,
        *,
        noise: float = 0.3,
        weights: Sequence[float] = (1000.0, 10.0, 0.1),
        batch: int = 50,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.noise = inputs.strength("noise", noise)
        self.batch = inputs.whole("batch", batch)
        pairs = list(itertools.pairwise(sizes))
        random = torch.Generator().manual_seed(seed)
        self.up = nn.ModuleList(_linear(a, b, random) for a, b in pairs)
        self.down = nn.ModuleList(_linear(b, a, random) for a, b in pairs)
        self.rungs = nn.ModuleList(map(Rung, sizes))
        self.shifts = nn.ParameterList(nn.Parameter(torch.zeros(b)) for _, b in pairs)
        self.scale = nn.Parameter(torch.ones(sizes[-1]))  # ReLU layers need none
        # What is remembered of the clean pass, for images that come one by one.
        self.norms = nn.ModuleList(nn.BatchNorm1d(b, affine=False) for _, b in pairs)
        self.weights = [*weights, *[weights[-1]] * len(sizes)][: len(sizes)]
        self.register_buffer("images", _rows(images).float(), persistent=False)
        self.register_buffer("labels", torch.as_tensor(labels).long(), persistent=False)
        if len(self.images) != len(self.labels):
            raise ValueError(
                f"Every labelled image has one label; got {len(self.images)} images "
                f"and {len(self.labels)} labels."
            )
        if not 0 <= int(self.labels.min()) <= int(self.labels.max()) < sizes[-1]:
            raise ValueError(f"Labels must be classes from 0 to {sizes[-1] - 1}.")

    def forward(self, x: Tensor | ArrayLike) -> Tensor:
        """Return the scores of the classes (n, classes), by the clean pass."""
        h = _rows(x).to(self.scale)
        for number, (up, norm) in enumerate(zip(self.up, self.norms, strict=True)):
            h = self._activate(number, norm(up(h)))
        return h

    def cost(self, x: Tensor, target: Tensor | None = None) -> Tensor:
        """Return the cost of a batch of images, and of some labelled ones beside it.

        The surprise at the labels, at the noisy top, plus the weighted squared errors
        of all rungs. `target` is not used: `fit` hands on the images themselves.
        """
        chosen = torch.randint(len(self.images), (self.batch,), device=x.device)
        scores, _ = self._climb(self.images[chosen], self.noise)
        surprise = functional.cross_entropy(scores.float(), self.labels[chosen])

        _, clean = self._climb(_rows(x), 0.0)
        top, noisy = self._climb(_rows(x), self.noise)
        guesses = self._descend(top, [layer.z for layer in noisy])
        for weight, guess, layer in zip(self.weights, guesses, clean, strict=True):
            error = (guess - layer.mean) / layer.deviation - layer.z
            surprise = surprise + weight * error.float().square().mean()
        return surprise

    def _climb(self, x: Tensor, noise: float) -> tuple[Tensor, list[Layer]]:
        """Go up; return the scores, and every layer, the pixels first."""
        z = _noisy(x, noise)
        nothing, one = torch.zeros_like(x[0]), torch.ones_like(x[0])
        layers, h = [Layer(z, nothing, one)], z
        for number, up in enumerate(self.up):
            above = up(h)
            variance, mean = torch.var_mean(above, dim=0, correction=0)
            deviation = (variance + SMALLEST).sqrt()
            if noise == 0 and self.training:
                self.norms[number](above.detach().float())  # to be remembered
            z = _noisy((above - mean) / deviation, noise)
            layers.append(Layer(z, mean, deviation))
            h = self._activate(number, z)
        return h, layers

    def _descend(self, top: Tensor, noisy: Sequence[Tensor]) -> list[Tensor]:
        """Come down from the scores; return all layers' guesses, pixels first."""
        sent = torch.softmax(top.float(), dim=1).to(top)
        guesses: list[Tensor] = []
        for number in reversed(range(len(noisy))):
            variance, mean = torch.var_mean(sent, dim=0, correction=0)
            u = (sent - mean) / (variance + SMALLEST).sqrt()
            guesses.insert(0, self.rungs[number](noisy[number], u))
            if number > 0:
                sent = self.down[number - 1](guesses[0])
        return guesses

    def _activate(self, number: int, z: Tensor) -> Tensor:
        shifted = z + self.shifts[number]
        is_top = number == len(self.up) - 1
        return self.scale * shifted if is_top else torch.relu(shifted)


def _linear(width: int, height: int, random: torch.Generator) -> nn.Linear:
    layer = nn.Linear(width, height, bias=False)
    nn.init.normal_(layer.weight, std=width**-0.5, generator=random)
    return layer


def _noisy(x: Tensor, noise: float) -> Tensor:
    return x + noise * torch.randn_like(x) if noise else x


def _rows(x: Tensor | ArrayLike) -> Tensor:
    x = torch.as_tensor(x)
    return x.reshape(len(x), -1)
