"""On MNIST, trained on a GPU, every notebook runs to its end and its assertions hold.

The GPU is a stand-in, which each notebook's kernel is given before its first cell.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
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


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_holds_on_mnist_and_on_a_gpu(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    trains = any(re.search(r"\b(fit|pretrain)\(", c.source) for c in notebook.cells)
    notebook.cells = [new_code_cell(BEGIN), *notebook.cells, new_code_cell(END)]
    execute(notebook, folder=path.parent, variables={"AELIB_DATASET": "mnist"})
    made_on_gpu = int(notebook.cells[-1].outputs[0].text)
    assert made_on_gpu > 1_000 or not trains
