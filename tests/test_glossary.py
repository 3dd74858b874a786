"""docs/glossary.md: each term is in bold type in the section that its line links to."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if re.match(r"\| (?!term|---)", line)
]


def section(notebook: str, anchor: str) -> str:
    """Return the Markdown below one heading of a notebook, up to the next one."""
    cells = nbformat.read(ROOT / "notebooks" / notebook, as_version=4).cells
    text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    headings = {re.sub(r"[*`]", "", name).replace(" ", "-"): name for name in found}
    return found[headings[unquote(anchor)]]


def test_terms_are_in_alphabetical_order() -> None:
    terms = [term.lower() for term, *_ in ROWS]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_term_is_explained_where_its_line_says(row: list[str]) -> None:
    term, sentence, where = row
    assert re.match(r"[A-Z].+\.$", sentence)
    places = re.findall(r"\]\(\.\./notebooks/([\w-]+\.ipynb)#(\S+?)\)(?= ·|$)", where)
    assert places
    for notebook, anchor in places:
        bold = re.findall(r"\*\*([^*]+)\*\*", section(notebook, anchor))
        words = [" ".join(found.split()).strip(".:,").lower() for found in bold]
        assert any(term.lower() in found for found in words), words
