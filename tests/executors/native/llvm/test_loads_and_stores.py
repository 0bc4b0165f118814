"""Loads and stores: what lies outside a mask is neither read nor written."""

import numpy as np
import pytest
from executors.native.guarded import guarded
from executors.native.lane_program import function, module_text
from llvmlite import ir

from pellucid.executors.native.llvm.loads_and_stores import (
    Interleaved,
    load,
    load_interleaved,
    store,
)

DTYPES = [bool, np.uint8, np.int32, np.uint32, np.int64, np.float32, np.float64]
WIDTH = 16


def mask_of(count):
    """The first lanes, or all."""
    if count == WIDTH:
        return None
    kind = ir.IntType(1)
    return ir.Constant(ir.VectorType(kind, WIDTH), [kind(i < count) for i in range(WIDTH)])


def copied(source, target, dtype, count, stride=1):
    """Load `count` lanes and store them."""

    def body(b, places, _):
        lanes = load(b, places[0], np.dtype(dtype), WIDTH, stride=stride, mask=mask_of(count))
        store(b, places[1], lanes, mask=mask_of(count))

    function(module_text(body, 2), 2)(source.ctypes.data, target.ctypes.data, 0)


def numbers(dtype, count):
    """Numbers of a dtype that differ from zeros."""
    if dtype is bool:
        return np.arange(count) % 3 == 0
    return (np.arange(count) + 1).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stride", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("side", ["begin", "end"])
@pytest.mark.parametrize("count", [1, 2, 7, 15, 16])
def test_masked_lanes_touch_no_memory_outside(side, dtype, stride, count):
    size = np.dtype(dtype).itemsize
    reach = (count - 1) * stride + 1
    (read, held_read), (written, held_written) = (
        guarded(reach * size, side),
        guarded(count * size, side),
    )
    source, target = read.view(dtype), written.view(dtype)
    source[:] = numbers(dtype, reach)
    copied(source, target, dtype, count, stride)
    np.testing.assert_array_equal(target, source[::stride])
    del held_read, held_written


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("parts", [2, 3, 4, 5])
@pytest.mark.parametrize("side", ["begin", "end"])
@pytest.mark.parametrize("count", [1, 2, 7, 15, 16])
def test_parts_of_what_lies_side_by_side_touch_no_memory_outside(side, dtype, parts, count):
    size = np.dtype(dtype).itemsize
    read, held = guarded(parts * count * size, side)
    source = read.view(dtype)
    source[:] = numbers(dtype, parts * count)
    for number in range(parts):
        target = np.zeros(WIDTH, dtype)

        def body(b, places, _, number=number):
            part, mask = Interleaved(number, parts), mask_of(count)
            lanes = load_interleaved(b, places[0], np.dtype(dtype), WIDTH, part, mask)
            store(b, places[1], lanes, mask=mask)

        function(module_text(body, 2), 2)(source.ctypes.data, target.ctypes.data, 0)
        np.testing.assert_array_equal(target[:count], source[number::parts])
        assert not target[count:].any()
    del held


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 7, 16])
def test_masked_stores_leave_their_neighbours(dtype, count):
    source, target = numbers(dtype, WIDTH), np.zeros(2 * WIDTH, dtype)
    copied(source, target, dtype, count)
    np.testing.assert_array_equal(target[:count], source[:count])
    assert not target[count:].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_stride_of_zero_repeats_one_number(dtype):
    source, target = numbers(dtype, 1), np.zeros(WIDTH, dtype)
    copied(source, target, dtype, WIDTH, stride=0)
    np.testing.assert_array_equal(target, np.repeat(source, WIDTH))


def test_any_byte_but_zero_is_true_and_true_is_stored_as_one():
    source = np.array([0, 1, 2, 255] * 4, np.uint8)
    target = np.zeros(WIDTH, np.uint8)
    copied(source, target, bool, WIDTH)
    np.testing.assert_array_equal(target, [0, 1, 1, 1] * 4)
