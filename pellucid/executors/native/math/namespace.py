"""The namespace that the `forward` rules of primitives are given here.

    XP      functions by the names of the Array API standard, on lanes

Semantics are those of NumPy: the larger and the smaller of two numbers are nan if either is.
Comparisons, arithmetic and bit operations are the operators of the lanes. Sine and cosine of
float64 ask the C library, lane by lane; all else is vector instructions.
"""

import math
from typing import Any

from llvmlite import ir

from pellucid.executors.native.llvm.lanes import Lanes, call, declared, scalar_type
from pellucid.executors.native.math import exponentials, sine_and_cosine
from pellucid.executors.native.math.powers import power
from pellucid.primitives.base import FLOAT32, FLOAT64

I32 = ir.IntType(32)

POWERS = (-1.0, -0.5, 0.5, 2.0, 3.0)  # exponents that need neither logarithm nor exponential


class XP:
    """The functions that `forward` rules call, by the names of the Array API standard."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.builder = builder

    def _intrinsic(self, name: str, *operands: Lanes) -> Lanes:
        return operands[0].made(call(self.builder, name, *(x.value for x in operands)))

    def _by_lanes(self, name: str, *operands: Lanes) -> Lanes:
        """A function of the C library, called for one lane after the other."""
        b, first = self.builder, operands[0]
        kind = scalar_type(first.dtype)
        name = name if first.dtype == FLOAT64 else f"{name}f"
        function = declared(b, name, kind, [kind] * len(operands))
        if first.width == 1:
            return first.made(b.call(function, [x.value for x in operands]))
        result = ir.Constant(first.value.type, ir.Undefined)
        for i in range(first.width):
            numbers = [b.extract_element(x.value, I32(i)) for x in operands]
            result = b.insert_element(result, b.call(function, numbers), I32(i))
        return first.made(result)

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
        return sine_and_cosine.sin(x) if x.dtype == FLOAT32 else self._by_lanes("sin", x)

    def cos(self, x: Lanes) -> Lanes:
        """The cosine."""
        return sine_and_cosine.cos(x) if x.dtype == FLOAT32 else self._by_lanes("cos", x)

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
        return self.sqrt(size) if exponent == 0.5 else 1.0 / self.sqrt(size)

    def sqrt(self, x: Lanes) -> Lanes:
        """The square root."""
        return self._intrinsic("sqrt", x)

    def floor(self, x: Lanes) -> Lanes:
        """The largest integer not above x."""
        return self._intrinsic("floor", x)

    def atan2(self, a: Lanes, b: Lanes) -> Lanes:
        """The angle of the point (b, a)."""
        return self._by_lanes("atan2", a, b)

    def nextafter(self, a: Lanes, b: Lanes) -> Lanes:
        """The neighbour of a towards b."""
        return self._by_lanes("nextafter", a, b)

    def abs(self, x: Lanes) -> Lanes:
        """The absolute value."""
        return self._intrinsic("fabs", x) if x.dtype.kind == "f" else self.where(x < 0, -x, x)

    def sign(self, x: Lanes) -> Lanes:
        """-1, 0 or 1, or nan."""
        one, zero = self.full_like(x, 1), self.full_like(x, 0)
        y = self.where(x > 0, one, self.where(x < 0, -one, zero))
        return self.where(x == x, y, x)  # noqa: PLR0124 (nan alone differs from itself)

    def copysign(self, x: Lanes, sign: Lanes) -> Lanes:
        """x with the sign of another number."""
        return self._intrinsic("copysign", x, sign)

    def remainder(self, a: Lanes, b: Lanes) -> Lanes:
        """What is left of a whole quotient, with the sign of b."""
        if a.dtype.kind == "f":
            left, other = self._left_over(a, b)
            left = self.where(other, left + b, left)
            return self.where(left == 0, self.copysign(left, b), left)
        whole, safe = self._whole_quotient(a, b)
        return self.where(safe == b, a - whole * b, self.full_like(a, 0))

    def floor_divide(self, a: Lanes, b: Lanes) -> Lanes:
        """The largest whole number not above a quotient."""
        if a.dtype.kind == "f":
            return self._floats_divided(a, b)
        whole, safe = self._whole_quotient(a, b)
        other = self.full_like(a, 0)
        if a.dtype.kind == "i":  # by -1, which has a quotient that does not fit
            other = self.where(b == -1, -a, other)
        return self.where(safe == b, whole, other)

    def _left_over(self, a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
        """What a quotient cut towards 0 leaves, and whether it has not the sign of b.

        Of -3 by 2 that is -1; the floor of the quotient is one less, and leaves 1.
        """
        left = self._by_lanes("fmod", a, b)
        return left, (left != 0) & ((left < 0) ^ (b < 0))

    def _floats_divided(self, a: Lanes, b: Lanes) -> Lanes:
        """floor(a / b) as NumPy has it, of a less its remainder: a / b itself may be rounded up."""
        left, other = self._left_over(a, b)
        quotient = (a - left) / b
        quotient = self.where(other, quotient - 1, quotient)
        whole = self.floor(quotient)
        whole = self.where(quotient - whole > 0.5, whole + 1, whole)
        whole = self.where(quotient == 0, self.copysign(self.full_like(a, 0), a / b), whole)
        return self.where(b == 0, a / b, whole)

    def _whole_quotient(self, a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
        """The floor of a quotient of integers, and the divisor that was used.

        That is b, but 1 where the instruction would end the process: for 0, and for -1.
        """
        one, signed = self.full_like(a, 1), a.dtype.kind == "i"
        safe = self.where(b == 0, one, b)
        if not signed:
            return a.made(self.builder.udiv(a.value, safe.value)), safe
        safe = self.where(b == -1, one, safe)
        cut = a.made(self.builder.sdiv(a.value, safe.value))
        left = a - cut * safe
        down = (left != 0) & ((left < 0) ^ (safe < 0))
        return self.where(down, cut - 1, cut), safe

    def bitwise_left_shift(self, a: Lanes, b: Lanes) -> Lanes:
        """Bits moved up; nothing is left after more places than there are."""
        return self.where(self._fits(b), a << b, self.full_like(a, 0))

    def bitwise_right_shift(self, a: Lanes, b: Lanes) -> Lanes:
        """Bits moved down; only the sign is left after more places than there are."""
        last = self.full_like(a, 8 * a.dtype.itemsize - 1)
        gone = a >> last if a.dtype.kind == "i" else self.full_like(a, 0)
        return self.where(self._fits(b), a >> b, gone)

    def _fits(self, places: Lanes) -> Lanes:
        """Whether a shift by `places` is within the bits that the dtype has."""
        low = places >= 0 if places.dtype.kind == "i" else places == places  # noqa: PLR0124
        return low & (places < 8 * places.dtype.itemsize)

    def full_like(self, x: Lanes, number: Any) -> Lanes:
        """A number in all lanes."""
        return Lanes.constant(self.builder, number, x.dtype).splat(x.width)

    def ones_like(self, x: Lanes) -> Lanes:
        """1 in all lanes."""
        return self.full_like(x, 1)

    def maximum(self, a: Lanes, b: Lanes) -> Lanes:
        """The larger; nan if either is."""
        larger = self.where(a > b, a, b)
        return self.where(a == a, larger, a)  # noqa: PLR0124 (nan alone differs from itself)

    def minimum(self, a: Lanes, b: Lanes) -> Lanes:
        """The smaller; nan if either is."""
        smaller = self.where(a < b, a, b)
        return self.where(a == a, smaller, a)  # noqa: PLR0124 (nan alone differs from itself)

    def where(self, condition: Lanes, a: Lanes, b: Lanes) -> Lanes:
        """One of two, by a condition."""
        return a.made(self.builder.select(condition.value, a.value, b.value))

    def logical_and(self, a: Lanes, b: Lanes) -> Lanes:
        """Whether both are true."""
        return a & b

    def logical_or(self, a: Lanes, b: Lanes) -> Lanes:
        """Whether one is true."""
        return a | b

    def logical_not(self, x: Lanes) -> Lanes:
        """The opposite."""
        return x.made(self.builder.not_(x.value))

    def astype(self, x: Lanes, dtype: Any) -> Lanes:
        """The same numbers in another dtype."""
        return x.astype(dtype)
