"""Gradients of kernels of 3 x 3 with fewer multiplications: their primitive, and their cut.

    FastGradient        the gradient of a convolution by its kernels, in parts of the images
    is_faster_gradient  whether it takes less time than the direct way, by estimated cycles
    GradientCut, gradient_cut       how its work is cut

Such a gradient is a convolution whose kernels are as large as images: its channels are the images,
and its results 3 x 3 (`primitives.convolution`). Tiles of 6 x 6 data meet tiles of 4 x 4 of the
gradient of results; transformed, their products are added over all tiles, and what comes out is
transformed to 3 x 3. All of it follows from shapes alone.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.convolution_cuts import MOST_PARTS
from pellucid.executors.native.ir.fast_convolutions import (
    DATA_TILE,
    DIRECT,
    GAIN,
    LANES,
    MOST_UNIT_BYTES,
    PRODUCT,
    TileCut,
    is_plain,
    matrix_row_bytes,
    seen_bytes,
    seen_tiles,
    tiles_cut,
)
from pellucid.executors.native.ir.winograd import DATA, KERNEL, PLACES, RESULT, TAPS, TILE
from pellucid.graph import Node, Shape
from pellucid.primitives.base import Primitive

MOST_BLOCKS = 256  # of tiles in a part, whose products are added one after the other (`sums`)
# Of the sums of a unit, for some channels of data: they stay in the second cache beside the tiles.
SUM_BYTES = 320 * 1024
GRADIENT_TILE = 250  # cycles to transform a tile of a gradient, for each vector of channels
ADDING = 2.0  # cycles to add a vector of products to its sum


@dataclass(frozen=True)
class FastGradient(Primitive):
    """The gradient of a convolution of 3 x 3 at stride 1 by its kernels, in parts of the images.

    Shapes: x (in, 1, batch, *sizes), dy (1, out, batch, *counts) -> (parts, in, 1, out, 3, 3).

    `before`: places of zeros before x along both axes; as many follow as dy needs.
    """

    before: tuple[int, int]
    parts: int

    def shape(self, *shapes: Shape) -> Shape:
        x, dy = shapes
        return (self.parts, x[0], 1, dy[1], TAPS, TAPS)

    def forward(self, xp: Any, x: Any, dy: Any) -> Any:
        gradient = np.zeros(self.shape(x.shape, dy.shape), x.dtype)
        seen = seen_tiles(x[:, 0], self.before, dy.shape[3:])
        high, wide = seen.shape[2:4]
        counts = zip((high, wide), dy.shape[3:], strict=True)
        missing = [(0, TILE * tiles - count) for tiles, count in counts]
        whole = np.pad(dy[0], ((0, 0), (0, 0), *missing))
        gradients = whole.reshape(*whole.shape[:2], high, TILE, wide, TILE)
        data = np.einsum("ri,cnhwij,sj->cnhwrs", DATA, seen, DATA)
        spread = np.einsum("ir,knhiwj,js->knhwrs", RESULT, gradients, RESULT)
        sums = np.einsum("cnhwrs,knhwrs->ckrs", data, spread)
        gradient[0, :, 0] = np.einsum("ri,ckrs,sj->ckij", KERNEL, sums, KERNEL)
        return gradient


@dataclass(frozen=True)
class GradientCut:
    """Blocks of tiles, `blocks` of them in a part; a unit is a part, for `channels` of the data."""

    tiles: TileCut
    blocks: int
    parts: int
    channels: int
    groups: int


def is_faster_gradient(node: Node) -> bool:
    """Whether a convolution is such a gradient, and has a fast form that takes clearly less time.

    A result of 3 x 3 from images that are no larger is a usual convolution.
    """
    if not is_plain(node) or node.output.shape[3:] != (TAPS, TAPS):
        return False
    if math.prod(node.inputs[1].shape[3:]) <= TAPS * TAPS:
        return False
    cut = gradient_cut(node)
    return _bytes(node, cut) <= MOST_UNIT_BYTES and _fast_cycles(node, cut) < GAIN * _direct(node)


def gradient_cut(node: Node) -> GradientCut:
    """How the work of a gradient is cut, fast or to become so."""
    channels, _, batch = node.inputs[0].shape[:3]
    _, out, _, *counts = node.inputs[1].shape
    together = _together(channels, out)
    row_bytes = matrix_row_bytes(together) + matrix_row_bytes(out)
    cut = tiles_cut(batch, tuple(counts), row_bytes)
    all_blocks = ceil_div(batch, cut.images) * cut.units_of_image
    blocks = min(MOST_BLOCKS, ceil_div(all_blocks, MOST_PARTS))
    return GradientCut(cut, blocks, ceil_div(all_blocks, blocks), together, channels // together)


def _together(channels: int, out: int) -> int:
    """How many channels of data a unit works on: all, or equal whole vectors whose sums fit."""
    fit = SUM_BYTES // matrix_row_bytes(out)
    if channels <= fit:
        return channels
    choices = [n for n in range(LANES, fit + 1, LANES) if channels % n == 0]
    return max(choices, default=channels)


def _bytes(node: Node, cut: GradientCut) -> int:
    """What a unit takes: sums, transformed tiles, and what is seen of data and gradients."""
    out = node.inputs[1].shape[1]
    tiles = cut.tiles.tiles * (matrix_row_bytes(cut.channels) + matrix_row_bytes(out))
    return cut.channels * matrix_row_bytes(out) + tiles + 2 * seen_bytes(cut.tiles)


def _direct(node: Node) -> float:
    """Cycles of the direct way, in parts of the images as well."""
    channels, _, batch = node.inputs[0].shape[:3]
    _, out, _, *counts = node.inputs[1].shape
    vectors = ceil_div(channels * out, LANES)
    return DIRECT * batch * math.prod(counts) * vectors * TAPS * TAPS


def _fast_cycles(node: Node, cut: GradientCut) -> float:
    """Cycles of the transforms, the products, and of adding them."""
    channels, _, batch = node.inputs[0].shape[:3]
    out = node.inputs[1].shape[1]
    of_data, of_results = (ceil_div(n, LANES) for n in (channels, out))
    products = PLACES * channels * of_results * (PRODUCT + ADDING / cut.tiles.tiles)
    transforms = DATA_TILE * of_data + GRADIENT_TILE * of_results * cut.groups
    finished = cut.parts * channels * of_results * DATA_TILE
    return batch * cut.tiles.high * cut.tiles.wide * (products + transforms) + finished
