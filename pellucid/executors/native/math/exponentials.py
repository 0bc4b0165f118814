"""Exponentials and their relatives on vectors of float32 and float64, without library calls.

    exp, expm1, log, log1p, tanh

The largest errors in units in the last place (benchmarks/vector_math_accuracy.py measures
them, tests know the worst arguments): in float32 over all 2^32 arguments, in
float64 over millions.

                exp     expm1   log     log1p   tanh
    float32     0.765   1.155   0.843   1.566   1.423
    float64     0.77    1.3     0.9     1.6     1.5

Those of exp belong to results below the smallest normal number, which are rounded twice; above
it, samples reach 0.65. Every lane goes through the same operations, each rounded as
IEEE 754 says, so the bits depend neither on the width of a vector nor on the kind of CPU.
Range reduction: Cody and Waite, Software Manual for the Elementary Functions, 1980, with fused
multiply-adds.
"""

import math
from collections.abc import Sequence

import numpy as np

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.coefficients import EXP, LOG, TANH
from pellucid.executors.native.math.float_bits import (
    LAYOUTS,
    bits,
    clamped,
    constant,
    floats,
    fma,
    integers,
    magnitude,
    pattern,
    polynomial,
    select,
    tiny,
    with_sign,
)
from pellucid.primitives.base import FLOAT32, FLOAT64, DType

TURN = 0.55  # beyond it, tanh is computed from an exponential


def exp(x: Lanes) -> Lanes:
    """e^x."""
    layout = LAYOUTS[x.dtype]
    x = clamped(x, layout.least, layout.most)
    k, r, tail = reduced(x, EXP[x.dtype.name])
    return scaled(r, tail, k, x < 0.0)


def expm1(x: Lanes) -> Lanes:
    """e^x - 1, accurate near 0."""
    layout = LAYOUTS[x.dtype]
    limited = clamped(x, -50.0, layout.most)
    k, r, tail = reduced(limited, EXP[x.dtype.name])
    # Half of 2^k, because 2^k itself may be too large.
    scale = power_of_two(k - 1, x.dtype)
    nearly = fma(scale, r, scale + -0.5)
    y = fma(scale, tail, nearly) * 2.0
    # Here the sums above would lose the sign of -0 and bits of the smallest numbers.
    is_tiny = magnitude(x) < tiny(x)
    return select(is_tiny, x, y)


def tanh(x: Lanes) -> Lanes:
    """The hyperbolic tangent: near 0 a polynomial, else 1 - 2 / (e^2x + 1)."""
    size = magnitude(x)
    square = size * size
    series = polynomial(square, TANH[x.dtype.name])
    near = fma(square * series, size, size)
    limited = clamped(size, 0.0, LAYOUTS[x.dtype].one)
    k, r, tail = reduced(limited + limited, EXP[x.dtype.name])
    scale = power_of_two(k, x.dtype)
    power = fma(scale, r + tail, scale)
    far = 1.0 - 2.0 / (power + 1.0)
    y = select(size < TURN, near, far)
    return with_sign(y, x)


def log(x: Lanes) -> Lanes:
    """The natural logarithm: -inf at 0, nan below."""
    exponent, fraction = whole_split(x)
    y = log_of_parts(exponent, fraction, LOG[x.dtype.name])
    return log_ends(x, x, y)


def log1p(x: Lanes) -> Lanes:
    """log(1 + x), accurate near 0."""
    layout = LAYOUTS[x.dtype]
    above = x + 1.0
    exponent, _ = split(above)
    # x is scaled, not 1 + x, which has lost bits of it. The scale 2^-exponent may be too
    # small for the dtype; four times as much is not.
    field = _exponent_field(above)
    opposite = integers(x, (2 * layout.bias + 2) << layout.mantissa)
    scale = floats(opposite - field, x.dtype)
    quarter = x * 0.25
    without_x = fma(scale, constant(x, 0.25), constant(x, -1.0))
    fraction = fma(quarter, scale, without_x)
    y = log_of_parts(exponent, fraction, LOG[x.dtype.name])
    y = log_ends(x, above, y)
    is_tiny = magnitude(x) < tiny(x)
    return select(is_tiny, x, y)


# ---- exponentials ------------------------------------------------------------------------


def reduced(x: Lanes, coefficients: Sequence[float]) -> tuple[Lanes, Lanes, Lanes]:
    """k as an integer, r, and e^(x - k log 2) - 1 - r, where r is nearly x - k log 2.

    |r| is at most half of log 2, and r is exact: the third part holds all that is rounded.
    """
    rounding = constant(x, LAYOUTS[x.dtype].rounding)
    in_log_2 = constant(x, 1 / math.log(2))
    shifted = fma(x, in_log_2, rounding)
    k = shifted - rounding
    r = fma(k, constant(x, -_high_of_log_2(x.dtype)), x)
    low = k * -_LOW_OF_LOG_2[x.dtype]
    near = r + low
    whole = bits(shifted)
    square = near * near
    tail = fma(square, polynomial(near, coefficients), low)
    return whole, r, tail


def _high_of_log_2(dtype: DType) -> float:
    """The nearest number of log 2."""
    return float(dtype.type(math.log(2)))


# log 2 less its nearest number of each dtype.
_LOW_OF_LOG_2 = {FLOAT32: -1.904654299957768e-09, FLOAT64: 2.3190468138462996e-17}


def scaled(r: Lanes, tail: Lanes, k: Lanes, below: Lanes) -> Lanes:
    """2^k (1 + r + tail); `below`: the mask of lanes where k is negative."""
    near = r + 1.0
    lost = r - (near - 1.0)  # what the sum has rounded away
    # 2^k need not be a number of the dtype: half of the exponents are left to a factor.
    half = LAYOUTS[r.dtype].bias // 2
    small, large = constant(r, 2.0**-half), constant(r, 2.0**half)
    factor = select(below, small, large)
    change = select(below, constant(k, half), constant(k, -half))
    scale = power_of_two(k + change, r.dtype)
    total = near + (lost + tail)
    return total * scale * factor


def power_of_two(k: Lanes, dtype: DType) -> Lanes:
    """2^k from the low bits of an integer."""
    layout = LAYOUTS[dtype]
    exponent = k + layout.bias
    return floats(exponent << layout.mantissa, dtype)


# ---- logarithms --------------------------------------------------------------------------


def _exponent_field(x: Lanes) -> Lanes:
    """The bits of the exponent that leaves a fraction between 2/3 and 4/3."""
    mantissa = LAYOUTS[x.dtype].mantissa
    exponent = _raised(x) >> mantissa
    return exponent << mantissa


def _raised(x: Lanes) -> Lanes:
    """The bits of x with the exponent one higher where the fraction is 4/3 or more."""
    one, two_thirds = pattern(x, 1.0), pattern(x, 2 / 3)
    return bits(x) + (one - two_thirds)


def split(x: Lanes) -> tuple[Lanes, Lanes]:
    """The exponent as a float, and the fraction, between 2/3 and 4/3, less 1."""
    layout = LAYOUTS[x.dtype]
    raised = _raised(x)
    below_exponent = (1 << layout.mantissa) - 1
    fraction = (raised & below_exponent) + pattern(x, 2 / 3)
    # An integer in the low bits of 2^mantissa is added to that number.
    offset = 2.0**layout.mantissa
    counted = (raised >> layout.mantissa) | pattern(x, offset)
    exponent = floats(counted, x.dtype) - (offset + layout.bias)
    return exponent, floats(fraction, x.dtype) + -1.0


def whole_split(x: Lanes) -> tuple[Lanes, Lanes]:
    """Exponent and fraction also of denormal numbers, which have no exponent of their own."""
    mantissa = LAYOUTS[x.dtype].mantissa
    is_small = x < float(np.finfo(x.dtype).tiny)
    normal = select(is_small, x * 2.0**mantissa, x)
    exponent, fraction = split(normal)
    added = select(is_small, constant(x, mantissa), constant(x, 0.0))
    return exponent - added, fraction


def log_of_parts(exponent: Lanes, f: Lanes, coefficients: Sequence[float]) -> Lanes:
    """exponent log 2 + log(1 + f)."""
    high = constant(f, _high_of_log_2(f.dtype))
    low = exponent * _LOW_OF_LOG_2[f.dtype]
    square = f * f
    tail = fma(square, polynomial(f, coefficients), low)
    return fma(exponent, high, f + tail)


def log_ends(x: Lanes, above: Lanes, y: Lanes) -> Lanes:
    """The result where the formula has none: -inf of 0, nan below 0, inf and nan of themselves."""
    undefined = constant(x, math.nan)
    outside = select(above < 0.0, undefined, x)
    lowest = constant(x, -math.inf)
    outside = select(above == 0.0, lowest, outside)
    is_inside = (above > 0.0) & (above < math.inf)
    return select(is_inside, y, outside)
