"""Docstrings speak one dialect, and what notebooks call is documented in full."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import aelib

PACKAGE = Path(aelib.__file__).parent
TEXTS = sorted((Path(__file__).parents[1] / "docs" / "text").glob("*.py"))
MODULES = {
    path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))
}


def docstrings(path: Path) -> Iterator[str]:
    """Yield each docstring of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def section(docstring: str, title: str) -> str:
    """Return what stands below a heading, up to the next one."""
    found = re.search(
        rf"(?:^|\n){title}\n-+\n(.*?)(?=\n\n.+\n--+\n|$(?!\n))", docstring, re.DOTALL
    )
    return found[1] if found else ""


@pytest.mark.parametrize("name", MODULES)
def test_a_parameter_has_its_type_in_the_annotation_alone(name: str) -> None:
    typed = [
        line
        for docstring in docstrings(MODULES[name])
        for title in ("Parameters", "Attributes")
        for line in section(docstring, title).splitlines()
        if re.match(r"\S.* : ", line)
    ]
    assert typed == []


@pytest.mark.parametrize("name", MODULES)
def test_an_example_stands_below_its_heading(name: str) -> None:
    for docstring in docstrings(MODULES[name]):
        assert (">>> " in docstring) == (">>> " in section(docstring, "Examples"))


@cache
def called() -> list[str]:
    """Return the whole name of what the notebooks import from aelib and call."""
    names = set()
    for path in TEXTS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("aelib")
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                first, dot, rest = ast.unparse(node.func).partition(".")
                if first in imported and re.fullmatch(r"[\w.]*", rest):
                    names.add(f"{imported[first]}{dot}{rest}")
    return sorted(names)


@pytest.mark.parametrize("name", called())
def test_what_a_notebook_calls_states_its_parameters_and_an_example(name: str) -> None:
    function = pkgutil.resolve_name(name)
    docstring = inspect.getdoc(function) or ""
    assert section(docstring, "Examples"), name
    if inspect.isclass(function) and "__init__" not in vars(function):
        return  # its parameters are those of what it is derived from
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        assert re.search(rf"\b{parameter.name}\b", docstring), parameter.name


def test_there_is_much_that_notebooks_call() -> None:
    assert len(called()) > 80
