"""From denoiser to sampler: one network for every strength of noise, and ways down.

A denoiser that is told σ knows the slope of the log density of data plus noise of that
strength (Miyasawa, Tweedie; notebook 09): ∇ log p_σ(x) = (D(x, σ) - x) / σ². `climb`
follows it at one σ and ends on peaks. `anneal` lets σ fall, with fresh noise or
without, and ends in draws from the data's density.

Source: T. Karras, M. Aittala, T. Aila and S. Laine, "Elucidating the design space of
diffusion-based generative models" (2022), arXiv:2206.00364.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from aelib import inputs

Denoise = Callable[[Tensor, Tensor], Tensor]
"""``denoise(x, sigma)``: the guess of the clean points (n, d), given noisy ones (n, d)
and their noise's standard deviations (n, 1)."""

SPREAD = 0.05  # of the hook's spots
NOBODY = 0.1  # share of the classes that are withheld in training, for `guided`


class Denoiser(nn.Module):
    """A network that is told how strong the noise is, and guesses what was there.

    It is preconditioned as in Karras et al.: what the network itself sees and says has
    variance about 1 at every σ,

        D(x, σ) = c_skip x + c_out F(c_in x, ¼ log σ, class).

    Data should have variance about 1 in each coordinate. Train it with
    `aelib.training.fit`, ``fit(denoiser, points)``, or ``fit(denoiser, points,
    labels)`` where it knows classes: it has its own cost.

    Parameters
    ----------
    size
        Coordinates of a point.
    hidden
        Widths of the hidden layers (SiLU).
    classes
        Number of classes that it can be asked for; 0 for none.
    sigmas
        The smallest and the largest σ; training draws log-uniformly from between.
    seed
        Seed of the first weights.

    Examples
    --------
    >>> denoiser = Denoiser(2, [16])
    >>> denoiser(torch.zeros(5, 2), torch.ones(5, 1)).shape
    torch.Size([5, 2])
    """

    def __init__(
        self,
        size: int,
        hidden: Sequence[int] = (128, 128, 128),
        *,
        classes: int = 0,
        sigmas: tuple[float, float] = (0.02, 20.0),
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.classes = inputs.whole("classes", classes, least=0)
        low, high = (inputs.positive("sigma", sigma) for sigma in sigmas)
        if low >= high:
            raise ValueError(f"sigmas must rise; got {low} and {high}.")
        self.sigmas = low, high
        told = 1 + (self.classes + 1 if self.classes else 0)  # σ, and "no class"
        widths = [inputs.whole("size", size) + told, *hidden, size]
        random = torch.Generator().manual_seed(seed)
        self.layers = nn.ModuleList(
            _linear(a, b, random) for a, b in itertools.pairwise(widths)
        )
        nn.init.zeros_(self.layers[-1].weight)  # at first it says c_skip x

    def forward(self, x: Tensor, sigma: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the guess of the clean points, (n, size).

        Parameters
        ----------
        x
            Noisy points (n, size).
        sigma
            Standard deviation of the noise of each, (n, 1).
        labels
            The class of each (n,), where it knows classes; -1 withholds it.
        """
        size = (1 + sigma**2).sqrt()  # of a noisy coordinate
        told = [sigma.log() / 4]
        if self.classes:
            told.append(self._one_hot(labels, len(x)).to(x))
        h = torch.cat([x / size, *told], dim=1)
        for layer in self.layers[:-1]:
            h = functional.silu(layer(h))
        return x / size**2 + sigma / size * self.layers[-1](h)

    def _one_hot(self, labels: Tensor | None, n: int) -> Tensor:
        if labels is None:
            labels = torch.full((n,), -1)
        return functional.one_hot(labels.long() % (self.classes + 1), self.classes + 1)

    def cost(self, x: Tensor, target: Tensor | None = None) -> Tensor:
        """Return the weighted squared error for a batch, each at a σ of its own.

        `target` holds the classes (n,), one in ten of which is withheld; where it knows
        none, it is not used.
        """
        low, high = np.log(self.sigmas)
        sigma = (torch.rand(len(x), 1).to(x) * (high - low) + low).exp()
        noisy = x + sigma * torch.randn(x.shape).to(x)
        labels = None
        if self.classes:
            withheld = torch.rand(len(x)).to(x) < NOBODY
            labels = torch.where(withheld, -1, target)
        error = self(noisy, sigma, labels) - x
        # So weighted, the network's own error counts alike at every σ.
        return ((1 + sigma**2) / sigma**2 * error**2).mean()


def exact_denoiser(points: Tensor | ArrayLike, spread: float = 0.0) -> Denoise:
    """Return the best denoiser of points, or of Gaussian spots there: E[x | x̃].

    Parameters
    ----------
    points
        Points or centres of spots (k, d), each equally likely.
    spread
        Standard deviation of the spots; 0 for points.

    Returns
    -------
    Denoise
        It is told σ, as a `Denoiser` is.

    Examples
    --------
    >>> denoise = exact_denoiser([[-1.0], [1.0]])
    >>> denoise(torch.tensor([[0.0], [0.5]]), torch.ones(2, 1))  # tanh(x̃/σ²)
    tensor([[0.0000],
            [0.4621]])
    """
    points, own = torch.as_tensor(points).float(), float(spread) ** 2

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        squares = torch.cdist(x, points.to(x)) ** 2
        chances = torch.softmax(-squares / (2 * (own + sigma**2)), dim=1)
        # Within a spot the best guess lies between its centre and the noisy point.
        return (own * x + sigma**2 * (chances @ points.to(x))) / (own + sigma**2)

    return denoise


def hook_curve(n: int) -> Tensor:
    """Return n points (n, 2) along notebook 09's hook, from its inner end on."""
    turn = torch.pi * torch.linspace(0.4, 2, n)[:, None]
    return torch.cat([turn.cos(), turn.sin()], dim=1) * turn / 6


def distance_to_hook(points: Tensor) -> float:
    """Return the mean distance of points to the hook, as a fine curve.

    Parameters
    ----------
    points
        Points (n, 2).

    Examples
    --------
    >>> distance_to_hook(hook(1_000)[1]) < 1e-3  # the spots lie on it
    True
    """
    curve = hook_curve(4_000).to(points)
    return float(torch.cdist(points, curve).amin(dim=1).mean())


def hook(n: int, *, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Draw points on notebook 09's hook; return them and the 40 spots they are from.

    Parameters
    ----------
    n
        Number of points.
    seed
        Seed of the draws.

    Returns
    -------
    points : Tensor
        Points (n, 2), with standard deviation `SPREAD` around their spots.
    spots : Tensor
        The centres (40, 2), along the hook.

    Examples
    --------
    >>> points, spots = hook(1_000)
    >>> bool((torch.cdist(points, spots).amin(dim=1) < 0.25).all())
    True
    """
    spots = hook_curve(40)
    random = torch.Generator().manual_seed(inputs.seed(seed))
    places = torch.randint(40, (inputs.whole("n", n),), generator=random)
    noise = torch.randn(n, 2, generator=random)
    return spots[places] + SPREAD * noise, spots


def guided(denoiser: Denoiser, labels: Tensor | ArrayLike, weight: float) -> Denoise:
    """Return the denoiser asked for classes, and led away from "any class".

    It guesses ``D(x) + weight * (D(x, class) - D(x))``: with weight 1 it is the
    denoiser of the class, with 0 that of all, beyond 1 it exaggerates what is of the
    class.

    Parameters
    ----------
    denoiser
        A denoiser that knows classes.
    labels
        The class that is asked for at each point (n,).
    weight
        How far to go from "any class" to the class, and beyond.

    Notes
    -----
    Source: J. Ho and T. Salimans, "Classifier-free diffusion guidance" (2022),
    arXiv:2207.12598; their weight is ours less 1.

    Examples
    --------
    >>> denoiser = Denoiser(2, [8], classes=3)
    >>> led = guided(denoiser, [0, 2], 1.5)
    >>> led(torch.zeros(2, 2), torch.ones(2, 1)).shape
    torch.Size([2, 2])
    """
    labels = torch.as_tensor(labels)

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        asked, free = denoiser(x, sigma, labels), denoiser(x, sigma)
        return free + weight * (asked - free)

    return denoise


def falling(low: float, high: float, steps: int, *, bend: float = 7.0) -> list[float]:
    """Return noise levels from `high` to `low` and 0, more of them where it is small.

    Parameters
    ----------
    low, high
        The smallest level above 0, and the largest.
    steps
        Number of levels above 0.
    bend
        1 for even steps; the larger, the more of them are small.

    Returns
    -------
    list of float
        As `anneal` takes them.

    Examples
    --------
    >>> [round(sigma, 2) for sigma in falling(0.1, 10, 4)]
    [10.0, 2.93, 0.66, 0.1, 0.0]
    """
    ends = high ** (1 / bend), low ** (1 / bend)
    levels = np.linspace(*ends, inputs.whole("steps", steps, least=2)) ** bend
    return [*levels.tolist(), 0.0]


@torch.no_grad()
def climb(denoise: Denoise, x: Tensor, sigma: float, steps: int) -> list[Tensor]:
    """Follow the slope at one σ: replace each point by the guess, again and again.

    Parameters
    ----------
    denoise
        A denoiser that is told σ.
    x
        Where to start (n, d).
    sigma
        The σ that it is told.
    steps
        Number of steps.

    Returns
    -------
    list of Tensor
        The points at the start and after each step.

    Examples
    --------
    >>> start = torch.tensor([[-0.5], [0.2], [3.0]])
    >>> climb(exact_denoiser([[-1.0], [1.0]]), start, 0.5, 20)[-1].round(decimals=2)
    tensor([[-1.],
            [ 1.],
            [ 1.]])
    """
    path = [x]
    for _ in range(steps):
        path.append(denoise(path[-1], torch.full((len(x), 1), sigma).to(x)))
    return path


@torch.no_grad()
def anneal(
    denoise: Denoise,
    x: Tensor,
    sigmas: Sequence[float],
    *,
    fresh: bool = False,
    seed: int = 0,
) -> list[Tensor]:
    """Let σ fall from `sigmas[0]` to 0, and the points with it.

    Without fresh noise this is the flow dx/dσ = (x - D(x, σ))/σ, by Heun's rule: each
    start has one end. With fresh noise each step goes further down, and noise brings it
    back up to the next σ: points forget where they came from.

    Parameters
    ----------
    denoise
        A denoiser that is told σ.
    x
        Where to start (n, d): noise with standard deviation ``sigmas[0]``.
    sigmas
        Falling noise levels, 0 at the end; `falling` makes them.
    fresh
        Whether to add fresh noise on the way.
    seed
        Seed of the fresh noise.

    Returns
    -------
    list of Tensor
        The points at the start and at each level.

    Raises
    ------
    ValueError
        If the levels do not fall to 0.

    Examples
    --------
    >>> start = 10 * torch.randn(500, 1, generator=torch.Generator().manual_seed(0))
    >>> ends = anneal(exact_denoiser([[-1.0], [1.0]]), start, falling(0.05, 10, 20))[-1]
    >>> bool(((ends.abs() - 1).abs() < 0.01).all())  # all in one of the two points
    True
    """
    if sigmas[-1] != 0 or any(b >= a for a, b in itertools.pairwise(sigmas)):
        raise ValueError("sigmas must fall, and end with 0: `falling` makes such ones.")
    # Not the numbers of a start that was drawn with the same seed.
    random = torch.Generator().manual_seed(inputs.seed(seed) ^ 0x5EED)
    path = [x]
    for high, low in itertools.pairwise(sigmas):
        path.append(_step(denoise, path[-1], high, low, random if fresh else None))
    return path


def _step(
    denoise: Denoise, x: Tensor, high: float, low: float, random: torch.Generator | None
) -> Tensor:
    at = torch.full((len(x), 1), high).to(x)
    guess = denoise(x, at)
    if random is not None and low > 0:
        # Down by more than to `low`, so that fresh noise brings it back to `low`.
        down = low**2 / high
        noise = torch.randn(x.shape, generator=random).to(x)
        return guess + down / high * (x - guess) + (low**2 - down**2) ** 0.5 * noise
    slope = (x - guess) / high
    end = x + (low - high) * slope
    if low == 0:
        return end
    there = (end - denoise(end, torch.full_like(at, low))) / low
    return x + (low - high) * (slope + there) / 2


def _linear(width: int, height: int, random: torch.Generator) -> nn.Linear:
    layer = nn.Linear(width, height)
    bound = width**-0.5
    nn.init.uniform_(layer.weight, -bound, bound, generator=random)
    nn.init.zeros_(layer.bias)
    return layer
