"""Copies of parts of a matrix: each element where its reader looks, nothing outside touched."""

from dataclasses import replace

import numpy as np
import pytest
from executors.native.guarded import guarded
from executors.native.lane_program import function, module_text
from executors.native.matmul.product_programs import laid_out

from pellucid.executors.native.counting import padded
from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.packing import (
    BlockOfA,
    TileCopies,
    pack_lines,
    pack_rows,
    pack_turned,
    tile_room,
)
from pellucid.executors.native.matmul.tiling import tiling

FLOAT, LANES = np.dtype(np.float32), 4
GAP = 3


def source(rows, columns, form, side):
    """A matrix beside a forbidden page, its strides, and what keeps it alive."""
    strides = {"rows": (columns + GAP, 1), "columns": (1, rows + GAP), "gaps": (2 * columns, 2)}
    strides = strides[form]
    reach = 1 + (rows - 1) * strides[0] + (columns - 1) * strides[1]
    memory, region = guarded(4 * reach, side)
    numbers = memory.view(np.float32)
    numbers[:] = np.nan
    view = np.lib.stride_tricks.as_strided(numbers, (rows, columns), [4 * s for s in strides])
    view[...] = np.arange(1, rows * columns + 1).reshape(rows, columns)
    return view, strides, region


def packed(view, strides, room, emitted):
    """What code writes into guarded memory of `room` numbers; `emitted(v, matrix, place)`."""
    memory, region = guarded(4 * room, "end")
    copy = memory.view(np.float32)
    copy[:] = -1

    def body(b, places, _):
        emitted(Vectors(b, FLOAT, LANES), Matrix(b, places[0], FLOAT, strides), places[1])

    function(module_text(body, 2), 2)(view.ctypes.data, copy.ctypes.data, 0)
    return copy.copy(), region


@pytest.mark.parametrize("form", ["rows", "gaps"])
@pytest.mark.parametrize("columns", [1, 4, 6, 8])
@pytest.mark.parametrize(("begin", "end"), [(0, 7), (2, 6), (3, 3)])
def test_rows_are_copied_as_vectors_without_gaps(begin, end, columns, form):
    view, strides, kept = source(7, columns, form, "end")
    width = padded(columns, LANES)

    def emitted(v, matrix, place):
        masks = tuple(v.first(columns - j) for j in range(0, columns, LANES))
        made = pack_rows(v, matrix, Interval.of(v.b, begin, end), masks, place)
        assert made.strides == (width, 1)

    found, _ = packed(view, strides, (end - begin) * width, emitted)
    found = found.reshape(end - begin, width)
    np.testing.assert_array_equal(found[:, :columns], view[begin:end])
    assert not found[:, columns:].any()
    del kept


@pytest.mark.parametrize("columns", [1, 4, 6, 9])
@pytest.mark.parametrize(("rows", "begin", "end"), [(2, 0, 2), (3, 0, 3), (9, 0, 9), (12, 4, 11)])
def test_columns_without_gaps_are_turned_into_rows(rows, begin, end, columns):
    view, strides, kept = source(rows, columns, "columns", "end")
    width = padded(columns, LANES)

    def emitted(v, matrix, place):
        made = pack_turned(v, matrix, Interval.of(v.b, begin, end), (rows, columns), place)
        assert made.strides == (width, 1)

    found, _ = packed(view, strides, (end - begin) * width, emitted)
    np.testing.assert_array_equal(found.reshape(-1, width)[:, :columns], view[begin:end])
    del kept


@pytest.mark.parametrize("form", ["rows", "gaps"])
@pytest.mark.parametrize("columns", [1, 3, 4])
@pytest.mark.parametrize("rows", [4, 5, 8, 11])
def test_a_few_columns_become_lines(rows, columns, form):
    view, strides, kept = source(rows, columns, form, "end")
    length = padded(rows, LANES)

    def emitted(v, matrix, place):
        made = pack_lines(v, matrix, rows, columns, place)
        assert made.strides == (1, length)

    found, _ = packed(view, strides, columns * length, emitted)
    np.testing.assert_array_equal(found.reshape(columns, length)[:, :rows], view.T)
    del kept


@pytest.mark.parametrize(("rows", "first", "last"), [(3, 0, 9), (3, 3, 11), (6, 0, 11), (5, 5, 11)])
def test_columns_are_copied_as_tiles_need_them(rows, first, last):
    """As many as a tile has rows side by side, row after row of k, then those of the next."""
    view, strides, kept = source(6, 11, "rows", "end")
    begin, end = 1, 6
    cut = tiling(laid_out(64, 64, 64, FLOAT, "rows"), targets.host())
    cut = replace(cut, rows=rows, lanes=LANES, depth=end - begin)
    room = tile_room(cut.depth, rows, LANES) * rows
    count = -(-(last - first) // rows)

    def emitted(v, matrix, place):
        rows_of_a = Interval.of(v.b, first, last)
        copies = TileCopies(v, matrix, 11, cut, place)
        copies.pack(BlockOfA(rows_of_a, Interval.of(v.b, begin, end)))
        assert copies.of_tile(Index(v.b, 0)).strides == (1, cut.rows)

    found, _ = packed(view, strides, count * room, emitted)
    for tile in range(count):
        own = view[begin:end, first + tile * rows : min(last, first + (tile + 1) * rows)]
        lines = found[tile * room :][: cut.depth * rows].reshape(cut.depth, rows)
        np.testing.assert_array_equal(lines[:, : own.shape[1]], own)
    del kept
