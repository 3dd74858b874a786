"""Which mistake is it? A question for each wrong solution with a name.

Somebody's function returned this where that is right: which of the known mistakes
explains it? A wrong choice is told what that mistake would have returned. Everything
comes from the shown cases, which any reader may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aelib.classroom.bank.items import Choice, Option
from aelib.classroom.bank.markup import plain, to_html
from aelib.desk.verdicts import MOST_VALUES, as_exact_as_it_takes, brief
from aelib.exercises.cases import Case
from aelib.exercises.judge import Reply, judge_reply
from aelib.exercises.misconceptions import same
from aelib.exercises.shown_cases import find_shown

FEWEST = 3  # options that a question needs
DECIMALS = 9  # beyond these a number is a computer's, not a question's
MOST_GIVEN, MOST_ANSWERED = 24, 8  # numbers that one reads without losing one's way


@dataclass(frozen=True)
class Scene:
    """One shown case, and what each mistake replies to it."""

    case: Case
    replies: dict[str, Reply]

    def gives_away(self, name: str) -> bool:
        """Say whether a mistake shows here, in numbers that one can read."""
        return (
            self.is_readable
            and self.replies[name]["kind"] == "value"
            and not self.is_right(name)
            and len(self.others(name)) + 1 >= FEWEST
        )

    @property
    def is_readable(self) -> bool:
        """Whether all numbers of the case are written out, and are few."""
        largest = max(map(_count, self.case.arguments))
        return (
            largest <= MOST_VALUES
            and self.size <= MOST_GIVEN
            and _count(self.case.expected) <= MOST_ANSWERED
        )

    @property
    def size(self) -> int:
        """How many numbers are given."""
        return _count(self.case.arguments)

    def others(self, name: str) -> list[str]:
        """Return the mistakes that reply something else than the one named."""
        mine = self.replies[name]
        return [
            other
            for other, reply in self.replies.items()
            if other != name and not same(reply, mine, self.case.tolerance)
        ]

    @property
    def failing(self) -> int:
        """How many mistakes show here."""
        return sum(not self.is_right(name) for name in self.replies)

    def is_right(self, name: str) -> bool:
        """Say whether a mistake makes no difference here."""
        reply = self.replies[name]
        return reply["kind"] == "value" and judge_reply(self.case, reply)[0]

    def says(self, other: str, name: str) -> str:
        """Say what another mistake than the one named does here."""
        reply = self.replies[other]
        if reply["kind"] != "value":
            return "That mistake ends in an error here."
        if self.is_right(other):
            return "That mistake makes no difference here: the result would be right."
        would, _ = _written(reply["value"], self.replies[name]["value"])
        return f"That mistake would have returned {would}."


def mistakes(
    grade_id: str, task: str, parameters: Sequence[str], folder: tuple[str, str]
) -> Iterator[Choice]:
    """Yield a question for each mistake that some shown case gives away.

    Parameters
    ----------
    grade_id
        The exercise.
    task
        Its text, HTML.
    parameters
        The names of its function's parameters.
    folder
        Where the questions are filed.
    """
    shown = find_shown(grade_id)
    scenes = [
        Scene(
            case, {name: replies[at] for name, replies in shown.misconceptions.items()}
        )
        for at, case in enumerate(shown.cases)
    ]
    for at, name in enumerate(shown.misconceptions, start=1):
        usable = [scene for scene in scenes if scene.gives_away(name)]
        if usable:
            scene = max(usable, key=lambda scene: (scene.failing, -scene.size))
            text = task + _asked(shown.function, parameters, scene, name)
            options = (
                Option(plain(one), plain(_told(scene, one, name)), one == name)
                for one in shown.misconceptions
                if one == name or one in scene.others(name)
            )
            yield Choice(f"{grade_id}-mistake-{at}", folder, text, tuple(options))


def _asked(function: str, parameters: Sequence[str], scene: Scene, name: str) -> str:
    given = zip(parameters, scene.case.arguments, strict=False)
    call = ", ".join(f"{parameter}={brief(value)}" for parameter, value in given)
    value = scene.replies[name]["value"]
    got, right = _written(value, scene.case.expected)
    return to_html(
        f"Somebody's function answers `{function}({call})` with `{got}`. Right would "
        f"be `{right}`. Which mistake explains it?"
    )


def _written(value: object, other: object) -> tuple[str, str]:
    """Write two values with as many digits as tell them apart, and no −1e-17 for 0."""
    return as_exact_as_it_takes(_rounded(value), _rounded(other))


def _rounded(value: object) -> object:
    if isinstance(value, list | tuple):
        return tuple(map(_rounded, value))
    return np.round(np.asarray(value, float), DECIMALS)


def _count(value: object) -> int:
    """Count the numbers in a number, an array, or a list or tuple of them."""
    if isinstance(value, list | tuple):
        return sum(map(_count, value))
    return np.size(value)


def _told(scene: Scene, one: str, name: str) -> str:
    if one != name:
        return scene.says(one, name)
    return f"Yes. About the right value: {scene.case.why}"
