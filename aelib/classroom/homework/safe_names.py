"""Names that any file system, table and screen can carry."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 120
"""Bytes of a student's name: with an ending it fits where 143 are the limit."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def decode_name(text: str) -> str:
    r"""Return text that can be printed and written: no byte in it is undecoded.

    Parameters
    ----------
    text
        A file's name as Python gives it, with a lone surrogate for each byte that is
        no UTF-8.

    Returns
    -------
    str
        Such bytes are read as Latin-1, which is what they are most often; what no
        byte can have made is a question mark.

    Examples
    --------
    >>> decode_name(b"Zo\xeb".decode(errors="surrogateescape")), decode_name("a\ud800")
    ('Zoë', 'a?')
    """
    text = re.sub("[\udc80-\udcff]", lambda byte: chr(ord(byte[0]) - 0xDC00), text)
    return text.encode(errors="replace").decode()


def compose(name: str) -> str:
    r"""Return a name in the one spelling that two systems' ways of writing it share.

    Parameters
    ----------
    name
        A name from a file's or folder's name.

    Returns
    -------
    str
        Composed letters, single spaces. Nothing else is changed: two names that
        differ here are two students.

    Examples
    --------
    >>> compose("Zoe\u0308  B") == compose("Zo\u00eb B")
    True
    """
    return " ".join(unicodedata.normalize("NFC", name).split())


def shorten(name: str, most: int = LONGEST) -> str:
    """Cut a name that is too long, and mark it, lest it equal another that was cut.

    Parameters
    ----------
    name
        The name.
    most
        The bytes, in UTF-8, that it may have: file systems count bytes.

    Returns
    -------
    str
        The name if it fits, else its beginning and a digest of all of it.

    Examples
    --------
    >>> shorten("Ada"), shorten("Константин", 19)
    ('Ada', 'Кон-f1a46da614de')
    """
    data = name.encode()
    if len(data) <= most:
        return name
    mark = digest_of(name, 12)
    return data[: most - len(mark)].decode(errors="ignore").rstrip(" .") + mark


def digest_of(name: str, digits: int) -> str:
    """Return the end that tells a name that was cut from another."""
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return f"-{digest[:digits]}"


def tidy(name: str) -> str:
    r"""Turn a student's name into one that any file, or a spreadsheet's cell, can bear.

    Parameters
    ----------
    name
        A name from a file's or folder's name, of whatever length and signs.

    Returns
    -------
    str
        One part of a path, of at most :data:`LONGEST` bytes. Different names may
        become the same: :func:`~aelib.classroom.homework.namesakes.distinct` tells them
        apart.

    Examples
    --------
    >>> tidy("../Zoë\n O'Neil"), tidy("=HYPERLINK(1)"), tidy("...")
    ("Zoë O'Neil", 'HYPERLINK(1)', 'nobody')
    >>> tidy("aux"), len(tidy("😀" * 63).encode()) <= LONGEST
    ('_aux', True)
    """
    name = unicodedata.normalize("NFC", decode_name(name))
    name = re.sub(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|]+', " ", name)
    name = re.sub(r"\s+", " ", name).strip(" .=+-@")
    if DEVICES.fullmatch(name):  # Windows opens a device, whatever the ending
        name = f"_{name}"
    return shorten(name) or "nobody"
