"""Functions that NumPy does not have, in terms of those it has.

erf         the error function
saturated   floats as integers, those that do not fit as the nearest that do

Both are for NumPy, for jax.numpy and for machine code alike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

# Polynomials, highest power first, derived by tests/executors/native/math/make_polynomials.py:
# erf(x) / x - 1 in x^2, e^(x^2) (1 - erf x) in 1 / (x + 2), and (x + 4) e^(x^2 / 2) P(-x) in
# (x - 4) / (x + 4), where P is the normal distribution.
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
_BELOW = {
    "float32": (
        -5.155659e-05, -0.00023179868, 0.0001710546, 0.0016452193, -0.0034893174, -0.007545268,
        0.06039753, -0.18652128, 0.38713735, -0.6078967, 0.75528514,
    ),
    "float64": (
        -7.262419810409579e-10, -2.5220994578780736e-09, 1.91827702037334e-09,
        1.961961086135556e-08, 1.3280797787310328e-08, -8.540841815685125e-08,
        -1.549649174224745e-07, 2.7180452962592834e-07, 1.0215540371961016e-06,
        -6.296965605815823e-07, -5.9201733230161025e-06, 7.166663245221031e-07,
        3.5144686053003464e-05, -1.9082584797734333e-06, -0.000231094935169459,
        0.00013334431240964574, 0.0016308184575887011, -0.003479692367393595,
        -0.007540188966726791, 0.06039657489093656, -0.18652185795965726, 0.38713740074221453,
        -0.6078966419718921, 0.7552851304157515,
    ),
}  # fmt: skip
_SPLIT = 0.84  # between the two polynomials
_LAST = {"float32": 4.0, "float64": 6.0}  # erf is 1 to the last bit beyond
_MIDDLE = 4.0
_LEAST = {"float32": 15.0, "float64": 39.0}  # the normal distribution of -x is 0 beyond
_HALVES = {"float32": 2.0**12 + 1.0, "float64": 2.0**27 + 1.0}  # cuts a number into two halves


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


def gaussian(xp: Any, x: Any, factor: float) -> Any:
    """e^(-factor x^2) for a factor that is a power of two.

    The square is kept as a sum of two numbers: what its rounding loses would be multiplied by
    up to 100, or 745 in float64. The error is at most 1.75 units in the last place, beside that of
    the library's e^x, which NumPy gives to 2.5 units in float32.

    >>> import numpy as np
    >>> gaussian(np, np.array([0.0, 1.0, 10.0]), 0.5)
    array([1.00000000e+00, 6.06530660e-01, 1.92874985e-22])
    """
    dtype = x.dtype.name
    size = xp.abs(x)
    size = xp.minimum(size, xp.full_like(size, _LEAST[dtype] * (0.5 / factor) ** 0.5))
    # Half of the bits: the square of the first half is exact (Veltkamp, Dekker 1971).
    scaled = size * _HALVES[dtype]
    first = scaled - (scaled - size)
    high = first * first * factor
    low = (size - first) * (size + first) * factor
    total = high + low
    return xp.exp(-total) * (1.0 - ((high - total) + low))


def normal_cdf(xp: Any, x: Any) -> Any:
    """The distribution function of the bell curve: how likely a normal number is below x.

        P(x) = 1/sqrt(2 pi) integral of e^(-t^2/2) for t from -inf to x

    Of the smallest results, too, all digits are right: the error is at most 4.5 units in the
    last place, beside that of the library's e^x.

    >>> import numpy as np
    >>> normal_cdf(np, np.array([0.0, -3.0, 3.0]))
    array([0.5      , 0.0013499, 0.9986501])
    """
    dtype = x.dtype.name
    size = xp.abs(x)
    size = xp.minimum(size, xp.full_like(size, _LEAST[dtype]))
    above = size + _MIDDLE
    below = _polynomial(_BELOW[dtype], (size - _MIDDLE) / above) / above
    # Of x, not of its size, which it takes itself: code that needs both computes it once.
    below = below * gaussian(xp, x, 0.5)
    return xp.where(x < 0.0, below, 1.0 - below)


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """Horner's rule."""
    total = x * coefficients[0] + coefficients[1]
    for coefficient in coefficients[2:]:
        total = total * x + coefficient
    return total
