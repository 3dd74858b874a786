"""Links of the course, as they lead on in a reader's copy.

The copy has notebooks of its own, and the pages that they link to in a folder beside
them, so that it can be opened by itself, wherever it lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aelib.desk.files import keep, write, write_page
from aelib.desk.folder import KEPT, PAGES, START_PAGE

# Never docs/instructors.md, which has answers to exam questions.
FROM_DOCS = (
    "evidence.md",
    "glossary.md",
    "lecture-map.md",
    "notation.md",
    "records.md",
    "results.md",
    "speed.md",
)
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")
PICTURES = {".png", ".svg", ".jpg"}


@dataclass
class Links:
    """The links of a course, pointed at the files of a copy.

    Attributes
    ----------
    root
        The course.
    pictures
        The course's pictures that were linked so far: the copy needs them.
    """

    root: Path
    pictures: set[Path] = field(default_factory=set)

    def follow(self, text: str, source: Path, place: str = "") -> str:
        """Return Markdown of the course as it stands in the copy.

        Parameters
        ----------
        text
            Markdown.
        source
            The folder of the course that it stands in.
        place
            The folder of the copy that it will stand in.

        Returns
        -------
        str
            The same; a link to what the copy doesn't have becomes plain words.
        """

        def pointed(found: re.Match[str]) -> str:
            sign, words, link, anchor = found.groups(default="")
            target = self.place_of((source / link).resolve())
            if target is None:
                return words
            up = "../" * bool(place)
            short = target.removeprefix(f"{place}/") if place else target
            link = short if place and target.startswith(f"{place}/") else up + target
            return f"{sign}[{words}]({link}{anchor})"

        return LINK.sub(pointed, text)

    def place_of(self, path: Path) -> str | None:
        """Return where a file of the course is in the copy; None if it is not."""
        root = self.root.resolve()
        if path.parent == root / "notebooks":
            known = path.suffix == ".ipynb" and path.exists()
            return path.name if known or path.name == START_PAGE else None
        if path in self._pages():
            return f"{PAGES}/{path.name}"
        pictures = root / "docs" / "img"
        if path.parent == pictures and path.suffix in PICTURES and path.exists():
            self.pictures.add(path)
            return f"{PAGES}/img/{path.name}"
        return None

    def _pages(self) -> list[Path]:
        docs = self.root.resolve() / "docs"
        return [docs / name for name in FROM_DOCS if (docs / name).exists()]

    def write_pages(self, folder: Path) -> Iterator[Path]:
        """Write into a copy the pages and pictures that it needs.

        Yields
        ------
        Path
            Where something is kept now that a reader had written into one of them.
        """
        for source in self._pages():
            text = source.read_text(encoding="utf-8")
            text = self.follow(text, source.parent, PAGES)
            target = folder / PAGES / source.name
            if kept := write_page(target, text, folder / KEPT):
                yield kept
        for source in sorted(self.pictures):
            target, data = folder / PAGES / "img" / source.name, source.read_bytes()
            if target.exists() and target.read_bytes() == data:
                continue
            if target.exists():
                keep(target.read_bytes(), folder / KEPT, target.name)
            write(target, data)
