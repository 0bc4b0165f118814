"""What all augmentations share: training only, a generator, and pixels taken by position.

Augmentation    the base: a subclass defines `change`
pixel_rows      a batch of images as one row of channels per pixel
as_images       ... and back
between         a checked range of numbers to draw from
"""

import math
from typing import ClassVar

from pellucid.errors import OptionError, ShapeError, is_finite
from pellucid.nn.module import Module
from pellucid.random import AUGMENTATION, Generator
from pellucid.tensor import Tensor


class Augmentation(Module):
    """A random change of every sample of a batch in training, and none in inference.

    State: the number of draws. With the same seed, and this restored, the changes go on as
    they would have.
    Errors: ShapeError where a kind for images is given anything but (batch, channels, height,
    width).
    """

    images: ClassVar[bool] = True

    def __init__(self, *, rng: Generator | None = None) -> None:
        self.generator = self.stream(AUGMENTATION, rng)
        self.draws = self.generator.draws

    def forward(self, x: Tensor) -> Tensor:
        """The changed batch in training; x itself in inference."""
        if self.images and x.ndim != 4:
            raise ShapeError(
                f"x of shape {x.shape}. It must be (batch, channels, height, width): one image "
                "alone needs x.expand_dims(0), flat ones a reshape."
            )
        return self.change(x) if self.training else x

    def change(self, x: Tensor) -> Tensor:
        """The changed batch."""
        raise NotImplementedError(f"{type(self).__name__} must define change")

    def drawn(self, low: float, high: float, x: Tensor) -> Tensor:
        """One uniform number per sample, with the axes of x."""
        shape = (x.shape[0], *(1,) * (x.ndim - 1))
        return self.generator.uniform(low, high, shape).astype(x.dtype)

    def integers(self, count: int, batch: int) -> Tensor:
        """One of 0 .. count - 1 per sample (int32), each as likely."""
        # Rounding may give count itself where the fraction is nearly 1.
        drawn = (self.generator.fraction((batch,)) * float(count)).floor()
        return drawn.minimum(count - 1.0).astype("int32")


def pixel_rows(x: Tensor) -> Tensor:
    """(batch, channels, height, width) -> (batch height width, channels)."""
    return x.permute_dims((0, 2, 3, 1)).reshape(-1, x.shape[1])


def as_images(rows: Tensor) -> Tensor:
    """(batch, height, width, channels) -> (batch, channels, height, width)."""
    return rows.permute_dims((0, 3, 1, 2))


def between(
    name: str,
    option: str,
    low: float,
    high: float,
    least: float,
) -> tuple[float, float]:
    """The range, or an error that says what it must be."""
    if not (least <= low <= high and is_finite(high)):
        raise OptionError(
            f"{name}: {option} from {low} to {high}. It must be finite, in order, and at least "
            f"{least}."
        )
    return low, high


def strength(name: str, option: str, value: float, most: float = math.inf) -> float:
    """A number from 0 to `most`, or an error that says so."""
    if not (0.0 <= value <= most and is_finite(value)):
        upper = "finite" if math.isinf(most) else f"at most {most}"
        raise OptionError(f"{name}: {option} {value}. It must be 0 or more, and {upper}.")
    return value
