"""Where the course lies: its notebooks, its exams, and what belongs to no package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode


def checkout() -> Path:
    """Return the copy of the course that one works in.

    It is the folder that holds this package, if that is a copy of the course; else, for
    an installed package, the current folder or the nearest one above it that is.

    Raises
    ------
    FileNotFoundError
        If there is none.

    Examples
    --------
    >>> (checkout() / "pyproject.toml").exists()
    True
    """
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parents[2], here, *here.parents):
        if _is_checkout(folder):
            return folder
    raise FileNotFoundError(
        f"no copy of the course at {here} or above: change into the folder that holds "
        "its notebooks and pyproject.toml"
    )


def _is_checkout(folder: Path) -> bool:
    return (folder / "notebooks").is_dir() and (folder / "aelib").is_dir()


def exams_folder(root: Path | None = None) -> Path:
    """Return the folder of the exams, which no installed package has."""
    return (root or checkout()) / "aelib" / "classroom" / "exams"


def find_notebooks(
    numbers: Sequence[str] = (), *, root: Path | None = None, anew: bool = False
) -> list[Path]:
    """Return the paths of the notebooks with these numbers, in the course's order.

    All of them, if no number is given. With `anew`, look for texts in ``docs/text``
    from which notebooks can be made: some may not exist yet.

    Raises
    ------
    FileNotFoundError
        If there is no notebook of a number, or none at all.
    """
    root = root or checkout()
    notebooks, texts = root / "notebooks", root / "docs" / "text"
    files = (
        texts.glob("[0-9][0-9]-*.py") if anew else notebooks.glob("[0-9][0-9]-*.ipynb")
    )
    present = {file.stem[:2]: notebooks / f"{file.stem}.ipynb" for file in files}
    place = texts if anew else notebooks
    if not present:
        raise FileNotFoundError(
            f"no notebook in {place}: run from a copy of the course"
        )
    if missing := sorted(set(numbers) - set(present)):
        raise FileNotFoundError(
            f"no notebook {', '.join(missing)} in {place}: there are "
            f"{', '.join(sorted(present))}"
        )
    return [present[number] for number in sorted(set(numbers) or present)]


def source_path(number: str, root: Path | None = None) -> Path:
    """Return where the notebook of one number lies.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    (path,) = find_notebooks([number], root=root)
    return path


def source_notebook(number: str, root: Path | None = None) -> NotebookNode:
    """Read the notebook that an assignment is made from, solutions and all.

    Raises
    ------
    FileNotFoundError
        If there is none of that number.
    """
    import nbformat

    return nbformat.read(source_path(number, root), as_version=4)
