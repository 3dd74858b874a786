"""The IDX parser reads what the format's description says, and nothing else."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aelib.digits import idx

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def to_idx(array):
    code = CODES[array.dtype.str[1:]]
    header = struct.pack(f">4B{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


arrays = st.sampled_from(sorted(CODES)).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(max_dims=4, max_side=4))
)


def test_two_images_written_by_hand():
    header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]
    images = idx.parse(bytes([*header, 1, 2, 3, 250, 251, 252]), ndim=3)
    np.testing.assert_array_equal(images, [[[1, 2, 3]], [[250, 251, 252]]])
    assert images.dtype == np.uint8


def test_numbers_of_two_bytes_have_the_large_end_first():
    values = idx.parse(bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 255, 254]))
    np.testing.assert_array_equal(values, [256, -2])


@given(arrays)
def test_every_type_and_shape_comes_back(array):
    back = idx.parse(to_idx(array), ndim=array.ndim)
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype
    assert back.flags.writeable


@given(arrays, st.data())
def test_no_file_that_was_cut_short_is_read(array, data):
    whole = to_idx(array)
    kept = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match=r"cut short|ends inside|not an IDX file"):
        idx.parse(whole[:kept])


@given(arrays, st.binary(min_size=1, max_size=5))
def test_no_file_to_which_something_was_appended_is_read(array, more):
    with pytest.raises(ValueError, match="appended"):
        idx.parse(to_idx(array) + more)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not an IDX file"),
        (b"\x1f\x8b\x08\x00 packed", "not an IDX file"),
        (b"<!DOCTYPE html>", "not an IDX file.*DOCTYPE"),
        (b"\0\x01\x08\x01" + bytes(4), "not an IDX file"),
        (b"\0\0\x0a\x01" + bytes(4), "0x0A is none of IDX's"),
        (b"\0\0\x08\0", "0 dimensions"),
        (b"\0\0\x08\x03" + bytes(11), "15 bytes.*takes 16"),
        (b"\0\0\x08\x01" + b"\xff" * 4, "4294967295"),
    ],
)
def test_what_is_wrong_is_said(data, words):
    with pytest.raises(ValueError, match=words):
        idx.parse(data)


def test_labels_are_not_taken_for_images():
    with pytest.raises(ValueError, match=r"labels has 1 dimensions where 3"):
        idx.parse(to_idx(np.zeros(5, np.uint8)), ndim=3, source="labels")
