"""Whose a file is, by the names that learning platforms, students and teachers give."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

IGNORED = (".ipynb_checkpoints", "__MACOSX")
NOTEBOOK = re.compile(r"(?i)\.ipynb(\.txt|\.json)?$|\.json$")  # some browsers rename
HANDED_OUT = re.compile(r"README\.md|aelib-.+\.whl|Thumbs\.db|desktop\.ini|\..*")
LONGEST_PART = 255  # characters of a file's name; in a ZIP it may have 65,535
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
            r"(?P<rest>\d\d-[^_/]+)_(?P<student>[^/]+?)(?P<id>)"
            r"(?:\.zip|(?:\.ipynb)?(?:\.txt|\.json)?)",
        ),
    )
)


# Moodle's and Blackboard's names of a whole class's ZIP: Course-Assignment-12345.zip
EXPORT = re.compile(r".+-\d{3,}(?: ?\(\d+\))?|gradebook_.+", re.IGNORECASE)


def match_name(name: str, patterns: Iterable[re.Pattern[str]]) -> re.Match[str] | None:
    """Match a name; one that no file can have was made to keep us busy for minutes."""
    if len(name) > LONGEST_PART:
        return None
    return next((m for each in patterns if (m := each.fullmatch(name))), None)


def student_in(name: str) -> tuple[str, str] | None:
    """Return the student and the platform's number that a name tells, if it does."""
    match = match_name(name, (*PLATFORMS, *BY_HAND))
    return (match["student"], match["id"]) if match else None


def is_bare(parts: list[str]) -> bool:
    """Say whether a place in a ZIP is that of a notebook as it was handed out."""
    released = len(parts) == 1 or re.match(r"\d\d-", parts[0])
    return bool(released) and not student_in(parts[0])


def belongs_to_one_student(inner: PurePosixPath, places: list[list[str]]) -> bool:
    """Say whether a ZIP's own place tells the student, whatever names stand in it."""
    if len(inner.parts) > 1 or match_name(inner.name, PLATFORMS):
        return True
    if not match_name(inner.name, BY_HAND):
        return False
    numbered = all(match_name(parts[0], PLATFORMS) for parts in places)
    return not (places and numbered and EXPORT.fullmatch(inner.stem))


def is_notebook(name: str) -> bool:
    """Say whether a name is that of a notebook, also as some browsers save one."""
    return bool(NOTEBOOK.search(name))


def without_suffix(name: str) -> str:
    """Return a name without what says that it is a notebook or a ZIP."""
    return re.sub(r"(?i)\.zip$", "", NOTEBOOK.sub("", name))


def is_worth_a_word(name: str) -> bool:
    """Say whether a file is a student's own: neither handed out nor a system's."""
    return not HANDED_OUT.fullmatch(name)


def parts_in_zip(filename: str) -> list[str]:
    """Return the parts of a file's place in a ZIP; none of what is left alone."""
    parts = [part for part in re.split(r"[/\\]", filename) if part not in ("", ".")]
    if ".." in parts or any(part in IGNORED for part in parts):
        return []
    return parts
