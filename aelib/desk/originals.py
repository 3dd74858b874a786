"""Answers that somebody has written into the course's own notebooks.

The first edition was worked on where it lay, over its solutions. What git says was
changed there, and has put aside with ``git stash``, is carried into the reader's copy
when that is made; the originals are left as they are.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.exercises.cells import grade_id
from aelib.exercises.stubs import BEGIN, END, is_answer, without_solution

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Original:
    """A notebook of the course in which somebody has worked.

    Attributes
    ----------
    where
        Where it was found, in words.
    given, mine
        The file as the course had it, and as it is now.
    """

    where: str
    given: bytes
    mine: bytes


def find_original(name: str, root: Path) -> Original | None:
    """Find the course's notebook of a name, if somebody has worked in it.

    Parameters
    ----------
    name
        The file's name, such as ``"04-sparse-coding.ipynb"``.
    root
        The course; where it isn't git's, nothing is found.

    Returns
    -------
    Original or None
        The file in the folder if it was changed, else that in the latest
        ``git stash`` if it was.
    """
    path = f"notebooks/{name}"
    given = as_committed(name, root)
    if given is not None:
        return Original(f"the course's own {path}", given, (root / path).read_bytes())
    stash = "refs/stash"
    if _git(root, "diff", "--quiet", f"{stash}^1", stash, "--", path)[0] == 1:
        (_, before), (_, after) = (
            _git(root, "show", f"{commit}:{path}") for commit in (f"{stash}^1", stash)
        )
        if before and after:
            return Original(f"{path} in `git stash`", before, after)
    return None


def as_committed(name: str, root: Path) -> bytes | None:
    """Return a notebook as git has it; None if the file is no different, or not git's.

    Parameters
    ----------
    name
        The file's name.
    root
        The course.

    Returns
    -------
    bytes or None
        The file's content.
    """
    path = f"notebooks/{name}"
    if not (root / ".git").exists():  # a folder above, if any, is somebody else's
        return None
    if _git(root, "diff", "--quiet", "HEAD", "--", path)[0] != 1:
        return None
    status, data = _git(root, "show", f"HEAD:{path}")
    return data if status == 0 else None


def _git(root: Path, *words: str) -> tuple[int, bytes]:
    """Run git, and return its status and what it printed; -1 where there is no git."""
    command = ["git", "-C", str(root), "--no-optional-locks", *words]
    try:
        done = subprocess.run(command, capture_output=True)
    except OSError:
        return -1, b""
    return done.returncode, done.stdout


def without_given_solutions(mine: NotebookNode, given: NotebookNode) -> None:
    """Replace, in place, each solution that nobody has touched by a place to answer.

    Parameters
    ----------
    mine
        A notebook of the course in which somebody has worked; its outputs go too.
    given
        As the course had it.
    """
    solutions = {grade_id(c): c for c in given.cells if is_answer(c)}
    for cell in mine.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        solution = solutions.get(grade_id(cell))
        if solution is None or cell.cell_type != solution.cell_type:
            continue
        if _solution(cell.source) == _solution(solution.source):
            cell.source = without_solution(cell.source, cell.cell_type)


def _solution(source: str) -> str:
    """Return what is marked in a cell as its solution; all of it, if nothing is."""
    found = re.search(rf"{BEGIN}.*\n((?:.*\n)*?) *{END}", source)
    return found[1] if found else source
