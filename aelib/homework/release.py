"""The student version of a notebook: solutions out, tests locked, lecture intact.

One executed notebook serves as lecture, model answer and source of the homework. What
is released is proved first: the model answers earn all points, each known wrong
solution loses some, and the student version runs.
"""

from __future__ import annotations

import copy
import csv
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from aelib.course import ROOT, find
from aelib.homework.exercises import (
    HIDDEN,
    Assignment,
    Exercise,
    Question,
    define,
    digest,
    find_cell,
    grade_id,
    load_assignments,
    score,
)
from aelib.notebooks import execute

if TYPE_CHECKING:
    from nbformat import NotebookNode

TESTS = "-tests"
FEWEST_WRONG = 3


@dataclass(frozen=True)
class Released:
    """One assignment as it goes to the students.

    Attributes
    ----------
    name : str
        The notebook's name, such as ``"00-backpropagation"``: the assignment's too.
    assignment : Assignment
        Its hidden half, which stays here.
    notebook : Path
        The student version.
    archive : Path
        The ZIP to hand out: the student version, how to hand in, and the package.
    """

    name: str
    assignment: Assignment
    notebook: Path
    archive: Path


def release(
    numbers: Sequence[str] = (),
    *,
    to: Path,
    hidden: Path = HIDDEN,
    root: Path = ROOT,
    run: bool = True,
    report: Callable[[str], object] = print,
) -> list[Released]:
    """Make the student version of notebooks, and a ZIP of each to hand out.

    Parameters
    ----------
    numbers : sequence of str
        Which notebooks, such as ``["00", "05"]``; all by default.
    to : Path
        The folder to fill: ``NN-name/`` and ``NN-name.zip`` of each, and
        ``points.csv``. Nothing is written unless every notebook is sound.
    hidden : Path
        The folder of the hidden cases.
    root : Path
        The folder that holds ``notebooks``.
    run : bool
        Execute each student version, to prove that the lecture runs unsolved.
    report : callable
        Told a line about each notebook.

    Returns
    -------
    list of Released
        What was made, in the course's order.

    Raises
    ------
    FileNotFoundError
        If a notebook or its hidden cases are missing.
    ValueError
        If a notebook cannot be graded fairly, or its student version does not run:
        every reason found, in words.
    """
    import nbformat

    paths = find(numbers, root=root)
    assignments = load_assignments(hidden, [path.stem[:2] for path in paths])
    sources = [nbformat.read(path, as_version=4) for path in paths]
    pairs = list(zip(sources, assignments, strict=True))
    faults = [
        f"{path.name}: {fault}"
        for path, pair in zip(paths, pairs, strict=True)
        for fault in find_faults(*pair)
    ]
    faults += _shared_ids(assignments)
    if faults:
        raise ValueError("\n".join(["not released:", *faults]))

    with tempfile.TemporaryDirectory() as scratch:
        package = build_package(root, Path(scratch)) if _is_checkout(root) else None
        versions = []
        for path, assignment in zip(paths, assignments, strict=True):
            version = student_version(path, assignment)
            if run:
                prove_it_runs(version, path.name)
            proof = "lecture runs unsolved" if run else "not run"
            report(f"{path.stem}: {_summary(assignment)}, {proof}")
            versions.append(version)
        to.mkdir(parents=True, exist_ok=True)
        if package:
            shutil.copy(Path(scratch) / package, to / package)
    released = [
        _write(path.stem, *parts, to=to, package=package)
        for path, *parts in zip(paths, assignments, versions, strict=True)
    ]
    _write_points(released, to / "points.csv")
    return released


# Whether a source can be graded fairly


def find_faults(source: NotebookNode, assignment: Assignment) -> Iterator[str]:
    """Yield each reason why a notebook must not be released with its hidden cases.

    Parameters
    ----------
    source : NotebookNode
        The notebook with its solutions.
    assignment : Assignment
        Its hidden half.

    Yields
    ------
    str
        A reason, in words; none for a sound notebook.
    """
    marked = [cell for cell in source.cells if grade_id(cell)]
    known = {e.grade_id for e in assignment.exercises}
    known |= {e.grade_id + TESTS for e in assignment.exercises}
    known |= {q.grade_id for q in assignment.questions}
    ids = Counter(grade_id(cell) for cell in marked)
    yield from (f"two cells share the id {name}" for name, n in ids.items() if n > 1)
    yield from (f"{name} has no hidden cases" for name in ids if name not in known)
    yield from (f"no cell has the id {name}" for name in sorted(known - set(ids)))
    if not all(ids[name] == 1 for name in known):
        return
    for exercise in assignment.exercises:
        yield from _faults_of_exercise(source, exercise)
    for question in assignment.questions:
        yield from _faults_of_question(source, question)


def _faults_of_exercise(source: NotebookNode, exercise: Exercise) -> Iterator[str]:
    name = exercise.grade_id
    solution = find_cell(source, name)
    tests = find_cell(source, name + TESTS)
    about = tests.metadata.nbgrader
    if not (about.grade and about.locked):
        yield f"{name}{TESTS} is not a locked test cell"
    if about.get("points") != exercise.points:
        yield f"{name} has {about.get('points')} points here, {exercise.points} hidden"
    if not re.search("### BEGIN SOLUTION.*### END SOLUTION", solution.source, re.S):
        yield f"{name} marks no solution: it would be handed out"
    if not exercise.cases:
        yield f"{name} has no hidden cases"
        return
    if _score(exercise, solution.source) < exercise.points:
        yield f"{name}: its solution does not pass its hidden cases"
    if len(exercise.wrong) < FEWEST_WRONG:
        yield f"{name} has fewer than {FEWEST_WRONG} wrong solutions to be told apart"
    for misconception, wrong in exercise.wrong.items():
        if _score(exercise, wrong) >= exercise.points:
            yield f"{name}: the wrong solution {misconception!r} loses no points"


def _score(exercise: Exercise, source: str) -> float:
    try:
        return score(exercise, define(source, exercise.function))
    except Exception:
        return 0.0


def _faults_of_question(source: NotebookNode, question: Question) -> Iterator[str]:
    about = find_cell(source, question.grade_id).metadata.nbgrader
    if not (about.grade and about.solution):
        yield f"{question.grade_id} is not a written answer that is graded by hand"
    if not about.get("points") == question.points == sum(question.rubric.values()):
        yield f"{question.grade_id}: its points are not the sum of its rubric's"


def _shared_ids(assignments: Sequence[Assignment]) -> Iterator[str]:
    ids = Counter(
        part.grade_id for a in assignments for part in (*a.exercises, *a.questions)
    )
    yield from (
        f"{name} is the id of two exercises" for name, n in ids.items() if n > 1
    )


# The student version


def student_version(path: Path, assignment: Assignment) -> NotebookNode:
    """Return a notebook as its students get it, by nbgrader's own conversion.

    Parameters
    ----------
    path : Path
        The notebook with its solutions; it is left as it is.
    assignment : Assignment
        Its hidden half.

    Returns
    -------
    NotebookNode
        Stubs for solutions, no outputs, tests locked. Links to other files of the
        course become plain words, and the notebook's metadata say what ``check``
        needs: the cells that are handed in, and a digest of each tests cell.

    Raises
    ------
    ValueError
        If nbgrader refuses, or a solution is left.
    """
    version = _convert(path)
    for cell in version.cells:
        if cell.cell_type == "markdown":
            cell.source = without_local_links(cell.source)
    if left := [grade_id(c) or "?" for c in version.cells if "SOLUTION" in c.source]:
        raise ValueError(f"{path.name}: a solution is left in {', '.join(left)}")
    version.metadata["aelib"] = {
        "assignment": path.stem,
        "exercises": {e.grade_id: e.function for e in assignment.exercises},
        "questions": [q.grade_id for q in assignment.questions],
        "tests": {
            e.grade_id: digest(find_cell(version, e.grade_id + TESTS).source)
            for e in assignment.exercises
        },
    }
    return version


def _convert(path: Path) -> NotebookNode:
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    # A gradebook comes with the first grades; a release needs none.
    steps = [
        step for step in GenerateAssignment().preprocessors if step is not SaveCells
    ]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve()
        source = root / "source" / path.stem / path.name
        source.parent.mkdir(parents=True)
        source.write_bytes(path.read_bytes())
        converter = GenerateAssignment(
            coursedir=CourseDirectory(root=str(root), assignment_id=path.stem),
            no_database=True,
            preprocessors=steps,
        )
        try:
            converter.start()
        except (NbGraderException, SystemExit) as error:
            raise ValueError(f"{path.name}: nbgrader refuses it: {error}") from error
        return nbformat.read(root / "release" / path.stem / path.name, as_version=4)


def without_local_links(text: str) -> str:
    """Return Markdown whose links to files beside it are plain words.

    A student has the one notebook, so such a link would lead nowhere.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    str
        The same, with links to ``https:`` addresses and headings kept.

    Examples
    --------
    >>> without_local_links("[a](b.ipynb#c), [d](https://e.org), [f](#g)")
    'a, [d](https://e.org), [f](#g)'
    """
    return re.sub(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)[^)\s]*\)", r"\1", text)


def prove_it_runs(version: NotebookNode, name: str) -> None:
    """Execute a student version: the lecture passes, the tests find nothing yet.

    Parameters
    ----------
    version : NotebookNode
        The student version; it is left as it is.
    name : str
        What to call it.

    Raises
    ------
    ValueError
        If a cell of the lecture fails, or a tests cell does anything but raise the
        stub's NotImplementedError.
    """
    from nbclient.exceptions import CellExecutionError

    trial = copy.deepcopy(version)
    tests = [cell for cell in trial.cells if grade_id(cell).endswith(TESTS)]
    for cell in tests:
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            execute(trial, folder=Path(folder))
        except CellExecutionError as error:
            raise ValueError(
                f"{name}: the lecture does not run without the solutions "
                f"({error.ename}: {error.evalue}); its cells must not use what an "
                "exercise defines"
            ) from error
    for cell in tests:
        raised = [o.ename for o in cell.outputs if o.output_type == "error"]
        if raised != ["NotImplementedError"]:
            raise ValueError(
                f"{name}: {grade_id(cell)} does not call the function that it tests"
            )


# What is handed out


def _is_checkout(root: Path) -> bool:
    """Say whether the package can be built here, or only notebooks are."""
    return (root / "pyproject.toml").exists()


def build_package(root: Path, to: Path) -> str:
    """Build the package that students install, and return its file's name.

    Parameters
    ----------
    root : Path
        The folder that holds ``pyproject.toml``.
    to : Path
        Where the wheel goes.

    Returns
    -------
    str
        The wheel's name.

    Raises
    ------
    ValueError
        If it cannot be built.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as scratch:
        command += ["--wheel-dir", scratch, str(root)]
        done = subprocess.run(command, capture_output=True, text=True)
        built = list(Path(scratch).glob("*.whl"))
        if done.returncode or not built:
            raise ValueError(f"the package could not be built: {done.stderr.strip()}")
        (to / built[0].name).write_bytes(built[0].read_bytes())
        return built[0].name


def _write(
    name: str,
    assignment: Assignment,
    version: NotebookNode,
    *,
    to: Path,
    package: str | None,
) -> Released:
    import nbformat

    folder = to / name
    folder.mkdir(exist_ok=True)
    notebook = folder / f"{name}.ipynb"
    notebook.write_bytes((nbformat.writes(version) + "\n").encode())
    hand_in = _how_to_hand_in(name, assignment, package or "aelib")
    (folder / "README.md").write_text(hand_in, encoding="utf-8")
    contents = [notebook, folder / "README.md"]
    contents += [to / package] if package else []
    archive = to / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in contents:
            entry = zipfile.ZipInfo(f"{name}/{path.name}")  # undated: same bytes again
            entry.external_attr = 0o644 << 16
            file.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return Released(name, assignment, notebook, archive)


def _how_to_hand_in(name: str, assignment: Assignment, package: str) -> str:
    template = Path(__file__).with_name("hand_in.md").read_text(encoding="utf-8")
    rows = [(f"`{e.function}`", e.points) for e in assignment.exercises]
    rows += [("written answer", q.points) for q in assignment.questions]
    table = [f"| {what} | {points} |" for what, points in rows]
    return Template(template).substitute(
        name=name,
        count=len(assignment.exercises),
        points=assignment.points,
        table="\n".join(["| part | points |", "| --- | --- |", *table]),
        package=package,
    )


def _write_points(released: Sequence[Released], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["assignment", "exercise", "points", "judged"])
        for one in released:
            for exercise in one.assignment.exercises:
                rows.writerow([one.name, exercise.grade_id, exercise.points, "hidden"])
            for question in one.assignment.questions:
                rows.writerow([one.name, question.grade_id, question.points, "by hand"])


def _summary(assignment: Assignment) -> str:
    by_hand = sum(question.points for question in assignment.questions)
    return (
        f"{len(assignment.exercises)} exercises, {assignment.points} points, "
        f"{by_hand} of them by hand"
    )
