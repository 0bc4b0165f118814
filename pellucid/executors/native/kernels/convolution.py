"""Convolutions as products of matrices, whose windows are laid out block by block.

convolution_units       how many independent pieces of work there are
emit_convolution        the code for some of them

By samples: for each sample, the windows of a block of positions become columns, and the
weights times these are the results of the block.

By channels, where the kernel has more places than the result has positions, as that of a
gradient by weights: for each channel the places are columns, the positions and samples rows;
products are summed over the channels, in their order, in memory of the unit.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.convolution_cuts import by_channels, cut_of
from pellucid.executors.native.ir.views import row_major
from pellucid.executors.native.kernels.blocked_sums import InMemory
from pellucid.executors.native.kernels.convolved_product import ConvolvedProduct, Steps
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.window_columns import Channels, ColumnBlock, Rows
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I64
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Scattered
from pellucid.executors.native.matmul.panels import Operand
from pellucid.executors.native.schedule.sum_blocks import BLOCK
from pellucid.graph import Node


def convolution_units(node: Node) -> int:
    """How many independent pieces of work there are."""
    batch, groups = node.output.shape[:2]
    cut = cut_of(node)
    if by_channels(node):
        return groups * (batch // cut.samples)
    return groups * (batch * cut.blocks)


def emit_convolution(frame: Frame, node: Node) -> None:
    """The code for some units."""
    way = _ByChannels if by_channels(node) else BySamples
    way(frame, node).emit()


class BySamples(ConvolvedProduct):
    """Weights (out, in places) times windows (in places, positions), sample by sample.

    Where columns are shared, each row of the product begins at a place of its own.
    """

    def _taps_and_columns(self) -> tuple[Steps, Steps]:
        primitive = self.node.primitive
        taps = Steps(self.w.shape[3:], primitive.w_dilation)
        counts = self.node.output.shape[3:]
        return taps, Steps(counts, primitive.stride)

    def emit(self) -> None:
        """Some blocks."""
        groups = self.w.shape[0]
        channels = self.w.shape[2]
        axes = self.columns.axes
        taps = math.prod(axis.taps for axis in axes)
        rows = self.room(channels * taps)
        starts = self._starts(rows.pitch) if self.more else None
        with self.frame.units.loop() as unit:
            image = unit // self.cut.blocks
            index = unit % self.cut.blocks
            sample = image // groups
            group = image % groups

            def body(block: ColumnBlock) -> None:
                x = self.address(self.x, sample, group)
                image_channels = Channels(x, channels, self.x.strides[2])
                self.lay_out(image_channels, block, rows)
                right: Operand = rows.place
                if starts is not None:
                    right = self._scattered(rows, starts)
                left = self.address(self.w, group)
                operands = left, right
                self._multiply(image, block, rows.pitch, operands)

            self.for_block(index, body)

    def _scattered(self, rows: Rows, starts: ir.Value) -> Scattered:
        """The columns as a matrix whose rows begin where they are told."""
        strides = (self.cut.run, 1)
        return Scattered(self.b, rows.place, self.dtype, strides, starts)

    def _starts(self, pitch: int) -> ir.Value:
        """Where the row of each place of the kernel begins among the columns."""
        channels, high, wide = self.w.shape[2:]
        starts = self.frame.scratch(I64, channels * high * wide)
        down = self.node.primitive.w_dilation[0] * self.cut.run
        with (
            counted(self.b, 0, channels) as channel,
            counted(self.b, 0, high) as i,
            counted(self.b, 0, wide) as j,
        ):
            line = channel * wide + j
            start = line * pitch + i * down
            line_of_kernel = channel * high + i
            row = line_of_kernel * wide + j
            place = self.b.gep(starts, [row], source_etype=I64)
            self.b.store(start, place)
        return starts

    def _multiply(
        self, image: Index, block: ColumnBlock, pitch: int, operands: tuple[Operand, Operand]
    ) -> None:
        """The results of a block: a group of a sample is an image."""
        output = self.node.output
        out = output.shape[2]
        counts = output.shape[3:]
        spec = self._contraction(block, pitch)
        row_length = counts[-1] if counts else 1
        begin = block.row * row_length + block.first

        def store(row: Index, column: Index, vector: ir.Value, mask: Any) -> None:
            line = image * out + row
            before = line * math.prod(counts)
            element = before + begin + column
            lanes = Lanes(self.b, vector, self.dtype)
            self.frame.store(output, element, lanes, mask)

        self.product(spec, operands, store)

    def _contraction(self, block: ColumnBlock, pitch: int) -> Contraction:
        """The product of a block."""
        return Contraction(
            m=self.node.output.shape[2],
            n=block.count,
            k=math.prod(self.w.shape[2:]),
            dtype=self.dtype,
            a_strides=(self.w.strides[1], self.along(2)),
            b_strides=(self.cut.run if self.more else pitch, 1),
            scattered=self.more > 0,
            light=True,
        )


@dataclass(frozen=True)
class _Memory:
    """What a unit holds: columns laid out, and sums."""

    rows: Rows
    sums: InMemory


class _ByChannels(ConvolvedProduct):
    """Kernels (out, places) times windows (places, samples positions), summed over channels.

    Where columns are shared, each row of positions is a product by itself.
    """

    def __init__(self, frame: Frame, node: Node) -> None:
        super().__init__(frame, node)
        self.groups, self.out, self.channels = self.w.shape[:3]
        positions = math.prod(node.output.shape[3:])
        rows_apart = node.output.shape[3]
        self.products = rows_apart if self.more else 1
        self.positions = positions // self.products  # of a product
        samples = self.cut.samples
        self.wide = samples * positions // self.products
        self.turned = self.out < self.wide
        self.size = self.out * samples * positions

    def _taps_and_columns(self) -> tuple[Steps, Steps]:
        primitive = self.node.primitive
        columns = Steps(self.w.shape[3:], primitive.w_dilation)
        counts = self.node.output.shape[3:]
        return Steps(counts, primitive.stride), columns

    def emit(self) -> None:
        """Some groups, for some samples at a time."""
        b = self.b
        samples = self.cut.samples
        rows = self.room(self.wide)
        memory = _Memory(rows, self._sums())
        with self.frame.units.loop() as unit:
            group = unit % self.groups
            sample = unit // self.groups * samples
            with counted(b, 0, self.size) as i:
                memory.sums.clear(i, 1)
            channels = counted(b, 0, self.channels)
            blocks = counted(b, 0, self.cut.blocks)
            with channels as channel, blocks as index:

                def body(block: ColumnBlock) -> None:
                    x = self.address(self.x, sample, group, channel)
                    images = Channels(x, samples, self.x.strides[0])
                    self.lay_out(images, block, memory.rows)
                    self._multiply(group, channel, block, memory)

                self.for_block(index, body)
            self._hand_out(sample, group, memory.sums)

    def _sums(self) -> InMemory:
        """Memory for the sums, and for what they lose where there are many products."""
        places = [self.scratch(self.size)]
        products = self.channels * self.cut.blocks
        if products > BLOCK:
            places.append(self.scratch(self.size))
        return InMemory(self.b, self.dtype, *places)

    def _multiply(self, group: Index, channel: Index, block: ColumnBlock, memory: _Memory) -> None:
        """The products of a block, added to the sums."""
        spec = self._contraction(block, memory.rows.pitch)
        row_length = self.columns.axes[-1].columns
        first_place = block.row * row_length + block.first
        w = self.address(self.w, group, 0, channel)
        along = self.along(3)
        w = self.columns.moved(w, first_place * along)
        down = 0
        if self.more:
            down = self.cut.run * self.node.primitive.stride[0]
        with counted(self.b, 0, self.products) as i:
            place = self.columns.moved(memory.rows.place, i * down)
            before = i * (self.out * self.wide)
            sums = memory.sums.further(before)
            operands = (w, place)
            if self.turned:
                operands = (place, w)
            adding = self._adding(sums, spec.n)
            self.product(spec, operands, adding)

    def _contraction(self, block: ColumnBlock, pitch: int) -> Contraction:
        """The product of a block. One operand is turned for it: the narrower one."""
        out = self.w.strides[1]
        along = self.along(3)
        if self.turned:
            strides = (pitch, 1), (along, out)
            return Contraction(self.wide, self.out, block.count, self.dtype, *strides)
        strides = (out, along), (1, pitch)
        count = block.count
        return Contraction(self.out, self.wide, count, self.dtype, *strides)

    def _adding(self, sums: InMemory, columns: int) -> Callable[..., None]:
        """The function that adds each vector of a product to its sums, `columns` of them a row."""

        def store(row: Index, column: Index, vector: ir.Value, mask: Any) -> None:
            element = row * columns + column
            lanes = Lanes(self.b, vector, self.dtype)
            sums.add(element, lanes, mask)

        return store

    def _hand_out(self, sample: Index, group: Index, sums: InMemory) -> None:
        """The finished sums of a unit, each at its place."""
        b = self.b
        output = self.node.output
        all_strides = row_major(output.shape)
        strides = all_strides[:3]
        with (
            counted(b, 0, self.products) as i,
            counted(b, 0, self.out) as out,
            counted(b, 0, self.cut.samples) as one,
            counted(b, 0, self.positions) as place,
        ):
            line = one * self.positions + place
            element = line * self.out + out if self.turned else out * self.wide + line
            before = i * (self.out * self.wide)
            total = sums.get(before + element)
            at = (sample + one, group, out)
            first = self.frame.element(0, at, strides)
            position = i * self.positions + place
            element = first + position
            self.frame.store(output, element, total)
