"""Files of the reader's copy: written whole or not at all, and never over a reader's.

A file is written beside its place, flushed to the disk and put there in one step, so
that whoever is stopped in between leaves the old one or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import secrets
import time
from pathlib import Path

ABANDONED = 60.0  # seconds after which nobody is writing a file any more
UNFINISHED = ".unfinished-"  # what the name of a file that is being written begins with


def write(path: Path, data: bytes) -> None:
    """Put `data` into the file `path`, in one step; missing folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def replace(old: Path, new: Path) -> None:
    """Move a file to another's place, in one step."""
    os.replace(old, new)


def keep(data: bytes, folder: Path, name: str) -> Path:
    """Keep `data` in a file of `folder`, beside all that is kept there already.

    Parameters
    ----------
    data
        What is to be kept.
    folder
        Where.
    name
        What to call it, such as ``"04-sparse-coding.ipynb"``; a number is added.

    Returns
    -------
    Path
        The file that holds `data` now: a present one, if one of that name does.
    """
    stem, suffix = Path(name).stem, Path(name).suffix
    for number in itertools.count(1):
        path = folder / f"{stem}-{number}{suffix}"
        if not path.exists():
            write(path, data)
            return path
        if path.read_bytes() == data:
            return path
    raise AssertionError  # there is no last number


def sweep(folder: Path) -> None:
    """Remove what writers that were killed have left in `folder` and below."""
    for path in folder.rglob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):  # gone meanwhile
            if time.time() - path.stat().st_mtime > ABANDONED:
                path.unlink()


def digest(data: bytes) -> str:
    """Return what tells one file's content from another's."""
    return hashlib.sha256(data).hexdigest()[:16]


# Pages that the desk writes, and a reader may have written into


def write_page(path: Path, text: str, kept: Path) -> Path | None:
    """Write a page of the desk's own, unless it stands there already.

    Parameters
    ----------
    path
        Where.
    text
        Markdown. Its last line will be a comment that shows whether somebody else has
        changed the page.
    kept
        The folder that a changed page is kept in.

    Returns
    -------
    Path or None
        Where a changed page is kept now; None where there was none.
    """
    data = signed(text)
    before = path.read_bytes() if path.exists() else data
    if before == data and path.exists():
        return None
    changed = None if _is_ours(before) else keep(before, kept, path.name)
    write(path, data)
    return changed


def signed(text: str) -> bytes:
    """Return a page with the comment that shows that nobody has changed it."""
    body = text.rstrip() + "\n\n"
    return f"{body}<!-- written by aelib: {digest(body.encode())} -->\n".encode()


def _is_ours(data: bytes) -> bool:
    text = data.decode(errors="replace").replace("\r\n", "\n")
    return signed(text.rpartition("<!-- written by aelib")[0]) == text.encode()
