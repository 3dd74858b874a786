"""What the instructor should look at, in sentences: how names in ZIPs were taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from aelib.classroom.homework.safe_names import decode_name, tidy
from aelib.classroom.homework.student_names import tells_nobody
from aelib.classroom.homework.submission import (
    EMPTY,
    NEVER,
    NO_NOTEBOOK,
    Submission,
)

Report = Callable[[str], object]


def report_others(
    others: Mapping[str, Collection[str]], report: Report, where: str = ""
) -> None:
    """Say in whose ZIP or folder there are names that platforms gave to others."""
    for student, names in others.items():
        if strangers := {tidy(name) for name in names} - {tidy(student)}:
            report(
                f"{decode_name(where) or f'The folder {tidy(student)}'} counts as the "
                f"work of {tidy(student)} alone, for its own name or folder says so; "
                f"the names of {_first_few(strangers)} stand in it. If it is a "
                "class's, rename it."
            )


def report_names(name: str, told: Collection[Submission], report: Report) -> None:
    """Say that a ZIP was taken for a class's, since it might be one student's."""
    if students := {each.person.written for each in told}:
        report(
            f"{decode_name(name)} is taken for a whole class's, for its own name "
            f"tells no student: work of {_first_few(map(tidy, students))} is in it. "
            "If it is one student's, put it into a folder with that student's name."
        )


def report_namesakes(found: Iterable[Submission], report: Report) -> None:
    """Say who of several namesakes may be one person: numbers tell them apart."""
    names = defaultdict(set)
    for each in found:
        names[each.person.written].add(each.student)
    for written, several in names.items():
        if len(several) > 1:
            report(
                f"Several students are called {tidy(written)}: {_first_few(several)}. "
                "A number tells them apart, and it may be another for each assignment: "
                "to say who is who, put the work into folders of these names."
            )


def report_left_out(
    left_out: list[Submission],
    counted: list[Submission],
    report: Report,
) -> None:
    """Say what cannot be read, and of whom nothing else has come."""
    unreadable = [e for e in left_out if e.problem not in (NO_NOTEBOOK, EMPTY)]
    students = {each.student for each in counted}
    alone = [e for e in left_out if e.student not in students and e not in unreadable]
    for reason, those in (
        (
            "they cannot be read and their names do not tell the assignment",
            unreadable,
        ),
        ("nothing else has come from these students", alone),
    ):
        if those:
            files = _first_few(f"{each.name} ({each.problem})" for each in those)
            report(f"Left out, and {reason}: {files}")


def report_folders(passed_over: Collection[Submission], report: Report) -> None:
    """Say where several folders of one student's may be several students'."""
    students = {each.student for each in passed_over}
    if students:
        report(
            "Several folders of one student's hold work for one assignment; the latest "
            "counts, the rest is listed as left out. If they are several students', "
            f"put them into the folder of submissions itself: {_first_few(students)}"
        )


def report_nameless(counted: Iterable[Submission], report: Report) -> None:
    """Say which files' names tell an assignment and no student."""
    if nameless := {e.name for e in counted if tells_nobody(e.person.written)}:
        report(
            f"No student's name stands in {_first_few(nameless)}: put each into a "
            "folder with the student's name."
        )


def report_outweighed(
    counted: list[Submission],
    latest: dict[tuple[str, str], Submission],
    report: Report,
) -> None:
    """Say which later work in a class's ZIP does not count."""
    lost = defaultdict(set)
    for each in counted:
        best = latest[each.student, each.assignment]
        if each.trust < best.trust and each.time > best.time > NEVER:
            lost[decode_name(each.path.name)].add(each.student)
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
