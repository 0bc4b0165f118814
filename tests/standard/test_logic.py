"""Comparisons, questions, truth tables and bits: NumPy's answers."""

import numpy as np
import pytest
from standard.against_numpy import (
    DTYPES,
    EXECUTORS,
    integers,
    one_number,
    two_numbers,
    without_a_warning,
)

import pellucid as pc

QUESTIONS = ["isfinite", "isinf", "isnan"]
COMPARISONS = ["equal", "greater", "greater_equal", "less", "less_equal", "not_equal"]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_as_by_numpy(name, dtype, executor):
    one_number(name, dtype, executor)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_is_numpys(name, dtype, executor):
    two_numbers(name, dtype, executor)


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparing_warns_of_nothing(name):
    without_a_warning(name, 2)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["uint8", "uint32", "int32", "int64"])
def test_bits_of_integers_are_numpys(dtype, executor):
    integers(BITS, dtype, executor)
    x = np.array([0, 1, 100, np.iinfo(dtype).max], dtype)
    np.testing.assert_array_equal(pc.bitwise_invert(x).numpy(), ~x, strict=True)


def test_truth_tables():
    a, b = np.array([False, False, True, True]), np.array([False, True, False, True])
    for name in ("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_xor"):
        expected = getattr(np, name)(a, b)
        np.testing.assert_array_equal(getattr(pc, name)(a, b).numpy(), expected)
    np.testing.assert_array_equal(pc.logical_not(a).numpy(), ~a)
