"""Enter grades into nbgrader's gradebook, so that formgrader shows what to mark.

The folder is a course of nbgrader's: ``jupyter lab`` started in it has formgrader.
What it shows of a submission is a notebook made here of the instructor's cells and
the text of the student's answers; nothing that the student could have put beside them
(outputs, attachments, scripts) comes near the instructor's browser. Written answers
are shown literally: no link in them works, no picture is loaded, and formulas are seen
as their source.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook, new_output

from aelib.classroom.homework.plain_text import as_html, visible
from aelib.classroom.homework.results import ExerciseResult, Result
from aelib.classroom.homework.whole_file import write_whole
from aelib.exercises.answers import is_blank
from aelib.exercises.cases import Question
from aelib.exercises.cells import find_cell, grade_id, stamp_points
from aelib.exercises.checkout import source_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from nbgrader.api import Grade, Gradebook

    from aelib.classroom.homework.grade_one import Plan

CONFIGURATION = """\
import os

c = get_config()
c.CourseDirectory.course_id = "aelib"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
"""


def record(
    results: Iterable[Result],
    plans: Iterable[Plan],
    to: Path,
    root: Path | None = None,
) -> list[str]:
    """Enter results into the gradebook of a course folder, and make it if need be.

    Marks that people gave stay; a written answer that changed is marked as open again.
    Whether it did is told from the notebook that formgrader showed before, which an
    earlier version of this module may have written in its own way. Where that notebook
    was deleted nobody can tell, and every marked answer is open again.

    Parameters
    ----------
    results
        From :func:`aelib.classroom.homework.grade_class.grade_class`.
    plans
        Their assignments.
    to
        The course folder: ``gradebook.db``, ``nbgrader_config.py``, ``autograded``.
    root
        The checkout of the course.

    Returns
    -------
    list of str
        Whose notebook cannot be shown, and why.
    """
    problems = []
    to.mkdir(parents=True, exist_ok=True)
    write_whole(to / "nbgrader_config.py", CONFIGURATION)
    by_stem = {plan.stem: plan for plan in plans}
    sources = {s: source_notebook(p.exam.number, root) for s, p in by_stem.items()}
    for stem, source in sources.items():
        stamp_points(source, by_stem[stem].exam.points_by_cell)
    with open_gradebook(to / "gradebook.db") as book:
        for stem, plan in by_stem.items():
            # Formgrader lists what has a folder here, though it opens none.
            (to / "source" / stem).mkdir(parents=True, exist_ok=True)
            _enter_assignment(book, plan, sources[stem])
        for result in results:
            stem = result.assignment
            shown = _shown_path(to, result.student, stem)
            before = _answers_in(shown)
            try:
                _show(result, by_stem[stem], sources[stem], shown)
            except OSError as why:  # it costs nobody else a place in the gradebook
                problems.append(f"{result.student} ({why})")
                continue
            _enter(book, result, before)
    return problems


@contextlib.contextmanager
def open_gradebook(path: Path) -> Iterator[Gradebook]:
    """Open nbgrader's database, also where this Python's programs are not on PATH.

    Parameters
    ----------
    path
        The file; it is made if it does not exist.

    Yields
    ------
    Gradebook
        The database.

    Raises
    ------
    ValueError
        If it is damaged, or no database.
    """
    from sqlalchemy.exc import SQLAlchemyError  # nbgrader's own

    before = os.environ.get("PATH", os.defpath)
    # nbgrader calls the program `alembic`, which lies beside this Python.
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), before])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's, of its own libraries
            from nbgrader.api import Gradebook

            with Gradebook(f"sqlite:///{path}", course_id="aelib") as book:
                yield book
    except SQLAlchemyError as why:
        message = (
            f"{path} cannot be used ({type(why).__name__}): put a copy from before"
        )
        raise ValueError(
            f"{message} in its place, or move it away and mark written answers anew"
        ) from why
    finally:
        os.environ["PATH"] = before


@dataclass(frozen=True)
class Mark:
    """What a person decided in formgrader about one cell.

    Attributes
    ----------
    points
        The points; None if there is only a comment.
    comment
        The comment.
    """

    points: float | None
    comment: str


Marks = Mapping[tuple[str, str, str], Mark]
"""Marks by assignment, student and nbgrader id."""


def read_marks(gradebook: Path) -> dict[tuple[str, str, str], Mark]:
    """Read what people decided in formgrader.

    Extra credit counts. A mark does not, while the answer that it was given for has
    been replaced and waits to be marked again.

    Parameters
    ----------
    gradebook
        nbgrader's database; there are no marks if it does not exist.

    Returns
    -------
    dict
        :class:`Mark` by assignment, student and the exercise's nbgrader id.
    """
    if not gradebook.exists():
        return {}
    marks: dict[tuple[str, str, str], Mark] = {}
    with open_gradebook(gradebook) as book:
        for assignment in book.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    place = assignment.name, submission.student.id
                    for grade in notebook.grades:
                        if (points := _points_by_hand(grade)) is not None:
                            name = grade.cell.name.removesuffix("-tests")
                            marks[*place, name] = Mark(points, "")
                    for comment in notebook.comments:
                        if text := comment.manual_comment:
                            key = *place, comment.cell.name.removesuffix("-tests")
                            marks[key] = replace(
                                marks.get(key, Mark(None, "")), comment=text
                            )
    return marks


def _points_by_hand(grade: Grade) -> float | None:
    """Return the points after what people decided; None if they decided nothing."""
    given = grade.manual_score
    if grade.needs_manual_grade or (given is None and not grade.extra_credit):
        return None
    points = grade.auto_score if given is None else given
    return (points or 0.0) + (grade.extra_credit or 0.0)


def _shown_path(to: Path, student: str, stem: str) -> Path:
    return to / "autograded" / student / stem / f"{stem}.ipynb"


def _enter_assignment(book: Gradebook, plan: Plan, source: NotebookNode) -> None:
    """Enter an assignment's cells, which every submission then has."""
    stem = plan.stem
    book.update_or_create_assignment(stem)
    book.update_or_create_notebook(stem, stem)
    for exercise in plan.exam.exercises:
        name = exercise.grade_id
        tests = {"max_score": exercise.points, "cell_type": "code"}
        book.update_or_create_grade_cell(f"{name}-tests", stem, stem, **tests)
        book.update_or_create_solution_cell(name, stem, stem)
    for question in plan.exam.questions:
        name = question.grade_id
        about = {"max_score": question.points, "cell_type": "markdown"}
        book.update_or_create_grade_cell(name, stem, stem, **about)
        book.update_or_create_solution_cell(name, stem, stem)


def _enter(book: Gradebook, result: Result, before: Mapping[str, str]) -> None:
    """Enter one submission's points, and what is open for a person to mark."""
    stem, student = result.assignment, result.student
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(stem, student)
    grades = {g.name: g for notebook in submission.notebooks for g in notebook.grades}
    for exercise in result.exercises:
        grade = grades[f"{exercise.grade_id}-tests"]
        grade.auto_score = exercise.points
        grade.needs_manual_grade = False
    for written in result.answers:
        name, answer = written.grade_id, written.answer
        grade = grades[name]
        blank = is_blank(answer)
        changed = before.get(name) not in (
            as_html(answer),
            _html_of_first_version(answer),
        )
        grade.auto_score = 0.0 if blank else None
        if grade.manual_score is None or changed:
            grade.needs_manual_grade = not blank
    book.db.commit()


def _answers_in(path: Path) -> dict[str, str]:
    """Return the cells of what formgrader showed until now."""
    try:
        cells = nbformat.read(path, as_version=4).cells
        return {grade_id(cell): cell.source for cell in cells}
    except Exception:  # it is not there, or damaged: it is about to be written anew
        return {}


def _show(result: Result, plan: Plan, source: NotebookNode, path: Path) -> None:
    """Write the notebook that formgrader shows."""
    cells: list[NotebookNode] = []
    for exercise in result.exercises:
        name = exercise.grade_id
        cells.append(_with_answer(source, name, visible(exercise.source)))
        tests = copy.deepcopy(find_cell(source, f"{name}-tests"))
        tests.outputs = [
            new_output("stream", name="stdout", text=_case_report(exercise))
        ]
        cells.append(tests)
    answers = {each.grade_id: each.answer for each in result.answers}
    for question in plan.exam.questions:
        answer = as_html(answers[question.grade_id])
        cells.append(new_markdown_cell(_rubric(question)))
        cells.append(_with_answer(source, question.grade_id, answer))
    for index, cell in enumerate(cells):
        cell.id = f"cell-{index}"
    kernel = {"kernelspec": source.metadata.get("kernelspec", {})}
    write_whole(path, nbformat.writes(new_notebook(cells=cells, metadata=kernel)))


def _with_answer(source: NotebookNode, name: str, answer: str) -> NotebookNode:
    """Return the instructor's cell with the student's answer in it."""
    cell = copy.deepcopy(find_cell(source, name))
    cell.source = answer
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _html_of_first_version(answer: str) -> str:
    """Return what the first version of this module showed of an answer.

    No answer can be made to look like what :func:`as_html` returns.

    Examples
    --------
    >>> _html_of_first_version("if a < b: <script>")
    'if a &lt; b: &lt;script>'
    """
    return answer.replace("<", "&lt;")


def _case_report(exercise: ExerciseResult) -> str:
    """Say what the hidden cases found, for the instructor."""
    lines = [f"{exercise.points:g} of {exercise.most:g} points"]
    lines += [
        f"failed: {case.what} ({case.words})"
        for case in exercise.cases
        if not case.passed
    ]
    return "\n".join(lines) + "\n"


def _rubric(question: Question) -> str:
    rows = [f"- {points}: {what}" for what, points in question.rubric.items()]
    return "**Rubric**\n\n" + "\n".join(rows)
