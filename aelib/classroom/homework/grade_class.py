"""Grade a class: what is graded already is kept, the rest is shared out.

Nothing that goes wrong with one submission stops the others.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from aelib.classroom.homework import gradebook
from aelib.classroom.homework.grade_one import (
    Plan,
    blank_result,
    grade_one,
    make_plan,
)
from aelib.classroom.homework.inbox import read_inbox
from aelib.classroom.homework.mistakes import write_mistakes
from aelib.classroom.homework.namesakes import Known
from aelib.classroom.homework.plain_text import write_table
from aelib.classroom.homework.results import Result
from aelib.classroom.homework.submission import Submission
from aelib.classroom.homework.whole_file import write_whole
from aelib.classroom.sandbox import bubblewrap, wire
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import load_exams
from aelib.exercises.checkout import exams_folder, find_notebooks
from aelib.exercises.judge import CASE_WORDS

VERSION = 3  # raise it where the same submission may now earn other points


def grade_class(
    submissions: Path,
    *,
    to: Path,
    numbers: Sequence[str] = (),
    exams: Path | None = None,
    root: Path | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    unsafe: bool = False,
    limits: Limits | None = None,
    report: Callable[[str], object] = print,
) -> list[Result]:
    """Grade everything that a class handed in.

    What has been graded is kept in ``TO/results`` and graded again only if the
    submission or the exam have changed: an interrupted run goes on where it stopped.

    Parameters
    ----------
    submissions
        A folder per student, or the files that a learning platform exports.
    to
        Gets ``grades.csv``, ``mistakes.csv`` (how many answers behave like each known
        mistake), ``left-out.csv`` (files that count for nothing, and why),
        ``results/ASSIGNMENT/STUDENT.json`` and, where nbgrader is installed, its
        course folder ``nbgrader`` for written answers.
    numbers
        The assignments to grade, such as ``["05"]``; all by default.
    exams, root
        The folder of the exams, and the checkout of the course.
    jobs
        Submissions at a time; -1 for as many as there are cores.
    scheduler
        Address of a Dask scheduler, whose workers then do the grading, as many at a
        time as they can.
    unsafe
        Run students' code without a sandbox.
    limits
        What each submission may use.
    report
        Gets sentences for the instructor.

    Returns
    -------
    list of Result
        One per submission: what its file in ``TO/results`` holds.

    Raises
    ------
    FileNotFoundError
        If `submissions` is no folder, or an exam is missing.
    ValueError
        If `jobs` is 0.
    RuntimeError
        If there is no sandbox here and `unsafe` is not set.
    """
    if not unsafe and not scheduler:
        check_sandbox()
    if not submissions.is_dir():
        raise FileNotFoundError(f"no folder {submissions}: name that of submissions")
    if jobs == 0:
        raise ValueError("jobs=0 grades nothing: give 1 or more, or -1 for all cores")
    jobs = -1 if scheduler else jobs
    limits = limits or Limits()
    plans = _make_plans(numbers, exams or exams_folder(root), root)
    by_stem = {plan.stem: plan for plan in plans}
    inbox = read_inbox(
        submissions,
        list(by_stem),
        report,
        course=[path.stem for path in find_notebooks(root=root)],
        earlier=_names_of_earlier_runs(to),
    )
    digests = {stem: _digest_of(plan, limits) for stem, plan in by_stem.items()}
    tasks = [
        _Task(each, by_stem[each.assignment], digests[each.assignment])
        for each in inbox.submissions
    ]
    results = {task.key: stored for task in tasks if (stored := task.result_in(to))}
    new = [task for task in tasks if task.key not in results]
    grade = functools.partial(_grade, scheduler=scheduler, limits=limits, unsafe=unsafe)
    for result in _grade_twice_if_slow(new, jobs, grade, report):
        results[result.student, result.assignment] = result
        _store(result, to, report)
    in_order = [results[task.key] for task in tasks]
    everything = [*in_order, *_other_results(to, by_stem)]
    _write_grades(everything, to / "grades.csv")
    write_mistakes(everything, to / "mistakes.csv")
    _write_left_out(inbox.left_out, to / "left-out.csv")
    _write_gradebook(in_order, plans, to, root, report)
    if faults := [result.fault for result in in_order if not result.digest]:
        report(f"{len(faults)} could not be graded: grade again. ({faults[0]})")
    return in_order


@dataclass(frozen=True)
class _Task:
    """A submission, its assignment, and the digest of what else a grade depends on."""

    submission: Submission
    plan: Plan
    digest: str

    @property
    def key(self) -> tuple[str, str]:
        """Whose it is, and for which assignment."""
        return self.submission.student, self.submission.assignment

    def blank(self) -> Result:
        """Return what is known of it before it is graded."""
        each = self.submission
        digest = hashlib.sha256(f"{each.digest} {self.digest}".encode()).hexdigest()
        about = {"student": each.student, "file": each.name, "digest": digest}
        result = blank_result(self.plan, each.problem, **about)
        return replace(result, person=each.person)

    def result_in(self, to: Path) -> Result | None:
        """Return what an earlier run wrote, if it is whole and of the same digest."""
        blank = self.blank()
        stored = _stored_result(_result_path(to, blank))
        return stored if stored and _same(stored, blank) else None

    def read(self) -> tuple[Result, bytes]:
        """Return what is known, and the bytes; they may be gone since it was found."""
        try:
            return self.blank(), self.submission.read()
        except ValueError as why:
            return replace(self.blank(), problem=str(why)), b""


def _same(one: Result, other: Result) -> bool:
    return (one.student, one.assignment, one.digest) == (
        other.student,
        other.assignment,
        other.digest,
    )


Grade = Callable[[list[_Task], int], Iterable[Result]]


def _grade_twice_if_slow(
    tasks: list[_Task], jobs: int, grade: Grade, report: Callable[[str], object]
) -> Iterator[Result]:
    """Yield results; what took too long, perhaps only beside others, is tried alone."""
    slow = set()
    for result in grade(tasks, jobs):
        if jobs != 1 and took_too_long(result):
            slow.add((result.student, result.assignment))
        else:
            yield result
    if slow:
        report(f"{len(slow)} took too long: they are tried again, one at a time.")
        yield from grade([task for task in tasks if task.key in slow], 1)


def took_too_long(result: Result) -> bool:
    """Say whether time ran out in any hidden case."""
    cases = (case for exercise in result.exercises for case in exercise.cases)
    return any(case.words == CASE_WORDS["timeout"] for case in cases)


def check_sandbox() -> None:
    """Raise a RuntimeError that says why, if there is no sandbox here."""
    if why := bubblewrap.missing():
        raise RuntimeError(f"{why} Or grade with --unsafe, if you trust every file.")


def _make_plans(numbers: Sequence[str], exams: Path, root: Path | None) -> list[Plan]:
    """Make the plans that were asked for; by default, of each notebook there is."""
    present = {path.name[:2] for path in find_notebooks(root=root)}
    return [
        make_plan(exam, root)
        for exam in load_exams(exams, numbers)
        if numbers or exam.number in present
    ]


def _names_of_earlier_runs(to: Path) -> Known:
    """Return under which names students have been graded so far."""
    return {
        (result.assignment, result.person): result.student
        for result in _stored_results(to)
        if result.person
    }


def _digest_of(plan: Plan, limits: Limits) -> str:
    """Return a digest of everything but the submission that a grade depends on."""
    digest = hashlib.sha256(repr((VERSION, asdict(limits), plan.imports)).encode())
    for exercise in plan.exam.exercises:
        about = (exercise.grade_id, exercise.function, exercise.points)
        digest.update(repr((about, plan.tests[exercise.grade_id])).encode())
        for case in exercise.cases:
            parts = (case.what, case.arguments, case.expected, case.tolerance)
            digest.update(wire.pack(parts))
    return digest.hexdigest()


def _grade(
    tasks: list[_Task],
    jobs: int,
    *,
    scheduler: str | None,
    limits: Limits,
    unsafe: bool,
) -> Iterator[Result]:
    """Yield results as they come; threads are enough, for the work is in sandboxes."""
    import joblib
    from tqdm import tqdm

    calls = (
        joblib.delayed(grade_in_any_case)(*task.read(), task.plan, limits, unsafe)
        for task in tasks
    )
    with (
        tqdm(total=len(tasks), desc="grading", unit=" submissions") as bar,
        _backend(scheduler),
    ):
        parallel = joblib.Parallel(
            -1 if scheduler else jobs,
            return_as="generator_unordered",
            pre_dispatch=1 if jobs == 1 else "2 * n_jobs",  # on a cluster too
        )
        for result in parallel(calls):
            yield result
            bar.update()


@contextlib.contextmanager
def _backend(scheduler: str | None) -> Iterator[None]:
    """Let joblib use threads here, or a Dask cluster's workers."""
    import joblib

    if scheduler is None:
        with joblib.parallel_config("threading"):
            yield
        return
    from distributed import Client

    with Client(scheduler), joblib.parallel_config("dask"):
        yield


def grade_in_any_case(
    blank: Result, data: bytes, plan: Plan, limits: Limits, unsafe: bool
) -> Result:
    """Grade one submission, and let nothing that goes wrong with it stop the class.

    Parameters
    ----------
    blank
        What is known of the submission before; with a problem, it stays so.
    data
        Its content.
    plan
        Its assignment.
    limits
        What it may use.
    unsafe
        Run it without a sandbox.

    Returns
    -------
    Result
        What :func:`grade_one` returns. Where the fault is this machine's, the digest
        is empty, so that the next run grades it again.
    """
    if blank.problem:
        return blank
    try:
        return grade_one(data, plan, limits, blank=blank, unsafe=unsafe)
    except Exception as why:
        fault = f"{type(why).__name__}: {why}"
        problem = "It could not be graded yet, through no fault of yours."
        return replace(blank, problem=problem, digest="", fault=fault)


# Files


def _result_path(to: Path, result: Result) -> Path:
    return to / "results" / result.assignment / f"{result.student}.json"


def _stored_result(path: Path) -> Result | None:
    """Return what an earlier run wrote; None if that is not whole."""
    try:
        return Result.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _stored_results(to: Path) -> Iterator[Result]:
    """Yield what earlier runs wrote, but what is damaged: it is graded again."""
    paths = sorted(to.glob("results/*/*.json"))
    yield from filter(None, map(_stored_result, paths))


def _other_results(to: Path, stems: Collection[str]) -> list[Result]:
    """Return what earlier runs wrote of other assignments: ``--only`` leaves it."""
    return [each for each in _stored_results(to) if each.assignment not in stems]


def _store(result: Result, to: Path, report: Callable[[str], object]) -> None:
    """Write a result; where that cannot be done, it is only in the tables."""
    try:
        write_whole(_result_path(to, result), result.to_json())
    except OSError as why:
        report(f"The result of {result.student} cannot be written: {why}")


def _write_grades(results: Iterable[Result], path: Path) -> None:
    rows = [
        [result.student, each.grade_id, each.points, each.most, each.status]
        for result in sorted(results, key=lambda r: (r.student, r.assignment))
        for each in result.exercises
    ]
    write_table(path, [["student", "exercise", "points", "max", "status"], *rows])


def _write_left_out(left_out: Iterable[Submission], path: Path) -> None:
    rows = sorted({(each.student, each.name, each.problem) for each in left_out})
    write_table(path, [["student", "file", "why it is left out"], *rows])


def _write_gradebook(
    results: list[Result],
    plans: list[Plan],
    to: Path,
    root: Path | None,
    report: Callable[[str], object],
) -> None:
    if importlib.util.find_spec("nbgrader") is None:
        report("nbgrader is not installed: no gradebook for written answers.")
        return
    if problems := gradebook.record(results, plans, to / "nbgrader", root):
        report(f"Not in the gradebook: {'; '.join(problems)}")
