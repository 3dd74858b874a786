"""Grade one submission: run it in its own sandbox, and judge outside.

A student sees the same with ``python -m aelib homework check`` before handing in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.homework.results import (
    LONGEST,
    STATUS_WORDS,
    AnswerResult,
    CaseResult,
    ExerciseResult,
    Result,
)
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.classroom.sandbox.runner import Runner
from aelib.exercises.cases import Exam, Exercise
from aelib.exercises.cells import (
    Cell,
    as_cell,
    find_answer,
    find_cell,
    find_solution,
    read_cells,
)
from aelib.exercises.checkout import source_notebook, source_path
from aelib.exercises.judge import CASE_WORDS, Reply, earned, judge_reply
from aelib.exercises.misconceptions import recognize, wrong_replies
from aelib.exercises.needed_code import (
    Import,
    choose_imports,
    lecture_imports,
    needed_cells,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST_MESSAGE = 500  # characters of what visible tests say
VERDICT = re.compile(r"^(?:NotRight|NotWritten): ")  # the sentence says it itself


@dataclass(frozen=True)
class Plan:
    """All that it takes to grade an assignment's submissions, here or on a cluster.

    Attributes
    ----------
    stem
        The assignment's name, such as ``"05-sparse-features"``.
    exam
        Its hidden half.
    tests
        Source of the visible tests by the exercise's nbgrader id.
    imports
        The imports of the lecture part.
    known
        What each exercise's misconceptions reply to its hidden cases, by nbgrader id.
    """

    stem: str
    exam: Exam
    tests: Mapping[str, str]
    imports: tuple[Import, ...]
    known: Mapping[str, Mapping[str, Sequence[Reply]]]


def make_plan(exam: Exam, root: Path | None = None) -> Plan:
    """Take what grading needs from the instructor's notebook.

    Parameters
    ----------
    exam
        The hidden half.
    root
        The checkout of the course; by default the one that this package is in.

    Returns
    -------
    Plan
        The plan.
    """
    notebook = source_notebook(exam.number, root)
    ids = [exercise.grade_id for exercise in exam.exercises]
    tests = {each: find_cell(notebook, f"{each}-tests").source for each in ids}
    stem = source_path(exam.number, root).stem
    known = {e.grade_id: wrong_replies(e, e.cases) for e in exam.exercises}
    return Plan(stem, exam, tests, lecture_imports(notebook), known)


def grade_one(
    data: bytes,
    plan: Plan,
    limits: Limits | None = None,
    *,
    blank: Result | None = None,
    unsafe: bool = False,
) -> Result:
    """Grade the bytes of one notebook.

    Parameters
    ----------
    data
        The file that was handed in, whatever it holds.
    plan
        Its assignment.
    limits
        What it may use.
    blank
        What is known of it before: :func:`blank_result`.
    unsafe
        Run it without a sandbox.

    Returns
    -------
    Result
        With points; or `blank` with the problem, if it cannot be read.

    Raises
    ------
    RuntimeError
        If no sandbox starts here.
    """
    blank = blank or blank_result(plan)
    try:
        cells = read_cells(data)
    except ValueError as why:
        return replace(blank, problem=str(why))
    answers = [
        AnswerResult(q.grade_id, q.points, find_answer(cells, q.grade_id)[:LONGEST])
        for q in plan.exam.questions
    ]
    sources = _solution_cells(cells, plan.exam.exercises)
    imports = choose_imports(plan.imports, [*sources.values(), *plan.tests.values()])
    with Runner(imports, limits, unsafe=unsafe) as runner:
        exercises = _grade_exercises(plan, sources, runner)
    exercises = [_with_reason(exercise, cells) for exercise in exercises]
    return replace(blank, exercises=tuple(exercises), answers=tuple(answers))


def blank_result(plan: Plan, problem: str = "", **about: str) -> Result:
    """Return the result of a submission that was not graded: no points.

    Parameters
    ----------
    plan
        Its assignment.
    problem
        Why it cannot be read, in words for the student.
    **about
        What is known of it: `student`, `file`, `digest`.

    Returns
    -------
    Result
        Every exercise is unreadable, and every answer empty.
    """
    return Result(
        student=about.get("student", ""),
        assignment=plan.stem,
        file=about.get("file", ""),
        digest=about.get("digest", ""),
        problem=problem,
        exercises=tuple(
            _without_points(exercise, "unreadable") for exercise in plan.exam.exercises
        ),
        answers=tuple(
            AnswerResult(q.grade_id, q.points, "") for q in plan.exam.questions
        ),
    )


def _without_points(exercise: Exercise, status: str) -> ExerciseResult:
    return ExerciseResult(
        exercise.grade_id,
        exercise.function,
        points=0.0,
        most=exercise.points,
        status=status,
        source="",
        cases=tuple(CaseResult(case.what) for case in exercise.cases),
    )


def _solution_cells(
    cells: Sequence[Cell], exercises: Sequence[Exercise]
) -> dict[str, str]:
    return {
        exercise.function: find_solution(cells, exercise.grade_id, exercise.function)
        for exercise in exercises
    }


def _grade_exercises(
    plan: Plan, sources: Mapping[str, str], runner: Runner
) -> list[ExerciseResult]:
    """Run all visible tests before the first hidden argument enters the sandbox."""
    exercises = plan.exam.exercises
    cells = {e.function: needed_cells(e.function, sources) for e in exercises}
    shares = {e.function: runner.limits.seconds / (len(e.cases) + 1) for e in exercises}
    messages = {
        f: message_of(runner.test(cells[f], plan.tests[e.grade_id], shares[f]))
        for e in exercises
        if sources[f := e.function].strip()
    }
    return [
        replace(
            _grade_exercise(plan, e, cells[f], runner, shares[f]), message=messages[f]
        )
        if (f := e.function) in messages
        else _without_points(e, "missing")
        for e in exercises
    ]


def _with_reason(result: ExerciseResult, cells: Sequence[Cell]) -> ExerciseResult:
    """Say why an exercise is missing, where its cell was turned into text."""
    kinds = {cell.kind for cell in cells if cell.grade_id == result.grade_id}
    if result.status != "missing" or not kinds or "code" in kinds:
        return result
    return replace(result, message="its cell is no code cell, so that it is not run")


def _grade_exercise(
    plan: Plan, exercise: Exercise, cells: list[str], runner: Runner, share: float
) -> ExerciseResult:
    replies = [
        runner.call(cells, exercise.function, case.arguments, share)
        for case in exercise.cases
    ]
    cases = tuple(
        CaseResult(case.what, *judge_reply(case, reply))
        for case, reply in zip(exercise.cases, replies, strict=True)
    )
    passed = sum(case.passed for case in cases)
    return ExerciseResult(
        exercise.grade_id,
        exercise.function,
        points=earned(exercise, passed),
        most=exercise.points,
        status=_status(replies, passed),
        source=cells[-1][:LONGEST],
        cases=cases,
        misconception=recognize(exercise.cases, replies, plan.known[exercise.grade_id]),
    )


def _status(replies: Sequence[Reply], passed: int) -> str:
    if passed:
        return "passed" if passed == len(replies) else "partial"
    if all(reply.get("type") == "NotImplementedError" for reply in replies):
        return "blank"
    kind = replies[0]["kind"]
    return kind if kind in STATUS_WORDS else "failed"


# The visible tests


def message_of(reply: Reply) -> str:
    """Return what visible tests said, in one line of text that nobody vouches for.

    Parameters
    ----------
    reply
        From :meth:`Runner.test`.

    Returns
    -------
    str
        Empty where they pass.

    Examples
    --------
    >>> message_of({"kind": "said", "text": "AssertionError: δ must be negative"})
    'AssertionError: δ must be negative'
    >>> message_of({"kind": "said", "text": "NotWritten: f is not written yet."})
    'f is not written yet.'
    >>> message_of({"kind": "timeout"})
    'took too long'
    """
    if reply["kind"] != "said":
        return CASE_WORDS.get(reply["kind"], CASE_WORDS["crash"])
    text = "".join(c if c.isprintable() else " " for c in reply["text"])
    return VERDICT.sub("", text.strip())[:LONGEST_MESSAGE]


def run_visible_tests(
    notebook: NotebookNode,
    exercises: Mapping[str, str],
    limits: Limits | None = None,
) -> dict[str, str]:
    """Run a notebook's visible tests as the grader will, on the student's machine.

    There is no sandbox: it is the student's own code. Tests and imports are those of
    the notebook itself.

    Parameters
    ----------
    notebook
        The notebook.
    exercises
        The functions that it asks for, by the exercise's nbgrader id.
    limits
        Time limits.

    Returns
    -------
    dict of str to str
        What the tests say by the exercise's nbgrader id; empty where they pass. An
        exercise whose cell or whose tests are gone is left out.
    """
    cells = [as_cell(cell) for cell in notebook.cells]
    sources = {f: find_solution(cells, name, f) for name, f in exercises.items()}
    tests = {cell.grade_id: cell.source for cell in cells}
    limits = limits or Limits()
    imports = choose_imports(
        lecture_imports(notebook), [*sources.values(), *tests.values()]
    )
    with Runner(imports, limits, unsafe=True) as runner:
        replies = {
            name: runner.test(
                needed_cells(function, sources), tests[f"{name}-tests"], limits.seconds
            )
            for name, function in exercises.items()
            if sources[function].strip() and f"{name}-tests" in tests
        }
    return {name: message_of(reply) for name, reply in replies.items()}
