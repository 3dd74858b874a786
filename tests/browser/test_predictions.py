"""Predictions as a reader meets them: drawn, committed to, answered, and kept.

Most of it is tried on a bare page, with a stand-in for the widget's model whose other
half is the real one; the whole way, once, in JupyterLab.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, expect

from aelib.classroom.notebooks import METADATA
from aelib.classroom.sandbox.bubblewrap import environment
from aelib.desk import predictions
from aelib.desk.folder import PREDICTIONS, mark
from aelib.desk.predictions import Sheet
from aelib.explore import scripts
from aelib.plots import COLOURS

pytestmark = pytest.mark.browser

EXPLORE = Path(scripts.__file__).parent
SCREENSHOTS = os.environ.get("AELIB_SCREENSHOTS")
STATE = ("kind", "text", "setup", "committed", "heard", "found", "line", "is_final")

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width">
<style>
  body { font: 15px sans-serif; margin: 20px; color: #222; background: #fff }
  body[data-theme="dark"] { color: #eee; background: #111; color-scheme: dark }
</style><body><main><h1>A page</h1><div id="here"></div></main>"""

RENDER = """async ([script, css, state]) => {
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const blob = new Blob([script], {type: "text/javascript"});
    const {default: widget} = await import(URL.createObjectURL(blob));
    const listeners = {};
    window.sent = [];
    window.model = {
        get: name => state[name],
        set(name, value) {
            state[name] = value;
            (listeners[`change:${name}`] ?? []).forEach(listener => listener());
        },
        save_changes: () => window.sent.push(state.committed),
        on: (event, listener) => (listeners[event] ??= []).push(listener),
        off: () => {},
    };
    window.end = widget.render({model, el: document.querySelector("#here")});
}"""

IMPORT = """async script => {
    const blob = new Blob([script], {type: "text/javascript"});
    window.module = await import(URL.createObjectURL(blob));
}"""


class Desk:
    """A prediction on a bare page, and its other half in this Python."""

    def __init__(self, page: Page, prediction: Sheet) -> None:
        self.page, self.prediction = page, prediction
        page.set_content(PAGE)
        state = {name: getattr(prediction, name) for name in STATE}
        page.evaluate(RENDER, [prediction._esm, prediction._css, state])
        self.box = page.locator(".aelib-prediction")
        self.canvas = self.box.locator("canvas")
        self.commit = self.box.get_by_role("button", name="Commit")
        self.undo = self.box.get_by_role("button", name="Take it back")
        self.line = self.box.locator(".aelib-line")
        self.heard = self.box.locator(".aelib-heard")

    def answer(self) -> Any:
        """Return what the page sent last, once the real half has taken it."""
        sent = self.page.evaluate("window.sent.at(-1)")
        self.prediction.set_state({"committed": sent})
        assert self.prediction.committed == sent
        self.update()
        return sent

    def reveal(self, measured: Any) -> None:
        """Run the cell that measures."""
        self.sheet_below = predictions.reveal(self.prediction.question_id, measured)
        self.update()

    def below(self) -> Desk:
        """Put on the page what the cell that measures displays."""
        return Desk(self.page, self.sheet_below)

    def update(self) -> None:
        """Tell the page what its other half has to say."""
        for name in ("heard", "found", "line", "is_final"):
            value = getattr(self.prediction, name)
            self.page.evaluate("([n, v]) => model.set(n, v)", [name, value])

    def colours(self) -> dict[tuple[int, ...], int]:
        """Return how many pixels of the canvas have each opaque colour."""
        counts = self.canvas.evaluate(
            """canvas => new Promise(done => requestAnimationFrame(() =>
                requestAnimationFrame(() => {
                    const {width, height} = canvas;
                    const counts = {};
                    const {data} = canvas.getContext("2d")
                        .getImageData(0, 0, width, height);
                    for (let i = 0; i < data.length; i += 4)
                        if (data[i + 3] === 255) {
                            const key = data.slice(i, i + 3).join();
                            counts[key] = (counts[key] ?? 0) + 1;
                        }
                    done(counts);
                })))"""
        )
        return {tuple(map(int, key.split(","))): n for key, n in counts.items()}


def rgb(name: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(COLOURS[name][1:]))


def keep(target: Page | Locator, name: str) -> None:
    if SCREENSHOTS:
        Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
        target.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1024, "height": 800})
    page = context.new_page()
    page.set_default_timeout(30_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert not wrong


# The four kinds


def curve(page: Page) -> Desk:
    axes = {"x_label": "λ", "y_label": "error", "x_log": True}
    question = predictions.draw(
        "00-curve", "Which way?", x=[0.01, 0.1, 1, 10, 100], y_range=(0, 4), **axes
    )
    return Desk(page, question)


def choice(page: Page) -> Desk:
    return Desk(page, predictions.choose("00-yes", "Is it?", ["yes", "no", "both"]))


def number(page: Page) -> Desk:
    return Desk(page, predictions.number("00-price", "How much?", unit="nats"))


def order(page: Page) -> Desk:
    ends = {"first": "light", "last": "heavy"}
    return Desk(page, predictions.order("00-order", "How heavy?", "abc", **ends))


def across(canvas: Locator) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of the axes on a page, roughly."""
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return box["x"] + 40, right - 10, bottom - 43, box["y"] + 10


def test_a_curve_drawn_with_the_mouse_goes_where_the_mouse_went(page: Page) -> None:
    desk = curve(page)
    expect(desk.commit).to_be_disabled()
    left, right, bottom, top = across(desk.canvas)
    page.mouse.move(left, bottom)
    page.mouse.down()
    page.mouse.move((left + right) / 2, bottom, steps=3)
    page.mouse.move(right, top, steps=2)
    page.mouse.up()
    expect(desk.commit).to_be_enabled()
    desk.commit.click()
    drawn = desk.answer()
    assert drawn[0] == drawn[1] == 0
    assert 0 < drawn[2] + 0.5 < drawn[3] < drawn[4] <= 4
    assert drawn[4] > 3.9
    # Committed: the mouse no longer changes it.
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=3)
    page.mouse.up()
    desk.reveal(drawn)
    assert desk.prediction.line.startswith("Drawn as measured.")


def test_a_curve_can_be_drawn_in_pieces_and_says_what_is_missing(page: Page) -> None:
    desk = curve(page)
    left, right, bottom, top = across(desk.canvas)
    page.mouse.move(left, bottom)
    page.mouse.down()
    page.mouse.move((left + right) / 2, top, steps=4)
    page.mouse.up()
    expect(desk.heard).to_have_text("Still to draw: 2 of 5 points.")
    expect(desk.commit).to_be_disabled()
    page.mouse.move((left + right) / 2, top)
    page.mouse.down()
    page.mouse.move(right + 30, bottom, steps=4)  # over the edge of the axes
    page.mouse.up()
    expect(desk.commit).to_be_enabled()
    desk.box.get_by_role("button", name="Clear").click()
    expect(desk.commit).to_be_disabled()


def test_a_finger_draws_a_curve_and_the_page_stays_where_it_is(
    browser: Browser,
) -> None:
    phone = {"width": 390, "height": 500}
    context = browser.new_context(viewport=phone, has_touch=True, is_mobile=True)
    desk = curve(context.new_page())
    desk.page.evaluate("document.body.style.paddingBottom = '2000px'")
    left, right, bottom, top = across(desk.canvas)
    before = desk.page.evaluate("scrollY")
    touch = context.new_cdp_session(desk.page)
    ways = [("touchStart", left, top), ("touchMove", (left + right) / 2, bottom)]
    for kind, x, y in [*ways, ("touchMove", right, top), ("touchEnd", None, None)]:
        points = [] if x is None else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert desk.page.evaluate("scrollY") == before
    desk.commit.click()  # a tap right after a drag is now and then taken for a scroll
    drawn = desk.answer()
    assert drawn[0] > drawn[1] > drawn[2] < drawn[3] < drawn[4]
    keep(desk.page, "phone")
    context.close()


def test_a_curve_is_drawn_point_by_point_with_the_keyboard(page: Page) -> None:
    desk = curve(page)
    desk.canvas.focus()
    keyboard = page.keyboard
    keyboard.press("ArrowUp")  # from the middle, a fortieth of the axis
    expect(desk.heard).to_have_text("λ 0.01: error 2.1")
    keyboard.press("ArrowRight")
    expect(desk.heard).to_have_text("λ 0.1: error not drawn")
    keyboard.press("Space")  # the point before, again
    keyboard.press("ArrowRight")
    keyboard.press("Shift+ArrowDown")  # four fortieths below the point before
    for _ in range(2):
        keyboard.press("ArrowRight")
        keyboard.press("Space")
    keyboard.press("End")
    keyboard.press("ArrowRight")  # there is nothing beyond the last point
    expect(desk.heard).to_have_text("λ 100: error 1.7")
    keyboard.press("Tab")
    expect(desk.commit).to_be_focused()
    keyboard.press("Enter")
    assert desk.answer() == pytest.approx([2.1, 2.1, 1.7, 1.7, 1.7])
    expect(desk.undo).to_be_focused()
    expect(desk.canvas).to_have_attribute("role", "img")


def test_the_measured_curve_is_laid_over_the_drawn_one(page: Page) -> None:
    desk = curve(page)
    assert not desk.colours().keys() & {rgb("blue"), rgb("vermilion")}
    desk.canvas.focus()
    page.keyboard.press("ArrowUp")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
    desk.commit.click()
    desk.answer()
    assert desk.colours()[rgb("blue")] > 100
    assert rgb("vermilion") not in desk.colours()
    desk.reveal([0.5, 1, 2, 3, 3.5])
    assert desk.colours()[rgb("vermilion")] > 100
    expect(desk.line).to_have_text(desk.prediction.line)
    expect(desk.line).to_contain_text("stays level; the measured one rises")
    label = desk.canvas.get_attribute("aria-label")
    assert "Measured: 0.5, 1, 2, 3, 3.5." in label
    expect(desk.commit).to_be_hidden()
    expect(desk.undo).to_be_hidden()
    keep(page, "curve-answered")


def test_a_choice_is_made_and_taken_back_until_it_is_answered(page: Page) -> None:
    desk = choice(page)
    desk.box.get_by_label("no").check()
    desk.commit.click()
    expect(desk.line).to_contain_text("Not kept yet")  # until the kernel says so
    assert desk.answer() == "no"
    expect(desk.box.get_by_label("yes")).to_be_disabled()
    expect(desk.line).to_contain_text("Committed.")
    desk.undo.click()
    assert desk.answer() is None
    desk.box.get_by_label("both").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    desk.commit.click()
    assert desk.answer() == "yes"
    desk.reveal("both")
    expect(desk.line).to_have_text("✗ You said “yes”; it is “both”.")
    expect(desk.box.locator(".aelib-true")).to_contain_text("both ✓ it is so")
    expect(desk.undo).to_be_hidden()


def test_a_number_is_given_with_its_band(page: Page) -> None:
    desk = number(page)
    desk.box.get_by_label("Your number in nats").fill("12")
    desk.box.get_by_label("How far off it may be").select_option("25 %")
    desk.commit.click()
    assert desk.answer() == {"number": 12, "band": "25 %"}
    expect(desk.canvas).to_be_hidden()
    desk.reveal(9.7)
    expect(desk.line).to_have_text(
        "✓ You said 12 nats, give or take 25 %; measured 9.7 nats: inside your band."
    )
    expect(desk.canvas).to_be_visible()
    assert desk.colours().keys() >= {rgb("blue"), rgb("vermilion")}


def test_no_number_cannot_be_committed_to(page: Page) -> None:
    desk = number(page)
    expect(desk.commit).to_be_disabled()
    desk.box.get_by_label("Your number in nats").press_sequentially("e")
    expect(desk.commit).to_be_disabled()


def test_an_order_is_made_with_buttons_keys_and_by_dragging(page: Page) -> None:
    desk = order(page)
    rows = desk.box.locator("li")
    desk.box.get_by_role("button", name="Move c up").click()
    expect(rows).to_contain_text(["a", "c", "b"])
    expect(desk.heard).to_have_text("c: place 2 of 3")
    page.keyboard.press("ArrowUp")
    expect(rows).to_contain_text(["c", "a", "b"])
    expect(desk.box.get_by_role("button", name="Move c up")).to_be_focused()
    grip, target = rows.nth(0).locator("span").bounding_box(), rows.nth(2)
    end = target.bounding_box()
    page.mouse.move(grip["x"] + 5, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + end["height"] + 5, steps=12)
    page.mouse.up()
    expect(rows).to_contain_text(["a", "b", "c"])
    desk.commit.click()
    assert desk.answer() == ["a", "b", "c"]
    desk.reveal("acb")
    expect(desk.line).to_contain_text("2 of 3 pairs")
    expect(desk.box.locator("ol.aelib-true li")).to_have_text(["a", "c", "b"])


def test_what_is_measured_already_is_answered_as_soon_as_one_commits(
    page: Page,
) -> None:
    desk = choice(page)
    desk.reveal("both")
    assert "it is so" not in desk.box.inner_text()
    desk.box.get_by_label("no").check()
    desk.commit.click()
    desk.answer()
    expect(desk.line).to_have_text("✗ You said “no”; it is “both”.")
    expect(desk.undo).to_be_hidden()
    expect(desk.below().line).to_have_text("✗ You said “no”; it is “both”.")


# All kinds alike

KINDS = [curve, choice, number, order]
MEASURED = {curve: [0.5, 1, 2, 3, 3.5], choice: "no", number: 1.75, order: "cab"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_committed_to_says_so_and_shows_the_answer(
    page: Page, kind: Callable[[Page], Desk]
) -> None:
    asked = kind(page)
    asked.reveal(MEASURED[kind])
    expect(asked.line).to_contain_text("commit before you look")
    expect(asked.commit).to_be_visible()
    desk = asked.below()
    expect(desk.line).to_contain_text("Not predicted.")
    expect(desk.commit).to_be_hidden()
    expect(desk.undo).to_be_hidden()
    for control in desk.box.locator("button:visible, input, select").all():
        expect(control).to_be_disabled()
    expect(desk.box.locator(".aelib-sorting:not(.aelib-true):visible")).to_have_count(0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_and_answered_it_is_accessible_in_both_themes(
    page: Page, kind: Callable[[Page], Desk], theme: str
) -> None:
    desk = kind(page)
    page.evaluate("theme => document.body.dataset.theme = theme", theme)
    for state in ("open", "answered"):
        if state == "answered":
            desk.reveal(MEASURED[kind])
            desk = desk.below()
            page.evaluate("theme => document.body.dataset.theme = theme", theme)
        page.mouse.move(0, 0)
        keep(page, f"{kind.__name__}-{state}-{theme}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_ink_follows_the_theme_and_colours_are_the_houses(page: Page) -> None:
    desk = curve(page)
    light = desk.colours()
    assert (0x22,) * 3 in light
    page.evaluate("document.body.dataset.theme = 'dark'")
    dark = desk.colours()
    assert (0xEE,) * 3 in dark
    assert (0x22,) * 3 not in dark


@pytest.mark.parametrize("ratio", [1, 2.5])
def test_a_canvas_has_a_pixel_for_each_of_the_screens(
    browser: Browser, ratio: float
) -> None:
    context = browser.new_context(device_scale_factor=ratio)
    desk = curve(context.new_page())
    desk.colours()  # waits for a frame
    width, shown = desk.canvas.evaluate("canvas => [canvas.width, canvas.clientWidth]")
    assert width == round(ratio * shown)
    context.close()


def test_nothing_is_wider_than_a_narrow_page(page: Page) -> None:
    for width in (320, 1024):
        page.set_viewport_size({"width": width, "height": 700})
        for kind in KINDS:
            kind(page)
            inside = "document.documentElement.scrollWidth <= innerWidth"
            assert page.evaluate(inside), (kind.__name__, width)


def test_however_often_something_changes_a_frame_is_drawn_once(page: Page) -> None:
    desk = curve(page)
    page.wait_for_timeout(300)
    frames = int(desk.canvas.get_attribute("data-frames"))
    page.evaluate(
        "for (let i = 0; i < 50; i++) window.dispatchEvent(new Event('resize'))"
    )
    page.wait_for_timeout(300)
    expect(desk.canvas).to_have_attribute("data-frames", str(frames + 1))
    page.evaluate("window.end(); window.dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(300)
    expect(desk.canvas).to_have_attribute("data-frames", str(frames + 1))


# What is below: scales, ticks and bars


@pytest.mark.parametrize(
    ("low", "high", "log"),
    [
        (0, 1, False),
        (-3, 17.5, False),
        (0, 2e-7, False),
        (1e-14, 1, True),
        (2, 90, True),
    ],
)
def test_a_scale_goes_both_ways_and_its_ticks_are_few_and_inside(
    page: Page, low: float, high: float, log: bool
) -> None:
    page.evaluate(IMPORT, scripts.javascript(EXPLORE / "axes.js"))
    ends, back, ticks = page.evaluate(
        """axis => {
            const {to, from, ticks} = module.scale(axis, [400, 20]);
            const pixels = [400, 311, 200, 20];
            return [axis.range.map(to), pixels.map(p => to(from(p)) - p), ticks(6)];
        }""",
        {"range": [low, high], "log": log},
    )
    assert ends == pytest.approx([400, 20])
    assert back == pytest.approx([0] * 4, abs=1e-9)
    values = [tick["value"] for tick in ticks]
    assert 2 <= len(values) <= 8
    assert values == sorted(set(values))
    assert low * (1 - 1e-9) <= values[0]
    assert values[-1] <= high * (1 + 1e-9)
    assert len({tick["text"] for tick in ticks}) == len(ticks)


def test_bars_stand_on_zero(page: Page) -> None:
    page.set_content("<canvas width='100' height='100'></canvas>")
    page.evaluate(IMPORT, scripts.javascript(EXPLORE / "axes.js"))
    ink = page.evaluate(
        """() => {
            const context = document.querySelector("canvas").getContext("2d");
            const X = module.scale({range: [0, 3]}, [0, 100]);
            const Y = module.scale({range: [-1, 1]}, [100, 0]);
            module.bars(context, {X, Y}, [1, 2], [0.5, -1], {colour: "#f00", width: 9});
            const red = (x, y) => context.getImageData(x, y, 1, 1).data[0] === 255;
            const up = [45, 30, 20, 55].map(y => red(33, y));
            const down = [55, 95, 45].map(y => red(67, y));
            return [...up, ...down];
        }"""
    )
    assert ink == [True, True, False, False, True, True, False]


# The whole way, in JupyterLab

CELLS = [
    "from aelib.desk import predictions",
    'predictions.draw("00-falls", "Which way?", x=[1, 2, 3, 4], y_range=(0, 4))',
    'predictions.choose("00-choice", "Is it so?", ["yes", "no"])',
    'predictions.reveal("00-falls", [4, 3, 2, 1])',
    'predictions.reveal("00-choice", "no")',
    'predictions.calibration("00")',
]


@pytest.fixture(scope="module")
def desk_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    mark(folder)
    notebook = new_notebook(cells=list(map(new_code_cell, CELLS)), metadata=METADATA)
    nbformat.write(notebook, folder / "00-x.ipynb")
    return folder


@pytest.fixture(scope="module")
def lab(desk_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    private = tmp_path_factory.mktemp("private")
    labconfig = private / "JUPYTER_CONFIG_DIR" / "labconfig"
    labconfig.mkdir(parents=True)
    pop_up = "@jupyterlab/apputils-extension:announcements"
    disabled = {"disabledExtensions": {pop_up: True}}
    (labconfig / "page_config.json").write_text(json.dumps(disabled))
    folders = ("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR")
    names = [f"JUPYTER_{name}" for name in folders]
    names += ["JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--expose-app-in-browser", "--IdentityProvider.token="),
        *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    address = f"http://127.0.0.1:{port}"
    with (
        (private / "log").open("w") as log,
        subprocess.Popen(
            command,
            cwd=desk_folder,
            env={**environment(), **{name: str(private / name) for name in names}},
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            wait_for(f"{address}/api", server)
            yield address
        finally:
            server.terminate()


def wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        assert server.poll() is None, "JupyterLab has ended"
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
    pytest.fail("JupyterLab does not answer")


def open_notebook(page: Page, lab: str) -> None:
    page.goto(f"{lab}/lab/tree/00-x.ipynb?reset")
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=120_000)


RUN = """async cells => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.sessionContext.ready;
    for (const at of cells) {
        panel.content.activeCellIndex = at;
        await jupyterapp.commands.execute("notebook:run-cell");
    }
}"""


def in_cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-Notebook .jp-Cell").nth(number)


@pytest.mark.slow
def test_a_prediction_is_drawn_kept_and_answered_in_jupyterlab(
    page: Page, lab: str, desk_folder: Path
) -> None:
    page.set_default_timeout(120_000)
    open_notebook(page, lab)
    page.evaluate(RUN, [0, 1, 2])
    asked = in_cell(page, 1).locator(".aelib-prediction")
    left, right, bottom, top = across(asked.locator("canvas"))
    page.mouse.move(left, bottom)
    page.mouse.down()
    page.mouse.move(right, top, steps=9)
    page.mouse.up()
    asked.get_by_role("button", name="Commit").click()
    path = desk_folder / PREDICTIONS / "00-falls.json"
    for _ in range(60):
        if path.exists():
            break
        page.wait_for_timeout(500)
    drawn = json.loads(path.read_text())["value"]
    assert drawn == sorted(drawn)
    # Letters are the notebook's shortcuts, but not while one is in a prediction.
    in_cell(page, 2).get_by_label("yes").focus()
    page.keyboard.press("b")
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(CELLS))
    keep(page, "lab-committed")

    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    open_notebook(page, lab)  # another day
    page.evaluate(RUN, [0, 1])
    expect(asked.locator(".aelib-line")).to_contain_text("Committed.")
    expect(asked.get_by_role("button", name="Take it back")).to_be_visible()

    page.evaluate("jupyterapp.commands.execute('runmenu:run-all')")
    answered = in_cell(page, 3).locator(".aelib-prediction .aelib-line")
    expect(answered).to_contain_text(
        "You drew a curve that rises; the measured one falls."
    )
    expect(asked.locator(".aelib-line")).to_contain_text("the measured one falls.")
    expect(asked.get_by_role("button", name="Take it back")).to_be_hidden()
    expect(in_cell(page, 4)).to_contain_text("Not predicted. The answer: “no”.")
    expect(in_cell(page, 5)).to_contain_text("of the axis away")
    keep(page, "lab-answered")
    dark = "{theme: 'JupyterLab Dark'}"
    page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {dark})")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    page.wait_for_timeout(1000)
    keep(page, "lab-answered-dark")
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
