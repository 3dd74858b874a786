"""How far a reader has come, stored in the reader's copy alone.

Each answer has a small file of its own, written in one step, so that two notebooks
that run at the same time never lose each other's. Outside a reader's copy, in the
course's originals or on a foreign server, nothing is stored.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aelib.desk import records
from aelib.desk.files import write
from aelib.desk.folder import PROGRESS, find_copy
from aelib.exercises.cells import to_notebook

JUDGED = ("choose", "number")  # predictions that are right or wrong, no more or less


def record(exercise: str, passed: bool, points: float = 0.0) -> None:
    """Record an exercise's verdict in the reader's copy that this kernel runs in.

    Parameters
    ----------
    exercise
        The exercise's id, such as ``"ex04-5-repair"``.
    passed
        Whether everything that the text demands is met.
    points
        Points of the visible demands, as far as they are known.

    Raises
    ------
    ValueError
        If the id cannot be the name of a file.

    Examples
    --------
    >>> record("ex04-5-repair", True, 2.0)  # not in a copy: nothing is stored
    """
    copy = find_copy()
    path = _path(copy or Path(), exercise)
    if copy is None:
        return
    stored = {
        "id": exercise,
        "passed": bool(passed),
        "points": float(points),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write(path, f"{json.dumps(stored)}\n".encode())


def forget(exercise: str, folder: Path) -> None:
    """Forget an exercise's verdict, because its answer was taken out of the copy."""
    _path(folder, exercise).unlink(missing_ok=True)


def _path(folder: Path, exercise: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", exercise):
        raise ValueError(
            "an id has letters, digits, '-', '_' and '.' alone, and this is "
            f"{exercise!r}"
        )
    return folder / PROGRESS / f"{exercise}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or the reader has edited it
        return {}
    return stored if isinstance(stored, dict) else {}


# All of it, for the start page and the summary of a notebook


@dataclass(frozen=True)
class Progress:
    """How far a reader has come in one notebook.

    Attributes
    ----------
    name, title
        The file's name without its ending, and what the notebook is called.
    cells, cells_run
        Code cells, and those of them that have been run.
    exercises
        Functions to write, and whether each is right.
    predictions
        Predictions that were committed.
    close
        Those of them that came close to what was measured.
    judged
        Those of them that could come close or not.
    """

    name: str
    title: str
    cells: int
    cells_run: int
    exercises: dict[str, bool]
    predictions: int
    close: int
    judged: int

    @property
    def right(self) -> int:
        """Number of exercises that are right."""
        return sum(self.exercises.values())

    @property
    def is_done(self) -> bool:
        """Whether every cell was run and every exercise is right."""
        every_cell = 0 < self.cells <= self.cells_run
        return every_cell and self.right == len(self.exercises)


def summary(folder: Path | None = None) -> list[Progress]:
    """Return how far a reader has come, notebook by notebook.

    Parameters
    ----------
    folder
        The reader's copy, or a folder in it; the current one by default.

    Returns
    -------
    list of Progress
        In the course's order; empty outside a reader's copy.
    """
    copy = find_copy(folder)
    if copy is None:
        return []
    return [_progress(path, copy) for path in sorted(copy.glob("[0-9][0-9]-*.ipynb"))]


def _progress(path: Path, copy: Path) -> Progress:
    try:
        notebook = to_notebook(path.read_bytes())
    except (OSError, ValueError):  # half saved: nothing is known of it now
        return Progress(path.stem, path.stem, 0, 0, {}, 0, 0, 0)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    about = notebook.metadata.get("aelib", {})
    exercises = {
        function: _read(_path(copy, name)).get("passed") is True
        for name, function in about.get("exercises", {}).items()
    }
    predictions = records.read_all(copy, f"{path.stem[:2]}-")
    judged = [p["score"] for p in predictions if p["kind"] in JUDGED and "score" in p]
    return Progress(
        path.stem,
        _title(notebook.cells[0].source) or path.stem,
        len(code),
        sum(cell.get("execution_count") is not None for cell in code),
        exercises,
        len(predictions),
        judged.count(1),
        len(judged),
    )


def _title(source: str) -> str:
    found = re.match(r"# (.*)", source)
    return found[1].strip() if found else ""
