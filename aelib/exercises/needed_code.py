"""Which code an exercise's answer needs, out of all that stands in a notebook.

Only solution cells run, found by their nbgrader ids, each with the imports of the
lecture part that it names and after the other solution cells whose function it names.
Nothing else of a student's notebook runs: no edited test, no cell between. So what
costs one exercise costs no other, and NumPy alone is loaded where NumPy alone is used.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from aelib.exercises.cells import grade_id

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST = 100_000  # characters of code that is looked into

SLOW = re.compile(r"\b(?:import|from)\s+(torch|scipy|sklearn|sympy)\b")
Import = tuple[str, str]  # a name, and the statement that binds it


def lecture_imports(notebook: NotebookNode) -> tuple[Import, ...]:
    """List the imports of a notebook's cells that are no part of an exercise.

    Parameters
    ----------
    notebook
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
        for each in _bindings(statement)
    )


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # Jupyter's own commands, in a student's notebook
        return []


def _bindings(node: ast.stmt) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            yield name, ast.unparse(ast.Import([alias]))
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            one = ast.ImportFrom(node.module, [alias], node.level)
            yield alias.asname or alias.name, ast.unparse(one)


def choose_imports(known: Iterable[Import], cells: Iterable[str]) -> list[str]:
    """Choose the imports that cells name, and large packages that they import."""
    cells = list(cells)
    names = set().union(*map(_names_in, cells))
    chosen = [statement for name, statement in known if name in names]
    large = {name for cell in cells for name in SLOW.findall(cell)}
    return [*dict.fromkeys(chosen), *(f"import {name}" for name in sorted(large))]


def _names_in(source: str) -> set[str]:
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


def needed_cells(function: str, sources: Mapping[str, str]) -> list[str]:
    """List the cells that define a function: its own last, before it those it names.

    Parameters
    ----------
    function
        The exercise's function.
    sources
        The solution cells, by the functions that they define, in the notebook's order.

    Returns
    -------
    list of str
        The cells' sources. A name in a comment or a string is no need.

    Examples
    --------
    >>> needed_cells("g", {"f": "def f(): 1", "g": "def g(): f()", "h": "def h(): 2"})
    ['def f(): 1', 'def g(): f()']
    >>> needed_cells("g", {"f": "def f(): 1", "g": "def g(): 2  # as f() does"})
    ['def g(): 2  # as f() does']
    """
    found, new = {function}, [function]
    while new:
        more = _names_in(sources[new.pop()]).intersection(sources) - found
        found |= more
        new += sorted(more)
    earlier = [source for f, source in sources.items() if f in found and f != function]
    return [*earlier, sources[function]]
