"""Whole quotients and what is left of them, bits, and the places of numbers in order.

Decisions: a remainder has the sign of the divisor, as Python's has; an integer divided by 0
gives 0, as in NumPy; a shift by more bits than there are leaves nothing but the sign.
"""

from dataclasses import dataclass
from typing import Any

from pellucid.primitives.attributes import check_axis
from pellucid.primitives.base import INT64, INTEGERS, NUMBERS, Elementwise, Primitive, Shape


class FloorDivide(Elementwise):
    """The largest whole number not above the quotient; flat between steps: the gradient is 0."""

    formula = "y = floor(a / b)"
    gradient_formula = "da = 0,  db = 0"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.floor_divide(a, b)


class Remainder(Elementwise):
    """What is left of a whole quotient; it has the sign of b."""

    formula = "y = a - b floor(a / b)"
    gradient_formula = "da = dy,  db = -dy floor(a / b)"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.remainder(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy, -dy * a.apply(FloorDivide(), b)


class _Bits(Elementwise):
    """The same for each bit of two integers."""

    gradient_formula = "none: integers"
    accepts = INTEGERS


class BitwiseAnd(_Bits):
    """Bits that are set in both."""

    formula = "y = a AND b, bit by bit"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a & b


class BitwiseOr(_Bits):
    """Bits that are set in one of them or in both."""

    formula = "y = a OR b, bit by bit"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a | b


class BitwiseXor(_Bits):
    """Bits that are set in just one of them."""

    formula = "y = a XOR b, bit by bit"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a ^ b


class BitwiseLeftShift(_Bits):
    """Bits moved up by b places; what leaves at the top is lost."""

    formula = "y = a 2^b, less what does not fit"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.bitwise_left_shift(a, b)


class BitwiseRightShift(_Bits):
    """Bits moved down by b places; the sign stays."""

    formula = "y = floor(a / 2^b)"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.bitwise_right_shift(a, b)


@dataclass(frozen=True)
class Argsort(Primitive):
    """The positions that put an axis in order, smallest first.

    Equal numbers keep their order; nan stands last.
    """

    formula = "x[y_0] <= x[y_1] <= ..."
    gradient_formula = "none: a position is flat wherever it is continuous"
    accepts = NUMBERS
    result = INT64
    axis: int

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        check_axis(self, x)
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.argsort(x, axis=self.axis, stable=True)
