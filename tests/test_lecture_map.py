"""docs/lecture-map.md: every statement of the lecture, and where the course has it."""

from __future__ import annotations

import ast
import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "lecture-map.md").read_text(encoding="utf-8")

LENGTHS = {"A": 7, "B": 6, "C": 11, "D": 3, "E": 3, "F": 2}
IDS = [f"{part}{i + 1}" for part, length in LENGTHS.items() for i in range(length)]

ROWS = {
    cells[0]: cells[1:]
    for line in TEXT.splitlines()
    if re.match(r"\| [A-F]\d", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def test_every_statement_has_its_row_in_the_lectures_order() -> None:
    assert list(ROWS) == IDS
    assert all(len(cells) == 4 for cells in ROWS.values())
    assert all(len(cells[0].split()) >= 3 for cells in ROWS.values())


def test_every_statement_is_covered() -> None:
    assert "32 of 32 statements" in TEXT
    assert [name for name in IDS if "not yet" in ROWS[name][1]] == []


NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_has_a_row(path: Path) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ")]
    assert any(f"(../notebooks/{path.name}" in row for row in rows)


@pytest.mark.parametrize("name", IDS)
def test_a_covered_statement_links_to_a_section_of_a_notebook(name: str) -> None:
    # That the file and the heading exist is checked with all other links.
    assert re.search(r"\]\(\.\./notebooks/\d\d-[\w-]+\.ipynb#[^)]+\)", ROWS[name][1])


@pytest.mark.parametrize("name", IDS)
def test_a_covered_statement_has_a_function_that_exists(name: str) -> None:
    functions = re.findall(r"`(aelib\.[\w.]+)`", ROWS[name][2])
    assert functions
    for function in functions:
        assert callable(pkgutil.resolve_name(function)), function


@pytest.mark.parametrize("name", IDS)
def test_a_covered_statement_has_a_test_that_exists(name: str) -> None:
    tests = re.findall(r"`(tests/[\w/]+\.py)::(?:\w+::)?(\w+)`", ROWS[name][3])
    assert tests
    for file, test in tests:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        assert test in names, f"{file}::{test}"
