"""Activations: what stands between two layers, and what turns outputs into probabilities.

Each is a composition of primitives, so gradients, graphs and executors follow. Kinks: where a
function has a corner at 0, its derivative there is the one of the left side.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.arrays import Named
from pellucid.errors import DTypeError
from pellucid.primitives import NormalCdf
from pellucid.primitives.base import FLOATS
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor

GELU_TANH_ENDS = 22.0  # beyond them it is 0 or x, for numbers of any precision
# Below them gelu and silu are 0, for numbers of any precision; -inf times 0 would be nan.
GELU_LOWEST = -40.0
GATED_LOWEST = -800.0

if TYPE_CHECKING:
    TensorLike = Tensor | np.ndarray[Any, Any] | Sequence[Any] | float
else:
    TensorLike = Named("TensorLike")


@strict
def step(x: TensorLike) -> Tensor:
    """1 where x > 0, else 0, so 0 at 0: the perceptron's answer. Its gradient is 0 everywhere.

    >>> step([-1.0, 0.0, 2.0])
    tensor([0., 0., 1.], float32)
    """
    x = as_floats("step", x)
    return (x > 0.0).astype(x.dtype)


@strict
def sigmoid(x: TensorLike) -> Tensor:
    """1 / (1 + e^-x), in the open interval (0, 1): no x gives 0 or 1, but rounding may.

    Its slope y (1 - y) is 1/4 at x = 0, nowhere more, and nearly 0 where |x| is large: there a
    unit is saturated, and through many such layers gradients fade.
    """
    return as_floats("sigmoid", x).sigmoid()


@strict
def tanh(x: TensorLike) -> Tensor:
    """(e^x - e^-x) / (e^x + e^-x) = 2 sigmoid(2x) - 1, in the open interval (-1, 1).

    It is twice as wide as a sigmoid and centred on 0; its slope 1 - y^2 is at most 1.
    """
    return as_floats("tanh", x).tanh()


@strict
def relu(x: TensorLike) -> Tensor:
    """max(0, x); nan stays nan. The derivative is 1 for x > 0, else 0, at x = 0 too.

    What it gains is that slope of 1: gradients do not fade along units that are on. The slope
    of 0 is its price: a unit that is off for every sample learns nothing any more. At x = 0
    there is no derivative; 0 is the usual convention.

    >>> relu([-1.0, 0.0, 2.0])
    tensor([0., 0., 2.], float32)
    """
    x = as_floats("relu", x)
    # Asked this way round, nan is not taken for a negative number and hidden.
    return (x <= 0.0).where(0.0, x)


@strict
def leaky_relu(x: TensorLike, *, slope: float = 0.01) -> Tensor:
    """x for x > 0, else slope x: no unit is ever dead, as 0.01 of the gradient still passes.

    Source: Maas et al. 2013, with slope 0.01.
    """
    x = as_floats("leaky_relu", x)
    return (x > 0.0).where(x, x * slope)


@strict
def elu(x: TensorLike, *, alpha: float = 1.0) -> Tensor:
    """x for x > 0, else alpha (e^x - 1).

    Source: Clevert et al. 2015 (arXiv 1511.07289), equation 15.
    """
    x = as_floats("elu", x)
    positive = x > 0.0
    # The argument is chosen first: e^x of a large x must not meet the gradient.
    return positive.where(x, positive.where(0.0, x).expm1() * alpha)


@strict
def gelu(x: TensorLike) -> Tensor:
    """x Phi(x), with Phi the distribution function of the bell curve.

        y = x/2 (1 + erf(x / sqrt 2))

    Below -5, where the sum in this form loses all digits, they are all kept, of value and slope.
    Source: Hendrycks and Gimpel 2016 (arXiv 1606.08415), section 2.
    """
    x = _at_least(GELU_LOWEST, as_floats("gelu", x))
    return x * x.apply(NormalCdf())


@strict
def gelu_tanh(x: TensorLike) -> Tensor:
    """The approximation of gelu by tanh, which older models were trained with.

        y = x/2 (1 + tanh(z / 2)) = x / (1 + e^-z)  with  z = sqrt(8/pi) (x + 0.044715 x^3)

    Source: Hendrycks and Gimpel 2016 (arXiv 1606.08415), section 2.
    """
    x = as_floats("gelu_tanh", x)
    # The cube of large numbers would be infinite.
    near = x.maximum(-GELU_TANH_ENDS).minimum(GELU_TANH_ENDS)
    inner = (near + near * near * near * 0.044715) * math.sqrt(8.0 / math.pi)
    return gated(_at_least(GATED_LOWEST, x), inner)


@strict
def silu(x: TensorLike) -> Tensor:
    """x sigmoid(x), also called swish.

    Source: Elfwing et al. 2017 (arXiv 1702.03118), equation 3.
    """
    x = _at_least(GATED_LOWEST, as_floats("silu", x))
    return gated(x, x)


def gated(x: Tensor, z: Tensor) -> Tensor:
    """x sigmoid(z), whose digits are all kept where sigmoid(z) is below the smallest number.

        h = e^(-|z| / 2),  y = x / (1 + h^2) for z > 0, else x h^2 / (1 + h^2)

    -|z| is chosen by a condition, so that all derivatives are right at 0, too.
    """
    positive = z > 0.0
    h = (positive.where(-z, z) * 0.5).exp()
    factor = positive.where(1.0, h)
    return (x * factor) * (factor / (h * h + 1.0))


def _at_least(lowest: float, x: Tensor) -> Tensor:
    """x, but no lower; nan stays nan, its slope too."""
    return (x < lowest).where(lowest, x)


@strict
def softplus(x: TensorLike) -> Tensor:
    """log(1 + e^x), a smooth relu; neither overflows nor loses small values.

    >>> softplus([-1000.0, 1000.0])
    tensor([   0., 1000.], float32)
    """
    x = as_floats("softplus", x)
    positive = x > 0.0
    # log(1 + e^x) = x + log(1 + e^-x). With -|x| chosen by the same condition, all derivatives
    # are right at 0 too; abs, whose derivative at 0 is 0, would halve them there.
    return positive.where(x, 0.0) + positive.where(-x, x).exp().log1p()


@strict
def log_sigmoid(x: TensorLike) -> Tensor:
    """log(1 / (1 + e^-x)) = -softplus(-x), exact also where the sigmoid is 0."""
    return -softplus(-as_floats("log_sigmoid", x))


@strict
def softmax(x: TensorLike, *, axis: int = -1) -> Tensor:
    """e^x_i / sum over j of e^x_j: positive numbers that sum to 1 along the axis.

    The largest x along the axis is subtracted first, which changes nothing but the overflow;
    in a batch that is the largest of each row, for itself. The order of the numbers stays, so
    a class can be chosen without softmax; it is training that needs the probabilities.

    >>> softmax([1010.0, 1000.0, 990.0]).sum().item()
    1.0
    """
    x = as_floats("softmax", x)
    e = (x - x.max(axis=axis, keepdims=True).stop_gradient()).exp()
    return e / e.sum(axis=axis, keepdims=True)


@strict
def log_softmax(x: TensorLike, *, axis: int = -1) -> Tensor:
    """log softmax(x) = x - log(sum of e^x), without taking the logarithm of a rounded 0 or 1.

    >>> log_softmax([20.0, 0.0])
    tensor([-2.0611537e-09, -2.0000000e+01], float32)
    """
    x = as_floats("log_softmax", x)
    x = x - x.max(axis=axis, keepdims=True).stop_gradient()
    return x - log_of_sum(x, axis)


@strict
def logsumexp(x: TensorLike, *, axis: int = -1, keepdims: bool = False) -> Tensor:
    """log(sum of e^x) along the axis: a smooth maximum, which does not overflow.

    Of nothing but -inf, the logarithms of zeros, it is -inf, with a gradient of 0.
    """
    x = as_floats("logsumexp", x)
    largest = x.max(axis=axis, keepdims=True).stop_gradient()
    # An infinite largest value must not be subtracted from itself.
    shift = (largest.abs() < math.inf).where(largest, 0.0)
    none = largest == -math.inf
    # Zeros stand in for them, as the slope of log at 0 is infinite.
    y = none.where(-math.inf, log_of_sum(none.where(0.0, x - shift), axis) + shift)
    return y if keepdims else y.squeeze(axis)


def log_of_sum(x: Tensor, axis: int) -> Tensor:
    """log(sum of e^x) for an x whose largest is 0, all digits kept where the sum is nearly 1.

    The 1 of the largest is taken from it before the rest is added, which loses nothing.
    """
    is_largest = (x == 0.0).astype(x.dtype)
    others = is_largest.sum(axis=axis, keepdims=True) - 1.0
    return ((x.exp() - is_largest).sum(axis=axis, keepdims=True) + others).log1p()


def as_floats(name: str, x: TensorLike) -> Tensor:
    """A tensor of floats; errors name the function that asked."""
    x = x if isinstance(x, Tensor) else tensor(x)
    if x.dtype not in FLOATS:
        raise DTypeError(
            f"{name}: {x.dtype}. It is defined for floats: convert with x.astype('float32')."
        )
    return x
