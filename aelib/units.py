"""What hidden units are like: what each looks for, how often it speaks, who needs it.

Three kinds of input: *features*, the weights that lead to each unit (units, pixels);
*codes*, the units' activities on data (n, units); and models, for `ablation_cost` and
`interactions`.
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
    """Whether features are strokes: small, smooth, longer than wide; judged by parts.

    Attributes
    ----------
    window_share
        Median over units of the share of a feature's energy in its best window.
    smoothness
        Median over units of the correlation of neighbouring pixels.
    elongation
        Median over units of the length of a feature's patch, divided by its width.
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
    elongation: float
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
            "elongation >= 1.8": self.elongation >= 1.8,
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
    """Measure whether features are strokes, different ones, of rarely active units.

    Noise is not smooth, whole digits are not local, round spots are no longer than
    wide, and a collapsed code has one feature many times over: each fails another part.

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
        elongation=float(np.median(elongation(images, window))),
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
    images = _images(features)
    inside = np.square(_best_windows(images, window)).sum(axis=(1, 2))
    return _ratio(inside, np.square(images).sum(axis=(1, 2))).clip(0, 1)


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


def elongation(features: ArrayLike, window: int = 7) -> Array:
    """Length of each feature's patch divided by its width.

    The patch: the weights of one sign, that with more energy, in the window that holds
    most of the feature's energy.  Length and width are those of the rectangle whose
    energy is spread as widely (that has the same second moments): 1 for a round spot or
    a square, L / W for a bar of L × W pixels.  A bent stroke is shorter than its ink.

    Parameters
    ----------
    features
        (units, pixels) of square images, or (units, height, width).
    window
        Side of the square window, in pixels, at most that of the images.

    Returns
    -------
    numpy.ndarray
        Ratios (units,), at least 1; 1 for a feature that is zero everywhere.

    Raises
    ------
    ValueError
        If the features are not such images, or smaller than the window.

    Examples
    --------
    >>> bar = np.zeros((1, 14, 14))
    >>> bar[0, 3:5, 2:8] = 1
    >>> elongation(bar).round(6)
    array([3.])
    """
    images = _images(features)
    parts = _best_windows(images, window)
    sides = np.stack([np.clip(sign * parts, 0, None) ** 2 for sign in (1, -1)])
    more = sides.sum(axis=(2, 3)).argmax(axis=0)
    energy = sides[more, np.arange(len(parts))]
    rows, columns = np.indices(energy.shape[1:])
    mass = energy.sum(axis=(1, 2))

    def mean(values: Array) -> Array:
        return _ratio((energy * values).sum(axis=(1, 2)), mass)

    down = rows - mean(rows)[:, None, None]
    across = columns - mean(columns)[:, None, None]
    # A pixel is a square with a variance of its own, so that a line has a width.
    own = 1 / 12
    vertical, horizontal = mean(down**2) + own, mean(across**2) + own
    half = (vertical + horizontal) / 2
    root = np.hypot((vertical - horizontal) / 2, mean(down * across))
    return np.sqrt((half + root) / (half - root))


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


def class_share(code: ArrayLike, labels: ArrayLike) -> Array:
    """Share of each unit's variance over samples that lies between the classes.

    Also called the correlation ratio, or eta squared.  It looks at one unit at a time:
    two units of share 0 can together tell classes apart.

    Parameters
    ----------
    code
        Activities, or pixels, (n, units).
    labels
        Classes (n,): numbers or words.

    Returns
    -------
    numpy.ndarray
        Shares (units,): 1 where the class alone decides a unit's activity, near 0 where
        the classes have the same mean; 0 for a unit that never changes.

    Raises
    ------
    ValueError
        If there is not one label per sample, or a value is not finite.

    Examples
    --------
    >>> class_share([[1, 1], [1, 0], [0, 1], [0, 0]], [7, 7, 3, 3])
    array([1., 0.])
    """
    code, labels = _code(code), inputs.column("labels", labels)
    if labels.shape != (len(code),):
        raise ValueError(
            f"Labels of shape {labels.shape} beside {len(code)} samples: each sample "
            f"needs one, shape ({len(code)},)."
        )
    h = code - code.mean(axis=0)
    between = np.zeros(h.shape[1])
    for label in np.unique(labels):
        own = h[labels == label]
        between += len(own) * own.mean(axis=0) ** 2
    # What rounding left of a constant unit is no variance.
    total = np.where(np.ptp(code, axis=0) > 0, np.square(h).sum(axis=0), 0.0)
    return _ratio(between, total).clip(0, 1)


@dataclass(frozen=True)
class Distinctness:
    """How distinct codes of different classes are.

    Attributes
    ----------
    cosine
        Mean cosine of the codes of two samples of different classes.
    contrast
        Mean distance of two codes of different classes, divided by that of two codes
        of the same class: 1 where a code does not tell the classes apart.
    """

    cosine: float
    contrast: float


def distinctness(
    code: ArrayLike, labels: ArrayLike, *, pairs: int = 20_000, seed: int = 0
) -> Distinctness:
    """Measure how distinct the codes of samples of different classes are.

    The cosine depends on where zero is: a code whose mean is far from zero has large
    cosines, whatever it tells apart.  The contrast does not.

    Parameters
    ----------
    code
        Codes or pixels (n, units).
    labels
        Classes (n,), two or more of them, one at least with two samples.
    pairs
        Number of pairs that are drawn.
    seed
        Seed of the pairs.

    Returns
    -------
    Distinctness
        Cosine and contrast; a pair with a code of zeros has the cosine 0.

    Raises
    ------
    ValueError
        If there is not one label per code, or no pair of either kind was drawn, or all
        codes of a class are equal.

    Examples
    --------
    >>> code = [[1.0, 0.0], [2.0, 0.0], [0.0, 3.0], [0.0, 4.0]]
    >>> found = distinctness(code, [0, 0, 1, 1], pairs=1000)
    >>> found.cosine, found.contrast > 3
    (0.0, True)
    """
    code, labels = _code(code), _labels(labels, len(code))
    pairs = inputs.whole("pairs", pairs)
    rng = np.random.default_rng(inputs.seed(seed))
    one, other = rng.integers(len(code), size=(2, pairs))
    one, other = one[one != other], other[one != other]
    same = labels[one] == labels[other]
    distance = np.linalg.norm(code[one] - code[other], axis=1)
    if same.all() or not distance[same].any():
        raise ValueError(
            "Distinctness needs pairs of the same class that differ, and pairs of "
            f"different classes; drew {same.sum()} and {(~same).sum()}."
        )
    norm = np.linalg.norm(code, axis=1)
    a, b = one[~same], other[~same]
    cosine = _ratio((code[a] * code[b]).sum(axis=1), norm[a] * norm[b])
    contrast = distance[~same].mean() / distance[same].mean()
    return Distinctness(float(cosine.mean()), float(contrast))


def favourite_classes(
    code: ArrayLike, labels: ArrayLike, *, samples: int = 9
) -> NDArray[np.int64]:
    """Count, for each unit, the classes among the samples that excite it most.

    Only the order of a unit's activities matters, so that its bias doesn't.

    Parameters
    ----------
    code
        Activities (n, units).
    labels
        Classes (n,).
    samples
        How many samples to look at, at most n.

    Returns
    -------
    numpy.ndarray
        Numbers of classes (units,).  Nine samples drawn blindly from ten classes of
        equal size would have 10 (1 - .9⁹) = 6.1 on average.

    Raises
    ------
    ValueError
        If there is not one label per code, or `samples` is not such a number.

    Examples
    --------
    >>> code = [[0.9, 0.1], [0.8, 0.9], [0.1, 0.8]]
    >>> favourite_classes(code, [3, 3, 5], samples=2)
    array([1, 2])
    """
    code, labels = _code(code), _labels(labels, len(code))
    samples = inputs.whole("samples", samples, most=len(code))
    best = np.argsort(-code, axis=0, kind="stable")[:samples]
    return np.array([len(np.unique(labels[rows])) for rows in best.T])


def with_mean_activity(code: ArrayLike, rho_bar: float) -> Array:
    """Move the biases of sigmoid units until each has the mean activity `rho_bar`.

    Nothing but biases changes: a unit still prefers what it preferred.  So what codes
    gain by this they owe to their mean activity alone.

    Parameters
    ----------
    code
        Activities of sigmoid units (n, units), in [0, 1].
    rho_bar
        Mean activity to reach, in (0, 1).

    Returns
    -------
    numpy.ndarray
        Activities (n, units) with the biases moved.

    Raises
    ------
    ValueError
        If an activity is outside [0, 1], or `rho_bar` outside (0, 1).

    Examples
    --------
    >>> moved = with_mean_activity([[0.5], [0.9]], 0.1)
    >>> float(moved.mean().round(6)), bool(moved[1] > moved[0])
    (0.1, True)
    """
    h = _code(code)
    inputs.desired_activity(rho_bar)
    if h.min() < 0 or h.max() > 1:
        raise ValueError("Activities of sigmoid units lie in [0, 1]; these do not.")
    h = h.clip(1e-12, 1 - 1e-12)
    sums = np.log(h) - np.log1p(-h)
    low, high = np.full(h.shape[1], -60.0), np.full(h.shape[1], 60.0)
    for _ in range(50):  # the mean grows with the bias: bisection
        centre = low + (high - low) / 2
        below = _sigmoid(sums + centre).mean(axis=0) < rho_bar
        low, high = np.where(below, centre, low), np.where(below, high, centre)
    return _sigmoid(sums + (low + high) / 2)


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
    more than that: see `interactions`.  Compare models of about the same error.

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
    rise = _Rise(model, x, target, to)
    return np.array([rise([j]) for j in range(rise.units)])


@torch.no_grad()
def interactions(
    model: Any,
    x: ArrayLike,
    pairs: ArrayLike,
    target: ArrayLike | None = None,
    *,
    to: str = "mean",
) -> Array:
    """Interaction of code units: the cost of losing two beyond the sum of both (C11).

    rise(i, j) - rise(i) - rise(j), with the rises of `ablation_cost`.  Negative: the
    two need each other, so that without the one the other is worth less.  Positive:
    each stands in for the other.  Zero: they don't depend on each other, in pairs; what
    three units do together can't be seen.

    Parameters
    ----------
    model, x, target, to
        As for `ablation_cost`.
    pairs
        Pairs (i, j) of different units: whole numbers (n, 2).

    Returns
    -------
    numpy.ndarray
        Interactions (n,), in squared error per item (summed over pixels).

    Raises
    ------
    ValueError
        As `ablation_cost`, or if `pairs` are no pairs of different units of the code.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> model = Autoencoder([4, 3], seed=0)
    >>> interactions(model, np.eye(4, dtype=np.float32), [[0, 1], [1, 2]]).shape
    (2,)
    """
    rise = _Rise(model, x, target, to)
    wanted = inputs.array("pairs", pairs)
    if wanted.ndim != 2 or wanted.shape[1] != 2 or len(wanted) == 0:
        raise ValueError(f"Pairs have shape {wanted.shape}; expected (n, 2).")
    chosen = wanted.astype(int)
    is_unit = (chosen == wanted) & (chosen >= 0) & (chosen < rise.units)
    if not is_unit.all() or (chosen[:, 0] == chosen[:, 1]).any():
        raise ValueError(
            f"Pairs must name two different units, 0 to {rise.units - 1}; got "
            f"{wanted.tolist()}."
        )
    alone = {int(j): rise([j]) for j in np.unique(chosen)}
    return np.array([rise([i, j]) - alone[i] - alone[j] for i, j in chosen.tolist()])


class _Rise:
    """Rise of the error when some units are silenced."""

    def __init__(
        self, model: Any, x: ArrayLike, target: ArrayLike | None, to: str
    ) -> None:
        inputs.choice("to", to, ("mean", "zero"))
        x = inputs.data("inputs", x, place(model)[1])
        self.model = model
        self.wanted = inputs.rows("targets", x if target is None else target)
        self.code = in_batches(model, model.encode, x)
        mean = self.code.mean(dim=0)
        self.silent = mean if to == "mean" else torch.zeros_like(mean)
        self.units = self.code.shape[1]
        self.whole = self._error(self.code)

    def __call__(self, lost: list[int]) -> float:
        changed = self.code.clone()
        changed[:, lost] = self.silent[lost]
        return self._error(changed) - self.whole

    def _error(self, code: torch.Tensor) -> float:
        y_hat = inputs.rows("outputs", in_batches(self.model, self.model.decode, code))
        return float(squared_error(self.wanted, y_hat).mean())


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


def _best_windows(images: Array, window: int) -> Array:
    """Cut out of each image the window with the most energy (units, window, window)."""
    window = inputs.whole("window", window, least=-math.inf)
    if not 1 <= window <= min(images.shape[1:]):
        raise ValueError(
            f"A window of {window} pixels doesn't fit images of {images.shape[1:]}."
        )
    places = sliding_window_view(images, (window, window), axis=(1, 2))
    energy = np.square(places).sum(axis=(3, 4))
    best = energy.reshape(len(images), -1).argmax(axis=1)
    rows, columns = np.unravel_index(best, energy.shape[1:])
    return places[np.arange(len(images)), rows, columns]


def _sigmoid(sums: Array) -> Array:
    return 0.5 * (1 + np.tanh(sums / 2))


def _code(code: ArrayLike) -> Array:
    h = inputs.array("code", code)
    if h.ndim != 2 or h.size == 0:
        raise ValueError(f"The code has shape {h.shape}; expected (n, units).")
    return h


def _labels(labels: ArrayLike, n: int) -> NDArray:
    found = inputs.column("labels", labels)
    if found.shape != (n,):
        raise ValueError(
            f"Labels of shape {found.shape} beside {n} codes: each code needs one, "
            f"shape ({n},)."
        )
    return found


def _ratio(above: Array, below: Array) -> Array:
    """Divide; where there is nothing to divide by, give 0."""
    below = np.broadcast_to(below, above.shape)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
