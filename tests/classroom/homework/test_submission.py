"""Every student's latest notebook is found, under the right name, in any layout."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.classroom.homework.files import LARGEST, read_notebook
from aelib.classroom.homework.inbox import read_inbox
from aelib.classroom.homework.safe_names import tidy
from aelib.classroom.homework.submission import NO_NOTEBOOK
from aelib.exercises.cells import MOST_CELLS, Cell, find_solution, read_cells

STEMS = ["00-backpropagation", "05-sparse-features"]
FIVE = "05-sparse-features.ipynb"


def notebook(source: str = "x = 1", grade_id: str = "ex05-1-window") -> bytes:
    cell = {
        "cell_type": "code",
        "source": source,
        "metadata": {"nbgrader": {"grade_id": grade_id}},
        "outputs": [],
        "execution_count": None,
    }
    whole = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole).encode()


def put(path: Path, data: bytes = b"", time: float = 1e9) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or notebook())
    os.utime(path, (time, time))


def put_zip(path: Path, *names: str, data: bytes = b"") -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, data or notebook())


def found(folder: Path) -> list[tuple[str, str]]:
    return [
        (s.student, s.assignment[:2]) for s in read_inbox(folder, STEMS).submissions
    ]


@pytest.mark.parametrize(
    ("place", "student"),
    [
        (f"ada/{FIVE}", "ada"),
        (f"ada/05-sparse-features/{FIVE}", "ada"),
        (f"Ada Lovelace_1234_assignsubmission_file_/{FIVE}", "Ada Lovelace"),
        (f"Ada Lovelace_1234_assignsubmission_file_{FIVE}", "Ada Lovelace"),
        (f"lovelaceada_1234_56789_{FIVE}", "lovelaceada"),
        (f"lovelaceada_LATE_1234_56789_{FIVE}", "lovelaceada"),
        ("lovelaceada_1234_56789_05-sparse-features-2.ipynb", "lovelaceada"),
        (f"Homework_ada_attempt_2026-01-31-23-59-59_{FIVE}", "ada"),
        (f"ada_{FIVE}", "ada"),
        ("05-sparse-features_ada.ipynb", "ada"),
        ("Zoë Ångström/my homework.ipynb", "Zoë Ångström"),
    ],
)
def test_the_student_is_read_off_a_name(
    tmp_path: Path, place: str, student: str
) -> None:
    put(tmp_path / "files" / place)
    assert found(tmp_path / "files") == [(student, "05")]
    (tmp_path / "export").mkdir()
    put_zip(tmp_path / "export" / "export.zip", place)
    assert found(tmp_path / "export") == [(student, "05")]


@pytest.mark.parametrize(
    ("archive", "member"),
    [
        ("ada.zip", FIVE),
        ("ada.zip", f"05-sparse-features/{FIVE}"),
        ("ada_05-sparse-features.zip", FIVE),
        ("ada_12_345_05-sparse-features.zip", f"05-sparse-features/{FIVE}"),
        ("ada_12_assignsubmission_file_x.zip", f"homework/{FIVE}"),
    ],
)
def test_a_student_may_hand_in_a_zip(tmp_path: Path, archive: str, member: str) -> None:
    put_zip(tmp_path / archive, member)
    assert found(tmp_path) == [("ada", "05")]


def test_the_latest_of_several_counts(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "old" / FIVE, notebook("old"), time=1e9)
    put(tmp_path / "ada" / "new" / FIVE, notebook("new"), time=2e9)
    put(tmp_path / "ada" / "older" / FIVE, notebook("older"), time=0.5e9)
    (latest,) = read_inbox(tmp_path, STEMS).submissions
    assert read_cells(latest.read())[0].source == "new"


def test_namesakes_stay_apart(tmp_path: Path) -> None:
    for number in (12, 34):
        put(tmp_path / f"Ada_{number}_assignsubmission_file_" / FIVE)
    assert found(tmp_path) == [("Ada (12)", "05"), ("Ada (34)", "05")]


def test_what_is_no_submission_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "ada" / ".ipynb_checkpoints" / FIVE)
    put(tmp_path / "ada" / "09-other.ipynb", notebook(grade_id="ex09-1-noise"))
    put(tmp_path / "ada" / "notes.txt")
    put_zip(tmp_path / "export.zip", f"__MACOSX/{FIVE}", f"../../bob/{FIVE}")
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("2026-10-09-backprop.ipynb", "a date"),
        ("09-other.ipynb", "another's name"),
        ("09-denoising.ipynb", "another's stem"),
        ("Group 09-A.ipynb", "a group"),
    ],
)
def test_the_ids_in_a_file_say_which_assignment_it_answers(
    tmp_path: Path, name: str, about: str
) -> None:
    put(tmp_path / "ada" / name)
    assert found(tmp_path) == [("ada", "05")], about


@pytest.mark.parametrize("name", ["2026-10-09-backprop.ipynb", "Group 09-A.ipynb"])
def test_a_date_or_a_group_is_no_number_of_an_assignment(
    tmp_path: Path, name: str
) -> None:
    put(tmp_path / "ada" / name, b"no notebook")
    said: list[str] = []
    assert read_inbox(tmp_path, STEMS, said.append).submissions == []
    assert name in said[0]  # left out, and not in silence as another assignment's
    (only,) = read_inbox(tmp_path, STEMS[-1:]).submissions
    assert (only.student, only.assignment) == ("ada", STEMS[-1])


def left_out(folder: Path, said: list[str]) -> set[tuple[str, str]]:
    inbox = read_inbox(folder, STEMS, said.append)
    return {(each.student, Path(each.name).name) for each in inbox.left_out}


@pytest.mark.parametrize("name", ["hw.pdf", "hw.html", "hw.tar.gz", "hw.7z", "hw.rar"])
def test_nobody_s_file_is_dropped_in_silence(tmp_path: Path, name: str) -> None:
    put(tmp_path / "ada" / name)
    put(tmp_path / "bob" / FIVE)
    put(tmp_path / "bob" / name)
    moodle = f"Eve_12_assignsubmission_file_{name}"
    put_zip(tmp_path / "submissions.zip", moodle)
    put_zip(tmp_path / "zoe.zip", name)
    said: list[str] = []
    expected = {("ada", name), ("bob", name), ("Eve", moodle), ("zoe", name)}
    assert left_out(tmp_path, said) == expected
    (told,) = said
    for student in ("ada", "Eve", "zoe"):
        assert student in told
    assert "bob" not in told  # of whom a notebook counts


def zip_of(*names: str, data: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, data or notebook())
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("archive", "member", "student"),
    [
        ("submissions.zip", "Eve_12_assignsubmission_file_hw.zip", "Eve"),
        ("submissions.zip", "eve/hw.zip", "eve"),
        ("eve.zip", "hw.zip", "eve"),
        ("eve_05-sparse-features.zip", "hw.zip", "eve"),
        ("submissions.zip", f"eve_{FIVE[:-6]}.zip", "eve"),
    ],
)
def test_a_zip_within_a_zip_is_opened(
    tmp_path: Path, archive: str, member: str, student: str
) -> None:
    put(tmp_path / archive, zip_of(member, data=zip_of(f"x/{FIVE}")))
    (one,) = read_inbox(tmp_path, STEMS).submissions
    assert (one.student, one.assignment) == (student, STEMS[-1])
    assert read_cells(one.read())[0].source == "x = 1"


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
def test_names_in_a_zip_need_no_flag(tmp_path: Path, encoding: str) -> None:
    name = "Zoë".encode(encoding)
    plain = "Z".ljust(len(name), "x").encode()  # a name of ASCII alone has no flag
    packed = zip_of(f"{plain.decode()}/{FIVE}").replace(plain + b"/", name + b"/")
    put(tmp_path / "submissions.zip", packed)
    (one,) = read_inbox(tmp_path, STEMS).submissions
    assert one.student == "Zoë"
    assert read_cells(one.read())[0].source == "x = 1"


def test_what_is_left_out_makes_no_namesake(tmp_path: Path) -> None:
    put(tmp_path / f"Ada_12_assignsubmission_file_{FIVE}")
    put_zip(tmp_path / "eve.zip", "Ada_99_assignsubmission_file_hw.pdf", "hw.ipynb")
    assert ("Ada", "05") in found(tmp_path)


def test_two_students_zips_within_one_are_not_merged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for student in ("ada", "bob"):
            archive.writestr(f"{student}.zip", zip_of(f"Homework/{FIVE}"))
    assert found(tmp_path) == [("ada", "05"), ("bob", "05")]


@pytest.mark.parametrize("inner", [b"no ZIP", zip_of("notes.txt"), zip_of("a.zip")])
def test_a_zip_within_a_zip_without_a_notebook_is_listed(
    tmp_path: Path, inner: bytes
) -> None:
    put(tmp_path / "submissions.zip", zip_of("Eve_12_5_hw.zip", data=inner))
    inbox = read_inbox(tmp_path, STEMS)
    assert [each.student for each in (*inbox.submissions, *inbox.left_out)] == ["Eve"]


def test_a_bomb_within_a_zip_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("hw.zip", bytes(LARGEST + 1))
    inbox = read_inbox(tmp_path, STEMS)
    (bomb,) = (*inbox.submissions, *inbox.left_out)
    assert "20 MB" in bomb.problem


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "README.md", "aelib-0.1.0-py3-none-any.whl"]
)
def test_what_was_handed_out_or_is_a_system_s_is_not_listed(
    tmp_path: Path, name: str
) -> None:
    put(tmp_path / "ada" / name)
    put_zip(tmp_path / "submissions.zip", f"bob/{FIVE}", f"bob/{name}")
    assert left_out(tmp_path, []) == set()


@pytest.mark.parametrize("suffix", [".txt", ".json"])
def test_a_notebook_that_a_browser_renamed_is_read(tmp_path: Path, suffix: str) -> None:
    put(tmp_path / "ada" / f"{FIVE}{suffix}")
    put(tmp_path / f"05-sparse-features_bob.ipynb{suffix}")
    put(tmp_path / "eve" / "homework.json")
    assert found(tmp_path) == [("ada", "05"), ("bob", "05"), ("eve", "05")]


def test_json_that_is_no_notebook_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "settings.json", b"{}")
    inbox = read_inbox(tmp_path, STEMS[:1])
    assert inbox.submissions == []
    assert [each.problem for each in inbox.left_out] == [NO_NOTEBOOK]


def test_links_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "secret" / FIVE)
    (tmp_path / "in" / "eve").mkdir(parents=True)
    (tmp_path / "in" / "eve" / FIVE).symlink_to(tmp_path / "secret" / FIVE)
    (tmp_path / "in" / "bob").symlink_to(tmp_path / "secret")
    (linked,) = read_inbox(tmp_path / "in", STEMS).submissions
    with pytest.raises(ValueError, match="link"):
        linked.read()


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(FIVE, bytes(LARGEST + 1))
    (bomb,) = read_inbox(tmp_path, STEMS).submissions
    with pytest.raises(ValueError, match="20 MB"):
        bomb.read()


def test_a_student_s_zip_of_very_many_notebooks_is_refused(tmp_path: Path) -> None:
    padded = notebook().ljust(LARGEST)
    members = [f"{k}.ipynb" for k in range(11)]
    for student, most in (("ada", 10), ("eve", 11)):
        path = tmp_path / f"{student}_05-sparse-features.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for member in members[:most]:
                file.writestr(member, padded)
    ada, eve = read_inbox(tmp_path, STEMS).submissions
    assert ada.read() == padded
    with pytest.raises(ValueError, match="more than 200 MB together"):
        eve.read()


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_file_does_more_than_be_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a notebook"):
        read_cells(data)


@pytest.mark.parametrize(
    "text",
    ['{"cells": [%s]}', '{"worksheets": [{"cells": [%s]}]}', '{"worksheets": [%s]}'],
)
def test_a_notebook_of_very_many_cells_is_refused(text: str) -> None:
    one = '{"cells": [{}]}' if text == '{"worksheets": [%s]}' else "{}"
    most = ",".join([one] * MOST_CELLS)
    assert len(read_cells((text % most).encode())) == MOST_CELLS
    with pytest.raises(ValueError, match="more than 10,000 cells: hand in"):
        read_cells((text % f"{most},{one}").encode())


KEYS = ["cells", "worksheets", "source", "input", "metadata", "nbgrader", "grade_id"]
JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), parts, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    try:
        cells = read_cells(json.dumps({"cells": [value]}).encode())
    except ValueError:
        return
    for cell in cells:
        assert all(isinstance(s, str) for s in (cell.kind, cell.source, cell.grade_id))


@given(st.text())
def test_a_tidy_name_is_one_plain_part_of_a_path(name: str) -> None:
    tidied = tidy(name)
    assert tidied
    assert tidied not in (".", "..")
    assert Path(tidied).name == tidied
    assert tidied[0] not in "=+-@."
    assert tidy(tidied) == tidied


def test_a_copied_cell_counts_and_a_lost_id_is_forgiven() -> None:
    first, copied = Cell("code", "def f(): 1", "ex"), Cell("code", "def f(): 2", "ex")
    lost = Cell("code", "import os\ndef f(x): 3", "")
    assert find_solution([first, copied, lost], "ex", "f") == copied.source
    assert find_solution([lost], "ex", "f") == lost.source
    assert find_solution([Cell("markdown", "def f(): 1", "ex")], "ex", "f") == ""


def test_a_student_s_own_notebook_is_read_whole(tmp_path: Path) -> None:
    put(tmp_path / FIVE, b"\xef\xbb\xbf" + notebook())
    assert read_notebook(tmp_path / FIVE).cells[0].source == "x = 1"
    put(tmp_path / FIVE, b"{}")
    with pytest.raises(ValueError, match="no cells"):
        read_notebook(tmp_path / FIVE)
