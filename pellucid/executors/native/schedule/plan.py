"""The plan of a program: the order of its kernels, and where every value lies in memory.

    plan        order, in-place updates, and one arena for all temporary values

A new value of a variable is written over the old one where every other use of the old one
can come first; elsewhere it is made in the arena and copied at the end. Kernels that can fail
come before all that write to variables, so that a step happens whole or not at all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from pellucid.executors.native.ir.facts import reduces
from pellucid.executors.native.ir.kernels import (
    Fused,
    Kernel,
    Loop,
    Product,
    access,
    own_access,
)
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule.arena import Arena
from pellucid.executors.native.schedule.nest import is_last
from pellucid.executors.native.schedule.order import Order
from pellucid.executors.native.schedule.row_strips import strips
from pellucid.graph import Graph, Node, Procedure, Value
from pellucid.memory import LINE

ALIGNMENT = LINE  # bytes; no vector is wider


@dataclass(frozen=True)
class MemoryPlace:
    """Where a value lies: `offset` bytes into the memory that table entry `slot` points at."""

    slot: int
    offset: int = 0


@dataclass
class CopyBack(Kernel):
    """The new value of a variable, copied over the old one at the end of a step."""

    source: Value | None = None
    slot: int = 0


@dataclass
class Plan:
    """Kernels in order, and the place of every value that lies in memory.

    `strips` tells for each kernel over how many strips it is run together with the one before.
    `gate` is the first kernel that writes to a variable: all that can fail are before it, if
    there are any.
    The table has an entry for each input, each constant, each result, the arena, and failures.
    """

    kernels: list[Kernel]
    strips: tuple[int, ...]
    gate: int
    can_fail: bool
    places: dict[str, MemoryPlace]
    arena_bytes: int
    inputs: int
    constants: int
    results: int

    @property
    def arena_slot(self) -> int:
        """The table entry of the arena, the last of memory."""
        return self.inputs + self.constants + self.results


def plan(
    procedure: Procedure,
    graph: Graph,
    kernels: list[Kernel],
    views: Views,
    failing: tuple[Collection[int], Iterable[tuple[int, int]]] = ((), ()),
) -> Plan:
    """The plan for a laid-out graph and its kernels; `failing` as `failing.failing` gives it."""
    made_in = {value.name: i for i, k in enumerate(kernels) for value in k.stores}
    readers = _readers(kernels, views)
    order = Order(len(kernels), failing[0])
    made = {name: users - {made_in[name]} for name, users in readers.items() if name in made_in}
    for first, later in (*failing[1], *((made_in[n], user) for n in made for user in made[n])):
        order.put([first], later)
    places = _external_places(procedure, graph, views)
    copies = []
    outputs = graph.outputs[procedure.results :]
    for position, value in zip(procedure.updates, outputs, strict=True):
        base = views[value].base
        old = graph.inputs[position]
        writer = made_in[base.name]
        before = {order.gate, *readers.get(old.name, ())} - {writer}
        if _reads_in_step(kernels[writer], old, base, views) and order.put(before, writer):
            places[base.name] = MemoryPlace(position)
        else:
            copies.append(CopyBack([], [], base, position))
    ordered = [*(kernels[i] for i in order.sorted()), *copies]
    slots = (len(graph.inputs), len(graph.constants), procedure.results)
    shared = _strips(ordered, places, views)
    arena = _allocate(ordered, shared, places, views, sum(slots))
    gate = _gate(ordered, places, slots[0])
    return Plan(ordered, shared, gate, bool(failing[0]), places, arena, *slots)


def _gate(kernels: list[Kernel], places: dict[str, MemoryPlace], inputs: int) -> int:
    """The first kernel that writes to a variable, or how many there are."""
    for i, kernel in enumerate(kernels):
        if isinstance(kernel, CopyBack) or any(
            value.name in places and places[value.name].slot < inputs for value in kernel.stores
        ):
            return i
    return len(kernels)


def _readers(kernels: list[Kernel], views: Views) -> dict[str, set[int]]:
    """For each buffer, the kernels that read it from memory."""
    readers: dict[str, set[int]] = {}
    for i, kernel in enumerate(kernels):
        for node in kernel.nodes:
            for value in node.inputs:
                readers.setdefault(views[value].base.name, set()).add(i)
    return readers


def _external_places(procedure: Procedure, graph: Graph, views: Views) -> dict[str, MemoryPlace]:
    """Places of inputs, constants and results: memory that is handed in."""
    names = [v.name for v in graph.inputs] + [v.name for v, _ in graph.constants]
    results = graph.outputs[: procedure.results]
    return {name: MemoryPlace(slot) for slot, name in enumerate(names)} | {
        views[value].base.name: MemoryPlace(len(names) + i) for i, value in enumerate(results)
    }


def _reads_in_step(kernel: Kernel, old: Value, new: Value, views: Views) -> bool:
    """Whether the kernel reads the old value only at the point where it writes the new one.

    Nor may a later pass over the same points read it again.
    """
    reads = [
        (node, value)
        for node in kernel.nodes
        for value in node.inputs
        if views[value].base.name == old.name
    ]
    if reads and isinstance(kernel, Loop) and not is_last(kernel, new, views):
        return False
    return all(_in_step(kernel, node, value, new, views) for node, value in reads)


def _in_step(kernel: Kernel, node: Node, value: Value, new: Value, views: Views) -> bool:
    if not isinstance(kernel, Fused) or not kernel.has(node.output):
        return False
    if isinstance(kernel, Product) and node is kernel.nodes[0]:
        return False
    role = kernel.role_of(node.output)
    if role != kernel.role_of(new) or reduces(node):
        return False
    target = kernel.shape_of(role)
    found = access(views[value], node.output.shape, target)
    own = own_access(views, new, target)
    return (
        found is not None
        and own is not None
        and (found.offset, found.strides) == (own.offset, own.strides)
    )


def _strips(kernels: list[Kernel], places: dict[str, MemoryPlace], views: Views) -> tuple[int, ...]:
    """For each kernel over how many strips it is run together with the one before.

    It makes values of the arena only: what the one before reads must last until the last strip.
    """
    found = [1 for _ in kernels[:1]]
    for above, below in pairwise(kernels):
        is_second = found[-1] > 1
        is_seen = any(value.name in places for value in below.stores)
        found.append(1 if is_second or is_seen else strips(above, below, views))
    return tuple(found)


def _allocate(
    kernels: list[Kernel],
    shared: tuple[int, ...],
    places: dict[str, MemoryPlace],
    views: Views,
    slot: int,
) -> int:
    """Give every stored value without a place one in the arena; its size in bytes.

    The largest first, each at the lowest offset that no value alive at the same time covers.
    What is read by a kernel that shares strips with the next one is alive there too.
    """
    ends = [i + (after > 1) for i, after in enumerate((*shared[1:], 1))]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for i, kernel in enumerate(kernels):
        for value in kernel.stores:
            first[value.name], last[value.name] = i, ends[i]
            size = max(views.gaps.room(value), 1)
            sizes[value.name] = -(-size // ALIGNMENT) * ALIGNMENT
        for value in _read(kernel):
            name = views[value].base.name
            if name in last:
                last[name] = ends[i]
    room = Arena(len(kernels))
    for name in sorted((n for n in first if n not in places), key=lambda n: -sizes[n]):
        places[name] = MemoryPlace(slot, room.place(sizes[name], first[name], last[name]))
    return room.size


def _read(kernel: Kernel) -> list[Value]:
    if isinstance(kernel, CopyBack):
        return [kernel.source] if kernel.source is not None else []
    return [value for node in kernel.nodes for value in node.inputs]
