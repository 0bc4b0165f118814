"""Loops of a program: the body is planned once, and its kernels run turn after turn.

with_bodies     plans the bodies of the loops among kernels
coded           all kernels that have code, and the order in which they run
first_row       where in a trace stands what a carry is at first
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import Kernel, LoopStart, PanelCopy, TurnedLoop
from pellucid.executors.native.ir.repeats import Item, Move, Repeat
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Graph, Procedure, Value
from pellucid.primitives.base import UINT8

# ---- the plan ----------------------------------------------------------------------------


def with_bodies(
    kernels: Sequence[Kernel], graph: Graph, planned: Callable[[Procedure, p.Scan], Planned]
) -> Graph:
    """Plan the bodies of loops: the graph with their constants among its own."""
    constants = list(graph.constants)
    for kernel in kernels:
        if not isinstance(kernel, TurnedLoop):
            continue
        record = kernel.nodes[0].output.name
        kernel.body = planned(Procedure(kernel.scan.body, 0), kernel.scan)
        for value, array in kernel.body.graph.constants:
            constant = replace(value, name=f"{record}/{value.name}")
            kernel.constants.append(constant)
            constants.append((constant, array))
        arena_bytes = kernel.body.plan.arena_bytes
        kernel.room = Value(f"{record}/room", (arena_bytes,), UINT8)
        kernel.stores.append(kernel.room)
    return replace(graph, constants=tuple(constants))


@dataclass(frozen=True)
class _TableOfTurns:
    """Where the table entries of a loop's body lie, turn after turn."""

    shared: Planned
    kernel: TurnedLoop

    def moves(self) -> tuple[Move, ...]:
        """Those of the body's inputs, constants, outputs and arena."""
        scan = self.kernel.scan
        inputs = self.kernel.nodes[0].inputs
        carries = range(scan.carries)
        constants = inputs[: scan.constants]
        sequences = inputs[scan.constants + scan.carries :]
        moves = [
            *map(self._whole, constants),
            *map(self._row_read, carries),
            *map(self._slice, sequences),
            *map(self._whole, self.kernel.constants),
            *map(self._row_written, carries),
            *map(self._slice, self._results()),
            self._whole(self.kernel.room),
        ]
        return tuple(replace(move, row=self.shared.row_bytes(move.slot)) for move in moves)

    def _results(self) -> list[Value]:
        """What the turns give, stacked, besides the carries."""
        scan = self.kernel.scan
        parts: dict[int, Value] = {}
        for node in self.kernel.nodes:
            if isinstance(node.primitive, p.Part):
                parts[node.primitive.index] = node.output
        first = 3 * scan.carries
        return [parts[first + j] for j in range(len(scan.results))]

    def _whole(self, value: Value) -> Move:
        """A value that every turn sees whole."""
        view = self.shared.views[value]
        place = self.shared.place(view.base, view.offset)
        return Move(place.slot, place.offset)

    def _slice(self, value: Value) -> Move:
        """A value of which each turn sees a slice."""
        stride = self.shared.views[value].strides[0]
        return replace(self._whole(value), stride=stride * value.dtype.itemsize)

    def _row_read(self, carry: int) -> Move:
        """The row of a trace that a turn reads."""
        return self._row(carry, is_written=False)

    def _row_written(self, carry: int) -> Move:
        """The row of a trace that a turn writes."""
        return self._row(carry, is_written=True)

    def _row(self, carry: int, *, is_written: bool) -> Move:
        scan = self.kernel.scan
        trace = self.kernel.traces[carry]
        place = self.shared.place(trace)
        size = math.prod(trace.shape[1:]) * trace.dtype.itemsize
        if carry not in scan.before + scan.after:
            return Move(place.slot, place.offset, size, phase=int(is_written), period=2)
        is_later = is_written != scan.reverse
        offset = place.offset + size if is_later else place.offset
        return Move(place.slot, offset, size)


def first_row(kernel: TurnedLoop, carry: int) -> int:
    """The row of a trace that holds what a carry is at first."""
    scan = kernel.scan
    is_kept = carry in scan.before + scan.after
    return scan.steps if is_kept and scan.reverse else 0


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
    coding = _Coding(shared)
    return coding.kernels, tuple(coding.items(shared))


class _Coding:
    """The kernels of a program that have code, so far."""

    def __init__(self, program: Planned) -> None:
        self.program = program
        self.kernels: list[Coded] = []

    def items(self, shared: Planned) -> list[tuple[Item, ...]]:
        """What is run for each kernel of a plan: of the program, or of a loop's body."""
        items: list[tuple[Item, ...]] = []
        for kernel, strips in zip(shared.plan.kernels, shared.plan.strips, strict=True):
            if isinstance(kernel, TurnedLoop):
                items.append(self._loop(shared, kernel))
            else:
                items.append((self._number(Coded(shared, self.program, kernel, strips)),))
        return items

    def _number(self, kernel: Coded) -> int:
        """Note a kernel: its number."""
        self.kernels.append(kernel)
        return len(self.kernels) - 1

    def _loop(self, shared: Planned, kernel: TurnedLoop) -> tuple[Item, ...]:
        """The start of a loop, if it has carries, what is copied once, and its turns."""
        items: list[Item] = []
        if kernel.scan.carries:
            start = LoopStart(kernel.nodes[:1], [], kernel)
            items.append(self._number(Coded(shared, self.program, start, 1)))
        once: list[Item] = []
        body: list[Item] = []
        of_body = zip(kernel.body.plan.kernels, self.items(kernel.body), strict=True)
        for inside, part in of_body:
            turned = once if isinstance(inside, PanelCopy) else body
            turned += part
        moves = _TableOfTurns(shared, kernel).moves()
        reverse = kernel.scan.reverse
        if once:
            items.append(Repeat(1, reverse, moves, tuple(once)))
        items.append(Repeat(kernel.scan.steps, reverse, moves, tuple(body)))
        return tuple(items)
