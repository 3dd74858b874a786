"""On MNIST, trained on a GPU, every notebook runs to its end and its assertions hold.

The GPU is a stand-in, which each notebook's kernel is given before its first cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from aelib.classroom.notebooks import execute

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))

BEGIN = f"""
import sys
sys.path.append({str(ROOT / "tests")!r})
from stand_in_gpu import OnGpu, stand_in_gpu
_gpu = stand_in_gpu()
_gpu.__enter__()
"""
END = "print(OnGpu.made)"
# In any dispatch mode, torch 2.13 ends the process at a forward-mode derivative; and a
# module whose weights are still in a graph can't be exchanged for one on the stand-in.
LEAVE = "_gpu.__exit__(None, None, None)"


def on_a_gpu(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield a notebook's cells after one that brings the GPU, and one that counts."""
    yield new_code_cell(BEGIN)
    is_there = True
    for cell in cells:
        if is_there and cell.cell_type == "code" and "jvp(" in cell.source:
            yield new_code_cell(LEAVE)
            is_there = False
        yield cell
    yield new_code_cell(END)


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_holds_on_mnist_and_on_a_gpu(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    trains = any(re.search(r"\b(fit|pretrain)\(", c.source) for c in notebook.cells)
    notebook.cells = list(on_a_gpu(notebook.cells))
    execute(notebook, folder=path.parent, variables={"AELIB_DATASET": "mnist"})
    made_on_gpu = int(notebook.cells[-1].outputs[0].text)
    assert made_on_gpu > 1_000 or not trains
