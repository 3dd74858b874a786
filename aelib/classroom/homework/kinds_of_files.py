"""What kind of file a name is of: a notebook, a student's other file, or neither."""

from __future__ import annotations

import re

NOTEBOOK = re.compile(r"(?i)\.ipynb(\.txt|\.json)?$|\.json$")  # some browsers rename
IGNORED = {
    "__MACOSX",
    ".ipynb_checkpoints",
    ".git",
    ".github",
    ".venv",  # which students are told to make in their folder
    "site-packages",
    "Feedback Attachment(s)",  # of Sakai, from the instructor
}
NOT_A_STUDENT_S = re.compile(
    # Handed out, a system's, or a platform's note of when something came.
    r"README\.md|aelib-.+\.whl|Thumbs\.db|desktop\.ini|\..*"
    r"|timestamp\.txt|.+_attempt_[\d-]+\.txt"
)


def is_ignored(folder: str) -> bool:
    """Say whether nothing in a folder of this name was handed in."""
    return folder in IGNORED


def is_notebook(name: str) -> bool:
    """Say whether a name is that of a notebook, also as some browsers save one."""
    return bool(NOTEBOOK.search(name))


def is_worth_a_word(name: str) -> bool:
    """Say whether a file is a student's own: neither handed out nor a system's."""
    return not NOT_A_STUDENT_S.fullmatch(name)


def without_suffix(name: str) -> str:
    """Return a name without what says that it is a notebook or a ZIP."""
    return re.sub(r"(?i)\.zip$", "", NOTEBOOK.sub("", name))
