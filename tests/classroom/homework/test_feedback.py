"""A page of feedback says what went wrong, and nothing in it can do anything."""

from __future__ import annotations

import csv
import os
import sys
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.classroom.homework.feedback import (
    Part,
    Sheet,
    feedback,
    read_sheets,
    to_page,
    to_sheet,
)
from aelib.classroom.homework.gradebook import Mark, read_marks
from aelib.classroom.homework.results import (
    AnswerResult,
    CaseResult,
    ExerciseResult,
    Result,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "</pre><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">',
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} {# x #}",
    "<!-- --><style>*{display:none}</style>",
    "]]><base href=//example.org>",
    "a\x00b\x1b[31m \u202eevil\u202c \ud800",
    "'' onmouseover='alert(1)",
]


def result(student: str = "ada", **changes: Any) -> Result:
    """Return what the grader writes down about one submission."""
    exercise = ExerciseResult(
        "ex90-1-double",
        "double",
        points=2.0,
        most=4,
        status="partial",
        source="def double(x):\n    return abs(2 * x)",
        cases=(
            CaseResult("a row", passed=True),
            CaseResult("a negative number"),
            CaseResult("an empty row", words="raised ValueError"),
        ),
        message="twice one is two",
    )
    usual = Result(
        student,
        "90-twice",
        file="90-twice.ipynb",
        digest="",
        problem="",
        exercises=(exercise,),
        answers=(AnswerResult("ex90-w-why", 2, "It is so."),),
    )
    return replace(usual, **changes)


def with_source(one: Result, source: str) -> Result:
    """Return the result of a student whose first exercise reads like this."""
    (exercise,) = one.exercises
    return replace(one, exercises=(replace(exercise, source=source),))


def write(grades: Path, *results: Result) -> None:
    for one in results:
        path = grades / "results" / one.assignment / f"{one.student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.to_json().encode("utf-8", errors="replace"))


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(one: Result) -> Page:
    return Page(to_page(one.student, [to_sheet(one, {})]))


def test_a_page_says_what_was_answered_earned_and_not_right() -> None:
    text = page_of(result()).text
    for words in [
        "Feedback for ada",
        "90-twice: 2 of 6 points",
        "2 points are still to be marked by hand",
        "return abs(2 * x)",
        "twice one is two",
        "1 of 3 further cases are right",
        "a negative number",
        "an empty row: raised ValueError",
        "some of its answers are wrong",
        "It is so.",
    ]:
        assert words in text
    assert "a row" not in text.replace("empty row", "")


def poisoned(value: Any, poison: str) -> Any:
    """Return a result with every text in it replaced, but for the statuses."""
    if is_dataclass(value):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        status = {"status": parts["status"]} if "status" in parts else {}
        changed = {name: poisoned(part, poison) for name, part in parts.items()}
        return replace(value, **{**changed, **status})
    if isinstance(value, tuple):
        return tuple(poisoned(part, poison) for part in value)
    return poison if isinstance(value, str) else value


@pytest.mark.parametrize("poison", HOSTILE)
def test_a_hostile_answer_is_text(poison: str) -> None:
    page, harmless = (
        page_of(poisoned(result(), poison)),
        page_of(poisoned(result(), "x")),
    )
    assert page.tags == harmless.tags
    assert page.attributes == harmless.attributes
    if poison.isprintable():
        assert poison in page.text


@given(st.text())
def test_any_answer_is_text(poison: str) -> None:
    page = page_of(poisoned(result(), poison or "?"))
    assert page.tags == page_of(poisoned(result(), "x")).tags


def test_a_page_loads_and_runs_nothing() -> None:
    page = page_of(result())
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not {"src", "href", "srcset", "action"} & dict(page.attributes).keys()
    assert any("default-src 'none'" in (value or "") for _, value in page.attributes)


def test_a_page_can_be_read_aloud_and_by_keyboard() -> None:
    html = to_page("ada", [to_sheet(result(), {})])
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>\n<html lang=")
    assert page.tags.count("h1") == page.tags.count("main") == 1
    names = [name for name, _ in page.attributes]
    assert page.tags.count("th") == names.count("scope")
    assert page.tags.count("pre") == names.count("tabindex")


def test_each_student_has_one_page_of_their_own(tmp_path: Path) -> None:
    other = with_source(result("bob", assignment="91-more"), "bob's own")
    write(tmp_path, result("ada"), other, result("bob"))
    feedback(tmp_path, to=tmp_path / "pages")
    assert {p.name for p in (tmp_path / "pages").iterdir()} == {"ada.html", "bob.html"}
    bobs = (tmp_path / "pages" / "bob.html").read_text(encoding="utf-8")
    assert "90-twice" in bobs
    assert "91-more" in bobs
    assert "bob" not in (tmp_path / "pages" / "ada.html").read_text(encoding="utf-8")


def test_a_students_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    write(tmp_path, result("x"))
    file = tmp_path / "results" / "90-twice" / "x.json"
    file.write_text(result("../../evil").to_json(), encoding="utf-8")
    feedback(tmp_path, to=tmp_path / "deep" / "pages")
    (page,) = tmp_path.rglob("*.html")
    assert page.parent == tmp_path / "deep" / "pages"


def test_two_students_never_share_a_page(tmp_path: Path) -> None:
    write(tmp_path, result("a b"), result("a_b"))
    feedback(tmp_path, to=tmp_path / "pages")
    assert len(list((tmp_path / "pages").iterdir())) == 2


def test_a_lone_surrogate_does_not_stop_the_class(tmp_path: Path) -> None:
    write(tmp_path, with_source(result(), "\ud800"), result("bob"))
    feedback(tmp_path, to=tmp_path / "pages")
    assert {p.name for p in (tmp_path / "pages").iterdir()} == {"ada.html", "bob.html"}


def test_totals_stand_beside_the_grades(tmp_path: Path) -> None:
    write(tmp_path, result())
    feedback(tmp_path, to=tmp_path / "pages")
    with (tmp_path / "totals.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["student"] == "ada"
    assert float(row["points"]) == 2
    assert float(row["max"]) == 6
    assert float(row["unmarked"]) == 2


def test_no_cell_of_the_totals_is_a_formula(tmp_path: Path) -> None:
    write(tmp_path, result("x;=HYPERLINK(1)"), result("@x"), result("a, +b"))
    feedback(tmp_path, to=tmp_path / "pages")
    text = (tmp_path / "totals.csv").read_text(encoding="utf-8")
    for separator in ",;\t":
        for row in csv.reader(text.splitlines(), delimiter=separator):
            assert not [cell for cell in row if cell.strip(' "')[:1] in tuple("=+-@")]


def test_an_answer_that_is_blank_is_not_said_to_be_marked_still() -> None:
    blank = AnswerResult("ex90-w-why", 2, "**your answer here**")
    page = page_of(result(answers=(blank,)))
    assert "90-twice: 2 of 6 points" in page.text
    assert "Nothing is left to be marked by hand" in page.text
    assert "not answered" in page.text
    assert "still to be marked" not in page.text


def test_a_submission_that_could_not_be_read_says_why() -> None:
    one = result(problem="the file is no notebook", exercises=(), answers=())
    assert "the file is no notebook" in page_of(one).text


def test_a_mark_given_by_hand_counts_and_is_explained() -> None:
    marks = {
        ("90-twice", "ada", "ex90-w-why"): Mark(1.5, "say <why>"),
        ("90-twice", "bob", "ex90-w-why"): Mark(0.0, "not yours"),
    }
    sheet = to_sheet(result(), marks)
    assert (sheet.points, sheet.unmarked) == (3.5, 0)
    text = Page(to_page("ada", [sheet])).text
    assert "say <why>" in text
    assert "not yours" not in text


def test_grades_that_are_not_there_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="homework grade"):
        read_sheets(tmp_path)


@pytest.mark.filterwarnings("ignore:Object of type <Submitted")  # nbgrader's own
def test_marks_come_from_nbgraders_gradebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nbgrader")
    # nbgrader calls alembic, which stands beside this Python.
    beside = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", beside + os.pathsep + os.environ["PATH"])
    from nbgrader.api import Gradebook

    assert read_marks(tmp_path / "gradebook.db") == {}
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("90-twice")
        book.add_notebook("90-twice", "90-twice")
        place = ("90-twice", "90-twice")
        book.add_grade_cell("ex90-w-why", *place, max_score=2, cell_type="markdown")
        book.add_solution_cell("ex90-w-why", *place)
        book.add_student("ada")
        book.add_submission("90-twice", "ada")
        grade = book.find_grade("ex90-w-why", *place, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False  # as formgrader does
        book.find_comment("ex90-w-why", *place, "ada").manual_comment = "nearly"
        book.db.commit()
    marks = read_marks(tmp_path / "gradebook.db")
    assert marks == {("90-twice", "ada", "ex90-w-why"): Mark(1.5, "nearly")}


def test_points_of_a_part_that_is_not_marked_are_open() -> None:
    part = Part("w", "Written answer", None, 2.0, "to be marked by hand", "…")
    sheet = Sheet("ada", "90-twice", "", (part,))
    assert (sheet.points, sheet.most, sheet.unmarked) == (0, 2, 2)
    assert "? of 2" in Page(to_page("ada", [sheet])).text
