"""MNIST's four files: found, or downloaded, and in both cases verified.

Each file is looked for, packed (``.gz``) or unpacked, in

1. the folder that the environment variable ``AELIB_DATA`` names; where that is set,
   nowhere else,
2. the user's cache (``~/.cache/aelib`` on Linux),
3. ``data/`` of a checkout of the course,

and else downloaded into the cache. A file whose unpacked content does not have the
right MD5 is an error, wherever it was found: nothing else is used in its place.

The data: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
digits", CC BY-SA 3.0.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pooch
from numpy.typing import NDArray

from aelib.digits import idx
from aelib.digits.download import fetch, verify

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


def read(
    split: str,
    *,
    files: Mapping[str, str] = FILES,
    mirrors: Sequence[str] = MIRRORS,
    folders: Sequence[Path] | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Read one part of MNIST, downloading what is nowhere to be found.

    Parameters
    ----------
    split
        ``"train"``, the 60,000 images to learn from, or ``"test"``, the 10,000 to be
        judged on.
    files
        The files' names, and the MD5 of their unpacked contents.
    mirrors
        Addresses to download from, tried in this order.
    folders
        Where to look, unless ``AELIB_DATA`` is set; downloads go into the first.
        Left out: :func:`usual_folders`.

    Returns
    -------
    images
        Brightness from 0 (paper) to 255 (ink); uint8 (n, 28, 28).
    labels
        The digits, 0 to 9; uint8 (n,).

    Raises
    ------
    FileNotFoundError
        ``AELIB_DATA`` is set, and a file is not there.
    ValueError
        A file was found that is not MNIST's.
    ConnectionError
        No mirror gave the file.
    OSError
        A download can't be written.
    """
    if chosen := os.environ.get("AELIB_DATA"):
        paths = _all_in(Path(chosen).expanduser(), files)
    else:
        paths = _find_or_fetch(files, mirrors, folders or usual_folders())

    def numbers(kind: str, ndim: int) -> NDArray[np.uint8]:
        name = f"{PREFIXES[split]}-{kind}-idx{ndim}-ubyte"
        return idx.parse(_content(paths[name], files[name]), ndim=ndim, source=name)

    return numbers("images", 3), numbers("labels", 1)


def usual_folders() -> list[Path]:
    """Name the user's cache, and ``data/`` if the package runs from a checkout.

    Examples
    --------
    >>> usual_folders()[0].name
    'aelib'
    """
    root = Path(__file__).parents[2]
    is_checkout = (root / "pyproject.toml").is_file()
    return [Path(pooch.os_cache("aelib")), *([root / "data"] if is_checkout else [])]


def _all_in(folder: Path, files: Mapping[str, str]) -> dict[str, Path]:
    paths = {name: path for name in files if (path := find(name, [folder]))}
    if missing := [name for name in files if name not in paths]:
        raise FileNotFoundError(
            f"{folder.absolute()} lacks {', '.join(missing)} (as they are, or with "
            ".gz). The environment variable AELIB_DATA names this folder: put the "
            "files there, or unset AELIB_DATA to have them downloaded. "
            'load_data("drawn") needs no files.'
        )
    return paths


def _find_or_fetch(
    files: Mapping[str, str], mirrors: Sequence[str], folders: Sequence[Path]
) -> dict[str, Path]:
    paths = {name: path for name in files if (path := find(name, folders))}
    missing = {name: md5 for name, md5 in files.items() if name not in paths}
    fetched = fetch(folders[0], missing, mirrors)
    return paths | dict(zip(missing, fetched, strict=True))


def _content(path: Path, md5: str) -> bytes:
    try:
        return verify(path.read_bytes(), md5, source=str(path))
    except ValueError as error:
        raise ValueError(f"{error} Delete this file, or put the right one.") from error


def find(name: str, folders: Sequence[Path]) -> Path | None:
    """Find a file, packed or unpacked, in the first folder that has it.

    Some programs unpack ``train-images-idx3-ubyte.gz`` as
    ``train-images.idx3-ubyte``: that is found as well.

    Parameters
    ----------
    name
        The file's name, without ``.gz``.
    folders
        Where to look; they need not exist.

    Returns
    -------
    Path or None

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
