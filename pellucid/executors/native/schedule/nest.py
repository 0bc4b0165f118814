"""The loop nest of a fused kernel: which loops, in which order, with which strides.

    loop_nest       the loops of a kernel
    shared_by_rows  whether the rows of a nest read the same elements
    collapse        the fewest loops that visit a space, for given accesses
    stages          the order of work within a kernel that has reductions
    spill           values that a later stage would compute again, to be kept in memory

A kernel with reductions goes over its reduced axes once for each stage: softmax takes the
maximum in stage 0, sums the exponentials in stage 1 and divides in stage 2.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pellucid.executors.native.ir.facts import counts, is_costly, reduces
from pellucid.executors.native.ir.kernels import Access, Fused, Loop, Space, own_reach, reach
from pellucid.executors.native.ir.views import Views
from pellucid.graph import Node, Value

FEW_POINTS = 8  # of a reduced axis


@dataclass(frozen=True)
class Dim:
    """A loop: how many points, and whether they are reduced."""

    size: int
    reduced: bool


@dataclass(frozen=True)
class LoopNest:
    """Loops from the outside in; the last one runs along the vector lanes."""

    dims: tuple[Dim, ...]
    strides: dict[Access, tuple[int, ...]]

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
        reduced = [dim for dim in self.dims if dim.reduced]
        return self.kind == "rows" and len(reduced) == 1 and 0 < reduced[0].size <= lanes


def shared_by_rows(nest: LoopNest, access: Access) -> bool:
    """Whether an access meets the same elements in all rows, others along each."""
    pairs = list(zip(nest.dims, nest.strides[access], strict=True))
    moves = [dim.reduced for dim, stride in pairs if stride]
    return bool(moves) and all(moves)


def loop_nest(kernel: Loop, views: Views) -> LoopNest:
    """The loops of a kernel, joined as far as its accesses allow."""
    accesses: list[Access] = []
    for node in kernel.nodes:
        if counts(node):
            accesses.append(own_reach(kernel, views, node.output))
            continue
        for value in node.inputs:
            if not kernel.has(views[value].base):
                accesses.append(reach(kernel, views, node, value))
    return collapse(kernel.space, accesses, [own_reach(kernel, views, v) for v in kernel.stores])


def collapse(space: Space, loads: Iterable[Access], stores: Iterable[Access] = ()) -> LoopNest:
    """Join neighbouring axes that every access walks as if they were one.

    The axis that most loads walk step by step becomes the last loop, if the stores allow it:
    they must be without gaps there. There is always at least one loop; axes of size 1 are
    dropped.
    """
    loads, stores = tuple(dict.fromkeys(loads)), tuple(dict.fromkeys(stores))
    dims: list[Dim] = []
    strides: dict[Access, list[int]] = {a: [] for a in (*loads, *stores)}
    for axis in _order(space, loads, stores):
        size, reduced = space.shape[axis], axis in space.reduced
        joins = bool(dims) and dims[-1].reduced == reduced
        if joins and all(s[-1] == a.strides[axis] * size for a, s in strides.items()):
            dims[-1] = Dim(dims[-1].size * size, reduced)
            for a, s in strides.items():
                s[-1] = a.strides[axis]
        else:
            dims.append(Dim(size, reduced))
            for a, s in strides.items():
                s.append(a.strides[axis])
    if not dims:
        return LoopNest((Dim(1, False),), dict.fromkeys(strides, (0,)))
    return LoopNest(tuple(dims), {a: tuple(s) for a, s in strides.items()})


def _order(space: Space, loads: tuple[Access, ...], stores: tuple[Access, ...]) -> list[int]:
    """The axes larger than 1, the best one for vectors last."""
    axes = [i for i, n in enumerate(space.shape) if n != 1]

    def worth(axis: int) -> tuple[int, int]:
        return sum((a.strides[axis] == 1) * 2 + (a.strides[axis] == 0) for a in loads), axis

    def fits(axis: int) -> bool:
        gapless = (0, 1) if axis in space.reduced else (1,)
        return all(a.strides[axis] in gapless for a in stores)

    chosen = max(filter(fits, axes), key=worth, default=None)
    if chosen in space.reduced and space.shape[chosen] < FEW_POINTS:
        # Lanes along a few points would be idle, and joined for each result.
        kept = [i for i in axes if i not in space.reduced and space.shape[i] >= FEW_POINTS]
        chosen = max(filter(fits, kept), key=worth, default=chosen)
    if chosen is None or chosen == axes[-1]:
        return axes
    return [i for i in axes if i != chosen] + [chosen]


def stages(kernel: Fused, views: Views) -> dict[str, int]:
    """For each full member the stage it belongs to; for each outer one, when it is ready.

    A reduction of stage s is ready at s + 1; what uses it belongs to s + 1 or later.
    """
    found: dict[str, int] = {}
    for node in kernel.nodes:
        before = [found.get(views[value].base.name, 0) for value in node.inputs]
        step = 1 if reduces(node) else 0
        found[node.output.name] = max(before, default=0) + step
    return found


def spill(kernel: Fused, views: Views) -> list[Value]:
    """Costly full members that a later stage needs again: they go through memory."""
    stage = stages(kernel, views)
    made = {node.output.name: node for node in kernel.nodes}
    stored = {value.name for value in kernel.stores}
    spilled: dict[str, Value] = {}
    seen: set[tuple[str, int]] = set()

    def follow(values: Sequence[Value], now: int) -> None:
        """Look, depth first, at all that is computed for some values in stage `now`."""
        waiting = list(values[::-1])
        while waiting:
            base = views[waiting.pop()].base
            known = base.name in stored or base.name in spilled or (base.name, now) in seen
            if base.name not in kernel.full or known:
                continue
            seen.add((base.name, now))
            if stage[base.name] < now and is_costly(made[base.name]):
                spilled[base.name] = base
            else:
                waiting += made[base.name].inputs[::-1]

    for node in kernel.nodes:
        if reduces(node):
            follow(node.inputs, stage[node.output.name] - 1)
        elif node.output.name in stored and node.output.name in kernel.full:
            follow(node.inputs, stage[node.output.name])
    return list(spilled.values())


def is_last(kernel: Fused, value: Value, views: Views) -> bool:
    """Whether no pass over the points comes after the one that stores a member."""
    if value.name in kernel.outer:
        return True
    stage = stages(kernel, views)
    reductions = [n for n in kernel.nodes if reduces(n)]
    passes = [stage[n.output.name] - 1 for n in reductions]
    passes += [stage[v.name] for v in kernel.stores if v.name in kernel.full]
    return stage[value.name] == max(passes)


def roots(kernel: Fused, views: Views, now: int) -> tuple[list[Node], list[Value]]:
    """What a stage must do: its reductions, and the full members that it stores."""
    stage = stages(kernel, views)
    reductions = [
        node for node in kernel.nodes if reduces(node) and stage[node.output.name] == now + 1
    ]
    stores = [v for v in kernel.stores if v.name in kernel.full and stage[v.name] == now]
    return reductions, stores
