"""Carry over what a reader wrote, from one version of a notebook to the next.

Three notebooks are compared: the one that was handed out (`base`), what the reader
made of it (`mine`), and the course's new one (`new`). Cells are the same if they have
the same nbgrader id, else the same cell id, else, where an editor has lost the ids, the
same text. What the reader wrote stays; what the reader left alone follows the course.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aelib.exercises.cells import grade_id
from aelib.exercises.stubs import is_answer

if TYPE_CHECKING:
    from nbformat import NotebookNode

Cells = dict[str, "NotebookNode"]  # by key, in the notebook's order
OWN = "own "  # what the key of a cell begins with that only the reader has


@dataclass(frozen=True)
class Carried:
    """A notebook's new version with what a reader wrote, and what that was.

    Attributes
    ----------
    notebook
        The new version.
    answers
        Answers to exercises and questions in it.
    notes
        Other cells of the reader's in it, added or changed.
    deleted
        Cells that the reader has deleted, and that are therefore not in it.
    unplaced
        Cells of the reader's for which it has no place.
    restated
        Ids of exercises that the course has changed under an answer.
    """

    notebook: NotebookNode
    answers: int
    notes: int
    deleted: int
    unplaced: tuple[NotebookNode, ...]
    restated: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether the reader has written or deleted anything."""
        return bool(self.answers or self.notes or self.deleted or self.unplaced)


def carry_over(base: NotebookNode, mine: NotebookNode, new: NotebookNode) -> Carried:
    """Return the new version of a notebook with what a reader wrote into the old one.

    Parameters
    ----------
    base, mine, new
        As handed out, as the reader has it, and the course's new version; they are
        left as they are.

    Returns
    -------
    Carried
        An answer always keeps its place. Where reader and course have both changed
        another cell, the course's is in the notebook and the reader's is unplaced, as
        is a changed cell that the course no longer has.
    """
    old, ahead = _by_key(base.cells), _by_key(new.cells)
    cells = _identify(mine.cells, {**ahead, **old})
    result: Cells = {}
    unplaced: list[NotebookNode] = []
    restated: list[str] = []
    answers = notes = 0
    for key, cell in cells.items():
        if key.startswith(OWN):
            result[key] = cell
            notes += bool(cell.source.strip())
            continue
        target = ahead.get(key)
        given = old.get(key, target)
        changed = _text(cell) not in {_text(c) for c in (given, target) if c}
        if not changed:
            if target:
                result[key] = _with_outputs(target, cell)
        elif target and (is_answer(target) or _text(given) == _text(target)):
            result[key] = _with_metadata(cell, target)
            answers += is_answer(target)
            notes += not is_answer(target)
            if _text(given) != _text(target):
                restated.append(grade_id(target))
        else:
            if cell.source.strip():
                unplaced.append(cell)
            if target:
                result[key] = target
    for key, target in ahead.items():
        if key not in cells and _text(old.get(key)) != _text(target):
            result[key] = target  # new in the course, or changed after it was deleted
    deleted = [key for key in old if key in ahead and key not in {*cells, *result}]
    notebook = copy.deepcopy(new)
    notebook.metadata = type(new)({**mine.metadata, **notebook.metadata})
    order = _order(list(old), list(cells), list(ahead), result)
    notebook.cells = _with_ids(copy.deepcopy(result[key]) for key in order)
    return Carried(
        notebook, answers, notes, len(deleted), tuple(unplaced), tuple(restated)
    )


# Which cell is which


def _by_key(cells: Sequence[NotebookNode]) -> Cells:
    """Return the course's cells by their nbgrader ids or, without one, cell ids."""
    return {grade_id(cell) or cell.get("id", ""): cell for cell in cells}


def _identify(mine: Sequence[NotebookNode], known: Cells) -> Cells:
    """Return a reader's cells by the keys of the course's cells that they are.

    A cell that is split or copied in JupyterLab may share its ids with another: the
    first one is the course's.
    """
    keys: dict[int, str] = {}
    for at, cell in enumerate(mine):
        for key in (grade_id(cell), cell.get("id", "")):
            if key in known and key not in keys.values() and at not in keys:
                keys[at] = key
    free = {_text(cell): key for key, cell in known.items()}
    for at, cell in enumerate(mine):
        key = free.get(_text(cell))
        if at not in keys and key and key not in keys.values():
            keys[at] = key
    return {keys.get(at, f"{OWN}{at}"): cell for at, cell in enumerate(mine)}


def _text(cell: NotebookNode | None) -> tuple[str, str] | None:
    return (cell.cell_type, cell.source) if cell else None


# What a cell is made of


def _with_outputs(target: NotebookNode, cell: NotebookNode) -> NotebookNode:
    """Return the course's cell with what it printed for the reader, if still true."""
    if _text(target) == _text(cell) and cell.cell_type == "code":
        outputs = {key: cell[key] for key in ("outputs", "execution_count")}
        return type(target)({**target, **outputs})
    return target


def _with_metadata(cell: NotebookNode, target: NotebookNode) -> NotebookNode:
    """Return the reader's cell with what the course says about it now."""
    about = {**cell.metadata, **target.metadata}
    return type(cell)({**cell, "metadata": type(cell)(about)})


def _with_ids(cells: Iterator[NotebookNode]) -> list[NotebookNode]:
    """Return cells of which no two share a cell id, which a notebook must not have."""
    seen: Counter[str] = Counter()
    result = []
    for cell in cells:
        name = first = cell.get("id") or "note"
        while name in seen:
            seen[first] += 1
            name = f"{first[:50]}-{seen[first]}"
        seen[name] = 0
        cell.id = name
        result.append(cell)
    return result


# Where a cell stands


def _order(
    old: list[str], mine: list[str], ahead: list[str], result: Cells
) -> list[str]:
    """Return the keys of the result in the course's order, or in a reader's own."""
    mine = [key for key in mine if key in result]
    ahead = [key for key in ahead if key in result]
    given = [key for key in old if key in mine]
    moved = given != [key for key in mine if key in given]
    return _interleave(mine, ahead) if moved else _interleave(ahead, mine)


def _interleave(first: list[str], second: list[str]) -> list[str]:
    """Return `first`, and what only `second` has, each after its predecessor there."""
    result = list(first)
    for at, key in enumerate(second):
        if key not in result:
            place = result.index(second[at - 1]) + 1 if at else 0
            result.insert(place, key)
    return result
