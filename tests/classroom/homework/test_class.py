"""From the notebooks to grades and feedback: fair points, and no secret on the way."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from aelib.__main__ import main
from aelib.classroom.homework.feedback import feedback
from aelib.classroom.homework.grade_class import grade_class
from aelib.classroom.homework.results import Result
from aelib.classroom.homework.sample import STUDENTS, fill_in, full, make_class
from aelib.classroom.homework.student_version import student_version
from aelib.classroom.sandbox import bubblewrap
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import Exam, load_exams
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import exams_folder, find_notebooks, source_notebook

pytest.importorskip("nbgrader")
# What is graded here was written by us: without a sandbox it is no danger.
UNSAFE = bool(bubblewrap.missing())
QUICK = Limits(seconds=3)


def quietly(submissions: Path, to: Path, number: str) -> list[Result]:
    return grade_class(
        submissions, to=to, numbers=[number], unsafe=UNSAFE, limits=QUICK, report=str
    )


# Every notebook of the course


def is_slow(assignment: Exam) -> tuple[pytest.MarkDecorator, ...]:
    return () if assignment.number == "00" else (pytest.mark.slow,)


@pytest.mark.parametrize(
    "assignment",
    [
        pytest.param(a, id=a.number, marks=is_slow(a))
        for a in load_exams(exams_folder())
    ],
)
def test_full_marks_for_the_source_none_for_a_blank_less_for_a_mistake(
    assignment: Exam, tmp_path: Path
) -> None:
    (path,) = find_notebooks([assignment.number])
    source = nbformat.read(path, as_version=4)
    version = student_version(path, assignment)
    answers = full(source, assignment)
    handed_in = {"full": source, "blank": version}
    for nth in range(max(len(e.wrong) for e in assignment.exercises)):
        mistakes = {
            e.grade_id: list(e.wrong.values())[nth % len(e.wrong)]
            for e in assignment.exercises
        }
        handed_in[f"wrong-{nth}"] = fill_in(version, {**answers, **mistakes})
    for student, notebook in handed_in.items():
        (tmp_path / "in" / student).mkdir(parents=True)
        nbformat.write(notebook, tmp_path / "in" / student / path.name)
    for result in quietly(tmp_path / "in", tmp_path / "out", assignment.number):
        for exercise in result.exercises:
            given, most = exercise.points, exercise.most
            if result.student == "full":
                assert given == most, exercise.words
            elif result.student == "blank":
                assert given == 0
            else:
                assert given < most, result.student


# A class


@pytest.fixture(scope="module")
def term(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a graded class and its feedback."""
    folder = tmp_path_factory.mktemp("term")
    make_class(folder / "submissions", ["00"])
    quietly(folder / "submissions", folder / "grades", "00")
    feedback(folder / "grades", to=folder / "feedback")
    return folder


def points_of_class(term: Path) -> dict[str, list[float]]:
    points: dict[str, list[float]] = {}
    with (term / "grades" / "grades.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not re.search("-w-", row["exercise"]):
                points.setdefault(row["student"], []).append(float(row["points"]))
    return points


def test_each_kind_of_student_gets_a_fair_score(term: Path) -> None:
    points = points_of_class(term)
    assert points.keys() == STUDENTS.keys()
    assert points.pop("blank") == [0, 0, 0]
    for right in ("full-marks", "lists", "float32", "late"):
        assert points.pop(right) == [2, 3, 4], right
    for broken_in_the_first in ("ends-the-process", "never-ends"):
        assert points.pop(broken_in_the_first) == [0, 3, 4], broken_in_the_first
    for student, given in points.items():
        assert 0 < sum(given) < 9, student


def test_every_student_gets_a_page(term: Path) -> None:
    pages = {path.stem for path in (term / "feedback").iterdir()}
    assert pages == STUDENTS.keys()


def hidden_numbers(value: Any) -> Iterator[str]:
    """Yield the first six digits of each number that nobody would meet by chance."""
    if isinstance(value, tuple):
        for part in value:
            yield from hidden_numbers(part)
        return
    for number in np.ravel(value).astype(float):
        digits = f"{abs(number):.12f}".strip("0.")
        if len(digits) > 8:
            yield digits[:7]


def test_no_hidden_value_reaches_a_page_or_the_results(term: Path) -> None:
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    secrets = {
        digits
        for exercise in assignment.exercises
        for case in exercise.cases
        for digits in hidden_numbers((*case.arguments, case.expected))
    }
    assert len(secrets) > 100
    files = [*(term / "feedback").iterdir(), *(term / "grades").rglob("*.json")]
    assert len(files) == 20
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not [digits for digits in secrets if digits in text], file.name


def test_no_solution_reaches_those_who_did_not_find_it(term: Path) -> None:
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    source = source_notebook("00")
    page = (term / "feedback" / "blank.html").read_text(encoding="utf-8")
    for exercise in assignment.exercises:
        solution = find_cell(source, exercise.grade_id).source
        for line in solution.split("### BEGIN SOLUTION")[1].splitlines()[1:-1]:
            assert line.strip() not in page
    for question in assignment.questions:
        for sentence in find_cell(source, question.grade_id).source.split(". "):
            assert sentence not in page
        for what in question.rubric:
            assert what not in page


def test_what_went_wrong_is_said_in_words(term: Path) -> None:
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    page = (term / "feedback" / "mistaken-1.html").read_text(encoding="utf-8")
    assert any(case.what in page for case in assignment.exercises[0].cases)


# The commands


def test_the_commands_lead_from_a_notebook_to_feedback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    grades = tmp_path / "grades" / "results" / "90-twice"
    grades.mkdir(parents=True)
    unread = Result("ada", "90-twice", "a", "", "no notebook", (), ())
    (grades / "ada.json").write_text(unread.to_json(), encoding="utf-8")
    words = ["homework", "feedback", str(tmp_path / "grades"), "--to"]
    assert main([*words, str(tmp_path / "pages")]) == 0
    assert "1 pages" in capsys.readouterr().out
    assert (tmp_path / "pages" / "ada.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["release", "98", "--to", "x"], "no notebook 98"),
        (["grade", "nowhere", "--to", "x", "--unsafe"], "nowhere"),
        (["feedback", "nowhere", "--to", "x"], "no grades in nowhere"),
        (["sample", "00", "--to", "."], "exists"),
    ],
)
def test_a_command_that_cannot_go_on_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["homework", *words]) == 1
    assert said in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_whole_loop_on_a_sample_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["homework", "sample", "00", "--to", str(tmp_path / "loop")]
    assert main([*words, *(["--unsafe"] if UNSAFE else [])]) == 0
    shown = capsys.readouterr().out
    for student in STUDENTS:
        assert student in shown
    assert len(list((tmp_path / "loop" / "feedback").iterdir())) == len(STUDENTS)
