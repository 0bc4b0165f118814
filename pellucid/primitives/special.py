"""Functions that NumPy does not have, in terms of those it has.

erf     the error function, for NumPy, for jax.numpy and for machine code alike
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

# W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969):
# numerators and denominators for |x| < 0.46875, up to 4, and beyond; lowest powers last.
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2,
     3.77485237685302021e2, 3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3,
     2.84423683343917062e3),
)  # fmt: skip
_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
     6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2,
     1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2,
     1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
     3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
_FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1,
     1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1,
     6.05183413124413191e-2, 2.33520497626869185e-3),
)  # fmt: skip
_END = 6.0  # erf is 1 to the last bit of a float64 beyond


def erf(xp: Any, x: Any) -> Any:
    """The error function 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.

    Computed in float64 whatever the dtype; the result has the dtype of x. The error is at most
    4 units in the last place of a float64, and half a unit of a float32.

    >>> erf(np, np.array([0.0, 0.5, -3.0]))
    array([ 0.        ,  0.52049988, -0.99997791])
    """
    wide = xp.astype(x, np.dtype(np.float64))
    size = xp.minimum(xp.abs(wide), xp.full_like(wide, _END))
    square = size * size
    near = wide * _ratio(_NEAR, square)
    # The arguments of both branches are kept where they are good: the other is computed too.
    tail = xp.maximum(size, xp.full_like(size, 0.46875))
    decay = xp.exp(-(tail * tail))
    middle = decay * _ratio(_MIDDLE, xp.minimum(tail, xp.full_like(tail, 4.0)))
    beyond = xp.maximum(tail, xp.full_like(tail, 4.0))
    inverse = 1.0 / (beyond * beyond)
    far = decay / beyond * (1.0 / math.sqrt(math.pi) - inverse * _ratio(_FAR, inverse))
    rest = xp.where(size > 4.0, far, middle)
    outer = xp.where(wide < 0.0, rest - 1.0, 1.0 - rest)
    return xp.astype(xp.where(size <= 0.46875, near, outer), x.dtype)


def _ratio(pair: tuple[Sequence[float], Sequence[float]], x: Any) -> Any:
    """The quotient of two polynomials, by Horner's rule."""
    results = []
    for coefficients in pair:
        total = x * coefficients[0] + coefficients[1]
        for coefficient in coefficients[2:]:
            total = total * x + coefficient
        results.append(total)
    return results[0] / results[1]
