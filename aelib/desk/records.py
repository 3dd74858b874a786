"""What a reader predicted, kept in their copy: one small JSON file for each question.

A file each, because two notebooks may run at the same time: neither can then write
over what the other has just stored. Outside a reader's copy nothing is kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from aelib.desk import files
from aelib.desk.folder import PREDICTIONS, find_copy


def read(question_id: str) -> dict[str, Any] | None:
    """Return what was stored for a question; None if nothing was.

    A file that cannot be read is set aside beside, never deleted.
    """
    path = _path(question_id)
    return _load(path) if path and path.is_file() else None


def write(question_id: str, record: dict[str, Any]) -> None:
    """Store a question's record at once or, if the computer stops, not at all."""
    path = _path(question_id)
    if path is None:
        return
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    files.write(path, f"{text}\n".encode())


def forget(question_id: str) -> None:
    """Remove a question's record, if there is one."""
    if path := _path(question_id):
        path.unlink(missing_ok=True)


def read_all(folder: Path, prefix: str = "") -> list[dict[str, Any]]:
    """Return a reader's records whose ids begin with `prefix`, in order of id."""
    paths = sorted((folder / PREDICTIONS).glob(f"{prefix}*.json"))
    return [record for path in paths if (record := _load(path)) is not None]


def _load(path: Path) -> dict[str, Any] | None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        record["kind"], record["value"]
    except (ValueError, KeyError, TypeError):
        path.replace(path.with_suffix(".damaged"))
        return None
    return record


def _path(question_id: str) -> Path | None:
    copy = find_copy()
    return copy / PREDICTIONS / f"{question_id}.json" if copy else None
