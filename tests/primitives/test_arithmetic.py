"""Sums, products, powers and the larger of two: values at edges, and at both sides of a tie."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p

nan, inf = math.nan, math.inf
VALUES = [
    (p.Divide(), [[1.0, -1.0, 0.0, inf], [0.0, 0.0, 0.0, inf]], [inf, -inf, nan, nan]),
    (p.Power(), [[-2.0, -2.0, 0.0, 0.0], [3.0, 0.5, 0.0, -1.0]], [-8.0, nan, 1.0, inf]),
    (p.Sign(), [[-3.0, -0.0, 0.0, nan, inf]], [-1.0, 0.0, 0.0, nan, 1.0]),
    (p.Floor(), [[-0.5, 2.5, -inf, 1e30]], [-1.0, 2.0, -inf, 1e30]),
    (p.Maximum(), [[1.0, nan, -inf], [2.0, 1.0, nan]], [2.0, nan, nan]),
    (p.Minimum(), [[1.0, nan, -inf], [2.0, 1.0, nan]], [1.0, nan, nan]),
]


@pytest.mark.parametrize(("primitive", "inputs", "expected"), VALUES, ids=lambda x: str(x)[:12])
def test_at_edges(primitive, inputs, expected):
    with np.errstate(all="ignore"):
        y = pc.apply(primitive, *(np.array(x) for x in inputs))
    np.testing.assert_array_equal(y.numpy(), expected)


def test_the_neighbour_of_1_is_a_unit_in_the_last_place_away():
    one = np.float32([1.0, 1.0, 1.0])
    y = pc.apply(p.NextAfter(), one, np.float32([2.0, 0.0, 1.0])).numpy()
    np.testing.assert_array_equal(y - one, np.float32([2.0**-23, -(2.0**-24), 0.0]))


def test_integers_wrap_where_they_do_not_fit():
    largest = np.array([2**31 - 1], np.int32)
    assert pc.apply(p.Add(), largest, np.array([1], np.int32)).tolist() == [-(2**31)]
    assert pc.apply(p.Multiply(), largest, np.array([2], np.int32)).tolist() == [-2]
    assert pc.apply(p.Negative(), np.array([1], np.uint8)).tolist() == [255]


def test_a_quotient_of_large_numbers_has_a_gradient():
    a, b = np.array([1e200]), np.array([2e200])  # the square of b does not fit
    da, db = pc.grad(lambda a, b: (a / b).sum(), argument=(0, 1))(a, b)
    np.testing.assert_allclose([da.item(), db.item()], [0.5e-200, -0.25e-200])
