"""The course's solution of an exercise, for a reader who has the course and asks.

It is fetched when it is asked for and shown in a widget, whose content JupyterLab does
not store: a reader's copy holds no solution.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from aelib.desk.folder import find_copy
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import source_notebook

if TYPE_CHECKING:
    from ipywidgets import Widget


def course_solution(grade_id: str) -> str:
    """Return the course's own answer to an exercise.

    Parameters
    ----------
    grade_id
        The nbgrader id of the exercise's cell, such as ``"ex04-5-repair"``.

    Returns
    -------
    str
        Its source.

    Raises
    ------
    FileNotFoundError
        If the course is not here: only the package is, as in a student's bundle.
    ValueError
        If the course has no such exercise.
    """
    notebook = source_notebook(grade_id.removeprefix("ex")[:2])
    source = find_cell(notebook, grade_id).source
    return re.sub(r"^ *### (?:BEGIN|END) SOLUTION\n?", "", source, flags=re.MULTILINE)


def solution_button(grade_id: str) -> Widget | None:
    """Return a button that shows the solution below itself; None outside a copy.

    Parameters
    ----------
    grade_id
        The nbgrader id of the exercise's cell.
    """
    if find_copy() is None:
        return None
    from ipywidgets import HTML, Button, Layout, VBox

    page = HTML()
    button = Button(
        description="Show the course's solution",
        tooltip="Tried, and stuck or curious? Nothing of it is stored in your copy.",
        layout=Layout(width="max-content"),
    )

    def show(_: Button) -> None:
        try:
            source = course_solution(grade_id)
        except (FileNotFoundError, ValueError) as error:
            page.value = f"<p>{escape(str(error))}</p>"
        else:
            page.value = f'<pre tabindex="0">{escape(source)}</pre>'

    button.on_click(show)
    return VBox([button, page])
