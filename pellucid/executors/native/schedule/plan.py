"""The plan of a program: the order of its kernels, and where every value lies in memory.

    plan        order, in-place updates, and one arena for all temporary values

A new value of a variable is written over the old one where every other use of the old one
can come first; elsewhere it is made in the arena and copied at the end. Kernels that can fail
come before all that write to variables, so that a step happens whole or not at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pellucid.executors.native.counting import padded
from pellucid.executors.native.ir.facts import reduces
from pellucid.executors.native.ir.kernels import (
    Fused,
    Kernel,
    Loop,
    Product,
    Single,
    access,
    makers,
    own_access,
)
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule.arena import Arena
from pellucid.executors.native.schedule.batch_strips import shared_strips
from pellucid.executors.native.schedule.failing import Failing
from pellucid.executors.native.schedule.nest import is_last
from pellucid.executors.native.schedule.order import Order
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
    procedure: Procedure, graph: Graph, kernels: list[Kernel], views: Views, failing: Failing
) -> Plan:
    """The plan for a laid-out graph and its kernels."""
    updating = _Updating(kernels, views, failing)
    places = _external_places(procedure, graph, views)
    copies: list[Kernel] = []
    new_values = graph.outputs[procedure.results :]
    for position, value in zip(procedure.updates, new_values, strict=True):
        old, new = graph.inputs[position], views[value].base
        if updating.writes_in_place(old, new):
            places[new.name] = MemoryPlace(position)
        else:
            copies.append(CopyBack([], [], new, position))
    ordered = [kernels[number] for number in updating.order.sorted()] + copies
    slots = (len(graph.inputs), len(graph.constants), procedure.results)
    shared = _strips(ordered, places, views)
    arena_bytes = _allocate(ordered, shared, places, views, sum(slots))
    _join_in_place(ordered, places)
    gate = _gate(ordered, places, len(graph.inputs))
    return Plan(ordered, shared, gate, bool(failing.kernels), places, arena_bytes, *slots)


class _Updating:
    """Kernels, in what order they can run, and which of them can write over a variable."""

    def __init__(self, kernels: list[Kernel], views: Views, failing: Failing) -> None:
        self.kernels = kernels
        self.views = views
        self.made_in = makers(kernels)
        self.readers = self._readers()
        self.order = Order(len(kernels), failing.kernels)
        for first, later in failing.pairs:
            self.order.put([first], later)
        for name, readers in self.readers.items():
            if name in self.made_in:
                self._put_behind(self.made_in[name], readers)

    def _readers(self) -> dict[str, set[int]]:
        """For each buffer, the kernels that read it from memory."""
        readers: dict[str, set[int]] = {}
        for number, kernel in enumerate(self.kernels):
            for value in kernel.operands():
                readers.setdefault(self.views.buffer(value), set()).add(number)
        return readers

    def _put_behind(self, maker: int, readers: set[int]) -> None:
        """Let those that read a value come after the kernel that makes it."""
        for reader in readers - {maker}:
            self.order.put([maker], reader)

    def writes_in_place(self, old: Value, new: Value) -> bool:
        """Whether a new value is written over an old one; its writer is then put last."""
        writer = self.made_in[new.name]
        if not _reads_in_step(self.kernels[writer], old, new, self.views):
            return False
        before = {self.order.gate, *self.readers.get(old.name, ())}
        return self.order.put(before - {writer}, writer)


def _join_in_place(kernels: list[Kernel], places: dict[str, MemoryPlace]) -> None:
    """Let arrays lie in the rows in which they are joined, where that can be."""
    for kernel in kernels:
        if not isinstance(kernel, Single) or not kernel.in_place:
            continue
        (node,) = kernel.nodes
        whole = places[node.output.name]
        offset = whole.offset
        for value in node.inputs:
            if value in kernel.in_place:
                places[value.name] = MemoryPlace(whole.slot, offset)
            offset += value.shape[-1] * value.dtype.itemsize


def _gate(kernels: list[Kernel], places: dict[str, MemoryPlace], inputs: int) -> int:
    """The first kernel that writes to a variable, or how many there are."""
    in_place = {name for name, place in places.items() if place.slot < inputs}
    for number, kernel in enumerate(kernels):
        if isinstance(kernel, CopyBack):
            return number
        if any(value.name in in_place for value in kernel.stores):
            return number
    return len(kernels)


def _external_places(procedure: Procedure, graph: Graph, views: Views) -> dict[str, MemoryPlace]:
    """Places of inputs, constants and results: memory that is handed in."""
    names = [value.name for value in graph.inputs]
    names += [value.name for value, _ in graph.constants]
    names += [views.buffer(value) for value in graph.outputs[: procedure.results]]
    return {name: MemoryPlace(slot) for slot, name in enumerate(names)}


def _reads_in_step(kernel: Kernel, old: Value, new: Value, views: Views) -> bool:
    """Whether the kernel reads the old value only at the point where it writes the new one.

    Nor may a later pass over the same points read it again.
    """
    reads = 0
    for node in kernel.nodes:
        for value in node.inputs:
            if views.buffer(value) != old.name:
                continue
            if not _is_in_step(kernel, node, value, new, views):
                return False
            reads += 1
    if reads and isinstance(kernel, Loop):
        return is_last(kernel, new, views)
    return True


def _is_in_step(kernel: Kernel, node: Node, value: Value, new: Value, views: Views) -> bool:
    """Whether a node reads an operand at the very point where the new value is written."""
    if not isinstance(kernel, Fused) or not kernel.has(node.output):
        return False
    if isinstance(kernel, Product) and node is kernel.nodes[0]:
        return False
    role = kernel.role_of(node.output)
    if role != kernel.role_of(new) or reduces(node):
        return False
    target = kernel.shape_of(role)
    read = access(views[value], node.output.shape, target)
    written = own_access(views, new, target)
    if read is None or written is None:
        return False
    return (read.offset, read.strides) == (written.offset, written.strides)


def _strips(kernels: list[Kernel], places: dict[str, MemoryPlace], views: Views) -> tuple[int, ...]:
    """For each kernel over how many strips it is run together with the one before."""
    if _keep_rows_apart(kernels):
        return (1,) * len(kernels)
    return shared_strips(kernels, set(places), views)


@dataclass
class _Lifetime:
    """When a value that is stored is needed, by numbers of kernels, and its bytes."""

    first: int
    last: int
    size: int


def _keep_rows_apart(kernels: list[Kernel]) -> bool:
    """Whether a thread may run kernels for its rows long before others run them for theirs."""
    return any(kernel.rows is not None for kernel in kernels)


def _allocate(
    kernels: list[Kernel],
    shared: tuple[int, ...],
    places: dict[str, MemoryPlace],
    views: Views,
    slot: int,
) -> int:
    """Give every stored value without a place one in the arena; its size in bytes.

    The largest first, each at the lowest offset that no value needed at the same time covers.
    """
    arena = Arena(len(kernels))
    lifetimes = _lifetimes(kernels, shared, views)
    homeless = [name for name in lifetimes if name not in places]
    homeless.sort(key=lambda name: -lifetimes[name].size)
    for name in homeless:
        needed = lifetimes[name]
        offset = arena.place(needed.size, needed.first, needed.last)
        places[name] = MemoryPlace(slot, offset)
    return arena.size


def _lifetimes(
    kernels: list[Kernel], shared: tuple[int, ...], views: Views
) -> dict[str, _Lifetime]:
    """How long every stored value is needed.

    What is read by a kernel that shares strips with others is needed by the last of them. Where
    rows are kept apart, no kernel is behind another for all of them: all is needed to the end.
    """
    lifetimes: dict[str, _Lifetime] = {}
    ends = _ends(shared)
    for number, kernel in enumerate(kernels):
        last = ends[number]
        for value in kernel.stores:
            size = max(views.gaps.room(value), 1)
            lifetimes[value.name] = _Lifetime(number, last, padded(size, ALIGNMENT))
        for value in _read(kernel):
            lifetime = lifetimes.get(views.buffer(value))
            if lifetime is not None:
                lifetime.last = last
    if _keep_rows_apart(kernels):
        for lifetime in lifetimes.values():
            lifetime.first, lifetime.last = 0, len(kernels) - 1
    return lifetimes


def _ends(shared: tuple[int, ...]) -> list[int]:
    """For each kernel the last one of those that share strips with it."""
    ends = list(range(len(shared)))
    for number in reversed(range(len(shared) - 1)):
        if shared[number + 1] > 1:
            ends[number] = ends[number + 1]
    return ends


def _read(kernel: Kernel) -> Iterable[Value]:
    """What a kernel reads."""
    if isinstance(kernel, CopyBack):
        return [] if kernel.source is None else [kernel.source]
    return kernel.operands()
