"""What the instructor should look at, in sentences: how names in ZIPs were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from aelib.classroom.homework.names import readable, tidy
from aelib.classroom.homework.submission import (
    EMPTY,
    NEVER,
    NO_NOTEBOOK,
    OWN,
    Submission,
)
from aelib.classroom.homework.whose import PLATFORMS, match_name, parts_in_zip


def report_names(
    inner: PurePosixPath,
    found: list[Submission],
    owned: bool,
    report: Callable[[str], object],
) -> None:
    """Say how a ZIP was taken, where the names in it might say otherwise."""
    if owned:
        inside = {parts_in_zip(each.within or each.member)[0] for each in found}
        others = {m["student"] for name in inside if (m := match_name(name, PLATFORMS))}
        others = {tidy(other) for other in others} - {tidy(e.student) for e in found}
        if others:
            report(
                f"{readable(str(inner))} counts as the work of {tidy(found[0].student)}"
                f" alone, for its own name or folder says so; the names of "
                f"{_first_few(others)} stand in it. If it is a class's, rename it."
            )
    elif students := {e.student for e in found if e.trust != OWN}:
        report(
            f"{readable(str(inner))} is taken for a whole class's, for its own name "
            f"tells no student: work of {_first_few(map(tidy, students))} is in it. "
            "If it is one student's, put it into a folder with that student's name."
        )


def report_left_out(
    left_out: list[Submission],
    counted: list[Submission],
    report: Callable[[str], object],
) -> None:
    """Say what cannot be read, and of whom nothing else has come."""
    unreadable = [e for e in left_out if e.problem not in (NO_NOTEBOOK, EMPTY)]
    students = {each.student for each in counted}
    alone = [e for e in left_out if e.student not in students and e not in unreadable]
    for reason, those in (
        ("they cannot be read and their names do not tell the assignment", unreadable),
        ("nothing else has come from these students", alone),
    ):
        if those:
            files = _first_few(f"{each.name} ({each.problem})" for each in those)
            report(f"Left out, and {reason}: {files}")


def report_outweighed(
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
            f"students' names outside of it: {_first_few(students)}"
        )


def _first_few(names: Iterable[str], most: int = 5) -> str:
    """List the first few of many names."""
    ordered = sorted(set(names))
    more = len(ordered) - most
    return ", ".join(ordered[:most]) + (f" and {more} more" if more > 0 else "")
