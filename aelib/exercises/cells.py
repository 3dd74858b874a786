"""The cells of a notebook: a student's, of whatever kind, or the instructor's own.

A student's notebook is read as text and plain JSON, never executed here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_CELLS = 10_000  # of a notebook; an honest one of this course has a hundred


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook, whatever its format: all of it is the student's text."""

    kind: str
    source: str
    grade_id: str


def read_cells(data: bytes) -> list[Cell]:
    r"""Read a notebook of any format, from any system.

    Parameters
    ----------
    data
        The file; a byte-order mark and Windows line ends are no fault.

    Returns
    -------
    list of Cell
        Its cells, in order.

    Raises
    ------
    ValueError
        If it is no notebook, in words for the student.

    Examples
    --------
    >>> read_cells(b'{"cells": [{"cell_type": "code", "source": ["a\\r\\n", "b"]}]}')
    [Cell(kind='code', source='a\nb', grade_id='')]
    >>> read_cells(b"print('hello')")
    Traceback (most recent call last):
        ...
    ValueError: The file is not a notebook: it is not JSON.
    """
    try:
        notebook = json.loads(_text(data))
    except (ValueError, RecursionError) as why:
        raise ValueError(_why_unread(data, why)) from None
    raw = list(islice(_raw_cells(notebook), MOST_CELLS + 1))
    if len(raw) > MOST_CELLS:
        raise ValueError(
            f"The file has more than {MOST_CELLS:,} cells: hand in the notebook that "
            "was handed out, with your answers in it."
        )
    cells = [cell for cell in raw if isinstance(cell, dict)]
    if not cells:
        raise ValueError("The file is not a notebook: it has no cells.")
    return [_cell(cell) for cell in cells]


def to_notebook(data: bytes) -> NotebookNode:
    """Read a whole notebook, brought to format 4: for a student's own file.

    Parameters
    ----------
    data
        The file.

    Returns
    -------
    NotebookNode
        The notebook.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    import nbformat

    read_cells(data)
    try:
        return nbformat.reads(_text(data), as_version=4)
    except Exception as why:  # whatever a converter stumbles over
        raise ValueError(f"The file is not a whole notebook: {why!s:.200}") from None


def _text(data: bytes) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if utf16 else "utf-8-sig")


def _why_unread(data: bytes, why: Exception) -> str:
    """Say why a file is not JSON; an old encoding of Windows is another fault."""
    if isinstance(why, UnicodeDecodeError):
        with suppress(ValueError, RecursionError):
            json.loads(data.decode("latin-1"))  # which reads every byte
            return (
                f"The file is not in UTF-8 (its byte {why.start + 1:,} is "
                f"0x{data[why.start]:02x}), as notebooks are: open it in an editor, "
                "save it with the encoding UTF-8, and see that its umlauts are right."
            )
    return "The file is not a notebook: it is not JSON."


def _raw_cells(notebook: Any) -> Iterator[Any]:
    """Yield the cells of formats 4 and 3, which has worksheets."""
    sheets = [notebook] if isinstance(notebook, dict) else []
    older = sheets[0].get("worksheets") if sheets else None
    for sheet in [*sheets, *(older if isinstance(older, list) else [])]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        yield from cells if isinstance(cells, list) else []


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    about = cell.get("metadata")
    about = about.get("nbgrader") if isinstance(about, dict) else None
    grade_id = about.get("grade_id") if isinstance(about, dict) else None
    kind = cell.get("cell_type")
    return Cell(
        kind if isinstance(kind, str) else "",
        source.encode(errors="replace").decode(),
        grade_id if isinstance(grade_id, str) else "",
    )


def as_cell(cell: NotebookNode) -> Cell:
    """Return a notebook's cell in the form in which the grader reads it.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell
    >>> as_cell(new_code_cell("f(2)"))
    Cell(kind='code', source='f(2)', grade_id='')
    """
    return Cell(cell.cell_type, cell.source, grade_id(cell))


# Which cell is which


def find_solution(cells: Sequence[Cell], grade_id: str, function: str) -> str:
    """Find the cell that answers an exercise.

    Parameters
    ----------
    cells
        The student's notebook.
    grade_id
        The nbgrader id of the exercise's solution cell.
    function
        The function that it defines.

    Returns
    -------
    str
        Source of the last code cell with that id that defines the function: where
        JupyterLab has split or copied a cell, several have the id. Where none does,
        the last code cell that defines the function, for some editors lose the ids;
        then the last code cell with that id. Empty if there is none.

    Examples
    --------
    >>> cells = [Cell("code", "def f(x): ...", "ex-1"), Cell("code", "f(2)", "")]
    >>> find_solution(cells, "ex-1", "f"), find_solution(cells, "ex-2", "f")
    ('def f(x): ...', 'def f(x): ...')
    >>> split = [Cell("code", "def f(x): ...", "ex-1"), Cell("code", "f(2)", "ex-1")]
    >>> find_solution(split, "ex-1", "f")
    'def f(x): ...'
    """
    code = [cell for cell in cells if cell.kind == "code"]
    named = [cell.source for cell in code if cell.grade_id == grade_id]
    defines = re.compile(rf"^def\s+{re.escape(function)}\b", re.MULTILINE)
    other = [cell.source for cell in code if defines.search(cell.source)]
    defining = [source for source in named if defines.search(source)]
    return (defining or other or named or [""])[-1]


def find_answer(cells: Sequence[Cell], grade_id: str) -> str:
    """Find the text that answers a written question; empty if there is none.

    Examples
    --------
    >>> find_answer([Cell("markdown", "Because.", "ex-w")], "ex-w")
    'Because.'
    """
    found = [cell.source for cell in cells if cell.grade_id == grade_id]
    return (found or [""])[-1]


def grade_id(cell: NotebookNode) -> str:
    """Return the nbgrader id of a notebook's cell, or an empty string.

    Parameters
    ----------
    cell
        Any cell, of a hostile notebook too.

    Returns
    -------
    str
        The id.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell
    >>> grade_id(new_code_cell(metadata={"nbgrader": {"grade_id": "ex00-1"}}))
    'ex00-1'
    >>> grade_id(new_code_cell())
    ''
    """
    about = cell.get("metadata", {}).get("nbgrader", {})
    found = about.get("grade_id", "") if isinstance(about, dict) else ""
    return found if isinstance(found, str) else ""


def find_cell(notebook: NotebookNode, wanted: str) -> NotebookNode:
    """Return the cell of a notebook that carries an nbgrader id.

    Parameters
    ----------
    notebook
        The notebook.
    wanted
        The id.

    Returns
    -------
    NotebookNode
        The first cell with that id.

    Raises
    ------
    ValueError
        If there is none.
    """
    for cell in notebook.cells:
        if grade_id(cell) == wanted:
            return cell
    raise ValueError(f"the notebook has no cell with the nbgrader id {wanted!r}")


def stamp_points(notebook: NotebookNode, points: Mapping[str, float]) -> None:
    """Write an exam's points into a notebook's cells, where nbgrader looks for them.

    Parameters
    ----------
    notebook
        The notebook; it is changed.
    points
        Points by nbgrader id: :attr:`aelib.exercises.cases.Exam.points_by_cell`.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell(metadata={"nbgrader": {"grade_id": "ex00-1-tests"}})
    >>> stamp_points(new_notebook(cells=[cell]), {"ex00-1-tests": 2})
    >>> cell.metadata.nbgrader.points
    2
    """
    for cell in notebook.cells:
        if grade_id(cell) in points:
            cell.metadata.nbgrader["points"] = points[grade_id(cell)]


def digest(source: str) -> str:
    r"""Return what tells one cell's source from another's, whatever the line ends.

    Parameters
    ----------
    source
        The source.

    Returns
    -------
    str
        A hash.

    Examples
    --------
    >>> digest("a\r\nb\n") == digest("a\nb") != digest("a\nc")
    True
    """
    lines = "\n".join(line.rstrip() for line in source.strip().splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
