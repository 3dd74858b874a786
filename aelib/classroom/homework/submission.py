"""One file that a student handed in: whose it is, what it answers, how to read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aelib.classroom.homework.files import Unreadable, in_words, read_file, read_member

NEVER = float("-inf")  # the time of what counts only where there is nothing else
NO_NOTEBOOK = "It is no notebook: hand in the file whose name ends with .ipynb."
EMPTY = "The ZIP holds no notebook (.ipynb)."

# How far a place tells whose a submission is.
OWN, EXPORTED, CLAIMED = 2, 1, 0


@dataclass(frozen=True)
class Submission:
    """One file that a student handed in, found but not read yet.

    Attributes
    ----------
    student : str
        The student's name, fit to be a file's name, and no other student's.
    assignment : str
        Stem of the assignment's notebook; empty where the file's name doesn't tell.
    name : str
        Where it was found, for the reader.
    path : Path
        The notebook, or the ZIP that holds it.
    member : str
        Its name within the ZIP; empty for a notebook.
    within : str
        The name of the ZIP within the ZIP, where it is in such a one.
    time : float
        When it was changed last: the latest of several counts.
    identity : str
        The platform's number of the student, which tells namesakes apart.
    problem : str
        Why it cannot be read, where that is known already.
    trust : int
        :data:`OWN` where a name outside of any ZIP tells the student,
        :data:`EXPORTED` where only a name in a class's ZIP does, :data:`CLAIMED`
        where that ZIP looks like one student's.
    """

    student: str
    assignment: str
    name: str
    path: Path
    member: str = ""
    within: str = ""
    time: float = 0.0
    identity: str = ""
    problem: str = ""
    trust: int = OWN

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
