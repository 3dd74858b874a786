"""The command ``python -m aelib homework``: from a notebook to grades and feedback.

An instructor releases, grades and gives feedback; a student checks a file before
handing it in; ``sample`` goes the whole way with ten made-up students.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.course import ROOT
from aelib.homework.exercises import HIDDEN

if TYPE_CHECKING:
    from aelib.homework.feedback import Sheet

SAMPLE_FOLDER = ROOT / "build" / "homework"
SAMPLE_NOTEBOOKS = ("00", "04")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``homework`` to the commands of ``python -m aelib``.

    Parameters
    ----------
    commands : argparse's subparsers
        What the command joins.
    """
    homework = commands.add_parser(
        "homework", help="release, check, grade, give feedback", description=__doc__
    )
    parts = homework.add_subparsers(required=True, metavar="STEP")
    _add_release(parts)
    _add_check(parts)
    _add_grade(parts)
    _add_feedback(parts)
    _add_sample(parts)


def _add_release(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser("release", help="make the students' version")
    _add_numbers(parser)
    _add_to(parser, "folder for the assignments and their ZIPs")
    _add_hidden(parser)
    parser.add_argument(
        "--no-run",
        action="store_true",
        help="do not execute the students' version to prove that it runs",
    )
    parser.set_defaults(run=_said(_release))


def _add_check(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser(
        "check",
        help="run the visible tests and find what is missing, before handing in",
        description="Run the visible tests of a notebook and say what is missing or "
        "changed. How many points it earns is decided by hidden cases, and by those "
        "who mark the written answers.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the notebook")
    parser.set_defaults(run=_said(_check))


def _add_grade(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser("grade", help="run and judge what was handed in")
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder for each student, or ZIPs and notebooks with students' names",
    )
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NN", help="only these notebooks"
    )
    _add_to(parser, "folder for the grades; what is in it already is not done again")
    _add_hidden(parser)
    _add_runner(parser)
    parser.set_defaults(run=_said(_grade))


def _add_feedback(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser("feedback", help="write a page for each student")
    parser.add_argument(
        "grades", type=Path, metavar="GRADES_DIR", help="the folder of the grades"
    )
    _add_to(parser, "folder for the pages")
    parser.set_defaults(run=_said(_feedback))


def _add_sample(parts: argparse._SubParsersAction) -> None:
    parser = parts.add_parser(
        "sample", help="the whole loop with a class of ten made-up students"
    )
    _add_numbers(parser, SAMPLE_NOTEBOOKS)
    _add_to(parser, "folder for everything", SAMPLE_FOLDER)
    _add_hidden(parser)
    _add_runner(parser)
    parser.set_defaults(run=_said(_sample))


def _add_numbers(parser: argparse.ArgumentParser, default: Sequence[str] = ()) -> None:
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NN",
        default=default,
        help=f"which notebooks; by default {' '.join(default) or 'all'}",
    )


def _add_to(
    parser: argparse.ArgumentParser, what: str, default: Path | None = None
) -> None:
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        required=default is None,
        default=default,
        help=what,
    )


def _add_hidden(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hidden",
        type=Path,
        metavar="DIR",
        default=HIDDEN,
        help="folder of the hidden cases, NN.py of each notebook",
    )


def _add_runner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=int, default=1, help="how many submissions at the same time"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, to use its workers"
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="run students' code without a sandbox, where none can be had",
    )


def _said(
    step: Callable[[argparse.Namespace], int],
) -> Callable[[argparse.Namespace], int]:
    """Let a step end with what went wrong in words, where it knows."""

    def run(options: argparse.Namespace) -> int:
        # A student's name that the screen cannot show stops no class.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            return step(options)
        except (OSError, ValueError, RuntimeError) as error:
            print(error)
            return 1

    return run


# The steps


def _release(options: argparse.Namespace) -> int:
    from aelib.homework.release import release

    released = release(
        options.numbers, to=options.to, hidden=options.hidden, run=not options.no_run
    )
    points = sum(one.assignment.points for one in released)
    print(f"{len(released)} assignments, {points} points in all, in {options.to}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from aelib.homework.check import check, conclusion

    findings = check(options.file)
    for finding in findings:
        sign = "look" if finding.caution else "  ok" if finding.fine else " FIX"
        print(f"{sign}  {finding.words}")
    print(conclusion(findings))
    return 0 if all(finding.fine for finding in findings) else 1


def _grade(options: argparse.Namespace) -> int:
    from aelib.homework.grade import grade

    results = grade(
        options.submissions,
        to=options.to,
        numbers=options.only,
        hidden=options.hidden,
        jobs=options.jobs,
        scheduler=options.scheduler,
        unsafe=options.unsafe,
    )
    print(f"{len(results)} submissions graded; see {options.to / 'grades.csv'}")
    return 0


def _feedback(options: argparse.Namespace) -> int:
    from aelib.homework.feedback import DAMAGED, feedback

    sheets = feedback(options.grades, to=options.to)
    if damaged := [f"{s.student} ({s.name})" for s in sheets if s.problem == DAMAGED]:
        print(f"damaged, so grade again before giving back: {', '.join(damaged)}")
    students = len({sheet.student for sheet in sheets})
    unmarked = sum(sheet.unmarked for sheet in sheets)
    print(f"{students} pages in {options.to}; {unmarked:g} points still to be marked")
    return 0


def _sample(options: argparse.Namespace) -> int:
    from aelib.homework.feedback import feedback
    from aelib.homework.grade import grade
    from aelib.homework.release import release
    from aelib.homework.sample import make_class

    if options.to == SAMPLE_FOLDER:
        shutil.rmtree(options.to, ignore_errors=True)
    elif options.to.exists():
        raise ValueError(f"{options.to} exists: name a folder that does not")
    submissions, grades = options.to / "submissions", options.to / "grades"
    release(options.numbers, to=options.to / "release", hidden=options.hidden)
    handed_in = make_class(submissions, options.numbers, hidden=options.hidden)
    print(f"{len(handed_in)} submissions of a made-up class in {submissions}")
    grade(
        submissions,
        to=grades,
        numbers=options.numbers,
        hidden=options.hidden,
        jobs=options.jobs,
        scheduler=options.scheduler,
        unsafe=options.unsafe,
    )
    sheets = feedback(grades, to=options.to / "feedback")
    print(table(sheets))
    print(f"grades: {grades}; pages for the students: {options.to / 'feedback'}")
    return 0


def table(sheets: Sequence[Sheet]) -> str:
    """Return the points of a class, a line for each student.

    Parameters
    ----------
    sheets : sequence of Sheet
        What was graded.

    Returns
    -------
    str
        Students by assignments; points still to be marked by hand are not in it.

    Examples
    --------
    >>> from aelib.homework.feedback import Part, Sheet
    >>> exercise = Part("ex", "f", 1.5, 2, "", "")
    >>> print(table([Sheet("ada", "00-start", "", (exercise,))]))
    student  00-start
    ada         1.5/2
    """
    names = sorted({sheet.name for sheet in sheets})
    students = sorted({sheet.student for sheet in sheets})
    points = {
        (s.student, s.name): f"{s.points:g}/{s.most - s.unmarked:g}" for s in sheets
    }
    width = max(len(student) for student in ["student", *students])
    lines = ["  ".join([f"{'student':{width}}", *names])]
    for student in students:
        cells = [f"{points.get((student, n), '-'):>{len(n)}}" for n in names]
        lines.append("  ".join([f"{student:{width}}", *cells]))
    return "\n".join(lines)
