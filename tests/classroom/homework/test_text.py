"""Students' text is judged by what is written, and shown as nothing but text."""

from __future__ import annotations

import csv
import io
import re
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.classroom.homework.plain_text import (
    WRAPPED,
    as_html,
    visible,
    without_formulas,
    write_table,
)
from aelib.exercises.answers import Kind, count_words, is_blank, kind_of
from aelib.exercises.cases import load_exams
from aelib.exercises.cells import find_cell
from aelib.exercises.checkout import exams_folder, source_notebook

# Whether it is an answer


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n\t\xa0",
        "<br>",
        "&nbsp;",
        "?",
        "...\n…",
        "-----",
        "______",
        "**  **",
        "```\n```",
        "- \n- ",
        "<!-- -->",
    ],
)
def test_nothing_is_an_empty_answer(answer: str) -> None:
    assert kind_of(answer) is Kind.EMPTY
    assert is_blank(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "YOUR ANSWER HERE",
        "your answer here",
        " Your  answer\nhere. ",
        "**YOUR ANSWER HERE**",
        "# YOUR ANSWER HERE",
        "> *your* answer _here_ ...",
        "<b>YOUR ANSWER HERE</b>",
        "<!-- YOUR ANSWER HERE -->",
        "YOUR&nbsp;ANSWER&nbsp;HERE",
        "```text\nYOUR ANSWER HERE\n```",
        "`YOUR ANSWER HERE`",
        "YOUR ANSWER HERE\n\nYOUR ANSWER HERE",
        '"YOUR_ANSWER_HERE"',
    ],
)
def test_the_placeholder_is_known_in_any_dress(answer: str) -> None:
    assert kind_of(answer) is Kind.PLACEHOLDER
    assert is_blank(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "dunno",
        "I don't know",
        "no idea",
        "tbd",
        "n/a",
        "No.",
        "`dunno`",
        "**idk** :(",
        "```dunno```",
        "*really* *dunno*",
        "🤷",
        "![](attachment:photo.png)",
        "![my sketch](https://example.org/sketch.png)",
        '<img src="sketch.png">',
        "[my answer](https://example.org)",
        "<https://example.org/because-all-the-weights-are-zero>",
        "https://example.org/",
        "no no no no no no",
        "YOUR ANSWER HERE dunno",
        "不知道",
        "Nowhere",
    ],
)
def test_a_word_or_two_is_a_short_answer_for_a_person_to_judge(answer: str) -> None:
    assert kind_of(answer) is Kind.SHORT
    assert not is_blank(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "$0$",
        "$\\delta=0$",
        "$$\\frac{\\partial E}{\\partial w}=0 \\text{ because all of it is so}$$",
        "\\begin{align} a &= b \\\\ c &= d \\\\ e &= f \\end{align}",
        "w = 0",
        "a < b",
        "δ → 0",
        "42",
        "0.5 nats",
        "`f(s) * delta`",
        "```python\nreturn w[0]\n```",
        "No: f'(s) vanishes.",
        "Only if $w=0$.",
    ],
)
def test_a_formula_a_number_or_code_is_something_of_its_own(answer: str) -> None:
    assert kind_of(answer) is Kind.FORMULA
    assert not is_blank(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "The deltas are zero at first.",
        "Put your answer here into the second line of it.",
        "Because $w=0$, every hidden delta is zero.",
        "Keine Ahnung habe ich davon nicht.",
        "Потому что все веса равны нулю.",
        "因为第二层的权重都是零。",
        "    The deltas are zero at first.",
        "<!-- The deltas are zero at first. -->",
        "It costs $5 and then $6 more than before.",
    ],
)
def test_a_sentence_is_an_answer(answer: str) -> None:
    assert kind_of(answer) is Kind.WORDS
    assert not is_blank(answer)


@pytest.mark.parametrize(
    "assignment", load_exams(exams_folder()), ids=lambda a: a.number
)
def test_every_model_answer_is_an_answer(assignment) -> None:
    notebook = source_notebook(assignment.number)
    for question in assignment.questions:
        answer = find_cell(notebook, question.grade_id).source
        assert kind_of(answer) is Kind.WORDS
        assert count_words(answer) > 30


WORDS = st.text("abcdefgh", min_size=3, max_size=6)
DRESSES = ["{}", "**{}**", "_{}_", "# {}", "> {}", "- {}", "<i>{}</i>", "<div>\n{}\n"]


@given(st.lists(WORDS, max_size=9), st.lists(st.sampled_from(DRESSES), max_size=4))
def test_markup_adds_no_word_and_takes_none(
    words: list[str], dresses: list[str]
) -> None:
    answer = " ".join(words)
    for dress in dresses:
        answer = dress.format(answer)
    assert count_words(answer) == len(words)
    assert is_blank(answer) == (not words)
    assert (kind_of(answer) is Kind.WORDS) == (len(set(words)) >= 5)


@given(st.text())
def test_any_text_is_judged_and_what_is_blank_has_no_words(answer: str) -> None:
    assert isinstance(kind_of(answer), Kind)
    assert not (is_blank(answer) and count_words(answer))


PIECES = [
    *("[", "[](", "![a](", "<", "<a", "<a =", "$", "$a", "\\(", "\\[", "\\begin{a}"),
    *("`", "```", "\n```", "~~~ ", "://", "a://", "www.", "&", "&#", " ", "\n", "> "),
    *("your ", "your answer ", "_", "a=", "(a", "\\", "a.", "a b ", "é", "中", "a * "),
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_hostile_answer_is_judged_in_little_time(piece: str) -> None:
    answer = piece * (100_000 // len(piece))
    start = time.process_time()
    kind_of(answer + "x")
    assert time.process_time() - start < 5


# How to show it


class Page(HTMLParser):
    """The elements and the text of some HTML."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text())
def test_any_text_is_shown_as_it_is_in_one_element(text: str) -> None:
    page = Page(as_html(text))
    assert page.text == visible(text)
    assert page.tags == ["pre", "code"]


@given(st.text())
def test_nothing_is_left_that_markdown_or_latex_could_find(text: str) -> None:
    start, end = f"<pre><code {WRAPPED}>", "</code></pre>"
    element = as_html(text)
    assert element.startswith(start)
    assert element.endswith(end)
    shown = element.removeprefix(start).removesuffix(end)
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|&#\d+;)*", shown)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_seen_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("sign", "\x00\x07\x1b\x7f\x85\u202e\u2066\ufffe\U0010ffff")
def test_what_cannot_be_seen_is_shown(sign: str) -> None:
    assert visible(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"


# Spreadsheets

START = re.compile(r"[\s\"]*[=+\-@＝＋－＠]|[\t\r\n]")
CELLS = st.text("=+-@;,|\t\n\r\"' a1＝＋", max_size=12) | st.text(max_size=12)


@given(CELLS, st.sampled_from(";,\t|\n"))
def test_no_part_of_a_cell_starts_a_formula(text: str, separator: str) -> None:
    cell = without_formulas(text)
    assert not START.match(cell)
    for part in cell.split(separator)[1:]:
        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", part)
    assert cell.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    "name",
    ["Anna-Maria", "O'Neil, Zoë", "ada@example.org", "a+b=c", "late - Ada", "李"],
)
def test_an_honest_name_stays_as_it_is(name: str) -> None:
    assert without_formulas(name) == name


@given(st.lists(CELLS, min_size=1, max_size=3), st.sampled_from(",;\t"))
def test_a_table_is_inert_however_it_is_split(row: list[str], separator: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(map(without_formulas, row))
    for read in csv.reader(file.getvalue().splitlines(), delimiter=separator):
        for cell in read:
            assert not re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell)


def test_a_table_keeps_numbers_and_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "table.csv"
    write_table(path, [["student", "points"], ["=1+1;@x", -1.5], ["a\ud800", 2]])
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["student", "points"], ["'=1+1;'@x", "-1.5"], ["a?", "2"]]
