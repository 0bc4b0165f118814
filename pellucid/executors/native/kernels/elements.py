"""Elements one by one: loops over all points, and what lies there.

walk        loops over all points of a shape
get, put    one element of a view, and of a buffer
without_axis, with_index    shapes and points without an axis, and with it again
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from pellucid.executors.native.ir.views import View, row_major
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Number
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.graph import Shape, Value

Indices = tuple[Any, ...]


@contextmanager
def walk(frame: Frame, shape: Shape) -> Iterator[Indices]:
    """Loops over all points of a shape, last axis fastest."""
    with ExitStack() as loops:
        b = frame.builder
        each = [counted(b, 0, n) for n in shape]
        indices = [loops.enter_context(loop) for loop in each]
        yield tuple(indices)


def get(frame: Frame, view: View, indices: Indices) -> Lanes:
    """One element of a view."""
    element = frame.element(view.offset, indices, view.strides)
    return frame.load(view.base, element)


def put(frame: Frame, value: Value, indices: Indices, number: Lanes) -> None:
    """Write one element of a buffer."""
    strides = row_major(value.shape)
    element = frame.element(0, indices, strides)
    frame.store(value, element, number)


def without_axis(shape: Sequence[int], axis: int) -> Shape:
    """The sizes of the other axes."""
    before, after = shape[:axis], shape[axis + 1 :]
    return (*before, *after)


def with_index(others: Indices, axis: int, index: Number) -> Indices:
    """A point, from its indices along the other axes and the one along an axis."""
    before, after = others[:axis], others[axis:]
    return (*before, index, *after)
