"""Explorer of notebook 05: what a hidden unit looks for, and how often it speaks."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from aelib import plots, units
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode
from aelib.explore.base import Explorer, slider
from aelib.explore.checks import check_index
from aelib.plots import COLOURS

BINS = np.linspace(0, 1, 41)
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
        "unit": slider("unit", unit, 0, len(next(iter(features.values()))) - 1),
    }
    return Explorer("hidden units", controls, draw, describe)


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
