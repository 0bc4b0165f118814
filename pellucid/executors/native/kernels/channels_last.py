"""Squares of numbers turned, so that the channels of a place lie side by side, and back.

    Pixels      memory for places of an image, whose channels are the lanes of a vector
    Lines       the same row of some channels, as images lie

A vector of each channel's row, one for each lane, is a square of places and channels, which is
turned in registers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index, Number, smaller
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import element_address, store
from pellucid.executors.native.llvm.vectors import Vectors


@dataclass(frozen=True)
class Pixels:
    """Places side by side, a vector each, in rows of `pitch`."""

    v: Vectors
    begin: ir.Value
    pitch: int

    def at(self, row: Number, column: Number) -> Index:
        """The number of a place."""
        places_before = Index(self.v.b, row) * self.pitch
        number: Index = places_before + column
        return number

    def get(self, number: Number) -> ir.Value:
        """The channels of a place."""
        return self.v.kept(self.begin, number)

    def put(self, number: Number, vector: ir.Value) -> None:
        """Write the channels of a place."""
        self.v.keep(self.begin, number, vector)

    def clear(self, first: Index, count: int) -> None:
        """Zeros for some places in a row."""
        with counted(self.v.b, 0, count) as i:
            self.put(first + i, self.v.zero)

    def tile(self, first: Index, high: int, wide: int) -> list[list[ir.Value]]:
        """The rows of places of a tile that begins at one."""
        rows = []
        for i in range(high):
            begin = first + i * self.pitch
            rows.append([self.get(begin + j) for j in range(wide)])
        return rows

    def put_tile(self, first: Index, rows: list[list[ir.Value]]) -> None:
        """Write the rows of places of a tile."""
        for i, row in enumerate(rows):
            begin = first + i * self.pitch
            for j, vector in enumerate(row):
                self.put(begin + j, vector)


@dataclass(frozen=True)
class Lines:
    """A row of `length` numbers in each of some channels; channels and numbers lie so far apart.

    There are no more channels than lanes.
    """

    v: Vectors
    channels: int
    length: int
    apart: int
    along: int = 1

    def to_pixels(self, source: ir.Value, pixels: Pixels, first: Index) -> None:
        """Write the numbers from `source` on to the places from `first` on."""

        def square(start: Index, count: int) -> None:
            mask = self.v.first(count)
            rows = []
            for i in range(self.channels):
                address = self._address(source, i, start)
                rows.append(self.v.load(address, self.along, mask))
            columns = self.v.transposed(rows)
            for i, vector in enumerate(columns[:count]):
                pixels.put(first + start + i, vector)

        self._squares(square)

    def from_pixels(self, pixels: Pixels, first: Index, target: ir.Value) -> None:
        """Write the places from `first` on to the numbers from `target` on."""

        def square(start: Index, count: int) -> None:
            mask = self.v.first(count)
            columns = [pixels.get(first + start + i) for i in range(count)]
            rows = self.v.transposed(columns)
            for i, vector in enumerate(rows[: self.channels]):
                address = self._address(target, i, start)
                lanes = Lanes(self.v.b, vector, self.v.dtype)
                store(self.v.b, address, lanes, mask=mask)

        self._squares(square)

    def _address(self, begin: ir.Value, channel: int, start: Index) -> ir.Value:
        """Where a number of a channel lies."""
        element = start * self.along + channel * self.apart
        return element_address(self.v.b, begin, self.v.dtype, element)

    def _squares(self, square: Callable[[Index, int], None]) -> None:
        """Emit all squares of the row, as one code: the last overlaps the one before it."""
        width = min(self.length, self.v.lanes)
        with counted(self.v.b, 0, self.length, width) as start:
            square(smaller(start, self.length - width), width)
