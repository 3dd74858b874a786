"""The verdict on an exercise: what the text demands, met or not, and why.

It judges by the shown cases alone. In a reader's copy it is recorded, and the course's
solution is a click away; everywhere else it is shown and no more.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.desk.progress import record
from aelib.desk.solutions import solution_button
from aelib.exercises.cases import Case
from aelib.exercises.judge import Reply, ask, judge_reply
from aelib.exercises.misconceptions import recognize
from aelib.exercises.shown_cases import Shown, find_shown

if TYPE_CHECKING:
    from jinja2 import Template

NUMERIC = "biuf"  # kinds of dtype that are numbers
MOST_VALUES = 12  # of a larger array only the shape is shown
DIGITS = (4, 8, 16)  # as many as it takes to tell two numbers apart


class _OneLine(Exception):
    """An error that shows one line instead of a traceback: the page says the rest."""

    line: str

    def _render_traceback_(self) -> list[str]:  # what IPython asks for
        return [self.line]


class NotWritten(_OneLine, NotImplementedError):
    """The function of an exercise is not written yet."""

    line = "Not written yet."


class NotRight(_OneLine, AssertionError):
    """An answer does not meet every demand of its exercise."""

    line = "Not right yet: the verdict is above."


@dataclass(frozen=True)
class Demand:
    """One demand of an exercise's text, and whether an answer meets it.

    Attributes
    ----------
    what
        The demand.
    met
        Whether it is met.
    call, got, expected, why
        What was called, what came back, what should have, and why; empty where it is
        met.
    """

    what: str
    met: bool
    call: str = ""
    got: str = ""
    expected: str = ""
    why: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of an answer, as a page and as plain text.

    Attributes
    ----------
    function
        The function that the exercise asks for.
    points
        What it is worth.
    demands
        Empty where the function is not written yet.
    misconception
        The known mistake that the answer behaves like; empty if there is none.
    hints
        Those that may be shown.
    """

    function: str
    points: int
    demands: tuple[Demand, ...] = ()
    misconception: str = ""
    hints: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether every demand is met."""
        return bool(self.demands) and all(demand.met for demand in self.demands)

    @property
    def words(self) -> str:
        """The verdict in one sentence or two."""
        worth = f"{self.points} point{'s' * (self.points != 1)}"
        if not self.demands:
            return f"{self.function} is not written yet ({worth})."
        met, demands = sum(demand.met for demand in self.demands), len(self.demands)
        if self.right:
            return f"All {demands} demands of {self.function} are met ({worth})."
        sentence = f"{self.function} meets {met} of {demands} demands ({worth})."
        if not self.misconception:
            return sentence
        return f"{sentence} It behaves like a known mistake: {self.misconception}."

    def __str__(self) -> str:
        lines = [self.words]
        for demand in self.demands:
            lines.append(f"{_sign(demand)} {demand.what}")
            if not demand.met:
                lines += [f"    {line}" for line in _details(demand)]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": to_html(self)}


def verdict(grade_id: str, *, hints: int = 3) -> None:
    """Judge the reader's answer to an exercise, show the verdict, and fail if need be.

    The function is looked up by its name where the call stands, so that a cell that
    was not run yet is a friendly line and no NameError.

    Parameters
    ----------
    grade_id
        The nbgrader id of the exercise's cell, such as ``"ex04-5-repair"``.
    hints
        How many of the exercise's hints may be shown: 0 to 3.

    Raises
    ------
    NotWritten
        If the function is not written yet.
    NotRight
        If a demand is not met. Both end the cell with one line, after the verdict.
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> def output_delta(y, s):
    ...     return (y - np.tanh(s)) * (1 - np.tanh(s) ** 2)
    >>> verdict("ex00-1-output-delta")  # doctest: +ELLIPSIS
    All 3 demands of output_delta are met (2 points).
    ✓ ...
    """
    frame = inspect.currentframe()
    names = frame.f_back.f_globals if frame and frame.f_back else {}
    shown = find_shown(grade_id)
    result = judge(shown, names.get(shown.function), hints)
    record(grade_id, result.right, result.points if result.right else 0.0)
    _show(result, grade_id)
    if not result.demands:
        raise NotWritten(result.words)
    if not result.right:
        raise NotRight(result.words)


def judge(shown: Shown, answer: Callable[..., Any] | None, hints: int = 3) -> Verdict:
    """Judge an answer by the shown cases of its exercise.

    Parameters
    ----------
    shown
        The shown half of the exercise.
    answer
        The reader's function; None where there is none yet.
    hints
        How many hints may be shown.

    Returns
    -------
    Verdict
        The verdict.
    """
    allowed = shown.hints[:hints]
    if not callable(answer):
        return Verdict(shown.function, shown.points, hints=allowed)
    replies = [ask(answer, case) for case in shown.cases]
    if all(reply.get("type") == "NotImplementedError" for reply in replies):
        return Verdict(shown.function, shown.points, hints=allowed)
    return Verdict(
        shown.function,
        shown.points,
        tuple(map(_demand, shown.cases, replies, [shown.function] * len(replies))),
        recognize(shown.cases, replies, shown.misconceptions),
        allowed,
    )


def _demand(case: Case, reply: Reply, function: str) -> Demand:
    met, _ = judge_reply(case, reply)
    if met:
        return Demand(case.what, met)
    got, expected = _got_and_expected(reply, case.expected)
    call = f"{function}({', '.join(brief(value) for value in case.arguments)})"
    return Demand(case.what, met, call, got, expected, case.why)


# In words


def _got_and_expected(reply: Reply, expected: Any) -> tuple[str, str]:
    """Show in what an answer differs: in its shape, or else in its numbers."""
    if reply["kind"] == "error":
        return f"{reply['type']}: {reply['text']}", brief(expected)
    got = reply["value"]
    if got is None:
        return "None: does the function return its answer?", brief(expected)
    if callable(got):
        return "a function: are its brackets missing?", brief(expected)
    if isinstance(expected, tuple):
        return _first_difference(got, expected)
    if _shape(got) != np.shape(expected):
        return _with_shape(got), _with_shape(expected)
    return as_exact_as_it_takes(got, expected)


def _first_difference(got: Any, expected: tuple[Any, ...]) -> tuple[str, str]:
    count = len(got) if isinstance(got, tuple) or np.ndim(got) else 1
    if count != len(expected):
        return _parts(count), _parts(len(expected))
    for number, (one, right) in enumerate(zip(got, expected, strict=True), start=1):
        reply = {"kind": "value", "value": one}
        if not judge_reply(Case("", (), right, 1e-6), reply)[0]:
            pair = _got_and_expected(reply, right)
            return tuple(f"part {number}: {words}" for words in pair)
    return "nearly the same", "more digits than a float32 has"


def _parts(count: int) -> str:
    return f"{count} part{'s' * (count != 1)}"


def as_exact_as_it_takes(got: Any, expected: Any) -> tuple[str, str]:
    """Write two values with as many digits as it takes to see that they differ."""
    for digits in DIGITS:
        pair = brief(got, digits), brief(expected, digits)
        if pair[0] != pair[1]:
            break
    return pair


def _with_shape(value: Any) -> str:
    shape = _shape(value)
    if shape is None:
        return f"{brief(value)}, {_parts(len(value))}"
    array = np.asarray(value)
    if array.dtype.kind not in NUMERIC and not shape:
        return f"{brief(value)}, of type {type(value).__name__}"
    if array.dtype.kind in NUMERIC and array.size > MOST_VALUES:
        return brief(value)  # which is the shape
    return f"{brief(value)}, shape {shape}" if shape else f"{brief(value)}, a number"


def _shape(value: Any) -> tuple[int, ...] | None:
    """Return the shape of what came back; None where its rows differ in length."""
    try:
        return np.shape(value)
    except ValueError:
        return None


def brief(value: Any, digits: int = DIGITS[0]) -> str:
    """Write numbers as people do, and of a large array the shape.

    Examples
    --------
    >>> brief(np.array([[1.0, -0.33333333]])), brief(2), brief(np.ones((9, 4)))
    ('[[1, -0.3333]]', '2', 'an array of shape (9, 4)')
    """
    try:
        array = np.asarray(value)
    except ValueError:  # parts of different length
        return f"({', '.join(brief(part, digits) for part in value)})"
    if array.dtype.kind not in NUMERIC:
        return f"{value!r:.80}"
    if array.size > MOST_VALUES:
        return f"an array of shape {array.shape}"
    # + 0.0 makes a zero of −0.
    numbers = np.vectorize(lambda number: f"{number + 0.0:.{digits}g}", otypes=[object])
    return str(numbers(array).tolist()).replace("'", "")


def _sign(demand: Demand) -> str:
    return "✓" if demand.met else "✗"


def _details(demand: Demand) -> list[str]:
    return [
        f"{demand.call}",
        f"got {demand.got}",
        f"expected {demand.expected}",
        *([demand.why] if demand.why else []),
    ]


# As a page

MET, UNMET, OPEN = "#2e8b57", "#d1432b", "#8a7a2f"  # 3:1 and more, on white and black


def to_html(verdict: Verdict) -> str:
    """Return a verdict as HTML that needs no style sheet, light or dark.

    Parameters
    ----------
    verdict
        The verdict.

    Returns
    -------
    str
        A group with a name for screen readers; each hint behind a click of its own,
        inside the one before.
    """
    colour = MET if verdict.right else UNMET if verdict.demands else OPEN
    return _template().render(verdict=verdict, colour=colour, met=MET, unmet=UNMET)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    page = Path(__file__).with_name("verdict.html").read_text(encoding="utf-8")
    return environment.from_string(page)


def _show(result: Verdict, grade_id: str) -> None:
    if "IPython" not in sys.modules:  # the grader's sandbox has no page to show
        print(result)
        return
    from IPython.display import display

    display(result)
    if button := solution_button(grade_id):
        display(button)
