"""Sine and cosine on vectors of float32, for all angles, without library calls.

    sin, cos

The largest error over all 2^32 arguments is 0.501 units in the last place. The angle is
counted in quarter turns, in float64: a x with a = 2 / pi. Of large angles, only the part of a
matters that is no multiple of whole turns: x is an integer times 2^n, so a 2^n less whole
turns serves as well (after Payne and Hanek, ACM SIGNUM Newsletter 18, 1983).
"""

import math

from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.coefficients import COSINE, SINE, TURNS
from pellucid.executors.native.math.float_bits import (
    LAYOUTS,
    bits,
    constant,
    floats,
    fma,
    magnitude,
    polynomial,
    select,
    with_sign,
)
from pellucid.primitives.base import FLOAT64

_REACH = 44  # one pair of constants serves angles up to 2^(n + 44)


def sin(x: Lanes) -> Lanes:
    """The sine of angles in radians."""
    y = _wave(magnitude(x.astype(FLOAT64)), 0).astype(x.dtype)
    return y * with_sign(constant(x, 1.0), x)


def cos(x: Lanes) -> Lanes:
    """The cosine of angles in radians."""
    return _wave(magnitude(x.astype(FLOAT64)), 1).astype(x.dtype)


def _wave(x: Lanes, ahead: int) -> Lanes:
    """sin(x + ahead pi / 2), for x >= 0."""
    quarter, angle = _quarters(x)
    quarter = quarter + ahead
    square = angle * angle
    sine = fma(square * angle, polynomial(square, SINE), angle)
    cosine = fma(square, polynomial(square, COSINE), constant(x, 1.0))
    y = select((quarter & 1) == 0, sine, cosine)
    return floats(bits(y) ^ ((quarter & 2) << 62), x.dtype)


def _quarters(x: Lanes) -> tuple[Lanes, Lanes]:
    """How many quarter turns an angle is, modulo 2^51, and what is left of it in radians."""
    _, first_high, first_low = TURNS[0]
    scaled, high, low = x, constant(x, first_high), constant(x, first_low)
    for power, next_high, next_low in TURNS[1:]:
        large = x >= 2.0 ** (power - 21 + _REACH)
        scaled = select(large, x * 2.0**-power, scaled)
        high = select(large, constant(x, next_high), high)
        low = select(large, constant(x, next_low), low)
    turns = scaled * high
    lost = fma(scaled, high, -turns)
    rounding = constant(x, LAYOUTS[x.dtype].rounding)
    shifted = turns + rounding
    left = (turns - (shifted - rounding)) + fma(scaled, low, lost)
    return bits(shifted), left * (math.pi / 2)
