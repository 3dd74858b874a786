"""What grading found out about one submission: the one thing that travels from here on.

A `Result` is written as JSON when it is made, and read back by whatever comes later:
the gradebook, the feedback, and the next run, which has nothing to do twice.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from aelib.classroom.homework.namesakes import Person

LONGEST = 100_000  # characters of a student's text that are kept
STATUS_WORDS = {
    "passed": "right",
    "partial": "some of its answers are wrong",
    "failed": "its answers are wrong",
    "error": "it raises an error",
    "timeout": "it takes too long",
    "crash": "your code ends the process that runs it",
    "missing": "the solution cell does not define this function",
    "blank": "not answered",
    "unreadable": "the file cannot be read",
}
"""What became of an exercise, and how the student is told."""


@dataclass(frozen=True)
class CaseResult:
    """One hidden case: what its failure means, and how the answer was wrong."""

    what: str
    passed: bool = False
    words: str = ""


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise of one student.

    Attributes
    ----------
    grade_id, function
        The nbgrader id of its cell, and the function that it asks for.
    points, most
        What it earned, and what it could earn.
    status
        One of :data:`STATUS_WORDS`.
    source
        What the student wrote.
    cases
        The hidden cases.
    message
        What the verdict in the notebook said; empty where it is met.
    misconception
        The known mistake that the answer behaves like; empty if there is none.
    """

    grade_id: str
    function: str
    points: float
    most: float
    status: str
    source: str
    cases: tuple[CaseResult, ...]
    message: str = ""
    misconception: str = ""

    @property
    def words(self) -> str:
        """What became of it, for the student."""
        return STATUS_WORDS[self.status]


@dataclass(frozen=True)
class AnswerResult:
    """One written answer of one student, which a person will mark."""

    grade_id: str
    most: float
    answer: str


@dataclass(frozen=True)
class Result:
    """What is known of one submission.

    Attributes
    ----------
    student, assignment
        Who handed it in, and which notebook it answers, such as
        ``"05-sparse-features"``.
    file
        Where it was found.
    digest
        Tells whether it has to be graded anew; empty if it must.
    problem
        Why it cannot be read, in words for the student; empty where it can.
    exercises
        In the notebook's order.
    answers
        In the notebook's order.
    fault
        What went wrong on this machine, for the instructor.
    person
        Whom the submission's place tells: by this the student keeps the name.
    """

    student: str
    assignment: str
    file: str
    digest: str
    problem: str
    exercises: tuple[ExerciseResult, ...]
    answers: tuple[AnswerResult, ...]
    fault: str = ""
    person: Person | None = None

    @property
    def points(self) -> float:
        """Points of all exercises; written answers are not in it."""
        return round(sum(exercise.points for exercise in self.exercises), 2)

    def to_json(self) -> str:
        """Return the result as JSON, in which any name is what it was."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        return text.encode(errors="backslashreplace").decode()

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text
            The JSON.

        Returns
        -------
        Result
            The result.

        Raises
        ------
        ValueError
            If it is anything else: cut off by a power cut, or of another version.

        Examples
        --------
        >>> cases = (CaseResult("a"),)
        >>> exercise = ExerciseResult("ex", "f", 1.5, 2, "partial", "", cases)
        >>> result = Result("ada", "00-x", "ada.ipynb", "", "", (exercise,), ())
        >>> Result.from_json(result.to_json()) == result
        True
        >>> Result.from_json("[]")
        Traceback (most recent call last):
            ...
        ValueError: this is no result that homework grade has written
        """
        try:
            return cls._from_plain(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            message = "this is no result that homework grade has written"
            raise ValueError(message) from None

    @classmethod
    def _from_plain(cls, plain: dict[str, Any]) -> Result:
        exercises = [
            ExerciseResult(
                **{**one, "cases": tuple(CaseResult(**case) for case in one["cases"])}
            )
            for one in plain["exercises"]
        ]
        if not {one.status for one in exercises} <= set(STATUS_WORDS):
            raise ValueError
        answers = [AnswerResult(**one) for one in plain["answers"]]
        person = plain.get("person")
        parts = {
            "exercises": tuple(exercises),
            "answers": tuple(answers),
            "person": person and Person(**person),
        }
        return cls(**{**plain, **parts})
