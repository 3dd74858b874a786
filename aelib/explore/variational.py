"""Explorers of notebook 11: a plane of codes, and the way between two, decoded."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from aelib import evaluation, plots
from aelib.autoencoders import Autoencoder
from aelib.explore.base import WIDE, Explorer, as_array, slider
from aelib.explore.checks import check_classes, check_labels
from aelib.explore.plane import Plane
from aelib.plots import CLASS_COLOURS, COLOURS, tile

REACH, CELLS = 3.0, 15  # the plane is drawn from -3 to 3, with 15 × 15 digits
SIDE = 3.36  # of the picture of the plane, in inches
NEIGHBOURS = 20
WIDEST = 33  # characters of a line beside the plane
NO_BREAK = "\u00a0"  # a space at which no line ends
PARTS = np.linspace(0, 1, 11)


def latent_plane(
    model: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    start: tuple[float, float] = (0.0, 0.0),
) -> Explorer:
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
    _check_plane(model)
    check_labels(images, labels)
    check_classes(labels)
    codes, shape = evaluation.encode(model, images), images.shape[1:]
    middles = {
        digit: np.median(codes[labels == digit], axis=0) for digit in np.unique(labels)
    }
    # Drawn once: hundreds of digits and points take longer than a move may.
    territories = _picture_of_territories(codes, labels, middles)

    def draw(z: list[float]) -> Figure:
        figure = Figure(figsize=(7, 3.9), layout="none")
        left = figure.add_axes((0.085, 0.125, SIDE / 7, SIDE / 3.9))
        left.imshow(territories, extent=(-REACH, REACH, -REACH, REACH))
        left.plot(*z, "o", ms=15, mfc="none", mec=COLOURS["vermilion"], mew=2.5)
        left.set(xlabel="z1", ylabel="z2")
        left.grid(False)
        right = figure.add_axes((0.62, 0.34, 0.32, 0.58))
        title = f"{_point(z)}, decoded"
        plots.show_images(_decode(model, z, shape), columns=1, title=title, ax=right)
        words = _lines(_distance(z), _near(z, codes, labels))
        figure.text(0.59, 0.28, words, va="top")
        return figure

    def describe(z: list[float]) -> str:
        return (
            f"The point {_point(z)} is {_distance(z)}. Decoded, it has "
            f"{_decode(model, z, shape).sum():.1f} pixels of ink. Of "
            f"{_near(z, codes, labels)}."
        )

    sheet = plt.get_cmap()(_decode_plane(model, shape).clip(0, 1))
    return Explorer("latent plane", {"z": Plane(sheet, REACH, start)}, draw, describe)


def between_digits(
    model: Autoencoder,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    start: tuple[int, int] = (0, 1),
) -> Explorer:
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

    def way(first: int, second: int) -> np.ndarray:
        t = PARTS[:, None]
        return _decode(model, (1 - t) * codes[first] + t * codes[second], shape)

    def draw(first: int, second: int, part: float) -> Figure:
        images_on_way, here = way(first, second), round(part * (len(PARTS) - 1))
        figure = Figure(figsize=(7, 3.2), layout="none")
        axes = figure.subplot_mosaic("sss;abc", height_ratios=(1, 3))
        figure.subplots_adjust(0.01, 0.02, 0.99, 0.99, wspace=0.02, hspace=0.22)
        _draw_strip(axes["s"], images_on_way, here)
        large = {
            f"from this {labels[first]}": images[first],
            f"{100 * part:.0f} % of the way, decoded": images_on_way[here],
            f"to this {labels[second]}": images[second],
        }
        for name, (title, image) in zip("abc", large.items(), strict=True):
            plots.show_images(image[None], columns=1, title=title, ax=axes[name])
        return figure

    def describe(first: int, second: int, part: float) -> str:
        decoded = way(first, second)[round(part * (len(PARTS) - 1))]
        ends = images[[first, second]]
        errors = evaluation.squared_error(ends, np.stack([decoded] * 2))
        return (
            f"{part * 100:.0f} % of the way from a {labels[first]} to a "
            f"{labels[second]}; squared error {errors[0]:.1f} to the first and "
            f"{errors[1]:.1f} to the other."
        )

    return Explorer("between digits", _pickers(labels, start), draw, describe)


# Words and numbers


def _decode(
    model: Autoencoder, z: np.ndarray | list[float], shape: tuple[int, ...]
) -> np.ndarray:
    """Decode one code or several into images."""
    with torch.no_grad():
        images = model.decode(np.atleast_2d(np.asarray(z, dtype=np.float32)))
    return as_array(images).reshape(-1, *shape)


def _decode_plane(model: Autoencoder, shape: tuple[int, ...]) -> np.ndarray:
    """Decode the middles of all cells, and lay them side by side, z2 upwards."""
    edge = REACH - REACH / CELLS
    middles = np.linspace(-edge, edge, CELLS)
    z = np.array([(across, up) for up in middles[::-1] for across in middles])
    images = _decode(model, z, shape).reshape(CELLS, CELLS, *shape)
    return images.swapaxes(1, 2).reshape(CELLS * shape[0], CELLS * shape[1])


def _point(z: list[float]) -> str:
    return f"({z[0]:.1f}, {z[1]:.1f})"


def _distance(z: list[float]) -> str:
    """Say how far out z is; of a normal plane, 1 - exp(-r²/2) lies within radius r."""
    r = np.linalg.norm(z)
    within = 1 - np.exp(-(r**2) / 2)
    return f"{r:.1f} from the origin, farther than {within * 100:.0f} % of the prior"


def _near(z: list[float], codes: np.ndarray, labels: np.ndarray) -> str:
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


# Drawing


def _lines(distance: str, near: str) -> str:
    """Break the words so that they fit beside the plane."""
    radius, prior = distance.split(", ")
    nearest, *shares = near.split(", ")
    unbroken = ", ".join(share.replace(" ", NO_BREAK) for share in shares)
    counts = textwrap.wrap(unbroken, WIDEST)
    return "\n".join([f"{radius},", f"{prior};", f"of {nearest},", *counts])


def _picture_of_territories(
    codes: np.ndarray, labels: np.ndarray, middles: Mapping[int, np.ndarray]
) -> np.ndarray:
    """Draw the codes, coloured by class, and the name of each class at its middle."""
    figure = Figure(figsize=(SIDE, SIDE), dpi=100, layout="none")
    canvas, ax = FigureCanvasAgg(figure), figure.add_axes((0, 0, 1, 1))
    colours = [CLASS_COLOURS[label] for label in labels]
    ax.scatter(*codes.T, s=5, c=colours, alpha=0.5, linewidths=0)
    ax.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))
    style = {"ha": "center", "va": "center", "weight": "bold", "color": "white"}
    for digit, middle in middles.items():
        place = np.clip(middle, 0.2 - REACH, REACH - 0.2)
        circle = {"boxstyle": "circle,pad=0.2", "fc": CLASS_COLOURS[digit], "lw": 0}
        ax.text(*place, str(digit), bbox=circle, **style)
    ax.axis("off")
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def _draw_strip(ax: Axes, images: np.ndarray, here: int) -> None:
    """Draw images in a row, with a frame around one of them."""
    height, width = images.shape[1:]
    ax.imshow(tile(images, columns=len(images)), vmin=0, vmax=1)
    corner = (here * (width + 2) - 1.5, -1.5)
    frame = Rectangle(corner, width + 2, height + 2, fill=False, clip_on=False)
    frame.set(edgecolor=COLOURS["vermilion"], linewidth=2)
    ax.add_patch(frame)
    ax.axis("off")


def _pickers(labels: np.ndarray, start: tuple[int, int]) -> dict[str, widgets.Widget]:
    """Return sliders for two digits, and one for the position on the way."""
    options = [(f"no. {i}, a {label}", i) for i, label in enumerate(labels)]
    controls: dict[str, widgets.Widget] = {
        name: widgets.SelectionSlider(
            options=options, value=value, description=text, layout=WIDE
        )
        for name, text, value in zip(
            ("first", "second"), ("from", "to"), start, strict=True
        )
    }
    controls["part"] = slider("part", 0.5, 0, 1, 0.1, sign="position")
    return controls


# What would not work


def _check_plane(model: Autoencoder) -> None:
    if model.code_size != 2:
        raise ValueError(
            f"The code of this model has {model.code_size} units; a plane has two: "
            "pass a model with two code units."
        )


def _check_start(start: tuple[int, int], n: int) -> None:
    if np.shape(start) != (2,) or not all(i in range(n) for i in start):
        raise ValueError(
            f"start={start!r} names no two of the {n} images: pass two whole numbers "
            f"from 0 to {n - 1}."
        )
