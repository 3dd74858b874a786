"""Have a notebook, or one exercise of it, back as it was handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aelib.desk import files
from aelib.desk.carry import carry_over
from aelib.desk.copy import Desk, Report
from aelib.desk.folder import KEPT, is_copy
from aelib.desk.pages import Links
from aelib.desk.progress import forget
from aelib.desk.start_page import write_start_page
from aelib.desk.version import ABOUT, find_base, read, store, to_bytes
from aelib.exercises.cases import TESTS
from aelib.exercises.cells import grade_id
from aelib.exercises.checkout import checkout, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode


def restore(
    folder: Path,
    number: str,
    exercise: str | None = None,
    *,
    root: Path | None = None,
    report: Report = print,
) -> None:
    """Put a notebook of a copy, or one exercise, back; the old file is kept.

    Parameters
    ----------
    folder
        The copy.
    number
        The notebook's number, such as ``"04"``.
    exercise
        The exercise's id, the function that it asks for, or its place in the notebook,
        such as ``"2"``; the whole notebook by default.
    root
        The course; the checkout by default.
    report
        Told what was done.

    Raises
    ------
    ValueError
        If the folder is no copy, or there is no such exercise.
    FileNotFoundError
        If there is no such notebook.
    """
    if not is_copy(folder):
        raise ValueError(f"{folder} is no copy of the course: nothing to restore in it")
    root = root or checkout()
    (path,) = find_notebooks([number.zfill(2)], root=root)
    new = Desk(folder, root, Links(root)).version(path)
    mine = folder / path.name
    data = mine.read_bytes() if mine.exists() else b""
    restored = new
    names = [*new.metadata[ABOUT]["exercises"], *new.metadata[ABOUT]["questions"]]
    if exercise is not None:
        names = [find_exercise(new, exercise)]
        restored = _without_answer(data, new, names[0], folder) if data else new
    kept = files.keep(data, folder / KEPT, path.name) if data else None
    store(new, folder)
    files.write(mine, to_bytes(restored))
    for name in names:
        forget(name, folder)
    write_start_page(folder)
    what = f"exercise {names[0]} of {path.stem}" if exercise is not None else path.stem
    report(f"{what}: back as it was handed out")
    if kept:
        report(f"  as it was, it is kept as {kept}")


def find_exercise(version: NotebookNode, wanted: str) -> str:
    """Return the id of an exercise that somebody has named in one of three ways.

    Parameters
    ----------
    version
        The notebook as it is handed out.
    wanted
        An id, a function, or a place: ``"1"`` is the first.

    Returns
    -------
    str
        The id.

    Raises
    ------
    ValueError
        If there is none: which there are.
    """
    about = version.metadata[ABOUT]
    functions = about["exercises"]
    if wanted in functions or wanted in about["questions"]:
        return wanted
    for place, (name, function) in enumerate(functions.items(), start=1):
        if wanted in (function, str(place)):
            return name
    known = [f"{at} ({function})" for at, function in enumerate(functions.values(), 1)]
    raise ValueError(
        f"{about['assignment']} has no exercise {wanted!r}: there are "
        f"{', '.join([*known, *about['questions']])}"
    )


def _without_answer(
    data: bytes, new: NotebookNode, exercise: str, folder: Path
) -> NotebookNode:
    """Return a reader's notebook as if an exercise were new in the course."""
    mine = read(data)
    base = find_base(mine, new.metadata[ABOUT]["assignment"][:2], folder)
    for notebook in (base, mine):
        notebook.cells = [
            cell
            for cell in notebook.cells
            if grade_id(cell) not in (exercise, exercise + TESTS)
        ]
    return carry_over(base, mine, new).notebook
