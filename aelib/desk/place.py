"""Where a reader works: the folder of their own copy, known by a marker file."""

from __future__ import annotations

from pathlib import Path

MARKER = ".aelib-desk"


def reader_folder(start: Path | None = None) -> Path | None:
    """Return the reader's folder, or None where nothing of a reader's is to be stored.

    Parameters
    ----------
    start
        Where to look first, and then upwards; by default the working directory, which
        is a notebook's own folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, MARKER).write_text("")
    ...     inside = Path(folder, "notebooks")
    ...     reader_folder(inside) == Path(folder).resolve()
    True
    """
    start = (start or Path.cwd()).resolve()
    folders = (start, *start.parents)
    return next((folder for folder in folders if (folder / MARKER).is_file()), None)
