"""Explorers of notebook 13: points that flow onto the hook, and a digit to order."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from torch import Tensor, nn

from aelib import inputs, plots
from aelib.autoencoders import Autoencoder
from aelib.diffusion import (
    SPREAD,
    Denoiser,
    anneal,
    distance_to_hook,
    exact_denoiser,
    falling,
    guided,
    hook,
    hook_curve,
)
from aelib.explore.base import as_array
from aelib.explore.live import LiveExplorer, layers, packed, unpacked
from aelib.plots import COLOURS

HIGHEST, CLIMB = 1.0, 0.2  # σ at which points start, and at which they may climb
POINTS, STEPS, CURVE = 200, 30, 120

# A start is noise this strong; so many steps are fast enough for a browser.
DIGIT_SIGMAS = falling(0.02, 20.0, 18)
STARTS = 6
WEIGHTS = [0.0, 0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 6.0]
FAINT = 0.05  # an output that is never above it is hardly seen


def points_flowing(*, seed: int = 0) -> LiveExplorer:
    """Notebook 13: points on their way to the hook, led by its exact denoiser.

    They start as points of the hook with noise of σ = 1, and follow the flow, or get
    fresh noise on the way, or climb at one σ.

    Parameters
    ----------
    seed
        Seed of the starts.

    Examples
    --------
    >>> points_flowing().alt
    '200 points of the hook with noise of σ = 1, on average 0.78 from it.'
    """
    points, spots = hook(POINTS, seed=seed)
    random = torch.Generator().manual_seed(inputs.seed(seed))
    starts = points + HIGHEST * torch.randn(POINTS, 2, generator=random)
    curve = hook_curve(CURVE)
    numbers = {
        "spots": packed(spots, "i14"),
        "starts": packed(starts, "i14"),
        "curve": packed(curve, "i14"),
        "sigmas": falling(0.02, HIGHEST, STEPS),
        "spread": SPREAD,
        "climb": CLIMB,
    }
    still = Figure(figsize=(7, 3.4))
    ends = anneal(exact_denoiser(spots, SPREAD), starts, numbers["sigmas"])[-1]
    for ax, (title, seen) in zip(
        still.subplots(1, 2, sharex=True, sharey=True),
        {"σ = 1": starts, "σ = 0": ends}.items(),
        strict=True,
    ):
        ax.plot(*curve.T, color=COLOURS["orange"])
        ax.plot(*seen.T, ".", color="black", ms=4)
        ax.set(title=title, xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), aspect="equal")
    alt = (
        f"{POINTS} points of the hook with noise of σ = {HIGHEST:g}, on average "
        f"{distance_to_hook(starts):.2f} from it."
    )
    return LiveExplorer("points flowing", numbers, still, alt)


def digit_to_order(
    model: Autoencoder,
    denoiser: Denoiser,
    back: Callable[[ArrayLike], np.ndarray],
    *,
    label: int = 3,
    weight: float = 1.5,
    seed: int = 0,
) -> LiveExplorer:
    """Notebook 13: one start, ordered as each of ten digits, at any guidance.

    Weights are sent in one byte each, and the picture here is computed with the same
    rounded ones.

    Parameters
    ----------
    model
        An autoencoder; its decoder is sent.
    denoiser
        A denoiser of its whitened codes that knows ten classes.
    back
        Turns whitened codes into codes: `aelib.sampling.whiten` returns it.
    label
        The digit that is chosen at first.
    weight
        The guidance at first, one of `WEIGHTS`.
    seed
        Seed of the starts.

    Raises
    ------
    ValueError
        If the denoiser does not know ten classes or is none of the model's codes, or
        `weight` is none of those that can be chosen.

    Examples
    --------
    >>> model, denoiser = Autoencoder([784, 5], seed=0), Denoiser(5, [8], classes=10)
    >>> explorer = digit_to_order(model, denoiser, np.asarray, label=7)
    >>> explorer.alt.partition(";")[0]
    'One start, ordered as each digit with guidance 1.5'
    """
    size = denoiser.layers[-1].out_features
    _check(denoiser, size, model.code_size, weight)
    label = inputs.whole("label", label, 0, 9)
    random = torch.Generator().manual_seed(inputs.seed(seed))
    starts = DIGIT_SIGMAS[0] * torch.randn(STARTS, size, generator=random)
    model, denoiser = _of_white_codes(model, back), copy.deepcopy(denoiser).cpu()
    every = [_ordered(model, denoiser, starts, each) for each in WEIGHTS]
    kept = np.max(every, axis=(0, 1)) > FAINT
    numbers = {
        "denoiser": [
            {
                "weight": packed(as_array(layer.weight), "i8"),
                "bias": packed(as_array(layer.bias), "i14"),
                "activation": "linear" if layer is denoiser.layers[-1] else "silu",
            }
            for layer in denoiser.layers
        ],
        "decoder": layers(model, "decoder", kept, kind="i8"),
        "kept": np.flatnonzero(kept).tolist(),
        "sigmas": DIGIT_SIGMAS,
        "starts": packed(starts, "i14"),
        "weights": WEIGHTS,
        "label": label,
        "weight": weight,
    }
    _round_as_sent(denoiser.layers, numbers["denoiser"])
    _round_as_sent(model.decoder, numbers["decoder"], kept)
    digits = _ordered(model, denoiser, starts[:1], weight) * kept
    figure = Figure(figsize=(7, 2.2))
    left, right = figure.subplots(1, 2, width_ratios=(5, 2))
    plots.show_images(digits, columns=5, ax=left)
    plots.show_images(digits[label][None], columns=1, ax=right)
    alt = (
        f"One start, ordered as each digit with guidance {weight:g}; the {label} has "
        f"{digits[label].sum():.1f} pixels of ink."
    )
    return LiveExplorer("digit to order", numbers, figure, alt)


def _ordered(
    model: Autoencoder, denoiser: Denoiser, starts: Tensor, weight: float
) -> np.ndarray:
    """Return the images (10 n, 784) of n starts, each ordered as each class."""
    labels = torch.arange(10).repeat(len(starts))
    each = starts.repeat_interleave(10, dim=0)
    ends = anneal(guided(denoiser, labels, weight), each, DIGIT_SIGMAS)[-1]
    with torch.no_grad():
        return as_array(model.decode(ends)).reshape(len(ends), -1)


def _of_white_codes(
    model: Autoencoder, back: Callable[[ArrayLike], np.ndarray]
) -> Autoencoder:
    """Return a copy whose decoder expects whitened codes."""
    model = copy.deepcopy(model).cpu()
    first, size = model.decoder[0], model.code_size
    mean = torch.tensor(back(np.zeros((1, size)))[0])
    root = torch.tensor(back(np.eye(size))) - mean
    with torch.no_grad():
        first.bias += first.weight @ mean.to(first.weight)
        first.weight.copy_(first.weight @ root.T.to(first.weight))
    return model


def _round_as_sent(
    parts: Iterable[nn.Module],
    sent: Sequence[Mapping[str, Any]],
    kept: np.ndarray | None = None,
) -> None:
    """Give layers the rounded weights that the page has."""
    for part, small in zip(parts, sent, strict=True):
        for name in ("weight", "bias"):
            own, values = getattr(part, name).data, torch.tensor(unpacked(small[name]))
            own[slice(None) if len(own) == len(values) else kept] = values.to(own)


def _check(denoiser: Denoiser, size: int, code_size: int, weight: float) -> None:
    if denoiser.classes != 10 or size != code_size:
        raise ValueError(
            f"The denoiser knows {denoiser.classes} classes of {size} numbers, the "
            f"code has {code_size}: pass one that knows ten classes of such codes."
        )
    if weight not in WEIGHTS:
        raise ValueError(f"weight={weight!r} cannot be chosen: pass one of {WEIGHTS}.")
