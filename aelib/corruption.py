"""Three ways to spoil a picture, for the denoising autoencoder to undo.

Each takes pixels, a level and a seed, and returns new pixels: NumPy arrays and torch
tensors alike, of any shape and floating-point type, on any device, and what comes back
is of the same kind. The random numbers are NumPy's, so one seed spoils an array and a
tensor in the same way. The seed is an integer, or a :class:`numpy.random.Generator`,
from which a training loop draws fresh noise for every batch.

Source: lecture E1; P. Vincent et al., "Stacked Denoising Autoencoders", Journal of
Machine Learning Research 11 (2010) 3371–3408, section 3.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from array_api_compat import array_namespace, device

from aelib import inputs

Pixels = TypeVar("Pixels", bound=Any)
"""A NumPy array or a torch tensor: what goes in comes out."""

LARGEST = np.finfo(np.float64).max
"""The end of what is finite."""

Seed = int | np.random.Generator


def gaussian(x: Pixels, level: float, *, seed: Seed) -> Pixels:
    """Add Gaussian noise to every pixel, and clip to [0, 1] as a camera would.

    Parameters
    ----------
    x
        Pixels in [0, 1], an array or tensor of any shape.
    level
        Standard deviation of the noise before clipping, in units in which paper is 0
        and ink is 1; at least 0. Most pixels of a digit are paper, where clipping
        removes half of the noise: what remains of it is smaller than `level`.
    seed
        Where the noise comes from.

    Returns
    -------
    array or tensor
        Like `x`, with values in [0, 1].

    Raises
    ------
    ValueError
        `x` is not of a floating-point type or leaves [0, 1], or `level` is negative.

    Examples
    --------
    >>> gaussian(np.full(4, 0.5), 0.1, seed=0).round(2)
    array([0.61, 0.36, 0.46, 0.42])
    """
    level = _check_level("gaussian", level)
    x = _pixels(x, 0.0, 1.0)
    noise = _generator(seed).standard_normal(tuple(x.shape), dtype=np.float32)
    noise *= level
    return array_namespace(x).clip(x + _like(x, noise), 0.0, 1.0)


def masking(x: Pixels, level: float, *, seed: Seed) -> Pixels:
    """Set a fraction of the pixels to 0, chosen at random.

    Parameters
    ----------
    x
        Pixels, or any other finite values, such as the code of a lower layer; an
        array or tensor of any shape.
    level
        Probability, for each pixel by itself, of being set to 0; in [0, 1].
    seed
        Where the choice comes from.

    Returns
    -------
    array or tensor
        Like `x`.

    Raises
    ------
    ValueError
        `x` is not of a floating-point type or not finite, or `level` leaves [0, 1].

    Examples
    --------
    >>> masking(np.ones(8), 0.5, seed=0)
    array([1., 1., 1., 0., 0., 0., 0., 0.])
    """
    level = _check_level("masking", level)
    x = _pixels(x, -LARGEST, LARGEST)
    dice = _generator(seed).random(tuple(x.shape), dtype=np.float32)
    return x * _like(x, dice >= level)


def salt_and_pepper(x: Pixels, level: float, *, seed: Seed) -> Pixels:
    """Replace a fraction of the pixels by 0 or 1, each half of the time.

    Parameters
    ----------
    x
        Pixels in [0, 1], an array or tensor of any shape.
    level
        Probability, for each pixel by itself, of being replaced; in [0, 1].
        At 1 nothing is left of the picture.
    seed
        Where the choice comes from.

    Returns
    -------
    array or tensor
        Like `x`.

    Raises
    ------
    ValueError
        `x` is not of a floating-point type or leaves [0, 1], or `level` leaves [0, 1].

    Examples
    --------
    >>> salt_and_pepper(np.full(8, 0.5), 0.5, seed=0)
    array([0.5, 0.5, 0.5, 1. , 1. , 0. , 0. , 0. ])
    """
    level = _check_level("salt_and_pepper", level)
    x = _pixels(x, 0.0, 1.0)
    dice = _generator(seed).random(tuple(x.shape), dtype=np.float32)
    kept, white = dice >= level, (dice >= level / 2) & (dice < level)
    return x * _like(x, kept) + _like(x, white)


KINDS = {
    "gaussian": gaussian,
    "masking": masking,
    "salt_and_pepper": salt_and_pepper,
}
"""The three by name."""

TITLES = {
    "gaussian": "Gaussian noise, σ = {level:g}",
    "masking": "{percent:.3g} % of the pixels masked",
    "salt_and_pepper": "salt and pepper on {percent:.3g} % of the pixels",
}


def corrupt(x: Pixels, kind: str, level: float, *, seed: Seed) -> Pixels:
    """Spoil pixels in the way that `kind` names.

    Parameters
    ----------
    x
        Pixels in [0, 1], an array or tensor of any shape.
    kind
        ``"gaussian"``, ``"masking"`` or ``"salt_and_pepper"``: see these functions.
    level
        How much; what it means depends on `kind`.
    seed
        Where the noise comes from.

    Returns
    -------
    array or tensor
        Like `x`.

    Raises
    ------
    ValueError
        No corruption of that name, or what the function itself refuses.

    Examples
    --------
    >>> corrupt(np.ones(8), "masking", 0.5, seed=0)
    array([1., 1., 1., 0., 0., 0., 0., 0.])
    """
    return Corruption(kind, level)(x, seed=seed)


@dataclass(frozen=True)
class Corruption:
    """One kind of corruption at one level, to be handed to a training loop.

    Parameters
    ----------
    kind
        ``"gaussian"``, ``"masking"`` or ``"salt_and_pepper"``: see these functions.
    level
        How much; what it means depends on `kind`.

    Raises
    ------
    ValueError
        No corruption of that name, or a level that it can't have.

    Examples
    --------
    >>> noise = Corruption("gaussian", 0.5)
    >>> noise(np.zeros((2, 784)), seed=0).shape
    (2, 784)
    >>> print(noise)
    Gaussian noise, σ = 0.5
    """

    kind: str
    level: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"There is no corruption {self.kind!r}; choose one of "
                f"{', '.join(KINDS)}."
            )
        _check_level(self.kind, self.level)

    def __call__(self, x: Pixels, seed: Seed) -> Pixels:
        """Spoil pixels; see :func:`corrupt`."""
        return KINDS[self.kind](x, self.level, seed=seed)

    def __str__(self) -> str:
        """Say it as the title of a picture would."""
        return TITLES[self.kind].format(level=self.level, percent=100 * self.level)


class Mixture:
    """Several corruptions, of which each image meets one, drawn by lot.

    Parameters
    ----------
    shares
        How often each is drawn, numbers of 0 or more; they need not sum to 1.
    corruptions
        As many of them.
    is_disclosed
        Whether `repr` says what is in the mixture.

    Raises
    ------
    ValueError
        If shares are not finite numbers of 0 or more, one of them above 0, or there
        are not as many corruptions.

    Examples
    --------
    >>> half = Mixture([1, 1], [Corruption("masking", 1), Corruption("masking", 0)])
    >>> half(np.ones((5, 2)), seed=0).mean(axis=1)
    array([1., 0., 0., 0., 1.])
    >>> half
    50 %: 100 % of the pixels masked; 50 %: 0 % of the pixels masked
    """

    def __init__(
        self,
        shares: Sequence[float],
        corruptions: Sequence[Corruption],
        *,
        is_disclosed: bool = True,
    ) -> None:
        found = inputs.floating("shares", inputs.numbers("shares", shares))
        inputs.check_finite("shares", found)
        if found.shape != (len(corruptions),) or (found < 0).any() or not found.any():
            raise ValueError(
                f"{len(corruptions)} corruptions need as many shares of 0 or more, one "
                f"of them above 0; got {list(shares)}."
            )
        self.shares = found / found.sum()
        self.corruptions = tuple(corruptions)
        self.is_disclosed = is_disclosed

    def __call__(self, x: Pixels, seed: Seed) -> Pixels:
        """Spoil images (n, …), each by a corruption of its own."""
        x, dice = _pixels(x, 0.0, 1.0), _generator(seed)
        drawn = dice.choice(len(self.shares), size=len(x), p=self.shares)
        rows = [np.flatnonzero(drawn == k) for k in range(len(self.shares))]
        pairs = zip(self.corruptions, rows, strict=True)
        spoilt = [corruption(x[own], seed=dice) for corruption, own in pairs]
        # Back from the corruptions' order to the images'.
        return array_namespace(x).concat(spoilt)[np.concatenate(rows).argsort()]

    def disclose(self) -> str:
        """Say what is in the mixture."""
        parts = zip(self.shares, self.corruptions, strict=True)
        return "; ".join(f"{100 * share:.0f} %: {kind}" for share, kind in parts)

    def __repr__(self) -> str:
        """Say it only if it is not to be found out."""
        return self.disclose() if self.is_disclosed else "an undisclosed mixture"


def undisclosed(seed: int) -> Mixture:
    """Draw a mixture of the three corruptions, for a competition to find out.

    Parameters
    ----------
    seed
        Of the shares and of the levels, each from 0.2 to 0.7.

    Examples
    --------
    >>> undisclosed(seed=1)
    an undisclosed mixture
    """
    dice = np.random.default_rng(inputs.seed(seed))
    levels = dice.uniform(0.2, 0.7, len(KINDS)).round(2)
    made = [Corruption(kind, level) for kind, level in zip(KINDS, levels, strict=True)]
    return Mixture(dice.dirichlet([1] * len(KINDS)), made, is_disclosed=False)


def _check_level(kind: str, level: float) -> float:
    level = inputs.number("level", level)
    highest = math.inf if kind == "gaussian" else 1.0
    # Written so that NaN fails, and an infinite spread as well.
    if not (0.0 <= level <= highest and level < math.inf):
        meaning = (
            "a standard deviation, finite and at least 0"
            if kind == "gaussian"
            else "a fraction of the pixels, from 0 to 1"
        )
        raise ValueError(f"The level of {kind} is {meaning}; got {level}.")
    return level


def _pixels(x: Any, lowest: float, highest: float) -> Any:
    """Return floats of the kind and type that was given, within a range."""
    if not inputs.is_floating(x):
        raise ValueError(
            "Pixels must be floating-point numbers in [0, 1]; divide integers of 0 to "
            "255 by 255 first."
        )
    x = inputs.floating("pixels", x)
    if 0 in x.shape:
        return x
    darkest, brightest = inputs.extremes(x)
    # Both are NaN where one value is, and every comparison with NaN is false.
    if not (lowest <= darkest <= brightest <= highest):
        low, high = inputs.digits(darkest, lowest), inputs.digits(brightest, highest)
        raise ValueError(
            f"Values must be finite{'' if highest == LARGEST else ' and in [0, 1]'}; "
            f"they range from {low} to {high}."
        )
    return x


def _generator(seed: Seed) -> np.random.Generator:
    if seed is None:
        raise ValueError("A corruption needs a seed: an integer or a numpy Generator.")
    if isinstance(seed, np.random.Generator):
        return seed
    return np.random.default_rng(inputs.seed(seed))


def _like(x: Any, values: np.ndarray) -> Any:
    """Make of NumPy's values what `x` is: array or tensor, of its type and place."""
    return array_namespace(x).asarray(values, dtype=x.dtype, device=device(x))
