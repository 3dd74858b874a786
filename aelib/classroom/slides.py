"""The command ``python -m aelib slides``: a deck for a lecture from each notebook.

There is no second source. A cell whose metadata say ``slideshow: {"slide_type":
"slide"}`` (JupyterLab's property inspector sets it) is a slide; the module `deck` says
what of it is shown. The rest of the text is the speaker's notes (key S). A prediction
is a slide for the room to answer, and its answer stands on the next. Explorers are
alive. Sphinx and sphinx-revealjs make ``build/slides/html`` of it, which needs no
network.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from aelib.classroom.book import run_sphinx
from aelib.classroom.deck import slides
from aelib.classroom.live_pages import write_scripts
from aelib.exercises.checkout import checkout, find_notebooks

MISSING = (
    "sphinx-revealjs is not installed: run `python make.py slides`, which does it."
)


def build(
    numbers: list[str] | None = None, root: Path | None = None, to: Path | None = None
) -> Path:
    """Build the decks of the notebooks named, all by default; return the page to open.

    Raises
    ------
    ModuleNotFoundError
        If sphinx-revealjs is not installed.
    FileNotFoundError
        If there is no notebook of such a number.
    ValueError
        If Sphinx has anything to complain of.
    """
    if find_spec("sphinx_revealjs") is None:
        raise ModuleNotFoundError(MISSING)
    root = root or checkout()
    folder = root / "build" / "slides" if to is None else to
    source, site = folder / "source", folder / "html"
    paths = find_notebooks(numbers or (), root=root)
    shutil.rmtree(folder, ignore_errors=True)
    (source / "slides").mkdir(parents=True)
    decks = [
        stage(path, source / "slides", root / "docs" / "explorers") for path in paths
    ]
    front = [f"- [{title}](slides/{name}.md)" for name, title in decks]
    hidden = "\n".join(
        ["```{toctree}\n:hidden:", *(f"slides/{name}" for name, _ in decks), "```"]
    )
    page = "\n".join(["# Autoencoders, step by step", "", *front, "", hidden, ""])
    (source / "index.md").write_text(page, encoding="utf-8")
    settings = root / "docs" / "slides"
    run_sphinx("A deck", source, site, settings, "revealjs")
    write_scripts(root / "docs" / "explorers", site)
    return site / "index.html"


def stage(path: Path, folder: Path, states: Path) -> tuple[str, str]:
    """Write a notebook's deck as Markdown; return its name and its title."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    first, *others = slides(notebook, folder / path.stem, states)
    pages = [first.as_markdown().removeprefix("#"), *(s.as_markdown() for s in others)]
    (folder / f"{path.stem}.md").write_text("\n".join(pages), encoding="utf-8")
    return path.stem, first.title


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``slides`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "slides",
        help="build a deck for a lecture from each notebook",
        description=__doc__,
    )
    parser.add_argument(
        "numbers", nargs="*", metavar="NN", help="which notebooks: 00 01"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        page = build(options.numbers)
    except (FileNotFoundError, ModuleNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"The decks are built; open {page}")
    return 0
