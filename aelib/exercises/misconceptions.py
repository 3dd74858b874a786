"""Whether an answer behaves like a wrong solution that has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aelib.exercises.cases import Case, Exercise
from aelib.exercises.judge import (
    Reply,
    agrees,
    ask,
    define,
    in_its_precision,
    judge_reply,
)


def wrong_replies(exercise: Exercise, cases: Sequence[Case]) -> dict[str, list[Reply]]:
    """Return what an exercise's wrong solutions reply to cases, by misconception.

    Parameters
    ----------
    exercise
        The exercise; its wrong solutions are the instructor's own, and are run here.
    cases
        Hidden or shown cases.

    Returns
    -------
    dict of str to list
        For each misconception a reply to each case.
    """
    answers = {
        name: define(source, exercise.function)
        for name, source in exercise.wrong.items()
    }
    return {
        name: [ask(answer, case) for case in cases] for name, answer in answers.items()
    }


def recognize(
    cases: Sequence[Case],
    replies: Sequence[Reply],
    known: Mapping[str, Sequence[Reply]],
) -> str:
    """Name the misconception that an answer behaves like.

    Parameters
    ----------
    cases
        The cases at hand.
    replies
        The answer's reply to each of them.
    known
        The replies of each misconception: :func:`wrong_replies`.

    Returns
    -------
    str
        The first misconception that does the same with every case; empty if there is
        none, and where the answer is right, or gives no value at all.

    Examples
    --------
    >>> cases = (Case("two", (2.0,), 4.0), Case("three", (3.0,), 9.0))
    >>> known = {"doubled": [ask(lambda x: 2 * x, case) for case in cases]}
    >>> recognize(cases, [ask(lambda x: x + x, case) for case in cases], known)
    'doubled'
    >>> recognize(cases, [ask(lambda x: x * x, case) for case in cases], known)
    ''
    """
    pairs = list(zip(cases, replies, strict=True))
    if all(judge_reply(case, reply)[0] for case, reply in pairs):
        return ""
    if all(reply["kind"] != "value" for reply in replies):
        return ""
    for name, others in known.items():
        if all(
            same(reply, other, case.tolerance)
            for (case, reply), other in zip(pairs, others, strict=True)
        ):
            return name
    return ""


def same(reply: Reply, other: Reply, tolerance: float) -> bool:
    """Say whether two replies to one case are the same.

    Parameters
    ----------
    reply, other
        The replies.
    tolerance
        Largest absolute and relative difference of their values.

    Returns
    -------
    bool
        True also where both raise: two wrong ways may stumble over the same case.

    Examples
    --------
    >>> one, nan = ({"kind": "value", "value": value} for value in (1.0, float("nan")))
    >>> same(one, one, 0.0), same(one, nan, 0.0), same(nan, nan, 0.0)
    (True, False, True)
    """
    if reply["kind"] != "value" or other["kind"] != "value":
        return reply["kind"] == other["kind"] == "error"
    return agrees(
        in_its_precision(reply["value"]), other["value"], tolerance, equal_nan=True
    )
