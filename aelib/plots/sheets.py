"""Sheets of images: digits, reconstructions, features, and codes drawn like digits."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from numpy.typing import ArrayLike

from aelib.plots import arrays

GAP = 2  # pixels between the images of a sheet
SIDE = 28  # pixels along a digit, and along what is drawn like one


def tile(images: ArrayLike, columns: int, *, gap: int = GAP) -> np.ndarray:
    """Lay images side by side in rows, with a gap of NaN between them.

    Parameters
    ----------
    images
        Images (n, height, width).
    columns
        Images per row; the last row is filled with NaN.
    gap
        Pixels between images; 0 lays them edge to edge.

    Returns
    -------
    numpy.ndarray
        One picture (rows * (height + gap) - gap, columns * (width + gap) - gap).

    Raises
    ------
    ValueError
        If there is no image, NaN in one, no column, or a gap below 0.

    Examples
    --------
    >>> tile(np.ones((3, 28, 28)), columns=2).shape
    (58, 58)
    """
    images = arrays.images("Images", images)
    columns = arrays.count("columns", columns)
    gap = arrays.count("gap", gap, least=0)
    n, height, width = images.shape
    rows = -(-n // columns)
    padded = np.full((rows * columns, height + gap, width + gap), np.nan)
    padded[:n, :height, :width] = images
    grid = padded.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    sheet = grid.reshape(rows * (height + gap), columns * (width + gap))
    return sheet[: len(sheet) - gap, : sheet.shape[1] - gap]


def show_images(
    images: ArrayLike,
    *,
    columns: int = 10,
    gap: int = GAP,
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
    gap
        Pixels between images.
    title
        Title of the Axes.
    limits
        Values drawn white and black; what lies a little beyond, as noise does, is drawn
        so too.
    ax
        Where to draw; by default a new figure of fitting size.

    Raises
    ------
    ValueError
        If the images contain NaN, or values for other limits than these, such as pixels
        from 0 to 255.

    Examples
    --------
    >>> show_images(np.zeros((20, 28, 28)), columns=10).get_title()
    ''
    """
    sheet = tile(arrays.pixels("Images", images, limits), columns, gap=gap)
    if ax is None:
        _, ax = plt.subplots(figsize=_sheet_size(sheet, width=7))
    ax.imshow(sheet, vmin=limits[0], vmax=limits[1])
    return _bare(ax, title)


def show_rows(
    rows: Mapping[str, ArrayLike],
    *,
    title: str = "",
    limits: tuple[float, float] = (0.0, 1.0),
    ax: Axes | None = None,
) -> Axes:
    """Draw one labelled row of images under the other: inputs, then reconstructions.

    Parameters
    ----------
    rows
        Label of each row to its images (n, 28, 28) or (n, 784), the same n in all.
    title
        Title of the Axes.
    limits
        Values drawn white and black; what lies a little beyond, as noise does, is drawn
        so too.
    ax
        Where to draw; by default a new figure of fitting size.

    Raises
    ------
    ValueError
        If the rows have different numbers or sizes of images, or what `show_images`
        refuses.

    Examples
    --------
    >>> ax = show_rows({"input": np.zeros((5, 784)), "output": np.zeros((5, 784))})
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['input', 'output']
    """
    if not rows:
        raise ValueError("There is no row to draw: pass {label: images}.")
    named = {
        label: arrays.pixels(f"The images of row {label!r}", images, limits)
        for label, images in rows.items()
    }
    shapes = {label: images.shape for label, images in named.items()}
    if len({shape[0] for shape in shapes.values()}) != 1:
        lengths = {label: shape[0] for label, shape in shapes.items()}
        raise ValueError(
            f"Every row needs the same number of images, but they have {lengths}."
        )
    if len(set(shapes.values())) != 1:
        raise ValueError(f"Every row needs images of one size, but have {shapes}.")
    images = np.concatenate(list(named.values()))
    sheet = tile(images, columns=len(images) // len(rows))
    if ax is None:
        _, ax = plt.subplots(figsize=_sheet_size(sheet, width=7))
    ax.imshow(sheet, vmin=limits[0], vmax=limits[1])
    height = images.shape[1]
    _bare(ax, title)
    middles = (height + GAP) * np.arange(len(rows)) + (height - 1) / 2
    ax.set_yticks(middles, list(rows))
    ax.tick_params(axis="y", length=0)
    return ax


def show_features(
    weights: ArrayLike,
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
        One row per unit (units, 784), or filters (units, height, width).
    columns
        Features per row.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure of fitting size.

    Raises
    ------
    ValueError
        If the weights contain NaN, or form no images.

    Examples
    --------
    >>> show_features(np.eye(784)[:28], title="single pixels").get_title()
    'single pixels'
    """
    weights = arrays.images("Weights", weights)
    largest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    scaled = weights / np.where(largest == 0, 1, largest)
    return show_images(scaled, columns=columns, title=title, limits=(-1, 1), ax=ax)


def code_images(
    code: ArrayLike, *, limits: tuple[float, float] | None = None
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

    Raises
    ------
    ValueError
        If the code has another shape, more units than pixels, or NaN in it.

    Examples
    --------
    >>> images = code_images(np.array([[0.0, 1.0, 2.0, 4.0]]))
    >>> images[0, ::14, ::14]
    array([[0.  , 0.25],
           [0.5 , 1.  ]])
    """
    code = arrays.numbers("Activities", code)
    if code.ndim != 2 or not len(code) or not 1 <= code.shape[1] <= SIDE**2:
        raise ValueError(
            f"A code of shape {code.shape} can't be drawn; pass (n, units) with up to "
            f"{SIDE**2} units."
        )
    low, high = arrays.span(code, limits)
    side = int(np.ceil(np.sqrt(code.shape[1])))
    squares = np.zeros((len(code), side * side))
    squares[:, : code.shape[1]] = ((code - low) / (high - low or 1)).clip(0, 1)
    near = np.arange(SIDE) * side // SIDE
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

    Raises
    ------
    ValueError
        If there is no letter, or one that the font lacks.

    Examples
    --------
    >>> letters = text_images("AK")
    >>> letters.shape, bool(letters.max() > 0.9), bool(letters[:, 0].max() == 0)
    ((2, 28, 28), True, True)
    """
    font = FontProperties(size=54, weight="bold")
    known = get_font(findfont(font))
    missing = [letter for letter in text if not known.get_char_index(ord(letter))]
    if missing or not text:
        raise ValueError(f"The font has no sign for {missing}; pass letters.")
    images = []
    for letter in text:
        figure = Figure(figsize=(1, 1), dpi=SIDE, layout="none")
        canvas = FigureCanvasAgg(figure)
        style = {"font": font, "ha": "center", "va": "center", "parse_math": False}
        figure.text(0.5, 0.46, letter, **style)
        canvas.draw()
        images.append(np.asarray(canvas.buffer_rgba())[..., 0])
    return 1 - np.stack(images).astype(np.float32) / 255


def _sheet_size(sheet: np.ndarray, width: float) -> tuple[float, float]:
    return width, width * sheet.shape[0] / sheet.shape[1] + 0.4


def _bare(ax: Axes, title: str) -> Axes:
    """Take away what a picture does not need: ticks, frame, grid."""
    ax.set(xticks=[], yticks=[], title=title)
    ax.grid(False)
    ax.spines[:].set_visible(False)
    return ax
