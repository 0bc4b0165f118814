"""Copies of parts of a matrix, so that a kernel finds what it needs side by side.

pack_panel      some vectors of each row, whichever way the matrix lies
pack_rows       the same, of a matrix that lies row by row
pack_turned     the same, of a matrix that lies column by column
pack_lines      a few columns, each as a line without gaps
TileCopies      columns as tiles need them; tile_room: how much memory those of a tile take
BlockOfA           some rows of A, for a range of k

A copy pays where its elements are used often, and where the originals lie so far apart that
each takes a page and cache sets of its own.
"""

from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, Number, smaller
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.cuts import Tiling
from pellucid.executors.native.matmul.matrices import Matrix


def pack_panel(
    v: Vectors, matrix: Matrix, depth: Interval, shape: tuple[int, int], place: ir.Value
) -> Matrix:
    """Copy the first columns of the rows of `depth`; `shape`: how many rows, and columns."""
    if matrix.strides[0] == 1:
        return pack_turned(v, matrix, depth, shape, place)
    columns = shape[1]
    masks = tuple(v.first(columns - start) for start in range(0, columns, v.lanes))
    return pack_rows(v, matrix, depth, masks, place)


def pack_rows(
    v: Vectors, matrix: Matrix, depth: Interval, masks: tuple[Any, ...], place: ir.Value
) -> Matrix:
    """Copy the rows of `depth`, a vector for each mask; the first becomes row 0 of the copy.

    Where the rows have gaps between their elements, these are closed.
    """
    vectors = len(masks)
    with depth.loop() as k:
        row = matrix.at(k, 0)
        first = (k - depth.begin) * vectors
        copied = matrix.vectors(v, row, masks)
        for j, vector in enumerate(copied):
            v.keep(place, first + j, vector)
    return Matrix(v.b, place, matrix.dtype, (vectors * v.lanes, 1))


# ---- squares turned in registers -------------------------------------------------------------


def pack_turned(
    v: Vectors, matrix: Matrix, depth: Interval, shape: tuple[int, int], place: ir.Value
) -> Matrix:
    """The same for a matrix whose columns have no gaps: squares are turned in registers.

    `shape`: rows, of which `depth` says which are copied, and columns. Where there are more
    rows than lanes, the last square overlaps the one before it.
    """
    rows, columns = shape
    lanes = v.lanes
    whole = columns // lanes * lanes
    pitch = padded(columns, lanes)
    copy = Matrix(v.b, place, matrix.dtype, (pitch, 1))
    height = min(rows, lanes)
    squares = _Squares(v, matrix, copy, depth, height)
    with depth.loop(lanes) as turn:
        k = smaller(turn, depth.end - squares.height)
        if whole:
            with counted(v.b, 0, whole, lanes) as column:
                squares.turn(k, column, lanes)
        if whole < columns:
            squares.turn(k, whole, columns - whole)
    return copy


@dataclass(frozen=True)
class _Squares:
    """Squares of a matrix, `height` rows each, on their way to a copy of the rows in `depth`."""

    v: Vectors
    matrix: Matrix
    copy: Matrix
    depth: Interval
    height: int

    def turn(self, k: Index, column: Number, width: int) -> None:
        """Copy the square that begins at an element."""
        first = self.matrix.at(k, column)
        columns = self._columns(first, width)
        target = self.copy.part(k - self.depth.begin, column)
        rows = self.v.transposed(columns)
        for i, row in enumerate(rows[: self.height]):
            self.v.b.store(row, target.at(i, 0))

    def _columns(self, first: ir.Value, width: int) -> list[ir.Value]:
        """The columns of a square, each a vector."""
        inside = self.v.first(self.height)
        apart = self.matrix.strides[1]
        columns = []
        for i in range(width):
            top = self.matrix.moved(first, i * apart)
            columns.append(self.v.load(top, 1, inside))
        return columns


def pack_lines(v: Vectors, matrix: Matrix, rows: int, columns: int, place: ir.Value) -> Matrix:
    """A few columns (no more than lanes) turned into lines without gaps, one after the other.

    There must be at least as many rows as lanes.
    """
    lanes = v.lanes
    apart, along = matrix.strides
    length = padded(rows, lanes)
    copy = Matrix(v.b, place, matrix.dtype, (1, length))
    with counted(v.b, 0, rows, lanes) as turn:
        k = smaller(turn, rows - lanes)
        first = matrix.at(k, 0)
        places = matrix.spaced(first, lanes, apart)
        inside = v.first(columns)
        square = [v.load(place, along, inside) for place in places]
        lines = v.transposed(square)
        for j, line in enumerate(lines[:columns]):
            address = copy.at(k, j)
            v.b.store(line, address, align=matrix.dtype.itemsize)
    return copy


# ---- columns as tiles need them --------------------------------------------------------------


@dataclass(frozen=True)
class BlockOfA:
    """Some rows of A, for a range of k."""

    rows: Interval
    depth: Interval


@dataclass(frozen=True)
class TileCopies:
    """Memory for a block of A, in the order in which tiles read it.

    `matrix` is A transposed; its rows have no gaps, and `count` columns. As many of these as a
    tile has rows lie side by side, row after row, then come those of the next tile. Each vector
    is written whole: what is too much is written over by the next row's, or lies in the gap that
    `tile_room` leaves.
    """

    v: Vectors
    matrix: Matrix
    count: int
    cut: Tiling
    place: ir.Value

    def pack(self, block: BlockOfA) -> None:
        """Copy a block."""
        rows = block.rows
        height = self.cut.rows
        short = self.count % height
        whole = rows.end
        if short:
            whole = smaller(rows.end, self.count - short)
        with block.depth.loop() as k:
            with counted(self.v.b, rows.begin, whole, height) as row:
                self._copy(block, k, row, height)
            if short:
                with self.v.b.if_then(whole < rows.end):
                    self._copy(block, k, whole, short)

    def _copy(self, block: BlockOfA, k: Index, row: Index, height: int) -> None:
        """Copy what a tile of `height` rows needs for one k."""
        v = self.v
        matrix = self.matrix
        source = matrix.at(k, row)
        tile = self._columns_of_tile(row - block.rows.begin)
        target = tile.at(k - block.depth.begin, 0)
        for j in range(0, height, v.lanes):
            inside = v.first(height - j)
            vector = v.load(matrix.moved(source, j), 1, inside)
            address = matrix.moved(target, j)
            v.b.store(vector, address, align=matrix.dtype.itemsize)

    def of_tile(self, row: Index) -> Matrix:
        """The copy of A for the tile that begins at a row of the block."""
        return self._columns_of_tile(row).turned()

    def _columns_of_tile(self, row: Index) -> Matrix:
        cut = self.cut
        dtype = self.matrix.dtype
        room = tile_room(cut.depth, cut.rows, cut.lanes)
        tiles = Matrix(self.v.b, self.place, dtype, (room, 1))
        begin = tiles.at(row, 0)
        return Matrix(self.v.b, begin, dtype, (cut.rows, 1))


def tile_room(depth: int, rows: int, lanes: int) -> int:
    """Memory for some rows of k of a tile, and a vector more, for each of its rows."""
    return depth + ceil_div(lanes, rows)
