"""Charts: losses, errors against code size, codes in the plane, bars."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from matplotlib.ticker import LogLocator, MaxNLocator, StrMethodFormatter
from numpy.typing import ArrayLike

from aelib.plots import arrays
from aelib.plots.style import CLASS_COLOURS
from aelib.probes import aggregate_posterior

if TYPE_CHECKING:
    from aelib.training import History

ELLIPSES = 300  # that can still be told apart
MOST_TICKS = 12  # that have room for their numbers side by side


def plot_history(history: History, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Draw the losses of a run of `aelib.training.fit` against its epochs.

    Parameters
    ----------
    history
        What `fit` returned, after one epoch or more.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If there is no epoch to draw, or a loss is NaN or infinite.

    Examples
    --------
    >>> from aelib.training import History
    >>> ax = plot_history(History(loss=[3.0, 2.0, 1.5]))
    >>> ax.get_xlabel()
    'epoch'
    """
    if not history.epochs:
        raise ValueError("There is no epoch to draw: training ended before its first.")
    losses = {"training": history.loss, "validation": history.validation_loss}
    curves = {
        name: arrays.numbers(f"The losses of {name}", values)
        for name, values in losses.items()
        if len(values)
    }
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 2.8))
    for name, curve in curves.items():
        # A single epoch is no line yet.
        marker = "o" if len(curve) == 1 else ""
        ax.plot(np.arange(1, len(curve) + 1), curve, marker=marker, label=name)
    if "validation" in curves:
        ax.axvline(history.best_epoch, color="grey", lw=0.8, ls=":", label="best")
        ax.legend()
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel="loss", title=title)
    return ax


def plot_errors(
    errors: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw squared error per image against code size, both on logarithmic axes.

    Parameters
    ----------
    errors
        Name of each method to its code sizes and the errors there.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If there is nothing to draw, a method has not one error per size, or one of them
        is not above zero, where a logarithmic axis has no place for it.

    Examples
    --------
    >>> ax = plot_errors({"PCA": ([1, 2, 4], [45.0, 40.0, 33.0])})
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['1', '2', '4']
    """
    curves = {label: _curve(label, *pair) for label, pair in errors.items()}
    if not curves:
        raise ValueError("There is nothing to draw: pass {method: (sizes, errors)}.")
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 3.2))
    styles = itertools.cycle(["s--", "o-", "^-", "D:"])
    for (label, (sizes, values)), style in zip(curves.items(), styles, strict=False):
        ax.loglog(sizes, values, style, label=label)
    ax.set(xlabel="code size", ylabel="squared error per image", title=title)
    ticks = _size_ticks(np.concatenate([sizes for sizes, _ in curves.values()]))
    ax.set_xticks(ticks, [f"{size:g}" for size in ticks])
    # Name 1, 2, 5, 10, … among the errors; over many decades, only powers of ten.
    heights = np.concatenate([values for _, values in curves.values()])
    subs = (1, 2, 5) if heights.max() < 1_000 * heights.min() else (1,)
    ax.yaxis.set_major_locator(LogLocator(subs=subs))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.minorticks_off()
    ax.legend()
    return ax


def plot_seeds(
    x: ArrayLike,
    y: ArrayLike,
    *,
    label: str = "",
    style: str = "o-",
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean of several runs at each place, with bars from lowest to highest.

    Parameters
    ----------
    x, y
        Place and value of every run, in any order: two columns of a stored table.
    label
        What a legend calls them.
    style
        Matplotlib's short form of markers and line.
    ax
        Where to draw; by default a new figure.

    Raises
    ------
    ValueError
        If there is no run, or not one place for each value.

    Examples
    --------
    >>> ax = plot_seeds([1, 1, 2, 2], [3.0, 5.0, 2.0, 2.0])
    >>> ax.containers[0].lines[0].get_ydata()
    array([4., 2.])
    """
    x, y = _curve(label, x, y, logarithmic=False)
    if ax is None:
        _, ax = plt.subplots(figsize=(5, 3.2))
    places = np.unique(x)
    runs = [y[x == place] for place in places]
    mean = np.array([values.mean() for values in runs])
    low, high = (np.array([end(values) for values in runs]) for end in (min, max))
    bars = [mean - low, high - mean]
    ax.errorbar(places, mean, bars, fmt=style, label=label, capsize=3)
    return ax


def _curve(
    label: str, sizes: ArrayLike, errors: ArrayLike, *, logarithmic: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return a method's sizes and errors, one of each per point."""
    sizes = arrays.numbers(f"The sizes of {label!r}", sizes)
    errors = arrays.numbers(f"The errors of {label!r}", errors)
    if sizes.ndim != 1 or sizes.shape != errors.shape or not len(sizes):
        raise ValueError(
            f"{label!r} has sizes of shape {sizes.shape} and errors of shape "
            f"{errors.shape}; expected one error per size."
        )
    if logarithmic and min(sizes.min(), errors.min()) <= 0:
        raise ValueError(
            f"{label!r} has a size or an error of {min(sizes.min(), errors.min()):g}, "
            "and logarithmic axes have no place for it: leave that point out."
        )
    return sizes, errors


def _size_ticks(sizes: np.ndarray) -> list[float]:
    """Return the sizes to name: the powers of two among them, or else all with room."""
    sizes = np.unique(sizes)
    powers = sizes[np.log2(sizes) % 1 == 0]
    named = powers if len(powers) > 1 else sizes
    apart = (named[-1] / named[0]) ** (1 / MOST_TICKS)
    ticks: list[float] = []
    for size in named:
        if not ticks or size >= apart * ticks[-1]:
            ticks.append(float(size))
    return ticks


def plot_codes(
    code: ArrayLike,
    labels: ArrayLike,
    *,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw two-dimensional codes as points coloured by class, classes named in place.

    Parameters
    ----------
    code
        Codes (n, 2).
    labels
        Classes (n,), 0 to 9.
    title
        Title of the Axes.
    ax
        Where to draw; by default a new square figure.

    Raises
    ------
    ValueError
        If the codes are not two-dimensional, or not each has a class from 0 to 9.

    Examples
    --------
    >>> ax = plot_codes(np.random.default_rng(0).random((30, 2)), np.arange(30) % 10)
    >>> len(ax.texts)  # one name per class
    10
    """
    code, labels = arrays.numbers("Codes", code), arrays.numbers("Labels", labels)
    if code.ndim != 2 or code.shape[1] != 2 or not len(code):
        raise ValueError(
            f"Codes of shape {code.shape} can't be drawn in a plane; pass (n, 2)."
        )
    if labels.shape != (len(code),):
        raise ValueError(
            f"Labels of shape {labels.shape} don't fit {len(code)} codes; pass one for "
            "each."
        )
    if not np.isin(labels, np.arange(len(CLASS_COLOURS))).all():
        raise ValueError(
            f"Labels must be digits from 0 to 9; got {np.unique(labels)[:12]}."
        )
    if ax is None:
        _, ax = plt.subplots(figsize=(4.5, 4.5))
    for digit in np.unique(labels).astype(int):
        points = code[labels == digit]
        colour = CLASS_COLOURS[digit]
        ax.scatter(*points.T, s=8, alpha=0.7, color=colour, linewidths=0)
        ax.text(
            *np.median(points, axis=0),
            str(digit),
            ha="center",
            va="center",
            fontweight="bold",
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": colour},
        )
    ax.set(xlabel="code unit 1", ylabel="code unit 2", title=title)
    return ax


def plot_gaussians(
    means: ArrayLike,
    covariances: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw Gaussians of the plane as ellipses, one standard deviation around the mean.

    Parameters
    ----------
    means
        Means (n, 2).
    covariances
        Covariances (n, 2, 2); or variances (n, 2) of independent numbers.
    labels
        Classes (n,), 0 to 9, which colour the ellipses; left out, all are dark.
    ax
        Where to draw; by default a new square figure.

    Raises
    ------
    ValueError
        If shapes don't fit, a class is none, or a variance is not positive.

    Examples
    --------
    >>> ax = plot_gaussians([[0, 0], [2, 1]], [[1, 4], [1, 1]], labels=[3, 8])
    >>> [(float(e.width), float(e.height)) for e in ax.patches]
    [(2.0, 4.0), (2.0, 2.0)]
    """
    means = arrays.numbers("Means", means)
    covariances = arrays.numbers("Covariances", covariances)
    if covariances.ndim == 2:
        covariances = np.stack([np.diag(variances) for variances in covariances])
    n = len(means)
    if means.shape != (n, 2) or covariances.shape != (n, 2, 2) or n == 0:
        raise ValueError(
            f"Means of shape {means.shape} with covariances of shape "
            f"{covariances.shape} are no ellipses: pass (n, 2) and (n, 2, 2) or (n, 2)."
        )
    digits = None if labels is None else arrays.numbers("Labels", labels)
    if digits is not None and (
        digits.shape != (n,) or not np.isin(digits, np.arange(len(CLASS_COLOURS))).all()
    ):
        raise ValueError(f"Pass a class from 0 to 9 for each of {n} ellipses.")
    variances, axes = np.linalg.eigh(covariances)
    if variances.min() <= 0:
        raise ValueError(f"A variance is {variances.min():.3g}; they must be positive.")
    if ax is None:
        _, ax = plt.subplots(figsize=(4.5, 4.5))
    for i, (mean, variance, axis) in enumerate(
        zip(means, variances, axes, strict=True)
    ):
        colour = "black" if digits is None else CLASS_COLOURS[int(digits[i])]
        flat = covariances[i, 0, 1] == 0  # its axes are those of the plane
        size = np.sqrt(np.diag(covariances[i]) if flat else variance)
        angle = 0.0 if flat else np.degrees(np.arctan2(axis[1, 0], axis[0, 0]))
        shape = Ellipse(mean, *(2 * size), angle=angle, lw=1, ec=colour, fc="none")
        ax.add_patch(shape)
    ax.autoscale_view()
    ax.set(xlabel="code unit 1", ylabel="code unit 2")
    return ax


def show_aggregate(
    mean: ArrayLike, std: ArrayLike, labels: ArrayLike, *, reach: float = 4.0
) -> list[Axes]:
    """Draw q(z|x) of images in the plane, their mean, the prior, and the difference.

    Parameters
    ----------
    mean, std
        Means and standard deviations (n, 2) of two independent code units.
    labels
        Classes (n,), 0 to 9: the first 300 ellipses are coloured by them.
    reach
        Code units are drawn from −reach to reach.

    Raises
    ------
    ValueError
        If shapes don't fit.

    Examples
    --------
    >>> axes = show_aggregate(np.zeros((2, 2)), np.ones((2, 2)), [3, 8])
    >>> [ax.get_title() for ax in axes[1:]]
    ['the mean of all q(z|x)', 'the prior', 'mean of all q(z|x) − prior']
    """
    mean, std = arrays.numbers("Means", mean), arrays.numbers("Deviations", std)
    line = np.linspace(-reach, reach, 161)
    total = aggregate_posterior(mean, std, line)
    prior = aggregate_posterior(np.zeros((1, 2)), np.ones((1, 2)), line)
    size = {"figsize": (8.4, 7.2), "layout": "constrained"}
    figure, axes = plt.subplots(2, 2, sharex=True, sharey=True, **size)
    first = slice(0, ELLIPSES)
    plot_gaussians(
        mean[first], std[first] ** 2, np.asarray(labels)[first], ax=axes[0, 0]
    )
    most, apart = max(total.max(), prior.max()), np.abs(total - prior).max()
    density = {"vmin": 0, "vmax": most, "cmap": "Blues"}
    difference = {"vmin": -apart, "vmax": apart, "cmap": "RdBu_r"}
    panels = (
        ("the mean of all q(z|x)", total, density),
        ("the prior", prior, density),
        ("mean of all q(z|x) − prior", total - prior, difference),
    )
    extent = (-reach, reach, -reach, reach)
    for ax, (title, values, look) in zip(axes.flat[1:], panels, strict=True):
        image = ax.imshow(values, origin="lower", extent=extent, **look)
        figure.colorbar(image, ax=ax, shrink=0.8)
        ax.set_title(title)
        ax.grid(False)
    axes[0, 0].set(title=f"q(z|x) of {len(mean[first])} images", aspect="equal")
    for ax in axes.flat:
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        ax.set(xlabel="code unit 1", ylabel="code unit 2")
        ax.label_outer()
    return list(axes.flat)


def show_bars(panels: Mapping[str, Mapping[str, float | None]]) -> list[Axes]:
    """Draw a panel of horizontal bars per measure, and a bar per thing measured.

    Parameters
    ----------
    panels
        Title of each panel to name and value of its bars, the same names in all; None
        where a measure is not defined.  Bars below zero go to the left.

    Raises
    ------
    ValueError
        If there is no bar, the panels name different things, or a value is NaN.

    Examples
    --------
    >>> left, right = show_bars({"size": {"a": 3, "b": 1}, "R²": {"a": 0.5, "b": None}})
    >>> [text.get_text() for text in right.texts]
    ['0.5', 'not defined']
    """
    names = list(next(iter(panels.values()), ()))
    if not names:
        raise ValueError("There is no bar to draw: pass {title: {name: value}}.")
    for title, values in panels.items():
        if set(values) != set(names):
            raise ValueError(
                f"Every panel needs the bars {names}, but {title!r} has {list(values)}."
            )
        arrays.numbers(f"The values of {title!r}", [v or 0 for v in values.values()])
    size = (8.5, 0.7 + 0.35 * len(names))
    _, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, squeeze=False)
    for ax, (title, values) in zip(axes[0], panels.items(), strict=True):
        _draw_bars(ax, values)
        ax.set_title(title)
    axes[0, 0].invert_yaxis()
    return list(axes[0])


def _draw_bars(ax: Axes, values: Mapping[str, float | None]) -> None:
    """Draw a bar per value from zero, its number at its end."""
    lengths = [value or 0 for value in values.values()]
    bars = ax.barh(list(values), lengths)
    labels = ["not defined" if v is None else f"{v:.3g}" for v in values.values()]
    ax.bar_label(bars, labels, padding=2)
    low, high = min(0, *lengths), max(0, *lengths)
    room = 0.3 * (high - low) or 1  # for the numbers
    ax.set(xlim=(low - room if low else 0, high + room), xticks=[])
    ax.grid(False)
    if low:
        ax.axvline(0, color="black", lw=0.8)
