"""Operators between tensors and numbers: what Python means by the same signs."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError


def test_operators_of_tensors_follow_python():
    x = pc.tensor([7, -7, 5])
    assert (x // 2).tolist() == [3, -4, 2]
    assert (x % 3).tolist() == [1, 2, 2]
    assert (17 // x).tolist() == [2, -3, 3]
    assert (17 % x).tolist() == [3, -4, 2]
    assert (x & 6).tolist() == [6, 0, 4]
    assert (1 | x).tolist() == [7, -7, 5]
    assert (x ^ 1).tolist() == [6, -8, 4]
    assert (~x).tolist() == [-8, 6, -6]
    assert (x << 1).tolist() == [14, -14, 10]
    assert (x >> 1).tolist() == [3, -4, 2]
    assert (2 ** pc.tensor([3, 0])).tolist() == [8, 1]
    assert (+x).tolist() == x.tolist()
    assert (pc.tensor([7.5]) // 2.0).tolist() == [3.0]


def test_whole_powers_wrap_as_those_of_numpy():
    x, n = np.array([3, -2, 7, 0], np.int32), np.array([21, 31, 12, 0], np.int32)
    assert (pc.tensor(x) ** pc.tensor(n)).tolist() == (x**n).tolist()


def test_exclusive_or_of_booleans_is_true_where_they_differ():
    a, b = pc.tensor([False, False, True, True]), pc.tensor([False, True, False, True])
    assert (a ^ b).tolist() == [False, True, True, False]
    assert (True ^ a).tolist() == [True, True, False, False]


def test_choosing_between_a_number_and_a_tensor_keeps_the_dtype_of_the_tensor():
    which, x = pc.tensor([True, False]), pc.tensor([5, 6])
    assert which.where(x, 0).tolist() == [5, 0]
    assert which.where(0, x).dtype == x.dtype
    assert which.where(1.5, 2).tolist() == [1.5, 2.0]


def test_a_method_at_each_position_takes_nothing():
    with pytest.raises(TypeError, match=r"exp"):
        pc.tensor([1.0]).exp(2)


def test_another_dtype_in_a_power_is_told_the_remedy():
    with pytest.raises(DTypeError, match="one dtype"):
        pc.tensor([2, 3]) ** pc.tensor([1.0, 2.0])
