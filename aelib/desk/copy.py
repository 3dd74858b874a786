"""Make a reader's copy of the course, and bring it up to date.

Whatever is replaced lies safely elsewhere before it is. Every step can be the last one:
the next run starts from what is there and comes to the same end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.desk import files
from aelib.desk.carry import Carried, carry_over
from aelib.desk.folder import KEPT, is_copy, mark
from aelib.desk.originals import (
    Original,
    as_committed,
    find_original,
    without_given_solutions,
)
from aelib.desk.pages import Links
from aelib.desk.start_page import write_start_page
from aelib.desk.version import (
    find_base,
    read,
    readers_version,
    store,
    to_bytes,
    version_of,
)
from aelib.exercises.cells import grade_id
from aelib.exercises.checkout import checkout, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

CARRIED = "aelib_carried"  # a notebook's metadata: what it was carried over from
UNPLACED = """\
# Cells of yours from {}

The course no longer has a place for them: it has dropped a cell that you had changed,
or changed it, too. Copy from here what you still need.
"""
Report = Callable[[str], object]


def update(folder: Path, *, root: Path | None = None, report: Report = print) -> None:
    """Make a reader's copy of the course, or bring it up to date.

    Parameters
    ----------
    folder
        The copy; it may not exist yet.
    root
        The course; the checkout by default.
    report
        Told a line about everything that was carried over or could not be.

    Raises
    ------
    ValueError
        If the folder holds something else, or the course a notebook that cannot be
        handed out.
    FileNotFoundError
        If there is no course.
    """
    root = root or checkout()
    paths = find_notebooks(root=root)
    is_new = not is_copy(folder)
    mark(folder)
    files.sweep(folder)
    pictures = {root / "docs" / "img" / f"{path.stem}.png" for path in paths}
    links = Links(root, {path for path in pictures if path.exists()})
    desk = Desk(folder, root, links)
    versions = [(path, desk.version(path)) for path in paths]
    for path, version in versions:
        for line in desk.update(path.name, version):
            report(line)
    for kept in desk.links.write_pages(folder):
        report(f"a page was renewed; what you had changed in it is in {kept}")
    if kept := write_start_page(folder):
        report(f"the start page was renewed; what you had changed in it is in {kept}")
    made = "made" if is_new else "up to date"
    report(f"{folder}: your copy of {len(paths)} notebooks is {made}")


@dataclass(frozen=True)
class Desk:
    """A reader's copy and the course that it is a copy of."""

    folder: Path
    root: Path
    links: Links

    def version(self, path: Path) -> NotebookNode:
        """Return a notebook of the course as it is to be handed out now.

        A change that is not committed is an author's, who wants to see it here, unless
        it was a reader's: then it is in the copy already, or about to be carried there.
        """
        data = path.read_bytes()
        committed = as_committed(path.name, self.root)
        if committed is not None and self._is_a_readers(path.name, data):
            data = committed
        return readers_version(read(data), path.stem, self.links)

    def _is_a_readers(self, name: str, data: bytes) -> bool:
        mine = self.folder / name
        if not mine.exists():
            return True
        try:
            about = read(mine.read_bytes()).metadata
        except ValueError:
            return False
        return about.get(CARRIED) == files.digest(data)

    def update(self, name: str, new: NotebookNode) -> Iterator[str]:
        """Bring one notebook of the copy up to date, and say what happened to it."""
        place = self._present(name)
        if place is None:
            yield from self._make(name, new)
            return
        if place.name != name:
            files.replace(place, self.folder / name)
            yield f"{place.name}: is called {name} now"
        data = (self.folder / name).read_bytes()
        try:
            mine = read(data)
        except ValueError as error:
            kept = files.keep(data, self.folder / KEPT, name)
            yield f"{name}: {error} It is kept as {kept}, and you have a new one."
            yield from self._make(name, new)
            return
        if version_of(mine) == version_of(new):
            return
        base = find_base(mine, name[:2], self.folder)
        carried = carry_over(base, mine, new)
        if (self.folder / name).read_bytes() != data:  # saved meanwhile, in JupyterLab
            yield from self.update(name, new)
            return
        yield from self._replace(name, data, carried, new)

    def _present(self, name: str) -> Path | None:
        """Return a reader's notebook, which may have its name of an earlier version."""
        if (self.folder / name).exists():
            return self.folder / name
        others = sorted(self.folder.glob(f"{name[:2]}-*.ipynb"))
        return others[0] if len(others) == 1 else None

    def _replace(
        self, name: str, data: bytes, carried: Carried, new: NotebookNode
    ) -> Iterator[str]:
        """Put a new version in the place of a reader's, and say what was done."""
        stem = Path(name).stem
        kept = None
        if carried.anything:
            kept = files.keep(data, self.folder / KEPT, name)
        unplaced = self._keep_unplaced(name, carried, new)
        store(new, self.folder)
        files.write(self.folder / name, to_bytes(carried.notebook))
        yield f"{stem}: updated{_what(carried)}"
        if kept:
            yield f"  as it was, it is kept as {kept}"
        if unplaced:
            count = len(carried.unplaced)
            yield f"  {count} of your cells found no place: kept in {unplaced}"
        for exercise in carried.restated:
            yield (
                f"  exercise {exercise} was changed by the course; your answer stands. "
                f"For its new form: --restore {name[:2]} {exercise}"
            )

    def _keep_unplaced(
        self, name: str, carried: Carried, new: NotebookNode
    ) -> Path | None:
        from nbformat.v4 import new_markdown_cell, new_notebook

        if not carried.unplaced:
            return None
        cells = [new_markdown_cell(UNPLACED.format(name), id="head")]
        for at, cell in enumerate(carried.unplaced):
            cells.append(type(cell)({**cell, "id": f"unplaced-{at}"}))
        notebook = new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = new.metadata.get("kernelspec", {})
        unplaced = f"{Path(name).stem}-unplaced.ipynb"
        return files.keep(to_bytes(notebook), self.folder / KEPT, unplaced)

    def _make(self, name: str, new: NotebookNode) -> Iterator[str]:
        """Hand out a notebook, with answers that stand in the course's own, if any."""
        store(new, self.folder)
        notebook = new
        if original := find_original(name, self.root):
            carried = self._carry_from(original, name, new)
            notebook = carried.notebook
            notebook.metadata[CARRIED] = files.digest(original.mine)
            if carried.anything:
                yield f"{Path(name).stem}: from {original.where}{_what(carried)}"
            if unplaced := self._keep_unplaced(name, carried, new):
                count = len(carried.unplaced)
                yield f"  {count} of its cells found no place: kept in {unplaced}"
        files.write(self.folder / name, to_bytes(notebook))

    def _carry_from(self, original: Original, name: str, new: NotebookNode) -> Carried:
        given, mine = read(original.given), read(original.mine)
        without_given_solutions(mine, given)
        base = readers_version(given, Path(name).stem, self.links)
        for cell in mine.cells:
            if cell.cell_type == "markdown" and not grade_id(cell):
                cell.source = self.links.follow(cell.source, self.root / "notebooks")
        return carry_over(base, mine, new)


def _what(carried: Carried) -> str:
    """Say in words what was carried over."""
    parts = [
        f"{count} {what}{'s' * (count > 1)}"
        for count, what in ((carried.answers, "answer"), (carried.notes, "note"))
        if count
    ]
    return f"; {' and '.join(parts)} carried over" if parts else ""
