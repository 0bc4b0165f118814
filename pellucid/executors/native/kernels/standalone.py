"""Single kernels: primitives that stand by themselves, as plain loops.

SingleKind      their units, time, code and words
is_row_gather   whether a gather copies whole rows, which threads can share
"""

import math
from collections.abc import Callable

import numpy as np
from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import is_native_convolution
from pellucid.executors.native.ir.facts import Lowering, facts_of, has_code
from pellucid.executors.native.ir.kernels import Single
from pellucid.executors.native.ir.views import SPARE_STARTS, View, Views, row_major
from pellucid.executors.native.kernels.accumulation import cumulative_sum, scatter_add
from pellucid.executors.native.kernels.convolution import convolution_units, emit_convolution
from pellucid.executors.native.kernels.elements import get, put, walk
from pellucid.executors.native.kernels.failures import (
    call_back,
    check_alone,
    checked_index,
    note_index,
)
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import PRODUCT_RATE, KernelKind
from pellucid.executors.native.kernels.pad_and_concat import (
    emit_planes,
    is_of_planes,
    plane_units,
)
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import ask_for, copy_bytes
from pellucid.executors.native.math.namespace import XP
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Node
from pellucid.memory import LINE

I1, I8, I32, I64 = ir.IntType(1), ir.IntType(8), ir.IntType(32), ir.IntType(64)
POINTER = ir.PointerType()

MOST_PREFETCHED = 4096  # bytes of a row: further on, the hardware has noticed


def is_row_gather(node: Node, views: Views) -> bool:
    """Whether a gather copies whole rows of memory, which threads can share."""
    if type(node.primitive) is not p.Take or node.primitive.axis != 0:
        return False
    return all(views[value].is_whole() for value in node.inputs)


class SingleKind(KernelKind[Single]):
    """One primitive by itself; one without code is run by Python."""

    def units(self, kernel: Single, shared: Planned) -> int:
        """Planes, parts of a convolution, or rows of a gather; everything else is one piece."""
        node, views = kernel.nodes[0], shared.views
        if is_of_planes(node):
            return plane_units(node)
        if is_native_convolution(node):
            return convolution_units(node)
        if views.data_of(node.output) is not None:
            return 1
        return math.prod(node.inputs[1].shape) if is_row_gather(node, views) else 1

    def nanoseconds(self, kernel: Single) -> float:
        """The usual estimate, and for a convolution that of its multiply-adds."""
        usual, node = super().nanoseconds(kernel), kernel.nodes[0]
        if facts_of(node.primitive).lowering is not Lowering.CONVOLVED:
            return usual
        taps = math.prod(node.inputs[1].shape[2:])
        return usual + self.points(kernel) * taps / PRODUCT_RATE

    def emit(self, frame: Frame, kernel: Single, number: int) -> None:
        """The code of its primitive."""
        node = kernel.nodes[0]
        if frame.views.data_of(node.output) is None and is_row_gather(node, frame.views):
            _row_gather(frame, node, number)
            return
        if is_of_planes(node):
            emit_planes(frame, node)
            return
        if is_native_convolution(node):
            emit_convolution(frame, node)
            return
        # One unit: whoever takes it does it all; an empty range does nothing.
        with frame.builder.if_then(frame.has_units):
            if frame.views.data_of(node.output) is not None:
                _row_starts(frame, node, number)
            elif has_code(node):
                _CODE[type(node.primitive)](frame, node, number)
            else:
                call_back(frame, number)

    def described(self, kernel: Single) -> str:
        """One word: the node, which is printed below, tells the rest."""
        del kernel
        return "single"

    def calls_python(self, kernel: Single) -> bool:
        """Whether the primitive has no code."""
        return not has_code(kernel.nodes[0])


# ---- primitives --------------------------------------------------------------------------


def _position(frame: Frame, node: Node, number: int) -> None:
    """The first position of the extreme along the axis; a nan counts as the extreme."""
    del number
    axis, b = node.primitive.axis, frame.builder
    x = frame.views[node.inputs[0]]
    others = (*x.shape[:axis], *x.shape[axis + 1 :])
    xp, dtype = XP(b), x.base.dtype
    with walk(frame, others) as outer:
        first = get(frame, x, (*outer[:axis], I64(0), *outer[axis:]))
        best, place = frame.scratch(first.value.type), frame.scratch(I64)
        b.store(first.value, best)
        b.store(I64(0), place)
        with counted(b, I64(1), I64(x.shape[axis])) as i:
            now = get(frame, x, (*outer[:axis], i, *outer[axis:]))
            before = Lanes(b, b.load(best, typ=first.value.type), dtype)
            wins = now > before if isinstance(node.primitive, p.Argmax) else now < before
            if dtype.kind == "f":
                is_nan, was_nan = (xp.logical_not(x == x) for x in (now, before))  # noqa: PLR0124
                nan = xp.logical_and(is_nan, xp.logical_not(was_nan))
                wins = xp.logical_or(wins, nan)
            with b.if_then(wins.value):
                b.store(now.value, best)
                b.store(i, place)
        found = Lanes(b, b.load(place, typ=I64), np.dtype(np.int64))
        put(frame, node.output, (*outer[:axis], I64(0), *outer[axis:]), found)


def _row_gather(frame: Frame, node: Node, number: int) -> None:
    """Rows copied from where the indices point."""
    b = frame.builder
    view, indices = (frame.views[value] for value in node.inputs)
    rows, row = view.shape[0], math.prod(view.shape[1:])
    size = row * view.base.dtype.itemsize
    with counted(b, frame.units.begin, frame.units.end) as i:
        if size >= LINE:
            _prefetch(frame, view, indices, i, size)
        index = checked_index(frame, frame.load(indices.base, i, 1, 1), rows, number)
        if rows:
            source = frame.address(view.base, b.mul(index, I64(row)))
            target = frame.address(node.output, b.mul(i, I64(row)))
            copy_bytes(b, target, source, size)


def _row_starts(frame: Frame, node: Node, number: int) -> None:
    """Where in the data the rows begin that the indices point at, in elements."""
    b = frame.builder
    view, indices = (frame.views[value] for value in node.inputs)
    row, count = math.prod(view.shape[1:]), node.output.shape[0]
    with counted(b, I64(0), I64(count + SPARE_STARTS)) as i:
        which = b.select(b.icmp_signed("<", i, I64(count)), i, I64(count - 1))
        which = b.mul(which, I64(indices.strides[0]))
        index = frame.load(indices.base, which, 1, 1, None, indices.offset)
        start = b.mul(checked_index(frame, index, view.shape[0], number), I64(row))
        b.store(start, b.gep(frame.pointer(node.output), [i], source_etype=I64))


def _prefetch(frame: Frame, view: View, indices: View, i: ir.Value, size: int) -> None:
    """Ask for the row after the next: rows lie far apart, where no hardware looks ahead."""
    b = frame.builder
    ahead = b.add(i, I64(4))
    ahead = b.select(b.icmp_signed("<", ahead, frame.units.end), ahead, i)
    index = frame.load(indices.base, ahead, 1, 1).astype(np.dtype(np.int64)).value
    start = frame.address(view.base, b.mul(index, I64(math.prod(view.shape[1:]))))
    with counted(b, I64(0), I64(min(size, MOST_PREFETCHED)), LINE) as offset:
        address = b.gep(start, [offset], source_etype=I8)
        ask_for(b, address, level=2)


def _take(frame: Frame, node: Node, number: int) -> None:
    """Elements one by one, from where the indices point."""
    axis = node.primitive.axis
    x, positions = (frame.views[value] for value in node.inputs)
    end = axis + len(positions.shape)
    if 0 in node.output.shape:
        check_alone(frame, positions, x.shape[axis], number)
    with walk(frame, node.output.shape) as indices:
        index = get(frame, positions, indices[axis:end])
        place = checked_index(frame, index, x.shape[axis], number)
        if x.shape[axis]:
            element = get(frame, x, (*indices[:axis], place, *indices[end:]))
            put(frame, node.output, indices, element)


def _checked_ids(frame: Frame, node: Node, number: int) -> None:
    """The ids one by one; one outside is reported."""
    b, x = frame.builder, frame.views[node.inputs[0]]
    with walk(frame, x.shape) as indices:
        found = get(frame, x, indices)
        wide = found.astype(np.dtype(np.int64)).value
        with b.if_then(b.icmp_unsigned(">=", wide, I64(node.primitive.count))):
            place = frame.element(0, indices, row_major(x.shape))
            note_index(frame, number, wide, place)
        put(frame, node.output, indices, found)


_CODE: dict[type, Callable[[Frame, Node, int], None]] = {
    p.Take: _take,
    p.ScatterAdd: scatter_add,
    p.CheckedIds: _checked_ids,
    p.CumulativeSum: cumulative_sum,
    p.Argmax: _position,
    p.Argmin: _position,
}
