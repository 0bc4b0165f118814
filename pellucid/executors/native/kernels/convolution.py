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
from dataclasses import replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.convolution_cuts import apart, by_channels, cut_of
from pellucid.executors.native.ir.views import View, row_major, single_stride
from pellucid.executors.native.kernels.blocked_sums import InMemory
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.window_columns import Axis, Block, Columns
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, Lanes, scalar_type
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.matrices import Scattered
from pellucid.executors.native.matmul.panels import Finish
from pellucid.executors.native.matmul.tiling import Contraction
from pellucid.executors.native.schedule.sum_blocks import BLOCK
from pellucid.graph import Node, Shape


def convolution_units(node: Node) -> int:
    """How many independent pieces of work there are."""
    batch, groups = node.output.shape[:2]
    cut = cut_of(node)
    return groups * (batch // cut.samples if by_channels(node) else batch * cut.blocks)


def emit_convolution(frame: Frame, node: Node) -> None:
    """The code for the units from `begin` to `end`."""
    (_ByChannels if by_channels(node) else _BySamples)(frame, node).emit()


class _Product:
    """What both ways share: where x and w lie, and how columns become a product.

    Where the kernel moves down by single rows, the columns of all its rows are the same ones,
    further down: they are laid out once, with as many rows more as the kernel reaches.
    """

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame, self.b, self.node, self.cut = frame, frame.builder, node, cut_of(node)
        self.x, self.w = (frame.views[value] for value in node.inputs)
        self.dtype = node.output.dtype
        self.more, axes = self.cut.more, self._axes()
        if self.more:
            axes[0] = replace(axes[0], taps=1, columns=axes[0].columns + self.more)
        self.columns = Columns(frame, self.dtype, axes)

    def _axes(self) -> list[Axis]:
        """Taps and columns along each axis of sizes."""
        raise NotImplementedError

    def _rows(self, tap: Shape, taps: Shape, column: Shape, columns: Shape) -> list[Axis]:
        primitive = self.node.primitive
        sizes, strides = self.x.shape[3:], self.x.strides[3:]
        rows = zip(
            sizes, strides, taps, columns, tap, column, primitive.before, primitive.x_dilation,
            strict=True,
        )  # fmt: skip
        # A convolution over no axes is one of a single place.
        return [Axis(*row) for row in rows] or [Axis(1, 1, 1, 1, 1, 1, 0, 1)]

    def address(self, view: View, indices: tuple[Any, ...]) -> ir.Value:
        """Where an element of x or w lies."""
        strides = view.strides[: len(indices)]
        return self.frame.address(view.base, self.frame.element(view.offset, indices, strides))

    def along(self, first: int) -> int:
        """How far apart the elements of w lie along all its axes from `first` on."""
        found = single_stride(self.w, first)
        if found is None:
            raise AssertionError(f"layout must copy the weights of {self.node}")
        return found

    def room(self, lines: int) -> ir.Value:
        """Memory for so many rows of columns."""
        self.pitch = apart((self.cut.rows + self.more) * self.cut.run, lines, self.dtype)
        return self.scratch(lines * self.pitch)

    def scratch(self, count: int) -> ir.Value:
        """Memory on the stack, for vectors and single numbers alike."""
        place = self.frame.scratch(scalar_type(self.dtype), count)
        place.type = ir.PointerType()
        return place

    def block(self, index: ir.Value, body: Callable[[Block], None]) -> None:
        """Run `body` for a block; the last one may be smaller, and is code of its own."""
        b, cut, last = self.b, self.cut, self.columns.axes[-1]
        rows = math.prod(axis.columns for axis in self.columns.axes[:-1]) - self.more
        if cut.segments > 1:
            row, segment = b.udiv(index, I64(cut.segments)), b.urem(index, I64(cut.segments))
            first, count, rest = b.mul(segment, I64(cut.run)), cut.segments, last.columns % cut.run
            whole, short = (1, cut.run), (1, rest)
        else:
            segment, row, first = index, b.mul(index, I64(cut.rows)), I64(0)
            count, rest = cut.blocks, rows % cut.rows
            whole, short = (cut.rows, cut.run), (rest, cut.run)
        if not rest:
            body(Block(row, first, *whole))
            return
        with b.if_else(b.icmp_signed("<", segment, I64(count - 1))) as (usual, end):
            with usual:
                body(Block(row, first, *whole))
            with end:
                body(Block(row, first, *short))

    def product(
        self, spec: Contraction, operands: tuple[ir.Value, ir.Value], to: Callable[..., None]
    ) -> None:
        """A product of matrices; `to` gets each vector of the result."""
        target = self.frame.target
        units = (I64(0), I64(tiles(spec, target)))
        emit_contraction(self.b, target, spec, operands, units, Finish(to), self.frame.scratch)


class _BySamples(_Product):
    """Weights (out, in places) times windows (in places, positions), sample by sample.

    Where columns are shared, each row of the product begins at a place of its own.
    """

    def _axes(self) -> list[Axis]:
        primitive, counts = self.node.primitive, self.node.output.shape[3:]
        return self._rows(primitive.w_dilation, self.w.shape[3:], primitive.stride, counts)

    def emit(self) -> None:
        """The blocks from `begin` to `end`."""
        b, frame, groups = self.b, self.frame, self.w.shape[0]
        place = self.room(self.w.shape[2] * math.prod(axis.taps for axis in self.columns.axes))
        starts = self._starts() if self.more else None
        with counted(b, frame.begin, frame.end) as unit:
            which, index = b.udiv(unit, I64(self.cut.blocks)), b.urem(unit, I64(self.cut.blocks))
            sample, group = b.udiv(which, I64(groups)), b.urem(which, I64(groups))

            def body(block: Block) -> None:
                x = self.address(self.x, (sample, group))
                channels = (self.x.shape[2], self.x.strides[2])
                reached = replace(block, rows=block.rows + self.more)
                self.columns.lay_out(x, channels, reached, (place, self.pitch))
                right: Any = place
                if starts is not None:
                    right = Scattered(place, self.dtype, (self.cut.run, 1), starts)
                self._multiply(which, block, (self.address(self.w, (group,)), right))

            self.block(index, body)

    def _starts(self) -> ir.Value:
        """Where the row of each place of the kernel begins among the columns."""
        b, (channels, high, wide) = self.b, self.w.shape[2:]
        starts = self.frame.scratch(I64, channels * high * wide)
        down = self.node.primitive.w_dilation[0] * self.cut.run
        with (
            counted(b, I64(0), I64(channels)) as c,
            counted(b, I64(0), I64(high)) as i,
            counted(b, I64(0), I64(wide)) as j,
        ):
            line = b.add(b.mul(c, I64(wide)), j)
            start = b.add(b.mul(line, I64(self.pitch)), b.mul(i, I64(down)))
            row = b.add(b.mul(b.add(b.mul(c, I64(high)), i), I64(wide)), j)
            b.store(start, b.gep(starts, [row], source_etype=I64))
        return starts

    def _multiply(self, which: ir.Value, block: Block, operands: tuple[Any, Any]) -> None:
        b, out = self.b, self.node.output.shape[2]
        counts = self.node.output.shape[3:]
        spec = Contraction(
            m=out,
            n=block.count,
            k=math.prod(self.w.shape[2:]),
            dtype=self.dtype,
            a_strides=(self.w.strides[1], self.along(2)),
            b_strides=(self.cut.run if self.more else self.pitch, 1),
            scattered=self.more > 0,
        )
        begin = b.add(b.mul(block.row, I64(counts[-1] if counts else 1)), block.first)

        def to(row: Any, column: Any, vector: Any, mask: Any) -> None:
            line = b.add(b.mul(which, I64(out)), row)
            element = b.add(b.add(b.mul(line, I64(math.prod(counts))), begin), column)
            self.frame.store(self.node.output, element, Lanes(b, vector, self.dtype), mask)

        self.product(spec, operands, to)


class _ByChannels(_Product):
    """Kernels (out, places) times windows (places, samples positions), summed over channels.

    Where columns are shared, each row of positions is a product by itself.
    """

    def _axes(self) -> list[Axis]:
        primitive, counts = self.node.primitive, self.node.output.shape[3:]
        return self._rows(primitive.stride, counts, primitive.w_dilation, self.w.shape[3:])

    def emit(self) -> None:
        """The samples from `begin` to `end`, some at a time."""
        b, frame = self.b, self.frame
        groups, out, channels = self.w.shape[:3]
        places = math.prod(self.node.output.shape[3:])
        self.products = self.node.output.shape[3] if self.more else 1
        self.wide = self.cut.samples * places // self.products
        self.turned = out < self.wide
        size = out * self.cut.samples * places
        place, sums = self.room(self.wide), self._sums(size)
        with counted(b, frame.begin, frame.end) as unit:
            group = b.urem(unit, I64(groups))
            sample = b.mul(b.udiv(unit, I64(groups)), I64(self.cut.samples))
            with counted(b, I64(0), I64(size)) as i:
                sums.clear(i, 1)
            with (
                counted(b, I64(0), I64(channels)) as channel,
                counted(b, I64(0), I64(self.cut.blocks)) as index,
            ):

                def body(block: Block) -> None:
                    start = self.address(self.x, (sample, group, channel))
                    samples = (self.cut.samples, self.x.strides[0])
                    reached = replace(block, rows=block.rows + self.more)
                    self.columns.lay_out(start, samples, reached, (place, self.pitch))
                    self._multiply((group, channel), block, (place, sums))

                self.block(index, body)
            self._hand_out(sample, group, sums)

    def _sums(self, size: int) -> InMemory:
        """Memory for the sums, and for what they lose where there are many products."""
        places = [self.scratch(size)]
        if self.w.shape[2] * self.cut.blocks > BLOCK:
            places.append(self.scratch(size))
        return InMemory(self.b, self.dtype, *places)

    def _multiply(
        self, at: tuple[ir.Value, ir.Value], block: Block, memory: tuple[ir.Value, InMemory]
    ) -> None:
        """The products of a block, added to the sums."""
        b, (group, channel), out = self.b, at, self.w.shape[1]
        apart, last = self.along(3), self.columns.axes[-1].columns
        spec = self._contraction(block)
        begin = b.add(b.mul(block.row, I64(last)), block.first)
        w = self.address(self.w, (group, I64(0), channel))
        w = self.columns.moved(w, b.mul(begin, I64(apart)))
        down = self.cut.run * self.node.primitive.stride[0] if self.more else 0
        with counted(b, I64(0), I64(self.products)) as i:
            place = self.columns.moved(memory[0], b.mul(i, I64(down)))
            sums = memory[1].further(b.mul(i, I64(out * self.wide)))
            operands = (place, w) if self.turned else (w, place)
            self.product(spec, operands, self._adding(sums, spec.n))

    def _contraction(self, block: Block) -> Contraction:
        """The product of a block. One operand is turned for it: the narrower one."""
        by_place = (self.w.strides[1], self.along(3))
        out, count = self.w.shape[1], block.count
        if self.turned:
            strides = (self.pitch, 1), (by_place[1], by_place[0])
            return Contraction(self.wide, out, count, self.dtype, *strides)
        return Contraction(out, self.wide, count, self.dtype, by_place, (1, self.pitch))

    def _adding(self, sums: InMemory, columns: int) -> Callable[..., None]:
        """What adds vectors of a product to its sums, so many in a row."""
        b = self.b

        def to(row: Any, column: Any, vector: Any, mask: Any) -> None:
            element = b.add(b.mul(row, I64(columns)), column)
            sums.add(element, Lanes(b, vector, self.dtype), mask)

        return to

    def _hand_out(self, sample: ir.Value, group: ir.Value, sums: InMemory) -> None:
        """The finished sums of a unit, each at its place."""
        b, output = self.b, self.node.output
        places, out = math.prod(output.shape[3:]) // self.products, output.shape[2]
        strides = row_major(output.shape)
        with (
            counted(b, I64(0), I64(self.products)) as i,
            counted(b, I64(0), I64(out)) as o,
            counted(b, I64(0), I64(self.cut.samples)) as one,
            counted(b, I64(0), I64(places)) as place,
        ):
            line = b.add(b.mul(one, I64(places)), place)
            at = (o, I64(self.wide), line) if not self.turned else (line, I64(out), o)
            element = b.add(b.mul(at[0], at[1]), at[2])
            element = b.add(b.mul(i, I64(out * self.wide)), element)
            found = sums.get(element)
            first = self.frame.element(0, (b.add(sample, one), group, o), strides[:3])
            self.frame.store(output, b.add(first, b.add(b.mul(i, I64(places)), place)), found)
