"""Collect whatever lies in an inbox: each notebook, with whom its place tells."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aelib.classroom.homework.class_folders import (
    BESIDE_SUBMITTED,
    class_folders,
    is_class_file,
    is_class_name,
    is_export,
    is_released,
)
from aelib.classroom.homework.files import LARGEST, in_words, read_file, read_member
from aelib.classroom.homework.gradescope import METADATA, names_of_folders
from aelib.classroom.homework.kinds_of_files import (
    is_ignored,
    is_notebook,
    is_worth_a_word,
    without_suffix,
)
from aelib.classroom.homework.namesakes import Person
from aelib.classroom.homework.remarks import report_names, report_others
from aelib.classroom.homework.safe_names import compose, decode_name
from aelib.classroom.homework.student_names import Owner, owner_in
from aelib.classroom.homework.submission import (
    CLAIMED,
    EMPTY,
    EXPORTED,
    NEVER,
    NO_NOTEBOOK,
    OWN,
    TOO_MUCH,
    Submission,
    Trust,
)
from aelib.classroom.homework.zips import Listed, Place, list_zip

Report = Callable[[str], object]
MOST_OF_A_STUDENT = 10 * LARGEST  # bytes of the notebooks in a student's own ZIP


def collect(
    folder: Path, stems: Sequence[str], report: Report = str
) -> Iterator[Submission]:
    """Yield each notebook below `folder`, those in ZIPs too, following no link.

    What is none, or cannot be opened, is yielded with its problem.
    """
    files = [(path.relative_to(folder).parts, *more) for path, *more in _files(folder)]
    inside = _Layout([place for place, *_ in files], stems)
    inside.read_metadata(lambda place: read_file(folder.joinpath(*place)))
    others: dict[str, set[str]] = defaultdict(set)
    doubtful: dict[str, list[Submission]] = defaultdict(list)
    for place, time, problem in files:
        path = folder.joinpath(*place)
        if inside.is_nobodys(place):
            continue
        if problem or is_notebook(place[-1]):
            one = inside.submission(place, path, time, problem=problem)
            if other := inside.name_below(place):
                others[one.person.written].add(other)
            if one.trust < (OWN, 0):
                doubtful[f"The folder {place[0]}"].append(one)
            yield one
        else:
            yield from _in_zip(_Zip(place, path, time), inside, report)
    report_others(others, report)
    for name, students in doubtful.items():
        report_names(name, students, report)


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
                    waiting += [] if is_ignored(entry.name) else [path]
                elif entry.name.lower().endswith(".zip") or is_notebook(entry.name):
                    yield path, entry.stat(follow_symlinks=False).st_mtime, ""
                elif is_worth_a_word(entry.name):
                    yield path, NEVER, NO_NOTEBOOK
            except OSError as why:  # it is gone, or its name too long
                yield path, NEVER, in_words(why)


class _Layout:
    """How the files of one inbox, or of one class's ZIP, are ordered by students."""

    def __init__(self, places: Collection[Place], stems: Sequence[str]) -> None:
        self.places = places
        self.stems = stems
        self.class_folders = class_folders(places, stems)
        self.alone = len({place[0] for place in places}) == 1
        self.names: dict[Place, str] = {}  # of Gradescope's folders

    def read_metadata(self, read: Callable[[Place], bytes]) -> None:
        """Read who stands behind Gradescope's folders."""
        for place in self.places:
            if place[-1] == METADATA and self._depth(place) == len(place) - 1:
                try:
                    text = read(place).decode(errors="replace")
                except Exception:  # damaged: then the folders' own names count
                    continue
                for name, students in names_of_folders(text).items():
                    self.names[(*place[:-1], name)] = students

    def _depth(self, place: Place) -> int:
        """Return how many folders of a place are the class's."""
        depth = 0
        while depth < len(place) - 1 and place[: depth + 1] in self.class_folders:
            depth += 1
        return depth

    def is_nobodys(self, place: Place) -> bool:
        """Say whether a file is the platform's, about the whole class."""
        depth = self._depth(place)
        if is_class_file(place[depth:]):
            return True
        beside = (*place[:depth], "submitted") in self.class_folders
        return beside and place[depth] in BESIDE_SUBMITTED

    def owner(self, place: Place) -> Owner:
        """Return whom a place tells: the outermost name below the class's folders."""
        depth = self._depth(place)
        first = place[depth]
        if student := self.names.get(place[: depth + 1]):
            return Owner(student, platform=True)
        if depth and place[depth - 1].lower().endswith("-submissions"):
            repositories = place[depth - 1][: -len("submissions")]
            if first.startswith(repositories) and first != repositories:
                return Owner(first.removeprefix(repositories))
        stem = without_suffix(first) if len(place) == depth + 1 else first
        return owner_in(first, self.stems) or Owner(stem)

    def tells_student(self, place: Place) -> bool:
        """Say whether a ZIP's place tells one student, whatever names stand in it."""
        depth = self._depth(place)
        return len(place) > depth + 1 or owner_in(place[depth], self.stems) is not None

    def name_below(self, place: Place) -> str:
        """Return another's name, by a platform, in a student's folder."""
        depth = self._depth(place)
        below = owner_in(place[depth + 1]) if len(place) > depth + 1 else None
        if below is None or not below.platform:
            return ""
        return "" if below.student == self.owner(place).student else below.student

    def trust(self, place: Place) -> Trust:
        """Return how far the folders above a place are surely a class's."""
        above = place[: self._depth(place)]
        sure = self.alone or all(map(is_class_name, above))
        return (OWN if sure else EXPORTED), 0

    def submission(
        self,
        place: Place,
        path: Path,
        time: float,
        listed: Listed | None = None,
        *,
        problem: str = "",
    ) -> Submission:
        """Return what lies at a place."""
        owner, depth = self.owner(place), self._depth(place)
        if owner.time is not None and time > NEVER:
            time = owner.time + (_seconds(listed) if listed else 0)
        return Submission(
            Person(compose(owner.student), compose(owner.number)),
            decode_name(str(PurePosixPath(*place))),
            path,
            listed.entry.filename if listed else "",
            listed.within if listed else "",
            time=time,
            folder=place[depth + 1] if len(place) > depth + 2 else "",
            upload=owner.upload,
            problem=problem,
            trust=self.trust(place),
        )


# ZIPs


@dataclass(frozen=True)
class _Zip:
    """A ZIP in an inbox: its place, its path, when it was changed last."""

    place: Place
    path: Path
    time: float

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return without_suffix(self.place[-1])


def _in_zip(archive: _Zip, outside: _Layout, report: Report) -> Iterator[Submission]:
    """Yield the notebooks of one ZIP; one that is broken counts as one submission."""
    place, path = archive.place, archive.path
    try:
        files = list(list_zip(path))
    except Exception as why:  # there is no end to what a damaged ZIP brings about
        problem = in_words(why, "ZIP")
        yield outside.submission(place, path, archive.time, problem=problem)
        return
    owned = outside.tells_student(place) and not _may_be_export(archive, outside, files)
    if owned:
        files = [each for each in files if not each.problem]
    if not files:
        yield outside.submission(place, path, NEVER, problem=EMPTY)
    elif owned and sum(e.entry.file_size for e in files) > MOST_OF_A_STUDENT:
        yield outside.submission(place, path, archive.time, problem=TOO_MUCH)
    elif owned:
        yield from _in_a_student_s_zip(archive, outside, files, report)
    else:
        yield from _in_a_class_s_zip(archive, outside, files, report)


def _may_be_export(archive: _Zip, layout: _Layout, files: list[Listed]) -> bool:
    """Say whether a name as by hand, ``ML 05-x-12345.zip``, is that of an export."""
    owner = owner_in(archive.place[-1], layout.stems)
    owners = [owner_in(each.place[0]) for each in files if not each.problem]
    by_platform = all(owner and owner.platform for owner in owners)
    by_hand = owner is not None and not owner.platform
    return bool(by_hand and owners and by_platform and is_export(archive.stem))


def _in_a_student_s_zip(
    archive: _Zip, layout: _Layout, notebooks: list[Listed], report: Report
) -> Iterator[Submission]:
    """Yield what a ZIP holds whose own name tells the student: all is that one's."""
    found = [_in_own_name(each, archive, layout) for each in notebooks]
    owners = [owner_in(each.place[0]) for each in notebooks]
    names = {owner.student for owner in owners if owner and owner.platform}
    report_others({found[0].person.written: names}, report, archive.path.name)
    yield from found


def _in_a_class_s_zip(
    archive: _Zip, outside: _Layout, files: list[Listed], report: Report
) -> Iterator[Submission]:
    """Yield what a ZIP holds whose own name tells no student.

    It might be one student's all the same. Then it holds a notebook as it was handed
    out, or is called as no export is, or holds fewer students than a class's.
    """
    inside = _Layout([each.place for each in files], outside.stems)
    entries = {each.place: each.entry.filename for each in files}
    inside.read_metadata(lambda place: read_member(archive.path, entries[place]))
    found = [
        _in_own_name(each, archive, outside)
        if _is_as_a_student_packs(each, files, inside)
        else _in_member_s_name(each, archive, inside)
        for each in files
        if not inside.is_nobodys(each.place)
    ]
    student = compose(archive.stem)
    own = [each for each in found if each.person.written == student]
    others = [each for each in found if each.person.written != student]
    sure = is_export(archive.stem) and not outside.tells_student(archive.place)
    level = EXPORTED if sure and all(each.problem for each in own) else CLAIMED
    trust = level, len({each.person for each in others})
    yield from own
    yield from (replace(each, trust=trust) for each in others)
    report_names(archive.path.name, [e for e in others if not e.problem], report)


def _in_own_name(each: Listed, archive: _Zip, layout: _Layout) -> Submission:
    """Return a member as the work of whom the ZIP's own place tells."""
    place = (*archive.place[:-1], archive.stem, *each.place)
    return _member(each, archive, layout, place)


def _in_member_s_name(each: Listed, archive: _Zip, layout: _Layout) -> Submission:
    """Return a member as the work of whom its own place in the ZIP tells."""
    one = _member(each, archive, layout, each.place)
    if one.person.number:
        return one
    return replace(one, person=replace(one.person, archive=compose(archive.stem)))


def _member(each: Listed, archive: _Zip, layout: _Layout, place: Place) -> Submission:
    if each.problem:
        return layout.submission(place, archive.path, NEVER, problem=each.problem)
    time = archive.time + _seconds(each)
    return layout.submission(place, archive.path, time, each)


def _is_as_a_student_packs(each: Listed, files: list[Listed], inside: _Layout) -> bool:
    """Say whether a file lies in a ZIP as in one student's, and names nobody.

    ``ada.zip`` and ``bob.zip`` in a class's ZIP are two students'; a lone ``hw.zip`` in
    ``ada.zip`` is Ada's.
    """
    if each.within and len(files) > 1:
        return False
    first, *more = each.inner or each.place
    if (first,) in inside.class_folders or owner_in(first, inside.stems):
        return False
    return not more or is_released(first)


def _seconds(each: Listed) -> float:
    """Return seconds enough to tell a later entry of a ZIP from an earlier one."""
    year, month, day, hour, minute, second = each.entry.date_time
    days = 372 * (year - 1980) + 31 * month + day
    return 1e-9 * (86400 * days + 3600 * hour + 60 * minute + second)
