"""Explorers of hidden units: notebooks 05 and 06."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.figure import Figure

from aelib import plots, units
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode, squared_error
from aelib.explore.base import WIDE, Explorer
from aelib.explore.checks import check_choice
from aelib.plots import COLOURS

LOST = range(0, 100, 10)  # per cent
BINS = np.linspace(0, 1, 41)
SHOWN = 6  # digits
PALE = (-0.2, 1)  # activities drawn white and black: 0 differs from the paper
TICKS = (3, 10, 30, 100)
MOST = 9  # digits shown that excite a unit most


def hidden_units(
    models: Mapping[str, Autoencoder],
    images: np.ndarray,
    rho_bar: Mapping[str, float] | None = None,
    *,
    unit: int = 0,
) -> Explorer:
    """Notebook 05: a hidden unit's weights, what excites it most, how often it speaks.

    Parameters
    ----------
    models
        Name to each network; all have the same number of hidden units, whose
        activities are in [0, 1].  The first is shown first.
    images
        What the units answer to (n, 28, 28), at least nine.
    rho_bar
        Name to the mean activity that was asked for, where one was.
    unit
        Which unit is shown first.

    Raises
    ------
    ValueError
        If there is no network, there are fewer than nine images, the networks have
        different numbers of units or no such `unit`, or activities are outside [0, 1].

    Examples
    --------
    >>> images = np.random.default_rng(0).random((20, 28, 28))
    >>> hidden_units({"idle": Autoencoder([784, 4])}, images * 0, unit=2).alt
    'Unit 2 of idle: mean activity 0.500; most excited by digits at 0.50 to 0.50.'
    """
    codes = {name: encode(model, images) for name, model in models.items()}
    features = {name: model.features() for name, model in models.items()}
    rho_bar = rho_bar or {}
    _check_units(codes, unit)

    def most_excited(network: str, unit: int) -> np.ndarray:
        return np.argsort(-codes[network][:, unit], kind="stable")[:MOST]

    def draw(network: str, unit: int) -> Figure:
        figure = Figure(figsize=(7, 2.5), layout="none")
        left, middle, right = (
            figure.add_axes((x, 0.18, width, 0.7))
            for x, width in ((0.01, 0.25), (0.31, 0.25), (0.65, 0.33))
        )
        feature, h = features[network][unit], codes[network][:, unit]
        local = units.window_share(feature[None])[0]
        title = f"window share {local:.2f}"
        plots.show_features(feature[None], columns=1, title=title, ax=left)
        best = most_excited(network, unit)
        title = f"the {MOST} that excite it most"
        plots.show_images(images[best], columns=3, title=title, ax=middle)
        # From half a digit up, so that a single one has a bar on the logarithmic axis.
        counts = np.histogram(h, BINS)[0]
        right.stairs(counts, BINS, baseline=0.5, fill=True, color=COLOURS["sky"])
        right.axvline(h.mean(), color=COLOURS["vermilion"], label=f"ρ = {h.mean():.3f}")
        if network in rho_bar:
            asked = rho_bar[network]
            right.axvline(asked, color="black", ls=":", label=f"ρ̄ = {asked:g}")
        right.set(xlim=(0, 1), yscale="log", ylim=(0.5, 3 * len(h)))
        right.set(xlabel="activity h", title="how many digits")
        powers = 10 ** np.arange(1 + int(np.log10(len(h))))
        right.set_yticks(powers, [f"{power:,}" for power in powers])
        right.minorticks_off()
        right.legend(loc="upper right")
        return figure

    def describe(network: str, unit: int) -> str:
        h = codes[network][:, unit]
        top = h[most_excited(network, unit)]
        return (
            f"Unit {unit} of {network}: mean activity {h.mean():.3f}; most excited by "
            f"digits at {top[0]:.2f} to {top[-1]:.2f}."
        )

    controls = {
        "network": widgets.ToggleButtons(options=list(models), description="network"),
        "unit": widgets.IntSlider(
            unit,
            0,
            len(next(iter(features.values()))) - 1,
            description="unit",
            layout=WIDE,
        ),
    }
    return Explorer("hidden units", controls, draw, describe)


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

    def thinned(rate: float, lost: int) -> np.ndarray:
        code = codes[rate]
        p = lost / 100
        return code * (toss[:, : code.shape[1]] >= p) / (1 - p)

    def outputs(rate: float, lost: int, n: int | None = None) -> np.ndarray:
        code = torch.as_tensor(thinned(rate, lost)[:n])
        with torch.no_grad():
            return models[rate].decode(code).numpy().reshape(-1, *images.shape[1:])

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
            "kept": plots.code_images(thinned(rate, lost)[:SHOWN], limits=PALE),
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


def _check_units(codes: Mapping[str, np.ndarray], unit: int) -> None:
    if not codes:
        raise ValueError("Pass at least one network, by its name.")
    shapes = {name: code.shape for name, code in codes.items()}
    if len(set(shapes.values())) != 1:
        raise ValueError(
            f"Every network needs the same number of hidden units; got codes {shapes}."
        )
    n, width = next(iter(shapes.values()))
    if n < MOST:
        raise ValueError(f"Pass at least {MOST} images; got {n}.")
    check_choice(f"unit {unit}", unit, 0, width - 1)
    if any(code.min() < 0 or code.max() > 1 for code in codes.values()):
        raise ValueError(
            "Activities must lie in [0, 1], those of sigmoid units; at least one does "
            "not."
        )
