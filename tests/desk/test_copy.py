"""A reader's copy: made, updated and killed at any point, and nothing is ever lost."""

from __future__ import annotations

import copy
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from small import (
    DOUBLE,
    MODEL_ANSWER,
    SECRET,
    SOLUTION,
    WHY,
    cells,
    everything,
    read,
    save,
    write_course,
)

from aelib.__main__ import main
from aelib.desk import files
from aelib.desk.copy import update
from aelib.desk.restore import restore
from aelib.exercises.cells import find_cell, grade_id

NAME = "90-twice.ipynb"
ANSWER = "def double(x):\n    return x + x  # mine"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    write_course(tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture
def desk(course: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    update(folder, root=course, report=str)
    return folder


def updated(folder: Path, course: Path) -> str:
    """Update a copy and return what was said."""
    said: list[str] = []
    update(folder, root=course, report=said.append)
    return "\n".join(said)


def answer(folder: Path, source: str = ANSWER, name: str = DOUBLE) -> None:
    notebook = read(folder / NAME)
    find_cell(notebook, name).source = source
    save(folder / NAME, notebook)


def renew(course: Path, **sources: str | None) -> None:
    """Write a new version of the course: other sources by cell id; None drops one."""
    new = [cell for cell in cells() if sources.get(cell.id, "") is not None]
    for cell in new:
        cell.source = sources.get(cell.id) or cell.source
    write_course(course, new)


# Making one


def test_a_copy_has_places_to_answer_and_no_solution_anywhere(desk: Path) -> None:
    for path in desk.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "np.asarray" not in text
            assert MODEL_ANSWER not in text
            assert "SOLUTION" not in text
    notebook = read(desk / NAME)
    assert find_cell(notebook, DOUBLE).source.endswith("raise NotImplementedError()")
    assert find_cell(notebook, WHY).source == "YOUR ANSWER HERE"


def test_a_copy_has_no_outputs_and_the_lecture_as_it_is(
    course: Path, tmp_path: Path
) -> None:
    ran = cells()
    ran[3].update(execution_count=2, outputs=[])
    write_course(course, ran)
    update(tmp_path / "desk", root=course, report=str)
    given = read(tmp_path / "desk" / NAME).cells
    assert [c.id for c in given] == [c.id for c in ran]
    assert all(c.get("execution_count") is None and not c.get("outputs") for c in given)
    assert given[3].source == ran[3].source


def test_links_lead_to_files_of_the_copy_and_others_are_words(desk: Path) -> None:
    title, _, text, *_ = read(desk / NAME).cells
    assert title.source.endswith("From [the start](README.md).")
    assert text.source == "See [it](pages/notation.md#b) or x."
    page = (desk / "pages" / "notation.md").read_text(encoding="utf-8")
    assert "[90](../90-twice.ipynb), i" in page


def test_a_wrong_answer_stops_no_cell_behind_it(desk: Path) -> None:
    tests = find_cell(read(desk / NAME), f"{DOUBLE}-tests")
    assert "raises-exception" in tests.metadata.tags
    assert (tests.metadata.editable, tests.metadata.deletable) == (False, False)


def test_a_second_run_writes_nothing(
    desk: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "replace", lambda *paths: pytest.fail(str(paths)))
    assert "up to date" in updated(desk, course)


@pytest.mark.parametrize("what", ["the course", "something else", "a file"])
def test_a_folder_that_holds_something_else_is_refused(
    what: str, course: Path, tmp_path: Path
) -> None:
    folder = {"the course": course}.get(what, tmp_path / "other")
    if what == "something else":
        folder.mkdir()
        (folder / "thesis.txt").write_text("mine")
    if what == "a file":
        folder.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="holds something else"):
        update(folder, root=course, report=str)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_copy_can_be_moved(desk: Path, course: Path, tmp_path: Path) -> None:
    answer(desk)
    moved = desk.rename(tmp_path / "elsewhere")
    renew(course, text="better")
    updated(moved, course)
    assert find_cell(read(moved / NAME), DOUBLE).source == ANSWER


# A new version of the course


def test_an_update_brings_the_new_version_and_keeps_answers_and_notes(
    desk: Path, course: Path
) -> None:
    answer(desk)
    notebook = read(desk / NAME)
    notebook.cells.insert(4, new_markdown_cell("a note of mine"))
    save(desk / NAME, notebook)
    renew(course, text="better", lecture=None)
    said = updated(desk, course)
    assert "1 answer and 1 note carried over" in said
    text = [cell.source for cell in read(desk / NAME).cells]
    assert "better" in text
    assert "a note of mine" in text
    assert ANSWER in text
    assert not any(source.startswith("lecture") for source in text)


def test_a_notebook_that_nobody_touched_is_replaced_and_not_kept(
    desk: Path, course: Path
) -> None:
    renew(course, text="better")
    updated(desk, course)
    assert not (desk / "kept").exists()
    assert "better" in everything(desk)


def test_what_finds_no_place_is_in_a_file_that_is_named(
    desk: Path, course: Path
) -> None:
    notebook = read(desk / NAME)
    notebook.cells[3].source = "lecture = 42  # mine"
    save(desk / NAME, notebook)
    renew(course, lecture="lecture = 0")
    said = updated(desk, course)
    path = desk / "kept" / "90-twice-unplaced-1.ipynb"
    assert f"1 of your cells found no place: kept in {path}" in said
    assert read(path).cells[1].source == "lecture = 42  # mine"
    assert "lecture = 0" in [cell.source for cell in read(desk / NAME).cells]


def test_a_restated_exercise_keeps_the_answer_and_says_how_to_get_the_new_form(
    desk: Path, course: Path
) -> None:
    answer(desk)
    renew(course, solution=SOLUTION.replace("(x)", "(x, y)", 1))
    said = updated(desk, course)
    assert f"--restore 90 {DOUBLE}" in said
    assert find_cell(read(desk / NAME), DOUBLE).source == ANSWER


def test_the_whole_file_from_before_is_kept_and_named(desk: Path, course: Path) -> None:
    answer(desk)
    before = (desk / NAME).read_bytes()
    renew(course, text="better")
    said = updated(desk, course)
    (kept,) = (desk / "kept").iterdir()
    assert kept.read_bytes() == before
    assert str(kept) in said


BROKEN = [
    b'{"cells": [<<<<<<< my words\n',
    b"",
    b"\xff\xfe\x00",
    b'{"cells": [{"source": "my words"}], "metadata": {}, "nbformat": 4}',
    b'{"cells": [{"cell_type": "code", "source": 3}], "metadata": {}, "nbformat": 4}',
    b'{"cells": [{"cell_type": "code", "source": "x"}], "metadata": 5, "nbformat": 4}',
    b'{"cells": [{"cell_type": "code", "source": "x", "metadata": 1}], "nbformat": 4}',
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_file_that_is_no_notebook_is_kept_and_replaced(
    broken: bytes, desk: Path, course: Path
) -> None:
    (desk / NAME).write_bytes(broken)
    said = updated(desk, course)
    assert (desk / "kept" / "90-twice-1.ipynb").read_bytes() == broken
    assert "90-twice-1.ipynb" in said
    assert find_cell(read(desk / NAME), DOUBLE).source.endswith("Error()")


def test_a_notebook_that_the_course_renamed_takes_its_answers_along(
    desk: Path, course: Path
) -> None:
    answer(desk)
    (course / "notebooks" / NAME).unlink()
    write_course(course, name="90-doubled")
    said = updated(desk, course)
    assert "is called 90-doubled.ipynb now" in said
    assert find_cell(read(desk / "90-doubled.ipynb"), DOUBLE).source == ANSWER
    assert not (desk / NAME).exists()


@pytest.mark.parametrize("editor", ["JupyterLab", "one that drops metadata"])
def test_an_editor_that_saves_its_old_version_over_the_new_one_does_no_harm(
    editor: str, desk: Path, course: Path
) -> None:
    open_in_editor = read(desk / NAME)
    renew(course, text="better")
    updated(desk, course)
    find_cell(open_in_editor, DOUBLE).source = ANSWER
    if editor != "JupyterLab":
        open_in_editor.metadata.clear()
    save(desk / NAME, open_in_editor)  # "overwrite", says the reader
    updated(desk, course)
    text = [cell.source for cell in read(desk / NAME).cells]
    assert text.count("better") == 1
    assert ANSWER in text
    assert len(text) == len(cells())


def test_words_written_into_the_start_page_or_a_page_are_kept(
    desk: Path, course: Path
) -> None:
    for page in (desk / "README.md", desk / "pages" / "notation.md"):
        page.write_text(page.read_text(encoding="utf-8") + "\nmine", encoding="utf-8")
    said = updated(desk, course)
    for name in ("README-1.md", "notation-1.md"):
        assert (desk / "kept" / name).read_text(encoding="utf-8").endswith("\nmine")
        assert name in said
    assert "up to date" in updated(desk, course).splitlines()[0]


# Killed half-way


def reader_at_work(folder: Path) -> set[str]:
    """Let a reader work in a copy, and return what was written."""
    notebook = read(folder / NAME)
    find_cell(notebook, DOUBLE).source = ANSWER
    find_cell(notebook, WHY).source = "so that it is twice"
    notebook.cells[3].source = "lecture = 42  # mine, and without a place"
    notebook.cells.append(new_code_cell("scratch = 1", id="scratch"))
    save(folder / NAME, notebook)
    return {ANSWER, "so that it is twice", notebook.cells[3].source, "scratch = 1"}


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_an_update_that_is_stopped_at_any_write_is_completed_by_the_next(
    before: bool, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.replace
    for stop_at in itertools.count():
        write_course(course)
        folder = tmp_path / f"{stop_at}"
        update(folder, root=course, report=str)
        written = reader_at_work(folder)
        renew(course, text="better", lecture="lecture = 0")
        countdown = itertools.count()

        def stopping(old: Path, new: Path) -> None:
            stops = next(countdown) == stop_at  # noqa: B023
            if stops and before:
                raise KeyboardInterrupt
            real(old, new)
            if stops:
                raise KeyboardInterrupt

        with monkeypatch.context() as context:
            context.setattr(files, "replace", stopping)
            try:
                update(folder, root=course, report=str)
                break
            except KeyboardInterrupt:
                pass
        assert all(words in everything(folder) for words in written)
        read(folder / NAME)  # is whole
        update(folder, root=course, report=str)
        assert all(words in everything(folder) for words in written)
        assert find_cell(read(folder / NAME), DOUBLE).source == ANSWER
        assert read(folder / NAME).cells[2].source == "better"
        assert read(folder / NAME).cells[3].source == "lecture = 0"
    assert stop_at >= 4


def test_a_first_making_that_is_stopped_at_any_write_is_completed_by_the_next(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.replace
    for stop_at in itertools.count():
        folder = tmp_path / f"{stop_at}"
        countdown = itertools.count()

        def stopping(old: Path, new: Path) -> None:
            if next(countdown) == stop_at:  # noqa: B023
                raise KeyboardInterrupt
            real(old, new)

        with monkeypatch.context() as context:
            context.setattr(files, "replace", stopping)
            try:
                update(folder, root=course, report=str)
                break
            except KeyboardInterrupt:
                pass
        update(folder, root=course, report=str)
        names = {"90-twice.ipynb", "91-thrice.ipynb", "README.md"}
        assert names <= {path.name for path in folder.iterdir()}
    assert stop_at >= 6


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_an_update_that_is_killed_at_any_time_loses_nothing(
    course: Path, desk: Path
) -> None:
    written = reader_at_work(desk)
    script = (
        "import sys; from pathlib import Path; from aelib.desk.copy import update;"
        "update(Path(sys.argv[1]), root=Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", script, str(desk), str(course)]
    start = time.monotonic()
    subprocess.run(command, check=True)
    took = time.monotonic() - start
    for part in range(25):
        renew(course, text=f"version {part}", lecture=f"lecture = {part}")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            time.sleep(took * (0.4 + 0.6 * part / 25))
            process.kill()
        assert all(words in everything(desk) for words in written)
    updated(desk, course)
    assert read(desk / NAME).cells[2].source == "version 24"
    assert find_cell(read(desk / NAME), DOUBLE).source == ANSWER


# Restoring


def test_a_notebook_comes_back_and_what_was_written_is_kept(
    desk: Path, course: Path
) -> None:
    fresh = (desk / NAME).read_bytes()
    answer(desk)
    said: list[str] = []
    restore(desk, "90", root=course, report=said.append)
    assert (desk / NAME).read_bytes() == fresh
    assert ANSWER in [c.source for c in read(desk / "kept" / "90-twice-1.ipynb").cells]
    assert "90-twice-1.ipynb" in said[-1]


@pytest.mark.parametrize("exercise", [DOUBLE, "double", "1"])
@pytest.mark.parametrize("state", ["changed", "deleted", "twice"])
def test_one_exercise_comes_back_and_the_others_stay(
    exercise: str, state: str, desk: Path, course: Path
) -> None:
    answer(desk)
    answer(desk, "since", WHY)
    notebook = read(desk / NAME)
    place = next(i for i, c in enumerate(notebook.cells) if grade_id(c) == DOUBLE)
    if state == "deleted":
        notebook.cells.pop(place)
    if state == "twice":
        notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
        notebook.cells[place].id = "copied"
    save(desk / NAME, notebook)
    restore(desk, "90", exercise, root=course, report=str)
    now = read(desk / NAME)
    assert [grade_id(c) for c in now.cells] == [grade_id(c) for c in cells()]
    assert find_cell(now, DOUBLE).source.endswith("raise NotImplementedError()")
    assert find_cell(now, WHY).source == "since"
    assert (desk / "kept" / "90-twice-1.ipynb").exists()


def test_a_written_question_comes_back_by_its_id(desk: Path, course: Path) -> None:
    answer(desk, "since", WHY)
    restore(desk, "90", WHY, root=course, report=str)
    assert find_cell(read(desk / NAME), WHY).source == "YOUR ANSWER HERE"


def test_an_exercise_that_is_not_there_is_answered_with_those_that_are(
    desk: Path, course: Path
) -> None:
    with pytest.raises(ValueError, match=r"no exercise 'treble': there are 1 \(double"):
        restore(desk, "90", "treble", root=course, report=str)
    with pytest.raises(FileNotFoundError, match="there are 90, 91"):
        restore(desk, "17", root=course, report=str)


def test_nothing_is_restored_into_a_folder_that_is_no_copy(course: Path) -> None:
    with pytest.raises(ValueError, match="is no copy of the course"):
        restore(course / "notebooks", "90", root=course, report=str)


# The command


def test_the_command_ends_with_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other").write_text("")
    assert main(["desk", str(tmp_path)]) == 1
    assert "holds something else" in capsys.readouterr().out
    assert main(["desk", str(tmp_path / "new"), "--restore", "00", "1", "2"]) == 1


def test_the_command_means_the_copy_also_when_it_is_typed_within(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(desk)
    assert main(["desk", desk.name, "--restore", "00", "no such exercise"]) == 1
    assert "has no exercise 'no such exercise'" in capsys.readouterr().out
    assert main(["desk", "another"]) == 1
    assert "is a copy itself" in capsys.readouterr().out
    assert not (desk / "another").exists()


def all_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_nothing_unfinished_is_left(desk: Path) -> None:
    assert not [path for path in all_files(desk) if ".unfinished" in path.name]


def test_a_copy_holds_no_secret_of_the_small_course(desk: Path) -> None:
    told = [p for p in all_files(desk) if SECRET in p.read_text(encoding="utf-8")]
    assert told == []
