"""A notebook of the course as a reader gets it, and the versions handed out so far."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.desk.files import write
from aelib.desk.folder import HANDED_OUT
from aelib.desk.pages import Links
from aelib.exercises.cells import to_notebook
from aelib.exercises.stubs import what_is_handed_in, without_solutions

if TYPE_CHECKING:
    from nbformat import NotebookNode

ABOUT = "aelib"  # the notebook's metadata that are the course's
VERSION = "version"


def readers_version(notebook: NotebookNode, name: str, links: Links) -> NotebookNode:
    """Return a notebook of the course as its readers get it.

    Parameters
    ----------
    notebook
        As the course has it; it is left as it is.
    name
        Its name, such as ``"04-sparse-coding"``.
    links
        Where its links lead in the copy.

    Returns
    -------
    NotebookNode
        Exercises empty, no outputs, links into the copy; its metadata name the
        exercises and the version.

    Raises
    ------
    ValueError
        If something marked as a solution is left.
    """
    try:
        version = without_solutions(notebook)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    for cell in version.cells:
        if cell.cell_type == "markdown":
            cell.source = links.follow(cell.source, links.root / "notebooks")
    about = what_is_handed_in(version, name)
    content = json.dumps([version.cells, about], sort_keys=True)
    about[VERSION] = hashlib.sha256(content.encode()).hexdigest()[:12]
    version.metadata[ABOUT] = about
    return version


def read(data: bytes) -> NotebookNode:
    """Read a notebook that some editor has written.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ids that lack or occur twice are dealt with
        notebook = to_notebook(data)
    for cell in notebook.cells:  # of a program that leaves out what it doesn't need
        cell.setdefault("metadata", type(cell)())
        if cell.get("cell_type") == "code":
            cell.setdefault("outputs", [])
            cell.setdefault("execution_count", None)
        if not isinstance(cell.get("source"), str) or "cell_type" not in cell:
            raise ValueError("The file is not a whole notebook: a cell has no source.")
    return notebook


def to_bytes(notebook: NotebookNode) -> bytes:
    """Return the file of a notebook."""
    import nbformat

    return (nbformat.writes(notebook) + "\n").encode(errors="replace")


# What was handed out


def version_of(notebook: NotebookNode) -> str:
    """Return the version that a notebook is or was made from; empty if it is lost."""
    about = notebook.metadata.get(ABOUT)
    found = about.get(VERSION) if isinstance(about, dict) else None
    return found if isinstance(found, str) else ""


def store(version: NotebookNode, folder: Path) -> None:
    """Store in a copy what is about to be handed out."""
    about = version.metadata[ABOUT]
    path = _path(folder, about["assignment"], about[VERSION])
    if not path.exists():
        write(path, to_bytes(version))


def find_base(mine: NotebookNode, number: str, folder: Path) -> NotebookNode:
    """Return what was handed out of a notebook that a reader has worked on.

    Parameters
    ----------
    mine
        The reader's.
    number
        The notebook's number, such as ``"04"``.
    folder
        The copy.

    Returns
    -------
    NotebookNode
        The version that the reader's file names; where an editor has lost the name,
        the one that has most cells in common with it; without any, an empty notebook.
    """
    from nbformat.v4 import new_notebook

    stored = {
        path.stem.rpartition(".")[2]: path
        for path in sorted((folder / HANDED_OUT).glob(f"{number}-*.ipynb"))
    }
    if path := stored.get(version_of(mine)):
        return read(path.read_bytes())
    texts = {cell.source for cell in mine.cells}
    bases = [read(path.read_bytes()) for path in stored.values()]
    return max(
        bases,
        key=lambda base: len(texts & {cell.source for cell in base.cells}),
        default=new_notebook(),
    )


def _path(folder: Path, name: str, version: str) -> Path:
    return folder / HANDED_OUT / f"{name}.{version}.ipynb"
