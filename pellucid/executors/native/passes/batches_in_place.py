"""Batches that are not copied: products read the rows where they lie in the data.

    batches_in_place    each batch that stays in its data, by name, and which data these are

A step begins with a batch: rows of the data, anywhere in memory. To copy them side by side
takes as long as memory takes to answer, and no product runs meanwhile. Where only products use
them, first as they are and then turned, nothing is copied: a product reads each row where it
lies, and asks for the next ones while it works. What is written down is only where each row
begins.
"""

import math

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import multiplies
from pellucid.executors.native.ir.views import View, moved, set_apart
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS

# Of a row. Chosen: many shorter ones share cache lines and pages once they are copied. Rows of 3136
# bytes left in place took 90 microseconds a step instead of 106 (784-50-10 with Adam, two threads,
# 23 Nov 2026).
FEWEST_BYTES = 256

KEEPING = (p.Reshape, p.PermuteDims)  # movements after which every row is still there whole


def batches_in_place(graph: Graph, updated: set[str]) -> dict[str, Value]:
    """For each batch that is not copied the data it is from.

    Data that are `updated` in the program are copied: a product may read them late.
    """
    search = _Search()
    held = {value.name for value in graph.inputs}
    held.update(value.name for value, _ in graph.constants)
    steady = held - updated
    for node in graph.nodes:
        if _is_batch(node) and node.inputs[0].name in steady:
            search.begin(node)
        else:
            search.follow(node)
    for value in graph.outputs:
        search.copy(value)
    return search.data


class _Search:
    """Batches that may stay where they are, and what is seen of them through movements."""

    def __init__(self) -> None:
        self.data: dict[str, Value] = {}
        self._views: dict[str, View] = {}

    def begin(self, node: Node) -> None:
        """A batch, as it is taken from its data."""
        data, _ = node.inputs
        self.data[node.output.name] = data
        self._views[node.output.name] = set_apart(node.output)

    def follow(self, node: Node) -> None:
        """Look at what a node asks of batches."""
        for position, value in enumerate(node.inputs):
            view = self._views.get(value.name)
            if view is None:
                continue
            seen = moved(node.primitive, view) if isinstance(node.primitive, KEEPING) else None
            if seen is not None:
                self._views[node.output.name] = seen
            elif position > 0 or not _multiplies(node, view):
                self.copy(value)

    def copy(self, value: Value) -> None:
        """Copy the batch that a value is, or that it shows, if it is one."""
        if value.name in self._views:
            batch = self._views[value.name].base
            self.data.pop(batch.name, None)


def _is_batch(node: Node) -> bool:
    """Whether a node takes rows that are long enough, of numbers that products can read."""
    if type(node.primitive) is not p.Take or node.primitive.axis != 0:
        return False
    data, rows = node.inputs
    if data.shape[0] == 0 or data.dtype not in FLOATS:
        return False
    row_bytes = math.prod(data.shape[1:]) * data.dtype.itemsize
    is_list = len(rows.shape) == 1 and rows.shape[0] > 1
    return is_list and row_bytes >= FEWEST_BYTES


def _multiplies(node: Node, view: View) -> bool:
    """Whether a node is a product whose left matrix is the batch, its transpose, or columns of it.

    The start of each row is looked up along one axis of that matrix: no other may change the row.
    """
    if not multiplies(node) or 1 in view.shape[-2:]:
        return False
    apart = set_apart(view.base).strides[0]
    *batch, down, along = view.strides
    stays_in_row = all(stride < apart for stride in batch)
    return stays_in_row and sorted((down, along)) == [1, apart]
