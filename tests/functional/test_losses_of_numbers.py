"""Losses of numbers: by hand, where each is smallest, and gradients."""

import numpy as np
import pytest
from scipy.stats import norm

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import ShapeError

Y = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
T = np.eye(10)[2]
LOGITS = np.array([[1.0, -2.0, 0.5], [0.3, 0.2, 0.1], [-1.0, 4.0, 0.0], [2.0, 2.0, 2.0]])
SOFT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.1, 0.1, 0.8]])


def test_half_the_sum_of_squares_of_the_notes():
    assert f.half_squared_error(Y, T).item() == pytest.approx(0.0975, abs=1e-15)


def test_half_squared_error_of_an_identity_output_has_the_same_gradient():
    slope = pc.grad(lambda y: f.half_squared_error(y, SOFT))(LOGITS).numpy()
    np.testing.assert_allclose(slope, (LOGITS - SOFT) / 4, atol=1e-16)


def test_mean_squared_error_by_hand():
    assert f.mean_squared_error([[1.0, 2.0]], [[2.0, 4.0]]).item() == 2.5


@pytest.mark.parametrize("loss", [f.mean_squared_error, f.half_squared_error])
def test_squared_errors_gradients_agree_with_differences(loss):
    pc.check_gradients(loss, LOGITS, SOFT)


def test_huber_goes_from_squares_to_sizes_at_delta():
    losses = f.huber_loss([1.0, -2.0, 4.0], [0.0, 0.0, 0.0], delta=2.0, reduction="none")
    assert losses.tolist() == [0.5, 2.0, 6.0]
    slope = pc.grad(lambda y: f.huber_loss(y, np.zeros(3), delta=2.0, reduction="sum"))
    assert slope(np.array([1.0, -2.0, 4.0])).tolist() == [1.0, -2.0, 2.0]


def test_an_outlier_pulls_the_mean_by_squares_but_not_by_sizes():
    y, t = np.zeros(3), np.array([1.0, -1.0, 1000.0])
    assert pc.grad(f.half_squared_error)(y, t).tolist() == [-1.0, 1.0, -1000.0]
    np.testing.assert_allclose(pc.grad(f.mean_absolute_error)(y, t).numpy() * 3, [-1, 1, -1])


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_the_quantile_of_the_targets_has_the_smallest_quantile_loss(quantile):
    targets = np.random.default_rng(3).exponential(size=101)

    def loss(q):
        return f.quantile_loss(np.full(101, q), targets, quantile=quantile).item()

    best = np.quantile(targets, quantile)
    assert loss(best) < min(loss(best - 0.1), loss(best + 0.1))


def test_a_rate_equal_to_the_count_has_the_smallest_poisson_loss():
    slope = pc.grad(lambda z: f.poisson_loss(z, np.array([1.0, 4.0]), reduction="sum"))
    np.testing.assert_allclose(slope(np.log([1.0, 4.0])).numpy(), 0.0, atol=1e-15)
    assert f.poisson_loss(np.array([-1000.0]), np.array([0.0])).item() == 0.0


@pytest.mark.parametrize("shape", [(101,), (101, 1)])
def test_several_quantiles_are_each_as_one_alone(shape):
    rng = np.random.default_rng(3)
    t, y, several = rng.normal(size=shape), rng.normal(size=(101, 3)), (0.05, 0.5, 0.95)
    found = f.quantile_loss(y, t, quantile=several, reduction="none").numpy()
    for i, q in enumerate(several):
        alone = f.quantile_loss(y[:, i], t.reshape(-1), quantile=q, reduction="none").numpy()
        np.testing.assert_array_equal(found[:, i], alone)
    with pytest.raises(ShapeError, match=r"3 quantiles\. The prediction has shape \(101, 3\)"):
        f.quantile_loss(y[:, :2], t, quantile=several)


def test_a_normal_density_is_that_of_scipy():
    y, t = LOGITS[:, :2], SOFT[:, 0]
    expected = -norm.logpdf(t, y[:, 0], np.exp(y[:, 1] / 2.0))
    found = f.gaussian_loss(y, t, reduction="none").numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    column = f.gaussian_loss(y, t[:, None], reduction="none").numpy()
    np.testing.assert_array_equal(column[:, 0], found)


def test_the_first_half_are_means_and_the_second_logarithms_of_variances():
    y, t = np.concatenate([LOGITS, LOGITS[::-1]], axis=1), SOFT
    expected = -norm.logpdf(t, LOGITS, np.exp(LOGITS[::-1] / 2.0))
    found = f.gaussian_loss(y, t, reduction="none").numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    pc.check_gradients(f.gaussian_loss, y, t)


def test_mean_and_spread_of_the_targets_have_the_smallest_gaussian_loss():
    t = np.random.default_rng(3).normal(2.0, 3.0, 1000)
    best = np.tile([t.mean(), np.log(t.var())], (1000, 1))
    slope = pc.grad(f.gaussian_loss)(best, t).numpy().sum(0)
    np.testing.assert_allclose(slope, 0.0, atol=1e-15)


def test_a_prediction_that_is_not_twice_as_wide_is_refused():
    words = r"prediction of shape \(4, 3\), target of shape \(4,\)\. The last axis .* is twice"
    with pytest.raises(ShapeError, match=words):
        f.gaussian_loss(LOGITS, SOFT[:, 0])
    with pytest.raises(ShapeError, match="is twice that of the target"):
        f.gaussian_loss(LOGITS[:, :2], SOFT[:, :2])
