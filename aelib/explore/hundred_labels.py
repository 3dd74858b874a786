"""Explorer of notebook 12: a few labels, and how they flow along a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy import sparse

from aelib import inputs
from aelib.explore.checks import check_index
from aelib.explore.live import LiveExplorer
from aelib.graphs import ALPHA, join, spread_labels
from aelib.plots import COLOURS

MOST = {"points": 500, "k": 15, "steps": 100}
LOOKS = (("A", "blue", "o"), ("B", "vermilion", "s"))


def label_spreading(
    points: ArrayLike | Mapping[float, ArrayLike],
    classes: ArrayLike,
    *,
    k: int = 7,
    known: Sequence[int] | None = None,
    steps: int = 5,
) -> LiveExplorer:
    """Notebook 12: labels that flow from a few points of two classes to all others.

    Parameters
    ----------
    points
        Points in the plane (n, 2), at most 500; or how far the classes lie apart, a
        number, to the points at that distance. The farthest is shown first.
    classes
        The points' true classes (n,), 0 for A and 1 for B.
    k
        To how many neighbours each point is joined at first, 1 to 15.
    known
        Which points have their label at first, one of each class or more; by default
        the point of each class that is nearest to its mean.
    steps
        How often the labels flow at first, 1 to 100.

    Raises
    ------
    ValueError
        If the points are not in the plane or not equally many, `classes` are not
        theirs, or `k`, `known` or `steps` is out of range.

    Examples
    --------
    >>> square = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> two = np.concatenate([square, square + [4, 0]])
    >>> label_spreading(two, [0, 0, 0, 0, 1, 1, 1, 1], k=2).alt.partition(": ")[0]
    '8 points joined to their 2 nearest neighbours, 2 labels and 5 steps'
    """
    clouds = _clouds(points)
    shown = clouds[max(clouds)]
    classes = _classes(classes, len(shown))
    check_index("k", k, 1, min(MOST["k"], len(shown) - 1))
    check_index("steps", steps, 1, MOST["steps"])
    known = _middles(shown, classes) if known is None else list(known)
    _check_known(known, classes)
    gaps, every = sorted(clouds), np.concatenate(list(clouds.values()))
    numbers = {
        "gaps": gaps,
        "clouds": [clouds[gap].tolist() for gap in gaps],
        "box": [every.min(axis=0).tolist(), every.max(axis=0).tolist()],
        "classes": classes.tolist(),
        "known": [int(row) for row in known],
        "k": int(k),
        "steps": int(steps),
        "alpha": ALPHA,
        "most": {"k": min(MOST["k"], len(shown) - 1), "steps": MOST["steps"]},
    }
    graph = join(shown, k)
    shares = spread_labels(graph, known, classes[known], steps=steps)
    still = Figure(figsize=(7, 4.6))
    _draw(still.subplots(), shown, graph.weights, shares, classes, known)
    alt = (
        f"{len(shown)} points joined to their {k} nearest neighbours, "
        f"{len(known)} labels and {steps} step{'s' * (steps != 1)}: "
        f"{_in_words(shown, shares, classes, known)}"
    )
    return LiveExplorer("label spreading", numbers, still, alt)


def _clouds(points: ArrayLike | Mapping[float, ArrayLike]) -> dict[float, np.ndarray]:
    """Return how far the classes lie apart to the points there."""
    given = points if isinstance(points, Mapping) else {0.0: points}
    clouds = {
        inputs.number("a distance of the classes", gap): inputs.array("points", cloud)
        for gap, cloud in given.items()
    }
    shapes = sorted({cloud.shape for cloud in clouds.values()})
    if len(shapes) != 1 or len(shapes[0]) != 2 or shapes[0][1] != 2:
        raise ValueError(
            "Pass points in the plane, (n, 2), equally many for each distance of the "
            f"classes; got {shapes}."
        )
    if not 2 <= shapes[0][0] <= MOST["points"]:
        raise ValueError(
            f"From 2 to {MOST['points']} points can be shown; got {shapes[0][0]}: pass "
            "more, or some of them, points[::2]."
        )
    return clouds


def _classes(classes: ArrayLike, n: int) -> np.ndarray:
    found = inputs.array("classes", classes)
    if found.shape != (n,) or set(np.unique(found)) != {0, 1}:
        raise ValueError(
            f"classes are 0 or 1, one for each of {n} points, and both are there; got "
            f"shape {found.shape} with the values {np.unique(found).tolist()[:5]}."
        )
    return found.astype(int)


def _middles(points: np.ndarray, classes: np.ndarray) -> list[int]:
    """Return the point of each class that is nearest to the class's mean."""
    middles = []
    for label in (0, 1):
        rows = np.flatnonzero(classes == label)
        far = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1)
        middles.append(int(rows[far.argmin()]))
    return middles


def _check_known(known: Sequence[int], classes: np.ndarray) -> None:
    for row in known:
        check_index("known", row, 0, len(classes) - 1)
    if len(set(known)) != len(known) or set(classes[known]) != {0, 1}:
        raise ValueError(
            "known holds different points, one of each class or more; got "
            f"{list(known)}."
        )


def _in_words(
    points: np.ndarray, shares: np.ndarray, classes: np.ndarray, known: Sequence[int]
) -> str:
    come = shares.sum(axis=1) > 0
    right = come & (shares.argmax(axis=1) == classes)
    far = np.linalg.norm(points[:, None] - points[known], axis=2)
    near = classes[known][far.argmin(axis=1)] == classes
    return (
        f"{100 * come.mean():.1f} % of the points reached; "
        f"{100 * right.mean():.1f} % read rightly, {100 * near.mean():.1f} % by the "
        "nearest label alone."
    )


def _draw(
    ax: Axes,
    points: np.ndarray,
    weights: sparse.csr_array,
    shares: np.ndarray,
    classes: np.ndarray,
    known: Sequence[int],
) -> None:
    rows, columns = sparse.triu(weights).nonzero()
    edges = np.stack([points[rows], points[columns]], axis=1)
    ax.add_collection(LineCollection(edges, colors="0.8", lw=0.6, zorder=0))
    come = shares.sum(axis=1) > 0
    ax.plot(*points[~come].T, ".", color="0.5", ms=3)
    sure = np.abs(shares[:, 1] - shares[:, 0])
    for label, (name, colour, marker) in enumerate(LOOKS):
        look = {"color": COLOURS[colour], "marker": marker}
        here = come & (shares.argmax(axis=1) == label)
        ax.scatter(*points[here].T, s=22, alpha=0.25 + 0.75 * sure[here], lw=0, **look)
        for x, y in points[[row for row in known if classes[row] == label]]:
            ax.plot(x, y, ms=13, **look)
            ax.text(x, y, name, color="white", ha="center", va="center_baseline")
    wrong = come & (shares.argmax(axis=1) != classes)
    ax.plot(*points[wrong].T, "x", color="black", ms=7)
    ax.set_aspect("equal")
    ax.set_axis_off()
