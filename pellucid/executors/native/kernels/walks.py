"""Walks over two arrays at once: a result y, and the array x whose elements it gets.

Walk    axes to go over, and how far each step of one is in y and in x
over    loops over all axes of a walk
each    the same in vectors where that can be
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import I64
from pellucid.graph import Shape
from pellucid.primitives.base import DType


@dataclass(frozen=True)
class Walk:
    """Axes to go over: their sizes, and how far each step of one is in y and in x."""

    sizes: Shape
    y: Shape
    x: Shape

    def joined(self) -> "Walk":
        """The same walk, with axes that have no gaps between them as one."""
        sizes, in_y, in_x = (list(part) for part in (self.sizes, self.y, self.x))
        for i in range(len(sizes) - 1, 0, -1):
            if in_y[i - 1] == sizes[i] * in_y[i] and in_x[i - 1] == sizes[i] * in_x[i]:
                sizes[i - 1 : i + 1] = [sizes[i - 1] * sizes[i]]
                in_y[i - 1 : i + 1], in_x[i - 1 : i + 1] = [in_y[i]], [in_x[i]]
        return Walk(tuple(sizes), tuple(in_y), tuple(in_x))

    def chosen(self, axes: Sequence[int]) -> "Walk":
        """The walk over some of the axes."""
        return Walk(*(tuple(part[i] for i in axes) for part in (self.sizes, self.y, self.x)))


@contextmanager
def over(frame: Frame, walk: Walk, start: tuple[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Loops over all axes of a walk, last axis fastest; the places in y and in x."""
    b, (y, x) = frame.builder, start
    loops = []
    for n, in_y, in_x in zip(walk.sizes, walk.y, walk.x, strict=True):
        loops.append(counted(b, I64(0), I64(n)))
        index = loops[-1].__enter__()
        y, x = b.add(y, b.mul(index, I64(in_y))), b.add(x, b.mul(index, I64(in_x)))
    yield y, x
    for loop in reversed(loops):
        loop.__exit__(None, None, None)


def each(
    frame: Frame,
    dtype: DType,
    walk: Walk,
    start: tuple[Any, Any],
    body: Callable[[Any, Any, int], None],
) -> None:
    """`body(y, x, width)` for all places of a joined walk.

    In vectors where places in y lie side by side along the last axis, and those in x do too,
    or are one and the same.
    """
    b = frame.builder
    if not walk.sizes or walk.y[-1] != 1 or walk.x[-1] not in (0, 1):
        with over(frame, walk, start) as (y, x):
            body(y, x, 1)
        return
    along = walk.x[-1]
    with over(frame, walk.chosen(range(len(walk.sizes) - 1)), start) as (y, x):

        def some(i: ir.Value, width: int) -> None:
            body(b.add(y, i), b.add(x, b.mul(i, I64(along))), width)

        along_row(frame, walk.sizes[-1], frame.target.lanes(dtype), some)


def along_row(frame: Frame, size: int, lanes: int, body: Any) -> None:
    """`body(index, width)` along a row: vectors, then single numbers."""
    whole = size // lanes * lanes
    if whole:
        with counted(frame.builder, I64(0), I64(whole), lanes) as i:
            body(i, lanes)
    if whole < size:
        with counted(frame.builder, I64(whole), I64(size)) as i:
            body(i, 1)
