"""Decks in a browser whose network is cut: each slide fits, and explorers are alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from aelib.classroom import slides

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]-*"))
WIDTH, HEIGHT = 1280, 720

SHOW = """n => { const {h, v} = Reveal.getIndices(Reveal.getSlides()[n]);
    Reveal.slide(h, v, 99); return new Promise(requestAnimationFrame); }"""
IS_TORN = f"""() => [...Reveal.getCurrentSlide().querySelectorAll(
    "p, li, img, pre, canvas, mjx-math, table, button, input")].some(part => {{
        const box = part.getBoundingClientRect();
        const isSeen = box.width && !part.closest(".notes, mjx-assistive-mml");
        return isSeen && (box.bottom > {HEIGHT} + 4 || box.right > {WIDTH} + 4); }})"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return slides.build(to=tmp_path_factory.mktemp("slides") / "slides").parent


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(request.url))
    yield page
    context.close()
    assert not problems


def open_deck(page: Page, site: Path, name: str) -> int:
    """Open a deck, and return how many slides it has."""
    page.goto((site / "slides" / f"{name}.html").as_uri())
    page.wait_for_function("globalThis.Reveal?.isReady()")
    page.evaluate("MathJax.startup.promise")
    return page.evaluate("Reveal.getTotalSlides()")


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_slide_fits_and_every_explorer_lives(
    page: Page, site: Path, name: str
) -> None:
    count = open_deck(page, site, name)
    torn = []
    for number in range(count):
        page.evaluate(SHOW, number)
        if page.evaluate(IS_TORN):
            torn.append(number)
        places = page.locator(".present .aelib-place")
        for place in places.all() if places.count() else []:
            place.locator(".aelib-explorer[data-live]").wait_for()
    assert not torn


def test_an_explorer_follows_the_pointer_on_a_slide_of_any_size(
    page: Page, site: Path
) -> None:
    page.set_viewport_size({"width": 900, "height": 520})  # the slide is scaled
    name = next(name for name in NOTEBOOKS if name.startswith("11"))
    count = open_deck(page, site, name)
    for number in range(count):
        page.evaluate(SHOW, number)
        plane = page.locator(".present .aelib-explorer canvas[data-drag]").first
        if plane.count() and plane.is_visible():
            break
    box = plane.bounding_box()
    seen = page.locator(".present .aelib-seen").first
    at = {}
    for share in (0.25, 0.75):
        x, y = box["x"] + share * box["width"], box["y"] + 0.5 * box["height"]
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(100)
        at[share] = seen.inner_text()
    assert at[0.25] != at[0.75]
