"""On MNIST every notebook runs to its end, and every assertion in it holds."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from aelib.classroom.notebooks import execute

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_holds_on_mnist(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    execute(notebook, folder=path.parent, variables={"AELIB_DATASET": "mnist"})
