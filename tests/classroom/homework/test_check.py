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
from aelib.classroom.homework.check import Finding, check, conclusion, look_over
from aelib.classroom.homework.release import build_package
from aelib.classroom.homework.sample import fill_in
from aelib.classroom.homework.student_version import student_version
from aelib.exercises.cases import load_exams
from aelib.exercises.cells import find_answer as gradable
from aelib.exercises.cells import find_cell, read_cells
from aelib.exercises.checkout import checkout

pytest.importorskip("nbgrader")

SOLVED, TESTED, WRITTEN = "ex90-1-double", "ex90-1-double-tests", "ex90-w-why"
NOTHING_FOUND = (
    "Every visible demand is met and every question has an answer. "
    "Hidden cases decide the points.\n"
)
SOLUTION = "def double(x):\n    return 2 * np.asarray(x)"


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (assignment,) = load_exams(root / "hidden")
    return student_version(root / "notebooks" / "90-twice.ipynb", assignment)


@pytest.fixture
def done(version: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the notebook of a student who has done everything."""
    return fill_in(version, {SOLVED: SOLUTION, WRITTEN: MODEL_ANSWER})


def to_fix(notebook: nbformat.NotebookNode) -> list[str]:
    findings = look_over(notebook, notebook.metadata.aelib)
    return [finding.words for finding in findings if not finding.fine]


def test_a_finished_notebook_is_fine(done: nbformat.NotebookNode) -> None:
    assert to_fix(done) == []


FRESH = [
    "double is not written yet",
    'the question has no answer yet: the cell below "Question. Why?" still says '
    '"YOUR ANSWER HERE"',
]


def test_a_fresh_notebook_is_all_to_do(version: nbformat.NotebookNode) -> None:
    assert to_fix(version) == FRESH


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
        (gone(TESTED), "the cell that judges double is missing"),
        (gone(WRITTEN), "the question has no answer yet"),
        (twice(SOLVED), "the cell of double is there twice"),
        (written(SOLVED, "def double(x) return"), "double: line 1 is not valid Python"),
        (written(SOLVED, "x = '\0'"), "double: the cell is not valid Python"),
        (written(SOLVED, "twice = 2"), "defines no function double"),
        (written(TESTED, "assert True"), "the cell that judges double was changed"),
        (written(WRITTEN, " \nYOUR ANSWER HERE"), "the question has no answer yet"),
    ],
)
def test_what_the_grader_would_stumble_over_is_said(
    done: nbformat.NotebookNode,
    edit: Callable[[nbformat.NotebookNode], None],
    words: str,
) -> None:
    edit(done)
    (found,) = to_fix(done)
    assert words in found


# Written answers


def about_the_answer(notebook: nbformat.NotebookNode, answer: str) -> Finding:
    find_cell(notebook, WRITTEN).source = answer
    *_, finding = look_over(notebook, notebook.metadata.aelib)
    return finding


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("", 'no answer yet: the cell below "Question. Why?" is empty'),
        (" \n\t", "is empty"),
        ("your answer here", 'still says "YOUR ANSWER HERE"'),
        ("**YOUR ANSWER  HERE**.", 'still says "YOUR ANSWER HERE"'),
        ("YOUR ANSWER HERE\n\n...", 'still says "YOUR ANSWER HERE"'),
        ("?", 'holds only "?"'),
        ("……………", 'holds only "……………"'),
        ("dunno", 'below "Question. Why?" says only "dunno"'),
        ("I don't know", 'says only "I don\'t know"'),
        ("no idea\n", 'says only "no idea"'),
        ("tbd YOUR ANSWER HERE", 'says only "tbd'),
        ("no " * 50, "says only"),
        ("![](attachment:sketch.png)", "pictures and links do not count"),
        ("https://example.org/a/long/page", "pictures and links do not count"),
    ],
)
def test_what_is_no_answer_is_named_for_what_it_is(
    done: nbformat.NotebookNode, answer: str, words: str
) -> None:
    finding = about_the_answer(done, answer)
    assert not finding.fine
    assert words in finding.words


@pytest.mark.parametrize("answer", ["$w=0$", "`f'(s) * delta`", "42", "No: δ = 0."])
def test_a_formula_alone_is_a_matter_for_caution(
    done: nbformat.NotebookNode, answer: str
) -> None:
    finding = about_the_answer(done, answer)
    assert finding.fine
    assert finding.caution
    assert "explain it in words" in finding.words


def test_a_sentence_is_an_answer_and_its_words_are_counted(
    done: nbformat.NotebookNode,
) -> None:
    finding = about_the_answer(done, "> *All* deltas are **zero**, as $w=0$ says.")
    assert finding == Finding(
        True,
        'the cell below "Question. Why?" holds an answer of 6 words; a person marks it',
    )


def test_a_long_question_is_named_by_its_beginning(done: nbformat.NotebookNode) -> None:
    question = done.cells[-2]
    question.source = "### Exercise 4: in your own words\n\nA long story."
    assert '"Exercise 4: in your own words"' in about_the_answer(done, "").words
    question.source = "**Question.** " + "Why " * 99
    said = about_the_answer(done, "").words
    assert '"Question. Why Why' in said
    assert len(said) < 150


def test_the_answer_is_read_as_the_grader_reads_it(done: nbformat.NotebookNode) -> None:
    data = nbformat.writes(done).encode()
    assert gradable(read_cells(data), WRITTEN) == MODEL_ANSWER
    twice(WRITTEN)(done)
    done.cells[-1].update(id="another", source="dunno")
    cells = read_cells(nbformat.writes(done).encode())
    *_, finding = look_over(done, done.metadata.aelib)
    assert finding.fine == (len(gradable(cells, WRITTEN).split()) > 4)


@pytest.mark.parametrize(
    ("fine", "said"),
    [
        ([True, True], NOTHING_FOUND[:-1]),
        ([True, False], "1 thing to fix before you hand in."),
        ([False] * 3, "3 things to fix before you hand in."),
    ],
)
def test_the_last_line_counts(fine: list[bool], said: str) -> None:
    assert conclusion([Finding(each, "") for each in fine]) == said


def test_line_ends_of_another_system_change_no_test(
    done: nbformat.NotebookNode,
) -> None:
    tests = find_cell(done, TESTED)
    tests.source = tests.source.replace("\n", "\r\n") + "\r\n"
    assert to_fix(done) == []


# With the visible tests


def run_check(notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    path = folder / "90-twice.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return [finding.words for finding in check(path) if not finding.fine]


def test_a_finished_file_is_told_what_was_seen_and_what_decides(
    done: nbformat.NotebookNode, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_check(done, tmp_path) == []
    assert main(["homework", "check", str(tmp_path / "90-twice.ipynb")]) == 0
    said = capsys.readouterr().out
    assert said.endswith(f"\n{NOTHING_FOUND}")
    assert "ready" not in said.lower()


def test_a_fresh_file_is_not_told_twice_what_is_to_do(
    version: nbformat.NotebookNode, tmp_path: Path
) -> None:
    assert run_check(version, tmp_path) == FRESH


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
    with zipfile.ZipFile(tmp_path / build_package(checkout(), tmp_path)) as wheel:
        wheel.extractall(tmp_path / "site")
    nbformat.write(done, tmp_path / "90-twice.ipynb")
    words = [str(tmp_path / "site"), str(tmp_path / "90-twice.ipynb")]
    command = [sys.executable, "-I", "-c", ALONE, *words]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout.endswith(f"\n{NOTHING_FOUND}"), ran.stderr
    assert ran.returncode == 0


def test_a_visible_test_that_fails_is_quoted(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    find_cell(done, SOLVED).source = "def double(x):\n    return x"
    (found,) = run_check(done, tmp_path)
    assert "the cell that judges double fails" in found
    assert "twice one is two" in found


@pytest.mark.parametrize(
    "source",
    [
        "def double(x):\n    return 3 * x - 1",  # right for 1, as the visible test asks
        "def double(x):\n    return [2, 2, 2]",
    ],
)
def test_a_wrong_function_that_passes_the_visible_tests_is_promised_nothing(
    done: nbformat.NotebookNode,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
) -> None:
    find_cell(done, SOLVED).source = source
    assert run_check(done, tmp_path) == []
    assert main(["homework", "check", str(tmp_path / "90-twice.ipynb")]) == 0
    said = capsys.readouterr().out.lower()
    assert said.endswith("hidden cases decide the points.\n")
    assert "ready" not in said
    assert "right" not in said


def test_a_function_that_is_missing_in_disguise_is_told(
    done: nbformat.NotebookNode, tmp_path: Path
) -> None:
    disguise = "def double(x):\n    error = NotImplementedError\n    raise error"
    find_cell(done, SOLVED).source = disguise
    (found,) = run_check(done, tmp_path)
    assert found == "the cell that judges double fails: NotImplementedError"


def test_each_thing_to_fix_is_marked_and_counted(
    version: nbformat.NotebookNode,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, version = tmp_path / "90-twice.ipynb", copy.deepcopy(version)
    nbformat.write(version, path)
    assert main(["homework", "check", str(path)]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == "2 things to fix before you hand in."
    assert [line[:6] for line in lines] == ["  ok  ", " FIX  ", " FIX  "]
    find_cell(version, SOLVED).source = SOLUTION
    nbformat.write(version, path)
    assert main(["homework", "check", str(path)]) == 1
    assert capsys.readouterr().out.endswith("\n1 thing to fix before you hand in.\n")
    find_cell(version, WRITTEN).source = "$2x = x + x$"
    nbformat.write(version, path)
    assert main(["homework", "check", str(path)]) == 0
    assert "\nlook  the cell below" in capsys.readouterr().out


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
