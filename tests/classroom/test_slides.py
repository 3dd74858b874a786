"""Decks: what of a notebook comes to the screen, in which order, and what is said."""

from __future__ import annotations

import base64
import io
import itertools
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aelib.classroom import deck, slides

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
SLIDE = {"slideshow": {"slide_type": "slide"}}


def text(source: str) -> NotebookNode:
    return new_markdown_cell(source, metadata=SLIDE)


def shown(plain: str, *, alt: str = "", tags: tuple[str, ...] = (), **data: str):
    metadata = {**SLIDE, "tags": list(tags), "mystnb": {"image": {"alt": alt}}}
    output = new_output("display_data", {"text/plain": plain, **data})
    return new_code_cell("…", outputs=[output], metadata=metadata)


def picture() -> str:
    file = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(file, format="png")
    return base64.b64encode(file.getvalue()).decode()


OPENING = (
    "# 03 · A price\n\n**What is a weight worth?**\n\nIt costs.\n\n- see it;\n- pay."
)


def made_deck(tmp_path: Path, *cells: NotebookNode) -> list[deck.Slide]:
    notebook = new_notebook(cells=[text(OPENING), *cells])
    return deck.slides(notebook, tmp_path / "pictures", tmp_path / "states")


def test_a_deck_opens_with_title_question_cover_and_plan(tmp_path: Path) -> None:
    cover = shown("…", alt="a cover", tags=("cover",), **{"image/png": picture()})
    first, plan, later = made_deck(tmp_path, text("## Weights"), cover)[:3]
    assert first.title == "03 · A price"
    assert first.parts[0] == "**What is a weight worth?**"
    assert ":alt: a cover" in first.parts[1]
    assert plan.parts == ["- see it;\n- pay."]
    assert later.title == "Weights"
    assert len(list((tmp_path / "pictures").iterdir())) == 2


def test_only_what_is_marked_is_shown(tmp_path: Path) -> None:
    unmarked = new_markdown_cell("## Elsewhere\n\n$$a$$")
    found = made_deck(tmp_path, unmarked, text("$$b$$"))
    assert [slide.title for slide in found[2:]] == ["Elsewhere"]
    assert "b" in found[-1].parts[0]
    assert not any("$$a$$" in slide.as_markdown() for slide in found)


def test_each_line_of_a_derivation_waits_for_a_click(tmp_path: Path) -> None:
    lines = r"$$\begin{aligned}J&=a\\&=b\\[2pt]&=c\end{aligned}$$"
    slide = made_deck(tmp_path, text(f"## Lines\n\nWe add. Twice.\n\n{lines}"))[-1]
    assert slide.parts[0] == "We add."
    formulas = [part for part in slide.parts if "revealjs-fragments" in part]
    assert [re.search(r"=(\w)", part)[1] for part in formulas] == ["a", "b", "c"]
    assert slide.notes == ["We add. Twice."]


def test_a_text_that_reads_a_picture_is_said_not_shown(tmp_path: Path) -> None:
    seen = shown("…", alt="a curve", **{"image/png": picture()})
    last = made_deck(tmp_path, text("## Curve\n\nLook."), seen, text("It falls."))[-1]
    assert ":alt: a curve" in last.parts[0]
    assert last.notes == ["It falls."]


def test_an_answer_comes_right_behind_its_question(tmp_path: Path) -> None:
    asks = shown("Prediction(03-x)", **{"text/html": "<p>Which?</p>"})
    answers = shown("Answer(03-x)", **{"text/html": "<p>This.</p>"})
    found = made_deck(tmp_path, asks, text("## Between\n\n$$a$$"), answers)
    assert [slide.title for slide in found[2:]] == [
        deck.QUESTION,
        deck.ANSWER,
        "Between",
    ]


def test_words_of_a_link_stay_and_its_address_goes(tmp_path: Path) -> None:
    source = (
        "## Links\n\nSee [$E[s]$ is it](#Where-(it-is)) and [4](https://a.b).\n\n$$a$$"
    )
    slide = made_deck(tmp_path, text(source))[-1]
    assert slide.notes == ["See $E[s]$ is it and [4](https://a.b)."]


def test_long_printouts_stay_in_the_notebook(tmp_path: Path) -> None:
    def printing(lines: int) -> NotebookNode:
        output = new_output("stream", text="line\n" * lines)
        return new_code_cell("…", outputs=[output], metadata=SLIDE)

    found = made_deck(tmp_path, text("## Printed\n\nSo."), printing(3), printing(30))
    assert len(found) == 4
    assert "line" in found[-1].parts[0]


# The course's own decks


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return slides.build(to=tmp_path_factory.mktemp("slides") / "slides").parent


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_deck_fits_a_lecture(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    found = deck.slides(notebook, tmp_path / "p", ROOT / "docs" / "explorers")
    titles = [slide.title for slide in found]
    assert 15 <= len(found) <= 36  # for 45 minutes
    assert titles.count(deck.QUESTION) == titles.count(deck.ANSWER) >= 1
    for before, after in itertools.pairwise(titles):
        assert (before == deck.QUESTION) == (after == deck.ANSWER)
    assert titles[-1].startswith("Summary")
    assert any("aelib-place" in slide.as_markdown() for slide in found)
    assert not any("### BEGIN SOLUTION" in slide.as_markdown() for slide in found)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_deck_needs_nothing_from_elsewhere_and_its_pictures_have_words(
    path: Path, site: Path
) -> None:
    page = site / "slides" / f"{path.stem}.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    loaded = [each["src"] for each in soup.find_all(src=True)]
    loaded += [each["href"] for each in soup.find_all("link", href=True)]
    for name in loaded:
        assert (page.parent / name.partition("?")[0]).exists(), name
    for image in soup.select(".slides img"):
        assert " " in image["alt"].strip()


def test_a_deck_of_no_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="77"):
        slides.build(["77"], to=tmp_path / "slides")
