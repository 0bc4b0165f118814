"""How convolutions are cut: every column is in a block, blocks fit the cache, units are whole."""

import itertools
import math

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import (
    BLOCK_BYTES,
    MOST_BLOCK_BYTES,
    apart,
    by_channels,
    cut_of,
    is_native_convolution,
)
from pellucid.graph import Node, Value
from pellucid.memory import LINE

FLOAT, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def node(x, w, dtype=FLOAT, stride=1):
    """A convolution without padding: x (batch, groups, channels, ...), w (groups, out, ...)."""
    axes = len(x) - 3
    none, ones = (0,) * axes, (1,) * axes
    primitive = p.Convolution((stride,) * axes, none, none, ones, ones)
    inputs = Value("x", x, dtype), Value("w", w, dtype)
    return Node(primitive, inputs, Value("y", primitive.shape(x, w), dtype))


FORWARD = [
    node((4, 1, 3, 28, 28), (1, 8, 3, 5, 5)),
    node((2, 1, 64, 56, 56), (1, 64, 64, 3, 3)),
    node((1, 1, 512, 7, 300), (1, 16, 512, 3, 3)),
    node((3, 2, 4, 30), (2, 4, 4, 3)),
    node((2, 1, 8, 12, 12), (1, 4, 8, 3, 3), DOUBLE, stride=2),
    node((2, 1, 3, 4, 500, 6), (1, 4, 3, 2, 3, 2)),
]
BACKWARD = [
    node((8, 1, 16, 28, 28), (1, 32, 16, 26, 26)),
    node((3, 1, 64, 14, 14), (1, 64, 64, 12, 12)),
    node((16, 2, 10, 40), (2, 6, 10, 38)),
]


def test_gradients_by_weights_go_by_channels():
    assert [by_channels(each) for each in FORWARD] == [False] * len(FORWARD)
    assert [by_channels(each) for each in BACKWARD] == [True] * len(BACKWARD)


@pytest.mark.parametrize("number", range(len(FORWARD + BACKWARD)))
def test_blocks_have_every_column_once(number):
    """Whole rows, of which the last block may have fewer; or equal parts of a row."""
    made = (FORWARD + BACKWARD)[number]
    taps = made.inputs[1].shape[3:]
    columns = taps if by_channels(made) else made.output.shape[3:]
    cut, rows, run = cut_of(made), math.prod(columns[:-1]), columns[-1]
    if cut.segments == 1:
        assert cut.run == run
        assert (cut.blocks - 1) * cut.rows < rows <= cut.blocks * cut.rows
    else:
        assert (cut.rows, cut.blocks) == (1, rows * cut.segments)
        assert (cut.segments - 1) * cut.run < run <= cut.segments * cut.run
    assert made.output.shape[0] % cut.samples == 0
    assert cut.samples == 1 or by_channels(made)


@pytest.mark.parametrize(("batch", "blocks"), [(1, 4), (2, 2), (3, 2), (4, 1), (64, 1)])
def test_few_images_are_cut_so_that_threads_can_share_them(batch, blocks):
    made = node((batch, 1, 16, 30, 30), (1, 16, 16, 3, 3))
    assert cut_of(made).blocks == blocks
    assert cut_of(node((batch, 2, 16, 30, 30), (2, 16, 16, 3, 3))).blocks <= blocks


def test_images_of_few_positions_stay_whole():
    assert cut_of(node((1, 1, 16, 9, 9), (1, 16, 16, 3, 3))).blocks == 1
    assert cut_of(node((1, 1, 16, 12, 12), (1, 16, 16, 3, 3))).blocks == 2


@pytest.mark.parametrize("number", range(len(FORWARD)))
def test_what_is_laid_out_for_a_block_stays_in_the_cache(number):
    made = FORWARD[number]
    channels, *taps = made.inputs[1].shape[2:]
    cut = cut_of(made)
    lines = channels * (taps[-1] if cut.more else math.prod(taps))
    laid_out = lines * (cut.rows + cut.more) * cut.run * made.output.dtype.itemsize
    assert laid_out <= MOST_BLOCK_BYTES
    if cut.blocks > 1 and lines * 48 * made.output.dtype.itemsize <= BLOCK_BYTES:
        assert laid_out <= BLOCK_BYTES


def test_rows_of_a_kernel_that_moves_by_single_rows_share_their_columns():
    assert cut_of(FORWARD[0]).more == 4  # as far as the kernel of 5 rows reaches
    assert cut_of(FORWARD[4]).more == 0  # it moves by two
    assert cut_of(FORWARD[3]).more == 0  # one axis


def test_only_convolutions_of_floats_that_fit_the_stack_have_code():
    assert all(map(is_native_convolution, FORWARD + BACKWARD))
    assert not is_native_convolution(node((1, 1, 3, 5, 5), (1, 2, 3, 2, 2), np.dtype(np.int64)))
    assert not is_native_convolution(node((0, 1, 3, 5, 5), (1, 2, 3, 2, 2)))
    assert not is_native_convolution(node((1, 1, 30000, 8, 8), (1, 2, 30000, 3, 3)))
    add = Node(p.Add(), (Value("x", (2,), FLOAT),) * 2, Value("y", (2,), FLOAT))
    assert not is_native_convolution(add)


@pytest.mark.parametrize("dtype", [FLOAT, DOUBLE], ids=str)
def test_rows_of_columns_begin_at_cache_lines_if_that_takes_little(dtype):
    for columns, lines in itertools.product((1, 15, 16, 17, 100, 1000), (1, 300, 100_000)):
        found = apart(columns, lines, dtype)
        assert found >= columns
        whole = -(-columns * dtype.itemsize // LINE) * LINE
        if found * dtype.itemsize != whole:
            assert found == columns
            assert lines * whole > MOST_BLOCK_BYTES
            assert whole > 1.25 * columns * dtype.itemsize
