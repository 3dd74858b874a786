"""Each platform's names tell the right student and the latest attempt, at any depth.

Where a layout comes from stands beside its patterns in
`aelib/classroom/homework/student_names.py` and `class_folders.py`.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path

import pytest

from aelib.classroom.homework.class_folders import is_export
from aelib.classroom.homework.inbox import read_inbox
from aelib.exercises.cells import read_cells

STEMS = ["00-backpropagation", "05-sparse-features"]
FIVE = "05-sparse-features.ipynb"
NOON = 1_800_000_000.0


def notebook(answer: str = "x = 1", number: str = "05") -> bytes:
    about = {"nbgrader": {"grade_id": f"ex{number}-1-window"}}
    cell = {"cell_type": "code", "source": answer, "metadata": about}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}).encode()


def put(path: Path, data: bytes = b"", changed: float = NOON) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data or notebook())
    os.utime(path, (changed, changed))


def zip_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def answers(folder: Path, stems: list[str] = STEMS) -> dict[str, str]:
    found = read_inbox(folder, stems).submissions
    return {each.student: read_cells(each.read())[0].source for each in found}


ADA, BOB = notebook("ada's"), notebook("bob's")
MOODLE = "{}_assignsubmission_file_/05-sparse-features.ipynb"
GRADESCOPE = """\
---
submission_17:
  :submitters:
  - :name: Ada Lovelace
    :sid: '100'
    :email: ada@example.org
  :created_at: 2026-10-05 12:00:00.000000000 Z
submission_18:
  :submitters:
  - :name: "Zo\\u00eb O'Neil"
    :sid: '200'
  - :name: 'Bob ''B'' Babbage'
    :sid: '201'
"""
# What a class's export holds below a folder of its own, and whose it is.
LAYOUTS: dict[str, tuple[str, dict[str, bytes], set[str]]] = {
    "Moodle": (
        "ML-Homework 5-12345",
        {
            MOODLE.format("Ada Lovelace_17"): ADA,
            MOODLE.format("Bob Babbage_18"): BOB,
        },
        {"Ada Lovelace", "Bob Babbage"},
    ),
    "Canvas": (
        "submissions",
        {
            f"lovelaceada_LATE_17_501_{FIVE}": ADA,
            f"a_smith_18_502_{FIVE}": BOB,
            f"b_smith_19_503_{FIVE}": BOB,
        },
        {"lovelaceada", "a_smith", "b_smith"},
    ),
    "Canvas, blind": (
        "submissions",
        {f"anon_x7Ab2_501_{FIVE}": ADA, f"LATE_anon_12345_502_{FIVE}": BOB},
        {"anon_x7Ab2", "anon_12345"},
    ),
    "Blackboard": (
        "gradebook_CS101_Homework20205_2026-10-05-12-00-00",
        {
            f"Homework 5_ada_attempt_2026-10-04-12-00-00_{FIVE}": ADA,
            "Homework 5_ada_attempt_2026-10-04-12-00-00.txt": b"Name: Ada",
            f"Homework 5_a_smith_attempt_2026-10-04-12-00-00_{FIVE}": BOB,
            f"Homework 5_b_smith_attempt_2026-10-04-12-00-00_{FIVE}": BOB,
        },
        {"ada", "a_smith", "b_smith"},
    ),
    "Brightspace": (
        "Homework 5 Download Oct 5, 2026 803 PM",
        {
            "index.html": b"<html>",
            f"11-7 - Ada Lovelace - Oct 4, 2026 417 PM/{FIVE}": ADA,
            f"12-7 - Bob Babbage - 4 October, 2026 1217 PM/{FIVE}": BOB,
            f"13-7 - Eve - Oct 4, 2026 4_17 PM - {FIVE}": BOB,
        },
        {"Ada Lovelace", "Bob Babbage", "Eve"},
    ),
    "Google Classroom": (
        "Homework-20261005T120000Z-001",
        {
            f"Ada Lovelace - {FIVE}": ADA,
            f"Bob Babbage - Copy of {FIVE}": BOB,
            f"Copy of Copy of eve_{FIVE}": BOB,
        },
        {"Ada Lovelace", "Bob Babbage", "eve"},
    ),
    "GitHub Classroom": (
        "05-sparse-features-submissions",
        {
            f"05-sparse-features-ada-lovelace/{FIVE}": ADA,
            "05-sparse-features-ada-lovelace/.git/config": b"[core]",
            f"05-sparse-features-bob/.venv/lib/nbformat/{FIVE}": ADA,
            f"05-sparse-features-bob/{FIVE}": BOB,
        },
        {"ada-lovelace", "bob"},
    ),
    "GitHub Classroom, another slug": (
        "hw5-submissions",
        {f"hw5-ada-lovelace/{FIVE}": ADA, f"hw5-bob/work/{FIVE}": BOB},
        {"ada-lovelace", "bob"},
    ),
    "Sakai": (
        "Homework 5",
        {
            "grades.csv": b"Homework 5",
            f"Lovelace, Ada(ada1)/Submission attachment(s)/{FIVE}": ADA,
            f"Lovelace, Ada(ada1)/Feedback Attachment(s)/{FIVE}": BOB,
            "Lovelace, Ada(ada1)/timestamp.txt": b"20261005",
            f"Babbage, Bob(bob7)/Submission attachment(s)/{FIVE}": BOB,
        },
        {"Lovelace, Ada", "Babbage, Bob"},
    ),
    "ILIAS": (
        "Homework_5",
        {
            "Abgaben/Lovelace_Ada_ada1_4711/05-sparse-features.ipynb": ADA,
            "Abgaben/Babbage_Bob_bob7_4712/05-sparse-features.ipynb": BOB,
        },
        {"Lovelace, Ada", "Babbage, Bob"},
    ),
    "ILIAS, in teams": (
        "Homework_5",
        {
            "Abgaben/Team 3/Lovelace_Ada_ada1_4711/05-sparse-features.ipynb": ADA,
            "Abgaben/Team 4/Babbage_Bob_bob7_4712/05-sparse-features.ipynb": BOB,
        },
        {"Lovelace, Ada", "Babbage, Bob"},
    ),
    "Gradescope": (
        "assignment_9100_export",
        {
            "submission_metadata.yml": GRADESCOPE.encode(),
            f"submission_17/{FIVE}": ADA,
            f"submission_18/{FIVE}": BOB,
        },
        {"Ada Lovelace", "Zoë O'Neil, Bob 'B' Babbage"},
    ),
    "nbgrader": (
        "course101",
        {
            f"source/05-sparse-features/{FIVE}": ADA,
            f"release/05-sparse-features/{FIVE}": ADA,
            f"autograded/eve/05-sparse-features/{FIVE}": ADA,
            "nbgrader_config.py": b"c = get_config()",
            f"submitted/ada/05-sparse-features/{FIVE}": ADA,
            f"submitted/bob/05-sparse-features/{FIVE}": BOB,
        },
        {"ada", "bob"},
    ),
    "nbgrader's exchange": (
        "inbound",
        {
            f"ada+05-sparse-features+2026-10-05 12:00:00.1 UTC+x7/{FIVE}": ADA,
            f"b+ob+05-sparse-features+2026-10-05 12:00:00.1 UTC/{FIVE}": BOB,
        },
        {"ada", "b+ob"},
    ),
}


@pytest.mark.parametrize("platform", LAYOUTS)
def test_a_platform_s_names_tell_the_students(tmp_path: Path, platform: str) -> None:
    """As files, below the export's own folder, and in a ZIP with or without it."""
    top, files, students = LAYOUTS[platform]
    for name, data in files.items():
        put(tmp_path / "flat" / name, data)
        put(tmp_path / "unpacked" / top / name, data)
    in_folder = {f"{top}/{name}": data for name, data in files.items()}
    put(tmp_path / "zip" / "download.zip", zip_of(files))
    put(tmp_path / "deep" / "download.zip", zip_of(in_folder))
    kinds = ["unpacked", "deep"]
    if not top.endswith("-submissions") and top != "inbound":  # its name says enough
        kinds += ["flat", "zip"]
    for kind in kinds:
        inbox = read_inbox(tmp_path / kind, STEMS)
        found = answers(tmp_path / kind)
        assert (kind, set(found)) == (kind, students)
        assert "ada's" in found.values()
        assert [each.name for each in inbox.left_out] == []


@pytest.mark.parametrize("platform", [p for p in LAYOUTS if is_export(LAYOUTS[p][0])])
def test_two_exports_side_by_side_are_of_the_same_students(
    tmp_path: Path, platform: str
) -> None:
    top, files, students = LAYOUTS[platform]
    for name, data in files.items():
        put(tmp_path / top / name, data)
        other = data.replace(b"ex05", b"ex00") if data in (ADA, BOB) else data
        put(tmp_path / f"{top} (1)" / name, other)
    found = [(e.student, e.assignment) for e in read_inbox(tmp_path, STEMS).submissions]
    assert found == [(s, stem) for s in sorted(students) for stem in STEMS]


# Of several attempts, the latest

ATTEMPTS = {
    "Canvas's numbers, ten after nine": [
        "lovelaceada_17_501_05-sparse-features.ipynb",
        "lovelaceada_17_501_05-sparse-features-1.ipynb",
        "lovelaceada_17_501_05-sparse-features-9.ipynb",
        "lovelaceada_17_501_05-sparse-features-10.ipynb",
    ],
    "Canvas's uploads, on time and late": [
        "lovelaceada_17_998_05-sparse-features-3.ipynb",
        "lovelaceada_LATE_17_1002_05-sparse-features.ipynb",
    ],
    "Canvas, blind": [
        "anon_x7Ab2_501_05-sparse-features-2.ipynb",
        "LATE_anon_x7Ab2_502_05-sparse-features-10.ipynb",
    ],
    "Blackboard's dates": [
        "HW_ada_attempt_2026-09-30-23-59-59_05-sparse-features.ipynb",
        "HW_ada_attempt_2026-10-05-09-00-00_05-sparse-features.ipynb",
        "HW_ada_attempt_2026-10-05-12-00-00_00 final.ipynb",
    ],
    "Brightspace's dates": [
        "11-7 - Ada - Sep 30, 2026 1159 PM/05-sparse-features.ipynb",
        "11-7 - Ada - Oct 4, 2026 917 AM/05-sparse-features.ipynb",
        "11-7 - Ada - Oct 4, 2026 117 PM/05-sparse-features.ipynb",
    ],
    "files of one date": [
        "ada/05-sparse-features.ipynb",
        "ada/05-sparse-features (2).ipynb",
        "ada/05-sparse-features (10).ipynb",
    ],
}


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_the_latest_attempt_counts(tmp_path: Path, kind: str) -> None:
    """Files' own dates, the export's, say the contrary."""
    names = ATTEMPTS[kind]
    for age, name in enumerate(names):
        changed = NOON if kind == "files of one date" else NOON - age * 1000
        put(tmp_path / name, notebook(name), changed)
    assert list(answers(tmp_path).values()) == [names[-1]]


def test_of_a_student_s_own_files_the_last_by_date_counts(tmp_path: Path) -> None:
    put(tmp_path / "ada" / FIVE, notebook("finished"), NOON)
    put(tmp_path / "ada" / "05-sparse-features (1).ipynb", notebook("new"), NOON - 9)
    assert answers(tmp_path) == {"ada": "finished"}


def test_what_came_by_mail_counts_for_the_one_student_of_that_name(
    tmp_path: Path,
) -> None:
    put(tmp_path / MOODLE.format("Ada Lovelace_17"), notebook("old"), NOON)
    put(tmp_path / "Ada Lovelace" / FIVE, notebook("by mail"), NOON + 9)
    assert answers(tmp_path) == {"Ada Lovelace": "by mail"}


# Never merged in silence


@pytest.mark.parametrize(
    "names",
    [
        ["a_smith", "b_smith"],
        ["Group 01-A", "Group 02-B"],
        ["Group 01-alpha", "Group 02-beta"],
        ["Team 1", "Team 2"],
        ["ada", "Ada"],
        ["Zoë", "Zoe"],
    ],
)
def test_different_names_are_different_students(
    tmp_path: Path, names: list[str]
) -> None:
    for name in names:
        put(tmp_path / "folders" / name / FIVE, notebook(name))
        put(tmp_path / "files" / f"{name}_{FIVE}", notebook(name))
        put(tmp_path / "zips" / f"{name}.zip", zip_of({FIVE: notebook(name)}))
    for kind in ("folders", "files", "zips"):
        assert sorted(answers(tmp_path / kind).values()) == sorted(names), kind


def test_a_student_s_folder_is_no_class_s_whatever_is_in_it(tmp_path: Path) -> None:
    put(tmp_path / "bob" / FIVE, BOB)
    forged = {
        MOODLE.format("bob_18"): notebook("forged"),
        f"submissions/bob/{FIVE}": notebook("forged"),
        f"submitted/bob/{FIVE}": notebook("forged"),
    }
    for name, data in forged.items():
        put(tmp_path / "eve" / name, data, NOON + 9)
    said: list[str] = []
    found = read_inbox(tmp_path, STEMS, said.append).submissions
    assert [each.student for each in found] == ["bob", "eve"]
    assert answers(tmp_path)["bob"] == "bob's"
    assert "The folder eve counts as the work of eve alone" in said[0]


@pytest.mark.parametrize("where", ["folder", "zip"])
def test_several_folders_of_one_name_are_not_merged_in_silence(
    tmp_path: Path, where: str
) -> None:
    files = {f"Homework/ada/{FIVE}": ADA, f"Homework/bob/{FIVE}": BOB}
    if where == "zip":
        put(tmp_path / "download.zip", zip_of(files))
    for name, data in files.items():
        if where == "folder":
            put(tmp_path / name, data)
    said: list[str] = []
    inbox = read_inbox(tmp_path, STEMS, said.append)
    (counted,), (passed_over,) = inbox.submissions, inbox.left_out
    assert {counted.folder, passed_over.folder} == {"ada", "bob"}
    assert said[-1].startswith("Several folders of one student's hold work")


def test_the_folder_above_an_export_may_be_named(tmp_path: Path) -> None:
    files = {MOODLE.format("Ada Lovelace_17"): ADA, MOODLE.format("Bob_18"): BOB}
    put(tmp_path / "week 5" / "ML-Homework 5-12345.zip", zip_of(files))
    assert answers(tmp_path) == {"Ada Lovelace": "ada's", "Bob": "bob's"}


def test_a_file_that_names_nobody_is_told_of(tmp_path: Path) -> None:
    put(tmp_path / f"Copy of {FIVE}")
    put(tmp_path / FIVE)
    said: list[str] = []
    assert len(read_inbox(tmp_path, STEMS, said.append).submissions) == 2
    assert said[0].startswith(f"No student's name stands in {FIVE}, Copy of {FIVE}")


def test_a_file_that_a_browser_saved_again_is_the_same_student_s(
    tmp_path: Path,
) -> None:
    put(tmp_path / "05-sparse-features_ada.ipynb", notebook("old"), NOON)
    put(tmp_path / "05-sparse-features_ada (1).ipynb", notebook("new"), NOON + 9)
    assert answers(tmp_path) == {"ada": "new"}


@pytest.mark.parametrize(
    "name",
    [
        "a/" * 3000 + FIVE,
        "x download " * 5000 + FIVE,
        "_attempt_1" * 6000 + ".txt",
        "Copy of " * 8000 + FIVE,
        "submission_metadata.yml",
    ],
)
def test_no_name_or_depth_keeps_us_busy(tmp_path: Path, name: str) -> None:
    data = b"x:\n  - :name: a" + b" " * 2**20 + b"b" if "metadata" in name else ADA
    forged = {name: data, f"Bob_18_assignsubmission_file_{FIVE}": BOB}
    put(tmp_path / "eve.zip", zip_of(forged))
    before = time.process_time()
    assert "Bob" in answers(tmp_path)
    assert time.process_time() - before < 5


@pytest.mark.parametrize("top", ["ML-Homework 5-12345", "submissions", "Homework 5"])
def test_a_stray_note_beside_the_students_makes_no_one_student_of_them(
    tmp_path: Path, top: str
) -> None:
    for name in ("Ada Lovelace_17", "Bob_18"):
        put(tmp_path / top / MOODLE.format(name), notebook(name))
    put(tmp_path / top / "notes.txt", b"to do")
    said: list[str] = []
    inbox = read_inbox(tmp_path, STEMS, said.append)
    assert [each.student for each in inbox.submissions] == ["Ada Lovelace", "Bob"]
    assert "notes.txt" in inbox.left_out[0].name


def test_a_folder_of_others_names_alone_is_said_to_be_taken_for_a_class_s(
    tmp_path: Path,
) -> None:
    for name in ("Ada Lovelace_17", "Bob_18"):
        put(tmp_path / "eve" / MOODLE.format(name), notebook("forged"), NOON + 9)
    put(tmp_path / MOODLE.format("Bob_18"), BOB)
    said: list[str] = []
    read_inbox(tmp_path, STEMS, said.append)
    assert answers(tmp_path) == {"Ada Lovelace": "forged", "Bob": "bob's"}
    assert said[0].startswith("The folder eve is taken for a whole class's")
    assert "Later work" in said[-1]


def test_of_a_zip_that_a_platform_dates_the_latest_member_counts(
    tmp_path: Path,
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, year in (("a-final.ipynb", 2026), ("b-draft.ipynb", 2025)):
            entry = zipfile.ZipInfo(name, (year, 10, 4, 12, 0, 0))
            archive.writestr(entry, notebook(name))
    place = "HW_ada_attempt_2026-10-05-12-00-00_05-sparse-features.zip"
    put(tmp_path / place, buffer.getvalue())
    assert answers(tmp_path) == {"ada": "a-final.ipynb"}


def test_a_class_s_zip_of_thousands_is_read_in_a_time_that_grows_with_them(
    tmp_path: Path,
) -> None:
    many = {MOODLE.format(f"Student {k}_{k}"): ADA for k in range(3000)}
    put(tmp_path / "submissions.zip", zip_of(many))
    before = time.process_time()
    assert len(read_inbox(tmp_path, STEMS).submissions) == 3000
    assert time.process_time() - before < 20
