"""The command ``python -m aelib book``: the course as a site, to read without Python.

The executed notebooks and the documents beside them are staged in
``build/book/source``, with the solutions folded away, and Sphinx makes
``build/book/html`` of them: search, formulas and fonts included, so that the site needs
no network.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.addresses import add_launchers, public_repository
from aelib.classroom.live_pages import bring_to_life, write_scripts
from aelib.exercises.checkout import checkout

if TYPE_CHECKING:
    from nbformat import NotebookNode

DOCUMENTS = (
    "notebooks/README.md",
    "docs/lecture-map.md",
    "docs/glossary.md",
    "docs/notation.md",
    "docs/evidence.md",
    "docs/results.md",
    "docs/records.md",
    "docs/speed.md",
    "data/README.md",
)
MISSING = "Sphinx is not installed: run `python make.py book`, which installs it."


def build(root: Path | None = None, to: Path | None = None) -> Path:
    """Build the site of the course at `root`, and return the page to open.

    Raises
    ------
    ModuleNotFoundError
        If Sphinx is not installed.
    ValueError
        If Sphinx has anything to complain of, such as a link that leads nowhere; what
        it was stands on the screen.
    """
    if find_spec("sphinx") is None:
        raise ModuleNotFoundError(MISSING)
    root = root or checkout()
    folder = root / "build" / "book" if to is None else to
    source, site = folder / "source", folder / "html"
    shutil.rmtree(folder, ignore_errors=True)
    stage(root, source)
    run_sphinx("The book", source, site, root / "docs" / "book")
    write_scripts(root / "docs" / "explorers", site)
    return site / "index.html"


def run_sphinx(
    what: str, source: Path, site: Path, settings: Path, builder: str = "html"
) -> None:
    """Make pages of a staged source by the `conf.py` in the folder of settings.

    Raises
    ------
    ValueError
        If Sphinx has anything to complain of, be it a warning.
    """
    command = [sys.executable, "-m", "sphinx", "-q", "--fail-on-warning", "-b", builder]
    command += ["-c", str(settings), str(source), str(site)]
    if subprocess.run(command, check=False).returncode:
        raise ValueError(f"{what} has faults: fix what Sphinx names above.")


def stage(root: Path, folder: Path, *, alive: bool = True) -> None:
    """Copy what the book is made of into a new folder, in the same places.

    On paper nothing is `alive`: of an explorer its still picture remains, and no link
    opens a copy.
    """
    import nbformat

    repository = public_repository(root) if alive else None
    (folder / "notebooks").mkdir(parents=True)
    for path in sorted((root / "notebooks").glob("[0-9][0-9]-*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        fold_solutions(notebook)
        if alive:
            bring_to_life(notebook, root / "docs" / "explorers")
        if repository:
            add_launchers(notebook, path.name, repository)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    shutil.copytree(root / "docs" / "img", folder / "docs" / "img")
    for name in DOCUMENTS:
        (folder / name).parent.mkdir(exist_ok=True)
        text = (root / name).read_text(encoding="utf-8")
        # Sphinx has a way of its own to say that something can be linked to.
        text = re.sub(r'<a id="([\w-]+)"></a>', r"(\1)=", text)
        (folder / name).write_text(text, encoding="utf-8")
    front = (root / "docs" / "book" / "index.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(front.replace("../../", ""), encoding="utf-8")


def fold_solutions(notebook: NotebookNode) -> None:
    """Fold away the solutions and model answers of a notebook, in place.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> cell = new_markdown_cell("Because.")
    >>> cell.metadata["nbgrader"] = {"solution": True}
    >>> notebook = new_notebook(cells=[cell])
    >>> fold_solutions(notebook)
    >>> print(notebook.cells[0].source)
    <details>
    <summary>A model answer</summary>
    <BLANKLINE>
    Because.
    <BLANKLINE>
    </details>
    """
    for cell in notebook.cells:
        if not cell.metadata.get("nbgrader", {}).get("solution"):
            continue
        if cell.cell_type == "code":
            cell.metadata.setdefault("tags", []).append("hide-input")
            words = {"code_prompt_show": "A solution", "code_prompt_hide": "Fold it"}
            cell.metadata.setdefault("mystnb", {}).update(words)
        else:
            cell.source = (
                "<details>\n<summary>A model answer</summary>\n\n"
                f"{cell.source}\n\n</details>"
            )


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as JupyterLab writes it.

    Examples
    --------
    >>> anchor("What is it? (B1)")
    'What-is-it?-(B1)'
    """
    return heading.replace(" ", "-")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``book`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "book", help="build a site to read the course on", description=__doc__
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        page = build()
    except (ModuleNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The book is built; open {page}")
    return 0
