"""Arithmetic, rounding, powers and logarithms at each position, by the names of the standard.

What stands here is the operator or method of a tensor, or is composed of them: it can be
differentiated, captured and compiled like them. Inputs broadcast; nothing is promoted.
"""

import math
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.creation import full_like, where
from pellucid.errors import DTypeError
from pellucid.primitives.base import FLOATS, INTEGERS
from pellucid.standard.operands import array, pair
from pellucid.strict import strict
from pellucid.tensor import Tensor

# ---- arithmetic --------------------------------------------------------------------------


@strict
def add(x1: Any, x2: Any, /) -> Tensor:
    """x1 + x2."""
    a, b = pair(x1, x2)
    return a + b


@strict
def subtract(x1: Any, x2: Any, /) -> Tensor:
    """x1 - x2."""
    a, b = pair(x1, x2)
    return a - b


@strict
def multiply(x1: Any, x2: Any, /) -> Tensor:
    """x1 x2."""
    a, b = pair(x1, x2)
    return a * b


@strict
def divide(x1: Any, x2: Any, /) -> Tensor:
    """x1 / x2, of floats."""
    a, b = pair(x1, x2)
    return a / b


@strict
def floor_divide(x1: Any, x2: Any, /) -> Tensor:
    """The largest whole number not above x1 / x2."""
    a, b = pair(x1, x2)
    return a // b


@strict
def remainder(x1: Any, x2: Any, /) -> Tensor:
    """x1 - x2 floor(x1 / x2); it has the sign of x2."""
    a, b = pair(x1, x2)
    return a % b


@strict
def negative(x: Any, /) -> Tensor:
    """-x."""
    return -array(x)


@strict
def positive(x: Any, /) -> Tensor:
    """x itself."""
    return +array(x)


@strict
def abs(x: Any, /) -> Tensor:  # noqa: A001 (the standard's name)
    """The size of each number; of an integer without a positive one, itself."""
    return array(x).abs()


@strict
def square(x: Any, /) -> Tensor:
    """x x."""
    t = array(x)
    return t * t


@strict
def reciprocal(x: Any, /) -> Tensor:
    """1 / x."""
    return 1.0 / array(x)


@strict
def maximum(x1: Any, x2: Any, /) -> Tensor:
    """The larger of two numbers; nan if either is."""
    a, b = pair(x1, x2)
    return a.maximum(b)


@strict
def minimum(x1: Any, x2: Any, /) -> Tensor:
    """The smaller of two numbers; nan if either is."""
    a, b = pair(x1, x2)
    return a.minimum(b)


@strict
def clip(x: Any, /, min: Any = None, max: Any = None) -> Tensor:  # noqa: A002 (its names)
    """x, but at least `min` and at most `max`, where these are given; nan stays.

    >>> clip([1.0, 5.0, 9.0], min=2.0, max=6.0)
    tensor([2., 5., 6.], float32)
    """
    t = array(x)
    low = t if min is None else t.maximum(min)
    return low if max is None else low.minimum(max)


@strict
def hypot(x1: Any, x2: Any, /) -> Tensor:
    """sqrt(x1^2 + x2^2), also where the squares would be too large or too small."""
    a, b = pair(x1, x2)
    a = a.abs()
    b = b.abs()
    large = a.maximum(b)
    small = a.minimum(b)
    with np.errstate(invalid="ignore"):  # of inf by inf, which is not looked at
        share = small / where(large == 0, 1.0, large)
    length = large * (1.0 + share * share).sqrt()
    return where((a == math.inf) | (b == math.inf), math.inf, length)


# ---- signs and neighbours ----------------------------------------------------------------


@strict
def sign(x: Any, /) -> Tensor:
    """-1, 0 or 1; nan for nan."""
    return array(x).sign()


@strict
def signbit(x: Any, /) -> Tensor:
    """Whether the sign is a minus, that of -0 too. nan counts as positive."""
    t = _floats("signbit", array(x))
    with np.errstate(divide="ignore"):  # which tells 0 from -0
        return (t < 0) | ((t == 0) & (1.0 / t < 0))


@strict
def copysign(x1: Any, x2: Any, /) -> Tensor:
    """x1 with the sign of x2."""
    a, b = pair(x1, x2)
    a = _floats("copysign", a).abs()
    return where(signbit(b), -a, a)


@strict
def nextafter(x1: Any, x2: Any, /) -> Tensor:
    """The neighbour of x1, among the numbers that its dtype has, on the way to x2."""
    a, b = pair(x1, x2)
    return a.apply(p.NextAfter(), b)


# ---- rounding ----------------------------------------------------------------------------


@strict
def floor(x: Any, /) -> Tensor:
    """The largest whole number not above x."""
    t = array(x)
    return t if t.dtype in INTEGERS else t.floor()


@strict
def ceil(x: Any, /) -> Tensor:
    """The smallest whole number not below x."""
    t = array(x)
    return t if t.dtype in INTEGERS else -((-t).floor())


@strict
def trunc(x: Any, /) -> Tensor:
    """x without its fraction: the next whole number towards 0."""
    t = array(x)
    return t if t.dtype in INTEGERS else where(t < 0, ceil(t), t.floor())


@strict
def round(x: Any, /) -> Tensor:  # noqa: A001 (the standard's name)
    """The nearest whole number; halfway the even one, so that errors do not add up.

    >>> round([0.5, 1.5, -0.6])
    tensor([ 0.,  2., -1.], float32)
    """
    t = array(x)
    if t.dtype in INTEGERS:
        return t
    low = t.floor()
    with np.errstate(invalid="ignore"):  # of inf less inf, which is not looked at
        over = t - low
        is_odd = low - 2.0 * (low * 0.5).floor()
    up = where(over == 0.5, is_odd, (over > 0.5).astype(t.dtype))
    return where(low == t, t, copysign(low + up, t))


# ---- powers, logarithms, exponentials -----------------------------------------------------


@strict
def pow(x1: Any, x2: Any, /) -> Tensor:  # noqa: A001 (the standard's name)
    """x1 to the power of x2; integers wrap around where the power does not fit."""
    a, b = pair(x1, x2)
    return a**b


@strict
def sqrt(x: Any, /) -> Tensor:
    """The square root; nan below 0."""
    return array(x).sqrt()


@strict
def exp(x: Any, /) -> Tensor:
    """e^x."""
    return array(x).exp()


@strict
def expm1(x: Any, /) -> Tensor:
    """e^x - 1, accurate near 0."""
    return array(x).expm1()


@strict
def log(x: Any, /) -> Tensor:
    """The natural logarithm; nan below 0."""
    return array(x).log()


@strict
def log1p(x: Any, /) -> Tensor:
    """log(1 + x), accurate near 0."""
    return array(x).log1p()


@strict
def log2(x: Any, /) -> Tensor:
    """The logarithm to the base of 2."""
    return array(x).log() * (1.0 / math.log(2.0))


@strict
def log10(x: Any, /) -> Tensor:
    """The logarithm to the base of 10."""
    return array(x).log() * (1.0 / math.log(10.0))


@strict
def logaddexp(x1: Any, x2: Any, /) -> Tensor:
    """log(e^x1 + e^x2), also where the exponentials would be too large or too small."""
    a, b = pair(x1, x2)
    # Equal infinities have no distance: what they add up to is themselves.
    alike = a == b
    large = a.maximum(b)
    apart = (where(alike, 0.0, a) - where(alike, 0.0, b)).abs()
    return where(alike, large + np.log(2.0).item(), large + (-apart).exp().log1p())


# ---- real and imaginary parts ------------------------------------------------------------


@strict
def real(x: Any, /) -> Tensor:
    """x: every number here is real."""
    return _floats("real", array(x))


@strict
def imag(x: Any, /) -> Tensor:
    """0: every number here is real."""
    return full_like(_floats("imag", array(x)), 0.0)


@strict
def conj(x: Any, /) -> Tensor:
    """x: every number here is real."""
    return array(x)


def _floats(name: str, x: Tensor) -> Tensor:
    if x.dtype not in FLOATS:
        raise DTypeError(f"{name}: not defined for {x.dtype}. Use x.astype('float32').")
    return x
