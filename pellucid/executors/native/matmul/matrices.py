"""Where matrices lie in memory, and how code walks over them.

Matrix      a matrix with strides
Scattered   a matrix whose rows begin anywhere
Turned      such a matrix, transposed
Operands    the two matrices of a product
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.indices import Index, Number, raw_number
from pellucid.executors.native.llvm.loads_and_stores import element_address
from pellucid.executors.native.llvm.types import I64
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.primitives.base import DType

Column = list[ir.Value]  # the address of its element in each row
Walk = Callable[[Number, int], list[Column]]  # from a column on, so many of them


@dataclass(frozen=True)
class Matrix:
    """A matrix in memory. Strides count elements: (from row to row, along a row)."""

    b: ir.IRBuilder
    pointer: ir.Value
    dtype: DType
    strides: tuple[int, int]

    # ---- addresses ---------------------------------------------------------------------------

    def at(self, row: Number, column: Number) -> ir.Value:
        """The address of an element."""
        down, along = self.strides
        begin_of_row = self._further(self.pointer, row, down)
        return self._further(begin_of_row, column, along)

    def _further(self, address: ir.Value, index: Number, stride: int) -> ir.Value:
        if isinstance(index, int):
            return self.moved(address, index * stride)
        elements = Index(self.b, index) * stride
        return element_address(self.b, address, self.dtype, elements)

    def moved(self, address: ir.Value, elements: int) -> ir.Value:
        """An address some elements further on."""
        if elements == 0:
            return address
        return element_address(self.b, address, self.dtype, elements)

    def spaced(self, first: ir.Value, count: int, apart: int) -> list[ir.Value]:
        """`count` addresses, each `apart` elements after the one before."""
        return [self.moved(first, i * apart) for i in range(count)]

    # ---- rows and columns --------------------------------------------------------------------

    def rows_from(self, row: Number, count: int) -> list[ir.Value]:
        """The addresses at which some rows begin, from a row on."""
        first = self.at(row, 0)
        return self.spaced(first, count, self.strides[0])

    def down(self, rows: int) -> Walk:
        """A walk along the first rows: for each of some columns the address in each row.

        What does not change on the way is computed where this is called.
        """
        turned = self.turned()

        def columns_from(column: Number, count: int) -> list[Column]:
            tops = turned.rows_from(column, count)
            down = self.strides[0]
            return [self.spaced(top, rows, down) for top in tops]

        return columns_from

    def vectors(self, v: Vectors, begin: ir.Value, masks: tuple[Any, ...]) -> Iterator[ir.Value]:
        """The vectors of a row from an address on, each loaded when it is asked for."""
        along = self.strides[1]
        for j, mask in enumerate(masks):
            address = self.moved(begin, j * v.lanes * along)
            yield v.load(address, along, mask)

    # ---- other matrices in the same memory ---------------------------------------------------

    def part(self, row: Number, column: Number) -> "Matrix":
        """What is left of the matrix from an element on."""
        pointer = self.at(row, column)
        return Matrix(self.b, pointer, self.dtype, self.strides)

    def turned(self) -> "Matrix":
        """The transposed matrix, at the same place."""
        strides = self.strides[::-1]
        return Matrix(self.b, self.pointer, self.dtype, strides)


@dataclass(frozen=True)
class Operands:
    """C = left right: two matrices, or what is left of them from the elements of a tile on."""

    left: Matrix
    right: Matrix


@dataclass(frozen=True)
class Scattered(Matrix):
    """A matrix whose rows begin anywhere: `starts` holds where, in elements, for each row."""

    starts: ir.Value

    def at(self, row: Number, column: Number) -> ir.Value:
        """The address of an element."""
        place = self._start_of(row)
        start = self.b.load(place, typ=I64)
        address = element_address(self.b, self.pointer, self.dtype, start)
        return self._further(address, column, self.strides[1])

    def _start_of(self, row: Number) -> ir.Value:
        """The address of where a row begins."""
        return self.b.gep(self.starts, [raw_number(row)], source_etype=I64)

    def rows_from(self, row: Number, count: int) -> list[ir.Value]:
        """The addresses at which some rows begin, from a row on."""
        first = Index(self.b, row)
        return [self.at(first + i, 0) for i in range(count)]

    def down(self, rows: int) -> Walk:
        """A walk along the first rows: for each of some columns the address in each row."""
        lines = self.rows_from(0, rows)

        def columns_from(column: Number, count: int) -> list[Column]:
            here = [element_address(self.b, line, self.dtype, column) for line in lines]
            return [self._all_moved(here, j) for j in range(count)]

        return columns_from

    def _all_moved(self, addresses: Column, elements: int) -> Column:
        return [self.moved(address, elements) for address in addresses]

    def part(self, row: Number, column: Number) -> "Scattered":
        """What is left of the matrix from an element on."""
        pointer = self._further(self.pointer, column, self.strides[1])
        starts = self._start_of(row)
        return Scattered(self.b, pointer, self.dtype, self.strides, starts)

    def turned(self) -> "Turned":
        """The transposed matrix."""
        strides = self.strides[::-1]
        return Turned(self.b, self.pointer, self.dtype, strides, self)


@dataclass(frozen=True)
class Turned(Matrix):
    """The transposed of a matrix whose rows begin anywhere."""

    scattered: Scattered

    def at(self, row: Number, column: Number) -> ir.Value:
        """The address of an element."""
        return self.scattered.at(column, row)

    def part(self, row: Number, column: Number) -> "Turned":
        """What is left of the matrix from an element on."""
        return self.scattered.part(column, row).turned()

    def turned(self) -> Scattered:
        """The matrix itself."""
        return self.scattered
