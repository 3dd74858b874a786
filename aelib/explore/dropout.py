"""Explorer of notebook 06: what a network looks like, and can do without."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode, squared_error
from aelib.explore.base import WIDE, Explorer, as_array
from aelib.plots import COLOURS

LOST = range(0, 100, 10)  # per cent
SHOWN = 6  # digits
PALE = (-0.2, 1)  # activities drawn white and black: 0 differs from the paper
TICKS = (3, 10, 30, 100)


def dropout_rates(
    models: Mapping[float, Autoencoder],
    images: np.ndarray,
    *,
    rate: float | None = None,
    lost: int = 50,
) -> Explorer:
    """Notebook 06: what a network trained with dropout looks like, and can do without.

    Units are lost as in training: each activity with the same probability, and what is
    left is scaled up.

    Parameters
    ----------
    models
        Dropout rate to the network that was trained with it, of one hidden layer.
    images
        Digits (n, 28, 28); a few hundred are enough.  The first six are shown.
    rate
        Which network is shown first; by default, the one of the middle rate.
    lost
        Per cent of hidden activities lost at first: 0, 10, …, 90.

    Raises
    ------
    ValueError
        If there is no network of that rate, a network has more than one hidden layer,
        or `lost` is none of the percentages.

    Examples
    --------
    >>> images = np.zeros((6, 28, 28), np.float32)
    >>> explorer = dropout_rates({0.5: Autoencoder([784, 4])}, images, lost=0)
    >>> explorer.alt.partition(",")[0]
    'Trained with dropout 0.5; with 0 % of the units lost'
    """
    _check_rates(models, rate, lost)
    chance = np.random.default_rng(0)
    codes = {r: encode(model, images) for r, model in models.items()}
    # The same toss for all networks, so that they lose the same activities.
    toss = chance.random((len(images), max(code.shape[1] for code in codes.values())))

    def thin_out(rate: float, lost: int) -> np.ndarray:
        code = codes[rate]
        p = lost / 100
        return code * (toss[:, : code.shape[1]] >= p) / (1 - p)

    def outputs(rate: float, lost: int, n: int | None = None) -> np.ndarray:
        code = torch.as_tensor(thin_out(rate, lost)[:n])
        with torch.no_grad():
            return as_array(models[rate].decode(code)).reshape(-1, *images.shape[1:])

    errors = {
        (r, k): float(squared_error(images, outputs(r, k)).mean())
        for r in models
        for k in LOST
    }

    def draw(rate: float, lost: int) -> Figure:
        figure = Figure(figsize=(7, 2.7), layout="none")
        left, middle, right = (
            figure.add_axes((x, 0.18, width, 0.7))
            for x, width in ((0.0, 0.24), (0.33, 0.3), (0.71, 0.28))
        )
        features = models[rate].features()[:20]
        plots.show_features(features, columns=4, title=f"trained with {rate}", ax=left)
        rows = {
            "digit": images[:SHOWN],
            "code": plots.code_images(codes[rate][:SHOWN], limits=PALE),
            "kept": plots.code_images(thin_out(rate, lost)[:SHOWN], limits=PALE),
            "output": outputs(rate, lost, SHOWN),
        }
        plots.show_rows(rows, title=f"{lost} % of the units lost", ax=middle)
        for r in models:
            curve = [errors[r, k] for k in LOST]
            style = {"color": COLOURS["blue"]} if r == rate else {"color": "0.75"}
            right.plot(LOST, curve, **style)
            right.text(92, curve[-1], str(r), va="center")
        right.plot(lost, errors[rate, lost], "o", color=COLOURS["vermilion"])
        right.set(yscale="log", xlabel="% of units lost", title="error per image")
        right.set(xlim=(-5, 110), xticks=(0, 30, 60, 90))
        right.set_yticks(TICKS, [str(tick) for tick in TICKS])
        right.minorticks_off()
        return figure

    def describe(rate: float, lost: int) -> str:
        return (
            f"Trained with dropout {rate}; with {lost} % of the units lost, "
            f"squared error {errors[rate, lost]:.1f}."
        )

    controls = {
        "rate": widgets.ToggleButtons(
            options=sorted(models), value=_first(models, rate), description="trained"
        ),
        "lost": widgets.SelectionSlider(
            options=list(LOST), value=lost, description="% lost now", layout=WIDE
        ),
    }
    return Explorer("dropout rates", controls, draw, describe)


def _first(models: Mapping[float, Autoencoder], rate: float | None) -> float:
    return sorted(models)[len(models) // 2] if rate is None else rate


def _check_rates(
    models: Mapping[float, Autoencoder], rate: float | None, lost: int
) -> None:
    if not models or _first(models, rate) not in models:
        raise ValueError(f"No network of dropout rate {rate}; got {sorted(models)}.")
    deep = {r: model.sizes for r, model in models.items() if model.depth != 1}
    if deep:
        raise ValueError(f"Networks need one hidden layer; got widths {deep}.")
    if lost not in LOST:
        raise ValueError(f"lost={lost} must be one of {list(LOST)}, per cent.")
