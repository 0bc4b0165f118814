"""Weights of classes are weights of samples by their class."""

import json
from pathlib import Path

import numpy as np
import pytest

from pellucid import functional as f
from pellucid.errors import ShapeError

VALUES = json.loads(Path(__file__).with_name("loss_values.json").read_text())
SCORES, TARGETS, ANSWERS, IDS, OF_CLASS = (
    np.array(VALUES[key]) for key in ("scores", "targets", "answers", "ids", "of class")
)


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


def test_class_weights_of_another_size_are_refused():
    with pytest.raises(ShapeError, match=r"class_weights of shape \(2,\) for 4 classes"):
        f.cross_entropy(SCORES, IDS, class_weights=[1.0, 2.0])
    with pytest.raises(ShapeError, match=r"class_weights of shape \(3,\) for 2 classes"):
        f.hinge_loss(SCORES, ANSWERS, class_weights=[1.0, 2.0, 3.0])
