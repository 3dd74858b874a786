"""The form of an exercise: a function, its cases, and the answers that must be wrong.

An exercise is one function: plain arrays and numbers in, plain arrays and numbers
out. It stands in an exam, a file ``NN.py`` that stays with the instructor. Readers see
its stub in the notebook and its shown cases in their verdicts; hidden cases decide the
points of what is handed in.
"""

from __future__ import annotations

import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = "-tests"  # what the id of an exercise's visible tests ends with


@dataclass(frozen=True)
class Case:
    """One case: a call and the answer that it must give.

    Attributes
    ----------
    what
        A shown case: the demand of the text that it stands for. A hidden one: what a
        failure means, in words that a student may read.
    arguments
        Positional arguments: numbers and arrays.
    expected
        The right answer: a number, an array, or a tuple of them.
    tolerance
        Largest absolute and relative difference that still counts as right.
    why
        One sentence on why this answer is the right one, for a shown case.
    """

    what: str
    arguments: tuple[Any, ...]
    expected: Any
    tolerance: float = 1e-9
    why: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its cases, and the wrong answers that must lose points.

    Attributes
    ----------
    grade_id
        The nbgrader id of the solution cell; that of the visible tests ends with
        ``-tests``.
    function
        Name of the function that the student writes.
    points
        Points of the exercise, shared equally by its cases.
    cases
        The hidden cases.
    wrong
        At least three plausible wrong solutions: misconception to source code. Each
        loses points, and is told from the others by the shown cases alone.
    shown
        The cases that a reader sees: one at least for every demand of the text.
    hints
        From a nudge to nearly the answer, in the order in which they are read.
    """

    grade_id: str
    function: str
    points: int
    cases: tuple[Case, ...]
    wrong: Mapping[str, str]
    shown: tuple[Case, ...] = ()
    hints: tuple[str, ...] = ()


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
    rubric: Mapping[str, int]


@dataclass(frozen=True)
class Exam:
    """The hidden half of one notebook's exercises.

    Attributes
    ----------
    number
        The notebook's number, such as ``"00"``.
    exercises
        In the notebook's order.
    questions
        In the notebook's order.
    """

    number: str
    exercises: tuple[Exercise, ...]
    questions: tuple[Question, ...] = ()

    @property
    def points(self) -> int:
        """Points of the whole assignment, written questions included."""
        return sum(self.points_by_cell.values())

    @property
    def points_by_cell(self) -> dict[str, int]:
        """Points by the nbgrader id of the cell that they are given for."""
        tests = {f"{e.grade_id}{TESTS}": e.points for e in self.exercises}
        return tests | {q.grade_id: q.points for q in self.questions}


def load_exams(folder: Path, numbers: Sequence[str] = ()) -> list[Exam]:
    """Read the exams of notebooks.

    Parameters
    ----------
    folder
        The folder of the files ``NN.py``; each defines ``EXERCISES`` and
        ``QUESTIONS``.
    numbers
        Which of them, such as ``["00", "05"]``; all by default.

    Returns
    -------
    list of Exam
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
            f"no exam {', '.join(missing)} in {folder}: "
            f"there are {', '.join(present) or 'none'}"
        )
    return [_load(present[number]) for number in sorted(set(numbers) or present)]


def _load(path: Path) -> Exam:
    names = runpy.run_path(str(path))
    try:
        return Exam(path.stem, names["EXERCISES"], names["QUESTIONS"])
    except KeyError as name:
        raise ValueError(f"{path} defines no {name.args[0]}") from None
