"""The question bank: one right answer each, a word on each wrong one, none hidden."""

from __future__ import annotations

import io
import os
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable
from html import unescape
from math import exp, log, log2, sqrt
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from aelib.__main__ import main
from aelib.classroom.bank.collect import asked_in, collect, predictions
from aelib.classroom.bank.items import (
    Choice,
    Essay,
    Item,
    Known,
    Number,
    Option,
    shared_names,
)
from aelib.classroom.bank.markup import plain, to_html
from aelib.classroom.bank.moodle import moodle_xml
from aelib.classroom.bank.qti import QTI, qti_package
from aelib.desk.verdicts import brief
from aelib.exercises.cases import load_exams
from aelib.exercises.checkout import exams_folder
from aelib.exercises.judge import define
from aelib.penalties import kl_divergence

SCHEMA = os.environ.get("AELIB_QTI_SCHEMA", "")
Q = f"{{{QTI}}}"


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return collect()


@pytest.fixture(scope="module")
def questions(items: list[Item]) -> list[ElementTree.Element]:
    return [
        question
        for question in ElementTree.fromstring(moodle_xml(items))
        if question.get("type") != "category"
    ]


@pytest.fixture(scope="module")
def package(items: list[Item]) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(qti_package(items))) as archive:
        return {
            name: ElementTree.fromstring(archive.read(name))
            for name in archive.namelist()
        }


# What is in it


def test_every_notebook_gives_every_kind_of_question(items: list[Item]) -> None:
    folders = Counter(item.folder for item in items)
    notebooks = {notebook for notebook, _ in folders}
    assert len(notebooks) == len(load_exams(exams_folder()))
    for notebook in notebooks:
        assert folders[notebook, "Mistakes"] >= 5
        assert folders[notebook, "In words"] >= 1
    kinds = Counter(kind for _, kind in folders.elements())
    assert kinds["Predictions"] >= 30
    assert kinds["Numbers"] >= 20
    assert kinds["Exam"] == 14
    assert kinds["Beliefs"] >= 50


def test_every_name_is_an_items_own_and_fit_for_a_file(items: list[Item]) -> None:
    assert list(shared_names(items)) == []
    assert all(re.fullmatch(r"[a-z0-9-]+", item.name) for item in items)


def test_what_is_said_of_a_prediction_fits_the_notebooks(items: list[Item]) -> None:
    notes = tomllib.loads((exams_folder() / "bank.toml").read_text(encoding="utf-8"))
    asked = {item.name for item in items if item.folder[1] == "Predictions"}
    assert asked == notes["predictions"].keys()
    numbers = {item.name for item in items if item.folder[1] == "Numbers"}
    assert numbers == {number["id"] for number in notes["numbers"]}


def test_a_prediction_without_a_word_on_each_option_is_told() -> None:
    from aelib.classroom.bank import collect as module
    from aelib.exercises.checkout import source_notebook

    notebook = source_notebook("00")
    name = next(asked_in(notebook))[0]
    source = module.Source("00", "00", notebook, None, {"predictions": {}}, "")
    with pytest.raises(ValueError, match=rf"\[predictions\.{name}\] needs `why`"):
        list(predictions(source))


def test_the_answer_is_the_one_that_the_notebook_found() -> None:
    from aelib.exercises.checkout import source_notebook

    found = {name: answer for name, _, _, answer in asked_in(source_notebook("04"))}
    assert found["04-stale-mean"] == "once per epoch"
    assert found["04-batch-of-one"] == "the mumbler"


def test_no_hidden_case_is_in_it(items: list[Item]) -> None:
    everything = "\n".join(map(repr, items))
    for exam in load_exams(exams_folder()):
        for exercise in exam.exercises:
            shown = {_call(case.arguments) for case in exercise.shown}
            asked = {
                re.sub(r"\w+=", "", unescape(call))
                for item in items
                if item.name.startswith(f"{exercise.grade_id}-mistake-")
                for call in re.findall(
                    r"answers <code>\w+\((.*)\)</code> with", item.text
                )
            }
            assert asked <= shown, exercise.grade_id
            found = [c.what for c in exercise.cases if plain(c.what) in everything]
            found += [
                name for name, code in exercise.wrong.items() if code in everything
            ]
            assert found == [], exercise.grade_id


def _call(arguments: tuple[object, ...]) -> str:
    return ", ".join(map(brief, arguments))


# Mistakes: what the wrong solutions really do


@pytest.mark.parametrize("number", ["00", "04"])
def test_a_mistake_returns_what_the_question_says(number: str) -> None:
    (exam,) = load_exams(exams_folder(), [number])
    exercises = {exercise.grade_id: exercise for exercise in exam.exercises}
    checked = 0
    for item in collect([number]):
        if item.folder[1] != "Mistakes":
            continue
        exercise = exercises[item.name.rpartition("-mistake-")[0]]
        said = unescape(item.text)
        got = re.search(r"</code> with <code>(.*?)</code>\. Right", said)[1]
        (right,) = (unescape(o.text)[3:-4] for o in item.options if o.right)
        answer = define(exercise.wrong[right], exercise.function)
        (case,) = (
            case
            for case in exercise.shown
            if all(f"={brief(value)}" in said for value in case.arguments)
        )
        value = answer(*case.arguments)
        assert any(brief(value, digits) == got for digits in (4, 8, 16)), item.name
        checked += 1
    assert checked >= 5


# Numbers: computed anew, right ones and wrong ones


def slope(value: float) -> float:
    return value * (1 - value)


def entropy(p: float) -> float:
    return -p * log2(p) - (1 - p) * log2(1 - p)


def kl(mean: float, std: float) -> float:
    posterior = torch.distributions.Normal(mean, std)
    standard = torch.distributions.Normal(0.0, 1.0)
    return torch.distributions.kl_divergence(posterior, standard).item()


def bracket(rho: float, rho_bar: float = 0.1) -> float:
    return (1 - rho_bar) / (1 - rho) - rho_bar / rho


KLS = kl_divergence(0.1, np.array([0.01, 0.19]))
CROSS = torch.nn.functional.cross_entropy
SCORES = torch.log(torch.tensor([[2.0, 1.0, 1.0]]))
CONFIDENT = torch.softmax(torch.tensor([3.0, 0.0, 0.0]), 0)[0].item()

# Each number of the bank, then the wrong ones, in their order.
COMPUTED: dict[str, Callable[[], list[float]]] = {
    "exam-01-delta": lambda: [0.5 * slope(0.5), -0.5 * slope(0.5), 0.5],
    "exam-01-hidden": lambda: [
        slope(0.5) * 2 * 0.125,
        2 * 0.125,
        slope(0.5) * (2 + 0.125 * 0.5) * 0.125,
        -slope(0.5) * 2 * 0.125,
    ],
    "exam-01-weight": lambda: [2 + 0.125 * 0.5, 2 - 0.125 * 0.5, 2 + 0.125],
    "exam-02-depth": lambda: [4**8, 4**7, 2**8],
    "exam-03-noise": lambda: [100 * 32 / 784, 100 * sqrt(32 / 784), 32],
    "exam-04-both": lambda: [(0.9**2 + 0.1**2) / 2, 0.5**2, 0.9**2 + 0.1**2],
    "exam-04-bits": lambda: [1 - entropy(0.82), entropy(0.82), 0],
    "exam-05-steps": lambda: [log(0.5) / log(1 - 0.005), log(2) / 0.01, 0.5 / 0.005],
    "exam-05-minimum": lambda: [3 / (2 + 1), 3 / 2, 3 / (2 + 2)],
    "exam-05-price": lambda: [3 / 0.5 - 2, 3 / 0.25 - 2, 1],
    "exam-06-active": lambda: [
        -bracket(0.5) * slope(0.5),
        bracket(0.5) * slope(0.5),
        -bracket(0.5),
    ],
    "exam-06-quiet": lambda: [
        -bracket(0.05) * slope(0.05),
        bracket(0.05) * slope(0.05),
        -bracket(0.05),
    ],
    "exam-07-mean": lambda: [KLS.mean(), 0, KLS.mean() / log(2)],
    "exam-08-mse": lambda: [3 * 2 / 784, 3 / 784, 3 * 784 / 2],
    "exam-08-bound": lambda: [0.003 / slope(0.1), 0.003 / 0.1, 0.003],
    "exam-09-raise": lambda: [
        (1 / 3) * (4 * 1 + 1 * 4) / 2,
        (1 / 3) * (4 * 1 + 1 * 4),
        (1 / 4) * (4 * 1 + 1 * 4) / 2,
        (3 / 16) * (4 * 1 + 1 * 4) / 2,
    ],
    "exam-10-pixels": lambda: [0.5 * (10 * 0.2) ** 2, 0.5 * 0.2**2, 0.5 * 10 * 0.2**2],
    "exam-11-cost": lambda: [
        CROSS(SCORES, torch.tensor([1])).item(),
        CROSS(SCORES, torch.tensor([0])).item(),
        log2(4),
    ],
    "exam-11-delta": lambda: [1 - 1 / 4, 1 / 4 - 1, 1 - 0],
    "exam-11-right": lambda: [1 - CONFIDENT, 1 - 3, exp(3) / (exp(3) + 2)],
    "exam-12-factor": lambda: [4 / (4 + 1), 2 / (2 + 1), 1, 1 / (4 + 1)],
    "exam-12-error": lambda: [0.2**2 * 4 + 0.8**2 * 1, 1, 0.8**2 * 1],
    "exam-13-three": lambda: [
        torch.nn.functional.conv_transpose1d(
            torch.ones(1, 1, 4), torch.ones(1, 1, 3), stride=2
        ).numel(),
        4 * 2,
        4 * 3,
        torch.nn.functional.conv1d(
            torch.ones(1, 1, 4), torch.ones(1, 1, 3), stride=2
        ).numel(),
    ],
    "exam-14-mean": lambda: [kl(1, 1), 2 * kl(1, 1), kl(0, 1)],
    "exam-14-narrow": lambda: [kl(0, 0.5), (0.5 - 1 - log(0.5)) / 2, 2 * kl(0, 0.5)],
}


def test_every_number_is_computed_here(items: list[Item]) -> None:
    assert COMPUTED.keys() == {item.name for item in items if isinstance(item, Number)}


@pytest.mark.parametrize("name", COMPUTED)
def test_a_number_is_right_and_each_mistake_leads_to_its_own(
    name: str, items: list[Item]
) -> None:
    (item,) = (item for item in items if item.name == name)
    stated = [item.answer, *(known.answer for known in item.wrong)]
    assert stated == pytest.approx(COMPUTED[name](), abs=item.tolerance)


# The items themselves


def test_a_choice_has_one_right_answer_and_a_word_on_each() -> None:
    yes, no = Option("yes", "so it is", True), Option("no", "look again")
    assert Choice("x", ("a", "b"), "?", (yes, no)).options == (yes, no)
    for options in [(no,), (yes, yes), (no, Option("never", "no"))]:
        with pytest.raises(ValueError, match="one of several options must be right"):
            Choice("x", ("a", "b"), "?", options)
    with pytest.raises(ValueError, match="nothing to say"):
        Choice("x", ("a", "b"), "?", (yes, Option("no", "")))
    with pytest.raises(ValueError, match="stands there twice"):
        Choice("x", ("a", "b"), "?", (yes, Option("yes", "no")))


def test_numbers_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be told apart"):
        Number("x", ("a", "b"), "?", 1.0, 0.1, "", (Known(1.15, "near"),))


# The two files

ODD = 'For $a<b$ & `x < y && z`: is it “"5 $ < 6 $"”?'


def test_odd_signs_survive_in_both_files() -> None:
    html = to_html(ODD)
    assert html == (
        "<p>For \\(a&lt;b\\) &amp; <code>x &lt; y &amp;&amp; z</code>: is it "
        "“&quot;5 $ &lt; 6 $&quot;”?</p>"
    )
    options = (Option(plain("a & b"), plain("<yes>"), True), Option(plain("$"), "<p/>"))
    item = Choice("odd", ("00 A/B", "Odd"), html, options)
    quiz = ElementTree.fromstring(moodle_xml([item]))
    assert quiz.findtext("question/questiontext/text") == html
    assert [a.findtext("text") for a in quiz.iter("answer")] == [
        o.text for o in options
    ]
    assert quiz.findtext("question/category/text").endswith("/00 A//B/Odd")
    with zipfile.ZipFile(io.BytesIO(qti_package([item]))) as archive:
        item_ = ElementTree.fromstring(archive.read("items/odd.xml"))
    words = "".join(item_.find(f"{Q}itemBody/{Q}p").itertext())
    assert words == 'For \\(a<b\\) & x < y && z: is it “"5 $ < 6 $"”?'


def test_formulas_are_set_and_links_lead_nowhere(items: list[Item]) -> None:
    html = "\n".join(map(repr, items))
    assert html.count("\\\\(") == html.count("\\\\)") > 300
    assert not re.search(r"<a |<img |style=|\]\(", html)
    for item in items:
        ElementTree.fromstring(f"<div>{item.text}</div>")
        assert "$" not in item.text, item.name


def test_both_files_are_the_same_each_time(items: list[Item]) -> None:
    assert moodle_xml(items) == moodle_xml(items)
    assert qti_package(items) == qti_package(items)


def test_moodle_gets_what_its_format_demands(
    items: list[Item], questions: list[ElementTree.Element]
) -> None:
    assert len(questions) == len(items)
    for question, item in zip(questions, items, strict=True):
        assert question.findtext("name/text") == item.name
        assert question.findtext("idnumber") == item.name
        assert question.findtext("questiontext/text") == item.text
        answers = question.findall("answer")
        shares = [answer.get("fraction") for answer in answers]
        says = [answer.findtext("feedback/text") for answer in answers]
        if isinstance(item, Essay):
            assert (question.get("type"), answers) == ("essay", [])
            assert question.findtext("graderinfo/text") == item.for_markers
            assert int(question.findtext("defaultgrade")) == item.points
            continue
        assert Counter(shares) == {"100": 1, "0": len(answers) - 1}
        if isinstance(item, Choice):
            assert question.get("type") == "multichoice"
            assert question.findtext("single") == "true"
            assert all(says)
        else:
            assert question.get("type") == "numerical"
            assert all(
                say for say, share in zip(says, shares, strict=True) if share == "0"
            )
            assert question.findtext("generalfeedback/text") == item.why
            for answer in answers:
                float(answer.findtext("text"))
                assert float(answer.findtext("tolerance")) == item.tolerance


def test_the_packages_manifest_lists_its_files(
    package: dict[str, ElementTree.Element], items: list[Item]
) -> None:
    manifest = package["imsmanifest.xml"]
    listed = [e.get("href") for e in manifest.iter() if e.tag.endswith("}file")]
    assert listed == [name for name in package if name != "imsmanifest.xml"]
    assert len(listed) == len(items)


def test_every_qti_item_declares_what_it_uses(
    package: dict[str, ElementTree.Element], items: list[Item]
) -> None:
    for item in items:
        root = package[f"items/{item.name}.xml"]
        assert all(element.tag.startswith(Q) for element in root.iter())
        declared = {e.get("identifier") for e in root if e.tag.endswith("Declaration")}
        used = {e.get("identifier") for e in root.iter(f"{Q}setOutcomeValue")}
        used |= {e.get("responseIdentifier") for e in root.iter()} - {None}
        assert used <= declared
        values = root.findall(f"{Q}responseDeclaration/{Q}correctResponse/{Q}value")
        said = {e.get("identifier") for e in root.iter(f"{Q}modalFeedback")}
        if isinstance(item, Choice):
            offered = {e.get("identifier") for e in root.iter(f"{Q}simpleChoice")}
            (right,) = (value.text for value in values)
            assert right in offered == said
        elif isinstance(item, Number):
            (right,) = (float(value.text) for value in values)
            assert right == item.answer
            set_to = {v.text for v in root.iter(f"{Q}baseValue")}
            assert said <= set_to
            assert len(said) == len(item.wrong) + 2
        else:
            assert root.find(f".//{Q}rubricBlock").get("view") == "scorer"
            assert not values


@pytest.mark.skipif(
    not SCHEMA,
    reason="AELIB_QTI_SCHEMA does not name imsqti_v2p1.xsd, which is IMS's own",
)
def test_every_qti_item_is_valid_by_the_schema(items: list[Item]) -> None:
    etree = pytest.importorskip("lxml.etree", reason="lxml validates by a schema")
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    with zipfile.ZipFile(io.BytesIO(qti_package(items))) as archive:
        for item in items:
            schema.assertValid(etree.fromstring(archive.read(f"items/{item.name}.xml")))


# The command


def test_the_command_writes_both_files_and_says_for_whom(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bank", "00", "--to", str(tmp_path / "bank")]) == 0
    said = capsys.readouterr().out
    assert "questions in moodle.xml and qti.zip" in said
    assert {path.name for path in (tmp_path / "bank").iterdir()} == {
        "moodle.xml",
        "qti.zip",
    }
    with pytest.raises(SystemExit):
        main(["bank", "--help"])
    assert "for instructors only" in " ".join(capsys.readouterr().out.split())


def test_an_unknown_notebook_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bank", "77", "--to", "nowhere"]) == 1
    assert "no notebook 77" in capsys.readouterr().err
