"""Explorer of notebook 10: what each filter finds in a digit, and where."""

from __future__ import annotations

import math

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from aelib import plots
from aelib.autoencoders.convolutional import STRIDE, ConvAutoencoder
from aelib.explore.base import as_array
from aelib.explore.checks import check_index, check_labels
from aelib.explore.live import LiveExplorer, packed
from aelib.plots import COLOURS

WIDTH, HEIGHT = 7, 2.3  # of the picture, in inches
PANELS = ((0.1, 1.7), (2.0, 0.9), (3.1, 1.7), (5.0, 1.9))  # left edge and side


def feature_maps(
    model: ConvAutoencoder,
    images: np.ndarray,
    labels: ArrayLike,
    *,
    digit: int = 0,
    layer: int = 1,
    channel: int = 0,
) -> LiveExplorer:
    r"""Notebook 10: what each filter of the encoder finds in a digit, and where.

    Parameters
    ----------
    model
        The convolutional autoencoder of grey images.
    images, labels
        Digits (n, height, width) to choose from, and their classes (n,).
    digit
        Which of them is shown first, from 0 to n - 1.
    layer
        Which convolution is shown first; 1 is the one next to the image.
    channel
        Which of its maps is shown large at first, from 0.

    Raises
    ------
    ValueError
        If the model reads colours, there is not one label per image, the images do not
        fit the model, or there is no such `digit`, `layer` or `channel`.

    Examples
    --------
    >>> model = ConvAutoencoder((28, 28), channels=(4, 6), code_size=3, seed=0)
    >>> images = np.zeros((2, 28, 28), np.float32)
    >>> print(*feature_maps(model, images, [7, 1]).alt.split("; "), sep="\n")
    A 7 in layer 1: 4 maps of 14 × 14
    map 0 has mean activity 0.000 and its maximum, 0.00, in row 0, column 0
    the strongest is map 0 with mean activity 0.000.
    """
    labels = np.asarray(labels)
    _check(model, images, labels)
    with torch.no_grad():
        maps = [as_array(layer) for layer in model.feature_maps(images)]
    # What layer 1 reads comes first, so that a layer's number is its place.
    maps.insert(0, images.reshape(len(images), *model.map_shapes[0][1:]))
    filters = [as_array(conv.weight) for conv in model.convolutions]
    _check_start(maps, digit, layer, channel)

    kernel = filters[0].shape[-1]
    layers = [
        {
            "maps": packed(_to_one(maps[number])),
            "filters": packed(filters[number - 1], "i14"),
            **_view(number, kernel),
        }
        for number in range(1, len(maps))
    ]
    numbers = {
        "digits": packed(maps[0]),
        "labels": labels.tolist(),
        "layers": layers,
        "start": {"digit": digit, "layer": layer, "channel": channel},
    }
    answers = maps[layer][digit]
    answer, place = answers[channel], _peak(answers[channel])
    corner, side = field_of_view(place, layer, kernel)
    figure = Figure(figsize=(WIDTH, HEIGHT), layout="none")
    left, weights, large, sheet = (_square(figure, *at) for at in PANELS)
    _show(left, maps[0][digit][None], f"a {labels[digit]}", (0, 1))
    _frame(left, corner, (side, side))
    _show_filter(weights, filters[layer - 1][channel], f"filter {channel}")
    title = f"map {channel}: up to {answer.max():.2f}"
    _show(large, answer[None], title, _limits(answer))
    _frame(large, place, (1, 1))
    _show_sheet(sheet, answers, channel, f"all {len(answers)} of layer {layer}")
    alt = _in_words(answers, labels[digit], layer, channel)
    return LiveExplorer("feature maps", numbers, figure, alt)


def _in_words(answers: np.ndarray, label: int, layer: int, channel: int) -> str:
    n, height, width = answers.shape
    means = answers.mean(axis=(1, 2))
    row, column = _peak(answers[channel])
    best = int(means.argmax())
    return (
        f"A {label} in layer {layer}: {n} maps of {height} × {width}; "
        f"map {channel} has mean activity {means[channel]:.3f} and its maximum, "
        f"{answers[channel].max():.2f}, in row {row}, column {column}; the "
        f"strongest is map {best} with mean activity {means[best]:.3f}."
    )


def _to_one(maps: np.ndarray) -> np.ndarray:
    """Scale activities so that the largest of all is 1; what is negative is drawn 0."""
    return (maps / max(float(maps.max()), 1e-6)).clip(0, 1)


def _view(layer: int, kernel: int) -> dict[str, int]:
    """Say how `field_of_view` goes from a place in a map to pixels of the image."""
    (offset, _), side = field_of_view((0, 0), layer, kernel)
    return {"stride": STRIDE**layer, "offset": offset, "reach": side}


def field_of_view(
    place: tuple[int, int], layer: int, kernel: int
) -> tuple[tuple[int, int], int]:
    """Return which pixels of the image a value of a feature map has been made from.

    Parameters
    ----------
    place
        Row and column of the value in its map.
    layer
        Which convolution has made the map; 1 is the one next to the image.
    kernel
        Height and width of the filters, the same in all layers.

    Returns
    -------
    tuple
        Row and column of the first pixel, which may lie outside the image, where there
        is padding; and the side of the square, px.

    Examples
    --------
    >>> field_of_view((0, 5), layer=1, kernel=3)
    ((-1, 9), 3)
    >>> field_of_view((0, 5), layer=2, kernel=3)
    ((-3, 17), 7)
    """
    step, padding = STRIDE**layer, (kernel - 1) // 2
    row, column = (step * at - padding * (step - 1) for at in place)
    return (row, column), 1 + (kernel - 1) * (step - 1)


# Drawing


def _peak(answer: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(answer.argmax(), answer.shape)
    return int(row), int(column)


def _limits(answers: np.ndarray) -> tuple[float, float]:
    """Draw the strongest answer black and none white, also where all are silent."""
    return min(0.0, float(answers.min())), max(float(answers.max()), 1e-6)


def _square(figure: Figure, left: float, side: float) -> Axes:
    """Make square Axes halfway up, with room for a title; in inches."""
    bottom = (HEIGHT - 0.25 - side) / 2
    return figure.add_axes((left / WIDTH, bottom / HEIGHT, side / WIDTH, side / HEIGHT))


def _show(
    ax: Axes,
    images: np.ndarray,
    title: str,
    limits: tuple[float, float],
    *,
    gap: int = 0,
    cmap: str = "gray_r",
) -> None:
    columns = _columns(images)
    plots.show_images(
        images, columns=columns, gap=gap, title=title, limits=limits, ax=ax
    )
    ax.images[0].set_cmap(cmap)


def _show_filter(ax: Axes, weights: np.ndarray, title: str) -> None:
    """Draw a filter's weights, one square for each map that it reads."""
    reach = np.abs(weights).max() or 1
    _show(ax, weights, title, (-reach, reach), gap=1, cmap="RdBu")


def _show_sheet(ax: Axes, answers: np.ndarray, channel: int, title: str) -> None:
    """Draw all maps of a layer, and a frame around one."""
    # Black is half the strongest answer of all, or the weaker maps look empty.
    _show(ax, answers, title, _limits(answers / 2), gap=2)
    row, column = divmod(channel, _columns(answers))
    height, width = answers.shape[1:]
    _frame(ax, (row * (height + 2), column * (width + 2)), (height, width))


def _columns(images: np.ndarray) -> int:
    return math.ceil(math.sqrt(len(images)))


def _frame(ax: Axes, corner: tuple[int, int], shape: tuple[int, int]) -> None:
    (top, left), (height, width) = corner, shape
    frame = Rectangle((left - 0.5, top - 0.5), width, height, fill=False)
    frame.set(edgecolor=COLOURS["vermilion"], linewidth=1.5, clip_on=False)
    ax.add_patch(frame)


# What would not work


def _check(model: ConvAutoencoder, images: np.ndarray, labels: np.ndarray) -> None:
    colours = model.map_shapes[0][0]
    if colours != 1:
        raise ValueError(
            f"This model reads images of {colours} colours; pass one of grey images."
        )
    check_labels(images, labels)


def _check_start(maps: list[np.ndarray], digit: int, layer: int, channel: int) -> None:
    check_index("digit", digit, 0, len(maps[0]) - 1)
    check_index("layer", layer, 1, len(maps) - 1)
    check_index("channel", channel, 0, maps[layer].shape[1] - 1)
