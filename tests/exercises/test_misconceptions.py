"""Known mistakes have names, are told apart, and are counted for the instructor."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from aelib.classroom.homework.grade_one import blank_result, make_plan
from aelib.classroom.homework.mistakes import count_mistakes
from aelib.exercises.cases import Case, Exam, Exercise, load_exams
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import checkout, exams_folder, source_notebook
from aelib.exercises.judge import ask, define, judge_reply
from aelib.exercises.misconceptions import recognize, same, wrong_replies
from aelib.exercises.shown_cases import from_json, is_shown, to_json

EXAMS = load_exams(exams_folder())
EXERCISES = [
    pytest.param(exam.number, exercise, id=exercise.grade_id)
    for exam in EXAMS
    for exercise in exam.exercises
]


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_hidden_cases_alone_tell_every_known_mistake(
    number: str, exercise: Exercise
) -> None:
    known = wrong_replies(exercise, exercise.cases)
    for name, replies in known.items():
        assert recognize(exercise.cases, replies, known) == name


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_no_two_mistakes_do_the_same_with_the_shown_cases(
    number: str, exercise: Exercise
) -> None:
    known = wrong_replies(exercise, exercise.shown)
    for one, other in itertools.combinations(known, 2):
        pairs = zip(exercise.shown, known[one], known[other], strict=True)
        assert not all(same(a, b, case.tolerance) for case, a, b in pairs), (one, other)


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_the_model_answer_meets_every_demand_and_is_no_known_mistake(
    number: str, exercise: Exercise
) -> None:
    source = find_cell(source_notebook(number), exercise.grade_id).source
    answer = define(source, exercise.function)
    for cases in (exercise.shown, exercise.cases):
        replies = [ask(answer, case) for case in cases]
        assert all(judge_reply(c, r)[0] for c, r in zip(cases, replies, strict=True))
        assert recognize(cases, replies, wrong_replies(exercise, cases)) == ""


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_an_exam_names_four_mistakes_and_says_why_each_demand_is_so(
    number: str, exercise: Exercise
) -> None:
    assert len(exercise.wrong) >= 4
    assert len(exercise.shown) >= 2
    assert all(case.why.endswith((".", "?")) for case in exercise.shown)
    assert len({case.what for case in exercise.shown}) == len(exercise.shown)
    assert len(exercise.hints) in ({3} if number in ("00", "04") else {0, 3})


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_no_hidden_case_is_shown(number: str, exercise: Exercise) -> None:
    for case, other in itertools.product(exercise.shown, exercise.cases):
        assert case.what != other.what
        assert any(
            np.shape(a) != np.shape(b) or not np.allclose(a, b)
            for a, b in zip(case.arguments, other.arguments, strict=True)
        )


# What travels


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_the_package_shows_what_the_exam_says(number: str, exercise: Exercise) -> None:
    assert is_shown(exercise), "run `python -m aelib homework shown`"


def test_a_change_of_the_exam_is_seen() -> None:
    exercise = EXAMS[0].exercises[0]
    first, *rest = exercise.shown
    changes = (
        replace(exercise, points=9),
        replace(exercise, hints=("Think.", *exercise.hints[1:])),
        replace(exercise, shown=tuple(rest)),
        replace(exercise, shown=(replace(first, why="So."), *rest)),
        replace(
            exercise, shown=(replace(first, expected=first.expected + 1e-3), *rest)
        ),
        replace(exercise, wrong=dict(list(exercise.wrong.items())[1:])),
        replace(exercise, grade_id="ex00-9-nothing"),
    )
    assert not any(map(is_shown, changes))


@pytest.mark.parametrize("exam", EXAMS, ids=lambda exam: exam.number)
def test_only_what_may_be_seen_travels(exam: Exam) -> None:
    text = to_json(exam)
    allowed = {"grade_id", "function", "points", "cases", "hints", "misconceptions"}
    assert all(set(plain) == allowed for plain in json.loads(text))
    for exercise in exam.exercises:
        assert not any(source.strip() in text for source in exercise.wrong.values())
    assert [*from_json(text)] == [exercise.grade_id for exercise in exam.exercises]


def test_odd_numbers_survive_the_journey() -> None:
    odd = (np.array([[np.nan, -np.inf]]), [3, 5], True, np.zeros((0, 2)), 7)
    case = Case("odd", odd, (1.0, np.array([np.inf])), why="So.")
    exercise = Exercise(
        "ex-1", "f", 1, (), {"zero": "def f(*_):\n    return 0"}, (case,)
    )
    (read,) = from_json(to_json(replace(EXAMS[0], exercises=(exercise,)))).values()
    (back,) = read.cases
    for a, b in zip(
        (*odd, *case.expected), (*back.arguments, *back.expected), strict=True
    ):
        assert type(a) is type(b)
        assert np.array_equal(a, b, equal_nan=True)


# For the instructor


def test_mistakes_are_counted_by_exercise_the_most_frequent_first() -> None:
    plan = make_plan(EXAMS[0])
    blank = blank_result(plan)

    def result(student: str, *names: str):
        exercises = [
            replace(exercise, misconception=name)
            for exercise, name in zip(blank.exercises, names, strict=True)
        ]
        return replace(blank, student=student, exercises=tuple(exercises))

    rows = count_mistakes(
        [
            result("ada", "a", "", "x"),
            result("bob", "b", "", ""),
            result("eve", "b", "", ""),
        ]
    )
    assert rows == [
        (plan.stem, "output_delta", "b", 2),
        (plan.stem, "output_delta", "a", 1),
        (plan.stem, "online_step", "x", 1),
    ]


def test_the_table_of_the_rooms_data_has_a_file_for_each_exam() -> None:
    folder = checkout() / "aelib" / "exercises" / "shown"
    assert sorted(p.stem for p in folder.glob("*.json")) == [e.number for e in EXAMS]
