"""Explorers of notebook 11: a plane of codes, and the way between two, decoded."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aelib import evaluation, plots
from aelib.autoencoders import Autoencoder
from aelib.explore.base import as_array
from aelib.explore.checks import check_classes, check_labels
from aelib.explore.live import LiveExplorer, layers, packed
from aelib.plots import CLASS_COLOURS, COLOURS

REACH = 3.0  # the plane is drawn from -3 to 3
POINTS = 500  # at most: digits whose codes lie in the plane
NEIGHBOURS = 20
STEPS = 21  # of the way between two digits, the ends included
EMPTY = 3 / 255  # an output that is never above it is never seen


def latent_plane(
    model: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    start: tuple[float, float] = (0.0, 0.0),
) -> LiveExplorer:
    r"""Notebook 11: any point of a plane of codes, decoded.

    Parameters
    ----------
    model
        A model with two code units and a standard normal prior.
    images, labels
        Digits (n, 28, 28) and their classes (n,), 0 to 9: what lies near the point.
    start
        The point to begin with; each coordinate from -3 to 3. It follows the pointer.

    Raises
    ------
    ValueError
        If the model's code is no plane, images and labels are not equally many, or
        `start` lies outside the plane that is drawn.

    Examples
    --------
    >>> from aelib.autoencoders import VariationalAutoencoder
    >>> model = VariationalAutoencoder([784, 2], seed=0)
    >>> images, labels = np.zeros((30, 28, 28), np.float32), np.full(30, 7)
    >>> explorer = latent_plane(model, images, labels, start=(0.6, 0.8))
    >>> print(*explorer.alt.split(". "), sep="\n")  # doctest: +ELLIPSIS
    The point (0.6, 0.8) is 1.0 from the origin, farther than 39 % of the prior
    Decoded, it has ... pixels of ink
    Of the 20 test digits nearest to it, 20 are 7s.
    """
    labels = np.asarray(labels)
    _check_plane(model, start)
    check_labels(images, labels)
    check_classes(labels)
    codes, shape = evaluation.encode(model, images), images.shape[1:]
    codes, labels = codes[:POINTS], labels[:POINTS]
    z = np.asarray(start, dtype=float)
    digit = _decode(model, z, shape)[0]
    edge = np.linspace(-REACH, REACH, 15)
    everywhere = _decode(model, [(a, b) for a in edge for b in edge], shape)
    seen = (everywhere > EMPTY).any(axis=0).ravel()
    middles = [np.median(codes[labels == digit], axis=0) for digit in np.unique(labels)]
    numbers = {
        "decoder": layers(model, "decoder", seen),
        "kept": np.flatnonzero(seen).tolist(),
        "reach": REACH,
        "codes": packed(codes, "i14"),
        "spreads": _spreads(model, images[:POINTS]),
        "labels": labels.tolist(),
        "walk": np.clip(middles, -REACH, REACH).round(3).tolist(),
        "start": z.tolist(),
    }
    figure = Figure(figsize=(7, 3.8), layout="constrained")
    # Square pictures are moved after the layout, which then has no room for a title.
    figure.get_layout_engine().set(rect=(0, 0, 1, 0.93))
    left, right = figure.subplots(1, 2, width_ratios=(5, 4))
    left.scatter(*codes.T, s=5, c=[CLASS_COLOURS[label] for label in labels], lw=0)
    left.plot(*z, "o", ms=13, mfc="none", mec=COLOURS["vermilion"], mew=2.5)
    left.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xlabel="z₁", ylabel="z₂")
    left.set_aspect("equal")
    plots.show_images(digit[None], columns=1, title=f"{_point(z)}, decoded", ax=right)
    alt = (
        f"The point {_point(z)} is {_distance(z)}. Decoded, it has {digit.sum():.1f} "
        f"pixels of ink. Of {_near(z, codes, labels)}."
    )
    return LiveExplorer("latent plane", numbers, figure, alt)


def between_digits(
    model: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    start: tuple[int, int] = (0, 1),
) -> LiveExplorer:
    """Notebook 11: the straight way between the codes of two digits, decoded.

    Parameters
    ----------
    model
        An autoencoder.
    images, labels
        The digits (n, 28, 28) to choose from, and their classes (n,).
    start
        The two that are chosen at first: whole numbers from 0 to n - 1.

    Raises
    ------
    ValueError
        If images and labels are not equally many, or `start` names none of them.

    Examples
    --------
    >>> images = np.zeros((2, 28, 28), np.float32)
    >>> explorer = between_digits(Autoencoder([784, 5], seed=0), images, [7, 1])
    >>> explorer.alt.partition(";")[0]
    '50 % of the way from a 7 to a 1'
    """
    labels = np.asarray(labels)
    check_labels(images, labels)
    _check_start(start, len(images))
    codes, shape = evaluation.encode(model, images), images.shape[1:]
    t = np.linspace(0, 1, STEPS)[:, None]
    ways = np.zeros((len(codes), len(codes), STEPS, *shape), np.float32)
    for i, j in zip(*np.triu_indices(len(codes)), strict=True):
        ways[i, j] = _decode(model, (1 - t) * codes[i] + t * codes[j], shape)
    first, second = start
    half = ways[min(start), max(start), STEPS // 2]
    numbers = {
        "images": packed(images),
        "labels": labels.tolist(),
        "ways": packed(ways.clip(0, 1)),
        "start": list(start),
    }
    figure = Figure(figsize=(7, 2.4))
    shown = {
        f"from this {labels[first]}": images[first],
        "half-way, decoded": half,
        f"to this {labels[second]}": images[second],
    }
    for ax, (title, image) in zip(figure.subplots(1, 3), shown.items(), strict=True):
        plots.show_images(image[None], columns=1, title=title, ax=ax)
    errors = evaluation.squared_error(images[[first, second]], np.stack([half] * 2))
    alt = (
        f"50 % of the way from a {labels[first]} to a {labels[second]}; squared error "
        f"{errors[0]:.1f} to the first and {errors[1]:.1f} to the other."
    )
    return LiveExplorer("between digits", numbers, figure, alt)


# Words and numbers


def _decode(model: Autoencoder, z: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """Decode one code or several into images."""
    with torch.no_grad():
        images = model.decode(np.atleast_2d(np.asarray(z, dtype=np.float32)))
    return as_array(images).reshape(-1, *shape)


def _spreads(model: Autoencoder, images: np.ndarray) -> dict[str, object] | None:
    """Return the standard deviations of q(z|x), where the model has any."""
    if not hasattr(model, "posterior"):
        return None
    with torch.no_grad():
        log_var = as_array(model.posterior(images)[1])
    return packed(np.exp(log_var / 2), "i14")


def _point(z: np.ndarray) -> str:
    return f"({z[0]:.1f}, {z[1]:.1f})"


def _distance(z: np.ndarray) -> str:
    """Say how far out z is; of a normal plane, 1 - exp(-r²/2) lies within radius r."""
    r = np.linalg.norm(z)
    within = 1 - np.exp(-(r**2) / 2)
    return f"{r:.1f} from the origin, farther than {within * 100:.0f} % of the prior"


def _near(z: np.ndarray, codes: np.ndarray, labels: np.ndarray) -> str:
    order = np.square(codes - z).sum(axis=1).argsort()[:NEIGHBOURS]
    digits, counts = np.unique(labels[order], return_counts=True)
    largest_first = np.argsort(-counts, kind="stable")
    shares = (_share(counts[i], digits[i]) for i in largest_first)
    return f"the {len(order)} test digits nearest to it, {', '.join(shares)}"


def _share(count: int, digit: int) -> str:
    """Say how many of the digits are of one class.

    Examples
    --------
    >>> _share(9, 2), _share(1, 8)
    ('9 are 2s', '1 is an 8')
    """
    if count > 1:
        return f"{count} are {digit}s"
    return f"1 is {'an' if digit == 8 else 'a'} {digit}"


# What would not work


def _check_plane(model: Autoencoder, start: tuple[float, float]) -> None:
    if model.code_size != 2:
        raise ValueError(
            f"The code of this model has {model.code_size} units; a plane has two: "
            "pass a model with two code units."
        )
    is_point = np.shape(start) == (2,) and np.asarray(start).dtype.kind in "iuf"
    if not (is_point and np.abs(start).max() <= REACH):
        raise ValueError(
            f"start={start!r} is no point of the plane: pass two numbers from "
            f"{-REACH:g} to {REACH:g}."
        )


def _check_start(start: tuple[int, int], n: int) -> None:
    if np.shape(start) != (2,) or not all(i in range(n) for i in start):
        raise ValueError(
            f"start={start!r} names no two of the {n} images: pass two whole numbers "
            f"from 0 to {n - 1}."
        )
