"""Activations: kinks, extremes, derivatives to second order, dtypes, and the notes' numbers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DTypeError
from pellucid.executors import EXECUTORS

ELEMENTWISE = [
    f.sigmoid,
    f.tanh,
    f.relu,
    f.leaky_relu,
    f.elu,
    f.gelu,
    f.gelu_tanh,
    f.silu,
    f.softplus,
    f.log_sigmoid,
]
ALONG_AXIS = [f.softmax, f.log_softmax, f.logsumexp]
rows = st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=6)


@pytest.mark.parametrize("function", ELEMENTWISE)
def test_gradients_agree_with_differences_to_second_order(function):
    pc.check_gradients(function, [[-3.0, -0.7, 0.3], [0.9, 2.5, 5.0]])


@pytest.mark.parametrize("function", ALONG_AXIS)
@pytest.mark.parametrize("axis", [0, -1])
def test_gradients_along_an_axis_agree_with_differences(function, axis):
    pc.check_gradients(lambda x: function(x, axis=axis), [[-1.0, 0.5, 2.0], [1.0, 1.0, 0.3]])


@pytest.mark.parametrize("function", [*ELEMENTWISE, *ALONG_AXIS, f.step])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_stays(function, dtype):
    assert function(pc.ones((2, 3), dtype=dtype)).dtype == np.dtype(dtype)


@pytest.mark.parametrize("function", [*ELEMENTWISE, *ALONG_AXIS, f.step])
def test_integers_are_refused_by_name(function):
    with pytest.raises(DTypeError, match=f"{function.__name__}: int64. It is defined for floats"):
        function(pc.arange(3))


@pytest.mark.parametrize(
    ("function", "slope"),
    [(f.relu, 0.0), (f.leaky_relu, 0.01), (f.elu, 1.0), (f.softplus, 0.5), (f.step, 0.0)],
)
def test_the_derivative_at_zero(function, slope):
    found = pc.grad(lambda x: (function(x) + 0.0 * x).sum())(np.zeros(1))
    assert found.item() == slope


def test_softplus_has_its_second_derivative_at_zero_too():
    slope = pc.grad(f.softplus)
    assert pc.grad(slope)(np.zeros(())).item() == 0.25


@pytest.mark.parametrize("function", [*ELEMENTWISE, *ALONG_AXIS, f.step])
def test_extremes_give_finite_values_and_gradients(function):
    for x in (-3e38, -1e4, 1e4, 3e38):
        point = pc.tensor([x], requires_grad=True)
        with np.errstate(all="ignore"):
            y = function(point) + 0.0 * point
            y.sum().backward()
        assert np.isfinite(y.numpy()).all()
        assert np.isfinite(point.grad.numpy()).all()


def test_step_is_0_at_0():
    assert f.step([-1.0, 0.0, 1e-30]).tolist() == [0.0, 0.0, 1.0]


def test_leaky_relu_has_the_slope_of_the_notes():
    assert f.leaky_relu(np.array([-2.0, 3.0])).tolist() == [-0.02, 3.0]
    assert f.leaky_relu(np.array([-2.0]), slope=0.1).tolist() == [-0.2]


def test_elu_scales_its_negative_side():
    assert f.elu(np.array([-1.0, 2.0]), alpha=2.0).tolist() == [2.0 * math.expm1(-1.0), 2.0]


def test_tanh_is_a_stretched_sigmoid():
    x = np.linspace(-5.0, 5.0, 11)
    np.testing.assert_allclose(f.tanh(x).numpy(), 2 * f.sigmoid(2 * x).numpy() - 1, atol=1e-15)


def test_sigmoid_is_steepest_at_0_with_a_quarter():
    slopes = pc.grad(lambda x: f.sigmoid(x).sum())(np.linspace(-5.0, 5.0, 11)).numpy()
    assert slopes.max() == slopes[5] == 0.25


def test_softmax_does_not_overflow_where_the_plain_formula_does():
    x = np.array([1010.0, 1000.0, 990.0])
    with np.errstate(all="ignore"):
        assert np.isnan(np.exp(x) / np.exp(x).sum()).all()
    assert f.softmax(x).numpy() == pytest.approx([0.99995, 4.54e-5, 2.06e-9], rel=2e-3)


def test_softmax_of_a_batch_is_taken_row_by_row():
    batch = np.array([[1.0, 2.0], [1001.0, 1002.0], [-5.0, 3.0]])
    together = f.softmax(batch).numpy()
    alone = np.stack([f.softmax(row).numpy() for row in batch])
    assert together.tolist() == alone.tolist()
    np.testing.assert_allclose(together.sum(axis=1), 1.0, rtol=1e-15)


@settings(max_examples=60, deadline=None)
@given(rows, st.floats(-1e4, 1e4))
def test_softmax_sums_to_1_and_ignores_a_common_shift(x, shift):
    x = np.array(x)
    y = f.softmax(x).numpy()
    assert y.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(f.softmax(x + shift).numpy(), y, atol=1e-11)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_log_softmax_is_the_logarithm_where_softmax_is_not_rounded_to_0(x):
    p, log_p = f.softmax(np.array(x)).numpy(), f.log_softmax(np.array(x)).numpy()
    seen = p > 1e-300
    np.testing.assert_allclose(log_p[seen], np.log(p[seen]), atol=1e-12)
    assert np.isfinite(log_p).all()


@settings(max_examples=60, deadline=None)
@given(rows)
def test_logsumexp_lies_between_the_largest_and_that_plus_log_n(x):
    y = f.logsumexp(np.array(x)).item()
    assert max(x) <= y <= max(x) + math.log(len(x)) + 1e-9


def test_logsumexp_keeps_infinities():
    with np.errstate(divide="ignore"):
        assert f.logsumexp(np.array([-np.inf, -np.inf])).item() == -np.inf
    assert f.logsumexp(np.array([np.inf, 0.0])).item() == np.inf
    assert f.logsumexp(np.array([-np.inf, 3.0])).item() == 3.0


def test_logsumexp_drops_or_keeps_its_axis():
    x = pc.ones((2, 3, 4))
    assert f.logsumexp(x, axis=1).shape == (2, 4)
    assert f.logsumexp(x, axis=1, keepdims=True).shape == (2, 1, 4)


def test_nan_passes_through():
    for function in (*ELEMENTWISE, *ALONG_AXIS):
        assert np.isnan(function(np.array([np.nan, 1.0])).numpy()).any(), function.__name__


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("function", [f.gelu, f.gelu_tanh, f.silu])
def test_gates_go_to_their_limits_at_infinity(function, dtype, executor):
    ends = np.array([-math.inf, -1e30, 1e30, math.inf, math.nan], dtype)
    found = pc.compile(function, executor=executor)(ends).numpy()
    np.testing.assert_array_equal(found, np.array([0.0, 0.0, 1e30, math.inf, math.nan], dtype))
    slopes = pc.grad(lambda x: function(x).sum())(ends[[0, 1, 2, 4]]).tolist()
    assert slopes[:3] == [0.0, 0.0, 1.0]
    assert math.isnan(slopes[3])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_sum_of_zeros_logarithms_has_no_slope(executor):
    x = np.array([[-math.inf, -math.inf], [-math.inf, 1.0], [2.0, 2.0]], np.float32)
    both = pc.compile(pc.value_and_grad(lambda x: f.logsumexp(x)[1:].sum()), executor=executor)
    np.testing.assert_allclose(both(x)[0].item(), 3.0 + math.log(2.0), rtol=1e-6)
    slopes = pc.grad(lambda x: f.logsumexp(x).sum())
    found = pc.compile(slopes, executor=executor)(x).numpy()
    np.testing.assert_allclose(found, [[0.0, 0.0], [0.0, 1.0], [0.5, 0.5]], rtol=1e-6)
    assert f.logsumexp(x).tolist()[0] == -math.inf
