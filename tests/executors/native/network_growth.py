"""How a random program grows by pieces of networks, large enough for the code made for them.

    convolved       kernels of 3 x 3, of a size where fewer multiplications pay
    strided         kernels that move on by steps: their gradients are dilated
    pooled          windows of images, and the gradients put back
    multiplied      matrices of odd sizes, in batches, turned

Each is followed by what networks have behind it, and by gradients.
"""

from typing import Any

from executors.native.walks import LARGEST

from pellucid import functional
from pellucid import primitives as p
from pellucid.primitives.base import FLOAT32, FLOATS
from pellucid.recordings import recording
from pellucid.tensor import Tensor
from pellucid.windows import Window

# Batch, channels, kernels, height and width: with fewer multiplications without being forced to it.
LAYERS = (
    (1, 8, 32, 16, 16), (4, 16, 32, 8, 8), (7, 20, 33, 8, 7), (2, 32, 16, 11, 13),
    (1, 16, 16, 30, 18), (2, 16, 16, 12, 12), (1, 32, 32, 12, 12), (3, 32, 32, 8, 8),
)  # fmt: skip
FEW = ((1, 1, 1, 5, 4), (3, 2, 5, 6, 9), (2, 32, 7, 9, 10), (5, 4, 3, 4, 4))  # where it is forced


def _recorded(builder: Any, y: Tensor) -> Tensor:
    """A value made by functions of the library, now a value of the program."""
    builder.values.append(y)
    return y


def convolved(builder: Any) -> Tensor:
    """A layer of 3 x 3 kernels, what may follow, and its gradients by data and by kernels."""
    sizes = builder.choice(LAYERS if builder.chance(70) else FEW)
    batch, channels, out, high, wide = sizes
    dtype = FLOAT32 if builder.chance(90) else builder.choice(FLOATS)
    x = builder.leaf((batch, channels, high, wide), dtype)
    w = builder.leaf((out, channels, 3, 3), dtype)
    padding = builder.choice((1, 1, 1, 0, 2, ((0, 1), (2, 0))))
    with recording():
        y = functional.cross_correlation(x, w, padding=padding)
    return _trained(builder, _layer_ended(builder, y), x, w)


def strided(builder: Any) -> Tensor:
    """Kernels that move on by steps of 2 or 3."""
    taps = builder.choice(((3, 3), (5, 3), (2, 2), (1, 1), (4, 3)))
    step = builder.choice(((2, 2), (2, 2), (3, 2), (1, 2), (3, 3)))
    batch, channels, out = (builder.choice((1, 2, 3, 5, 8)) for _ in range(3))
    sizes = tuple(builder.choice((7, 8, 9, 12, 13)) for _ in range(2))
    dtype = builder.choice((FLOAT32, builder.float))
    x = builder.leaf((batch, channels, *sizes), dtype)
    w = builder.leaf((out, channels, *taps), dtype)
    with recording():
        y = functional.cross_correlation(x, w, stride=step, padding=builder.choice((0, 1, 1)))
    return _trained(builder, _layer_ended(builder, y), x, w)


def pooled(builder: Any) -> Tensor:
    """The largest numbers or the means of windows."""
    sizes = (builder.choice((1, 2)), builder.choice((1, 3, 5)))
    high, wide = (builder.choice((4, 6, 7, 8, 12, 17, 34)) for _ in range(2))
    x = builder.leaf((*sizes, high, wide), builder.float)
    size = builder.choice((2, 2, 3, 4))
    stride = builder.choice((size, size, 1, 2))
    window = Window(size, stride=stride, padding=builder.choice(("valid", "same")))
    with recording():
        pool = functional.max_pool if builder.chance(60) else functional.mean_pool
        y = pool(x, window)
    return _trained(builder, _recorded(builder, y), x, x)


def multiplied(builder: Any) -> Tensor | None:
    """A product, and the products that its gradients are."""
    m, n = (builder.choice((1, 2, 5, 7, 16, 17, 33, 70)) for _ in range(2))
    k = builder.choice((1, 2, 3, 5, 9, 17, 33, 64, 65, 301))
    batch = (builder.choice((2, 3)),) if builder.chance(30) else ()
    dtype = FLOAT32 if builder.chance(80) else builder.float
    sides = [(*batch, m, k), (*(batch if builder.chance(50) else ()), k, n)]
    x, w = (_maybe_turned(builder, shape, dtype) for shape in sides)
    y = builder.add(p.MatMul(), x, w, most=LARGEST)
    return None if y is None else _trained(builder, y, x, w)


def _maybe_turned(builder: Any, shape: tuple[int, ...], dtype: Any) -> Tensor:
    """A matrix, or several, as they lie in memory or transposed."""
    if builder.chance(50):
        return builder.leaf(shape, dtype)
    leaf = builder.leaf((*shape[:-2], shape[-1], shape[-2]), dtype)
    axes = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
    return builder.add(p.PermuteDims(axes), leaf, most=LARGEST)


def _layer_ended(builder: Any, y: Tensor) -> Tensor:
    """What comes behind a convolution: a bias, relu, pooling, statistics; any of them, or none."""
    bias = builder.leaf((y.shape[1], 1, 1), y.dtype) if builder.chance(60) else None
    with recording():
        if bias is not None:
            y = y + bias
        if builder.chance(50):
            y = functional.relu(y)
        way = builder.source.integer(1, 10)
        if way <= 3 and min(y.shape[2:]) >= 2:
            y = functional.max_pool(y, Window(2, padding="same"))
        elif way == 4:
            y = (y - y.mean(axis=(0, 2, 3), keepdims=True)) * 0.5
        elif way == 5:
            y = y.sum(axis=(2, 3))
    return _recorded(builder, y)


def _trained(builder: Any, y: Tensor, *by: Tensor) -> Tensor:
    """The value, mostly with its gradients, sometimes with gradients of those."""
    if builder.chance(70):
        builder.differentiate(y, list(by))
        if builder.chance(20):
            builder.differentiate()
    return y
