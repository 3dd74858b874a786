"""Explorer of notebook 01: a digit through codes of more and fewer numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from aelib import evaluation, plots
from aelib.autoencoders import Autoencoder
from aelib.explore.live import LiveExplorer, layers, packed


def code_sizes(models: Mapping[int, Autoencoder], images: np.ndarray) -> LiveExplorer:
    """Notebook 01: a digit, given or one's own, rebuilt from more and fewer numbers.

    Parameters
    ----------
    models
        Code size to the autoencoder with that code. They are sent whole, so small
        ones: together they have about 63 code units at most.
    images
        Digits (n, 28, 28), in [0, 1], to choose from.

    Raises
    ------
    ValueError
        If there is no model, or one whose code has another size than its name says.

    Examples
    --------
    >>> models = {k: Autoencoder([784, k], seed=0) for k in (2, 8)}
    >>> code_sizes(models, np.zeros((4, 28, 28), np.float32)).alt.partition(";")[0]
    'Digits rebuilt from 8 numbers each'
    """
    _check(models)
    sizes = sorted(models)
    numbers = {
        "sizes": sizes,
        "digits": packed(images),
        "networks": [
            {half: layers(models[size], half) for half in ("encoder", "decoder")}
            for size in sizes
        ],
    }
    size = sizes[-1]
    output = evaluation.reconstruct(models[size], images)
    error = evaluation.squared_error(images, output).mean()
    rows = {
        "input": images,
        f"from {size}": output,
        "|difference|": abs(images - output),
    }
    figure = Figure(figsize=(7, 2.2))
    title = f"squared error of these images: {error:.1f} each"
    plots.show_rows(rows, title=title, ax=figure.subplots())
    alt = (
        f"Digits rebuilt from {size} number{'s' * (size > 1)} each; squared error per "
        f"image {error:.1f}."
    )
    return LiveExplorer("code sizes", numbers, figure, alt)


def _check(models: Mapping[int, Autoencoder]) -> None:
    if not models:
        raise ValueError("Pass a model of one code size at least.")
    for size, model in models.items():
        if model.code_size != size:
            raise ValueError(
                f"The model called {size} has a code of {model.code_size} numbers."
            )
