"""A program with all decisions taken, before any code is written.

Planned     its graph, where each value lies, and for which machine
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.schedule.plan import MemoryPlace, Plan
from pellucid.graph import Graph, Value


@dataclass
class Planned:
    """What all kernels of a program share: where values lie, and for which machine."""

    graph: Graph
    views: Views
    plan: Plan
    target: Target
    arguments: int
    numbers: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value, array in self.graph.constants:
            if array.size == 1:
                self.numbers[value.name] = array.reshape(-1)[0]

    def row_bytes(self, slot: int) -> int:
        """How far the memory of a table entry moves on from step to step."""
        result = slot - self.plan.inputs - self.plan.constants
        if slot < self.arguments:
            value = self.graph.inputs[slot]
        elif 0 <= result < self.plan.results:
            value = self.graph.outputs[result]
        else:
            return 0
        return value.nbytes

    def place(self, value: Value, offset: int = 0) -> MemoryPlace:
        """Where an element of a value lies.

        What a view begins with is bound to a kernel like the buffer itself, so that steps of a
        sequence, which begin at other elements, share their code.
        """
        whole = self.plan.places[value.name]
        offset_bytes = offset * value.dtype.itemsize
        return MemoryPlace(whole.slot, whole.offset + offset_bytes)

    def bindings(self, places: Sequence[MemoryPlace]) -> tuple[int, ...]:
        """What a kernel is told of its buffers: slot, offset and step of each."""
        numbers: list[int] = []
        for place in places:
            numbers += (place.slot, place.offset, self.row_bytes(place.slot))
        return tuple(numbers)
