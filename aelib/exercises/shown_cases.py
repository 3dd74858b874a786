"""What a reader may see of an exam: shown cases, hints, and how misconceptions behave.

It travels in the package as data, ``shown/NN.json``, which one command makes from the
exams: ``python -m aelib homework shown``. Hidden cases, wrong code and solutions stay
behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from aelib.exercises.cases import Case, Exam, Exercise
from aelib.exercises.judge import Reply, agrees
from aelib.exercises.misconceptions import same, wrong_replies

NEARLY = 1e-6  # what machines differ by, and no demand does


@dataclass(frozen=True)
class Shown:
    """The shown half of one exercise.

    Attributes
    ----------
    grade_id, function
        The nbgrader id of its cell, and the function that it asks for.
    points
        What it is worth.
    cases
        The demands of the text.
    hints
        From a nudge to nearly the answer; empty where there are none.
    misconceptions
        What each named wrong solution replies to the cases.
    """

    grade_id: str
    function: str
    points: int
    cases: tuple[Case, ...]
    hints: tuple[str, ...]
    misconceptions: Mapping[str, Sequence[Reply]]


def shown_half(exercise: Exercise) -> Shown:
    """Return what a reader may see of an exercise; its wrong solutions are run."""
    return Shown(
        exercise.grade_id,
        exercise.function,
        exercise.points,
        exercise.shown,
        exercise.hints,
        wrong_replies(exercise, exercise.shown),
    )


def find_shown(grade_id: str) -> Shown:
    """Find the shown half of an exercise in the package.

    Parameters
    ----------
    grade_id
        The nbgrader id of its cell, such as ``"ex04-5-repair"``.

    Returns
    -------
    Shown
        The shown half.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> find_shown("ex04-5-repair").function
    'sparse_step'
    """
    notebook = _read(grade_id.removeprefix("ex")[:2])
    if grade_id not in notebook:
        raise ValueError(
            f"there is no exercise {grade_id!r}: its verdict cell was changed, or it "
            "belongs to another version of aelib"
        )
    return notebook[grade_id]


def is_shown(exercise: Exercise) -> bool:
    """Say whether the package shows what an exam says of this exercise.

    Numbers may differ as far as machines do.

    Parameters
    ----------
    exercise
        The exercise; its wrong solutions are run.
    """
    try:
        stored, made = find_shown(exercise.grade_id), shown_half(exercise)
    except ValueError:
        return False
    return (
        _words(stored) == _words(made)
        and all(map(_same_numbers, stored.cases, made.cases))
        and all(
            same(*pair, NEARLY)
            for name, replies in made.misconceptions.items()
            for pair in zip(replies, stored.misconceptions[name], strict=True)
        )
    )


def _words(shown: Shown) -> tuple[Any, ...]:
    cases = [(case.what, case.why, case.tolerance) for case in shown.cases]
    about = (shown.grade_id, shown.function, shown.points, shown.hints)
    return (*about, cases, list(shown.misconceptions))


def _same_numbers(case: Case, other: Case) -> bool:
    pairs = zip(
        (*case.arguments, case.expected),
        (*other.arguments, other.expected),
        strict=True,
    )
    return all(agrees(*pair, NEARLY, equal_nan=True) for pair in pairs)


@cache
def _read(number: str) -> dict[str, Shown]:
    file = files("aelib.exercises") / "shown" / f"{number}.json"
    if not number.isdecimal() or not file.is_file():
        return {}
    return from_json(file.read_text(encoding="utf-8"))


# As text


def to_json(exam: Exam) -> str:
    """Return the shown half of an exam as JSON, the numbers of an array in one line.

    Parameters
    ----------
    exam
        The exam; its wrong solutions are run.

    Returns
    -------
    str
        What :func:`from_json` reads.
    """
    plain = [_to_plain(shown_half(exercise)) for exercise in exam.exercises]
    text = json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)
    return re.sub(r"\[\n([^\[\]{}\"]*)\]", _in_one_line, text) + "\n"


def _in_one_line(numbers: re.Match[str]) -> str:
    return f"[{' '.join(numbers[1].split())}]"


def from_json(text: str) -> dict[str, Shown]:
    """Read what :func:`to_json` wrote.

    Parameters
    ----------
    text
        The JSON.

    Returns
    -------
    dict of str to Shown
        By the nbgrader id of the exercise's cell.
    """
    return {plain["grade_id"]: _from_plain(plain) for plain in json.loads(text)}


def _to_plain(shown: Shown) -> dict[str, Any]:
    cases = [
        {
            "what": case.what,
            "arguments": [_to_numbers(value) for value in case.arguments],
            "expected": _to_numbers(case.expected),
            "tolerance": case.tolerance,
            "why": case.why,
        }
        for case in shown.cases
    ]
    misconceptions = {
        name: [
            _to_numbers(reply["value"]) if reply["kind"] == "value" else None
            for reply in replies
        ]
        for name, replies in shown.misconceptions.items()
    }
    return {
        "grade_id": shown.grade_id,
        "function": shown.function,
        "points": shown.points,
        "cases": cases,
        "hints": list(shown.hints),
        "misconceptions": misconceptions,
    }


def _from_plain(plain: Mapping[str, Any]) -> Shown:
    cases = tuple(
        Case(
            case["what"],
            tuple(map(_from_numbers, case["arguments"])),
            _from_numbers(case["expected"]),
            case["tolerance"],
            case["why"],
        )
        for case in plain["cases"]
    )
    misconceptions = {
        name: [_reply(answer) for answer in answers]
        for name, answers in plain["misconceptions"].items()
    }
    return Shown(
        plain["grade_id"],
        plain["function"],
        plain["points"],
        cases,
        tuple(plain["hints"]),
        misconceptions,
    )


def _reply(answer: Any) -> Reply:
    if answer is None:
        return {"kind": "error"}
    return {"kind": "value", "value": _from_numbers(answer)}


def _to_numbers(value: Any) -> Any:
    """Return a number, an array, or a list or tuple of them, as JSON can hold it.

    Examples
    --------
    >>> _to_numbers((np.eye(2), [3, 5], np.nan))
    [{'shape': [2, 2], 'values': [1.0, 0.0, 0.0, 1.0]}, {'list': [3, 5]}, 'nan']
    """
    if isinstance(value, tuple):
        return [_to_numbers(part) for part in value]
    if isinstance(value, list):
        return {"list": [_to_numbers(part) for part in value]}
    if np.ndim(value):
        flat = [_to_numbers(part) for part in np.ravel(value)]
        return {"shape": list(np.shape(value)), "values": flat}
    number = np.asarray(value).item()
    return number if np.isfinite(number) else str(number)


def _from_numbers(plain: Any) -> Any:
    """Return what :func:`_to_numbers` was given.

    Examples
    --------
    >>> _from_numbers(_to_numbers((np.eye(2), [3, 5], np.inf)))
    (array([[1., 0.],
           [0., 1.]]), [3, 5], inf)
    """
    if isinstance(plain, list):
        return tuple(map(_from_numbers, plain))
    if isinstance(plain, str):
        return float(plain)
    if not isinstance(plain, dict):
        return plain
    if "list" in plain:
        return list(map(_from_numbers, plain["list"]))
    values = np.array(list(map(_from_numbers, plain["values"])))
    return values.reshape(plain["shape"])
