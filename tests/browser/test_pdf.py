"""The course on paper: every page is there, and exercises come without solutions."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]-*"))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pdf") / "pdf"
    # In a process of its own: Playwright runs here already.
    command = "import sys, pathlib; from aelib.classroom import pdf; "
    command += "pdf.build(to=pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", command, str(folder)], check=True)
    return folder / "autoencoders.pdf"


def test_each_notebook_begins_on_a_page_and_can_be_found(printed: Path) -> None:
    content = printed.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) > 8 * len(NOTEBOOKS)
    assert b"/Outlines" in content  # bookmarks


def test_nothing_on_paper_is_a_solution_or_out_of_place(
    printed: Path, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto((printed.parent / "html" / "index.html").as_uri())
    page.evaluate("MathJax.startup.promise")
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert "BEGIN SOLUTION" not in text
    for title in ("00 · ", "11 · ", "Glossary", "Notation"):
        assert title in text
    broken = "[...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
    assert page.evaluate(broken) == []
    wide = """[...document.querySelectorAll('mjx-container[display]')]
        .filter(f => f.scrollWidth > 1250).length"""
    assert page.evaluate(wide) == 0
