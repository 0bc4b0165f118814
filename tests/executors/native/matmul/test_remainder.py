"""Columns beside whole vectors: right by both ways, within the memory that they ask for."""

from dataclasses import replace

import numpy as np
import pytest
from executors.native.guarded import guarded
from executors.native.lane_program import I64, function, module_text

from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import store
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Matrix, Operands
from pellucid.executors.native.matmul.remainder import RemainderColumns, remainder_vectors
from pellucid.executors.native.matmul.tiling import tiling

FLOAT = np.dtype(np.float32)
LANES = targets.host().lanes(FLOAT)


def product(a, b, tail, group, rows):
    """a b for some rows, as `tail` says; memory for results ends at a forbidden page."""
    (m, k), columns = a.shape, b.shape[1]
    is_inner = tail == "inner"
    strides = ((k, 1), (1, k)) if is_inner else ((1, m), (columns, 1))
    spec = Contraction(m, columns, k, FLOAT, *strides)
    cut = replace(tiling(spec, targets.host()), tail=tail, group=group)
    a, b = (a, b.T) if is_inner else (a.T, b)
    a, b = (np.ascontiguousarray(x, np.float32) for x in (a, b))
    memory, region = guarded(remainder_vectors(cut, columns) * LANES * 4, "end")
    result = np.full((m, columns), np.nan, np.float32)

    def body(builder, places, _):
        v = Vectors(builder, FLOAT, LANES)
        left = Matrix(builder, places[0], FLOAT, strides[0])
        right = Matrix(builder, places[1], FLOAT, strides[1])

        def hand_out(row, vector):
            place = builder.gep(
                places[3], [builder.mul(row, I64(columns))], source_etype=v.kind.element
            )
            store(builder, place, Lanes(builder, vector, FLOAT), mask=v.first(columns))

        operands = Operands(left, right)
        made = RemainderColumns(v, spec, cut, columns, operands, places[2], hand_out)
        (made.inner if is_inner else made.swapped)(Interval.of(builder, *rows))

    given = [x.ctypes.data for x in (a, b, memory, result)]
    function(module_text(body, 4), 4)(*given, 0)
    del region
    return result


CASES = [(1, 20, 1), (5, 16, 3), (37, 33, 2), (50, 100, 7), (70, 17, 5)]  # m, k, columns


@pytest.mark.parametrize("tail", ["inner", "swapped"])
@pytest.mark.parametrize(("m", "k", "columns"), CASES)
def test_left_over_columns_are_those_of_the_product(m, k, columns, tail):
    columns = min(columns, LANES - 1)
    draw = np.random.default_rng(m)
    a, b = draw.integers(-9, 10, (m, k)), draw.integers(-9, 10, (k, columns))
    found = product(a, b, tail, group=m, rows=(0, m))
    np.testing.assert_array_equal(found, a @ b)


@pytest.mark.parametrize("tail", ["inner", "swapped"])
def test_rows_outside_of_those_asked_for_are_not_written(tail):
    draw = np.random.default_rng(0)
    a, b = draw.integers(-9, 10, (40, 32)), draw.integers(-9, 10, (32, 2))
    found = product(a, b, tail, group=8, rows=(8, 16))
    np.testing.assert_array_equal(found[8:16], (a @ b)[8:16])
    assert np.isnan(found[:8]).all()
    assert np.isnan(found[16:]).all()


def test_without_columns_swapped_ones_take_no_more_memory_than_others():
    cut = tiling(Contraction(50, 3, 40, FLOAT, (1, 50), (3, 1)), targets.host())
    one, two = replace(cut, tail="swapped"), replace(cut, tail="inner")
    assert remainder_vectors(one, 0) == remainder_vectors(two, 0)
