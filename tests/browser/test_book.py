"""The book in a browser whose network is cut: whole, legible, and open to everyone."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from aelib.classroom import book

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "index.html",
    *(
        f"notebooks/{path.stem}.html"
        for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    ),
    "docs/lecture-map.html",
    "docs/notation.html",
    "data/README.html",
]
THEME_IS = "scheme => document.documentElement.dataset.theme === scheme"
COLOURS_HAVE_FADED = """new Promise(requestAnimationFrame).then(
    () => Promise.allSettled(document.getAnimations().map(fade => fade.finished)))"""
ALL_HAVE_EXCERPTS = """() => [...document.querySelectorAll("ul.search li")].every(
    found => found.querySelector("p.context"))"""
ALL_ARE_ALIVE = """() => [...document.querySelectorAll(".aelib-place")].every(
    place => place.querySelector(".aelib-explorer[data-live]"))"""
SCREEN, PHONE = {"width": 1300, "height": 900}, {"width": 390, "height": 800}


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = book.build(to=tmp_path_factory.mktemp("book") / "book").parent
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def open_page(browser: Browser, address: str, **context: object) -> tuple[Page, list]:
    """Open a page and wait for its formulas; list the requests that failed.

    What else must be there, a test waits for by name. "No request for half a second"
    is no such thing: Chromium sometimes never says so, though none is under way.
    """
    page = browser.new_context(**context).new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("request", lambda request: check_address(request.url, failed))
    page.goto(address)
    page.wait_for_function("!window.MathJax || MathJax.startup.promise !== undefined")
    page.evaluate("window.MathJax && MathJax.startup.promise")
    return page, failed


def check_address(url: str, failed: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        failed.append(url)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_open_to_everyone_and_fits_a_phone(
    browser: Browser, site: str, name: str
) -> None:
    page, failed = open_page(
        browser, f"{site}/{name}", viewport=SCREEN, reduced_motion="reduce"
    )
    assert page.locator("mjx-container").count() >= page.locator(".math").count()
    assert page.locator("mjx-merror").count() == 0
    page.wait_for_function(ALL_ARE_ALIVE)
    broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
    assert page.evaluate(broken) == 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(THEME_IS, arg=scheme)
        page.evaluate(COLOURS_HAVE_FADED)
        barriers = Axe().run(page)
        assert barriers.violations_count == 0, barriers.generate_report()
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.scrollingElement.scrollWidth")
    assert width <= PHONE["width"]
    assert not failed
    page.context.close()


def test_the_search_finds_a_term(browser: Browser, site: str) -> None:
    page, failed = open_page(
        browser, f"{site}/search.html?q=dropout+penalty", viewport=SCREEN
    )
    page.wait_for_selector("ul.search li a")
    titles = page.locator("ul.search li a").all_inner_texts()
    assert any("Dropout" in title for title in titles)
    page.wait_for_function(ALL_HAVE_EXCERPTS)
    for excerpt in page.locator("ul.search p.context").all_inner_texts():
        assert len(excerpt.split()) > 10
        # Not what stands on buttons, no code, no formula's fences.
        assert not re.search(r"System Settings|import |\\", excerpt), excerpt
    assert not failed
    page.context.close()


HIDDEN = """() => [...document.querySelectorAll("article .math")].filter(formula => {
    const {overflowX} = getComputedStyle(formula);
    return overflowX === "hidden" && formula.scrollWidth > formula.clientWidth + 1;
}).map(formula => formula.textContent)"""


def test_a_formula_wider_than_a_phone_is_scrolled_from_its_beginning(
    browser: Browser, site: str
) -> None:
    address = f"{site}/notebooks/11-variational.html"
    page, _ = open_page(browser, address, viewport=PHONE)
    assert page.evaluate(HIDDEN) == []
    wide = [
        formula
        for formula in page.locator("article div.math").all()
        if formula.evaluate("math => math.scrollWidth > math.clientWidth + 1")
    ]
    assert wide
    for formula in wide:
        start = formula.evaluate("math => math.scrollLeft")
        formula.evaluate("math => math.scrollLeft = math.scrollWidth")
        assert start == 0 < formula.evaluate("math => math.scrollLeft")
    page.context.close()


def test_figures_are_on_paper_in_the_dark(browser: Browser, site: str) -> None:
    address = f"{site}/notebooks/00-backpropagation.html"
    page, _ = open_page(browser, address, viewport=SCREEN, color_scheme="dark")
    style = "image => getComputedStyle(image).backgroundColor"
    figures = page.locator(".cell_output img").all()
    assert figures
    assert {image.evaluate(style) for image in figures} == {"rgb(255, 255, 255)"}
    page.context.close()


def test_an_explorer_is_alive_on_its_page_and_follows_the_keyboard(
    browser: Browser, site: str
) -> None:
    page, failed = open_page(
        browser, f"{site}/notebooks/04-sparse-coding.html", viewport=SCREEN
    )
    explorer = page.locator(".aelib-explorer[data-live]").first
    explorer.scroll_into_view_if_needed()
    before = explorer.locator(".aelib-seen").inner_text()
    explorer.locator("input[type=range]").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.aelib-seen').innerText !== before",
        arg=before,
    )
    stills = "[...document.querySelectorAll('.cell_output:has(.aelib-place) img')]"
    assert page.evaluate(f"{stills}.every(still => still.hidden)")
    assert not failed
    page.context.close()


def test_without_scripts_the_still_is_there(browser: Browser, site: str) -> None:
    address = f"{site}/notebooks/04-sparse-coding.html"
    context = browser.new_context(java_script_enabled=False, viewport=SCREEN)
    page = context.new_page()
    page.goto(address)
    still = page.locator(".cell_output:has(.aelib-place) img").first
    assert still.is_visible()
    assert still.get_attribute("alt")
    context.close()


def test_every_explorer_of_a_notebook_has_its_place_and_all_are_light() -> None:
    states = {path.stem: path for path in (ROOT / "docs" / "explorers").glob("*.json")}
    shown: set[str] = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        shown |= {
            name.replace(" ", "-")
            for name in re.findall(r"LiveExplorer\((.+?)\)", text)
        }
    assert shown == set(states)
    assert all(path.stat().st_size < 500_000 for path in states.values())
    assert sum(path.stat().st_size for path in states.values()) < 3_000_000
