"""MNIST's four files: found, or downloaded, and in both cases verified.

Each file is looked for, packed (``.gz``) or unpacked, in

1. the folder that the environment variable ``AELIB_DATA`` names; where that is set,
   nowhere else,
2. the user's cache (``~/.cache/aelib`` on Linux),
3. ``data/`` of a checkout of the course,

and else downloaded into the cache. What counts is the MD5 of the *unpacked* content,
because the same content can be packed in many ways. A file that does not have it is
an error, wherever it was found: nothing else is used in its place.

The data: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
digits", CC BY-SA 3.0.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

import lazy_loader as lazy
import numpy as np
from numpy.typing import NDArray

from . import idx

pooch = lazy.load("pooch")
requests = lazy.load("requests")
tqdm_auto = lazy.load("tqdm.auto")

FILES = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
"""The MD5 of each file's unpacked content."""

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://azureopendatastorage.blob.core.windows.net/mnist/",
)
"""The copies kept by PyTorch, by Google (CVDF) and by Microsoft (Azure)."""

PREFIXES = {"train": "train", "test": "t10k"}


def read(split: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read one part of MNIST, downloading it where it is nowhere to be found.

    Parameters
    ----------
    split : {"train", "test"}
        The 60,000 images to learn from, or the 10,000 to be judged on.

    Returns
    -------
    images : uint8 array (n, 28, 28)
        Brightness from 0 (paper) to 255 (ink).
    labels : uint8 array (n,)
        The digits, 0 to 9.

    Raises
    ------
    FileNotFoundError
        ``AELIB_DATA`` is set, and a file is not there.
    ValueError
        A file was found that is not MNIST's.
    ConnectionError
        No mirror gave the file.
    OSError
        The cache can't be written to.
    """
    prefix = PREFIXES[split]
    images, labels = f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"
    return (
        idx.parse(content(images), ndim=3, source=images),
        idx.parse(content(labels), ndim=1, source=labels),
    )


def content(name: str) -> bytes:
    """Give the verified, unpacked content of one of :data:`FILES`."""
    chosen = os.environ.get("AELIB_DATA")
    path = find(name, [Path(chosen)] if chosen else [cache(), *checkout()])
    if path is None and chosen:
        raise FileNotFoundError(
            f"{name} (or {name}.gz) is not in the folder {Path(chosen).absolute()}, "
            "which the environment variable AELIB_DATA names. Put it there, or unset "
            "AELIB_DATA to have MNIST downloaded."
        )
    if path is None:
        path = fetch(cache(), {name: FILES[name]})[0]
    return verified(path.read_bytes(), FILES[name], source=str(path))


def cache() -> Path:
    """Name the folder in which downloads are kept for this user."""
    return Path(pooch.os_cache("aelib"))


def checkout() -> list[Path]:
    """Name the ``data/`` folder of a checkout, if the package runs from one."""
    root = Path(__file__).parents[2]
    return [root / "data"] if (root / "pyproject.toml").is_file() else []


def find(name: str, folders: Sequence[Path]) -> Path | None:
    """Find a file, packed or not, in the first folder that has it.

    Some programs unpack ``train-images-idx3-ubyte.gz`` as
    ``train-images.idx3-ubyte``: that is found as well.

    Examples
    --------
    >>> find("train-images-idx3-ubyte", [Path("no/such/folder")]) is None
    True
    """
    for folder in folders:
        for file in (f"{name}.gz", name, name.replace("-idx", ".idx")):
            if (folder / file).is_file():
                return folder / file
    return None


def verified(raw: bytes, md5: str, *, source: str) -> bytes:
    """Unpack, and return the content if its MD5 is the one expected.

    Parameters
    ----------
    raw : bytes
        A file's bytes, packed with gzip or not.
    md5 : str
        The hexadecimal digest that the unpacked content must have.
    source : str
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
    >>> verified(b"digits", "a5a1a1f0a8d4ef5e0a1f4a3ed1b8be0f", source="here")
    Traceback (most recent call last):
        ...
    ValueError: here: ...
    """
    if raw.lstrip()[:1] == b"<":
        raise ValueError(
            f"{source}: this is a web page, not data (a log-in page of the network, "
            f"perhaps). It begins with {raw.lstrip()[:40]!r}."
        )
    try:
        data = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(f"{source}: damaged or cut short ({error}).") from error
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if found != md5:
        raise ValueError(
            f"{source}: not MNIST's file. The MD5 of its {len(data):,} bytes "
            f"(unpacked) is {found}, and should be {md5}."
        )
    return data


def fetch(
    folder: Path,
    files: Mapping[str, str] = FILES,
    mirrors: Sequence[str] = MIRRORS,
    timeout: float = 20.0,
) -> list[Path]:
    """Download files into a folder: whole and verified, or not at all.

    A mirror that is down, slow to answer or serves something else is passed over for
    the next. Several processes may fetch into the same folder at once.

    Parameters
    ----------
    folder : Path
        Where to; made if need be.
    files : mapping of str to str
        The names, without ``.gz``, and the MD5 of the unpacked contents.
    mirrors : sequence of str
        Addresses to which ``name.gz`` is appended, tried in this order.
    timeout : float
        Seconds of silence after which a mirror is given up.

    Returns
    -------
    list of Path
        The files, in the order of `files`.

    Raises
    ------
    ConnectionError
        No mirror gave the right file; says what each did, and what to do instead.
    OSError
        The folder can't be written to, or the disk is full.
    """
    return [_download(folder, name, files, mirrors, timeout) for name in files]


def _download(
    folder: Path,
    name: str,
    files: Mapping[str, str],
    mirrors: Sequence[str],
    timeout: float,
) -> Path:
    failures = []
    target = folder / f"{name}.gz"
    for mirror in mirrors:
        url = f"{mirror}{name}.gz"
        try:
            with _whole_or_nothing(target) as part:
                _get(url, part, timeout)
                part.seek(0)
                verified(part.read(), files[name], source="the answer")
        except (requests.RequestException, ValueError) as error:
            failures.append(f"  {url}: {_reason(error)}")
        except OSError as error:
            raise OSError(error.errno, _unwritable(folder, error)) from error
        else:
            return target
    raise ConnectionError(_undownloadable(folder, failures))
