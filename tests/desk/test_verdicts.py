"""A verdict says what is met, what came back, and which known mistake it looks like."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from aelib.desk import verdicts
from aelib.desk.verdicts import NotRight, NotWritten, judge, to_html, verdict
from aelib.exercises.cases import Case, load_exams
from aelib.exercises.checkout import exams_folder, find_notebooks
from aelib.exercises.judge import define
from aelib.exercises.shown_cases import Shown, find_shown

EXAMS = load_exams(exams_folder())
WRONG = [
    pytest.param(exercise.grade_id, name, source, id=f"{exercise.grade_id}-{name}")
    for exam in EXAMS
    for exercise in exam.exercises
    for name, source in exercise.wrong.items()
]


def shown(*cases: Case, **about: Any) -> Shown:
    about = {"hints": (), "misconceptions": {}} | about
    return Shown("ex00-0-f", "f", 2, cases, about["hints"], about["misconceptions"])


DOUBLE = shown(
    Case("one number", (1.0,), 2.0, why="Twice one is two."),
    Case("an array", (np.array([1.0, 3.0]),), np.array([2.0, 6.0])),
    hints=("Add?", "Add it to itself.", "x + x"),
)


def says(answer: Callable[..., Any] | None, exercise: Shown = DOUBLE) -> str:
    return str(judge(exercise, answer))


# What it says


def test_a_right_answer_meets_every_demand_and_is_told_no_hint() -> None:
    result = judge(DOUBLE, lambda x: 2 * x)
    assert result.right
    assert str(result) == (
        "All 2 demands of f are met (2 points).\n✓ one number\n✓ an array"
    )
    assert "Hint" not in to_html(result)


def test_a_wrong_answer_is_shown_what_came_back_and_why_it_is_wrong() -> None:
    result = judge(DOUBLE, lambda x: x + 1)
    assert result.words == "f meets 1 of 2 demands (2 points)."
    assert [demand.met for demand in result.demands] == [True, False]
    assert "f([1, 3])" in str(result)
    assert "got [2, 4]" in str(result)
    assert "expected [2, 6]" in str(result)
    assert "Twice one is two." in says(lambda x: x)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: np.atleast_1d(2 * x)[:1], "shape (1,)"),
        (lambda x: None, "None: does the function return its answer?"),
        (lambda x: "two", "'two'"),
        (lambda x: "two", "'two', of type str"),
        (lambda x: np.asarray(x).sum, "a function: are its brackets missing?"),
        (lambda x: 1, "got 1, a number"),
        (lambda x: x / "2", "TypeError: unsupported operand"),
        (lambda x: [x, [x, x]], "2 parts"),
        (lambda x: {1: 2}, "{1: 2}"),
        (lambda x: x + x + 1e-6, "2.000001"),
        (lambda x: np.full_like(np.asarray(x), np.nan), "nan"),
    ],
)
def test_whatever_comes_back_is_told(answer: Callable[..., Any], words: str) -> None:
    assert words in says(answer)


def test_a_large_array_is_told_by_its_shape_once() -> None:
    assert "got an array of shape (40, 40)\n" in says(lambda x: np.ones((40, 40)))


def test_of_several_parts_the_first_wrong_one_is_shown() -> None:
    exercise = shown(Case("both", (1.0,), (1.0, np.ones(2))))
    assert "got part 2: [1, 2]" in says(lambda x: (x, [1, 2]), exercise)
    assert "expected part 2: [1, 1]" in says(lambda x: (x, [1, 2]), exercise)


def test_an_answer_of_too_few_parts_is_told_how_many() -> None:
    exercise = shown(Case("both", (1.0,), (1.0, 2.0)))
    assert "got 1 part" in says(lambda x: x, exercise)
    assert "expected 2 parts" in says(lambda x: (1, 2, 3), exercise)


def test_tensors_and_single_precision_are_as_good() -> None:
    assert judge(DOUBLE, lambda x: 2 * torch.tensor(x, requires_grad=True)).right
    assert judge(DOUBLE, lambda x: np.float32(2) * np.asarray(x, np.float32)).right


def test_an_answer_that_spoils_its_input_spoils_no_case() -> None:
    def in_place(x):
        x *= 2
        return x

    assert judge(DOUBLE, in_place).right
    assert judge(DOUBLE, in_place).right


@pytest.mark.parametrize("answer", [None, 3])
def test_what_is_no_function_is_not_written_yet(answer: Any) -> None:
    assert says(answer) == "f is not written yet (2 points)."


def test_a_stub_is_not_written_yet() -> None:
    def stub(x):
        raise NotImplementedError

    assert says(stub) == "f is not written yet (2 points)."


@pytest.mark.parametrize(("grade_id", "name", "source"), WRONG)
def test_every_known_mistake_is_recognized(
    grade_id: str, name: str, source: str
) -> None:
    exercise = find_shown(grade_id)
    result = judge(exercise, define(source, exercise.function))
    assert not result.right
    assert result.misconception == name
    assert f"It behaves like a known mistake: {name}." in result.words


# As a cell


def run(source: str) -> dict[str, Any]:
    names: dict[str, Any] = {"np": np, "verdict": verdict}
    exec(source, names)
    return names


def test_the_function_is_found_where_the_call_stands() -> None:
    with pytest.raises(NotWritten, match="output_delta is not written yet"):
        run("verdict('ex00-1-output-delta')")
    with pytest.raises(NotRight, match="no derivative of the activation"):
        run(
            "def output_delta(y, s):\n    return y - np.tanh(s)\n"
            "verdict('ex00-1-output-delta')"
        )


def test_an_exercise_that_there_is_not_is_a_sentence() -> None:
    for name in ("ex00-9-nothing", "ex99-1", "", "../../etc"):
        with pytest.raises(ValueError, match="there is no exercise"):
            verdict(name)


def test_the_traceback_of_a_verdict_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shell = InteractiveShell()
    ran = shell.run_cell(
        "from aelib.desk.verdicts import verdict\n"
        "def output_delta(y, s):\n    return s\n"
        "verdict('ex00-1-output-delta')"
    )
    assert isinstance(ran.error_in_exec, NotRight)
    text = capsys.readouterr().out
    assert "Traceback" not in text
    assert "verdicts.py" not in text
    assert text.strip().splitlines()[-1] == "Not right yet: the verdict is above."


# As a page


class Tags(HTMLParser):
    """Checks that tags are closed, and collects text and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_and_shows_text_as_text() -> None:
    page = Tags(to_html(judge(DOUBLE, lambda x: "<script>alert(1)</script>")))
    assert "<script>" in page.text
    assert ("aria-label", "Verdict on f") in page.attributes


def test_a_sign_is_words_to_those_who_do_not_see_it() -> None:
    page = Tags(to_html(judge(DOUBLE, lambda x: x + 1)))
    assert page.text.count("✓") == page.text.count("✗") == 1
    assert re.search(r"✓\s*met:\s*one number", page.text)
    assert re.search(r"✗\s*not met:\s*an array", page.text)
    assert page.attributes.count(("aria-hidden", "true")) == 2


@pytest.mark.parametrize("hints", range(4))
def test_each_hint_is_behind_a_click_of_its_own(hints: int) -> None:
    page = to_html(judge(DOUBLE, None, hints))
    assert page.count("<summary>") == hints
    assert [hint in page for hint in DOUBLE.hints] == [k < hints for k in range(3)]
    depth = page.split(f"Hint {hints} of {hints}")[0] if hints else page
    assert depth.count("<details") - depth.count("</details>") == hints


def luminance(colour: str) -> float:
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("colour", [verdicts.MET, verdicts.UNMET, verdicts.OPEN])
@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_signs_stand_out_from_light_and_dark_pages(colour: str, ground: str) -> None:
    light, dark = sorted([luminance(colour), luminance(ground)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3  # WCAG 2.2, 1.4.11


# In the notebooks


def test_every_exercise_of_the_course_has_a_verdict_cell_and_no_bare_assert() -> None:
    import nbformat

    found = []
    for path in find_notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if cell.cell_type == "code" and name.endswith("-tests"):
                assert cell.source == f'verdict("{name.removesuffix("-tests")}")'
                assert "raises-exception" not in cell.metadata.get("tags", [])
                found.append(name.removesuffix("-tests"))
    assert found == [e.grade_id for exam in EXAMS for e in exam.exercises]
