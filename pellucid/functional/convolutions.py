"""Convolution: the same weights at every position, over any number of axes.

    cross_correlation   the kernel slides as it is: what networks call convolution
    convolution         the kernel is flipped first: what mathematics calls convolution
    conv_transpose      the gradient of a cross-correlation by its input: it enlarges

All take x (batch, channels, *sizes) with one, two or more sizes. Stride, padding and dilation
mean what they mean for `pellucid.Window`: one number for all axes or a tuple with one for
each; padding is "valid", "same", a number, or pairs (before, after). With `groups`, the
channels are split into this number of parts that do not see each other.
"""

import math

from pellucid.errors import OptionError, ShapeError
from pellucid.functional.activations import TensorLike
from pellucid.primitives import Convolution
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor
from pellucid.windows import Padding, Sizes, Window


@strict
def cross_correlation(
    x: TensorLike,
    weight: TensorLike,
    *,
    stride: Sizes = 1,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """The weighted sum of each window of x, with the same weights everywhere.

        y[b, o, i] = sum over c, k of weight[o, c, k] x[b, c, i stride + k dilation - before]

    Without padding, stride and dilation, n numbers and a kernel of f give n - f + 1.

    Shapes: x (batch, in, *sizes), weight (out, in / groups, *kernel) -> (batch, out, *counts).
    Errors: ShapeError where channels or sizes do not fit; OptionError for other options.
    Source: Dumoulin and Visin 2016 (arXiv 1603.07285), for the sizes.

    >>> edge = [[[1.0, 0.0, -1.0]]]
    >>> cross_correlation([[[3.0, 0.0, 1.0, 2.0, 7.0]]], edge)
    tensor([[[ 2., -2., -6.]]], float32)
    """
    name = "cross_correlation"
    x, weight = _tensors(name, x, weight)
    out = weight.shape[0]
    _check_groups(name, groups, x.shape[1], out)
    if weight.shape[1] * groups != x.shape[1]:
        raise ShapeError(
            f"{name}: x of shape {x.shape} has {x.shape[1]} channels on axis 1, weights of shape "
            f"{weight.shape} in {groups} groups read {weight.shape[1] * groups}. They must be as "
            "many: x is (batch, channels, *sizes), weights (out, in / groups, *kernel)."
        )
    window = Window(weight.shape[2:], stride, padding, dilation)
    placed = window.place(x.shape[2:], where=name)
    rule = Convolution(
        placed.stride, placed.before, placed.after, (1,) * (x.ndim - 2), placed.dilation
    )
    return _by_groups(x, weight.reshape(groups, -1, *weight.shape[1:]), rule)


@strict
def convolution(
    x: TensorLike,
    weight: TensorLike,
    *,
    stride: Sizes = 1,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution as mathematics defines it: a cross-correlation with the kernel flipped.

        y[i] = sum over k of weight[k] x[i - k]    (positions shifted so that windows lie inside)

    Networks learn their kernels, so to them it is the same which way round these lie; for a
    given kernel it is not. Shapes, options, errors: as `cross_correlation`.

    >>> convolution([[[3.0, 0.0, 1.0, 2.0, 7.0]]], [[[1.0, 0.0, -1.0]]])
    tensor([[[-2.,  2.,  6.]]], float32)
    """
    x, weight = _tensors("convolution", x, weight)
    flipped = weight.flip(axis=tuple(range(2, weight.ndim)))
    return cross_correlation(
        x, flipped, stride=stride, padding=padding, dilation=dilation, groups=groups
    )


@strict
def conv_transpose(
    x: TensorLike,
    weight: TensorLike,
    *,
    stride: Sizes = 1,
    padding: Padding = "valid",
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Transposed convolution: each number of x puts the kernel, times itself, into y.

        y[b, o, j] = sum over c, and i, k with i stride + k dilation - before = j,
                     of weight[c, o, k] x[b, c, i]

    It is the gradient of `cross_correlation` by its input, and takes the same weights and
    options: padding is what is cut off the ends of y. Sizes: (n - 1) stride + span - padding,
    with span (f - 1) dilation + 1; "same" gives n stride. It is no inverse: only sizes go back.

    Shapes: x (batch, in, *counts), weight (in, out / groups, *kernel) -> (batch, out, *sizes).
    Errors: as `cross_correlation`.
    Source: Dumoulin and Visin 2016 (arXiv 1603.07285), section 4. What others call output
    padding is one place less after: ((1, 0),) instead of 1.

    >>> conv_transpose([[[1.0, 2.0]]], [[[1.0, 1.0, 10.0]]], stride=2)
    tensor([[[ 1.,  1., 12.,  2., 20.]]], float32)
    """
    name = "conv_transpose"
    x, weight = _tensors(name, x, weight)
    _check_groups(name, groups, x.shape[1], weight.shape[0])
    if weight.shape[0] != x.shape[1]:
        raise ShapeError(
            f"{name}: x of shape {x.shape} has {x.shape[1]} channels on axis 1, weights of shape "
            f"{weight.shape} read {weight.shape[0]}. They must be as many: x is (batch, "
            "channels, *sizes), weights (in, out / groups, *kernel)."
        )
    placed = Window(weight.shape[2:], stride, padding, dilation).place_back(x.shape[2:], where=name)
    axes = tuple(range(3, x.ndim + 1))
    grouped = weight.reshape(groups, -1, *weight.shape[1:])
    flipped = grouped.permute_dims((0, 2, 1, *axes)).flip(axis=axes)
    before = tuple(f - 1 - a for f, a in zip(placed.span, placed.before, strict=True))
    after = tuple(f - 1 - z for f, z in zip(placed.span, placed.after, strict=True))
    rule = Convolution((1,) * len(axes), before, after, placed.stride, placed.dilation)
    return _by_groups(x, flipped, rule)


def _by_groups(x: Tensor, weight: Tensor, rule: Convolution) -> Tensor:
    """The convolution of x, its channels in as many groups as the weights."""
    groups = weight.shape[0]
    batch, channels, *sizes = x.shape
    y = x.reshape(batch, groups, channels // groups, *sizes).apply(rule, weight)
    return y.reshape(batch, math.prod(y.shape[1:3]), *y.shape[3:])


def _tensors(name: str, x: TensorLike, weight: TensorLike) -> tuple[Tensor, Tensor]:
    """Both as tensors, with the axes that they need."""
    x = x if isinstance(x, Tensor) else tensor(x)
    weight = weight if isinstance(weight, Tensor) else tensor(weight)
    if x.ndim < 3 or weight.ndim != x.ndim:
        raise ShapeError(
            f"{name}: x of shape {x.shape}, weights of shape {weight.shape}. x is (batch, "
            "channels, *sizes), and the weights have as many axes: one image or series becomes "
            "a batch with x.expand_dims(0)."
        )
    return x, weight


def _check_groups(name: str, groups: int, channels: int, weights: int) -> None:
    if groups < 1 or channels % groups or weights % groups:
        raise OptionError(
            f"{name}: {groups} groups of {channels} channels and {weights} kernels. Groups are "
            "at least 1, and split both evenly."
        )
