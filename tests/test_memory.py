"""Memory begins at cache lines, and copies are copies."""

import platform
import runpy

import numpy as np
import pytest

import pellucid as pc
from pellucid import memory
from pellucid.memory import LINE, SMALL_BYTES, empty, own


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, bool])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), 7, (5, 7), (300, 20)])
def test_an_array_begins_at_a_line(shape, dtype):
    made = empty(shape, dtype)
    assert made.ctypes.data % LINE == 0 or made.size == 0
    assert made.shape == (shape if isinstance(shape, tuple) else (shape,))
    assert made.dtype == dtype
    assert made.flags.c_contiguous
    assert made.flags.writeable


@pytest.mark.parametrize("rows", [2, 2000])
def test_a_copy_has_the_numbers_and_no_memory_of_the_original(rows):
    original = np.arange(rows * 3, dtype=np.float32).reshape(rows, 3).T
    copy = own(original)
    np.testing.assert_array_equal(copy, original)
    assert copy.flags.c_contiguous
    assert not np.shares_memory(copy, original)
    assert rows * 12 < SMALL_BYTES or copy.ctypes.data % LINE == 0


def test_a_copy_is_converted_where_a_dtype_is_given():
    assert own(np.arange(3), np.float32).dtype == np.float32
    assert own(np.arange(3000), np.float32).dtype == np.float32


def test_variables_of_some_size_begin_at_a_line():
    weight = pc.Parameter(np.ones((100, 50), np.float32))
    assert weight.present().ctypes.data % LINE == 0
    weight.assign(np.ones((50, 100), np.float32).T)
    assert weight.writable(()).ctypes.data % LINE == 0


@pytest.mark.parametrize(
    ("machine", "line"), [("x86_64", 64), ("AMD64", 64), ("aarch64", 128), ("arm64", 128)]
)
def test_lines_of_arm64_count_as_the_longest_that_it_has(machine, line, monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert runpy.run_path(memory.__file__)["LINE"] == line
