"""Sines, arcs, and their hyperbolic kin, at each position, by the names of the standard.

Angles are in radians. All arcs come from `atan2`; hyperbolic functions from exponentials, in
forms that are accurate near 0 and do not overflow before their result does.
"""

import math
from typing import Any

from pellucid import primitives as p
from pellucid.creation import where
from pellucid.standard.elementwise import copysign
from pellucid.standard.operands import array, pair
from pellucid.strict import strict
from pellucid.tensor import Tensor, ones_like


@strict
def sin(x: Any, /) -> Tensor:
    """The sine."""
    return array(x).sin()


@strict
def cos(x: Any, /) -> Tensor:
    """The cosine."""
    return array(x).cos()


@strict
def tan(x: Any, /) -> Tensor:
    """The tangent: sine over cosine."""
    t = array(x)
    return t.sin() / t.cos()


@strict
def atan2(x1: Any, x2: Any, /) -> Tensor:
    """The angle of the point (x2, x1), from -pi to pi."""
    a, b = pair(x1, x2)
    return a.apply(p.Atan2(), b)


@strict
def atan(x: Any, /) -> Tensor:
    """The arc tangent, from -pi/2 to pi/2."""
    t = array(x)
    return atan2(t, ones_like(t))


@strict
def asin(x: Any, /) -> Tensor:
    """The arc sine, from -pi/2 to pi/2; nan outside -1 to 1."""
    t = array(x)
    return atan2(t, ((1.0 - t) * (1.0 + t)).sqrt())


@strict
def acos(x: Any, /) -> Tensor:
    """The arc cosine, from 0 to pi; nan outside -1 to 1."""
    t = array(x)
    return atan2(((1.0 - t) * (1.0 + t)).sqrt(), t)


@strict
def tanh(x: Any, /) -> Tensor:
    """The hyperbolic tangent."""
    return array(x).tanh()


@strict
def sinh(x: Any, /) -> Tensor:
    """The hyperbolic sine (e^x - e^-x) / 2."""
    t = array(x)
    # Half of the exponential of a half each: their product overflows only where sinh does.
    size = t.abs()
    half = (size * 0.5).exp()
    far = 0.5 * half * half
    grown = size.minimum(20.0).expm1()
    near = 0.5 * (grown + grown / (grown + 1.0))
    return copysign(where(size < 20.0, near, far), t)


@strict
def cosh(x: Any, /) -> Tensor:
    """The hyperbolic cosine (e^x + e^-x) / 2."""
    half = (array(x).abs() * 0.5).exp()
    return 0.5 * half * half + 0.5 / half / half


@strict
def asinh(x: Any, /) -> Tensor:
    """The inverse of sinh."""
    t = array(x)
    size = t.abs()
    # For large numbers the square would overflow: there it is log(2 size).
    small = size.minimum(_LARGE)
    near = (small + small * small / (1.0 + (1.0 + small * small).sqrt())).log1p()
    return copysign(where(size > _LARGE, size.maximum(_LARGE).log() + math.log(2.0), near), t)


@strict
def acosh(x: Any, /) -> Tensor:
    """The inverse of cosh, from 0 on; nan below 1."""
    t = array(x)
    above = t.minimum(_LARGE) - 1.0
    near = (above + (above * (above + 2.0)).sqrt()).log1p()
    found = where(t > _LARGE, t.log() + math.log(2.0), near)
    return where(t < 1.0, math.nan, found)


@strict
def atanh(x: Any, /) -> Tensor:
    """The inverse of tanh; nan outside -1 to 1."""
    t = array(x)
    size = t.abs()
    return copysign(0.5 * (2.0 * size / (1.0 - size)).log1p(), t)


_LARGE = 1e9  # 1 beside its square is nothing, in float64 too
