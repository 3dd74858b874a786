"""The rig itself: pytest, run on small notebooks and tests made to pass or to fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]


def run_pytest(*arguments: str | Path, **variables: str) -> str:
    """Run pytest with this repository's settings and return what it printed."""
    kept = {key: value for key, value in os.environ.items() if "PYTEST" not in key}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-c", "pyproject.toml"]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=ROOT,
        env={**kept, "AELIB_REQUIRE": "", "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout + done.stderr


# What a cell does, what is stored as printed, and how the comparison must end.
CASES: dict[str, tuple[str, str, str]] = {
    "right": ("print(6 * 7)", "42", "passed"),
    "wrong": ("print(6 * 7)", "41", "Cell outputs differ"),
    "not stored": ("print(6 * 7)", "", "Unexpected output fields"),
    "not printed": ("6 * 7;", "42", "Missing output fields"),
    "silenced": ("6 * 7;", "", "passed"),
    "raises": ("1 / 0", "", "Cell execution caused an exception"),
    "address": ("print(object())", "<object object at 0x123456789abc>", "passed"),
    "time": ("print('0.3 s, 12 ms, 4 µs')", "7 s, 3.1 ms, 1 µs", "passed"),
    "number": ("print('0.31 of 5')", "0.32 of 5", "Cell outputs differ"),
    "quiet": ("import os; print(os.environ['CI'])", "true", "passed"),
    "dataset": ("print(os.environ.get('AELIB_DATASET'))", "None", "passed"),
    "endless": ("while True: pass", "", "Timeout of 3 seconds"),
}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """Run a notebook of one cell per case; return each verdict, and the output."""
    folder = tmp_path_factory.mktemp("notebooks")
    notebook = new_notebook()
    for count, (source, stored, _) in enumerate(CASES.values(), start=1):
        printed = new_output("stream", name="stdout", text=stored + "\n")
        cell = new_code_cell(source, execution_count=count)
        cell.outputs = [printed] if stored else []
        notebook.cells.append(cell)
    nbformat.write(notebook, folder / "cases.ipynb")
    right = new_notebook(cells=notebook.cells[:1])
    nbformat.write(right, folder / "right.ipynb")
    report = folder / "report.xml"
    output = run_pytest(
        *("--numprocesses=2", "--dist=loadscope", "--nbval-cell-timeout=3"),
        *(f"--junitxml={report}", folder),
        AELIB_DATASET="mnist",
    )
    failures = {
        int(case.attrib["name"].removeprefix("Cell ")): case.find("failure")
        for case in ElementTree.parse(report).iter("testcase")
        if "cases" in case.attrib["classname"]
    }
    verdicts = [failures[number] for number in range(len(CASES))]
    return ["passed" if v is None else str(v.text) for v in verdicts], output


def test_what_a_cell_does_is_compared_with_what_is_stored(
    rig: tuple[list[str], str],
) -> None:
    verdicts, _ = rig
    for (name, (*_, expected)), verdict in zip(CASES.items(), verdicts, strict=True):
        assert expected in verdict, name


def test_the_run_ends_with_each_notebooks_time_and_the_closing_line(
    rig: tuple[list[str], str],
) -> None:
    _, output = rig
    rows = re.findall(r"^ +(\d+\.\d)  \S*?(\w+)\.ipynb$", output, re.MULTILINE)
    times = {name: float(seconds) for seconds, name in rows}
    assert 0 < times["right"] < times["cases"]  # which spins for three seconds
    closing = output.strip().splitlines()[-1]
    assert re.match(r"=+ \d+ failed, \d+ passed in ", closing)


def test_a_notebook_without_outputs_would_pass_so_our_own_rule_is_needed(
    tmp_path: Path,
) -> None:
    stripped = new_notebook(cells=[new_code_cell("print(6 * 7)")])
    nbformat.write(stripped, tmp_path / "stripped.ipynb")
    assert " 1 passed" in run_pytest(tmp_path)


REMARKING = """
def test_long(record_property):
    record_property("remark", "a.ipynb: 3 words too many")
"""


def test_a_remark_is_printed_at_the_end_of_a_run_that_passes(tmp_path: Path) -> None:
    (tmp_path / "test_remarking.py").write_text(REMARKING, encoding="utf-8")
    *_, remark, closing = run_pytest(tmp_path).strip().splitlines()
    assert remark == "a.ipynb: 3 words too many"
    assert " 1 passed in " in closing


OPTIONAL = """
import pytest

@pytest.mark.slow
def test_slow(): pass

@pytest.mark.mnist
def test_mnist(): pass
"""


@pytest.mark.parametrize(
    ("arguments", "required", "verdict"),
    [
        ([], "", "2 skipped"),
        (["--run-slow"], "", "1 passed, 1 skipped"),
        ([], "sandbox,mnist", "1 skipped, 1 error"),
    ],
)
def test_what_is_absent_is_skipped_in_plain_words_unless_it_is_required(
    tmp_path: Path, arguments: list[str], required: str, verdict: str
) -> None:
    (tmp_path / "test_optional.py").write_text(OPTIONAL, encoding="utf-8")
    output = run_pytest(
        "-rs", *arguments, tmp_path, AELIB_DATA=str(tmp_path), AELIB_REQUIRE=required
    )
    assert verdict in output.splitlines()[-1]
    assert "MNIST is not here: AELIB_DATA names the folder of its files" in output
