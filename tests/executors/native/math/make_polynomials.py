"""Derives the polynomials of the vector functions, with 60 digits.

    python tests/executors/native/math/make_polynomials.py

prints the coefficients, highest power first, rounded to the dtype they serve, and log2 of the
largest error as a share of the function's result; then 2^n quarter turns of a circle, less
whole circles, in two parts. Needs mpmath. Each is a Chebyshev fit, which
is within a small factor of the best polynomial of its degree.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from mpmath import (
    atanh,
    chebyfit,
    cos,
    erf,
    erfc,
    exp,
    expm1,
    fabs,
    log,
    log1p,
    mp,
    mpf,
    nint,
    pi,
    sin,
    sqrt,
    tanh,
)

mp.dps = 60
SPLIT = mpf("0.84")  # of erf
SHIFT = 2  # of erf
TURN = mpf("0.55")  # of tanh
MIDDLE = mpf(4)  # of the normal distribution
TINY = mpf(10) ** -20  # nearer to 0 the first term of a series stands for the quotient


def exponential(r: Any) -> Any:
    """(e^r - 1 - r) / r^2."""
    return (expm1(r) - r) / r**2 if fabs(r) > TINY else mpf(1) / 2


def logarithm(f: Any) -> Any:
    """(log(1 + f) - f) / f^2."""
    return (log1p(f) - f) / f**2 if fabs(f) > TINY else -mpf(1) / 2


def quotient(square: Any) -> Any:
    """The logarithm of (1 + s) / (1 - s) after its terms 2 s + 2/3 s^3, over s^5, in s^2."""
    s = sqrt(square)
    return (2 * atanh(s) / s - 2 - 2 * square / 3) / square**2 if square > TINY else mpf(2) / 5


def hyperbolic(square: Any) -> Any:
    """tanh(x) / x - 1, over x^2 and in x^2."""
    x = sqrt(square)
    return (tanh(x) / x - 1) / square if square > TINY else -mpf(1) / 3


def sine(square: Any) -> Any:
    """(sin(x) / x - 1) / x^2, in x^2."""
    x = sqrt(square)
    return (sin(x) / x - 1) / square if square > TINY else -mpf(1) / 6


def cosine(square: Any) -> Any:
    """(cos(x) - 1) / x^2, in x^2."""
    return (cos(sqrt(square)) - 1) / square if square > TINY else -mpf(1) / 2


def near(square: Any) -> Any:
    """erf(x) / x - 1, in x^2."""
    x = sqrt(square)
    return erf(x) / x - 1 if x > TINY else 2 / sqrt(pi) - 1


def tail(t: Any) -> Any:
    """e^(x^2) (1 - erf x), in t = 1 / (x + SHIFT)."""
    x = 1 / t - SHIFT
    return exp(x * x) * erfc(x)


def below(q: Any) -> Any:
    """(x + MIDDLE) e^(x^2 / 2) P(-x), P the normal distribution, in q = (x - M) / (x + M)."""
    x = MIDDLE * (1 + q) / (1 - q)
    return (x + MIDDLE) * exp(x * x / 2) * erfc(x / sqrt(mpf(2))) / 2


HALF = log(2) / 2 * mpf("1.0001")
THIRD = mpf(1) / 3
EIGHTH = pi / 4 * mpf("1.0001")
LAST = {np.float32: mpf(4), np.float64: mpf(6)}  # erf is 1 beyond
LEAST = {np.float32: mpf(15), np.float64: mpf(39)}  # the distribution of -x is 0 beyond
FITS: list[tuple[str, Callable[[Any], Any], Any, dict[type, int], Any]] = [
    # name, function, interval for a dtype, coefficients, share of its error in the result
    ("EXP", exponential, lambda d: (-HALF, HALF), {np.float32: 6, np.float64: 11}, HALF**2),
    ("LOG", logarithm, lambda d: (-THIRD, THIRD), {np.float32: 10, np.float64: 21}, THIRD),
    ("EXP short", exponential, lambda d: (-HALF, HALF), {np.float64: 7}, HALF**2),
    ("LOG short", logarithm, lambda d: (-THIRD, THIRD), {np.float64: 15}, THIRD),
    ("QUOTIENT", quotient, lambda d: (mpf(0), mpf("0.0401")), {np.float64: 9}, mpf("0.1")),
    ("TANH", hyperbolic, lambda d: (mpf(0), TURN**2), {np.float32: 5, np.float64: 11}, TURN**2),
    ("SINE", sine, lambda d: (mpf(0), EIGHTH**2), {np.float64: 4}, EIGHTH**2),
    ("COSINE", cosine, lambda d: (mpf(0), EIGHTH**2), {np.float64: 5}, EIGHTH**2),
    ("NEAR", near, lambda d: (mpf(0), SPLIT**2), {np.float32: 7, np.float64: 12}, mpf(1)),
    (
        "TAIL",
        tail,
        lambda d: (1 / (LAST[d] + SHIFT), 1 / (SPLIT + SHIFT)),
        {np.float32: 8, np.float64: 18},
        exp(-(SPLIT**2)) / erf(SPLIT),
    ),
    (
        "BELOW",
        below,
        lambda d: (mpf(-1), (LEAST[d] - MIDDLE) / (LEAST[d] + MIDDLE)),
        {np.float32: 11, np.float64: 24},
        1 / mpf("0.4"),
    ),
]


def main() -> None:
    """Print every table."""
    for dtype in (np.float32, np.float64):
        for name, function, interval, counts, share in FITS:
            if dtype not in counts:
                continue
            fit, error = chebyfit(function, interval(dtype), counts[dtype], error=True)
            bits = float(log(error * share, 2))
            print(f"{name} for {np.dtype(dtype)}: 2^{bits:.1f}")
            print("    (" + ", ".join(str(dtype(float(c))) for c in fit) + "),")
    print("TURNS")
    for power in (0, 21, 42, 63, 84):
        turns = mpf(2) ** power * 2 / pi
        turns -= 4 * nint(turns / 4)
        print(f"    ({power}, {float(turns)!r}, {float(turns - mpf(float(turns)))!r}),")


if __name__ == "__main__":
    main()
