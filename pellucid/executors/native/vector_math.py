"""Exponentials and their relatives on vectors of float32 and float64, without library calls.

    exp, expm1, log, log1p, tanh, power

The largest errors in units in the last place (benchmarks/vector_math_accuracy.py measures
them, tests know the worst arguments): in float32 over all 2^32 arguments, of power over a
sample; in float64 over millions of arguments.

                exp     expm1   log     log1p   tanh    power
    float32     0.765   1.155   0.843   1.566   1.423   0.501
    float64     0.77    1.3     0.9     1.6     1.5     (C library)

Those of exp are errors of results below the smallest normal number, which are rounded twice;
above it, the error is below 0.53. Every lane goes through the same operations, each rounded as
IEEE 754 says, so the bits depend neither on the width of a vector nor on the kind of CPU.
Range reduction: Cody and Waite, Software Manual for the Elementary Functions, 1980, with fused
multiply-adds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.executors.native.coefficients import EXP, LOG, TANH
from pellucid.executors.native.lanes import Lanes, call, lanes_type
from pellucid.primitives.base import FLOAT32, FLOAT64, DType


@dataclass(frozen=True)
class Layout:
    """How a float is made of bits, and where its functions end."""

    bits: DType
    mantissa: int  # bits
    bias: int
    most: float  # e^x is infinite beyond
    least: float  # e^x is 0 below
    one: float  # tanh x is 1 beyond

    @property
    def rounding(self) -> float:
        """Added to a number it leaves the nearest integer in the low bits."""
        return 1.5 * 2.0**self.mantissa


LAYOUTS = {
    FLOAT32: Layout(np.dtype(np.uint32), 23, 127, 89.0, -104.0, 10.0),
    FLOAT64: Layout(np.dtype(np.uint64), 52, 1023, 710.0, -746.0, 20.0),
}

TURN = 0.55  # beyond it, tanh is computed from an exponential


def exp(x: Lanes) -> Lanes:
    """e^x."""
    layout = LAYOUTS[x.dtype]
    x = _clamped(x, layout.least, layout.most)
    k, r, rest = _reduced(x)
    # 2^k need not be a number of the dtype: half of the exponents are left to a factor.
    half = layout.bias // 2
    below = x < 0.0
    factor = _select(below, _constant(x, 2.0**-half), _constant(x, 2.0**half))
    scale = _power_of_two(k + _select(below, _constant(k, half), _constant(k, -half)), x.dtype)
    near = r + 1.0
    lost = r - (near - 1.0)  # what the sum has rounded away
    return (near + (lost + rest)) * scale * factor


def expm1(x: Lanes) -> Lanes:
    """e^x - 1, accurate near 0."""
    layout = LAYOUTS[x.dtype]
    k, r, rest = _reduced(_clamped(x, -50.0, layout.most))
    # Half of 2^k, because 2^k itself may be too large.
    scale = _power_of_two(k - 1, x.dtype)
    y = _fma(scale, rest, _fma(scale, r, scale + -0.5)) * 2.0
    # Here the sums above would lose the sign of -0 and bits of the smallest numbers.
    return _select(_magnitude(x) < _tiny(x), x, y)


def tanh(x: Lanes) -> Lanes:
    """The hyperbolic tangent: near 0 a polynomial, else 1 - 2 / (e^2x + 1)."""
    size = _magnitude(x)
    square = size * size
    near = _fma(square * _polynomial(square, TANH[x.dtype.name]), size, size)
    limited = _clamped(size, 0.0, LAYOUTS[x.dtype].one)
    k, r, rest = _reduced(limited + limited)
    scale = _power_of_two(k, x.dtype)
    far = 1.0 - 2.0 / (_fma(scale, r + rest, scale) + 1.0)
    return _with_sign(_select(size < TURN, near, far), x)


def log(x: Lanes) -> Lanes:
    """The natural logarithm: -inf at 0, nan below."""
    layout = LAYOUTS[x.dtype]
    # The smallest numbers have no exponent of their own: they get one from a factor.
    small = x < float(np.finfo(x.dtype).tiny)
    scaled = _select(small, x * 2.0**layout.mantissa, x)
    exponent, fraction = _split(scaled)
    exponent = exponent - _select(small, _constant(x, layout.mantissa), _constant(x, 0.0))
    y = _log_of_parts(exponent, _floats(fraction, x.dtype) + -1.0)
    return _log_ends(x, x, y)


def log1p(x: Lanes) -> Lanes:
    """log(1 + x), accurate near 0."""
    layout = LAYOUTS[x.dtype]
    above = x + 1.0
    exponent, _ = _split(above)
    # x is scaled, not 1 + x, which has lost bits of it. The scale 2^-exponent may be too
    # small for the dtype; four times as much is not.
    field = _exponent_field(above)
    scale = _floats(_integers(x, (2 * layout.bias + 2) << layout.mantissa) - field, x.dtype)
    fraction = _fma(x * 0.25, scale, _fma(scale, _constant(x, 0.25), _constant(x, -1.0)))
    y = _log_ends(x, above, _log_of_parts(exponent, fraction))
    return _select(_magnitude(x) < _tiny(x), x, y)


def power(a: Lanes, b: Lanes) -> Lanes:
    """a^b in float32, with the special cases of C: by way of e^(b log a) in float64."""
    base, exponent = a.astype(FLOAT64), b.astype(FLOAT64)
    size = _magnitude(base)
    y = exp(exponent * log(size))
    y = _select(size == 1.0, _constant(base, 1.0), y)
    whole = _floor(exponent) == exponent
    odd = whole & (_floor(exponent * 0.5) * 2.0 < exponent)
    y = _select(odd, _with_sign(y, base), y)
    undefined = (base < 0.0) & (base > -math.inf) & ~whole
    y = _select(undefined, _constant(base, math.nan), y)
    trivial = (exponent == 0.0) | (base == 1.0)
    return _select(trivial, _constant(base, 1.0), y).astype(a.dtype)


# ---- exponentials ------------------------------------------------------------------------


def _reduced(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """k as an integer, r, and e^(x - k log 2) - 1 - r, where r is nearly x - k log 2.

    |r| is at most half of log 2, and r is exact: the third part holds all that is rounded.
    """
    layout = LAYOUTS[x.dtype]
    rounding = _constant(x, layout.rounding)
    shifted = _fma(x, _constant(x, 1 / math.log(2)), rounding)
    k = shifted - rounding
    r = _fma(k, _constant(x, -float(x.dtype.type(math.log(2)))), x)
    low = k * -_LOW_OF_LOG_2[x.dtype]
    near = r + low
    return _bits(shifted), r, _fma(near * near, _polynomial(near, EXP[x.dtype.name]), low)


# log 2 less its nearest number of each dtype.
_LOW_OF_LOG_2 = {FLOAT32: -1.904654299957768e-09, FLOAT64: 2.3190468138462996e-17}


def _power_of_two(k: Lanes, dtype: DType) -> Lanes:
    """2^k from the low bits of an integer."""
    layout = LAYOUTS[dtype]
    return _floats((k + layout.bias) << layout.mantissa, dtype)


# ---- logarithms --------------------------------------------------------------------------


def _exponent_field(x: Lanes) -> Lanes:
    """The bits of the exponent that leaves a fraction between 2/3 and 4/3."""
    return (_raised(x) >> LAYOUTS[x.dtype].mantissa) << LAYOUTS[x.dtype].mantissa


def _raised(x: Lanes) -> Lanes:
    """Bits whose exponent is one more where the fraction of x is 4/3 or more."""
    return _bits(x) + (_pattern(x, 1.0) - _pattern(x, 2 / 3))


def _split(x: Lanes) -> tuple[Lanes, Lanes]:
    """The exponent as a float, and the bits of the fraction between 2/3 and 4/3."""
    layout = LAYOUTS[x.dtype]
    raised = _raised(x)
    fraction = (raised & ((1 << layout.mantissa) - 1)) + _pattern(x, 2 / 3)
    # An integer in the low bits of 2^mantissa is added to that number.
    counted = (raised >> layout.mantissa) | _pattern(x, 2.0**layout.mantissa)
    return _floats(counted, x.dtype) - (2.0**layout.mantissa + layout.bias), fraction


def _log_of_parts(exponent: Lanes, f: Lanes) -> Lanes:
    """exponent log 2 + log(1 + f)."""
    high = float(f.dtype.type(math.log(2)))
    low = exponent * _LOW_OF_LOG_2[f.dtype]
    rest = _fma(f * f, _polynomial(f, LOG[f.dtype.name]), low)
    return _fma(exponent, _constant(f, high), f + rest)


def _log_ends(x: Lanes, above: Lanes, y: Lanes) -> Lanes:
    """Instead of y: -inf where the argument of the logarithm is 0, nan below, inf and nan."""
    outside = _select(above < 0.0, _constant(x, math.nan), x)
    outside = _select(above == 0.0, _constant(x, -math.inf), outside)
    inside = (above > 0.0) & (above < math.inf)
    return _select(inside, y, outside)


# ---- small parts -------------------------------------------------------------------------


def _polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """Horner's rule, the highest power first, with fused multiply-adds."""
    total = _constant(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total = _fma(total, x, _constant(x, coefficient))
    return total


def _fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
    return a.made(call(a.builder, "fma", a.value, b.value, c.value))


def _constant(like: Lanes, number: Any) -> Lanes:
    return Lanes.constant(like.builder, number, like.dtype).splat(like.width)


def _integers(like: Lanes, number: int) -> Lanes:
    return Lanes.constant(like.builder, number, LAYOUTS[like.dtype].bits).splat(like.width)


def _pattern(like: Lanes, number: float) -> int:
    """The bits of a number."""
    return int(like.dtype.type(number).view(LAYOUTS[like.dtype].bits))


def _bits(x: Lanes) -> Lanes:
    bits = LAYOUTS[x.dtype].bits
    return Lanes(x.builder, x.builder.bitcast(x.value, lanes_type(bits, x.width)), bits)


def _floats(x: Lanes, dtype: DType) -> Lanes:
    return Lanes(x.builder, x.builder.bitcast(x.value, lanes_type(dtype, x.width)), dtype)


def _select(condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
    return a.where_mask(condition.value, b)


def _clamped(x: Lanes, low: float, high: float) -> Lanes:
    """x, but no less than low and no more than high; nan stays."""
    least, most = _constant(x, low), _constant(x, high)
    x = _select(x < least, least, x)
    return _select(x > most, most, x)


def _tiny(x: Lanes) -> float:
    """Far below the last bit of 1."""
    return float(2.0 ** -(LAYOUTS[x.dtype].mantissa + 4))


def _magnitude(x: Lanes) -> Lanes:
    return x.made(call(x.builder, "fabs", x.value))


def _floor(x: Lanes) -> Lanes:
    return x.made(call(x.builder, "floor", x.value))


def _with_sign(size: Lanes, sign: Lanes) -> Lanes:
    return size.made(call(size.builder, "copysign", size.value, sign.value))
