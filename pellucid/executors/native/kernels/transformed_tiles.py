"""Tiles of images, transformed: for each place of the transform a matrix, tiles by channels.

TileUnit        which tiles are worked on
PlaceMatrices   memory for these matrices
ImageTiles      the tiles of images, and how they get there
units_of, tile_unit     how many units there are, and what each works on
by_groups       channels, a vector of them at a time
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.counting import ceil_div, padded
from pellucid.executors.native.ir.fast_convolutions import TileCut
from pellucid.executors.native.ir.views import View
from pellucid.executors.native.ir.winograd import REACH, TILE
from pellucid.executors.native.kernels.channels_last import Lines, Pixels
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.tile_transforms import Pair, both_axes, spread
from pellucid.executors.native.llvm.counted_loops import choose, counted
from pellucid.executors.native.llvm.indices import Index, Number, smaller
from pellucid.executors.native.llvm.loads_and_stores import element_address
from pellucid.executors.native.llvm.types import scalar_type
from pellucid.executors.native.llvm.vectors import Vectors


@dataclass(frozen=True)
class TileUnit:
    """`images` images from one on, and of each `rows` rows of tiles from one on."""

    image: Index
    images: Index
    row: Index
    rows: Index


def units_of(cut: TileCut, batch: int) -> int:
    """How many units a batch of images has."""
    return ceil_div(batch, cut.images) * cut.units_of_image


def tile_unit(number: Index, cut: TileCut, batch: int) -> TileUnit:
    """The tiles of a unit."""
    image = number // cut.units_of_image * cut.images
    row = number % cut.units_of_image * cut.rows
    images = smaller(batch - image, cut.images)
    rows = smaller(cut.high - row, cut.rows)
    return TileUnit(image, images, row, rows)


def chosen_product(
    b: ir.IRBuilder, cut: TileCut, batch: int, unit: TileUnit, product: Callable[[int], None]
) -> None:
    """Emit the product of the tiles of a unit; again for the last one, where it has fewer."""
    last = batch % cut.images * cut.rows * cut.wide
    is_whole = unit.images.equals(cut.images)
    if cut.units_of_image > 1:
        last = cut.high % cut.rows * cut.wide
        is_whole = unit.rows.equals(cut.rows)
    if not last:
        product(cut.tiles)
        return
    with b.if_else(is_whole) as (usual, ragged):
        with usual:
            product(cut.tiles)
        with ragged:
            product(last)


def by_groups(v: Vectors, channels: int, body: Callable[[Index, int], None]) -> None:
    """Emit `body(first channel, count)` for groups of as many channels as lanes, the last fewer."""
    count = ceil_div(channels, v.lanes)
    remainder = channels % v.lanes
    with counted(v.b, 0, count) as group:

        def emit(final: bool) -> None:
            body(group * v.lanes, remainder if final else v.lanes)

        choose(group, count, remainder != 0, emit)


def scratch_numbers(frame: Frame, v: Vectors, count: int) -> ir.Value:
    """Memory on the stack for so many numbers."""
    begin = frame.scratch(scalar_type(v.dtype), count)
    begin.type = ir.PointerType()
    return begin


def pixels(frame: Frame, v: Vectors, rows: int, columns: int) -> Pixels:
    """Memory for some places of an image."""
    begin = scratch_numbers(frame, v, rows * columns * v.lanes)
    return Pixels(v, begin, columns)


class PlaceMatrices:
    """A matrix for each of some places of a transform, in whole vectors of channels."""

    def __init__(self, frame: Frame, v: Vectors, places: int, rows: int, channels: int) -> None:
        self.v = v
        self.places = places
        self.pitch = padded(channels, v.lanes)
        # A line more, lest they all begin in the same sets of the cache.
        self.apart = rows * self.pitch + v.lanes
        self.begin = scratch_numbers(frame, v, places * self.apart)

    def of(self, place: Number) -> ir.Value:
        """Where the matrix of a place begins."""
        first = Index(self.v.b, place) * self.apart
        return self.address(self.begin, first)

    def address(self, begin: ir.Value, element: Number) -> ir.Value:
        """Where an element lies, counted from another one."""
        return element_address(self.v.b, begin, self.v.dtype, element)

    def clear(self) -> None:
        """Zeros everywhere."""
        with counted(self.v.b, 0, self.places * self.apart // self.v.lanes) as i:
            self.v.keep(self.begin, i, self.v.zero)

    def get_all(self, row: Index, channel: Index) -> list[list[ir.Value]]:
        """A vector of channels of a row in every matrix, as the rows of a tile."""
        vectors = []
        for address in self._addresses(row, channel):
            vectors.append(self.v.b.load(address, typ=self.v.kind))
        return [vectors[i : i + REACH] for i in range(0, self.places, REACH)]

    def put_all(self, row: Index, channel: Index, rows: list[list[ir.Value]]) -> None:
        """Write these vectors."""
        vectors = (vector for line in rows for vector in line)
        for address, vector in zip(self._addresses(row, channel), vectors, strict=True):
            self.v.b.store(vector, address)

    def _addresses(self, row: Index, channel: Index) -> Iterator[ir.Value]:
        first = self.address(self.begin, row * self.pitch + channel)
        for place in range(self.places):
            yield self.address(first, place * self.apart)


@dataclass(frozen=True)
class Images:
    """How images lie: a view, and which of its axes are images and channels; two are of sizes.

    So many `channels` of them are worked on at a time. `before` places of zeros lie before them
    along each axis, and as many after as are asked for.
    """

    view: View
    image: int
    channel: int
    channels: int
    before: tuple[int, int] = (0, 0)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of an image."""
        return self.view.shape[3:]


class ImageTiles:
    """The tiles of images, transformed: of columns by one matrix, of rows by another."""

    def __init__(
        self, frame: Frame, v: Vectors, images: Images, matrices: Pair, cut: TileCut
    ) -> None:
        self.frame = frame
        self.v = v
        self.images = images
        self.transforms = matrices
        self.cut = cut
        down, along = matrices
        self.sizes = down.shape[1], along.shape[1]
        self.more = self.sizes[1] - TILE
        rows = cut.tile_rows * cut.rows + self.more
        columns = TILE * cut.wide + self.more
        self.seen = pixels(frame, v, rows, columns)
        places = len(down) * len(along)
        self.matrices = PlaceMatrices(frame, v, places, cut.tiles, images.channels)
        self.seen.clear(Index(v.b, 0), rows * columns)

    def transform(self, unit: TileUnit, first: Number = 0) -> None:
        """Write the transformed tiles of a unit to the matrices, from a `first` channel on."""
        with counted(self.v.b, 0, unit.images) as image:

            def group(channel: Index, count: int) -> None:
                number = unit.image + image
                self._lay_out(unit, (number, channel + first), count)
                self._transform_image(unit, image, channel)

            by_groups(self.v, self.images.channels, group)

    def _transform_image(self, unit: TileUnit, image: Index, channel: Index) -> None:
        """The tiles of some channels of an image, which are laid out."""
        cut = self.cut
        rows = counted(self.v.b, 0, unit.rows)
        columns = counted(self.v.b, 0, cut.wide)
        with rows as row, columns as column:
            first = self.seen.at(row * cut.tile_rows, column * TILE)
            tile = self.seen.tile(first, *self.sizes)
            number = (image * cut.rows + row) * cut.wide + column
            places = both_axes(self.v, spread, self.transforms, tile)
            self.matrices.put_all(number, channel, places)

    def _lay_out(self, unit: TileUnit, begin: tuple[Index, Index], count: int) -> None:
        """The rows that the tiles of a unit see of some channels of an image, from one on."""
        images = self.images
        view = images.view
        down, along = view.strides[3:]
        apart = view.strides[images.channel]
        lines = Lines(self.v, count, images.sizes[1], apart, along)
        strides = (view.strides[images.image], apart)
        start = self.frame.element(0, begin, strides)
        before, left = images.before
        tall = self.cut.tile_rows
        with counted(self.v.b, 0, unit.rows * tall + self.more) as row:
            at = unit.row * tall + row - before
            first = self.seen.at(row, left)
            with self.v.b.if_else(at.is_within(images.sizes[0])) as (inside, outside):
                with inside:
                    source = self.frame.address(view.base, start + at * down, view.offset)
                    lines.to_pixels(source, self.seen, first)
                with outside:
                    self.seen.clear(first, images.sizes[1])
