"""Copies of parts of a matrix, so that a kernel finds what it needs side by side.

pack_rows       some vectors of each row
pack_turned     the same, of a matrix that lies column by column
pack_lines      a few columns, each as a line without gaps
pack_tiles      columns as tiles need them; tile_room: how much memory those of a tile take

A copy pays where its elements are used often, and where the originals lie so far apart that
each takes a page and cache sets of its own.
"""

from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.matrices import Matrix
from pellucid.executors.native.matmul.tiling import Tiling, padded


def pack_rows(
    v: Vectors, matrix: Matrix, depth: tuple[Any, Any], masks: tuple[Any, ...], place: ir.Value
) -> Matrix:
    """Rows from `depth[0]` to `depth[1]`, as many vectors as masks: row 0 of the copy comes first.

    Where the rows have gaps between their elements, these are closed.
    """
    b, along = v.b, matrix.strides[1]
    with counted(b, depth[0], depth[1]) as k:
        row = matrix.at(b, k, 0)
        first = b.mul(b.sub(k, depth[0]), I64(len(masks)))
        for j, mask in enumerate(masks):
            vector = v.load(matrix.moved(b, row, j * v.lanes * along), along, mask)
            b.store(vector, v.slot(place, b.add(first, I64(j))))
    return Matrix(place, matrix.dtype, (len(masks) * v.lanes, 1))


def pack_turned(
    v: Vectors, matrix: Matrix, depth: tuple[Any, Any], shape: tuple[int, int], place: ir.Value
) -> Matrix:
    """The same for a matrix whose columns have no gaps: squares are turned in registers.

    `shape`: rows, of which `depth` says which are copied, and columns. Where there are more
    rows than lanes, the last square overlaps the one before it.
    """
    b, lanes = v.b, v.lanes
    rows, columns = shape
    whole, vectors = columns // lanes, -(-columns // lanes)
    height = min(rows, lanes)
    copy = Matrix(place, matrix.dtype, (vectors * lanes, 1))

    def square(k: ir.Value, column: Any, width: int) -> None:
        start = matrix.at(b, k, column)
        lines = [
            v.load(matrix.moved(b, start, i * matrix.strides[1]), 1, v.first(height))
            for i in range(width)
        ]
        top = b.mul(b.sub(k, depth[0]), I64(vectors * lanes))
        target = copy.part(b, 0, top).part(b, 0, column)
        for i, vector in enumerate(v.transposed(lines)[:height]):
            b.store(vector, target.at(b, i, 0))

    with counted(b, depth[0], depth[1], lanes) as turn:
        k = v.smaller(turn, b.sub(depth[1], I64(height)))
        if whole:
            with counted(b, I64(0), I64(whole * lanes), lanes) as column:
                square(k, column, lanes)
        if whole < vectors:
            square(k, whole * lanes, columns - whole * lanes)
    return copy


def pack_tiles(
    v: Vectors,
    matrix: Matrix,
    depth: tuple[Any, Any],
    columns: tuple[Any, Any, int],
    cut: Tiling,
    place: ir.Value,
) -> None:
    """Columns of a matrix whose rows have no gaps, for rows from `depth[0]` to `depth[1]`.

    `columns`: the first, the one after the last, and how many the matrix has. As many as a tile
    has rows lie side by side, row after row, then come those of the next tile. Each vector is
    written whole: what is too much is written over by the next row's, or lies in the gap that
    `tile_room` leaves.
    """
    b, (first, last, count) = v.b, columns
    short = count % cut.rows
    whole = v.smaller(last, I64(count - short)) if short else last
    tiles = Matrix(place, matrix.dtype, (tile_room(cut.depth, cut.rows, v.lanes), 1))

    def copy(k: ir.Value, column: ir.Value, width: int) -> None:
        start = matrix.at(b, k, column)
        target = tiles.at(b, b.sub(column, first), 0)
        target = Matrix(target, matrix.dtype, (cut.rows, 1)).at(b, b.sub(k, depth[0]), 0)
        for j in range(0, width, v.lanes):
            vector = v.load(matrix.moved(b, start, j), 1, v.first(width - j))
            b.store(vector, matrix.moved(b, target, j), align=matrix.dtype.itemsize)

    with counted(b, depth[0], depth[1]) as k:
        with counted(b, first, whole, cut.rows) as column:
            copy(k, column, cut.rows)
        if short:
            with b.if_then(b.icmp_signed("<", whole, last)):
                copy(k, whole, short)


def tile_room(depth: int, rows: int, lanes: int) -> int:
    """Memory for some rows of k of a tile, and a vector more, for each of its rows."""
    return depth + -(-lanes // rows)


def pack_lines(v: Vectors, matrix: Matrix, rows: int, columns: int, place: ir.Value) -> Matrix:
    """A few columns (no more than lanes) turned into lines without gaps, one after the other.

    There must be at least as many rows as lanes.
    """
    b, lanes = v.b, v.lanes
    length = padded(rows, lanes)
    copy = Matrix(place, matrix.dtype, (1, length))
    apart, along = matrix.strides
    with counted(b, I64(0), I64(rows), lanes) as turn:
        k = v.smaller(turn, I64(rows - lanes))
        start = matrix.at(b, k, 0)
        places = [matrix.moved(b, start, i * apart) for i in range(lanes)]
        square = [v.load(place, along, v.first(columns)) for place in places]
        for j, line in enumerate(v.transposed(square)[:columns]):
            b.store(line, copy.at(b, k, j), align=matrix.dtype.itemsize)
    return copy
