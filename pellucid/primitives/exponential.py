"""Exponentials, logarithms and their relatives, each smooth on its domain."""

import math
from typing import Any

from pellucid.primitives.base import FLOATS, Elementwise
from pellucid.primitives.special import erf


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
    """e^x - 1 without the cancellation that the plain form suffers near 0."""

    formula = "y = e^x - 1"
    gradient_formula = "dx = dy (y + 1)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.expm1(x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (y + 1.0),)


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
    gradient_formula = "dx = dy y (1 - y)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        # e^-|x| never overflows; both forms keep the relative accuracy of small results.
        e = xp.exp(-xp.abs(x))
        return xp.where(x >= 0, xp.ones_like(e), e) / (e + 1)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * y * (1.0 - y),)


class Erf(Elementwise):
    """Error function, the integral of the bell curve; part of gelu."""

    formula = "y = 2/sqrt(pi) integral of e^(-t^2) for t from 0 to x"
    gradient_formula = "dx = dy 2/sqrt(pi) e^(-x^2)"
    accepts = FLOATS

    def forward(self, xp: Any, x: Any) -> Any:
        return erf(xp, x)

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy * (2.0 / math.sqrt(math.pi)) * (-(x * x)).exp(),)
