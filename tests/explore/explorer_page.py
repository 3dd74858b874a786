"""An explorer on a page of its own, in a browser without a network."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser, Page

from aelib.explore.live import HERE, LiveExplorer
from aelib.explore.scripts import as_classic_script

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<title>{name}</title><style>{style}
body {{ font-family: sans-serif; color: {ink}; background: {paper};
  --pst-color-background: {paper}; }}</style></head>
<body><main><h1>{name}</h1><div id="place"></div></main>
<script>{script}</script>
<script>
  aelib.problems = [];
  const state = {state};
  aelib.scripts[state.script].start(state, document.getElementById("place"))
    .catch((problem) => aelib.problems.push(String(problem)));
</script></body></html>"""
THEMES = {"light": ("#222222", "#ffffff"), "dark": ("#dddddd", "#121212")}


def open_explorer(
    browser: Browser,
    explorer: LiveExplorer,
    folder: Path,
    *,
    width: int = 1024,
    theme: str = "light",
) -> Page:
    """Show an explorer alone on a page, and wait until it is alive."""
    ink, paper = THEMES[theme]
    text = PAGE.format(
        name=explorer.name,
        style=explorer._css,
        ink=ink,
        paper=paper,
        theme=theme,
        script=as_classic_script(HERE / f"{explorer.script}.js"),
        state=json.dumps(json.loads(explorer.state)),
    )
    path = folder / f"{explorer.name.replace(' ', '-')}-{theme}-{width}.html"
    path.write_text(text, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 800}, has_touch=True
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_selector(".aelib-explorer[data-live]")
    assert not problems
    assert page.evaluate("aelib.problems") == []
    return page


def frames(page: Page) -> int:
    return int(page.locator(".aelib-explorer").get_attribute("data-frames") or 0)


def seen(page: Page) -> str:
    return page.locator(".aelib-seen").inner_text()
