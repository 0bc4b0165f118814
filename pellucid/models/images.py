"""What models of images share: samples as images, and convolutions that start by He's rule.

as_images       a batch whose samples may be rows of pixels, as images
image_of        the shape of a sample that is an image
he_conv         a convolution with He's start
"""

import math

from pellucid import nn
from pellucid.data import Form
from pellucid.errors import OptionError, ShapeError
from pellucid.nn.init import HeNormal
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.windows import Window

Image = tuple[int, int, int]  # (channels, height, width)


def image_of(form: Form) -> Image:
    """The shape of a sample that is an image."""
    channels, height, width = form.shape
    return channels, height, width


def check_image(where: str, image: Image) -> None:
    """Raise OptionError unless this is the shape of an image."""
    if len(image) != 3 or min(image) < 1:
        raise OptionError(
            f"{where}: a sample of shape {tuple(image)}. It must be (channels, height, width), "
            "each at least 1."
        )


def as_images(x: Tensor, image: Image) -> Tensor:
    """The batch as (batch, channels, height, width). Errors: ShapeError for other samples."""
    if x.ndim > 1 and tuple(x.shape[1:]) == image:
        return x
    if x.ndim < 2 or math.prod(x.shape[1:]) != math.prod(image):
        raise ShapeError(
            f"x of shape {x.shape}. It must be (batch, {', '.join(map(str, image))}): images, or "
            f"the {math.prod(image)} numbers of each in a row."
        )
    return x.reshape(x.shape[0], *image)


def he_conv(
    in_channels: int,
    out_channels: int,
    window: Window | int,
    *,
    bias: bool = True,
    rng: Generator | None = None,
) -> nn.Conv2d:
    """A convolution whose weights start with variance 2 / fan_in.

    >>> he_conv(3, 8, 3, rng=Generator(seed=0)).weight.shape
    (8, 3, 3, 3)
    """
    layer = nn.Conv2d(in_channels, out_channels, window, bias=bias, rng=rng)
    start = HeNormal()
    shape = layer.weight.shape
    if rng is None:
        layer.weight = start.parameter(shape)
    else:  # into the variable that is there: a second one would count twice in the model's size
        layer.weight.assign(start(shape, rng))
    return layer
