"""One page about a class: points, mistakes and predictions, and nobody's name.

What each student got is in ``grades.csv`` and on the pages of feedback. This page is
for the next lecture: which exercise was hard, which mistake with a name was made how
often, which hidden case fails most, and what the class predicted before it measured.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from aelib.classroom.homework.feedback import template
from aelib.classroom.homework.results import STATUS_WORDS, ExerciseResult, Result
from aelib.classroom.homework.whole_file import write_whole
from aelib.desk.folder import PREDICTIONS
from aelib.exercises.checkout import find_notebooks

NO_GRADES = "no grades in {}: name the folder that `homework grade` filled"
NO_COPIES = "no reader's copy with predictions in {}: name a folder that holds some"
KINDS = ("choose", "number", "order", "draw")
LARGEST = 100_000  # bytes of a stored prediction
MOST = 3  # cases and mistakes of an exercise that are listed


@dataclass(frozen=True)
class Bar:
    """A share with its name, to be drawn as a bar; `right` marks the true one."""

    name: str
    many: int
    of: int
    right: bool = False

    @property
    def percent(self) -> float:
        """The share, in percent."""
        return 100 * self.many / self.of if self.of else 0.0


@dataclass(frozen=True)
class ExerciseSummary:
    """What became of one exercise in a class."""

    function: str
    share: float
    statuses: tuple[Bar, ...]
    mistakes: tuple[Bar, ...]
    failed: tuple[Bar, ...]


@dataclass(frozen=True)
class AssignmentSummary:
    """What became of one notebook in a class."""

    name: str
    handed_in: int
    unreadable: int
    tenths: tuple[Bar, ...]
    exercises: tuple[ExerciseSummary, ...]


@dataclass(frozen=True)
class PredictionSummary:
    """What a class predicted, beside what was measured."""

    question_id: str
    question: str
    measured: str
    people: int
    words: str
    bars: tuple[Bar, ...]


def write_class_page(grades: Path, to: Path, copies: Path | None = None) -> Path:
    """Write the page about a class.

    Parameters
    ----------
    grades
        The folder that ``grade`` filled.
    to
        The page, such as ``class.html``.
    copies
        A folder that holds readers' copies of the course, or their ``.aelib`` folders,
        at any depth: the predictions in them are pooled.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    FileNotFoundError
        If there are no grades, or no predictions in `copies`.
    """
    results = [
        Result.from_json(file.read_text(encoding="utf-8"))
        for file in sorted((grades / "results").glob("*/*.json"))
    ]
    if not results:
        raise FileNotFoundError(NO_GRADES.format(grades))
    by_name: dict[str, list[Result]] = {}
    for result in results:
        by_name.setdefault(result.assignment, []).append(result)
    page = template("class.html").render(
        students=len({result.student for result in results}),
        assignments=[summarize(name, found) for name, found in sorted(by_name.items())],
        predictions=[] if copies is None else pool_predictions(copies),
    )
    write_whole(to, page)
    return to


def summarize(name: str, results: Sequence[Result]) -> AssignmentSummary:
    """Sum up one assignment of a class."""
    read = [result for result in results if not result.problem]
    shares = [
        result.points / sum(exercise.most for exercise in result.exercises)
        for result in read
        if result.exercises
    ]
    counts = Counter(min(int(10 * share), 9) for share in shares)
    tenths = [
        Bar(f"{10 * tenth} to {10 * tenth + 10} %", counts[tenth], len(shares))
        for tenth in range(10)
    ]
    by_id: dict[str, list[ExerciseResult]] = {}
    for result in read:
        for exercise in result.exercises:
            by_id.setdefault(exercise.grade_id, []).append(exercise)
    exercises = tuple(summarize_exercise(found) for found in by_id.values())
    unreadable = len(results) - len(read)
    return AssignmentSummary(name, len(results), unreadable, tuple(tenths), exercises)


def summarize_exercise(results: Sequence[ExerciseResult]) -> ExerciseSummary:
    """Sum up one exercise: points, how it went, mistakes, cases that fail."""
    statuses = Counter(result.status for result in results)
    mistakes = Counter(r.misconception for r in results if r.misconception)
    failed = Counter(
        case.what
        for result in results
        if result.status != "blank"
        for case in result.cases
        if not case.passed
    )
    return ExerciseSummary(
        results[0].function,
        mean(result.points / result.most for result in results),
        tuple(
            Bar(words, statuses[status], len(results))
            for status, words in STATUS_WORDS.items()
            if statuses[status]
        ),
        _most_frequent(mistakes, len(results)),
        _most_frequent(failed, len(results)),
    )


def _most_frequent(counts: Counter[str], of: int) -> tuple[Bar, ...]:
    return tuple(Bar(name, many, of) for name, many in counts.most_common(MOST))


# Predictions


def pool_predictions(copies: Path, root: Path | None = None) -> list[PredictionSummary]:
    """Pool what readers predicted, question by question, in the course's order."""
    pooled: dict[str, list[dict]] = {}
    for path in sorted(copies.rglob(f"{PREDICTIONS}/*.json")):
        if (record := read_record(path)) is not None:
            pooled.setdefault(path.stem, []).append(record)
    if not pooled:
        raise FileNotFoundError(NO_COPIES.format(copies))
    texts = read_questions(root)
    return [
        summarize_prediction(question_id, found, *texts.get(question_id, ("", "")))
        for question_id, found in sorted(pooled.items())
    ]


def read_record(path: Path) -> dict | None:
    """Read one stored prediction; None where a student has put anything else there."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        record = json.loads(path.read_text(encoding="utf-8"))
        kind, value = record["kind"], record["value"]
        score = float(record["score"]) if "score" in record else None
        number = float(value["number"]) if kind == "number" else 0.0
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if kind not in KINDS or not math.isfinite(number):
        return None
    if score is not None and not 0 <= score <= 1:
        return None
    return {
        "kind": kind,
        "value": number if kind == "number" else value,
        "score": score,
    }


def summarize_prediction(
    question_id: str, records: Sequence[dict], question: str, measured: str
) -> PredictionSummary:
    """Sum up the answers to one question."""
    kind, _ = Counter(record["kind"] for record in records).most_common(1)[0]
    records = [record for record in records if record["kind"] == kind]
    values = [record["value"] for record in records]
    known = [record["score"] for record in records if record["score"] is not None]
    bars, words = (), ""
    if kind == "choose":
        counts = Counter(map(str, values))
        bars = tuple(
            Bar(option, many, len(values), right=f"“{option}”" in measured)
            for option, many in counts.most_common()
        )
    elif kind == "number":
        words = f"Half of them said at most {median(values):g}."
        if known:
            words += (
                f" {sum(score == 1 for score in known)} of {len(known)} bands held."
            )
    elif kind == "order" and known:
        words = f"{mean(known):.0%} of the pairs were in the right order."
    elif kind == "draw" and known:
        words = f"On average {1 - mean(known):.0%} of the axis away."
    return PredictionSummary(question_id, question, measured, len(values), words, bars)


def read_questions(root: Path | None = None) -> dict[str, tuple[str, str]]:
    """Read each question and its measured answer from the stored notebooks."""
    import nbformat

    found: dict[str, tuple[str, str]] = {}
    for path in find_notebooks(root=root):
        outputs = (
            output.get("data", {})
            for cell in nbformat.read(path, as_version=4).cells
            for output in cell.get("outputs", [])
        )
        for data in outputs:
            shown, page = data.get("text/plain", ""), data.get("text/html")
            name = re.fullmatch(r"(Prediction|Answer)\((.+)\)", shown)
            if not name or not page:
                continue
            question, answer = found.get(name[2], ("", ""))
            if name[1] == "Prediction":
                asked = as_text(page.partition("<ul>")[0])
                question = asked.removeprefix("Predict first. ")
            else:
                answer = as_text(page.partition("<strong>")[2])
            found[name[2]] = question, answer
    return found


def as_text(page: str) -> str:
    """Return the text of a piece of HTML.

    Examples
    --------
    >>> as_text("<p>2 &lt; <b>3</b></p>")
    '2 < 3'
    """
    return html.unescape(re.sub(r"<[^>]+>", "", page)).strip()
