"""Casts by one rule for every pair of dtypes, on every executor; comparisons, logic and choice."""

import math
import warnings

import numpy as np
import pytest
from executors.native.cpus import TARGETS, on_target

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError
from pellucid.primitives.base import BOOL, DTYPES, FLOATS, INTEGERS

LENGTHS = (1, 3, 16, 67)


def edges(dtype):
    """Numbers of a dtype around every bound of every dtype."""
    if dtype == BOOL:
        return np.array([False, True])
    around = [0, 1, 2, 127, 128, 255, 256, 300, 2**24 + 1, 2**31, 2**32, 2**53 + 1, 2**63, 2**64]
    numbers = sorted({s * (n + d) for n in around for d in (-1, 0, 1) for s in (1, -1)})
    if dtype in INTEGERS:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
        return np.array([n for n in numbers if low <= n <= high], dtype)
    floats = [float(n) for n in numbers] + [0.5, -0.5, 0.99, -0.99, 255.5, -1.5, 2147483647.5]
    floats += [1e30, -1e30, 5e-324, math.inf, -math.inf, math.nan, -0.0]
    exact = np.array(floats).astype(dtype)
    return np.concatenate([exact, np.nextafter(exact, np.inf), np.nextafter(exact, -np.inf)])


def normal_edges(dtype):
    """Those without subnormal numbers, which native code takes as 0."""
    numbers = edges(dtype)
    if dtype not in FLOATS:
        return numbers
    return numbers[~((numbers != 0) & (abs(numbers) < np.finfo(dtype).tiny))]


def expected(number, to):
    """What the rule says of one number: in exact arithmetic."""
    number = number.item()
    if to == BOOL:
        return number != 0
    if to in FLOATS:
        with np.errstate(over="ignore"):
            return to.type(number)
    low, high = np.iinfo(to).min, np.iinfo(to).max
    if not isinstance(number, float):
        return (int(number) - low) % (high - low + 1) + low
    if math.isnan(number):
        return 0
    if math.isinf(number):
        return low if number < 0 else high
    return min(max(int(number), low), high)


@pytest.mark.parametrize("to", DTYPES, ids=str)
@pytest.mark.parametrize("of", DTYPES, ids=str)
def test_eager_and_reference_follow_the_rule(of, to):
    x = edges(of)
    want = np.array([expected(n, to) for n in x], to)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        np.testing.assert_array_equal(pc.tensor(x).astype(to).numpy(), want)
        reference = pc.compile(lambda x: x.astype(to), executor="reference")
        np.testing.assert_array_equal(reference(x).numpy(), want)
    one = pc.tensor(x[0]).astype(to)
    assert (one.shape, one.dtype, one.numpy()) == ((), to, want[0])


@pytest.mark.parametrize("target", TARGETS)
def test_native_code_follows_the_rule(target):
    with on_target(target):
        for length in LENGTHS:
            inputs = {dtype: np.resize(normal_edges(dtype), (9, length)) for dtype in DTYPES}

            @pc.compile(executor="native")
            def all_pairs(xs):
                return [x.astype(to) for x in xs for to in DTYPES]

            found = iter(all_pairs(list(inputs.values())))
            for of, x in inputs.items():
                for to in DTYPES:
                    want = np.array([expected(n, to) for n in x.ravel()], to).reshape(x.shape)
                    np.testing.assert_array_equal(next(found).numpy(), want, err_msg=f"{of} {to}")


@pytest.mark.parametrize("to", INTEGERS, ids=str)
def test_arrays_made_with_a_dtype_are_converted_by_the_same_rule(to):
    for of in FLOATS:
        x = edges(of)
        want = np.array([expected(n, to) for n in x], to)
        np.testing.assert_array_equal(pc.tensor(x, dtype=to).numpy(), want)
        np.testing.assert_array_equal(pc.tensor(x.tolist(), dtype=to).numpy(), want)


def test_the_rule_stands_where_users_look():
    for word in ("nearest integer that does", "nan 0", "dropping its upper", "True becomes"):
        assert word in p.Cast.__doc__


# ---- comparisons, logic and choice ---------------------------------------------------------


def test_nan_equals_nothing_and_is_neither_smaller_nor_larger():
    a, b = np.array([math.nan, math.nan, 1.0, -0.0]), np.array([math.nan, 1.0, math.nan, 0.0])
    for kind, expected in (
        (p.Equal(), [False, False, False, True]),
        (p.Less(), [False, False, False, False]),
        (p.LessEqual(), [False, False, False, True]),
    ):
        assert pc.apply(kind, a, b).tolist() == expected


def test_large_integers_are_compared_exactly():
    a, b = np.array([2**62]), np.array([2**62 + 1])  # one number as floats
    assert pc.apply(p.Less(), a, b).tolist() == [True]
    assert pc.apply(p.Equal(), a, b).tolist() == [False]


def test_a_condition_is_of_booleans():
    with pytest.raises(DTypeError, match=r"where: a condition of dtype int64.*compare first"):
        pc.apply(p.Where(), np.array([1]), np.ones(1), np.ones(1))
    with pytest.raises(DTypeError, match="logical_and: not defined for int64"):
        pc.apply(p.LogicalAnd(), np.array([1]), np.array([1]))


def test_the_branch_not_taken_gets_no_gradient():
    take = np.array([True, False])
    da, db = pc.grad(lambda a, b: pc.apply(p.Where(), take, a, b).sum(), argument=(0, 1))(
        np.array([1.0, math.nan]), np.array([math.nan, 2.0])
    )
    assert (da.tolist(), db.tolist()) == ([1.0, 0.0], [0.0, 1.0])
