"""Plain values over a pipe: numbers and arrays, and never anything that can act.

One message is eight bytes (the lengths of what follows), a JSON header, and the raw
bytes of its arrays, little-endian. Whoever reads believes nothing: lengths, shapes
and number types are checked against a short list before a byte is used, so that the
worst that a hostile sender can do is to have its message refused. What a message
turns into is bounded by its size: it names each of its arrays exactly once, and has a
limited number of parts.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

LENGTHS = struct.Struct(">II")  # of the header and of the arrays, in bytes
LARGEST_HEADER = 2**22
LARGEST = 2**26  # bytes of a message's arrays, unless the reader asks for less
MOST_AXES = 8
DEEPEST = 4  # tuples within tuples
MOST_PARTS = 10_000  # values of a message, tuples, dicts and their contents included
TYPES = frozenset(["|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"])
TYPES |= {"<f2", "<f4", "<f8"}
MALFORMED = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)


class WireError(ValueError):
    """A message that is not what this wire carries."""


def pack(value: Any) -> bytes:
    """Turn a plain value into one message.

    Parameters
    ----------
    value
        None, a bool, an int, a float, a str, an array of real numbers or truth
        values, or a tuple, list or dict of them; a dict's keys are strings.

    Returns
    -------
    bytes
        The message, its own lengths included.

    Raises
    ------
    WireError
        If something in `value` is none of these, or :func:`unpack` would refuse the
        message: too many parts, too deep, too long a header, an impossible shape.

    Examples
    --------
    >>> unpack(pack({"function": "f", "arguments": (np.arange(3), 0.5)}))
    {'function': 'f', 'arguments': (array([0, 1, 2]), 0.5)}
    """
    arrays: list[np.ndarray] = []
    tree = _flatten(value, arrays, _Parts(), 0)
    heads = [[array.dtype.str, list(array.shape)] for array in arrays]
    try:
        header = json.dumps([tree, heads]).encode()
    except ValueError as why:  # a whole number of thousands of digits
        raise WireError(f"a value that JSON does not carry: {why}") from None
    _check_header(len(header))
    body = b"".join(array.tobytes() for array in arrays)
    return LENGTHS.pack(len(header), len(body)) + header + body


class _Parts:
    """A count of the parts of one message."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, depth: int) -> None:
        """Count one more part, and refuse it if it is too deep or one too many."""
        self.count += 1
        if self.count > MOST_PARTS:
            raise WireError(f"a message of more than {MOST_PARTS} parts")
        if depth > DEEPEST:
            raise WireError(f"more than {DEEPEST} tuples within each other")


def _check_header(length: int) -> None:
    """Refuse a header that would take much memory to read."""
    if length > LARGEST_HEADER:
        raise WireError(
            f"a header of {length} bytes: too large, at most {LARGEST_HEADER}"
        )


def _check_shape(shape: Sequence[int]) -> None:
    """Refuse the shape of an empty array that would be huge if it were not empty."""
    if 0 in shape and math.prod(side or 1 for side in shape) > LARGEST:
        raise WireError("an empty array with an impossible shape")


def _flatten(value: Any, arrays: list[np.ndarray], parts: _Parts, depth: int) -> Any:
    """Return `value` as JSON, with its arrays moved to the end of `arrays`."""
    parts.add(depth)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and type(value) is float:
        return value
    if isinstance(value, (tuple, list)):
        return [_flatten(part, arrays, parts, depth + 1) for part in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {
            "dict": {
                key: _flatten(part, arrays, parts, depth + 1)
                for key, part in value.items()
            }
        }
    array = np.asarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.dtype.str not in TYPES or array.ndim > MOST_AXES:
        form = f"{array.ndim} axes of {array.dtype}"
        raise WireError(f"an array with {form}: not plain numbers")
    _check_shape(array.shape)
    arrays.append(array)
    return {"array": len(arrays) - 1}


def unpack(message: bytes) -> Any:
    """Turn one message back into the value that it carries.

    Parameters
    ----------
    message
        From :func:`pack`, or from somebody who means harm.

    Returns
    -------
    object
        The value; lists have become tuples, arrays without axes NumPy scalars. The
        arrays are writable copies.

    Raises
    ------
    WireError
        If the message is not exactly one that :func:`pack` could have made.

    Examples
    --------
    >>> unpack(b"rm -rf")
    Traceback (most recent call last):
        ...
    aelib.classroom.sandbox.wire.WireError: 6 bytes are no message
    """
    if len(message) < LENGTHS.size:
        raise WireError(f"{len(message)} bytes are no message")
    header_length, body_length = LENGTHS.unpack_from(message)
    if len(message) != LENGTHS.size + header_length + body_length:
        raise WireError("a message shorter or longer than it says")
    _check_header(header_length)
    header = message[LENGTHS.size : LENGTHS.size + header_length]
    try:
        tree, heads = json.loads(header)
        arrays = dict(
            enumerate(_arrays(heads, message[LENGTHS.size + header_length :]))
        )
        value = _rebuild(tree, arrays, _Parts(), 0)
    except WireError:
        raise
    except MALFORMED as why:
        raise WireError(f"a malformed message ({type(why).__name__})") from None
    if arrays:
        raise WireError(f"{len(arrays)} arrays that no part of the message names")
    return value


def _arrays(heads: Any, body: bytes) -> list[np.ndarray]:
    """Cut `body` into the arrays that `heads` describes, and leave no byte over."""
    if not isinstance(heads, list) or len(heads) > MOST_PARTS:
        raise WireError(f"a message that is no list of at most {MOST_PARTS} arrays")
    arrays, start = [], 0
    for kind, shape in heads:
        if kind not in TYPES or not isinstance(shape, list) or len(shape) > MOST_AXES:
            raise WireError(f"an array of unknown form {kind!r:.20}")
        if any(type(side) is not int or side < 0 for side in shape):
            raise WireError("an array with an impossible shape")
        _check_shape(shape)
        stop = start + math.prod(shape) * int(kind[-1])
        if stop > len(body):
            raise WireError("an array longer than its message")
        part = np.frombuffer(body[start:stop], "|u1" if kind == "|b1" else kind)
        arrays.append((part != 0 if kind == "|b1" else part.copy()).reshape(shape))
        start = stop
    if start != len(body):
        raise WireError("bytes that belong to no array")
    return arrays


def _rebuild(
    tree: Any, arrays: dict[int, np.ndarray], parts: _Parts, depth: int
) -> Any:
    """Undo :func:`_flatten`, and take out of `arrays` what the tree names."""
    parts.add(depth)
    if isinstance(tree, list):
        return tuple(_rebuild(part, arrays, parts, depth + 1) for part in tree)
    if not isinstance(tree, dict):
        return tree
    ((kind, content),) = tree.items()
    if kind == "dict" and isinstance(content, dict):
        return {
            key: _rebuild(part, arrays, parts, depth + 1)
            for key, part in content.items()
        }
    if kind != "array" or type(content) is not int:
        raise WireError(f"an unknown kind of value {kind!r:.20}")
    if content not in arrays:
        raise WireError("an array that is not there, or is named twice")
    return arrays.pop(content)[()]


def read(stream: BinaryIO, most: int = LARGEST) -> bytes | None:
    """Read one whole message from a pipe, without looking into it.

    Parameters
    ----------
    stream
        Where it comes from; reading blocks.
    most
        Largest length of its arrays, in bytes.

    Returns
    -------
    bytes or None
        The message for :func:`unpack`; None where the sender is gone.

    Raises
    ------
    WireError
        If it is larger than allowed; nothing of it has been kept.

    Examples
    --------
    >>> import io
    >>> unpack(read(io.BytesIO(pack("hello"))))
    'hello'
    >>> read(io.BytesIO(b"")) is None
    True
    """
    lengths = _exactly(stream, LENGTHS.size)
    if lengths is None:
        return None
    header, body = LENGTHS.unpack(lengths)
    if header > LARGEST_HEADER or body > most:
        raise WireError(f"a message of {header} + {body} bytes: too large")
    rest = _exactly(stream, header + body)
    return None if rest is None else lengths + rest


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    """Read `count` bytes, or return None where the stream ends before."""
    parts = []
    while count:
        part = stream.read(min(count, 2**20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
