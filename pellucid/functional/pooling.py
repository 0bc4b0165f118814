"""Windows and what is made of them: pooling, and convolution laid out as a product.

    sliding_windows     neighbouring numbers on axes of their own
    im2col              the windows of images as the rows of a matrix
    max_pool            the largest of each window
    mean_pool           the mean of each window
    global_mean_pool    the mean of each channel

Pooling takes x (batch, channels, *sizes) and a window over all sizes: a number, a tuple, or a
`pellucid.Window`. Without a stride in it, windows stand side by side.
"""

import math

import numpy as np

from pellucid.errors import ShapeError
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.primitives import Windows
from pellucid.primitives.base import Shape, normal_axis
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor
from pellucid.windows import Placement, Sizes, Window


@strict
def sliding_windows(
    x: TensorLike, window: Sizes | Window, *, axis: int | tuple[int, ...] = -1
) -> Tensor:
    """The windows along some axes: their positions stay there, their numbers come last.

        y[.. i .., k] = x[.. i stride + k dilation - before ..]

    Without a stride, windows begin at every number. Padding is with zeros. A number may stand
    in several windows: its gradient is the sum of theirs.

    Shapes: x (..., n, ...) -> (..., count, ..., size).
    Errors: ShapeError where not one window fits.

    >>> sliding_windows([1.0, 2.0, 3.0, 4.0], 2)
    tensor([[1., 2.],
            [2., 3.],
            [3., 4.]], float32)
    """
    name = "sliding_windows"
    x = x if isinstance(x, Tensor) else tensor(x)
    given = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(normal_axis(name, i, x.ndim) for i in given)
    if list(axes) != sorted(set(axes)):
        raise ShapeError(f"{name}: axis {axis}. Axes stand in their order, each once.")
    placed = _window(window).place(tuple(x.shape[i] for i in axes), where=name)
    return _windows(x, axes, placed, 0.0)


@strict
def im2col(x: TensorLike, window: Sizes | Window) -> Tensor:
    """The windows of images as the rows of a matrix: convolution becomes a product.

    With the weights of a convolution as the columns of a matrix,

        im2col(x, window) @ weight.reshape(out, in * kernel).mT

    holds, row by row, what `cross_correlation` computes. It shows why convolution is fast, and
    what that costs: each number is copied as often as it is in a window.

    Shapes: x (batch, in, *sizes) -> (batch, positions, in * kernel).
    Errors: ShapeError where not one window fits.
    Source: Chellapilla et al. 2006, "High performance convolutional neural networks".

    >>> im2col([[[1.0, 2.0, 3.0]]], 2)
    tensor([[[1., 2.],
             [2., 3.]]], float32)
    """
    x = _images("im2col", x if isinstance(x, Tensor) else tensor(x))
    axes = tuple(range(2, x.ndim))
    placed = _window(window).place(x.shape[2:], where="im2col")
    y = _windows(x, axes, placed, 0.0)
    inside = tuple(range(x.ndim, y.ndim))
    rows = y.permute_dims((0, *axes, 1, *inside))
    columns = x.shape[1] * math.prod(placed.size)
    return rows.reshape(x.shape[0], math.prod(placed.counts(x.shape[2:])), columns)


@strict
def max_pool(x: TensorLike, window: Sizes | Window) -> Tensor:
    """The largest number of each window; nan where one is in it.

    Padding never wins: it counts as -inf. Where several numbers of a window are the largest,
    they share its gradient equally, as for `Tensor.max`; PyTorch gives it to the first.

    Shapes: x (batch, channels, *sizes) -> (batch, channels, *counts).
    Errors: ShapeError where no window fits, or one would lie in the padding alone.

    >>> max_pool([[[1.0, 5.0, 2.0, 3.0]]], 2)
    tensor([[[5., 3.]]], float32)
    """
    name = "max_pool"
    x = _images(name, as_floats(name, x))
    placed = _window(window).place(x.shape[2:], where=name, apart=True)
    _shares(name, x.shape[2:], placed)
    y = _windows(x, tuple(range(2, x.ndim)), placed, -math.inf)
    return y.max(axis=tuple(range(x.ndim, y.ndim)))


@strict
def mean_pool(x: TensorLike, window: Sizes | Window, *, include_padding: bool = True) -> Tensor:
    """The mean of each window.

    Padding is zeros. With `include_padding` these count as numbers, so that means at the edges
    are drawn to 0, as is usual (PyTorch); without, the mean is over the numbers of x alone.

    Shapes: x (batch, channels, *sizes) -> (batch, channels, *counts).
    Errors: ShapeError where no window fits, or one would lie in the padding alone.

    >>> mean_pool([[[1.0, 5.0, 2.0, 4.0]]], 2)
    tensor([[[3., 3.]]], float32)
    >>> mean_pool([[[4.0, 8.0]]], Window(3, stride=1, padding=1), include_padding=False)
    tensor([[[6., 6.]]], float32)
    """
    name = "mean_pool"
    x = _images(name, as_floats(name, x))
    placed = _window(window).place(x.shape[2:], where=name, apart=True)
    shares = _shares(name, x.shape[2:], placed)
    y = _windows(x, tuple(range(2, x.ndim)), placed, 0.0)
    total = y.sum(axis=tuple(range(x.ndim, y.ndim)))
    if include_padding or all(a == z == 0 for a, z in placed.padding):
        return total / math.prod(placed.size)
    return total / tensor(shares.astype(x.dtype))


@strict
def global_mean_pool(x: TensorLike) -> Tensor:
    """The mean of each channel over all of its positions.

    Shapes: x (batch, channels, *sizes) -> (batch, channels).
    Source: Lin et al. 2013 (arXiv 1312.4400), section 3.2.

    >>> global_mean_pool([[[1.0, 3.0], [0.0, 5.0]]])
    tensor([[2. , 2.5]], float32)
    """
    name = "global_mean_pool"
    x = _images(name, as_floats(name, x))
    return x.mean(axis=tuple(range(2, x.ndim)))


def _window(window: Sizes | Window) -> Window:
    return window if isinstance(window, Window) else Window(window)


def _images(name: str, x: Tensor) -> Tensor:
    if x.ndim < 3:
        raise ShapeError(
            f"{name}: x of shape {x.shape}. It is (batch, channels, *sizes): one image or series "
            "becomes a batch with x.expand_dims(0)."
        )
    return x


def _windows(x: Tensor, axes: Shape, placed: Placement, value: float) -> Tensor:
    """The windows of x along some axes, `value` put around it."""
    if any(a or z for a, z in placed.padding):
        widths = dict(zip(axes, placed.padding, strict=True))
        x = x.pad(tuple(widths.get(i, (0, 0)) for i in range(x.ndim)), value=value)
    return x.apply(Windows(axes, placed.size, placed.stride, placed.dilation))


def _shares(name: str, sizes: Shape, placed: Placement) -> np.ndarray:
    """How many numbers that are no padding each window has; an error where one has none."""
    shares = np.ones(())
    rows = zip(
        sizes,
        placed.counts(sizes),
        placed.size,
        placed.stride,
        strict=True,
    )
    for axis, (n, count, size, stride) in enumerate(rows):
        starts = np.arange(count)[:, None] * stride - placed.before[axis]
        places = starts + np.arange(size) * placed.dilation[axis]
        shares = shares[..., None] * ((places >= 0) & (places < n)).sum(axis=1)
    if shares.min() < 1:
        raise ShapeError(
            f"{name}: sizes {sizes}, padding {placed.padding}, windows of {placed.size}. A window "
            "lies in the padding alone, where there is nothing to pool: use less padding."
        )
    return shares
