"""Powers on vectors of float32 and float64, without library calls.

    power

a^b = e^(b log |a|), with a sign. A relative error of the logarithm is multiplied by b log a,
which goes up to 745, so the logarithm needs more bits than the result has: for float32 those of
float64, for float64 those of two numbers whose sum it is (Dekker, Numerische Mathematik 18,
1971). Measured over samples, the error is below 0.501 units in the last place in float32,
and below 0.7 in float64, but 0.77 where a result is below the smallest normal number.
"""

import math

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.coefficients import EXP, EXP_SHORT, LOG_SHORT, QUOTIENT
from pellucid.executors.native.math.exponentials import (
    log_ends,
    log_of_parts,
    power_of_two,
    reduced,
    scaled,
    split,
    whole_split,
)
from pellucid.executors.native.math.float_bits import (
    clamped,
    constant,
    floor,
    fma,
    magnitude,
    polynomial,
    select,
    with_sign,
)
from pellucid.primitives.base import FLOAT32, FLOAT64

# log 2: the first part has 42 bits, so that its product with an exponent is exact.
_LOG_2 = (0.6931471805598903, 5.497923018708371e-14)
_TWO_THIRDS = (2 / 3, 3.700743415417188e-17)


def power(a: Lanes, b: Lanes) -> Lanes:
    """a^b, with the special cases of C."""
    if a.dtype == FLOAT32:
        base, exponent = a.astype(FLOAT64), b.astype(FLOAT64)
        y = _short(magnitude(base), exponent)
    else:
        base, exponent = a, b
        y = _long(magnitude(base), exponent)
    y = select(magnitude(base) == 1.0, constant(base, 1.0), y)
    whole = floor(exponent) == exponent
    odd = whole & (floor(exponent * 0.5) * 2.0 < exponent)
    y = select(odd, with_sign(y, base), y)
    undefined = (base < 0.0) & (base > -math.inf) & ~whole
    y = select(undefined, constant(base, math.nan), y)
    trivial = (exponent == 0.0) | (base == 1.0)
    return select(trivial, constant(base, 1.0), y).astype(a.dtype)


def _short(a: Lanes, b: Lanes) -> Lanes:
    """a^b of float32 numbers, computed in float64: right to the bits of float32."""
    logarithm = log_ends(a, a, log_of_parts(*split(a), LOG_SHORT))
    k, r, tail = reduced(clamped(b * logarithm, -200.0, 200.0), EXP_SHORT)
    return (tail + r + 1.0) * power_of_two(k, a.dtype)


def _long(a: Lanes, b: Lanes) -> Lanes:
    """a^b with all bits of a float64."""
    high, low = _logarithm(a)
    high = log_ends(a, a, high)
    product = b * high
    below = fma(b, high, -product) + b * low
    below = select(magnitude(product) < 1000.0, below, constant(a, 0.0))
    product = clamped(product, -746.0, 710.0)
    k, r, tail = reduced(product, EXP[a.dtype.name])
    return scaled(r, fma(below, 1.0 + r + tail, tail), k, product < 0.0)


def _logarithm(x: Lanes) -> tuple[Lanes, Lanes]:
    """The logarithm as a sum: log(1 + f) = 2 atanh s where s = f / (2 + f)."""
    exponent, f = whole_split(x)
    s, s_low = _ratio(f)
    square = s * s
    square_low = fma(s, s, -square) + (s + s) * s_low
    # t = 2/3 + 2/5 s^2 + ..., then s^3 t: each product with what its rounding loses.
    tail = square * polynomial(square, QUOTIENT)
    t = tail + _TWO_THIRDS[0]
    t_low = (tail - (t - _TWO_THIRDS[0])) + _TWO_THIRDS[1]
    part, part_low = _product(square, square_low, t, t_low)
    part, part_low = _product(s, s_low, part, part_low)
    double = s + s
    near = double + part
    near_low = (part - (near - double)) + ((s_low + s_low) + part_low)
    whole = exponent * _LOG_2[0]
    y = whole + near
    return y, (near - (y - whole)) + fma(exponent, constant(x, _LOG_2[1]), near_low)


def _ratio(f: Lanes) -> tuple[Lanes, Lanes]:
    """f / (2 + f) as a sum."""
    below = f + 2.0
    below_low = f - (below - 2.0)
    inverse = 1.0 / below
    s = f * inverse
    return s, (fma(-s, below, f) - s * below_low) * inverse


def _product(a: Lanes, a_low: Lanes, b: Lanes, b_low: Lanes) -> tuple[Lanes, Lanes]:
    """The product of two sums as a sum."""
    y = a * b
    return y, fma(a, b, -y) + (a * b_low + a_low * b)
