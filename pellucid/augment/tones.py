"""The values of pictures changed by fixed rules, for all pictures of a batch at once.

equalized          all levels as common as each other
stretched          from black to white
posterized         fewer levels
solarized          bright values inverted
greyed, smoothed   without colour, without detail

Values lie between 0 and 1; a level is one of 0 to 255, as in files of pictures.
Shapes: x (batch, channels, height, width) -> the same.
"""

from itertools import product

from pellucid.creation import arange, ones, split
from pellucid.primitives.base import DType
from pellucid.tensor import Tensor

LEVELS = 256
TOP = LEVELS - 1.0
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue


def levels(x: Tensor) -> Tensor:
    """The nearest level of each value, as a number."""
    nearest = (x * TOP + 0.5).floor()
    return nearest.maximum(0.0).minimum(TOP)


def equalized(x: Tensor) -> Tensor:
    """Each level replaced by the share of pixels below it, in each channel; no slope.

    Source: ImageOps.equalize of Pillow, whose steps of whole numbers these are.
    """
    n, channels, height, width = x.shape
    rows = n * channels
    pixels = height * width
    found = levels(x).reshape(rows, pixels)
    first = arange(rows, dtype="int32") * LEVELS
    place = found.astype("int32") + first.reshape(rows, 1)
    chosen = _by_share(found, _counts(place, x.dtype))
    changed = chosen.reshape(-1).take(place, axis=0)
    return changed.reshape(x.shape) * (1.0 / TOP)


def _counts(place: Tensor, dtype: DType) -> Tensor:
    """How many pixels of each row have each level: (rows, levels)."""
    rows = place.shape[0]
    each = ones(place.size, dtype=dtype)
    size = rows * LEVELS
    counts = each.scatter_add(place.reshape(-1), axis=0, size=size)
    return counts.reshape(rows, LEVELS)


def _by_share(found: Tensor, counts: Tensor) -> Tensor:
    """What each level becomes, in each row."""
    brightest = found == found.max(axis=1, keepdims=True)
    others = found.shape[1] - brightest.astype(counts.dtype).sum(axis=1, keepdims=True)
    # A quotient that is whole may be rounded to just below it.
    step = (others * (1.0 / TOP) + 1e-4).floor()
    below = counts.cumulative_sum(axis=1) - counts
    half = (step * 0.5).floor()
    share = (half + below) / step.maximum(1.0)
    share = share.floor().minimum(TOP)
    same = arange(LEVELS, dtype=counts.dtype)
    return (step == 0.0).where(same, share)


def stretched(x: Tensor) -> Tensor:
    """Each channel from 0 at its darkest to 1 at its brightest value; one value stays as it is."""
    low = x.min(axis=(2, 3), keepdims=True)
    high = x.max(axis=(2, 3), keepdims=True)
    is_flat = high == low
    width = is_flat.where(1.0, high - low)
    return is_flat.where(x, (x - low) / width)


def posterized(x: Tensor, bits: int) -> Tensor:
    """The first bits of each level."""
    step = 2.0 ** (8 - bits)
    kept = (levels(x) * (1.0 / step)).floor()
    return kept * (step / TOP)


def solarized(x: Tensor, threshold: float) -> Tensor:
    """1 - x from a threshold on."""
    return (x >= threshold).where(1.0 - x, x)


def greyed(x: Tensor) -> Tensor:
    """The luminance of red, green and blue, in each channel; other numbers of channels stay."""
    if x.shape[1] != len(LUMINANCE):
        return x
    red, green, blue = split(x, 3, axis=1)
    of_red, of_green, of_blue = LUMINANCE
    grey = red * of_red + green * of_green + blue * of_blue
    return grey.broadcast_to(x.shape)


def smoothed(x: Tensor) -> Tensor:
    """(4 x + the sum of x and its eight neighbours) / 13; at the edge x."""
    height, width = x.shape[2:]
    if min(height, width) < 3:
        return x
    rows = height - 2
    columns = width - 2
    total = x[:, :, 1:-1, 1:-1] * 4.0
    for i, j in product(range(3), repeat=2):
        total = total + x[:, :, i : i + rows, j : j + columns]
    within = ((0, 0), (0, 0), (1, 1), (1, 1))
    smooth = (total * (1.0 / 13.0)).pad(within)
    is_inner = ones((1, 1, rows, columns)).pad(within) > 0.0
    return is_inner.where(smooth, x)
