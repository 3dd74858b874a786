"""A course of one small notebook, to doctor."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SOLUTION = '''\
def double(x):
    """Twice x, an array."""
    ### BEGIN SOLUTION
    return 2 * np.asarray(x)
    ### END SOLUTION'''
TESTS = """\
assert np.allclose(double(np.ones(3)), 2), "twice one is two"
"""
MODEL_ANSWER = "Because the sum of a number with itself is two times that number."

HIDDEN = """\
import numpy as np
from aelib.exercises.cases import Case, Exercise, Question

EXERCISES = (
    Exercise(
        grade_id="ex90-1-double",
        function="double",
        points=4,
        cases=(
            Case("a row", (np.array([[1.5, 17.25]]),), np.array([[3.0, 34.5]])),
            Case("a negative number", (-8.125,), -16.25),
        ),
        wrong={
            "halved": "def double(x):\\n    return np.asarray(x) / 2",
            "squared": "def double(x):\\n    return np.asarray(x) ** 2",
            "without the sign": "def double(x):\\n    return 2 * abs(np.asarray(x))",
        },
    ),
)
QUESTIONS = (Question("ex90-w-why", 2, {"The sum with itself.": 1, "Two times.": 1}),)
"""


def about(grade_id: str, **changes: object) -> dict[str, object]:
    """Return nbgrader's metadata of a cell."""
    usual = {"grade": False, "locked": False, "solution": True, "task": False}
    return {"nbgrader": {"grade_id": grade_id, "schema_version": 3, **usual, **changes}}


def source() -> nbformat.NotebookNode:
    """Return the notebook with its solutions."""
    tests = {
        "grade": True,
        "locked": True,
        "solution": False,
    }
    cells = [
        new_markdown_cell("# Twice\n\nSee [the start](README.md#Start) and $x$."),
        new_code_cell("import numpy as np"),
        new_code_cell("lecture = np.ones(2) + np.ones(2)\nlecture"),
        new_markdown_cell("## Exercises\n\n**Exercise 1: double.** Twice `x`."),
        new_code_cell(SOLUTION, metadata=about("ex90-1-double")),
        new_code_cell(TESTS, metadata=about("ex90-1-double-tests", **tests)),
        new_markdown_cell("**Question.** Why?"),
        new_markdown_cell(MODEL_ANSWER, metadata=about("ex90-w-why", grade=True)),
    ]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def write_course(
    root: Path,
    notebook: nbformat.NotebookNode | None = None,
    exams: str = HIDDEN,
    number: str = "90",
) -> None:
    """Write `notebooks/90-twice.ipynb` and `hidden/90.py` below `root`."""
    for folder in ("notebooks", "hidden"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook or source(), root / f"notebooks/{number}-twice.ipynb")
    (root / f"hidden/{number}.py").write_text(exams, encoding="utf-8")
