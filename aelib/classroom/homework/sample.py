"""A sample class: ten students, made from the notebooks and the known wrong answers.

``make homework`` grades it, so that an instructor sees the whole loop before the first
real class hands in, with every kind of submission that a class brings.
"""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.homework.student_version import student_version
from aelib.exercises.cases import Exam, load_exams
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import checkout, exams_folder, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

Answers = Mapping[str, str]
"""What stands in the cells with these nbgrader ids."""


def full(source: NotebookNode, exam: Exam) -> dict[str, str]:
    """Return the model answers: every exercise solved, every question answered.

    Parameters
    ----------
    source
        The notebook with its solutions.
    exam
        Its hidden half.

    Returns
    -------
    dict of str to str
        Cell sources by nbgrader id.
    """
    parts = (*exam.exercises, *exam.questions)
    return {part.grade_id: find_cell(source, part.grade_id).source for part in parts}


def blank(source: NotebookNode, exam: Exam) -> dict[str, str]:
    """Return no answer at all: every stub stays."""
    return {}


def wrong(nth: int) -> Callable[[NotebookNode, Exam], dict[str, str]]:
    """Return a student who makes a known mistake in the exercise `nth`, from 0."""

    def answers(source: NotebookNode, exam: Exam) -> dict[str, str]:
        exercise = exam.exercises[nth % len(exam.exercises)]
        mistakes = list(exercise.wrong.values())
        mistake = mistakes[nth % len(mistakes)].strip()
        return {**full(source, exam), exercise.grade_id: mistake}

    return answers


def every_answer_as(
    conversion: str,
) -> Callable[[NotebookNode, Exam], dict[str, str]]:
    """Return a student whose right answers have another type, such as lists.

    Parameters
    ----------
    conversion
        Python that turns ``answer``, the right answer, into what is returned.
    """

    def answers(source: NotebookNode, exam: Exam) -> dict[str, str]:
        right = full(source, exam)
        for exercise in exam.exercises:
            right[exercise.grade_id] += AS.format(
                name=exercise.function, conversion=conversion
            )
        return right

    return answers


AS = """


def converted(solution):
    def convert(answer):
        if isinstance(answer, tuple):
            return tuple(convert(part) for part in answer)
        return {conversion}

    return lambda *arguments: convert(solution(*arguments))


{name} = converted({name})
"""


def first_exercise(
    code: str,
) -> Callable[[NotebookNode, Exam], dict[str, str]]:
    """Return a student who solves all exercises, and writes `code` below the first."""

    def answers(source: NotebookNode, exam: Exam) -> dict[str, str]:
        right = full(source, exam)
        right[exam.exercises[0].grade_id] += f"\n\n\n{code}\n"
        return right

    return answers


STUDENTS: dict[str, Callable[[NotebookNode, Exam], dict[str, str]]] = {
    "full-marks": full,
    "blank": blank,
    "mistaken-1": wrong(0),
    "mistaken-2": wrong(1),
    "mistaken-3": wrong(2),
    "lists": every_answer_as("np.asarray(answer).tolist()"),
    "float32": every_answer_as("np.asarray(answer, np.float32)"),
    "ends-the-process": first_exercise("import os\n\nos._exit(0)"),
    "never-ends": first_exercise("while True:\n    pass"),
    "late": full,
}


def make_class(
    to: Path,
    numbers: Sequence[str] = (),
    *,
    exams: Path | None = None,
    root: Path | None = None,
) -> list[Path]:
    """Write the submissions of ten students.

    Parameters
    ----------
    to
        The folder to fill: ``STUDENT/NN-name.ipynb``, and of the student ``late`` a
        ZIP with a name as a learning platform gives it.
    numbers
        Which notebooks; all by default.
    exams, root
        The folder of the exams, which hold the known wrong answers, and the checkout.

    Returns
    -------
    list of Path
        The submissions.
    """
    import nbformat

    root = root or checkout()
    paths = find_notebooks(numbers, root=root)
    numbers = [path.stem[:2] for path in paths]
    found = load_exams(exams or exams_folder(root), numbers)
    submissions = []
    for path, exam in zip(paths, found, strict=True):
        source = nbformat.read(path, as_version=4)
        version = student_version(path, exam)
        for student, answers in STUDENTS.items():
            text = nbformat.writes(fill_in(version, answers(source, exam)))
            submissions.append(_hand_in(text, path.name, student, to))
    return submissions


def fill_in(version: NotebookNode, answers: Answers) -> NotebookNode:
    """Return a student version with answers written into it.

    Parameters
    ----------
    version
        The student version; it is left as it is.
    answers
        Cell sources by nbgrader id; the other cells stay.

    Returns
    -------
    NotebookNode
        What a student hands in.
    """
    submission = copy.deepcopy(version)
    for name, source in answers.items():
        find_cell(submission, name).source = source
    return submission


def _hand_in(text: str, name: str, student: str, to: Path) -> Path:
    if student != "late":
        path = to / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
    path = to / f"{student}_LATE_1001_2002_{name.removesuffix('.ipynb')}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return path
