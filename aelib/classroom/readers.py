"""The command ``python -m aelib readers``: what the branch ``readers`` holds.

It is a reader's copy of the course, exercises empty, as ``python -m aelib desk`` makes
it, and beside it what Colab, Binder and Codespaces need: the package as a file, the
tested versions of what it is built on, and in each notebook a first cell that installs
the course where it is missing. A workflow publishes the folder; nothing in it is a
solution. Where pyproject.toml names no public repository, there is nothing to make.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.addresses import Repository, public_repository
from aelib.classroom.overview import entry, table
from aelib.desk.folder import START_PAGE, mark
from aelib.desk.pages import Links
from aelib.desk.version import readers_version, store, to_bytes
from aelib.exercises.checkout import checkout, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

UNSET = (
    "Nothing to publish: pyproject.toml names no public repository. Add to it\n"
    '[project.urls]\nRepository = "https://github.com/OWNER/NAME"'
)
INSTALL = """\
# @title Install the course, where it is missing
import subprocess
import sys
from importlib import invalidate_caches, metadata, util


def versions():
    return {each.name: each.version for each in metadata.distributions()}


def install(*packages):
    \"""Install packages, and print what that has changed.\"""
    print("The course is not here: installing it takes a minute or two.", flush=True)
    before = versions()
    command = [sys.executable, "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(command, capture_output=True, text=True)
    invalidate_caches()
    if done.returncode:
        raise RuntimeError(f"The course could not be installed: {done.stderr}")
    changed = versions().items() - before.items()
    for name, version in sorted(changed):
        old = before.get(name)
        print(f"{name} {version}", f"instead of {old}" if old else "is new")
    modules = metadata.packages_distributions()
    replaced = {name for name, _ in changed if name in before}
    loaded = [m for m in sys.modules if replaced & set(modules.get(m, ()))]
    if loaded:
        print(f"Restart the session now, for {', '.join(loaded)} had been loaded, and")
        print("run this cell once more.")


if util.find_spec("aelib") is None:
    install("aelib @ PACKAGE", "sympy")
"""
LOCK = "requirements.lock"
REQUIREMENTS = """\
--constraint {lock}
--extra-index-url=https://download.pytorch.org/whl/cpu
./{package}[course]
"""
BINDERS_PYTHON = "python-3.12\n"
READ_ME = """\
# Autoencoders, step by step

Notebooks to work in: the exercises are empty, and the cell below each one says what is
right and what is not yet. On Colab and Binder your work is gone when you leave, unless
you save a copy (*File → Save a copy in Drive*, *File → Download*). In a codespace it
stays. To have answers that survive each new version of the course, and your progress on
a page, take [the course itself]({address}), which sets itself up with one command.

{table}
"""


def make(folder: Path, root: Path | None = None) -> Repository | None:
    """Make in a new folder what the branch holds; return where it is published.

    Nothing is made, and None returned, where that isn't said.

    Raises
    ------
    ValueError
        If the address is none on GitHub, the folder exists, or the package cannot be
        built.
    """
    root = root or checkout()
    if (repository := public_repository(root)) is None:
        return None
    if folder.exists():
        raise ValueError(f"{folder} exists already: name a new folder, to be filled")
    mark(folder)
    # Here, so that the doctor can look at a machine without numpy.
    from aelib.classroom.homework.release import build_package

    package = build_package(root, folder)
    hand_out(folder, root, repository.raw(package))
    (folder / START_PAGE).write_text(read_me(root, repository), encoding="utf-8")
    shutil.copy(root / LOCK, folder)
    requirements = REQUIREMENTS.format(lock=LOCK, package=package)
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    (folder / "runtime.txt").write_text(BINDERS_PYTHON, encoding="utf-8")
    _write_container(root, folder)
    return repository


def hand_out(folder: Path, root: Path, package: str) -> None:
    """Fill a reader's copy with notebooks that can install the course, and its pages.

    Unlike `update`, this carries nothing over that somebody has written, be it in the
    course's own notebooks or in a stash.
    """
    import nbformat

    links = Links(root)
    for path in find_notebooks(root=root):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(1, install_cell(package))
        version = readers_version(notebook, path.stem, links)
        store(version, folder)
        (folder / path.name).write_bytes(to_bytes(version))
    for _ in links.write_pages(folder):
        pass  # nobody has written into a page of a new folder


def read_me(root: Path, repository: Repository) -> str:
    """Return the branch's first page: each notebook, and where it can be opened."""
    import nbformat

    rows = []
    for path in find_notebooks(root=root):
        about = entry(path.stem, nbformat.read(path, as_version=4))
        places = repository.launchers(path.name).items()
        links = ", ".join(f"[{place}]({address})" for place, address in places)
        title = f"[{about.number} · {about.title}]({path.name})"
        rows.append((title, about.question, links))
    return READ_ME.format(
        address=repository.address,
        table=table(("notebook", "its question", "open in"), rows),
    )


def install_cell(package: str) -> NotebookNode:
    """Return the cell that installs the course from an address, where it is missing."""
    from nbformat.v4 import new_code_cell

    source = INSTALL.replace("PACKAGE", package)
    folded = {"cellView": "form", "jupyter": {"source_hidden": True}}
    return new_code_cell(source.rstrip(), id="install-the-course", metadata=folded)


def _write_container(root: Path, folder: Path) -> None:
    """Write for Codespaces the course's own container, which installs the package."""
    place = ".devcontainer/devcontainer.json"
    container = json.loads((root / place).read_text(encoding="utf-8"))
    container["postCreateCommand"] = "pip install --requirement requirements.txt"
    container["customizations"]["vscode"].pop("settings")  # of a .venv, not there
    container["customizations"]["codespaces"] = {"openFiles": ["README.md"]}
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(json.dumps(container, indent=2) + "\n", "utf-8")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``readers`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "readers",
        help="make what Colab, Binder and Codespaces open",
        description=__doc__,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    try:
        repository = make(options.folder)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if repository is None:
        print(UNSET)
    else:
        print(f"{options.folder}: for {repository.owner}/{repository.name}")
    return 0
