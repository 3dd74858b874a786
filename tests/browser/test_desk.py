"""A reader's own copy in JupyterLab: found, worked in, and updated while it is open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from small import DOUBLE, cells, read, write_course

from aelib.desk.copy import update
from aelib.desk.folder import USUAL_NAME
from aelib.desk.restore import restore
from aelib.exercises.cells import find_cell

pytestmark = [pytest.mark.slow, pytest.mark.browser]

StartLab = Callable[..., AbstractContextManager[str]]
expect.set_options(timeout=60_000)  # milliseconds, on a busy machine
ANSWER = "def double(x): return x + x"
MENUS = ".lm-MenuBar-itemLabel"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (root / "notebooks" / "README.md").write_text("# Originals", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def lab(
    course: Path, start_lab: StartLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with start_lab(course, tmp_path_factory.mktemp("private")) as address:
        yield address


@pytest.fixture(scope="module")
def authors_lab(
    course: Path, start_lab: StartLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with start_lab(course, tmp_path_factory.mktemp("author"), "--author") as address:
        yield address


@pytest.fixture
def folder(lab: str, course: Path) -> Path:
    """Return the reader's copy as if nobody had worked in it yet."""
    write_course(course)
    restore(course / USUAL_NAME, "90", root=course, report=str)
    return course / USUAL_NAME


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture to look at, if ``AELIB_SCREENSHOTS`` names a folder for it."""
    if folder := os.environ.get("AELIB_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"desk-{name}.png")


def open_from_start_page(page: Page, lab: str) -> None:
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/README.md?reset")
    page.get_by_role("link", name="90 · Twice").first.click()
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=120_000)


def write_into(page: Page, cell: str, text: str) -> None:
    """Replace what stands in the cell that shows `cell`, by the keyboard."""
    page.locator(".jp-Notebook .jp-CodeCell", has_text=cell).locator(
        ".cm-content"
    ).first.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def save(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+s")


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        page.wait_for_timeout(200)
    pytest.fail("not within a minute")


def test_teachers_menus_are_absent_for_readers(page: Page, lab: str) -> None:
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/README.md?reset")
    expect(page.get_by_text("What comes next:")).to_be_visible()
    expect(page.locator(MENUS, has_text="Nbgrader")).to_have_count(0)
    open_from_start_page(page, lab)
    expect(page.get_by_text("Validate")).to_have_count(0)
    expect(page.get_by_text("Create Assignment")).to_have_count(0)
    keep_screenshot(page, "notebook")


def test_authors_have_them(page: Page, authors_lab: str) -> None:
    page.goto(f"{authors_lab}/lab/tree/notebooks/90-twice.ipynb?reset")
    expect(page.locator(MENUS, has_text="Nbgrader")).to_be_visible()
    expect(page.get_by_text("Validate")).to_be_visible()


def test_an_update_while_the_notebook_is_open_is_noticed_and_keeps_the_answer(
    page: Page, lab: str, course: Path, folder: Path
) -> None:
    open_from_start_page(page, lab)
    write_into(page, "NotImplementedError", ANSWER)
    save(page)
    path = folder / "90-twice.ipynb"
    wait_until(page, lambda: find_cell(read(path), DOUBLE).source == ANSWER)

    new = cells()
    new[2].source = "A better text."
    write_course(course, new)
    update(folder, root=course, report=str)
    write_into(page, "import numpy", "import numpy as np  # still typing")
    save(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("has changed on disk")
    keep_screenshot(page, "changed-on-disk")
    dialog.get_by_role("button", name="Overwrite").click()
    wait_until(page, lambda: "still typing" in path.read_text(encoding="utf-8"))
    page.wait_for_timeout(2000)  # JupyterLab notices nothing within half a second
    update(folder, root=course, report=str)
    write_into(page, "lecture = ", "unsaved and worth nothing")
    save(page)
    dialog.get_by_role("button", name="Revert").click()
    better = page.get_by_role("paragraph").filter(has_text="A better text.")
    expect(better).to_be_visible()
    expect(page.locator(".jp-Notebook")).to_contain_text(ANSWER)
    expect(page.locator(".jp-Notebook")).to_contain_text("# still typing")


def test_the_start_page_counts_the_cells_that_were_run(
    page: Page, lab: str, folder: Path
) -> None:
    open_from_start_page(page, lab)
    page.locator(".jp-Notebook .jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-InputPrompt", has_text="[1]:")).to_be_visible()
    save(page)
    start = folder / "README.md"
    wait_until(page, lambda: "1 of 4" in start.read_text(encoding="utf-8"))
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/README.md?reset")
    expect(page.get_by_text("you have run 1 of its 4 cells")).to_be_visible()
    keep_screenshot(page, "start-page")
