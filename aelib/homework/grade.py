"""Grade a class: run each submission in its own sandbox, and judge outside.

Which of a student's code runs? Only the solution cells, found by their nbgrader ids,
each with the imports of the lecture part that it names (taken from the instructor's
notebook) and after the other solution cells whose function it names. Nothing else of
the student's notebook runs: no edited test, no cell between. So what costs one
exercise costs no other, and NumPy alone is loaded where NumPy alone is used. A
student sees the same with ``python -m aelib homework check`` before handing in.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import re
import tempfile
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aelib.course import ROOT
from aelib.homework import channel, sandbox
from aelib.homework.exercises import (
    HIDDEN,
    Assignment,
    Case,
    Exercise,
    agrees,
    earned,
    find_cell,
    grade_id,
    load_assignments,
    source_notebook,
)
from aelib.homework.runner import Reply, Runner
from aelib.homework.sandbox import Limits
from aelib.homework.submission import (
    Cell,
    Submission,
    find_submissions,
    read_cells,
    read_notebook,
    solution,
    written,
)
from aelib.homework.text import write_table

if TYPE_CHECKING:
    from nbformat import NotebookNode

VERSION = 1  # raise it where the same submission may now earn other points
SLOW = re.compile(r"\b(?:import|from)\s+(torch|scipy|sklearn|sympy)\b")
LONGEST = 100_000  # characters of an answer that is kept
WORDS = {
    "crash": "your code ended the process",
    "error": "raised an error",
    "missing": "there is no such function in the solution cell",
    "no value": "gave no numbers",
    "shape": "gave an answer of the wrong shape or number of parts",
    "timeout": "took too long",
    "value": "gave wrong values",
}
WHOLE = {
    "blank": "not answered",
    "missing": "the solution cell does not define this function",
    "timeout": "it takes too long",
    "crash": "your code ends the process that runs it",
    "error": "it raises an error",
    "failed": "its answers are wrong",
    "partial": "some of its answers are wrong",
    "passed": "",
    "unreadable": "the file cannot be read",
}

Result = dict[str, Any]
Import = tuple[str, str]  # a name, and the statement that binds it


# One submission


@dataclass(frozen=True)
class Plan:
    """All that it takes to grade an assignment's submissions, here or on a cluster.

    Attributes
    ----------
    stem : str
        The assignment's name, such as ``"05-sparse-features"``.
    assignment : Assignment
        Its hidden half.
    tests : dict of str to str
        Source of the visible tests by the exercise's nbgrader id.
    imports : tuple
        The imports of the lecture part.
    """

    stem: str
    assignment: Assignment
    tests: Mapping[str, str]
    imports: tuple[Import, ...]


def make_plan(assignment: Assignment, root: Path = ROOT) -> Plan:
    """Take what grading needs from the instructor's notebook.

    Parameters
    ----------
    assignment : Assignment
        The hidden half.
    root : Path
        The checkout of the course.

    Returns
    -------
    Plan
        The plan.
    """
    notebook = source_notebook(assignment.number, root)
    (path,) = sorted((root / "notebooks").glob(f"{assignment.number}-*.ipynb"))
    ids = [exercise.grade_id for exercise in assignment.exercises]
    tests = {each: find_cell(notebook, f"{each}-tests").source for each in ids}
    return Plan(path.stem, assignment, tests, lecture_imports(notebook))


def lecture_imports(notebook: NotebookNode) -> tuple[Import, ...]:
    """List the imports of a notebook's cells that are no part of an exercise.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.

    Returns
    -------
    tuple
        For each name that an import binds, the name and a statement for it alone.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> lecture_imports(new_notebook(cells=[new_code_cell("import numpy as np")]))
    (('np', 'import numpy as np'),)
    """
    return tuple(
        each
        for cell in notebook.cells
        if cell.cell_type == "code" and not grade_id(cell)
        for statement in _statements(cell.source)
        for each in _bound(statement)
    )


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # Jupyter's own commands, in a student's notebook
        return []


def _bound(node: ast.stmt) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            yield name, ast.unparse(ast.Import([alias]))
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            one = ast.ImportFrom(node.module, [alias], node.level)
            yield alias.asname or alias.name, ast.unparse(one)


def grade_notebook(
    data: bytes, plan: Plan, limits: Limits | None = None, *, unsafe: bool = False
) -> Result:
    """Grade the bytes of one notebook.

    Parameters
    ----------
    data : bytes
        The file that was handed in, whatever it holds.
    plan : Plan
        Its assignment.
    limits : Limits, optional
        What it may use.
    unsafe : bool
        Run it without a sandbox.

    Returns
    -------
    dict
        ``problem`` (why it cannot be read, or empty), ``exercises`` and
        ``questions``, of plain values for JSON.

    Raises
    ------
    RuntimeError
        If no sandbox starts here.
    """
    try:
        cells = read_cells(data)
    except ValueError as why:
        return unreadable(plan, str(why))
    questions = [
        _question(question.grade_id, question.points, written(cells, question.grade_id))
        for question in plan.assignment.questions
    ]
    sources = _solutions(cells, plan.assignment.exercises)
    imports = _imports(plan.imports, [*sources.values(), *plan.tests.values()])
    with Runner(imports, limits, unsafe=unsafe) as runner:
        exercises = _judged(plan, sources, runner)
    return {"problem": "", "exercises": exercises, "questions": questions}


def unreadable(plan: Plan, problem: str) -> Result:
    """Return the result of a submission that cannot be read: no points.

    Parameters
    ----------
    plan : Plan
        Its assignment.
    problem : str
        Why, in words for the student.

    Returns
    -------
    dict
        As :func:`grade_notebook`.
    """
    return {
        "problem": problem,
        "exercises": [
            _exercise(exercise, "", "unreadable", [], None)
            for exercise in plan.assignment.exercises
        ],
        "questions": [
            _question(question.grade_id, question.points, "")
            for question in plan.assignment.questions
        ],
    }


def _question(name: str, points: int, answer: str) -> Result:
    return {"grade_id": name, "max": points, "points": None, "answer": answer[:LONGEST]}


def _solutions(cells: list[Cell], exercises: Iterable[Exercise]) -> dict[str, str]:
    return {
        exercise.function: solution(cells, exercise.grade_id, exercise.function)
        for exercise in exercises
    }


def _imports(known: Iterable[Import], cells: Iterable[str]) -> list[str]:
    """Choose the imports that cells name, and large packages that they import."""
    cells = list(cells)
    names = set().union(*map(_names, cells))
    chosen = [statement for name, statement in known if name in names]
    large = {name for cell in cells for name in SLOW.findall(cell)}
    return [*dict.fromkeys(chosen), *(f"import {name}" for name in sorted(large))]


def _names(source: str) -> set[str]:
    """Return the names in code; of what is no Python, all its words.

    Hostile code is not parsed here: Python's parser can be brought to crash.
    """
    if len(source) < LONGEST:
        try:
            tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
        except (tokenize.TokenError, SyntaxError):
            pass
        else:
            return {token.string for token in tokens if token.type == tokenize.NAME}
    return set(re.findall(r"\w+", source))


def needed(function: str, sources: Mapping[str, str]) -> list[str]:
    """List the cells that define a function: its own last, before it those it names.

    Parameters
    ----------
    function : str
        The exercise's function.
    sources : mapping of str to str
        The solution cells, by the functions that they define, in the notebook's order.

    Returns
    -------
    list of str
        The cells' sources.

    Examples
    --------
    >>> needed("g", {"f": "def f(): 1", "g": "def g(): f()", "h": "def h(): 2"})
    ['def f(): 1', 'def g(): f()']
    """
    found, new = {function}, [function]
    while new:
        words = set(re.findall(r"\w+", sources[new.pop()]))
        more = words.intersection(sources) - found
        found |= more
        new += sorted(more)
    earlier = [source for f, source in sources.items() if f in found and f != function]
    return [*earlier, sources[function]]


def _judged(plan: Plan, sources: Mapping[str, str], runner: Runner) -> list[Result]:
    """Run all visible tests before the first hidden argument enters the sandbox."""
    exercises = plan.assignment.exercises
    cells = {e.function: needed(e.function, sources) for e in exercises}
    shares = {e.function: runner.limits.seconds / (len(e.cases) + 1) for e in exercises}
    said = {
        f: runner.test(cells[f], plan.tests[e.grade_id], shares[f])
        for e in exercises
        if sources[f := e.function].strip()
    }
    return [
        _one(e, cells[f], runner, shares[f], said[f])
        if (f := e.function) in said
        else _exercise(e, "", "missing", [], None)
        for e in exercises
    ]


def _one(
    exercise: Exercise, cells: list[str], runner: Runner, share: float, said: Reply
) -> Result:
    replies = [
        runner.call(cells, exercise.function, case.arguments, share)
        for case in exercise.cases
    ]
    verdicts = [
        _verdict(case, reply)
        for case, reply in zip(exercise.cases, replies, strict=True)
    ]
    status = _status(replies, sum(passed for passed, _ in verdicts))
    return _exercise(exercise, cells[-1], status, verdicts, said)


def _verdict(case: Case, reply: Reply) -> tuple[bool, str]:
    """Say whether a reply is right, and if not why, in words that tell no input."""
    kind = reply["kind"]
    if kind == "error":
        return False, f"raised {_known(reply['type'])}"
    if kind != "value":
        return False, WORDS.get(kind, WORDS["crash"])
    given = as_computed(reply["value"])
    if agrees(given, case.expected, case.tolerance):
        return True, ""
    return False, WORDS["value" if _alike(given, case.expected) else "shape"]


def _known(name: str) -> str:
    """Return the name of a built-in exception, and of no other: it could be a message.

    Examples
    --------
    >>> _known("NameError"), _known("the_first_input_was_0_25")
    ('NameError', 'an error')
    """
    kind = getattr(builtins, name, None)
    return (
        name if isinstance(kind, type) and issubclass(kind, Exception) else "an error"
    )


def as_computed(value: Any) -> Any:
    """Mark an answer that was computed in single precision, whatever carries it.

    Parameters
    ----------
    value : number, array or tuple of them
        What came through the channel.

    Returns
    -------
    number, array or tuple of them
        float32 where no value needs more: a list of what a tensor held is that
        precise and no more, and is judged so.

    Examples
    --------
    >>> as_computed(np.array([float(np.float32(0.1))])).dtype.name
    'float32'
    >>> as_computed(np.array([0.1])).dtype.name
    'float64'
    """
    if isinstance(value, tuple):
        return tuple(as_computed(part) for part in value)
    array = np.asarray(value)
    if array.dtype != np.float64:
        return value
    with np.errstate(all="ignore"):
        single = array.astype(np.float32)
    return single if np.array_equal(single, array) else value


def _alike(given: Any, expected: Any) -> bool:
    """Say whether an answer has the form of the right one."""
    if isinstance(expected, tuple):
        several = isinstance(given, tuple) or np.ndim(given) > 0
        return several and len(given) == len(expected)
    return not isinstance(given, tuple) and np.shape(given) == np.shape(expected)


def _status(replies: list[Reply], passed: int) -> str:
    if passed:
        return "passed" if passed == len(replies) else "partial"
    if all(reply.get("type") == "NotImplementedError" for reply in replies):
        return "blank"
    kind = replies[0]["kind"]
    return kind if kind in WHOLE else "failed"


def _exercise(
    exercise: Exercise,
    source: str,
    status: str,
    verdicts: list[tuple[bool, str]],
    said: Reply | None,
) -> Result:
    verdicts = verdicts or [(False, "")] * len(exercise.cases)
    message = "" if said is None else spoken(said)
    return {
        "grade_id": exercise.grade_id,
        "function": exercise.function,
        "points": earned(exercise, sum(passed for passed, _ in verdicts)),
        "max": exercise.points,
        "status": status,
        "words": WHOLE[status],
        "source": source[:LONGEST],
        "cases": [
            {"what": case.what, "passed": passed, "words": words}
            for case, (passed, words) in zip(exercise.cases, verdicts, strict=True)
        ],
        "visible": {"passed": said is not None and not message, "message": message},
    }


def spoken(reply: Reply) -> str:
    """Return what the visible tests said, in one line of text that nobody vouches for.

    Parameters
    ----------
    reply : dict
        From :meth:`Runner.test`.

    Returns
    -------
    str
        Empty where they pass.

    Examples
    --------
    >>> spoken({"kind": "said", "text": "AssertionError: δ must be negative"})
    'AssertionError: δ must be negative'
    >>> spoken({"kind": "timeout"})
    'took too long'
    """
    if reply["kind"] != "said":
        return WORDS.get(reply["kind"], WORDS["crash"])
    text = reply["text"][:LONGEST]
    return "".join(c if c.isprintable() else " " for c in text).strip()[:500]


def try_out(path: Path, limits: Limits | None = None) -> dict[str, str]:
    """Run a notebook's visible tests as the grader will, on the student's machine.

    There is no sandbox: it is the student's own code. Exercises, tests and imports
    are those of the notebook itself.

    Parameters
    ----------
    path : Path
        The notebook.
    limits : Limits, optional
        Time limits.

    Returns
    -------
    dict of str to str
        What the tests say by the exercise's nbgrader id; empty where they pass.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    notebook = read_notebook(path)
    cells = {grade_id(cell): cell.source for cell in notebook.cells if grade_id(cell)}
    tested = {name: cells[name] for name in cells if f"{name}-tests" in cells}
    functions = {name: _defined(source) for name, source in tested.items()}
    sources = {functions[name]: source for name, source in tested.items()}
    limits = limits or Limits()
    imports = _imports(lecture_imports(notebook), cells.values())
    with Runner(imports, limits, unsafe=True) as runner:
        return {
            name: spoken(
                runner.test(
                    needed(function, sources), cells[f"{name}-tests"], limits.seconds
                )
            )
            for name, function in functions.items()
        }


def _defined(source: str) -> str:
    """Return the name of the last function that a cell defines, or the cell itself."""
    return (re.findall(r"^def\s+(\w+)", source, re.MULTILINE) or [source])[-1]


# A class


def grade(
    submissions: Path,
    *,
    to: Path,
    numbers: Sequence[str] = (),
    hidden: Path = HIDDEN,
    root: Path = ROOT,
    jobs: int = 1,
    scheduler: str | None = None,
    unsafe: bool = False,
    limits: Limits | None = None,
    report: Callable[[str], None] = print,
) -> list[Result]:
    """Grade everything that a class handed in.

    What has been graded is kept in ``TO/results`` and graded again only if the
    submission or the hidden cases have changed: an interrupted run goes on where it
    stopped.

    Parameters
    ----------
    submissions : Path
        A folder per student, or the files that a learning platform exports.
    to : Path
        Gets ``grades.csv``, ``results/ASSIGNMENT/STUDENT.json`` and, where nbgrader
        is installed, its course folder ``nbgrader`` for written answers.
    numbers : sequence of str
        The assignments to grade, such as ``["05"]``; all by default.
    hidden, root : Path
        The folder of the hidden cases, and the checkout of the course.
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
    list of dict
        One per submission: what its file in ``TO/results`` holds.

    Raises
    ------
    FileNotFoundError
        If `submissions` is no folder, or hidden cases are missing.
    RuntimeError
        If there is no sandbox here and `unsafe` is not set.
    """
    if not unsafe and not scheduler and (why := sandbox.missing()):
        raise RuntimeError(f"{why} Or grade with --unsafe, if you trust every file.")
    if not submissions.is_dir():
        raise FileNotFoundError(f"no folder {submissions}: name that of submissions")
    limits = limits or Limits()
    plans = _plans(numbers, hidden, root)
    by_stem = {plan.stem: plan for plan in plans}
    found = find_submissions(submissions, list(by_stem), report)
    digests = {stem: _digest_of(plan, limits) for stem, plan in by_stem.items()}

    def jobs_to_do() -> Iterator[tuple]:
        for each in found:
            head, data = _opened(each, digests[each.assignment])
            if head["digest"] != _kept(to, each).get("digest"):
                yield head, data, by_stem[each.assignment], limits, unsafe

    for result in _in_parallel(jobs_to_do(), len(found), jobs, scheduler):
        _write_json(_place(to, result["assignment"], result["student"]), result)
    results = [_kept(to, each) for each in found]
    _write_grades(results, to / "grades.csv")
    _write_gradebook(results, plans, to, root, report)
    if faults := [result["fault"] for result in results if not result["digest"]]:
        report(f"{len(faults)} could not be graded: grade again. ({faults[0]})")
    return results


def _plans(numbers: Sequence[str], hidden: Path, root: Path) -> list[Plan]:
    """Make the plans that were asked for; by default, of each notebook there is."""
    present = {
        path.name[:2] for path in (root / "notebooks").glob("[0-9][0-9]-*.ipynb")
    }
    return [
        make_plan(each, root)
        for each in load_assignments(hidden, numbers)
        if numbers or each.number in present
    ]


def _opened(each: Submission, digest: str) -> tuple[Result, bytes | str]:
    """Read a submission; return what is known of it, and its bytes or the problem."""
    try:
        data: bytes | str = each.read()
    except ValueError as why:
        data = str(why)
    content = data.encode() if isinstance(data, str) else data
    head = {
        "student": each.student,
        "assignment": each.assignment,
        "number": each.assignment[:2],
        "file": each.name,
        "digest": hashlib.sha256(content + digest.encode()).hexdigest(),
    }
    return head, data


def _digest_of(plan: Plan, limits: Limits) -> str:
    """Return a digest of everything but the submission that a grade depends on."""
    digest = hashlib.sha256(repr((VERSION, asdict(limits), plan.imports)).encode())
    for exercise in plan.assignment.exercises:
        about = (exercise.grade_id, exercise.function, exercise.points)
        digest.update(repr((about, plan.tests[exercise.grade_id])).encode())
        for case in exercise.cases:
            parts = (case.what, case.arguments, case.expected, case.tolerance)
            digest.update(channel.pack(parts))
    return digest.hexdigest()


def _in_parallel(
    tasks: Iterable[tuple], total: int, jobs: int, scheduler: str | None
) -> Iterator[Result]:
    """Yield results as they come; threads are enough, for the work is in sandboxes."""
    import joblib
    from tqdm import tqdm

    calls = (joblib.delayed(graded)(*task) for task in tasks)
    with tqdm(total=total, desc="grading", unit=" submissions") as bar:
        with _backend(scheduler):
            jobs = -1 if scheduler else jobs
            parallel = joblib.Parallel(jobs, return_as="generator_unordered")
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


def graded(
    head: Result, data: bytes | str, plan: Plan, limits: Limits, unsafe: bool
) -> Result:
    """Grade one submission, and let nothing that goes wrong with it stop the class.

    Parameters
    ----------
    head : dict
        What is known of the submission before.
    data : bytes or str
        Its content, or why it cannot be read.
    plan : Plan
        Its assignment.
    limits : Limits
        What it may use.
    unsafe : bool
        Run it without a sandbox.

    Returns
    -------
    dict
        `head` and what :func:`grade_notebook` returns. Where the fault is this
        machine's, the digest is empty, so that the next run grades it again.
    """
    if isinstance(data, str):
        return {**head, **unreadable(plan, data)}
    try:
        return {**head, **grade_notebook(data, plan, limits, unsafe=unsafe)}
    except Exception as why:
        fault = f"{type(why).__name__}: {why}"
        problem = "It could not be graded yet, through no fault of yours."
        return {**head, **unreadable(plan, problem), "digest": "", "fault": fault}


# Files


def _place(to: Path, assignment: str, student: str) -> Path:
    return to / "results" / assignment / f"{student}.json"


def _kept(to: Path, each: Submission) -> Result:
    """Return what an earlier run wrote down; nothing if that is not whole."""
    try:
        text = _place(to, each.assignment, each.student).read_text(encoding="utf-8")
        result = json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return result if _is_whole(result, each) else {}


def _is_whole(result: Any, each: Submission) -> bool:
    """Say whether what was read is a result, and this student's."""
    if not isinstance(result, dict):
        return False
    whose = result.get("student"), result.get("assignment")
    return whose == (each.student, each.assignment) and all(
        isinstance(result.get(part), list) for part in ("exercises", "questions")
    )


def _write_json(path: Path, result: Result) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
    os.replace(name, path)


def _write_grades(results: Iterable[Result], path: Path) -> None:
    names = ("grade_id", "points", "max", "status")
    rows = [
        [result["student"], *(each[name] for name in names)]
        for result in results
        for each in result["exercises"]
    ]
    write_table(path, [["student", "exercise", "points", "max", "status"], *rows])


def _write_gradebook(
    results: list[Result],
    plans: list[Plan],
    to: Path,
    root: Path,
    report: Callable[[str], None],
) -> None:
    if importlib.util.find_spec("nbgrader") is None:
        report("nbgrader is not installed: no gradebook for written answers.")
        return
    from aelib.homework import gradebook

    gradebook.record(results, plans, to / "nbgrader", root)
