"""The channel carries plain values exactly, and refuses everything else in peace."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aelib.homework.channel import (
    LARGEST_HEADER,
    LENGTHS,
    ChannelError,
    pack,
    read,
    unpack,
)

TYPES = st.sampled_from(["?", "i1", "u1", "<i4", ">i4", "<i8", "<f4", "<f8", ">f8"])
ARRAYS = hnp.arrays(TYPES, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS | ARRAYS,
    lambda parts: (
        st.lists(parts, max_size=4).map(tuple)
        | st.dictionaries(st.text(), parts, max_size=3)
    ),
    max_leaves=6,
)


def depth(value: Any) -> int:
    if isinstance(value, dict):
        value = tuple(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, tuple) else 0


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return (
            one.dtype.kind == other.dtype.kind
            and one.dtype.itemsize == other.dtype.itemsize
            and one.shape == other.shape
            and one.astype(one.dtype.newbyteorder("<")).tobytes() == other.tobytes()
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return type(one) is type(other) and (one == other or one != one)


@given(VALUES.filter(lambda value: depth(value) <= 4))
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    try:
        message = pack(value)
        text = json.dumps(value, default=str)
        text.encode()
    except UnicodeEncodeError:
        return
    assert same(value, unpack(message))
    assert read(io.BytesIO(message + b"more")) == message


@given(st.binary(max_size=300))
def test_noise_is_refused_and_nothing_else_happens(noise: bytes) -> None:
    with pytest.raises(ChannelError):
        unpack(noise)


@given(VALUES.filter(lambda value: depth(value) <= 4), st.data())
def test_a_damaged_message_is_refused_or_plain(value: Any, data: st.DataObject) -> None:
    message = bytearray(pack(value))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] = data.draw(st.integers(0, 255))
    try:
        pack(unpack(bytes(message)))
    except ChannelError:
        return


HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=4)
        | st.dictionaries(st.sampled_from(["array", "dict", "x"]), parts, max_size=2)
    ),
    max_leaves=8,
)


@given(HEADERS, HEADERS, st.binary(max_size=16))
def test_any_header_is_refused_or_plain(tree: Any, heads: Any, body: bytes) -> None:
    header = json.dumps([tree, heads]).encode()
    message = LENGTHS.pack(len(header), len(body)) + header + body
    try:
        pack(unpack(message))
    except ChannelError:
        return


@pytest.mark.parametrize(
    "header",
    [
        [{"array": 0}, [["|O", [1]]]],
        [{"array": 0}, [["O8", [1]]]],
        [{"array": 0}, [["<f8", [-1]]]],
        [{"array": 0}, [["<f8", [True]]]],
        [{"array": 0}, [["<f8", [2**63, 2**63]]]],
        [{"array": 0}, [["<f8", [1] * 40]]],
        [{"array": -1}, [["<f8", [1]]]],
        [{"array": True}, [["<f8", [1]]]],
        [{"array": 0}, [["<f8", [0]]]],
        [{"array": 0}, [["<f8", []], ["<f8", []]]],
        [{"call": "os.system"}, []],
    ],
)
def test_an_impossible_array_is_refused(header: list) -> None:
    text = json.dumps(header).encode()
    with pytest.raises(ChannelError):
        unpack(LENGTHS.pack(len(text), 8) + text + bytes(8))


def test_a_deep_header_is_refused() -> None:
    text = b"[" * 100_000
    with pytest.raises(ChannelError):
        unpack(LENGTHS.pack(len(text), 0) + text)


class Acts:
    """What a pickle would run."""

    def __reduce__(self) -> tuple:
        raise AssertionError("somebody pickles")


@pytest.mark.parametrize(
    "value",
    [Acts(), np.array([Acts()]), 1j, {1: 2}, np.datetime64("now"), [[[[[[]]]]]]],
)
def test_what_is_not_plain_is_not_sent(value: Any) -> None:
    with pytest.raises(ChannelError):
        pack(value)


@pytest.mark.parametrize(
    "lengths", [(LARGEST_HEADER + 1, 0), (2, 1000), (2**32 - 1, 9)]
)
def test_a_message_that_is_too_large_is_not_read(lengths: tuple[int, int]) -> None:
    stream = io.BytesIO(LENGTHS.pack(*lengths) + bytes(5000))
    with pytest.raises(ChannelError, match="too large"):
        read(stream, most=999)
    assert stream.tell() == LENGTHS.size


@given(VALUES.filter(lambda value: depth(value) <= 4), st.data())
def test_a_message_cut_off_is_none(value: Any, data: st.DataObject) -> None:
    message = pack(value)
    short = message[: data.draw(st.integers(0, len(message) - 1))]
    assert read(io.BytesIO(short)) is None
