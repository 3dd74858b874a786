"""Grades are fair, kept, and entered where the instructor marks the rest."""

from __future__ import annotations

import csv
import html
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.homework.feedback import feedback
from aelib.classroom.homework.grade_class import grade_class
from aelib.classroom.homework.grade_one import grade_one, make_plan, run_visible_tests
from aelib.classroom.homework.gradebook import open_gradebook, read_marks
from aelib.classroom.homework.plain_text import write_table
from aelib.classroom.homework.results import CaseResult, Result
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import load_exams
from aelib.exercises.cells import find_cell, grade_id
from aelib.exercises.checkout import checkout, exams_folder, source_notebook
from aelib.exercises.judge import CASE_WORDS, agrees, define, in_its_precision
from aelib.exercises.needed_code import needed_cells

THERE = {path.name[:2] for path in (checkout() / "notebooks").glob("*.ipynb")}
ASSIGNMENTS = [each for each in load_exams(exams_folder()) if each.number in THERE]
EXERCISES = [
    pytest.param(a.number, e, id=e.grade_id) for a in ASSIGNMENTS for e in a.exercises
]
LIMITS = Limits(seconds=5.0)
NAME = "00-backpropagation.ipynb"


def hand_in(path: Path, change: Callable[[str, str], str] = lambda _, s: s) -> None:
    notebook = source_notebook("00")
    for cell in notebook.cells:
        cell.source = change(grade_id(cell), cell.source)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def first_wrong(name: str, source: str) -> str:
    if name != "ex00-1-output-delta":
        return source
    return "def output_delta(y, s):\n    return y - np.tanh(s)"


@pytest.fixture(autouse=True)
def no_gradebook(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leave out what takes seconds, except where it is the matter."""
    if "people" not in request.node.name:
        monkeypatch.setattr(grade_module, "_write_gradebook", lambda *_: None)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    hand_in(tmp_path / "in" / "ada" / NAME)
    hand_in(tmp_path / "in" / "bob" / NAME, first_wrong)
    return tmp_path / "in"


def grades(inbox: Path, **changes: object) -> list[Result]:
    options = {"to": inbox.parent / "out", "numbers": ["00"], "unsafe": True}
    return grade_class(inbox, **{**options, "limits": LIMITS, **changes})


def test_the_table_has_a_row_per_student_and_exercise(inbox: Path) -> None:
    grades(inbox)
    with (inbox.parent / "out" / "grades.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["student", "exercise", "points", "max", "status"]
    assert [row[0] for row in rows[1:]] == ["ada"] * 3 + ["bob"] * 3
    assert rows[1][1:] == ["ex00-1-output-delta", "2.0", "2", "passed"]
    assert rows[4][1:] == ["ex00-1-output-delta", "0.0", "2", "failed"]


def test_no_cell_of_the_table_is_a_formula(inbox: Path) -> None:
    for name in ("x;=1+1_", "=1+1_", "x;@y, -z_", "a;+cmd_"):
        hand_in(inbox / f"{name}{NAME}")
    found = grades(inbox)
    text = (inbox.parent / "out" / "grades.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1 + 3 * 6
    for separator in ",;\t":
        for row in csv.reader(text.splitlines(), delimiter=separator):
            assert not [cell for cell in row if cell.strip(' "')[:1] in tuple("=+-@")]
    assert {"x;=1+1", "a;+cmd"} < {result.student for result in found}


def test_a_second_run_grades_only_what_is_new(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(blank: Result, *more: object) -> Result:
        asked.append(blank.student)
        return grade(blank, *more)

    grade = grade_module.grade_in_any_case
    monkeypatch.setattr(grade_module, "grade_in_any_case", counted)
    before = grades(inbox)
    assert sorted(asked) == ["ada", "bob"]
    assert grades(inbox) == before
    assert len(asked) == 2
    hand_in(inbox / "bob" / NAME)
    hand_in(inbox / "eve" / NAME)
    after = grades(inbox)
    assert sorted(asked[2:]) == ["bob", "eve"]
    assert sum(e.points for e in after[1].exercises) == 9


def test_a_mended_case_is_graded_again(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (exam,) = load_exams(exams_folder(), numbers=["00"])
    first, *others = exam.exercises
    case = replace(first.cases[0], expected=first.cases[0].expected + 1)
    mended = replace(first, cases=(case, *first.cases[1:]))
    grades(inbox)
    monkeypatch.setattr(
        grade_module,
        "load_exams",
        lambda *_: [replace(exam, exercises=(mended, *others))],
    )
    (ada, _) = grades(inbox)
    assert ada.exercises[0].status == "partial"


def test_what_is_left_out_stands_in_a_list(inbox: Path) -> None:
    (inbox / "eve").mkdir()
    (inbox / "eve" / "=1+1.pdf").write_bytes(b"%PDF")
    grades(inbox)
    with (inbox.parent / "out" / "left-out.csv").open(encoding="utf-8") as file:
        head, row = csv.reader(file)
    assert head == ["student", "file", "why it is left out"]
    assert row[0] == "eve"
    assert "no notebook" in row[2]


def test_only_some_assignments_leave_the_rows_of_the_others(inbox: Path) -> None:
    def rows() -> list[list[str]]:
        text = (inbox.parent / "out" / "grades.csv").read_text(encoding="utf-8")
        return sorted(csv.reader(text.splitlines()))

    grades(inbox)
    before = rows()
    grades(inbox, numbers=["05"])
    assert rows() == before


def test_what_took_too_long_beside_others_is_tried_again_alone(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade, tries = grade_module.grade_in_any_case, []

    def slow_at_first(blank: Result, *more: object) -> Result:
        tries.append(blank.student)
        result = grade(blank, *more)
        if blank.student != "bob" or tries.count("bob") > 1:
            return result
        late = CaseResult("a case", words=CASE_WORDS["timeout"])
        first, *others = result.exercises
        return replace(result, exercises=(replace(first, cases=(late,)), *others))

    monkeypatch.setattr(grade_module, "grade_in_any_case", slow_at_first)
    said: list[str] = []
    _, bob = grades(inbox, jobs=2, report=said.append)
    assert sorted(tries) == ["ada", "bob", "bob"]
    assert said == ["1 took too long: they are tried again, one at a time."]
    assert not grade_module.took_too_long(bob)


def test_a_fault_of_the_machine_is_not_tried_again_as_slow(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(inbox / "eve" / NAME)
    grade, tries = grade_module.grade_one, []

    def outcome(*arguments: object, blank: Result, **options: object) -> Result:
        tries.append(blank.student)
        if blank.student == "ada":
            raise RuntimeError("no worker starts here")
        result = grade(*arguments, blank=blank, **options)
        late = CaseResult("a case", words=CASE_WORDS["timeout"])
        first, *others = result.exercises
        slow = replace(result, exercises=(replace(first, cases=(late,)), *others))
        return slow if blank.student == "bob" else result

    monkeypatch.setattr(grade_module, "grade_one", outcome)
    ada, bob, _ = grades(inbox, jobs=2, report=str)
    assert sorted(tries) == ["ada", "bob", "bob", "eve"]
    assert "no worker starts" in ada.fault
    assert grade_module.took_too_long(bob)  # alone it counts


def test_a_table_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise OSError("no space left")

    path = tmp_path / "grades.csv"
    write_table(path, [["student"], ["ada"]])
    monkeypatch.setattr(os, "replace", cut_off)
    with pytest.raises(OSError, match="no space"):
        write_table(path, [["student"]])
    assert path.read_text(encoding="utf-8").split() == ["student", "ada"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_costs_nobody_else_a_grade_or_a_page(
    inbox: Path,
) -> None:
    out, pages = inbox.parent / "out", inbox.parent / "pages"
    (out / "results" / NAME.removesuffix(".ipynb") / "ada.json").mkdir(parents=True)
    (pages / "bob.html").mkdir(parents=True)
    said: list[str] = []
    ada, _ = grades(inbox, report=said.append)
    assert ada.points == 9
    assert "ada cannot be written" in said[0]
    rows = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + 6
    with pytest.raises(OSError, match=r"bob \("):
        feedback(out, to=pages)
    assert (pages / "ada.html").is_file()


def test_an_interrupted_run_goes_on_where_it_stopped(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade = grade_module.grade_in_any_case

    def interrupted(blank: Result, *more: object) -> Result:
        if blank.student == "bob":
            raise KeyboardInterrupt
        return grade(blank, *more)

    monkeypatch.setattr(grade_module, "grade_in_any_case", interrupted)
    with pytest.raises(KeyboardInterrupt):
        grades(inbox)
    place = inbox.parent / "out" / "results" / "00-backpropagation"
    assert [path.name for path in place.iterdir()] == ["ada.json"]
    kept = (place / "ada.json").stat().st_mtime_ns
    monkeypatch.setattr(grade_module, "grade_in_any_case", grade)
    assert len(grades(inbox)) == 2
    assert (place / "ada.json").stat().st_mtime_ns == kept


def test_a_fault_of_the_machine_is_no_grade(
    inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def broken(*_: object, **__: object) -> Result:
        raise RuntimeError("no worker starts here")

    monkeypatch.setattr(grade_module, "grade_one", broken)
    grades(inbox, report=said.append)
    monkeypatch.setattr(grade_module, "grade_one", grade_one)
    assert "2 could not be graded" in said[-1]
    (ada, _) = grades(inbox, report=said.append)
    assert sum(e.points for e in ada.exercises) == 9
    assert len(said) == 1


def test_jobs_change_nothing_but_the_time(inbox: Path) -> None:
    hand_in(inbox / "eve" / NAME, first_wrong)
    one = grades(inbox, to=inbox.parent / "one", jobs=1)
    assert grades(inbox, to=inbox.parent / "two", jobs=2) == one


def test_the_wire_holds_no_answer_and_the_results_no_solution(inbox: Path) -> None:
    grades(inbox)
    text = (inbox.parent / "out/results/00-backpropagation/bob.json").read_text("utf-8")
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    for case in assignment.exercises[0].cases:
        for value in np.ravel(case.expected):
            assert f"{value:.8f}"[:9] not in text
    written = Result.from_json(text).exercises[0].source
    assert written == first_wrong("ex00-1-output-delta", "")


@pytest.mark.parametrize(("number", "exercise"), EXERCISES)
def test_a_right_answer_in_single_precision_agrees_and_a_wrong_one_does_not(
    number: str, exercise: object
) -> None:
    def passed(source: str) -> int:
        answer, count = define(source, exercise.function), 0
        for case in exercise.cases:
            try:
                given = answer(*[np.copy(a)[()] for a in case.arguments])
                several = isinstance(given, tuple)
                parts = given if several else (given,)
                single = tuple(
                    in_its_precision(np.asarray(np.float32(part), float))
                    for part in parts
                )
            except Exception:
                continue
            count += agrees(
                single if several else single[0], case.expected, case.tolerance
            )
        return count

    right = find_cell(source_notebook(number), exercise.grade_id).source
    assert passed(right) == len(exercise.cases)
    for source in exercise.wrong.values():
        assert passed(source) < len(exercise.cases)


def test_cells_run_after_those_whose_function_they_name() -> None:
    cells = {"f": "def f(): g()", "g": "def g(): 1", "h": "def h(): f()", "i": "ghf"}
    assert needed_cells("h", cells) == [cells["f"], cells["g"], cells["h"]]
    assert needed_cells("i", cells) == ["ghf"]


def test_an_answer_may_use_another_answer_and_the_lecture_s_imports() -> None:
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    helped = """
def output_delta(y, s):
    return (y - np.tanh(s)) / np.cosh(s) ** 2 + 0 * sigmoid(s)
"""
    uses = """
def deep_deltas(y, s, w):
    output_delta(s, s)
    pull, deltas = y - sigmoid(s[-1]), []
    for layer in range(len(s) - 1, -1, -1):
        deltas.insert(0, sigmoid(s[layer]) * (1 - sigmoid(s[layer])) * pull)
        pull = w[layer].T @ deltas[0]
    return np.array(deltas)
"""
    notebook = source_notebook("00")
    find_cell(notebook, "ex00-1-output-delta").source = helped
    find_cell(notebook, "ex00-4-deep-deltas").source = uses
    data = nbformat.writes(notebook).encode()
    result = grade_one(data, make_plan(assignment), LIMITS, unsafe=True)
    assert [e.status for e in result.exercises] == ["passed"] * 3


def test_a_student_sees_what_the_visible_tests_say(tmp_path: Path) -> None:
    hand_in(tmp_path / NAME, first_wrong)
    (exam,) = load_exams(exams_folder(), numbers=["00"])
    functions = {each.grade_id: each.function for each in exam.exercises}
    notebook = nbformat.read(tmp_path / NAME, as_version=4)
    said = run_visible_tests(notebook, functions)
    verdict = said.pop("ex00-1-output-delta")
    assert verdict.startswith("output_delta meets 1 of 3 demands")
    assert set(said.values()) == {""}


@pytest.mark.sandbox
@pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda a: a.number)
def test_the_source_earns_full_marks_and_each_wrong_answer_fewer(assignment) -> None:
    plan, notebook = make_plan(assignment), source_notebook(assignment.number)

    def points() -> list[float]:
        data = nbformat.writes(notebook).encode()
        return [e.points for e in grade_one(data, plan).exercises]

    full = [exercise.points for exercise in assignment.exercises]
    assert points() == full
    most = max(len(exercise.wrong) for exercise in assignment.exercises)
    for k in range(most):
        for exercise in assignment.exercises:
            wrong = list(exercise.wrong.values())
            find_cell(notebook, exercise.grade_id).source = wrong[k % len(wrong)]
        assert all(got < best for got, best in zip(points(), full, strict=True))


# nbgrader


def test_extra_credit_counts_and_a_mark_for_a_replaced_answer_does_not_people(
    inbox: Path,
) -> None:
    pytest.importorskip("nbgrader")
    stem, question = "00-backpropagation", "ex00-w-zero-weights"
    exercise = "ex00-3-online-step"
    database = inbox.parent / "out" / "nbgrader" / "gradebook.db"
    grades(inbox)
    assert read_marks(database) == {}
    with open_gradebook(database) as book:
        for grade in book.find_submission(stem, "ada").notebooks[0].grades:
            if grade.name == question:
                grade.manual_score, grade.needs_manual_grade = 2.0, False
            if grade.name == f"{exercise}-tests":
                grade.extra_credit = 0.5
        book.db.commit()
    marks = {(stem, "ada", question): 2.0, (stem, "ada", exercise): 4.5}
    assert {key: mark.points for key, mark in read_marks(database).items()} == marks
    hand_in(inbox / "ada" / NAME, lambda n, s: "Newer." if n == question else s)
    grades(inbox)
    del marks[stem, "ada", question]
    assert {key: mark.points for key, mark in read_marks(database).items()} == marks


@pytest.mark.parametrize("remains", [b"", b"no database", None])
def test_a_damaged_gradebook_of_people_s_marks_is_said_to_be_so(
    inbox: Path, remains: bytes | None
) -> None:
    path = inbox.parent / "out" / "nbgrader" / "gradebook.db"
    if remains is None:
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True)
        path.write_bytes(remains)
    if remains == b"":  # an empty file is an empty database
        assert len(grades(inbox)) == 2
        return
    for step in (lambda: grades(inbox), lambda: read_marks(path)):
        with pytest.raises(ValueError, match=r"gradebook\.db cannot be used"):
            step()
    assert (inbox.parent / "out" / "grades.csv").exists()


def test_marks_given_by_people_stay_until_the_answer_changes(inbox: Path) -> None:
    pytest.importorskip("nbgrader")
    stem, question = "00-backpropagation", "ex00-w-zero-weights"
    database = inbox.parent / "out" / "nbgrader" / "gradebook.db"

    def marks(student: str, manual: float | None = None) -> dict[str, tuple]:
        with open_gradebook(database) as book:
            found = book.find_submission(stem, student).notebooks[0].grades
            for grade in found:
                if manual is not None and grade.name == question:
                    grade.manual_score, grade.needs_manual_grade = manual, False
                    book.db.commit()
            return {
                g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
                for g in found
            }

    grades(inbox)
    assert marks("bob")["ex00-1-output-delta-tests"] == (0.0, None, False)
    assert marks("ada")["ex00-3-online-step-tests"] == (4.0, None, False)
    assert marks("ada")[question] == (None, None, True)
    marks("ada", manual=2.0)
    grades(inbox)
    assert marks("ada")[question] == (None, 2.0, False)
    hand_in(inbox / "ada" / NAME, lambda n, s: "<b>New</b>" if n == question else s)
    grades(inbox)
    assert marks("ada")[question] == (None, 2.0, True)
    shown = inbox.parent / "out/nbgrader/autograded/ada" / stem / f"{stem}.ipynb"
    text = shown.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "<b>New</b>" in html.unescape(text)
