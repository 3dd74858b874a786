"""Every exercise: the model answer earns all points, a wrong solution loses some."""

from __future__ import annotations

import re

import nbformat
import pytest

from aelib.exercises.cases import Exam, Exercise, Question, load_exams
from aelib.exercises.cells import find_cell as find_in
from aelib.exercises.checkout import exams_folder, find_notebooks, source_notebook
from aelib.exercises.judge import define, score

ASSIGNMENTS = load_exams(exams_folder())
EXERCISES = [
    pytest.param(a.number, e, id=e.grade_id) for a in ASSIGNMENTS for e in a.exercises
]
WRONG = [
    pytest.param(e, source, id=f"{e.grade_id}-{misconception}")
    for a in ASSIGNMENTS
    for e in a.exercises
    for misconception, source in e.wrong.items()
]
QUESTIONS = [
    pytest.param(a.number, q, id=q.grade_id) for a in ASSIGNMENTS for q in a.questions
]


def find_cell(number: str, grade_id: str) -> nbformat.NotebookNode:
    return find_in(source_notebook(number), grade_id)


def stub(source: str) -> str:
    """Return what the student gets: the solution region replaced."""
    return re.sub(
        r"( *)### BEGIN SOLUTION.*?### END SOLUTION",
        r"\1raise NotImplementedError()",
        source,
        flags=re.DOTALL,
    )


def test_every_notebook_has_its_exam() -> None:
    numbers = [path.stem[:2] for path in find_notebooks()]
    assert [assignment.number for assignment in ASSIGNMENTS] == numbers


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_model_answer_earns_all_points(number: str, exercise: Exercise) -> None:
    source = find_cell(number, exercise.grade_id).source
    assert score(exercise, define(source, exercise.function)) == exercise.points


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_stub_earns_nothing_and_holds_no_solution(
    number: str, exercise: Exercise
) -> None:
    source = find_cell(number, exercise.grade_id).source
    assert stub(source) != source, "the cell has no solution region"
    assert score(exercise, define(stub(source), exercise.function)) == 0


@pytest.mark.parametrize(("exercise", "source"), WRONG)
def test_wrong_solution_loses_points(exercise: Exercise, source: str) -> None:
    answer = define(source, exercise.function)
    assert score(exercise, answer) < exercise.points


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_visible_tests_pass_with_the_model_answer_and_fail_with_the_stub(
    number: str, exercise: Exercise
) -> None:
    solution = find_cell(number, exercise.grade_id).source
    tests = find_cell(number, exercise.grade_id + "-tests")
    assert tests.metadata.nbgrader.locked
    judge = f"from aelib.desk.verdicts import verdict\n{tests.source}"
    define(f"{solution}\n{judge}", exercise.function)
    with pytest.raises(NotImplementedError):
        define(f"{stub(solution)}\n{judge}", exercise.function)


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_exercise_has_three_wrong_solutions_and_documented_function(
    number: str, exercise: Exercise
) -> None:
    assert len(exercise.wrong) >= 3
    source = find_cell(number, exercise.grade_id).source
    assert define(source, exercise.function).__doc__


@pytest.mark.parametrize(("number", "question"), QUESTIONS)
def test_rubric_adds_up_and_model_answer_is_written(
    number: str, question: Question
) -> None:
    cell = find_cell(number, question.grade_id)
    assert sum(question.rubric.values()) == question.points
    assert len(cell.source.split()) >= 20


@pytest.mark.parametrize(
    "assignment", [pytest.param(a, id=a.number) for a in ASSIGNMENTS]
)
def test_assignment_has_exercises_and_a_written_question(
    assignment: Exam,
) -> None:
    assert len(assignment.exercises) >= 2
    assert assignment.questions
