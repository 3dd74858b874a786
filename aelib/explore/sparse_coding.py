"""Explorer of notebook 04: what units pay for their activity, and who is pushed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from aelib.explore.checks import check_range
from aelib.explore.live import LiveExplorer
from aelib.penalties import kl_divergence, kl_gradient
from aelib.plots import COLOURS

RHO = np.linspace(0.002, 0.998, 499)  # mean activities for which curves are drawn


def sparsity_force(
    rho: Mapping[str, np.ndarray], *, rho_bar: float = 0.1, gamma: float = 1.0
) -> LiveExplorer:
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
    check_range("rho_bar", rho_bar, 0.01, 0.5)
    check_range("gamma", gamma, 0, 5)
    name, units = next(iter(rho.items()))
    numbers = {
        "networks": {key: values.tolist() for key, values in rho.items()},
        "rho_bar": round(rho_bar, 2),
        "gamma": round(gamma, 1),
    }
    still = _still(units, rho_bar, gamma)
    alt = _in_words(name, units, rho_bar, gamma)
    return LiveExplorer("sparsity force", numbers, still, alt)


def _still(units: np.ndarray, rho_bar: float, gamma: float) -> Figure:
    figure = Figure(figsize=(7, 2.8))
    left, right = figure.subplots(1, 2)
    left.plot(RHO, gamma * kl_divergence(rho_bar, RHO), color=COLOURS["blue"])
    left.plot(units, gamma * kl_divergence(rho_bar, units), "o", color="black", ms=4)
    left.set(ylabel="price γ·KL")
    right.plot(RHO, -gamma * kl_gradient(rho_bar, RHO), color=COLOURS["orange"])
    right.plot(units, -gamma * kl_gradient(rho_bar, units), "o", color="black", ms=4)
    right.set(ylabel="force: down if negative", yscale="symlog")
    for ax in (left, right):
        ax.axvline(rho_bar, color=COLOURS["vermilion"], ls="--")
        ax.set(xlim=(0, 1), xlabel="mean activity ρ of a unit")
    return figure


def _in_words(name: str, units: np.ndarray, rho_bar: float, gamma: float) -> str:
    price = gamma * kl_divergence(rho_bar, units).sum()
    force = -gamma * kl_gradient(rho_bar, units)
    up, down = int((force > 1e-9).sum()), int((force < -1e-9).sum())
    return (
        f"With ρ̄ = {rho_bar:.2f} and γ = {gamma:.1f}, the {len(units)} units of "
        f"{name} pay {price:.2f}; {up} {'is' if up == 1 else 'are'} pushed up, "
        f"{down} down."
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
