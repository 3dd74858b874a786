"""One notebook of the course: execute it, tidy it, give it as text and as HTML.

What is stored must be the same on every run and every machine, or a reviewer cannot see
what an author changed; so :func:`tidy` drops whatever comes from the program that a
notebook was edited or executed with.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import html
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

# What a notebook's author decides about a cell; everything else in a cell's metadata
# comes from the program that it was edited or executed with.
CELL_METADATA = ("mystnb", "nbgrader", "slideshow", "tags")

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}

WIDGET = "application/vnd.jupyter.widget-view+json"


def environment() -> dict[str, str]:
    """Return the environment variables that every unattended notebook runs under.

    Progress bars are silent, and one thread computes unless ``OMP_NUM_THREADS`` says
    otherwise, so that results repeat.

    Examples
    --------
    >>> environment()["CI"]
    'true'
    """
    fixed = {"CI": "true", "AELIB_PROGRESS": "0", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return {"OMP_NUM_THREADS": "1", **os.environ, **fixed}


def execute(
    notebook: NotebookNode,
    *,
    folder: Path,
    variables: Mapping[str, str] | None = None,
    timeout: float = 600.0,
) -> None:
    """Execute every cell of a notebook in place, in a kernel of this very Python.

    `folder` is the kernel's working directory, `variables` are added to those of
    :func:`environment`, and `timeout` is how many seconds one cell may take.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises; the outputs up to there are in `notebook`.
    nbclient.exceptions.CellTimeoutError, nbclient.exceptions.DeadKernelError
        If a cell takes too long or ends its kernel.
    """
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(KernelSpecManager):
        """Finds this Python whatever kernels of that name are installed elsewhere."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            start = [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR"]
            return KernelSpec(
                argv=[*start, "-f", "{connection_file}"],
                display_name=METADATA["kernelspec"]["display_name"],
                language="python",
            )

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=ThisPython()),
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**environment(), **(variables or {})}, cleanup_kc=True)


def tidy(notebook: NotebookNode) -> None:
    """Reduce an executed notebook, in place, to what is the same on every run.

    Cell ids become a hash of the cell's kind and source; neighbouring pieces of one
    stream become one; the metadata of editors, kernels and widgets goes. A widget's
    live view goes too, for it would need the kernel that has ended: what is stored of
    an explorer is its still picture.
    """
    from nbformat import from_dict

    notebook.metadata = from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
        nth = seen[digest] = seen.get(digest, -1) + 1
        cell.id = digest[:8] + (f"-{nth}" if nth else "")
        kept = {
            key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata
        }
        cell.metadata = from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = _tidy_outputs(cell.outputs)


def _tidy_outputs(outputs: Sequence[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    for output in outputs:
        if _is_mere_widget(output):
            continue
        output.get("data", {}).pop(WIDGET, None)
        last = kept[-1] if kept else None
        if (
            last
            and last.output_type == "stream"
            and last.get("name") == output.get("name")
        ):
            last.text += output.text
        elif output.output_type in ("stream", "error") or output.data:
            kept.append(output)
    return kept


def _is_mere_widget(output: NotebookNode) -> bool:
    """Say whether nothing is left of an output without its kernel: a progress bar."""
    data = output.get("data", {})
    return WIDGET in data and set(data) <= {WIDGET, "text/plain"}


def on_save(model: dict, path: str, **_: object) -> None:
    """Tidy a notebook of the course whenever JupyterLab saves it (a pre-save hook).

    Without it, opening a notebook would change its file, and a widget that was stored
    would come back as "model not found" where its still picture could be seen.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> content = new_notebook(cells=[new_code_cell("1", metadata={"trusted": True})])
    >>> model = {"type": "notebook", "content": content}
    >>> on_save(model, path="notebooks/00-x.ipynb")
    >>> model["content"].cells[0].metadata
    {}
    """
    from nbformat import from_dict

    ours = path.lstrip("/").startswith("notebooks/")
    if ours and model["type"] == "notebook" and model.get("content"):
        model["content"] = from_dict(model["content"])
        tidy(model["content"])


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a tidied notebook so that the same notebook gives the same bytes."""
    import nbformat

    nbformat.validate(notebook)
    path.write_bytes((nbformat.writes(notebook) + "\n").encode())


def to_text(notebook: NotebookNode) -> str:
    """Return a notebook's sources as a Python script with ``# %%`` between cells.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> print(to_text(new_notebook(cells=[new_code_cell("1 + 1")])), end="")
    # %%
    1 + 1
    """
    import jupytext
    from nbformat.v4 import new_notebook

    kept = ",".join([*CELL_METADATA, "-all"])
    filters = {"notebook_metadata_filter": "-all", "cell_metadata_filter": kept}
    plain = new_notebook(cells=notebook.cells, metadata={"jupytext": filters})
    return jupytext.writes(plain, fmt="py:percent")


def from_text(text: str) -> NotebookNode:
    r"""Return the notebook, not yet executed, whose :func:`to_text` is `text`.

    Examples
    --------
    >>> from_text("# %%\n1 + 1").cells[0].source
    '1 + 1'
    """
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    tidy(notebook)
    return notebook


def cover(notebook: NotebookNode) -> bytes | None:
    """Return the picture to remember, PNG: that of the cell tagged ``cover``, if any.

    Examples
    --------
    >>> from nbformat import v4
    >>> picture = v4.new_output("display_data", {"image/png": "QUJD"})
    >>> cell = v4.new_code_cell(outputs=[picture], metadata={"tags": ["cover"]})
    >>> cover(v4.new_notebook(cells=[cell]))
    b'ABC'
    """
    for cell in notebook.cells:
        if "cover" in cell.metadata.get("tags", []):
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output.data["image/png"])
    return None


def to_html(notebook: NotebookNode) -> str:
    """Return an executed notebook as one HTML page with its pictures inside.

    Each picture gets the alternative text that its cell's metadata state
    (``mystnb.image.alt``).
    """
    from nbconvert import HTMLExporter

    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/png"):
                source = f"data:image/png;base64,{picture}"
                output.data = {
                    "text/html": f'<img alt="{html.escape(alt)}" src="{source}">'
                }
    exporter = HTMLExporter(exclude_input_prompt=True, exclude_output_prompt=True)
    page, _ = exporter.from_notebook_node(notebook)
    return page
