"""How a convolution is cut: columns into blocks that stay in the cache, samples into units.

by_channels             whether its kernel has more places than its result
is_native_convolution   whether a node is a convolution with code of its own
Cut, cut_of             how its work is cut; whole_cut_of: where few images need not be
apart                   how far apart rows of columns lie
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from pellucid import primitives as p
from pellucid.executors.native.counting import ceil_div, equal_part, padded
from pellucid.graph import Node, Shape
from pellucid.memory import LINE
from pellucid.primitives.base import FLOATS, DType

# What convolutions cut so take, and PyTorch's: docs/decisions/0011 (23 Nov 2026, Xeon with AVX-512,
# 2 MB of second cache). The limits themselves are chosen, so that everything stays in that cache.
BLOCK_BYTES = 384 * 1024  # of laid-out windows
MOST_BLOCK_BYTES = 1024 * 1024  # where fewer columns than FEW would fit; on the stack
FEW = 48  # columns: three vectors of the widest lanes
MOST_STARTS = 1 << 15  # of rows of shared columns, eight bytes each: on the stack as well
SUM_BYTES = 320 * 1024  # of results of a unit by channels
# Of a long sum, such as a gradient by weights over the samples. Chosen: for four times as many
# threads as share them on small machines.
MOST_PARTS = 8
GOOD_COLUMNS = 128  # of a unit by channels
# What a unit by channels costs, beside lanes that are used: chosen, to weigh three evils.
WIDEST_LANES = 16  # float32 of AVX-512
COLUMN_START = 12  # columns: what it takes to begin with a unit
LACKING_UNITS = 0.4  # if there is next to no unit to share
ENOUGH_UNITS = 8
# Of so few images that threads would find nothing to share: the deep convnet's prediction for one
# fell from 200 to 168 microseconds on two threads, for three from 645 to 370, and rose from 198 to
# 208 for one on one thread; with 8 it gained no more (29 Nov 2026, Zen 4, two virtual CPUs).
FEW_UNITS = 4


def by_channels(node: Node) -> bool:
    """Whether the kernel of a convolution has more places than the result has positions."""
    return math.prod(node.output.shape[3:]) < math.prod(node.inputs[1].shape[3:])


def is_native_convolution(node: Node) -> bool:
    """Whether a node is a convolution with code here."""
    if type(node.primitive) is not p.Convolution or node.output.dtype not in FLOATS:
        return False
    x, w = (value.shape for value in node.inputs)
    if 0 in x or 0 in w:
        return False
    results_of_sample = math.prod(node.output.shape[3:]) * w[1]
    column = math.prod(w[2:])
    kept = results_of_sample if by_channels(node) else column
    return kept * node.output.dtype.itemsize <= MOST_BLOCK_BYTES


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


@dataclass(frozen=True)
class _Windows:
    """Windows laid out as a matrix: lines of one tap each, for each of `kinds`, and columns."""

    node: Node
    taps: Shape
    columns: Shape
    kinds: int

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.kinds * math.prod(self.taps)

    def shared_rows(self) -> int:
        """How many more rows are laid out where the rows of the kernel share them; 0: they do not.

        At stride 1 along a row, what a row of the kernel sees is what the next one sees below.
        """
        if len(self.taps) != 2:
            return 0
        down, along = _steps(self.node)
        if along != 1 or self.lines > MOST_STARTS:
            return 0
        more = (self.taps[0] - 1) * down
        return more if (1 + more) * self.columns[1] <= self._most_shared() else 0

    def most_columns(self) -> int:
        """How many columns make a block."""
        more = self.shared_rows()
        if more == 0:
            return _most_columns(self.node, self.lines)
        return self._most_shared() - more * self.columns[1]

    def _most_shared(self) -> int:
        """How many columns can be laid out where rows share them."""
        return _most_columns(self.node, self.kinds * self.taps[1])


@lru_cache(maxsize=1024)
def cut_of(node: Node) -> Cut:
    """How the work of a convolution is cut."""
    if not by_channels(node):
        return _cut(_of_a_sample(node), pieces=_pieces(node))
    taps, positions = node.inputs[1].shape[3:], node.output.shape[3:]
    samples = _samples(node)
    return _cut(_Windows(node, positions, taps or (1,), samples), samples)


@lru_cache(maxsize=1024)
def whole_cut_of(node: Node) -> Cut:
    """How the windows of a sample are cut where threads share something else than few images."""
    return _cut(_of_a_sample(node))


def _of_a_sample(node: Node) -> _Windows:
    """The windows of one sample: taps of each channel, and positions."""
    w, positions = node.inputs[1].shape, node.output.shape[3:]
    return _Windows(node, w[3:], positions or (1,), w[2])


def _pieces(node: Node) -> int:
    """Into how many blocks an image is cut at least, so that threads find work in few images."""
    images = math.prod(node.output.shape[:2])
    positions = math.prod(node.output.shape[3:])
    return min(ceil_div(FEW_UNITS, images), max(1, positions // FEW))


def _cut(windows: _Windows, samples: int = 1, pieces: int = 1) -> Cut:
    """Blocks of columns that fit into the cache, `pieces` or more where rows are whole."""
    *outer, run = windows.columns
    rows = math.prod(outer)
    most = windows.most_columns()
    if run > most:
        segments = ceil_div(run, most)
        return Cut(1, equal_part(run, most), rows * segments, segments, samples)
    rows_of_block = equal_part(rows, max(1, min(most // run, ceil_div(rows, pieces))))
    blocks = ceil_div(rows, rows_of_block)
    return Cut(rows_of_block, run, blocks, 1, samples, windows.shared_rows())


def apart(columns: int, lines: int, dtype: DType) -> int:
    """How far apart rows of columns lie: they begin at cache lines, if that takes little."""
    row_bytes = columns * dtype.itemsize
    padded_bytes = padded(row_bytes, LINE)
    is_small = lines * padded_bytes <= MOST_BLOCK_BYTES
    if is_small or 4 * padded_bytes <= 5 * row_bytes:
        return padded_bytes // dtype.itemsize
    return columns


def _steps(node: Node) -> tuple[int, int]:
    """Steps in x along the first axis: from tap to tap of the kernel, and from column to column."""
    dilation, stride = node.primitive.w_dilation[0], node.primitive.stride[0]
    return (stride, dilation) if by_channels(node) else (dilation, stride)


def _most_columns(node: Node, lines: int) -> int:
    """How many columns with so many lines make a block."""
    column_bytes = lines * node.output.dtype.itemsize
    most = BLOCK_BYTES // column_bytes
    if most >= FEW:
        return most
    return max(1, min(FEW, MOST_BLOCK_BYTES // column_bytes))


def _samples(node: Node) -> int:
    """How many samples a unit by channels takes: few idle lanes, and work for all threads."""
    batch, groups, out, *counts = node.output.shape
    positions = math.prod(counts)
    is_shared = len(counts) == 2 and _steps(node)[1] == 1
    wide = counts[1] if is_shared else positions
    sample_bytes = positions * out * node.output.dtype.itemsize

    def cost(samples: int) -> float:
        columns = samples * wide
        units = batch // samples * groups
        idle = padded(columns, WIDEST_LANES) / columns
        lacking = max(0.0, 1 - units / ENOUGH_UNITS)
        return idle + COLUMN_START / columns + LACKING_UNITS * lacking

    def fits(samples: int) -> bool:
        is_narrow = samples * wide <= 2 * GOOD_COLUMNS
        return samples == 1 or (is_narrow and samples * sample_bytes <= SUM_BYTES)

    divisors = [n for n in range(1, batch + 1) if batch % n == 0]
    return min(filter(fits, divisors), key=cost)
