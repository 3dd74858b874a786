"""What lies in a ZIP, and in the ZIPs within it: notebooks, and what is none."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aelib.classroom.homework.files import (
    in_words,
    name_in_zip,
    open_plain_file,
    open_zip,
    read_member,
)
from aelib.classroom.homework.kinds_of_files import (
    is_ignored,
    is_notebook,
    is_worth_a_word,
    without_suffix,
)
from aelib.classroom.homework.submission import EMPTY, NO_NOTEBOOK

MOST_ENTRIES = 20_000  # of a ZIP
MOST_NESTED = 500  # ZIPs in one ZIP that are opened, and files in each
MOST_WITHIN = 100

Place = tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """A file in a ZIP: its place in it, and why it is no submission, if it is none.

    Of what is in a ZIP within the ZIP, `inner` is the place of that ZIP.
    """

    entry: zipfile.ZipInfo
    place: Place
    problem: str = ""
    within: str = ""
    inner: Place = ()


def list_zip(path: Path) -> Iterator[Listed]:
    """Yield a ZIP's notebooks, those one ZIP further down, and what is neither."""
    with open_plain_file(path) as file, open_zip(file) as archive:
        entries = archive.infolist()[:MOST_ENTRIES]
    opened = 0
    for entry in entries:
        place = _place(entry)
        if not place or not is_worth_a_word(place[-1]):
            continue
        if is_notebook(place[-1]):
            yield Listed(entry, place)
        elif place[-1].lower().endswith(".zip") and opened < MOST_NESTED:
            opened += 1
            yield from _list_within(path, entry, place)
        else:
            yield Listed(entry, place, NO_NOTEBOOK)


def _list_within(path: Path, outer: zipfile.ZipInfo, above: Place) -> Iterator[Listed]:
    """Yield the notebooks of a ZIP within a ZIP; if there is none, the inner ZIP."""
    try:
        data = read_member(path, outer.filename)
        with open_zip(io.BytesIO(data)) as archive:
            entries = archive.infolist()[:MOST_WITHIN]
    except Exception as why:
        yield Listed(outer, above, in_words(why, "ZIP"))
        return
    folder = (*above[:-1], without_suffix(above[-1]))
    places = [(entry, _place(entry)) for entry in entries]
    notebooks = [
        Listed(entry, folder + place, within=outer.filename, inner=above)
        for entry, place in places
        if place and is_notebook(place[-1])
    ]
    yield from notebooks or [Listed(outer, above, EMPTY)]


def _place(entry: zipfile.ZipInfo) -> Place:
    """Return a member's place; none of a folder, nor of what is left alone."""
    if entry.is_dir():
        return ()
    parts = [p for p in re.split(r"[/\\]", name_in_zip(entry)) if p not in ("", ".")]
    return () if ".." in parts or any(map(is_ignored, parts)) else tuple(parts)
