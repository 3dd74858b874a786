"""What a student runs before handing in: can it be graded, and what is left to do.

It needs neither hidden cases nor nbgrader: a released notebook itself says which cells
are handed in, and carries a digest of each tests cell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aelib.homework.exercises import digest, grade_id

if TYPE_CHECKING:
    from nbformat import NotebookNode

STUB = "raise NotImplementedError"
UNWRITTEN = "YOUR ANSWER HERE"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    fine : bool
        Whether it may be handed in so.
    words : str
        What was found, for the student.
    """

    fine: bool
    words: str


def check(path: Path) -> list[Finding]:
    """Look a notebook over as the grader will, without the hidden cases.

    The visible tests are run in a process of their own, but without a sandbox: it is
    the student's machine.

    Parameters
    ----------
    path : Path
        The notebook to hand in.

    Returns
    -------
    list of Finding
        In the notebook's order.
    """
    from aelib.homework.grade import try_out
    from aelib.homework.submission import read_notebook

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
    return [
        Finding(True, f"the file can be read: {about['assignment']}"),
        *look_over(notebook, about),
        *_tested(about["exercises"], try_out(path)),
    ]


def look_over(notebook: NotebookNode, about: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what can be said of a notebook without running it.

    Parameters
    ----------
    notebook : NotebookNode
        A released notebook, worked on.
    about : mapping
        What the release wrote down about it: its ``metadata.aelib``.

    Yields
    ------
    Finding
        One of each exercise, each tests cell that is not as it was, each question.
    """
    sources: dict[str, list[str]] = {}
    for cell in notebook["cells"]:
        sources.setdefault(grade_id(cell), []).append(cell["source"])
    for name, function in about["exercises"].items():
        yield _solution(function, sources.get(name, []))
        yield from _tests(function, sources.get(f"{name}-tests", []), about, name)
    for name in about["questions"]:
        yield _answer(sources.get(name, []))


def _solution(function: str, sources: list[str]) -> Finding:
    if len(sources) != 1:
        words = "is missing" if not sources else "is there twice"
        return Finding(False, f"the cell of {function} {words}")
    try:
        body = ast.parse(sources[0]).body
    except SyntaxError as error:
        return Finding(
            False, f"{function}: line {error.lineno} is no Python: {error.msg}"
        )
    defined = {getattr(part, "name", "") for part in body}
    if function not in defined:
        return Finding(False, f"the cell of {function} defines no function {function}")
    if STUB in sources[0]:
        return Finding(False, f"{function} is not written yet")
    return Finding(True, f"{function} is written")


def _tests(
    function: str, sources: list[str], about: Mapping[str, Any], name: str
) -> Iterator[Finding]:
    if not sources:
        yield Finding(False, f"the tests of {function} are missing")
    elif any(digest(source) != about["tests"][name] for source in sources):
        yield Finding(
            False, f"the tests of {function} were changed: it is graded by the original"
        )


def _answer(sources: list[str]) -> Finding:
    written = " ".join(sources).replace(UNWRITTEN, "").split()
    if not written:
        return Finding(False, "the question has no answer yet")
    return Finding(True, f"the question is answered, in {len(written)} words")


def _tested(
    exercises: Mapping[str, str], messages: Mapping[str, str]
) -> Iterator[Finding]:
    for name, function in exercises.items():
        message = messages.get(name, "they were not run")
        if message.startswith("NotImplementedError"):
            continue  # "not written yet" has been said
        if message:
            yield Finding(False, f"the tests of {function} fail: {message}")
        else:
            yield Finding(True, f"the tests of {function} pass")
