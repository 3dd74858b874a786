"""Which folders are a whole class's: the students' own stand below them.

Whoever unpacks an export gets such a folder: ``Course-Homework-12345`` (Moodle),
``Homework 2 Download Sep 11, 2018 749 PM`` (Brightspace), ``Homework/Abgaben`` (ILIAS),
``assignment_123_export`` (Gradescope), ``05-sparse-features-submissions`` (GitHub
Classroom); a course of nbgrader's has ``submitted``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from aelib.classroom.homework.kinds_of_files import is_notebook, without_suffix
from aelib.classroom.homework.student_names import LONGEST_PART, owner_in

Place = tuple[str, ...]
"""Where a file is: the names of its folders, and its own."""

HOLDS_STUDENTS = re.compile(r"submitted|submissions|abgaben|inbound|.+-submissions")
BESIDE_SUBMITTED = ("source", "release", "autograded", "feedback")  # nbgrader's
TEAM = re.compile(r"Team \d+")
# What platforms call a class's export, as a ZIP or unpacked.
EXPORT = re.compile(
    r"(?:.+-\d{3,}|gradebook_.+|(?:.+[_ ])?submissions|download|(?:.+_)?bulk_download"
    r"|.+ download .+ [ap]m|.+_export|(?:drive-download|.+)-\d{8}t\d{6}z(?:-\d+)*"
    r"|multi_feedback.*|(?:.+_)?abgaben)(?: ?\(\d+\))?",
    re.IGNORECASE,
)
DEEPEST = 8  # parts of a place that are looked at
CLASS_FILES = re.compile(
    r"index\.html|grades\.(?:csv|xlsx?)|status\.(?:csv|xlsx?)|submission_metadata\.yml"
    r"|nbgrader_config\.py|gradebook\.db",
    re.IGNORECASE,
)


def is_export(name: str) -> bool:
    """Say whether a ZIP's or folder's name is one that platforms give a class's."""
    return len(name) <= LONGEST_PART and bool(EXPORT.fullmatch(name))


def is_released(folder: str) -> bool:
    """Say whether a folder is called as an assignment is when it is handed out."""
    return bool(re.match(r"\d\d-", folder))


def is_class_name(name: str) -> bool:
    """Say whether a folder is called as only a class's is."""
    named = HOLDS_STUDENTS.fullmatch(name.lower()) or TEAM.fullmatch(name)
    return bool(named) or is_export(name)


def _is_export_zip(name: str) -> bool:
    return name.lower().endswith(".zip") and is_export(without_suffix(name))


def class_folders(places: Collection[Place], stems: Sequence[str]) -> set[Place]:
    """Return the folders that are a class's, each as its place.

    Parameters
    ----------
    places
        All files of one inbox, or of one ZIP that is a class's.
    stems
        Stems of the course's notebooks.

    Examples
    --------
    >>> class_folders([("HW-123", "Ada_7_assignsubmission_file_", "05.ipynb")], [])
    {('HW-123',)}
    >>> class_folders([("ada", "new", "05.ipynb"), ("bob", "05.ipynb")], [])
    set()
    """
    return set(_class_folders({place[:DEEPEST] for place in places}, tuple(stems)))


def _class_folders(
    places: Collection[Place], stems: tuple[str, ...], above: Place = ()
) -> Iterator[Place]:
    below = _by_first(place for place in places if not is_class_file(place))
    for first, rests in below.items():
        if _is_class_folder(first, rests, stems, alone=len(below) == 1):
            yield (*above, first)
            yield from _class_folders(rests, stems, (*above, first))


def _by_first(places: Collection[Place] | Iterator[Place]) -> dict[str, list[Place]]:
    """Sort places by their first folder; what nbgrader has beside `submitted` goes."""
    below: dict[str, list[Place]] = defaultdict(list)
    for first, *rest in places:
        below[first].append(tuple(rest))
    if "submitted" in below:
        for name in BESIDE_SUBMITTED:
            below.pop(name, None)
    return below


def is_class_file(place: Place) -> bool:
    """Say whether a file lies where the students' folders do, and is no student's."""
    return len(place) == 1 and bool(CLASS_FILES.fullmatch(place[0]))


def _is_work(place: Place) -> bool:
    """Say whether a file is a notebook, a ZIP or in a folder: a stray note is not."""
    name = place[0]
    return len(place) > 1 or is_notebook(name) or name.lower().endswith(".zip")


def _is_class_folder(
    name: str, places: list[Place], stems: tuple[str, ...], *, alone: bool
) -> bool:
    """Say whether a folder is a class's, by its own name and by what is in it.

    A student's own folder may hold anything, even others' names. So the folder must be
    called as a class's is, or stand alone, or hold several students' and nothing else.
    """
    if owner_in(name, stems) or () in places:
        return False
    below = _by_first(place for place in places if _is_work(place))
    owners = {head: owner_in(head, stems) for head in below}
    by_platform = {o.student for o in owners.values() if o and o.platform}
    if not below:
        return False
    if is_export(name) and (by_platform or all(owners.values())):
        return True
    if all(owner and owner.platform for owner in owners.values()):
        return alone or is_class_name(name) or len(by_platform) > 1
    if HOLDS_STUDENTS.fullmatch(name.lower()):
        return all(
            owners[head] or _may_hold_student(name, head, rests)
            for head, rests in below.items()
        )
    return alone and (
        all(map(_is_export_zip, below))
        or any(
            _is_class_folder(head, rests, stems, alone=len(below) == 1)
            for head, rests in below.items()
        )
    )


def _may_hold_student(above: str, name: str, places: list[Place]) -> bool:
    """Say whether what lies in ``submissions`` may be a student's folder, or a ZIP."""
    if () in places:
        return name.lower().endswith(".zip")
    return above.lower().endswith("-submissions") or not is_released(name)
