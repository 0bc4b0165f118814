"""What the ways to compute a convolution share: columns laid out, and products of matrices.

ConvolvedProduct    where x and w lie, and how columns become a product
Steps               how many taps or columns there are along each axis, and how far apart
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.convolution_cuts import Cut, apart, cut_of
from pellucid.executors.native.ir.views import View, single_stride
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.window_columns import (
    Axis,
    Channels,
    ColumnBlock,
    Columns,
    Rows,
)
from pellucid.executors.native.llvm.counted_loops import Interval, choose
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.types import scalar_type
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.panels import Operand
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.graph import Node, Shape


@dataclass(frozen=True)
class Steps:
    """Along each axis: how many there are, and by how much each lies after the one before."""

    counts: Shape
    apart: Shape


class ConvolvedProduct:
    """Where x and w lie, and how columns become a product.

    Where the kernel moves down by single rows, the columns of all its rows are the same ones,
    further down: they are laid out once, with as many rows more as the kernel reaches.
    """

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame = frame
        self.b = frame.builder
        self.node = node
        self.cut = self._cut()
        views = frame.views
        self.x, self.w = (views[value] for value in node.inputs)
        self.dtype = node.output.dtype
        self.more = self.cut.more
        taps, columns = self._taps_and_columns()
        axes = self._axes(taps, columns)
        if self.more:
            taller = axes[0].columns + self.more
            axes[0] = replace(axes[0], taps=1, columns=taller)
        self.columns = Columns(frame, self.dtype, axes)

    def _cut(self) -> Cut:
        """How the work is cut."""
        return cut_of(self.node)

    def _taps_and_columns(self) -> tuple[Steps, Steps]:
        """Taps and columns along each axis of sizes."""
        raise NotImplementedError

    def _axes(self, taps: Steps, columns: Steps) -> list[Axis]:
        """How taps and columns meet x along each axis of sizes."""
        axes = []
        primitive = self.node.primitive
        for i, size in enumerate(self.x.shape[3:]):
            axis = Axis(
                size=size,
                stride=self.x.strides[3 + i],
                taps=taps.counts[i],
                columns=columns.counts[i],
                tap=taps.apart[i],
                column=columns.apart[i],
                before=primitive.before[i],
                dilation=primitive.x_dilation[i],
            )
            axes.append(axis)
        # A convolution over no axes is one of a single place.
        single = Axis(1, 1, 1, 1, 1, 1, 0, 1)
        return axes or [single]

    # ---- where numbers lie -------------------------------------------------------------------

    def address(self, view: View, *indices: Any) -> ir.Value:
        """Where an element of x or w lies."""
        strides = view.strides[: len(indices)]
        element = self.frame.element(view.offset, indices, strides)
        return self.frame.address(view.base, element)

    def along(self, first: int) -> int:
        """How far apart the elements of w lie along all its axes from `first` on."""
        stride = single_stride(self.w, first)
        if stride is None:
            raise AssertionError(f"layout must copy the weights of {self.node}")
        return stride

    def room(self, lines: int) -> Rows:
        """Memory for `lines` rows of columns."""
        columns = (self.cut.rows + self.more) * self.cut.run
        pitch = apart(columns, lines, self.dtype)
        return Rows(self.scratch(lines * pitch), pitch)

    def scratch(self, count: int) -> ir.Value:
        """Memory on the stack, for vectors and single numbers alike."""
        place = self.frame.scratch(scalar_type(self.dtype), count)
        place.type = ir.PointerType()
        return place

    # ---- blocks of columns -------------------------------------------------------------------

    def for_block(self, index: Index, body: Callable[[ColumnBlock], None]) -> None:
        """Run `body` for a block; the last one may be smaller, and is code of its own."""
        if self.cut.segments > 1:
            self._part_of_row(index, body)
        else:
            self._whole_rows(index, body)

    def _part_of_row(self, index: Index, body: Callable[[ColumnBlock], None]) -> None:
        """A block that is a part of one row."""
        count = self.cut.segments
        run = self.cut.run
        row = index // count
        segment = index % count
        first = segment * run
        remainder = self.columns.axes[-1].columns % run

        def emit(final: bool) -> None:
            length = remainder if final else run
            body(ColumnBlock(row, first, 1, length))

        is_ragged = remainder != 0
        choose(segment, count, is_ragged, emit)

    def _whole_rows(self, index: Index, body: Callable[[ColumnBlock], None]) -> None:
        """A block of whole rows."""
        cut = self.cut
        row = index * self.cut.rows
        outer_axes = self.columns.axes[:-1]
        outer = math.prod(axis.columns for axis in outer_axes)
        remainder = (outer - self.more) % cut.rows

        def emit(final: bool) -> None:
            rows = remainder if final else cut.rows
            body(ColumnBlock(row, 0, rows, cut.run))

        choose(index, cut.blocks, remainder != 0, emit)

    def lay_out(self, channels: Channels, block: ColumnBlock, to: Rows) -> None:
        """The columns of a block, with those that the rows of the kernel reach further down."""
        reached = replace(block, rows=block.rows + self.more)
        self.columns.lay_out(channels, reached, to)

    def product(
        self, spec: Contraction, operands: tuple[Operand, Operand], store: Callable[..., None]
    ) -> None:
        """A product of matrices; `store` gets each vector of the result."""
        count = tiles(spec, self.frame.target)
        units = Interval.of(self.b, 0, count)
        finish = Finish(store)
        emit_contraction(self.frame.site, spec, operands, units, finish)
