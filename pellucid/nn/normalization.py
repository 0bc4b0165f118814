"""Normalisation: features brought to mean 0 and variance 1, then scaled and shifted.

BatchNorm   each feature over the samples of a batch
LayerNorm   each sample over its features
GroupNorm   each sample over groups of its channels
watched_statistics      inside, those of batches are told, and no running ones move
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pellucid.creation import ones, zeros
from pellucid.errors import OptionError, ShapeError, is_finite
from pellucid.nn.module import Module
from pellucid.recordings import setting
from pellucid.tensor import Tensor
from pellucid.variables import FREEZING, Buffer, Parameter, Variable


class Told(NamedTuple):
    """What a layer has met in a batch: mean and variance, divided by n - 1, of each feature."""

    layer: "BatchNorm"
    mean: Tensor
    variance: Tensor


class _Watched(threading.local):
    found: list[Told] | None = None


_watched = _Watched()


@contextmanager
def watched_statistics() -> Iterator[list[Told]]:
    """What each `BatchNorm` in training meets inside, in their order; running ones stay."""
    found: list[Told] = []
    outer, _watched.found = _watched.found, found
    try:
        yield found
    finally:
        _watched.found = outer


class _Norm(Module):
    """What both kinds share: a scale and a shift for each feature."""

    formula = "y = (x - mean) / sqrt(variance + eps) weight + bias"

    def __init__(self, features: int, eps: float, dtype: str) -> None:
        if features < 1 or not (is_finite(eps) and eps > 0.0):
            raise OptionError(
                f"{type(self).__name__}: {features} features, eps {eps}. At least 1 feature, "
                "and eps above 0."
            )
        self.features = features
        self.eps = eps
        self.weight = Parameter(ones(features, dtype=dtype))
        self.bias = Parameter(zeros(features, dtype=dtype))

    def describe(self) -> str:
        """Its size."""
        return str(self.features)


class BatchNorm(_Norm):
    """Batch normalisation of axis 1.

        y = (x - mean) / sqrt(variance + eps) weight + bias

    Training takes mean and variance, divided by the count n, over all other axes of the batch,
    and moves the running ones: running <- (1 - momentum) running + momentum batch, with the
    variance divided by n - 1. Inference takes the running ones; so does training where weight and
    bias are frozen, and they stay as they are.

    Shapes: x (batch, features) or (batch, features, ...), as (batch, channels, height, width)
    -> y the same.
    Multiplying the weights of the layer before it by a number changes nothing behind it.

    Start: weight 1, bias 0, running mean 0, running variance 1.
    Errors: ShapeError for another number of features, or for one sample while training, whose
    variance is nothing.
    Source: Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithms 1 and 2; momentum as PyTorch.
    """

    takes = "batch, features, ..."

    def __init__(
        self,
        features: int,
        *,
        momentum: float = 0.1,
        eps: float = 1e-5,
        dtype: str = "float32",
    ) -> None:
        super().__init__(features, eps, dtype)
        if not 0.0 <= momentum <= 1.0:
            raise OptionError(f"BatchNorm: momentum {momentum}. It lies between 0 and 1.")
        self.momentum = momentum
        self.running_mean = Buffer(zeros(features, dtype=dtype))
        self.running_variance = Buffer(ones(features, dtype=dtype))

    def forward(self, x: Tensor) -> Tensor:
        """Normalised by the batch in training, by the running statistics in inference."""
        if x.ndim < 2 or x.shape[1] != self.features:
            raise ShapeError(
                f"x of shape {x.shape}. Axis 1 must be the {self.features} features, axis 0 the "
                "samples."
            )
        along = (1, self.features) + (1,) * (x.ndim - 2)
        if self.training and not self._is_frozen():
            distance, variance = self._of_batch(x)
        else:
            distance = x - self.running_mean.reshape(along)
            variance = self.running_variance.reshape(along)
        scale = self.weight.reshape(along) / (variance + self.eps).sqrt()
        return distance * scale + self.bias.reshape(along)

    def _is_frozen(self) -> bool:
        return bool(setting(lambda: self.weight.frozen and self.bias.frozen, FREEZING))

    def _of_batch(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Distance from the batch's mean, and its variance; the running ones move."""
        axes = tuple(i for i in range(x.ndim) if i != 1)
        count = x.size // self.features
        if count < 2:
            raise ShapeError(
                f"x of shape {x.shape}: {count} number per feature. Training needs at least 2, "
                "as one has no variance: use a larger batch, or inference()."
            )
        mean = x.mean(axis=axes, keepdims=True)
        # One tensor for both uses: its gradients add up before they are summed for the mean.
        distance = x - mean
        variance = (distance * distance).mean(axis=axes, keepdims=True)
        unbiased = variance * (count / (count - 1))
        if _watched.found is None:
            self._move(self.running_mean, mean)
            self._move(self.running_variance, unbiased)
        else:
            flat = (each.reshape(self.features) for each in (mean, unbiased))
            _watched.found.append(Told(self, *flat))
        return distance, variance

    def _move(self, running: Variable, batch: Tensor) -> None:
        kept = running.value * (1.0 - self.momentum)
        running.assign(kept + batch.reshape(self.features) * self.momentum)


class LayerNorm(_Norm):
    """Layer normalisation of the last axis, the same in training and inference.

        y = (x - mean) / sqrt(variance + eps) weight + bias

    with mean and variance, divided by their count, of each sample over its features.

    Shapes: x (..., features) -> y (..., features).
    Start: weight 1, bias 0.
    Errors: ShapeError where the last axis is not `features`.
    Source: Ba et al. 2016 (arXiv 1607.06450), equation 4; eps as PyTorch.
    """

    takes = "..., features"

    def __init__(
        self,
        features: int,
        *,
        eps: float = 1e-5,
        dtype: str = "float32",
    ) -> None:
        super().__init__(features, eps, dtype)

    def forward(self, x: Tensor) -> Tensor:
        """Each sample normalised over its features."""
        if x.shape[-1:] != (self.features,):
            raise ShapeError(
                f"x of shape {x.shape}. Its last axis must be the {self.features} features."
            )
        distance = x - x.mean(axis=-1, keepdims=True)
        variance = (distance * distance).mean(axis=-1, keepdims=True)
        return distance / (variance + self.eps).sqrt() * self.weight + self.bias


class GroupNorm(_Norm):
    """Group normalisation of axis 1, the same in training and inference.

        y = (x - mean) / sqrt(variance + eps) weight + bias

    with mean and variance, divided by their count, of each sample over the channels of a group
    and all axes behind them. One group is layer norm over all of these; as many groups as
    channels is instance norm.

    Shapes: x (batch, channels, ...) -> y the same; weight and bias (channels,).
    Start: weight 1, bias 0.
    Errors: OptionError where the groups do not split the channels; ShapeError for another
    number of channels.
    Source: Wu and He 2018 (arXiv 1803.08494), equations 1, 2 and 7.

    >>> GroupNorm(2, 4)(ones((3, 4, 5, 5))).shape
    (3, 4, 5, 5)
    """

    takes = "batch, channels, ..."

    def __init__(
        self, groups: int, channels: int, *, eps: float = 1e-5, dtype: str = "float32"
    ) -> None:
        super().__init__(channels, eps, dtype)
        if groups < 1 or channels % groups:
            raise OptionError(
                f"GroupNorm: {groups} groups of {channels} channels. At least 1 group, and the "
                "groups split the channels evenly."
            )
        self.groups = groups

    @property
    def channels(self) -> int:
        """The size of axis 1."""
        return self.features

    def forward(self, x: Tensor) -> Tensor:
        """Each group of each sample normalised."""
        if x.ndim < 2 or x.shape[1] != self.features:
            raise ShapeError(
                f"x of shape {x.shape}. It must be (batch, {self.features} channels, ...)."
            )
        members = math.prod(x.shape[1:]) // self.groups
        rows = x.reshape(x.shape[0], self.groups, members)
        distance = rows - rows.mean(axis=-1, keepdims=True)
        variance = (distance * distance).mean(axis=-1, keepdims=True)
        y = (distance / (variance + self.eps).sqrt()).reshape(*x.shape)
        along = (1, self.features) + (1,) * (x.ndim - 2)
        return y * self.weight.reshape(along) + self.bias.reshape(along)

    def describe(self) -> str:
        """Groups and channels."""
        return f"{self.groups}, {self.features}"
