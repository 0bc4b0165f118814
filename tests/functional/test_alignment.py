"""CTC: against a sum over all alignments, at its edges, and what is refused.

Against PyTorch it stands in test_further_losses.py.
"""

import itertools
import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DataError, DTypeError, OptionError, PositionError, ShapeError
from pellucid.executors import EXECUTORS

RNG = np.random.default_rng(3)
LOGITS = RNG.normal(size=(5, 5, 3)) * 2.0
TARGETS = np.array([[1, 2, 1], [2, 2, 1], [1, 1, 0], [2, 0, 0], [0, 0, 0]])
STEPS = np.array([5, 4, 4, 5, 2])


def log_softmax(x):
    return (
        x
        - x.max(-1, keepdims=True)
        - np.log(np.exp(x - x.max(-1, keepdims=True)).sum(-1))[..., None]
    )


def summed(logits, target, steps, blank=0):
    """- log of the sum over every alignment that comes to the target, one by one."""
    log_p = log_softmax(logits)[:steps]
    wanted = [label for label in target if label != blank]
    total = 0.0
    for alignment in itertools.product(range(logits.shape[1]), repeat=int(steps)):
        said = [label for label, _ in itertools.groupby(alignment)]
        if [label for label in said if label != blank] == wanted:
            total += math.exp(sum(log_p[t, label] for t, label in enumerate(alignment)))
    return -math.log(total) if total else math.inf


def each(x, **options):
    return f.ctc_loss(x, TARGETS, input_lengths=STEPS, reduction="none", **options)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_it_is_the_sum_over_all_alignments(executor):
    found = pc.compile(each, executor=executor)(LOGITS).numpy()
    expected = [summed(*row) for row in zip(LOGITS, TARGETS, STEPS, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_another_blank_is_as_if_the_classes_had_other_ids():
    turned = LOGITS[:, :, [1, 2, 0]]
    found = f.ctc_loss(turned, (TARGETS + 2) % 3, blank=2, input_lengths=STEPS, reduction="none")
    np.testing.assert_array_equal(found.numpy(), each(LOGITS).numpy())


def test_derivatives_agree_with_differences_to_second_order():
    def some(x):
        return f.ctc_loss(x, TARGETS[1:3], input_lengths=[4, 3], reduction="none")

    pc.check_gradients(some, LOGITS[1:3, :4])


@pytest.mark.parametrize("executor", EXECUTORS)
def test_second_derivatives_of_a_program_are_those_of_eager(executor):
    def bend(x):
        weights = np.linspace(0.5, 1.5, x.size).reshape(x.shape)
        return pc.grad(lambda x: (pc.grad(lambda x: each(x).sum())(x) * weights).sum())(x)

    found = pc.compile(bend, executor=executor)(LOGITS).numpy()
    np.testing.assert_allclose(found, bend(pc.tensor(LOGITS)).numpy(), rtol=1e-9, atol=1e-12)


def test_what_stands_behind_both_ends_counts_nowhere():
    wild = LOGITS.copy()
    wild[1, 4], wild[2, 4], wild[4, 2:] = 50.0, -50.0, 7.0
    labels = np.array([[1, 2, 1], [2, 2, 1], [1, 1, 2], [2, 1, 1], [2, 1, 2]])
    found = f.ctc_loss(
        wild, labels, input_lengths=STEPS, target_lengths=[3, 3, 2, 1, 0], reduction="none"
    )
    np.testing.assert_array_equal(found.numpy(), each(LOGITS).numpy())


def test_steps_of_which_blank_is_certain_count_as_if_they_were_not_there():
    certain = np.array([0.0, -np.inf, -np.inf])

    def said(x):
        there = f.length_mask(STEPS, 5).expand_dims(2)
        return f.ctc_loss(there.where(x, pc.tensor(certain)), TARGETS, reduction="none")

    np.testing.assert_allclose(said(pc.tensor(LOGITS)).numpy(), each(LOGITS).numpy(), rtol=1e-13)
    slopes = [pc.grad(lambda x, g=g: g(x).sum())(LOGITS).numpy() for g in (said, each)]
    np.testing.assert_allclose(*slopes, rtol=1e-12, atol=1e-15)


def test_reductions_and_weights_are_those_of_the_losses_of_samples():
    losses, w = each(LOGITS).numpy(), np.array([1.0, 2.0, 0.0, 0.5, 3.0])
    options = {"input_lengths": STEPS}
    assert f.ctc_loss(LOGITS, TARGETS, **options).item() == pytest.approx(losses.mean())
    total = f.ctc_loss(LOGITS, TARGETS, **options, weights=w, reduction="sum").item()
    assert total == pytest.approx((losses * w).sum())
    mean = f.ctc_loss(LOGITS, TARGETS, **options, weights=w).item()
    assert mean == pytest.approx((losses * w).sum() / w.sum())


# ---- edges -------------------------------------------------------------------------------

IMPOSSIBLE = np.array([[2, 2, 1], [1, 2, 1], [1, 2, 0], [1, 1, 0], [0, 0, 0]])
SHORT = np.array([3, 3, 1, 2, 0])  # steps: the last one has none, and no labels either


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_impossible_target_has_an_infinite_loss_and_a_slope_of_0(executor):
    def both(x):
        def losses(x):
            return f.ctc_loss(x, IMPOSSIBLE, input_lengths=SHORT, reduction="none")

        return losses(x), pc.grad(lambda x: losses(x).sum())(x)

    found, slope = (y.numpy() for y in pc.compile(both, executor=executor)(LOGITS))
    assert np.isinf(found).tolist() == [True, False, True, True, False]
    assert found[4] == 0.0
    assert not slope[[0, 2, 3, 4]].any()
    expected = pc.grad(lambda x: f.ctc_loss(x, IMPOSSIBLE[1:2]))(LOGITS[1:2, :3])
    np.testing.assert_allclose(slope[1, :3], expected.numpy()[0], rtol=1e-12)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_impossible_targets_can_be_left_out(executor):
    def loss(x, reduction="mean"):
        options = {"leave_out_impossible": True, "reduction": reduction}
        return f.ctc_loss(x, IMPOSSIBLE, input_lengths=SHORT, **options)

    value, slope = pc.compile(pc.value_and_grad(loss), executor=executor)(LOGITS)
    alone = f.ctc_loss(LOGITS[1:2, :3], IMPOSSIBLE[1:2]).item()
    assert value.item() == pytest.approx(alone / 2)  # of two: the empty one has a loss of 0
    assert np.isfinite(slope.numpy()).all()
    assert loss(pc.tensor(LOGITS), "none").tolist()[0] == 0.0


def test_a_class_that_cannot_be_has_no_part_in_any_alignment():
    logits = np.where(np.arange(3) == 2, -np.inf, LOGITS)
    value, slope = pc.value_and_grad(lambda x: f.ctc_loss(x, [[1, 1, 0]] * 5))(logits)
    assert value.item() == pytest.approx(np.mean([summed(row[:, :2], [1, 1], 5) for row in logits]))
    assert np.isfinite(slope.numpy()[:, :, :2]).all()
    assert f.ctc_loss(logits, [[2]] * 5).item() == math.inf


def test_far_logits_neither_overflow_nor_lose_the_loss():
    logits = np.zeros((1, 200, 4), np.float32)
    logits[..., 3] = 1e4
    value, slope = pc.value_and_grad(lambda x: f.ctc_loss(x, [[1, 2]]))(logits)
    assert value.item() == pytest.approx(200 * 1e4, rel=1e-4)
    assert np.isfinite(slope.numpy()).all()


def test_without_labels_every_step_is_blank():
    expected = -log_softmax(LOGITS)[:, :, 0].sum(1)
    for none in (np.zeros((5, 0), int), np.zeros((5, 2), int)):
        found = f.ctc_loss(LOGITS, none, reduction="none").numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_a_network_of_two_layers_learns_to_read_a_sequence():
    rng = np.random.default_rng(0)
    targets = rng.integers(1, 4, (32, 3))
    x = np.repeat(np.eye(4, dtype=np.float32)[targets], 3, axis=1)
    model = pc.nn.LSTM(4, 8, bidirectional=True, rng=pc.Generator(seed=1))
    out = pc.nn.Linear(16, 4, rng=pc.Generator(seed=2))
    adam = pc.optim.Adam({**model.parameters(), "w": out.weight, "b": out.bias}, learning_rate=0.05)

    @pc.compile
    def step(x, t):
        loss = f.ctc_loss(out(model(x)[0]), t)
        adam.minimize(loss)
        return loss

    losses = [step(x, targets).item() for _ in range(40)]
    assert losses[-1] < 0.3 < losses[0]


# ---- what is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: f.ctc_loss(LOGITS, [1, 2, 1]),
            ShapeError,
            r"logits of shape \(5, 5, 3\), target of shape \(3,\).*fill shorter targets up",
        ),
        (lambda: f.ctc_loss(LOGITS, TARGETS, blank=3), OptionError, r"blank 3 for 3 classes"),
        (lambda: f.ctc_loss(LOGITS, TARGETS * 1.0), DTypeError, r"labels of float64"),
        (lambda: f.ctc_loss(LOGITS, TARGETS * 2), PositionError, r"ctc_loss: id 4 at \(0, 1\)"),
        (
            lambda: f.ctc_loss(LOGITS, TARGETS, input_lengths=[6] * 5),
            ShapeError,
            r"ctc_loss: lengths from 6 to 6 .* from 0 to 5 steps",
        ),
        (
            lambda: f.ctc_loss(LOGITS, TARGETS, target_lengths=[3] * 5),
            DataError,
            r"the blank, 0, stands in target 2, at or before label 2.*another `blank`",
        ),
        (
            lambda: f.ctc_loss(LOGITS[:1], [[1, 0, 2]]),
            DataError,
            r"the blank, 0, stands in target 0, at or before label 2",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_rule(call, error, words):
    with pytest.raises(error, match=words):
        call()
