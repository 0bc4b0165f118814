"""What is particular to loop kernels: units, time and words; `loops` writes their code."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.executors.native.ir.kernels import Loop
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import KernelKind
from pellucid.executors.native.kernels.loops import emit_loop
from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.schedule.granularity import lane_width, loop_units
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.weaving import woven_nest


@dataclass(frozen=True)
class EqualParts:
    """Some of `count` equal parts."""

    begin: Index
    end: Index
    count: int


class LoopKind(KernelKind[Loop]):
    """Elementwise work and reductions over one space."""

    def units(self, kernel: Loop, shared: Planned) -> int:
        """Rows, or vectors of columns."""
        if kernel.rows is not None:
            return kernel.rows.units
        nest = woven_nest(kernel, shared.views)
        return loop_units(nest, lane_width(kernel, nest, shared.target.vector_bytes))

    def points(self, kernel: Loop) -> int:
        """The points of its space, along reduced axes too."""
        return math.prod(kernel.space.shape)

    def emit(self, frame: Frame, kernel: Loop, number: int) -> None:
        """One nest of loops."""
        del number
        nest = woven_nest(kernel, frame.views)
        width = lane_width(kernel, nest, frame.target.vector_bytes)
        if kernel.rows is not None:
            frame.refine(kernel.rows, loop_units(nest, width) // kernel.rows.count)
        emit_loop(frame, kernel, nest, width)

    def emit_within(self, frame: Frame, kernel: Loop, parts: Sequence[EqualParts]) -> None:
        """The code for some parts of its first loop, or of one of them for some of the second."""
        nest = woven_nest(kernel, frame.views)
        width = lane_width(kernel, nest, frame.target.vector_bytes)
        units = loop_units(nest, width)
        before = Index(frame.builder, 0)
        within = []
        for loop, some in enumerate(parts):
            units //= some.count
            frame.units = Interval(before + some.begin * units, before + some.end * units)
            before = frame.units.begin
            turns = nest.dims[loop].size // some.count
            within.append(Interval(some.begin * turns, some.end * turns))
        emit_loop(frame, kernel, nest, width, within)

    def described(self, kernel: Loop) -> str:
        """The shape of its space, and the axes that are reduced."""
        reduced = sorted(kernel.space.reduced)
        over = f", reduced over {reduced}" if reduced else ""
        return f"loop {list(kernel.space.shape)}{over}"
