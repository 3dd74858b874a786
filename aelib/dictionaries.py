"""Sparse autoencoders today: more features than dimensions, and how they are found.

A network can represent more features than it has dimensions, if few are active at once:
superposition. A wide sparse autoencoder, also called dictionary learning, tries to find
them again: each activation vector as a sum of few directions of a long list.

Sources: N. Elhage et al., "Toy models of superposition" (2022), arXiv:2209.10652;
L. Gao et al., "Scaling and evaluating sparse autoencoders" (2024), arXiv:2406.04093;
S. Rajamanoharan et al., "Jumping ahead" (2024), arXiv:2407.14435.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from aelib import inputs

Array = NDArray[np.floating[Any]]
KINDS = ("l1", "top-k", "jump")
CLOSE = 0.9  # cosine from which on a direction counts as found
WIDTH_OF_A_JUMP = 0.1  # within which a threshold learns


class Superposition(nn.Module):
    """Features squeezed into fewer dimensions: x̂ = ReLU(WᵀWx + b).

    Of every feature the cost counts the squared error, the first ones more, if
    `importance` says so. Train it with `fit`.

    Parameters
    ----------
    features, dimensions
        How many features, and into how many dimensions.
    importance
        What an error of each feature costs; equal by default.
    seed
        Seed of the first weights.

    Examples
    --------
    >>> Superposition(5, 2).directions.shape
    torch.Size([5, 2])
    """

    def __init__(
        self,
        features: int,
        dimensions: int,
        *,
        importance: Sequence[float] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        shape = (
            inputs.whole("features", features),
            inputs.whole("dimensions", dimensions),
        )
        random = torch.Generator().manual_seed(seed)
        self.weight = nn.Parameter(torch.randn(shape, generator=random) * 0.3)
        self.bias = nn.Parameter(torch.zeros(features))
        counts = (
            torch.ones(features) if importance is None else torch.tensor(importance)
        )
        if counts.shape != (features,):
            raise ValueError(
                f"importance must say one number per feature, {features}; got "
                f"{tuple(counts.shape)}."
            )
        self.register_buffer("importance", counts.float())

    @property
    def directions(self) -> Tensor:
        """The direction of each feature (features, dimensions)."""
        return self.weight.detach()

    def forward(self, x: Tensor) -> Tensor:
        """Squeeze and restore features (n, features)."""
        return torch.relu(x @ self.weight @ self.weight.T + self.bias)

    def cost(self, x: Tensor, target: Tensor | None = None) -> Tensor:
        """Return the mean over samples of the weighted squared error."""
        return (self.importance * (x - self(x)) ** 2).sum(dim=1).mean()


def sparse_features(
    n: int, features: int, active: float, *, seed: int = 0
) -> NDArray[np.float32]:
    """Draw features, each active with the same probability, then uniform in [0, 1].

    Parameters
    ----------
    n, features
        How many samples, and how many features.
    active
        How many are active in a sample on average.
    seed
        Seed of the draws.

    Returns
    -------
    numpy.ndarray
        Amounts (n, features).

    Examples
    --------
    >>> float((sparse_features(1_000, 20, 2.0) > 0).sum(axis=1).mean().round(1))
    2.0
    """
    rng = np.random.default_rng(inputs.seed(seed))
    is_active = rng.random((n, features)) < inputs.positive("active", active) / features
    return (is_active * rng.random((n, features))).astype(np.float32)


def planted(features: int, dimensions: int, *, seed: int = 0) -> NDArray[np.float32]:
    """Draw true directions to be found: random, of length 1.

    Parameters
    ----------
    features, dimensions
        How many, and in how many dimensions.
    seed
        Seed of the draws.

    Returns
    -------
    numpy.ndarray
        Directions (features, dimensions).

    Examples
    --------
    >>> planted(60, 20).shape
    (60, 20)
    """
    rng = np.random.default_rng(inputs.seed(seed))
    directions = rng.normal(size=(features, dimensions))
    return unit_rows(directions).astype(np.float32)


class SparseAutoencoder(nn.Module):
    """A wide autoencoder whose code is sparse, after one of three rules.

    ``"l1"`` adds `strength` times the sum of the code to the cost; ``"top-k"`` keeps
    the `k` largest; ``"jump"`` keeps what is above a threshold that each unit learns,
    and adds `strength` for each unit that is active. Decoder rows have length 1, or a
    code could shrink while they grow; the encoder begins as the decoder's transpose,
    which leaves few units dead. Train it with `fit`.

    Parameters
    ----------
    size, width
        Dimensions of what is read, and number of units.
    kind
        One of `KINDS`.
    strength
        Price of the code, for ``"l1"`` and ``"jump"``.
    k
        Units that stay active, for ``"top-k"``.
    seed
        Seed of the first weights.

    Raises
    ------
    ValueError
        If `kind` is unknown, or `k` more than there are units.

    Examples
    --------
    >>> model = SparseAutoencoder(20, 60, kind="top-k", k=3)
    >>> code = model.encode(torch.randn(100, 20))
    >>> code.shape, int((code > 0).sum(dim=1).max())
    (torch.Size([100, 60]), 3)
    """

    def __init__(
        self,
        size: int,
        width: int,
        *,
        kind: str = "l1",
        strength: float = 0.1,
        k: int = 1,
        seed: int = 0,
    ) -> None:
        super().__init__()
        inputs.choice("kind", kind, KINDS)
        self.kind, self.strength = kind, inputs.strength("strength", strength)
        self.k = inputs.whole("k", k, most=width)
        random = torch.Generator().manual_seed(seed)
        rows = torch.randn(width, size, generator=random)
        rows = rows / rows.norm(dim=1, keepdim=True)
        self.rows = nn.Parameter(rows.clone())
        self.encoder = nn.Parameter(rows.T.clone())
        self.bias = nn.Parameter(torch.zeros(width))
        self.centre = nn.Parameter(torch.zeros(size))
        self.threshold = nn.Parameter(torch.full((width,), 0.1).log())

    @property
    def dictionary(self) -> Tensor:
        """The directions of the units, each of length 1, (width, size)."""
        return self.rows / self.rows.norm(dim=1, keepdim=True)

    def encode(self, x: Tensor) -> Tensor:
        """Return the sparse code (n, width) of vectors (n, size)."""
        above = (x - self.centre) @ self.encoder + self.bias
        if self.kind == "jump":
            return Jump.apply(above, self.threshold.exp())
        code = torch.relu(above)
        if self.kind == "l1":
            return code
        kept = code.topk(self.k, dim=1)
        return torch.zeros_like(code).scatter(1, kept.indices, kept.values)

    def decode(self, code: Tensor) -> Tensor:
        """Return the sum of the units' directions, as much of each as the code says."""
        return code @ self.dictionary + self.centre

    def forward(self, x: Tensor) -> Tensor:
        """Encode and decode vectors (n, size)."""
        return self.decode(self.encode(x))

    def cost(self, x: Tensor, target: Tensor | None = None) -> Tensor:
        """Return the mean squared error of a vector, plus the price of its code."""
        code = self.encode(x)
        error = ((x - self.decode(code)) ** 2).sum(dim=1).mean()
        if self.kind == "l1":
            return error + self.strength * code.sum(dim=1).mean()
        if self.kind == "jump":
            active = Step.apply(code, self.threshold.exp())
            return error + self.strength * active.sum(dim=1).mean()
        return error


def _near(above: Tensor, threshold: Tensor) -> Tensor:
    """Say where a threshold is felt, as a density: 1/width within half a width."""
    return ((above - threshold).abs() < WIDTH_OF_A_JUMP / 2) / WIDTH_OF_A_JUMP


class Jump(torch.autograd.Function):
    """What is above its threshold, unchanged; the threshold learns from what is near.

    The true derivative by the threshold is 0 almost everywhere; this one is that of
    the mean over many samples, estimated from those within a narrow window.
    """

    @staticmethod
    def forward(ctx: Any, above: Tensor, threshold: Tensor) -> Tensor:
        """Cut off what lies below."""
        ctx.save_for_backward(above, threshold)
        return above * (above > threshold)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        """Hand on the gradient of the active ones, and estimate the threshold's."""
        above, threshold = ctx.saved_tensors
        to_threshold = -threshold * _near(above, threshold) * gradient
        return gradient * (above > threshold), to_threshold.sum(dim=0)


class Step(torch.autograd.Function):
    """1 for an active unit, else 0; its threshold learns as a `Jump`'s does."""

    @staticmethod
    def forward(ctx: Any, code: Tensor, threshold: Tensor) -> Tensor:
        """Say which units are active."""
        ctx.save_for_backward(code, threshold)
        return (code > 0).to(code)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        """Estimate the threshold's gradient from the codes just above it."""
        code, threshold = ctx.saved_tensors
        # Codes below the threshold are 0 already: count the half above twice.
        to_threshold = -2 * _near(code, threshold) * (code > 0) * gradient
        return None, to_threshold.sum(dim=0)


def unit_rows(directions: ArrayLike) -> Array:
    """Return the rows at length 1; rows of zeros stay."""
    rows = np.asarray(directions, dtype=float)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def found_again(
    truth: ArrayLike,
    directions: ArrayLike,
    *,
    close: float = CLOSE,
    signed: bool = True,
) -> float:
    """Return the share of true directions that some direction found comes close to.

    Parameters
    ----------
    truth, directions
        What is to be found (m, d), and what was found (n, d), of any length.
    close
        The least cosine that counts.
    signed
        Whether the opposite direction is another one; not for methods, such as PCA,
        whose directions have no sign.

    Examples
    --------
    >>> found_again(np.eye(3), [[1, 0, 0.1], [0, -1, 0]])
    0.3333333333333333
    >>> found_again(np.eye(3), [[1, 0, 0.1], [0, -1, 0]], signed=False)
    0.6666666666666666
    """
    cosines = unit_rows(truth) @ unit_rows(directions).T
    best = (cosines if signed else np.abs(cosines)).max(axis=1)
    return float((best > close).mean())
