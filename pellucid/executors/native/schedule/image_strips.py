"""Convolutions and the loops behind them, image by image.

    by_images   the kernels of a graph, each such pair as one kernel

What a convolution gives for a batch of images is an array that no near cache holds; that of one
image is small. Where a loop alone reads it, such as bias, activation and pooling, and each of its
points reads its own image only, both go image by image, and the array of all is never there.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain

from pellucid.executors.native.ir.convolution_cuts import (
    by_channels,
    is_native_convolution,
    whole_cut_of,
)
from pellucid.executors.native.ir.fast_convolutions import FastConvolution, tile_cut
from pellucid.executors.native.ir.kernels import (
    ConvolutionLoop,
    Kernel,
    Loop,
    Single,
    makers,
    reach,
)
from pellucid.executors.native.ir.views import Views, row_major
from pellucid.executors.native.schedule.weaving import woven_nest
from pellucid.graph import Graph, Node, Value

# Chosen: what lies between both, of a strip, leaves room in a second cache of 1 MB for what
# convolutions lay out there.
MOST_BYTES = 1 << 18
FEWEST = 8  # strips. Chosen: threads are to have equally many
# Of the channels of fewer images: an equal number for two or four threads, of so many channels at
# least. Chosen: what each lays out anew is then little beside its multiply-adds.
PARTS = (4, 2)
FEWEST_CHANNELS = 12


def by_images(kernels: Sequence[Kernel], graph: Graph, views: Views) -> list[Kernel]:
    """The kernels; a convolution and the loop that goes on with its images are one."""
    asked = [{views.buffer(value) for value in kernel.operands()} for kernel in kernels]
    readers = Counter(chain.from_iterable(asked))
    returned = {views.buffer(value) for value in graph.outputs}
    made_in = makers(kernels)
    joined: dict[int, Kernel | None] = {}
    for user, loop in enumerate(kernels):
        for name in sorted(asked[user] & made_in.keys(), key=made_in.__getitem__):
            maker = made_in[name]
            is_own = readers[name] == 1 and name not in returned
            if is_own and user not in joined and maker not in joined:
                pair = _joined(kernels[maker], loop, views)
                if pair is not None:
                    joined |= {maker: None, user: pair}
    result = (joined.get(number, kernel) for number, kernel in enumerate(kernels))
    return [kernel for kernel in result if kernel is not None]


def _joined(maker: Kernel, loop: Kernel, views: Views) -> ConvolutionLoop | None:
    """A convolution and a loop as one kernel, if they can go strip by strip."""
    if not isinstance(maker, Single) or not isinstance(loop, Loop):
        return None
    if maker.rows or loop.rows:
        return None
    node = maker.nodes[0]
    value = node.output
    strips = _strips(node)
    if not strips or value.nbytes > MOST_BYTES * strips:
        return None
    if views.own(value).strides != row_major(value.shape):
        return None
    walks = _Walks(loop, value, views)
    counts = [strips] if strips > 1 else []
    in_channels = _has_images(node) and walks.keep_apart([*counts, value.shape[2]])
    parts = _parts(value.shape[2]) if in_channels and strips < FEWEST else 1
    if (strips < FEWEST and parts == 1) or not walks.keep_apart(counts):
        return None
    nodes = [*maker.nodes, *loop.nodes]
    return ConvolutionLoop(nodes, loop.stores, maker, loop, strips, in_channels, parts)


def _has_images(node: Node) -> bool:
    """Whether all windows of an image are laid out at once."""
    return is_native_convolution(node) and whole_cut_of(node).blocks == 1


def _parts(channels: int) -> int:
    """Into how many parts channels are cut; 1 where these would have too few."""
    for parts in PARTS:
        if channels % parts == 0 and channels // parts >= FEWEST_CHANNELS:
            return parts
    return 1


def _strips(node: Node) -> int:
    """In how many strips of whole images the units of a convolution come, in their order; or 0."""
    shape = node.output.shape
    if len(shape) < 2:
        return 0
    batch, groups, *_ = shape
    if isinstance(node.primitive, FastConvolution):
        images = tile_cut(node, node.primitive.tile_rows).images
        return 0 if batch % images else batch // images
    if not is_native_convolution(node) or by_channels(node):
        return 0
    return batch if groups == 1 else 0


class _Walks:
    """How a loop walks over a value."""

    def __init__(self, loop: Loop, value: Value, views: Views) -> None:
        self.nest = woven_nest(loop, views)
        self.size = math.prod(value.shape)
        self.accesses = [
            reach(loop, views, node, operand)
            for node in loop.nodes
            for operand in node.inputs
            if views.buffer(operand) == value.name
        ]

    def keep_apart(self, counts: Sequence[int]) -> bool:
        """Whether its first loops go over so many parts, and parts of these, each by itself.

        Whoever goes from part to part with a loop, as often as there are some, and stays within
        the value, meets with the loops inside it one of them and nothing else.
        """
        nest = self.nest
        if len(nest.dims) <= len(counts) + nest.unrolled:
            return False
        part = self.size
        for loop, count in enumerate(counts):
            dim = nest.dims[loop]
            part //= count
            turns = dim.size // count
            if dim.reduced or dim.size % count:
                return False
            if any(nest.strides[access][loop] * turns != part for access in self.accesses):
                return False
        return True
