"""How a convolution is cut: columns into blocks that stay in the cache, samples into units.

is_native_convolution   whether a node is a convolution with code of its own
Cut, cut_of             how its work is cut
rows_more               how far rows of columns are shared
"""

import math
from dataclasses import dataclass

from pellucid import primitives as p
from pellucid.executors.native.views import by_channels
from pellucid.graph import Node, Shape
from pellucid.primitives.base import FLOATS

BLOCK_BYTES = 384 * 1024  # of laid-out windows: they stay in the second-level cache
MOST_BLOCK_BYTES = 1024 * 1024  # where fewer columns than FEW would fit; on the stack
FEW = 48
SUM_BYTES = 128 * 1024  # of results of a unit by channels
GOOD_COLUMNS = 128  # of a unit by channels
ENOUGH_UNITS = 8


def is_native_convolution(node: Node) -> bool:
    """Whether a node is a convolution with code here."""
    if not isinstance(node.primitive, p.Convolution) or node.output.dtype not in FLOATS:
        return False
    x, w = (value.shape for value in node.inputs)
    if 0 in (*x, *w):
        return False
    # Of one column, and of the results of one sample by channels.
    column = math.prod(node.output.shape[3:]) * w[1] if by_channels(node) else math.prod(w[2:])
    return column * node.output.dtype.itemsize <= MOST_BLOCK_BYTES


@dataclass(frozen=True)
class Cut:
    """Columns in blocks of `rows` rows of `run`; `samples` at a time by channels."""

    rows: int
    run: int
    blocks: int
    segments: int
    samples: int = 1


def _blocks(columns: Shape, lines: int, itemsize: int, samples: int = 1, more: int = 0) -> Cut:
    """Blocks of columns that fit into the cache: `lines` in a column, `more` rows behind."""
    most = BLOCK_BYTES // (lines * itemsize) - more * columns[-1]
    if most < FEW:
        most = max(1, min(FEW, MOST_BLOCK_BYTES // (lines * itemsize)))
    rows, run = math.prod(columns[:-1]), columns[-1]
    if run > most:
        segments = -(-run // most)
        return Cut(1, -(-run // segments), rows * segments, segments, samples)
    blocks = -(-rows // max(1, most // run))
    return Cut(-(-rows // blocks), run, -(-rows // -(-rows // blocks)), 1, samples)


def cut_of(node: Node) -> Cut:
    """How the work of a convolution is cut."""
    itemsize = node.output.dtype.itemsize
    w, counts = node.inputs[1].shape, node.output.shape[3:]
    if rows_more(node):
        return _blocks(counts, w[2] * w[4], itemsize, more=rows_more(node))
    if not by_channels(node):
        return _blocks(counts or (1,), math.prod(w[2:]), itemsize)
    places = math.prod(counts)
    samples = _samples(node.output.shape[0], w[0], w[1] * itemsize, places)
    return _blocks(w[3:] or (1,), samples * places, itemsize, samples)


def rows_more(node: Node) -> int:
    """How many rows of columns a kernel reaches down, where its rows can share them; else 0."""
    primitive, w, counts = node.primitive, node.inputs[1].shape, node.output.shape[3:]
    if len(counts) != 2 or by_channels(node) or primitive.stride[0] != 1:
        return 0
    most = BLOCK_BYTES // (w[2] * w[4] * node.output.dtype.itemsize)
    more = (w[3] - 1) * primitive.w_dilation[0]
    return more if (1 + more) * counts[1] <= most else 0


def _samples(batch: int, groups: int, bytes_each: int, places: int) -> int:
    """How many samples a unit by channels takes: few idle lanes, and work for all threads."""

    def cost(n: int) -> float:
        columns, units = n * places, batch // n * groups
        idle = -(-columns // 16) * 16 / columns
        return idle + 12 / columns + 0.4 * max(0.0, 1 - units / ENOUGH_UNITS)

    fitting = [
        n
        for n in range(1, batch + 1)
        if batch % n == 0
        and (n == 1 or (n * places * bytes_each <= SUM_BYTES and n * places <= GOOD_COLUMNS * 2))
    ]
    return min(fitting, key=cost)
