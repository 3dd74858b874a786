"""How far a drawn curve lies from a measured one, and what each of the two does.

Both are compared as they look on the axes: distances are counted in heights of the
axes, along a logarithmic axis where the axes are logarithmic. A wobble of less than
`WOBBLE` heights is not a turn, for nobody draws a line more steadily than that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

WOBBLE = 0.05  # heights of the axes

Turns = list[tuple[str, int]]


def heights(y: Sequence[float], y_range: tuple[float, float], log: bool) -> np.ndarray:
    """Return where values lie on an axis: 0 at its low end, 1 at its high end.

    Examples
    --------
    >>> heights([1e-4, 1e-2, 10], (1e-4, 1), log=True)
    array([0.  , 0.5 , 1.25])
    """
    along = np.log if log else np.asarray
    low, high = along(np.asarray(y_range, float))
    return (along(np.asarray(y, float)) - low) / (high - low)


def at_places(
    x: Sequence[float],
    y: Sequence[float],
    places: Sequence[float],
    *,
    x_log: bool,
    y_log: bool,
) -> np.ndarray:
    """Read a curve at other places, along the straight lines that one sees drawn.

    Parameters
    ----------
    x, y
        The curve; x must increase.
    places
        Where to read it, within x.
    x_log, y_log
        Whether the axes that the lines are straight on are logarithmic.

    Raises
    ------
    ValueError
        If x and y differ in length, x does not increase, or a place lies outside.

    Examples
    --------
    >>> at_places([1, 100], [1, 10_000], [10], x_log=True, y_log=True).round(6)
    array([100.])
    """
    x, y, places = (np.asarray(values, float) for values in (x, y, places))
    if x.shape != y.shape or x.ndim != 1 or not (np.diff(x) > 0).all():
        raise ValueError(
            f"A measured curve needs one y for each x, and x that increases; these "
            f"have the shapes {x.shape} and {y.shape}."
        )
    slack = 1e-9 * (x[-1] - x[0])
    if places[0] < x[0] - slack or places[-1] > x[-1] + slack:
        raise ValueError(
            f"The curve was asked for from {places[0]:g} to {places[-1]:g}, but "
            f"measured from {x[0]:g} to {x[-1]:g} only: measure all of it."
        )
    across = np.log if x_log else np.asarray
    if y_log:
        return np.exp(np.interp(across(places), across(x), np.log(y)))
    return np.interp(across(places), across(x), y)


def turns(height: Sequence[float], wobble: float = WOBBLE) -> Turns:
    """Return the stretches of a curve: "rises" or "falls", and where each begins.

    A stretch ends where the curve comes back by more than `wobble`; smaller movements
    belong to the stretch around them. A curve without any is level: an empty list.

    Examples
    --------
    >>> turns([0.9, 0.5, 0.1, 0.12, 0.1, 0.6])
    [('falls', 0), ('rises', 4)]
    >>> turns([0.5, 0.52, 0.49])
    []
    """
    found: Turns = []
    low = high = 0  # where the curve was lowest and highest since the last turn
    for i, value in enumerate(height):
        way = found[-1][0] if found else ""
        # Of equal points the later one is the turn: a level floor belongs to the fall.
        if value <= height[low]:
            low = i
        if value >= height[high]:
            high = i
        if way != "rises" and value - height[low] > wobble:
            found.append(("rises", low))
            high = i
        elif way != "falls" and height[high] - value > wobble:
            found.append(("falls", high))
            low = i
    return [(way, start if nth else 0) for nth, (way, start) in enumerate(found)]


def shape(height: Sequence[float]) -> tuple[str, ...]:
    """Return what a curve does, in order.

    Examples
    --------
    >>> shape([0.0, 0.4, 0.9])
    ('rises',)
    """
    return tuple(way for way, _ in turns(height))


def in_words(ways: Sequence[str]) -> str:
    """Say what a curve does, as the end of a sentence about it.

    Examples
    --------
    >>> in_words(["falls", "rises"]), in_words([])
    ('falls, then rises', 'stays level')
    """
    if len(ways) > 3:
        return "goes up and down"
    return ", then ".join(ways) or "stays level"
