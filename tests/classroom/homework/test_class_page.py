"""The page about a class: shares that can be counted by hand, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from aelib.classroom.homework.class_page import (
    pool_predictions,
    read_questions,
    summarize,
    write_class_page,
)
from aelib.classroom.homework.results import CaseResult, ExerciseResult, Result
from aelib.desk.folder import PREDICTIONS

STEM = "00-backpropagation"


def exercise(points: float, status: str, *passed: bool, mistake: str = ""):
    cases = tuple(
        CaseResult(what, ok)
        for what, ok in zip(("a row", "no row", "a <b>"), passed, strict=False)
    )
    return ExerciseResult(
        "ex-1", "double", points, 4, status, "…", cases, misconception=mistake
    )


CLASS = {
    "Ada Lovelace": exercise(4, "passed", True, True, True),
    "Emmy Noether": exercise(2, "partial", True, False, True, mistake="forgot ½"),
    "Max Born": exercise(1, "partial", True, False, False, mistake="forgot ½"),
    "Kurt Gödel": exercise(0, "blank", False, False, False),
}
RESULTS = [
    *(Result(name, STEM, "f", "", "", (one,), ()) for name, one in CLASS.items()),
    Result("Paul Dirac", STEM, "f", "", "it is no notebook", (), ()),
]


@pytest.fixture
def grades(tmp_path: Path) -> Path:
    folder = tmp_path / "grades" / "results" / STEM
    folder.mkdir(parents=True)
    for result in RESULTS:
        file = folder / f"{result.student}.json"
        file.write_text(result.to_json(), encoding="utf-8")
    return tmp_path / "grades"


def test_what_became_of_an_exercise_is_counted() -> None:
    found = summarize(STEM, RESULTS)
    assert (found.handed_in, found.unreadable) == (5, 1)
    assert [bar.many for bar in found.tenths] == [1, 0, 1, 0, 0, 1, 0, 0, 0, 1]
    (double,) = found.exercises
    assert double.share == pytest.approx((4 + 2 + 1 + 0) / 16)
    assert {bar.name: bar.many for bar in double.statuses} == {
        "right": 1,
        "some of its answers are wrong": 2,
        "not answered": 1,
    }
    assert [(bar.name, bar.many) for bar in double.mistakes] == [("forgot ½", 2)]
    # What nobody tried to answer fails no case.
    assert [(bar.name, bar.many) for bar in double.failed] == [
        ("no row", 2),
        ("a <b>", 1),
    ]


def test_the_page_names_nobody_and_loads_nothing(grades: Path, tmp_path: Path) -> None:
    page = write_class_page(grades, tmp_path / "class.html").read_text("utf-8")
    for name in (*CLASS, "Paul Dirac"):
        assert name not in page
        assert name.split()[1] not in page
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.find_all(["script", "img", "link", "iframe"])
    assert "a <b>" in soup.text
    assert "double: 44 % of the points" in soup.text


def store(folder: Path, question_id: str, record: object) -> None:
    path = folder / PREDICTIONS / f"{question_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        record if isinstance(record, str) else json.dumps(record), encoding="utf-8"
    )


def test_predictions_are_pooled_with_what_was_measured(tmp_path: Path) -> None:
    questions = read_questions()
    right = next(
        (name, text.partition("“")[2].partition("”")[0])
        for name, (_, text) in questions.items()
        if text.startswith("The answer: “")
    )
    for k in range(5):
        said = right[1] if k < 3 else "something else"
        record = {"kind": "choose", "value": said, "score": float(k < 3)}
        store(tmp_path / f"student {k}", right[0], record)
        number = {"kind": "number", "value": {"number": k, "band": "25 %"}}
        store(
            tmp_path / f"student {k}", "00-how-many", {**number, "score": float(k > 3)}
        )
    by_id = {found.question_id: found for found in pool_predictions(tmp_path)}
    bars = by_id[right[0]].bars
    assert [(bar.many, bar.right) for bar in bars] == [(3, True), (2, False)]
    assert by_id[right[0]].question
    assert (
        by_id["00-how-many"].words == "Half of them said at most 2. 1 of 5 bands held."
    )


@pytest.mark.parametrize(
    "record",
    [
        "no JSON",
        "[]",
        {"kind": "choose"},
        {"kind": "spell", "value": 1},
        {"kind": "number", "value": {"number": "nan"}},
        {"kind": "number", "value": None},
        {"kind": "order", "value": [], "score": 1e9},
        "[" * 50_000,
        " " * 200_000,
    ],
)
def test_what_a_student_put_in_its_place_is_passed_over(
    tmp_path: Path, record: object
) -> None:
    store(tmp_path / "a", "00-x", {"kind": "draw", "value": [1, 2], "score": 0.9})
    store(tmp_path / "b", "00-x", record)
    (found,) = pool_predictions(tmp_path)
    assert found.people == 1
    assert found.words == "On average 10% of the axis away."
    assert (tmp_path / "b" / PREDICTIONS / "00-x.json").exists()  # nothing is touched


def test_without_grades_or_predictions_it_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no grades in"):
        write_class_page(tmp_path, tmp_path / "class.html")
    with pytest.raises(FileNotFoundError, match="no reader's copy"):
        pool_predictions(tmp_path)
