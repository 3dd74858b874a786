"""The copy of this very course: no solution in it, every link alive, ids for good."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from aelib.desk.copy import update
from aelib.desk.progress import summary
from aelib.exercises.cells import grade_id
from aelib.exercises.checkout import find_notebooks
from aelib.exercises.stubs import is_answer, what_is_handed_in

NOTEBOOKS = find_notebooks()
SHORTEST = 20  # characters of a line that stands nowhere else by chance


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk") / "my-notebooks"
    update(folder, report=str)
    return folder


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def solution_lines() -> set[str]:
    """Return the lines of solutions that no cell of the lecture shows anyway."""
    cells = [cell for path in NOTEBOOKS for cell in read(path).cells]
    lecture = "\n".join(cell.source for cell in cells if not is_answer(cell))
    lines = set()
    for cell in filter(is_answer, cells):
        marked = re.search(r"### BEGIN SOLUTION\n(.*?)### END", cell.source, re.S)
        lines |= set(map(str.strip, (marked[1] if marked else cell.source).split("\n")))
    return {
        line
        for line in lines
        if len(line) >= SHORTEST and not line.endswith(":") and line not in lecture
    }


def test_no_line_of_a_solution_is_anywhere_in_a_copy(desk: Path) -> None:
    lines = solution_lines()
    assert len(lines) > 50
    files = [path for path in desk.rglob("*") if path.is_file()]
    texts = {path: path.read_bytes().decode(errors="replace") for path in files}
    # A notebook's file has quotes escaped: its sources are looked at, too.
    for path in files:
        if path.suffix == ".ipynb":
            texts[path] += "\n".join(cell.source for cell in read(path).cells)
    found = [
        (p.name, line) for p, text in texts.items() for line in lines if line in text
    ]
    assert found == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_copy_has_the_cells_of_the_course_in_its_order(
    desk: Path, path: Path
) -> None:
    given, mine = read(path).cells, read(desk / path.name).cells
    assert [cell.id for cell in mine] == [cell.id for cell in given]
    for cell, own in zip(given, mine, strict=True):
        if cell.cell_type == "code" and not is_answer(cell):
            assert own.source == cell.source


def test_relative_links_of_a_copy_lead_to_files_in_it(desk: Path) -> None:
    dead = [
        f"{path.name}: {link}"
        for path in [*desk.glob("*.ipynb"), *desk.rglob("*.md")]
        for link in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", markdown(path))
        if not (path.parent / link).exists()
    ]
    assert dead == []


def test_the_start_page_and_the_pages_are_linked_to(desk: Path) -> None:
    linked = "\n".join(map(markdown, desk.glob("*.ipynb")))
    assert "](README.md" in linked
    assert "](pages/notation.md" in linked
    start = markdown(desk / "README.md")
    assert "](pages/lecture-map.md)" in start
    for path in NOTEBOOKS:
        assert f"]({path.name})" in start


def markdown(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    return "\n\n".join(c.source for c in read(path).cells if c.cell_type == "markdown")


def test_a_fresh_copy_counts_its_exercises_and_nothing_done(desk: Path) -> None:
    for progress in summary(desk):
        assert (progress.cells_run, progress.right, progress.predictions) == (0, 0, 0)
        assert progress.cells > 10
        assert len(progress.exercises) >= 1


# Ids, which answers are carried over by

IDS = json.loads(Path(__file__).with_name("exercise_ids.json").read_text("utf-8"))


def present_ids() -> dict[str, str]:
    """Return what each id of the course stands for."""
    found = {}
    for path in NOTEBOOKS:
        notebook = read(path)
        functions = what_is_handed_in(notebook, path.stem)["exercises"]
        for cell in notebook.cells:
            if is_answer(cell):
                name = grade_id(cell)
                what = functions.get(name, "written question")
                found[name] = f"{path.stem[:2]} {what}"
    return found


def test_an_id_means_forever_what_it_has_once_meant() -> None:
    """A new exercise gets a new id and a line in the list; an old one's line stays.

    An exercise that is dropped moves from "present" to "retired", and its id is never
    given to another: a reader's answer would land in an exercise that it answers not.
    """
    assert present_ids() == IDS["present"]
    assert not set(IDS["retired"]) & set(present_ids())
