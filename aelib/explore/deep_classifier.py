"""Explorer of notebook 08: accuracies and their gaps, at a number of labels."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib.explore.live import LiveExplorer
from aelib.results import Table

ARMS = {
    "stack, LMS": "pretrained, LMS",
    "stack, softmax": "pretrained, softmax",
    "random, scaled": "random, scaled",
    "logistic on PCA": "logistic on PCA",
    "SVM on PCA": "SVM on PCA",
    "graph on PCA": "graph on PCA",
}
"""Name of each arm to what the table calls it."""

STYLES = ("o-", "^-", "v--", "x:", "s--", "D-")
MOST = 10_000  # labels: beyond, not every arm was measured
FIRST, *OTHERS = ARMS
Curves = dict[str, np.ndarray]


def label_counts(table: Table) -> LiveExplorer:
    """Notebook 08: the accuracies at one number of labels, and their paired gaps.

    Parameters
    ----------
    table
        The stored table ``load_table("labels_opponents")``: for every kind of digits,
        number of labels and seed, the accuracies in percent of the `ARMS`.

    Raises
    ------
    ValueError
        If the table lacks a column.

    Examples
    --------
    >>> from aelib.results import load_table
    >>> explorer = label_counts(load_table("labels_opponents"))
    >>> explorer.alt.partition(";")[0]
    'With 100 labels of drawn digits: stack, LMS 78.7 %'
    """
    _check(table)
    numbers = np.unique(table.columns["n"])
    counts = [int(count) for count in numbers[numbers <= MOST]]
    names = list(dict.fromkeys(table.columns["data"].tolist()))
    curves = {name: _curves(table, name, counts) for name in names}

    numbers = {"counts": counts, "data": _as_lists(curves), "first": FIRST}
    count, data = counts[0], names[0]
    at = {arm: rows[0] for arm, rows in curves[data].items()}
    gains = {arm: at[FIRST] - at[arm] for arm in OTHERS}
    still = Figure(figsize=(8, 3.6), layout="none")
    left, right = still.subplots(1, 2, width_ratios=(5, 4))
    still.subplots_adjust(0.07, 0.14, 0.98, 0.91, wspace=0.5)
    _draw_curves(left, curves[data], counts, count)
    _draw_gains(right, gains)
    right.set_title(f"LMS stack ahead at {count:,}")
    means = [f"{arm} {accuracy.mean():.1f} %" for arm, accuracy in at.items()]
    gaps = [
        f"{pairs.mean():+.1f} to {arm} ({pairs.min():+.1f} to {pairs.max():+.1f})"
        for arm, pairs in gains.items()
    ]
    alt = (
        f"With {count:,} labels of {data} digits: {'; '.join(means)}. Points by which "
        f"the first is ahead, mean and range of the pairs: {'; '.join(gaps)}."
    )
    return LiveExplorer("label counts", numbers, still, alt)


def _as_lists(curves: dict[str, Curves]) -> dict[str, dict[str, list]]:
    """Turn every curve into lists; None stands where nothing was measured."""
    return {
        data: {
            arm: np.where(np.isnan(rows), None, rows).tolist()
            for arm, rows in arms.items()
        }
        for data, arms in curves.items()
    }


def _check(table: Table) -> None:
    needed = {"data", "n", "arm", "seed", "accuracy"}
    if missing := sorted(needed - set(table.columns)):
        raise ValueError(
            f"The table has no column {', '.join(missing)}: pass "
            "load_table('labels_opponents')."
        )


def _curves(table: Table, data: str, counts: list[int]) -> Curves:
    """Name of each arm to its accuracies: a row per count, a column per seed."""

    def by_seed(arm: str, count: int) -> np.ndarray:
        rows = table.where(data=data, arm=arm, n=count)
        return rows["accuracy"][np.argsort(rows["seed"])]

    return {
        name: np.array([by_seed(arm, count) for count in counts])
        for name, arm in ARMS.items()
    }


def _draw_curves(ax: Axes, curves: Curves, counts: list[int], count: int) -> None:
    places = np.arange(len(counts))  # each count is about three times the last
    ax.axvline(counts.index(count), color="0.85", lw=12, zorder=0)
    for (arm, rows), style in zip(curves.items(), STYLES, strict=True):
        mean = rows.mean(axis=1)
        bars = [mean - rows.min(axis=1), rows.max(axis=1) - mean]
        ax.errorbar(places, mean, bars, fmt=style, ms=4, label=arm)
    ax.set_xticks(places, [f"{number:,}" for number in counts])
    ax.set(xlabel="number of labels", ylabel="accuracy, %", ylim=(65, 100))
    ax.set_yticks((70, 80, 90, 100))
    ax.legend(loc="lower right", fontsize="small")


def _draw_gains(ax: Axes, gains: Curves) -> None:
    """Draw the mean of the pairs as a bar, and each pair as a point."""
    means = [pairs.mean() for pairs in gains.values()]
    ax.barh(range(len(gains)), means, height=0.5, color="0.8")
    for place, pairs in enumerate(gains.values()):
        ax.plot(pairs, np.full(len(pairs), place), "o", color="black", ms=4)
    ax.axvline(0, color="grey", lw=0.8)
    # Narrow labels leave room for the bars.
    labels = [
        f"over {arm}".replace(" on", "\non").replace(", ", ",\n") for arm in gains
    ]
    ax.set_yticks(range(len(gains)), labels)
    ax.set(xlabel="percentage points", xlim=(-18, 10), xticks=(-15, -10, -5, 0, 5, 10))
    ax.invert_yaxis()
    ax.grid(False)
