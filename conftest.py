"""What every run of pytest in this repository has, the notebooks' runs included.

Tests and notebooks share the drawn digits and one environment,
:func:`aelib.classroom.notebooks.environment`. Tests that need something optional skip
with a plain word, unless ``AELIB_REQUIRE`` names what they need:
``AELIB_REQUIRE=mnist``. At the end of a run stands what each notebook took, and what
tests that passed had to remark.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
from nbval.kernel import RunningKernel

from aelib.classroom.notebooks import environment
from aelib.classroom.pdf import chromium

os.environ.update(environment())
os.environ.pop("AELIB_DATASET", None)  # what is stored in the notebooks is of drawn

collect_ignore = ["tests/stand_in_gpu.py"]  # to be imported once: it gives torch a GPU

# How long one example takes says more about what else the machine does than about us.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

REMARK = "remark"  # what a test that passes has to say, at the end of the run
CPU_SECONDS = "notebook's CPU seconds so far"
BUDGET = 90  # CPU seconds for a notebook from top to bottom


# Optional tests


def has_mnist() -> bool:
    """Say whether MNIST's four files are here, without downloading any."""
    from aelib.digits import mnist

    chosen = os.environ.get("AELIB_DATA")
    folders = [Path(chosen).expanduser()] if chosen else mnist.usual_folders()
    return all(mnist.find(name, folders) for name in mnist.FILES)


def has_sandbox() -> bool:
    """Say whether students' code can be run in a sandbox here."""
    from aelib.classroom.sandbox import bubblewrap

    return not bubblewrap.missing()


NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "mnist": (has_mnist, "MNIST is not here: AELIB_DATA names the folder of its files"),
    "sandbox": (has_sandbox, "no sandbox: it takes Linux, bubblewrap and namespaces"),
    "browser": (chromium, "no browser here: `python -m playwright install chromium`"),
}


@pytest.fixture(autouse=True)
def _close_figures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what the examples of docstrings have drawn: matplotlib warns beyond 20."""
    yield
    if isinstance(request.node, pytest.DoctestItem):
        from matplotlib import pyplot as plt

        plt.close("all")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = chromium()
    assert path is not None
    return path


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--run-slow", action="store_true", help="run the tests marked slow as well"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("slow") and not item.config.getoption("--run-slow"):
        pytest.skip("slow: `make test-all` runs it")
    required = os.environ.get("AELIB_REQUIRE", "").split(",")
    for need, (is_here, remark) in NEEDS.items():
        if item.get_closest_marker(need) and not is_here():
            stop = pytest.fail if need in required else pytest.skip
            stop(remark)


# The notebooks


def execute_with_history(
    kernel: RunningKernel, source: str, allow_stdin: bool = False
) -> str:
    """Execute a cell as Jupyter does; without history a closing ``;`` hides nothing."""
    return kernel.kc.execute(source, allow_stdin=allow_stdin, stop_on_error=False)


RunningKernel.execute_cell_input = execute_with_history


@pytest.hookimpl(tryfirst=True)  # before the kernel is shut down
def pytest_runtest_teardown(item: pytest.Item) -> None:
    kernel = getattr(item.parent, "kernel", None)
    if kernel is None or not kernel.is_alive():
        return
    times = psutil.Process(kernel.km.provisioner.pid).cpu_times()
    item.user_properties.append((CPU_SECONDS, times.user + times.system))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    times: dict[str, float] = {}
    for test, seconds in records(terminalreporter, CPU_SECONDS):
        notebook = test.split("::")[0]
        times[notebook] = max(seconds, times.get(notebook, 0.0))
    rows = [
        f"{seconds:8.1f}  {notebook}"
        + (f"  over the budget of {BUDGET}" if seconds > BUDGET else "")
        for notebook, seconds in sorted(times.items())
    ]
    remarks = {str(remark) for _, remark in records(terminalreporter, REMARK)}
    for title, lines in {
        "CPU seconds per notebook": rows,
        "Remarks": sorted(remarks),
    }.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write_line("\n".join(lines))


def records(
    terminalreporter: pytest.TerminalReporter, name: str
) -> Iterator[tuple[str, Any]]:
    """Yield each test's id with what it recorded under `name`, as often as it did."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for key, value in getattr(report, "user_properties", []):
                if key == name:
                    yield report.nodeid, value


def pytest_collection() -> None:
    """Have the stand-in for a GPU before anything is imported that may train.

    Torch counts the devices at the first backward pass of a process, and refuses those
    that come later. A torch that cannot have one in Python does without.
    """
    with contextlib.suppress(ImportError):
        import stand_in_gpu  # noqa: F401
