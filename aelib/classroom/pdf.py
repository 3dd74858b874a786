"""The command ``python -m aelib pdf``: the whole course as one file, to print.

Sphinx makes one page of what the book is made of, and Chromium prints it into
``build/pdf/autoencoders.pdf``: formulas and pictures as on the screen, headings as
bookmarks, links alive. Explorers are pictures there, and exercises have no solutions.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from aelib.classroom import book
from aelib.exercises.checkout import checkout

NAME = "autoencoders.pdf"
MISSING = "{} is not installed: run `python make.py pdf`, which installs it."
NO_BROWSER = (
    "There is no Chromium or Chrome to print with: run "
    "`python -m playwright install chromium` in .venv, then the same command again."
)
FOOT = """<div style="width: 100%; font: 8pt sans-serif; text-align: center">
<span class="pageNumber"></span></div>"""
MARGINS = {"top": "20mm", "bottom": "20mm", "left": "22mm", "right": "22mm"}


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome, the system's or Playwright's."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if path := next(filter(None, map(shutil.which, names)), None):
        return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def build(root: Path | None = None, to: Path | None = None) -> Path:
    """Make one page of the course at `root`, print it, and return the file.

    Raises
    ------
    ModuleNotFoundError
        If Sphinx or Playwright is not installed.
    FileNotFoundError
        If no browser is.
    ValueError
        If Sphinx has anything to complain of.
    """
    for name in ("sphinx", "playwright"):
        if find_spec(name) is None:
            raise ModuleNotFoundError(MISSING.format(name.capitalize()))
    if (browser := chromium()) is None:
        raise FileNotFoundError(NO_BROWSER)
    root = root or checkout()
    folder = root / "build" / "pdf" if to is None else to
    source, site = folder / "source", folder / "html"
    shutil.rmtree(folder, ignore_errors=True)
    book.stage(root, source, alive=False)
    settings = root / "docs" / "pdf"
    book.run_sphinx("The page", source, site, settings, "singlehtml")
    print_page(site / "index.html", folder / NAME, browser)
    return folder / NAME


def print_page(page: Path, to: Path, browser: str) -> None:
    """Print a page of HTML, its formulas set, into a PDF."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox"]
        )
        sheet = running.new_page()
        sheet.set_default_timeout(300_000)
        sheet.goto(page.as_uri())
        sheet.wait_for_function("globalThis.MathJax?.startup?.promise")
        sheet.evaluate("MathJax.startup.promise")
        sheet.pdf(
            path=to,
            format="A4",
            margin=MARGINS,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOT,
            outline=True,
            tagged=True,
        )
        running.close()


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``pdf`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "pdf", help="print the whole course into one file", description=__doc__
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        file = build()
    except (FileNotFoundError, ModuleNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The course is printed: {file}")
    return 0
