"""The tables of all notebooks, in README and on the start page, from their first cells.

A first cell states the title, the question, the time and the lecture's statements; the
cell tagged ``cover`` holds the picture to remember, and its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.exercises.checkout import find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN, END = "<!-- {name}: from the notebooks' first cells -->", "<!-- end -->"
PAGES = {"README.md": ("course", "pictures"), "notebooks/README.md": ("start",)}
"""Page to the tables between such lines of it."""


IDS = r"[A-F]\d+(?: to [A-F]\d+)?"
STATED = {
    "title": r"^# \d\d · (.+)",
    "question": r"^\*\*The question\.\*\* ((?:.+\n?)+)|^\*\*(.+?\?)\*\*",
    "time": r"^\*\*Time:\*\* ([^;.]+)",
    "lecture": rf"\*\*Lecture:\*\* ({IDS}(?:, {IDS})*|[^.;]+)",
}
"""What a first cell states, and how it is found there."""


@dataclass(frozen=True)
class Entry:
    """What the tables say of one notebook."""

    stem: str
    title: str
    question: str
    time: str
    lecture: str
    picture: str

    @property
    def number(self) -> str:
        """The notebook's number, such as ``"05"``."""
        return self.stem[:2]


def entry(stem: str, notebook: NotebookNode) -> Entry:
    r"""Read what a notebook says of itself.

    Raises
    ------
    ValueError
        If its first cell lacks the title, the question, the time or the lecture.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> words = "# 12 · Play", "**Why?** So.", "**Time:** an hour. **Lecture:** A1."
    >>> play = new_notebook(cells=[new_markdown_cell("\n\n".join(words))])
    >>> entry("12-play", play).question
    'Why?'
    """
    first = notebook.cells[0].source if notebook.cells else ""
    found = {}
    for name, pattern in STATED.items():
        match = re.search(pattern, first, re.MULTILINE)
        if match is None:
            raise ValueError(
                f"The first cell of {stem} does not state its {name}: write it as in "
                "notebook 01."
            )
        words = next(filter(None, match.groups()))
        found[name] = " ".join(words.split())
    return Entry(stem, **found, picture=_words_of_the_cover(notebook))


def _words_of_the_cover(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        if "cover" in cell.metadata.get("tags", []):
            return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    return ""


def tables(entries: list[Entry]) -> dict[str, str]:
    """Return each table in Markdown, by its name."""
    return {
        "course": table(
            ("#", "notebook", "its question", "lecture"),
            [
                (e.number, _link(e, "notebooks/"), e.question, e.lecture)
                for e in entries
            ],
        ),
        "start": table(
            ("", "notebook", "its question", "time"),
            [(e.number, _link(e), e.question, e.time) for e in entries],
        ),
        "pictures": _in_pairs(
            [
                f"![{e.picture}](docs/img/{e.stem}.png) {e.number}: {e.title}"
                for e in entries
                if e.picture
            ]
        ),
    }


def _link(entry: Entry, folder: str = "") -> str:
    return f"[{entry.title}]({folder}{entry.stem}.ipynb)"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(" ".join(["|", *map(_cell, cells)]) for cells in lines)


def _cell(words: str) -> str:
    return f"{words.replace('|', chr(92) + '|')} |".lstrip()


def _in_pairs(cells: Sequence[str]) -> str:
    padded = [*cells, ""] if len(cells) % 2 else cells
    return table(("", ""), list(zip(padded[::2], padded[1::2], strict=True)))


def render(root: Path) -> dict[Path, str]:
    """Return each page of `PAGES` that there is, with its tables as they should be.

    Raises
    ------
    ValueError
        If a notebook does not state what a table says, or a page lacks the lines
        between which a table stands.
    """
    import nbformat

    pages = {name: root / name for name in PAGES if (root / name).exists()}
    if not pages:
        return {}
    found = tables(
        [
            entry(path.stem, nbformat.read(path, as_version=4))
            for path in find_notebooks(root=root)
        ]
    )
    texts = {}
    for name, path in pages.items():
        text = path.read_text(encoding="utf-8")
        for table in PAGES[name]:
            text = _put(text, BEGIN.format(name=table), found[table], name)
        texts[path] = text
    return texts


def _put(text: str, begin: str, table: str, page: str) -> str:
    before, line, rest = text.partition(f"{begin}\n")
    _, end, after = rest.partition(f"{END}\n")
    if not (line and end):
        raise ValueError(f"{page} lacks a line {begin}, or {END} after it.")
    return f"{before}{line}\n{table}\n\n{end}{after}"


def write(root: Path) -> None:
    """Renew the tables of all pages."""
    for page, text in render(root).items():
        page.write_bytes(text.encode())
