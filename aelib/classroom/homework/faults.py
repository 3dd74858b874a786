"""Whether a notebook and its exam can be graded fairly, before anybody gets them.

The model answers earn all points, and each known wrong solution loses some.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aelib.exercises.cases import TESTS, Exam, Exercise, Question
from aelib.exercises.cells import find_cell, grade_id
from aelib.exercises.judge import define, passes, score
from aelib.exercises.misconceptions import recognize, wrong_replies
from aelib.exercises.shown_cases import is_shown

if TYPE_CHECKING:
    from nbformat import NotebookNode

FEWEST_WRONG = 3


def find_faults(source: NotebookNode, exam: Exam) -> Iterator[str]:
    """Yield each reason why a notebook must not be released with its exam.

    Parameters
    ----------
    source
        The notebook with its solutions.
    exam
        Its hidden half.

    Yields
    ------
    str
        A reason, in words; none for a sound notebook.
    """
    marked = [cell for cell in source.cells if grade_id(cell)]
    known = {e.grade_id for e in exam.exercises}
    known |= {e.grade_id + TESTS for e in exam.exercises}
    known |= {q.grade_id for q in exam.questions}
    ids = Counter(grade_id(cell) for cell in marked)
    yield from (f"two cells share the id {name}" for name, n in ids.items() if n > 1)
    yield from (f"{name} has no hidden cases" for name in ids if name not in known)
    yield from (f"no cell has the id {name}" for name in sorted(known - set(ids)))
    if not all(ids[name] == 1 for name in known):
        return
    for exercise in exam.exercises:
        yield from _faults_of_exercise(source, exercise)
    for question in exam.questions:
        yield from _faults_of_question(source, question)


def _faults_of_exercise(source: NotebookNode, exercise: Exercise) -> Iterator[str]:
    name = exercise.grade_id
    solution = find_cell(source, name)
    tests = find_cell(source, name + TESTS)
    about = tests.metadata.nbgrader
    if not (about.grade and about.locked):
        yield f"{name}{TESTS} is not a locked test cell"
    if "points" in about:
        yield f"{name}{TESTS} states points: the exam alone does, so remove them here"
    if not re.search("### BEGIN SOLUTION.*### END SOLUTION", solution.source, re.S):
        yield f"{name} marks no solution: it would be handed out"
    if not exercise.cases:
        yield f"{name} has no hidden cases"
        return
    if _score(exercise, solution.source) < exercise.points:
        yield f"{name}: its solution does not pass its hidden cases"
    elif "verdict(" in tests.source:
        yield from _faults_of_verdict(exercise, solution.source)
    if len(exercise.wrong) < FEWEST_WRONG:
        yield f"{name} has fewer than {FEWEST_WRONG} wrong solutions to be told apart"
    for misconception, wrong in exercise.wrong.items():
        if _score(exercise, wrong) >= exercise.points:
            yield f"{name}: the wrong solution {misconception!r} loses no points"


def _faults_of_verdict(exercise: Exercise, solution: str) -> Iterator[str]:
    """Judge the shown cases, on which readers, students and their verdicts rely."""
    name = exercise.grade_id
    if not exercise.shown:
        yield f"{name} has a verdict and no shown cases for it"
        return
    answer = define(solution, exercise.function)
    if not all(passes(case, answer) for case in exercise.shown):
        yield f"{name}: its solution does not meet its shown cases"
    known = wrong_replies(exercise, exercise.shown)
    for misconception, replies in known.items():
        if recognize(exercise.shown, replies, known) != misconception:
            yield f"{name}: no shown case tells the wrong solution {misconception!r}"
    if not is_shown(exercise):
        yield (
            f"{name}: the package shows other cases than the exam has: run "
            "`python -m aelib homework shown`"
        )


def _score(exercise: Exercise, source: str) -> float:
    try:
        return score(exercise, define(source, exercise.function))
    except Exception:
        return 0.0


def _faults_of_question(source: NotebookNode, question: Question) -> Iterator[str]:
    about = find_cell(source, question.grade_id).metadata.nbgrader
    if not (about.grade and about.solution):
        yield f"{question.grade_id} is not a written answer that is graded by hand"
    if "points" in about:
        yield f"{question.grade_id} states points: the exam alone does, so remove them"
    if question.points != sum(question.rubric.values()):
        yield f"{question.grade_id}: its points are not the sum of its rubric's"


def shared_ids(exams: Sequence[Exam]) -> Iterator[str]:
    """Yield each id that two exercises or questions have, of whatever notebooks."""
    ids = Counter(part.grade_id for a in exams for part in (*a.exercises, *a.questions))
    yield from (
        f"{name} is the id of two exercises" for name, n in ids.items() if n > 1
    )
