"""Movement: each element once, in its place; what is put between, and where it goes back to."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import DTypeError, ShapeError

X = np.arange(24.0).reshape(2, 3, 4)


def put(primitive, *inputs):
    return pc.apply(primitive, *inputs).numpy()


def test_elements_are_where_numpy_puts_them():
    np.testing.assert_array_equal(put(p.Reshape((4, 6)), X), X.reshape(4, 6))
    np.testing.assert_array_equal(put(p.PermuteDims((2, 0, 1)), X), X.transpose(2, 0, 1))
    np.testing.assert_array_equal(put(p.BroadcastTo((5, 2, 3, 4)), X), np.stack([X] * 5))
    np.testing.assert_array_equal(put(p.Flip((0, 2)), X), X[::-1, :, ::-1])
    np.testing.assert_array_equal(put(p.Concat(1), X, X[:, :1]), np.concatenate([X, X[:, :1]], 1))


def test_a_slice_takes_every_so_many_elements():
    np.testing.assert_array_equal(
        put(p.Slice((0, 1, 0), (2, 1, 2), (1, 1, 3)), X), X[:, 1:2, 0:4:3]
    )
    assert put(p.Slice((2, 0, 0), (0, 3, 4), (1, 1, 1)), X).shape == (0, 3, 4)


@pytest.mark.parametrize(
    ("widths", "expected"),
    [
        (((1,), (0,), (0,)), [9, 1, 2, 3]),
        (((0,), (2,), (0,)), [1, 2, 3, 9, 9]),
        (((0,), (0,), (2,)), [1, 9, 9, 2, 9, 9, 3]),
        (((1,), (1,), (1,)), [9, 1, 9, 2, 9, 3, 9]),
    ],
)
def test_values_are_put_before_after_and_between(widths, expected):
    x = np.array([1.0, 2.0, 3.0])
    assert put(p.Pad(*widths, 9.0), x).tolist() == expected
    dx = pc.grad(lambda x: (pc.apply(p.Pad(*widths, 9.0), x) * np.array(expected, float)).sum())(x)
    assert dx.tolist() == [1.0, 2.0, 3.0]


def test_nothing_has_nothing_between_its_elements():
    for before, after, interior in ((2, 1, 5), (0, 5, 3)):
        y = put(p.Pad((before,), (after,), (interior,), 7.0), np.ones(0))
        assert y.tolist() == [7.0] * (before + after)


@pytest.mark.parametrize("value", [0.5, 256.0, -1.0, np.nan, np.inf])
def test_padding_that_the_dtype_cannot_hold_is_refused(value):
    with pytest.raises(DTypeError, match=r"pad: value .* for uint8"):
        pc.tensor(np.zeros(2, np.uint8)).pad(((1, 1),), value=value)


def test_joining_nothing_is_refused():
    with pytest.raises(ShapeError, match="concat: no arrays"):
        p.Concat(0).shape()
