"""A headless browser without a network, and the JupyterLab that `make lab` starts."""

from __future__ import annotations

import importlib.util
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from aelib.classroom.sandbox.bubblewrap import environment
from aelib.desk.copy import update

ROOT = Path(__file__).resolve().parents[2]
SCREEN = {"width": 1300, "height": 900}

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # No host but this machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page whose kernels end with it, and which asked no other host."""
    context = browser.new_context(viewport=SCREEN, reduced_motion="reduce")
    foreign: list[str] = []
    context.on("request", lambda request: check_address(request.url, foreign))
    page = context.new_page()
    page.set_default_timeout(120_000)
    yield page
    page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()
    assert not foreign


def check_address(url: str, foreign: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        foreign.append(url)


# JupyterLab, as `make lab` starts it


@pytest.fixture(scope="session")
def start_lab() -> Callable[..., AbstractContextManager[str]]:
    """Return what starts JupyterLab on a course, and gives its address.

    It is called with the course, a folder for settings, and what `make lab` is given.
    """
    return running_lab


@contextmanager
def running_lab(course: Path, private: Path, *arguments: str) -> Iterator[str]:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port = any_port.getsockname()[1]
    command, variables = what_make_lab_runs(course, private, port, *arguments)
    address = f"http://127.0.0.1:{port}"
    log = private / "log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, env=variables, cwd=course, stdout=output, stderr=output
        ) as server,
    ):
        try:
            end = time.monotonic() + 120
            while not answers(f"{address}/api", server, log):
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.5)
            yield address
        finally:
            server.terminate()  # it ends its kernels


def what_make_lab_runs(
    course: Path, private: Path, port: int, *arguments: str
) -> tuple[list[str], dict[str, str]]:
    """Return the command of `make lab` and its environment, with folders of its own."""
    spec = importlib.util.spec_from_file_location("make", ROOT / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    caught: list[Any] = []
    make.ROOT, make.VENV, make.prepare = course, private, lambda: None
    make.desk = lambda: update(course / make.COPY, root=course, report=str)
    make.become = lambda *command, **variables: caught.extend([command, variables])
    make.lab(
        [
            *arguments,
            "--expose-app-in-browser",
            "--IdentityProvider.token=",
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
        ]
    )
    command, variables = caught
    everything_at_once(Path(variables["JUPYTER_CONFIG_DIR"]) / "labconfig")
    unattended = [part for part in command if part != "--no-browser"]
    strings = {name: str(value) for name, value in variables.items()}
    ours = {**environment(), "PYTHONUTF8": "1", **strings}
    del ours["MPLBACKEND"]  # figures are to be seen
    return [sys.executable, "-m", *unattended, "--no-browser"], ours


def everything_at_once(settings: Path) -> None:
    """Let JupyterLab put every cell on the page, the ones out of sight, too."""
    path = settings / "default_setting_overrides.json"
    overrides = json.loads(path.read_text(encoding="utf-8"))
    overrides["@jupyterlab/notebook-extension:tracker"] = {"windowingMode": "none"}
    path.write_text(json.dumps(overrides), encoding="utf-8")


def answers(address: str, server: subprocess.Popen, log: Path) -> bool:
    assert server.poll() is None, log.read_text()
    try:
        with urllib.request.urlopen(address, timeout=10) as reply:
            return reply.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False
