"""What losses refuse, and the words they say it with."""

import math

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.errors import DataError, DTypeError, OptionError, PositionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.models.perceptron_classifier import perceptron_loss

LOGITS = np.array([[1.0, -2.0, 0.5], [0.3, 0.2, 0.1], [-1.0, 4.0, 0.0], [2.0, 2.0, 2.0]])
IDS = np.array([2, 0, 1, 1])
ELEMENT_LOSSES = [f.mean_squared_error, f.binary_cross_entropy]


@pytest.mark.parametrize("loss", [*ELEMENT_LOSSES, f.binary_cross_entropy_from_probabilities])
def test_a_column_against_a_row_is_refused_with_the_remedy(loss):
    message = (
        r"prediction of shape \(3, 1\), target of shape \(3,\)\. They must be the same\. "
        r"Subtracting them would broadcast.* Use target\.reshape\(3, 1\)"
    )
    with pytest.raises(ShapeError, match=f"{loss.__name__}: {message}"):
        loss(np.full((3, 1), 0.5), np.zeros(3))
    with pytest.raises(ShapeError, match=r"or prediction\.reshape\(3, 1\)"):
        loss(np.full(3, 0.5), np.zeros((3, 1)))


def test_the_trap_is_refused_for_the_half_sum_and_while_compiling_too():
    with pytest.raises(ShapeError, match="half_squared_error: prediction of shape"):
        f.half_squared_error(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ShapeError, match="mean_squared_error: prediction of shape"):
        pc.compile(f.mean_squared_error)(np.zeros((3, 1)), np.zeros(3))


def test_other_shapes_that_differ_are_refused_without_a_remedy():
    with pytest.raises(ShapeError, match=r"target of shape \(2, 3\)\. They must be the same\."):
        f.mean_squared_error(np.zeros((3, 2)), np.zeros((2, 3)))


def test_a_column_of_ids_is_refused_with_the_remedy():
    with pytest.raises(ShapeError, match=r"target of shape \(4, 1\).*Use target\.reshape\(4,\)"):
        f.cross_entropy(LOGITS, IDS[:, None])


def test_other_shapes_of_class_targets_are_refused():
    with pytest.raises(ShapeError, match=r"has shape \(4,\) for class ids, or \(4, 3\) for one"):
        f.cross_entropy(LOGITS, np.zeros(5, int))
    with pytest.raises(ShapeError, match="Its last axis is the classes"):
        f.cross_entropy(1.0, 0)
    with pytest.raises(ShapeError, match="half_squared_error: single numbers"):
        f.half_squared_error(1.0, 0.0)


@pytest.mark.parametrize("wrong", [3, -1, 255])
def test_an_id_outside_the_classes_is_named(wrong):
    ids = IDS.copy()
    ids[2] = wrong
    message = rf"^cross_entropy: id {wrong} at \(2,\), and there are 3\. Ids lie between 0 and 2"
    with pytest.raises(PositionError, match=message):
        f.cross_entropy(LOGITS, ids)


LOSSES_OF_IDS = [
    f.cross_entropy,
    f.cross_entropy_from_probabilities,
    f.multiclass_hinge,
    f.focal_loss,
    perceptron_loss,
]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "uint32"])
@pytest.mark.parametrize("loss", LOSSES_OF_IDS)
def test_an_id_outside_the_classes_is_named_alike_wherever_it_is_met(loss, dtype, executor):
    compiled = pc.compile(loss, executor=executor)
    x, ids = f.softmax(LOGITS).numpy(), IDS.astype(dtype)
    assert compiled(x, ids).item() == pytest.approx(loss(x, ids).item(), abs=1e-12)
    for wrong in (3, 2**31 - 1, -1) if dtype.startswith("int") else (3, 255):
        ids[1] = wrong if dtype != "uint8" else min(wrong, 255)
        with pytest.raises(PositionError) as eager:
            loss(x, ids)
        with pytest.raises(PositionError) as late:
            compiled(x, ids)
        assert f"id {ids[1]} at (1,), and there are 3" in str(eager.value)
        name = loss.__name__ if loss is not perceptron_loss else ""
        assert str(late.value).removeprefix(f"{name}: ") in str(eager.value)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_class_weights_see_no_id_outside_the_classes(executor):
    loss = pc.compile(
        lambda x, t: f.cross_entropy(x, t, class_weights=[1.0, 2.0, 3.0]), executor=executor
    )
    with pytest.raises(PositionError, match=r"cross_entropy: id 3 at \(0,\)"):
        loss(LOGITS, np.array([3, 3, 3, 3]))


def test_an_id_of_a_sequence_is_named_by_all_its_positions():
    loss = pc.compile(f.cross_entropy)
    ids = np.zeros((2, 40), np.int64)
    ids[1, 37] = 5
    with pytest.raises(PositionError, match=r"id 5 at \(1, 37\), and there are 5"):
        loss(np.zeros((2, 40, 5), np.float32), ids)
    ids[1, 37] = 4
    assert loss(np.zeros((2, 40, 5), np.float32), ids).item() == pytest.approx(math.log(5.0))


def test_ids_that_are_floats_are_refused():
    with pytest.raises(DTypeError, match=r"class ids of float64\. Ids are integers"):
        f.cross_entropy(LOGITS, IDS.astype(float))


def test_ids_that_are_booleans_are_refused():
    with pytest.raises(DTypeError, match="class ids of bool"):
        f.cross_entropy(LOGITS, IDS > 0)


@pytest.mark.parametrize(
    "loss", [f.binary_cross_entropy, f.binary_cross_entropy_from_probabilities]
)
@pytest.mark.parametrize("wrong", [2.0, -0.1, math.nan])
def test_a_binary_target_outside_0_to_1_is_named(loss, wrong):
    target = np.array([[0.0, 1.0], [wrong, 1.0]])
    with pytest.raises(DataError, match=rf"target {wrong} at \(1, 0\)\. A target lies between"):
        loss(np.full((2, 2), 0.5), target)


@pytest.mark.parametrize("loss", [f.mean_squared_error, f.huber_loss, f.binary_cross_entropy])
@pytest.mark.parametrize("kind", [np.asarray, pc.tensor])
def test_targets_and_weights_take_the_dtype_of_the_prediction(loss, kind):
    y, t, w = pc.tensor([0.5, 0.25]), np.array([1.0, 0.0]), np.array([1.0, 3.0])
    found = loss(y, kind(t), weights=kind(w))
    assert found.dtype == np.float32
    narrow = [a.astype(np.float32) for a in (t, w)]
    assert found.item() == loss(y, narrow[0], weights=narrow[1]).item()
    assert loss(y.astype("float64"), narrow[0]).dtype == np.float64


def test_numbers_for_each_class_take_the_dtype_of_the_logits():
    logits, target = LOGITS.astype(np.float32), np.full(LOGITS.shape, 0.5)
    found = f.cross_entropy(logits, target, class_weights=np.ones(3), weights=np.ones(4))
    assert found.dtype == np.float32


def test_options_that_are_not_known_are_refused():
    with pytest.raises(OptionError, match=r"reduction 'meen'\. Did you mean 'mean'\? Known: mean"):
        f.cross_entropy(LOGITS, IDS, reduction="meen")
    with pytest.raises(OptionError, match=r"label_smoothing 1\.5\. It lies between 0 and 1"):
        f.cross_entropy(LOGITS, IDS, label_smoothing=1.5)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"weights of shape \(3,\) for losses of shape \(4,\)"):
        f.cross_entropy(LOGITS, IDS, weights=np.ones(3))


@pytest.mark.parametrize(
    "loss", [f.cross_entropy, f.cross_entropy_from_probabilities, f.focal_loss, f.multiclass_hinge]
)
@pytest.mark.parametrize("target", [np.zeros(3, np.int64), np.zeros((3, 1))], ids=["ids", "ones"])
def test_a_single_class_is_refused_as_nothing_would_be_learned(loss, target):
    message = r"of shape \(3, 1\), of one class\. .*use binary_cross_entropy"
    with pytest.raises(ShapeError, match=f"{loss.__name__}: logits or probabilities {message}"):
        loss(np.full((3, 1), 0.5), target)
