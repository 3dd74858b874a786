"""A course of two small notebooks, as the desk finds one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SECRET = "return 2 * np.asarray(x) + 0 * 12_345"
MODEL_ANSWER = "Because a number and itself are two times that number."
SOLUTION = f"""\
def double(x):
    '''Twice x.'''
    ### BEGIN SOLUTION
    {SECRET}
    ### END SOLUTION"""
TESTS = 'assert double(1) == 2, "twice one is two"'
DOUBLE, WHY = "ex90-1-double", "ex90-w-why"


def about(name: str, **changes: bool) -> dict[str, object]:
    usual = {"grade": False, "locked": False, "solution": True, "task": False}
    return {"nbgrader": {"grade_id": name, "schema_version": 3, **usual, **changes}}


def cells() -> list[NotebookNode]:
    """Return the cells of notebook 90, solutions and all."""
    judged = about(f"{DOUBLE}-tests", grade=True, locked=True, solution=False)
    return [
        new_markdown_cell("# 90 · Twice\n\nFrom [the start](README.md).", id="title"),
        new_code_cell("import numpy as np", id="setup"),
        new_markdown_cell("See [it](../docs/notation.md#b) or [x](no.md).", id="text"),
        new_code_cell("lecture = np.ones(2)\nlecture", id="lecture"),
        new_markdown_cell("**Exercise 1: double.** Twice `x`.", id="task"),
        new_code_cell(SOLUTION, id="solution", metadata=about(DOUBLE)),
        new_code_cell(TESTS, id="tests", metadata=judged),
        new_markdown_cell("**Question.** Why?", id="question"),
        new_markdown_cell(MODEL_ANSWER, id="why", metadata=about(WHY, grade=True)),
        new_markdown_cell("## Summary\n\n- Twice.", id="summary"),
    ]


def write_course(
    root: Path, given: Sequence[NotebookNode] | None = None, name: str = "90-twice"
) -> Path:
    """Write a course whose notebook 90 has these cells, and return the notebook."""
    (root / "notebooks").mkdir(parents=True, exist_ok=True)
    (root / "docs").mkdir(exist_ok=True)
    (root / "docs" / "notation.md").write_text(
        "# Notation\n\n## b\n\n[90](../notebooks/90-twice.ipynb), [i](instructors.md)",
        encoding="utf-8",
    )
    other = new_notebook(cells=[new_markdown_cell("# 91 · Thrice", id="other")])
    nbformat.write(other, root / "notebooks" / "91-thrice.ipynb")
    path = root / "notebooks" / f"{name}.ipynb"
    given = cells() if given is None else given
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel}
    nbformat.write(new_notebook(cells=list(given), metadata=about), path)
    return path


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def save(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook as an editor does, and not as the desk does."""
    path.write_text(json.dumps(notebook), encoding="utf-8")


def everything(folder: Path) -> str:
    """Return the sources of all notebooks that a reader sees, and all pages."""
    paths = [path for path in sorted(folder.rglob("*")) if ".aelib" not in path.parts]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix == ".md"]
    for path in paths:
        if path.suffix == ".ipynb":
            texts += [cell.source for cell in read(path).cells]
    return "\n".join(texts)
