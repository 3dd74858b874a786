"""Every relative link of the course's texts leads to a file, and to a heading in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from markdown_it import MarkdownIt
from nbformat.v4 import new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
PLACES = [
    "*.md",
    "data/README.md",
    "docs/**/*.md",
    "notebooks/*.md",
    "notebooks/*.ipynb",
]
PATHS = sorted(path for place in PLACES for path in ROOT.glob(place))


def markdown(path: Path) -> str:
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def links(text: str) -> Iterator[str]:
    """Yield the target of each link and picture, those in HTML included."""
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        for token in [block, *(block.children or [])]:
            if token.type in ("html_block", "html_inline"):
                yield from re.findall(r"""(?:href|src)=["']([^"']+)""", token.content)
            target = token.attrGet("href") or token.attrGet("src")
            if target:
                yield str(target)


def anchors(text: str) -> set[str]:
    """Return each heading's anchor, as JupyterLab and as GitHub make it."""
    tokens = MarkdownIt("commonmark").parse(text)
    found = set()
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            plain = "".join(child.content for child in inline.children or [])
            found.add(plain.replace(" ", "-"))
            found.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
    return found | set(re.findall(r"""\bid=["']([^"']+)""", text))


def broken(path: Path) -> Iterator[str]:
    """Yield each relative link in `path` that leads nowhere."""
    for link in links(markdown(path)):
        if re.match(r"[a-z]+:|//", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            yield f"{link}: no such file"
        elif anchor and anchor not in anchors(markdown(target)):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_lead_somewhere(path: Path) -> None:
    assert list(broken(path)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](b.ipynb#What-it-learns:-$x$) [b](b.ipynb#what-it-learns-x)", []),
        ("[here](#a-title) <a href='#own'>x</a> https://example.org `[a](no.md)`", []),
        ("![a picture](no.png)", ["no.png: no such file"]),
        ('<img alt="x" src="no.png">', ["no.png: no such file"]),
        ("| a |\n| - |\n| [b](b.ipynb#No) |", ["b.ipynb#No: no such heading"]),
        ("[a](#no)", ["#no: no such heading"]),
    ],
)
def test_a_link_that_leads_nowhere_is_found(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    cells = [new_markdown_cell("# B"), new_markdown_cell("## What it learns: $x$")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "b.ipynb")
    page = tmp_path / "page.md"
    page.write_text(f"# A title\n\n<p id='own'></p>\n\n{text}\n", encoding="utf-8")
    assert list(broken(page)) == expected
