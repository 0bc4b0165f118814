"""Gradients of kernels with fewer multiplications: products of transformed tiles, added up.

    gradient_units          how many independent pieces of work there are
    gradient_multiply_adds  how many multiply-adds take as long as they do
    emit_fast_gradient      the code for some of them

A unit goes through the tiles of its part, block by block: it transforms those of the data and of
the gradient of results, and for each of the 36 places adds a product of matrices, channels by
tiles by channels, to sums in memory. Behind the last block the sums are transformed to 3 x 3.
"""

from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.fast_gradients import gradient_cut
from pellucid.executors.native.ir.views import row_major
from pellucid.executors.native.ir.winograd import DATA, KERNEL, PLACES, RESULT, TAPS
from pellucid.executors.native.kernels.channels_last import Lines
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.tile_transforms import both_axes, gathered
from pellucid.executors.native.kernels.transformed_tiles import (
    Images,
    ImageTiles,
    PlaceMatrices,
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


def gradient_units(node: Node) -> int:
    """How many independent pieces of work there are."""
    cut = gradient_cut(node)
    return cut.parts * cut.groups


def gradient_multiply_adds(node: Node) -> int:
    """How many multiply-adds take about as long: products of tiles, and half as much beside."""
    cut = gradient_cut(node).tiles
    channels, _, batch = node.inputs[0].shape[:3]
    out = node.inputs[1].shape[1]
    return batch * cut.high * cut.wide * PLACES * channels * out * 3 // 2


def emit_fast_gradient(frame: Frame, node: Node) -> None:
    """The code for some units."""
    _FastGradient(frame, node).emit()


class _FastGradient:
    """A gradient, and memory for what it transforms and adds."""

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame = frame
        self.b = frame.builder
        self.output = node.output
        self.cut = gradient_cut(node)
        self.tiles = self.cut.tiles
        x, dy = (frame.views[value] for value in node.inputs)
        self.batch = x.shape[2]
        self.out = dy.shape[1]
        self.v = Vectors(self.b, node.output.dtype, frame.target.lanes(node.output.dtype))
        data = Images(x, 2, 0, self.cut.channels, node.primitive.before)
        gradients = Images(dy, 2, 1, self.out)
        self.data = ImageTiles(frame, self.v, data, (DATA, DATA), self.tiles)
        spread_by = RESULT.T, RESULT.T
        self.gradients = ImageTiles(frame, self.v, gradients, spread_by, self.tiles)
        self.sums = PlaceMatrices(frame, self.v, PLACES, self.cut.channels, self.out)
        self.pixels = pixels(frame, self.v, TAPS, TAPS)

    def emit(self) -> None:
        """Some units."""
        cut = self.cut
        all_blocks = units_of(self.tiles, self.batch)
        with self.frame.units.loop() as number:
            part = number // cut.groups
            first = number % cut.groups * cut.channels
            self.sums.clear()
            begin = part * cut.blocks
            end = smaller(begin + cut.blocks, all_blocks)
            with counted(self.b, begin, end) as block:
                unit = tile_unit(block, self.tiles, self.batch)
                self.data.transform(unit, first)
                self.gradients.transform(unit)
                chosen_product(self.b, self.tiles, self.batch, unit, self._add_products)
            self._hand_out(part, first)

    def _add_products(self, count: int) -> None:
        """The products of so many tiles, for all places, added to the sums."""
        left, right = self.data.matrices, self.gradients.matrices
        spec = Contraction(
            m=self.cut.channels,
            n=self.sums.pitch,
            k=count,
            dtype=self.output.dtype,
            a_strides=(1, left.pitch),
            b_strides=(right.pitch, 1),
            light=True,
        )
        with counted(self.b, 0, PLACES) as place:
            target = self.sums.of(place)

            def add(row: Index, column: Index, vector: ir.Value, _: Any) -> None:
                element = row * self.sums.pitch + column
                address = self.sums.address(target, element)
                before = self.b.load(address, typ=self.v.kind)
                self.b.store(self.b.fadd(before, vector), address)

            units = Interval.of(self.b, 0, tiles(spec, self.frame.target))
            operands = left.of(place), right.of(place)
            emit_contraction(self.frame.site, spec, operands, units, Finish(add))

    def _hand_out(self, part: Index, first: Index) -> None:
        """The sums of a unit transformed, 3 x 3 for each two channels."""
        strides = row_major(self.output.shape)[:4]
        matrices = KERNEL.T, KERNEL.T
        with counted(self.b, 0, self.cut.channels) as row:

            def group(channel: Index, count: int) -> None:
                sums = self.sums.get_all(row, channel)
                begin = Index(self.b, 0)
                self.pixels.put_tile(begin, both_axes(self.v, gathered, matrices, sums))
                at = (part, first + row, None, channel)
                element = self.frame.element(0, at, strides)
                target = self.frame.address(self.output, element)
                lines = Lines(self.v, count, TAPS * TAPS, TAPS * TAPS)
                lines.from_pixels(self.pixels, begin, target)

            by_groups(self.v, self.out, group)
