"""One file that a student handed in: whose it is, what it answers, how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aelib.classroom.homework.files import Unreadable, in_words, read_file, read_member
from aelib.classroom.homework.namesakes import Person

NEVER = float("-inf")  # the time of what counts only where there is nothing else
NO_NOTEBOOK = "It is no notebook: hand in the file whose name ends with .ipynb."
OTHER_FOLDER = "Another folder of the same name above it holds later work."
EMPTY = "The ZIP holds no notebook (.ipynb)."
TOO_MUCH = (
    "The ZIP holds notebooks of more than 200 MB together: hand in only the one that "
    "was asked for."
)

Trust = tuple[int, int]
"""How far a place tells whose a submission is; the larger counts.

First, whether a name outside of any ZIP tells the student, or only one in a ZIP that is
called as a class's, or one in any other ZIP, which may be a student's. Then how many
students the ZIP holds: whoever would speak for another has fewer than a class.
"""
OWN, EXPORTED, CLAIMED = 2, 1, 0


@dataclass(frozen=True)
class Submission:
    """One file that a student handed in, found but not read yet.

    Attributes
    ----------
    person
        Whom its place tells.
    name
        Where it was found, for the reader.
    path
        The notebook, or the ZIP that holds it.
    member
        Its name within the ZIP, as `zipfile` has it; empty for a notebook.
    within
        The name of the ZIP within the ZIP, where it is in such a one.
    time
        When it was handed in or changed last: the latest of several counts.
    folder
        The folder in which it lies, of those right below the student's own.
    upload
        The platform's number of the upload, and what follows it in its name.
    problem
        Why it cannot be read, where that is known already.
    trust
        How far its place tells whose it is.
    student
        The student's name, fit to be a file's name, and no other student's.
    assignment
        Stem of the assignment's notebook; empty where nothing tells it.
    digest
        Of its bytes, or of the reason why it has none.
    """

    person: Person
    name: str
    path: Path
    member: str = ""
    within: str = ""
    time: float = 0.0
    folder: str = ""
    upload: str = ""
    problem: str = ""
    trust: Trust = (OWN, 0)
    student: str = ""
    assignment: str = ""
    digest: str = ""

    def read(self) -> bytes:
        """Return the notebook's bytes.

        Returns
        -------
        bytes
            At most :data:`LARGEST`.

        Raises
        ------
        Unreadable
            If it is a link, no plain file, too large, damaged, or cannot be read:
            whatever is wrong with it, nothing else is raised.
        """
        if self.problem:
            raise Unreadable(self.problem)
        try:
            if self.member:
                return read_member(self.path, self.member, self.within)
            return read_file(self.path)
        except Exception as why:  # there is no end to what a damaged file brings about
            raise Unreadable(in_words(why, "ZIP" if self.member else "file")) from why
