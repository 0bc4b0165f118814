"""Operands: what a function of the standard is given becomes tensors of one dtype."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError
from pellucid.standard.operands import array, pair


def test_a_tensor_stays_the_tensor_that_it_is():
    x = pc.tensor([1.0])
    assert array(x) is x
    assert pair(x, x) == (x, x)


def test_a_variable_is_read():
    w = pc.Parameter(np.float32([2.0]))
    found = array(w)
    assert type(found) is pc.Tensor
    assert found.tolist() == [2.0]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32", "float64"])
def test_a_number_of_python_takes_the_dtype_of_the_other_on_either_side(dtype):
    x = pc.tensor(np.ones(2, dtype))
    for a, b in (pair(x, 3), pair(3, x)):
        assert (a.dtype, b.dtype) == (np.dtype(dtype), np.dtype(dtype))
        assert sorted([a.shape, b.shape]) == [(), (2,)]


def test_a_fraction_beside_integers_is_refused():
    with pytest.raises(DTypeError, match=r"0\.5"):
        pair(pc.tensor([1, 2]), 0.5)


def test_two_numbers_of_python_are_as_a_tensor_of_the_first():
    a, b = pair(1.5, 2)
    assert (a.dtype, b.dtype) == (np.dtype("float32"), np.dtype("float32"))
