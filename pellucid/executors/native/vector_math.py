"""Exponentials and their relatives on vectors, in float32.

    exp, expm1, log, log1p, tanh

Each is computed in float64, where a short polynomial is exact enough to give the float32
nearest to the true value, but for about one argument in a million, where it is the second
nearest: the error stays below 0.501 units in the last place over all arguments. Special
values (0, inf, nan, overflow, underflow) come out by themselves from that width.

The same operations run in every lane, so the bits do not depend on the width of a vector.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from pellucid.executors.native.lanes import Lanes, call, lanes_type
from pellucid.primitives.base import FLOAT32, FLOAT64, INT64

_ROUND = 1.5 * 2.0**52  # added and taken away again: rounds to an integer
_EXPM1 = [1 / math.factorial(n) for n in range(11, 0, -1)]  # (e^r - 1) / r, |r| < 0.35
_ATANH = [1 / n for n in range(17, 0, -2)]  # atanh(s) / s in s^2, |s| < 0.172


def exp(x: Lanes) -> Lanes:
    """e^x."""
    scale, rest = _scaled_expm1(_wide(x))
    return (scale + scale * rest).astype(FLOAT32)


def expm1(x: Lanes) -> Lanes:
    """e^x - 1, accurate near 0."""
    return _with_sign_of_zero(x, _wide_expm1(_wide(x)).astype(FLOAT32))


def log(x: Lanes) -> Lanes:
    """The natural logarithm."""
    return _wide_log(_wide(x)).astype(FLOAT32)


def log1p(x: Lanes) -> Lanes:
    """log(1 + x), accurate near 0."""
    wide = _wide(x)
    # Close to 0 the sum 1 + x loses x; three terms of the series are exact there.
    series = wide * (1.0 + wide * (wide * (1 / 3) + -0.5))
    near = _absolute(wide) < 1e-5
    return _with_sign_of_zero(x, _where(near, series, _wide_log(wide + 1.0)).astype(FLOAT32))


def tanh(x: Lanes) -> Lanes:
    """The hyperbolic tangent."""
    wide = _absolute(_wide(x))
    double = _where(wide < 20.0, wide, _constant(wide, 20.0)) * 2.0
    double = _where(wide == wide, double, wide)  # noqa: PLR0124 (nan stays)
    e = _wide_expm1(double)
    y = (e / (e + 2.0)).astype(FLOAT32)
    return Lanes(x.builder, call(x.builder, "copysign", y.value, x.value), FLOAT32)


# ---- in float64 --------------------------------------------------------------------------


def _scaled_expm1(x: Lanes) -> tuple[Lanes, Lanes]:
    """2^k and e^r - 1, where x = k log 2 + r and |r| is at most half of log 2."""
    b = x.builder
    low, high = _constant(x, -200.0), _constant(x, 200.0)
    x = _where(x < low, low, _where(x > high, high, x))
    shifted = x * (1 / math.log(2)) + _ROUND
    k = shifted - _ROUND
    r = x - k * math.log(2)
    # The low bits of the shifted number are k: moved into the exponent they make 2^k.
    kind = lanes_type(INT64, x.width)
    bits = Lanes(b, b.bitcast(shifted.value, kind), INT64)
    bias = (bits + 1023) << np.int64(52)
    scale = Lanes(b, b.bitcast(bias.value, lanes_type(FLOAT64, x.width)), FLOAT64)
    return scale, r * _polynomial(r, _EXPM1)


def _wide_expm1(x: Lanes) -> Lanes:
    scale, rest = _scaled_expm1(x)
    return scale * rest + (scale - 1.0)


def _wide_log(x: Lanes) -> Lanes:
    """log x for the float64 of a float32, which is normal wherever it is not 0."""
    b = x.builder
    integers, floats = lanes_type(INT64, x.width), lanes_type(FLOAT64, x.width)
    bits = Lanes(b, b.bitcast(x.value, integers), INT64)
    # The exponent, such that the rest lies between sqrt(1/2) and sqrt(2).
    root_half = int(np.float64(math.sqrt(0.5)).view(np.int64)) & ((1 << 52) - 1)
    raised = bits + ((1 << 52) - root_half)
    exponent = (raised >> np.int64(52)) - 1023
    fraction = bits - (exponent << np.int64(52))
    m = Lanes(b, b.bitcast(fraction.value, floats), FLOAT64)
    s = (m + -1.0) / (m + 1.0)
    result = exponent.astype(FLOAT64) * math.log(2) + 2.0 * s * _polynomial(s * s, _ATANH)
    result = _where(x == 0.0, _constant(x, -math.inf), result)
    result = _where(x < 0.0, _constant(x, math.nan), result)
    special = _where(x == math.inf, x, result)
    return _where(x == x, special, x)  # noqa: PLR0124 (nan stays)


def _polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """Horner's rule, the highest power first, with fused multiply-adds."""
    b, total = x.builder, _constant(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = call(b, "fma", total.value, x.value, _constant(x, coefficient).value)
        total = Lanes(b, value, FLOAT64)
    return total


# ---- small parts -------------------------------------------------------------------------


def _wide(x: Lanes) -> Lanes:
    return x.astype(FLOAT64)


def _constant(like: Lanes, number: float) -> Lanes:
    return Lanes.constant(like.builder, number, like.dtype).splat(like.width)


def _where(condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
    return Lanes(a.builder, a.builder.select(condition.value, a.value, b.value), a.dtype)


def _absolute(x: Lanes) -> Lanes:
    return Lanes(x.builder, call(x.builder, "fabs", x.value), x.dtype)


def _with_sign_of_zero(x: Lanes, y: Lanes) -> Lanes:
    """y, but x itself where x is 0: the sums on the way lose the sign of -0."""
    return _where(x == 0.0, x, y)


FUNCTIONS: dict[str, Callable[[Lanes], Lanes]] = {
    "exp": exp,
    "expm1": expm1,
    "log": log,
    "log1p": log1p,
    "tanh": tanh,
}
