"""Predictions that a reader commits to before the notebook measures.

A prediction takes two cells: one asks, and a later one, behind the measurement, lays
what was measured over what was predicted. So the answer never stands beside the
question, and Run All waits for nobody: what nobody committed to is "not predicted".

In a reader's own copy a commitment is kept, and can be taken back until the answer has
been seen. Elsewhere nothing is stored. How to write one: `docs/predictions.md`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from aelib.desk import records, stills
from aelib.desk.calibration import Calibration, calibration
from aelib.desk.curves import Curve
from aelib.desk.questions import Choice, Number, Order, Question, as_texts
from aelib.explore.scripts import javascript
from aelib.explore.theme import palette_css

__all__ = [
    "Answer",
    "Calibration",
    "Prediction",
    "calibration",
    "choose",
    "draw",
    "number",
    "order",
    "reveal",
]

BANDS = ("10 %", "25 %", "factor 2", "factor 10")

MEASURED = "It is measured further down already: commit before you look."

HERE = Path(__file__).parent


class Sheet(anywidget.AnyWidget):
    """A question on the page, with what was answered and what was found, so far."""

    _esm = javascript(HERE / "prediction.js")
    _css = palette_css() + (HERE / "prediction.css").read_text(encoding="utf-8")

    kind = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    setup = traitlets.Dict().tag(sync=True)
    committed = traitlets.Any(None, allow_none=True).tag(sync=True)
    heard = traitlets.Any(None, allow_none=True).tag(sync=True)  # what has been kept
    found = traitlets.Any(None, allow_none=True).tag(sync=True)
    line = traitlets.Unicode().tag(sync=True)
    is_final = traitlets.Bool().tag(sync=True)

    def __init__(
        self, question_id: str, question: Question, text: str, **state: Any
    ) -> None:
        self.question_id, self.question = question_id, question
        fixed = {"kind": question.kind, "text": text, "setup": question.setup()}
        super().__init__(**fixed, **state)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, **self._still(), "text/plain": repr(self)}

    def _still(self) -> dict[str, str]:
        if not isinstance(self.question, Curve):
            return {"text/html": self._in_words()}
        png = stills.as_png(self.question, self.text, self.committed, self.found)
        return {"image/png": base64.b64encode(png).decode()}

    def _in_words(self) -> str:
        is_bare = self.committed is None
        if self.found:
            line = self.question.result(self.found) if is_bare else self.line
            return stills.answer_as_html(self.text, line)
        said = None if is_bare else self.question.words_of(self.committed)
        return stills.question_as_html(self.question, self.text, said)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.question_id})"


class Answer(Sheet):
    """What was measured, laid over what was predicted; `reveal` makes it."""


class Prediction(Sheet):
    """A question that one can commit to; the functions of this module make them.

    Where the answer has been measured already, because somebody ran all cells first,
    the question is still open: who reads on from the top can commit before looking.
    """

    def __init__(self, question_id: str, question: Question, text: str) -> None:
        check_id(question_id)
        record = records.read(question_id) or {}
        answer = record.get("value")
        is_kept = record.get("kind") == question.kind and question.accepts(answer)
        self._committed = answer if is_kept else None
        self._below: Answer | None = None
        state = {
            "committed": self._committed,
            "heard": self._committed,
            "is_final": is_kept and "score" in record,
        }
        super().__init__(question_id, question, text, **state)
        self.observe(self._commit, names="committed")

    def reveal(self, measured: Any, x: Any = None) -> Answer:
        """Return what a cell below displays: the measured over the predicted."""
        found = self.question.measure(measured, x)
        fixed = {"found": found, "is_final": True}
        self._below = Answer(self.question_id, self.question, self.text, **fixed)
        self._compare()
        return self._below

    def _compare(self) -> None:
        """Show here and below what came of the prediction."""
        found = self._below.found
        if self._committed is None:
            self._below.line = f"Not predicted. {self.question.result(found)}"
            self.line = MEASURED
            return
        outcome = self.question.compare(self._committed, found)
        self._keep(score=outcome.score)
        for sheet in (self, self._below):
            with sheet.hold_sync():
                sheet.committed, sheet.is_final = self._committed, True
                sheet.found = {**found, **outcome.marks}
                sheet.line = outcome.line

    def _commit(self, change: dict[str, Any]) -> None:
        answer = change["new"]
        if answer == self._committed:
            return
        if self.is_final or not (answer is None or self.question.accepts(answer)):
            self.committed = self._committed  # the page is told that it was refused
            return
        self._committed = answer
        if answer is None:
            records.forget(self.question_id)
        elif self._below is None:
            self._keep()
        else:
            self._compare()
        self.heard = answer

    def _keep(self, **outcome: float) -> None:
        """Store the answer; of outcomes the first counts, whatever is changed later."""
        if self.is_final and "score" in (records.read(self.question_id) or {}):
            return
        record = {"kind": self.kind, "value": self._committed, **outcome}
        records.write(self.question_id, record)


_asked: dict[str, Prediction] = {}


def choose(question_id: str, text: str, options: Iterable[str]) -> Prediction:
    """Ask which of a few sentences is true.

    Parameters
    ----------
    question_id
        The notebook's number and a name, such as "04-stale-mean". It names what the
        reader has stored, so it never changes its meaning.
    text
        The question, in plain words (signs such as ρ and δ are fine, formulas are not).
    options
        What one can choose from, two or more.

    Returns
    -------
    Prediction
        What the cell displays.

    Raises
    ------
    ValueError
        If the id has another form, or an option stands there twice.

    Examples
    --------
    >>> choose("00-doctest", "Will it fall?", ["yes", "no"])
    Prediction(00-doctest)
    >>> reveal("00-doctest", "no").line
    'Not predicted. The answer: “no”.'
    """
    return _ask(question_id, Choice(as_texts(options)), text)


def number(
    question_id: str, text: str, *, unit: str = "", bands: Sequence[str] = BANDS
) -> Prediction:
    """Ask for a number, and how far off the reader thinks that it may be.

    Parameters
    ----------
    question_id, text
        As for `choose`.
    unit
        What stands behind the number, such as "%".
    bands
        What one can state as one's own precision: "25 %" of the number, "factor 2" to
        either side, or a width such as "0.5" (and "0" for a number that one can count).

    Returns
    -------
    Prediction
        What the cell displays.

    Raises
    ------
    ValueError
        If the id or a band has another form.

    Examples
    --------
    >>> asked = number("00-doctest", "How many of five?", bands=["0", "1"])
    >>> asked.committed = {"number": 4, "band": "1"}  # as the page does it
    >>> reveal("00-doctest", 3).line
    '✓ You said 4, give or take 1; measured 3: inside your band.'
    """
    return _ask(question_id, Number(unit, as_texts(bands)), text)


def order(
    question_id: str, text: str, items: Iterable[str], *, first: str, last: str
) -> Prediction:
    """Ask for the order of a few things.

    Parameters
    ----------
    question_id, text
        As for `choose`.
    items
        The things, not in the right order.
    first, last
        What the two ends are, such as "cheapest" and "most expensive".

    Returns
    -------
    Prediction
        What the cell displays.

    Raises
    ------
    ValueError
        If the id has another form, or an item stands there twice.

    Examples
    --------
    >>> asked = order(
    ...     "00-doctest", "How heavy?", ["moon", "sun"], first="light", last="heavy"
    ... )
    >>> asked.committed = ["sun", "moon"]  # as the page does it
    >>> reveal("00-doctest", ["moon", "sun"]).line
    '✗ 0 of 1 pairs in the right order. From light to heavy: moon · sun.'
    """
    return _ask(question_id, Order(as_texts(items), first, last), text)


def draw(
    question_id: str,
    text: str,
    *,
    x: Iterable[float],
    y_range: tuple[float, float],
    x_label: str = "x",
    y_label: str = "y",
    x_log: bool = False,
    y_log: bool = False,
) -> Prediction:
    """Ask for a curve, to be drawn on axes with the mouse, a finger or the arrow keys.

    Parameters
    ----------
    question_id, text
        As for `choose`.
    x
        Places on the horizontal axis, increasing; each gets one value. A dozen is
        enough to draw a shape, and few enough for the keyboard.
    y_range
        The ends of the vertical axis; choose them so that they don't give the answer
        away.
    x_label, y_label
        What the axes show.
    x_log, y_log
        Whether they are logarithmic.

    Returns
    -------
    Prediction
        What the cell displays.

    Raises
    ------
    ValueError
        If the id has another form, x does not increase, or an axis has no extent.

    Examples
    --------
    >>> asked = draw("00-doctest", "And then?", x=[0, 1, 2], y_range=(0, 1))
    >>> asked.committed = [0, 0.5, 1]  # as the page does it
    >>> reveal("00-doctest", [0, 1, 0]).line.partition("; ")[2]
    'the measured one rises, then falls, and turns near x = 1.'
    """
    places = tuple(np.asarray(x, float).tolist())
    low, high = (float(end) for end in y_range)
    return _ask(
        question_id,
        Curve(places, (low, high), x_label, y_label, x_log, y_log),
        text,
    )


def reveal(question_id: str, measured: Any, *, x: Any = None) -> Answer:
    """Lay what was measured over what was predicted.

    Parameters
    ----------
    question_id
        The question, asked in a cell before.
    measured
        The option that is true, the number, the items in order, or the curve's values.
    x
        Of a curve measured at other places than those that were asked for: where. It
        increases and spans those places.

    Returns
    -------
    Answer
        What the cell displays.

    Raises
    ------
    ValueError
        If the question has not been asked, or `measured` is no answer to it.

    Examples
    --------
    >>> reveal("00-never-asked", 1)
    Traceback (most recent call last):
    ValueError: “00-never-asked” has not been asked here: run the cell that asks it ...
    """
    if question_id not in _asked:
        raise ValueError(
            f"“{question_id}” has not been asked here: run the cell that asks it first "
            "(Run → Run All Above Selected Cell)."
        )
    return _asked[question_id].reveal(measured, x)


def check_id(question_id: str) -> None:
    """Refuse an id that is not a notebook's number and a name: it names a file.

    Examples
    --------
    >>> check_id("../secret")
    Traceback (most recent call last):
    ValueError: '../secret' is no id of a question: write the notebook's number and ...
    """
    if not re.fullmatch(r"\d\d(-[a-z0-9]+)+", question_id):
        raise ValueError(
            f"{question_id!r} is no id of a question: write the notebook's number and "
            "a name in small letters, such as '04-stale-mean'."
        )


def _ask(question_id: str, question: Question, text: str) -> Prediction:
    _asked[question_id] = Prediction(question_id, question, text)
    return _asked[question_id]
