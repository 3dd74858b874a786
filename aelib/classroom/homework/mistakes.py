"""The class's known mistakes, exercise by exercise, for the instructor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from aelib.classroom.homework.plain_text import write_table
from aelib.classroom.homework.results import Result

Row = tuple[str, str, str, int]  # assignment, function, misconception, answers


def count_mistakes(results: Iterable[Result]) -> list[Row]:
    """Count the answers that behave like a mistake with a name.

    Parameters
    ----------
    results
        A class's results.

    Returns
    -------
    list of tuple
        Assignment, function, misconception and number of answers: assignments in the
        course's order, the most frequent mistake of an exercise first.
    """
    counts = Counter(
        (result.assignment, exercise.grade_id, exercise.function, name)
        for result in results
        for exercise in result.exercises
        if (name := exercise.misconception)
    )
    order = sorted(counts, key=lambda mistake: (*mistake[:2], -counts[mistake]))
    return [
        (assignment, function, name, counts[assignment, grade_id, function, name])
        for assignment, grade_id, function, name in order
    ]


def write_mistakes(results: Iterable[Result], path: Path) -> None:
    """Write the table of :func:`count_mistakes` as CSV."""
    header = ["assignment", "function", "misconception", "answers"]
    write_table(path, [header, *map(list, count_mistakes(results))])
