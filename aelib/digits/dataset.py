"""One door to the data: :func:`load_data` returns training and test digits."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aelib import inputs
from aelib.digits.drawn import draw_digits

NAMES = ("drawn", "drawn-clean", "mnist")
DRAWN_ALL = {"train": 60_000, "test": 10_000}
"""What ``n=None`` means for drawn digits, which have no natural number: MNIST's."""


@dataclass(frozen=True, repr=False, eq=False)
class Split:
    """Digits to learn from, or digits to be judged on.

    Attributes
    ----------
    images
        Brightness in [0, 1], multiples of 1/255; 0 is paper, 1 is ink; float32
        (n, 28, 28).
    labels
        Which digit it is, 0 to 9; int64 (n,).
    factors
        What the generator drew (slant, width, …), as realised in the picture.
        Name to array (n,); None for MNIST, where nobody knows.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    factors: Mapping[str, NDArray] | None

    def __len__(self) -> int:
        return len(self.images)

    @property
    def flat(self) -> NDArray[np.float32]:
        """The images as rows of pixels, (n, 784): a view, not a copy."""
        return self.images.reshape(len(self), -1)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        known = ", ".join(self.factors) if self.factors is not None else "unknown"
        return f"{len(self):,} images {height} × {width}; factors: {known}"


@dataclass(frozen=True, repr=False, eq=False)
class Data:
    """A data set by its name, in two parts that share no picture.

    Attributes
    ----------
    name
        ``"drawn"``, ``"drawn-clean"`` or ``"mnist"``.
    train, test
        The two parts.
    """

    name: str
    train: Split
    test: Split

    def __repr__(self) -> str:
        return f"{self.name}\n  train: {self.train}\n  test:  {self.test}"


def load_data(
    name: str | None = None,
    *,
    n_train: int | None = 10_000,
    n_test: int | None = 2_000,
    seed: int = 0,
) -> Data:
    """Load handwritten-looking digits, the same ones for the same arguments.

    Parameters
    ----------
    name
        ``"drawn"`` (made here, no download), ``"drawn-clean"`` (the same with fewer
        factors at work, for the lesson on latent variables) or ``"mnist"`` (the real
        files; see :mod:`aelib.digits.mnist` for where they are looked for). Left
        out: the environment variable ``AELIB_DATASET``, and else ``"drawn"``. One
        set never stands in for another: what can't be had is an error.
    n_train, n_test
        How many images, at least 1. None: all that MNIST has, 60,000 and 10,000,
        and as many drawn ones.
    seed
        Which images: drawn digits are drawn from it, MNIST's are shuffled by it.
        The first k of a larger number are the same k.

    Returns
    -------
    Data
        ``.train`` and ``.test``, each with ``.images`` (n, 28, 28), ``.labels`` (n,)
        and ``.factors``. The arrays are the caller's own: changing them changes
        nothing else.

    Raises
    ------
    ValueError
        No data set of that name, or a number of images that it can't give, or a
        file that is not MNIST's.
    FileNotFoundError
        ``AELIB_DATA`` is set and lacks an MNIST file.
    ConnectionError
        MNIST could not be downloaded; the message says which files to put where.

    Examples
    --------
    >>> from aelib import load_data
    >>> data = load_data("drawn", n_train=100, n_test=20)
    >>> data.train.images.shape, data.train.flat.shape
    ((100, 28, 28), (100, 784))
    >>> len(data.test), data.name
    (20, 'drawn')
    """
    if name is None:
        name = os.environ.get("AELIB_DATASET") or "drawn"
    if name not in NAMES:
        raise ValueError(
            f"There is no data set {name!r}. Choose one of {', '.join(NAMES)}, "
            "as an argument or by the environment variable AELIB_DATASET."
        )
    n_train, n_test = _number("n_train", n_train), _number("n_test", n_test)
    seed = inputs.seed(seed)
    load = _mnist if name == "mnist" else _load_drawn
    return Data(
        name,
        train=load(name, "train", n_train, seed),
        test=load(name, "test", n_test, seed),
    )


def _number(argument: str, n: int | None) -> int | None:
    try:
        return n if n is None else inputs.whole(argument, n)
    except ValueError as error:
        raise ValueError(
            f"{argument} must be at least 1 and whole, or None (all); got {n!r}."
        ) from error


def _mnist(name: str, split: str, n: int | None, seed: int) -> Split:
    from aelib.digits import (
        mnist,  # here, so that drawn digits don't wait for pooch and requests
    )

    images, labels = mnist.read(split)
    if n is not None and n > len(images):
        raise ValueError(f"MNIST has {len(images):,} {split} images; {n:,} were asked.")
    chosen = np.random.default_rng(seed).permutation(len(images))[:n]
    return _split(images[chosen], labels[chosen], None)


def _load_drawn(name: str, split: str, n: int | None, seed: int) -> Split:
    n = DRAWN_ALL[split] if n is None else n
    return _split(*_draw_once(name, split, n, seed))


@lru_cache(maxsize=8)
def _draw_once(style: str, split: str, n: int, seed: int) -> tuple:
    return draw_digits(n, style=style, seed=seed, split=split)


def _split(
    images: NDArray[np.uint8],
    labels: NDArray,
    factors: Mapping[str, NDArray] | None,
) -> Split:
    """Copy out of the cache, and turn the 256 levels into [0, 1]."""
    return Split(
        images=np.divide(images, 255, dtype=np.float32),
        labels=labels.astype(np.int64),
        factors=factors and {name: values.copy() for name, values in factors.items()},
    )
