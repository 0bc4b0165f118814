"""The steps that vector functions are made of.

Layout, LAYOUTS     how the floats of each dtype are made of bits
bits, floats, pattern, integers         floats as bits and back
polynomial, fma, magnitude, with_sign, floor, select, clamped, constant, tiny
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.executors.native.llvm.lanes import Lanes, call, lanes_type
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


def polynomial(x: Lanes, coefficients: Sequence[float]) -> Lanes:
    """Horner's rule, the highest power first, with fused multiply-adds."""
    total = constant(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total = fma(total, x, constant(x, coefficient))
    return total


def fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
    """a b + c, rounded once."""
    return a.made(call(a.builder, "fma", a.value, b.value, c.value))


def constant(like: Lanes, number: Any) -> Lanes:
    """A number in all lanes of a value with the dtype and width of `like`."""
    return Lanes.constant(like.builder, number, like.dtype).splat(like.width)


def integers(like: Lanes, number: int) -> Lanes:
    """An integer in all lanes, with the width of `like` and as many bits as its dtype has."""
    return Lanes.constant(like.builder, number, LAYOUTS[like.dtype].bits).splat(like.width)


def pattern(like: Lanes, number: float) -> int:
    """The bits of a number."""
    return int(like.dtype.type(number).view(LAYOUTS[like.dtype].bits))


def bits(x: Lanes) -> Lanes:
    """The bits of floats, as unsigned integers."""
    dtype = LAYOUTS[x.dtype].bits
    return Lanes(x.builder, x.builder.bitcast(x.value, lanes_type(dtype, x.width)), dtype)


def floats(x: Lanes, dtype: DType) -> Lanes:
    """Floats from their bits."""
    return Lanes(x.builder, x.builder.bitcast(x.value, lanes_type(dtype, x.width)), dtype)


def select(condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
    """One of two, by a condition."""
    return a.where_mask(condition.value, b)


def clamped(x: Lanes, low: float, high: float) -> Lanes:
    """x, but no less than low and no more than high; nan stays."""
    least, most = constant(x, low), constant(x, high)
    x = select(x < least, least, x)
    return select(x > most, most, x)


def tiny(x: Lanes) -> float:
    """Far below the last bit of 1."""
    return float(2.0 ** -(LAYOUTS[x.dtype].mantissa + 4))


def magnitude(x: Lanes) -> Lanes:
    """The absolute value."""
    return x.made(call(x.builder, "fabs", x.value))


def floor(x: Lanes) -> Lanes:
    """The largest integer not above."""
    return x.made(call(x.builder, "floor", x.value))


def with_sign(size: Lanes, sign: Lanes) -> Lanes:
    """A size with the sign of another number."""
    return size.made(call(size.builder, "copysign", size.value, sign.value))
