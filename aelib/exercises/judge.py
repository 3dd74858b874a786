"""Whether an answer is right, and how many points that earns."""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from aelib.exercises.cases import Case, Exercise

Reply = Mapping[str, Any]  # what an answer does with one case: see `judge_reply`
COARSE = 1e-5
"""Tolerance for answers in float32: what a few dozen operations lose."""
CASE_WORDS = {
    "crash": "your code ended the process",
    "error": "raised an error",
    "missing": "there is no such function in the solution cell",
    "no value": "gave no numbers",
    "shape": "gave an answer of the wrong shape or number of parts",
    "timeout": "took too long",
    "value": "gave wrong values",
}


def agrees(
    given: Any, expected: Any, tolerance: float, *, equal_nan: bool = False
) -> bool:
    """Say whether an answer has the right shape, and the right values nearly.

    Parameters
    ----------
    given
        A number, an array, or a list or tuple of them, all plain: an object of the
        student's own making could pretend anything. An array of float32, torch's
        default, is judged to that precision.
    expected
        The right answer: a number, an array, or a tuple of arrays.
    tolerance
        Largest absolute and relative difference.
    equal_nan
        Whether NaN agrees with NaN: never where an answer must be right.

    Returns
    -------
    bool
        False also for what is no number at all.

    Examples
    --------
    >>> agrees([1.0, 2.0], np.array([1.0, 2.0 + 1e-12]), 1e-9)
    True
    >>> agrees(1.0, np.array([1.0, 1.0]), 1e-9), agrees("one", 1.0, 1e-9)
    (False, False)
    >>> agrees(1 / 3, 0.33333334, 1e-9), agrees(np.float32(1 / 3), 1 / 3, 1e-9)
    (False, True)
    >>> agrees(np.array(1.0), (1.0, 2.0), 1e-9)
    False
    """
    if isinstance(expected, tuple):
        return (
            (isinstance(given, (tuple, list)) or np.ndim(given) > 0)
            and len(given) == len(expected)
            and all(
                agrees(g, e, tolerance, equal_nan=equal_nan)
                for g, e in zip(given, expected, strict=True)
            )
        )
    try:
        values = np.asarray(given)
    except (TypeError, ValueError, OverflowError):  # a whole number of 400 digits
        return False
    if values.dtype.kind not in "biuf":  # a text such as "1.0" is no number
        return False
    if values.dtype in (np.float16, np.float32):
        tolerance = max(tolerance, COARSE)
    right = np.asarray(expected, dtype=float)
    return values.shape == right.shape and bool(
        np.allclose(values, right, rtol=tolerance, atol=tolerance, equal_nan=equal_nan)
    )


def in_its_precision(value: Any) -> Any:
    """Mark an answer that was computed in single precision, whatever carries it.

    Parameters
    ----------
    value
        What came through the channel: a number, an array, or a tuple of them.

    Returns
    -------
    number, array or tuple of them
        float32 where no value needs more: a list of what a tensor held is that
        precise and no more, and is judged so.

    Examples
    --------
    >>> in_its_precision(np.array([float(np.float32(0.1))])).dtype.name
    'float32'
    >>> in_its_precision(np.array([0.1])).dtype.name
    'float64'
    """
    if isinstance(value, tuple):
        return tuple(in_its_precision(part) for part in value)
    array = np.asarray(value)
    if array.dtype != np.float64:
        return value
    with np.errstate(all="ignore"):
        single = array.astype(np.float32)
    return single if np.array_equal(single, array) else value


def judge_reply(case: Case, reply: Reply) -> tuple[bool, str]:
    """Say whether a reply is right, and if not why, in words that tell no input.

    Parameters
    ----------
    case
        What was asked.
    reply
        What came back: its `kind` is ``"value"``, with a `value`; ``"error"``, with a
        `type`; or another of :data:`CASE_WORDS`.

    Returns
    -------
    bool, str
        Whether it is right; the reason, empty if it is.

    Examples
    --------
    >>> case = Case("two", (1,), 2.0)
    >>> judge_reply(case, {"kind": "value", "value": 2.0})
    (True, '')
    >>> judge_reply(case, {"kind": "value", "value": np.ones(2)})
    (False, 'gave an answer of the wrong shape or number of parts')
    """
    kind = reply["kind"]
    if kind == "error":
        return False, f"raised {_builtin_name(reply['type'])}"
    if kind != "value":
        return False, CASE_WORDS.get(kind, CASE_WORDS["crash"])
    given = in_its_precision(reply["value"])
    if agrees(given, case.expected, case.tolerance):
        return True, ""
    return False, CASE_WORDS["value" if _has_form_of(given, case.expected) else "shape"]


def _has_form_of(given: Any, expected: Any) -> bool:
    """Say whether an answer has the form of the right one."""
    if isinstance(expected, tuple):
        several = isinstance(given, tuple) or np.ndim(given) > 0
        return several and len(given) == len(expected)
    return not isinstance(given, tuple) and np.shape(given) == np.shape(expected)


def _builtin_name(name: str) -> str:
    """Return the name of a built-in exception, and of no other: it could be a message.

    Examples
    --------
    >>> _builtin_name("NameError"), _builtin_name("the_first_input_was_0_25")
    ('NameError', 'an error')
    """
    kind = getattr(builtins, name, None)
    return (
        name if isinstance(kind, type) and issubclass(kind, Exception) else "an error"
    )


# Answers of the instructor's own, which are trusted


def define(source: str, function: str) -> Callable[..., Any]:
    r"""Run trusted source as a notebook would and return the function it defines.

    Only for what the instructor wrote: model answers and wrong solutions.

    Parameters
    ----------
    source
        Python code; ``np`` is NumPy.
    function
        The function's name.

    Returns
    -------
    callable
        The function.

    Examples
    --------
    >>> define("def double(x):\n    return 2 * np.asarray(x)", "double")([1])
    array([2])
    """
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<{function}>", "exec"), namespace)
    return namespace[function]


def ask(answer: Callable[..., Any], case: Case) -> Reply:
    """Call an answer with copies of a case's arguments, in this process.

    Parameters
    ----------
    answer
        The instructor's own function, or a reader's in the reader's own process.
    case
        The case.

    Returns
    -------
    mapping
        The answer's reply: ``{"kind": "value", "value": ...}``, or
        ``{"kind": "error", "type": ..., "text": ...}`` where it raises.

    Examples
    --------
    >>> ask(lambda x: 1 / x, Case("half", (2.0,), 0.5))
    {'kind': 'value', 'value': 0.5}
    >>> ask(lambda x: 1 / x, Case("none", (0,), 0.0))
    {'kind': 'error', 'type': 'ZeroDivisionError', 'text': 'division by zero'}
    """
    arguments = [np.copy(a) if np.ndim(a) else a for a in case.arguments]
    try:
        with np.errstate(all="ignore"):  # a wrong solution may divide by zero
            return {"kind": "value", "value": _numbers(answer(*arguments))}
    except Exception as error:
        return {"kind": "error", "type": type(error).__name__, "text": str(error)}


def _numbers(value: Any) -> Any:
    """Take a tensor's numbers out of it, also where tensors stand in a tuple."""
    if isinstance(value, (tuple, list)):
        return tuple(map(_numbers, value))
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def passes(case: Case, answer: Callable[..., Any]) -> bool:
    """Call a trusted `answer` on copies of the case's arguments and judge the result.

    Parameters
    ----------
    case
        The case.
    answer
        A function of the instructor's own: it runs in this process.

    Returns
    -------
    bool
        False also where it raises.
    """
    reply = ask(answer, case)
    return reply["kind"] == "value" and agrees(
        reply["value"], case.expected, case.tolerance
    )


def score(exercise: Exercise, answer: Callable[..., Any]) -> float:
    """Return the points that a trusted `answer` earns.

    Parameters
    ----------
    exercise
        The exercise.
    answer
        As for :func:`passes`.

    Returns
    -------
    float
        Points.
    """
    return earned(exercise, sum(passes(case, answer) for case in exercise.cases))


def earned(exercise: Exercise, passed: int) -> float:
    """Return the points for passing so many of an exercise's cases.

    Parameters
    ----------
    exercise
        The exercise.
    passed
        How many cases agree, 0 to all.

    Returns
    -------
    float
        Points, rounded down to hundredths, so that only all cases earn all points.

    Examples
    --------
    >>> cases = (Case("a", (), 1), Case("b", (), 2), Case("c", (), 3))
    >>> exercise = Exercise("ex", "f", 4, cases, {})
    >>> [earned(exercise, passed) for passed in range(4)]
    [0.0, 1.33, 2.66, 4.0]
    """
    return math.floor(100 * exercise.points * passed / len(exercise.cases)) / 100
