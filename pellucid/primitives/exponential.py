"""Exponentials, logarithms and their relatives, each smooth on its domain."""

import math
from dataclasses import dataclass
from typing import Any

from pellucid.errors import OptionError
from pellucid.primitives.base import FLOATS, Elementwise
from pellucid.primitives.special import erf, gaussian, normal_cdf


class Exp(Elementwise):
    """Exponential."""

    formula = "y = e^x"
    gradient_formula = "dx = dy y"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.exp(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * y,)


class Expm1(Elementwise):
    """e^x - 1 without the cancellation that the plain form suffers near 0.

    Its derivative is computed from x: y + 1 has lost all digits where e^x is small.
    """

    formula = "y = e^x - 1"
    gradient_formula = "dx = dy e^x"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.expm1(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * x.exp(),)


class Log(Elementwise):
    """Natural logarithm: -inf at 0, nan below."""

    formula = "y = log x"
    gradient_formula = "dx = dy / x"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy / x,)


class Log1p(Elementwise):
    """log(1 + x) without the cancellation that the plain form suffers near 0."""

    formula = "y = log(1 + x)"
    gradient_formula = "dx = dy / (1 + x)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.log1p(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy / (x + 1.0),)


class Sqrt(Elementwise):
    """Square root; its derivative at 0 is infinite."""

    formula = "y = sqrt(x)"
    gradient_formula = "dx = dy / (2 y)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sqrt(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * 0.5 / y,)


class Sin(Elementwise):
    """Sine of an angle in radians."""

    formula = "y = sin x"
    gradient_formula = "dx = dy cos x"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.sin(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * x.cos(),)


class Cos(Elementwise):
    """Cosine of an angle in radians."""

    formula = "y = cos x"
    gradient_formula = "dx = -dy sin x"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.cos(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (-dy * x.sin(),)


class Atan2(Elementwise):
    """The angle of the point (b, a) in radians, from -pi to pi; all arcs come from it."""

    formula = "y = the angle whose sine is a / r and cosine b / r,  r^2 = a^2 + b^2"
    gradient_formula = "da = dy b / r^2,  db = -dy a / r^2"
    accepts = FLOATS

    def forward(self, xp: Any, a: Any, b: Any) -> Any:
        return xp.atan2(a, b)

    def backward(self, dy: Any, y: Any, a: Any, b: Any) -> tuple[Any, ...]:
        # Divided one after the other: the square of a large radius would overflow.
        large = a.abs().maximum(b.abs())
        p = a / large
        q = b / large
        share = dy / (p * p + q * q) / large
        return share * q, -share * p


class Tanh(Elementwise):
    """Hyperbolic tangent: a zero-centred squashing into the open interval (-1, 1)."""

    formula = "y = tanh x"
    gradient_formula = "dx = dy (1 - y^2)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.tanh(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (1.0 - y * y),)


class Sigmoid(Elementwise):
    """Logistic function, a squashing into the open interval (0, 1).

    A primitive because no composition is both stable and differentiable everywhere:
    1 / (1 + e^-x) overflows for large -x and its chain rule then meets 0 times inf; forms
    with |x| get the derivative at 0 wrong. The derivative is at most 1/4, at x = 0.
    """

    formula = "y = 1 / (1 + e^-x)"
    gradient_formula = "dx = dy l(x),  l(x) = e^-x / (1 + e^-x)^2"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        # e^-|x| never overflows; both forms keep the relative accuracy of small results.
        e = xp.exp(-xp.abs(x))
        return xp.where(x >= 0, xp.ones_like(e), e) / (e + 1)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        # y (1 - y) has no digits left where y is nearly 1.
        return (dy * x.apply(LogisticDensity()),)


class LogisticDensity(Elementwise):
    """Density of the logistic distribution, whose distribution function is the sigmoid.

    A primitive because its own slope keeps its digits in this form alone.
    """

    formula = "y = e^-x / (1 + e^-x)^2"
    gradient_formula = "dx = -dy y tanh(x / 2)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        # An even function, and e^-|x| never overflows.
        e = xp.exp(-xp.abs(x))
        above = e + 1
        return e / (above * above)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (-dy * y * (x * 0.5).tanh(),)


class Erf(Elementwise):
    """Error function, the integral of the bell curve."""

    formula = "y = 2/sqrt(pi) integral of e^(-t^2) for t from 0 to x"
    gradient_formula = "dx = dy 2/sqrt(pi) e^(-x^2)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return erf(xp, x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (2.0 / math.sqrt(math.pi)) * x.apply(Gaussian(1.0)),)


@dataclass(frozen=True)
class Gaussian(Elementwise):
    """Bell curve of height 1: e^(-factor x^2), exact to the last digits of its smallest values.

    A primitive because the rounding of x^2 costs a composition more digits the further out it
    is. `factor` is a power of two: 1 belongs to erf, 1/2 to the normal distribution.

    Errors: OptionError for another factor, and beyond 2^-64 and 2^64, where squares would not fit.
    """

    formula = "y = e^(-factor x^2)"
    gradient_formula = "dx = -2 factor dy x y"
    accepts = FLOATS
    factor: float

    def __post_init__(self) -> None:
        """Check the factor. Errors: OptionError."""
        super().__post_init__()
        if not (2.0**-64 <= self.factor <= 2.0**64 and math.frexp(self.factor)[0] == 0.5):
            raise OptionError(
                f"gaussian: factor {self.factor}. It is a power of two from 2^-64 to 2^64, as 0.5."
            )

    def forward(self, xp: Any, x: Any) -> Any:
        return gaussian(xp, x, self.factor)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (-2.0 * self.factor) * x * y,)


class NormalCdf(Elementwise):
    """Distribution function of the bell curve: how likely a normal number is below x; for gelu.

    A primitive because (1 + erf(x / sqrt 2)) / 2 loses all digits below -5.
    """

    formula = "y = 1/sqrt(2 pi) integral of e^(-t^2/2) for t from -inf to x"
    gradient_formula = "dx = dy e^(-x^2/2) / sqrt(2 pi)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return normal_cdf(xp, x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (1.0 / math.sqrt(2.0 * math.pi)) * x.apply(Gaussian(0.5)),)
