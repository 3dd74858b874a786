"""Whose a file is: the student in the names that platforms, students and teachers give.

Each pattern stands with an example and with where the form of the name comes from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

LONGEST_PART = 255  # characters of a file's name; in a ZIP it may have 65,535
SUFFIX = r"(?i:\.zip|\.ipynb(?:\.txt|\.json)?|\.json)"
COPY_OF = re.compile(r"(?:(?:Copy of|Kopie von|Copie de|Copia de|Cópia de) )+")

PLATFORMS = (
    # Moodle: Ada Lovelace_1234_assignsubmission_file_05-sparse.ipynb
    r"(?P<student>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+_?.*",
    # Canvas, graded blindly: LATE_anon_x7Ab2_5678_05-sparse.ipynb
    # (instructure/canvas-lms, lib/content_zipper.rb: get_filename)
    r"(?:LATE_)?(?P<student>anon_[0-9A-Za-z]+)_(?P<upload>\d+_.+)",
    # Canvas: lovelaceada_LATE_1234_5678_05-sparse-2.ipynb (the same file)
    r"(?!\d\d-)(?P<student>[^/]+?)_(?:LATE_)?(?P<number>\d+)_(?P<upload>\d+_.+)",
    # Blackboard: Homework_a_smith_attempt_2026-01-31-23-59-59_05-sparse.ipynb
    # (kwurst/bb-file-cleanup, README.md)
    r"[^_/]+_(?P<student>[^/]+?)_attempt_(?P<date>[\d-]+)(?:_.*|\.txt)?",
    # Brightspace: 12345-67890 - Ada Lovelace - Sep 29, 2015 417 PM[ - 05.ipynb]
    # (cgmb/d2lmf, d2lmf/d2lmf.py: parse_submission_dirname). Its numbers are not the
    # student's own.
    r"\d+-\d+ - (?P<student>[^/]+?) - (?P<date>[^/]*?\d{4}[^/]*?[AP]M)(?: - .+)?",
    # Sakai: Lovelace, Ada(ada1)
    # (sakaiproject/sakai, AssignmentServiceImpl.java: zipSubmissions)
    r"(?P<student>[^/(),]+, [^/()]*[^/() ])\((?P<number>[^/() ]+)\)",
    # ILIAS: Lovelace_Ada_ada1_4711
    # (ILIAS-eLearning/ILIAS, SubmissionManager.php: getDirectoryNameFromUserData)
    r"(?P<last>[^\W\d_]+)_(?P<first>[^\W\d_]+)_[^_/]+_(?P<number>\d{2,})",
    # Gradescope: submission_12345678, whose student another file there tells
    r"(?P<student>submission_\d+)",
    # nbgrader's exchange: ada+05-sparse+2026-01-31 23:59:59.123456 UTC+x7Ab
    # (jupyter/nbgrader, nbgrader/exchange/default/collect.py)
    r"(?P<student>[^/]+)\+[^+/]+\+(?P<date>\d{4}-\d\d-\d\d [^+/]+ UTC)(?:\+[^+/]*)?",
)
BY_HAND = (
    # Google Classroom: Ada Lovelace - 05-sparse-features.ipynb
    r"(?P<student>[^/]+?) - {copy}?{assignment}.*",
    # ada_05-sparse-features.ipynb
    r"(?P<student>[^/]+?)[_ ]+{assignment}.*",
    # 05-sparse-features_ada.ipynb, and as browsers save it again: … (1).ipynb
    r"{assignment}[^_/]*_(?P<student>[^/]+?)(?: \(\d+\))?{suffix}?",
    # GitHub Classroom, a folder: 05-sparse-features-ada
    # (github/gh-classroom, clone/student-repos/student-repos.go)
    r"{stem}-(?P<student>(?!submissions$)(?!.*{suffix}$)[^/]*[^\W\d][^/]*)",
)
ANY_ASSIGNMENT = r"\d\d-[a-z]{3}"
DATES = (
    "%Y-%m-%d-%H-%M-%S",
    "%b %d, %Y %I:%M %p",
    "%B %d, %Y %I:%M %p",
    "%d %B, %Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S.%f UTC",
    "%Y-%m-%d %H:%M:%S UTC",
)


@dataclass(frozen=True)
class Owner:
    """The student whom a name tells.

    Attributes
    ----------
    student
        The student's name, as it is written there.
    number
        The platform's number of the student, which tells namesakes apart. Moodle's is
        another for each assignment.
    time
        When it was handed in, in seconds since 1970, where the name says so.
    upload
        The platform's number of the upload and what follows it: of two, the later in
        natural order was handed in later.
    platform
        Whether a platform has made the name, and no hand.
    """

    student: str
    number: str = ""
    time: float | None = None
    upload: str = ""
    platform: bool = False


def owner_in(name: str, stems: Sequence[str] = ()) -> Owner | None:
    """Return whom a file's or folder's name tells; None where it tells nobody.

    A name by hand tells a student only beside an assignment of `stems`, lest ``Group
    01-A`` and ``Group 02-B`` be one; of any assignment where there are none.

    Examples
    --------
    >>> owner_in("Ada_1234_assignsubmission_file_05.ipynb")
    Owner(student='Ada', number='1234', time=None, upload='', platform=True)
    >>> owner_in("Copy of ada_05-sparse.ipynb", ["05-sparse-features"]).student
    'ada'
    """
    # One that no file can have was made to keep us busy for minutes.
    if len(name) > LONGEST_PART:
        return None
    name = COPY_OF.sub("", name, count=1) if COPY_OF.match(name) else name
    for pattern in _platforms():
        if match := pattern.fullmatch(name):
            return _owner(match, platform=True)
    for pattern in _by_hand(tuple(stems)):
        if match := pattern.fullmatch(name):
            return _owner(match, platform=False)
    return None


@lru_cache
def _platforms() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in PLATFORMS]


@lru_cache
def _by_hand(stems: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Compile the patterns for a course; an assignment goes by its first two words."""
    begun = [re.escape("-".join(stem.split("-")[:2])) for stem in stems]
    parts = {
        "assignment": f"(?i:{'|'.join(begun)})" if stems else ANY_ASSIGNMENT,
        "stem": f"(?:{'|'.join(map(re.escape, stems))})" if stems else r"(?!)",
        "suffix": SUFFIX,
        "copy": f"(?:{COPY_OF.pattern})",
    }
    return [re.compile(pattern.format(**parts)) for pattern in BY_HAND]


def _owner(match: re.Match[str], *, platform: bool) -> Owner:
    groups = match.groupdict()
    student = groups.get("student") or f"{groups['last']}, {groups['first']}"
    return Owner(
        student,
        groups.get("number") or "",
        time_in(groups.get("date") or ""),
        groups.get("upload") or "",
        platform,
    )


def tells_nobody(written: str) -> bool:
    """Say whether what stands for a student's name is an assignment's, or a copy's."""
    return bool(COPY_OF.match(written) or re.match(rf"{ANY_ASSIGNMENT}", written))


def time_in(date: str) -> float | None:
    """Return the time that a platform's date means; None if it is none.

    Examples
    --------
    >>> time_in("Sep 29, 2015 117 PM") - time_in("2015-09-29-13-16-00")
    60.0
    """
    date = re.sub(r"(\d{1,2})[_:]?(\d\d) ([AP]M)", r"\1:\2 \3", date)
    for form in DATES:
        try:
            return datetime.strptime(date, form).timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    return None


def natural_order(name: str) -> list[str | int]:
    """Return a key that sorts a 10 after a 9, and a copy after its original.

    Examples
    --------
    >>> sorted(["x-10.ipynb", "x-9.ipynb", "x.ipynb"], key=natural_order)
    ['x.ipynb', 'x-9.ipynb', 'x-10.ipynb']
    """
    name = re.sub(f"{SUFFIX}$", "", name.casefold())
    return [int(p) if p.isdecimal() else p for p in re.split(r"([0-9]+)", name)]
