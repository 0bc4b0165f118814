"""Clipping keeps gradients within a limit, and leaves those within it as they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pc
from pellucid import optim
from pellucid.executors import EXECUTORS

LIMIT = 2.0
numbers = st.floats(-1e6, 1e6, width=32)
gradients = st.dictionaries(
    st.sampled_from("abc"), st.lists(numbers, min_size=1, max_size=4), min_size=1
)


def clipped(clip, values):
    found = clip({name: pc.tensor(np.array(g, np.float64)) for name, g in values.items()})
    return {name: g.numpy() for name, g in found.items()}


def test_by_value_by_hand():
    assert clipped(optim.ByValue(2.0), {"a": [3.0, -5.0, 1.0]})["a"].tolist() == [2.0, -2.0, 1.0]


def test_by_norm_treats_each_parameter_alone():
    found = clipped(optim.ByNorm(2.0), {"a": [3.0, 4.0], "b": [0.6, 0.8]})
    assert found["a"] == pytest.approx([1.2, 1.6])
    assert found["b"].tolist() == [0.6, 0.8]


def test_by_global_norm_scales_all_alike():
    found = clipped(optim.ByGlobalNorm(1.3), {"a": [3.0, 4.0], "b": [12.0]})
    assert found["a"] == pytest.approx([0.3, 0.4])
    assert found["b"] == pytest.approx([1.2])


def test_a_gradient_of_zero_stays():
    for clip in (optim.ByValue(1.0), optim.ByNorm(1.0), optim.ByGlobalNorm(1.0)):
        assert clipped(clip, {"a": [0.0, 0.0]})["a"].tolist() == [0.0, 0.0]


@settings(max_examples=50, deadline=None)
@given(gradients)
def test_the_global_norm_is_at_most_the_limit_and_the_direction_stays(values):
    found = clipped(optim.ByGlobalNorm(LIMIT), values)
    before = np.concatenate([values[name] for name in values])
    after = np.concatenate([found[name] for name in values])
    norm = np.linalg.norm(before)
    assert np.linalg.norm(after) <= LIMIT * (1 + 1e-12)
    if norm <= LIMIT:
        assert after.tolist() == before.tolist()
    else:
        np.testing.assert_allclose(after, before * (LIMIT / norm), rtol=1e-9, atol=1e-300)


@settings(max_examples=50, deadline=None)
@given(gradients)
def test_by_value_and_by_norm_hold_for_each_gradient(values):
    for g in clipped(optim.ByValue(LIMIT), values).values():
        assert np.abs(g).max() <= LIMIT
    for g in clipped(optim.ByNorm(LIMIT), values).values():
        assert np.linalg.norm(g) <= LIMIT * (1 + 1e-12)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", [optim.ByNorm, optim.ByGlobalNorm])
@pytest.mark.parametrize(
    ("numbers", "limit", "expected"),
    [
        ([3e19, 4e19], 1.0, [0.6, 0.8]),
        ([-3e38, 3e38], 1.0, [-(0.5**0.5), 0.5**0.5]),
        ([3e19, 4e19], 1e20, [3e19, 4e19]),
        ([3e19, 4e19], 2.5e19, [1.5e19, 2e19]),
        ([3e-19, 4e-19], 1.0, [3e-19, 4e-19]),
        ([3.0, 4e25], 1e-10, [3e-10 / 4e25, 1e-10]),
    ],
)
def test_norms_are_right_where_squares_overflow(kind, executor, numbers, limit, expected):
    clip = pc.compile(lambda g: kind(limit)({"a": g})["a"], executor=executor)
    found = clip(np.array(numbers, np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.numpy(), np.array(expected, np.float32), rtol=3e-7, atol=1e-35)


def test_norms_of_float64_are_right_where_squares_overflow():
    found = clipped(optim.ByGlobalNorm(1.0), {"a": [3e200, 0.0], "b": [-4e200]})
    assert found["a"].tolist() == pytest.approx([0.6, 0.0])
    assert found["b"].tolist() == pytest.approx([-0.8])


def test_gradients_of_two_dtypes_are_clipped_together():
    one, two = pc.tensor(np.array([3.0], np.float32)), pc.tensor(np.array([4.0]))
    found = optim.ByGlobalNorm(1.0)({"a": one, "b": two})
    assert (found["a"].dtype, found["b"].dtype) == (np.float32, np.float64)
    assert found["a"].item() == pytest.approx(0.6)
    assert found["b"].item() == pytest.approx(0.8)


def test_what_is_not_finite_stays_seen():
    for wrong in (np.inf, np.nan):
        with np.errstate(invalid="ignore"):
            found = clipped(optim.ByGlobalNorm(1.0), {"a": [wrong, 1.0]})["a"]
        assert np.isnan(found[0])


def test_weights_of_a_unit_are_limited_where_their_squares_overflow():
    w = pc.tensor(np.array([[3e19, 3.0], [4e19, 4.0]], np.float32))
    found = optim.MaxNorm(1.0).after(w, None).numpy()
    np.testing.assert_allclose(found, [[0.6, 0.6], [0.8, 0.8]], rtol=1e-6)
