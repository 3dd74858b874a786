"""A solution is a click away in a reader's copy, and stored nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from aelib.desk.folder import mark
from aelib.desk.progress import summary
from aelib.desk.solutions import course_solution, solution_button
from aelib.desk.verdicts import NotRight, verdict
from aelib.exercises.cases import load_exams
from aelib.exercises.checkout import exams_folder
from aelib.exercises.judge import define, score

EXERCISES = [e for exam in load_exams(exams_folder()) for e in exam.exercises]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty reader's copy and work in it."""
    mark(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.grade_id)
def test_the_course_solves_every_exercise_without_a_mark_left(exercise) -> None:
    source = course_solution(exercise.grade_id)
    assert "SOLUTION" not in source
    assert score(exercise, define(source, exercise.function)) == exercise.points


def test_there_is_no_button_outside_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert solution_button("ex00-1-output-delta") is None


def test_a_click_shows_the_solution_and_stores_nothing(copy: Path) -> None:
    before = sorted(copy.rglob("*"))
    box = solution_button("ex00-1-output-delta")
    button, page = box.children
    assert page.value == ""
    button.click()
    assert "return (y - y_hat) * (1 - y_hat**2)" in page.value
    assert sorted(copy.rglob("*")) == before


def test_without_the_course_a_click_says_so(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(number: str) -> None:
        raise FileNotFoundError("the course is not here")

    monkeypatch.setattr("aelib.desk.solutions.source_notebook", nowhere)
    button, page = solution_button("ex00-1-output-delta").children
    button.click()
    assert page.value == "<p>the course is not here</p>"


def test_a_verdict_in_a_copy_is_recorded(copy: Path) -> None:
    import nbformat
    from nbformat.v4 import new_notebook

    about = {"exercises": {"ex00-1-output-delta": "output_delta"}}
    notebook = new_notebook(metadata={"aelib": about})
    notebook.cells.append(nbformat.v4.new_markdown_cell("# 00 · Backpropagation"))
    nbformat.write(notebook, copy / "00-backpropagation.ipynb")
    names: dict = {"verdict": verdict}
    wrong = "def output_delta(y, s):\n    return s\nverdict('ex00-1-output-delta')"
    with pytest.raises(NotRight):
        exec(wrong, names)
    assert summary()[0].exercises == {"output_delta": False}
    right = f"import numpy as np\n{course_solution('ex00-1-output-delta')}\n"
    exec(f"{right}verdict('ex00-1-output-delta')", names)
    assert summary()[0].exercises == {"output_delta": True}
