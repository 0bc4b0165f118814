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

FEWEST_BYTES = 256  # of a row: many shorter ones share cache lines and pages once they are copied

KEEPING = (p.Reshape, p.PermuteDims)  # movements after which every row is still there whole


def batches_in_place(graph: Graph, updated: set[str]) -> dict[str, Value]:
    """For each batch that is not copied the data it is from.

    Data that are `updated` in the program are copied: a product may read them late.
    """
    held = {v.name for v in graph.inputs} | {v.name for v, _ in graph.constants}
    found: dict[str, Value] = {}
    views: dict[str, View] = {}
    for node in graph.nodes:
        if _is_batch(node) and node.inputs[0].name in held - updated:
            found[node.output.name] = node.inputs[0]
            views[node.output.name] = set_apart(node.output)
            continue
        for i, value in enumerate(node.inputs):
            view = views.get(value.name)
            if view is None:
                continue
            seen = moved(node.primitive, view) if isinstance(node.primitive, KEEPING) else None
            if seen is not None:
                views[node.output.name] = seen
            elif i or not _multiplies(node, view):
                found.pop(view.base.name, None)
    for value in graph.outputs:
        if value.name in views:
            found.pop(views[value.name].base.name, None)
    return found


def _is_batch(node: Node) -> bool:
    """Whether a node takes rows that are long enough, of numbers that products can read."""
    if type(node.primitive) is not p.Take or node.primitive.axis != 0:
        return False
    data, rows = node.inputs
    size = math.prod(data.shape[1:]) * data.dtype.itemsize
    is_list = len(rows.shape) == 1 and rows.shape[0] > 1
    return is_list and data.shape[0] > 0 and data.dtype in FLOATS and size >= FEWEST_BYTES


def _multiplies(node: Node, view: View) -> bool:
    """Whether a node is a product with the batch, or that turned, or some columns, on its left.

    Rows are found one by one along one axis of the matrix: no other axis may lead to other rows.
    """
    if not multiplies(node):
        return False
    apart = set_apart(view.base).strides[0]
    *others, down, along = view.strides
    stays = all(stride < apart for stride in others)
    return stays and sorted((down, along)) == [1, apart] and 1 not in view.shape[-2:]
