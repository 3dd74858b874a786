"""Who handed in what: find every student's submissions, whatever they look like.

Whatever cannot be listed, opened or read becomes a submission with its problem, in
words, and costs no other student anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aelib.classroom.homework.collect import collect
from aelib.classroom.homework.namesakes import Known, name_people
from aelib.classroom.homework.remarks import (
    report_folders,
    report_left_out,
    report_nameless,
    report_namesakes,
    report_outweighed,
)
from aelib.classroom.homework.student_names import natural_order
from aelib.classroom.homework.submission import NEVER, OTHER_FOLDER, Submission
from aelib.classroom.homework.which_assignment import with_assignment


@dataclass(frozen=True)
class Inbox:
    """What a class's folder holds.

    Attributes
    ----------
    submissions
        One per student and assignment, the latest, sorted.
    left_out
        What counts for nothing, each with its problem: what is no notebook, what can
        be neither read nor told by its name, and what lies in another folder of a
        student's than the work that counts. Work for another assignment is not in it,
        nor what was handed out.
    """

    submissions: list[Submission]
    left_out: list[Submission]


def read_inbox(
    folder: Path,
    stems: Sequence[str],
    report: Callable[[str], object] = str,
    *,
    course: Sequence[str] = (),
    earlier: Known | None = None,
) -> Inbox:
    """Find every student's submissions in a folder.

    The outermost name that tells a student says whose a notebook is: the name of a
    folder at the top of `folder`, or of a file there, below the folders that are a
    class's (:mod:`~aelib.classroom.homework.class_folders`). So a ZIP in a student's
    folder, or one whose own name has a student in it, is that student's, whatever
    names stand within: only the student can have put them there.

    A ZIP at the top whose name tells no student, such as ``submissions.zip``, is
    taken for a class's export, and the names in it tell the students. Since it might
    be one student's all the same (``eve.zip``), `report` is told, and the names in it
    have less weight: nothing in it replaces what lies outside of it under the same
    student's name. Of two such ZIPs, the one that is called as an export counts, or
    the one that holds more students. Folders of the same name in both are two
    students', unless they are for different assignments or have a platform's number.

    One kind of name is ambiguous. ``ada_05-sparse-features.zip`` is Ada's, but Moodle
    may call the export of a course ``ML 05-sparse-features-12345.zip``. Such a ZIP
    counts as a class's only if its name ends as platforms end an export's and every
    notebook in it has a platform's number.

    Parameters
    ----------
    folder
        It holds a folder per student, or the ZIPs or files that a learning platform
        exports, with the students' names in the files' names.
    stems
        Stems of the assignments' notebooks, such as ``"05-sparse-features"``.
    report
        Gets a sentence about each thing that the instructor should look at: ZIPs that
        are taken for a class's, or hold others' names, namesakes, and what is left out.
    course
        Stems of all the course's notebooks, which stand in names; by default `stems`.
    earlier
        The names under which students have been graded before: they keep them.

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
    everything = collect(folder, course or stems, report)
    found = [with_assignment(each, stems) for each in everything]
    # What is left out names nobody anew: it could make a namesake of somebody.
    left_out = _with_names([e for e in found if e.problem and not e.assignment], {})
    counted = _with_names([e for e in found if e.assignment], earlier or {})
    report_left_out(left_out, counted, report)
    report_namesakes(counted, report)
    report_nameless(counted, report)
    handed_in: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for each in counted:
        handed_in[each.student, each.assignment].append(each)
    latest = {key: _latest(several) for key, several in handed_in.items()}
    report_outweighed(counted, latest, report)
    passed_over = [
        replace(each, problem=OTHER_FOLDER)
        for key, several in handed_in.items()
        for each in several
        if each.time > NEVER and each.trust == latest[key].trust
        if each.folder and latest[key].folder not in ("", each.folder)
    ]
    report_folders(passed_over, report)
    return Inbox([latest[key] for key in sorted(latest)], left_out + passed_over)


def _latest(several: Iterable[Submission]) -> Submission:
    """Return which of a student's files for one assignment counts.

    Of a platform's uploads, whose dates are those of the export, the last in natural
    order; of the rest, the last by date.
    """
    uploads, others = [], []
    for each in several:
        (uploads if each.upload else others).append(each)
    if uploads:
        last = max(uploads, key=lambda e: (_trust(e), natural_order(e.upload), e.time))
        others.append(last)
    return max(others, key=lambda e: (_trust(e), e.time, natural_order(e.name)))


def _trust(each: Submission) -> tuple[bool, tuple[int, int]]:
    return each.time > NEVER, each.trust


def _with_names(found: list[Submission], earlier: Known) -> list[Submission]:
    """Give the students names of their own, fit to be files' names."""
    places = [(each.assignment, each.person) for each in found]
    names = name_people(places, earlier)
    return [
        replace(each, student=names[place])
        for each, place in zip(found, places, strict=True)
    ]
