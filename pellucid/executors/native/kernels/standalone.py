"""Single kernels: primitives that stand by themselves, as plain loops.

SingleKind      their units, time, code and words
is_row_gather   whether a gather copies whole rows, which threads can share
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import is_native_convolution
from pellucid.executors.native.ir.facts import Lowering, facts_of, has_code
from pellucid.executors.native.ir.fast_convolutions import FastConvolution
from pellucid.executors.native.ir.fast_gradients import FastGradient
from pellucid.executors.native.ir.kernels import Single
from pellucid.executors.native.ir.views import SPARE_STARTS, View, Views, row_major
from pellucid.executors.native.kernels.accumulation import cumulative_sum, scatter_add
from pellucid.executors.native.kernels.convolution import convolution_units, emit_convolution
from pellucid.executors.native.kernels.elements import get, put, walk
from pellucid.executors.native.kernels.extremes import extreme_position
from pellucid.executors.native.kernels.failures import (
    call_back,
    check_alone,
    checked_index,
    note_index,
)
from pellucid.executors.native.kernels.fast_convolution import (
    emit_fast_convolution,
    fast_multiply_adds,
    fast_units,
)
from pellucid.executors.native.kernels.fast_gradient import (
    emit_fast_gradient,
    gradient_multiply_adds,
    gradient_units,
)
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import PRODUCT_RATE, KernelKind
from pellucid.executors.native.kernels.pad_and_concat import (
    emit_planes,
    is_of_planes,
    plane_units,
)
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.loads_and_stores import ask_for, copy_bytes
from pellucid.executors.native.llvm.types import I8, I64
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Node
from pellucid.memory import LINE

INT64 = np.dtype(np.int64)

MOST_PREFETCHED = 4096  # bytes of a row; chosen: a page, further on the hardware has noticed
AHEAD = 4  # rows; chosen: which one is asked for while one is copied


def is_row_gather(node: Node, views: Views) -> bool:
    """Whether a gather copies whole rows of memory, which threads can share."""
    primitive = node.primitive
    if type(primitive) is not p.Take or primitive.axis != 0:
        return False
    return all(views[value].is_whole() for value in node.inputs)


def is_in_place(node: Node, views: Views) -> bool:
    """Whether only where rows begin is written down, as they are read where they lie."""
    return views.data_of(node.output) is not None


class SingleKind(KernelKind[Single]):
    """One primitive by itself; one without code is run by Python."""

    def units(self, kernel: Single, shared: Planned) -> int:
        """Planes, parts of a convolution, or rows of a gather; everything else is one piece."""
        if kernel.rows is not None:
            return kernel.rows.units
        node = kernel.nodes[0]
        views = shared.views
        if is_of_planes(node):
            return plane_units(node)
        if is_native_convolution(node):
            return convolution_units(node)
        if tiled := _TILED.get(type(node.primitive)):
            return tiled.units(node)
        if is_row_gather(node, views) and not is_in_place(node, views):
            return math.prod(node.inputs[1].shape)
        return 1

    def nanoseconds(self, kernel: Single) -> float:
        """The usual estimate, and for a convolution that of its multiply-adds."""
        usual = super().nanoseconds(kernel)
        node = kernel.nodes[0]
        match facts_of(node.primitive).lowering:
            case Lowering.CONVOLVED:
                places = node.inputs[1].shape[2:]
                multiply_adds = self.points(kernel) * math.prod(places)
            case Lowering.TILED:
                multiply_adds = _TILED[type(node.primitive)].multiply_adds(node)
            case _:
                multiply_adds = 0
        return usual + multiply_adds / PRODUCT_RATE

    def emit(self, frame: Frame, kernel: Single, number: int) -> None:
        """The code of its primitive."""
        node = kernel.nodes[0]
        views = frame.views
        if is_row_gather(node, views) and not is_in_place(node, views):
            _row_gather(frame, node, number)
        elif is_of_planes(node):
            if kernel.rows is not None:
                frame.refine(kernel.rows, plane_units(node) // kernel.rows.count)
            emit_planes(frame, node, kernel.in_place)
        elif is_native_convolution(node):
            emit_convolution(frame, node)
        elif tiled := _TILED.get(type(node.primitive)):
            tiled.emit(frame, node)
        else:
            # One unit: whoever takes it does it all; an empty range does nothing.
            with frame.builder.if_then(frame.has_units):
                _whole(frame, node, number)

    def described(self, kernel: Single) -> str:
        """One word: the node, which is printed below, tells the rest."""
        del kernel
        return "single"

    def calls_python(self, kernel: Single) -> bool:
        """Whether the primitive has no code."""
        return not has_code(kernel.nodes[0])


def _whole(frame: Frame, node: Node, number: int) -> None:
    """A primitive that is one piece."""
    if is_in_place(node, frame.views):
        _row_starts(frame, node, number)
    elif has_code(node):
        _CODE[type(node.primitive)](frame, node, number)
    else:
        call_back(frame, number)


# ---- gathers ---------------------------------------------------------------------------------


def _row_gather(frame: Frame, node: Node, number: int) -> None:
    """Rows copied from where the indices point."""
    data, indices = (frame.views[value] for value in node.inputs)
    rows = data.shape[0]
    length = math.prod(data.shape[1:])
    size = length * data.base.dtype.itemsize
    with frame.units.loop() as i:
        if size >= LINE:
            _prefetch(frame, data, indices, i)
        index = frame.load(indices.base, i)
        row = checked_index(frame, index, rows, number)
        if rows:
            source = frame.address(data.base, row * length)
            target = frame.address(node.output, i * length)
            copy_bytes(frame.builder, target, source, size)


def _prefetch(frame: Frame, data: View, indices: View, i: Index) -> None:
    """Ask for a row that comes soon: rows lie far apart, where no hardware looks ahead."""
    b = frame.builder
    length = math.prod(data.shape[1:])
    size = length * data.base.dtype.itemsize
    later = i + AHEAD
    is_own = later < frame.units.end
    later = later.where(is_own, i)
    index = frame.load(indices.base, later)
    row = Index(b, index.astype(INT64).value)
    start = frame.address(data.base, row * length)
    wanted = min(size, MOST_PREFETCHED)
    with counted(b, 0, wanted, LINE) as offset:
        address = b.gep(start, [offset], source_etype=I8)
        ask_for(b, address, level=2)


def _row_starts(frame: Frame, node: Node, number: int) -> None:
    """Where in the data the rows begin that the indices point at, in elements."""
    b = frame.builder
    data, indices = (frame.views[value] for value in node.inputs)
    rows = data.shape[0]
    length = math.prod(data.shape[1:])
    count = node.output.shape[0]
    with counted(b, 0, count + SPARE_STARTS) as i:
        which = i.where(i < count, count - 1)
        which = which * indices.strides[0]
        index = frame.load(indices.base, which, offset=indices.offset)
        start = checked_index(frame, index, rows, number) * length
        starts = frame.pointer(node.output)
        place = b.gep(starts, [i], source_etype=I64)
        b.store(start, place)


def _take(frame: Frame, node: Node, number: int) -> None:
    """Elements one by one, from where the indices point."""
    axis = node.primitive.axis
    x, positions = (frame.views[value] for value in node.inputs)
    size = x.shape[axis]
    end = axis + len(positions.shape)
    if 0 in node.output.shape:
        check_alone(frame, positions, size, number)
    with walk(frame, node.output.shape) as indices:
        index = get(frame, positions, indices[axis:end])
        place = checked_index(frame, index, size, number)
        if size:
            source = (*indices[:axis], place, *indices[end:])
            element = get(frame, x, source)
            put(frame, node.output, indices, element)


def _checked_ids(frame: Frame, node: Node, number: int) -> None:
    """The ids one by one; one outside is reported."""
    b = frame.builder
    x = frame.views[node.inputs[0]]
    with walk(frame, x.shape) as indices:
        given = get(frame, x, indices)
        wide = Index(b, given.astype(INT64).value)
        count = I64(node.primitive.count)
        is_outside = b.icmp_unsigned(">=", wide.raw, count)
        with b.if_then(is_outside):
            place = frame.element(0, indices, row_major(x.shape))
            note_index(frame, number, wide, place)
        put(frame, node.output, indices, given)


@dataclass(frozen=True)
class _Tiled:
    """What there is to know of a primitive that is computed by transformed tiles."""

    units: Callable[[Node], int]
    multiply_adds: Callable[[Node], int]
    emit: Callable[[Frame, Node], None]


_TILED: dict[type, _Tiled] = {
    FastConvolution: _Tiled(fast_units, fast_multiply_adds, emit_fast_convolution),
    FastGradient: _Tiled(gradient_units, gradient_multiply_adds, emit_fast_gradient),
}

_CODE: dict[type, Callable[[Frame, Node, int], None]] = {
    p.Take: _take,
    p.ScatterAdd: scatter_add,
    p.CheckedIds: _checked_ids,
    p.CumulativeSum: cumulative_sum,
    p.Argmax: extreme_position,
    p.Argmin: extreme_position,
}
