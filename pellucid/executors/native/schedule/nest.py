"""The loop nest of a fused kernel: which loops, in which order, with which strides.

    loop_nest       the loops of a kernel
    is_few          whether loops are of so few points that they are written out
    shared_by_rows  whether the rows of a nest read the same elements
    collapse        the fewest loops that visit a space, for given accesses
    stages          the order of work within a kernel that has reductions
    spill           values that a later stage would compute again, to be kept in memory

A kernel with reductions goes over its reduced axes once for each stage: softmax takes the
maximum in stage 0, sums the exponentials in stage 1 and divides in stage 2.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.executors.native.ir.facts import counts, is_costly, reduces
from pellucid.executors.native.ir.kernels import Access, Fused, Loop, Space, own_reach, reach
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.passes.windows_as_axes import MOST_PLACES
from pellucid.graph import Node, Value

# Of a reduced axis. Chosen: as many as AVX2 has lanes; pooling and small class axes were up to
# four times as fast along what is kept (23 Nov 2026).
FEW_POINTS = 8
# Loops of so many points in all are written out: those of all windows that are cut for it.
MOST_UNROLLED = MOST_PLACES
MOST_WOVEN = 4  # chosen: so many vectors, at most, are woven


@dataclass(frozen=True)
class Dim:
    """A loop: how many points, and whether they are reduced."""

    size: int
    reduced: bool


@dataclass(frozen=True)
class LoopNest:
    """Loops from the outside in; the last one runs along the vector lanes.

    `unrolled`: so many loops before it are of few points in all, and written out.
    """

    dims: tuple[Dim, ...]
    strides: dict[Access, tuple[int, ...]]
    unrolled: int = 0

    @property
    def written_out(self) -> range:
        """Which loops are written out."""
        last = len(self.dims) - 1
        return range(last - self.unrolled, last)

    @property
    def points(self) -> tuple[range, ...]:
        """The indices of each of these."""
        return tuple(range(self.dims[loop].size) for loop in self.written_out)

    @property
    def kind(self) -> str:
        """How the last loop is used: `plain`, `rows` (it is reduced) or `columns` (it is not)."""
        if not any(dim.reduced for dim in self.dims):
            return "plain"
        return "rows" if self.dims[-1].reduced else "columns"

    @property
    def kept(self) -> tuple[int, ...]:
        """The sizes of the loops that are not reduced."""
        return tuple(dim.size for dim in self.dims if not dim.reduced)

    def is_single(self, lanes: int) -> bool:
        """Whether all reduced points of a row, if any, fit into one vector: nothing is looped."""
        reduced = [dim.size for dim in self.dims if dim.reduced]
        if self.kind != "rows" or len(reduced) > 1:
            return False
        return 0 < reduced[0] <= lanes


def is_few(sizes: Iterable[int]) -> bool:
    """Whether loops of these sizes are of so few points in all that they are written out.

    Loops of no point are not: nothing would be left of them that could start a sum.
    """
    return 0 < math.prod(sizes) <= MOST_UNROLLED


def shared_by_rows(nest: LoopNest, access: Access) -> bool:
    """Whether an access meets the same elements in all rows, others along each."""
    strides = zip(nest.dims, nest.strides[access], strict=True)
    walked = [dim for dim, stride in strides if stride != 0]
    return bool(walked) and all(dim.reduced for dim in walked)


def loop_nest(kernel: Loop, views: Views) -> LoopNest:
    """The loops of a kernel, joined as far as its accesses allow."""
    loads: list[Access] = []
    for node in kernel.nodes:
        if counts(node):
            loads.append(own_reach(kernel, views, node.output))
            continue
        for value in node.inputs:
            if not kernel.has(views[value].base):
                loads.append(reach(kernel, views, node, value))
    stores = [own_reach(kernel, views, value) for value in kernel.stores]
    return collapse(kernel.space, loads, stores, apart=kernel.rows is not None)


def collapse(
    space: Space, loads: Iterable[Access], stores: Iterable[Access] = (), *, apart: bool = False
) -> LoopNest:
    """Join neighbouring axes that every access walks as if they were one.

    The axis that most loads walk step by step becomes the last loop, if the stores allow it:
    they must be without gaps there. There is always at least one loop; axes of size 1 are
    dropped. With `apart` the first of the others is the first loop, and never the last one.
    """
    different_loads = tuple(dict.fromkeys(loads))
    different_stores = tuple(dict.fromkeys(stores))
    order = _AxisOrder(space, different_loads, different_stores, int(apart))
    collapsing = _Collapsing((*different_loads, *different_stores), int(apart))
    for axis in order.axes():
        dim = Dim(space.shape[axis], axis in space.reduced)
        if collapsing.continues(dim, axis):
            collapsing.join(dim, axis)
        else:
            collapsing.begin(dim, axis)
    return collapsing.nest()


class _Collapsing:
    """Loops so far, from the outside in, and the strides of each access along them."""

    def __init__(self, accesses: Iterable[Access], apart: int) -> None:
        self.apart = apart
        self.dims: list[Dim] = []
        self.strides: dict[Access, list[int]] = {access: [] for access in accesses}

    def continues(self, dim: Dim, axis: int) -> bool:
        """Whether an axis lies within the last loop as if they were one axis."""
        if len(self.dims) <= self.apart or self.dims[-1].reduced != dim.reduced:
            return False
        return all(
            strides[-1] == access.strides[axis] * dim.size
            for access, strides in self.strides.items()
        )

    def join(self, dim: Dim, axis: int) -> None:
        """Make the last loop go over an axis as well."""
        last = self.dims.pop()
        self.dims.append(Dim(last.size * dim.size, dim.reduced))
        for access, strides in self.strides.items():
            strides[-1] = access.strides[axis]

    def begin(self, dim: Dim, axis: int) -> None:
        """Add a loop over an axis."""
        self.dims.append(dim)
        for access, strides in self.strides.items():
            strides.append(access.strides[axis])

    def nest(self) -> LoopNest:
        """The loops; one of a single point where there are none."""
        if len(self.dims) <= self.apart:
            self.dims.append(Dim(1, reduced=False))
            for strides in self.strides.values():
                strides.append(0)
        walks = {access: tuple(strides) for access, strides in self.strides.items()}
        return LoopNest(tuple(self.dims), walks)


@dataclass(frozen=True)
class _AxisOrder:
    """In which order the axes of a space are visited, for what is loaded and stored there.

    The first `apart` of them stay where they are.
    """

    space: Space
    loads: tuple[Access, ...]
    stores: tuple[Access, ...]
    apart: int

    def axes(self) -> list[int]:
        """The axes larger than 1, the best one for vectors last."""
        sizes = self.space.shape
        axes = [i for i, size in enumerate(sizes) if size != 1]
        inner = axes[self.apart :]
        last = self._best(inner)
        if last in self.space.reduced and sizes[last] < FEW_POINTS:
            # Lanes along a few points would be idle, and joined for each result.
            kept = [i for i in inner if i not in self.space.reduced]
            better = self._best(i for i in kept if sizes[i] >= FEW_POINTS)
            if better is None:
                better = self._best(i for i in kept if sizes[i] > sizes[last])
            last = last if better is None else better
        if last is None:
            return axes
        return [i for i in axes if i != last] + [last]

    def _best(self, axes: Iterable[int]) -> int | None:
        """The axis that is walked best by vectors, of those that can be."""
        fitting = [axis for axis in axes if self._is_gapless(axis)]
        return max(fitting, key=self._worth, default=None)

    def _worth(self, axis: int) -> tuple[int, int]:
        """How many loads are vectors along an axis, or one number for all lanes; ties: the last."""
        strides = [access.strides[axis] for access in self.loads]
        return 2 * strides.count(1) + strides.count(0), axis

    def _is_gapless(self, axis: int) -> bool:
        """Whether stores along an axis are without gaps, or can be woven."""
        if axis in self.space.reduced:
            return all(access.strides[axis] in (0, 1) for access in self.stores)
        return all(
            access.strides[axis] == 1 or self._is_woven(access, axis) for access in self.stores
        )

    def _is_woven(self, access: Access, axis: int) -> bool:
        """Whether what is stored between the points of an axis is that of few reduced ones."""
        sizes = self.space.shape
        reduced = [i for i in sorted(self.space.reduced) if sizes[i] != 1]
        if not reduced or not is_few(sizes[i] for i in reduced):
            return False
        points = sizes[reduced[-1]]
        is_between = (access.strides[axis], access.strides[reduced[-1]]) == (points, 1)
        return is_between and points <= MOST_WOVEN


def stages(kernel: Fused, views: Views) -> dict[str, int]:
    """For each full member the stage it belongs to; for each outer one, when it is ready.

    A reduction of stage s is ready at s + 1; what uses it belongs to s + 1 or later.
    """
    stage: dict[str, int] = {}
    for node in kernel.nodes:
        now = 0
        for value in node.inputs:
            ready = stage.get(views.buffer(value), 0)
            now = max(now, ready)
        if reduces(node):
            now += 1
        stage[node.output.name] = now
    return stage


def spill(kernel: Fused, views: Views) -> list[Value]:
    """Costly full members that a later stage needs again: they go through memory."""
    spilling = _Spilling(kernel, views)
    for node in kernel.nodes:
        name = node.output.name
        if reduces(node):
            spilling.follow(node.inputs, spilling.stage[name] - 1)
        elif name in spilling.stored and name in kernel.full:
            spilling.follow(node.inputs, spilling.stage[name])
    return list(spilling.spilled.values())


class _Spilling:
    """The members that are spilled, and what has been looked at for it."""

    def __init__(self, kernel: Fused, views: Views) -> None:
        self.kernel = kernel
        self.views = views
        self.stage = stages(kernel, views)
        self.stored = {value.name for value in kernel.stores}
        self.made_by = {node.output.name: node for node in kernel.nodes}
        self.spilled: dict[str, Value] = {}
        self._seen: set[tuple[str, int]] = set()

    def follow(self, values: Sequence[Value], now: int) -> None:
        """Look, depth first, at all that is computed for some values in stage `now`."""
        waiting = list(reversed(values))
        while waiting:
            base = self.views[waiting.pop()].base
            if not self._is_computed(base, now):
                continue
            self._seen.add((base.name, now))
            node = self.made_by[base.name]
            is_earlier = self.stage[base.name] < now
            if is_earlier and is_costly(node):
                self.spilled[base.name] = base
            else:
                waiting += reversed(node.inputs)

    def _is_computed(self, base: Value, now: int) -> bool:
        """Whether a value is computed in a stage, and has not been looked at there."""
        if base.name not in self.kernel.full:
            return False
        if base.name in self.stored or base.name in self.spilled:
            return False
        return (base.name, now) not in self._seen


def is_last(kernel: Fused, value: Value, views: Views) -> bool:
    """Whether no pass over the points comes after the one that stores a member."""
    if value.name in kernel.outer:
        return True
    stage = stages(kernel, views)
    reductions = [node.output.name for node in kernel.nodes if reduces(node)]
    stored = [store.name for store in kernel.stores if store.name in kernel.full]
    passes = [stage[name] - 1 for name in reductions]
    passes += [stage[name] for name in stored]
    return stage[value.name] == max(passes)


def roots(kernel: Fused, views: Views, now: int) -> tuple[list[Node], list[Value]]:
    """What a stage computes for its own sake: its reductions, and the full members it stores."""
    stage = stages(kernel, views)
    reductions = [node for node in kernel.nodes if reduces(node)]
    ready = [node for node in reductions if stage[node.output.name] == now + 1]
    full = [value for value in kernel.stores if value.name in kernel.full]
    stored = [value for value in full if stage[value.name] == now]
    return ready, stored
