"""The form of an exercise, and how an answer to one is judged.

An exercise is one function: plain arrays and numbers in, plain arrays and numbers
out. The student sees its stub and the visible tests in the notebook; its hidden cases
stand in a file ``hidden/NN.py`` that stays with the instructor.
"""

from __future__ import annotations

import hashlib
import math
import runpy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.course import ROOT, find

if TYPE_CHECKING:
    from nbformat import NotebookNode

COARSE = 1e-5
"""Tolerance for answers in float32: what a few dozen operations lose."""
HIDDEN = ROOT / "tests" / "homework" / "hidden"


@dataclass(frozen=True)
class Case:
    """One hidden case: a call and the answer that it must give.

    Attributes
    ----------
    what : str
        What a failure means, in words that a student may read.
    arguments : tuple
        Positional arguments: numbers and arrays.
    expected : number, array, or tuple of them
        The right answer.
    tolerance : float
        Largest absolute and relative difference that still counts as right.
    """

    what: str
    arguments: tuple[Any, ...]
    expected: Any
    tolerance: float = 1e-9


@dataclass(frozen=True)
class Exercise:
    """One exercise: its hidden cases, and the wrong answers that must lose points.

    Attributes
    ----------
    grade_id : str
        The nbgrader id of the solution cell; that of the visible tests ends with
        ``-tests``.
    function : str
        Name of the function that the student writes.
    points : int
        Points of the exercise, shared equally by its cases.
    cases : tuple of Case
        The hidden cases.
    wrong : dict of str to str
        At least three plausible wrong solutions: misconception to source code.
    """

    grade_id: str
    function: str
    points: int
    cases: tuple[Case, ...]
    wrong: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One written question and the rubric that its answers are marked by.

    Attributes
    ----------
    grade_id : str
        The nbgrader id of the cell that holds the model answer.
    points : int
        Points of the question: the sum of the rubric's.
    rubric : dict of str to int
        What an answer must say, and the points for saying it.
    """

    grade_id: str
    points: int
    rubric: Mapping[str, int]


@dataclass(frozen=True)
class Assignment:
    """The hidden half of one notebook's exercises.

    Attributes
    ----------
    number : str
        The notebook's number, such as ``"00"``.
    exercises : tuple of Exercise
        In the notebook's order.
    questions : tuple of Question
        In the notebook's order.
    """

    number: str
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...] = ()

    @property
    def points(self) -> int:
        """Points of the whole assignment, written questions included."""
        return sum(part.points for part in (*self.exercises, *self.questions))


def load_assignments(
    folder: Path = HIDDEN, numbers: Sequence[str] = ()
) -> list[Assignment]:
    """Read the hidden halves of assignments.

    Parameters
    ----------
    folder : Path
        The folder of the files ``NN.py``; each defines ``EXERCISES`` and
        ``QUESTIONS``.
    numbers : sequence of str
        Which of them, such as ``["00", "05"]``; all by default.

    Returns
    -------
    list of Assignment
        In the course's order.

    Raises
    ------
    FileNotFoundError
        If a file is missing, or the folder holds none.
    ValueError
        If a file does not define what it should.
    """
    present = {path.stem: path for path in sorted(folder.glob("[0-9][0-9].py"))}
    missing = sorted(set(numbers) - set(present))
    if missing or not present:
        raise FileNotFoundError(
            f"no hidden cases {', '.join(missing)} in {folder}: "
            f"there are {', '.join(present) or 'none'}"
        )
    return [_load(present[number]) for number in sorted(set(numbers) or present)]


def _load(path: Path) -> Assignment:
    names = runpy.run_path(str(path))
    try:
        return Assignment(path.stem, names["EXERCISES"], names["QUESTIONS"])
    except KeyError as name:
        raise ValueError(f"{path} defines no {name.args[0]}") from None


def grade_id(cell: NotebookNode) -> str:
    """Return the nbgrader id of a notebook's cell, or an empty string.

    Parameters
    ----------
    cell : NotebookNode
        Any cell, of a hostile notebook too.

    Returns
    -------
    str
        The id.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell
    >>> grade_id(new_code_cell(metadata={"nbgrader": {"grade_id": "ex00-1"}}))
    'ex00-1'
    >>> grade_id(new_code_cell())
    ''
    """
    about = cell.get("metadata", {}).get("nbgrader", {})
    found = about.get("grade_id", "") if isinstance(about, dict) else ""
    return found if isinstance(found, str) else ""


def source_notebook(number: str, root: Path = ROOT) -> NotebookNode:
    """Read the notebook that an assignment is made from, solutions and all.

    Parameters
    ----------
    number : str
        The notebook's number, such as ``"00"``.
    root : Path
        The folder that holds ``notebooks``.

    Returns
    -------
    NotebookNode
        The notebook.

    Raises
    ------
    FileNotFoundError
        If there is none of that number.
    """
    import nbformat

    (path,) = find([number], root=root)
    return nbformat.read(path, as_version=4)


def find_cell(notebook: NotebookNode, wanted: str) -> NotebookNode:
    """Return the cell of a notebook that carries an nbgrader id.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    wanted : str
        The id.

    Returns
    -------
    NotebookNode
        The first cell with that id.

    Raises
    ------
    ValueError
        If there is none.
    """
    for cell in notebook.cells:
        if grade_id(cell) == wanted:
            return cell
    raise ValueError(f"the notebook has no cell with the nbgrader id {wanted!r}")


def digest(source: str) -> str:
    r"""Return what tells one cell's source from another's, whatever the line ends.

    Parameters
    ----------
    source : str
        The source.

    Returns
    -------
    str
        A hash.

    Examples
    --------
    >>> digest("a\r\nb\n") == digest("a\nb") != digest("a\nc")
    True
    """
    lines = "\n".join(line.rstrip() for line in source.strip().splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def define(source: str, function: str) -> Callable[..., Any]:
    r"""Run trusted source as a notebook would and return the function it defines.

    Only for what the instructor wrote: model answers and wrong solutions.

    Parameters
    ----------
    source : str
        Python code; ``np`` is NumPy.
    function : str
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


def agrees(given: Any, expected: Any, tolerance: float) -> bool:
    """Say whether an answer has the right shape, and the right values nearly.

    Parameters
    ----------
    given : number, array, list or tuple of them
        Plain values: an object of the student's own making could pretend anything.
        An array of float32, torch's default, is judged to that precision.
    expected : number, array or tuple of arrays
        The right answer.
    tolerance : float
        Largest absolute and relative difference.

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
                agrees(g, e, tolerance) for g, e in zip(given, expected, strict=True)
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
        np.allclose(values, right, rtol=tolerance, atol=tolerance)
    )


def passes(case: Case, answer: Callable[..., Any]) -> bool:
    """Call a trusted `answer` on copies of the case's arguments and judge the result.

    Parameters
    ----------
    case : Case
        The case.
    answer : callable
        A function of the instructor's own: it runs in this process.

    Returns
    -------
    bool
        False also where it raises.
    """
    arguments = [np.copy(a) if np.ndim(a) else a for a in case.arguments]
    try:
        with np.errstate(all="ignore"):  # a wrong solution may divide by zero
            given = answer(*arguments)
    except Exception:
        return False
    return agrees(given, case.expected, case.tolerance)


def earned(exercise: Exercise, passed: int) -> float:
    """Return the points for passing so many of an exercise's cases.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    passed : int
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


def score(exercise: Exercise, answer: Callable[..., Any]) -> float:
    """Return the points that a trusted `answer` earns.

    Parameters
    ----------
    exercise : Exercise
        The exercise.
    answer : callable
        As for :func:`passes`.

    Returns
    -------
    float
        Points.
    """
    return earned(exercise, sum(passes(case, answer) for case in exercise.cases))
