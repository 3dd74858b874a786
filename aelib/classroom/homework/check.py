"""What a student runs before handing in: can it be graded, and what is left to do.

It needs neither hidden cases nor nbgrader: a released notebook itself says which cells
are handed in, and carries a digest of each tests cell. So it cannot know how many
points there will be, and says no more than what it saw: which visible demands are met,
and for which questions something is written that may be an answer.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aelib.classroom.homework.files import read_notebook
from aelib.classroom.homework.grade_one import run_visible_tests
from aelib.classroom.homework.plain_text import visible
from aelib.classroom.sandbox.cell_magic import without_magic
from aelib.exercises.answers import (
    FEWEST_WORDS,
    UNWRITTEN,
    Kind,
    count_words,
    kind_of,
)
from aelib.exercises.cells import (
    Cell,
    as_cell,
    digest,
    find_answer,
    find_solution,
    grade_id,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOT_YET = re.compile(r"NotImplementedError|\w+ is not written yet")
STUB = "raise NotImplementedError"
LONGEST_QUOTE = 60  # characters of a student's or a question's words


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    fine
        Whether it may be handed in so.
    words
        What was found, for the student.
    caution
        Whether the student should look at it again, although it may be fine.
    """

    fine: bool
    words: str
    caution: bool = False


def check(path: Path) -> list[Finding]:
    """Look a notebook over as the grader will, without the hidden cases.

    The visible tests are run in a process of their own, but without a sandbox: it is
    the student's machine.

    Parameters
    ----------
    path
        The notebook to hand in.

    Returns
    -------
    list of Finding
        In the notebook's order.
    """
    try:
        notebook = read_notebook(path)
    except (OSError, ValueError) as error:
        return [Finding(False, f"the file cannot be read: {error}")]
    about = notebook["metadata"].get("aelib")
    if not about:
        return [
            Finding(
                False,
                "the file does not say which assignment it is: was it made from the "
                "notebook that was handed out, or saved by another program?",
            )
        ]
    seen = list(look_over(notebook, about))
    return [
        Finding(True, f"the file can be read: {about['assignment']}"),
        *seen,
        *_test_findings(
            about["exercises"], run_visible_tests(notebook, about["exercises"]), seen
        ),
    ]


def conclusion(findings: Sequence[Finding]) -> str:
    """Say in one line what a look at a notebook came to, and claim no more.

    Parameters
    ----------
    findings
        From :func:`check`.

    Returns
    -------
    str
        How many things are to be fixed, or that nothing was found and what decides.

    Examples
    --------
    >>> conclusion([Finding(False, "f is not written yet"), Finding(True, "g is")])
    '1 thing to fix before you hand in.'
    """
    count = sum(not finding.fine for finding in findings)
    if count:
        return f"{count} thing{'s' * (count > 1)} to fix before you hand in."
    return (
        "Every visible demand is met and every question has an answer. "
        "Hidden cases decide the points."
    )


def look_over(notebook: NotebookNode, about: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what can be said of a notebook without running it.

    Parameters
    ----------
    notebook
        A released notebook, worked on.
    about
        What the release wrote down about it: its ``metadata.aelib``.

    Yields
    ------
    Finding
        One of each exercise, each tests cell that is not as it was, each question.
    """
    cells = [as_cell(cell) for cell in notebook["cells"]]
    for name, function in about["exercises"].items():
        yield _solution(cells, name, function)
        tests = [cell.source for cell in cells if cell.grade_id == f"{name}-tests"]
        yield from _tests(function, tests, about, name)
    for name in about["questions"]:
        yield _answer(notebook["cells"], name)


def _solution(cells: Sequence[Cell], name: str, function: str) -> Finding:
    """Judge the cell that the grader will take for the answer, by its form."""
    named = [cell for cell in cells if cell.grade_id == name]
    if named and not any(cell.kind == "code" for cell in named):
        words = f"is a {named[0].kind} cell, which is not run: make it a code cell"
        return Finding(False, f"the cell of {function} {words}")
    if len(named) != 1:
        times = "is missing" if not named else "is there twice: the last that defines"
        words = f"{times} {function} counts" if named else times
        return Finding(False, f"the cell of {function} {words}")
    source = find_solution(cells, name, function)
    try:
        body = _parse(source).body
    except (SyntaxError, ValueError) as error:
        place = f"line {line}" if (line := getattr(error, "lineno", 0)) else "the cell"
        what = getattr(error, "msg", error)
        return Finding(False, f"{function}: {place} is not valid Python: {what}")
    defined = {getattr(part, "name", "") for part in body}
    if function not in defined:
        return Finding(False, f"the cell of {function} defines no function {function}")
    if STUB in source:
        return Finding(False, _not_written(function))
    return Finding(True, f"{function} is written")


def _parse(source: str) -> ast.Module:
    """Parse a cell as the grader runs it: Jupyter's own lines are not in the way."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse(without_magic(source))


def _tests(
    function: str, sources: list[str], about: Mapping[str, Any], name: str
) -> Iterator[Finding]:
    if not sources:
        yield Finding(False, f"the cell that judges {function} is missing")
    elif any(digest(source) != about["tests"][name] for source in sources):
        yield Finding(
            False,
            f"the cell that judges {function} was changed: the original one counts",
        )


def _not_written(function: str) -> str:
    return f"{function} is not written yet"


def _answer(cells: Sequence[NotebookNode], name: str) -> Finding:
    """Judge a written answer, as the grader reads it, by its form alone."""
    if name not in map(grade_id, cells):
        words = f'the question has no answer yet: its cell "{name}" is missing'
        return Finding(False, words)
    answer = find_answer([as_cell(cell) for cell in cells], name)
    cell = f'the cell below "{_question(cells, name)}"'
    match kind_of(answer):
        case Kind.EMPTY:
            state = f"holds only {_quote(answer)}" if answer.strip() else "is empty"
            return Finding(False, f"the question has no answer yet: {cell} {state}")
        case Kind.PLACEHOLDER:
            state = f'still says "{UNWRITTEN}"'
            return Finding(False, f"the question has no answer yet: {cell} {state}")
        case Kind.SHORT:
            words = (
                f"{cell} says only {_quote(answer)}: write at least {FEWEST_WORDS} "
                "different words; pictures and links do not count, for nobody sees them"
            )
            return Finding(False, words)
        case Kind.FORMULA:
            words = (
                f"{cell} holds a formula, a number or code and few words: if the "
                "question asks why, explain it in words"
            )
            return Finding(True, words, caution=True)
    count = count_words(answer)
    return Finding(True, f"{cell} holds an answer of {count} words; a person marks it")


def _question(cells: Sequence[NotebookNode], name: str) -> str:
    """Return the beginning of the question above the cell that answers it."""
    ids = list(map(grade_id, cells))
    above = [
        cell["source"]
        for cell in cells[: ids.index(name)]
        if cell["cell_type"] == "markdown" and not grade_id(cell)
    ]
    lines = above[-1].strip().splitlines() if above else []
    return _shorten(lines[0].strip("#* ").replace("**", "")) if lines else name


def _quote(answer: str) -> str:
    return f'"{_shorten(answer)}"'


def _shorten(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _test_findings(
    exercises: Mapping[str, str], messages: Mapping[str, str], seen: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield the verdict on each exercise, unless it is in `seen`."""
    said = {finding.words for finding in seen}
    for name, function in exercises.items():
        message = messages.get(name)
        if message is None:
            yield Finding(False, f"the cell that judges {function} was not run")
        elif not message:
            yield Finding(True, f"{function} meets every visible demand")
        elif not (_not_written(function) in said and NOT_YET.match(message)):
            is_named = message.startswith(function)
            verdict = (
                message
                if is_named
                else f"the cell that judges {function} fails: {message}"
            )
            yield Finding(False, verdict)
