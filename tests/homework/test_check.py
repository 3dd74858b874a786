"""A student is told, before handing in, what the grader would stumble over."""

from __future__ import annotations

import copy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from tiny import MODEL_ANSWER, write_course

from aelib.__main__ import main
from aelib.course import ROOT
from aelib.homework.check import check, look_over
from aelib.homework.exercises import find_cell, load_assignments
from aelib.homework.release import build_package, student_version
from aelib.homework.sample import filled

pytest.importorskip("nbgrader")

SOLVED, TESTED, WRITTEN = "ex90-1-double", "ex90-1-double-tests", "ex90-w-why"
SOLUTION = "def double(x):\n    return 2 * np.asarray(x)"


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (assignment,) = load_assignments(root / "hidden")
    return student_version(root / "notebooks" / "90-twice.ipynb", assignment)


@pytest.fixture
def done(version: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook of a student who has done everything."""
    return filled(version, {SOLVED: SOLUTION, WRITTEN: MODEL_ANSWER})


def to_mend(notebook: nbformat.NotebookNode) -> list[str]:
    findings = look_over(notebook, notebook.metadata.aelib)
    return [finding.words for finding in findings if not finding.fine]


def test_a_finished_notebook_is_fine(done: nbformat.NotebookNode) -> None:
    assert to_mend(done) == []


def test_a_fresh_notebook_is_all_to_do(version: nbformat.NotebookNode) -> None:
    assert to_mend(version) == [
        "double is not written yet",
        "the question has no answer yet",
    ]


def gone(name: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda notebook: notebook.cells.remove(find_cell(notebook, name))


def twice(name: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda notebook: notebook.cells.append(
        copy.deepcopy(find_cell(notebook, name))
    )


def written(name: str, source: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda notebook: find_cell(notebook, name).update(source=source)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (gone(SOLVED), "the cell of double is missing"),
        (gone(TESTED), "the tests of double are missing"),
        (gone(WRITTEN), "the question has no answer yet"),
        (twice(SOLVED), "the cell of double is there twice"),
        (written(SOLVED, "def double(x) return"), "double: line 1 is no Python"),
        (written(SOLVED, "twice = 2"), "defines no function double"),
        (written(TESTED, "assert True"), "the tests of double were changed"),
        (written(WRITTEN, " \nYOUR ANSWER HERE"), "the question has no answer yet"),
    ],
)
def test_what_the_grader_would_stumble_over_is_said(
    done: nbformat.NotebookNode,
    edit: Callable[[nbformat.NotebookNode], None],
    words: str,
) -> None:
    edit(done)
    (found,) = to_mend(done)
    assert words in found


def test_line_ends_of_another_system_change_no_test(
    done: nbformat.NotebookNode,
) -> None:
    tests = find_cell(done, TESTED)
    tests.source = tests.source.replace("\n", "\r\n") + "\r\n"
    assert to_mend(done) == []


# With the visible tests


def run_check(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    path = folder / "90-twice.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return [finding.words for finding in check(path) if not finding.fine]


def test_a_finished_file_is_ready(
    done: nbformat.NotebookNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(done, tmp_path) == []
    assert main(["homework", "check", str(tmp_path / "90-twice.ipynb")]) == 0
    assert "Ready to hand in." in capsys.readouterr().out


def test_a_fresh_file_is_not_told_twice_what_is_to_do(
    version: nbformat.NotebookNode, tmp_path: Path
) -> None:
    assert run_check(version, tmp_path) == [
        "double is not written yet",
        "the question has no answer yet",
    ]


ALONE = """
import sys
sys.modules["nbgrader"] = None  # as if it were not installed
sys.path.insert(0, sys.argv[1])
import aelib
assert aelib.__file__.startswith(sys.argv[1])
from aelib.__main__ import main
sys.exit(main(["homework", "check", sys.argv[2]]))
"""


def test_a_student_needs_nothing_of_the_course_but_the_package(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / build_package(ROOT, tmp_path)) as wheel:
        wheel.extractall(tmp_path / "site")
    nbformat.write(done, tmp_path / "90-twice.ipynb")
    words = [str(tmp_path / "site"), str(tmp_path / "90-twice.ipynb")]
    command = [sys.executable, "-I", "-c", ALONE, *words]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout.endswith("Ready to hand in.\n"), ran.stderr
    assert ran.returncode == 0


def test_a_visible_test_that_fails_is_quoted(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    find_cell(done, SOLVED).source = "def double(x):\n    return x"
    (found,) = run_check(done, tmp_path)
    assert "the tests of double fail" in found
    assert "twice one is two" in found


def test_a_solution_that_leans_on_another_cell_is_told(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    find_cell(done, SOLVED).source = "def double(x):\n    return x + lecture[0] * x / 2"
    (found,) = run_check(done, tmp_path)
    assert "lecture" in found


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text("no notebook", encoding="utf-8")
    assert main(["homework", "check", str(path)]) == 1
    assert "cannot be read" in capsys.readouterr().out
    assert main(["homework", "check", str(tmp_path / "y.ipynb")]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_a_notebook_from_elsewhere_is_told(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    del done.metadata["aelib"]
    (found,) = run_check(done, tmp_path)
    assert "does not say which assignment it is" in found
