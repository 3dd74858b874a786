"""The four kinds of question that one can commit to, and how an answer compares.

A question says what an answer to it looks like (`accepts`), makes of what the notebook
measured what is laid over it (`measure`), and compares the two (`compare`). Answers and
measurements are plain JSON, for they travel to the page and into a file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar, Protocol

import numpy as np

from aelib.desk import curves

RIGHT, WRONG = "✓", "✗"


@dataclass(frozen=True)
class Outcome:
    """What came of a prediction: a line to read, and how much of it was right, 0 to 1.

    `marks` is what the page lays over the answer beside what was measured.
    """

    line: str
    score: float
    marks: dict[str, Any] = field(default_factory=dict)


class Question(Protocol):
    """What every kind of question can do."""

    kind: ClassVar[str]

    def setup(self) -> dict[str, Any]:
        """Return what the page needs to ask it."""

    def accepts(self, answer: Any) -> bool:
        """Say whether `answer` is a complete answer to it."""

    def measure(self, measured: Any, x: Any = None) -> dict[str, Any]:
        """Return what is laid over the answer; refuse what was not asked for."""

    def compare(self, answer: Any, found: dict[str, Any]) -> Outcome:
        """Compare an answer with what `measure` returned."""

    def result(self, found: dict[str, Any]) -> str:
        """Say what was found to somebody who has not predicted."""


@dataclass(frozen=True)
class Choice:
    """One of a few sentences is true."""

    kind: ClassVar[str] = "choose"
    options: tuple[str, ...]

    def __post_init__(self) -> None:
        check_distinct(self.options)

    def setup(self) -> dict[str, Any]:
        """Return the options."""
        return {"options": list(self.options)}

    def accepts(self, answer: Any) -> bool:
        """Say whether `answer` is one of the options."""
        return answer in self.options

    def measure(self, measured: Any, x: Any = None) -> dict[str, Any]:
        """Return the option that turned out to be true."""
        if measured not in self.options:
            raise ValueError(f"{measured!r} was not among the options {self.options}.")
        return {"option": measured}

    def compare(self, answer: str, found: dict[str, Any]) -> Outcome:
        """Right or wrong."""
        if answer == found["option"]:
            return Outcome(f"{RIGHT} You said “{answer}”, and so it is.", 1.0)
        line = f"{WRONG} You said “{answer}”; it is “{found['option']}”."
        return Outcome(line, 0.0)

    def result(self, found: dict[str, Any]) -> str:
        """Say which option is true."""
        return f"It is “{found['option']}”."


@dataclass(frozen=True)
class Number:
    """A number, and how far off one thinks that one may be."""

    kind: ClassVar[str] = "number"
    unit: str
    bands: tuple[str, ...]

    def __post_init__(self) -> None:
        check_distinct(self.bands)
        for band in self.bands:
            interval(1.0, band)

    def setup(self) -> dict[str, Any]:
        """Return the unit and the bands."""
        return {"unit": self.unit, "bands": list(self.bands)}

    def accepts(self, answer: Any) -> bool:
        """Say whether `answer` is a finite number with one of the bands."""
        if not isinstance(answer, dict) or answer.keys() != {"number", "band"}:
            return False
        number, band = answer["number"], answer["band"]
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        return is_number and math.isfinite(number) and band in self.bands

    def measure(self, measured: Any, x: Any = None) -> dict[str, Any]:
        """Return the number that was measured."""
        number = float(measured)
        if not math.isfinite(number):
            raise ValueError(f"A measured number must be finite; this is {number}.")
        return {"number": number, "text": self.say(number)}

    def compare(self, answer: dict[str, Any], found: dict[str, Any]) -> Outcome:
        """Inside or outside the reader's own band."""
        low, high = interval(answer["number"], answer["band"])
        slack = 1e-9 * max(abs(low), abs(high))
        is_inside = low - slack <= found["number"] <= high + slack
        mark, where = (RIGHT, "inside") if is_inside else (WRONG, "outside")
        said = f"You said {self.say(answer['number'])}, {band_in_words(answer['band'])}"
        line = f"{mark} {said}; measured {found['text']}: {where} your band."
        return Outcome(line, float(is_inside), {"band": [low, high]})

    def result(self, found: dict[str, Any]) -> str:
        """Say what was measured."""
        return f"Measured: {found['text']}."

    def say(self, number: float) -> str:
        """Write a number of this question with its unit."""
        return f"{number_text(number)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Order:
    """A few things, to be put in order from `first` to `last`."""

    kind: ClassVar[str] = "order"
    items: tuple[str, ...]
    first: str
    last: str

    def __post_init__(self) -> None:
        check_distinct(self.items)

    def setup(self) -> dict[str, Any]:
        """Return the items and what the two ends are called."""
        return {"items": list(self.items), "first": self.first, "last": self.last}

    def accepts(self, answer: Any) -> bool:
        """Say whether `answer` has each item once."""
        return isinstance(answer, list) and sorted(map(str, answer)) == sorted(
            self.items
        )

    def measure(self, measured: Any, x: Any = None) -> dict[str, Any]:
        """Return the order that was measured."""
        order = [str(item) for item in measured]
        if not self.accepts(order):
            raise ValueError(f"{order} has not each of {self.items} once.")
        return {"order": order}

    def compare(self, answer: list[str], found: dict[str, Any]) -> Outcome:
        """Count the pairs that are the right way round."""
        right, pairs = pairs_in_order(answer, found["order"])
        mark = RIGHT if right == pairs else WRONG
        line = f"{mark} {right} of {pairs} pairs in the right order. "
        return Outcome(line + self.result(found), right / pairs)

    def result(self, found: dict[str, Any]) -> str:
        """Say what the order is."""
        return f"From {self.first} to {self.last}: {' · '.join(found['order'])}."


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
        there = curves.at_places(x, y, self.x, **logs)
        return {"x": x.tolist(), "y": y.tolist(), "there": there.tolist()}

    def compare(self, answer: list[float], found: dict[str, Any]) -> Outcome:
        """Say how far off it is, where most, and whether its shape is right."""
        drawn, measured = (
            curves.heights(y, self.y_range, self.y_log)
            for y in (answer, found["there"])
        )
        gaps = np.abs(drawn - measured.clip(0, 1))
        far = int(gaps.argmax())
        where = (
            f"at {self.x_label} = {number_text(self.x[far])} (drawn "
            f"{number_text(answer[far])}, measured {number_text(found['there'][far])})"
        )
        away = f"On average {gaps.mean():.0%} of the axis away, most {where}. "
        if gaps.max() < 0.005:
            away = "Drawn as measured. "
        return Outcome(away + self._shapes(drawn, measured), 1 - float(gaps.mean()))

    def result(self, found: dict[str, Any]) -> str:
        """Say what the measured curve does."""
        height = curves.heights(found["there"], self.y_range, self.y_log)
        return f"The measured curve {self._course(height)}."

    def _shapes(self, drawn: np.ndarray, measured: np.ndarray) -> str:
        expected, seen = curves.shape(drawn), curves.shape(measured)
        if expected == seen:
            return f"Its shape is right: it {self._course(measured)}."
        return (
            f"You drew a curve that {curves.in_words(expected)}; the measured one "
            f"{self._course(measured)}."
        )

    def _course(self, height: np.ndarray) -> str:
        """Say what a curve does, and where it turns if it does so once."""
        stretches = curves.turns(height)
        words = curves.in_words([way for way, _ in stretches])
        if len(stretches) != 2:
            return words
        turn = self.x[stretches[1][1]]
        return f"{words}, and turns near {self.x_label} = {number_text(turn)}"


def check_distinct(options: Sequence[str]) -> None:
    """Refuse fewer than two options, and one that stands there twice.

    Examples
    --------
    >>> check_distinct(["yes", "yes"])
    Traceback (most recent call last):
    ValueError: A reader needs two different options or more, not ['yes', 'yes'].
    """
    if len(set(options)) < max(2, len(options)):
        raise ValueError(
            f"A reader needs two different options or more, not {list(options)}."
        )


def interval(number: float, band: str) -> tuple[float, float]:
    """Return what a number and its band allow: the lowest value, and the highest.

    Parameters
    ----------
    number
        What is predicted.
    band
        "25 %" of the number, "factor 2" to either side, or a plain width such as "0.5".

    Raises
    ------
    ValueError
        If the band is none of these.

    Examples
    --------
    >>> interval(12, "25 %"), interval(12, "factor 2"), interval(12, "0.5")
    ((9.0, 15.0), (6.0, 24.0), (11.5, 12.5))
    """
    form = re.fullmatch(r"(factor )?(\d+(?:\.\d+)?)( ?%)?", band)
    if form is None or (form[1] and (form[3] or float(form[2]) <= 1)):
        raise ValueError(
            f"{band!r} is no band: write '25 %', 'factor 2' or a width such as '0.5'."
        )
    size = float(form[2])
    if form[1]:
        ends = number / size, number * size
    else:
        width = abs(number) * size / 100 if form[3] else size
        ends = number - width, number + width
    return min(ends), max(ends)


def band_in_words(band: str) -> str:
    """Say a band as part of a sentence.

    Examples
    --------
    >>> [band_in_words(band) for band in ("25 %", "factor 2", "0")]
    ['give or take 25 %', 'within a factor of 2', 'exactly']
    """
    if band == "0":
        return "exactly"
    if band.startswith("factor "):
        return f"within a factor of {band.removeprefix('factor ')}"
    return f"give or take {band}"


def pairs_in_order(answer: Sequence[str], truth: Sequence[str]) -> tuple[int, int]:
    """Return how many pairs of `answer` stand as in `truth`, and how many there are.

    Examples
    --------
    >>> pairs_in_order("bac", "abc")
    (2, 3)
    """
    place = {item: i for i, item in enumerate(truth)}
    pairs = list(combinations(answer, 2))
    return sum(place[first] < place[second] for first, second in pairs), len(pairs)


def number_text(number: float) -> str:
    """Write a number with three digits, as one reads it.

    Examples
    --------
    >>> [number_text(n) for n in (9.7, 1234.5, 0.25, -2, 1e-9, 0)]
    ['9.7', '1,230', '0.25', '−2', '1e-9', '0']
    """
    if number == 0:
        return "0"
    rounded = float(f"{number:.3g}")
    if 1e-4 <= abs(rounded) < 1e7:
        decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
        text = f"{rounded:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        digits, _, power = f"{rounded:.2e}".partition("e")
        text = f"{digits.rstrip('0').rstrip('.')}e{int(power)}"
    return text.replace("-", "−", 1) if number < 0 else text


def as_texts(items: Iterable[object]) -> tuple[str, ...]:
    """Return what the page shows of items."""
    return tuple(str(item) for item in items)
