"""Elements one by one: loops over all points, and what lies there.

walk        loops over all points of a shape
get, put    one element of a view, and of a buffer
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.executors.native.ir.views import View, row_major
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64, Lanes
from pellucid.graph import Shape, Value

Indices = tuple[Any, ...]


@contextmanager
def walk(frame: Frame, shape: Shape) -> Iterator[Indices]:
    """Loops over all points of a shape, last axis fastest."""
    loops = [counted(frame.builder, I64(0), I64(n)) for n in shape]
    indices = tuple(loop.__enter__() for loop in loops)
    yield indices
    for loop in reversed(loops):
        loop.__exit__(None, None, None)


def get(frame: Frame, view: View, indices: Indices) -> Lanes:
    """One element of a view."""
    return frame.load(view.base, frame.element(view.offset, indices, view.strides), 1, 0)


def put(frame: Frame, value: Value, indices: Indices, number: Lanes) -> None:
    """Write one element of a buffer."""
    frame.store(value, frame.element(0, indices, row_major(value.shape)), number)
