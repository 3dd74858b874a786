"""How far a drawn curve lies from a measured one, and what each of the two does.

Both are compared as they look on the axes: distances are counted in heights of the
axes, along a logarithmic axis where the axes are logarithmic. A wobble of less than
`WOBBLE` heights is not a turn, for nobody draws a line more steadily than that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aelib.desk.questions import Outcome, number_text

WOBBLE = 0.05  # heights of the axes

Turns = list[tuple[str, int]]


@dataclass(frozen=True)
class Curve:
    """A curve over given places x, drawn on axes that are given, too."""

    kind: ClassVar[str] = "draw"
    x: tuple[float, ...]
    y_range: tuple[float, float]
    x_label: str
    y_label: str
    x_log: bool
    y_log: bool

    def __post_init__(self) -> None:
        x, (low, high) = np.array(self.x), self.y_range
        if len(x) < 2 or not (np.diff(x) > 0).all() or not np.isfinite(x).all():
            raise ValueError(f"x must increase and have two places or more, not {x}.")
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"y_range must be (low, high), not {self.y_range}.")
        for name, is_log, least in (("x", self.x_log, x[0]), ("y", self.y_log, low)):
            if is_log and least <= 0:
                raise ValueError(
                    f"A logarithmic {name} axis begins above 0, not at {least:g}."
                )

    def setup(self) -> dict[str, Any]:
        """Return the axes."""
        axes = {
            "x": {"label": self.x_label, "log": self.x_log},
            "y": {"label": self.y_label, "log": self.y_log},
        }
        axes["x"]["range"] = [self.x[0], self.x[-1]]
        axes["y"]["range"] = list(self.y_range)
        return {"places": list(self.x), **axes}

    def accepts(self, answer: Any) -> bool:
        """Say whether `answer` has one height on the axes for each place."""
        low, high = self.y_range
        return (
            isinstance(answer, list)
            and len(answer) == len(self.x)
            and all(isinstance(y, int | float) and low <= y <= high for y in answer)
        )

    def measure(self, measured: Any, x: Any = None) -> dict[str, Any]:
        """Return the measured curve, and its values at the places asked for."""
        y = np.asarray(measured, float)
        x = np.asarray(self.x if x is None else x, float)
        if self.y_log and not (y > 0).all():
            raise ValueError(
                "Values of 0 or less have no place on a logarithmic axis: measure "
                "others, or ask on a linear one."
            )
        if not np.isfinite(y).all():
            raise ValueError("A measured curve must be finite at every x.")
        logs = {"x_log": self.x_log, "y_log": self.y_log}
        there = at_places(x, y, self.x, **logs)
        return {"x": x.tolist(), "y": y.tolist(), "there": there.tolist()}

    def words_of(self, answer: list[float]) -> str:
        """Say what the curve does; the picture says more."""
        return f"a curve that {self._course(self._heights(answer))}"

    def compare(self, answer: list[float], found: dict[str, Any]) -> Outcome:
        """Say how far off it is, where most, and whether its shape is right."""
        drawn, measured = self._heights(answer), self._heights(found["there"])
        gaps = np.abs(drawn - measured)
        far = int(gaps.argmax())
        where = (
            f"at {self.x_label} = {number_text(self.x[far])} (drawn "
            f"{number_text(answer[far])}, measured {number_text(found['there'][far])})"
        )
        away = f"On average {self._distance(gaps.mean())}, most {where}. "
        if gaps.max() < 0.005:
            away = "Drawn as measured. "
        score = 1 - float(gaps.clip(max=1).mean())
        return Outcome(away + self._shapes(drawn, measured), score)

    def _distance(self, gap: float) -> str:
        """Say how far off that many heights of the axes are, in the units of y."""
        low, high = self.y_range
        if self.y_log:
            return f"off by a factor of {number_text((high / low) ** gap)}"
        return f"{number_text(gap * (high - low))} off"

    def result(self, found: dict[str, Any]) -> str:
        """Say what the measured curve does."""
        return f"The measured curve {self._course(self._heights(found['there']))}."

    def _heights(self, y: Sequence[float]) -> np.ndarray:
        return heights(y, self.y_range, self.y_log)

    def _shapes(self, drawn: np.ndarray, measured: np.ndarray) -> str:
        expected, seen = shape(drawn), shape(measured)
        if expected == seen:
            return f"Its shape is right: it {self._turns_beside(drawn, measured)}."
        return (
            f"You drew a curve that {in_words(expected)}; the measured one "
            f"{self._course(measured)}."
        )

    def _turns_beside(self, drawn: np.ndarray, measured: np.ndarray) -> str:
        """Say what both curves do, and where each turns if that is not one place."""
        mine, right = _only_turn(drawn), _only_turn(measured)
        if mine is None or right is None or abs(mine - right) <= 1:
            return self._course(measured)
        return (
            f"{in_words(shape(measured))}. Yours turns near {self.x_label} = "
            f"{number_text(self.x[mine])}, the measured one near "
            f"{number_text(self.x[right])}"
        )

    def _course(self, height: np.ndarray) -> str:
        """Say what a curve does, and where it turns if it does so once."""
        words = in_words(shape(height))
        turn = _only_turn(height)
        if turn is None:
            return words
        return f"{words}, and turns near {self.x_label} = {number_text(self.x[turn])}"


def _only_turn(height: np.ndarray) -> int | None:
    """Return the place at which a curve turns, if it does so once."""
    stretches = turns(height)
    return stretches[1][1] if len(stretches) == 2 else None


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
