"""Tensors made by a rule, and of others."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, OptionError, PositionError, ShapeError


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: pc.zeros((2, 3)), np.zeros((2, 3), np.float32)),
        (lambda: pc.zeros(3, dtype="int64"), np.zeros(3, np.int64)),
        (lambda: pc.ones(()), np.ones((), np.float32)),
        (lambda: pc.full((2,), 7.5, dtype="float64"), np.full(2, 7.5)),
        (lambda: pc.full_like(pc.zeros(2, dtype="int32"), 7), np.full(2, 7, np.int32)),
        (lambda: pc.zeros_like(pc.ones(2)), np.zeros(2, np.float32)),
        (lambda: pc.ones_like(pc.zeros(2, dtype="float64")), np.ones(2)),
        (lambda: pc.eye(2, 3), np.eye(2, 3, dtype=np.float32)),
        (lambda: pc.eye(2, dtype="float64"), np.eye(2)),
        (lambda: pc.arange(4), np.arange(4)),
        (lambda: pc.arange(2, 9, 3), np.array([2, 5, 8])),
        (lambda: pc.arange(5, 0, -2), np.array([5, 3, 1])),
        (lambda: pc.arange(3, 1), np.zeros(0, np.int64)),
        (lambda: pc.arange(0.0, 1.0, 0.25), np.array([0, 0.25, 0.5, 0.75], np.float32)),
        (lambda: pc.arange(3, dtype="float64"), np.arange(3.0)),
        (lambda: pc.linspace(0.0, 1.0, 3, dtype="float64"), np.linspace(0, 1, 3)),
        (lambda: pc.linspace(0.0, 1.0, 1), np.zeros(1, np.float32)),
        (
            lambda: pc.concat([pc.ones((1, 2)), pc.zeros((2, 2))]),
            np.array([[1, 1], [0, 0], [0, 0]]),
        ),
        (
            lambda: pc.concat([pc.ones((2, 1)), pc.zeros((2, 1))], axis=-1),
            np.array([[1, 0], [1, 0]]),
        ),
        (lambda: pc.stack([pc.zeros(2), pc.ones(2)], axis=-1), np.array([[0, 1], [0, 1]])),
        (lambda: pc.where([True, False], 1.0, 2.0), np.array([1.0, 2.0])),
        (lambda: pc.where(pc.arange(2) > 0, pc.ones(2), 0.0), np.array([0.0, 1.0])),
        (lambda: pc.where(pc.arange(2) > 0, 1, pc.arange(2)), np.array([0, 1])),
        (lambda: pc.one_hot([[1], [0]], 2), np.array([[[0.0, 1.0]], [[1.0, 0.0]]])),
        (lambda: pc.one_hot(1, 3, dtype="bool"), np.array([False, True, False])),
        (lambda: pc.one_hot(np.array([255], np.uint8), 300), np.eye(300)[[255]]),
    ],
)
def test_values(made, expected):
    found = made()
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.numpy(), expected)


def test_dtypes_that_are_not_given():
    kinds = {
        "float32": [pc.zeros(1), pc.ones(1), pc.full(1, 2), pc.eye(1), pc.linspace(0, 1, 2)],
        "int64": [pc.arange(2)],
    }
    assert pc.arange(2.0).dtype == np.float32
    for name, made in kinds.items():
        assert {x.dtype for x in made} == {np.dtype(name)}


def test_broadcasting_of_the_notes():
    assert (pc.arange(3) + 5).tolist() == [5, 6, 7]
    rows = pc.ones((3, 3), dtype="int64") + pc.arange(3)
    assert rows.tolist() == [[1, 2, 3]] * 3
    outer = pc.arange(3).reshape(3, 1) + pc.arange(3)
    assert outer.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]


def test_steps_of_arange_do_not_add_up_errors():
    assert pc.arange(0.0, 1e4, 0.1, dtype="float64")[99_999].item() == 99_999 * 0.1


def test_gradients_pass_through_what_is_put_together():
    def together(a, b):
        chosen = pc.where(a > 0.0, a * a, b)
        return pc.stack([pc.concat([a, b]), pc.concat([chosen, b])])

    pc.check_gradients(together, [1.0, -2.0], [3.0, 0.5])


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_all_can_be_captured(executor):
    def made(x, ids):
        parts = pc.concat([pc.zeros(2), x, pc.arange(2.0)])
        chosen = pc.where(parts > 0.5, parts, pc.full_like(parts, 9.0))
        return pc.stack([chosen, chosen]), pc.one_hot(ids, 3)

    stacked, hot = pc.compile(made, executor=executor)(np.ones(1, np.float32), np.array([2, 0]))
    assert stacked.tolist() == [[9.0, 9.0, 1.0, 9.0, 1.0]] * 2
    assert hot.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: pc.zeros((2, -1)), ShapeError, r"zeros: shape \(2, -1\)\. Sizes"),
        (lambda: pc.arange(1, 2, 0), OptionError, "arange: step 0"),
        (lambda: pc.concat([]), ShapeError, "concat: no tensors"),
        (lambda: pc.concat([pc.ones((1, 2)), pc.ones((1, 3))]), ShapeError, "concat"),
        (lambda: pc.concat([pc.ones(1)], axis=1), ShapeError, "concat: axis 1"),
        (
            lambda: pc.stack([pc.ones(1), pc.ones(2)]),
            ShapeError,
            r"stack: shapes \[\(1,\), \(2,\)\]",
        ),
        (lambda: pc.stack([]), ShapeError, r"stack: shapes \[\]"),
        (lambda: pc.one_hot([0, 3], 3), PositionError, r"one_hot: id 3 at \(1,\), and there are 3"),
        (lambda: pc.one_hot([0.0], 3), DTypeError, "one_hot: ids of float32"),
    ],
)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
