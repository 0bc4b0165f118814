"""Functions that NumPy does not have, in terms of those it has.

erf         the error function
saturated   floats as integers, those that do not fit as the nearest that do

Both are for NumPy, for jax.numpy and for machine code alike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

# Polynomials, highest power first, derived by tests/executors/native/make_polynomials.py:
# erf(x) / x - 1 in x^2, and e^(x^2) (1 - erf x) in 1 / (x + 2).
_NEAR = {
    "float32": (
        8.913373e-05, -0.0008259758, 0.0052104574, -0.02686288, 0.11283753, -0.37612638,
        0.12837917,
    ),
    "float64": (
        -8.905151131672966e-10, 1.4215069808219508e-08, -1.63046150641907e-07,
        1.6458051806890862e-06, -1.4925471268019038e-05, 0.00012055327697362146,
        -0.0008548326920588401, 0.005223977624171083, -0.02686617064503848,
        0.11283791670954775, -0.3761263890318375, 0.1283791670955126,
    ),
}  # fmt: skip
_TAIL = {
    "float32": (
        15.448867, -30.467012, 18.261387, -1.7570269, 2.8070767, 1.0351212, 0.5701182,
        -0.00016420217,
    ),
    "float64": (
        7753.188834428604, -35074.78851019216, 73132.6609607555, -92551.34681861532,
        78726.89019859095, -47130.871670894725, 20344.614545718603, -6523.81818344729,
        1657.145200997879, -343.51090744725775, 44.66287517434616, -6.739432179940972,
        3.307558085333721, 2.7742123403199215, 1.9772393803309027, 1.1282801213026719,
        0.564191956049585, -2.6654156466635667e-08,
    ),
}  # fmt: skip
_SPLIT = 0.84  # between the two polynomials
_LAST = {"float32": 4.0, "float64": 6.0}  # erf is 1 to the last bit beyond


def erf(xp: Any, x: Any) -> Any:
    """The error function.

        erf x = 2/sqrt(pi) integral of e^(-t^2) for t from 0 to x

    Computed in the dtype of x, float32 or float64. The error is at most 1.75 units in the last
    place: measured over all float32, and over samples of float64.

    >>> import numpy as np
    >>> erf(np, np.array([0.0, 0.5, -3.0]))
    array([ 0.        ,  0.52049988, -0.99997791])
    """
    dtype = x.dtype.name
    size = xp.abs(x)
    # Both branches are computed everywhere, each for an argument that is good for it.
    inner = xp.minimum(size, xp.full_like(size, _SPLIT))
    # Scaled, so that P x is a normal number wherever x is one.
    scaled = inner * 2.0**64
    near = (_polynomial(_NEAR[dtype], inner * inner) * scaled + scaled) * 2.0**-64
    outer = xp.minimum(size, xp.full_like(size, _LAST[dtype]))
    beyond = 1.0 - _polynomial(_TAIL[dtype], 1.0 / (outer + 2.0)) * xp.exp(-(outer * outer))
    return xp.copysign(xp.where(size < _SPLIT, near, beyond), x)


def saturated(xp: Any, x: Any, to: np.dtype[Any]) -> Any:
    """Floats as integers: without their fraction, the nearest that fits, and 0 for nan.

    NumPy leaves what does not fit to the CPU, which answers differently by kind and by length.

    >>> saturated(np, np.array([-1.5, 2.9, 300.0, np.inf, np.nan]), np.dtype(np.uint8))
    array([  0,   2, 255, 255,   0], dtype=uint8)
    """
    range_ = np.iinfo(to)
    last = x.dtype.type(range_.max)
    if int(last) > range_.max:
        last = np.nextafter(last, x.dtype.type(0))
    inside = xp.minimum(
        xp.maximum(x, xp.full_like(x, float(range_.min))), xp.full_like(x, float(last))
    )
    known = xp.where(x == x, inside, xp.full_like(x, 0.0))  # noqa: PLR0124 (nan alone differs)
    y = known.astype(to)
    return xp.where(x > float(last), xp.full_like(y, range_.max), y)


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """Horner's rule."""
    total = x * coefficients[0] + coefficients[1]
    for coefficient in coefficients[2:]:
        total = total * x + coefficient
    return total
