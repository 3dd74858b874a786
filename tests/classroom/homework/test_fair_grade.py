"""What JupyterLab does to a cell costs no points, and check sees what grade sees."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from tiny import about, write_course

from aelib.classroom.homework.check import look_over
from aelib.classroom.homework.grade_one import (
    Plan,
    grade_one,
    make_plan,
    run_visible_tests,
)
from aelib.classroom.homework.results import ExerciseResult
from aelib.classroom.homework.sample import fill_in
from aelib.classroom.homework.student_version import student_version
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import load_exams
from aelib.exercises.cells import find_cell
from aelib.exercises.needed_code import needed_cells

pytest.importorskip("nbgrader")

NAME = "ex90-1-double"
RIGHT = "def double(x):\n    return 2 * np.asarray(x)"
WRONG = "def double(x):\n    return np.asarray(x) / 2"
Edit = Callable[[NotebookNode], None]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (exam,) = load_exams(root / "hidden")
    return make_plan(exam, root)


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (exam,) = load_exams(root / "hidden")
    return student_version(root / "notebooks" / "90-twice.ipynb", exam)


def graded(notebook: NotebookNode, plan: Plan) -> ExerciseResult:
    data = nbformat.writes(notebook).encode()
    (exercise,) = grade_one(data, plan, Limits(seconds=5), unsafe=True).exercises
    return exercise


def line_before(line: str) -> Edit:
    def edit(notebook: NotebookNode) -> None:
        find_cell(notebook, NAME).source = f"{line}\n{RIGHT}"

    return edit


def line_after(line: str) -> Edit:
    def edit(notebook: NotebookNode) -> None:
        find_cell(notebook, NAME).source = f"{RIGHT}\n{line}"

    return edit


def beside(source: str, where: int) -> Edit:
    """Put another cell with the exercise's id before (0) or after (1) its own."""

    def edit(notebook: NotebookNode) -> None:
        place = notebook.cells.index(find_cell(notebook, NAME)) + where
        cell = new_code_cell(source, metadata=about(NAME))
        notebook.cells.insert(place, cell)

    return edit


def without_id(notebook: NotebookNode) -> None:
    del find_cell(notebook, NAME).metadata["nbgrader"]


HARMLESS = {
    "nothing": lambda notebook: None,
    "split, a try below": beside("double(np.ones(2))", 1),
    "split, a helper above": beside("half = 1 / 2", 0),
    "copied, an old answer above": beside(WRONG, 0),
    "the id is lost": without_id,
    "%%time": line_before("%%time"),
    "%matplotlib inline": line_before("%matplotlib inline"),
    "a shell's output": line_before("files = !ls"),
    "a shell's command": line_before("!pip install numpy"),
    "a shell's command in two lines": line_before("!pip install \\\n    numpy"),
    "a shell's output in an attribute": line_before("np.files = !ls"),
    "help below": line_after("np.mean?"),
    "the source below": line_after("double??"),
    "help above": line_before("?np.mean"),
    "display": line_after("display(double(np.ones(2)))"),
    "a remainder": line_after("7 % 2"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_jupyter_does_to_a_cell_costs_no_points(
    version: NotebookNode, plan: Plan, name: str
) -> None:
    notebook = fill_in(version, {NAME: RIGHT})
    HARMLESS[name](notebook)
    exercise = graded(notebook, plan)
    assert (exercise.status, exercise.points, exercise.message) == ("passed", 4, "")


@pytest.mark.parametrize(
    "name", [name for name in HARMLESS if "split" not in name and "cop" not in name]
)
def test_check_does_not_warn_of_what_costs_no_points(
    version: NotebookNode, name: str
) -> None:
    notebook = fill_in(version, {NAME: RIGHT, "ex90-w-why": "It is " * 20})
    HARMLESS[name](notebook)
    (first, *_) = look_over(notebook, notebook.metadata.aelib)
    assert first.fine == (name != "the id is lost")


@pytest.mark.parametrize("kind", ["raw", "markdown"])
def test_a_cell_that_is_no_code_is_said_to_be_so(
    version: NotebookNode, plan: Plan, kind: str
) -> None:
    notebook = fill_in(version, {NAME: RIGHT})
    find_cell(notebook, NAME).cell_type = kind
    for name in ("outputs", "execution_count"):
        find_cell(notebook, NAME).pop(name, None)
    (first, *_) = look_over(notebook, notebook.metadata.aelib)
    assert not first.fine
    assert f"is a {kind} cell" in first.words
    exercise = graded(notebook, plan)
    assert exercise.status == "missing"
    assert "no code cell" in exercise.message


PIECES = [
    RIGHT,
    WRONG,
    "%%time\n",
    "x = !ls\n",
    "np.mean?",
    "display(1)",
    "raise ValueError('mine')",
    "def half(x):\n    return x / 2",
    "def double(x):\n    raise NotImplementedError()",
    "def double(x) return",
    "# double",
    "",
]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cells=st.lists(st.tuples(st.sampled_from(PIECES), st.booleans()), max_size=4))
def test_check_and_grade_say_the_same_of_any_notebook(
    version: NotebookNode, plan: Plan, cells: list[tuple[str, bool]]
) -> None:
    notebook = fill_in(version, {NAME: RIGHT})
    place = notebook.cells.index(find_cell(notebook, NAME))
    notebook.cells[place : place + 1] = [
        new_code_cell(source, metadata=about(NAME) if named else {})
        for source, named in cells
    ]
    said = run_visible_tests(notebook, {NAME: "double"}, Limits(seconds=5))
    assert said.get(NAME, "") == graded(notebook, plan).message


def test_a_comment_or_a_string_is_no_need() -> None:
    others = {"f": "def f(): 1", "g": 'def g():\n    "Like f."\n    return 2  # f()'}
    assert needed_cells("g", others) == [others["g"]]
