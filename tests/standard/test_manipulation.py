"""Arrays in another arrangement: NumPy's results, and what is refused."""

import numpy as np
import pytest
from standard.against_numpy import EXECUTORS, X, of_arrays

import pellucid as pc
from pellucid.errors import OptionError, ShapeError

CASES = {
    "reshape": lambda m, x: m.reshape(x, (4, 15)),
    "permute_dims": lambda m, x: m.permute_dims(x, (2, 0, 1)),
    "matrix_transpose": lambda m, x: m.matrix_transpose(x),
    "moveaxis": lambda m, x: m.moveaxis(x, 0, -1),
    "moveaxis of several": lambda m, x: m.moveaxis(x, (0, 1), (2, 0)),
    "expand_dims": lambda m, x: m.expand_dims(x, axis=1),
    "squeeze": lambda m, x: m.squeeze(x[:, :1], axis=1),
    "broadcast_to": lambda m, x: m.broadcast_to(x[:, :1], (2, 3, 4, 5)),
    "flip": lambda m, x: m.flip(x, axis=(0, 2)),
    "flip all": lambda m, x: m.flip(x),
    "roll": lambda m, x: m.roll(x, 3),
    "roll axis": lambda m, x: m.roll(x, -2, axis=1),
    "roll axes": lambda m, x: m.roll(x, (1, 7), axis=(0, 2)),
    "tile": lambda m, x: m.tile(x, (2, 1, 3)),
    "tile more": lambda m, x: m.tile(x, (2, 1, 1, 1)),
    "tile fewer": lambda m, x: m.tile(x, (2,)),
    "repeat": lambda m, x: m.repeat(x, 2),
    "repeat axis": lambda m, x: m.repeat(x, np.array([1, 0, 2, 3]), axis=1),
    "concat": lambda m, x: m.concat([x, x], axis=1),
    "stack": lambda m, x: m.stack([x, x], axis=-1),
    "tril": lambda m, x: m.tril(x, k=1),
    "triu": lambda m, x: m.triu(x, k=-1),
    "take": lambda m, x: m.take(x, np.array([2, 0, 1]), axis=1),
    "take_along_axis": lambda m, x: m.take_along_axis(x, np.argsort(X, axis=1), axis=1),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_is_numpys(name, executor):
    of_arrays(CASES[name], executor)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"take_along_axis"}))
def test_its_gradient_matches_differences(name):
    pc.check_gradients(lambda x: CASES[name](pc, x), X.astype("f8"))


def test_the_gradient_along_an_axis_matches_differences():
    small, places = X[:2, :3, :2], np.argsort(X[:2, :3, :2], axis=1)
    pc.check_gradients(lambda x: pc.take_along_axis(x, places, axis=1), small.astype("f8"))


def test_several_arrays_at_once():
    a, b = np.arange(3), np.arange(4.0)
    for indexing in ("xy", "ij"):
        for ours, theirs in zip(
            pc.meshgrid(a, b, indexing=indexing), np.meshgrid(a, b, indexing=indexing), strict=True
        ):
            np.testing.assert_array_equal(ours.numpy(), theirs.astype(ours.dtype))
    parts = pc.broadcast_arrays(pc.ones((3, 1)), pc.zeros(2))
    assert [part.shape for part in parts] == [(3, 2), (3, 2)]
    assert [x.tolist() for x in pc.unstack(pc.tensor([[1, 2], [3, 4]]), axis=1)] == [[1, 3], [2, 4]]


def test_axes_and_shifts_may_be_numbers_of_numpy():
    x, one = pc.reshape(pc.arange(6), (2, 3)), np.int64(1)
    np.testing.assert_array_equal(pc.moveaxis(x, one, np.int64(0)), np.moveaxis(x.numpy(), 1, 0))
    np.testing.assert_array_equal(pc.roll(x, one), np.roll(x.numpy(), 1))
    np.testing.assert_array_equal(pc.roll(x, one, axis=one), np.roll(x.numpy(), 1, 1))


REFUSED = [
    (lambda: pc.moveaxis(pc.ones((2, 2)), (0, 0), (0, 1)), ShapeError, "each once"),
    (lambda: pc.roll(pc.ones(3), (1, 2)), OptionError, "move by one number"),
    (lambda: pc.tile(pc.ones(2), (-1,)), OptionError, "not negative"),
    (lambda: pc.repeat(pc.ones(3), [1, 2]), ShapeError, r"shape \(2,\) for 3 elements"),
    (lambda: pc.meshgrid(pc.ones((2, 2))), ShapeError, "Each has one axis"),
    (lambda: pc.take(pc.ones((2, 2)), [0]), OptionError, "no axis for shape"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=lambda part: str(part)[:9])
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
