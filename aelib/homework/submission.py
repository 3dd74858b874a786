"""Read what students handed in: files that may be broken, huge or hostile.

A notebook is read as text and plain JSON, never executed here. Of a ZIP, entries are
read into memory one by one and nothing is unpacked, so that ``..``, links and bombs
have nowhere to go. Whatever cannot be listed, opened or read becomes a submission with
its problem, in words, and costs no other student anything.
"""

from __future__ import annotations

import copy
import json
import os
import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from aelib.homework.names import distinct, readable, spelled, tidy

if TYPE_CHECKING:
    from nbformat import NotebookNode

LARGEST = 20 * 2**20  # bytes of a notebook; an honest one of this course has 2 MB
MOST_ENTRIES = 20_000  # of a ZIP
LONGEST_PART = 255  # characters of a file's name; in a ZIP it may have 65,535
IGNORED = (".ipynb_checkpoints", "__MACOSX")
NEVER = float("-inf")  # the time of what counts only where there is nothing else
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
        ),
    )
)
BY_HAND = tuple(
    map(
        re.compile,
        (
            # ada_05-sparse-features.ipynb
            r"(?P<student>[^/]+?)(?P<id>)[_ ]+(?P<rest>\d\d-.+)",
            # 05-sparse-features_ada.ipynb
            r"(?P<rest>\d\d-[^_/]+)_(?P<student>[^/]+?)(?P<id>)(?:\.ipynb|\.zip)?",
        ),
    )
)
# Moodle's and Blackboard's names of a whole class's ZIP: Course-Assignment-12345.zip
EXPORT = re.compile(r".+-\d{3,}(?: ?\(\d+\))?|gradebook_.+", re.IGNORECASE)

# How far a place tells whose a submission is.
OWN, EXPORTED, CLAIMED = 2, 1, 0


class Unreadable(ValueError):
    """Why a file cannot be read, in words for the student who handed it in."""


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
        The student's name, fit to be a file's name, and no other student's.
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
    problem : str
        Why it cannot be read, where that is known already.
    trust : int
        :data:`OWN` where a name outside of any ZIP tells the student,
        :data:`EXPORTED` where only a name in a class's ZIP does, :data:`CLAIMED`
        where that ZIP looks like one student's.
    """

    student: str
    assignment: str
    name: str
    path: Path
    member: str = ""
    time: float = 0.0
    identity: str = ""
    problem: str = ""
    trust: int = OWN

    def read(self) -> bytes:
        """Return the notebook's bytes.

        Returns
        -------
        bytes
            At most :data:`LARGEST`.

        Raises
        ------
        Unreadable
            If it is a link, no plain file, too large, damaged, or cannot be read:
            whatever is wrong with it, nothing else is raised.
        """
        if self.problem:
            raise Unreadable(self.problem)
        try:
            if self.member:
                return _read_member(self.path, self.member)
            return _read_file(self.path)
        except Exception as why:  # there is no end to what a damaged file brings about
            raise Unreadable(_in_words(why, "ZIP" if self.member else "file")) from why


# Files


def _opened(path: Path) -> IO[bytes]:
    """Open a plain file: a link leads elsewhere, and a pipe would never end."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Unreadable("The file is a link or a device, not a notebook or a ZIP.")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


def _read_file(path: Path) -> bytes:
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise Unreadable(_too_large(size))
        return _at_most(file)


def _read_member(path: Path, member: str) -> bytes:
    with _opened(path) as whole, zipfile.ZipFile(whole) as archive:
        about = archive.getinfo(member)
        if stat.S_ISLNK(about.external_attr >> 16):
            raise Unreadable("The ZIP holds a link, not a notebook.")
        if about.flag_bits & 1:
            raise Unreadable(
                "The ZIP is locked with a password: hand in one that is not."
            )
        if about.file_size > LARGEST:
            raise Unreadable(_too_large(about.file_size))
        if about.compress_type == zipfile.ZIP_BZIP2:
            return _bunzipped(archive, about)
        with archive.open(about) as file:
            return _at_most(file)


def _bunzipped(archive: zipfile.ZipFile, about: zipfile.ZipInfo) -> bytes:
    """Unpack bzip2 up to a limit: a hundred bytes of it may be gigabytes."""
    import bz2  # some Pythons are built without it

    packed = copy.copy(about)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, about.compress_size
    packed.CRC = None
    with archive.open(packed) as file:
        unpacker = bz2.BZ2Decompressor()
        data = unpacker.decompress(_at_most(file), LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(_too_large(len(data)))
    if not unpacker.eof or zlib.crc32(data) != about.CRC:
        raise zipfile.BadZipFile
    return data


def _at_most(file: IO[bytes]) -> bytes:
    """Read a file whose size may be a lie, little by little: LZMA is unpacked whole."""
    data = bytearray()
    while part := file.read(4096):
        data += part
        if len(data) > LARGEST:
            raise Unreadable(_too_large(len(data)))
    return bytes(data)


def _too_large(size: int) -> str:
    return (
        f"The file has more than {LARGEST // 2**20} MB ({size / 2**20:.0f}): clear the "
        "outputs, save and hand in again."
    )


def _in_words(why: Exception, what: str = "file") -> str:
    """Say in words for the student why a file, a folder or a ZIP cannot be read."""
    kind = type(why)
    if isinstance(why, Unreadable):
        return str(why)
    if isinstance(why, FileNotFoundError):
        return f"The {what} is gone: it was still here when the folder was listed."
    if what != "ZIP" or (isinstance(why, OSError) and why.errno):
        return f"The {what} cannot be read ({kind.__name__})."
    if isinstance(why, NotImplementedError):
        return (
            "The ZIP is packed in a way that cannot be unpacked here: pack it anew as "
            "a plain ZIP, or hand in the notebook itself."
        )
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return (
        f"The ZIP is damaged ({module}{kind.__name__}): pack it anew, see that it "
        "opens, and hand it in again."
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


def find_submissions(
    folder: Path, stems: Sequence[str], report: Callable[[str], object] = str
) -> list[Submission]:
    """Find every student's submissions in a folder.

    The outermost name that tells a student says whose a notebook is: the name of a
    folder at the top of `folder`, or of a file there. So a ZIP in a student's folder,
    or one whose own name has a student in it, is that student's, whatever names stand
    within: only the student can have put them there.

    A ZIP at the top whose name tells no student, such as ``submissions.zip``, is
    taken for a class's export, and the names in it tell the students. Since it might
    be one student's all the same (``eve.zip``), `report` is told, and the names in it
    have less weight: nothing in it replaces what lies outside of it under the same
    student's name. Folders of the same name in two such ZIPs are two students', unless
    they are for different assignments or have a platform's number.

    One kind of name is ambiguous. ``ada_05-sparse-features.zip`` is Ada's, but Moodle
    may call the export of a course ``ML 05-sparse-features-12345.zip``. Such a ZIP
    counts as a class's only if its name ends as platforms end an export's and every
    notebook in it has a platform's number.

    Parameters
    ----------
    folder : Path
        It holds a folder per student, or the ZIPs or files that a learning platform
        exports, with the students' names in the files' names.
    stems : sequence of str
        Stems of the assignments' notebooks, such as ``"05-sparse-features"``.
    report : callable
        Gets a sentence about each thing that the instructor should look at: ZIPs that
        are taken for a class's, or hold others' names, and what is left out.

    Returns
    -------
    list of Submission
        One per student and assignment, the latest, sorted. A notebook of which
        neither name nor content tells the assignment counts for the first of `stems`
        if there is only one, else it is left out. What cannot be read is here too,
        with the reason, and if its own name does not tell the assignment, then its
        folder's or ZIP's name does.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    OSError
        If the folder cannot be listed.

    Examples
    --------
    >>> find_submissions(Path("nowhere"), ["05-sparse-features"])
    Traceback (most recent call last):
        ...
    FileNotFoundError: no folder nowhere: name one that holds submissions
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}: name one that holds submissions")
    found = [_assigned(each, stems) for each in _everything(folder, report)]
    _report_left_out(found, report)
    counted = [each for each in _told_apart(found) if each.assignment]
    latest: dict[tuple[str, str], Submission] = {}
    for each in sorted(counted, key=_weight):
        latest[each.student, each.assignment] = each
    _report_outweighed(counted, latest, report)
    return [latest[key] for key in sorted(latest)]


def _weight(each: Submission) -> tuple[bool, int, float, str]:
    """Return what decides which of a student's files counts: the largest does."""
    return each.time > NEVER, each.trust, each.time, each.name


def _everything(
    folder: Path, report: Callable[[str], object] = str
) -> Iterator[Submission]:
    """Yield each notebook below `folder`, those in ZIPs too, following no link."""
    for path, time, problem in _files(folder):
        inner = PurePosixPath(*path.relative_to(folder).parts)
        if problem or not path.name.lower().endswith(".zip"):
            yield _named(inner, path, time, problem=problem)
        else:
            yield from _zipped(inner, path, time, report)


def _files(folder: Path) -> Iterator[tuple[Path, float, str]]:
    """Yield notebooks and ZIPs with their times, and folders that cannot be listed."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as why:
            if place == folder:
                raise
            yield place, NEVER, _in_words(why, what="folder")
            continue
        for entry in entries:
            path = Path(place, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [path] if entry.name not in IGNORED else []
                elif entry.name.lower().endswith((".ipynb", ".zip")):
                    yield path, entry.stat(follow_symlinks=False).st_mtime, ""
            except OSError as why:  # it is gone, or its name too long
                yield path, NEVER, _in_words(why)


def _zipped(
    inner: PurePosixPath, path: Path, time: float, report: Callable[[str], object]
) -> Iterator[Submission]:
    """Yield the notebooks of one ZIP; one that is broken counts as one submission."""
    try:
        with _opened(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()[:MOST_ENTRIES]
    except Exception as why:  # there is no end to what a damaged ZIP brings about
        yield _named(inner, path, time, problem=_in_words(why, "ZIP"))
        return
    notebooks = [(e, parts) for e in entries if (parts := _parts(e.filename))]
    owned = _is_one_students(inner, [parts for _, parts in notebooks])
    if owned and not notebooks:
        yield _named(inner, path, NEVER, problem="The ZIP holds no notebook (.ipynb).")
    found = []
    for entry, parts in notebooks:
        own = owned or _is_bare(parts)
        place = (inner.parent / path.stem if own else inner.parent).joinpath(*parts)
        # Seconds enough to tell a later entry from an earlier one.
        changed = time + 1e-9 * _stamp(entry.date_time)
        each = _named(place, path, changed, entry.filename)
        own = own or each.student == spelled(path.stem)
        found.append(each if own else replace(each, trust=EXPORTED))
    yield from found if owned else _doubted(found)
    _report_names(inner, found, owned, report)


def _doubted(found: list[Submission]) -> Iterator[Submission]:
    """Trust the names in a ZIP less if a notebook lies in it as a student packs it."""
    mixed = any(each.trust == OWN for each in found)
    for each in found:
        doubtful = mixed and each.trust == EXPORTED
        yield replace(each, trust=CLAIMED) if doubtful else each


def _parts(filename: str) -> list[str]:
    """Return the parts of a notebook's place in a ZIP; none of what is left alone."""
    parts = [part for part in re.split(r"[/\\]", filename) if part not in ("", ".")]
    if not filename.lower().endswith(".ipynb") or ".." in parts:
        return []
    return [] if any(part in IGNORED for part in parts) else parts


def _is_bare(parts: list[str]) -> bool:
    """Say whether a place in a ZIP is that of a notebook as it was handed out."""
    released = len(parts) == 1 or re.match(r"\d\d-", parts[0])
    return bool(released) and not _whose(parts[0])


def _is_one_students(inner: PurePosixPath, places: list[list[str]]) -> bool:
    """Say whether a ZIP's own place tells the student, whatever names stand in it."""
    if len(inner.parts) > 1 or _matched(inner.name, PLATFORMS):
        return True
    if not _matched(inner.name, BY_HAND):
        return False
    numbered = all(_matched(parts[0], PLATFORMS) for parts in places)
    return not (places and numbered and EXPORT.fullmatch(inner.stem))


def _stamp(date: tuple[int, ...]) -> float:
    year, month, day, hour, minute, second = date
    days = 372 * (year - 1980) + 31 * month + day
    return 86400 * days + 3600 * hour + 60 * minute + second


def _matched(name: str, patterns: Iterable[re.Pattern[str]]) -> re.Match[str] | None:
    """Match a name; one that no file can have was made to keep us busy for minutes."""
    if len(name) > LONGEST_PART:
        return None
    return next((m for each in patterns if (m := each.fullmatch(name))), None)


def _whose(name: str) -> tuple[str, str] | None:
    """Return the student and the platform's number that a name tells, if it does."""
    match = _matched(name, (*PLATFORMS, *BY_HAND))
    return (match["student"], match["id"]) if match else None


def _named(
    inner: PurePosixPath,
    path: Path,
    time: float,
    member: str = "",
    *,
    problem: str = "",
) -> Submission:
    """Read student and platform's number off the first part of a file's place."""
    first = inner.parts[0]
    stem = re.sub(r"(?i)\.(ipynb|zip)$", "", first) if len(inner.parts) == 1 else first
    student, identity = _whose(first) or (stem, "")
    name = readable(str(inner))
    return Submission(spelled(student), "", name, path, member, time, identity, problem)


def _told_apart(found: list[Submission]) -> list[Submission]:
    """Give the students names of their own, fit to be files' names."""
    found = _by_archive(found)
    names = distinct((each.student, each.identity) for each in found)
    return [replace(each, student=names[each.student, each.identity]) for each in found]


def _by_archive(found: list[Submission]) -> list[Submission]:
    """Keep apart the work in folders of one name that lie in several ZIPs.

    A folder ``homework`` in ``ada.zip`` and in ``bob.zip`` is not one student's.
    """
    archives = defaultdict(set)
    for each in found:
        if each.trust != OWN and not each.identity:
            archives[each.student, each.assignment].add(each.path)
    return [
        replace(each, identity=spelled(each.path.stem))
        if each.trust != OWN
        and not each.identity
        and len(archives[each.student, each.assignment]) > 1
        else each
        for each in found
    ]


def _assigned(each: Submission, stems: Sequence[str]) -> Submission:
    """Say which assignment it answers: by name, else by content.

    What cannot be read goes by the names above it, and counts for nothing where the
    student has handed in anything better.
    """
    *above, name = PurePosixPath(each.name).parts
    told = _by_name(name, stems)
    problem, time = each.problem, each.time
    if told is None:
        try:
            told = _by_content(each.read(), stems)
        except Exception as why:
            problem = str(why) if isinstance(why, ValueError) else _in_words(why)
            time = NEVER
            named = (_by_name(part, stems) for part in reversed(above))
            told = next((stem for stem in named if stem is not None), None)
    if told is None:
        told = stems[0] if len(stems) == 1 else ""
    elif not told:  # another assignment's: its problem is not ours
        problem = ""
    return replace(each, assignment=told, problem=problem, time=time)


def _by_name(name: str, stems: Sequence[str]) -> str | None:
    """Return whose stem or number a name has; empty if another's, None if none."""
    if inside := [stem for stem in stems if stem.lower() in name.lower()]:
        return inside[0]
    number = re.search(r"(?<!\d)(\d\d)-", name)
    if number is None:
        return None
    return next((s for s in stems if s.startswith(f"{number[1]}-")), "")


def _by_content(data: bytes, stems: Sequence[str]) -> str | None:
    ids = [cell.grade_id for cell in read_cells(data)]
    votes = {stem: sum(i.startswith(f"ex{stem[:2]}-") for i in ids) for stem in stems}
    best = max(stems, key=lambda stem: votes[stem], default=None)
    return best if best and votes[best] else None


# What the instructor should look at


def _report_names(
    inner: PurePosixPath,
    found: list[Submission],
    owned: bool,
    report: Callable[[str], object],
) -> None:
    """Say how a ZIP was taken, where the names in it might say otherwise."""
    if owned:
        inside = {_parts(each.member)[0] for each in found}
        others = {m["student"] for name in inside if (m := _matched(name, PLATFORMS))}
        others = {tidy(other) for other in others} - {tidy(e.student) for e in found}
        if others:
            report(
                f"{readable(str(inner))} counts as the work of {tidy(found[0].student)}"
                f" alone, for its own name or folder says so; the names of "
                f"{_some(others)} stand in it. If it is a whole class's, rename it."
            )
    elif students := {e.student for e in found if e.trust != OWN}:
        report(
            f"{readable(str(inner))} is taken for a whole class's, for its own name "
            f"tells no student: work of {_some(map(tidy, students))} is in it. If it "
            "is one student's, put it into a folder with that student's name."
        )


def _report_left_out(found: list[Submission], report: Callable[[str], object]) -> None:
    left = {f"{e.name} ({e.problem})" for e in found if e.problem and not e.assignment}
    if left:
        report(
            f"Left out, for they cannot be read and their names do not tell the "
            f"assignment: {_some(left)}"
        )


def _report_outweighed(
    counted: list[Submission],
    latest: dict[tuple[str, str], Submission],
    report: Callable[[str], object],
) -> None:
    """Say which later work in a class's ZIP does not count."""
    lost = defaultdict(set)
    for each in counted:
        best = latest[each.student, each.assignment]
        if each.trust < best.trust and each.time > best.time > NEVER:
            lost[readable(each.path.name)].add(each.student)
    for archive, students in lost.items():
        report(
            f"Later work in {archive} does not count, for other files have these "
            f"students' names outside of it: {_some(students)}"
        )


def _some(names: Iterable[str], most: int = 5) -> str:
    """List the first few of many names."""
    ordered = sorted(set(names))
    more = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {more} more" if more > 0 else "")
