"""The command ``python -m aelib course``: execute the notebooks, some side by side.

It leaves HTML in ``build/course``; ``--store`` writes the executed notebooks back, and
beside them their text, ``docs/text``, for reviewers to read, and the tables in which
README and the start page list all notebooks.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aelib.classroom import overview
from aelib.classroom.notebooks import (
    cover,
    execute,
    from_text,
    tidy,
    to_html,
    to_text,
    write,
)
from aelib.exercises.checkout import checkout, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOR_THE_BOOK = "AELIB_EXPLORERS"  # the environment variable that explorers look for
MOST_JOBS = 4  # kernels side by side by default; each may need a gigabyte


class Verdict(NamedTuple):
    """How a notebook's execution went."""

    name: str
    seconds: float
    problems: list[str]

    def __str__(self) -> str:
        word = "failed" if self.problems else "ok"
        line = f"{self.name:32}{self.seconds:7.1f} s  {word}"
        return "\n    ".join([line, *self.problems])


def text_path(notebook: Path) -> Path:
    """Return where the text of the notebook at `notebook` is kept."""
    return notebook.parents[1] / "docs" / "text" / f"{notebook.stem}.py"


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``course`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "course", help="execute the notebooks", description=__doc__
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NN",
        help="which notebooks: 00 01; all by default",
    )
    parser.add_argument(
        "--store",
        action="store_true",
        help="write the executed notebooks and their texts back",
    )
    parser.add_argument(
        "--from-text",
        action="store_true",
        help="make the notebooks anew from docs/text, then execute and store them",
    )
    parser.add_argument(
        "--jobs",
        type=_at_least_one,
        default=min(os.cpu_count() or 1, MOST_JOBS),
        metavar="N",
        help="how many notebooks to execute side by side, each on one thread; "
        f"by default one per core, at most {MOST_JOBS}",
    )
    parser.add_argument(
        "--tables",
        action="store_true",
        help="execute nothing; renew the tables in README and on the start page",
    )
    parser.set_defaults(run=_run_command)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 up")
    return int(text)


def _run_command(options: argparse.Namespace) -> int:
    if options.tables:
        return 0 if _renew_tables(checkout()) else 1
    return run(
        options.numbers,
        store=options.store or options.from_text,
        anew=options.from_text,
        jobs=options.jobs,
    )


def run(
    numbers: Sequence[str] = (),
    *,
    store: bool = False,
    anew: bool = False,
    jobs: int = 1,
    root: Path | None = None,
) -> int:
    """Execute notebooks, `jobs` at a time, and leave HTML in ``build/course``.

    Each has a line as soon as it is done. With `store`, write those in which all cells
    succeeded back, with their texts; with `anew`, make them from their texts first.
    Return 0 if all succeeded, and else 1.
    """
    if store and os.environ.get("AELIB_DATASET", "drawn") != "drawn":
        print("Outputs are stored for the drawn digits: unset AELIB_DATASET.")
        return 1
    try:
        root = root or checkout()
        paths = find_notebooks(numbers, root=root, anew=anew)
    except FileNotFoundError as error:
        print(error)
        return 1
    pages = root / "build" / "course"
    pages.mkdir(parents=True, exist_ok=True)
    execute_one = partial(_run_notebook, pages=pages, store=store, anew=anew)
    failed = 0
    for verdict in _side_by_side(execute_one, paths, jobs):
        print(verdict, flush=True)
        failed += bool(verdict.problems)
    index = _write_index(pages, root)
    succeeded = len(paths) - failed
    print(f"{succeeded} of {len(paths)} notebooks succeeded; read them in {index}")
    renewed = _renew_tables(root) if store else True
    return 0 if not failed and renewed else 1


def _side_by_side(
    execute_one: Callable[[Path], Verdict], paths: Sequence[Path], jobs: int
) -> Iterator[Verdict]:
    """Yield the verdicts in the order in which notebooks are done."""
    jobs = min(jobs, len(paths))
    if jobs < 2:
        yield from map(execute_one, paths)
        return
    print(f"{len(paths)} notebooks, {jobs} side by side", flush=True)
    # Processes, because Ctrl-C then reaches every kernel's own client. Later notebooks
    # take longer and go first: so no core is left idle in the end.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        begun = [pool.submit(execute_one, path) for path in reversed(paths)]
        try:
            for done in as_completed(begun):
                yield done.result()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise


def _renew_tables(root: Path) -> bool:
    try:
        overview.write(root)
    except ValueError as error:
        print(error)
        return False
    return True


def _run_notebook(path: Path, *, pages: Path, store: bool, anew: bool) -> Verdict:
    import nbformat

    start = time.perf_counter()
    text = text_path(path)
    if anew:
        notebook = from_text(text.read_text(encoding="utf-8"))
    else:
        notebook = nbformat.read(path, as_version=4)
    # Where explorers write what the book needs to show them alive.
    explorers = text.parents[1] / "explorers"
    variables = {FOR_THE_BOOK: str(explorers)} if store else {}
    problems = _problems(notebook, path.parent, variables)
    tidy(notebook)
    if store and not problems:
        write(notebook, path)
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_bytes(to_text(notebook).encode())
        if (picture := cover(notebook)) is not None:
            (text.parents[1] / "img" / f"{path.stem}.png").write_bytes(picture)
    page = to_html(notebook)
    (pages / f"{path.stem}.html").write_text(page, encoding="utf-8")
    return Verdict(path.stem, time.perf_counter() - start, problems)


def _problems(
    notebook: NotebookNode, folder: Path, variables: Mapping[str, str]
) -> list[str]:
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    try:
        execute(notebook, folder=folder, variables=variables)
    except CellExecutionError as error:
        return [f"{_failed_cell(notebook)}: {error.ename}: {error.evalue}"]
    except (CellTimeoutError, DeadKernelError) as error:
        return [str(error).splitlines()[0]]
    return []


def _failed_cell(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                first = cell.source.strip().splitlines()[0]
                return f"cell [{cell.execution_count}], which begins “{first}”"
    return "a cell"


def _write_index(pages: Path, root: Path) -> Path:
    links = [
        f'<li><a href="{page.name}">{html.escape(_title(page))}</a></li>'
        for page in sorted(pages.glob("[0-9][0-9]-*.html"))
    ]
    index = pages / "index.html"
    lines = [
        "<!doctype html>",
        '<html lang="en"><meta charset="utf-8"><title>The course</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<style>body {font: 1.1rem/1.8 system-ui, sans-serif; max-width: 40rem;",
        "  margin: 4rem auto; padding: 0 1rem}</style>",
        "<h1>The course, executed</h1>",
        "<ul>",
        *links,
        "</ul></html>",
    ]
    index.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return index.relative_to(root) if index.is_relative_to(Path.cwd()) else index


def _title(page: Path) -> str:
    heading = re.search(r"<h1[^>]*>([^<]+)", page.read_text(encoding="utf-8"))
    return html.unescape(heading[1]).strip() if heading else page.stem
