"""What lies in a ZIP, and in the ZIPs within it: notebooks, and what is none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aelib.classroom.homework.files import (
    in_words,
    open_plain_file,
    open_zip,
    read_member,
)
from aelib.classroom.homework.submission import EMPTY, NO_NOTEBOOK
from aelib.classroom.homework.whose import (
    is_notebook,
    is_worth_a_word,
    parts_in_zip,
    without_suffix,
)

MOST_ENTRIES = 20_000  # of a ZIP
MOST_NESTED = 500  # ZIPs in one ZIP that are opened, and files in each
MOST_WITHIN = 100


@dataclass(frozen=True)
class Listed:
    """A file in a ZIP: its place in it, and why it is no submission, if it is none."""

    entry: zipfile.ZipInfo
    parts: list[str]
    problem: str = ""
    within: str = ""


def list_zip(path: Path) -> Iterator[Listed]:
    """Yield a ZIP's notebooks, those one ZIP further down, and what is neither."""
    with open_plain_file(path) as file, open_zip(file) as archive:
        entries = archive.infolist()[:MOST_ENTRIES]
    opened = 0
    for entry in entries:
        parts = [] if entry.is_dir() else parts_in_zip(entry.filename)
        if not parts or not is_worth_a_word(parts[-1]):
            continue
        if is_notebook(parts[-1]):
            yield Listed(entry, parts)
        elif parts[-1].lower().endswith(".zip") and opened < MOST_NESTED:
            opened += 1
            yield from _list_within(path, entry, parts)
        else:
            yield Listed(entry, parts, NO_NOTEBOOK)


def _list_within(
    path: Path, outer: zipfile.ZipInfo, above: list[str]
) -> Iterator[Listed]:
    """Yield the notebooks of a ZIP within a ZIP; if there is none, the inner ZIP."""
    try:
        data = read_member(path, outer.filename)
        with open_zip(io.BytesIO(data)) as archive:
            entries = archive.infolist()[:MOST_WITHIN]
    except Exception as why:
        yield Listed(outer, above, in_words(why, "ZIP"))
        return
    place = [*above[:-1], without_suffix(above[-1])]
    places = [(entry, parts_in_zip(entry.filename)) for entry in entries]
    notebooks = [
        Listed(entry, [*place, *parts], within=outer.filename)
        for entry, parts in places
        if parts and not entry.is_dir() and is_notebook(parts[-1])
    ]
    yield from notebooks or [Listed(outer, above, EMPTY)]
