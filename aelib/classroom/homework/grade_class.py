"""Grade a class: what is graded already is kept, the rest is shared out.

Nothing that goes wrong with one submission stops the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from aelib.classroom.checkout import exams_folder, find_notebooks
from aelib.classroom.homework import gradebook
from aelib.classroom.homework.grade_one import (
    Plan,
    blank_result,
    grade_one,
    make_plan,
)
from aelib.classroom.homework.inbox import read_inbox
from aelib.classroom.homework.namesakes import Known
from aelib.classroom.homework.plain_text import write_table
from aelib.classroom.homework.results import Result
from aelib.classroom.homework.submission import Submission
from aelib.classroom.homework.whole_file import write_whole
from aelib.classroom.sandbox import bubblewrap, wire
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import load_exams
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
    submissions : Path
        A folder per student, or the files that a learning platform exports.
    to : Path
        Gets ``grades.csv``, ``left-out.csv`` (files that count for nothing, and
        why), ``results/ASSIGNMENT/STUDENT.json`` and, where nbgrader is installed,
        its course folder ``nbgrader`` for written answers.
    numbers : sequence of str
        The assignments to grade, such as ``["05"]``; all by default.
    exams, root : Path, optional
        The folder of the exams, and the checkout of the course.
    jobs : int
        Submissions at a time; -1 for as many as there are cores.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers then do the grading.
    unsafe : bool
        Run students' code without a sandbox.
    limits : Limits, optional
        What each submission may use.
    report : callable
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
    found = inbox.submissions
    digests = {stem: _digest_of(plan, limits) for stem, plan in by_stem.items()}

    def tasks(students: Iterable[Submission]) -> Iterator[tuple]:
        for each in students:
            plan = by_stem[each.assignment]
            blank = _blank(each, plan, digests[each.assignment])
            stored = _stored_result(to, each)
            if stored is None or stored.digest != blank.digest:
                yield (*_read(each, blank), plan, limits, unsafe)

    graded: dict[tuple[str, str], Result] = {}
    waiting = found
    for alone in (False, True) if jobs != 1 or scheduler else (True,):
        slow = set()
        for result in _in_parallel(
            tasks(waiting), len(waiting), jobs, scheduler, alone
        ):
            whose = result.student, result.assignment
            if not alone and took_too_long(result):  # perhaps only beside the others
                slow.add(whose)
                continue
            graded[whose] = result
            _store(result, to, report)
        if not slow:
            break
        report(f"{len(slow)} took too long: they are tried again, one at a time.")
        waiting = [each for each in found if (each.student, each.assignment) in slow]
    results = [
        result
        for each in found
        if (result := graded.get((each.student, each.assignment)))
        or (result := _stored_result(to, each))
    ]
    _write_grades([*results, *_other_results(to, by_stem)], to / "grades.csv")
    _write_left_out(inbox.left_out, to / "left-out.csv")
    _write_gradebook(results, plans, to, root, report)
    if faults := [result.fault for result in results if not result.digest]:
        report(f"{len(faults)} could not be graded: grade again. ({faults[0]})")
    return results


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


def _blank(each: Submission, plan: Plan, digest: str) -> Result:
    """Return what is known of a submission before it is graded."""
    digest = hashlib.sha256(f"{each.digest} {digest}".encode()).hexdigest()
    about = {"student": each.student, "file": each.name, "digest": digest}
    return replace(blank_result(plan, each.problem, **about), person=each.person)


def _read(each: Submission, blank: Result) -> tuple[Result, bytes]:
    """Read a submission; it may be gone since it was found."""
    try:
        return blank, each.read()
    except ValueError as why:
        return replace(blank, problem=str(why)), b""


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


def _in_parallel(
    tasks: Iterable[tuple], total: int, jobs: int, scheduler: str | None, alone: bool
) -> Iterator[Result]:
    """Yield results as they come; threads are enough, for the work is in sandboxes.

    Those that are graded alone go one after the other, on a cluster too.
    """
    import joblib
    from tqdm import tqdm

    calls = (joblib.delayed(grade_in_any_case)(*task) for task in tasks)
    with tqdm(total=total, desc="grading", unit=" submissions") as bar:
        with _backend(scheduler):
            parallel = joblib.Parallel(
                -1 if scheduler else 1 if alone else jobs,
                return_as="generator_unordered",
                pre_dispatch=1 if alone else "2 * n_jobs",
            )
            for result in parallel(calls):
                yield result
                bar.update()
        bar.update(total - bar.n)  # those graded in an earlier run


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
    blank : Result
        What is known of the submission before; with a problem, it stays so.
    data : bytes
        Its content.
    plan : Plan
        Its assignment.
    limits : Limits
        What it may use.
    unsafe : bool
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


def _result_path(to: Path, assignment: str, student: str) -> Path:
    return to / "results" / assignment / f"{student}.json"


def _stored_result(to: Path, each: Submission) -> Result | None:
    """Return what an earlier run wrote; None if that is not whole, or another's."""
    try:
        path = _result_path(to, each.assignment, each.student)
        result = Result.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whose = result.student, result.assignment
    return result if whose == (each.student, each.assignment) else None


def _stored_results(to: Path) -> Iterator[Result]:
    """Yield what earlier runs wrote, but what is damaged: it is graded again."""
    for path in sorted(to.glob("results/*/*.json")):
        with contextlib.suppress(OSError, ValueError):
            yield Result.from_json(path.read_text(encoding="utf-8"))


def _other_results(to: Path, stems: Collection[str]) -> list[Result]:
    """Return what earlier runs wrote of other assignments: ``--only`` leaves it."""
    return [each for each in _stored_results(to) if each.assignment not in stems]


def _store(result: Result, to: Path, report: Callable[[str], object]) -> None:
    """Write a result; where that cannot be done, it is only in the tables."""
    try:
        path = _result_path(to, result.assignment, result.student)
        write_whole(path, result.to_json())
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
