"""Parts of images: cut out, mirrored, covered. Pixels keep their values.

RandomCrop                                  a part at a random place
RandomHorizontalFlip, RandomVerticalFlip    mirrored, or not
Cutout                                      a square covered
"""

from typing import ClassVar

from pellucid.augment.augmentation import Augmentation, as_images, pixel_rows, strength
from pellucid.creation import arange
from pellucid.errors import OptionError, ShapeError
from pellucid.random import Generator
from pellucid.tensor import Tensor


class RandomCrop(Augmentation):
    """A part of `size` at a place drawn for each sample, after `padding` on all four sides.

    One number is the size each way.
    Without `size` the part is as large as the image, which is then moved by up to `padding`
    pixels. `fill` is the value of the padding; None repeats the pixels of the edge. In
    inference a `size` gives the middle of the image, as a network after it needs that size.
    Shapes: x (batch, channels, height, width) -> y (batch, channels, *size).
    Errors: ShapeError for a size larger than the padded image; OptionError for sizes below 1
    or a padding below 0.

    >>> from pellucid.creation import ones
    >>> RandomCrop((5, 5), rng=Generator(0))(ones((2, 3, 8, 8))).shape
    (2, 3, 5, 5)
    """

    def __init__(
        self,
        size: int | tuple[int, int] | None = None,
        padding: int = 0,
        fill: float | None = 0.0,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(rng=rng)
        size = (size, size) if isinstance(size, int) else size
        if (size is not None and min(size) < 1) or padding < 0:
            raise OptionError(
                f"RandomCrop: size {size}, padding {padding}. A size is 1 or more each way, "
                "padding 0 or more."
            )
        self.size = size
        self.padding = padding
        self.fill = fill

    def forward(self, x: Tensor) -> Tensor:
        """A random part in training, the middle one in inference where the size differs."""
        if self.training or self.size is None:
            return super().forward(x)
        _, _, height, width = x.shape
        rows, columns = self._size(x)
        # The middle part needs no padding where the image is larger than it.
        if rows > height or columns > width:
            raise ShapeError(
                f"x of shape {x.shape} is smaller than the part {self.size}. Only in training "
                "is it padded: give a size of at most that of the images."
            )
        top = (height - rows) // 2
        left = (width - columns) // 2
        return x[:, :, top : top + rows, left : left + columns]

    def _size(self, x: Tensor) -> tuple[int, int]:
        height, width = x.shape[2:]
        return (height, width) if self.size is None else self.size

    def change(self, x: Tensor) -> Tensor:
        """The parts."""
        n = len(x)
        pad = self.padding
        sizes = x.shape[2:]
        places = [
            self._positions(n, size, wanted)
            for size, wanted in zip(sizes, self._size(x), strict=True)
        ]
        if self.fill is None:
            # Without padding, but positions outside read the edge.
            places = [
                (p - pad).maximum(0).minimum(size - 1)
                for p, size in zip(places, sizes, strict=True)
            ]
        elif pad:
            x = x.pad(((0, 0), (0, 0), (pad, pad), (pad, pad)), value=self.fill)
        height, width = x.shape[2:]
        rows, columns = places
        first = arange(n, dtype="int32").reshape(n, 1, 1) * (height * width)
        at = first + rows.expand_dims(2) * width + columns.expand_dims(1)
        return as_images(pixel_rows(x).take(at, axis=0))

    def _positions(self, n: int, size: int, wanted: int) -> Tensor:
        """The positions along one axis of the padded image: (batch, wanted)."""
        room = size + 2 * self.padding - wanted
        if room < 0:
            raise ShapeError(
                f"a part of {wanted} pixels from {size} with padding {self.padding}. It must fit."
            )
        return self.integers(room + 1, n).expand_dims(1) + arange(wanted, dtype="int32")

    def describe(self) -> str:
        """Its size and padding."""
        return f"size={self.size}, padding={self.padding}"


class _Flip(Augmentation):
    """Mirrored with a probability, along one axis."""

    axis: ClassVar[int] = -1

    def __init__(self, probability: float = 0.5, *, rng: Generator | None = None) -> None:
        super().__init__(rng=rng)
        self.probability = strength(type(self).__name__, "probability", probability, most=1.0)

    def change(self, x: Tensor) -> Tensor:
        """The batch with some of its images mirrored."""
        mirrored = self.generator.bernoulli(self.probability, (len(x), 1, 1, 1))
        return mirrored.where(x.flip(axis=self.axis), x)

    def describe(self) -> str:
        """Its probability."""
        return str(self.probability)


class RandomHorizontalFlip(_Flip):
    """Left and right exchanged with a probability. Not for digits, letters or arrows.

    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for a probability outside 0 to 1.
    """


class RandomVerticalFlip(_Flip):
    """Top and bottom exchanged with a probability. For pictures without an up, as from above.

    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for a probability outside 0 to 1.
    """

    axis: ClassVar[int] = -2


class Cutout(Augmentation):
    """A square of side `size` set to `fill`, its middle drawn for each sample.

    The middle is any pixel, so that at edges part of the square lies outside.
    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for a size below 1.
    Source: DeVries and Taylor 2017 (arXiv 1708.04552).
    """

    def __init__(
        self,
        size: int,
        fill: float = 0.0,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(rng=rng)
        if size < 1:
            raise OptionError(f"Cutout: size {size}. It is the side of a square: 1 or more.")
        self.size = size
        self.fill = fill

    def change(self, x: Tensor) -> Tensor:
        """The batch, each image with its square covered."""
        n, _, height, width = x.shape
        rows = self._covered(n, height).reshape(n, 1, height, 1)
        columns = self._covered(n, width).reshape(n, 1, 1, width)
        return (rows & columns).where(self.fill, x)

    def _covered(self, n: int, size: int) -> Tensor:
        """True for the positions of one axis within the square: (batch, size)."""
        start = self.integers(size, n).expand_dims(1) - self.size // 2
        at = arange(size, dtype="int32")
        return (at >= start) & (at < start + self.size)

    def describe(self) -> str:
        """Its size."""
        return str(self.size)
