"""Pooling: each window of an image or series becomes one number, channel by channel.

MaxPool1d, MaxPool2d    the largest
AvgPool1d, AvgPool2d    the mean
GlobalAvgPool1d, GlobalAvgPool2d    the mean of all positions
"""

from typing import TYPE_CHECKING, ClassVar, Unpack

from pellucid import functional as f
from pellucid.errors import ShapeError
from pellucid.nn.module import Module
from pellucid.tensor import Tensor
from pellucid.windows import PLACING, Sizes, Window, window_of

if TYPE_CHECKING:
    from pellucid.windows import Placing


class _Pooling(Module):
    """What all kinds share: the number of axes that they pool."""

    axes: ClassVar[int] = 0

    def check(self, x: Tensor) -> Tensor:
        """x, with the axes that it needs."""
        if x.ndim != self.axes + 2:
            sizes = "length" if self.axes == 1 else "height, width"
            raise ShapeError(
                f"x of shape {x.shape}. It must be (batch, channels, {sizes}): one sample alone "
                "needs x.expand_dims(0)."
            )
        return x


class _Windowed(_Pooling):
    """Pooling of windows. Without a stride, they stand side by side."""

    more_options: ClassVar[tuple[str, ...]] = PLACING

    def __init__(self, window: Sizes | Window, **placing: "Unpack[Placing]") -> None:
        self.window = window_of(type(self), window, self.axes, placing)

    def describe(self) -> str:
        """Its window."""
        return str(self.window)


class _MaxPool(_Windowed):
    """Pooling by y = max of each window of x."""

    formula = "y = max of each window of x"

    def forward(self, x: Tensor) -> Tensor:
        """The largest of each window."""
        return f.max_pool(self.check(x), self.window)


class _AvgPool(_Windowed):
    """Pooling by y = mean of each window of x."""

    formula = "y = mean of each window of x"

    def __init__(
        self,
        window: Sizes | Window,
        *,
        include_padding: bool = True,
        **placing: "Unpack[Placing]",
    ) -> None:
        super().__init__(window, **placing)
        self.include_padding = include_padding

    def forward(self, x: Tensor) -> Tensor:
        """The mean of each window."""
        return f.mean_pool(self.check(x), self.window, include_padding=self.include_padding)

    def describe(self) -> str:
        """Its window, and whether padding is left out."""
        return str(self.window) + ("" if self.include_padding else ", include_padding=False")


class _GlobalAvgPool(_Pooling):
    """Pooling by y = mean of each channel of x."""

    formula = "y = mean of each channel of x"

    def forward(self, x: Tensor) -> Tensor:
        """The mean of each channel."""
        return f.global_mean_pool(self.check(x))


class MaxPool1d(_MaxPool):
    """The largest of each window along one axis. As `MaxPool2d`, for (batch, channels, length)."""

    axes = 1
    takes = "batch, channels, length"


class MaxPool2d(_MaxPool):
    """The largest of each window of an image.

    `window`: a number, (height, width), or a `pellucid.Window`; its stride is its size unless
    it has one. Padding never wins; several largest ones share the gradient equally.

    Shapes: x (batch, channels, height, width) -> y (batch, channels, height', width').
    Errors: ShapeError where no window fits; OptionError for what is no window.

    >>> from pellucid.creation import zeros
    >>> MaxPool2d(2)(zeros((1, 3, 28, 28))).shape
    (1, 3, 14, 14)
    >>> MaxPool2d(Window(3, stride=2, padding=1))(zeros((1, 3, 28, 28))).shape
    (1, 3, 14, 14)
    """

    axes = 2
    takes = "batch, channels, height, width"


class AvgPool1d(_AvgPool):
    """The mean of each window along one axis. As `AvgPool2d`, for (batch, channels, length)."""

    axes = 1
    takes = "batch, channels, length"


class AvgPool2d(_AvgPool):
    """The mean of each window of an image.

    `window`: as for `MaxPool2d`. Padding counts as zeros, unless `include_padding` is False:
    then the mean is over the numbers of x alone.

    Shapes: x (batch, channels, height, width) -> y (batch, channels, height', width').
    Errors: as `MaxPool2d`.

    >>> from pellucid.creation import ones
    >>> AvgPool2d(2)(ones((1, 3, 28, 28))).shape
    (1, 3, 14, 14)
    """

    axes = 2
    takes = "batch, channels, height, width"


class GlobalAvgPool1d(_GlobalAvgPool):
    """The mean of each channel of a series: (batch, channels, length) -> (batch, channels)."""

    axes = 1
    takes = "batch, channels, length"


class GlobalAvgPool2d(_GlobalAvgPool):
    """The mean of each channel of an image: one feature per channel, at any size of image.

    Shapes: x (batch, channels, height, width) -> y (batch, channels).
    Errors: ShapeError for other axes.
    Source: Lin et al. 2013 (arXiv 1312.4400), section 3.2.

    >>> from pellucid.creation import ones
    >>> GlobalAvgPool2d()(ones((2, 64, 7, 7))).shape
    (2, 64)
    """

    axes = 2
    takes = "batch, channels, height, width"
