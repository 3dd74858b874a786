"""How long does a class take to grade?  Ours in sandboxes, and plain nbgrader.

    python benchmarks/grading.py

writes `aelib/results/grading.csv`.  Both grade the same synthetic submissions of
notebook 00's exercises, with the same time-out; plain nbgrader has the same hidden
cases in its tests, and no sandbox.  The notebooks hold the set-up cell and the
exercises only: with the lesson's cells, which ours never runs, nbgrader would take far
longer.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import Case, Exercise, load_exams
from aelib.exercises.cells import grade_id
from aelib.exercises.checkout import exams_folder, source_notebook
from aelib.results import save_table

NAME = "00-backpropagation"
SECONDS = 30  # nbgrader's for a cell, ours for an exercise
HOSTILE = {
    "an endless function": "def {0}(*_):\n    while True:\n        pass",
    "an endless cell": "while True:\n    pass",
    "the end of the process": "import os\nos._exit(0)",
    "an error": "def {0}(*_):\n    return no_such_name",
}


def main() -> None:
    """Time both kinds of classes with both graders, then growth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--growth", type=int, nargs="*", default=[10, 50, 200])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows = []

    def time_grading(grader: str, kind: str, students: int, jobs: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            make_class(Path(folder), students, hostile=kind == "mixed")
            seconds = GRADERS[grader](Path(folder), jobs)
        rows.append(
            {
                "grader": grader,
                "class": kind,
                "students": students,
                "jobs": jobs,
                "seconds": round(seconds, 1),
                "seconds_per_submission": round(seconds / students, 2),
            }
        )
        print(*rows[-1].values(), flush=True)

    for kind in ("honest", "mixed"):
        for jobs in (1, options.jobs):
            time_grading("aelib", kind, options.students, jobs)
        time_grading("nbgrader", kind, options.students, 1)
    for students in options.growth:
        time_grading("aelib", "honest", students, options.jobs)
    path = save_table(
        "grading",
        rows,
        command=f"python benchmarks/grading.py --students {options.students}",
        data=f"synthetic submissions of notebook 00, {os.cpu_count()} cores",
    )
    print(f"Wrote {path}.")


# The class


def make_class(folder: Path, students: int, *, hostile: bool) -> None:
    """Write `students` submissions, every fifth one hostile in a mixed class."""
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    for k in range(students):
        answers = {}
        if k % 4 == 1:  # honest, and mistaken
            exercise = assignment.exercises[k % 3]
            answers[exercise.grade_id] = next(iter(exercise.wrong.values()))
        if hostile and k % 5 == 0:
            exercise = assignment.exercises[k // 5 % 3]
            attack = list(HOSTILE.values())[k // 5 % len(HOSTILE)]
            answers[exercise.grade_id] = attack.format(exercise.function)
        place = folder / "submitted" / f"student-{k:03}" / NAME / f"{NAME}.ipynb"
        place.parent.mkdir(parents=True)
        nbformat.write(short_notebook(answers), place)


def short_notebook(answers: dict[str, str]) -> nbformat.NotebookNode:
    """Return the set-up cell and the exercises of notebook 00, with these answers."""
    notebook = source_notebook("00")
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [setup, *(cell for cell in notebook.cells if grade_id(cell))]
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


# The graders


def ours(folder: Path, jobs: int) -> float:
    """Grade with aelib, gradebook included."""
    start = time.perf_counter()
    grade_module.grade_class(
        folder / "submitted",
        to=folder / "graded",
        numbers=["00"],
        jobs=jobs,
        limits=Limits(seconds=SECONDS),
    )
    return time.perf_counter() - start


def nbgraders(folder: Path, _: int) -> float:
    """Grade with nbgrader as it comes; only its autograde is timed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.apps import NbGraderAPI
        from traitlets.config import Config
    settings = Config()
    settings.CourseDirectory.root = str(folder)
    settings.CourseDirectory.course_id = "aelib"
    settings.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    settings.ExecutePreprocessor.timeout = SECONDS
    settings.Application.log_level = "CRITICAL"
    source = folder / "source" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(with_hidden_cases(short_notebook({})), source)
    api = NbGraderAPI(config=settings)
    told = api.generate_assignment(NAME)
    if not told["success"]:
        sys.exit(f"nbgrader could not make the assignment: {told['log']}")
    start = time.perf_counter()
    api.autograde(NAME, "*")  # it reports failure where a submission killed a kernel
    return time.perf_counter() - start


def with_hidden_cases(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Put the hidden cases into the tests, where plain nbgrader keeps them."""
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    tests = {f"{each.grade_id}-tests": each for each in assignment.exercises}
    for cell in notebook.cells:
        if exercise := tests.get(grade_id(cell)):
            asserts = "\n".join(as_test(exercise, case) for case in exercise.cases)
            cell.source += f"\n### BEGIN HIDDEN TESTS\n{asserts}\n### END HIDDEN TESTS"
    return notebook


def as_test(exercise: Exercise, case: Case) -> str:
    """Return a case as assertions."""
    arguments = ", ".join(literal(argument) for argument in case.arguments)
    several = isinstance(case.expected, tuple)
    expected = case.expected if several else (case.expected,)
    answer = f"{exercise.function}({arguments})"
    parts = ", ".join(literal(part) for part in expected)
    return (
        f"for given, right in zip({answer if several else f'[{answer}]'}, [{parts}]):\n"
        f"    assert np.shape(given) == np.shape(right)\n"
        f"    assert np.allclose(np.asarray(given, float), right, {case.tolerance})"
    )


def literal(value: object) -> str:
    """Return a number or an array as Python code."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    return repr(value)


GRADERS: dict[str, Callable[[Path, int], float]] = {
    "aelib": ours,
    "nbgrader": nbgraders,
}


if __name__ == "__main__":
    os.environ["PATH"] = os.pathsep.join(
        [os.path.dirname(sys.executable), os.environ["PATH"]]
    )
    with contextlib.suppress(KeyboardInterrupt):
        main()
