"""Files from the network: whole and verified, or not at all."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import pooch
import requests
from tqdm.auto import tqdm

CERTIFICATES = (
    "(Look at the certificates that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names, or "
    "unset it.)"
)
PACKED = b"\x1f\x8b"
"""How every gzip file begins; names and servers are less reliable."""


def verify(raw: bytes, md5: str, *, source: str) -> bytes:
    """Unpack, and return the content if its MD5 is the one expected.

    Parameters
    ----------
    raw
        A file's bytes, packed with gzip or not.
    md5
        The hexadecimal digest of the *unpacked* content: the same content can be
        packed in many ways.
    source
        Where the bytes come from, for the error message.

    Returns
    -------
    bytes
        The unpacked content.

    Raises
    ------
    ValueError
        The bytes are a web page, or packed and cut short, or other data.

    Examples
    --------
    >>> verify(b"seven", "bb3aec0fdcdbc2974890f805c585d432", source="here")
    b'seven'
    >>> verify(b"<html>Log in", "bb3aec0fdcdbc2974890f805c585d432", source="here")
    Traceback (most recent call last):
        ...
    ValueError: here: a web page instead of data (perhaps a log-in page of the ...
    """
    if raw.lstrip()[:1] == b"<":
        raise ValueError(
            f"{source}: a web page instead of data (perhaps a log-in page of the "
            f"network); it begins with {raw.lstrip()[:40]!r}."
        )
    try:
        content = gzip.decompress(raw) if raw.startswith(PACKED) else raw
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{source}: damaged or cut short. {error}.") from error
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise ValueError(
            f"{source}: not the right content. The MD5 of its {len(content):,} bytes, "
            f"unpacked, is {found}; it should be {md5}."
        )
    return content


def fetch(
    folder: Path,
    files: Mapping[str, str],
    mirrors: Sequence[str],
    *,
    timeout: float = 20.0,
) -> list[Path]:
    """Download files into a folder, from the first mirror that has the right ones.

    A mirror that is down, slow to answer or serves something else is passed over for
    the next. Several processes may fetch into the same folder at once. A progress
    bar is shown, except where the environment says ``CI`` or ``AELIB_PROGRESS=0``.

    Parameters
    ----------
    folder
        Where to; made if need be.
    files
        The names, without ``.gz``, and the MD5 of the unpacked contents.
    mirrors
        Addresses to which ``name.gz`` is appended, tried in this order.
    timeout
        Seconds of silence after which a mirror is given up.

    Returns
    -------
    list of Path
        The files, in the order of `files`.

    Raises
    ------
    ConnectionError
        No mirror gave the right file. The message says what each did, and which files
        to put where instead.
    OSError
        The folder can't be written to, or the disk is full. Other mirrors can't help.
    """
    paths = []
    for name, md5 in files.items():
        failures = []
        for url in (f"{mirror}{name}.gz" for mirror in mirrors):
            try:
                paths.append(_download(url, folder, name, md5, timeout))
                break
            except (requests.RequestException, ValueError) as error:
                failures.append(f"{url}: {_reason(error)}")
            except OSError as error:
                if error.errno is None:  # no disk's fault: requests has no certificates
                    failures.append(f"{url}: {_reason(error)}")
                    continue
                message = f"Can't write into {folder}: {error.strerror or error}. "
                raise OSError(error.errno, message + _remedy(folder, files)) from error
        else:
            raise ConnectionError(
                "\n  ".join([f"{name}.gz could not be downloaded:", *failures])
                + f"\n{_remedy(folder, files)}"
            )
    return paths


def _download(url: str, folder: Path, name: str, md5: str, timeout: float) -> Path:
    """Download one file beside its place, and put it there once it is verified."""
    folder.mkdir(parents=True, exist_ok=True)
    with _temporary(folder) as part:
        _get(url, part, name, timeout)
        part.seek(0)
        raw = part.read()
        verify(raw, md5, source="the answer")
        part.close()
        # Some servers unpack on the way: the name should tell the truth.
        path = folder / (f"{name}.gz" if raw.startswith(PACKED) else name)
        _put(Path(part.name), path)
    return path


@contextmanager
def _temporary(folder: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that is gone afterwards, unless it was moved."""
    part = NamedTemporaryFile(dir=folder, suffix=".part", delete=False)  # noqa: SIM115
    try:
        with part:
            yield part
    finally:
        Path(part.name).unlink(missing_ok=True)


def _get(url: str, file: IO[bytes], name: str, timeout: float) -> None:
    quiet = "CI" in os.environ or os.environ.get("AELIB_PROGRESS") == "0"
    # pooch asks whether there is a bar, and one without a total can't tell; it then
    # sets the total that the server states.
    with tqdm(desc=name, total=1, unit="B", unit_scale=True, disable=quiet) as bar:
        pooch.HTTPDownloader(
            progressbar=bar,
            chunk_size=2**16,
            timeout=timeout,
            headers={"Accept-Encoding": "identity"},
        )(url, file, None)


def _put(part: Path, path: Path) -> None:
    try:
        os.replace(part, path)
    except PermissionError:
        # Windows, while another process reads the verified file it has just put here.
        if not path.is_file():
            raise


def _reason(error: BaseException) -> str:
    """Say it in the words of the innermost cause, which are the plain ones."""
    if isinstance(error, requests.RequestException):
        while inner := error.__cause__ or error.__context__:
            error = inner
    reason = str(error) or type(error).__name__
    return f"{reason} {CERTIFICATES}" if "certificate" in reason.lower() else reason


def _remedy(folder: Path, files: Mapping[str, str]) -> str:
    names = "\n".join(f"  {name}.gz" for name in files)
    return (
        f"To go without the download, put these files, packed or unpacked,\n{names}\n"
        f"into {folder}, or into a folder of your choice and set the environment "
        'variable AELIB_DATA to it. load_data("drawn") needs no download.'
    )
