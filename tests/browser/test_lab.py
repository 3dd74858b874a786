"""The course in JupyterLab: every notebook runs, and every explorer tells the truth."""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from aelib.classroom.notebooks import METADATA
from aelib.explore.base import LOST

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
StartLab = Callable[..., AbstractContextManager[str]]
PATIENCE = 600.0  # seconds that a notebook may take on a busy machine


# One JupyterLab, started as `make lab` starts it, on a copy of the course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what JupyterLab is to open; no notebook has an output."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "docs" / "img", folder / "docs" / "img")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "README.md", folder / "notebooks")
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    return folder


@pytest.fixture(scope="module")
def lab(
    course: Path, start_lab: StartLab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with start_lab(course, tmp_path_factory.mktemp("private"), "--author") as address:
        yield address


def wait_until(is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        time.sleep(0.5)


# What a reader does, and sees


def open_notebook(page: Page, lab: str, name: str) -> None:
    page.goto(f"{lab}/lab/tree/notebooks/{name}?reset")
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=120_000)


STATE = """() => {
    const panel = jupyterapp.shell.currentWidget;
    const cells = panel.content.widgets.map(cell => cell.model);
    const codes = cells.filter(model => model.type === "code");
    const outputs = codes.flatMap(({outputs}) =>
        [...Array(outputs.length).keys()].map(i => outputs.get(i)));
    const is_wrong = output => output.type === "error" ||
        output.type === "stream" && output.toJSON().name === "stderr";
    return {
        kernel: panel.sessionContext.session.kernel.status,
        waiting: codes.filter(model =>
            model.sharedModel.source.trim() && model.executionCount === null).length,
        wrong: outputs.filter(is_wrong).map(output => JSON.stringify(output.toJSON())),
    };
}"""


def run_all(page: Page) -> None:
    """Choose Run All and wait for the last cell; nothing may go wrong."""
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()

    def is_done() -> bool:
        state = page.evaluate(STATE)
        assert not state["wrong"], "\n".join(state["wrong"])
        assert state["kernel"] != "dead"
        return not state["waiting"] and state["kernel"] == "idle"

    wait_until(is_done)
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    expect(page.get_by_text("Loading widget...")).to_have_count(0)


EXPLORERS = """() => {
    const view = "application/vnd.jupyter.widget-view+json";
    const cells = jupyterapp.shell.currentWidget.content.widgets;
    return cells.flatMap((cell, at) => {
        const outputs = cell.model.type === "code" ? cell.model.outputs : {length: 0};
        return [...Array(outputs.length).keys()].map(i => outputs.get(i))
            .filter(o => o.data?.[view] && o.data["text/plain"].startsWith("Explorer("))
            .map(o => ({at, model: o.data[view].model_id}));
    });
}"""


# How many explorers there are that the page draws by itself; what they show is tested
# in test_explorers.py.
LIVE = """() => jupyterapp.shell.currentWidget.content.widgets.flatMap(cell => {
    const outputs = cell.model.type === "code" ? cell.model.outputs : {length: 0};
    return [...Array(outputs.length).keys()].map(i => outputs.get(i))
        .filter(o => o.data?.["text/plain"]?.startsWith("LiveExplorer("));
}).length"""


class OnPage(NamedTuple):
    """An explorer on the page, and its widget in the kernel."""

    page: Page
    box: Locator
    model: str


def explorers(page: Page) -> list[OnPage]:
    cells = page.locator(".jp-Notebook .jp-Cell")
    return [
        OnPage(page, cells.nth(found["at"]).locator(".widget-vbox"), found["model"])
        for found in page.evaluate(EXPLORERS)
    ]


LOOK = """box => {
    const ink = canvas => {  // a pad's, pixel by pixel
        if (!canvas) return null;
        const {data, width} = canvas.getContext("2d").getImageData(
            0, 0, canvas.width, canvas.height);
        const middles = [...Array(28).keys()].map(i => (i + 0.5) * width / 28);
        return middles.flatMap(y => middles.map(x => 255 - data[4 * (y * width + x)]))
            .join();
    };
    const setting = control =>
        ink(control.querySelector("canvas"))
        ?? control.querySelector(".widget-readout")?.innerText
        ?? control.querySelector("button.mod-active")?.innerText
        ?? String(control.querySelector("input[type=checkbox]").checked);
    const picture = box.querySelector(".widget-html img");
    const controls = [...box.children].filter(child => !child.matches(".widget-html"));
    const settings = controls.map(setting).map(text => text.trim());
    return {settings, alt: picture.alt, png: picture.src};
}"""

# In the kernel: the setting as a front end writes it, and what the model says of it.
ANSWER = """\
def _aelib_answer(model_id):
    import base64, ipywidgets
    from aelib.explore.base import to_png

    def written(control):
        if isinstance(control.value, list):
            return ",".join(map(str, control.value))
        label = getattr(control, "label", None)
        form = getattr(control, "readout_format", "")
        return label or format(control.value, form).replace("-", "−")

    explorer = ipywidgets.widgets.widget._instances[model_id]
    settings = [written(control) for control in explorer.controls.values()]
    alt = explorer._describe(**explorer.values)
    png = base64.b64encode(to_png(explorer._draw(**explorer.values))).decode()
    return [settings, alt, png]
"""
ASK = """async ([code, answer]) => {
    const {kernel} = jupyterapp.shell.currentWidget.sessionContext.session;
    const quietly = {store_history: false, user_expressions: {answer}};
    return (await kernel.requestExecute({code, ...quietly}).done).content;
}"""


class Shown(NamedTuple):
    """A picture with the setting it is shown for; its bytes by their digest."""

    settings: tuple[str, ...]
    alt: str
    png: str

    @classmethod
    def of(cls, settings: list[str], alt: str, png: str) -> Shown:
        data = base64.b64decode(png.removeprefix("data:image/png;base64,"))
        assert data.startswith(b"\x89PNG")
        return cls(tuple(settings), alt, hashlib.sha256(data).hexdigest())


def seen(explorer: OnPage) -> Shown:
    return Shown.of(**explorer.box.evaluate(LOOK))


def computed(explorer: OnPage) -> Shown:
    """Draw anew in the notebook's kernel, for what its controls are set to."""
    expression = f"_aelib_answer({explorer.model!r})"
    reply = explorer.page.evaluate(ASK, [ANSWER, expression])
    assert reply["status"] == "ok", reply
    answer: Mapping[str, Any] = reply["user_expressions"]["answer"]
    assert answer["status"] == "ok", answer
    return Shown.of(*ast.literal_eval(answer["data"]["text/plain"]))


def settled(explorer: OnPage, before: Shown) -> Shown:
    """Wait for a new picture; it must be the one that the model gives."""
    for _ in range(60):  # while one drags, pictures come one after the other
        now = seen(explorer)
        truth = computed(explorer)
        if now == truth and now.settings != before.settings:
            break
        explorer.page.wait_for_timeout(500)
    assert now == truth
    assert now.settings != before.settings
    assert now.alt != before.alt
    assert now.png != before.png
    return now


# Moving a control


def by_key(control: Locator) -> None:
    """Move a control by the keyboard alone, once it has the focus."""
    keyboard = control.page.keyboard
    if (pad := control.locator("canvas")).count():
        pad.focus()
        for key in ("Space", *["ArrowRight"] * 5, *["ArrowDown"] * 5, "Tab"):
            keyboard.press(key)
    elif (handle := control.locator(".noUi-handle")).count():
        handle.focus()
        now, last = map(handle.get_attribute, ("aria-valuenow", "aria-valuemax"))
        keyboard.press("ArrowLeft" if now == last else "ArrowRight")
    elif (others := control.locator("button:not(.mod-active)")).count():
        others.first.focus()
        keyboard.press("Space")
    else:
        control.locator("input").focus()
        keyboard.press("Space")


def by_mouse(control: Locator) -> None:
    """Move a control by dragging, clicking or pointing; draw a stroke on a pad."""
    if (pad := control.locator("canvas")).count():
        stroke(pad)
    elif (handle := control.locator(".noUi-handle")).count():
        drag(handle, control.locator(".noUi-base"))
    elif (others := control.locator("button:not(.mod-active)")).count():
        others.last.click()
    else:
        control.locator("input").click()


def drag(handle: Locator, track: Locator) -> None:
    """Drag a slider's handle nearly to the one end of its track, or to the other."""
    handle.scroll_into_view_if_needed()
    start, way, mouse = handle.bounding_box(), track.bounding_box(), handle.page.mouse
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    middle = way["x"] + way["width"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(middle + way["width"] * (0.46 if x < middle else -0.46), y, steps=5)
    mouse.up()


def stroke(pad: Locator) -> None:
    """Draw from the upper left of a pad to its lower right."""
    pad.scroll_into_view_if_needed()
    box, mouse = pad.bounding_box(), pad.page.mouse
    mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"], steps=8)
    mouse.up()


# The tests


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_notebook_runs_and_its_explorer_shows_what_the_model_computes(
    page: Page, lab: str, path: Path
) -> None:
    open_notebook(page, lab, path.name)
    run_all(page)
    expect(page.locator(".jp-OutputArea img:not([alt])")).to_have_count(0)
    for number, explorer in enumerate(explorers(page)):
        explorer.box.scroll_into_view_if_needed()
        keep_screenshot(explorer.box, f"{path.stem}-{number}")
        shown = seen(explorer)
        assert shown == computed(explorer)
        controls = explorer.box.locator("> :not(.widget-html)")
        for control in controls.all():
            for move in (by_key, by_mouse):
                move(control)
                shown = settled(explorer, before=shown)
        keep_screenshot(explorer.box, f"{path.stem}-{number}-moved")
    live = page.locator(".aelib-explorer[data-live]")
    expect(live).to_have_count(page.evaluate(LIVE))
    for number, box in enumerate(live.all()):
        box.scroll_into_view_if_needed()
        keep_screenshot(box, f"{path.stem}-live-{number}")
        before = int(box.get_attribute("data-frames"))
        for control in box.locator("input[type=range], canvas[tabindex]").all():
            control.focus()
            for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
                page.keyboard.press(key)
        wait_until(lambda: int(box.get_attribute("data-frames")) > before, 30)  # noqa: B023


def keep_screenshot(part: Locator, name: str) -> None:
    """Keep a picture to look at, if ``AELIB_SCREENSHOTS`` names a folder for it."""
    if folder := os.environ.get("AELIB_SCREENSHOTS"):
        part.screenshot(path=Path(folder) / f"{name}.png")


SMALL = """\
import ipywidgets
from matplotlib.figure import Figure
from aelib.explore import Explorer
Explorer(
    "a line",
    {"slope": ipywidgets.IntSlider(1, 0, 5)},
    draw=lambda slope: Figure(figsize=(slope + 1, 1)),
    describe=lambda slope: f"A line of slope {slope}.",
)"""


def test_an_explorer_whose_kernel_was_restarted_says_so_and_stays_a_still(
    page: Page, lab: str, course: Path
) -> None:
    notebook = new_notebook(cells=[new_code_cell(SMALL)], metadata=METADATA)
    nbformat.write(notebook, course / "notebooks" / "small.ipynb")
    open_notebook(page, lab, "small.ipynb")
    run_all(page)
    (explorer,) = explorers(page)
    sentence = explorer.box.get_by_text(LOST)
    expect(sentence).to_be_hidden()
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(sentence).to_be_visible()
    expect(explorer.box.locator("img")).to_be_visible()
    keep_screenshot(page.locator(".jp-Notebook"), "restarted")
    run_all(page)
    expect(page.get_by_text(LOST)).to_be_hidden()


def test_a_saved_notebook_shows_its_explorer_as_a_still_without_a_kernel(
    page: Page, lab: str, course: Path
) -> None:
    notebook = new_notebook(cells=[new_code_cell(SMALL)], metadata=METADATA)
    nbformat.write(notebook, course / "notebooks" / "saved.ipynb")
    open_notebook(page, lab, "saved.ipynb")
    run_all(page)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
    open_notebook(page, lab, "saved.ipynb")
    expect(page.locator(".jp-RenderedImage img")).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)


IS_CHANGED = "jupyterapp.shell.currentWidget.context.model.dirty"


def test_a_figure_has_words_paper_in_the_dark_and_opening_changes_nothing(
    page: Page, lab: str, course: Path
) -> None:
    words = {"mystnb": {"image": {"alt": "A line that rises."}}}
    cells = [
        new_code_cell("import matplotlib.pyplot as plt"),
        new_code_cell("plt.plot([1, 2]);", metadata=words),
    ]
    notebook = new_notebook(cells=cells, metadata=METADATA)
    nbformat.write(notebook, course / "notebooks" / "figure.ipynb")
    open_notebook(page, lab, "figure.ipynb")
    run_all(page)
    figure = page.locator(".jp-RenderedImage img")
    expect(figure).to_have_attribute("alt", "A line that rises.")
    assert page.evaluate(IS_CHANGED)
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    wait_until(lambda: not page.evaluate(IS_CHANGED))
    # What is stored is shown with its words, too, and not changed by a look.
    open_notebook(page, lab, "figure.ipynb")
    expect(figure).to_have_attribute("alt", "A line that rises.")
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.context.model.getMetadata('language_info')"
        ".version"  # the kernel has said which Python it is
    )
    page.wait_for_timeout(500)
    assert not page.evaluate(IS_CHANGED)
    theme = "jupyterapp.commands.execute('apputils:change-theme', {theme: '%s'})"
    page.evaluate(theme % "JupyterLab Dark")
    expect(figure).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(figure).to_have_css("filter", "brightness(0.87)")
    page.evaluate(theme % "JupyterLab Light")
    expect(figure).to_have_css("filter", "none")
