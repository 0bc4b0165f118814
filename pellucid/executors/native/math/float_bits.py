"""The steps that vector functions are made of.

Layout, LAYOUTS     how the floats of each dtype are made of bits
bits, floats, pattern, integers         floats as bits and back
called_on_lanes                         an intrinsic
polynomial, fma, magnitude, with_sign, floor, select, clamped, constant, tiny
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.executors.native.llvm.functions import call
from pellucid.executors.native.llvm.lanes import Lanes
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
    highest, *others = coefficients
    total = constant(x, highest)
    for coefficient in others:
        total = fma(total, x, constant(x, coefficient))
    return total


def fma(a: Lanes, b: Lanes, c: Lanes) -> Lanes:
    """a b + c, rounded once."""
    return called_on_lanes("fma", a, b, c)


def called_on_lanes(name: str, *operands: Lanes) -> Lanes:
    """What an intrinsic makes of lanes of one dtype."""
    first = operands[0]
    values = [x.value for x in operands]
    return first.made(call(first.builder, name, *values))


def constant(like: Lanes, number: Any) -> Lanes:
    """A number in all lanes of a value with the dtype and width of `like`."""
    single = Lanes.constant(like.builder, number, like.dtype)
    return single.splat(like.width)


def integers(like: Lanes, number: int) -> Lanes:
    """An integer in all lanes, with the width of `like` and as many bits as its dtype has."""
    single = Lanes.constant(like.builder, number, LAYOUTS[like.dtype].bits)
    return single.splat(like.width)


def pattern(like: Lanes, number: float) -> int:
    """The bits of a number."""
    rounded = like.dtype.type(number)
    return int(rounded.view(LAYOUTS[like.dtype].bits))


def bits(x: Lanes) -> Lanes:
    """The bits of floats, as unsigned integers."""
    return x.view(LAYOUTS[x.dtype].bits)


def floats(x: Lanes, dtype: DType) -> Lanes:
    """Floats from their bits."""
    return x.view(dtype)


def select(condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
    """One of two, by a condition."""
    return a.where_mask(condition.value, b)


def clamped(x: Lanes, low: float, high: float) -> Lanes:
    """x, but no less than low and no more than high; nan stays."""
    least = constant(x, low)
    most = constant(x, high)
    x = select(x < least, least, x)
    return select(x > most, most, x)


def tiny(x: Lanes) -> float:
    """Far below the last bit of 1."""
    mantissa = LAYOUTS[x.dtype].mantissa
    return float(2.0 ** -(mantissa + 4))


def magnitude(x: Lanes) -> Lanes:
    """The absolute value."""
    return called_on_lanes("fabs", x)


def floor(x: Lanes) -> Lanes:
    """The largest integer not above."""
    return called_on_lanes("floor", x)


def with_sign(size: Lanes, sign: Lanes) -> Lanes:
    """A size with the sign of another number."""
    return called_on_lanes("copysign", size, sign)
