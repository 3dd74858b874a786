"""Which assignment a submission answers: by the ids in it, else by its name."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from aelib.classroom.homework.files import in_words
from aelib.classroom.homework.submission import NEVER, NO_NOTEBOOK, Submission
from aelib.exercises.cells import read_cells


def with_assignment(each: Submission, stems: Sequence[str]) -> Submission:
    """Say which assignment a submission answers, and take the digest of its bytes.

    What cannot be read goes by its name and the names above it, and counts for nothing
    where the student has handed in anything better.
    """
    if each.problem == NO_NOTEBOOK:
        return each
    *above, name = PurePosixPath(each.name).parts
    problem, time, data = each.problem, each.time, b""
    try:
        data = each.read()
        stem = _stem_by_content(data, stems)
        if stem is None:
            stem = _stem_by_name(name, stems)
    except Exception as why:
        if not _is_meant_as_notebook(each, name):
            return replace(each, problem=NO_NOTEBOOK)
        problem = str(why) if isinstance(why, ValueError) else in_words(why)
        time = NEVER
        named = (_stem_by_name(part, stems) for part in (name, *reversed(above)))
        stem = next((stem for stem in named if stem is not None), None)
    if stem is None:
        stem = stems[0] if len(stems) == 1 else ""
    elif not stem:  # another assignment's: its problem is not ours
        problem = ""
    digest = hashlib.sha256(data or problem.encode()).hexdigest()
    return replace(each, assignment=stem, problem=problem, time=time, digest=digest)


def _is_meant_as_notebook(each: Submission, name: str) -> bool:
    """Say whether what cannot be read is a notebook by its name, and no other JSON."""
    plain_json = name.lower().endswith(".json") and ".ipynb" not in name.lower()
    return bool(each.problem) or not plain_json


def _stem_by_name(name: str, stems: Sequence[str]) -> str | None:
    """Return the stem or number that a name has; empty if another's, None if none.

    Neither a date nor a group has such a number: ``2026-10-05-x``, ``Group 01-A``.
    """
    if inside := [stem for stem in stems if stem.lower() in name.lower()]:
        return inside[0]
    number = re.search(r"(?<!\d)(?<!\d-)(\d\d)-(?=[a-z]{3})", name)
    return _stem_of(number[1], stems) if number else None


def _stem_by_content(data: bytes, stems: Sequence[str]) -> str | None:
    """Return the stem whose ids are in a notebook; empty if another's, None if none."""
    ids = (re.match(r"ex(\d\d)-", cell.grade_id) for cell in read_cells(data))
    votes = Counter(each[1] for each in ids if each)
    return _stem_of(votes.most_common(1)[0][0], stems) if votes else None


def _stem_of(number: str, stems: Sequence[str]) -> str:
    return next((stem for stem in stems if stem.startswith(f"{number}-")), "")
