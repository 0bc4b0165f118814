"""Tensors made by a rule, and of others."""

import math

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
        (lambda: pc.arange(np.int64(3)), np.arange(3)),
        (lambda: pc.arange(np.uint8(1), np.int32(9), np.int64(3)), np.array([1, 4, 7])),
        (lambda: pc.arange(pc.tensor(3)), np.arange(3)),
        (lambda: pc.arange(2**62, 2**62 + 2), np.array([2**62, 2**62 + 1])),
        (lambda: pc.arange(254, 256, dtype="uint8"), np.array([254, 255], np.uint8)),
        (lambda: pc.arange(3.0, dtype="int32"), np.arange(3, dtype=np.int32)),
        (lambda: pc.full_like(pc.ones(2) > 0.0, False), np.array([False, False])),
        (lambda: pc.full((2,), np.float32(0.5)), np.full(2, 0.5, np.float32)),
        (lambda: pc.full((2,), pc.tensor(7), dtype="uint8"), np.full(2, 7, np.uint8)),
        (lambda: pc.full(2, True, dtype=bool), np.array([True, True])),
        (lambda: pc.zeros(np.int64(3)), np.zeros(3, np.float32)),
        (lambda: pc.ones([2, np.uint8(1)], dtype="bool"), np.ones((2, 1), bool)),
        (lambda: pc.zeros_like(np.ones(2, np.float32)), np.zeros(2, np.float32)),
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
    assert expected.dtype in {found.dtype, np.dtype(float)} or found.ndim > 1
    np.testing.assert_array_equal(found.numpy(), expected)


def test_dtypes_that_are_not_given():
    kinds = {
        "float32": [pc.zeros(1), pc.ones(1), pc.full(1, 2.0), pc.eye(1), pc.linspace(0, 1, 2)],
        "int64": [pc.arange(2), pc.full(1, 2)],
        "bool": [pc.full(1, True)],
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
        (
            lambda: pc.arange(1, 2, 0),
            OptionError,
            "arange: from 1 to 2, 0 apart.* a step of 0",
        ),
        (lambda: pc.arange(math.inf), OptionError, "arange: from 0 to inf, 1 apart. These are fin"),
        (lambda: pc.arange(300, dtype="uint8"), DTypeError, "arange: 300 numbers from 0, 1 apart"),
        (lambda: pc.arange(0.5, 3, dtype="int64"), DTypeError, r"arange: 3 numbers from 0\.5"),
        (lambda: pc.arange("3"), DTypeError, "arange: '3'. It must be a number"),
        (lambda: pc.full(2, 0.5, dtype="int64"), DTypeError, r"full: 0\.5 with a tensor of int64"),
        (lambda: pc.full(2, 256, dtype="uint8"), DTypeError, "full: 256 with a tensor of uint8"),
        (lambda: pc.full(2, -1, dtype="uint32"), DTypeError, "full: -1 with a tensor of uint32"),
        (lambda: pc.full(2, math.nan, dtype="int32"), DTypeError, "full: nan with a tensor of"),
        (
            lambda: pc.full(2, True, dtype="float32"),
            DTypeError,
            "full: True with a tensor of float32",
        ),
        (lambda: pc.full(2, 1, dtype=bool), DTypeError, "full: 1 with a tensor of bool"),
        (lambda: pc.full(2, 1j), DTypeError, "full: 1j. It must be a number"),
        (lambda: pc.full_like(pc.ones(2) > 0.0, 1.0), DTypeError, "full_like: 1.0 with a tensor o"),
        (lambda: pc.full_like(pc.arange(2), 0.5), DTypeError, r"full_like: 0\.5 with a tensor of"),
        (lambda: pc.eye(-1), ShapeError, r"eye: shape \(-1, -1\)\. Sizes are not negative"),
        (lambda: pc.eye(2, 2.5), ShapeError, r"eye: sizes \(2, 2\.5\)\. They are whole numbers"),
        (lambda: pc.zeros(2.0), ShapeError, r"zeros: sizes \(2\.0,\)\. They are whole numbers"),
        (lambda: pc.ones((1,) * 65), ShapeError, "ones: float32 of shape .* 65 axes"),
        (lambda: pc.zeros((2**40, 2**40)), ShapeError, "zeros: float32 of shape"),
        (lambda: pc.linspace(0, math.inf, 3), OptionError, "linspace: from 0 to inf. Both ends"),
        (lambda: pc.linspace(0, 1, -1), ShapeError, r"linspace: shape \(-1,\)"),
        (lambda: pc.linspace(0, 1, 2.5), ShapeError, r"linspace: sizes \(2\.5,\)"),
        (lambda: pc.linspace(0, 1, 3, dtype="int64"), DTypeError, "linspace: numbers of int64"),
        (
            lambda: pc.concat([pc.ones((2, 3)), pc.ones(2)], axis=1),
            ShapeError,
            r"concat: shapes \(2, 3\) and \(2,\) along axis 1",
        ),
        (
            lambda: pc.concat([pc.ones(2), pc.ones((2, 3))]),
            ShapeError,
            r"concat: shapes \(2,\) and \(2, 3\) along axis 0",
        ),
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


MAKERS = {
    "zeros": lambda dtype: pc.zeros(2, dtype=dtype),
    "ones": lambda dtype: pc.ones(2, dtype=dtype),
    "full": lambda dtype: pc.full(2, 1, dtype=dtype),
    "eye": lambda dtype: pc.eye(2, dtype=dtype),
    "arange": lambda dtype: pc.arange(2, dtype=dtype),
    "linspace": lambda dtype: pc.linspace(0, 1, 2, dtype=dtype),
    "astype": lambda dtype: pc.ones(2).astype(dtype),
    "tensor": lambda dtype: pc.tensor([1], dtype=dtype),
}
WRONG = ["float16", "int16", "uint64", "complex64", ">f4", "U1", "object", "no such dtype"]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("dtype", WRONG)
def test_dtypes_that_nobody_can_use_are_refused_by_all_alike(name, dtype):
    with pytest.raises(DTypeError, match=rf"^{name}: dtype .*\. Known are bool, uint8, uint32"):
        MAKERS[name](dtype)


@pytest.mark.parametrize("make", [pc.zeros_like, pc.ones_like])
def test_arrays_of_other_dtypes_are_no_examples(make):
    with pytest.raises(DTypeError, match="tensor: dtype float16"):
        make(np.zeros(2, np.float16))
