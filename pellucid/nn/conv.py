"""Convolutional layers: the same learned kernels at every position.

Conv1d, Conv2d                      cross-correlation: size n becomes about n / stride
ConvTranspose1d, ConvTranspose2d    its transpose: size n becomes about n stride
"""

import math
from typing import TYPE_CHECKING, ClassVar, Unpack

from pellucid import functional as f
from pellucid.creation import zeros
from pellucid.errors import OptionError, ShapeError
from pellucid.nn.init import Uniform
from pellucid.nn.module import Module
from pellucid.primitives.base import Shape
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.variables import Parameter
from pellucid.windows import PLACING, Sizes, Window, on_each, window_of

if TYPE_CHECKING:
    from pellucid.windows import Placing


class _Convolution(Module):
    """What all kinds share: kernels that move along `axes` axes, and one bias per kernel."""

    axes: ClassVar[int] = 0
    formula = "y = W * x + b"
    more_options: ClassVar[tuple[str, ...]] = PLACING

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Sizes | Window,
        *,
        groups: int = 1,
        bias: bool = True,
        rng: Generator | None = None,
        **placing: "Unpack[Placing]",
    ) -> None:
        name = type(self).__name__
        if (
            min(in_channels, out_channels, groups) < 1
            or in_channels % groups + out_channels % groups
        ):
            raise OptionError(
                f"{name}: {in_channels} to {out_channels} channels in {groups} groups. All are at "
                "least 1, and the groups split both evenly."
            )
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.groups = groups
        self.window = window_of(type(self), kernel_size, self.axes, placing)
        kernel = on_each(self.window.size, self.axes)
        limit = (in_channels // groups * math.prod(kernel)) ** -0.5
        self.weight = Uniform(limit).parameter((*self.kernels(), *kernel), rng)
        self.bias = Parameter(zeros(out_channels)) if bias else None

    def kernels(self) -> Shape:
        """The sizes of the weights before those of the kernel."""
        raise NotImplementedError(f"{type(self).__name__} must define kernels")

    def slide(self, x: Tensor) -> Tensor:
        """The kernels applied, without the bias."""
        raise NotImplementedError(f"{type(self).__name__} must define slide")

    def forward(self, x: Tensor) -> Tensor:
        """Each kernel at each position, plus its bias."""
        if x.ndim != self.axes + 2 or x.shape[1] != self.in_channels:
            sizes = ", ".join(("height", "width")[-self.axes :]) if self.axes > 1 else "length"
            raise ShapeError(
                f"x of shape {x.shape}. It must be (batch, {self.in_channels} channels, {sizes}): "
                "one sample alone needs x.expand_dims(0)."
            )
        y = self.slide(x)
        return y if self.bias is None else y + self.bias.reshape(-1, *(1,) * self.axes)

    def describe(self) -> str:
        """Its channels and window, and what is not as usual."""
        words = [f"{self.in_channels}, {self.out_channels}, {self.window}"]
        if self.groups > 1:
            words.append(f"groups={self.groups}")
        if self.bias is None:
            words.append("bias=False")
        return ", ".join(words)


class _Forward(_Convolution):
    """Cross-correlation: windows of the input become numbers of the output."""

    def kernels(self) -> Shape:
        """(out_channels, in_channels / groups)."""
        return self.out_channels, self.in_channels // self.groups

    def slide(self, x: Tensor) -> Tensor:
        """The cross-correlation of x with the weights."""
        return f.cross_correlation(
            x,
            self.weight,
            stride=self.window.stride or 1,
            padding=self.window.padding,
            dilation=self.window.dilation,
            groups=self.groups,
        )


class _Transposed(_Convolution):
    """Transposed: numbers of the input become windows of the output."""

    def kernels(self) -> Shape:
        """(in_channels, out_channels / groups)."""
        return self.in_channels, self.out_channels // self.groups

    def slide(self, x: Tensor) -> Tensor:
        """The transposed convolution of x with the weights."""
        return f.conv_transpose(
            x,
            self.weight,
            stride=self.window.stride or 1,
            padding=self.window.padding,
            dilation=self.window.dilation,
            groups=self.groups,
        )


class Conv1d(_Forward):
    """Convolution along one axis, as of time series.

    As `Conv2d` with one axis: x (batch, in_channels, length) -> (batch, out_channels, count).

    >>> from pellucid.creation import zeros
    >>> layer = Conv1d(4, 8, Window(3, padding="same"), rng=Generator(seed=0))
    >>> layer(zeros((2, 4, 100))).shape
    (2, 8, 100)
    """

    axes = 1
    takes = "batch, in_channels, length"


class Conv2d(_Forward):
    """Convolution of images: each output looks at one window, with the same weights everywhere.

        y = W * x + b
        y[b, o, i, j] = sum over c, k, l of weight[o, c, k, l] x[b, c, i s + k - p, j s + l - p]
                        + bias[o]

    for stride s and padding p. The kernel is not flipped: a cross-correlation, as in all
    libraries. `kernel_size`: a number, (height, width), or a `pellucid.Window`. `stride`,
    `padding`, such as 1 or "same", and `dilation` are those of a window. `groups`: parts of the
    channels that do not see each other.

    Shapes: x (batch, in_channels, height, width), weight (out_channels, in_channels / groups,
    kernel height, kernel width) -> y (batch, out_channels, height', width'), with
    height' = floor((height + 2 p - kernel) / s) + 1.
    Start: weight ~ U(-k, k), k = 1 / sqrt(in_channels / groups x kernel height x kernel width);
    bias 0. For another, `layer.weight = init.HeNormal().parameter(layer.weight.shape)`.
    Errors: ShapeError where the channels are not in_channels or no window fits; OptionError
    for sizes that make no layer.
    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition".

    >>> from pellucid.creation import zeros
    >>> Conv2d(1, 30, 5)(zeros((100, 1, 28, 28))).shape
    (100, 30, 24, 24)
    """

    axes = 2
    takes = "batch, in_channels, height, width"


class ConvTranspose1d(_Transposed):
    """Transposed convolution along one axis.

    As `ConvTranspose2d` with one axis: x (batch, in_channels, length) -> (batch, out_channels,
    length').
    """

    axes = 1
    takes = "batch, in_channels, length"


class ConvTranspose2d(_Transposed):
    """Transposed convolution of images: each number puts a kernel, times itself, into the output.

    It goes the way of `Conv2d` backwards, so a stride enlarges: see `functional.conv_transpose`.
    The padding of the window is cut off the output, and "same" gives height x stride.

    Shapes: x (batch, in_channels, height, width), weight (in_channels, out_channels / groups,
    kernel height, kernel width) -> y (batch, out_channels, height', width'), with
    height' = (height - 1) s + kernel - 2 p.
    Start: as `Conv2d`, from the in_channels too (PyTorch counts out_channels here); bias 0.
    Errors: as `Conv2d`.
    Source: Dumoulin and Visin 2016 (arXiv 1603.07285), section 4.

    >>> from pellucid.creation import zeros
    >>> layer = ConvTranspose2d(8, 3, Window(4, stride=2, padding=1), rng=Generator(seed=0))
    >>> layer(zeros((1, 8, 16, 16))).shape
    (1, 3, 32, 32)
    """

    axes = 2
    takes = "batch, in_channels, height, width"
