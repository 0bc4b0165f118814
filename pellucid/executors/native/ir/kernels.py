"""Kernels: the pieces of a program, each one pass over memory.

Space       the points that a kernel visits, and which of its axes are reduced
Access      how a kernel walks over a buffer while it visits its points
Loop        elementwise work and reductions, fused
Product     a matrix product, with elementwise work on its result fused behind it
Single      one primitive by itself: gather, scatter, and whatever has no native form
TurnedLoop  a loop of the graph: the kernels of its body, turn after turn
ConvolutionLoop     a convolution, and the loop that goes on with its images
LoopStart   what its carries are at first, copied to where its turns read them
PanelCopy   the right matrix of a product, copied once for all turns of a loop
RowBlocks   how a loop that keeps the rows of a batch apart is divided
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.facts import reduces
from pellucid.executors.native.ir.views import View, Views, stretched
from pellucid.graph import Node, Shape, Value
from pellucid.primitives.base import UINT8


@dataclass(frozen=True)
class Space:
    """The shape that a kernel visits. Reduced axes are summed (or the like) over."""

    shape: Shape
    reduced: frozenset[int] = frozenset()

    @property
    def outer(self) -> Shape:
        """The shape with the reduced axes as 1."""
        return tuple(1 if i in self.reduced else n for i, n in enumerate(self.shape))


@dataclass(frozen=True)
class Access:
    """A walk over a buffer: the element for a point lies at offset + sum point_k strides_k."""

    base: Value
    offset: int
    strides: tuple[int, ...]


@dataclass(frozen=True)
class RowBlocks:
    """The rows of a batch, `count` of them, in blocks of `height`: each block is a unit."""

    count: int
    height: int

    @property
    def units(self) -> int:
        """How many blocks there are, the last one perhaps lower."""
        return ceil_div(self.count, self.height)


@dataclass
class Kernel:
    """What all kernels have: nodes in order, values that are written to memory.

    Where it has `rows`, it keeps them apart, and so does the whole loop that it is in: its units
    are blocks of them, and one that begins its rows need not wait for those of others.
    """

    nodes: list[Node] = field(default_factory=list)
    stores: list[Value] = field(default_factory=list)
    rows: RowBlocks | None = field(default=None, kw_only=True)

    @property
    def name(self) -> str:
        """The primitives in it, for people."""
        return "+".join(dict.fromkeys(node.primitive.name for node in self.nodes))

    def operands(self) -> Iterator[Value]:
        """What its nodes ask for, one after the other."""
        for node in self.nodes:
            yield from node.inputs


@dataclass
class Fused(Kernel):
    """A kernel with members: values that stay in registers on the way to others."""

    space: Space = field(default_factory=lambda: Space(()))
    full: set[str] = field(default_factory=set)  # one value for each point
    outer: set[str] = field(default_factory=set)  # one value for each point of the outer axes

    def role_of(self, value: Value) -> str:
        """The shape class of a member: full or outer."""
        return "outer" if value.name in self.outer else "full"

    def shape_of(self, role: str) -> Shape:
        """The shape that members with this role have, up to axes of size 1."""
        return self.space.shape if role == "full" else self.space.outer

    def has(self, value: Value) -> bool:
        """Whether the value is made here."""
        return value.name in self.full or value.name in self.outer


@dataclass
class Loop(Fused):
    """Elementwise work and reductions over one space."""


@dataclass
class Product(Fused):
    """A matrix product, its first node, and elementwise work on the result.

    `panels` is a copy of the right matrix, if there is one, in panels as the product reads them.
    """

    panels: Value | None = None

    def operands(self) -> Iterator[Value]:
        """What its nodes ask for, and the copy."""
        yield from super().operands()
        if self.panels is not None:
            yield self.panels


@dataclass
class Single(Kernel):
    """One primitive by itself.

    Where it joins arrays, those that are `in_place` are made at their places in what it gives.
    """

    in_place: tuple[Value, ...] = ()


@dataclass
class ConvolutionLoop(Kernel):
    """A convolution, and the loop that goes on with what it gives, strip by strip of its images.

    What the convolution gives lies in memory for one strip: nobody else reads it. Where the loop
    goes on `by_channels`, it lies there for some channels of an image; the channels of few images
    come in some `parts`, which are units.
    """

    convolution: Single = field(default_factory=Single)
    loop: Loop = field(default_factory=Loop)
    strips: int = 1
    by_channels: bool = False
    parts: int = 1

    @property
    def between(self) -> Value:
        """What the convolution gives."""
        return self.convolution.nodes[0].output

    def operands(self) -> Iterator[Value]:
        """What its nodes ask for, but what is between them."""
        return (value for value in super().operands() if value != self.between)


NO_ROOM = Value("", (0,), UINT8)


@dataclass
class TurnedLoop(Kernel):
    """A scan, its first node, and what is taken out of its record.

    `body` is the plan of a turn; `constants` are those of the body; `room` is its arena.
    """

    body: Any = None
    constants: list[Value] = field(default_factory=list)
    room: Value = NO_ROOM

    @property
    def scan(self) -> Any:
        """The loop."""
        return self.nodes[0].primitive

    @property
    def traces(self) -> list[Value]:
        """The trace of each carry."""
        return [node.output for node in self.nodes[1 : 1 + self.scan.carries]]


@dataclass
class LoopStart(Kernel):
    """The first row of each trace of a loop."""

    loop: TurnedLoop = field(default_factory=TurnedLoop)


@dataclass
class PanelCopy(Kernel):
    """The right matrix of a product, which is the same in all turns of a loop, as panels."""

    product: Product = field(default_factory=Product)

    def operands(self) -> Iterator[Value]:
        """That matrix."""
        yield self.product.nodes[0].inputs[1]


def makers(kernels: Iterable[Kernel]) -> dict[str, int]:
    """For each value that is kept the number of the kernel that makes it."""
    made_in: dict[str, int] = {}
    for number, kernel in enumerate(kernels):
        for value in kernel.stores:
            made_in[value.name] = number
    return made_in


def without_ones(shape: Shape) -> Shape:
    """The sizes of the axes that have more than one point.

    >>> without_ones((1, 50, 1))
    (50,)
    """
    return tuple(n for n in shape if n != 1)


@lru_cache(maxsize=1024)
def axis_map(shape: Shape, target: Shape) -> tuple[int | None, ...] | None:
    """For each axis of `target` the same axis of `shape`, or None where its size is 1.

    There is no map where the shapes differ in the axes larger than 1, or in their order.

    >>> axis_map((50,), (1, 50))
    (None, 0)
    """
    if without_ones(shape) != without_ones(target):
        return None
    own = [axis for axis, size in enumerate(shape) if size != 1]
    wanted = [axis for axis, size in enumerate(target) if size != 1]
    axes: list[int | None] = [None] * len(target)
    for axis, own_axis in zip(wanted, own, strict=True):
        axes[axis] = own_axis
    return tuple(axes)


def access(view: View, shape: Shape, target: Shape) -> Access | None:
    """The walk over a view, broadcast to `shape`, while the points of `target` are visited."""
    axes = axis_map(shape, target)
    if axes is None:
        return None
    own = stretched(view, shape).strides
    strides = tuple(0 if axis is None else own[axis] for axis in axes)
    return Access(view.base, view.offset, strides)


def own_access(views: Views, value: Value, target: Shape) -> Access | None:
    """The walk over a value's own buffer while its points, within `target`, are visited."""
    return access(views.own(value), value.shape, target)


def reach(kernel: Fused, views: Views, node: Node, operand: Value) -> Access:
    """How a node of a kernel walks over an operand."""
    if reduces(node):
        walk = access(views[operand], operand.shape, kernel.space.shape)
    else:
        target = kernel.shape_of(kernel.role_of(node.output))
        walk = access(views[operand], node.output.shape, target)
    if walk is None:
        raise AssertionError(f"{node} does not fit its kernel")
    return walk


def own_reach(kernel: Fused, views: Views, value: Value) -> Access:
    """How a kernel walks over the buffer of one of its members."""
    target = kernel.shape_of(kernel.role_of(value))
    walk = own_access(views, value, target)
    if walk is None:
        raise AssertionError(f"{value} does not fit its kernel")
    return walk


def same_points(kernel: Fused, read: Access, written: Access) -> bool:
    """Whether two walks meet the same elements: equal on all axes of more than one point."""
    if read.offset != written.offset:
        return False
    strides = zip(kernel.space.shape, read.strides, written.strides, strict=True)
    return all(size == 1 or a == b for size, a, b in strides)
