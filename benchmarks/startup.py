"""Measure how long it takes from `make lab` to the first picture of notebook 01.

    make bench ARGS=startup          (or: python benchmarks/startup.py)

does in a browser what a reader does: start the course, once it is installed, choose
notebook 01 on the start page, Run All, and look at the first picture. The target is a
minute, on the clock. It needs Chromium, the system's or Playwright's.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, Route, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = "01-shallow-autoencoder.ipynb"
TARGET = 60.0  # seconds
PATIENCE = 120_000  # milliseconds
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

STEPS: dict[str, Callable[[Page, str], object]] = {}


def step(name: str) -> Callable[[Callable], Callable]:
    """Add a function to what a reader does, one after the other."""
    return lambda function: STEPS.setdefault(name, function)


@step("JupyterLab answers")
def wait_for_server(page: Page, address: str) -> None:
    """Wait until the server is there."""
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=10).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)


@step("start page")
def open_start_page(page: Page, address: str) -> None:
    """Open what `make lab` opens."""
    page.goto(f"{address}/lab/tree/notebooks/README.md?reset")
    page.wait_for_selector(f'.jp-MarkdownViewer a[href*="{NOTEBOOK}"]')
    page.evaluate("() => jupyterapp.restored.then(() => true)")


@step("notebook with a kernel")
def open_notebook(page: Page, address: str) -> None:
    """Follow the start page's link."""
    page.locator(f'.jp-MarkdownViewer a[href*="{NOTEBOOK}"]').click()
    status = page.locator("#jp-main-statusbar")
    expect(status).to_contain_text("Python 3 (ipykernel) | Idle", timeout=PATIENCE)


# A cell that is to be run has no count until it is done: this is no stored picture.
PICTURE = """() => {
    const {widgets} = jupyterapp.shell.currentWidget.content;
    const has_picture = ({outputs}) => [...Array(outputs.length).keys()]
        .some(i => outputs.get(i).data?.["image/png"]);
    const at = widgets.findIndex(({model}) =>
        model.type === "code" && model.executionCount && has_picture(model));
    return at < 0 ? null : String(at);
}"""
SHOW = """async at => {
    const {content} = jupyterapp.shell.currentWidget;
    await content.scrollToCell(content.widgets[at]);
}"""


@step("first picture")
def run_all(page: Page, address: str) -> None:
    """Choose Run All, and scroll to the first picture that is there."""
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    at = page.wait_for_function(PICTURE).json_value()
    page.evaluate(SHOW, int(at))
    cell = page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{at}"]')
    expect(cell.locator(".jp-OutputArea img").first).to_be_visible()


@contextmanager
def make_lab(log: Path) -> Iterator[str]:
    """Run `make lab` and yield JupyterLab's address."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    settings = [
        "--expose-app-in-browser",
        "--IdentityProvider.token=",
        "--ServerApp.open_browser=False",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
    ]
    command = [sys.executable, str(ROOT / "make.py"), "lab", *settings]
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as server,
    ):
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def leave_files_alone(route: Route) -> None:
    """Let nothing be saved: the notebook is the course's own."""
    if route.request.method in ("PUT", "PATCH"):
        route.abort()
    else:
        route.continue_()


def measure(page: Page, log: Path) -> list[float]:
    """Return the seconds after which each step was done, from the command on."""
    page.set_default_timeout(PATIENCE)
    page.route("**/api/contents/**", leave_files_alone)
    start, done = time.monotonic(), []
    with make_lab(log) as address:
        for do in STEPS.values():
            do(page, address)
            done.append(time.monotonic() - start)
        page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
    return done


def main() -> None:
    """Measure several starts and say whether the slowest is within the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    seconds = []
    print("seconds after the command:", *STEPS, sep="  ", flush=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        for number in range(1, rounds + 1):
            page = browser.new_page()
            seconds.append(measure(page, Path(folder) / "log"))
            page.close()
            print(f"round {number}:", *(f"{s:.1f}" for s in seconds[-1]), flush=True)
        browser.close()
    medians = np.median(seconds, axis=0)
    for name, part in zip(STEPS, np.diff(medians, prepend=0), strict=True):
        print(f"{part:6.1f} s  {name}")
    slowest = max(done[-1] for done in seconds)
    verdict = "within" if slowest <= TARGET else "NOT within"
    print(
        f"{medians[-1]:6.1f} s  in all; the slowest of {rounds}, {slowest:.1f} s, is "
        f"{verdict} {TARGET:.0f} s."
    )


if __name__ == "__main__":
    main()
