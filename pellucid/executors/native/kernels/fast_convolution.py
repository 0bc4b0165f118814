"""Convolutions with fewer multiplications: tiles transformed, multiplied, and transformed back.

    fast_units              how many independent pieces of work there are
    fast_multiply_adds      how many multiply-adds take as long as they do
    emit_fast_convolution   the code for some of them

A unit is some tiles. They are transformed with the channels of a place side by side; then for
each of the 36 (or 24) places a matrix, tiles by channels, is multiplied by that of the kernels,
channels by channels of the result; and what comes out is transformed back. All of it stays in the
cache.
"""

import math
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.fast_convolutions import tile_cut
from pellucid.executors.native.ir.views import row_major
from pellucid.executors.native.ir.winograd import DATA, RESULT, TILE
from pellucid.executors.native.kernels.channels_last import Lines
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.tile_transforms import both_axes, gathered
from pellucid.executors.native.kernels.transformed_tiles import (
    Images,
    ImageTiles,
    PlaceMatrices,
    TileUnit,
    by_groups,
    chosen_product,
    pixels,
    tile_unit,
    units_of,
)
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.graph import Node


def fast_units(node: Node) -> int:
    """How many independent pieces of work there are."""
    return units_of(tile_cut(node, node.primitive.tile_rows), node.output.shape[0])


def fast_multiply_adds(node: Node) -> int:
    """How many multiply-adds take about as long: products of tiles, and half as much beside."""
    cut = tile_cut(node, node.primitive.tile_rows)
    tiles_of_all = node.output.shape[0] * cut.high * cut.wide
    numbers_of_kernels = math.prod(node.inputs[1].shape)
    return tiles_of_all * numbers_of_kernels * 3 // 2


def emit_fast_convolution(frame: Frame, node: Node) -> None:
    """The code for some units."""
    _FastConvolution(frame, node).emit()


class _FastConvolution:
    """A convolution, and memory for what it transforms."""

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame = frame
        self.b = frame.builder
        self.output = node.output
        self.rule = node.primitive
        self.cut = tile_cut(node, self.rule.tile_rows)
        x, self.kernels = (frame.views[value] for value in node.inputs)
        lanes = frame.target.lanes(node.output.dtype)
        self.v = Vectors(self.b, node.output.dtype, lanes)
        images = Images(x, 0, 2, x.shape[2], self.rule.before)
        self.data = ImageTiles(frame, self.v, images, (self.rule.down.data, DATA), self.cut)
        self.out = node.output.shape[2]
        self.places = self.data.matrices.places
        self.products = PlaceMatrices(frame, self.v, self.places, self.cut.tiles, self.out)
        self.pixels = pixels(frame, self.v, self.cut.tile_rows, TILE * self.cut.wide)

    def emit(self) -> None:
        """Some units."""
        batch = self.output.shape[0]
        with self.frame.units.loop() as number:
            unit = tile_unit(number, self.cut, batch)
            self.data.transform(unit)
            chosen_product(self.b, self.cut, batch, unit, self._multiply)
            self._transform_back(unit)

    # ---- products ----------------------------------------------------------------------------

    def _multiply(self, count: int) -> None:
        """The products of so many tiles, for all places."""
        channels = self.data.images.channels
        spec = Contraction(
            m=count,
            n=self.out,
            k=channels,
            dtype=self.output.dtype,
            a_strides=(self.data.matrices.pitch, 1),
            b_strides=(self.out, 1),
            light=True,
        )
        with counted(self.b, 0, self.places) as place:
            first = place * (channels * self.out)
            kernels = self.frame.address(self.kernels.base, first, self.kernels.offset)
            target = self.products.of(place)

            def keep(row: Index, column: Index, vector: ir.Value, _: Any) -> None:
                element = row * self.products.pitch + column
                self.b.store(vector, self.products.address(target, element))

            units = Interval.of(self.b, 0, tiles(spec, self.frame.target))
            operands = self.data.matrices.of(place), kernels
            emit_contraction(self.frame.site, spec, operands, units, Finish(keep))

    # ---- results -----------------------------------------------------------------------------

    def _transform_back(self, unit: TileUnit) -> None:
        """The results of a unit, a row of tiles of some channels at a time."""
        with counted(self.b, 0, unit.images) as image:

            def group(channel: Index, count: int) -> None:
                with counted(self.b, 0, unit.rows) as row:
                    first = (image * self.cut.rows + row) * self.cut.wide
                    self._row_of_tiles(first, channel)
                    at = (unit.image + image, channel, unit.row + row)
                    self._hand_out(at, count)

            by_groups(self.v, self.out, group)

    def _row_of_tiles(self, first: Index, channel: Index) -> None:
        """The results of a row of tiles, to their places."""
        matrices = self.rule.down.result, RESULT
        with counted(self.b, 0, self.cut.wide) as column:
            products = self.products.get_all(first + column, channel)
            results = both_axes(self.v, gathered, matrices, products)
            self.pixels.put_tile(column * TILE, results)

    def _hand_out(self, at: tuple[Index, Index, Index], count: int) -> None:
        """The rows of results of a row of tiles, as far as they are asked for."""
        image, channel, row = at
        high, wide = self.output.shape[3:]
        strides = row_major(self.output.shape)
        lines = Lines(self.v, count, wide, strides[2])
        tall = self.cut.tile_rows
        first = row * tall
        with counted(self.b, 0, smaller(high - first, tall)) as i:
            indices = (image, None, channel, first + i)
            element = self.frame.element(0, indices, strides[:4])
            target = self.frame.address(self.output, element)
            lines.from_pixels(self.pixels, self.pixels.at(i, 0), target)
