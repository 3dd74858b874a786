r"""What a question bank holds, whatever file it is written into.

Texts are HTML, formulas between ``\(`` and ``\)``. Each wrong answer that a question
knows has something to say to whoever gives it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from, and what is said to whoever chooses it."""

    text: str
    says: str
    right: bool = False


@dataclass(frozen=True)
class Item:
    """A question.

    Attributes
    ----------
    name
        What tells it from all others, such as ``"04-stale-mean"``.
    folder
        Where it is filed: the notebook, then the kind of question.
    text
        What is asked.
    """

    name: str
    folder: tuple[str, str]
    text: str


@dataclass(frozen=True)
class Choice(Item):
    """One of a few answers is right."""

    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        right = [option for option in self.options if option.right]
        if len(right) != 1 or len(self.options) < 2:
            raise ValueError(f"{self.name}: one of several options must be right")
        if len({option.text for option in self.options}) < len(self.options):
            raise ValueError(f"{self.name}: an option stands there twice")
        if not all(option.says for option in self.options):
            raise ValueError(f"{self.name}: an option has nothing to say")


@dataclass(frozen=True)
class Known:
    """A wrong number that a known mistake leads to."""

    answer: float
    says: str


@dataclass(frozen=True)
class Number(Item):
    """A number is right, as far as it need be; `why` is said to everybody."""

    answer: float
    tolerance: float
    why: str
    wrong: tuple[Known, ...]

    def __post_init__(self) -> None:
        numbers = [self.answer, *(known.answer for known in self.wrong)]
        for one, other in combinations(numbers, 2):
            if abs(one - other) <= 2 * self.tolerance:
                raise ValueError(f"{self.name}: {one} and {other} cannot be told apart")


@dataclass(frozen=True)
class Essay(Item):
    """Something is to be written, and marked by a person."""

    points: int
    for_markers: str


def shared_names(items: list[Item]) -> Iterator[str]:
    """Yield each name that two items have."""
    seen = set()
    for item in items:
        if item.name in seen:
            yield item.name
        seen.add(item.name)
