"""The form of an exercise, and how an answer to one is judged.

An exercise is one function: plain arrays and numbers in, plain arrays and numbers
out.  The student sees its stub and the visible tests in the notebook; what stands in
`hidden/NN.py` stays with the instructor.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"


@dataclass(frozen=True)
class Case:
    """One hidden case: a call and the answer that it must give.

    Attributes
    ----------
    what
        What a failure means, in words that a student may read.
    arguments
        Positional arguments: numbers and arrays.
    expected
        The right answer: a number, an array, or a tuple of them.
    tolerance
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
    grade_id
        The nbgrader id of the solution cell.
    function
        Name of the function that the student writes.
    points
        Points of the exercise, shared equally by its cases.
    cases
        The hidden cases.
    wrong
        At least three plausible wrong solutions: misconception to source code.
    """

    grade_id: str
    function: str
    points: int
    cases: tuple[Case, ...]
    wrong: dict[str, str]


@dataclass(frozen=True)
class Question:
    """One written question and the rubric that its answers are marked by.

    Attributes
    ----------
    grade_id
        The nbgrader id of the cell that holds the model answer.
    points
        Points of the question: the sum of the rubric's.
    rubric
        What an answer must say, and the points for saying it.
    """

    grade_id: str
    points: int
    rubric: dict[str, int]


@dataclass(frozen=True)
class Assignment:
    """The hidden half of a notebook's exercises."""

    number: str
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...] = field(default=())


def load_assignments() -> list[Assignment]:
    """Read every `hidden/NN.py`; each defines `EXERCISES` and `QUESTIONS`."""
    assignments = []
    for path in sorted((HERE / "hidden").glob("[0-9][0-9].py")):
        names = runpy.run_path(str(path))
        assignments.append(
            Assignment(path.stem, names["EXERCISES"], names["QUESTIONS"])
        )
    return assignments


def find_cell(number: str, grade_id: str) -> nbformat.NotebookNode:
    """Return the cell of notebook `number` that carries the nbgrader id."""
    (path,) = NOTEBOOKS.glob(f"{number}-*.ipynb")
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return cell
    raise ValueError(f"{path.name} has no cell with the nbgrader id {grade_id!r}.")


def define(source: str, function: str) -> Callable[..., Any]:
    """Run `source` as a notebook would and return the function it defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(source, f"<{function}>", "exec"), namespace)
    return namespace[function]


def passes(case: Case, answer: Callable[..., Any]) -> bool:
    """Call `answer` on copies of the case's arguments and judge what comes back."""
    try:
        given = answer(*[np.copy(a) if np.ndim(a) else a for a in case.arguments])
        return agrees(given, case.expected, case.tolerance)
    except Exception:
        return False


def agrees(given: Any, expected: Any, tolerance: float) -> bool:
    """Whether shapes are equal and values are within `tolerance`."""
    if isinstance(expected, tuple):
        return len(given) == len(expected) and all(
            agrees(g, e, tolerance) for g, e in zip(given, expected, strict=True)
        )
    given, expected = np.asarray(given, float), np.asarray(expected, float)
    return given.shape == expected.shape and bool(
        np.allclose(given, expected, rtol=tolerance, atol=tolerance)
    )


def score(exercise: Exercise, answer: Callable[..., Any]) -> float:
    """Points that `answer` earns."""
    passed = sum(passes(case, answer) for case in exercise.cases)
    return exercise.points * passed / len(exercise.cases)
