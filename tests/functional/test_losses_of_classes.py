"""Losses of classes: margins, hard samples and distributions, by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import ShapeError

VALUES = json.loads(Path(__file__).with_name("loss_values.json").read_text())
SCORES, TARGETS, ANSWERS, IDS, OF_CLASS = (
    np.array(VALUES[key]) for key in ("scores", "targets", "answers", "ids", "of class")
)


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


def test_a_divergence_of_single_numbers_is_refused():
    with pytest.raises(ShapeError, match="kl_divergence: single numbers"):
        f.kl_divergence(0.0, 0.0)
