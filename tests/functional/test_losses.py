"""Losses: by hand, the notes' numbers, gradients, weights and reductions, and what is refused."""

import math

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pc
from pellucid import functional as f

Y = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
T = np.eye(10)[2]
LOGITS = np.array([[1.0, -2.0, 0.5], [0.3, 0.2, 0.1], [-1.0, 4.0, 0.0], [2.0, 2.0, 2.0]])
IDS = np.array([2, 0, 1, 1])
SOFT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.1, 0.1, 0.8]])
WEIGHTS = np.array([1.0, 2.0, 0.0, 0.5])


# ---- the notes' numbers ------------------------------------------------------------------


def test_cross_entropy_of_the_notes_exact_and_with_their_delta():
    exact = f.cross_entropy_from_probabilities(Y, T).item()
    assert exact == pytest.approx(0.510825624, abs=5e-10)
    biased = f.cross_entropy_from_probabilities(Y, T, delta=1e-7).item()
    assert biased == pytest.approx(0.510825457, abs=5e-10)


def test_the_delta_of_the_notes_caps_the_loss():
    assert f.cross_entropy_from_probabilities(np.array([0.0, 1.0]), 0, delta=1e-7).item() == (
        pytest.approx(16.118, abs=5e-4)
    )
    with np.errstate(divide="ignore"):
        assert f.cross_entropy_from_probabilities(np.array([0.0, 1.0]), 0).item() == math.inf


def test_the_gradient_by_logits_is_prediction_less_target_over_the_batch():
    # The notes sum the loss over the batch but divide the gradient by it; here both are means.
    slope = pc.grad(lambda x: f.cross_entropy(x, IDS))(LOGITS).numpy()
    expected = (scipy.special.softmax(LOGITS, axis=1) - np.eye(3)[IDS]) / 4
    np.testing.assert_allclose(slope, expected, atol=1e-16)


def test_the_gradient_of_binary_cross_entropy_is_activation_less_target():
    z, t = np.array([-2.0, 0.0, 3.0]), np.array([0.0, 1.0, 1.0])
    slope = pc.grad(lambda z: f.binary_cross_entropy(z, t, reduction="sum"))(z).numpy()
    np.testing.assert_allclose(slope, scipy.special.expit(z) - t, atol=1e-15)


def test_loss_and_gradient_do_not_depend_on_how_often_the_batch_is_repeated():
    once = f.cross_entropy(LOGITS, IDS).item()
    twice = f.cross_entropy(np.tile(LOGITS, (2, 1)), np.tile(IDS, 2)).item()
    assert twice == pytest.approx(once)


# ---- values ------------------------------------------------------------------------------


def test_ids_one_hot_and_soft_targets_agree():
    by_ids = f.cross_entropy(LOGITS, IDS).item()
    assert f.cross_entropy(LOGITS, np.eye(3)[IDS]).item() == pytest.approx(by_ids)
    assert f.cross_entropy(LOGITS, np.eye(3, dtype=int)[IDS]).item() == pytest.approx(by_ids)
    assert f.cross_entropy(LOGITS, np.eye(3, dtype=bool)[IDS]).item() == pytest.approx(by_ids)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "uint32"])
def test_ids_of_every_integer_dtype_are_taken(dtype):
    expected = f.cross_entropy(LOGITS, IDS).item()
    assert f.cross_entropy(LOGITS, IDS.astype(dtype)).item() == expected


def test_more_classes_than_a_byte_counts():
    logits = np.zeros((1, 300))
    logits[0, 7] = 5.0
    ids = np.array([7], np.uint8)
    assert f.cross_entropy(logits, ids).item() == f.cross_entropy(logits, [7]).item()


@pytest.mark.parametrize("target", [IDS, SOFT])
def test_probabilities_and_logits_give_the_same_loss(target):
    by_logits = f.cross_entropy(LOGITS, target).item()
    by_probabilities = f.cross_entropy_from_probabilities(f.softmax(LOGITS), target).item()
    assert by_probabilities == pytest.approx(by_logits)


def test_binary_probabilities_and_logits_give_the_same_loss():
    z, t = np.array([-2.0, 0.5, 3.0, 1.0]), np.array([0.0, 1.0, 0.3, 0.0])
    by_logits = f.binary_cross_entropy(z, t).item()
    found = f.binary_cross_entropy_from_probabilities(f.sigmoid(z), t).item()
    assert found == pytest.approx(by_logits)


def test_two_classes_are_one_binary_question():
    z = np.array([-2.0, 0.5, 3.0])
    two = np.stack([np.zeros(3), z], axis=1)
    by_classes = f.cross_entropy(two, [1, 0, 1]).item()
    assert f.binary_cross_entropy(z, np.array([1.0, 0.0, 1.0])).item() == pytest.approx(by_classes)


def test_being_certain_and_right_costs_0_and_certain_and_wrong_inf():
    p, t = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    right = f.binary_cross_entropy_from_probabilities(p, t, reduction="none")
    assert right.tolist() == [0.0, 0.0]
    with np.errstate(divide="ignore"):
        wrong = f.binary_cross_entropy_from_probabilities(p, 1.0 - t, reduction="none")
    assert wrong.tolist() == [math.inf, math.inf]
    slope = pc.grad(lambda p: f.binary_cross_entropy_from_probabilities(p, t))(p)
    assert np.isfinite(slope.numpy()).all()


def test_a_class_masked_with_minus_infinity_does_no_harm():
    logits = np.array([[0.0, -np.inf, 1.0]])
    for target in ([2], np.array([[0.0, 0.0, 1.0]])):
        value, slope = pc.value_and_grad(lambda x, t=target: f.cross_entropy(x, t))(logits)
        assert value.item() == pytest.approx(math.log1p(math.exp(-1.0)))
        np.testing.assert_allclose(slope.numpy(), [[0.268941, 0.0, -0.268941]], atol=1e-6)


def test_label_smoothing_mixes_in_the_uniform_target():
    smooth = np.eye(3)[IDS] * 0.9 + 0.1 / 3
    expected = f.cross_entropy(LOGITS, smooth).item()
    assert f.cross_entropy(LOGITS, IDS, label_smoothing=0.1).item() == pytest.approx(expected)
    found = f.cross_entropy(LOGITS, np.eye(3)[IDS], label_smoothing=0.1).item()
    assert found == pytest.approx(expected)


def test_a_sequence_of_ids_has_its_classes_on_the_last_axis():
    logits = np.stack([LOGITS, LOGITS + 1.0])
    ids = np.stack([IDS, IDS])
    losses = f.cross_entropy(logits, ids, reduction="none")
    assert losses.shape == (2, 4)
    np.testing.assert_allclose(losses[0].numpy(), losses[1].numpy(), atol=1e-12)


# ---- gradients ---------------------------------------------------------------------------


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("target", [IDS, SOFT])
def test_cross_entropy_gradients_agree_with_differences(target, weights, smoothing):
    def loss(x):
        return f.cross_entropy(x, target, label_smoothing=smoothing, weights=weights)

    pc.check_gradients(loss, LOGITS)


def test_gradients_by_soft_targets_agree_with_differences():
    soft = SOFT * 0.7 + 0.1
    pc.check_gradients(f.cross_entropy, LOGITS, soft)
    pc.check_gradients(f.cross_entropy_from_probabilities, soft, soft[::-1].copy())
    pc.check_gradients(f.binary_cross_entropy, LOGITS, soft)


@pytest.mark.parametrize("target", [IDS, SOFT])
def test_gradients_from_probabilities_agree_with_differences(target):
    p = f.softmax(LOGITS).numpy() * 0.6 + 0.2  # differences are poor near the pole at 0
    pc.check_gradients(lambda p: f.cross_entropy_from_probabilities(p, target), p)
    pc.check_gradients(lambda p: f.binary_cross_entropy_from_probabilities(p, SOFT), p)


# ---- weights and reductions --------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(2, 4), st.integers(0, 2**31))
def test_cross_entropy_is_never_below_the_entropy_of_its_target(n, classes, seed):
    draw = np.random.default_rng(seed)
    target = draw.dirichlet(np.ones(classes), n)
    entropy = -(target * np.log(np.maximum(target, 1e-300))).sum(axis=1)
    losses = f.cross_entropy(draw.normal(size=(n, classes)) * 5, target, reduction="none").numpy()
    assert (losses >= entropy - 1e-9).all()


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_weighted_and_smoothed_losses_compile(executor):
    def loss(x, t, w):
        return f.cross_entropy(x, t, label_smoothing=0.1, weights=w)

    found = pc.compile(loss, executor=executor)(LOGITS, IDS, WEIGHTS).item()
    assert found == pytest.approx(loss(LOGITS, IDS, WEIGHTS).item(), rel=1e-12)
