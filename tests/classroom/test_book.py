"""The book: every page is there, links lead somewhere, pictures have words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook

from aelib.classroom import book

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]-*"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, BeautifulSoup]:
    index = book.build(to=tmp_path_factory.mktemp("book") / "book")
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(index.parent.rglob("*.html"))
        if "_static" not in path.parts
    }


def references(page: BeautifulSoup) -> Iterator[tuple[str, str]]:
    for attribute in ("href", "src"):
        for element in page.find_all(attrs={attribute: True}):
            yield element.name, element[attribute]


def test_every_notebook_has_its_page_and_the_front_page_leads_there(
    pages: dict[Path, BeautifulSoup],
) -> None:
    front = next(page for path, page in pages.items() if path.name == "index.html")
    linked = {link for name, link in references(front) if name == "a"}
    assert {f"notebooks/{name}.html" for name in NOTEBOOKS} <= linked
    assert set(NOTEBOOKS) <= {path.stem for path in pages}


def test_every_link_inside_the_book_leads_somewhere(
    pages: dict[Path, BeautifulSoup],
) -> None:
    broken = []
    for path, page in pages.items():
        for _, link in references(page):
            address, anchor = urldefrag(link)
            address = address.partition("?")[0]
            if re.match(r"[a-z]+:|//", address):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            if not target.exists():
                broken.append(f"{path.name}: {link}")
            elif anchor and target in pages:
                names = {e.get("id") for e in pages[target].find_all(id=True)}
                if unquote(anchor) not in names:
                    broken.append(f"{path.name}: {link}")
    assert not broken


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, BeautifulSoup]) -> None:
    foreign = [
        (path.name, link)
        for path, page in pages.items()
        for name, link in references(page)
        if name != "a" and re.match(r"https?:|//", link)
    ]
    assert not foreign


def test_every_picture_has_words(pages: dict[Path, BeautifulSoup]) -> None:
    for path, page in pages.items():
        for picture in page.find_all("img"):
            words = picture.get("alt", "")
            # Where there are none, Sphinx puts the file's name: a hash.
            assert " " in words.strip(), f"{path.name}: {picture}"[:200]


def test_pictures_beside_the_text_have_captions(
    pages: dict[Path, BeautifulSoup],
) -> None:
    captioned = 0
    for path, page in pages.items():
        if path.name not in ("index.html", "README.html"):
            continue
        for picture in page.select("article p > img"):
            caption = picture.parent.find_next_sibling("p")
            assert caption.find("em").text == caption.text, f"{path}: {picture}"
            captioned += 1
    assert captioned > 4


def test_solutions_are_folded_away(pages: dict[Path, BeautifulSoup]) -> None:
    page = next(page for path, page in pages.items() if path.stem == NOTEBOOKS[0])
    solutions = [d for d in page.find_all("details") if "solution" in d.text[:40]]
    answers = [d for d in page.find_all("details") if "model answer" in d.text[:40]]
    assert len(solutions) >= 3
    assert len(answers) >= 1
    assert not any(details.has_attr("open") for details in solutions + answers)


def test_a_cell_that_is_no_solution_stays_as_it_is() -> None:
    cell = new_code_cell("1 + 1", metadata={"nbgrader": {"solution": False}})
    notebook = new_notebook(cells=[cell, new_code_cell("2")])
    before = [dict(cell) for cell in notebook.cells]
    book.fold_solutions(notebook)
    assert [dict(cell) for cell in notebook.cells] == before


def test_a_broken_link_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def stage(root: Path, folder: Path) -> None:
        folder.mkdir(parents=True)
        (folder / "index.md").write_text("# A book\n\n[nowhere](no-such-page.md)\n")

    monkeypatch.setattr(book, "stage", stage)
    with pytest.raises(ValueError, match="faults"):
        book.build(to=tmp_path / "book")
    assert "no-such-page" in capfd.readouterr().err
