"""One damaged hand-in or odd name costs nobody else a grade; no name makes another's.

Damage is made by writing a sound ZIP and changing bytes of it, as a bad disk or a
broken download would.
"""

from __future__ import annotations

import csv
import io
import json
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.homework.feedback import DAMAGED, feedback
from aelib.classroom.homework.grade_class import grade_class
from aelib.classroom.homework.inbox import Submission, read_inbox
from aelib.classroom.homework.namesakes import Person, distinct
from aelib.classroom.homework.results import Result
from aelib.classroom.homework.safe_names import LONGEST, decode_name, shorten, tidy
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cells import read_cells
from aelib.exercises.checkout import source_notebook

STEMS = ["00-backpropagation", "05-sparse-features"]
ZERO, FIVE = (f"{stem}.ipynb" for stem in STEMS)
MOODLE = "{}_{}_assignsubmission_file_{}"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Linux's limits and names")


def notebook(answer: str = "x = 1", number: str = "05") -> bytes:
    about = {"nbgrader": {"grade_id": f"ex{number}-1-window"}}
    cell = {"cell_type": "code", "source": answer, "metadata": about}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()


def put(path: Path, data: bytes, changed: float = 1e9) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (changed, changed))
    return path


def zipped(*names: str, how: int = zipfile.ZIP_DEFLATED, data: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name in names:
            archive.writestr(name, data or notebook())
    return buffer.getvalue()


def answers(found: list[Submission]) -> dict[str, str]:
    """Return what each student is found to have handed in, or why it is unreadable."""
    return {each.student: answer(each) for each in found}


def answer(each: Submission) -> str:
    try:
        return read_cells(each.read())[0].source
    except ValueError as why:
        return str(why)


# Damaged ZIPs


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def in_directory(data: bytes, field: int, new: bytes) -> bytes:
    """Change a field of the first entry of a ZIP's central directory."""
    return changed(data, data.index(b"PK\x01\x02") + field, new)


def in_both(data: bytes, local: int, field: int, new: bytes) -> bytes:
    return in_directory(changed(data, local, new), field, new)


def content(name: str) -> int:
    """Return where the bytes of a ZIP's first member begin."""
    return 30 + len(name)


DAMAGES: dict[str, Callable[[str], bytes]] = {
    "no deflated data": lambda name: changed(zipped(name), content(name), b"\xff" * 20),
    "no LZMA data": lambda name: changed(
        zipped(name, how=zipfile.ZIP_LZMA), content(name) + 12, b"\xff" * 20
    ),
    "no LZMA header": lambda name: changed(
        zipped(name, how=zipfile.ZIP_LZMA), content(name), b"\xff" * 9
    ),
    "no bzip2 data": lambda name: changed(
        zipped(name, how=zipfile.ZIP_BZIP2), content(name), b"\xff" * 20
    ),
    "cut off": lambda name: zipped(name)[:-30],
    "a few bytes": lambda name: zipped(name)[:40],
    "no bytes": lambda name: b"",
    "a hole": lambda name: changed(zipped(name), content(name) + 40, bytes(8)),
    "a wrong checksum": lambda name: in_directory(
        zipped(name), 16, b"\x00\x01\x02\x03"
    ),
    "a password": lambda name: in_both(zipped(name), 6, 8, b"\x01\x00"),
    "an unknown packing": lambda name: in_both(zipped(name), 8, 10, b"\x63\x00"),
    "a size beyond the end": lambda name: in_directory(
        zipped(name, how=zipfile.ZIP_STORED), 20, struct.pack("<II", 99_999, 99_999)
    ),
    "a start beyond the end": lambda name: in_directory(
        zipped(name), 42, struct.pack("<I", len(zipped(name)) - 5)
    ),
    "a start before the beginning": lambda name: changed(
        zipped(name), zipped(name).index(b"PK\x05\x06") + 16, b"\xff\xff\xff\x00"
    ),
    "another's name": lambda name: in_directory(zipped(name), 49, b"X"),
    "a name that is no UTF-8": lambda name: in_directory(
        in_directory(zipped(name), 8, b"\x00\x08"), 46, b"\xff"
    ),
    "a name that is no UTF-8 within": lambda name: changed(
        changed(zipped(name), 6, b"\x00\x08"), 30, b"\xff"
    ),
    "an empty directory": lambda name: changed(
        zipped(name), zipped(name).index(b"PK\x05\x06") + 12, bytes(4)
    ),
    "no notebook": lambda name: zipped(name.replace("ipynb", "py")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_zip_is_one_unreadable_submission(
    tmp_path: Path, damage: str
) -> None:
    put(tmp_path / "ada" / FIVE, notebook())
    put(tmp_path / "bob_05-sparse-features.zip", DAMAGES[damage](FIVE))
    put(tmp_path / "eve" / "05-sparse-features.zip", DAMAGES[damage](FIVE))
    found = answers(read_inbox(tmp_path, STEMS).submissions)
    assert found.pop("ada") == "x = 1"
    assert sorted(found) == ["bob", "eve"]
    for words in found.values():
        assert words.startswith("The ZIP ")
        assert words.endswith(".")


def test_each_notebook_of_a_class_s_zip_is_damaged_for_itself(tmp_path: Path) -> None:
    whole = zipped(f"ada/{FIVE}", f"bob/{FIVE}", f"eve/{FIVE}")
    damaged = changed(whole, content(f"ada/{FIVE}"), b"\xff" * 20)
    put(tmp_path / "submissions.zip", damaged)
    found = answers(read_inbox(tmp_path, STEMS).submissions)
    assert "damaged" in found.pop("ada")
    assert found == {"bob": "x = 1", "eve": "x = 1"}


def test_a_name_that_is_no_utf_8_costs_the_others_of_a_class_s_zip_nothing(
    tmp_path: Path,
) -> None:
    whole = zipped(f"Zoë/{FIVE}", f"Bob/{FIVE}", f"Jos_/{FIVE}")
    latin = whole.replace(b"Jos_/", b"Jos\xe9/")
    local, entry = latin.rindex(b"PK\x03\x04"), latin.rindex(b"PK\x01\x02")
    flagged = changed(changed(latin, local + 6, b"\0\x08"), entry + 8, b"\0\x08")
    put(tmp_path / "submissions.zip", flagged)
    found = answers(read_inbox(tmp_path, STEMS).submissions)
    assert set(found.values()) == {"x = 1"}
    assert {"Zoë", "Bob"} < set(found)
    put(tmp_path / "submissions.zip", latin)  # without a flag
    assert {"Zoë", "Bob"} < set(answers(read_inbox(tmp_path, STEMS).submissions))


def test_a_zip_that_is_stored_in_another_is_read_whatever_its_length(
    tmp_path: Path,
) -> None:
    """Some length puts its directory where a chunk of the outer one begins."""
    for length in range(4096 - 200, 4096 + 8):
        inner = zipped(FIVE, how=zipfile.ZIP_STORED, data=notebook("é" + "x" * length))
        put(tmp_path / "ada.zip", zipped("hw.zip", how=zipfile.ZIP_STORED, data=inner))
        (one,) = read_inbox(tmp_path, STEMS).submissions
        assert one.student == "ada"
        assert not one.problem


PACKED = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("how", PACKED)
def test_a_sound_zip_is_read_however_it_is_packed(tmp_path: Path, how: int) -> None:
    put(tmp_path / "ada.zip", zipped(FIVE, how=how, data=notebook("y = 2\n" * 9999)))
    assert answers(read_inbox(tmp_path, STEMS).submissions) == {"ada": "y = 2\n" * 9999}


@pytest.mark.parametrize("how", PACKED[1:])
def test_a_bomb_that_lies_about_its_size_takes_little_memory(
    tmp_path: Path, how: int
) -> None:
    path = tmp_path / "ada_05-sparse-features.zip"
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr(FIVE, bytes(400 * 2**20))
        archive.infolist()[0].file_size = 2**20
    (bomb,) = read_inbox(tmp_path, STEMS).submissions
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"is damaged|more than 20 MB"):
        bomb.read()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200 * 2**20


def test_a_name_in_a_zip_that_no_file_can_have_takes_no_time(tmp_path: Path) -> None:
    put(tmp_path / "submissions.zip", zipped("_" * 60_000 + ".ipynb", f"ada/{FIVE}"))
    before = time.process_time()
    assert "ada" in answers(read_inbox(tmp_path, STEMS).submissions)
    assert time.process_time() - before < 5


@LINUX
def test_a_pipe_or_a_link_called_zip_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "eve_05-sparse-features.zip")
    put(tmp_path / "ada" / FIVE, notebook())
    (tmp_path / "bob_05-sparse-features.zip").symlink_to(tmp_path / "ada" / FIVE)
    found = answers(read_inbox(tmp_path, STEMS).submissions)
    assert found.pop("ada") == "x = 1"
    assert sorted(found) == ["bob", "eve"]
    assert all("link or a device" in words for words in found.values())


# Files and folders


def deep(folder: Path, length: int) -> int:
    """Make folders in folders until the path is that long; return the last's handle."""
    left = length - len(os.fsencode(folder))
    here = os.open(folder, os.O_RDONLY)
    while left > 1:
        name = "d" * min(200, left - 1)
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, left = below, left - 1 - len(name)
    return here


@LINUX
@pytest.mark.parametrize(("length", "what"), [(4090, "file"), (4200, "folder")])
def test_a_path_that_is_too_long_is_one_unreadable_submission(
    tmp_path: Path, length: int, what: str
) -> None:
    put(tmp_path / "ada" / FIVE, notebook())
    (tmp_path / "bob").mkdir()
    here = deep(tmp_path / "bob", length)
    os.close(os.open(FIVE, os.O_CREAT, dir_fd=here))
    os.close(here)
    found = answers(read_inbox(tmp_path, STEMS[1:]).submissions)
    assert found.pop("ada") == "x = 1"
    assert found == {"bob": f"The {what} cannot be read (OSError)."}


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read all")
def test_a_folder_without_permission_is_one_unreadable_submission(
    tmp_path: Path,
) -> None:
    put(tmp_path / "ada" / FIVE, notebook())
    put(tmp_path / "bob" / FIVE, notebook()).parent.chmod(0)
    try:
        found = answers(read_inbox(tmp_path, STEMS[1:]).submissions)
    finally:
        (tmp_path / "bob").chmod(0o700)
    assert found.pop("ada") == "x = 1"
    assert found == {"bob": "The folder cannot be read (PermissionError)."}


@LINUX
def test_what_cannot_be_read_does_not_hide_what_can(tmp_path: Path) -> None:
    put(tmp_path / "ada" / FIVE, notebook())
    os.close(deep(tmp_path / "ada", 4200))
    put(tmp_path / "ada" / "scratch.ipynb", b"no notebook", changed=2e9)
    put(tmp_path / "ada" / "data.zip", zipped("data.csv"), changed=2e9)
    assert answers(read_inbox(tmp_path, STEMS[1:]).submissions) == {"ada": "x = 1"}


def test_a_file_that_is_gone_when_it_is_read_is_unreadable(tmp_path: Path) -> None:
    put(tmp_path / "ada" / FIVE, notebook())
    gone = put(tmp_path / "bob" / FIVE, notebook())
    found = read_inbox(tmp_path, STEMS).submissions
    gone.unlink()
    assert answers(found)["ada"] == "x = 1"
    assert "is gone" in answers(found)["bob"]


def test_a_file_that_goes_while_files_are_listed_is_unreadable(tmp_path: Path) -> None:
    put(tmp_path / "export.zip", zipped(f"ada/{FIVE}"))
    gone = put(tmp_path / f"zoe_{FIVE}", notebook())

    def vanish(_: str) -> None:  # called in the middle of the list
        gone.unlink()

    found = answers(read_inbox(tmp_path, STEMS, vanish).submissions)
    assert found["ada"] == "x = 1"
    assert "is gone" in found["zoe"]


def test_what_is_left_out_because_it_is_damaged_is_said(tmp_path: Path) -> None:
    put(tmp_path / "ada.zip", b"PK no ZIP")
    put(tmp_path / "bob" / "homework.ipynb", b"no notebook")
    said: list[str] = []
    assert read_inbox(tmp_path, STEMS, said.append).submissions == []
    (sentence,) = said
    assert "ada.zip (The ZIP is damaged" in sentence
    assert "bob/homework.ipynb (The file is not a notebook" in sentence


def test_what_is_damaged_but_not_asked_for_is_not_spoken_of(tmp_path: Path) -> None:
    put(tmp_path / "ada_00-backpropagation.zip", b"PK no ZIP")
    put(tmp_path / "bob" / "00-backpropagation" / "homework.ipynb", b"no notebook")
    said: list[str] = []
    assert read_inbox(tmp_path, STEMS[1:], said.append).submissions == []
    assert said == []


# Names


@given(st.text(st.characters(exclude_categories=())))
def test_any_name_becomes_one_that_every_file_system_carries(name: str) -> None:
    tidied = tidy(name)
    assert 0 < len(tidied.encode()) <= LONGEST
    assert tidied.isprintable() or not name.isprintable()
    assert tidy(tidied) == tidied
    assert len(decode_name(name).encode()) >= len(name)


NAMES = st.text(st.sampled_from("aAbß:?. -\udce9é😀Я"), max_size=60)


@given(
    st.sets(
        st.builds(
            Person,
            NAMES | NAMES.map(lambda n: n * 9),
            st.sampled_from("12") | st.just(""),
        )
    )
)
def test_no_two_students_get_one_name(people: set[Person]) -> None:
    names = distinct(people)
    assert names.keys() == people
    assert len({name.casefold() for name in names.values()}) == len(people)
    assert all(len(name.encode()) <= LONGEST for name in names.values())
    again = distinct([*people, Person("somebody else")])
    assert {person: again[person] for person in people} == names


def test_a_name_made_to_equal_another_s_is_told_apart() -> None:
    long = "Константин " * 20
    people = [Person(n) for n in (long, shorten(tidy(long)), "Ada", "ada")]
    people += [Person(name) for name in distinct(people).values()]
    assert len(set(distinct(people).values())) == len(set(people))


# A class, from its inbox to its pages

LIMITS = Limits(seconds=5.0)
LONG = "Я" * 99


def awkward_class(inbox: Path) -> set[bytes]:
    """Fill an inbox with students of awkward names; return the names."""
    folders = [f"{LONG}{last}" for last in "аб"] + ["😀" * 63, "aux", "Zoë", "=1+1"]
    names = {name.encode() for name in folders} | {b"Zo\xeb", b"Jos\xe9", b"\xff\xfe"}
    for name in names:
        try:
            folder = Path(os.fsdecode(os.path.join(os.fsencode(inbox), name)))
            put(folder / ZERO, b"no notebook")
        except OSError:
            pytest.skip("this file system has no such names")
    return names


@LINUX
def test_a_class_with_awkward_names_is_graded_and_gets_its_pages(
    tmp_path: Path,
) -> None:
    pytest.importorskip("nbgrader")
    names = awkward_class(tmp_path / "in")
    nbformat.write(source_notebook("00"), put(tmp_path / "in/ada" / ZERO, b""))
    for k, damage in enumerate(DAMAGES.values()):
        put(tmp_path / "in" / f"damaged {k}_{STEMS[0]}.zip", damage(ZERO))
    to = tmp_path / "out"
    results = grade_class(
        tmp_path / "in", to=to, numbers=["00"], unsafe=True, limits=LIMITS, report=str
    )
    assert len({r.student for r in results}) == 1 + len(names) + len(DAMAGES)
    points = {r.student: sum(e.points for e in r.exercises) for r in results}
    assert points.pop("ada") == 9
    assert set(points.values()) == {0}
    assert {r.exercises[0].status for r in results} == {"passed", "unreadable"}
    assert {"José", "aux"} & set(points) == {"José"}
    assert len(list((to / "results" / STEMS[0]).glob("*.json"))) == len(results)
    assert len(list((to / "nbgrader" / "autograded").iterdir())) == len(results)
    with (to / "grades.csv").open(encoding="utf-8") as file:
        assert {row["student"] for row in csv.DictReader(file)} == {"ada", *points}
    assert len(feedback(to, to=tmp_path / "pages")) == len(results)
    assert len(list((tmp_path / "pages").iterdir())) == len(results)


@pytest.fixture
def no_gradebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes seconds."""
    monkeypatch.setattr(grade_module, "_write_gradebook", lambda *_: None)


REMAINS = {
    "nothing": b"",
    "half": b'{"student": "ada", "exer',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "a text": b'"{}"',
    "zeros": bytes(4096),
    "no UTF-8": b"\xff\xfe\xfd",
    "too deep": b"[" * 100_000,
    "another's": b'{"student": "bob", "digest": "", "exercises": []}',
}


@pytest.mark.usefixtures("no_gradebook")
@pytest.mark.parametrize("remains", REMAINS)
def test_a_result_that_a_power_cut_left_is_graded_again(
    tmp_path: Path, remains: str
) -> None:
    for student in ("ada", "bob"):
        put(tmp_path / "in" / student / ZERO, b"no notebook")
    options = {"to": tmp_path / "out", "numbers": ["00"], "unsafe": True, "report": str}
    before = grade_class(tmp_path / "in", **options)
    place = tmp_path / "out" / "results" / STEMS[0]
    put(place / "ada.json", REMAINS[remains])
    ada, bob = feedback(tmp_path / "out", to=tmp_path / "pages")
    assert (ada.student, ada.problem) == ("ada", DAMAGED)
    assert (bob.student, bob.problem) == ("bob", before[1].problem)
    assert grade_class(tmp_path / "in", **options) == before
    written = (place / "ada.json").read_text(encoding="utf-8")
    assert Result.from_json(written) == before[0]


def test_a_damaged_notebook_of_the_gradebook_is_written_anew(tmp_path: Path) -> None:
    pytest.importorskip("nbgrader")
    put(tmp_path / "in" / "ada" / ZERO, b"no notebook")
    options = {"to": tmp_path / "out", "numbers": ["00"], "unsafe": True, "report": str}
    grade_class(tmp_path / "in", **options)
    (shown,) = (tmp_path / "out" / "nbgrader" / "autograded").rglob("*.ipynb")
    whole = shown.read_bytes()
    shown.write_bytes(whole[:100])
    grade_class(tmp_path / "in", **options)
    assert shown.read_bytes() == whole


@LINUX
@pytest.mark.usefixtures("no_gradebook")
def test_a_screen_without_the_letters_of_a_name_stops_nothing(tmp_path: Path) -> None:
    names = awkward_class(tmp_path / "in")
    put(
        tmp_path / "in" / os.fsdecode(b"\xe9t\xe9.zip"),
        zipped(f"Яна/{ZERO}", data=notebook(number="00")),
    )
    command = [sys.executable, "-m", "aelib", "homework", "grade", "--unsafe"]
    command += ["--only", "00", "--to", str(tmp_path / "out"), str(tmp_path / "in")]
    ran = subprocess.run(
        command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert f"{len(names) + 1} submissions graded".encode() in ran.stdout
    assert b"is taken for a whole class's" in ran.stdout
    ran = subprocess.run([*command[:-1], b"no\xff"], capture_output=True)
    assert ran.returncode == 1
    assert b"Traceback" not in ran.stderr


# Whose a ZIP is

ADAS = [
    MOODLE.format("Ada Lovelace", 1234, "05.zip"),
    MOODLE.format("Ada Lovelace", 1234, "/homework.zip"),
    "Ada Lovelace_1234_5678_05-sparse-features.zip",
    "Ada Lovelace_LATE_1234_5678_05-12345.zip",
    "Homework_Ada Lovelace_attempt_2026-01-31-23-59-59_05.zip",
    "Ada Lovelace_05-sparse-features.zip",
    "05-sparse-features_Ada Lovelace.zip",
    "Ada Lovelace/anything.zip",
    "Ada Lovelace/Bob Babbage_77_assignsubmission_file_05.zip",
    "Ada Lovelace/deeper/submissions.zip",
]
INSIDE = [
    MOODLE.format("Bob Babbage", 77, FIVE),
    MOODLE.format("Bob Babbage", 77, f"/{FIVE}"),
    f"Bob Babbage_77_88_{FIVE}",
    f"Homework_Bob Babbage_attempt_2027-01-31-23-59-59_{FIVE}",
    f"Bob Babbage_{FIVE}",
    "05-sparse-features_Bob Babbage.ipynb",
    f"Bob Babbage/{FIVE}",
    f"Bob Babbage\\{FIVE}",
]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("outside", ADAS)
def test_a_zip_with_a_student_s_name_is_that_student_s_whatever_is_in_it(
    tmp_path: Path, outside: str, inside: str
) -> None:
    put(tmp_path / MOODLE.format("Bob Babbage", 77, FIVE), notebook("bob's"), 1e9)
    put(tmp_path / outside, zipped(inside, data=notebook("forged")), 2e9)
    assert answers(read_inbox(tmp_path, STEMS).submissions) == {
        "Ada Lovelace": "forged",
        "Bob Babbage": "bob's",
    }


def test_no_zip_with_a_student_s_name_invents_students(tmp_path: Path) -> None:
    many = [MOODLE.format(f"Nobody {k}", k, FIVE) for k in range(300)]
    put(tmp_path / MOODLE.format("Ada", 1234, "05.zip"), zipped(*many))
    said: list[str] = []
    found = read_inbox(tmp_path, STEMS, said.append).submissions
    assert list(answers(found)) == ["Ada"]
    (sentence,) = said
    assert "counts as the work of Ada alone" in sentence
    assert "Nobody 0, Nobody 1" in sentence
    assert "and 295 more" in sentence


@pytest.mark.parametrize(
    "export",
    [
        "submissions.zip",
        "submissions (1).zip",
        "Course-Assignment-12345.zip",
        "Course-Homework 05-sparse-features-12345.zip",
        "gradebook_CS101_05-sparse-features_2026-01-31-23-59-59.zip",
        "download.zip",
    ],
)
def test_a_class_s_zip_holds_many_students(tmp_path: Path, export: str) -> None:
    members = [MOODLE.format(f"Student {k}", k, f"/{FIVE}") for k in range(9)]
    put(tmp_path / export, zipped(*members))
    said: list[str] = []
    found = answers(read_inbox(tmp_path, STEMS, said.append).submissions)
    assert sorted(found) == [f"Student {k}" for k in range(9)]
    assert "taken for a whole class's" in said[0]


def test_exports_of_two_assignments_are_of_the_same_students(tmp_path: Path) -> None:
    for number, name in (("12", ZERO), ("13", FIVE)):
        data = notebook(number=name[:2])
        archive = zipped(f"ada/{name}", data=data)
        put(tmp_path / f"Course-Homework-{number}000.zip", archive)
    found = read_inbox(tmp_path, STEMS).submissions
    assert [(e.student, e.assignment) for e in found] == [("ada", s) for s in STEMS]


def test_a_later_export_counts(tmp_path: Path) -> None:
    member = MOODLE.format("Ada", 12, FIVE)
    put(tmp_path / "submissions.zip", zipped(member, data=notebook("old")), 1e9)
    put(tmp_path / "submissions (1).zip", zipped(member, data=notebook("new")), 2e9)
    assert answers(read_inbox(tmp_path, STEMS).submissions) == {"Ada": "new"}


@pytest.mark.parametrize("inside", INSIDE)
def test_a_zip_that_names_nobody_replaces_nobody_who_is_named_outside(
    tmp_path: Path, inside: str
) -> None:
    put(tmp_path / MOODLE.format("Bob Babbage", 77, FIVE), notebook("bob's"), 1e9)
    put(tmp_path / "Bob Babbage" / FIVE, notebook("bob's"), 1e9)
    put(tmp_path / "eve.zip", zipped(inside, data=notebook("forged")), 2e9)
    said: list[str] = []
    found = answers(read_inbox(tmp_path, STEMS, said.append).submissions)
    assert set(found.values()) == {"bob's"}
    assert "eve.zip is taken for a whole class's" in said[0]
    assert "Later work in eve.zip does not count" in said[-1]


def test_a_zip_of_mixed_names_replaces_nobody_of_an_export(tmp_path: Path) -> None:
    bob = MOODLE.format("Bob", 77, FIVE)
    put(tmp_path / "submissions.zip", zipped(bob, data=notebook("bob's")), 1e9)
    put(tmp_path / "eve.zip", zipped(FIVE, bob, data=notebook("eve's")), 2e9)
    found = answers(read_inbox(tmp_path, STEMS).submissions)
    assert found == {"Bob": "bob's", "eve": "eve's"}


def test_folders_of_one_name_in_two_zips_are_two_students(tmp_path: Path) -> None:
    for student in ("ada", "bob"):
        data = zipped(f"homework/{FIVE}", data=notebook(student))
        put(tmp_path / f"{student}.zip", data)
    assert answers(read_inbox(tmp_path, STEMS).submissions) == {
        "homework (ada)": "ada",
        "homework (bob)": "bob",
    }


def test_a_damaged_notebook_in_a_zip_goes_by_the_zip_s_name(tmp_path: Path) -> None:
    inside = "homework.ipynb"
    data = changed(zipped(inside), content(inside), b"\xff" * 20)
    put(tmp_path / "ada_05-sparse-features.zip", data)
    (found,) = read_inbox(tmp_path, STEMS).submissions
    assert (found.student, found.assignment) == ("ada", STEMS[1])
