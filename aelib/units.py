"""What hidden units are like: what each looks for, how often it speaks, who needs it.

Three kinds of input: *features*, the weights that lead to each unit (units, pixels);
*codes*, the units' activities on data (n, units); and models, for `ablation_cost`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from aelib import inputs
from aelib.compute import in_batches, place
from aelib.evaluation import sparseness, squared_error

Array = NDArray[np.float64]

SILENT = 0.01  # of the largest activity in the code
MOST_SILENT = 0.05  # of all units: medians would hide up to half of them


@dataclass(frozen=True)
class UnitCounts:
    """How many units take part.

    Attributes
    ----------
    active
        Units that vary with the input.
    dead
        Units that never exceed 1 % of the largest activity in the code.
    constant
        Units above that whose activity hardly varies: standard deviation below 1 % of
        the largest activity in the code.
    """

    active: int
    dead: int
    constant: int

    @property
    def silent_share(self) -> float:
        """Share of all units that say nothing: dead or constant."""
        silent = self.dead + self.constant
        return silent / (self.active + silent)


@dataclass(frozen=True)
class StrokeScore:
    """Whether features are small smooth patches, as strokes are, judged by parts.

    Attributes
    ----------
    window_share
        Median over units of the share of a feature's energy in its best window.
    smoothness
        Median over units of the correlation of neighbouring pixels.
    similarity
        Mean |cosine| of pairs of features.
    rho
        Mean activity of all units.
    rho_bar
        What it should be.
    counts
        Active, dead and constant units.
    """

    window_share: float
    smoothness: float
    similarity: float
    rho: float
    rho_bar: float
    counts: UnitCounts

    @property
    def verdicts(self) -> dict[str, bool]:
        """Each condition by itself: what it demands, and whether it is met."""
        return {
            "window_share >= .6": self.window_share >= 0.6,
            "smoothness >= .7": self.smoothness >= 0.7,
            "similarity <= .15": self.similarity <= 0.15,
            "rho / rho_bar in [.5, 2]": 0.5 <= self.rho / self.rho_bar <= 2,
            "|rho - rho_bar| <= .03": abs(self.rho - self.rho_bar) <= 0.03,
            "silent units <= 5 %": self.counts.silent_share <= MOST_SILENT,
        }

    @property
    def passes(self) -> bool:
        """Whether every condition is met."""
        return all(self.verdicts.values())


def stroke_score(
    features: ArrayLike, code: ArrayLike, rho_bar: float, *, window: int = 7
) -> StrokeScore:
    """Measure whether features are local, smooth, different and rarely active.

    Noise is not smooth, whole digits are not local, and a collapsed code has one
    feature many times over: each fails another part. It does not ask for length: round
    spots of a stroke's size pass, too.

    Parameters
    ----------
    features
        Weights that lead to each unit: (units, pixels) of square images, or (units,
        height, width).
    code
        Activities of the same units on data (n, units).
    rho_bar
        Mean activity that was asked for, > 0.
    window
        Side of the window, in pixels; 7 is a quarter of a digit's side.

    Returns
    -------
    StrokeScore
        The measures, and whether they pass.

    Raises
    ------
    ValueError
        If shapes don't fit, values are not finite, or `rho_bar` is not positive.

    Examples
    --------
    >>> strokes = np.zeros((2, 14, 14))
    >>> strokes[0, 2:4, 1:7] = strokes[1, 6:12, 9:11] = 1
    >>> score = stroke_score(strokes, [[0.2, 0.0], [0.0, 0.2]], rho_bar=0.1)
    >>> score.window_share, score.similarity, score.passes
    (1.0, 0.0, False)
    >>> [condition for condition, met in score.verdicts.items() if not met]
    ['smoothness >= .7']
    """
    images, code = _images(features), _code(code)
    if len(images) != code.shape[1]:
        raise ValueError(
            f"Got {len(images)} features and activities of {code.shape[1]} units."
        )
    inputs.positive("rho_bar", rho_bar)
    return StrokeScore(
        window_share=float(np.median(window_share(images, window))),
        smoothness=float(np.median(smoothness(images))),
        similarity=similarity(images),
        rho=float(code.mean()),
        rho_bar=float(rho_bar),
        counts=count_units(code),
    )


def window_share(features: ArrayLike, window: int = 7) -> Array:
    """Largest share of each feature's energy Σ w² that one window holds.

    Parameters
    ----------
    features
        (units, pixels) of square images, or (units, height, width).
    window
        Side of the square window, in pixels, at most that of the images.

    Returns
    -------
    numpy.ndarray
        Shares (units,), from window² / pixels (even) to 1 (local); 0 for a feature
        that is zero everywhere.

    Raises
    ------
    ValueError
        If the features are not such images, or smaller than the window.

    Examples
    --------
    >>> window_share(np.ones((1, 28 * 28)))
    array([0.0625])
    """
    energy = _images(features) ** 2
    window = inputs.whole("window", window, least=-math.inf)
    if not 1 <= window <= min(energy.shape[1:]):
        raise ValueError(
            f"A window of {window} pixels doesn't fit images of {energy.shape[1:]}."
        )
    windows = sliding_window_view(energy, (window, window), axis=(1, 2))
    return _ratio(windows.sum(axis=(3, 4)).max(axis=(1, 2)), energy.sum(axis=(1, 2)))


def smoothness(features: ArrayLike) -> Array:
    """Correlation of neighbouring pixels, across and down together, of each feature.

    Parameters
    ----------
    features
        (units, pixels) of square images, or (units, height, width).

    Returns
    -------
    numpy.ndarray
        Correlations (units,): 0 for noise, near 1 for smooth features, -1 for a
        chessboard; 0 for a feature that is the same everywhere.

    Raises
    ------
    ValueError
        If the features are not such images.

    Examples
    --------
    >>> rows, columns = np.indices((8, 8))
    >>> smoothness([rows, (-1) ** (rows + columns)]).round(2)
    array([ 0.95, -1.  ])
    """
    features = _images(features)
    w = features - features.mean(axis=(1, 2), keepdims=True)
    w[np.abs(w) < 1e-12 * np.abs(features).max()] = 0  # what rounding left of it
    units = len(w)
    left, right = w[:, :, :-1].reshape(units, -1), w[:, :, 1:].reshape(units, -1)
    above, below = w[:, :-1].reshape(units, -1), w[:, 1:].reshape(units, -1)
    # Each pair both ways, so that a mirrored feature is as smooth as the feature.
    one = np.concatenate([left, right, above, below], axis=1)
    other = np.concatenate([right, left, below, above], axis=1)
    mean = one.mean(axis=1)
    return _ratio((one * other).mean(axis=1) - mean**2, one.var(axis=1))


def similarity(features: ArrayLike) -> float:
    """Mean |cosine| of the angle between two features, over all pairs.

    Parameters
    ----------
    features
        (units, …), at least two.

    Returns
    -------
    float
        0 (all orthogonal) to 1 (all parallel).  Random ones in d dimensions have about
        sqrt(2 / (π d)): .028 for 784 pixels.

    Raises
    ------
    ValueError
        If there are fewer than two features, or a value is not finite.

    Examples
    --------
    >>> similarity([[1, 0], [0, 2]]), similarity([[1, 1], [-2, -2]])
    (0.0, 1.0)
    """
    w = inputs.array("features", features)
    if w.ndim < 2 or len(w) < 2:
        raise ValueError(f"Similarity needs two or more features; got shape {w.shape}.")
    w = w.reshape(len(w), -1)
    w = _ratio(w, np.linalg.norm(w, axis=1, keepdims=True))
    pairs = np.triu_indices(len(w), k=1)
    return float(np.abs(w @ w.T)[pairs].mean().clip(0, 1).round(12))


def decidedness(code: ArrayLike) -> Array:
    """Variance of each unit's activity, as a share of the most that its mean allows.

    Var h / (ρ(1 - ρ)): 0 for a unit that says the same of all data, 1 for one that is
    fully on or fully off on each of them.  The bias of a sigmoid unit feels the share
    1 - d of a force on its sum (notebook 04).

    Parameters
    ----------
    code
        Activities (n, units), in [0, 1].

    Returns
    -------
    numpy.ndarray
        Shares (units,); 0 for a unit whose mean is 0 or 1.

    Raises
    ------
    ValueError
        If the code is not of shape (n, units) with n > 0, or leaves [0, 1].

    Examples
    --------
    >>> decidedness([[1.0, 0.5], [0.0, 0.5], [0.0, 0.5], [0.0, 0.5]])
    array([1., 0.])
    """
    code = _code(code)
    if code.min() < 0 or code.max() > 1:
        raise ValueError(
            "Decidedness is defined for activities between 0 and 1; these range from "
            f"{code.min():.3g} to {code.max():.3g}."
        )
    rho = code.mean(axis=0)
    return _ratio(code.var(axis=0), rho * (1 - rho))


def lifetime_sparseness(code: ArrayLike) -> Array:
    """How few samples each unit answers: 0 (to all alike) to 1 (to a single one).

    The measure of Rolls and Tovee (1995), doi:10.1152/jn.1995.73.2.713, rescaled as
    by Vinje and Gallant (2000), doi:10.1126/science.287.5456.1273: over samples for
    each unit, where `aelib.evaluation.population_sparseness` goes over units for each
    sample.  A unit that sits constantly at a low activity has a small mean (C4), and
    sparseness 0.

    Parameters
    ----------
    code
        Activities (n, units), not negative, n >= 2.

    Returns
    -------
    numpy.ndarray
        One number per unit (units,); NaN for units that are 0 on all samples.

    Raises
    ------
    ValueError
        If an activity is negative or not finite, or there is one sample only.

    Examples
    --------
    >>> lifetime_sparseness([[1, 0.1, 0], [0, 0.1, 0], [0, 0.1, 0]]).round(3)
    array([ 1.,  0., nan])
    """
    return sparseness(_code(code), axis=0)


def count_units(code: ArrayLike) -> UnitCounts:
    """Count the units that vary with the input, that are silent, that never change.

    Parameters
    ----------
    code
        Activities (n, units) on data that could move them: the more, the better.

    Returns
    -------
    UnitCounts
        Active, dead and constant units; together all units.

    Raises
    ------
    ValueError
        If the code is not of shape (n, units), or a value is not finite.

    Examples
    --------
    >>> count_units([[0.9, 0.0, 0.1], [0.1, 0.001, 0.1]])
    UnitCounts(active=1, dead=1, constant=1)
    """
    code = _code(code)
    least = SILENT * np.abs(code).max()
    dead = np.abs(code).max(axis=0) <= least
    constant = (code.std(axis=0) <= least) & ~dead
    silent = int(dead.sum()), int(constant.sum())
    return UnitCounts(code.shape[1] - sum(silent), *silent)


@torch.no_grad()
def ablation_cost(
    model: Any, x: ArrayLike, target: ArrayLike | None = None, *, to: str = "mean"
) -> Array:
    """Rise of the squared error when one code unit at a time is silenced.

    It measures how *important* each unit is to the network.  Co-adaptation (C11) is
    more than that, an interaction: what two units cost together beyond the sum of
    what each costs alone.  Compare models of about the same error.

    Parameters
    ----------
    model
        A torch model with ``encode`` and ``decode``.
    x
        Inputs (n, …); a few hundred are enough.
    target
        What the outputs should be; by default `x`.
    to
        ``"mean"``: the unit's mean over `x`, the kindest constant, which removes only
        what the unit tells apart; or ``"zero"``.

    Returns
    -------
    numpy.ndarray
        Rise of the mean squared error per item (summed over pixels), for each unit
        (units,); negative where the unit does harm.

    Raises
    ------
    ValueError
        If `to` is another word, or there is not one target per input, as long as an
        output.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> model = Autoencoder([4, 3], seed=0)
    >>> ablation_cost(model, np.eye(4, dtype=np.float32)).shape
    (3,)
    """
    inputs.choice("to", to, ("mean", "zero"))
    x = inputs.data("inputs", x, place(model)[1])
    wanted = inputs.rows("targets", x if target is None else target)
    code = in_batches(model, model.encode, x)
    silent = code.mean(dim=0) if to == "mean" else torch.zeros_like(code[0])

    def error(changed: torch.Tensor) -> float:
        y_hat = inputs.rows("outputs", in_batches(model, model.decode, changed))
        return float(squared_error(wanted, y_hat).mean())

    whole = error(code)
    rises = []
    for j in range(code.shape[1]):
        changed = code.clone()
        changed[:, j] = silent[j]
        rises.append(error(changed) - whole)
    return np.array(rises)


def _images(features: ArrayLike) -> Array:
    w = inputs.array("features", features)
    if w.ndim == 2 and math.isqrt(w.shape[1]) ** 2 == w.shape[1]:
        side = math.isqrt(w.shape[1])
        w = w.reshape(len(w), side, side)
    if w.ndim != 3 or w.size == 0:
        raise ValueError(
            f"Features have shape {w.shape}; expected (units, pixels) of square "
            "images, or (units, height, width)."
        )
    return w


def _code(code: ArrayLike) -> Array:
    h = inputs.array("code", code)
    if h.ndim != 2 or h.size == 0:
        raise ValueError(f"The code has shape {h.shape}; expected (n, units).")
    return h


def _ratio(above: Array, below: Array) -> Array:
    """Divide; where there is nothing to divide by, give 0."""
    below = np.broadcast_to(below, above.shape)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
