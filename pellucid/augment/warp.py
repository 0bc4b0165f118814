"""Affine warps of images: turned, scaled, moved and sheared in one reading of the pixels.

RandomAffine      a warp of its own for every sample
inverse_affine    where each pixel of the result comes from
affine_warp       images read at these places, between pixels bilinearly
"""

import math

from pellucid.augment.augmentation import Augmentation, as_images, between, pixel_rows, strength
from pellucid.creation import arange, stack
from pellucid.errors import ShapeError
from pellucid.random import Generator
from pellucid.strict import strict
from pellucid.tensor import Tensor


class RandomAffine(Augmentation):
    """Turned, scaled, sheared about the middle and moved, by amounts drawn for each sample.

        angle ~ U(-degrees, degrees), anticlockwise;  shear angle ~ U(-shear, shear)
        size times U(scale);  moved by U(-translate, translate) of height and of width

    `fill` is what lies outside of the image; None repeats the pixels of its edge.
    Shapes: x (batch, channels, height, width) -> y the same.
    Units:  degrees; fractions of the size.
    State:  as Augmentation.
    Errors: OptionError for amounts out of range; ShapeError as Augmentation.

    >>> from pellucid.creation import ones
    >>> RandomAffine(10.0, scale=(0.9, 1.1), rng=Generator(0))(ones((2, 1, 8, 8))).shape
    (2, 1, 8, 8)
    """

    def __init__(
        self,
        degrees: float = 0.0,
        translate: float = 0.0,
        scale: tuple[float, float] = (1.0, 1.0),
        shear: float = 0.0,
        fill: float | None = 0.0,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(rng=rng)
        self.degrees = strength("RandomAffine", "degrees", degrees)
        self.translate = strength("RandomAffine", "translate", translate)
        self.scale = between("RandomAffine", "scale", *scale, least=0.01)
        self.shear = strength("RandomAffine", "shear", shear, most=80.0)
        self.fill = fill

    def change(self, x: Tensor) -> Tensor:
        """The warped batch."""
        n, _, height, width = x.shape
        turn, low_high, lean, down, right = (
            part.reshape(n).astype(x.dtype) for part in self.generator.fraction((5, n), samples=1)
        )
        radians = math.pi / 180.0
        inverse = inverse_affine(
            (turn * 2.0 - 1.0) * (self.degrees * radians),
            low_high * (self.scale[1] - self.scale[0]) + self.scale[0],
            (lean * 2.0 - 1.0) * (self.shear * radians),
        )
        moves = stack(
            [
                (down * 2.0 - 1.0) * (self.translate * height),
                (right * 2.0 - 1.0) * (self.translate * width),
            ],
            axis=-1,
        )
        return affine_warp(x, inverse, moves, fill=self.fill)

    def describe(self) -> str:
        """Its amounts."""
        return (
            f"degrees={self.degrees}, translate={self.translate}, scale={self.scale}, "
            f"shear={self.shear}"
        )


@strict
def inverse_affine(angle: Tensor, scale: Tensor, shear: Tensor) -> Tensor:
    """The inverse of scale R(angle) S(shear) on (row, column), for every sample.

        R = (cos -sin; sin cos), anticlockwise as rows count down;   S = (1 0; tan(shear) 1)

    Shapes: each (batch,), in radians -> (batch, 2, 2).
    """
    cos = angle.cos() / scale
    sin = angle.sin() / scale
    lean = shear.sin() / shear.cos()
    first = stack([cos, sin], axis=-1)
    second = stack([-sin - lean * cos, cos - lean * sin], axis=-1)
    return stack([first, second], axis=1)


@strict
def affine_warp(
    x: Tensor,
    inverse: Tensor,
    moves: Tensor,
    *,
    fill: float | None = 0.0,
) -> Tensor:
    """Images read at the places that a warp about their middle came from.

        y[p] = x at inverse (p - middle - move) + middle,   p and moves as (row, column)

    Between pixels it is bilinear, up to one pixel outside towards `fill`; further out it is
    `fill`. Without a fill, the edge goes on for ever. Gradients go to x.
    Shapes: x (batch, channels, height, width), inverse (batch, 2, 2), moves (batch, 2) -> y as x.
    Errors: ShapeError for other shapes.

    >>> from pellucid.creation import arange, eye
    >>> x, move = arange(4.0).reshape(1, 1, 2, 2), arange(2.0).reshape(1, 2)
    >>> affine_warp(x, eye(2).reshape(1, 2, 2), move).tolist()
    [[[[0.0, 0.0], [0.0, 2.0]]]]
    """
    n, channels, height, width = x.shape
    if inverse.shape != (n, 2, 2) or moves.shape != (n, 2):
        raise ShapeError(
            f"affine_warp: inverse of shape {inverse.shape} and moves of shape {moves.shape} for "
            f"{n} images. They must be {(n, 2, 2)} and {(n, 2)}."
        )
    (top, row_part), (left, column_part) = (
        _place(axis, inverse, moves, (height, width), fill is None) for axis in (0, 1)
    )
    # A border of one pixel: both neighbours of every place exist.
    padded = x.pad(((0, 0), (0, 0), (1, 1), (1, 1)), value=0.0 if fill is None else fill)
    rows = pixel_rows(padded)
    pitch = width + 2
    first = arange(n, dtype="int32").reshape(n, 1) * ((height + 2) * pitch)
    corner = first + top * pitch + left
    upper = _blend(rows.take(corner, axis=0), rows.take(corner + 1, axis=0), column_part)
    corner = corner + pitch
    lower = _blend(rows.take(corner, axis=0), rows.take(corner + 1, axis=0), column_part)
    return as_images(_blend(upper, lower, row_part).reshape(n, height, width, channels))


def _place(
    axis: int, inverse: Tensor, moves: Tensor, size: tuple[int, int], at_edge: bool
) -> tuple[Tensor, Tensor]:
    """Where pixels come from along one axis: the position in the padded image, and the rest.

    Shapes: both (batch, height width).
    """
    n = len(inverse)
    height, width = size
    middle = ((height - 1) / 2.0, (width - 1) / 2.0)
    down = arange(float(height), dtype=inverse.dtype).reshape(1, height, 1) - middle[0]
    right = arange(float(width), dtype=inverse.dtype).reshape(1, 1, width) - middle[1]
    down = down - moves[:, 0].reshape(n, 1, 1)
    right = right - moves[:, 1].reshape(n, 1, 1)
    factors = inverse[:, axis].reshape(n, 2, 1, 1)
    place = factors[:, 0] * down + factors[:, 1] * right + middle[axis]
    last = size[axis] - 1.0
    low, high = (0.0, last) if at_edge else (-1.0, last + 1.0)
    place = place.maximum(low).minimum(high).reshape(n, height * width)
    # The last place has no neighbour after it: it is the one before, and a whole step.
    before = place.floor().minimum(last)
    return before.astype("int32") + 1, place - before


def _blend(a: Tensor, b: Tensor, part: Tensor) -> Tensor:
    """a (1 - part) + b part, which is exactly a or b where part is 0 or 1."""
    part = part.expand_dims(2)
    return a * (1.0 - part) + b * part
