"""Walks over two arrays at once: a result y, and the array x whose elements it gets.

WalkAxis    an axis to go over, and how far each step is in y and in x
Walk        some axes; over: loops over all of them
Places      an element of y, and one of x
each        the same in vectors where that can be
along_row   vectors along a row, then single numbers
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.graph import Shape
from pellucid.primitives.base import DType


@dataclass(frozen=True)
class WalkAxis:
    """An axis to go over: its size, and how far each step is in y and in x."""

    size: int
    y: int
    x: int

    def continues(self, inner: "WalkAxis") -> bool:
        """Whether each step of this axis begins where the inner one ends."""
        return self.y == inner.size * inner.y and self.x == inner.size * inner.x


@dataclass(frozen=True)
class Places:
    """An element of y, and one of x."""

    y: Index
    x: Index

    def after(self, index: Index, axis: WalkAxis) -> "Places":
        """The places so many steps of an axis further on."""
        y = self.y + index * axis.y
        x = self.x + index * axis.x
        return Places(y, x)


@dataclass(frozen=True)
class Walk:
    """Axes to go over, last one fastest."""

    axes: tuple[WalkAxis, ...]

    @classmethod
    def of(cls, sizes: Shape, y: Sequence[int], x: Sequence[int]) -> "Walk":
        """A walk by the sizes of its axes, and its strides in y and in x."""
        return cls(tuple(map(WalkAxis, sizes, y, x)))

    @property
    def sizes(self) -> Shape:
        """How many steps each axis has."""
        return tuple(axis.size for axis in self.axes)

    @property
    def along(self) -> int:
        """How far each step of the last axis is in x."""
        return self.axes[-1].x if self.axes else 0

    @property
    def has_vectors(self) -> bool:
        """Whether y lies side by side along the last axis, and x too, or in one place."""
        return bool(self.axes) and self.axes[-1].y == 1 and self.along in {0, 1}

    def joined(self) -> "Walk":
        """The same walk, with axes that have no gaps between them as one."""
        joined: list[WalkAxis] = []
        for axis in reversed(self.axes):
            if joined and axis.continues(joined[-1]):
                inner = joined.pop()
                joined.append(WalkAxis(axis.size * inner.size, inner.y, inner.x))
            else:
                joined.append(axis)
        return Walk(tuple(reversed(joined)))

    def chosen(self, axes: Sequence[int]) -> "Walk":
        """The walk over some of the axes."""
        return Walk(tuple(self.axes[i] for i in axes))


@contextmanager
def over(frame: Frame, walk: Walk, start: Places) -> Iterator[Places]:
    """Loops over all axes of a walk; the places in y and in x."""
    places = start
    with ExitStack() as loops:
        for axis in walk.axes:
            index = loops.enter_context(counted(frame.builder, 0, axis.size))
            places = places.after(index, axis)
        yield places


def each(
    frame: Frame, dtype: DType, walk: Walk, start: Places, body: Callable[[Places, int], None]
) -> None:
    """`body(places, width)` for all places of a joined walk, in vectors where that can be."""
    if not walk.has_vectors:
        with over(frame, walk, start) as places:
            body(places, 1)
        return
    *outer, row = walk.axes
    with over(frame, Walk(tuple(outer)), start) as begin_of_row:

        def some(i: Index, width: int) -> None:
            body(begin_of_row.after(i, row), width)

        along_row(frame, row.size, frame.target.lanes(dtype), some)


def along_row(frame: Frame, size: int, lanes: int, body: Callable[[Index, int], None]) -> None:
    """`body(index, width)` along a row: vectors, then single numbers."""
    whole = size // lanes * lanes
    if whole:
        with counted(frame.builder, 0, whole, lanes) as i:
            body(i, lanes)
    if whole < size:
        with counted(frame.builder, whole, size) as i:
            body(i, 1)
