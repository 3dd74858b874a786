"""Explorer of notebook 07: a digit on its way up a stack, and down again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import squared_error
from aelib.explore.base import as_array
from aelib.explore.checks import check_index
from aelib.explore.live import LiveExplorer, packed
from aelib.plots import COLOURS
from aelib.stacking import codes, stages


def through_the_stack(
    models: Mapping[str, Autoencoder],
    images: np.ndarray,
    *,
    digit: int = 0,
    depth: int | None = None,
) -> LiveExplorer:
    """Notebook 07: one digit on its way up through a stack, to some depth, and down.

    Parameters
    ----------
    models
        Name to each deep autoencoder; all have the same widths.
    images
        Digits (n, 28, 28) to choose from.
    digit
        Which of them is shown first, from 0 to n - 1.
    depth
        Where it turns round at first; by default at the code.

    Raises
    ------
    ValueError
        If there is no network, their widths differ, or there is no such `digit` or
        `depth`.

    Examples
    --------
    >>> models = {"idle": Autoencoder([784, 9, 4], seed=0)}
    >>> images = np.zeros((2, 28, 28), np.float32)
    >>> explorer = through_the_stack(models, images, digit=1, depth=1)
    >>> explorer.alt.partition(";")[0]
    'Digit 1 up to depth 1 of idle, 9 activities, and back'
    """
    widths = _check(models, images, digit, depth)
    ways = {
        (name, k): _up_and_down(model, images, k)
        for name, model in models.items()
        for k in range(1, len(widths))
    }
    errors = {
        key: squared_error(images, way[-1].reshape(images.shape))
        for key, way in ways.items()
    }

    depths, deepest = range(1, len(widths)), len(widths) - 1
    depth, first = depth or deepest, next(iter(models))
    numbers = {
        "widths": widths,
        "ways": {
            name: [[packed(_shades(layer)) for layer in ways[name, k]] for k in depths]
            for name in models
        },
        "errors": {
            name: packed([errors[name, k] for k in depths], "i14") for name in models
        },
        "count": len(images),
        "digit": digit,
        "depth": depth,
    }
    figure = Figure(figsize=(7, 2.9), layout="none")
    above = figure.add_axes((0.01, 0.58, 0.98, 0.36))
    below = figure.add_axes((0.09, 0.16, 0.6, 0.36))
    _draw_way(above, [layer[digit] for layer in ways[first, depth]], len(widths))
    for name in models:
        curve = [errors[name, k][digit] for k in depths]
        below.plot(depths, curve, "o-", ms=4, label=name)
    here = errors[first, depth][digit]
    below.plot(depth, here, "o", ms=11, mfc="none", mec=COLOURS["vermilion"], mew=2)
    below.set_xticks(depths)
    below.set(xlabel="depth", ylabel="squared error", ylim=(0, None))
    below.legend(loc="center left", bbox_to_anchor=(1.03, 0.5))
    alt = (
        f"Digit {digit} up to depth {depth} of {first}, {widths[depth]} activities, "
        f"and back; the squared error is {here:.1f}."
    )
    return LiveExplorer("through the stack", numbers, figure, alt)


def _shades(layer: np.ndarray) -> np.ndarray:
    """Return activities between 0 and 1, those of codes without bounds, too."""
    low, high = min(0.0, layer.min()), max(1.0, layer.max())
    return (layer - low) / (high - low)


def _up_and_down(
    model: Autoencoder, images: np.ndarray, depth: int
) -> list[np.ndarray]:
    """Return the input, what each layer answers up to `depth`, and back to pixels."""
    with torch.no_grad():
        way = [torch.as_tensor(images).flatten(1), *codes(model, images)[:depth]]
        for stage in reversed(stages(model)[:depth]):
            way.append(stage.decode(way[-1]))
    return [as_array(layer) for layer in way]


def _draw_way(ax: Axes, layers: list[np.ndarray], most: int) -> None:
    """Draw pixels, activities and pixels again in a row, with their numbers above."""
    first, *between, last = layers
    pictures = [first.reshape(28, 28)]
    pictures += [plots.code_images(layer[None])[0] for layer in between]
    pictures += [last.reshape(28, 28)]
    columns = 2 * most - 1
    rows = np.concatenate([pictures, np.zeros((columns - len(pictures), 28, 28))])
    ax.imshow(plots.tile(rows, columns=columns), vmin=0, vmax=1)
    ax.set_axis_off()
    for place, layer in enumerate(layers):
        arrow = "" if place == 0 else "→ "
        ax.text(14 + 30 * place, -3, f"{arrow}{layer.size}", ha="center")


def _check(
    models: Mapping[str, Autoencoder], images: np.ndarray, digit: int, depth: int | None
) -> list[int]:
    """Refuse what cannot be shown; return the widths of the layers."""
    widths = {name: model.sizes for name, model in models.items()}
    different = set(map(tuple, widths.values()))
    if len(different) != 1:
        raise ValueError(f"Pass networks of the same widths; got {widths}.")
    one = different.pop()
    check_index("digit", digit, 0, len(images) - 1)
    if depth is not None:
        check_index("depth", depth, 1, len(one) - 1)
    return list(one)
