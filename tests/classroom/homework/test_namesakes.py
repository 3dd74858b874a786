"""Nobody speaks for another, and whoever was graded keeps the name."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_layouts import FIVE, MOODLE, NOON, STEMS, answers, notebook, put, zip_of

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.homework.grade_class import grade_class
from aelib.classroom.homework.inbox import read_inbox
from aelib.classroom.homework.namesakes import Known, Person, name_people

ZERO = "00-backpropagation.ipynb"


# Namesakes

AT_FIRST = Person("Ada", "12")
LATER = Person("Ada", "34")


def test_who_was_graded_keeps_the_name_when_a_namesake_comes() -> None:
    earlier = name_people([("00", AT_FIRST)], {})
    names = name_people([("00", AT_FIRST), ("00", LATER)], earlier)
    assert names == {("00", AT_FIRST): "Ada", ("00", LATER): "Ada (34)"}
    assert name_people([("00", LATER)], names) == {("00", LATER): "Ada (34)"}


def test_a_student_has_one_name_though_each_assignment_gives_another_number() -> None:
    one, other = ("00", Person("Ada", "12")), ("05", Person("Ada", "77"))
    assert set(name_people([one, other], {}).values()) == {"Ada"}
    assert name_people([other], name_people([one], {})) == {other: "Ada"}


def test_which_of_two_namesakes_it_is_is_not_guessed() -> None:
    earlier = name_people([("00", AT_FIRST)], {})
    earlier |= name_people([("00", AT_FIRST), ("00", LATER)], earlier)
    stranger = ("05", Person("Ada", "77"))
    assert name_people([stranger], earlier) == {stranger: "Ada (77)"}
    known = ("05", LATER)  # Canvas's number is the same for all assignments
    assert name_people([known], earlier) == {known: "Ada (34)"}


def test_a_name_typed_from_the_table_is_that_student_s() -> None:
    earlier = {("00", AT_FIRST): "Ada", ("00", LATER): "Ada (34)"}
    typed = {("05", Person(name)): name for name in ("Ada (34)", "Ada")}
    assert name_people(list(typed), earlier) == typed


def test_a_name_that_no_file_can_hold_stays_when_one_like_it_comes() -> None:
    first, second = ("00", Person("a:b")), ("00", Person("a?b"))
    earlier = name_people([first], {})
    names = name_people([first, second], earlier)
    assert names[first] == earlier[first] == "a b"
    assert names[second] != "a b"
    assert name_people([("05", Person("a:b"))], names)["05", Person("a:b")] == "a b"


PEOPLE = st.builds(
    Person,
    st.sampled_from(["Ada", "ada", "A:da", "A?da", "Bob", "Ada (1)"]),
    st.sampled_from(["", "1", "2", "3"]),
    st.just(""),
) | st.builds(Person, st.sampled_from(["Ada", "Bob"]), archive=st.sampled_from("xy"))
ROUNDS = st.lists(
    st.lists(st.tuples(st.sampled_from(["00", "05"]), PEOPLE), max_size=5), max_size=4
)


@given(ROUNDS)
def test_no_later_hand_in_changes_a_name_and_numbers_are_never_mixed(
    rounds: list[list[tuple[str, Person]]],
) -> None:
    earlier: Known = {}
    for found in rounds:
        names = name_people(found, earlier)
        assert names.keys() == set(found)
        for place, name in names.items():
            if place[1].number:
                assert earlier.get(place, name) == name
        earlier |= names
    for (assignment, person), name in earlier.items():
        for (where, other), theirs in earlier.items():
            if where == assignment and person.number and other.number:
                same = person.written == other.written and person.number == other.number
                assert same or name.casefold() != theirs.casefold()


@pytest.fixture
def no_gradebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes seconds."""
    monkeypatch.setattr(grade_module, "_write_gradebook", lambda *_: None)


@pytest.mark.usefixtures("no_gradebook")
def test_over_two_assignments_late_namesakes_orphan_no_grade(tmp_path: Path) -> None:
    def grade() -> set[tuple[str, str]]:
        options = {"to": tmp_path / "out", "numbers": ["00", "05"], "unsafe": True}
        grade_class(tmp_path / "in", **options, report=str)
        with (tmp_path / "out" / "grades.csv").open(encoding="utf-8") as file:
            return {
                (row["student"], row["exercise"][:4]) for row in csv.DictReader(file)
            }

    def hand_in(number: str, stem: str) -> None:
        place = f"Ada Lovelace_{number}_assignsubmission_file_/{stem}"
        put(tmp_path / "in" / place, notebook("x", stem[:2]))

    hand_in("12", ZERO)
    first = {("Ada Lovelace", "ex00")}
    assert grade() == first
    hand_in("77", FIVE)
    both = first | {("Ada Lovelace", "ex05")}
    assert grade() == both
    hand_in("34", ZERO)  # a namesake, late
    late = both | {("Ada Lovelace (34)", "ex00")}
    assert grade() == late
    hand_in("88", FIVE)
    assert grade() == late | {("Ada Lovelace (88)", "ex05")}


@pytest.mark.usefixtures("no_gradebook")
@pytest.mark.parametrize("name", [b"Zo\xeb", "Zoë".encode(), b"a:b", b"=1+1", b"aux"])
def test_a_second_run_finds_the_same_names(tmp_path: Path, name: bytes) -> None:
    try:
        put(tmp_path / "in" / os.fsdecode(name) / FIVE)
    except OSError:
        pytest.skip("this file system has no such names")
    options = {"to": tmp_path / "out", "numbers": ["05"], "unsafe": True}
    (first,) = grade_class(tmp_path / "in", **options, report=str)
    assert grade_class(tmp_path / "in", **options, report=str) == [first]
    assert len(list((tmp_path / "out").rglob("*.json"))) == 1


def test_the_instructor_is_told_of_namesakes(tmp_path: Path) -> None:
    for number in (12, 34):
        put(tmp_path / MOODLE.format(f"Ada_{number}"))
    said: list[str] = []
    read_inbox(tmp_path, STEMS, said.append)
    assert said[0].startswith("Several students are called Ada: Ada (12), Ada (34).")


# Nobody speaks for another

BOB_S = "Bob Babbage_77_assignsubmission_file_05-sparse-features.ipynb"
EXPORTS = [
    "ML-Homework 5-12345.zip",
    "submissions.zip",
    "gradebook_CS101_Homework.zip",
    "Homework 5 Download Oct 5, 2026 803 PM.zip",
    "bulk_download.zip",
    "assignment_9100_export.zip",
    "Homework-20261005T120000Z-001.zip",
]


@pytest.mark.parametrize("export", EXPORTS)
def test_a_nameless_zip_beats_no_export(tmp_path: Path, export: str) -> None:
    put(tmp_path / export, zip_of({BOB_S: notebook("bob's")}), NOON)
    put(tmp_path / "eve.zip", zip_of({BOB_S: notebook("forged")}), NOON + 999)
    said: list[str] = []
    (bob,) = read_inbox(tmp_path, STEMS, said.append).submissions
    assert answers(tmp_path) == {bob.student: "bob's"}
    assert "Later work in eve.zip does not count" in said[-1]


@pytest.mark.parametrize("forgery", ["eve.zip", "submissions (1).zip"])
def test_of_two_nameless_zips_the_one_with_more_students_counts(
    tmp_path: Path, forgery: str
) -> None:
    cy = BOB_S.replace("Bob Babbage_77", "Cy_78")
    whole = {BOB_S: notebook("bob's"), cy: notebook("cy's")}
    name = "class.zip" if forgery == "eve.zip" else "submissions.zip"
    put(tmp_path / name, zip_of(whole), NOON)
    put(tmp_path / forgery, zip_of({BOB_S: notebook("forged")}), NOON + 999)
    assert answers(tmp_path) == {"Bob Babbage": "bob's", "Cy": "cy's"}


def test_several_nameless_zips_make_no_students_of_one_who_is_there(
    tmp_path: Path,
) -> None:
    put(tmp_path / "Bob" / FIVE, notebook("bob's"))
    for name in ("eve", "mal"):
        put(tmp_path / f"{name}.zip", zip_of({f"Bob/{FIVE}": notebook("forged")}))
    assert answers(tmp_path) == {"Bob": "bob's"}
