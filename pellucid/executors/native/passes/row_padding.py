"""Rows that begin at cache lines, for values that only kernels of this program see.

    row_paddings    for some values of a graph, how many elements lie between their rows

Threads that compute columns of the same rows would write into the same line at the border
between them, and that line would travel from CPU to CPU with each row.
"""

import math
from collections.abc import Mapping

from pellucid import primitives as p
from pellucid.executors.native.counting import padded
from pellucid.executors.native.ir.facts import counts, moves, multiplies, reduces
from pellucid.executors.native.ir.kernels import without_ones
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.graph import Graph, Node, Value
from pellucid.memory import LINE
from pellucid.primitives.base import FLOATS

FEWEST_ROWS = 16  # chosen: of fewer, few lines lie on borders between threads
ALIASED = 1024  # bytes. Chosen: rows a multiple of it apart share few sets of the cache


def row_paddings(graph: Graph) -> Mapping[str, int]:
    """The distance from row to row of each value whose rows are set apart, in elements."""
    rigid = {value.name for value in graph.outputs}
    for node in reversed(graph.nodes):
        is_rigid = moves(node) and node.output.name in rigid
        if is_rigid or not _takes_any_strides(node):
            rigid.update(value.name for value in node.inputs)
    pitches: dict[str, int] = {}
    for node in graph.nodes:
        value = node.output
        if value.name not in rigid and _is_made_by_rows(node) and _gains(value):
            pitches[value.name] = _pitch(value)
    return pitches


def _takes_any_strides(node: Node) -> bool:
    """Whether the inputs may lie in memory with gaps between rows."""
    if isinstance(node.primitive, p.Reshape):
        (x,) = node.inputs
        return without_ones(x.shape) == without_ones(node.output.shape)
    if multiplies(node):
        return node.output.dtype in FLOATS
    return moves(node) or reduces(node) or is_pointwise(node)


def _is_made_by_rows(node: Node) -> bool:
    """Whether the output may have gaps. Positions count elements: those have none."""
    if counts(node):
        return False
    if multiplies(node) and node.output.dtype not in FLOATS:
        return False
    return multiplies(node) or is_pointwise(node)


def _gains(value: Value) -> bool:
    """Whether there are several rows, longer than a line, that would not begin at one."""
    if len(value.shape) < 2 or math.prod(value.shape[:-1]) < FEWEST_ROWS:
        return False
    row = value.shape[-1] * value.dtype.itemsize
    return row > LINE and row % LINE != 0


def _pitch(value: Value) -> int:
    """How far apart rows lie, in elements."""
    size = padded(value.shape[-1] * value.dtype.itemsize, LINE)
    if size % ALIASED == 0:
        size += LINE
    return size // value.dtype.itemsize
