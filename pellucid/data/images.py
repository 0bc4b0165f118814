"""A picture of one handwritten digit, brought into the form in which a data set holds its digits.

    read_ink(path, size)      a picture of anything -> light on dark, as such sets hold all pictures
    read_digit(path, size)    a picture -> ink in [0, 1], 28x28 as in MNIST or 8x8 as in digits

The digit may be dark on light or light on dark, anywhere in the picture, on an even background.
Pictures come from strangers: their sizes are checked before they are decoded.
"""

import math
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.pictures import LIGHTEST, open_picture, pillow, upright
from pellucid.disk import AnyPath
from pellucid.errors import DataError, OptionError
from pellucid.strict import strict

Ink = NDArray[np.float32]

# A larger picture is first reduced to this many pixels a side: ample for a digit of 28.
WORKING_SIDE = 512
# Less difference between the lightest and the darkest place is a blank page, not a digit.
LEAST_CONTRAST = 0.1
# What is fainter than this part of the strongest ink is noise (JPEG, paper).
NOISE = 0.1
# A place belongs to the digit where it has this part of the strongest ink.
STROKE = 0.2


@strict
def read_digit(path: AnyPath, size: tuple[int, int] = (28, 28)) -> Ink:
    """The digit in a picture (PNG, JPEG, BMP, GIF or WebP) as the ink of `size` pixels.

    (28, 28), as in MNIST: the digit fits into a box of 20x20 with its proportions kept, and its
    centre of mass stands in the centre. (8, 8), as in `digits`: the digit is set upright, fills a
    box of 20x32 fine pixels, narrower only where it is very slim, in the middle of 32x32, and
    blocks of 4x4 are averaged.

    Shapes: -> size, float32.
    Units:  ink, 0 (background) to 1 (strongest).
    Errors: OptionError for another size; FileError naming the file where it is missing, no
        picture, damaged, above 64 MiB or above 50 million pixels; DataError where it shows
        nothing, or Pillow is not installed.
    Source: MNIST: LeCun et al., http://yann.lecun.com/exdb/mnist; digits: Garris et al., NIST
        form-based handprint recognition system, NISTIR 5469 (1994), the spatial normalisation.
    """
    if size not in ((28, 28), (8, 8)):
        raise OptionError(f"read_digit: size is {size}. It is (28, 28) or (8, 8).")
    ink = _ink(path, open_picture("read_digit", path, _decode))
    return _as_mnist(ink) if size == (28, 28) else _as_digits(ink)


@strict
def read_ink(path: AnyPath, size: tuple[int, int]) -> Ink:
    """A picture as the sets of IDX files hold theirs: grey, light on a dark background.

    It is resized to (height, width) as it is; where its border is lighter than the middle between
    its extremes, as on white paper, light and dark are exchanged.

    Shapes: -> size, float32.
    Units:  0 (dark) to 1.
    Errors: FileError and DataError as in `read_digit`.
    """
    grey = open_picture("read_ink", path, _decode)
    grey = 1 - grey if _background(grey) > (grey.min() + grey.max()) / 2 else grey
    image = _pillow("Image").fromarray(np.ascontiguousarray(grey))
    return np.asarray(image.resize((size[1], size[0]), _pillow("Image").Resampling.BOX))


def _background(grey: Ink) -> Any:
    """The brightness of the border."""
    return np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))


def _pillow(name: str) -> Any:
    return pillow("read_digit", name)


def _decode(image: Any) -> Ink:
    """The picture as brightness, 0 (black) to 1 (white): (height, width)."""
    image = upright("read_digit", image)
    return _flatten(image.convert("RGBA")) if image.has_transparency_data else _brightness(image)


def _flatten(image: Any) -> Ink:
    """A transparent picture on white paper; on black where nothing would show on white."""
    for paper in ("white", "black"):
        sheet = _pillow("Image").new("RGBA", image.size, paper)
        grey = _brightness(_pillow("Image").alpha_composite(sheet, image))
        if np.ptp(grey) >= LEAST_CONTRAST:
            break
    return grey


def _brightness(image: Any) -> Ink:
    deep = image.mode == "F"
    image = image if deep else image.convert("L")
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), _pillow("Image").Resampling.BOX)
    grey: Ink = np.asarray(image, dtype=np.float32)
    return grey / LIGHTEST[deep]


def _ink(path: AnyPath, grey: Ink) -> Ink:
    """How much ink each place has, 0 to 1, cropped to the digit.

    The border of the picture tells the background: lighter than the middle between the extremes
    means dark ink on light paper.
    """
    background = _background(grey)
    dark_on_light = background > (grey.min() + grey.max()) / 2
    ink = (background - grey if dark_on_light else grey - background).clip(0)
    strongest = ink.max()
    if strongest < LEAST_CONTRAST:
        raise DataError(
            f"read_digit {os.fspath(path)}: the picture of {grey.shape[1]} x {grey.shape[0]} "
            "pixels shows nothing: its lightest and darkest places differ by less than "
            f"{LEAST_CONTRAST:.0%}. Write one digit, dark on light or light on dark."
        )
    ink = ink / strongest
    return _crop(np.where(ink < NOISE, 0, ink).astype(np.float32))


def _crop(ink: Ink) -> Ink:
    rows = np.flatnonzero((ink > STROKE).any(axis=1))
    columns = np.flatnonzero((ink > STROKE).any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resize(ink: Ink, width: int, height: int) -> Ink:
    image_module = _pillow("Image")
    small = image_module.fromarray(np.ascontiguousarray(ink)).resize(
        (max(1, width), max(1, height)), image_module.Resampling.BICUBIC
    )
    return np.asarray(small).clip(0, 1)


def _as_mnist(ink: Ink) -> Ink:
    height, width = ink.shape
    scale = 20 / max(height, width)
    small = _resize(ink, round(width * scale), round(height * scale))
    out = np.zeros((28, 28), np.float32)
    # Pixel i covers i to i + 1. The digits of MNIST have their centre of mass between 14 and 15
    # on both axes, all 10,000 of the test set: the least shift that reaches 14.
    starts = []
    for axis, length in enumerate(small.shape):
        mass = small.sum(axis=1 - axis)
        centre = float((np.arange(length) + 0.5) @ mass / mass.sum())
        starts.append(min(max(math.ceil(14 - centre), 0), 28 - length))
    top, left = starts
    height, width = small.shape
    out[top : top + height, left : left + width] = small
    return out


def _as_digits(ink: Ink) -> Ink:
    ink = _crop(_upright(ink))
    height, width = ink.shape
    # Every digit fills the width, a one as well, unless it is a mere stroke.
    width = round(20 * min(1, width / height / 0.3))
    fine = np.zeros((32, 32), np.float32)
    small = _resize(ink, width, 32)
    left = (32 - small.shape[1]) // 2
    fine[:, left : left + small.shape[1]] = small
    blocks: Ink = fine.reshape(8, 4, 8, 4).mean(axis=(1, 3))
    blocks /= blocks.max()
    return blocks


def _upright(ink: Ink) -> Ink:
    """The digit sheared so that its slant, the regression of x on y by ink, is zero.

    A support vector machine trained on `digits` names 80 % of the first 2,000 test digits of
    MNIST in this form, and 72 % without this step.
    """
    ink = np.pad(ink, ((0, 0), (ink.shape[0] // 2,) * 2))
    height, width = ink.shape
    weights = ink / ink.sum()
    y, x = np.mgrid[:height, :width].astype(np.float32)
    y0 = (weights * y).sum()
    x0 = (weights * x).sum()
    spread = (weights * (y - y0) ** 2).sum()
    slant = (weights * (y - y0) * (x - x0)).sum() / spread if spread > 0 else 0.0
    # More than 45 degrees is no slant of writing, and would leave the picture.
    slant = float(np.clip(slant, -1, 1))
    image_module = _pillow("Image")
    image = image_module.fromarray(ink).transform(
        (width, height),
        image_module.Transform.AFFINE,
        (1, slant, -slant * float(y0), 0, 1, 0),
        image_module.Resampling.BILINEAR,
    )
    return np.asarray(image, dtype=np.float32)
