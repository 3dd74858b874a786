"""A page of feedback for each student: points, and what went wrong, in words.

What students wrote is shown as text and never as markup, and a page loads and runs
nothing. Hidden cases are named by what their failure means; neither their values nor a
solution can get in, for they are never read here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from aelib.classroom.homework.gradebook import Mark, Marks, read_marks
from aelib.classroom.homework.plain_text import visible, write_table
from aelib.classroom.homework.results import AnswerResult, ExerciseResult, Result
from aelib.classroom.homework.safe_names import decode_name, shorten
from aelib.classroom.homework.whole_file import write_whole
from aelib.exercises.answers import is_blank

if TYPE_CHECKING:
    from jinja2 import Template

DAMAGED = (
    "What was written down about this submission is damaged, through no fault of "
    "yours: it has to be graded again."
)


@dataclass(frozen=True)
class Part:
    """One exercise or written answer of one student, as the page shows it.

    Attributes
    ----------
    grade_id
        The nbgrader id of the cell.
    title
        The function's name, or "Written answer".
    points
        What it earned; None for an answer that is not marked yet.
    most
        What it could earn.
    verdict
        How it went, in words.
    answer
        What the student wrote.
    message
        What the tests in the notebook said; empty where they pass.
    tried
        The number of hidden cases.
    failed
        What each hidden case that is not right means.
    misconception
        The known mistake that the answer behaves like; empty if there is none.
    comment
        What the person who marked it wrote.
    """

    grade_id: str
    title: str
    points: float | None
    most: float
    verdict: str
    answer: str
    message: str = ""
    tried: int = 0
    failed: tuple[str, ...] = ()
    misconception: str = ""
    comment: str = ""

    @property
    def passed(self) -> int:
        """How many hidden cases are right."""
        return self.tried - len(self.failed)


@dataclass(frozen=True)
class Sheet:
    """What one student handed in for one assignment, and what it earned.

    Attributes
    ----------
    student
        The student's name, as the submission's folder or file gives it.
    name
        The assignment: ``"05-sparse-features"``.
    problem
        Why nothing could be graded; empty where it could.
    parts
        Exercises and written answers.
    """

    student: str
    name: str
    problem: str
    parts: tuple[Part, ...]

    @property
    def points(self) -> float:
        """Points so far."""
        return round(sum(part.points or 0.0 for part in self.parts), 2)

    @property
    def most(self) -> float:
        """Points that the assignment could earn."""
        return sum(part.most for part in self.parts)

    @property
    def unmarked(self) -> float:
        """Points that a person has yet to give or not."""
        return sum(part.most for part in self.parts if part.points is None)


def feedback(grades: Path, *, to: Path) -> list[Sheet]:
    """Write a page for each student, and ``totals.csv`` beside the grades.

    Parameters
    ----------
    grades
        The folder that ``grade`` filled. Marks given in formgrader since are taken
        from its gradebook.
    to
        The folder for the pages: ``STUDENT.html``.

    Returns
    -------
    list of Sheet
        By student, then assignment.

    Raises
    ------
    FileNotFoundError
        If there are no grades.
    OSError
        If a page cannot be written; all others have been.
    """
    sheets = read_sheets(grades)
    to.mkdir(parents=True, exist_ok=True)
    problems = []
    for student in sorted({sheet.student for sheet in sheets}):
        own = [sheet for sheet in sheets if sheet.student == student]
        try:
            write_whole(to / page_name(student), to_page(student, own))
        except OSError as why:  # it costs nobody else a page
            problems.append(f"{student} ({why})")
    _write_totals(sheets, grades / "totals.csv")
    if problems:
        raise OSError(f"pages that cannot be written: {'; '.join(problems)}")
    return sheets


def page_name(student: str) -> str:
    """Return the name of a student's page: another for each, and never a path.

    Parameters
    ----------
    student
        The student's name.

    Returns
    -------
    str
        A file name.

    Examples
    --------
    >>> page_name("Zoë B."), page_name("../x")
    ('Zoë B..html', '..%2Fx.html')
    """
    safe = re.sub(r"[^\w .@+-]", _percent_code, student)
    return f"{shorten(safe)}.html"


def _percent_code(sign: re.Match[str]) -> str:
    return quote(sign[0], safe="", errors="replace")


def read_sheets(grades: Path) -> list[Sheet]:
    """Read what was graded, with the marks that people gave since.

    Parameters
    ----------
    grades
        The folder that ``grade`` filled.

    Returns
    -------
    list of Sheet
        By student, then assignment. A result that a power cut left damaged is a sheet
        without parts whose problem is :data:`DAMAGED`.

    Raises
    ------
    FileNotFoundError
        If there are no grades.
    """
    files = sorted((grades / "results").glob("*/*.json"))
    if not files:
        raise FileNotFoundError(
            f"no grades in {grades}: name the folder that `homework grade` filled"
        )
    marks = read_marks(grades / "nbgrader" / "gradebook.db")
    sheets = [_read_sheet(file, marks) for file in files]
    return sorted(sheets, key=lambda sheet: (sheet.student, sheet.name))


def _read_sheet(file: Path, marks: Marks) -> Sheet:
    try:
        return to_sheet(Result.from_json(file.read_text(encoding="utf-8")), marks)
    except (OSError, ValueError):  # it costs nobody else a page
        return Sheet(decode_name(file.stem), file.parent.name, DAMAGED, ())


def to_sheet(result: Result, marks: Marks) -> Sheet:
    """Put together what is known of one submission.

    Parameters
    ----------
    result
        What grading found out about it.
    marks
        What people decided.

    Returns
    -------
    Sheet
        The sheet.
    """
    parts = [*map(_exercise_part, result.exercises), *map(_answer_part, result.answers)]
    place = result.assignment, result.student
    parts = [_with_mark(part, marks.get((*place, part.grade_id))) for part in parts]
    return Sheet(result.student, result.assignment, result.problem, tuple(parts))


def _exercise_part(exercise: ExerciseResult) -> Part:
    failed = tuple(
        f"{case.what}: {case.words}" if case.words else case.what
        for case in exercise.cases
        if not case.passed
    )
    return Part(
        exercise.grade_id,
        exercise.function,
        exercise.points,
        exercise.most,
        exercise.words,
        exercise.source,
        message=exercise.message,
        tried=len(exercise.cases),
        failed=failed,
        misconception=exercise.misconception,
    )


def _answer_part(written: AnswerResult) -> Part:
    blank = is_blank(written.answer)
    return Part(
        written.grade_id,
        "Written answer",
        0.0 if blank else None,
        written.most,
        "not answered" if blank else "to be marked by hand",
        written.answer,
    )


def _with_mark(part: Part, mark: Mark | None) -> Part:
    if mark is None:
        return part
    if mark.points is None:
        return replace(part, comment=mark.comment)
    return replace(
        part, points=mark.points, verdict="marked by hand", comment=mark.comment
    )


def to_page(student: str, sheets: Sequence[Sheet]) -> str:
    """Return one student's page.

    Parameters
    ----------
    student
        The student's name.
    sheets
        The student's sheets, one per assignment.

    Returns
    -------
    str
        HTML that loads nothing and runs nothing.

    Examples
    --------
    >>> part = Part("ex", "f", 1.0, 2, "right in part", "<script>alert(1)</script>")
    >>> page = to_page("ada", [Sheet("ada", "00-x", "", (part,))])
    >>> "<script" in page, "&lt;script&gt;" in page
    (False, True)
    """
    return template("feedback.html").render(student=student, sheets=sheets)


@cache
def template(name: str) -> Template:
    """Return one of the pages of this folder, in which any text is mere text."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        finalize=_as_text,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    page = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return environment.from_string(page)


def _as_text(value: object) -> object:
    """Show numbers as people write them, and no character that nobody can see."""
    if hasattr(value, "__html__"):  # made by a page of ours, from parts that were shown
        return value
    if value is None:
        return "?"
    if isinstance(value, float):
        return f"{value:g}"
    return visible(value) if isinstance(value, str) else value


def _write_totals(sheets: Sequence[Sheet], path: Path) -> None:
    rows = [[s.student, s.name, s.points, s.most, s.unmarked] for s in sheets]
    write_table(path, [["student", "assignment", "points", "max", "unmarked"], *rows])
