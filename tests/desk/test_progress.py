"""Progress is stored in a reader's copy alone, and the start page shows it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from small import DOUBLE, everything, read, save, write_course

from aelib.desk import records
from aelib.desk.copy import update
from aelib.desk.folder import find_copy
from aelib.desk.progress import Progress, record, summary
from aelib.desk.restore import restore
from aelib.desk.start_page import on_saved, what_comes_next

NAME = "90-twice.ipynb"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_course(tmp_path / "course")
    update(tmp_path / "desk", root=tmp_path / "course", report=str)
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def run_cells(desk: Path, count: int) -> None:
    notebook = read(desk / NAME)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code[:count], start=1):
        cell.execution_count = number
    save(desk / NAME, notebook)


def test_a_verdict_is_counted_until_it_is_another(desk: Path) -> None:
    record(DOUBLE, True, 2.0)
    assert summary()[0].exercises == {"double": True}
    record(DOUBLE, False)
    assert summary()[0].exercises == {"double": False}


def test_nothing_is_stored_outside_a_copy(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals = tmp_path / "course" / "notebooks"
    monkeypatch.chdir(originals)
    before = sorted(tmp_path.rglob("*"))
    record(DOUBLE, True)
    records.write("90-guess", {"kind": "number", "value": 3})
    assert sorted(tmp_path.rglob("*")) == before
    assert (summary(), records.read("90-guess"), find_copy()) == ([], None, None)


def test_predictions_are_counted_and_choices_judged(desk: Path) -> None:
    records.write("90-a", {"kind": "choose", "value": "up", "score": 1.0})
    records.write("90-b", {"kind": "number", "value": 3, "score": 0.0})
    records.write("90-c", {"kind": "draw", "value": [0.0], "score": 0.2})
    records.write("90-d", {"kind": "choose", "value": "up"})
    first, second = summary()
    assert (first.predictions, first.close, first.judged) == (4, 1, 2)
    assert second.predictions == 0


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\\b", "a b"])
def test_an_id_that_is_no_file_name_is_refused(name: str, desk: Path) -> None:
    with pytest.raises(ValueError, match="an id has letters"):
        record(name, True)


def test_two_kernels_that_record_at_once_lose_nothing(desk: Path) -> None:
    names = [f"90-{number}" for number in range(40)]
    answer = {"kind": "number", "value": 1}
    threads = [
        threading.Thread(target=records.write, args=(name, answer)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [records.read(name) for name in names] == [answer] * 40


def test_a_damaged_record_counts_as_none(desk: Path) -> None:
    record(DOUBLE, True)
    (path,) = (desk / ".aelib" / "progress").iterdir()
    path.write_text('{"passed": tr')
    assert summary()[0].right == 0


def test_progress_survives_an_update_and_ends_with_a_restoration(
    desk: Path, tmp_path: Path
) -> None:
    record(DOUBLE, True)
    update(desk, root=tmp_path / "course", report=str)
    assert summary()[0].right == 1
    restore(desk, "90", "double", root=tmp_path / "course", report=str)
    assert summary()[0].right == 0


def test_the_start_page_follows_each_save(desk: Path) -> None:
    start = desk / "README.md"
    assert "begin with [90 · Twice](90-twice.ipynb)" in start.read_text("utf-8")
    run_cells(desk, 2)
    on_saved(os_path=str(desk / NAME), model={}, contents_manager=None)
    assert "| [90 · Twice](90-twice.ipynb) | 2 of 4 | 0 of 1 |" in everything(desk)
    assert "you have run 2 of its 4 cells" in start.read_text("utf-8")


def test_the_picture_of_what_comes_next_has_a_caption(desk: Path) -> None:
    picture = desk / "pages" / "img" / "90-twice.png"
    picture.parent.mkdir(parents=True)
    picture.touch()
    on_saved(os_path=str(desk / NAME))
    start = (desk / "README.md").read_text("utf-8")
    _, below = start.split("](pages/img/90-twice.png)\n\n")
    assert below.startswith("*The picture to remember from 90 · Twice.*\n")


def test_a_save_elsewhere_writes_no_start_page(tmp_path: Path) -> None:
    on_saved(os_path=str(tmp_path / "x.ipynb"))
    assert list(tmp_path.iterdir()) == []


def done(name: str, *, run: int, right: bool) -> Progress:
    return Progress(name, name, 4, run, {"f": right, "g": right}, 0, 0, 0)


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([(0, False), (0, False)], "begin with [0]"),
        ([(4, True), (0, False)], "next:** [1](1.ipynb)."),
        ([(0, False), (2, False)], "go on with [1](1.ipynb); you have run 2 of its 4"),
        ([(4, False), (0, False)], "in [0](0.ipynb), write `f` and `g`."),
        ([(4, True), (4, True)], "You are through"),
    ],
)
def test_what_comes_next_is_what_was_begun_else_the_first_left(
    states: list[tuple[int, bool]], sentence: str
) -> None:
    progress = [done(str(i), run=n, right=r) for i, (n, r) in enumerate(states)]
    assert sentence in what_comes_next(progress)
