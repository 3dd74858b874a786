"""Students' names that any file system, table and screen can carry, each its own."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

LONGEST = 120
"""Bytes of a student's name: with an ending it fits where 143 are the limit."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)

Person = tuple[str, str]
"""A name as it was written, and the learning platform's number; empty for none."""


def readable(text: str) -> str:
    r"""Return text that can be printed and written: no byte in it is undecoded.

    Parameters
    ----------
    text : str
        A file's name as Python gives it, with a lone surrogate for each byte that is
        no UTF-8.

    Returns
    -------
    str
        Such bytes are read as Latin-1, which is what they are most often; what no
        byte can have made is a question mark.

    Examples
    --------
    >>> readable(b"Zo\xeb".decode(errors="surrogateescape")), readable("a\ud800")
    ('Zoë', 'a?')
    """
    text = re.sub("[\udc80-\udcff]", lambda byte: chr(ord(byte[0]) - 0xDC00), text)
    return text.encode(errors="replace").decode()


def spelled(name: str) -> str:
    r"""Return a name in the one spelling that two systems' ways of writing it share.

    Parameters
    ----------
    name : str
        A name from a file's or folder's name.

    Returns
    -------
    str
        Composed letters, single spaces. Nothing else is changed: two names that
        differ here are two students.

    Examples
    --------
    >>> spelled("Zoe\u0308  B") == spelled("Zo\u00eb B")
    True
    """
    return " ".join(unicodedata.normalize("NFC", name).split())


def shortened(name: str, most: int = LONGEST) -> str:
    """Cut a name that is too long, and mark it, lest it equal another that was cut.

    Parameters
    ----------
    name : str
        The name.
    most : int
        The bytes, in UTF-8, that it may have: file systems count bytes.

    Returns
    -------
    str
        The name if it fits, else its beginning and a digest of all of it.

    Examples
    --------
    >>> shortened("Ada"), shortened("Константин", 19)
    ('Ada', 'Кон-f1a46da614de')
    """
    data = name.encode()
    if len(data) <= most:
        return name
    mark = _mark(name, 12)
    return data[: most - len(mark)].decode(errors="ignore").rstrip(" .") + mark


def _mark(name: str, digits: int) -> str:
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"-{digest[:digits]}"


def tidy(name: str) -> str:
    r"""Turn a student's name into one that any file, or a spreadsheet's cell, can bear.

    Parameters
    ----------
    name : str
        A name from a file's or folder's name, of whatever length and signs.

    Returns
    -------
    str
        One part of a path, of at most :data:`LONGEST` bytes. Different names may
        become the same: :func:`distinct` tells them apart.

    Examples
    --------
    >>> tidy("../Zoë\n O'Neil"), tidy("=HYPERLINK(1)"), tidy("...")
    ("Zoë O'Neil", 'HYPERLINK(1)', 'nobody')
    >>> tidy("aux"), len(tidy("😀" * 63).encode()) <= LONGEST
    ('_aux', True)
    """
    name = unicodedata.normalize("NFC", readable(name))
    name = re.sub(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]+', " ", name)
    name = re.sub(r"\s+", " ", name).strip(" .=+-@")
    if DEVICES.fullmatch(name):  # Windows opens a device, whatever the ending
        name = f"_{name}"
    return shortened(name) or "nobody"


def distinct(people: Iterable[Person]) -> dict[Person, str]:
    """Give each of a class's students a name that no other has.

    Parameters
    ----------
    people : iterable of Person
        Everybody in the class; the same person may come several times.

    Returns
    -------
    dict of Person to str
        Tidy names, which differ also where a file system tells no ``A`` from ``a``.
        Namesakes get the platform's number; those who have none, or whose names
        differed only by what a file's name cannot hold, get a digest of what was
        written.

    Examples
    --------
    >>> list(distinct([("Ada", "12"), ("Bob", "34")]).values())
    ['Ada', 'Bob']
    >>> list(distinct([("Ada", "12"), ("Ada", "56")]).values())
    ['Ada (12)', 'Ada (56)']
    >>> list(distinct([("a:b", ""), ("a?b", "")]).values())
    ['a b-615137', 'a b-0301ca']
    """
    plain = {person: tidy(person[0]) for person in sorted(set(people))}
    namesakes = Counter(map(_folded, plain.values()))
    wanted = {
        person: tidy(f"{person[0]} ({person[1]})")
        if person[1] and namesakes[_folded(name)] > 1
        else name
        for person, name in plain.items()
    }
    shared = Counter(map(_folded, wanted.values()))
    taken = {name for name, times in shared.items() if times == 1}
    names = {}
    for person, name in wanted.items():
        if shared[_folded(name)] > 1:
            name = next(n for n in _marked(name, person) if _folded(n) not in taken)
            taken.add(_folded(name))
        names[person] = name
    return names


def _folded(name: str) -> str:
    """Return what two names share that a file system may take for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _marked(name: str, person: Person) -> Iterator[str]:
    """Yield a name with one digest after another of what was written."""
    for attempt in count():
        written = "\0".join([*person, str(attempt)])
        yield shortened(name, LONGEST - 7) + _mark(written, 6)
