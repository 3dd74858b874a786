"""Hand out homework: the student version of each notebook, and a ZIP with all it takes.

What is released is proved first: the exam grades fairly, and the student version runs.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from aelib.classroom.homework.faults import find_faults, shared_ids
from aelib.classroom.homework.student_version import prove_it_runs, student_version
from aelib.exercises.cases import Exam, load_exams
from aelib.exercises.checkout import checkout, exams_folder, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Released:
    """One assignment as it goes to the students.

    Attributes
    ----------
    name
        The notebook's name, such as ``"00-backpropagation"``: the assignment's too.
    exam
        Its hidden half, which stays here.
    notebook
        The student version.
    archive
        The ZIP to hand out: the student version, how to hand in, and the package.
    """

    name: str
    exam: Exam
    notebook: Path
    archive: Path


def release(
    numbers: Sequence[str] = (),
    *,
    to: Path,
    exams: Path | None = None,
    root: Path | None = None,
    hints: int = 3,
    run: bool = True,
    report: Callable[[str], object] = print,
) -> list[Released]:
    """Make the student version of notebooks, and a ZIP of each to hand out.

    Parameters
    ----------
    numbers
        Which notebooks, such as ``["00", "05"]``; all by default.
    to
        The folder to fill: ``NN-name/`` and ``NN-name.zip`` of each, and
        ``points.csv``. Nothing is written unless every notebook is sound.
    exams, root
        The folder of the exams, and the checkout of the course.
    hints
        How many hints a verdict may show, 0 to 3.
    run
        Execute each student version, to prove that the lecture runs unsolved.
    report
        Told a line about each notebook.

    Returns
    -------
    list of Released
        What was made, in the course's order.

    Raises
    ------
    FileNotFoundError
        If a notebook or its exam is missing.
    ValueError
        If a notebook cannot be graded fairly, or its student version does not run:
        every reason found, in words.
    """
    import nbformat

    root = root or checkout()
    paths = find_notebooks(numbers, root=root)
    numbers = [path.stem[:2] for path in paths]
    found = load_exams(exams or exams_folder(root), numbers)
    sources = [nbformat.read(path, as_version=4) for path in paths]
    pairs = list(zip(sources, found, strict=True))
    faults = [
        f"{path.name}: {fault}"
        for path, pair in zip(paths, pairs, strict=True)
        for fault in find_faults(*pair)
    ]
    faults += shared_ids(found)
    if faults:
        raise ValueError("\n".join(["not released:", *faults]))

    with tempfile.TemporaryDirectory() as scratch:
        package = build_package(root, Path(scratch)) if _has_package(root) else None
        versions = []
        for path, exam in zip(paths, found, strict=True):
            version = student_version(path, exam, hints)
            if run:
                prove_it_runs(version, path.name)
            proof = "lecture runs unsolved" if run else "not run"
            report(f"{path.stem}: {_summary(exam)}, {proof}")
            versions.append(version)
        to.mkdir(parents=True, exist_ok=True)
        if package:
            shutil.copy(Path(scratch) / package, to / package)
    released = [
        _write(path.stem, *parts, to=to, package=package)
        for path, *parts in zip(paths, found, versions, strict=True)
    ]
    _write_points(released, to / "points.csv")
    return released


def _has_package(root: Path) -> bool:
    """Say whether the package can be built here, or only notebooks are."""
    return (root / "pyproject.toml").exists()


def build_package(root: Path, to: Path) -> str:
    """Build the package that students install, and return its file's name.

    Parameters
    ----------
    root
        The folder that holds ``pyproject.toml``.
    to
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
    exam: Exam,
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
    hand_in = _how_to_hand_in(name, exam, package or "aelib")
    (folder / "README.md").write_text(hand_in, encoding="utf-8")
    contents = [notebook, folder / "README.md"]
    contents += [to / package] if package else []
    archive = to / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in contents:
            entry = zipfile.ZipInfo(f"{name}/{path.name}")  # undated: same bytes again
            entry.external_attr = 0o644 << 16
            file.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return Released(name, exam, notebook, archive)


def _how_to_hand_in(name: str, exam: Exam, package: str) -> str:
    template = Path(__file__).with_name("hand_in.md").read_text(encoding="utf-8")
    rows = [(f"`{e.function}`", e.points) for e in exam.exercises]
    rows += [("written answer", q.points) for q in exam.questions]
    table = [f"| {what} | {points} |" for what, points in rows]
    return Template(template).substitute(
        name=name,
        count=len(exam.exercises),
        points=exam.points,
        table="\n".join(["| part | points |", "| --- | --- |", *table]),
        package=package,
    )


def _write_points(released: Sequence[Released], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["assignment", "exercise", "points", "judged"])
        for one in released:
            for exercise in one.exam.exercises:
                rows.writerow([one.name, exercise.grade_id, exercise.points, "hidden"])
            for question in one.exam.questions:
                rows.writerow([one.name, question.grade_id, question.points, "by hand"])


def _summary(exam: Exam) -> str:
    by_hand = sum(question.points for question in exam.questions)
    return (
        f"{len(exam.exercises)} exercises, {exam.points} points, "
        f"{by_hand} of them by hand"
    )
