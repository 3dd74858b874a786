"""Explorer of notebook 14: features in a plane, from always active to rarely."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.linalg import orthogonal_procrustes

from aelib.explore.live import LiveExplorer, packed
from aelib.plots import COLOURS

SEEN = 0.5  # length from which on a direction stands for its feature


def superposition(directions: Mapping[float, np.ndarray]) -> LiveExplorer:
    """Notebook 14: how features share a plane, by the chance that one is active.

    Parameters
    ----------
    directions
        The chance that a feature is active, in (0, 1], to the features' directions in
        the plane (features, 2): equally many for each chance.

    Raises
    ------
    ValueError
        If there are no directions, or they don't lie in one plane.

    Examples
    --------
    >>> square = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])
    >>> superposition({0.05: square, 1.0: square * [[1], [1], [0], [0]]}).alt
    'Each of 4 features active with the chance 1: 2 have a direction of their own.'
    """
    chances = sorted(directions, reverse=True)
    _check(directions)
    found = [np.array(directions[chance], dtype=float) for chance in chances]
    for before, after in pairwise(found):
        turn, _ = orthogonal_procrustes(after, before)
        after[:] = after @ turn  # the plane may be turned: no need to show that
    numbers = {
        "chances": [float(chance) for chance in chances],
        "directions": packed(np.stack(found), "i14"),
        "seen": SEEN,
    }
    still = Figure(figsize=(4, 3.6))
    _draw(still.subplots(), found[0])
    return LiveExplorer(
        "superposition", numbers, still, _in_words(chances[0], found[0])
    )


def _check(directions: Mapping[float, np.ndarray]) -> None:
    shapes = {np.shape(each) for each in directions.values()}
    if len(shapes) != 1 or next(iter(shapes))[1:] != (2,):
        raise ValueError(
            "Pass the directions of equally many features in a plane, (features, 2), "
            f"for each chance; got {sorted(shapes)}."
        )
    if not all(0 < chance <= 1 for chance in directions):
        raise ValueError("The chance that a feature is active lies between 0 and 1.")


def _in_words(chance: float, directions: np.ndarray) -> str:
    seen = int((np.linalg.norm(directions, axis=1) > SEEN).sum())
    return (
        f"Each of {len(directions)} features active with the chance {chance:g}: "
        f"{seen} have a direction of their own."
    )


def _draw(ax: Axes, directions: np.ndarray) -> None:
    for x, y in directions:
        ax.plot([0, x], [0, y], "o-", color=COLOURS["blue"])
    ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")
