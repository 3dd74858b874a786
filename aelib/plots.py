"""The pictures of the course, in one style.

Every function draws into Axes that it is given, or makes its own, and returns them; so
a reader can go on with plain matplotlib.  Colours are those of Okabe and Ito (2008),
which colour-blind readers can tell apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter

if TYPE_CHECKING:
    from aelib.training import History

COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
# Ten classes need ten colours: the eight above less yellow, then three more.
CLASS_COLOURS = [
    *(colour for name, colour in COLOURS.items() if name != "yellow"),
    "#882255",
    "#999933",
    "#888888",
]

STYLE = {
    "axes.prop_cycle": mpl.cycler(color=list(COLOURS.values())),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "figure.figsize": (7, 3.2),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "image.cmap": "gray_r",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "white",
}


def use_style() -> None:
    """Make the house style that of every figure drawn from here on.

    Examples
    --------
    >>> use_style()
    >>> plt.rcParams["image.cmap"]
    'gray_r'
    """
    mpl.rcParams.update(STYLE)


def tile(images: np.ndarray, columns: int, *, gap: int = 2) -> np.ndarray:
    """Lay images side by side in rows, with a gap of NaN between them.

    Parameters
    ----------
    images
        Images (n, height, width).
    columns
        Images per row; the last row is filled with NaN.
    gap
        Pixels between images.

    Returns
    -------
    numpy.ndarray
        One picture (rows * (height + gap) - gap, columns * (width + gap) - gap).

    Examples
    --------
    >>> tile(np.ones((3, 28, 28)), columns=2).shape
    (58, 58)
    """
    images = _as_images(images).astype(float)
    n, height, width = images.shape
    rows = -(-n // columns)
    padded = np.full((rows * columns, height + gap, width + gap), np.nan)
    padded[:n, :height, :width] = images
    grid = padded.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    return grid.reshape(rows * (height + gap), columns * (width + gap))[:-gap, :-gap]


def show_images(
    images: np.ndarray,
    *,
    columns: int = 10,
    title: str = "",
    limits: tuple[float, float] = (0.0, 1.0),
    ax: Axes | None = None,
) -> Axes:
    """Draw images as a sheet, ink dark on white.

    Parameters
    ----------
    images
        Images (n, 28, 28) or (n, 784).
    columns
        Images per row.
    title
        Title of the Axes.
    limits
        Values drawn white and black.
    ax
        Where to draw; by default a new figure of fitting size.

    Examples
    --------
    >>> show_images(np.zeros((20, 28, 28)), columns=10).get_title()
    ''
    """
    sheet = tile(images, columns)
    if ax is None:
        _, ax = plt.subplots(figsize=_sheet_size(sheet, width=7))
    ax.imshow(sheet, vmin=limits[0], vmax=limits[1])
    return _bare(ax, title)


def show_rows(
    rows: Mapping[str, np.ndarray],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one labelled row of images under the other: inputs, then reconstructions.

    Parameters
    ----------
    rows
        Label of each row to its images (n, 28, 28) or (n, 784), the same n in all.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure of fitting size.

    Raises
    ------
    ValueError
        If the rows have different numbers of images.

    Examples
    --------
    >>> ax = show_rows({"input": np.zeros((5, 784)), "output": np.zeros((5, 784))})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['input', 'output']
    """
    lengths = {label: len(images) for label, images in rows.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(
            f"Every row needs the same number of images, but they have {lengths}."
        )
    images = np.concatenate([_as_images(row) for row in rows.values()])
    sheet = tile(images, columns=len(images) // len(rows))
    if ax is None:
        _, ax = plt.subplots(figsize=_sheet_size(sheet, width=7))
    ax.imshow(sheet, vmin=0, vmax=1)
    step = images.shape[1] + 2
    _bare(ax, title)
    ax.set_yticks(step * np.arange(len(rows)) + step / 2 - 1, list(rows))
    ax.tick_params(axis="y", length=0)
    return ax


def show_features(
    weights: np.ndarray,
    *,
    columns: int = 14,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the weight vectors of hidden units as images.

    Each is scaled by its own largest absolute weight: positive weights dark, negative
    light, and zero the same grey everywhere.

    Parameters
    ----------
    weights
        One row per unit (units, 784).
    columns
        Features per row.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure of fitting size.

    Examples
    --------
    >>> show_features(np.eye(784)[:28], title="single pixels").get_title()
    'single pixels'
    """
    weights = np.asarray(weights, dtype=float)
    largest = np.abs(weights).max(axis=1, keepdims=True)
    scaled = weights / np.where(largest == 0, 1, largest)
    return show_images(scaled, columns=columns, title=title, limits=(-1, 1), ax=ax)


def plot_history(history: History, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw the losses of a run of `aelib.training.fit` against its epochs.

    Parameters
    ----------
    history
        What `fit` returned.
    title
        Title of the picture.
    ax
        Where to draw; by default on a figure of its own.

    Examples
    --------
    >>> from aelib.training import History
    >>> ax = plot_history(History(loss=[3.0, 2.0, 1.5]))
    >>> ax.get_xlabel()
    'epoch'
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 2.8))
    epochs = np.arange(1, history.epochs + 1)
    ax.plot(epochs, history.loss, label="training")
    if history.validation_loss:
        ax.plot(epochs, history.validation_loss, label="validation")
        ax.axvline(history.best_epoch, color="grey", lw=0.8, ls=":", label="best")
        ax.legend()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel="loss", title=title)
    return ax


def plot_errors(
    errors: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw squared error per image against code size, both on logarithmic axes.

    Parameters
    ----------
    errors
        Name of each method to its code sizes and the errors there.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure.

    Examples
    --------
    >>> ax = plot_errors({"PCA": ([1, 2, 4], [45.0, 40.0, 33.0])})
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['1', '2', '4']
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 3.2))
    styles = itertools.cycle(["s--", "o-", "^-", "D:"])
    for (label, (sizes, values)), style in zip(errors.items(), styles, strict=False):
        ax.loglog(sizes, values, style, label=label)
    ax.set(xlabel="code size", ylabel="squared error per image", title=title)
    # Name the powers of two among the sizes, and 1, 2, 5, 10, … among the errors.
    shown = sorted({int(size) for sizes, _ in errors.values() for size in sizes})
    shown = [size for size in shown if size & (size - 1) == 0]
    ax.set_xticks(shown, [str(size) for size in shown])
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.minorticks_off()
    ax.legend()
    return ax


def plot_codes(
    code: np.ndarray,
    labels: np.ndarray,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw two-dimensional codes as points coloured by class, classes named in place.

    Parameters
    ----------
    code
        Codes (n, 2).
    labels
        Classes (n,), 0 to 9.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new square figure.

    Raises
    ------
    ValueError
        If the codes are not two-dimensional.

    Examples
    --------
    >>> ax = plot_codes(np.random.default_rng(0).random((30, 2)), np.arange(30) % 10)
    >>> len(ax.texts)  # one name per class
    10
    """
    code = np.asarray(code)
    if code.ndim != 2 or code.shape[1] != 2:
        raise ValueError(
            f"Codes of shape {code.shape} can't be drawn in a plane; pass (n, 2)."
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(4.5, 4.5))
    for digit in np.unique(labels):
        points = code[labels == digit]
        colour = CLASS_COLOURS[digit]
        ax.scatter(*points.T, s=8, alpha=0.7, color=colour, linewidths=0)
        ax.text(
            *np.median(points, axis=0),
            str(digit),
            ha="center",
            va="center",
            fontweight="bold",
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": colour},
        )
    ax.set(xlabel="code unit 1", ylabel="code unit 2", title=title)
    return ax


def show_bars(panels: Mapping[str, Mapping[str, float | None]]) -> list[Axes]:
    """Draw a panel of horizontal bars per measure, and a bar per thing measured.

    Parameters
    ----------
    panels
        Title of each panel to name and value of its bars, the same names in all; None
        where a measure is not defined.

    Examples
    --------
    >>> left, right = show_bars({"size": {"a": 3, "b": 1}, "R²": {"a": 0.5, "b": None}})
    >>> [text.get_text() for text in right.texts]
    ['0.5', 'not defined']
    """
    names = next(iter(panels.values()))
    size = (8.5, 0.7 + 0.35 * len(names))
    _, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, squeeze=False)
    for ax, (title, values) in zip(axes[0], panels.items(), strict=True):
        lengths = [value or 0 for value in values.values()]
        bars = ax.barh(list(values), lengths)
        labels = ["not defined" if v is None else f"{v:.3g}" for v in values.values()]
        ax.bar_label(bars, labels, padding=2)
        ax.set(title=title, xlim=(0, 1.3 * max(lengths)), xticks=[])
        ax.grid(False)
    axes[0, 0].invert_yaxis()
    return list(axes[0])


def code_images(
    code: np.ndarray, *, limits: tuple[float, float] | None = None
) -> np.ndarray:
    """Draw activities as images, like digits: 28×28 pixels, a little square per unit.

    Parameters
    ----------
    code
        Activities (n, units), at most 784 units; row by row, from the top left.
    limits
        Activities drawn 0 and 1; by default the smallest and the largest.

    Returns
    -------
    numpy.ndarray
        float (n, 28, 28), in [0, 1].  Squares left over are 0.

    Examples
    --------
    >>> images = code_images(np.array([[0.0, 1.0, 2.0, 4.0]]))
    >>> images[0, ::14, ::14]
    array([[0.  , 0.25],
           [0.5 , 1.  ]])
    """
    code = np.asarray(code, dtype=float)
    low, high = (code.min(), code.max()) if limits is None else limits
    side = int(np.ceil(np.sqrt(code.shape[1])))
    squares = np.zeros((len(code), side * side))
    squares[:, : code.shape[1]] = ((code - low) / max(high - low, 1e-12)).clip(0, 1)
    near = np.arange(28) * side // 28
    return squares.reshape(-1, side, side)[:, near][:, :, near]


def text_images(text: str) -> np.ndarray:
    """Print each letter as an image, like a digit: 28×28, ink 1 on paper 0.

    Parameters
    ----------
    text
        Letters, or other signs of matplotlib's default font.

    Returns
    -------
    numpy.ndarray
        float32 (letters, 28, 28), in [0, 1].

    Examples
    --------
    >>> letters = text_images("AK")
    >>> letters.shape, bool(letters.max() > 0.9), bool(letters[:, 0].max() == 0)
    ((2, 28, 28), True, True)
    """
    images = []
    for letter in text:
        figure = Figure(figsize=(1, 1), dpi=28, layout="none")
        canvas = FigureCanvasAgg(figure)
        style = {"size": 54, "weight": "bold", "ha": "center", "va": "center"}
        figure.text(0.5, 0.46, letter, **style)
        canvas.draw()
        images.append(np.asarray(canvas.buffer_rgba())[..., 0])
    return 1 - np.stack(images).astype(np.float32) / 255


def _as_images(images: np.ndarray) -> np.ndarray:
    """Give flat vectors the square shape of the images they are."""
    images = np.asarray(images)
    if images.ndim == 3:
        return images
    side = int(np.sqrt(images.shape[-1]))
    if images.ndim != 2 or side * side != images.shape[1]:
        raise ValueError(
            f"Shape {images.shape} is not that of images: pass (n, height, width), or "
            "(n, pixels) where the pixels form a square."
        )
    return images.reshape(-1, side, side)


def _sheet_size(sheet: np.ndarray, width: float) -> tuple[float, float]:
    return width, width * sheet.shape[0] / sheet.shape[1] + 0.4


def _bare(ax: Axes, title: str) -> Axes:
    """Take away what a picture does not need: ticks, frame, grid."""
    ax.set(xticks=[], yticks=[], title=title)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    return ax
