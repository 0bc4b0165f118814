"""Convolutions with fewer multiplications: their primitives, which are worth it, and their cut.

    FastConvolution     a convolution of 3 x 3, with kernels that have been transformed
    is_faster           whether it takes less time than the direct way, by estimated cycles
    TileCut, tile_cut   how its tiles are cut into units
    tiles_cut           the same for any images; seen_tiles: what each tile sees

All of it follows from shapes alone, so that every CPU computes in the same way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.counting import ceil_div, equal_part, padded
from pellucid.executors.native.ir.convolution_cuts import FEW_UNITS, by_channels
from pellucid.executors.native.ir.winograd import (
    BY_RESULTS,
    DATA,
    FOUR,
    PLACES,
    REACH,
    RESULT,
    TAPS,
    TILE,
    Transform,
)
from pellucid.graph import Node, Shape
from pellucid.primitives.base import FLOAT32, Primitive

PLAIN = (1, 1)  # strides and dilations of a convolution that has none

# Of a unit. From 12 to 64 tiles layers of the deep convnet and the residual network take the same
# time within 7 per cent (29 Nov 2026, Zen 4): few, so that there are units for many threads.
MOST_TILES = 16
# On the stack, of which threads have 2 MB on Windows; what does not fit is computed directly.
MOST_UNIT_BYTES = 1200 * 1024

# Estimated cycles, with 16 lanes and one multiply-add of them in a cycle: fitted to the layers of
# the deep convnet and the residual network (29 Nov 2026, Zen 4, AVX-512 and AVX2 alike).
LANES = 16
DIRECT = 1.4  # of a multiply-add of the direct way
PRODUCT = 1.15  # of one between the transforms
DATA_TILE, RESULT_TILE = 350, 330  # to transform a tile, for each vector of channels
KERNEL_TAP = 1.5  # to copy a number of the kernels; and of a multiply-add of their transform
KERNEL_BYTES = 16  # of transformed kernels read in a cycle
GAIN = 0.8  # of the direct way's time that a faster one takes at most


@dataclass(frozen=True)
class FastConvolution(Primitive):
    """A convolution of 3 x 3 at stride 1, with kernels that have been transformed.

    Shapes: x (batch, 1, in, *sizes), kernels (places, in, out) -> y (batch, 1, out, *counts).

    `before`: places of zeros before x along both axes; as many follow as the counts ask for.
    `tile_rows`: rows of results of a tile, 4 or 2; it has 4 columns, and 36 or 24 places.
    """

    before: tuple[int, int]
    counts: tuple[int, int]
    tile_rows: int

    @property
    def down(self) -> Transform:
        """The transform of columns."""
        return BY_RESULTS[self.tile_rows]

    def shape(self, *shapes: Shape) -> Shape:
        x, kernels = shapes
        return (x[0], 1, kernels[2], *self.counts)

    def forward(self, xp: Any, x: Any, kernels: Any) -> Any:
        down = self.down
        tiles = seen_tiles(x[:, 0], self.before, self.counts, down)
        data = np.einsum("ri,nchwij,sj->nchwrs", down.data, tiles, DATA)
        places = kernels.reshape(down.reach, REACH, *kernels.shape[1:])
        products = np.einsum("nchwrs,rsck->nkhwrs", data, places)
        y = np.einsum("ir,nkhwrs,js->nkhiwj", down.result, products, RESULT)
        high, wide = down.tile * tiles.shape[2], TILE * tiles.shape[3]
        whole = y.reshape(*y.shape[:2], 1, high, wide).swapaxes(1, 2)
        cut: Any = whole[..., : self.counts[0], : self.counts[1]].astype(x.dtype)
        return cut


def seen_tiles(images: Any, before: Shape, counts: Shape, down: Transform = FOUR) -> Any:
    """What each tile of results sees: (batch, in, high, wide, reach down, reach)."""
    spread = []
    for size, zeros, count, axis in zip(
        images.shape[2:], before, counts, (down, FOUR), strict=True
    ):
        reached = padded(count, axis.tile) + TAPS - 1
        spread.append((zeros, max(0, reached - zeros - size)))
    wide = np.pad(images, ((0, 0), (0, 0), *spread))
    reach = (down.reach, REACH)
    windows = np.lib.stride_tricks.sliding_window_view(wide, reach, axis=(2, 3))
    tiles: Any = windows[:, :, :: down.tile, ::TILE]
    return tiles


# ---- which ones ------------------------------------------------------------------------------


def is_plain(node: Node) -> bool:
    """Whether a node is a convolution of float32 over two axes, without strides and gaps."""
    rule = node.primitive
    if type(rule) is not p.Convolution or node.output.dtype != FLOAT32:
        return False
    steps = (rule.stride, rule.x_dilation, rule.w_dilation)
    if any(step != PLAIN for step in steps) or min(*rule.before, *rule.after) < 0:
        return False
    x, w = (value.shape for value in node.inputs)
    return x[1] == 1 and 0 not in (*x, *w)


def is_faster(node: Node, kept: bool = False, tile_rows: int = TILE) -> bool:
    """Whether a convolution has a fast form that takes clearly less time.

    `kept`: whether its kernels are transformed once for many calls.
    """
    if not is_plain(node) or node.inputs[1].shape[3:] != (TAPS, TAPS) or by_channels(node):
        return False
    cut = tile_cut(node, tile_rows)
    fits = _unit_bytes(node, cut.tiles, tile_rows) + seen_bytes(cut) <= MOST_UNIT_BYTES
    return fits and _fast_cycles(node, cut, kept) < GAIN * _direct_cycles(node)


def _direct_cycles(node: Node) -> float:
    """Cycles of the direct way: vectors go along positions."""
    batch, _, out, high, wide = node.output.shape
    channels = node.inputs[0].shape[2]
    vectors = padded(high * wide, LANES) // LANES
    return DIRECT * batch * vectors * channels * out * TAPS * TAPS


def _fast_cycles(node: Node, cut: "TileCut", kept: bool) -> float:
    """Cycles of the transforms, the products, and what kernels take."""
    batch, _, out = node.output.shape[:3]
    channels = node.inputs[0].shape[2]
    of_data, of_results = (ceil_div(n, LANES) for n in (channels, out))
    places = places_of(cut.tile_rows)
    products = PRODUCT * places * channels * of_results
    transforms = (DATA_TILE * of_data + RESULT_TILE * of_results) * places / PLACES
    taps = TAPS * TAPS * channels * out
    kernels = 0.0 if kept else KERNEL_TAP * taps * (1 + places / LANES)
    read = places * channels * out * FLOAT32.itemsize / KERNEL_BYTES
    units = ceil_div(batch, cut.images) * cut.units_of_image
    return batch * cut.high * cut.wide * (products + transforms) + kernels + units * read


# ---- how they are cut ------------------------------------------------------------------------


@dataclass(frozen=True)
class TileCut:
    """An image has `high` x `wide` tiles. A unit is some images, or some rows of tiles of one.

    `tile_rows`: rows of results of a tile.
    """

    high: int
    wide: int
    images: int
    rows: int
    tile_rows: int = TILE

    @property
    def units_of_image(self) -> int:
        """How many units an image has, or images together have."""
        return ceil_div(self.high, self.rows)

    @property
    def tiles(self) -> int:
        """How many tiles a unit has, if it is not the last one."""
        return self.images * self.rows * self.wide

    @property
    def seen(self) -> tuple[int, int]:
        """The places of an image that the tiles of a unit see."""
        more = TAPS - 1
        return self.tile_rows * self.rows + more, TILE * self.wide + more


def tile_cut(node: Node, tile_rows: int) -> TileCut:
    """How the work of a convolution is cut, fast or to become so."""
    batch, *_, high, wide = node.output.shape
    return tiles_cut(batch, (high, wide), _unit_bytes(node, 1, tile_rows), tile_rows)


def tiles_cut(batch: int, sizes: Shape, tile_bytes: int, tile_rows: int = TILE) -> TileCut:
    """How images are cut, of which a tile takes so many bytes while it is worked on."""
    high, wide = ceil_div(sizes[0], tile_rows), ceil_div(sizes[1], TILE)
    most = min(MOST_TILES, max(1, MOST_UNIT_BYTES // tile_bytes))
    if high * wide > most:
        rows = equal_part(high, max(1, most // wide))
        return TileCut(high, wide, 1, rows, tile_rows)
    shared = ceil_div(batch, FEW_UNITS)
    images = equal_part(batch, min(shared, most // (high * wide)))
    return TileCut(high, wide, images, high, tile_rows)


def places_of(tile_rows: int) -> int:
    """How many products a tile of so many rows of results takes."""
    return BY_RESULTS[tile_rows].reach * REACH


def _unit_bytes(node: Node, tiles: int, tile_rows: int) -> int:
    """What some tiles take while they are transformed, data and results."""
    channels = node.inputs[0].shape[2], node.output.shape[2]
    return sum(tiles * matrix_row_bytes(n, places_of(tile_rows)) for n in channels)


def matrix_row_bytes(channels: int, places: int = PLACES) -> int:
    """What a row of so many channels takes in all matrices of places."""
    return padded(channels, LANES) * places * FLOAT32.itemsize


def seen_bytes(cut: TileCut) -> int:
    """What the places of an image take that a unit sees, a vector of channels each."""
    rows, columns = cut.seen
    return rows * columns * LANES * FLOAT32.itemsize
