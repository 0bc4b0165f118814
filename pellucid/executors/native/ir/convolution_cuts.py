"""How a convolution is cut: columns into blocks that stay in the cache, samples into units.

by_channels             whether its kernel has more places than its result
is_native_convolution   whether a node is a convolution with code of its own
Cut, cut_of             how its work is cut
apart                   how far apart rows of columns lie
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from pellucid import primitives as p
from pellucid.graph import Node, Shape
from pellucid.memory import LINE
from pellucid.primitives.base import FLOATS, DType

BLOCK_BYTES = 384 * 1024  # of laid-out windows: they stay in the second-level cache
MOST_BLOCK_BYTES = 1024 * 1024  # where fewer columns than FEW would fit; on the stack
FEW = 48
MOST_STARTS = 1 << 15  # of rows of shared columns, eight bytes each: on the stack as well
SUM_BYTES = 320 * 1024  # of results of a unit by channels
GOOD_COLUMNS = 128  # of a unit by channels
ENOUGH_UNITS = 8


def by_channels(node: Node) -> bool:
    """Whether the kernel of a convolution has more places than the result has positions."""
    return math.prod(node.output.shape[3:]) < math.prod(node.inputs[1].shape[3:])


def is_native_convolution(node: Node) -> bool:
    """Whether a node is a convolution with code here."""
    if type(node.primitive) is not p.Convolution or node.output.dtype not in FLOATS:
        return False
    x, w = (value.shape for value in node.inputs)
    if 0 in (*x, *w):
        return False
    # Of one column, and of the results of one sample by channels.
    column = math.prod(node.output.shape[3:]) * w[1] if by_channels(node) else math.prod(w[2:])
    return column * node.output.dtype.itemsize <= MOST_BLOCK_BYTES


@dataclass(frozen=True)
class Cut:
    """Columns in blocks of `rows` rows of `run`, of which `segments` make a whole row.

    `more` rows of columns are laid out behind those of a block, where the rows of the kernel
    share them. By channels, `samples` are taken at a time.
    """

    rows: int
    run: int
    blocks: int
    segments: int
    samples: int = 1
    more: int = 0


@lru_cache(maxsize=1024)
def cut_of(node: Node) -> Cut:
    """How the work of a convolution is cut."""
    w, counts = node.inputs[1].shape, node.output.shape[3:]
    if by_channels(node):
        samples = each = _samples(node)
        return _blocks(node, (counts, w[3:]), each, samples)
    return _blocks(node, (w[3:], counts), w[2], 1)


def apart(columns: int, lines: int, dtype: DType) -> int:
    """How far apart rows of columns lie: they begin at cache lines, if that takes little."""
    padded = -(-columns * dtype.itemsize // LINE) * LINE
    is_little = lines * padded <= MOST_BLOCK_BYTES or 4 * padded <= 5 * columns * dtype.itemsize
    return padded // dtype.itemsize if is_little else columns


def _blocks(node: Node, sizes: tuple[Shape, Shape], each: int, samples: int) -> Cut:
    """Blocks of columns that fit into the cache; `sizes`: of the taps, and of the columns."""
    taps, columns = sizes[0], sizes[1] or (1,)
    most, more = _most(node, each * math.prod(taps)), 0
    if len(taps) == 2 and _down(node)[1] == 1 and each * math.prod(taps) <= MOST_STARTS:
        reached, shared = (taps[0] - 1) * _down(node)[0], _most(node, each * taps[1])
        if (1 + reached) * columns[1] <= shared:
            most, more = shared - reached * columns[1], reached
    rows, run = math.prod(columns[:-1]), columns[-1]
    if run > most:
        segments = -(-run // most)
        return Cut(1, -(-run // segments), rows * segments, segments, samples)
    blocks = -(-rows // max(1, most // run))
    return Cut(-(-rows // blocks), run, -(-rows // -(-rows // blocks)), 1, samples, more)


def _down(node: Node) -> tuple[int, int]:
    """Steps in x along the first axis: from tap to tap of the kernel, and from column to column."""
    steps = node.primitive.w_dilation[0], node.primitive.stride[0]
    return steps[::-1] if by_channels(node) else steps


def _most(node: Node, lines: int) -> int:
    """The most columns of a block whose columns take so many cache lines each."""
    size = lines * node.output.dtype.itemsize
    most = BLOCK_BYTES // size
    return most if most >= FEW else max(1, min(FEW, MOST_BLOCK_BYTES // size))


def _samples(node: Node) -> int:
    """How many samples a unit by channels takes: few idle lanes, and work for all threads."""
    batch, groups, out, *counts = node.output.shape
    places = math.prod(counts)
    shares = len(counts) == 2 and _down(node)[1] == 1
    wide = counts[1] if shares else places

    def cost(n: int) -> float:
        columns, units = n * wide, batch // n * groups
        idle = -(-columns // 16) * 16 / columns
        return idle + 12 / columns + 0.4 * max(0.0, 1 - units / ENOUGH_UNITS)

    def fits(n: int) -> bool:
        size = n * places * out * node.output.dtype.itemsize
        return n == 1 or (size <= SUM_BYTES and n * wide <= 2 * GOOD_COLUMNS)

    return min((n for n in range(1, batch + 1) if batch % n == 0 and fits(n)), key=cost)
