"""Lanes woven together: the first of each vector, then the second of each; masks likewise."""

import numpy as np
import pytest
from executors.native.lane_program import function, module_text
from llvmlite import ir

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import load, store
from pellucid.executors.native.llvm.vectors import first_lanes
from pellucid.executors.native.llvm.weaving_lanes import repeated_lanes, woven


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, bool])
@pytest.mark.parametrize("width", [2, 4, 16])
@pytest.mark.parametrize("parts", [2, 3, 4])
def test_lanes_are_taken_in_turn(parts, width, dtype):
    draw = np.random.default_rng(0).integers(0, 2 if dtype is bool else 200, (parts, width))
    source, target = draw.astype(dtype), np.zeros(parts * width, dtype)

    def body(b, places, _):
        kind = np.dtype(dtype)
        starts = [b.gep(places[0], [ir.IntType(64)(i * width * kind.itemsize)],
                        source_etype=ir.IntType(8)) for i in range(parts)]  # fmt: skip
        store(b, places[1], woven([load(b, start, kind, width) for start in starts]))

    function(module_text(body, 2), 2)(source.ctypes.data, target.ctypes.data, 0)
    np.testing.assert_array_equal(target, source.T.ravel())


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("count", [1, 3])
def test_a_mask_covers_what_its_lanes_become(count, times):
    source, target = np.arange(8 * times, dtype=np.float32), np.full(8 * times, -1, np.float32)

    def body(b, places, _):
        lanes = load(b, places[0], np.dtype(np.float32), 4 * times)
        known = first_lanes(4, count)
        store(b, places[1], lanes, mask=repeated_lanes(b, known, times))
        # One that is not known when the code is written.
        word = load(b, places[0], np.dtype(np.float32), 4)
        limit = Lanes.constant(b, np.float32(count), np.dtype(np.float32)).splat(4)
        later = b.gep(places[1], [ir.IntType(64)(16 * times)], source_etype=ir.IntType(8))
        store(b, later, lanes, mask=repeated_lanes(b, (word < limit).value, times))

    function(module_text(body, 2), 2)(source.ctypes.data, target.ctypes.data, 0)
    expected = np.where(np.arange(4 * times) < count * times, source[: 4 * times], -1)
    np.testing.assert_array_equal(target, np.concatenate([expected, expected]))
