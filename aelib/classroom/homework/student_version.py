"""The student version of a notebook: solutions out, tests locked, points stamped.

A reader's own copy is made without nbgrader, by :mod:`aelib.exercises.stubs`; a test
sees to it that both are the same.
"""

from __future__ import annotations

import copy
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.notebooks import execute
from aelib.exercises.cases import TESTS, Exam
from aelib.exercises.cells import grade_id, stamp_points
from aelib.exercises.stubs import let_run_all_go_on, what_is_handed_in

if TYPE_CHECKING:
    from nbformat import NotebookNode


def student_version(path: Path, exam: Exam, hints: int = 3) -> NotebookNode:
    """Return a notebook as its students get it, by nbgrader's own conversion.

    Parameters
    ----------
    path
        The notebook with its solutions; it is left as it is.
    exam
        Its hidden half, which states the points.
    hints
        How many of an exercise's hints its verdict may show.

    Returns
    -------
    NotebookNode
        Stubs for solutions, no outputs, tests locked, points in the cells. Links to
        other files of the course become plain words, and the notebook's metadata say
        what ``check`` needs: the cells that are handed in, and a digest of each tests
        cell.

    Raises
    ------
    ValueError
        If nbgrader refuses, or a solution is left.
    """
    version = _convert(path, exam)
    for cell in version.cells:
        if cell.cell_type == "markdown":
            cell.source = without_local_links(cell.source)
    if left := [grade_id(c) or "?" for c in version.cells if "SOLUTION" in c.source]:
        raise ValueError(f"{path.name}: a solution is left in {', '.join(left)}")
    let_run_all_go_on(version)
    _limit_hints(version, hints)
    version.metadata["aelib"] = what_is_handed_in(version, path.stem)
    return version


def _limit_hints(version: NotebookNode, hints: int) -> None:
    """Write into each verdict cell how many hints it may show; all is no word."""
    for cell in version.cells:
        if grade_id(cell).endswith(TESTS) and hints < 3:
            cell.source = re.sub(
                r'^verdict\(("[\w-]+")\)$', rf"verdict(\1, hints={hints})", cell.source
            )


def _convert(path: Path, exam: Exam) -> NotebookNode:
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    # A gradebook comes with the first grades; a release needs none.
    steps = [
        step for step in GenerateAssignment().preprocessors if step is not SaveCells
    ]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        source = root / "source" / path.stem / path.name
        source.parent.mkdir(parents=True)
        notebook = nbformat.read(path, as_version=4)
        stamp_points(notebook, exam.points_by_cell)
        nbformat.write(notebook, source)
        converter = GenerateAssignment(
            coursedir=CourseDirectory(root=str(root), assignment_id=path.stem),
            no_database=True,
            preprocessors=steps,
        )
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise ValueError(f"{path.name}: nbgrader refuses it: {error}") from error
        return nbformat.read(root / "release" / path.stem / path.name, as_version=4)


def without_local_links(text: str) -> str:
    """Return Markdown whose links to files beside it are plain words.

    A student has the one notebook, so such a link would lead nowhere.

    Parameters
    ----------
    text
        Markdown.

    Returns
    -------
    str
        The same, with links to ``https:`` addresses and headings kept.

    Examples
    --------
    >>> without_local_links("[a](b.ipynb#c), [d](https://e.org), [f](#g)")
    'a, [d](https://e.org), [f](#g)'
    """
    return re.sub(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)[^)\s]*\)", r"\1", text)


def prove_it_runs(version: NotebookNode, name: str) -> None:
    """Execute a student version: the lecture passes, the tests find nothing yet.

    Parameters
    ----------
    version
        The student version; it is left as it is.
    name
        What to call it.

    Raises
    ------
    ValueError
        If a cell of the lecture fails, or a tests cell does anything but raise the
        stub's NotImplementedError.
    """
    from nbclient.exceptions import CellExecutionError

    trial = copy.deepcopy(version)
    tests = [cell for cell in trial.cells if grade_id(cell).endswith(TESTS)]
    with tempfile.TemporaryDirectory() as folder:
        try:
            execute(trial, folder=Path(folder))
        except CellExecutionError as error:
            raise ValueError(
                f"{name}: the lecture does not run without the solutions "
                f"({error.ename}: {error.evalue}); its cells must not use what an "
                "exercise defines"
            ) from error
    for cell in tests:
        raised = [o.ename for o in cell.outputs if o.output_type == "error"]
        if not set(raised) <= {"NotImplementedError", "NotWritten"} or not raised:
            raise ValueError(
                f"{name}: {grade_id(cell)} does not call the function that it tests"
            )
