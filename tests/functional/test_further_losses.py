"""Losses of numbers, margins, hard samples and distributions, and weights of classes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DataError, OptionError, ShapeError

VALUES = json.loads(Path(__file__).with_name("loss_values.json").read_text())
SCORES, TARGETS, ANSWERS, IDS, OF_CLASS = (
    np.array(VALUES[key]) for key in ("scores", "targets", "answers", "ids", "of class")
)
GAPS = np.array([3, -100, 2])

LOSSES = {
    "mean_absolute_error": lambda x: f.mean_absolute_error(x, TARGETS),
    "huber_loss": lambda x: f.huber_loss(x, TARGETS, delta=0.75),
    "poisson_loss": lambda x: f.poisson_loss(x, TARGETS),
    "cross_entropy, by class": lambda x: f.cross_entropy(x, IDS, class_weights=OF_CLASS),
    "cross_entropy, ignoring -100": lambda x: f.cross_entropy(x, GAPS, ignore_index=-100),
    "cross_entropy, ignoring -100, smoothed": lambda x: f.cross_entropy(
        x, GAPS, ignore_index=-100, label_smoothing=0.2
    ),
    "cross_entropy, ignoring class 1": lambda x: f.cross_entropy(
        x, IDS, class_weights=OF_CLASS, ignore_index=1
    ),
    "cross_entropy, ignoring class 1, sum": lambda x: f.cross_entropy(
        x, IDS, class_weights=OF_CLASS, ignore_index=1, reduction="sum"
    ),
    "cross_entropy_from_probabilities, ignoring -1": lambda x: f.cross_entropy_from_probabilities(
        x.exp() / 30.0, np.maximum(GAPS, -1), class_weights=OF_CLASS, ignore_index=-1
    ),
    "focal_loss": lambda x: f.focal_loss(x, IDS),
    "binary_focal_loss": lambda x: f.binary_focal_loss(x, ANSWERS, gamma=1.5),
    "kl_divergence": lambda x: f.kl_divergence(f.log_softmax(x), f.log_softmax(TARGETS)),
}
ALL = {
    **LOSSES,
    "quantile_loss": lambda x: f.quantile_loss(x, TARGETS + 0.05, quantile=0.8),
    "hinge_loss": lambda x: f.hinge_loss(x * 0.9, ANSWERS, class_weights=[1.0, 3.0]),
    "multiclass_hinge": lambda x: f.multiclass_hinge(x, IDS, class_weights=OF_CLASS),
}


# ---- against others ----------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("name", LOSSES)
def test_value_and_gradient_are_those_of_pytorch(name, executor):
    value, slope = pc.compile(pc.value_and_grad(LOSSES[name]), executor=executor)(SCORES)
    expected = VALUES["losses"][name]
    assert value.item() == pytest.approx(expected["value"], rel=1e-12)
    np.testing.assert_allclose(slope.numpy(), expected["gradient"], rtol=1e-11, atol=1e-14)


def test_hinges_and_quantiles_are_those_of_scikit_learn():
    assert f.hinge_loss(SCORES, ANSWERS).item() == pytest.approx(VALUES["sklearn hinge_loss"])
    found = f.multiclass_hinge(SCORES, IDS).item()
    assert found == pytest.approx(VALUES["sklearn hinge_loss of classes"])
    found = f.quantile_loss(SCORES, TARGETS, quantile=0.8).item()
    assert found == pytest.approx(VALUES["sklearn mean_pinball_loss"])


@pytest.mark.parametrize("name", ALL)
def test_gradients_agree_with_differences(name):
    x = SCORES + np.linspace(0.011, 0.037, 12).reshape(3, 4)  # away from kinks
    pc.check_gradients(ALL[name], x)


# ---- by hand -----------------------------------------------------------------------------


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


def test_hinge_by_hand_with_half_the_slope_at_the_margin():
    z, t = np.array([0.0, 2.0, 1.0, -1.0]), np.array([1.0, 1.0, 0.0, 1.0])
    assert f.hinge_loss(z, t, reduction="none").tolist() == [1.0, 0.0, 2.0, 2.0]
    slope = pc.grad(lambda z: f.hinge_loss(z, np.ones(3), reduction="sum"))
    assert slope(np.array([0.0, 1.0, 2.0])).tolist() == [-1.0, -0.5, 0.0]


def test_multiclass_hinge_takes_the_strongest_rival_from_ids_and_one_hot():
    z = np.array([[1.0, 3.0, 2.5], [5.0, 1.0, 0.0]])
    for target in ([2, 0], np.eye(3)[[2, 0]]):
        assert f.multiclass_hinge(z, target, reduction="none").tolist() == [1.5, 0.0]


def test_focal_without_gamma_is_cross_entropy_and_with_it_eases_what_is_right():
    assert f.focal_loss(SCORES, IDS, gamma=0.0).item() == pytest.approx(
        f.cross_entropy(SCORES, IDS).item()
    )
    assert f.binary_focal_loss(SCORES, ANSWERS, gamma=0.0).item() == pytest.approx(
        f.binary_cross_entropy(SCORES, ANSWERS).item()
    )
    # p = 0.9: (1 - 0.9)^2 = 1/100 of the cross-entropy.
    logits = np.log([[0.9, 0.1]])
    assert f.focal_loss(logits, [0]).item() == pytest.approx(-math.log(0.9) / 100)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_focal_losses_and_slopes_stay_finite_far_out(gamma):
    far = np.array([[900.0, 0.0], [0.0, 900.0]])
    value, slope = pc.value_and_grad(lambda x: f.focal_loss(x, [0, 0], gamma=gamma))(far)
    assert value.item() == pytest.approx(450.0)
    assert np.isfinite(slope.numpy()).all()
    answers = np.array([[1.0, 0.0], [1.0, 0.0]])
    loss = pc.value_and_grad(lambda x: f.binary_focal_loss(x, answers, gamma=gamma))
    value, slope = loss(far)
    assert math.isfinite(value.item())
    assert np.isfinite(slope.numpy()).all()


def test_divergence_is_0_for_equal_ones_and_cross_entropy_less_entropy_else():
    log_q, p = f.log_softmax(SCORES), f.softmax(TARGETS)
    np.testing.assert_allclose(f.kl_divergence(log_q, log_q).item(), 0.0, atol=1e-15)
    entropy = -(p.numpy() * np.log(p.numpy())).sum(axis=1).mean()
    found = f.kl_divergence(log_q, f.log_softmax(TARGETS)).item()
    assert found == pytest.approx(f.cross_entropy(SCORES, p).item() - entropy)


def test_divergence_of_impossible_outcomes():
    log_p, log_q = np.array([[-math.inf, 0.0]]), np.log([[0.5, 0.5]])
    value, slope = pc.value_and_grad(lambda q: f.kl_divergence(q, log_p))(log_q)
    assert value.item() == pytest.approx(math.log(2.0))
    assert slope.tolist() == [[0.0, -1.0]]
    assert f.kl_divergence(log_p, log_p).item() == 0.0
    assert f.kl_divergence(log_p, log_q).item() == math.inf


# ---- weights of classes ------------------------------------------------------------------


def test_class_weights_are_weights_of_samples_by_their_class():
    by_sample = OF_CLASS[IDS]
    for loss in (f.cross_entropy, f.focal_loss, f.multiclass_hinge):
        for reduction in ("mean", "sum", "none"):
            expected = loss(SCORES, IDS, weights=by_sample, reduction=reduction).numpy()
            for target in (IDS, np.eye(4)[IDS]):
                found = loss(SCORES, target, class_weights=OF_CLASS, reduction=reduction)
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14)


def test_class_weights_multiply_weights_per_sample_and_per_row():
    own = np.array([1.0, 4.0, 3.0])
    found = f.cross_entropy(SCORES, IDS, class_weights=OF_CLASS, weights=own).item()
    expected = f.cross_entropy(SCORES, IDS, weights=own * OF_CLASS[IDS]).item()
    assert found == pytest.approx(expected)
    found = f.hinge_loss(SCORES, ANSWERS, class_weights=[2.0, 5.0], weights=own).item()
    w = np.where(ANSWERS == 1.0, 5.0, 2.0) * own[:, None]
    assert found == pytest.approx(f.hinge_loss(SCORES, ANSWERS, weights=w).item())


def test_soft_targets_mix_the_weights_of_classes():
    p, own = f.softmax(SCORES), np.array([1.0, 0.0, 3.0])
    soft = np.full((3, 4), 0.25)
    found = f.cross_entropy_from_probabilities(p, soft, class_weights=OF_CLASS, weights=own)
    each = f.cross_entropy_from_probabilities(p, soft, reduction="none").numpy()
    assert found.item() == pytest.approx((each * own).sum() / own.sum())
    total = f.cross_entropy_from_probabilities(p, soft, class_weights=OF_CLASS, reduction="sum")
    assert total.item() == pytest.approx(each.sum() * OF_CLASS.mean())


def test_answers_are_weighted_by_no_and_yes():
    w = np.where(ANSWERS == 1.0, 5.0, 2.0)
    for loss in (f.binary_cross_entropy, f.binary_focal_loss, f.hinge_loss):
        found = loss(SCORES, ANSWERS, class_weights=[2.0, 5.0]).item()
        assert found == pytest.approx(loss(SCORES, ANSWERS, weights=w).item())
    p = f.sigmoid(SCORES)
    found = f.binary_cross_entropy_from_probabilities(p, ANSWERS, class_weights=[2.0, 5.0])
    expected = f.binary_cross_entropy_from_probabilities(p, ANSWERS, weights=w)
    assert found.item() == pytest.approx(expected.item())


def test_float32_stays_float32_with_class_weights():
    x = SCORES.astype("float32")
    assert f.cross_entropy(x, IDS, class_weights=[1.0, 2.0, 3.0, 4.0]).dtype == np.float32
    x64 = f.cross_entropy(SCORES, IDS, class_weights=[1, 2, 3, 4])
    assert x64.dtype == np.float64


# ---- what is refused ---------------------------------------------------------------------


def test_class_weights_of_another_size_are_refused():
    with pytest.raises(ShapeError, match=r"class_weights of shape \(2,\) for 4 classes"):
        f.cross_entropy(SCORES, IDS, class_weights=[1.0, 2.0])
    with pytest.raises(ShapeError, match=r"class_weights of shape \(3,\) for 2 classes"):
        f.hinge_loss(SCORES, ANSWERS, class_weights=[1.0, 2.0, 3.0])


def test_targets_outside_their_range_are_refused_with_the_rule():
    with pytest.raises(DataError, match=r"hinge_loss: target -1\.0 at \(0, 0\).*\(t \+ 1\) / 2"):
        f.hinge_loss(SCORES, ANSWERS * 2.0 - 1.0)
    with pytest.raises(DataError, match=r"poisson_loss: target -1\.0 at \(0,\)\. A target is a"):
        f.poisson_loss([0.0], [-1.0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: f.huber_loss([1.0], [1.0], delta=0.0), r"delta 0\.0\. It must be above 0"),
        (lambda: f.quantile_loss([1.0], [1.0], quantile=1.0), r"quantile 1\.0\. It lies between"),
        (lambda: f.focal_loss(SCORES, IDS, gamma=-1.0), r"gamma -1\.0\. It must be 0 or more"),
        (lambda: f.binary_focal_loss(SCORES, ANSWERS, gamma=math.nan), "gamma nan"),
    ],
)
def test_options_outside_their_range_are_refused(call, words):
    with pytest.raises(OptionError, match=words):
        call()


def test_a_divergence_of_single_numbers_is_refused():
    with pytest.raises(ShapeError, match="kl_divergence: single numbers"):
        f.kl_divergence(0.0, 0.0)
