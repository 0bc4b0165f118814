"""Changes drawn from a list of fourteen, all of one magnitude.

RandAugment    some of them, one after the other, for each picture
CHANGES        their names, in the order in which they are drawn
"""

import math

from pellucid.augment.augmentation import Augmentation, strength
from pellucid.augment.tones import (
    equalized,
    greyed,
    posterized,
    smoothed,
    solarized,
    stretched,
)
from pellucid.augment.warp import affine_warp
from pellucid.creation import stack
from pellucid.errors import OptionError
from pellucid.random import Generator
from pellucid.tensor import Tensor

CHANGES = (
    "identity", "shear across", "shear down", "move across", "move down", "rotate", "brightness",
    "colour", "contrast", "sharpness", "posterize", "solarize", "stretch", "equalize",
)  # fmt: skip
MOST = 30.0
SHEAR = 0.3
MOVE = 150.0 / 331.0
TURN = math.radians(30.0)
BLEND = 0.9
BITS = 4.0


class RandAugment(Augmentation):
    """`count` changes, one after the other, each drawn for each picture from fourteen.

    None; sheared, moved and turned; brightness, colour, contrast and sharpness, more or less of
    each; fewer levels, bright values inverted, values stretched or equalized. `magnitude` says how
    much of each, from 0 to 30, at which a picture is turned by 30 degrees, say; directions are
    drawn. Where it comes from outside a picture it has the value `fill`.

    Values lie between 0 and 1. All fourteen are computed, and one of them is taken, so that all
    pictures of a batch run as one program; by these the time of a step grows.
    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for a count below 1, or a magnitude outside 0 to 30.
    Source: Cubuk et al. 2019 (arXiv 1909.13719), section 3; how much of each as in torchvision's
    RandAugment, shears around the middle, between pixels bilinear.

    >>> from pellucid.creation import ones
    >>> RandAugment(rng=Generator(0))(ones((2, 3, 8, 8))).shape
    (2, 3, 8, 8)
    """

    def __init__(
        self,
        count: int = 2,
        magnitude: float = 9.0,
        fill: float = 0.0,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(rng=rng)
        if count < 1:
            raise OptionError(f"RandAugment: count {count}. It is how many changes: 1 or more.")
        self.count = count
        self.magnitude = strength("RandAugment", "magnitude", magnitude, most=MOST)
        self.fill = fill

    def change(self, x: Tensor) -> Tensor:
        """The batch, each picture with changes of its own."""
        for _ in range(self.count):
            kinds = self.integers(len(CHANGES), len(x))
            x = self.changed(x, kinds, self.generator.bernoulli(0.5, (len(x),)))
        return x

    def changed(self, x: Tensor, kinds: Tensor, more: Tensor) -> Tensor:
        """Each picture changed in one way: (batch,) numbers of `CHANGES`, and whether forwards."""
        n = len(x)
        share = self.magnitude / MOST
        amount = more.where(share, -share).astype(x.dtype)
        x = self._moved(x, kinds, amount)
        kind = kinds.reshape(n, 1, 1, 1)
        x = _blended(x, kind, amount.reshape(n, 1, 1, 1))
        return _toned(x, kind, share)

    def _moved(self, x: Tensor, kinds: Tensor, amount: Tensor) -> Tensor:
        """Sheared, moved or turned."""
        height, width = x.shape[2:]

        def of(name: str, most: float) -> Tensor:
            return _is(kinds, name).where(amount * most, 0.0)

        turn = of("rotate", TURN)
        across = of("shear across", SHEAR) - turn.sin()
        down = of("shear down", SHEAR) + turn.sin()
        first = stack([turn.cos(), down], axis=-1)
        second = stack([across, turn.cos()], axis=-1)
        inverse = stack([first, second], axis=1)
        moves = stack(
            [
                of("move down", MOVE * height),
                of("move across", MOVE * width),
            ],
            axis=-1,
        )
        return affine_warp(x, inverse, moves, fill=self.fill)

    def describe(self) -> str:
        """Its amounts."""
        return f"{self.count}, magnitude={self.magnitude}"


def _is(kinds: Tensor, name: str) -> Tensor:
    return kinds == CHANGES.index(name)


def _blended(x: Tensor, kind: Tensor, amount: Tensor) -> Tensor:
    """Away from black, grey, the mean or a smooth picture, or towards it."""
    grey = greyed(x)
    mean = grey.mean(axis=(1, 2, 3), keepdims=True)
    towards = _is(kind, "brightness").where(0.0, x)
    towards = _is(kind, "colour").where(grey, towards)
    towards = _is(kind, "contrast").where(mean, towards)
    towards = _is(kind, "sharpness").where(smoothed(x), towards)
    factor = amount * BLEND + 1.0
    changed = towards + (x - towards) * factor
    changed = changed.maximum(0.0).minimum(1.0)
    first, last = (CHANGES.index(name) for name in ("brightness", "sharpness"))
    is_one = (kind >= first) & (kind <= last)
    return is_one.where(changed, x)


def _toned(x: Tensor, kind: Tensor, share: float) -> Tensor:
    """Other values by a fixed rule."""
    bits = 8 - round(share * BITS)
    y = _is(kind, "posterize").where(posterized(x, bits), x)
    y = _is(kind, "solarize").where(solarized(x, 1.0 - share), y)
    y = _is(kind, "stretch").where(stretched(x), y)
    return _is(kind, "equalize").where(equalized(x), y)
