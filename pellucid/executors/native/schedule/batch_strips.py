"""Kernels over one batch of matrices, run matrix by matrix: attention, head by head.

    BatchGroup      kernels in a row that can be run together, one matrix after the other
    beside          the kernels of a graph, each that can join such a group moved right behind it
    shared_strips   over how many strips each kernel is run together with the one before

Scores, their softmax and mixtures of values are arrays that no near cache holds, but those of one
head are small. Where each kernel of a batch reads, of what those before it made, nothing but its
own matrix, a thread takes one matrix through all of them while it lies in the second cache, and
the threads meet behind the last one. What the kernels compute is not looked at, only how they walk.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pellucid.executors.native.ir.facts import counts
from pellucid.executors.native.ir.kernels import (
    Access,
    Fused,
    Kernel,
    Loop,
    Product,
    makers,
    own_reach,
    reach,
    without_ones,
)
from pellucid.executors.native.ir.views import Views, stretched
from pellucid.executors.native.schedule.nest import LoopNest
from pellucid.executors.native.schedule.row_strips import strips
from pellucid.executors.native.schedule.weaving import woven_nest
from pellucid.graph import Shape

# Chosen: an array of all matrices is more than the second cache holds, some of one matrix less.
LARGE_BYTES = 1 << 21
MOST_BYTES = 1 << 17
FEWEST = 8  # matrices. Chosen: threads are to have equally many


@dataclass
class BatchGroup:
    """Kernels that go together over a batch of `sizes`, so far.

    `distances`: for each value that they make how far its matrices lie apart; `read`: all buffers.
    """

    sizes: Shape
    views: Views
    distances: dict[str, tuple[int, ...]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    @property
    def count(self) -> int:
        """How many matrices there are."""
        return math.prod(self.sizes)

    @classmethod
    def of(cls, kernel: Kernel, views: Views) -> "BatchGroup | None":
        """The group that a product can begin, if its batch is large and each matrix small."""
        if not isinstance(kernel, Product) or kernel.rows is not None or not kernel.stores:
            return None
        group = cls(without_ones(kernel.space.shape[:-2]), views)
        whole = max(value.nbytes for value in kernel.stores)
        if group.count < FEWEST or whole < LARGE_BYTES or whole > MOST_BYTES * group.count:
            return None
        return group if group._follows(kernel) else None

    def takes(self, kernel: Kernel) -> bool:
        """Whether a kernel can go on with each matrix; it is in the group then."""
        if not isinstance(kernel, Fused) or kernel.rows is not None:
            return False
        read = {self.views.buffer(value) for value in kernel.operands()}
        return not read.isdisjoint({*self.distances, *self.read}) and self._follows(kernel)

    def _follows(self, kernel: Fused) -> bool:
        axes = self._axes(kernel)
        if axes is None or not self._is_in_order(kernel):
            return False
        # Whoever steps from matrix to matrix as they lie, as often as there are some, and stays
        # within the buffer, meets at each step one of them and nothing else.
        for walk in self._walks(kernel):
            if self.distances.get(walk.base.name, _apart(walk, axes)) != _apart(walk, axes):
                return False
        for value in kernel.stores:
            self.distances[value.name] = _apart(own_reach(kernel, self.views, value), axes)
        self.read.update(self.views.buffer(value) for value in kernel.operands())
        return True

    def _axes(self, kernel: Fused) -> list[int] | None:
        """The axes of the batch in the space of a kernel: its first ones, none of them reduced."""
        shape = kernel.space.shape
        axes = [axis for axis, size in enumerate(shape) if size != 1][: len(self.sizes)]
        if isinstance(kernel, Product) and without_ones(shape[:-2]) != self.sizes:
            return None
        is_batch = tuple(shape[axis] for axis in axes) == self.sizes
        return axes if is_batch and kernel.space.reduced.isdisjoint(axes) else None

    def _is_in_order(self, kernel: Fused) -> bool:
        """Whether the units of a kernel are those of one matrix after the other."""
        if isinstance(kernel, Product):
            return all(self.views.data_of(v) is None for v in kernel.nodes[0].inputs)
        if not isinstance(kernel, Loop):
            return False
        nest = woven_nest(kernel, self.views)
        stores = [own_reach(kernel, self.views, value) for value in kernel.stores]
        if nest.unrolled or not all(_is_as_it_lies(nest, access) for access in stores):
            return False
        # What is kept and stored runs along the lanes: only what is around them is in order.
        around = nest.kept if nest.kind == "rows" else nest.kept[:-1]
        return math.prod(around) % self.count == 0 and bool(around)

    def _walks(self, kernel: Fused) -> Iterator[Access]:
        """How a kernel walks over each buffer that it reads."""
        for node in kernel.nodes:
            if counts(node):
                continue
            for value in node.inputs:
                view = self.views[value]
                if kernel.has(view.base):
                    continue
                if isinstance(kernel, Product) and node is kernel.nodes[0]:
                    of_all = (*kernel.space.shape[:-2], *value.shape[-2:])
                    yield Access(view.base, view.offset, stretched(view, of_all).strides)
                else:
                    yield reach(kernel, self.views, node, value)


def _is_as_it_lies(nest: LoopNest, access: Access) -> bool:
    """Whether the loops that are kept go over a buffer in the order in which it lies."""
    walked = zip(nest.dims, nest.strides[access], strict=True)
    strides = [stride for dim, stride in walked if not dim.reduced]
    return strides == sorted(strides, reverse=True)


def _apart(walk: Access, axes: list[int]) -> tuple[int, ...]:
    """The steps of a walk from matrix to matrix."""
    return tuple(walk.strides[axis] for axis in axes)


def beside(kernels: list[Kernel], views: Views) -> list[Kernel]:
    """The kernels, each that can go on with the matrices of others moved right behind them."""
    made_in = makers(kernels)
    groups: dict[int, BatchGroup | None] = {}
    # What is put behind a kernel has its place, and one more number: the last to come lies first.
    places: list[tuple[int, ...]] = [(i,) for i in range(len(kernels))]
    for i, kernel in enumerate(kernels):
        read = {views.buffer(value) for value in kernel.operands()}
        asked = [made_in[name] for name in read if name in made_in and made_in[name] < i]
        last = max(asked, key=places.__getitem__, default=i)
        group = groups.get(last)
        if group is not None and group.takes(kernel):
            places[i] = (*places[last], -i)
            groups[i] = group
        else:
            groups[i] = BatchGroup.of(kernel, views)
    order = sorted(range(len(kernels)), key=places.__getitem__)
    return [kernels[i] for i in order]


def shared_strips(kernels: list[Kernel], places: set[str], views: Views) -> tuple[int, ...]:
    """For each kernel over how many strips it is run together with the one before.

    It makes values of the arena only, none that has a place already: what the one before reads
    must last until the last strip.
    """

    def is_seen(kernel: Kernel) -> bool:
        return any(value.name in places for value in kernel.stores)

    shared = [1] if kernels else []
    group = None  # of kernels over one batch, which the last one is in, or can begin
    for above, below in pairwise(kernels):
        if group is None and shared[-1] == 1 and not is_seen(above):
            group = BatchGroup.of(above, views)
        if is_seen(below):
            shared.append(1)
            group = None
        elif group is not None and group.takes(below):
            shared.append(group.count)
        else:
            is_second = shared[-1] > 1
            shared.append(1 if is_second else strips(above, below, views))
            group = None
    return tuple(shared)
