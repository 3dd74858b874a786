"""Write a file whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

from pathlib import Path

from aelib.desk import files


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file beside its place, then put it there in one step.

    A power cut or a full disk leaves what was there before. Text is UTF-8, with a
    question mark for what no file can hold.
    """
    if isinstance(content, str):
        content = content.encode(errors="replace")
    files.write(path, content)
