"""Loops of a program: the body is planned once, and its kernels run turn after turn.

with_bodies     plans the bodies of the loops among kernels
coded           all kernels that have code, and the order in which they run
first_row       where in a trace stands what a carry is at first
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import Kernel, LoopStart, TurnedLoop
from pellucid.executors.native.ir.repeats import Item, Move, Repeat
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Graph, Procedure, Value
from pellucid.primitives.base import UINT8

# ---- the plan ----------------------------------------------------------------------------


def with_bodies(
    kernels: Sequence[Kernel], graph: Graph, planned: Callable[[Procedure], Planned]
) -> Graph:
    """Plan the bodies of loops: the graph with their constants among its own."""
    constants = list(graph.constants)
    for kernel in kernels:
        if not isinstance(kernel, TurnedLoop):
            continue
        record = kernel.nodes[0].output.name
        kernel.body = planned(Procedure(kernel.scan.body, 0))
        for value, array in kernel.body.graph.constants:
            kernel.constants.append(replace(value, name=f"{record}/{value.name}"))
            constants.append((kernel.constants[-1], array))
        kernel.room = Value(f"{record}/room", (kernel.body.plan.arena_bytes,), UINT8)
        kernel.stores.append(kernel.room)
    return replace(graph, constants=tuple(constants))


def _moves(shared: Planned, kernel: TurnedLoop) -> tuple[Move, ...]:
    """Where the table entries of the body lie: its inputs, constants, outputs and arena."""
    scan, inputs = kernel.scan, kernel.nodes[0].inputs
    first = scan.constants + scan.carries
    parts = {
        (type(node.primitive), node.primitive.index): node.output
        for node in kernel.nodes
        if isinstance(node.primitive, p.Part)
    }
    results = [parts[p.Part, 3 * scan.carries + j] for j in range(len(scan.results))]
    found = [_of_view(shared, value) for value in inputs[: scan.constants]]
    found += [_of_row(shared, kernel, k, written=False) for k in range(scan.carries)]
    found += [_of_view(shared, value, is_sliced=True) for value in inputs[first:]]
    found += [_of_view(shared, value) for value in kernel.constants]
    found += [_of_row(shared, kernel, k, written=True) for k in range(scan.carries)]
    found += [_of_view(shared, value, is_sliced=True) for value in results]
    found.append(_of_view(shared, kernel.room))
    return tuple(replace(move, row=shared.row_bytes(move.slot)) for move in found)


def _of_view(shared: Planned, value: Value, *, is_sliced: bool = False) -> Move:
    """A value that every turn sees whole, or its slices."""
    view = shared.views[value]
    place = shared.place(view.base, view.offset)
    stride = view.strides[0] * value.dtype.itemsize if is_sliced else 0
    return Move(place.slot, place.offset, stride)


def _of_row(shared: Planned, kernel: TurnedLoop, carry: int, *, written: bool) -> Move:
    """The row of a trace that a turn reads, or writes."""
    scan, trace = kernel.scan, kernel.traces[carry]
    place = shared.place(trace)
    size = int(np.prod(trace.shape[1:], dtype=np.int64)) * trace.dtype.itemsize
    if carry not in scan.before + scan.after:
        return Move(place.slot, place.offset, size, int(written), 2)
    later = written != scan.reverse
    return Move(place.slot, place.offset + size * later, size)


def first_row(kernel: TurnedLoop, carry: int) -> int:
    """The row of a trace that holds what a carry is at first."""
    scan = kernel.scan
    return scan.steps if scan.reverse and carry in scan.before + scan.after else 0


# ---- the program -------------------------------------------------------------------------


@dataclass(frozen=True)
class Coded:
    """A kernel that has code: the plan that it is in, that of the program, and its strips."""

    shared: Planned
    program: Planned
    kernel: Kernel
    strips: int


def coded(shared: Planned) -> tuple[list[Coded], tuple[tuple[Item, ...], ...]]:
    """All kernels that have code, and for each kernel of the plan what is run, by number."""
    found: list[Coded] = []
    return found, tuple(_items(shared, shared, found))


def _items(shared: Planned, program: Planned, found: list[Coded]) -> list[tuple[Item, ...]]:
    items: list[tuple[Item, ...]] = []
    for number, kernel in enumerate(shared.plan.kernels):
        here: list[Item] = [len(found)]
        if isinstance(kernel, TurnedLoop):
            start = LoopStart(kernel.nodes[:1], [], kernel)
            here = [len(found)] if kernel.scan.carries else []
            found += [Coded(shared, program, start, 1)] * len(here)
            body = [item for part in _items(kernel.body, program, found) for item in part]
            moves = _moves(shared, kernel)
            here.append(Repeat(kernel.scan.steps, kernel.scan.reverse, moves, tuple(body)))
        else:
            found.append(Coded(shared, program, kernel, shared.plan.strips[number]))
        items.append(tuple(here))
    return items
