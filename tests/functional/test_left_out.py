"""What a loss leaves out: targets of 0, weights of 0, ids to be ignored."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DTypeError, OptionError, PositionError
from pellucid.executors import EXECUTORS
from pellucid.models.perceptron_classifier import perceptron_loss

LOGITS = np.array([[1.0, -2.0, 0.5], [0.3, 0.2, 0.1], [-1.0, 4.0, 0.0]])
P = f.softmax(LOGITS).numpy()
ZEROS = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
IDS = np.array([2, 0, 1])
H = 1e-6

# ---- soft targets of 0 -----------------------------------------------------------------------

SOFT = {
    "cross_entropy": (f.cross_entropy, LOGITS),
    "smoothed": (lambda x, t: f.cross_entropy(x, t, label_smoothing=0.1), LOGITS),
    "by class": (lambda x, t: f.cross_entropy(x, t, class_weights=[1.0, 2.0, 4.0]), LOGITS),
    "from probabilities": (f.cross_entropy_from_probabilities, P),
    "focal": (f.focal_loss, LOGITS),
    "multiclass_hinge": (f.multiclass_hinge, LOGITS),
    "perceptron": (perceptron_loss, LOGITS),
    "binary": (f.binary_cross_entropy, LOGITS),
    "binary from probabilities": (f.binary_cross_entropy_from_probabilities, P),
    "binary focal": (f.binary_focal_loss, LOGITS),
}


def one_sided(loss, t):
    """The slope by each target, towards the side on which the target may lie."""
    found, here = np.zeros_like(t), loss(t)
    for place in np.ndindex(t.shape):
        side = H if t[place] < 0.5 else -H
        moved = t.copy()
        moved[place] += side
        found[place] = (loss(moved) - here) / side
    return found


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", SOFT)
def test_the_slope_by_a_target_is_right_where_the_target_is_0_or_1(name, executor):
    loss, x = SOFT[name]
    slope = pc.compile(pc.grad(loss, argument=1), executor=executor)(x, ZEROS).numpy()
    expected = one_sided(lambda t: loss(x, t).item(), ZEROS)
    np.testing.assert_allclose(slope, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", SOFT)
def test_so_is_the_slope_of_the_slope(name):
    loss, x = SOFT[name]
    weights = np.linspace(0.5, 1.5, 9).reshape(3, 3)

    def slope(x, t):
        return (pc.grad(loss, argument=0)(x, t) * weights).sum()

    found = pc.grad(slope, argument=1)(x, ZEROS).numpy()
    expected = one_sided(lambda t: slope(pc.tensor(x), pc.tensor(t)).item(), ZEROS)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_slope_by_a_target_of_0_is_minus_the_logarithm():
    slope = pc.grad(f.cross_entropy_from_probabilities, argument=1)
    found = slope(np.array([0.1, 0.9]), np.array([0.0, 1.0])).numpy()
    np.testing.assert_allclose(found, -np.log([0.1, 0.9]), rtol=1e-15)
    slope = pc.grad(f.binary_cross_entropy_from_probabilities, argument=1)
    assert slope([0.2], [0.0]).item() == pytest.approx(math.log(0.8 / 0.2))
    assert slope([0.2], [1.0]).item() == pytest.approx(math.log(0.8 / 0.2))


def test_nothing_of_an_infinite_logarithm_is_nothing_with_all_its_derivatives():
    logits, t = np.array([[0.0, -np.inf, 1.0]]), np.array([[0.5, 0.0, 0.5]])
    for loss, x in (
        (f.cross_entropy, logits),
        (f.focal_loss, logits),
        (f.cross_entropy_from_probabilities, f.softmax(logits).numpy()),
    ):
        value, slopes = pc.value_and_grad(loss, argument=(0, 1))(x, t)
        assert math.isfinite(value.item())
        assert slopes[0].numpy()[0, 1] == 0.0
        assert slopes[1].numpy()[0, 1] == 0.0


# ---- weights that are all 0 ------------------------------------------------------------------

NOTHING = np.zeros(3)
WEIGHTED = {
    "cross_entropy": lambda x, w: f.cross_entropy(x, IDS, weights=w),
    "classes": lambda x, w: f.cross_entropy(x, [0, 0, 0], class_weights=[0.0, 1.0, 1.0]) * w.sum(),
    "from probabilities": lambda x, w: f.cross_entropy_from_probabilities(
        f.softmax(x), IDS, weights=w
    ),
    "hinge of classes": lambda x, w: f.multiclass_hinge(x, IDS, weights=w),
    "focal": lambda x, w: f.focal_loss(x, IDS, weights=w),
    "perceptron": lambda x, w: perceptron_loss(x, IDS, weights=w),
    "binary": lambda x, w: f.binary_cross_entropy(x, ZEROS, weights=w),
    "hinge": lambda x, w: f.hinge_loss(x, (ZEROS > 0.4), weights=w),
    "binary focal": lambda x, w: f.binary_focal_loss(x, ZEROS, weights=w),
    "kl": lambda x, w: f.kl_divergence(f.log_softmax(x), f.log_softmax(LOGITS), weights=w),
    "squared": lambda x, w: f.mean_squared_error(x, ZEROS, weights=w),
    "half": lambda x, w: f.half_squared_error(x, ZEROS, weights=w),
    "absolute": lambda x, w: f.mean_absolute_error(x, ZEROS, weights=w),
    "huber": lambda x, w: f.huber_loss(x, ZEROS, weights=w),
    "quantile": lambda x, w: f.quantile_loss(x, ZEROS, weights=w),
    "poisson": lambda x, w: f.poisson_loss(x, ZEROS, weights=w),
    "gaussian": lambda x, w: f.gaussian_loss(x[:, :2], ZEROS[:, 0], weights=w),
    "contrastive": lambda x, w: f.contrastive_loss(x, ZEROS, [1, 0, 1], weights=w),
    "triplet": lambda x, w: f.triplet_loss(x, ZEROS, ZEROS * 2.0, weights=w),
    "hard triplets": lambda x, w: f.batch_hard_triplet(x, [0, 0, 1], weights=w),
    "alignments": lambda x, w: f.ctc_loss(x.expand_dims(1), [[1], [2], [0]], weights=w),
    "possible alignments": lambda x, w: f.ctc_loss(
        x.expand_dims(1), [[1, 2], [2, 0], [0, 0]], leave_out_impossible=True, weights=w
    ),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", WEIGHTED)
def test_a_batch_of_which_nothing_counts_has_loss_0_and_slope_0(name, executor):
    both = pc.compile(pc.value_and_grad(WEIGHTED[name], argument=(0, 1)), executor=executor)
    value, slopes = both(LOGITS, NOTHING)
    assert value.item() == 0.0
    assert not slopes[0].numpy().any()
    assert not slopes[1].numpy().any()


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_weight_of_0_leaves_out_a_loss_that_is_not_finite(executor):
    sure, w = np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([0.0, 2.0])

    def wrong(x, w, reduction):
        return f.cross_entropy_from_probabilities(x, [0, 0], weights=w, reduction=reduction)

    def impossible(x, w, reduction):
        logits = (x * 0.0).expand_dims(1)
        return f.ctc_loss(logits, [[1, 1], [1, 0]], weights=w, reduction=reduction)

    for loss in (wrong, impossible):
        each = pc.compile(lambda x, w, loss=loss: loss(x, w, "none"), executor=executor)(sure, w)
        mean = pc.compile(lambda x, w, loss=loss: loss(x, w, "mean"), executor=executor)(sure, w)
        assert each.tolist() == pytest.approx([0.0, 2.0 * np.log(2.0)])
        assert mean.item() == pytest.approx(np.log(2.0))
    with np.errstate(divide="ignore"):
        assert wrong(pc.tensor(sure), w + 1.0, "sum").item() == math.inf


def test_weights_that_cancel_are_not_taken_for_none():
    with np.errstate(divide="ignore"):
        loss = f.mean_squared_error([2.0, 0.0], [0.0, 0.0], weights=[1.0, -1.0])
    assert loss.item() == math.inf


def test_no_samples_with_weights_have_loss_0():
    empty = np.zeros((0, 3))
    assert f.cross_entropy(empty, np.zeros(0, int), weights=np.zeros(0)).item() == 0.0


# ---- ids to be ignored -----------------------------------------------------------------------

IGNORING = [
    f.cross_entropy,
    f.cross_entropy_from_probabilities,
    f.multiclass_hinge,
    f.focal_loss,
    perceptron_loss,
]
GAPS = np.array([2, -100, 1])
each = pytest.mark.parametrize("loss", IGNORING)


@each
@pytest.mark.parametrize("weights", [None, np.array([1.0, 5.0, 3.0])])
def test_ignored_samples_are_as_if_they_were_not_there(loss, weights):
    rest = {} if weights is None else {"weights": weights[[0, 2]]}
    for reduction in ("mean", "sum"):
        found = loss(P, GAPS, ignore_index=-100, weights=weights, reduction=reduction).item()
        expected = loss(P[[0, 2]], GAPS[[0, 2]], reduction=reduction, **rest).item()
        assert found == pytest.approx(expected, rel=1e-12)
    single = loss(P, GAPS, ignore_index=-100, weights=weights, reduction="none").numpy()
    assert single[1] == 0.0


@each
@pytest.mark.parametrize("executor", EXECUTORS)
def test_where_all_are_ignored_loss_and_slope_are_0(loss, executor):
    both = pc.compile(pc.value_and_grad(lambda x, t: loss(x, t, ignore_index=1)), executor=executor)
    value, slope = both(P, np.array([1, 1, 1]))
    assert value.item() == 0.0
    assert not slope.numpy().any()


@each
def test_whatever_is_predicted_for_ignored_samples_leaves_no_trace(loss):
    wild = np.array([P[0], [math.nan, math.inf, 0.5], P[2]])
    both = pc.value_and_grad(lambda x: loss(x, GAPS, ignore_index=-100))
    with np.errstate(all="ignore"):
        found, slope = both(wild)
    expected, expected_slope = both(P)
    assert found.item() == expected.item()
    assert np.array_equal(slope.numpy(), expected_slope.numpy())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_ignored_labels_do_not_come_back_through_smoothing(executor):
    w, part, x = np.array([1.0, 2.0, 4.0]), 0.3, LOGITS.copy()

    def loss(x, t, **options):
        options |= {"label_smoothing": part, "class_weights": w}
        return f.cross_entropy(x, t, ignore_index=-100, **options)

    both = pc.compile(pc.value_and_grad(loss), executor=executor)
    value, slope = both(x, GAPS)
    log_p = f.log_softmax(x).numpy()
    by_hand = [
        w[t] * ((1 - part) * log_p[i, t] + part * log_p[i].mean()) for i, t in ((0, 2), (2, 1))
    ]
    assert value.item() == pytest.approx(-sum(by_hand) / (w[2] + w[1]), rel=1e-14)
    assert not slope.numpy()[1].any()
    x[1] = [50.0, -50.0, 0.0]
    other, other_slope = both(x, GAPS)
    assert other.item() == value.item()
    assert np.array_equal(other_slope.numpy(), slope.numpy())


def test_a_class_of_weight_0_does_not_count_through_smoothing_as_a_label():
    w = np.array([0.0, 1.0, 1.0])
    found = f.cross_entropy(LOGITS, [0, 1, 2], class_weights=w, label_smoothing=0.2).item()
    rest = f.cross_entropy(LOGITS[1:], [1, 2], label_smoothing=0.2).item()
    assert found == pytest.approx(rest, rel=1e-14)


@each
def test_other_ids_outside_are_named_still(loss):
    with pytest.raises(PositionError, match=r"id -1 at \(0,\)"):
        loss(P, np.array([-1, -100, 2]), ignore_index=-100)
    with pytest.raises(PositionError, match=r"id -100 at \(1,\)"):
        loss(P, GAPS)


def test_an_ignored_step_of_a_sequence_counts_nowhere():
    x, ids = np.stack([LOGITS, LOGITS * 2.0]), np.array([[2, -1, 0], [-1, -1, 1]])
    losses = f.cross_entropy(x, np.maximum(ids, 0), reduction="none").numpy()
    expected = losses[ids >= 0].mean()
    assert f.cross_entropy(x, ids, ignore_index=-1).item() == pytest.approx(expected, rel=1e-12)


@each
def test_what_cannot_be_ignored_is_refused(loss):
    with pytest.raises(OptionError, match="ignore_index 1 with a target of numbers for each"):
        loss(P, ZEROS, ignore_index=1)
    message = "ignore_index -100 with ids of uint8, which cannot be it"
    with pytest.raises(OptionError, match=message):
        loss(P, IDS.astype(np.uint8), ignore_index=-100)
    with pytest.raises(OptionError, match=r"ignore_index 0\.5 with ids of int64"):
        loss(P, IDS, ignore_index=0.5)
    with pytest.raises(DTypeError, match="ids of bool"):
        loss(P, IDS > 0, ignore_index=1)
