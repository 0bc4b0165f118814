"""All further losses beside PyTorch and scikit-learn, their gradients, and what is refused."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DataError, OptionError

VALUES = json.loads(Path(__file__).with_name("loss_values.json").read_text())
SCORES, TARGETS, ANSWERS, IDS, OF_CLASS = (
    np.array(VALUES[key]) for key in ("scores", "targets", "answers", "ids", "of class")
)
GAPS = np.array([3, -100, 2])

SMOOTHED = pc.one_hot(IDS, 4, dtype="float64").numpy() * 0.7 + 0.3 / 4

LOSSES = {
    "mean_absolute_error": lambda x: f.mean_absolute_error(x, TARGETS),
    "huber_loss": lambda x: f.huber_loss(x, TARGETS, delta=0.75),
    "poisson_loss": lambda x: f.poisson_loss(x, TARGETS),
    "cross_entropy, by class": lambda x: f.cross_entropy(x, IDS, class_weights=OF_CLASS),
    # As docs/conventions-of-training.md has it: ours is another, by the weight of the label.
    "cross_entropy, by class and smoothed": lambda x: (
        -(SMOOTHED * OF_CLASS * f.log_softmax(x)).sum() / OF_CLASS[IDS].sum()
    ),
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
    "ctc_loss": lambda x: f.ctc_loss(
        pc.concat([x, x * 0.5, -x], axis=0).expand_dims(0),
        np.array([[2, 2, 1, 3]]),
        input_lengths=np.array([8]),
        target_lengths=np.array([3]),
    ),
    "gaussian_loss": lambda x: f.gaussian_loss(x, TARGETS[:, :2]),
    "triplet_loss, euclidean": lambda x: f.triplet_loss(
        x, TARGETS, ANSWERS, margin=3.0, distance="euclidean", reduction="sum"
    ),
    "contrastive_loss, the same": lambda x: f.contrastive_loss(x, TARGETS, [1, 1, 1]),
    "contrastive_loss, others": lambda x: f.contrastive_loss(x, ANSWERS, [0, 0, 0], margin=9.0),
    "kl_divergence": lambda x: f.kl_divergence(f.log_softmax(x), f.log_softmax(TARGETS)),
}
ALL = {
    **LOSSES,
    "quantile_loss": lambda x: f.quantile_loss(x, TARGETS + 0.05, quantile=0.8),
    "quantile_loss, several": lambda x: f.quantile_loss(
        x, TARGETS[:, 0] + 0.05, quantile=[0.1, 0.3, 0.5, 0.9]
    ),
    "batch_hard_triplet": lambda x: f.batch_hard_triplet(x, [1, 1, 0], margin=40.0),
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


# ---- weights of classes ------------------------------------------------------------------


# ---- what is refused ---------------------------------------------------------------------


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
        (lambda: f.quantile_loss([1.0], 1.0, quantile=[1.5]), r"quantile 1\.5\. It lies between"),
        (lambda: f.focal_loss(SCORES, IDS, gamma=-1.0), r"gamma -1\.0\. It must be 0 or more"),
        (lambda: f.binary_focal_loss(SCORES, ANSWERS, gamma=math.nan), "gamma nan"),
    ],
)
def test_options_outside_their_range_are_refused(call, words):
    with pytest.raises(OptionError, match=words):
        call()
