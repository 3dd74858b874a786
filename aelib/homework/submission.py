"""Read what students handed in: files that may be broken, huge or hostile.

A notebook is read as text and plain JSON, never executed here. Of a ZIP, entries are
read into memory one by one and nothing is unpacked, so that ``..``, links and bombs
have nowhere to go.
"""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

LARGEST = 20 * 2**20  # bytes of a notebook; an honest one of this course has 2 MB
MOST_ENTRIES = 20_000  # of a ZIP
IGNORED = (".ipynb_checkpoints", "__MACOSX")
PLATFORMS = tuple(
    map(
        re.compile,
        (
            # Moodle: Ada Lovelace_1234_assignsubmission_file_05-sparse.ipynb
            r"(?P<student>[^/]+?)_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)",
            # Canvas: lovelaceada_LATE_1234_5678_05-sparse.ipynb
            r"(?P<student>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<rest>.+)",
            # Blackboard: Homework_ada_attempt_2026-01-31-23-59-59_05-sparse.ipynb
            r"[^/]+?_(?P<student>[^_/]+)_attempt_[\d-]+(?P<id>)_(?P<rest>.+)",
            # by hand: ada_05-sparse.ipynb, 05-sparse_ada.ipynb
            r"(?P<student>[^/]+?)(?P<id>)[_ ]+(?P<rest>\d\d-.+)",
            r"(?P<rest>\d\d-[^_/]+)_(?P<student>[^/]+?)(?P<id>)(?:\.ipynb|\.zip)?",
        ),
    )
)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook, whatever its format: all of it is the student's text."""

    kind: str
    source: str
    grade_id: str


@dataclass(frozen=True)
class Submission:
    """One file that a student handed in, found but not read yet.

    Attributes
    ----------
    student : str
        The student's name, fit to be a file's name.
    assignment : str
        Stem of the assignment's notebook; empty where the file's name doesn't tell.
    name : str
        Where it was found, for the reader.
    path : Path
        The notebook, or the ZIP that holds it.
    member : str
        Its name within the ZIP; empty for a notebook.
    time : float
        When it was changed last: the latest of several counts.
    identity : str
        The platform's number of the student, which tells namesakes apart.
    """

    student: str
    assignment: str
    name: str
    path: Path
    member: str = ""
    time: float = 0.0
    identity: str = ""

    def read(self) -> bytes:
        """Return the notebook's bytes.

        Returns
        -------
        bytes
            At most :data:`LARGEST`.

        Raises
        ------
        ValueError
            If it is a link, no plain file, too large, or cannot be read.
        """
        try:
            if self.member:
                return _read_member(self.path, self.member)
            return _read_file(self.path)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as why:
            raise ValueError(
                f"The file cannot be read ({type(why).__name__})."
            ) from why


# Files


def _read_file(path: Path) -> bytes:
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode):
        raise ValueError("The file is a link or a device, not a notebook.")
    if about.st_size > LARGEST:
        raise ValueError(_too_large(about.st_size))
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        return _at_most(file.read(LARGEST + 1))


def _read_member(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        about = archive.getinfo(member)
        if stat.S_ISLNK(about.external_attr >> 16):
            raise ValueError("The ZIP holds a link, not a notebook.")
        if about.file_size > LARGEST:
            raise ValueError(_too_large(about.file_size))
        with archive.open(about) as file:  # what it says of its size may be a lie
            return _at_most(file.read(LARGEST + 1))


def _at_most(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise ValueError(_too_large(len(data)))
    return data


def _too_large(size: int) -> str:
    return (
        f"The file has more than {LARGEST // 2**20} MB ({size / 2**20:.0f}): clear the "
        "outputs, save and hand in again."
    )


# Notebooks


def read_cells(data: bytes) -> list[Cell]:
    r"""Read a notebook of any format, from any system.

    Parameters
    ----------
    data : bytes
        The file; a byte-order mark and Windows line ends are no fault.

    Returns
    -------
    list of Cell
        Its cells, in order.

    Raises
    ------
    ValueError
        If it is no notebook, in words for the student.

    Examples
    --------
    >>> read_cells(b'{"cells": [{"cell_type": "code", "source": ["a\\r\\n", "b"]}]}')
    [Cell(kind='code', source='a\nb', grade_id='')]
    >>> read_cells(b"print('hello')")
    Traceback (most recent call last):
        ...
    ValueError: The file is not a notebook: it is not JSON.
    """
    try:
        notebook = json.loads(_text(data))
    except (ValueError, RecursionError):
        raise ValueError("The file is not a notebook: it is not JSON.") from None
    cells = [cell for cell in _raw_cells(notebook) if isinstance(cell, dict)]
    if not cells:
        raise ValueError("The file is not a notebook: it has no cells.")
    return [_cell(cell) for cell in cells]


def read_notebook(path: Path) -> NotebookNode:
    """Read a whole notebook, brought to format 4: for a student's own file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    NotebookNode
        The notebook.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no notebook.
    """
    import nbformat

    data = _read_file(path)
    read_cells(data)
    try:
        return nbformat.reads(_text(data), as_version=4)
    except Exception as why:  # whatever a converter stumbles over
        raise ValueError(f"The file is not a whole notebook: {why!s:.200}") from None


def _text(data: bytes) -> str:
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if utf16 else "utf-8-sig")


def _raw_cells(notebook: Any) -> Iterator[Any]:
    """Yield the cells of formats 4 and 3, which has worksheets."""
    sheets = [notebook] if isinstance(notebook, dict) else []
    older = sheets[0].get("worksheets") if sheets else None
    for sheet in [*sheets, *(older if isinstance(older, list) else [])]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        yield from cells if isinstance(cells, list) else []


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        source = ""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    about = cell.get("metadata")
    about = about.get("nbgrader") if isinstance(about, dict) else None
    grade_id = about.get("grade_id") if isinstance(about, dict) else None
    kind = cell.get("cell_type")
    return Cell(
        kind if isinstance(kind, str) else "",
        source.encode(errors="replace").decode(),
        grade_id if isinstance(grade_id, str) else "",
    )


def solution(cells: Sequence[Cell], grade_id: str, function: str) -> str:
    """Find the cell that answers an exercise.

    Parameters
    ----------
    cells : sequence of Cell
        The student's notebook.
    grade_id : str
        The nbgrader id of the exercise's solution cell.
    function : str
        The function that it defines.

    Returns
    -------
    str
        Source of the last code cell with that id (a copied cell carries the id too).
        Where no cell has it, the last code cell that defines the function: some
        editors lose the ids. Empty if there is none.

    Examples
    --------
    >>> cells = [Cell("code", "def f(x): ...", "ex-1"), Cell("code", "f(2)", "")]
    >>> solution(cells, "ex-1", "f"), solution(cells, "ex-2", "f")
    ('def f(x): ...', 'def f(x): ...')
    """
    code = [cell for cell in cells if cell.kind == "code"]
    named = [cell.source for cell in code if cell.grade_id == grade_id]
    defines = re.compile(rf"^def\s+{re.escape(function)}\b", re.MULTILINE)
    other = [cell.source for cell in code if defines.search(cell.source)]
    return (named or other or [""])[-1]


def written(cells: Sequence[Cell], grade_id: str) -> str:
    """Find the text that answers a written question; empty if there is none.

    Examples
    --------
    >>> written([Cell("markdown", "Because.", "ex-w")], "ex-w")
    'Because.'
    """
    found = [cell.source for cell in cells if cell.grade_id == grade_id]
    return (found or [""])[-1]


# Whose, and which


def find_submissions(folder: Path, stems: Sequence[str]) -> list[Submission]:
    """Find every student's submissions in a folder.

    Parameters
    ----------
    folder : Path
        It holds a folder per student, or the ZIPs or files that a learning platform
        exports, with the students' names in the files' names.
    stems : sequence of str
        Stems of the assignments' notebooks, such as ``"05-sparse-features"``.

    Returns
    -------
    list of Submission
        One per student and assignment, the latest, sorted. A notebook of which
        neither name nor content tells the assignment counts for the first of `stems`
        if there is only one, else it is left out.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> find_submissions(Path("nowhere"), ["05-sparse-features"])
    Traceback (most recent call last):
        ...
    FileNotFoundError: no folder nowhere: name one that holds submissions
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}: name one that holds submissions")
    found = [_assigned(each, stems) for each in _everything(folder)]
    latest: dict[tuple[str, str], Submission] = {}
    for each in sorted(_told_apart(found), key=lambda s: (s.time, s.name)):
        if each.assignment:
            latest[each.student, each.assignment] = each
    return [latest[key] for key in sorted(latest)]


def _everything(folder: Path) -> Iterator[Submission]:
    """Yield each notebook below `folder`, those in ZIPs too, following no link."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted(files):
            path = Path(place, name)
            inner = PurePosixPath(*path.relative_to(folder).parts)
            if name.lower().endswith(".ipynb"):
                yield _named(inner, path, path.lstat().st_mtime)
            elif name.lower().endswith(".zip") and not path.is_symlink():
                yield from _zipped(inner, path)


def _zipped(inner: PurePosixPath, path: Path) -> Iterator[Submission]:
    """Yield the notebooks of one ZIP; one that is broken counts as one submission."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()[:MOST_ENTRIES]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        yield _named(inner, path, path.lstat().st_mtime)
        return
    for entry in entries:
        parts = [p for p in re.split(r"[/\\]", entry.filename) if p not in ("", ".")]
        if not entry.filename.lower().endswith(".ipynb") or ".." in parts:
            continue
        if any(part in IGNORED for part in parts):
            continue
        owner = inner.parent / path.stem if _one_student(inner, parts) else inner.parent
        # Seconds enough to tell a later entry from an earlier one.
        time = path.lstat().st_mtime + 1e-9 * _stamp(entry.date_time)
        yield _named(owner.joinpath(*parts), path, time, entry.filename)


def _one_student(inner: PurePosixPath, parts: list[str]) -> bool:
    """Say whether a ZIP's own name tells the student, not the names in it."""
    if len(inner.parts) > 1 or any(p.fullmatch(parts[0]) for p in PLATFORMS):
        return False
    released = len(parts) == 1 or re.match(r"\d\d-", parts[0])
    return bool(released) or any(p.fullmatch(inner.name) for p in PLATFORMS)


def _stamp(date: tuple[int, ...]) -> float:
    year, month, day, hour, minute, second = date
    days = 372 * (year - 1980) + 31 * month + day
    return 86400 * days + 3600 * hour + 60 * minute + second


def _named(
    inner: PurePosixPath, path: Path, time: float, member: str = ""
) -> Submission:
    """Read student and platform's number off the first part of a file's place."""
    first = inner.parts[0]
    student, identity = first, ""
    for platform in PLATFORMS:
        if match := platform.fullmatch(first):
            student, identity = match["student"], match["id"]
            break
    else:
        if len(inner.parts) == 1:
            student = PurePosixPath(first).stem
    return Submission(tidy(student), "", str(inner), path, member, time, identity)


def tidy(name: str) -> str:
    r"""Turn a student's name into one that any file, or a spreadsheet's cell, can bear.

    Examples
    --------
    >>> tidy("../Zoë\n O'Neil"), tidy("=HYPERLINK(1)"), tidy("...")
    ("Zoë O'Neil", 'HYPERLINK(1)', 'nobody')
    """
    name = unicodedata.normalize("NFC", name)
    name = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', " ", name)
    name = re.sub(r"\s+", " ", name).strip(" .=+-@")
    return name[:80].rstrip(" .") or "nobody"


def _told_apart(found: list[Submission]) -> list[Submission]:
    """Add the platform's number to the names of namesakes."""
    pairs = {(each.student, each.identity) for each in found}
    count = Counter(student for student, _ in pairs)
    return [
        replace(each, student=f"{each.student} ({each.identity})")
        if each.identity and count[each.student] > 1
        else each
        for each in found
    ]


def _assigned(each: Submission, stems: Sequence[str]) -> Submission:
    """Say which assignment it answers: by name, else by content."""
    name = PurePosixPath(each.name).name.lower()
    inside = [stem for stem in stems if stem.lower() in name]
    if not inside:
        number = re.search(r"(?<!\d)(\d\d)-", name)
        inside = [s for s in stems if number and s.startswith(number[1] + "-")]
    if not inside and not number:
        inside = _by_content(each.read, stems) or (stems if len(stems) == 1 else [])
    return replace(each, assignment=inside[0] if inside else "")


def _by_content(read: Callable[[], bytes], stems: Sequence[str]) -> list[str]:
    try:
        ids = [cell.grade_id for cell in read_cells(read())]
    except ValueError:
        return []
    votes = {stem: sum(i.startswith(f"ex{stem[:2]}-") for i in ids) for stem in stems}
    best = max(stems, key=lambda stem: votes[stem])
    return [best] if votes[best] else []
