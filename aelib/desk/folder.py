"""What is where in a reader's copy, and how it is found from within.

::

    my-notebooks/
      README.md            the start page, with progress
      00-….ipynb …         the reader's notebooks
      pages/               course map, notation, results: what the notebooks link to
      kept/                what an update or a restoration took out of a notebook
      .aelib/copy.json     the marker: nothing is stored where it is not
      .aelib/handed-out/   each notebook as it was handed out, by version
      .aelib/progress/     which exercises are right
      .aelib/predictions/  what was predicted, and what came of it
"""

from __future__ import annotations

from pathlib import Path

from aelib.desk.files import write

USUAL_NAME = "my-notebooks"  # what `make lab` calls a reader's copy
START_PAGE = "README.md"
PAGES = "pages"
KEPT = "kept"
HIDDEN = ".aelib"
MARKER = f"{HIDDEN}/copy.json"
HANDED_OUT = f"{HIDDEN}/handed-out"
PROGRESS = f"{HIDDEN}/progress"
PREDICTIONS = f"{HIDDEN}/predictions"


def mark(folder: Path) -> None:
    """Mark a folder as a reader's copy; a second time does nothing.

    Raises
    ------
    ValueError
        If it holds something else, or lies within another copy.
    """
    if is_copy(folder):
        return
    if outer := find_copy(folder.parent):
        raise ValueError(f"{folder} would lie within {outer}, which is a copy itself")
    if folder.exists() and (not folder.is_dir() or _foreign(folder)):
        raise ValueError(
            f"{folder} holds something else than a copy of the course: name a folder "
            "that does not exist yet, or one that `python -m aelib desk` has made"
        )
    write(folder / MARKER, b'{"made by": "python -m aelib desk", "form": 1}\n')


def _foreign(folder: Path) -> bool:
    """Say whether anything lies in a folder but what a killed `mark` has left."""
    return any(path.name != HIDDEN for path in folder.iterdir())


def is_copy(folder: Path) -> bool:
    """Say whether a folder is a reader's copy."""
    return (folder / MARKER).is_file()


def find_copy(start: Path | None = None) -> Path | None:
    """Return the reader's copy that a folder lies in: a kernel's own, by default.

    Parameters
    ----------
    start
        Where to look, and above; the current folder by default.

    Returns
    -------
    Path or None
        The copy; None in the course's originals and everywhere else.
    """
    start = (start or Path.cwd()).resolve()
    return next(filter(is_copy, (start, *start.parents)), None)
