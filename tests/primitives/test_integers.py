"""Whole quotients, remainders, bits and orders: what Python means, and the decisions at edges."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p

PAIRS = [(7, 3), (-7, 3), (7, -3), (-7, -3), (6, 3), (0, -5)]


@pytest.mark.parametrize("dtype", ["int32", "int64", "float32", "float64"])
def test_quotients_and_remainders_are_those_of_python(dtype):
    a, b = np.array(PAIRS, dtype).T
    quotients, remainders = (pc.apply(k(), a, b).tolist() for k in (p.FloorDivide, p.Remainder))
    assert list(zip(quotients, remainders, strict=True)) == [divmod(a, b) for a, b in PAIRS]


def test_an_integer_divided_by_0_gives_0():
    a, b = np.array([5, -5, 0]), np.zeros(3, np.int64)
    with np.errstate(all="ignore"):
        assert pc.apply(p.FloorDivide(), a, b).tolist() == [0, 0, 0]
        assert pc.apply(p.Remainder(), a, b).tolist() == [0, 0, 0]


@pytest.mark.parametrize("executor", pc.executors.EXECUTORS)
def test_a_shift_by_more_bits_than_there_are_leaves_the_sign(executor):
    a, b = np.array([-3, 5, 1], np.int32), np.array([40, 40, 31], np.int32)

    def run(kind):
        return pc.compile(lambda a, b: pc.apply(kind, a, b), executor=executor)(a, b).tolist()

    assert run(p.BitwiseRightShift()) == [-1, 0, 0]
    assert run(p.BitwiseLeftShift()) == [0, 0, -(2**31)]


def test_bits_are_those_of_python():
    a, b = np.array([12, -1]), np.array([10, 6])
    assert pc.apply(p.BitwiseAnd(), a, b).tolist() == [12 & 10, -1 & 6]
    assert pc.apply(p.BitwiseOr(), a, b).tolist() == [12 | 10, -1 | 6]
    assert pc.apply(p.BitwiseXor(), a, b).tolist() == [12 ^ 10, -1 ^ 6]


def test_equal_numbers_keep_their_order_and_nan_stands_last():
    x = np.array([2.0, math.nan, 1.0, 2.0, -math.inf, math.nan])
    assert pc.apply(p.Argsort(0), x).tolist() == [4, 2, 0, 3, 1, 5]
