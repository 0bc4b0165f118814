"""The values of pictures changed by fixed rules, for all pictures of a batch at once.

equalized          all levels as common as each other
stretched          from black to white
posterized         fewer levels
solarized          bright values inverted
greyed, smoothed   without colour, without detail

Values lie between 0 and 1; a level is one of 0 to 255, as in files of pictures.
Shapes: x (batch, channels, height, width) -> the same.
"""

from pellucid.creation import arange, ones
from pellucid.tensor import Tensor

LEVELS = 256
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue


def levels(x: Tensor) -> Tensor:
    """The nearest level of each value, as a number."""
    return (x * (LEVELS - 1.0) + 0.5).floor().maximum(0.0).minimum(LEVELS - 1.0)


def equalized(x: Tensor) -> Tensor:
    """Each level replaced by the share of pixels below it, in each channel; no slope.

    Source: ImageOps.equalize of Pillow, whose steps of whole numbers these are.
    """
    n, channels, height, width = x.shape
    found = levels(x).reshape(n * channels, height * width)
    first = arange(n * channels, dtype="int32").reshape(-1, 1) * LEVELS
    place = (found.astype("int32") + first).reshape(-1)
    counts = ones(place.shape, dtype=x.dtype).scatter_add(place, axis=0, size=len(first) * LEVELS)
    counts = counts.reshape(-1, LEVELS)
    brightest = (found == found.max(axis=1, keepdims=True)).astype(x.dtype).sum(axis=1)
    step = ((height * width - brightest) * (1.0 / (LEVELS - 1.0)) + 1e-4).floor().expand_dims(1)
    below = counts.cumulative_sum(axis=1) - counts
    share = (((step * 0.5).floor() + below) / step.maximum(1.0)).floor().minimum(LEVELS - 1.0)
    chosen = (step == 0.0).where(arange(LEVELS, dtype=x.dtype), share)
    return (chosen.reshape(-1).take(place, axis=0) * (1.0 / (LEVELS - 1.0))).reshape(x.shape)


def stretched(x: Tensor) -> Tensor:
    """Each channel from 0 at its darkest to 1 at its brightest value; one value stays as it is."""
    low, high = x.min(axis=(2, 3), keepdims=True), x.max(axis=(2, 3), keepdims=True)
    is_flat = high == low
    return is_flat.where(x, (x - low) / is_flat.where(1.0, high - low))


def posterized(x: Tensor, bits: int) -> Tensor:
    """The first bits of each level."""
    step = 2.0 ** (8 - bits)
    return (levels(x) * (1.0 / step)).floor() * (step / (LEVELS - 1.0))


def solarized(x: Tensor, threshold: float) -> Tensor:
    """1 - x from a threshold on."""
    return (x >= threshold).where(1.0 - x, x)


def greyed(x: Tensor) -> Tensor:
    """The luminance of red, green and blue, in each channel; other numbers of channels stay."""
    if x.shape[1] != len(LUMINANCE):
        return x
    parts = [x[:, i : i + 1] * share for i, share in enumerate(LUMINANCE)]
    return (parts[0] + parts[1] + parts[2]).broadcast_to(x.shape)


def smoothed(x: Tensor) -> Tensor:
    """(4 x + the sum of x and its eight neighbours) / 13; at the edge x."""
    height, width = x.shape[2:]
    if min(height, width) < 3:
        return x
    inner = x[:, :, 1:-1, 1:-1] * 4.0
    for i in range(3):
        for j in range(3):
            inner = inner + x[:, :, i : height - 2 + i, j : width - 2 + j]
    within = ((0, 0), (0, 0), (1, 1), (1, 1))
    is_inner = ones((1, 1, height - 2, width - 2)).pad(within) > 0.0
    return is_inner.where((inner * (1.0 / 13.0)).pad(within), x)
