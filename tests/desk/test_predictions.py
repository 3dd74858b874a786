"""Predictions: how they compare, what is kept, and that nobody has to wait for them."""

from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib.desk import predictions, records
from aelib.desk.curves import WOBBLE, Curve, at_places, heights, shape, turns
from aelib.desk.folder import PREDICTIONS, mark
from aelib.desk.predictions import Prediction
from aelib.desk.questions import (
    Choice,
    Number,
    Order,
    interval,
    number_text,
    pairs_in_order,
)

UNIT = st.floats(0, 1)
CURVES = st.lists(UNIT, min_size=2, max_size=20)
POSITIVE = st.floats(1e-6, 1e6)
OTHER = {"rises": "falls", "falls": "rises"}


# What a curve does


@given(CURVES)
def test_upside_down_a_curve_falls_where_it_rose(curve: list[float]) -> None:
    expected = tuple(OTHER[way] for way in shape(curve))
    assert shape([-value for value in curve]) == expected


@given(CURVES)
def test_backwards_a_curve_undoes_what_it_did(curve: list[float]) -> None:
    expected = tuple(OTHER[way] for way in reversed(shape(curve)))
    assert shape(curve[::-1]) == expected


@given(CURVES)
def test_a_curve_that_never_comes_back_does_one_thing(curve: list[float]) -> None:
    rising = sorted(curve)
    expected = ("rises",) if rising[-1] - rising[0] > WOBBLE else ()
    assert shape(rising) == expected


@given(CURVES)
def test_between_its_turns_a_curve_goes_further_than_a_wobble(
    curve: list[float],
) -> None:
    found = turns(curve)
    places = [place for _, place in found] + [len(curve) - 1]
    assert places == sorted(places)
    for (way, start), (_, end) in pairwise([*found, ("", len(curve) - 1)]):
        stretch = curve[start : end + 1]
        sign = 1 if way == "rises" else -1
        assert max(stretch) - min(stretch) > WOBBLE
        # Whatever comes back within a stretch comes back by a wobble at most.
        best = -math.inf
        for value in stretch:
            best = max(best, sign * value)
            assert best - sign * value <= WOBBLE


def test_the_v_of_a_step_size_falls_and_then_rises_at_its_lowest_point() -> None:
    assert turns([1, 0.6, 0.2, 0.5, 0.9]) == [("falls", 0), ("rises", 2)]


@given(st.lists(POSITIVE, min_size=1), POSITIVE, st.floats(1.1, 1e3))
def test_on_a_logarithmic_axis_units_make_no_difference(
    y: list[float], unit: float, reach: float
) -> None:
    ends = (1.0, reach)
    scaled = heights(np.array(y) * unit, (unit, reach * unit), log=True)
    np.testing.assert_allclose(scaled, heights(y, ends, log=True), atol=1e-6)


@given(CURVES, st.booleans(), st.booleans())
def test_a_curve_read_at_its_own_points_is_itself(
    y: list[float], x_log: bool, y_log: bool
) -> None:
    x, y = np.arange(1, len(y) + 1), np.array(y) + 0.5
    read = at_places(x, y, x, x_log=x_log, y_log=y_log)
    np.testing.assert_allclose(read, y)


@given(st.floats(-3, 3), st.floats(0.1, 10))
def test_a_power_law_is_read_exactly_on_logarithmic_axes(
    power: float, factor: float
) -> None:
    x, between = np.geomspace(1, 1e4, 5), np.geomspace(2, 5e3, 7)
    read = at_places(x, factor * x**power, between, x_log=True, y_log=True)
    np.testing.assert_allclose(read, factor * between**power, rtol=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "remark"),
    [
        ([0, 1], [1, 2, 3], "one y for each x"),
        ([1, 0], [1, 2], "x that increases"),
        ([0, 0.5], [1, 2], "measure all of it"),
    ],
)
def test_a_measured_curve_must_cover_what_was_asked_for(
    x: list[float], y: list[float], remark: str
) -> None:
    with pytest.raises(ValueError, match=remark):
        at_places(x, y, [0, 1], x_log=False, y_log=False)


# How an answer compares

PLACES = (0.0, 1.0, 2.0, 3.0)
LINE = Curve(PLACES, (0.0, 4.0), "λ", "error", x_log=False, y_log=False)


def test_a_curve_drawn_as_measured_is_all_right() -> None:
    outcome = LINE.compare([0, 1, 2, 3], LINE.measure([0, 1, 2, 3]))
    assert outcome.score == 1
    assert outcome.line == "Drawn as measured. Its shape is right: it rises."


def test_a_curve_is_compared_by_its_distance_its_worst_place_and_its_shape() -> None:
    outcome = LINE.compare([0, 1, 2, 3], LINE.measure([2, 1, 2, 3]))
    assert outcome.score == pytest.approx(1 - 0.5 / 4)
    assert outcome.line == (
        "On average 0.5 off, most at λ = 0 (drawn 0, measured 2). You drew a curve "
        "that rises; the measured one falls, then rises, and turns near λ = 1."
    )


def test_a_curve_of_the_right_shape_that_turns_elsewhere_is_told_where() -> None:
    outcome = LINE.compare([2, 1, 2, 3], LINE.measure([4, 3, 2, 3]))
    assert outcome.line.endswith(
        "Its shape is right: it falls, then rises, and turns near λ = 2."
    )
    wide = Curve((*PLACES, 4.0), (0.0, 4.0), "λ", "error", x_log=False, y_log=False)
    outcome = wide.compare([2, 1, 2, 3, 4], wide.measure([4, 3, 2, 1, 2]))
    assert outcome.line.endswith(
        "Its shape is right: it falls, then rises. Yours turns near λ = 1, the "
        "measured one near 3."
    )


def test_on_a_logarithmic_axis_a_curve_is_off_by_a_factor() -> None:
    question = Curve((1.0, 10.0), (1e-6, 1.0), "h", "error", x_log=True, y_log=True)
    line = question.compare([1e-2, 1e-2], question.measure([1e-4, 1.0])).line
    assert line.startswith("On average off by a factor of 100, most at h = ")


@given(st.lists(st.floats(0, 4), min_size=4, max_size=4))
def test_a_curve_may_be_measured_at_other_places(y: list[float]) -> None:
    dense = np.linspace(0, 3, 61)
    found = LINE.measure(np.interp(dense, PLACES, y), dense)
    np.testing.assert_allclose(found["there"], y, atol=1e-12)
    assert LINE.compare(found["there"], found).score == pytest.approx(1)


@given(st.permutations("abcde"), st.permutations("abcde"))
def test_pairs_in_order_are_all_only_where_the_orders_agree(
    one: list[str], other: list[str]
) -> None:
    right, pairs = pairs_in_order(one, other)
    assert pairs == 10
    assert (right == pairs) == (one == other)
    assert pairs_in_order(other, one) == (right, pairs)
    assert pairs_in_order(one[::-1], other) == (pairs - right, pairs)


@given(st.floats(-1e6, 1e6), st.sampled_from(["10 %", "factor 2", "0", "0.5"]))
def test_a_number_lies_in_its_own_band(number: float, band: str) -> None:
    low, high = interval(number, band)
    assert low <= number <= high


@given(POSITIVE, st.floats(0.05, 20))
def test_a_factor_of_ten_holds_from_a_tenth_to_ten_times(
    number: float, ratio: float
) -> None:
    question = Number("", ("factor 10",))
    answer = {"number": number, "band": "factor 10"}
    outcome = question.compare(answer, question.measure(number * ratio))
    assert outcome.score == (0.1 - 1e-9 <= ratio <= 10 + 1e-9)


def test_an_exact_number_is_right_or_not() -> None:
    question = Number("", ("0", "1"))
    found = question.measure(3)
    assert question.compare({"number": 3, "band": "0"}, found).score == 1
    assert question.compare({"number": 4, "band": "0"}, found).score == 0
    assert question.compare({"number": 4, "band": "1"}, found).score == 1


@given(st.floats(-1e12, 1e12))
def test_numbers_are_written_with_three_digits(number: float) -> None:
    text = number_text(number).replace("−", "-").replace(",", "")
    text = re.sub(
        "·?10(?=[⁻⁰-⁹¹²³])", lambda ten: "e" if ten[0][0] == "·" else "1e", text
    )
    value = float(text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))
    assert value == pytest.approx(number, rel=0.006)


# What is refused

CHOICE = Choice(("yes", "no"))
ORDER = Order(("a", "b", "c"), "first", "last")
NUMBER = Number("", ("10 %",))


@pytest.mark.parametrize(
    ("question", "measured"),
    [
        (CHOICE, "perhaps"),
        (NUMBER, math.nan),
        (ORDER, ["a", "b"]),
        (ORDER, ["a", "b", "b"]),
        (LINE, [0, 1, math.inf, 2]),
        (Curve(PLACES, (1.0, 2.0), "x", "y", x_log=False, y_log=True), [1, 0, 1, 1]),
    ],
)
def test_what_cannot_have_been_measured_is_refused(
    question: Choice | Number | Order | Curve, measured: object
) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        question.measure(measured)


@pytest.mark.parametrize(
    "make",
    [
        lambda: predictions.choose("00-x", "?", ["one"]),
        lambda: predictions.choose("00-x", "?", ["one", "one"]),
        lambda: predictions.choose("x", "?", ["one", "two"]),
        lambda: predictions.number("00-x", "?", bands=["roughly", "10 %"]),
        lambda: predictions.number("00-x", "?", bands=["factor 1", "10 %"]),
        lambda: predictions.number("00-x", "?", bands=[]),
        lambda: predictions.draw("00-x", "?", x=[0, 1], y_range=(1, 1)),
        lambda: predictions.draw("00-x", "?", x=[1, 0], y_range=(0, 1)),
        lambda: predictions.draw("00-x", "?", x=[0, 1], y_range=(0, 1), x_log=True),
        lambda: predictions.draw("00-x", "?", x=[1, 2], y_range=(0, 1), y_log=True),
        lambda: predictions.reveal("00-nobody-asked", 1),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_advice(make) -> None:
    with pytest.raises(ValueError, match=r"\w+ .*\w+"):
        make()


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        (CHOICE, ["maybe", 1, ["yes"]]),
        (NUMBER, [3, {"number": math.nan, "band": "10 %"}, {"number": 3}]),
        (NUMBER, [{"number": 3, "band": "20 %"}, {"number": True, "band": "10 %"}]),
        (ORDER, [["a", "b"], "abc", None]),
        (LINE, [[0, 1, 2], [0, 1, 2, 5], [0, 1, None, 2], 3]),
    ],
)
def test_what_is_no_answer_is_not_accepted(
    question: Choice | Number | Order | Curve, answers: list[object]
) -> None:
    assert not any(question.accepts(answer) for answer in answers)


# Committing, storing, revealing


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a reader's folder; a notebook in it is at work."""
    mark(tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


def ask() -> Prediction:
    return predictions.choose("00-falls", "Will it fall?", ["yes", "no"])


def stored(folder: Path) -> list[str]:
    return [path.name for path in (folder / PREDICTIONS).rglob("*") if path.is_file()]


def commit(prediction: Prediction, answer: object) -> None:
    """Commit as the page does."""
    prediction.set_state({"committed": answer})


def test_a_commitment_outlives_the_kernel(folder: Path) -> None:
    commit(ask(), "no")
    assert ask().committed == "no"
    path = folder / PREDICTIONS / "00-falls.json"
    assert json.loads(path.read_text()) == {"kind": "choose", "value": "no"}


def test_a_commitment_can_be_taken_back_until_the_answer_is_seen(folder: Path) -> None:
    prediction = ask()
    commit(prediction, "no")
    commit(prediction, None)
    assert stored(folder) == []
    commit(prediction, "yes")
    assert predictions.reveal("00-falls", "no").line == "✗ You said “yes”; it is “no”."
    for change in (None, "no"):
        commit(prediction, change)
        assert prediction.committed == "yes"
    again = ask()
    assert (again.committed, again.is_final) == ("yes", True)
    commit(again, "no")
    assert again.committed == ask().committed == "yes"


def test_who_ran_all_cells_is_told_in_one_line_and_can_still_commit(
    folder: Path,
) -> None:
    prediction = ask()
    answer = predictions.reveal("00-falls", "no")
    assert answer.line == "Not predicted. The answer: “no”."
    assert stored(folder) == []
    # The question is open still, and does not tell.
    assert (prediction.is_final, prediction.found) == (False, None)
    assert "no" not in prediction.line
    commit(prediction, "no")
    assert answer.line == prediction.line == "✓ You said “no”, and so it is."
    commit(prediction, None)
    assert ask().committed == "no"


def test_the_first_answer_counts_whatever_is_measured_later(folder: Path) -> None:
    commit(ask(), "no")
    predictions.reveal("00-falls", "no")
    predictions.reveal("00-falls", "yes")
    ask()
    predictions.reveal("00-falls", "yes")
    assert repr(predictions.calibration()) == "choices  1 of 1 right"


def test_nothing_is_stored_outside_of_a_readers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prediction = ask()
    commit(prediction, "no")
    predictions.reveal("00-falls", "no")
    assert prediction.line == "✓ You said “no”, and so it is."
    assert stored(tmp_path) == []


@pytest.mark.parametrize("answer", ["perhaps", 7, ["no"]])
def test_what_the_page_may_not_commit_to_is_taken_back(
    folder: Path, answer: object
) -> None:
    prediction = ask()
    commit(prediction, answer)
    assert prediction.committed is None
    assert stored(folder) == []


def test_an_answer_to_what_was_asked_before_is_no_answer_now(folder: Path) -> None:
    commit(ask(), "no")
    now = predictions.choose("00-falls", "Which way?", ["up", "down"])
    assert now.committed is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"kind": "choose"}', "\x00"])
def test_a_damaged_file_is_set_aside_and_never_deleted(
    folder: Path, damage: str
) -> None:
    path = folder / PREDICTIONS / "00-falls.json"
    path.parent.mkdir()
    path.write_text(damage)
    assert ask().committed is None
    assert path.with_suffix(".damaged").read_text() == damage
    commit(ask(), "yes")
    assert ask().committed == "yes"


def test_what_is_written_is_there_whole_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.write("00-falls", {"kind": "choose", "value": "no"})

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        records.write("00-falls", {"kind": "choose", "value": "yes"})
    assert stored(folder) == ["00-falls.json"]
    assert records.read("00-falls") == {"kind": "choose", "value": "no"}


# What is displayed

ASKED = {
    "choose": lambda: predictions.choose("00-a", "Which?", ["<b>", "&"]),
    "number": lambda: predictions.number("00-a", "How many?"),
    "order": lambda: predictions.order("00-a", "?", "ab", first="low", last="high"),
    "draw": lambda: predictions.draw("00-a", "And then?", x=[0, 1], y_range=(0, 1)),
}
MEASURED = {"choose": "&", "number": 12.0, "order": "ba", "draw": [0.2, 0.7]}
ANSWERS = {
    "choose": "&",
    "number": {"number": 10, "band": "25 %"},
    "order": ["a", "b"],
    "draw": [0.2, 0.6],
}


def shown(prediction: Prediction) -> dict[str, str]:
    bundle = prediction._repr_mimebundle_()
    assert bundle.pop("application/vnd.jupyter.widget-view+json")
    return bundle


@pytest.mark.parametrize("kind", ASKED)
def test_display_repeats_itself_and_has_a_still(kind: str) -> None:
    first, again = shown(ASKED[kind]()), shown(ASKED[kind]())
    assert first == again
    assert first["text/plain"] == "Prediction(00-a)"
    assert first.keys() - {"text/plain"} == {
        "image/png" if kind == "draw" else "text/html"
    }


@pytest.mark.parametrize("kind", ASKED)
def test_the_still_of_an_answer_is_not_that_of_the_question(kind: str) -> None:
    question = shown(ASKED[kind]())
    answer = shown(predictions.reveal("00-a", MEASURED[kind]))
    assert answer != question
    assert answer["text/plain"] == "Answer(00-a)"


@pytest.mark.parametrize("kind", ASKED)
def test_what_the_page_is_sent_is_json(kind: str) -> None:
    prediction = ASKED[kind]()
    commit(prediction, ANSWERS[kind])
    assert prediction.committed == ANSWERS[kind]
    state = predictions.reveal("00-a", MEASURED[kind]).get_state()
    json.dumps({name: state[name] for name in ("setup", "committed", "found", "line")})


def test_words_of_a_still_are_text_and_no_markup() -> None:
    assert "<li>&lt;b&gt;</li><li>&amp;</li>" in shown(ASKED["choose"]())["text/html"]


# One's own calibration


def test_calibration_counts_what_was_answered(folder: Path) -> None:
    assert "committed to" in repr(predictions.calibration())
    for kind, make in ASKED.items():
        commit(make(), ANSWERS[kind])
        predictions.reveal("00-a", MEASURED[kind])
        (folder / PREDICTIONS / "00-a.json").rename(
            folder / PREDICTIONS / f"00-{kind}.json"
        )
    commit(ask(), "no")
    assert repr(predictions.calibration("00")).splitlines() == [
        "choices  1 of 1 right",
        "numbers  1 of 1 inside their band",
        "orders   0% of the pairs in the right order",
        "curves   5% of the axis away, on average over 1 curve",
        "waiting  1 for the cell that measures",
    ]
    assert "1 of 1 right" in predictions.calibration()._repr_html_()
    assert predictions.calibration("04").rows == {}


def test_calibration_can_be_asked_from_anywhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory
) -> None:
    commit(ask(), "no")
    predictions.reveal("00-falls", "no")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert "your own copy" in repr(predictions.calibration())
    assert predictions.calibration(folder=folder).rows == {"choices": "1 of 1 right"}


@pytest.mark.parametrize(
    ("scores", "remark"),
    [
        ([0, 0], ""),
        ([0, 0, 1], "wider"),
        ([1, 1, 1], "narrower"),
        ([1, 1, 0], ""),
    ],
)
def test_bands_that_miss_or_always_hold_are_remarked_on(
    folder: Path, scores: list[int], remark: str
) -> None:
    for i, score in enumerate(scores):
        record = {"kind": "number", "value": {}, "score": score}
        records.write(f"00-n{i}", record)
    said = predictions.calibration().remark
    assert remark in said
    assert bool(said) == bool(remark)
