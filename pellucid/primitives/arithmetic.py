"""Arithmetic primitives: sums, products, powers, absolute values, the larger and the smaller.

Decisions at kinks and ties, each also said at its class: the derivative of `abs` and `sign`
at 0 is 0; `maximum` and `minimum` give half the gradient to each side of a tie.
"""

from typing import Any

from pellucid.primitives.base import FLOATS, NUMBERS, Elementwise


class Add(Elementwise):
    """Sum of two arrays."""

    formula = "y = a + b"
    gradient_formula = "da = dy,  db = dy"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a + b

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy, dy


class Subtract(Elementwise):
    """Difference of two arrays."""

    formula = "y = a - b"
    gradient_formula = "da = dy,  db = -dy"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a - b

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy, -dy


class Multiply(Elementwise):
    """Product of two arrays: each input's gradient is scaled by the other input."""

    formula = "y = a b"
    gradient_formula = "da = dy b,  db = dy a"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a * b

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy * b, dy * a


class Divide(Elementwise):
    """Quotient of two arrays of floats."""

    formula = "y = a / b"
    gradient_formula = "da = dy / b,  db = -dy y / b"
    accepts = FLOATS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return a / b

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy / b, -dy * y / b


class Power(Elementwise):
    """Power of two arrays of floats.

    The derivative by the exponent is taken as 0 where the base is 0 or negative: there it
    exists only as a limit, or not at all.
    """

    formula = "y = a ^ b"
    gradient_formula = "da = dy b a^(b-1),  db = dy y log(a) where a > 0, else 0"
    accepts = FLOATS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.pow(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        # b = 0 gives exactly 0, also where a^(b-1) is infinite.
        da = (b == 0.0).where(0.0, dy * b * a ** (b == 0.0).where(1.0, b - 1.0))
        positive = a > 0.0
        return da, positive.where(dy * y * positive.where(a, 1.0).log(), 0.0)


class Negative(Elementwise):
    """The number with the other sign."""

    formula = "y = -x"
    gradient_formula = "dx = -dy"
    accepts = NUMBERS

    def forward(self, xp: Any, x: Any) -> Any:
        return -x

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (-dy,)


class Abs(Elementwise):
    """Absolute value; its derivative at 0 is taken as 0."""

    formula = "y = |x|"
    gradient_formula = "dx = dy sign(x)"
    accepts = NUMBERS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.abs(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * x.sign(),)


class Sign(Elementwise):
    """-1, 0 or 1; nan stays nan. Flat wherever it is differentiable: the gradient is 0."""

    formula = "y = sign(x)"
    gradient_formula = "dx = 0"
    accepts = NUMBERS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sign(x)


class Floor(Elementwise):
    """The largest integer not above x, as a float. Flat between steps: the gradient is 0."""

    formula = "y = floor(x)"
    gradient_formula = "dx = 0"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.floor(x)


class NextAfter(Elementwise):
    """The neighbour of a, among the numbers that its dtype has, on the way to b."""

    formula = "y = the number next to a towards b"
    gradient_formula = "da = dy,  db = 0"
    accepts = FLOATS
    name = "nextafter"

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.nextafter(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        return dy, None


class Maximum(Elementwise):
    """The larger of two numbers; nan if either is. At a tie each side gets half the gradient."""

    formula = "y = max(a, b)"
    gradient_formula = "da = dy [a > b] + dy/2 [a = b],  db = dy [b > a] + dy/2 [a = b]"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.maximum(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        half = (a == b).where(dy * 0.5, 0.0)
        return (a > b).where(dy, half), (b > a).where(dy, half)


class Minimum(Elementwise):
    """The smaller of two numbers; nan if either is. At a tie each side gets half the gradient."""

    formula = "y = min(a, b)"
    gradient_formula = "da = dy [a < b] + dy/2 [a = b],  db = dy [b < a] + dy/2 [a = b]"
    accepts = NUMBERS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.minimum(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        half = (a == b).where(dy * 0.5, 0.0)
        return (a < b).where(dy, half), (b < a).where(dy, half)
