"""Who stands behind the folders of Gradescope's export: another file there tells."""

from __future__ import annotations

import json
import re

METADATA = "submission_metadata.yml"
LONGEST_LINE = 1000  # no name is longer
FOLDER = re.compile(r"(\S[^:]*):\s*")
NAME = re.compile(r"\s*(?:- )?:name: +(.+?)\s*")


def names_of_folders(text: str) -> dict[str, str]:
    r"""Return the names of those who handed in each folder, joined by commas.

    Of YAML only what Gradescope writes is read: a folder, and below it each submitter's
    name.

    Examples
    --------
    >>> names_of_folders("submission_7:\n  :submitters:\n  - :name: Ada\n    :sid: '1'")
    {'submission_7': 'Ada'}
    """
    names: dict[str, list[str]] = {}
    folder = ""
    for line in text.splitlines():
        if len(line) > LONGEST_LINE:
            continue
        if match := FOLDER.fullmatch(line):
            folder = match[1]
        elif match := NAME.fullmatch(line):
            names.setdefault(folder, []).append(_unquote(match[1]))
    return {folder: ", ".join(who) for folder, who in names.items()}


def _unquote(value: str) -> str:
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    return value.strip("'").replace("''", "'")
