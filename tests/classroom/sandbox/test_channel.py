"""The channel carries plain values exactly, and refuses everything else in peace."""

from __future__ import annotations

import io
import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aelib.classroom.sandbox import wire
from aelib.classroom.sandbox.runner import check_reply
from aelib.classroom.sandbox.wire import (
    DEEPEST,
    LARGEST_HEADER,
    LENGTHS,
    WireError,
    pack,
    read,
    unpack,
)
from aelib.exercises.judge import agrees, in_its_precision

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
    with pytest.raises(WireError):
        unpack(noise)


@given(VALUES.filter(lambda value: depth(value) <= 4), st.data())
def test_a_damaged_message_is_refused_or_plain(value: Any, data: st.DataObject) -> None:
    message = bytearray(pack(value))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] = data.draw(st.integers(0, 255))
    try:
        pack(unpack(bytes(message)))
    except WireError:
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
    except WireError:
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
    with pytest.raises(WireError):
        unpack(LENGTHS.pack(len(text), 8) + text + bytes(8))


def test_a_deep_header_is_refused() -> None:
    text = b"[" * 100_000
    with pytest.raises(WireError):
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
    with pytest.raises(WireError):
        pack(value)


@pytest.mark.parametrize(
    "lengths", [(LARGEST_HEADER + 1, 0), (2, 1000), (2**32 - 1, 9)]
)
def test_a_message_that_is_too_large_is_not_read(lengths: tuple[int, int]) -> None:
    stream = io.BytesIO(LENGTHS.pack(*lengths) + bytes(5000))
    with pytest.raises(WireError, match="too large"):
        read(stream, most=999)
    assert stream.tell() == LENGTHS.size


@given(VALUES.filter(lambda value: depth(value) <= 4), st.data())
def test_a_message_cut_off_is_none(value: Any, data: st.DataObject) -> None:
    message = pack(value)
    short = message[: data.draw(st.integers(0, len(message) - 1))]
    assert read(io.BytesIO(short)) is None


# Nothing that a message turns into is much larger than the message


def forged(tree: Any, heads: list, body: bytes = b"") -> bytes:
    """Return a message that says whatever its sender likes."""
    header = json.dumps([tree, heads]).encode()
    return LENGTHS.pack(len(header), len(body)) + header + body


def value_of(tree: Any) -> dict[str, Any]:
    """Return the tree of a reply that brings a value."""
    return {"dict": {"kind": "value", "value": tree}}


def test_an_array_named_many_times_is_refused_and_never_copied() -> None:
    million = ["<f8", [2**17]]
    message = forged(value_of([{"array": 0}] * 9_000), [million], bytes(2**20))
    tracemalloc.start()
    try:
        with pytest.raises(WireError, match="named twice"):
            unpack(message)
        assert check_reply(message) == {"kind": "crash"}
        assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ([{"array": 0}, {"array": 0}], "named twice"),
        ([{"array": 1}, {"array": 2}], "not there"),
        ([{"array": 1}], "no part of the message names"),
        (None, "no part of the message names"),
    ],
)
def test_each_array_is_named_exactly_once(tree: Any, words: str) -> None:
    heads = [["|u1", [1]], ["|u1", [1]]]
    with pytest.raises(WireError, match=words):
        unpack(forged(tree, heads, b"ab"))
    assert unpack(forged([{"array": 1}, {"array": 0}], heads, b"ab")) == (98, 97)


@given(st.lists(st.integers(0, 4), max_size=6), st.integers(0, 4))
def test_a_message_is_accepted_only_if_its_names_are_a_permutation(
    names: list[int], count: int
) -> None:
    tree = [{"array": name} for name in names]
    message = forged(tree, [["|u1", [1]]] * count, bytes(range(count)))
    if sorted(names) == list(range(count)):
        assert [int(part[0]) for part in unpack(message)] == names
    else:
        with pytest.raises(WireError):
            unpack(message)


MANY = 30_000


@pytest.mark.parametrize(
    "tree",
    [
        [None] * MANY,
        [[]] * MANY,
        {"dict": {str(key): 0 for key in range(MANY)}},
        [[[0] * 100] * 100] * 3,
    ],
    ids=["values", "tuples", "keys", "tuples in tuples"],
)
def test_a_message_of_very_many_parts_is_refused(tree: Any) -> None:
    with pytest.raises(WireError, match="parts"):
        unpack(forged(tree, []))


def test_very_many_arrays_are_refused_before_one_is_made() -> None:
    heads = [["|u1", [0]]] * MANY
    with pytest.raises(WireError, match="arrays"):
        unpack(forged([{"array": k} for k in range(MANY)], heads))


def test_what_would_be_refused_is_not_sent() -> None:
    for value in (
        [0] * MANY,
        [np.zeros(1)] * MANY,
        dict.fromkeys(map(str, range(MANY))),
        "x" * (LARGEST_HEADER + 1),
        10**5000,
        np.zeros((0, 2**40)),
        np.zeros((2**59, 0)),
    ):
        with pytest.raises(WireError):
            pack(value)
    shared: list = [0] * 1000
    for _ in range(DEEPEST - 1):
        shared = [shared] * 1000
    with pytest.raises(WireError, match="parts"):
        pack(shared)


@pytest.mark.parametrize("count", [4, 900])
def test_an_honest_answer_of_hundreds_of_parts_fits(count: int) -> None:
    arrays = tuple(np.arange(k % 5) for k in range(count))
    scalars = tuple(0.5 * k for k in range(count))
    assert same(arrays, unpack(pack(arrays)))
    assert same(scalars, unpack(pack(scalars)))
    assert same(("cells",) * count, unpack(pack(("cells",) * count)))


@pytest.mark.parametrize(
    "shape",
    [[0, 2**40], [2**62, 0], [2**63, 0], [2**70, 0], [0] + [2**31] * 7, [10**4000, 0]],
    ids=str,
)
def test_an_empty_array_of_huge_shape_is_refused(shape: list[int]) -> None:
    with pytest.raises(WireError):
        unpack(forged({"array": 0}, [["<f8", shape]]))


def test_empty_arrays_of_sensible_shapes_come_through() -> None:
    for shape in ((0,), (0, 784), (3, 0, 28)):
        assert unpack(pack(np.zeros(shape))).shape == shape


def test_a_long_header_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    message = forged([[]] * (LARGEST_HEADER // 2), [])
    monkeypatch.setattr(wire.json, "loads", lambda _: pytest.fail("it is parsed"))
    with pytest.raises(WireError, match="too large"):
        unpack(message)


@pytest.mark.parametrize(
    "header",
    [
        b"[" + b"9" * 4_000_000 + b", []]",
        b"[" + b"[" * 90_000 + b"]" * 90_000 + b", []]",
        b'[{"array": 0, "array": 0}, []]',
        b'[{"array": 0.0}, [["|u1", [0]]]]',
        b'[{"array": 1e999}, [["|u1", [0]]]]',
        b'[{"array": 0}, [["|u1", [NaN]]]]',
        b'[{"array": 0}, [["|u1", {}]]]',
        b'[{"array": 0}, {"|u1": []}]',
        b'[{"array": 0}, [[["|u1"], [0]]]]',
        b'[{"dict": []}, []]',
        b"[{}, []]",
    ],
    ids=lambda header: header[:40].decode(),
)
def test_a_trick_in_the_header_is_refused(header: bytes) -> None:
    with pytest.raises(WireError):
        unpack(LENGTHS.pack(len(header), 0) + header)


PLAIN = [
    [10**400, 1.0],
    [10**400, 1],
    [float("nan"), float("inf")],
    [[1, 2], [3]],
    [[], {"array": 0}],
    10**4000,
    float("inf"),
    0.5,  # exact in single precision, and one number where four are due
    [],
]


@pytest.mark.parametrize("tree", PLAIN, ids=lambda tree: str(tree)[:20])
@pytest.mark.parametrize("expected", [1.0, np.ones(2), (1.0, np.ones(2))], ids=str)
def test_an_odd_value_is_judged_wrong_and_stops_nothing(
    tree: Any, expected: Any
) -> None:
    heads = [["<f8", [0, 3]]] if "array" in str(tree) else []
    reply = check_reply(forged(value_of(tree), heads))
    assert reply["kind"] == "value"
    assert not agrees(in_its_precision(reply["value"]), expected, 1e-9)


@pytest.mark.parametrize(
    "tree", ["1.0", None, ["x" * 100, 1, 2], [[None]], {"dict": {"a": 1}}], ids=str
)
def test_a_value_that_holds_anything_but_numbers_is_no_reply(tree: Any) -> None:
    assert check_reply(forged(value_of(tree), [])) == {"kind": "crash"}
