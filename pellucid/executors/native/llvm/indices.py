"""Indices: whole numbers of emitted code, with the operators of arithmetic.

    Index       a whole number that is known when the code runs
    smaller, larger     the smaller and the larger of two of them
    unraveled   the index along each axis, from the number of a point
    raw_number  what LLVM is given for a number, whoever knows it
    known_number    the number that an index is known to be

`row * pitch + column` emits a multiplication and an addition. Numbers that are known now stand
as they are, and an Index stands wherever LLVM asks for a value.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.types import I64

Number = Any  # an Index, an int, or a value of LLVM


def raw_number(number: Number) -> ir.Value:
    """What LLVM is given for a number."""
    if isinstance(number, Index):
        return number.raw
    return I64(number) if isinstance(number, int) else number


def known_number(index: "Index") -> int:
    """The number that an index is known to be while code is written."""
    return int(index.raw.constant)


class Index:
    """A whole number of 64 bits. Orders are those of signed numbers, // and % of unsigned ones."""

    __slots__ = ("b", "raw")
    type = I64

    def __init__(self, b: ir.IRBuilder, number: Number) -> None:
        self.b = b
        self.raw = raw_number(number)

    def get_reference(self) -> str:
        """The name in the code, for LLVM."""
        return str(self.raw.get_reference())

    def _with(self, emit: Callable[[Any, Any], ir.Value], other: Number) -> "Index":
        return Index(self.b, emit(self.raw, raw_number(other)))

    # ---- arithmetic --------------------------------------------------------------------------

    def __add__(self, other: Number) -> "Index":
        return self._with(self.b.add, other)

    def __sub__(self, other: Number) -> "Index":
        return self._with(self.b.sub, other)

    def __rsub__(self, other: Number) -> "Index":
        return Index(self.b, self.b.sub(raw_number(other), self.raw))

    def __mul__(self, other: Number) -> "Index":
        return self._with(self.b.mul, other)

    def __floordiv__(self, other: Number) -> "Index":
        return self._with(self.b.udiv, other)

    def __mod__(self, other: Number) -> "Index":
        return self._with(self.b.urem, other)

    def __and__(self, other: Number) -> "Index":
        return self._with(self.b.and_, other)

    def signed_quotient(self, other: Number) -> "Index":
        """The quotient of numbers that may be negative, rounded towards 0."""
        return self._with(self.b.sdiv, other)

    def signed_remainder(self, other: Number) -> "Index":
        """What that division leaves."""
        return self._with(self.b.srem, other)

    # ---- conditions --------------------------------------------------------------------------

    def _compared(self, sign: str, other: Number) -> ir.Value:
        return self.b.icmp_signed(sign, self.raw, raw_number(other))

    def __lt__(self, other: Number) -> ir.Value:
        return self._compared("<", other)

    def __le__(self, other: Number) -> ir.Value:
        return self._compared("<=", other)

    def __gt__(self, other: Number) -> ir.Value:
        return self._compared(">", other)

    def __ge__(self, other: Number) -> ir.Value:
        return self._compared(">=", other)

    def equals(self, other: Number) -> ir.Value:
        """Whether both are the same number."""
        return self._compared("==", other)

    def is_within(self, size: Number) -> ir.Value:
        """Whether it is at least 0 and below `size`."""
        return self.b.icmp_unsigned("<", self.raw, raw_number(size))

    def is_multiple_of(self, power: int) -> ir.Value:
        """Whether a power of two divides it."""
        return (self & (power - 1)).equals(0)

    def where(self, condition: ir.Value, other: Number) -> "Index":
        """Itself where a condition holds, the other number elsewhere."""
        return Index(self.b, self.b.select(condition, self.raw, raw_number(other)))


def smaller(x: Index, y: Number) -> Index:
    """The smaller of two numbers."""
    return x.where(x < y, y)


def larger(x: Index, y: Number) -> Index:
    """The larger of two numbers."""
    return x.where(x > y, y)


def unraveled(number: Index, sizes: Sequence[int]) -> Iterator[Index]:
    """The index along each axis of the `number`th point in row-major order, last axis first."""
    for size in reversed(sizes):
        index = number % size
        number = number // size
        yield index
