"""Polynomials of the vector functions: against series, in exact numbers."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

from pellucid.executors.native.math import coefficients as c

TERMS = 90


def by_horner(coefficients, x):
    total = Fraction(0)
    for each in coefficients:
        total = total * x + Fraction(each)
    return total


def series(term, x):
    return sum(term(n) * x**n for n in range(TERMS))


def of_exp(x):
    return series(lambda n: Fraction(1, math.factorial(n + 2)), x)


def of_log(x):
    return series(lambda n: Fraction((-1) ** (n + 1), n + 2), x)


def of_quotient(x):
    return series(lambda n: Fraction(2, 2 * n + 5), x)


def of_sine(x):
    return series(lambda n: Fraction((-1) ** (n + 1), math.factorial(2 * n + 3)), x)


def of_cosine(x):
    return series(lambda n: Fraction((-1) ** (n + 1), math.factorial(2 * n + 2)), x)


HALF_LOG_2 = math.log(2) / 2
# The polynomial; its function by a series; its range; and what is lost in the result, x times
# which power of the variable: less than a quarter of the last place that is asked for.
CASES = {
    "EXP float32": (c.EXP["float32"], of_exp, (-HALF_LOG_2, HALF_LOG_2), 2, 2**-25),
    "EXP float64": (c.EXP["float64"], of_exp, (-HALF_LOG_2, HALF_LOG_2), 2, 2**-54),
    "EXP_SHORT": (c.EXP_SHORT, of_exp, (-HALF_LOG_2, HALF_LOG_2), 2, 2**-30),
    "LOG float32": (c.LOG["float32"], of_log, (-1 / 3, 1 / 3), 1, 2**-25),
    "LOG float64": (c.LOG["float64"], of_log, (-1 / 3, 1 / 3), 1, 2**-54),
    "LOG_SHORT": (c.LOG_SHORT, of_log, (-1 / 3, 1 / 3), 1, 2**-36),
    "QUOTIENT": (c.QUOTIENT, of_quotient, (0, 0.04), 2, 2**-60),
    "SINE": (c.SINE, of_sine, (0, (math.pi / 4) ** 2), 1, 2**-29),
    "COSINE": (c.COSINE, of_cosine, (0, (math.pi / 4) ** 2), 1, 2**-29),
}


@pytest.mark.parametrize("name", CASES)
def test_polynomials_are_as_near_as_results_need_over_their_whole_range(name):
    polynomial, function, (low, high), power, most = CASES[name]
    points = [Fraction(low + (high - low) * i / 40) for i in range(41)]
    lost = [abs((by_horner(polynomial, x) - function(x)) * x**power) for x in points]
    assert max(lost) < most


@pytest.mark.parametrize(("dtype", "most"), [("float32", 2**-25), ("float64", 2**-54)])
def test_the_polynomial_of_tanh_is_as_near_as_results_need(dtype, most):
    for i in range(1, 41):
        x = Fraction(0.55 * i / 40)
        grown = Fraction(2) * x * (1 + 2 * x * of_exp(2 * x))  # e^2x - 1
        exact = grown / (grown + 2)
        found = x + x**3 * by_horner(c.TANH[dtype], x * x)
        assert abs(found / exact - 1) < most, float(x)


def two_over_pi():
    """2 / pi to a hundred places: Machin's formula."""

    def arctangent(n):
        return sum(
            Decimal((-1) ** k) / ((2 * k + 1) * Decimal(n) ** (2 * k + 1)) for k in range(160)
        )

    return 2 / (16 * arctangent(5) - 4 * arctangent(239))


def test_turns_are_two_over_pi_without_whole_turns():
    with localcontext() as context:
        context.prec = 110
        exact = two_over_pi()
        for power, high, low in c.TURNS:
            apart = (Decimal(high) + Decimal(low) - exact * 2**power) % 4
            assert min(abs(apart), abs(abs(apart) - 4)) < Decimal(2) ** -100, power


@pytest.mark.parametrize("table", [c.EXP, c.LOG, c.TANH], ids=["exp", "log", "tanh"])
def test_coefficients_of_float32_are_numbers_of_float32(table):
    """They are written with as many places as tell them from their neighbours."""
    assert [float(str(np.float32(n))) for n in table["float32"]] == [*table["float32"]]
