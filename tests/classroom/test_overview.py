"""README and the start page list the notebooks as their first cells have it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from aelib.classroom import overview
from aelib.exercises.checkout import checkout

FIRST = """\
# 12 · A title

{question}

**Time:** an evening to read and do; a minute to run. **Lecture:** {lecture}.
**Before:** [notebook 01](01-shallow-autoencoder.ipynb)."""


def notebook(
    question: str = "**Why?** Because.", lecture: str = "A1"
) -> nbformat.NotebookNode:
    words = FIRST.format(question=question, lecture=lecture)
    return new_notebook(cells=[new_markdown_cell(words)])


@pytest.mark.parametrize("page", overview.PAGES)
def test_tables_are_in_step_with_the_notebooks(page: str) -> None:
    path = checkout() / page
    renewed = overview.render(checkout())[path]
    assert path.read_text(encoding="utf-8") == renewed, (
        f"renew the tables of {page}: `python -m aelib course --tables`"
    )


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("**Why $x$?** Because.", "Why $x$?"),
        (
            "**The question.** It is wrong. Who is\nto blame?",
            "It is wrong. Who is to blame?",
        ),
        ("An introduction.\n\n**Why?**", "Why?"),
    ],
)
def test_the_question_is_what_the_first_cell_asks(question: str, asked: str) -> None:
    assert overview.entry("12-x", notebook(question)).question == asked


@pytest.mark.parametrize(
    ("lecture", "ids"),
    [
        ("C7, and the symbols of all that follows", "C7"),
        ("C4 to C9, with C7 from notebook 00", "C4 to C9"),
        ("A7, B6, C10", "A7, B6, C10"),
        ("after it", "after it"),
    ],
)
def test_the_statements_of_the_lecture_come_without_what_is_said_of_them(
    lecture: str, ids: str
) -> None:
    assert overview.entry("12-x", notebook(lecture=lecture)).lecture == ids


@pytest.mark.parametrize("part", ["12 · ", "**Why?**", "**Time:**", "**Lecture:**"])
def test_a_first_cell_that_leaves_something_out_is_named(part: str) -> None:
    silent = notebook()
    silent.cells[0].source = silent.cells[0].source.replace(part, "")
    with pytest.raises(ValueError, match=r"first cell of 12-x does not state its"):
        overview.entry("12-x", silent)


def test_a_new_notebook_is_in_every_table_of_a_course_and_the_rest_stays(
    tmp_path: Path,
) -> None:
    (tmp_path / "notebooks").mkdir()
    one = notebook()
    alt = {"image": {"alt": "a | b"}}
    one.cells.append(new_code_cell(metadata={"tags": ["cover"], "mystnb": alt}))
    nbformat.write(one, tmp_path / "notebooks" / "12-x.ipynb")
    for page, names in overview.PAGES.items():
        parts = [f"{overview.BEGIN.format(name=n)}\n{overview.END}\n" for n in names]
        (tmp_path / page).write_text("\n".join(["before\n", *parts, "after\n"]))
    overview.write(tmp_path)
    texts = [(tmp_path / page).read_text(encoding="utf-8") for page in overview.PAGES]
    assert "| 12 | [A title](notebooks/12-x.ipynb) | Why? | A1 |\n" in texts[0]
    assert r"| ![a \| b](docs/img/12-x.png) 12: A title | |" in texts[0]
    assert (
        "| 12 | [A title](12-x.ipynb) | Why? | an evening to read and do |" in texts[1]
    )
    assert all(t.startswith("before\n") and t.endswith("\nafter\n") for t in texts)
    overview.write(tmp_path)
    assert texts == [(tmp_path / page).read_text("utf-8") for page in overview.PAGES]


def test_a_page_without_room_for_its_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook(), tmp_path / "notebooks" / "12-x.ipynb")
    (tmp_path / "README.md").write_text("# Nothing\n")
    with pytest.raises(ValueError, match=r"README\.md lacks a line <!-- course"):
        overview.write(tmp_path)
