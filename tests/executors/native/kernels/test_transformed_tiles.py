"""Units have all tiles, once; tiles are transformed from where their images lie."""

import numpy as np
import pytest
from executors.native.examples import procedure
from executors.native.kernels.frame_program import run

from pellucid.executors.native.ir.fast_convolutions import TileCut
from pellucid.executors.native.ir.winograd import DATA, RESULT, TWO
from pellucid.executors.native.kernels.transformed_tiles import (
    Images,
    ImageTiles,
    by_groups,
    tile_unit,
    units_of,
)
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.vectors import Vectors
from pellucid.primitives.base import FLOAT32, INT64

CUTS = [(TileCut(3, 2, 2, 3), 5), (TileCut(5, 2, 1, 2), 3), (TileCut(1, 1, 1, 1), 1)]


@pytest.mark.parametrize(("cut", "batch"), CUTS)
def test_units_have_every_row_of_tiles_of_every_image_once(cut, batch):
    made = procedure(f"""graph(x: int64[{batch},{cut.high}])
      %0: int64[{batch},{cut.high}] = negative() of (x)
      return %0""")

    def emitted(frame):
        output = made.graph.outputs[0]
        with frame.units.loop() as number:
            unit = tile_unit(number, cut, batch)
            images = counted(frame.builder, 0, unit.images)
            rows = counted(frame.builder, 0, unit.rows)
            with images as image, rows as row:
                element = (unit.image + image) * cut.high + unit.row + row
                count = frame.load(output, element) + 1
                frame.store(output, element, Lanes(frame.builder, count.value, INT64))

    x = np.zeros((batch, cut.high), np.int64)
    (found,) = run(made, emitted, [x], (0, units_of(cut, batch)))
    assert (found == 1).all()


def test_channels_come_in_vectors_and_the_last_group_has_the_rest():
    made = procedure("graph(x: int64[3])\n  %0: int64[3] = negative() of (x)\n  return %0")
    counts = []

    def emitted(frame):
        v = Vectors(frame.builder, FLOAT32, 4)
        by_groups(v, 11, lambda first, count: counts.append((first, count)))

    run(made, emitted, [np.zeros(3, np.int64)])
    assert [count for _, count in counts] == [4, 3]


WAYS = {
    "data": (DATA, DATA, 4),
    "gradient of results": (RESULT.T, RESULT.T, 4),
    "two rows": (TWO.data, DATA, 2),
}


@pytest.mark.parametrize("name", WAYS)
def test_tiles_are_transformed_with_zeros_around_images(name):
    down, along, tall = WAYS[name]
    channels, size, places = 3, 5, len(down) * len(along)
    cut = TileCut(2, 2, 2, 2, tall)
    made = procedure(f"""graph(x: float32[2,1,{channels},{size},{size}], u: float32[{places},8,16])
      %0: float32[{places},8,16] = exp() of (u)
      return %0, x""")
    before = 1 if along is DATA else 0

    def emitted(frame):
        v = Vectors(frame.builder, FLOAT32, frame.target.lanes(FLOAT32))
        x, _ = made.graph.inputs
        images = Images(frame.views[x], 0, 2, channels, (before, before))
        tiles = ImageTiles(frame, v, images, (down, along), cut)
        tiles.transform(tile_unit(frame.units.begin, cut, 2))
        numbers = counted(frame.builder, 0, places)
        rows = counted(frame.builder, 0, 8)
        with numbers as place, rows as row, counted(frame.builder, 0, channels) as channel:
            element = row * tiles.matrices.pitch + channel
            address = tiles.matrices.address(tiles.matrices.of(place), element)
            number = frame.builder.load(address, typ=v.kind.element)
            at = (place * 8 + row) * 16 + channel
            frame.store(made.graph.outputs[0], at, Lanes(frame.builder, number, FLOAT32))

    x = np.random.default_rng(0).normal(size=(2, 1, channels, size, size)).astype(np.float32)
    found, _ = run(made, emitted, [x, np.zeros((places, 8, 16), np.float32)])
    wide = np.pad(x[:, 0], ((0, 0), (0, 0), (before, 9), (before, 9)))
    for tile in range(8):
        image, place = divmod(tile, 4)
        top, left = place // 2 * tall, place % 2 * 4
        seen = wide[image, :, top : top + down.shape[1], left : left + along.shape[1]]
        expected = np.einsum("ri,nij,cj->rcn", down, seen, along)
        own = found[:, tile, :channels].reshape(len(down), len(along), channels)
        np.testing.assert_allclose(own, expected, atol=1e-4)
