"""The namespace that the `forward` rules of primitives are given here.

    XP      functions by the names of the Array API standard, on lanes

Semantics are those of NumPy: the larger and the smaller of two numbers are nan if either is.
Comparisons, arithmetic and bit operations are the operators of the lanes. Sine and cosine of
float64 ask the C library, lane by lane; all else is vector instructions.
"""

import math
from typing import Any, NamedTuple

from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I32, scalar_type
from pellucid.executors.native.math import exponentials, sine_and_cosine
from pellucid.executors.native.math.float_bits import (
    called_on_lanes,
    constant,
    floor,
    magnitude,
    select,
    with_sign,
)
from pellucid.executors.native.math.powers import power
from pellucid.primitives.base import FLOAT32

POWERS = (-1.0, -0.5, 0.5, 2.0, 3.0)  # exponents that need neither logarithm nor exponential


class _Quotient(NamedTuple):
    """A whole quotient, and by what was divided."""

    whole: Lanes
    divisor: Lanes


class XP:
    """The functions that `forward` rules call, by the names of the Array API standard."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.builder = builder

    def _by_lanes(self, name: str, *operands: Lanes) -> Lanes:
        """A function of the C library, called for one lane after the other."""
        b = self.builder
        first = operands[0]
        kind = scalar_type(first.dtype)
        if first.dtype == FLOAT32:
            name = f"{name}f"
        if first.width == 1:
            return first.made(called(b, name, kind, *(x.value for x in operands)))
        lanes = ir.Constant(first.value.type, ir.Undefined)
        for i in range(first.width):
            numbers = [x.lane(i).value for x in operands]
            lanes = b.insert_element(lanes, called(b, name, kind, *numbers), I32(i))
        return first.made(lanes)

    def exp(self, x: Lanes) -> Lanes:
        """e^x."""
        return exponentials.exp(x)

    def log(self, x: Lanes) -> Lanes:
        """The natural logarithm."""
        return exponentials.log(x)

    def expm1(self, x: Lanes) -> Lanes:
        """e^x - 1."""
        return exponentials.expm1(x)

    def log1p(self, x: Lanes) -> Lanes:
        """log(1 + x)."""
        return exponentials.log1p(x)

    def tanh(self, x: Lanes) -> Lanes:
        """The hyperbolic tangent."""
        return exponentials.tanh(x)

    def sin(self, x: Lanes) -> Lanes:
        """The sine."""
        if x.dtype == FLOAT32:
            return sine_and_cosine.sin(x)
        return self._by_lanes("sin", x)

    def cos(self, x: Lanes) -> Lanes:
        """The cosine."""
        if x.dtype == FLOAT32:
            return sine_and_cosine.cos(x)
        return self._by_lanes("cos", x)

    def pow(self, a: Lanes, b: Lanes) -> Lanes:
        """a^b; some exponents that are known now need no logarithm."""
        if b.number in POWERS:
            return self._known_power(a, b.number)
        return power(a, b)

    def _known_power(self, a: Lanes, exponent: float) -> Lanes:
        if exponent == -1.0:
            return 1.0 / a
        if exponent == 2.0:
            return a * a
        if exponent == 3.0:
            return a * a * a
        # The root of -0 is -0 and that of -inf nan, but these powers are 0 and inf.
        size = self.where(a == -math.inf, -a, a + 0.0)
        root = self.sqrt(size)
        return root if exponent == 0.5 else 1.0 / root

    def sqrt(self, x: Lanes) -> Lanes:
        """The square root."""
        return called_on_lanes("sqrt", x)

    def floor(self, x: Lanes) -> Lanes:
        """The largest integer not above x."""
        return floor(x)

    def atan2(self, a: Lanes, b: Lanes) -> Lanes:
        """The angle of the point (b, a)."""
        return self._by_lanes("atan2", a, b)

    def nextafter(self, a: Lanes, b: Lanes) -> Lanes:
        """The neighbour of a towards b."""
        return self._by_lanes("nextafter", a, b)

    def abs(self, x: Lanes) -> Lanes:
        """The absolute value."""
        if x.dtype.kind == "f":
            return magnitude(x)
        return self.where(x < 0, -x, x)

    def sign(self, x: Lanes) -> Lanes:
        """-1, 0 or 1, or nan."""
        one = self.full_like(x, 1)
        zero = self.full_like(x, 0)
        is_positive = x > 0
        negative_or_zero = self.where(x < 0, -one, zero)
        y = self.where(is_positive, one, negative_or_zero)
        return self._unless_nan(x, y)

    def _unless_nan(self, x: Lanes, y: Lanes) -> Lanes:
        """y, but x where that is nan."""
        is_number = x == x  # noqa: PLR0124 (nan alone differs from itself)
        return self.where(is_number, y, x)

    def copysign(self, x: Lanes, sign: Lanes) -> Lanes:
        """x with the sign of another number."""
        return with_sign(x, sign)

    def remainder(self, a: Lanes, b: Lanes) -> Lanes:
        """What is left of a whole quotient, with the sign of b."""
        if a.dtype.kind == "f":
            left, is_below = self._left_over(a, b)
            left = self.where(is_below, left + b, left)
            signed_zero = left == 0
            return self.where(signed_zero, self.copysign(left, b), left)
        quotient = self._whole_quotient(a, b)
        is_safe = quotient.divisor == b
        left = a - quotient.whole * b
        return self.where(is_safe, left, self.full_like(a, 0))

    def floor_divide(self, a: Lanes, b: Lanes) -> Lanes:
        """The largest whole number not above a quotient."""
        if a.dtype.kind == "f":
            return self._floats_divided(a, b)
        quotient = self._whole_quotient(a, b)
        other = self.full_like(a, 0)
        if a.dtype.kind == "i":  # by -1, which has a quotient that does not fit
            other = self.where(b == -1, -a, other)
        return self.where(quotient.divisor == b, quotient.whole, other)

    def _left_over(self, a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
        """What a quotient cut towards 0 leaves, and whether it has not the sign of b.

        Of -3 by 2 that is -1; the floor of the quotient is one less, and leaves 1.
        """
        left = self._by_lanes("fmod", a, b)
        is_left = left != 0
        differ = (left < 0) ^ (b < 0)
        return left, is_left & differ

    def _floats_divided(self, a: Lanes, b: Lanes) -> Lanes:
        """floor(a / b) as NumPy has it, of a less its remainder: a / b itself may be rounded up."""
        left, is_below = self._left_over(a, b)
        quotient = (a - left) / b
        quotient = self.where(is_below, quotient - 1, quotient)
        whole = self.floor(quotient)
        is_next = quotient - whole > 0.5
        whole = self.where(is_next, whole + 1, whole)
        is_zero = quotient == 0
        zero = self.copysign(self.full_like(a, 0), a / b)
        whole = self.where(is_zero, zero, whole)
        return self.where(b == 0, a / b, whole)

    def _whole_quotient(self, a: Lanes, b: Lanes) -> _Quotient:
        """The floor of a quotient of integers.

        The divisor is b, but 1 where the instruction would end the process: for 0, and for -1.
        """
        one = self.full_like(a, 1)
        safe = self.where(b == 0, one, b)
        if a.dtype.kind != "i":
            whole = self.builder.udiv(a.value, safe.value)
            return _Quotient(a.made(whole), safe)
        safe = self.where(b == -1, one, safe)
        cut = a.made(self.builder.sdiv(a.value, safe.value))
        left = a - cut * safe
        is_left = left != 0
        differ = (left < 0) ^ (safe < 0)
        floored = self.where(is_left & differ, cut - 1, cut)
        return _Quotient(floored, safe)

    def bitwise_left_shift(self, a: Lanes, b: Lanes) -> Lanes:
        """Bits moved up; nothing is left after more places than there are."""
        return self.where(self._fits(b), a << b, self.full_like(a, 0))

    def bitwise_right_shift(self, a: Lanes, b: Lanes) -> Lanes:
        """Bits moved down; only the sign is left after more places than there are."""
        last = self.full_like(a, 8 * a.dtype.itemsize - 1)
        is_signed = a.dtype.kind == "i"
        gone = a >> last if is_signed else self.full_like(a, 0)
        return self.where(self._fits(b), a >> b, gone)

    def _fits(self, places: Lanes) -> Lanes:
        """Whether a shift by `places` is within the bits that the dtype has."""
        is_signed = places.dtype.kind == "i"
        low = places >= 0 if is_signed else places == places  # noqa: PLR0124 (always)
        bits = 8 * places.dtype.itemsize
        return low & (places < bits)

    def full_like(self, x: Lanes, number: Any) -> Lanes:
        """A number in all lanes."""
        return constant(x, number)

    def ones_like(self, x: Lanes) -> Lanes:
        """1 in all lanes."""
        return self.full_like(x, 1)

    def maximum(self, a: Lanes, b: Lanes) -> Lanes:
        """The larger; nan if either is."""
        larger = self.where(a > b, a, b)
        return self._unless_nan(a, larger)

    def minimum(self, a: Lanes, b: Lanes) -> Lanes:
        """The smaller; nan if either is."""
        smaller = self.where(a < b, a, b)
        return self._unless_nan(a, smaller)

    def where(self, condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
        """One of two, by a condition."""
        return select(condition, a, b)

    def logical_and(self, a: Lanes, b: Lanes) -> Lanes:
        """Whether both are true."""
        return a & b

    def logical_or(self, a: Lanes, b: Lanes) -> Lanes:
        """Whether one is true."""
        return a | b

    def logical_not(self, x: Lanes) -> Lanes:
        """The opposite."""
        return ~x

    def astype(self, x: Lanes, dtype: Any) -> Lanes:
        """The same numbers in another dtype."""
        return x.astype(dtype)
