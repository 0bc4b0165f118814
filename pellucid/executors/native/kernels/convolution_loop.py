"""A convolution and the loop that goes on with its images: both for a strip of them, in turn.

What is between them lies on the stack: a strip of images, or some channels of one image, as many
as the nearest cache holds. It is neither written to an array of all images nor read from there.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.convolution_cuts import Cut, whole_cut_of
from pellucid.executors.native.ir.kernels import ConvolutionLoop
from pellucid.executors.native.kernels.convolution import BySamples
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import KernelKind
from pellucid.executors.native.kernels.loop_kind import EqualParts, LoopKind
from pellucid.executors.native.kernels.standalone import SingleKind
from pellucid.executors.native.kernels.window_columns import ColumnBlock
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.indices import Index, smaller
from pellucid.executors.native.llvm.types import I8, POINTER, scalar_type
from pellucid.executors.native.matmul.contraction import emit_contraction
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.panels import Operand
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.executors.native.matmul.tiling import tiling
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Shape, Value

# Of the channels that go on at a time. Chosen: half of a nearest cache of 32 kB, beside what the
# convolution laid out there.
NEAREST_BYTES = 1 << 14


class ConvolutionLoopKind(KernelKind[ConvolutionLoop]):
    """A unit is a strip of images."""

    def __init__(self) -> None:
        self.single = SingleKind()
        self.of_loop = LoopKind()

    def units(self, kernel: ConvolutionLoop, shared: Planned) -> int:
        """The strips, or parts of them."""
        del shared
        return kernel.strips * kernel.parts

    def nanoseconds(self, kernel: ConvolutionLoop) -> float:
        """That of both."""
        of_loop = self.of_loop.nanoseconds(kernel.loop)
        return self.single.nanoseconds(kernel.convolution) + of_loop

    def shape(self, kernel: ConvolutionLoop) -> Shape:
        """The shape of what the convolution gives."""
        return kernel.between.shape

    def described(self, kernel: ConvolutionLoop) -> str:
        """The loop, and in how many strips both go."""
        how = "some channels at a time" if kernel.by_channels else f"in {kernel.strips} strips"
        return f"convolution and {self.of_loop.described(kernel.loop)}, {how}"

    def emit(self, frame: Frame, kernel: ConvolutionLoop, number: int) -> None:
        """Both, strip by strip."""
        if kernel.by_channels:
            _SomeChannels(frame, kernel).emit()
        else:
            self._by_strips(frame, kernel, number)

    def _by_strips(self, frame: Frame, kernel: ConvolutionLoop, number: int) -> None:
        """Strips of whole images."""
        value = kernel.between
        of_strip = math.prod(value.shape) // kernel.strips
        room = _room(frame, value, of_strip)
        units = self.single.units(kernel.convolution, frame.shared) // kernel.strips
        with frame.units.loop() as strip:
            _place(frame, value, room, strip * of_strip)
            frame.units = Interval(strip * units, (strip + 1) * units)
            self.single.emit(frame, kernel.convolution, number)
            parts = [EqualParts(strip, strip + 1, kernel.strips)]
            self.of_loop.emit_within(frame, kernel.loop, parts)


class _SomeChannels(BySamples):
    """A convolution, whose results go on before others of the same image are there."""

    def __init__(self, frame: Frame, kernel: ConvolutionLoop) -> None:
        self.kernel = kernel
        super().__init__(frame, kernel.convolution.nodes[0])
        self.out, *positions = kernel.between.shape[2:]
        self.positions = math.prod(positions)
        self.channels = self.out // kernel.parts
        self.image = self.first = Index(frame.builder, 0)

    def _cut(self) -> Cut:
        """Whole images; a block is all of one, for a part of the channels."""
        return replace(whole_cut_of(self.node), blocks=self.kernel.parts)

    def for_block(self, index: Index, body: Callable[[ColumnBlock], None]) -> None:
        """Run `body` for all columns: the index is that of a part of the channels."""
        self.first = index * self.channels
        start = Index(self.b, 0)
        body(ColumnBlock(start, start, self.cut.rows, self.cut.run))

    def _multiply(
        self, image: Index, block: ColumnBlock, pitch: int, operands: tuple[Operand, Operand]
    ) -> None:
        self.image = image
        super()._multiply(image, block, pitch, operands)

    def product(
        self, spec: Contraction, operands: tuple[Operand, Operand], store: Callable[..., None]
    ) -> None:
        """The rows of the product, which are channels: some, and what follows, then the next."""
        spec = replace(spec, m=self.channels)
        weights, columns = operands
        operands = self.columns.moved(weights, self.first * spec.a_strides[0]), columns
        finish = Finish(lambda row, *vector: store(self.first + row, *vector))
        cut = tiling(spec, self.frame.target)
        row_bytes = self.positions * self.dtype.itemsize
        at_once = max(1, min(cut.groups, NEAREST_BYTES // (row_bytes * cut.group)))
        room = _room(self.frame, self.node.output, at_once * cut.group * self.positions)
        with counted(self.b, 0, cut.groups, at_once) as group:
            end = smaller(group + at_once, cut.groups)
            channel = self.first + group * cut.group
            before = (self.image * self.out + channel) * self.positions
            _place(self.frame, self.node.output, room, before)
            with counted(self.b, 0, cut.panels) as panel:
                begin = panel * cut.groups
                units = Interval(begin + group, begin + end)
                emit_contraction(self.frame.site, spec, operands, units, finish)
            done = smaller(end * cut.group, self.channels)
            self._go_on(channel, self.first + done)

    def _go_on(self, channel: Index, after: Index) -> None:
        """The loop for some channels of an image."""
        parts = [EqualParts(channel, after, self.out)]
        if self.kernel.strips > 1:
            image = EqualParts(self.image, self.image + 1, self.kernel.strips)
            parts.insert(0, image)
        LoopKind().emit_within(self.frame, self.kernel.loop, parts)


def _room(frame: Frame, value: Value, count: int) -> ir.Value:
    """Memory for some elements of a value."""
    room: Any = frame.scratch(scalar_type(value.dtype), count)
    room.type = POINTER
    return room


def _place(frame: Frame, value: Value, room: ir.Value, first: Index) -> None:
    """Let a value lie so that the element `first` is where a room begins."""
    before = first * -value.dtype.itemsize
    frame.place(value, frame.builder.gep(room, [before], source_etype=I8))
