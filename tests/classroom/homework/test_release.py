"""What is released holds no solution and runs; what cannot be graded is refused."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from tiny import HIDDEN, MODEL_ANSWER, SOLUTION, TESTS, source, write_course

from aelib.classroom.homework.release import Released, build_package, release
from aelib.classroom.homework.student_version import student_version
from aelib.exercises.cases import Exam, load_exams
from aelib.exercises.cells import find_cell, grade_id
from aelib.exercises.checkout import checkout, exams_folder, find_notebooks
from aelib.exercises.stubs import what_is_handed_in, without_solutions

pytest.importorskip("nbgrader")


def released(root: Path, *, run: bool = False) -> Released:
    (one,) = release(
        root=root, exams=root / "hidden", to=root / "out", run=run, report=str
    )
    return one


@pytest.fixture
def version(tmp_path: Path) -> nbformat.NotebookNode:
    write_course(tmp_path)
    return nbformat.read(released(tmp_path).notebook, as_version=4)


def test_a_student_gets_stubs_for_solutions(version: nbformat.NotebookNode) -> None:
    text = nbformat.writes(version)
    assert "2 * np.asarray(x)" not in text
    assert MODEL_ANSWER not in text
    stub = find_cell(version, "ex90-1-double").source
    assert stub.startswith('def double(x):\n    """Twice x, an array."""')
    assert stub.endswith("raise NotImplementedError()")
    assert find_cell(version, "ex90-w-why").source == "YOUR ANSWER HERE"


def test_a_student_gets_the_lecture_as_it_is_and_no_outputs(
    version: nbformat.NotebookNode,
) -> None:
    given = [c.source for c in version.cells if not grade_id(c)][1:]
    assert given == [c.source for c in source().cells if not grade_id(c)][1:]
    code = [cell for cell in version.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code] == [[]] * len(code)


def test_tests_are_locked_and_unchanged(version: nbformat.NotebookNode) -> None:
    tests = find_cell(version, "ex90-1-double-tests")
    assert tests.source == TESTS
    assert tests.metadata.editable is False
    assert tests.metadata.deletable is False


def test_links_that_would_lead_nowhere_are_words(
    version: nbformat.NotebookNode,
) -> None:
    assert version.cells[0].source == "# Twice\n\nSee the start and $x$."


def test_the_zip_holds_the_notebook_and_how_to_hand_in(tmp_path: Path) -> None:
    write_course(tmp_path)
    one = released(tmp_path)
    with zipfile.ZipFile(one.archive) as archive:
        names = {"90-twice/90-twice.ipynb", "90-twice/README.md"}
        assert set(archive.namelist()) == names
        assert archive.read("90-twice/90-twice.ipynb") == one.notebook.read_bytes()
        hand_in = archive.read("90-twice/README.md").decode()
        assert all(info.external_attr >> 16 & 0o444 for info in archive.infolist())
    assert "homework check 90-twice.ipynb" in hand_in
    assert "$" not in hand_in
    assert "6 points" in hand_in


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    write_course(tmp_path)
    first = released(tmp_path).archive.read_bytes()
    assert released(tmp_path).archive.read_bytes() == first


def test_the_points_are_listed_and_add_up(tmp_path: Path) -> None:
    write_course(tmp_path)
    assert released(tmp_path).exam.points == 6
    assert (tmp_path / "out" / "points.csv").read_text().splitlines() == [
        "assignment,exercise,points,judged",
        "90-twice,ex90-1-double,4,hidden",
        "90-twice,ex90-w-why,2,by hand",
    ]


def test_the_student_version_is_shown_to_run(tmp_path: Path) -> None:
    write_course(tmp_path)
    assert released(tmp_path, run=True).notebook.exists()


# Refusals


def cell_of(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return find_cell(notebook, name)


def without(name: str) -> Callable[[nbformat.NotebookNode], None]:
    def edit(notebook: nbformat.NotebookNode) -> None:
        notebook.cells.remove(cell_of(notebook, name))

    return edit


def again(name: str) -> Callable[[nbformat.NotebookNode], None]:
    def edit(notebook: nbformat.NotebookNode) -> None:
        cell = cell_of(notebook, name)
        notebook.cells.append(new_code_cell(cell.source, metadata=cell.metadata))

    return edit


def with_source(
    name: str, old: str, new: str
) -> Callable[[nbformat.NotebookNode], None]:
    def edit(notebook: nbformat.NotebookNode) -> None:
        cell = cell_of(notebook, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return edit


def marked(name: str, **changes: object) -> Callable[[nbformat.NotebookNode], None]:
    def edit(notebook: nbformat.NotebookNode) -> None:
        cell_of(notebook, name).metadata.nbgrader.update(changes)

    return edit


SOLVED, TESTED, WRITTEN = "ex90-1-double", "ex90-1-double-tests", "ex90-w-why"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (marked(SOLVED, grade_id="ex90-other"), "ex90-other has no hidden cases"),
        (without(SOLVED), "no cell has the id ex90-1-double"),
        (without(TESTED), "no cell has the id ex90-1-double-tests"),
        (without(WRITTEN), "no cell has the id ex90-w-why"),
        (again(SOLVED), "two cells share the id ex90-1-double"),
        (again(TESTED), "two cells share the id ex90-1-double-tests"),
        (marked(TESTED, locked=False), "is not a locked test cell"),
        (marked(TESTED, points=4), "the exam alone does"),
        (marked(WRITTEN, points=2), "the exam alone does"),
        (marked(WRITTEN, grade=False), "not a written answer that is graded by hand"),
        (with_source(SOLVED, "### BEGIN SOLUTION", ""), "marks no solution"),
        (with_source(SOLVED, "2 *", "3 *"), "its solution does not pass"),
        (with_source(SOLVED, "2 *", "2 * ("), "its solution does not pass"),
    ],
)
def test_a_doctored_notebook_is_refused(
    tmp_path: Path, edit: Callable[[nbformat.NotebookNode], None], reason: str
) -> None:
    notebook = source()
    edit(notebook)
    write_course(tmp_path, notebook)
    with pytest.raises(ValueError, match=reason):
        released(tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("x) / 2", "x) * 2", "the wrong solution 'halved' loses no points"),
        ('"squared": ', '"halved": ', "fewer than 3 wrong solutions"),
        ("-16.25)", "-16.5)", "its solution does not pass its hidden cases"),
        ('why", 2', 'why", 3', "not the sum of its rubric's"),
        ('"ex90-w-why"', '"ex90-1-double"', "two exercises"),
    ],
)
def test_doctored_hidden_cases_are_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert HIDDEN.count(old) == 1
    write_course(tmp_path, exams=HIDDEN.replace(old, new))
    with pytest.raises(ValueError, match=reason):
        released(tmp_path)
    assert not (tmp_path / "out").exists()


def test_an_exercise_without_cases_is_refused(tmp_path: Path) -> None:
    start, end = HIDDEN.index("        cases=("), HIDDEN.index("        wrong=")
    write_course(tmp_path, exams=HIDDEN[:start] + "        cases=(),\n" + HIDDEN[end:])
    with pytest.raises(ValueError, match="ex90-1-double has no hidden cases"):
        released(tmp_path)


def test_a_notebook_without_hidden_cases_is_refused(tmp_path: Path) -> None:
    write_course(tmp_path)
    (tmp_path / "hidden" / "90.py").rename(tmp_path / "hidden" / "91.py")
    with pytest.raises(FileNotFoundError, match="no exam 90 in"):
        released(tmp_path)


def test_two_notebooks_that_share_an_id_are_refused(tmp_path: Path) -> None:
    write_course(tmp_path)
    write_course(tmp_path, number="91")
    with pytest.raises(ValueError, match="ex90-1-double is the id of two exercises"):
        released(tmp_path)


def test_a_lecture_that_needs_a_solution_is_refused(tmp_path: Path) -> None:
    notebook = source()
    notebook.cells.append(new_code_cell("double(lecture)"))
    write_course(tmp_path, notebook)
    with pytest.raises(ValueError, match="must not use what an exercise defines"):
        released(tmp_path, run=True)
    assert not (tmp_path / "out").exists()


def test_tests_that_the_stub_passes_are_refused(tmp_path: Path) -> None:
    notebook = source()
    cell_of(notebook, TESTED).source = "assert callable(double)"
    write_course(tmp_path, notebook)
    with pytest.raises(ValueError, match="does not call the function that it tests"):
        released(tmp_path, run=True)


def test_a_solution_in_a_cell_of_the_lecture_is_refused(tmp_path: Path) -> None:
    notebook = source()
    notebook.cells.append(new_code_cell(SOLUTION.replace("double", "again")))
    write_course(tmp_path, notebook)
    with pytest.raises(ValueError, match="nbgrader refuses"):
        released(tmp_path)


# The course itself

ASSIGNMENTS = [pytest.param(a, id=a.number) for a in load_exams(exams_folder())]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_no_solution_of_the_course_is_handed_out(assignment: Exam) -> None:
    (path,) = find_notebooks([assignment.number])
    given = nbformat.read(path, as_version=4)
    version = student_version(path, assignment)
    assert len(version.cells) == len(given.cells)
    for exercise in assignment.exercises:
        solution = find_cell(given, exercise.grade_id).source
        _, _, secret = solution.partition("### BEGIN SOLUTION\n")
        assert secret.partition("    ### END")[0] not in nbformat.writes(version)
        assert "NotImplementedError" in find_cell(version, exercise.grade_id).source
    for question in assignment.questions:
        answer = find_cell(version, question.grade_id)
        assert answer.source == "YOUR ANSWER HERE"


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_a_readers_own_copy_and_what_is_released_ask_the_same(assignment: Exam) -> None:
    (path,) = find_notebooks([assignment.number])
    released = student_version(path, assignment)
    own = without_solutions(nbformat.read(path, as_version=4))
    for theirs, mine in zip(released.cells, own.cells, strict=True):
        if theirs.cell_type == "code" or grade_id(theirs):
            assert mine.source == theirs.source
        for key in ("tags", "editable", "deletable"):
            assert mine.metadata.get(key) == theirs.metadata.get(key)
    about = {e.grade_id: e.function for e in assignment.exercises}
    assert what_is_handed_in(own, path.stem)["exercises"] == about
    assert what_is_handed_in(own, path.stem) == released.metadata["aelib"]


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_notebook_of_the_course_can_be_released(
    assignment: Exam, tmp_path: Path
) -> None:
    (one,) = release([assignment.number], to=tmp_path, report=str)
    assert one.notebook.exists()


def test_the_package_that_students_install_holds_no_hidden_case(
    tmp_path: Path,
) -> None:
    with zipfile.ZipFile(tmp_path / build_package(checkout(), tmp_path)) as wheel:
        names = wheel.namelist()
    assert "aelib/classroom/homework/check.py" in names
    assert not [name for name in names if "exams" in name or "test" in name]
    assert not [name for name in names if name.endswith(".ipynb")]


# What is published


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """Return the members of the archives that would be published, by name."""
    pytest.importorskip("hatchling")
    to = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(to)]
    subprocess.run(build, cwd=checkout(), check=True, capture_output=True)
    (source,) = to.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        files = {each.name: archive.extractfile(each) for each in archive}
        sources = {name: file.read() for name, file in files.items() if file}
        archive.extractall(to / "unpacked", filter="data")
    (unpacked,) = (to / "unpacked").iterdir()
    return {
        "sdist": sources,
        "wheel": members(to / build_package(checkout(), to)),
        "wheel of the sdist": members(to / build_package(unpacked, to)),
    }


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SHORTEST = 20  # characters of what is nobody's but ours: "a negative number" is not


def solution_lines() -> Iterator[str]:
    """Yield the lines of the course's solutions that stand nowhere else by chance."""
    for path in find_notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            marked = r"### BEGIN SOLUTION\n(.*?)### END SOLUTION"
            for solution in re.findall(marked, cell.source, re.DOTALL):
                yield from distinctive(solution)


def hidden_lines() -> Iterator[str]:
    """Yield what only the hidden half of the assignments says."""
    for assignment in load_exams(exams_folder()):
        for exercise in assignment.exercises:
            for case in exercise.cases:
                yield from distinctive(case.what)
            for wrong in exercise.wrong.values():
                yield from distinctive(wrong)
        for question in assignment.questions:
            for what in question.rubric:
                yield from distinctive(what)


def exam_lines() -> Iterator[str]:
    guide = (checkout() / "docs" / "instructors.md").read_text(encoding="utf-8")
    for answer in re.findall(r"^> \*\*Answer \d+\.\*\* (.*)$", guide, re.MULTILINE):
        yield from distinctive(answer)


def distinctive(text: str) -> Iterator[str]:
    """Yield the lines that say something: `for k in range(9):` stands anywhere."""
    for line in map(str.strip, text.splitlines()):
        if len(line) >= SHORTEST and not line.endswith(":"):
            yield line


@pytest.mark.parametrize("archive", ["sdist", "wheel"])
@pytest.mark.parametrize("secrets", [solution_lines, hidden_lines, exam_lines])
def test_no_secret_of_the_course_is_published(
    archives: dict[str, dict[str, bytes]],
    archive: str,
    secrets: Callable[[], Iterator[str]],
) -> None:
    lines = set(secrets())
    assert len(lines) >= 5
    told = [
        (name, line)
        for name, data in archives[archive].items()
        for line in lines
        if line in data.decode("utf-8", errors="replace")
    ]
    assert told == []


def test_both_archives_hold_the_package_and_no_more(
    archives: dict[str, dict[str, bytes]],
) -> None:
    package = {
        path.relative_to(checkout()).as_posix()
        for path in (checkout() / "aelib").rglob("*")
        if path.is_file() and not {"__pycache__", "exams"} & set(path.parts)
    }
    wheel = {name for name in archives["wheel"] if ".dist-info/" not in name}
    assert wheel == package
    assert archives["wheel of the sdist"] == archives["wheel"]
    sources = {name.partition("/")[2] for name in archives["sdist"]}
    about = {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO", ".gitignore"}
    assert sources == package | about
