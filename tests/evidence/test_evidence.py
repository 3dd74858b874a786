"""docs/evidence.md: each claim rests on a cell that asserts it or a stored table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pytest
from claims import Altered, all_claims

from aelib.results import Table, load_table

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
CLAIMS = all_claims()
NOTEBOOKS = {
    path.name[:2]: nbformat.read(path, as_version=4)
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
}


@dataclass(frozen=True)
class Row:
    """One line of docs/evidence.md."""

    id: str
    claim: str
    opponent: str
    runs: str
    section: str
    evidence: str

    @property
    def notebook(self) -> str:
        return self.id[:2]


ROWS = [
    Row(*(cell.strip() for cell in line.strip().strip("|").split(" | ")))
    for line in TEXT.splitlines()
    if re.match(r"\| \d\d-", line)
]
FROM_TABLES = [row for row in ROWS if row.evidence.startswith("table")]
FROM_CELLS = [row for row in ROWS if row not in FROM_TABLES]


def by_id(row: Row) -> str:
    return row.id


def test_ids_are_unique_and_in_the_order_of_the_notebooks() -> None:
    ids = [row.id for row in ROWS]
    assert len(set(ids)) == len(ids)
    notebooks = [row.notebook for row in ROWS]
    assert notebooks == sorted(notebooks)


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_a_claim_says_what_it_is_set_against_and_where_it_stands(row: Row) -> None:
    assert len(row.claim.split()) >= 4
    assert row.opponent
    assert re.search(r"\d|exact", row.runs), "how many seeds, or draws?"
    # That the section exists is checked with all other links.
    assert re.fullmatch(
        rf"\[.+\]\(\.\./notebooks/{row.notebook}-[\w-]+\.ipynb#\S+\)", row.section
    )
    assert re.fullmatch(r"table `\w+`|cell", row.evidence)


@pytest.mark.parametrize("row", FROM_TABLES, ids=by_id)
def test_a_table_shows_its_claim_and_would_not_with_one_other_value(row: Row) -> None:
    claim = CLAIMS[row.id]
    assert row.evidence == f"table `{claim.table}`"
    table = load_table(claim.table)
    assert claim.holds(table)
    assert not claim.holds(claim.refuted_by(table))


@pytest.mark.parametrize("row", FROM_CELLS, ids=by_id)
def test_a_cell_asserts_its_claim(row: Row) -> None:
    tag = f"claim-{row.id}"
    cells = NOTEBOOKS[row.notebook].cells
    found = [cell for cell in cells if tag in cell.metadata.get("tags", [])]
    assert len(found) == 1, f"one cell of the notebook has the tag {tag}"
    assert re.search(r"^\s*assert ", found[0].source, re.MULTILINE)


def test_no_claim_is_missing_from_the_page() -> None:
    assert set(CLAIMS) == {row.id for row in FROM_TABLES}
    tags = {
        tag.removeprefix("claim-")
        for notebook in NOTEBOOKS.values()
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag.startswith("claim-")
    }
    assert tags == {row.id for row in FROM_CELLS}


def test_one_value_is_altered_and_no_other() -> None:
    table = Table({"n": np.array([1.0, 2.0]), "x": np.array([3.0, 4.0])}, ())
    other = Altered({"n": 2}, "x", 0.0)(table)
    assert other.columns["x"].tolist() == [3, 0]
    assert table.columns["x"].tolist() == [3, 4]
    with pytest.raises(ValueError, match="0 rows"):
        Altered({"n": 3}, "x", 0.0)(table)
