"""Explorer of notebook 01: the same digits through codes of more and fewer numbers."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from aelib import plots
from aelib.explore.base import WIDE, Explorer


def code_sizes(
    images: np.ndarray, reconstructions: Mapping[int, np.ndarray]
) -> Explorer:
    """Notebook 01: the same digits, rebuilt from codes of more and fewer numbers.

    Parameters
    ----------
    images
        Inputs (n, 28, 28), in [0, 1].
    reconstructions
        Code size to the outputs (n, 28, 28) of the autoencoder with that code.

    Raises
    ------
    ValueError
        If there are no outputs, or they are not as many images as the inputs.

    Examples
    --------
    >>> images = np.zeros((4, 28, 28))
    >>> code_sizes(images, {2: images + 0.1, 8: images}).alt
    'Digits rebuilt from 8 numbers each; squared error per image 0.0.'
    """
    _check(images, reconstructions)
    errors = {
        size: float(np.square(outputs - images).sum(axis=(1, 2)).mean())
        for size, outputs in reconstructions.items()
    }

    def draw(size: int) -> Figure:
        outputs = reconstructions[size]
        rows = {"input": images, f"from {size}": outputs}
        rows["|difference|"] = np.abs(images - outputs)
        figure = Figure(figsize=(7, 2.2))
        ax = figure.subplots()
        plots.show_rows(
            rows, title=f"squared error of these images: {errors[size]:.1f} each", ax=ax
        )
        return figure

    sizes = sorted(reconstructions)
    slider = widgets.SelectionSlider(
        options=sizes, value=sizes[-1], description="code size", layout=WIDE
    )
    return Explorer(
        "code sizes",
        {"size": slider},
        draw,
        lambda size: (
            f"Digits rebuilt from {size} number{'s' * (size > 1)} each; "
            f"squared error per image {errors[size]:.1f}."
        ),
    )


def _check(images: np.ndarray, reconstructions: Mapping[int, np.ndarray]) -> None:
    if not reconstructions:
        raise ValueError("Pass the outputs of one code size at least.")
    for size, outputs in reconstructions.items():
        if np.shape(outputs) != np.shape(images):
            raise ValueError(
                f"Outputs of code size {size} have shape {np.shape(outputs)}, and the "
                f"images {np.shape(images)}: pass what became of these images."
            )
