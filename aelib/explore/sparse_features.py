"""Explorer of notebook 05: what a hidden unit looks for, and how often it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from aelib import plots, units
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode
from aelib.explore.checks import check_index
from aelib.explore.live import LiveExplorer, packed
from aelib.plots import COLOURS

BINS = np.linspace(0, 1, 41)
MOST = 9  # digits shown that excite a unit most
SHADES = 9  # of ink, and of a weight to either side of zero: as many as are seen


def hidden_units(
    models: Mapping[str, Autoencoder],
    images: np.ndarray,
    rho_bar: Mapping[str, float] | None = None,
    *,
    unit: int = 0,
) -> LiveExplorer:
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
    rho_bar = rho_bar or {}
    _check_units(codes, unit)
    best = {
        name: np.argsort(-code, axis=0, kind="stable")[:MOST].T
        for name, code in codes.items()
    }
    shown, places = np.unique(list(best.values()), return_inverse=True)
    places = dict(zip(best, places.reshape(len(best), -1, MOST), strict=True))
    networks = {
        name: _network(models[name].features(), code, places[name], rho_bar.get(name))
        for name, code in codes.items()
    }
    numbers = {
        "networks": networks,
        "digits": packed(np.rint(SHADES * np.asarray(images)[shown]) / SHADES),
        "start": unit,
    }
    first = next(iter(models))
    h = codes[first][:, unit]
    nine = best[first][unit]
    still = _still(models[first].features()[unit], h, images[nine], rho_bar.get(first))
    alt = (
        f"Unit {unit} of {first}: mean activity {h.mean():.3f}; most excited by "
        f"digits at {h[nine[0]]:.2f} to {h[nine[-1]]:.2f}."
    )
    return LiveExplorer("hidden units", numbers, still, alt)


def _network(
    features: np.ndarray, codes: np.ndarray, best: np.ndarray, rho_bar: float | None
) -> dict[str, Any]:
    """Return what is drawn of one network's units."""
    most = np.abs(features).max(axis=1, keepdims=True)
    shades = np.rint(SHADES * features / np.where(most > 0, most, 1)) / SHADES
    counts = np.stack([np.histogram(h, BINS)[0] for h in codes.T])
    return {
        "features": packed(shades, "i8"),
        "best": best.tolist(),
        "counts": counts.tolist(),
        "means": codes.mean(axis=0).round(4).tolist(),
        "shares": units.window_share(features).round(3).tolist(),
        "rho_bar": rho_bar,
    }


def _still(
    feature: np.ndarray, h: np.ndarray, nine: np.ndarray, rho_bar: float | None
) -> Figure:
    figure = Figure(figsize=(7, 2.5), layout="none")
    left, middle, right = (
        figure.add_axes((x, 0.18, width, 0.7))
        for x, width in ((0.01, 0.25), (0.31, 0.25), (0.65, 0.33))
    )
    local = units.window_share(feature[None])[0]
    title = f"window share {local:.2f}"
    plots.show_features(feature[None], columns=1, title=title, ax=left)
    title = f"the {MOST} that excite it most"
    plots.show_images(nine, columns=3, title=title, ax=middle)
    # From half a digit up, so that a single one has a bar on the logarithmic axis.
    counts = np.histogram(h, BINS)[0]
    right.stairs(counts, BINS, baseline=0.5, fill=True, color=COLOURS["sky"])
    right.axvline(h.mean(), color=COLOURS["vermilion"], label=f"ρ = {h.mean():.3f}")
    if rho_bar is not None:
        right.axvline(rho_bar, color="black", ls=":", label=f"ρ̄ = {rho_bar:g}")
    right.set(xlim=(0, 1), yscale="log", ylim=(0.5, 3 * len(h)))
    right.set(xlabel="activity h", title="how many digits")
    powers = 10 ** np.arange(1 + int(np.log10(len(h))))
    right.set_yticks(powers, [f"{power:,}" for power in powers])
    right.minorticks_off()
    right.legend(loc="upper right")
    return figure


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
    check_index("unit", unit, 0, width - 1)
    if any(code.min() < 0 or code.max() > 1 for code in codes.values()):
        raise ValueError(
            "Activities must lie in [0, 1], those of sigmoid units; at least one does "
            "not."
        )
