"""Losses of numbers: how far predicted numbers are from their targets.

    mean_squared_error, half_squared_error    squares: the mean of the targets is best
    mean_absolute_error                       sizes: the median is best, outliers count less
    huber_loss                                squares near 0, sizes further away
    quantile_loss                             a quantile is best, or several are
    gaussian_loss                             a mean and how far targets lie around it
    poisson_loss                              counts, from the logarithm of their rate

Options are those of all losses: see `losses`. Units are those of the targets, for squares
their square; `poisson_loss` and `gaussian_loss` are in nats.
"""

import math
from collections.abc import Sequence
from typing import Any

from pellucid.creation import split
from pellucid.errors import OptionError, ShapeError, is_finite
from pellucid.functional.activations import TensorLike, as_floats
from pellucid.functional.reduction import Reduction, Weights, recorded_by_name, reduce
from pellucid.functional.targets import as_numbers, check_known, pair
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


@recorded_by_name
@strict
def mean_squared_error(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Mean of (prediction - target)^2 over all elements.

    Shapes: both the same (...) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """
    name = "mean_squared_error"
    y, t = pair(name, prediction, target)
    distance = y - t
    return reduce(name, distance * distance, weights, reduction)


@recorded_by_name
@strict
def half_squared_error(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """1/2 sum of (prediction - target)^2 over the last axis: the sum of squares of textbooks.

    Why the half: the derivative of a square brings down a 2, and the half cancels it, so that
    the gradient of a sample is prediction - target. It halves the loss and moves no minimum.
    "mean" is over the samples.
    Shapes: both the same (..., outputs) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ.

    >>> half_squared_error([1.0, 2.0], [1.0, 4.0]).item()
    2.0
    """
    name = "half_squared_error"
    y, t = pair(name, prediction, target)
    if y.ndim == 0:
        raise ShapeError(f"{name}: single numbers. It sums over the last axis: give one.")
    distance = y - t
    return reduce(
        name,
        (distance * distance).sum(axis=-1) * 0.5,
        weights,
        reduction,
    )


@recorded_by_name
@strict
def mean_absolute_error(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """Mean of |prediction - target| over all elements.

    Its gradient is the sign of the difference, and 0 where there is none.
    Shapes: both the same (...) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0]).item()
    1.0
    """
    name = "mean_absolute_error"
    y, t = pair(name, prediction, target)
    return reduce(name, (y - t).abs(), weights, reduction)


@recorded_by_name
@strict
def huber_loss(
    prediction: TensorLike,
    target: TensorLike,
    *,
    delta: float = 1.0,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """d^2 / 2 where d = |prediction - target| is at most delta, else delta (d - delta / 2).

    Value and slope go over into each other at delta; the gradient is the difference, kept
    between -delta and delta. The second derivative is 1 up to delta, that included, then 0.
    Shapes: both the same (...) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ; OptionError for a delta that is not above 0.
    Source: Huber 1964, Robust estimation of a location parameter, section 6.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    tensor([0.125, 2.5  ], float32)
    """
    name = "huber_loss"
    if not (delta > 0.0 and is_finite(delta)):
        raise OptionError(f"{name}: delta {delta}. It must be above 0, and finite.")
    y, t = pair(name, prediction, target)
    distance = y - t
    # No |d| near 0: its slope of 0 there would make the second derivative 0 instead of 1.
    near = (distance.abs() <= delta).where(distance, distance.sign() * delta)
    return reduce(name, near * (distance - near * 0.5), weights, reduction)


@recorded_by_name
@strict
def quantile_loss(
    prediction: TensorLike,
    target: TensorLike,
    *,
    quantile: float | Sequence[float] = 0.5,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """quantile d where d = target - prediction is above 0, else (quantile - 1) d.

    Smallest where this fraction of the targets lies below the prediction; 0.5 is half the
    absolute error, and gives the median. Also called pinball loss. At d = 0 the gradient is
    the mean of those of both sides. With several quantiles the prediction has a number for each,
    of the same target: [0.05, 0.5, 0.95] learns a middle, and where nine targets of ten lie.
    Shapes: both the same (...) -> (), or (...) for reduction "none"; with several, prediction
    (..., quantiles), target (...) or (..., 1) -> (), or (..., quantiles).
    Errors: ShapeError where the shapes differ; OptionError for a quantile outside 0 to 1.
    Source: Koenker and Bassett 1978, Regression quantiles, section 2.

    >>> quantile_loss([1.0, 1.0], [3.0, 0.0], quantile=0.75, reduction="none")
    tensor([1.5 , 0.25], float32)
    >>> quantile_loss([[1.0, 5.0]], [3.0], quantile=[0.25, 0.75], reduction="none")
    tensor([[0.5, 0.5]], float32)
    """
    name = "quantile_loss"
    several = quantile if isinstance(quantile, Sequence) else (quantile,)
    for q in several:
        if not 0.0 < q < 1.0:
            raise OptionError(f"{name}: quantile {q}. It lies between 0 and 1.")
    y = as_floats(name, prediction)
    part: Any = quantile
    if isinstance(quantile, Sequence):
        target = _for_each(name, y, target, len(several))
        part = tensor(quantile, y.dtype)
    y, t = pair(name, y, target)
    distance = t - y
    losses = (distance * part).maximum(distance * (part - 1.0))
    return reduce(name, losses, weights, reduction)


def _for_each(name: str, y: Tensor, target: TensorLike, count: int) -> Tensor:
    """The target, repeated for each of several predictions of it."""
    t = target if isinstance(target, Tensor) else tensor(target)
    alone = t.reshape(t.shape[:-1]) if t.shape == (*y.shape[:-1], 1) else t
    if y.shape != (*alone.shape, count):
        raise ShapeError(
            f"{name}: prediction of shape {y.shape}, target of shape {t.shape}, {count} quantiles. "
            f"The prediction has shape {(*alone.shape, count)}: a number for each quantile."
        )
    return alone.expand_dims(-1).broadcast_to(y.shape)


@recorded_by_name
@strict
def gaussian_loss(
    prediction: TensorLike,
    target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- log of the normal density at the target, of a predicted mean m and variance e^z.

        loss = 1/2 (z + (target - m)^2 e^-z + log 2 pi)

    The first half of the last axis are the means, the second half z, the logarithms of the
    variances: any number, and the variance is above 0. So a model says how uncertain it is, by
    sqrt(e^z), for each sample. In nats; where the distance is 0 the loss has no lower bound.
    Shapes: prediction (..., 2 outputs), target (..., outputs), or (...) for one output
    -> (), or the shape of the target for reduction "none".
    Errors: ShapeError where the shapes do not fit.
    Source: Nix and Weigend 1994, Estimating the mean and variance of the target probability
    distribution, equation 4, with its constant.

    >>> round(gaussian_loss([[0.0, 0.0]], [1.0]).item(), 6)  # (1 + log 2 pi) / 2
    1.418939
    """
    name = "gaussian_loss"
    y = as_floats(name, prediction)
    t = as_numbers(y, target)
    outputs = y.shape[-1] // 2 if y.ndim else 0
    column = t.expand_dims(-1) if (*t.shape, 2) == y.shape else t
    if (*column.shape[:-1], 2 * outputs) != y.shape or column.shape[-1:] != (outputs,):
        raise ShapeError(
            f"{name}: prediction of shape {y.shape}, target of shape {t.shape}. The last axis of "
            "the prediction is twice that of the target: means, then logarithms of variances."
        )
    mean, z = split(y, 2, axis=-1)
    distance = (column - mean) * (z * -0.5).exp()
    losses = (z + distance * distance + math.log(2.0 * math.pi)) * 0.5
    return reduce(name, losses.reshape(t.shape), weights, reduction)


@recorded_by_name
@strict
def poisson_loss(
    log_rate: TensorLike,
    target: TensorLike,
    *,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """e^z - t z for z = log_rate: - log P(t) of a Poisson variable, less the constant log t!.

    The rate e^z is the expected count; predicting its logarithm keeps it above 0.
    Shapes: both the same (...) -> (), or (...) for reduction "none".
    Errors: ShapeError where the shapes differ; DataError for a known target below 0.

    >>> poisson_loss([0.0, 0.0], [0, 3], reduction="none")
    tensor([1., 1.], float32)
    """
    name = "poisson_loss"
    z, t = pair(name, log_rate, target)
    check_known(name, t, lambda a: a >= 0.0, "A target is a count: 0 or more.")
    return reduce(name, z.exp() - t * z, weights, reduction)
