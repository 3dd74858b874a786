"""A reader answers an exercise in JupyterLab, is told the mistake, and mends it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Page, expect
from small import write_course

from aelib.desk.folder import PROGRESS, USUAL_NAME
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import source_notebook

pytestmark = [pytest.mark.slow, pytest.mark.browser]

StartLab = Callable[..., AbstractContextManager[str]]
expect.set_options(timeout=60_000)  # milliseconds, on a busy machine
EXERCISE = "ex00-1-output-delta"
NAME = "00-backpropagation.ipynb"
SIGNATURE = "def output_delta(y, s):\n    y_hat = np.tanh(s)\n    "
FLIPPED = f"{SIGNATURE}return (y_hat - y) * (1 - y_hat**2)"
RIGHT = f"{SIGNATURE}return (y - y_hat) * (1 - y_hat**2)"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course of one notebook, with an exercise of the real one."""
    root = tmp_path_factory.mktemp("course")
    write_course(root)
    (root / "notebooks" / "90-twice.ipynb").unlink()
    original = source_notebook("00")
    imports = "import numpy as np\nfrom aelib.desk.verdicts import verdict"
    cells = [
        new_markdown_cell("# 00 · Backpropagation"),
        new_code_cell(imports),
        find_cell(original, EXERCISE),
        find_cell(original, f"{EXERCISE}-tests"),
    ]
    notebook = new_notebook(cells=cells, metadata=original.metadata)
    nbformat.write(notebook, root / "notebooks" / NAME)
    return root


@pytest.fixture(scope="module")
def lab(
    course: Path, start_lab: StartLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with start_lab(course, tmp_path_factory.mktemp("private")) as address:
        yield address


def keep_screenshot(page: Page, name: str) -> None:
    """Keep a picture to look at, if ``AELIB_SCREENSHOTS`` names a folder for it."""
    if folder := os.environ.get("AELIB_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"verdict-{name}.png")


def answer(page: Page, source: str) -> None:
    """Replace the answer by the keyboard, and run everything."""
    cell = page.locator(".jp-Notebook .jp-CodeCell", has_text="output_delta").first
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.locator('li[data-command="runmenu:run-all"]').click()


def is_recorded_as_right(course: Path) -> bool:
    path = course / USUAL_NAME / PROGRESS / f"{EXERCISE}.json"
    return json.loads(path.read_text(encoding="utf-8"))["passed"]


def test_a_flipped_sign_is_named_hints_and_solution_are_clicks_and_right_is_right(
    page: Page, lab: str, course: Path
) -> None:
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/{NAME}?reset")
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=120_000)
    verdict = page.get_by_role("group", name="Verdict on output_delta")

    answer(page, "def output_delta(y, s):\n    raise NotImplementedError")
    expect(verdict).to_contain_text("output_delta is not written yet (2 points).")

    answer(page, FLIPPED)
    expect(verdict).to_contain_text(
        "output_delta meets 0 of 3 demands (2 points). "
        "It behaves like a known mistake: the sign of autograd."
    )
    expect(verdict).to_contain_text("got[-1, 1]")
    notebook = page.locator(".jp-Notebook")
    expect(notebook).to_contain_text("Not right yet: the verdict is above.")
    expect(notebook).not_to_contain_text("Traceback")
    assert not is_recorded_as_right(course)
    keep_screenshot(page, "flipped")

    second = verdict.get_by_text("with ŷ = f(s) and f = tanh")
    expect(second).to_be_hidden()
    verdict.get_by_text("Hint 1 of 3").click()
    expect(second).to_be_hidden()
    verdict.get_by_text("Hint 2 of 3").click()
    expect(second).to_be_visible()

    solution = notebook.locator("pre", has_text="return (y - y_hat) * (1 - y_hat**2)")
    page.get_by_role("button", name="Show the course's solution").click()
    expect(solution.last).to_be_visible()
    keep_screenshot(page, "hints-and-solution")

    answer(page, RIGHT)
    expect(verdict).to_contain_text("All 3 demands of output_delta are met (2 points).")
    expect(verdict).not_to_contain_text("Hint")
    keep_screenshot(page, "right")
    assert is_recorded_as_right(course)

    # Saved, then the kernel is killed: the answer, its verdict and the progress stay.
    page.keyboard.press("ControlOrMeta+s")
    page.wait_for_timeout(2000)
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/{NAME}?reset")
    expect(verdict).to_contain_text("All 3 demands of output_delta are met (2 points).")
    expect(notebook).to_contain_text("return (y - y_hat) * (1 - y_hat**2)")
    page.goto(f"{lab}/lab/tree/{USUAL_NAME}/README.md?reset")
    expect(page.get_by_role("cell", name="1 of 1")).to_be_visible()
