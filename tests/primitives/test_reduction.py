"""Reductions: what nothing comes to, ties, and products with zeros among them."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError, ShapeError

EMPTY = np.ones((2, 0))


def reduced(primitive, x):
    return pc.apply(primitive, x).numpy()


def test_axes_stay_with_size_1():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert reduced(p.Sum((0, 2)), x).tolist() == [[[60.0], [92.0], [124.0]]]
    assert reduced(p.Argmax(1), x).shape == (2, 1, 4)


def test_a_sum_of_nothing_is_0_and_a_product_1():
    assert reduced(p.Sum((1,)), EMPTY).tolist() == [[0.0], [0.0]]
    assert reduced(p.Prod((1,)), EMPTY).tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("primitive", [p.Max((1,)), p.Min((1,)), p.Argmax(1), p.Argmin(1)], ids=str)
def test_nothing_has_no_largest(primitive):
    with pytest.raises(ShapeError, match=r"axis 1 of shape \(2, 0\) is empty"):
        pc.apply(primitive, EMPTY)


def test_the_first_of_equal_extremes_and_the_first_nan_are_found():
    assert reduced(p.Argmax(0), np.array([1.0, 3.0, 3.0])).tolist() == [1]
    assert reduced(p.Argmin(0), np.array([2.0, 1.0, 1.0])).tolist() == [1]
    assert reduced(p.Argmax(0), np.array([1.0, math.nan, 9.0, math.nan])).tolist() == [1]
    assert reduced(p.Argmin(0), np.array([1.0, math.nan, 0.0])).tolist() == [1]


def test_a_sum_of_bytes_would_wrap_and_is_refused():
    with pytest.raises(DTypeError, match="sum: not defined for uint8"):
        pc.apply(p.Sum((0,)), np.full(2, 200, np.uint8))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_the_gradient_of_a_product_is_the_product_of_the_others(count):
    x = np.arange(2.0, 2.0 + count)
    x[count // 2] = 0.0
    dx = pc.grad(lambda x: pc.apply(p.Prod((0,)), x).sum())(x)
    assert dx.tolist() == [math.prod(np.delete(x, i)) for i in range(count)]


def test_a_running_sum_gives_each_input_the_gradients_behind_it():
    dx = pc.grad(lambda x: (pc.apply(p.CumulativeSum(0), x) * np.array([1.0, 10.0, 100.0])).sum())
    assert dx(np.zeros(3)).tolist() == [111.0, 110.0, 100.0]


def test_an_axis_outside_is_refused():
    with pytest.raises(ShapeError, match=r"sum: axis 2 of an array with 2 axes. An axis lies"):
        pc.tensor(np.zeros((2, 2))).sum(axis=2)
    with pytest.raises(ShapeError, match="names an axis twice"):
        pc.tensor(np.zeros((2, 2))).sum(axis=(0, -2))
