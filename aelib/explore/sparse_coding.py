"""Explorer of notebook 04: what units pay for their activity, and who is pushed."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib.explore.base import Explorer, slider
from aelib.penalties import kl_divergence, kl_gradient
from aelib.plots import COLOURS

RHO = np.linspace(0.002, 0.998, 499)  # mean activities for which curves are drawn
MOST_FORCE, MOST_PRICE = 10.0, 5.0  # what the axes show


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
        If there is no network, an activity is outside (0, 1), or `rho_bar` or `gamma`
        outside its range.

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
        figure.subplots_adjust(0.07, 0.17, 0.97, 0.9, wspace=0.24)
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
        "rho_bar": slider("rho_bar", rho_bar, 0.01, 0.5, 0.01, sign="ρ̄"),
        "gamma": slider("gamma", gamma, 0, 5, 0.1, sign="γ"),
    }
    return Explorer("sparsity force", controls, draw, describe)


def _draw_forces(ax: Axes, units: np.ndarray, force: np.ndarray) -> None:
    """Draw the force on each unit as a stem; too large ones end at the frame."""
    height = force.clip(-MOST_FORCE, MOST_FORCE)
    ax.vlines(units, 0, height, color="0.6", lw=1)
    ax.plot(units, height, "o", color="black", ms=4, clip_on=False)


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
