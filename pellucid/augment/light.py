"""Light, colour and noise: values change, places do not.

Brightness       times a factor
Contrast         away from the mean of the image, or towards it
ColorJitter      saturation and hue
GaussianNoise    normal noise, on data of any shape

Factors are drawn from 1 - strength to 1 + strength, one for each sample. `limits`, such as
(0.0, 1.0), keep what comes out within them; there the gradient is 0.
"""

import math
from typing import Any, ClassVar

import numpy as np

from pellucid.augment.augmentation import Augmentation, strength
from pellucid.errors import OptionError, ShapeError
from pellucid.random import Generator
from pellucid.tensor import Tensor, tensor

Limits = tuple[float, float] | None

# Luminance and the two axes of colour of the television standard, from red, green and blue.
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
# The two axes of colour turned by 90 degrees, without the luminance.
QUARTER_TURN = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


class _Light(Augmentation):
    """What all changes of light share: the limits of the result."""

    def __init__(self, limits: Limits, *, rng: Generator | None = None) -> None:
        super().__init__(rng=rng)
        if limits is not None and not limits[0] < limits[1]:
            raise OptionError(
                f"{type(self).__name__}: limits {limits}. The first is less than the second."
            )
        self.limits = limits

    def within(self, x: Tensor) -> Tensor:
        """x, kept within the limits."""
        return x if self.limits is None else x.maximum(self.limits[0]).minimum(self.limits[1])


class _Factor(_Light):
    """One factor per sample."""

    def __init__(
        self, amount: float = 0.2, limits: Limits = None, *, rng: Generator | None = None
    ) -> None:
        super().__init__(limits, rng=rng)
        self.amount = strength(type(self).__name__, "amount", amount, most=1.0)

    def factor(self, x: Tensor) -> Tensor:
        """The factors, with the axes of x."""
        return self.drawn(1.0 - self.amount, 1.0 + self.amount, x)

    def describe(self) -> str:
        """Its amount."""
        return str(self.amount)


class Brightness(_Factor):
    """y = f x,  f ~ U(1 - amount, 1 + amount).

    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for an amount outside 0 to 1, or limits out of order.
    """

    def change(self, x: Tensor) -> Tensor:
        """Brighter and darker images."""
        return self.within(x * self.factor(x))


class Contrast(_Factor):
    """y = m + f (x - m),  m the mean of the image,  f ~ U(1 - amount, 1 + amount).

    Shapes: x (batch, channels, height, width) -> y the same.
    Errors: OptionError for an amount outside 0 to 1, or limits out of order.
    """

    def change(self, x: Tensor) -> Tensor:
        """Images of more and of less contrast."""
        mean = x.mean(axis=(1, 2, 3), keepdims=True)
        return self.within(mean + (x - mean) * self.factor(x))


class ColorJitter(_Light):
    """Saturation times U(1 - saturation, 1 + saturation), hue turned by U(-hue, hue).

    The colour of each pixel is turned and scaled around its luminance, which stays. Grey stays
    grey.
    Shapes: x (batch, 3, height, width), red green blue -> y the same.
    Units:  hue in degrees.
    Errors: ShapeError for other than 3 channels; OptionError for a saturation outside 0 to 1
    or a hue outside 0 to 180.
    """

    def __init__(
        self,
        saturation: float = 0.2,
        hue: float = 10.0,
        limits: Limits = None,
        *,
        rng: Generator | None = None,
    ) -> None:
        super().__init__(limits, rng=rng)
        self.saturation = strength("ColorJitter", "saturation", saturation, most=1.0)
        self.hue = strength("ColorJitter", "hue", hue, most=180.0)

    def change(self, x: Tensor) -> Tensor:
        """Images of other colours."""
        n, channels, height, width = x.shape
        if channels != 3:
            raise ShapeError(f"x of shape {x.shape}. Colours are three channels: red, green, blue.")
        # Around grey: the parts of the map that keep, scale and turn the colour.
        back = np.linalg.inv(YIQ)

        def of_colours(part: Any) -> Tensor:
            """The part of the map as one of red, green and blue."""
            matrix = back @ part @ YIQ
            return tensor(matrix.astype(x.dtype).reshape(1, 3, 3))

        keep = of_colours(np.diag([1.0, 0.0, 0.0]))
        scale = of_colours(np.diag([0.0, 1.0, 1.0]))
        turn = of_colours(QUARTER_TURN)
        factor = self.drawn(1.0 - self.saturation, 1.0 + self.saturation, x[:, 0])
        angle = self.drawn(-self.hue, self.hue, x[:, 0]) * (math.pi / 180.0)
        colours = keep + scale * (factor * angle.cos()) + turn * (factor * angle.sin())
        changed = colours @ x.reshape(n, 3, height * width)
        return self.within(changed.reshape(x.shape))

    def describe(self) -> str:
        """Its amounts."""
        return f"saturation={self.saturation}, hue={self.hue}"


class GaussianNoise(Augmentation):
    """y = x + std e,  e ~ N(0, 1) for every number of every sample: input noise.

    Shapes: x (batch, ...) -> y the same.
    Errors: OptionError for a std below 0.
    """

    images: ClassVar[bool] = False

    def __init__(self, std: float = 0.1, *, rng: Generator | None = None) -> None:
        super().__init__(rng=rng)
        self.std = strength("GaussianNoise", "std", std)

    def change(self, x: Tensor) -> Tensor:
        """The batch with noise."""
        return x + self.generator.normal(0.0, self.std, x.shape, x.dtype)

    def describe(self) -> str:
        """Its standard deviation."""
        return str(self.std)
