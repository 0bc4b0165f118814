"""What all convolutions share: blocks of columns cover every position, and none twice."""

import math

import pytest
from executors.native.examples import procedure
from executors.native.kernels.test_convolution import CASES, text

from pellucid.executors.native.ir.convolution_cuts import by_channels
from pellucid.executors.native.kernels.convolution import BySamples, _ByChannels
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.planning import planned


def product_of(name):
    """The emission of a case: its node, and what writes it."""
    shared = planned(procedure(text(*CASES[name])))
    (node,) = (n for n in shared.graph.nodes if n.primitive.name == "convolution")
    way = _ByChannels if by_channels(node) else BySamples
    return node, way(Frame(shared), node)


@pytest.mark.parametrize("name", CASES)
def test_blocks_cover_all_columns(name):
    node, made = product_of(name)
    blocks = []
    made.for_block(Index(made.b, made.frame.units.begin), blocks.append)
    cut, whole, last = made.cut, blocks[0].count, blocks[-1].count
    pieces = cut.segments if cut.segments > 1 else cut.blocks
    in_pieces = whole * (pieces - 1) + last
    columns = node.inputs[1].shape[3:] if by_channels(node) else node.output.shape[3:]
    assert in_pieces * (cut.blocks // pieces) == math.prod(columns)


@pytest.mark.parametrize("name", CASES)
def test_taps_and_columns_meet_along_each_axis_of_sizes(name):
    node, made = product_of(name)
    axes = made.columns.axes
    assert len(axes) == max(1, len(node.output.shape) - 3)
    assert [axis.size for axis in axes] == [*node.inputs[0].shape[3:]] or len(axes) == 1
    if made.more:
        assert axes[0].taps == 1
