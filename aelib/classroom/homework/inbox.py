"""Who handed in what: find every student's submissions, whatever they look like.

Whatever cannot be listed, opened or read becomes a submission with its problem, in
words, and costs no other student anything.
"""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aelib.classroom.homework.files import in_words
from aelib.classroom.homework.names import distinct, readable, spelled
from aelib.classroom.homework.remarks import (
    report_left_out,
    report_names,
    report_outweighed,
)
from aelib.classroom.homework.submission import (
    CLAIMED,
    EMPTY,
    EXPORTED,
    NEVER,
    NO_NOTEBOOK,
    OWN,
    Submission,
)
from aelib.classroom.homework.whose import (
    IGNORED,
    belongs_to_one_student,
    is_bare,
    is_notebook,
    is_worth_a_word,
    parts_in_zip,
    student_in,
    without_suffix,
)
from aelib.classroom.homework.zips import Listed, list_zip
from aelib.exercises.cells import read_cells


@dataclass(frozen=True)
class Inbox:
    """What a class's folder holds.

    Attributes
    ----------
    submissions : list of Submission
        One per student and assignment, the latest, sorted.
    left_out : list of Submission
        What counts for nothing, each with its problem: what is no notebook, and what
        can be neither read nor told by its name. Work for another assignment is not
        in it, nor what was handed out.
    """

    submissions: list[Submission]
    left_out: list[Submission]


def find_submissions(
    folder: Path, stems: Sequence[str], report: Callable[[str], object] = str
) -> list[Submission]:
    """Return the submissions of :func:`read_inbox`."""
    return read_inbox(folder, stems, report).submissions


def read_inbox(
    folder: Path, stems: Sequence[str], report: Callable[[str], object] = str
) -> Inbox:
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
    Inbox
        The submissions, and what is left out. A notebook of which neither name nor
        content tells the assignment counts for the first of `stems` if there is only
        one, else it is left out. What cannot be read is a submission too, with the
        reason, and if its own name does not tell the assignment, then its folder's or
        ZIP's name does.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    OSError
        If the folder cannot be listed.

    Examples
    --------
    >>> read_inbox(Path("nowhere"), ["05-sparse-features"])
    Traceback (most recent call last):
        ...
    FileNotFoundError: no folder nowhere: name one that holds submissions
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"no folder {folder}: name one that holds submissions")
    found = [_with_assignment(each, stems) for each in _everything(folder, report)]
    # What is left out names nobody anew: it could make a namesake of somebody.
    left_out = _with_names([e for e in found if e.problem and not e.assignment])
    named = _with_names([e for e in found if e.assignment or not e.problem])
    counted = [each for each in named if each.assignment]
    report_left_out(left_out, counted, report)
    latest: dict[tuple[str, str], Submission] = {}
    for each in sorted(counted, key=_weight):
        latest[each.student, each.assignment] = each
    report_outweighed(counted, latest, report)
    return Inbox([latest[key] for key in sorted(latest)], left_out)


def _weight(each: Submission) -> tuple[bool, int, float, str]:
    """Return what decides which of a student's files counts: the largest does."""
    return each.time > NEVER, each.trust, each.time, each.name


def _everything(
    folder: Path, report: Callable[[str], object] = str
) -> Iterator[Submission]:
    """Yield each notebook below `folder`, those in ZIPs too, following no link."""
    for path, time, problem in _files(folder):
        inner = PurePosixPath(*path.relative_to(folder).parts)
        if problem or is_notebook(path.name):
            yield _submission_at(inner, path, time, problem=problem)
        else:
            yield from _in_zip(inner, path, time, report)


def _files(folder: Path) -> Iterator[tuple[Path, float, str]]:
    """Yield files with their times, and why one, or a folder, is no submission."""
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as why:
            if place == folder:
                raise
            yield place, NEVER, in_words(why, what="folder")
            continue
        for entry in entries:
            path = Path(place, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting += [path] if entry.name not in IGNORED else []
                elif entry.name.lower().endswith(".zip") or is_notebook(entry.name):
                    yield path, entry.stat(follow_symlinks=False).st_mtime, ""
                elif is_worth_a_word(entry.name):
                    yield path, NEVER, NO_NOTEBOOK
            except OSError as why:  # it is gone, or its name too long
                yield path, NEVER, in_words(why)


def _in_zip(
    inner: PurePosixPath, path: Path, time: float, report: Callable[[str], object]
) -> Iterator[Submission]:
    """Yield the notebooks of one ZIP; one that is broken counts as one submission."""
    try:
        files = list(list_zip(path))
    except Exception as why:  # there is no end to what a damaged ZIP brings about
        yield _submission_at(inner, path, time, problem=in_words(why, "ZIP"))
        return
    notebooks = [each for each in files if not each.problem]
    others = [each for each in files if each.problem]
    owned = belongs_to_one_student(inner, [each.parts for each in notebooks])
    if not notebooks and (owned or not others):
        yield _submission_at(inner, path, NEVER, problem=EMPTY)
    elif not owned:
        for each in others:
            place = _place_in(inner, each.parts, is_bare(each.parts))
            yield _submission_at(place, path, NEVER, problem=each.problem)
    found = []
    for each in notebooks:
        own = owned or _is_as_a_student_packs(each, files)
        place = _place_in(inner, each.parts, own)
        # Seconds enough to tell a later entry from an earlier one.
        changed = time + 1e-9 * _stamp(each.entry.date_time)
        one = _submission_at(place, path, changed, each.entry.filename, each.within)
        own = own or one.student == spelled(path.stem)
        found.append(one if own else replace(one, trust=EXPORTED))
    yield from found if owned else _with_less_trust(found)
    report_names(inner, found, owned, report)


def _is_as_a_student_packs(each: Listed, files: list[Listed]) -> bool:
    """Say whether a notebook lies in a ZIP as in one student's, and names nobody.

    ``ada.zip`` and ``bob.zip`` in a class's ZIP are two students'; a lone ``hw.zip`` in
    ``ada.zip`` is Ada's.
    """
    if each.within:
        return len(files) == 1 and is_bare(parts_in_zip(each.within))
    return is_bare(each.parts)


def _place_in(archive: PurePosixPath, parts: list[str], own: bool) -> PurePosixPath:
    """Return a file's place: in a student's ZIP, it is below the ZIP's own name."""
    above = archive.parent / archive.stem if own else archive.parent
    return above.joinpath(*parts)


def _with_less_trust(found: list[Submission]) -> Iterator[Submission]:
    """Trust the names in a ZIP less if a notebook lies in it as a student packs it."""
    mixed = any(each.trust == OWN for each in found)
    for each in found:
        doubtful = mixed and each.trust == EXPORTED
        yield replace(each, trust=CLAIMED) if doubtful else each


def _stamp(date: tuple[int, ...]) -> float:
    year, month, day, hour, minute, second = date
    days = 372 * (year - 1980) + 31 * month + day
    return 86400 * days + 3600 * hour + 60 * minute + second


def _submission_at(
    inner: PurePosixPath,
    path: Path,
    time: float,
    member: str = "",
    within: str = "",
    *,
    problem: str = "",
) -> Submission:
    """Read student and platform's number off the first part of a file's place."""
    first = inner.parts[0]
    stem = without_suffix(first) if len(inner.parts) == 1 else first
    student, identity = student_in(first) or (stem, "")
    name = readable(str(inner))
    return Submission(
        spelled(student),
        "",
        name,
        path,
        member,
        within,
        time=time,
        identity=identity,
        problem=problem,
    )


def _with_names(found: list[Submission]) -> list[Submission]:
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


# Which assignment


def _with_assignment(each: Submission, stems: Sequence[str]) -> Submission:
    """Say which assignment it answers: by the ids in it, else by its name.

    What cannot be read goes by its name and the names above it, and counts for nothing
    where the student has handed in anything better.
    """
    if each.problem == NO_NOTEBOOK:
        return each
    *above, name = PurePosixPath(each.name).parts
    problem, time = each.problem, each.time
    try:
        told = _by_content(each.read(), stems)
        if told is None:
            told = _by_name(name, stems)
    except Exception as why:
        if not _is_meant_as_notebook(each, name):
            return replace(each, problem=NO_NOTEBOOK)
        problem = str(why) if isinstance(why, ValueError) else in_words(why)
        time = NEVER
        named = (_by_name(part, stems) for part in (name, *reversed(above)))
        told = next((stem for stem in named if stem is not None), None)
    if told is None:
        told = stems[0] if len(stems) == 1 else ""
    elif not told:  # another assignment's: its problem is not ours
        problem = ""
    return replace(each, assignment=told, problem=problem, time=time)


def _is_meant_as_notebook(each: Submission, name: str) -> bool:
    """Say whether what cannot be read is a notebook by its name, and no other JSON."""
    plain_json = name.lower().endswith(".json") and ".ipynb" not in name.lower()
    return bool(each.problem) or not plain_json


def _by_name(name: str, stems: Sequence[str]) -> str | None:
    """Return the stem or number that a name has; empty if another's, None if none.

    Neither a date nor a group has such a number: ``2026-10-05-x``, ``Group 01-A``.
    """
    if inside := [stem for stem in stems if stem.lower() in name.lower()]:
        return inside[0]
    number = re.search(r"(?<!\d)(?<!\d-)(\d\d)-(?=[a-z]{3})", name)
    if number is None:
        return None
    return _stem_of(number[1], stems)


def _by_content(data: bytes, stems: Sequence[str]) -> str | None:
    """Return the stem whose ids are in a notebook; empty if another's, None if none."""
    ids = (re.match(r"ex(\d\d)-", cell.grade_id) for cell in read_cells(data))
    votes = Counter(each[1] for each in ids if each)
    return _stem_of(votes.most_common(1)[0][0], stems) if votes else None


def _stem_of(number: str, stems: Sequence[str]) -> str:
    return next((stem for stem in stems if stem.startswith(f"{number}-")), "")
