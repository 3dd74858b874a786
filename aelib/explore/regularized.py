"""Explorers of the weight penalty and of the sparsity penalty: notebooks 03 and 04."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import reconstruct, squared_error
from aelib.explore.base import WIDE, Explorer
from aelib.penalties import kl_divergence, kl_gradient
from aelib.plots import COLOURS

SHOWN = 6  # digits
RHO = np.linspace(0.002, 0.998, 499)  # mean activities for which curves are drawn
MOST_FORCE, MOST_PRICE = 10.0, 5.0  # what the axes of the sparsity penalty show


def weight_prices(
    models: Mapping[float, Autoencoder],
    known: np.ndarray,
    new: np.ndarray,
    *,
    lam: float | None = None,
) -> Explorer:
    """Notebook 03: what a weight penalty does to weights, and to digits known and new.

    Parameters
    ----------
    models
        Strength of the penalty to the network that was trained with it.
    known, new
        Digits (n, 28, 28) that the networks were trained on, and others; at least six.
    lam
        Which strength is shown first; by default, that with the least error on new
        digits.

    Raises
    ------
    ValueError
        If there is no network, none of that strength, or too few digits.

    Examples
    --------
    >>> images = np.zeros((6, 28, 28), np.float32)
    >>> explorer = weight_prices({0.1: Autoencoder([784, 4], seed=0)}, images, images)
    >>> explorer.alt.partition(":")[0]
    'With λ = 0.1, the squared weights sum to 16'
    """
    _check_prices(models, known, new, lam)
    strengths = sorted(models)
    outputs = {
        s: (reconstruct(model, known), reconstruct(model, new))
        for s, model in models.items()
    }
    errors = {
        s: [squared_error(known, seen).mean(), squared_error(new, unseen).mean()]
        for s, (seen, unseen) in outputs.items()
    }
    total = {s: _squared_weights(model) for s, model in models.items()}
    features = {s: model.features()[:16] for s, model in models.items()}

    def draw(lam: float) -> Figure:
        figure = Figure(figsize=(7, 2.7), layout="none")
        left, middle, right = (
            figure.add_axes((x, 0.18, width, 0.7))
            for x, width in ((0.01, 0.24), (0.35, 0.3), (0.72, 0.27))
        )
        plots.show_features(
            features[lam], columns=4, title=f"Σw² = {total[lam]:,.0f}", ax=left
        )
        seen, unseen = (output[:SHOWN] for output in outputs[lam])
        rows = {"known": known[:SHOWN], "output": seen}
        rows |= {"new": new[:SHOWN], "output ": unseen}
        plots.show_rows(rows, title=f"λ = {lam:g}", ax=middle)
        _draw_errors(right, errors, strengths.index(lam))
        return figure

    def describe(lam: float) -> str:
        seen, unseen = errors[lam]
        return (
            f"With λ = {lam:g}, the squared weights sum to {total[lam]:,.0f}: squared "
            f"error {seen:.1f} on known digits, {unseen:.1f} on new ones."
        )

    best = min(models, key=lambda s: errors[s][1]) if lam is None else lam
    slider = widgets.SelectionSlider(
        options=[(f"{s:g}", s) for s in strengths],
        value=best,
        description="λ",
        layout=WIDE,
    )
    return Explorer("weight prices", {"lam": slider}, draw, describe)


def sparsity_force(
    rho: Mapping[str, np.ndarray], *, rho_bar: float = 0.1, gamma: float = 1.0
) -> Explorer:
    """Notebook 04: what units pay for their mean activity, and where they are pushed.

    Parameters
    ----------
    rho
        Name of a network to the mean activities of its units (units,), in (0, 1).
    rho_bar, gamma
        Desired mean activity, 0.01 to 0.5, and strength, 0 to 5, at first.

    Raises
    ------
    ValueError
        If there is no network, or an activity is outside (0, 1).

    Examples
    --------
    >>> explorer = sparsity_force({"three units": np.array([0.02, 0.1, 0.5])})
    >>> explorer.alt.partition("; ")[2]
    '1 is pushed up, 1 down.'
    """
    rho = {name: np.asarray(values, dtype=float) for name, values in rho.items()}
    _check_activities(rho)

    def draw(network: str, rho_bar: float, gamma: float) -> Figure:
        units = rho[network]
        price = gamma * kl_divergence(rho_bar, units)
        force = -gamma * kl_gradient(rho_bar, units)
        figure = Figure(figsize=(7, 2.8), layout="none")
        left, right = figure.subplots(1, 2)
        figure.subplots_adjust(0.07, 0.17, 0.99, 0.9, wspace=0.16)
        left.plot(RHO, gamma * kl_divergence(rho_bar, RHO), color=COLOURS["blue"])
        height = price.clip(max=MOST_PRICE)
        left.plot(units, height, "o", color="black", ms=4, clip_on=False)
        left.set(ylim=(0, MOST_PRICE), title=f"price γ·KL: {price.sum():.2f} in all")
        right.plot(RHO, -gamma * kl_gradient(rho_bar, RHO), color=COLOURS["orange"])
        right.axhline(0, color="black", lw=0.8)
        right.set(ylim=(-MOST_FORCE, MOST_FORCE), title="force: down if negative")
        _draw_forces(right, units, force)
        for ax in (left, right):
            ax.axvline(rho_bar, color=COLOURS["vermilion"], ls="--")
            ax.set(xlim=(0, 1), xlabel="mean activity ρ of a unit")
        return figure

    def describe(network: str, rho_bar: float, gamma: float) -> str:
        units = rho[network]
        price = gamma * kl_divergence(rho_bar, units).sum()
        force = -gamma * kl_gradient(rho_bar, units)
        up, down = int((force > 1e-9).sum()), int((force < -1e-9).sum())
        return (
            f"With ρ̄ = {rho_bar:.2f} and γ = {gamma:.1f}, the {len(units)} units of "
            f"{network} pay {price:.2f}; {up} {'is' if up == 1 else 'are'} pushed up, "
            f"{down} down."
        )

    controls = {
        "network": widgets.ToggleButtons(options=list(rho), description="network"),
        "rho_bar": widgets.FloatSlider(
            rho_bar, min=0.01, max=0.5, step=0.01, description="ρ̄", layout=WIDE
        ),
        "gamma": widgets.FloatSlider(
            gamma, min=0, max=5, step=0.1, description="γ", layout=WIDE
        ),
    }
    return Explorer("sparsity force", controls, draw, describe)


# Numbers and drawing


def _squared_weights(model: Autoencoder) -> float:
    """Σw² of all layers, without biases."""
    weights = (p for name, p in model.named_parameters() if name.endswith("weight"))
    return float(sum(w.detach().square().sum() for w in weights))


def _draw_errors(
    ax: Axes, errors: Mapping[float, list[np.floating]], here: int
) -> None:
    """Draw both errors against the strengths, evenly spaced, and mark one of them."""
    strengths = sorted(errors)
    for name, style, curve in zip(
        ("known", "new"),
        ("o--", "s-"),
        zip(*(errors[s] for s in strengths), strict=True),
        strict=True,
    ):
        ax.plot(curve, style, ms=4, label=name)
    ax.axvline(here, color="0.85", lw=10, zorder=0)
    short = [np.format_float_scientific(s, trim="-", exp_digits=1) for s in strengths]
    ax.set_xticks(range(len(strengths)), [name.replace("0e+0", "0") for name in short])
    ax.set(xlabel="λ", title="squared error", ylim=(0, None))
    ax.legend(loc="upper left")


def _draw_forces(ax: Axes, units: np.ndarray, force: np.ndarray) -> None:
    """Draw the force on each unit as a stem; too large ones end at the frame."""
    height = force.clip(-MOST_FORCE, MOST_FORCE)
    ax.vlines(units, 0, height, color="0.6", lw=1)
    ax.plot(units, height, "o", color="black", ms=4, clip_on=False)


# What would not work


def _check_prices(
    models: Mapping[float, Autoencoder],
    known: np.ndarray,
    new: np.ndarray,
    lam: float | None,
) -> None:
    if not models or (lam is not None and lam not in models):
        wanted = "at all" if lam is None else f"of strength {lam}"
        raise ValueError(f"There is no network {wanted}; got {sorted(models)}.")
    if min(len(known), len(new)) < SHOWN:
        raise ValueError(
            f"Pass at least {SHOWN} digits of each kind; got {len(known)} known and "
            f"{len(new)} new ones."
        )


def _check_activities(rho: Mapping[str, np.ndarray]) -> None:
    if not rho:
        raise ValueError("Pass the mean activities of one network at least.")
    for name, values in rho.items():
        if values.ndim != 1 or not ((values > 0) & (values < 1)).all():
            raise ValueError(
                f"Mean activities are one number per unit, above 0 and below 1; those "
                f"of {name} have shape {values.shape} and range from "
                f"{values.min():g} to {values.max():g}."
            )
