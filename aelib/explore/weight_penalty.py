"""Explorer of notebook 03: what a price on weights does to them, and to digits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import reconstruct, squared_error
from aelib.explore.live import LiveExplorer, packed

SHOWN = 6  # digits


def weight_prices(
    models: Mapping[float, Autoencoder],
    known: np.ndarray,
    new: np.ndarray,
    *,
    lam: float | None = None,
) -> LiveExplorer:
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
    features = {s: models[s].features()[:16] for s in strengths}
    best = min(models, key=lambda s: errors[s][1]) if lam is None else lam
    copies = [[half[:SHOWN] for half in outputs[s]] for s in strengths]
    numbers = {
        "names": [f"{s:g}" for s in strengths],
        "features": packed([_to_one(features[s]) for s in strengths], "i8"),
        "known": packed(known[:SHOWN]),
        "fresh": packed(new[:SHOWN]),
        "copies": packed(np.clip(copies, 0, 1)),
        "errors": [[round(float(e), 3) for e in errors[s]] for s in strengths],
        "totals": [round(total[s], 1) for s in strengths],
        "start": strengths.index(best),
    }
    figure = Figure(figsize=(7, 2.7), layout="none")
    left, middle, right = (
        figure.add_axes((x, 0.18, width, 0.7))
        for x, width in ((0.01, 0.24), (0.35, 0.3), (0.72, 0.27))
    )
    title = f"Σw² = {total[best]:,.0f}"
    plots.show_features(features[best], columns=4, title=title, ax=left)
    seen, unseen = (output[:SHOWN] for output in outputs[best])
    rows = {"known": known[:SHOWN], "output": seen}
    rows |= {"new": new[:SHOWN], "output ": unseen}
    plots.show_rows(rows, title=f"λ = {best:g}", ax=middle)
    _draw_errors(right, errors, strengths.index(best))
    alt = (
        f"With λ = {best:g}, the squared weights sum to {total[best]:,.0f}: squared "
        f"error {errors[best][0]:.1f} on known digits, {errors[best][1]:.1f} on new "
        "ones."
    )
    return LiveExplorer("weight prices", numbers, figure, alt)


# Numbers and drawing


def _squared_weights(model: Autoencoder) -> float:
    """Σw² of all layers, without biases."""
    weights = (p for name, p in model.named_parameters() if name.endswith("weight"))
    return float(sum(w.detach().square().sum() for w in weights))


def _to_one(features: np.ndarray) -> np.ndarray:
    """Scale each feature so that its largest weight is 1 or -1."""
    most = np.abs(features).max(axis=1, keepdims=True)
    return features / np.where(most > 0, most, 1)


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
