"""Read files that students handed in, which may be broken, huge or hostile.

Of a ZIP, entries are read into memory one by one and nothing is unpacked, so that
``..``, links and bombs have nowhere to go. Whatever is wrong with a file is said in
words for the student.
"""

from __future__ import annotations

import atexit
import copy
import io
import os
import stat
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from aelib.exercises.cells import to_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

LARGEST = 20 * 2**20  # bytes of a notebook; an honest one of this course has 2 MB


class Unreadable(ValueError):
    """Why a file cannot be read, in words for the student who handed it in."""


def open_plain_file(path: Path) -> IO[bytes]:
    """Open a plain file: a link leads elsewhere, and a pipe would never end."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise Unreadable("The file is a link or a device, not a notebook or a ZIP.")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


def open_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """Open a ZIP whose names are in whatever encoding: :func:`name_in_zip` reads them.

    `zipfile` itself would refuse all members for one that says that its name is UTF-8
    when it is not.
    """
    unmarked = _WithoutEncodings(file)
    archive = zipfile.ZipFile(cast("IO[bytes]", unmarked))
    unmarked.has_directory = True
    return archive


class _WithoutEncodings:
    """A ZIP's file in which no entry says how its name is encoded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self.close = file.close
        self.has_directory = False  # whether all that is left to read are members

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if not self.has_directory:
            return _without_flags(data)
        return _without_flag(data) if len(data) == zipfile.sizeFileHeader else data


UTF8 = 0x08  # of the higher byte of flags: the name says that it is UTF-8


def _without_flags(directory: bytes) -> bytes:
    """Clear the flag in each entry of a ZIP's directory."""
    data, start = bytearray(directory), 0
    while data[start : start + 4] == b"PK\x01\x02" and len(data) >= start + 46:
        data[start + 9] &= ~UTF8
        start += 46 + sum(struct.unpack_from("<3H", data, start + 28))
    return bytes(data)


def _without_flag(header: bytes) -> bytes:
    """Clear the flag in what precedes a member."""
    if header[:4] != b"PK\x03\x04":
        return header
    return header[:7] + bytes([header[7] & ~UTF8]) + header[8:]


def name_in_zip(entry: zipfile.ZipInfo) -> str:
    """Return a member's name: in UTF-8 if it can be, flag or not, else as DOS had it.

    Examples
    --------
    >>> name_in_zip(zipfile.ZipInfo("Zoë".encode().decode("cp437")))
    'Zoë'
    """
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def read_file(path: Path) -> bytes:
    """Return the bytes of a plain file, at most :data:`LARGEST`."""
    with open_plain_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST:
            raise Unreadable(_too_large(size))
        return _read_at_most(file)


def read_member(path: Path, member: str, within: str = "") -> bytes:
    """Return the bytes of one member of a ZIP, at most :data:`LARGEST`.

    Parameters
    ----------
    path
        The ZIP.
    member
        The member's name.
    within
        The name of the ZIP within the ZIP that the member is in, if it is.

    Returns
    -------
    bytes
        The member's.
    """
    with _LAST_ZIP.lock:
        data = _read_entry(_LAST_ZIP.open(path), within or member)
    if not within:
        return data
    with open_zip(io.BytesIO(data)) as inner:
        return _read_entry(inner, member)


class _LastZip:
    """The ZIP that was read last, kept open: its directory is long, and read once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._archive: zipfile.ZipFile | None = None
        self._stamp: tuple[object, ...] = ()

    def open(self, path: Path) -> zipfile.ZipFile:
        """Return a ZIP; it is opened anew if it has changed."""
        about = path.lstat()
        stamp = (path, about.st_ino, about.st_size, about.st_mtime_ns)
        if self._archive is None or stamp != self._stamp:
            self.close()
            self._file = open_plain_file(path)
            self._archive = open_zip(self._file)
            self._stamp = stamp
        return self._archive

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()
        self._file = self._archive = None


_LAST_ZIP = _LastZip()
atexit.register(_LAST_ZIP.close)


def _read_entry(archive: zipfile.ZipFile, member: str) -> bytes:
    about = archive.getinfo(member)
    if stat.S_ISLNK(about.external_attr >> 16):
        raise Unreadable("The ZIP holds a link, not a notebook.")
    if about.flag_bits & 1:
        raise Unreadable("The ZIP is locked with a password: hand in one that is not.")
    if about.file_size > LARGEST:
        raise Unreadable(_too_large(about.file_size))
    if about.compress_type == zipfile.ZIP_BZIP2:
        return _unpack_bzip2(archive, about)
    with archive.open(about) as file:
        return _read_at_most(file)


def _unpack_bzip2(archive: zipfile.ZipFile, about: zipfile.ZipInfo) -> bytes:
    """Unpack bzip2 up to the size it states: a hundred bytes may be gigabytes."""
    import bz2  # some Pythons are built without it

    packed = copy.copy(about)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, about.compress_size
    packed.CRC = None
    with archive.open(packed) as file:
        unpacker = bz2.BZ2Decompressor()
        data = unpacker.decompress(_read_at_most(file), about.file_size + 1)
    if len(data) != about.file_size or zlib.crc32(data) != about.CRC:
        raise zipfile.BadZipFile
    return data


def _read_at_most(file: IO[bytes]) -> bytes:
    """Read a file whose size may be a lie, little by little: LZMA is unpacked whole."""
    data = bytearray()
    while part := file.read(4096):
        data += part
        if len(data) > LARGEST:
            raise Unreadable(_too_large(len(data)))
    return bytes(data)


def _too_large(size: int) -> str:
    return (
        f"The file has more than {LARGEST // 2**20} MB ({size / 2**20:.0f}): clear the "
        "outputs, save and hand in again."
    )


def in_words(why: Exception, what: str = "file") -> str:
    """Say in words for the student why a file, a folder or a ZIP cannot be read."""
    kind = type(why)
    if isinstance(why, Unreadable):
        return str(why)
    if isinstance(why, FileNotFoundError):
        return f"The {what} is gone: it was still here when the folder was listed."
    if what != "ZIP" or (isinstance(why, OSError) and why.errno):
        return f"The {what} cannot be read ({kind.__name__})."
    if isinstance(why, NotImplementedError):
        return (
            "The ZIP is packed in a way that cannot be unpacked here: pack it anew as "
            "a plain ZIP, or hand in the notebook itself."
        )
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return (
        f"The ZIP is damaged ({module}{kind.__name__}): pack it anew, see that it "
        "opens, and hand it in again."
    )


def read_notebook(path: Path) -> NotebookNode:
    """Read a student's own notebook, brought to format 4.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    NotebookNode
        The notebook.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no notebook.
    """
    return to_notebook(read_file(path))
