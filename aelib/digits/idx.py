"""The IDX format, in which MNIST is stored: a header, then numbers, nothing else.

========  ==========================================================
bytes     meaning
========  ==========================================================
0–1       zero
2         type of the numbers (0x08: unsigned byte)
3         number of dimensions d
4–4+4d    the d sizes, each a big-endian unsigned 32-bit integer
the rest  the numbers, big-endian, last dimension fastest
========  ==========================================================

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten
digits", section "File formats for the MNIST database".
"""

import math
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

DTYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}


def parse(data: bytes, *, ndim: int | None = None, source: str = "IDX data") -> NDArray:
    """Turn the bytes of an IDX file into an array, or say why they are not one.

    Parameters
    ----------
    data
        The whole file, already unpacked.
    ndim
        How many dimensions it must have: 3 for images, 1 for labels.
    source
        What to call the data in an error message, for example the file's path.

    Returns
    -------
    ndarray
        Of the type and the sizes that the header states, in the machine's own byte
        order; the caller's to change.

    Raises
    ------
    ValueError
        The header is not that of an IDX file, or names a type that IDX lacks, or
        other dimensions than expected, or the numbers are too few or too many.

    Examples
    --------
    >>> parse(bytes([0, 0, 8, 1]) + bytes([0, 0, 0, 3]) + bytes([7, 2, 1]))
    array([7, 2, 1], dtype=uint8)
    """
    dtype, dims = _magic(data, source)
    if ndim is not None and dims != ndim:
        raise ValueError(f"{source} has {dims} dimensions where {ndim} were expected.")
    shape = _shape(data, dims, source)
    start = 4 + 4 * dims
    expected = math.prod(shape) * dtype.itemsize
    if len(data) - start != expected:
        raise ValueError(
            f"{source} has {len(data) - start:,} bytes after its header, where "
            f"{' × '.join(map(str, shape))} numbers of {dtype.itemsize} bytes make "
            f"{expected:,}: the file is cut short, or something else was appended."
        )
    values = np.frombuffer(data, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def _magic(data: bytes, source: str) -> tuple[np.dtype, int]:
    """Read the first four bytes: the type of the numbers, and the dimensions."""
    if len(data) < 4 or data[:2] != b"\0\0":
        raise ValueError(
            f"{source} is not an IDX file: it begins with {data[:16]!r}, and IDX "
            "begins with two zero bytes, a type and a number of dimensions."
        )
    code, dims = data[2], data[3]
    if code not in DTYPES:
        known = ", ".join(f"0x{each:02X}" for each in DTYPES)
        raise ValueError(f"{source}: type 0x{code:02X} is none of IDX's ({known}).")
    if dims == 0:
        raise ValueError(f"{source}: the header states 0 dimensions, so no numbers.")
    return DTYPES[code], dims


def _shape(data: bytes, dims: int, source: str) -> tuple[int, ...]:
    if len(data) < 4 + 4 * dims:
        raise ValueError(
            f"{source} ends inside its header: {len(data)} bytes, and the header of "
            f"{dims} dimensions alone takes {4 + 4 * dims}."
        )
    return struct.unpack_from(f">{dims}I", data, 4)
