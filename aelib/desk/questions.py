"""The kinds of question that one can commit to, and how an answer compares.

A question says what an answer to it looks like (`accepts`), makes of what the notebook
measured what is laid over it (`measure`), and compares the two (`compare`). Answers and
measurements are plain JSON, for they travel to the page and into a file. The fourth
kind, a curve, has a module of its own: `aelib.desk.curves`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, ClassVar, Protocol

RIGHT, WRONG = "✓", "✗"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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

    def words_of(self, answer: Any) -> str:
        """Say an answer in words."""

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

    def words_of(self, answer: str) -> str:
        """Quote the option."""
        return f"“{answer}”"

    def compare(self, answer: str, found: dict[str, Any]) -> Outcome:
        """Right or wrong."""
        if answer == found["option"]:
            return Outcome(
                f"{RIGHT} You said {self.words_of(answer)}, and so it is.", 1.0
            )
        line = f"{WRONG} You said {self.words_of(answer)}; it is “{found['option']}”."
        return Outcome(line, 0.0)

    def result(self, found: dict[str, Any]) -> str:
        """Say which option is true."""
        return f"The answer: “{found['option']}”."


@dataclass(frozen=True)
class Number:
    """A number, and how far off one thinks that one may be."""

    kind: ClassVar[str] = "number"
    unit: str
    bands: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.bands:
            raise ValueError(
                "A number needs a band that one can state, such as '25 %'."
            )
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

    def words_of(self, answer: dict[str, Any]) -> str:
        """Say the number and its band."""
        return f"{self.say(answer['number'])}, {band_in_words(answer['band'])}"

    def compare(self, answer: dict[str, Any], found: dict[str, Any]) -> Outcome:
        """Inside or outside the reader's own band."""
        low, high = interval(answer["number"], answer["band"])
        slack = 1e-9 * max(abs(low), abs(high))
        is_inside = low - slack <= found["number"] <= high + slack
        mark, where = (RIGHT, "inside") if is_inside else (WRONG, "outside")
        line = (
            f"{mark} You said {self.words_of(answer)}; measured {found['text']}: "
            f"{where} your band."
        )
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

    def words_of(self, answer: list[str]) -> str:
        """Say the order."""
        return f"from {self.first} to {self.last}: {' · '.join(answer)}"

    def compare(self, answer: list[str], found: dict[str, Any]) -> Outcome:
        """Count the pairs that are the right way round."""
        right, pairs = pairs_in_order(answer, found["order"])
        mark = RIGHT if right == pairs else WRONG
        line = f"{mark} {right} of {pairs} pairs in the right order. "
        return Outcome(line + self.result(found), right / pairs)

    def result(self, found: dict[str, Any]) -> str:
        """Say what the order is."""
        said = self.words_of(found["order"])
        return f"{said[0].upper()}{said[1:]}."


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
    >>> [number_text(n) for n in (9.7, 1234.5, 0.25, -2, 1e-9, 2.5e20, 0)]
    ['9.7', '1,230', '0.25', '−2', '10⁻⁹', '2.5·10²⁰', '0']
    """
    if number == 0:
        return "0"
    rounded = float(f"{number:.3g}")
    if 1e-4 <= abs(rounded) < 1e7:
        decimals = max(0, 2 - math.floor(math.log10(abs(rounded))))
        text = f"{rounded:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        digits, _, power = f"{abs(rounded):.2e}".partition("e")
        digits = digits.rstrip("0").rstrip(".")
        text = ("" if digits == "1" else f"{digits}·") + "10"
        text = ("-" if number < 0 else "") + text + str(int(power)).translate(RAISED)
    return text.replace("-", "−")


def as_texts(items: Iterable[object]) -> tuple[str, ...]:
    """Return what the page shows of items."""
    return tuple(str(item) for item in items)
