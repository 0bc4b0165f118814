"""Where matrices lie in memory, and how code walks over them.

Matrix      a matrix with strides
Scattered   a matrix whose rows begin anywhere
Turned      such a matrix, transposed
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import I64, scalar_type
from pellucid.primitives.base import DType

Walk = Callable[[ir.Value, int], list[list[ir.Value]]]


@dataclass(frozen=True)
class Matrix:
    """A matrix in memory. Strides count elements: (from row to row, along a row)."""

    pointer: ir.Value
    dtype: DType
    strides: tuple[int, int]

    def at(self, b: ir.IRBuilder, row: Any, column: Any) -> ir.Value:
        """The address of an element."""
        address = self.pointer
        for index, stride in zip((row, column), self.strides, strict=True):
            if isinstance(index, int):
                address = self.moved(b, address, index * stride)
            else:
                step = index if stride == 1 else b.mul(index, I64(stride))
                address = b.gep(address, [step], source_etype=scalar_type(self.dtype))
        return address

    def moved(self, b: ir.IRBuilder, address: ir.Value, elements: int) -> ir.Value:
        """An address some elements further on."""
        if elements == 0:
            return address
        return b.gep(address, [I64(elements)], source_etype=scalar_type(self.dtype))

    def rows_from(self, b: ir.IRBuilder, row: ir.Value, count: int) -> list[ir.Value]:
        """The addresses at which some rows begin, from a row on."""
        first = self.at(b, row, 0)
        return [self.moved(b, first, i * self.strides[0]) for i in range(count)]

    def down(self, b: ir.IRBuilder, rows: int) -> Walk:
        """A walk along the first rows: for each of some columns the address in each row.

        What does not change on the way is computed where this is called.
        """

        def columns_from(column: ir.Value, count: int) -> list[list[ir.Value]]:
            tops = self.turned().rows_from(b, column, count)
            return [[self.moved(b, top, i * self.strides[0]) for i in range(rows)] for top in tops]

        return columns_from

    def part(self, b: ir.IRBuilder, row: Any, column: Any) -> "Matrix":
        """What is left of the matrix from an element on."""
        return Matrix(self.at(b, row, column), self.dtype, self.strides)

    def turned(self) -> "Matrix":
        """The transposed matrix, at the same place."""
        return Matrix(self.pointer, self.dtype, self.strides[::-1])


@dataclass(frozen=True)
class Scattered(Matrix):
    """A matrix whose rows begin anywhere: `starts` holds where, in elements, for each row."""

    starts: ir.Value

    def at(self, b: ir.IRBuilder, row: Any, column: Any) -> ir.Value:
        """The address of an element."""
        index = I64(row) if isinstance(row, int) else row
        start = b.load(b.gep(self.starts, [index], source_etype=I64), typ=I64)
        address = b.gep(self.pointer, [start], source_etype=scalar_type(self.dtype))
        return Matrix(address, self.dtype, self.strides).at(b, 0, column)

    def rows_from(self, b: ir.IRBuilder, row: ir.Value, count: int) -> list[ir.Value]:
        """The addresses at which some rows begin, from a row on."""
        return [self.at(b, b.add(row, I64(i)), 0) for i in range(count)]

    def down(self, b: ir.IRBuilder, rows: int) -> Walk:
        """A walk along the first rows: for each of some columns the address in each row."""
        lines = self.rows_from(b, I64(0), rows)

        def columns_from(column: ir.Value, count: int) -> list[list[ir.Value]]:
            here = [b.gep(line, [column], source_etype=scalar_type(self.dtype)) for line in lines]
            return [[self.moved(b, place, j) for place in here] for j in range(count)]

        return columns_from

    def part(self, b: ir.IRBuilder, row: Any, column: Any) -> "Scattered":
        """What is left of the matrix from an element on."""
        moved = Matrix(self.pointer, self.dtype, self.strides).at(b, 0, column)
        index = I64(row) if isinstance(row, int) else row
        starts = b.gep(self.starts, [index], source_etype=I64)
        return Scattered(moved, self.dtype, self.strides, starts)

    def turned(self) -> "Turned":
        """The transposed matrix."""
        return Turned(self.pointer, self.dtype, self.strides[::-1], self)


@dataclass(frozen=True)
class Turned(Matrix):
    """The transposed of a matrix whose rows begin anywhere."""

    scattered: Scattered

    def at(self, b: ir.IRBuilder, row: Any, column: Any) -> ir.Value:
        """The address of an element."""
        return self.scattered.at(b, column, row)

    def part(self, b: ir.IRBuilder, row: Any, column: Any) -> "Turned":
        """What is left of the matrix from an element on."""
        return self.scattered.part(b, column, row).turned()

    def turned(self) -> Scattered:
        """The matrix itself."""
        return self.scattered
