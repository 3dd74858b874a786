"""What a reader has answered and predicted so far, stored in the reader's copy alone.

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

from aelib.desk.files import write
from aelib.desk.folder import PROGRESS, find_copy
from aelib.exercises.cells import to_notebook

EXERCISE, PREDICTION = "exercise", "prediction"


def record(exercise: str, passed: bool, points: float = 0.0) -> None:
    """Record an exercise's verdict in the reader's copy that this kernel runs in.

    Parameters
    ----------
    exercise : str
        The exercise's id, such as ``"ex04-1-prices"``.
    passed : bool
        Whether everything that the text demands is met.
    points : float
        Points of the visible demands, as far as they are known.

    Raises
    ------
    ValueError
        If the id cannot be the name of a file.

    Examples
    --------
    >>> record("ex04-1-prices", True, 2.0)  # not in a copy: nothing is stored
    """
    _store(EXERCISE, exercise, {"passed": bool(passed), "points": float(points)})


def record_prediction(
    prediction: str, committed: Any, *, right: bool | None = None
) -> None:
    """Record what a reader has predicted; a second time, the first one stands.

    Parameters
    ----------
    prediction : str
        The prediction's id, which begins with the notebook's number or has it as its
        first two digits, such as ``"04-rho"``.
    committed : any value that JSON has
        What was chosen, the number, or the points of the curve.
    right : bool, optional
        Whether it came close enough to what was measured; None where that is no
        question of yes or no.

    Raises
    ------
    ValueError
        If the id cannot be the name of a file.

    Examples
    --------
    >>> record_prediction("04-rho", 0.1, right=True)
    """
    if read_prediction(prediction) is None:
        _store(PREDICTION, prediction, {"committed": committed, "right": right})


def read_prediction(prediction: str, folder: Path | None = None) -> Any | None:
    """Return what was committed as a prediction; None if nothing was, or elsewhere.

    Parameters
    ----------
    prediction : str
        The prediction's id.
    folder : Path, optional
        Where to look for a copy, and above; the current folder by default.

    Returns
    -------
    any value that JSON has
        As it was recorded.

    Examples
    --------
    >>> read_prediction("04-rho") is None
    True
    """
    copy = find_copy(folder)
    stored = _read(_path(copy, PREDICTION, prediction)) if copy else {}
    return stored.get("committed")


def forget(exercise: str, folder: Path) -> None:
    """Forget an exercise's verdict, because its answer was taken out of the copy."""
    _path(folder, EXERCISE, exercise).unlink(missing_ok=True)


def _store(kind: str, name: str, what: dict[str, Any]) -> None:
    copy = find_copy()
    path = _path(copy or Path(), kind, name)
    if copy is None:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    write(path, (json.dumps({"id": name, **what, "when": now}) + "\n").encode())


def _path(folder: Path, kind: str, name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", name):
        raise ValueError(
            f"an id has letters, digits, '-', '_' and '.' alone, and this is {name!r}"
        )
    return folder / PROGRESS / f"{kind}-{name}.json"


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
    name, title : str
        The file's name without its ending, and what the notebook is called.
    cells, cells_run : int
        Code cells, and those of them that have been run.
    exercises : dict of str to bool
        Functions to write, and whether each is right.
    predictions : int
        Predictions that were committed.
    close : int
        Those of them that came close to what was measured.
    judged : int
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
    folder : Path, optional
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
        function: _read(_path(copy, EXERCISE, name)).get("passed") is True
        for name, function in about.get("exercises", {}).items()
    }
    paths = (copy / PROGRESS).glob(f"{PREDICTION}-*.json")
    predictions = [_read(each) for each in paths if _number(each) == path.stem[:2]]
    judged = [each["right"] for each in predictions if each.get("right") is not None]
    return Progress(
        path.stem,
        _title(notebook.cells[0].source) or path.stem,
        len(code),
        sum(cell.get("execution_count") is not None for cell in code),
        exercises,
        len(predictions),
        sum(map(bool, judged)),
        len(judged),
    )


def _number(path: Path) -> str:
    """Return the notebook's number in a prediction's id: its first two digits."""
    found = re.search(r"\d\d", path.stem.removeprefix(PREDICTION))
    return found[0] if found else ""


def _title(source: str) -> str:
    found = re.match(r"# (.*)", source)
    return found[1].strip() if found else ""
