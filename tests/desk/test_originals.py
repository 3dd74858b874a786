"""Answers in the course's own notebooks are found by git, and carried over once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell
from small import DOUBLE, SECRET, SOLUTION, WHY, everything, read, save, write_course

from aelib.desk.copy import update
from aelib.exercises.cells import find_cell

NAME = "90-twice.ipynb"
ANSWER = "def double(x):\n    return x + x  # mine"


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "course"
    write_course(root)
    git(root, "init")
    git(root, "add", ".")
    git(root, "commit", "-m", "first edition")
    return root


def work_in_the_original(course: Path) -> None:
    path = course / "notebooks" / NAME
    notebook = read(path)
    find_cell(notebook, DOUBLE).source = ANSWER
    notebook.cells.insert(2, new_markdown_cell("a note of mine"))
    notebook.cells[4].source = "lecture = 42  # mine"
    save(path, notebook)


def made(course: Path, tmp_path: Path) -> tuple[Path, str]:
    said: list[str] = []
    update(tmp_path / "desk", root=course, report=said.append)
    return tmp_path / "desk", "\n".join(said)


def test_answers_and_notes_are_found_and_no_solution_comes_along(
    course: Path, tmp_path: Path
) -> None:
    work_in_the_original(course)
    original = (course / "notebooks" / NAME).read_bytes()
    desk, said = made(course, tmp_path)
    assert "from the course's own notebooks/90-twice.ipynb; 1 answer and 2 note" in said
    notebook = read(desk / NAME)
    assert find_cell(notebook, DOUBLE).source == ANSWER
    assert find_cell(notebook, WHY).source == "YOUR ANSWER HERE"
    text = [cell.source for cell in notebook.cells]
    assert text[2] == "a note of mine"
    assert "lecture = 42  # mine" in text
    assert SECRET not in everything(desk)
    assert (course / "notebooks" / NAME).read_bytes() == original


def test_a_solution_that_nobody_touched_does_not_come_along_with_its_cell(
    course: Path, tmp_path: Path
) -> None:
    path = course / "notebooks" / NAME
    notebook = read(path)
    find_cell(notebook, DOUBLE).source = f"# what is x?\n{SOLUTION}"
    save(path, notebook)
    desk, _ = made(course, tmp_path)
    source = find_cell(read(desk / NAME), DOUBLE).source
    assert source.startswith("# what is x?\ndef double(x):")
    assert SECRET not in source


def test_what_was_put_aside_with_git_stash_before_a_pull_is_found(
    course: Path, tmp_path: Path
) -> None:
    work_in_the_original(course)
    git(course, "stash")
    path = course / "notebooks" / NAME
    notebook = read(path)
    notebook.cells[2].source = "the second edition"
    save(path, notebook)
    git(course, "commit", "-a", "-m", "second edition")
    desk, said = made(course, tmp_path)
    assert "in `git stash`; 1 answer" in said
    assert find_cell(read(desk / NAME), DOUBLE).source == ANSWER
    assert "the second edition" in everything(desk)


def test_they_are_carried_over_once(course: Path, tmp_path: Path) -> None:
    work_in_the_original(course)
    desk, _ = made(course, tmp_path)
    notebook = read(desk / NAME)
    find_cell(notebook, DOUBLE).source = "a better answer"
    save(desk / NAME, notebook)
    for change in ("nothing", "clean", "a new version"):
        if change == "clean":
            git(course, "checkout", "notebooks")
        if change == "a new version":
            path = course / "notebooks" / NAME
            new = read(path)
            new.cells[-1].source = "## Summary, anew"
            save(path, new)
            git(course, "commit", "-a", "-m", "new")
        _, said = made(course, tmp_path)
        assert "from the course's own" not in said
        text = [cell.source for cell in read(desk / NAME).cells]
        assert text.count("a better answer") == text.count("a note of mine") == 1
        assert ANSWER not in text
    assert "## Summary, anew" in text


def test_a_change_that_an_author_makes_later_is_seen_before_it_is_committed(
    course: Path, tmp_path: Path
) -> None:
    desk, _ = made(course, tmp_path)
    path = course / "notebooks" / NAME
    notebook = read(path)
    notebook.cells[2].source = "an author's draft"
    save(path, notebook)
    made(course, tmp_path)
    assert "an author's draft" in everything(desk)


def test_a_course_within_somebody_elses_repository_is_not_asked_about(
    tmp_path: Path,
) -> None:
    root = tmp_path / "course"
    write_course(root)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "all of it")
    work_in_the_original(root)
    _, said = made(root, tmp_path)
    assert "from the course's own" not in said


def test_without_git_there_is_a_copy_all_the_same(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_in_the_original(course)
    monkeypatch.setenv("PATH", "")
    desk, said = made(course, tmp_path)
    assert "from the course's own" not in said
    assert (desk / NAME).exists()
