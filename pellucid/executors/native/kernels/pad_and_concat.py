"""Padding, joining and overlapping sums, plane by plane: threads share the planes.

is_of_planes    whether a node is computed so
plane_units     how many planes there are
emit_planes     the code for some of them

Planes are numbered by the axes along which nothing is padded or no windows lie; of joined arrays,
by those before the axis that they are joined along. The other axes make up a plane. Where not
every place gets an element, the plane is filled first; then each element is written to its place,
in an order that does not depend on threads.
"""

import math
from collections.abc import Sequence

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import Lowering, facts_of
from pellucid.executors.native.ir.views import View, row_major
from pellucid.executors.native.kernels.blocked_sums import InMemory
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.walks import Places, Walk, each, over
from pellucid.executors.native.llvm.indices import Index, Number, unraveled
from pellucid.graph import Node, Value


def is_of_planes(node: Node) -> bool:
    """Whether a node is computed plane by plane."""
    return facts_of(node.primitive).lowering is Lowering.PLANES


def plane_units(node: Node) -> int:
    """How many planes there are."""
    shape = node.output.shape
    counting = _counting(node)
    return math.prod(shape[i] for i in counting)


def _counting(node: Node) -> list[int]:
    """The axes that number the planes; the others make up a plane."""
    primitive = node.primitive
    axes = range(len(node.output.shape))
    if isinstance(primitive, p.OverlapAdd):
        return [i for i in axes if i not in primitive.axis]
    if isinstance(primitive, p.Concat):
        return list(range(primitive.axis))
    outside = primitive.before, primitive.after
    widths = zip(*outside, primitive.interior, strict=True)
    return [i for i, width in enumerate(widths) if not any(width)]


def emit_planes(frame: Frame, node: Node, in_place: Sequence[Value] = ()) -> None:
    """The code for some planes; arrays that are `in_place` lie there before they are joined."""
    if all(value in in_place for value in node.inputs):
        return
    with frame.units.loop() as unit:
        match node.primitive:
            case p.Concat():
                _Planes(frame, node).join(unit, in_place)
            case p.Pad():
                _Planes(frame, node).pad(unit)
            case _:
                _Planes(frame, node).overlap(unit)


class _Planes:
    """The emission of one plane of a node."""

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame = frame
        self.node = node
        self.output = node.output
        self.primitive = node.primitive
        self.strides = row_major(node.output.shape)
        self.counting = _counting(node)
        axes = range(len(self.strides))
        self.inside = [i for i in axes if i not in self.counting]

    # ---- where a plane begins ----------------------------------------------------------------

    def _start(self, unit: Index) -> Places:
        """Where plane `unit` begins in y, and in the only x."""
        x = self._input()
        axes = len(self.strides)
        from_x = x.strides[:axes]
        planes = Walk.of(self.output.shape, self.strides, from_x)
        counting = planes.chosen(self.counting)
        return self._begin(unit, counting, 0, x.offset)

    def _begin(self, unit: Index, planes: Walk, y: Number, x: Number) -> Places:
        """The same for planes that are walked over so, from an element of y and one of x on."""
        begin_of_y = Index(unit.b, y)
        places = Places(begin_of_y, Index(unit.b, x))
        indices = unraveled(unit, planes.sizes)
        last_first = reversed(planes.axes)
        for axis, index in zip(last_first, indices, strict=True):
            places = places.after(index, axis)
        return places

    def _input(self) -> View:
        return self.frame.views[self.node.inputs[0]]

    def _plane(self) -> Walk:
        """The walk over a plane of y, while x stays where it is."""
        sizes = [self.output.shape[i] for i in self.inside]
        strides = [self.strides[i] for i in self.inside]
        nothing = (0,) * len(sizes)
        return Walk.of(tuple(sizes), strides, nothing).joined()

    # ---- padding and joining -----------------------------------------------------------------

    def pad(self, unit: Index) -> None:
        """A plane full of one number, and the elements of x at their places in it."""
        start = self._start(unit)
        x = self._input()
        primitive = self.primitive
        self._fill(start.y)
        first = _dot(primitive.before, self.strides)
        interior = primitive.interior
        gaps = zip(self.strides, interior, strict=True)
        steps = [stride * (gap + 1) for stride, gap in gaps]
        walk = Walk.of(x.shape, steps, x.strides)
        elements = walk.chosen(self.inside)
        begin = Places(start.y + first, start.x)
        self._copy(x, elements, begin)

    def _fill(self, start: Index) -> None:
        """A padded plane full of its one number."""
        output = self.output
        with np.errstate(over="ignore"):  # a number beyond float32 is inf
            number = output.dtype.type(self.primitive.value)
        value = self.frame.constant(number, output.dtype)

        def fill(at: Places, width: int) -> None:
            lanes = value.splat(width)
            self.frame.store(output, at.y, lanes)

        plane = self._plane()
        each(self.frame, output.dtype, plane, _beside_nothing(start), fill)

    def join(self, unit: Index, in_place: Sequence[Value]) -> None:
        """The parts of all inputs in a plane, one after the other, but of those that are there."""
        axis = self.primitive.axis
        before = 0
        for value in self.node.inputs:
            if value in in_place:
                before += value.shape[axis]
                continue
            x = self.frame.views[value]
            elements = Walk.of(x.shape, self.strides, x.strides)
            planes = elements.chosen(self.counting)
            begin = before * self.strides[axis]
            start = self._begin(unit, planes, begin, x.offset)
            inside = elements.chosen(self.inside)
            self._copy(x, inside, start)
            before += x.shape[axis]

    def _copy(self, x: View, elements: Walk, start: Places) -> None:
        """Copy the elements of x on a walk to their places in y; a stride of 0 in x repeats one."""
        elements = elements.joined()

        def copy(at: Places, width: int) -> None:
            along = elements.along
            lanes = self.frame.load(x.base, at.x, width, along)
            self.frame.store(self.output, at.y, lanes)

        dtype = self.output.dtype
        each(self.frame, dtype, elements, start, copy)

    # ---- windows added up --------------------------------------------------------------------

    def overlap(self, unit: Index) -> None:
        """All windows of a plane added up: element by element, as the reference does."""
        start = self._start(unit)
        x = self._input()
        sums = InMemory.of(self.frame, self.node)
        begin = _beside_nothing(start.y)
        dtype = self.output.dtype

        def clear(at: Places, width: int) -> None:
            sums.clear(at.y, width)

        plane = self._plane()
        each(self.frame, dtype, plane, begin, clear)
        elements, windows = self._elements_and_windows(x)
        with (
            over(self.frame, elements, start) as element,
            over(self.frame, windows, element) as at,
        ):
            number = self.frame.load(x.base, at.x)
            sums.add(at.y, number)

    def _elements_and_windows(self, x: View) -> tuple[Walk, Walk]:
        """The walk over the elements of a window, and that over the windows of a plane."""
        axes = self.primitive.axis
        primitive = self.primitive
        inside = len(x.shape) - len(axes)
        along = [self.strides[i] for i in axes]
        down = _products(along, primitive.dilation)
        sizes = x.shape[inside:]
        elements = Walk.of(sizes, down, x.strides[inside:])
        sizes = tuple(x.shape[i] for i in axes)
        steps = _products(along, primitive.stride)
        from_window = [x.strides[i] for i in axes]
        return elements, Walk.of(sizes, steps, from_window)


def _beside_nothing(y: Index) -> Places:
    """A place in y, where nothing is read from x."""
    return Places(y, Index(y.b, 0))


def _products(a: Sequence[int], b: Sequence[int]) -> list[int]:
    pairs = zip(a, b, strict=True)
    return [x * y for x, y in pairs]


def _dot(a: Sequence[int], b: Sequence[int]) -> int:
    return sum(_products(a, b))
