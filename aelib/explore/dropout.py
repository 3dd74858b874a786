"""Explorer of notebook 06: units taken away, alone and two at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode, reconstruct, squared_error
from aelib.explore.base import as_array
from aelib.explore.live import LiveExplorer, packed

UNITS = 49  # that can be taken away: those whose loss, set to zero, costs most
SHOWN = 6  # digits


def killed_units(models: Mapping[str, Autoencoder], images: np.ndarray) -> LiveExplorer:
    """Notebook 06: what a network loses with one unit, with another, and with both.

    Parameters
    ----------
    models
        Name to a network of one hidden layer and sigmoid outputs.
    images
        Digits (n, 28, 28), at least six; the errors are means over all of them, and
        some thirty are enough.

    Raises
    ------
    ValueError
        If there is no network, one has another depth or other outputs, or there are
        fewer than six digits.

    Examples
    --------
    >>> images = np.zeros((6, 28, 28), np.float32)
    >>> killed_units({"idle": Autoencoder([784, 4], seed=0)}, images).alt[:43]
    'Four units of idle and six digits. With all'
    """
    _check(models, images)
    networks = {name: _network(model, images) for name, model in models.items()}
    numbers = {"networks": networks, "digits": packed(images), "shown": SHOWN}
    name, model = next(iter(models.items()))
    chosen = _most_important(model, images)
    output = reconstruct(model, images)
    figure = Figure(figsize=(7, 2.7))
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    plots.show_features(model.features()[chosen], title=name, ax=left)
    plots.show_rows({"digit": images[:SHOWN], "output": output[:SHOWN]}, ax=right)
    count = {4: "Four"}.get(len(chosen), str(len(chosen)))
    alt = (
        f"{count} units of {name} and six digits. With all units, the squared error "
        f"is {squared_error(images, output).mean():.2f}."
    )
    return LiveExplorer("killed units", numbers, figure, alt)


def _network(model: Autoencoder, images: np.ndarray) -> dict[str, Any]:
    """Return what the outputs are made of: all sums, and what single units add."""
    chosen = _most_important(model, images)
    codes = encode(model, images)
    weight, bias = as_array(model.decoder[0].weight), as_array(model.decoder[0].bias)
    features = model.features()[chosen]
    most = np.abs(features).max(axis=1, keepdims=True)
    return {
        "features": packed(features / np.where(most > 0, most, 1), "i8"),
        "sums": packed(codes @ weight.T + bias, "i14"),
        "codes": packed(codes[:, chosen], "i14"),
        "means": codes[:, chosen].mean(axis=0).round(6).tolist(),
        "weights": packed(weight.T[chosen], "i14"),
    }


def _most_important(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """Return the units without which the error rises most, in their own order."""
    codes = encode(model, images)
    rises = []
    for unit in range(codes.shape[1]):
        without = codes.copy()
        without[:, unit] = 0
        with torch.no_grad():
            output = as_array(model.decode(torch.as_tensor(without)))
        rises.append(squared_error(images, output.reshape(images.shape)).mean())
    return np.sort(np.argsort(-np.array(rises), kind="stable")[:UNITS])


def _check(models: Mapping[str, Autoencoder], images: np.ndarray) -> None:
    if not models or len(images) < SHOWN:
        raise ValueError(
            f"Pass one network at least and {SHOWN} digits; got {len(models)} networks "
            f"and {len(images)} digits."
        )
    for name, model in models.items():
        if model.depth != 1 or model.output_activation != "sigmoid":
            raise ValueError(
                f"Networks need one hidden layer and sigmoid outputs; {name} has "
                f"widths {model.sizes} and {model.output_activation} outputs."
            )
