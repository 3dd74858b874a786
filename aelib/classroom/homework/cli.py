"""The command ``python -m aelib homework``: from a notebook to grades and feedback.

An instructor releases, grades and gives feedback; a student checks a file before
handing it in; ``sample`` goes the whole way with ten made-up students. Each step below
stands with its options.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.exercises.checkout import checkout

if TYPE_CHECKING:
    from aelib.classroom.homework.feedback import Sheet

SAMPLE_NOTEBOOKS = ("00", "04")

Step = Callable[[argparse.Namespace], int]


# release: make the students' version


def release_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``release`` takes."""
    _add_numbers(parser)
    _add_to(parser, "folder for the assignments and their ZIPs")
    _add_exams(parser)
    parser.add_argument(
        "--hints",
        type=int,
        choices=range(4),
        default=3,
        help="how many hints of each exercise its verdict may show; all by default",
    )
    parser.add_argument(
        "--no-run",
        action="store_true",
        help="do not execute the students' version to prove that it runs",
    )


def release_step(options: argparse.Namespace) -> int:
    """Make the students' versions, and say what they are worth."""
    from aelib.classroom.homework.release import release

    released = release(
        options.numbers,
        to=options.to,
        exams=options.exams,
        hints=options.hints,
        run=not options.no_run,
    )
    points = sum(one.exam.points for one in released)
    print(f"{len(released)} assignments, {points} points in all, in {options.to}")
    return 0


# shown: write what readers may see of the exams into the package


def shown_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``shown`` takes."""
    _add_numbers(parser)
    _add_exams(parser)


def shown_step(options: argparse.Namespace) -> int:
    """Run the exams' wrong solutions, and write what they answer to shown cases."""
    from aelib.exercises.cases import load_exams
    from aelib.exercises.checkout import exams_folder
    from aelib.exercises.shown_cases import to_json

    folder = checkout() / "aelib" / "exercises" / "shown"
    for exam in load_exams(options.exams or exams_folder(), options.numbers):
        file = folder / f"{exam.number}.json"
        file.write_text(to_json(exam), encoding="utf-8")
        print(file)
    return 0


# check: look a notebook over before handing it in


def check_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``check`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the notebook")


def check_step(options: argparse.Namespace) -> int:
    """Print what was found; 0 if nothing has to be fixed."""
    from aelib.classroom.homework.check import check, conclusion

    findings = check(options.file)
    for finding in findings:
        sign = "look" if finding.caution else "  ok" if finding.fine else " FIX"
        print(f"{sign}  {finding.words}")
    print(conclusion(findings))
    return 0 if all(finding.fine for finding in findings) else 1


# grade: run and judge what was handed in


def grade_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``grade`` takes."""
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
    _add_exams(parser)
    _add_runner(parser)


def grade_step(options: argparse.Namespace) -> int:
    """Grade a class, and say where the grades are."""
    from aelib.classroom.homework.grade_class import grade_class

    results = grade_class(
        options.submissions,
        to=options.to,
        numbers=options.only,
        exams=options.exams,
        jobs=options.jobs,
        scheduler=options.scheduler,
        unsafe=options.unsafe,
    )
    print(f"{len(results)} submissions graded; see {options.to / 'grades.csv'}")
    return 0


# feedback: write a page for each student


def feedback_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``feedback`` takes."""
    parser.add_argument(
        "grades", type=Path, metavar="GRADES_DIR", help="the folder of the grades"
    )
    _add_to(parser, "folder for the pages")


def feedback_step(options: argparse.Namespace) -> int:
    """Write the pages, and say what is still to be marked."""
    from aelib.classroom.homework.feedback import DAMAGED, feedback

    sheets = feedback(options.grades, to=options.to)
    if damaged := [f"{s.student} ({s.name})" for s in sheets if s.problem == DAMAGED]:
        print(f"damaged, so grade again before giving back: {', '.join(damaged)}")
    students = len({sheet.student for sheet in sheets})
    unmarked = sum(sheet.unmarked for sheet in sheets)
    print(f"{students} pages in {options.to}; {unmarked:g} points still to be marked")
    return 0


# class: one page about all of them


def class_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``class`` takes."""
    parser.add_argument(
        "grades", type=Path, metavar="GRADES_DIR", help="the folder of the grades"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="the page to write"
    )
    parser.add_argument(
        "--copies",
        type=Path,
        metavar="DIR",
        help="a folder with readers' copies of the course: pool their predictions, too",
    )


def class_step(options: argparse.Namespace) -> int:
    """Write the page, and say where it is."""
    from aelib.classroom.homework.class_page import write_class_page

    print(write_class_page(options.grades, options.to, options.copies))
    return 0


# sample: the whole loop with a class of ten made-up students


def sample_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``sample`` takes."""
    _add_numbers(parser, SAMPLE_NOTEBOOKS)
    _add_to(parser, "folder for everything, by default build/homework", required=False)
    _add_exams(parser)
    _add_runner(parser)


def sample_step(options: argparse.Namespace) -> int:
    """Go from release to feedback, and show the points."""
    from aelib.classroom.homework.class_page import write_class_page
    from aelib.classroom.homework.feedback import feedback
    from aelib.classroom.homework.grade_class import check_sandbox, grade_class
    from aelib.classroom.homework.release import release
    from aelib.classroom.homework.sample import make_class

    if not options.unsafe and not options.scheduler:
        check_sandbox()  # before minutes of release
    to = options.to or checkout() / "build" / "homework"
    if options.to is None:
        shutil.rmtree(to, ignore_errors=True)
    elif to.exists():
        raise ValueError(f"{to} exists: name a folder that does not")
    submissions, grades = to / "submissions", to / "grades"
    release(options.numbers, to=to / "release", exams=options.exams)
    handed_in = make_class(submissions, options.numbers, exams=options.exams)
    print(f"{len(handed_in)} submissions of a made-up class in {submissions}")
    grade_class(
        submissions,
        to=grades,
        numbers=options.numbers,
        exams=options.exams,
        jobs=options.jobs,
        scheduler=options.scheduler,
        unsafe=options.unsafe,
    )
    sheets = feedback(grades, to=to / "feedback")
    page = write_class_page(grades, to / "class.html")
    print(table(sheets))
    print(f"grades: {grades}; pages for the students: {to / 'feedback'}")
    print(f"the class: {page}")
    return 0


def table(sheets: Sequence[Sheet]) -> str:
    """Return the points of a class, a line for each student.

    Parameters
    ----------
    sheets
        What was graded.

    Returns
    -------
    str
        Students by assignments; points still to be marked by hand are not in it.

    Examples
    --------
    >>> from aelib.classroom.homework.feedback import Part, Sheet
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


# The command


STEPS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Step]] = {
    "release": ("make the students' version", release_options, release_step),
    "shown": ("write what readers see of the exams", shown_options, shown_step),
    "check": ("look a notebook over before handing in", check_options, check_step),
    "grade": ("run and judge what was handed in", grade_options, grade_step),
    "feedback": ("write a page for each student", feedback_options, feedback_step),
    "class": ("write one page about the class", class_options, class_step),
    "sample": (
        "the whole loop with a class of ten made-up students",
        sample_options,
        sample_step,
    ),
}


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``homework`` to the commands of ``python -m aelib``.

    Parameters
    ----------
    commands
        What the command joins.
    """
    homework = commands.add_parser(
        "homework", help="release, check, grade, give feedback", description=__doc__
    )
    parts = homework.add_subparsers(required=True, metavar="STEP")
    for name, (what, add_options, step) in STEPS.items():
        parser = parts.add_parser(name, help=what)
        add_options(parser)
        parser.set_defaults(run=_errors_in_words(step))


def _errors_in_words(step: Step) -> Step:
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


# Options that several steps have


def _add_numbers(parser: argparse.ArgumentParser, default: Sequence[str] = ()) -> None:
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NN",
        default=default,
        help=f"which notebooks; by default {' '.join(default) or 'all'}",
    )


def _add_to(
    parser: argparse.ArgumentParser, what: str, *, required: bool = True
) -> None:
    parser.add_argument("--to", type=Path, metavar="DIR", required=required, help=what)


def _add_exams(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        *("--exams", "--hidden"),
        type=Path,
        metavar="DIR",
        help="folder of the exams, NN.py of each notebook; by default the course's",
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
