"""A notebook without its solutions: what a reader or a student gets to work with.

One executed notebook serves as lecture, model answer and source of the homework.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from aelib.exercises.cases import TESTS
from aelib.exercises.cells import digest, grade_id

if TYPE_CHECKING:
    from nbformat import NotebookNode

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"  # as nbgrader has them
TEXT_STUB = "YOUR ANSWER HERE"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
GOES_ON = "raises-exception"  # a cell's tag: Run All goes on when it fails


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    r"""Return a notebook with stubs for solutions, no outputs and its tests locked.

    Parameters
    ----------
    notebook
        A notebook of the course; it is left as it is.

    Returns
    -------
    NotebookNode
        The same cells in the same order. Each cell that judges an answer is tagged so
        that *Run All* goes on past it.

    Raises
    ------
    ValueError
        If something marked as a solution is left.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> source = f"def f(x):\n    {BEGIN}\n    return 2 * x\n    {END}"
    >>> about = {"grade_id": "ex90-1-f", "solution": True}
    >>> cell = new_code_cell(source, metadata={"nbgrader": about})
    >>> print(without_solutions(new_notebook(cells=[cell])).cells[0].source)
    def f(x):
        # YOUR CODE HERE
        raise NotImplementedError()
    """
    version = copy.deepcopy(notebook)
    for cell in version.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            cell.source = without_solution(cell.source, cell.cell_type)
            cell.metadata["deletable"] = False
        elif about.get("grade") or about.get("locked"):
            cell.metadata.update(deletable=False, editable=False)
    let_run_all_go_on(version)
    if left := [grade_id(c) or c.source for c in version.cells if BEGIN in c.source]:
        raise ValueError(f"a solution is left in {', '.join(left)}")
    return version


def without_solution(source: str, kind: str) -> str:
    """Return the source of one cell with a stub for what is marked, or for all of it.

    Examples
    --------
    >>> without_solution("Because it is so.", "markdown")
    'YOUR ANSWER HERE'
    """
    stub = CODE_STUB if kind == "code" else TEXT_STUB
    marked = rf"^( *){BEGIN}.*?\n(?:.*\n)*? *{END}.*$"

    def indented(found: re.Match[str]) -> str:
        return "\n".join(found[1] + line for line in stub.split("\n"))

    rest, count = re.subn(marked, indented, source, flags=re.MULTILINE)
    return rest if count else stub


def let_run_all_go_on(notebook: NotebookNode) -> None:
    """Tag the cells that judge an answer: one that is wrong stops nothing else."""
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about.get("solution"):
            tags = cell.metadata.get("tags", [])
            cell.metadata["tags"] = [*tags, *{GOES_ON}.difference(tags)]


def is_answer(cell: NotebookNode) -> bool:
    """Say whether a cell is one that a reader answers in, with code or in words."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def what_is_handed_in(version: NotebookNode, name: str) -> dict[str, Any]:
    """Return what a notebook's metadata say of its exercises, for whoever checks it.

    Parameters
    ----------
    version
        A notebook without its solutions.
    name
        Its name, such as ``"00-backpropagation"``.

    Returns
    -------
    dict
        The name, the function of each exercise by its id, the ids of the written
        questions, and a digest of each exercise's tests.
    """
    answers = [cell for cell in version.cells if is_answer(cell)]
    exercises = {
        grade_id(cell): _function(cell.source)
        for cell in answers
        if cell.cell_type == "code"
    }
    tests = {grade_id(cell): digest(cell.source) for cell in version.cells}
    return {
        "assignment": name,
        "exercises": exercises,
        "questions": [grade_id(c) for c in answers if c.cell_type == "markdown"],
        "tests": {
            exercise: tests[exercise + TESTS]
            for exercise in exercises
            if exercise + TESTS in tests
        },
    }


def _function(source: str) -> str:
    """Return the name of the function that a stub defines; empty if it has none."""
    found = re.search(r"^def\s+(\w+)", source, re.MULTILINE)
    return found[1] if found else ""
