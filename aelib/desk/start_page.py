"""The first page of a reader's copy: how far one has come, and what comes next."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from string import Template

from aelib.desk.files import write_page
from aelib.desk.folder import KEPT, PAGES, START_PAGE, find_copy
from aelib.desk.progress import Progress, summary

PAGE_NAMES = {
    "lecture-map.md": "the course map",
    "glossary.md": "the glossary",
    "notation.md": "the notation",
    "evidence.md": "what each claim rests on",
    "results.md": "the results on MNIST",
    "records.md": "the records",
}


def write_start_page(folder: Path) -> Path | None:
    """Write the start page of a copy anew.

    Parameters
    ----------
    folder
        The copy.

    Returns
    -------
    Path or None
        Where the old page is kept, if a reader had written into it.
    """
    text = start_page(summary(folder), folder)
    return write_page(folder / START_PAGE, text, folder / KEPT)


def start_page(progress: Sequence[Progress], folder: Path) -> str:
    """Return the start page, Markdown."""
    template = Path(__file__).with_name("start_page.md").read_text(encoding="utf-8")
    return Template(template).substitute(
        next="\n\n".join([what_comes_next(progress), *_picture(progress, folder)]),
        table=table(progress),
        folder=folder.resolve().name,
        pages=", ".join(_pages(folder)),
    )


def what_comes_next(progress: Sequence[Progress]) -> str:
    """Say where to go on, with a link.

    Parameters
    ----------
    progress
        All notebooks, in the course's order.

    Returns
    -------
    str
        A sentence or two, Markdown.

    Examples
    --------
    >>> new = Progress("00-start", "00 · Start", 9, 0, {"f": False}, 0, 0, 0)
    >>> print(what_comes_next([new]))
    **What comes next:** begin with [00 · Start](00-start.ipynb).
    """
    one = _next(progress)
    if one is None:
        return "**You are through:** every cell has run, and every exercise is right."
    link = f"[{one.title}]({one.name}.ipynb)"
    if not any(each.cells_run for each in progress):
        return f"**What comes next:** begin with {link}."
    if not one.cells_run:
        return f"**What comes next:** {link}."
    left = [f"`{name}`" for name, right in one.exercises.items() if not right]
    if one.cells_run < one.cells:
        return (
            f"**What comes next:** go on with {link}; "
            f"you have run {one.cells_run} of its {one.cells} cells."
        )
    return f"**What comes next:** in {link}, write {' and '.join(left)}."


def _next(progress: Sequence[Progress]) -> Progress | None:
    """Return the notebook to go on with: one that was begun, else the first."""
    left = [each for each in progress if not each.is_done]
    begun = [each for each in left if each.cells_run]
    return next(iter([*begun, *left]), None)


def _picture(progress: Sequence[Progress], folder: Path) -> list[str]:
    """Return the picture to remember from what comes next, and its caption."""
    one = _next(progress)
    picture = f"{PAGES}/img/{one.name}.png" if one else ""
    if not picture or not (folder / picture).exists():
        return []
    caption = f"The picture to remember from {one.title}"
    return [f"![{caption}]({picture})", f"*{caption}.*"]


def table(progress: Sequence[Progress]) -> str:
    """Return how far a reader has come, a row for each notebook.

    Examples
    --------
    >>> half = Progress("00-a", "00 · A", 9, 4, {"f": True, "g": False}, 2, 1, 2)
    >>> print(table([half]).splitlines()[-1])
    | [00 · A](00-a.ipynb) | 4 of 9 | 1 of 2 | 2, 1 close |
    """
    rows = ["| notebook | cells run | exercises right | predictions |"]
    rows.append("| --- | --- | --- | --- |")
    for each in progress:
        predicted = str(each.predictions or "–")
        if each.judged:
            predicted += f", {each.close} close"
        done = " ✓" if each.is_done else ""
        rows.append(
            f"| [{each.title}]({each.name}.ipynb){done} "
            f"| {each.cells_run} of {each.cells} "
            f"| {each.right} of {len(each.exercises)} | {predicted} |"
        )
    return "\n".join(rows)


def _pages(folder: Path) -> list[str]:
    links = [
        f"[{words}]({PAGES}/{name})"
        for name, words in PAGE_NAMES.items()
        if (folder / PAGES / name).exists()
    ]
    originals = folder.resolve().parent / "notebooks" / START_PAGE
    if originals.exists():  # a server that shows the copy shows them, too
        links.append(
            f"[the notebooks as the course ran them](../notebooks/{START_PAGE})"
        )
    return links


def on_saved(os_path: str, **_: object) -> None:
    """Write the start page anew after JupyterLab has saved a notebook of a copy.

    Parameters
    ----------
    os_path
        The file that was saved, anywhere.
    """
    folder = find_copy(Path(os_path).parent)
    if folder and os_path.endswith(".ipynb"):
        with contextlib.suppress(OSError, ValueError):  # saving has gone well
            write_start_page(folder)
