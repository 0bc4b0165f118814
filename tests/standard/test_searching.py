"""Orders, places and different values: NumPy's results, and what is refused."""

import numpy as np
import pytest
from standard.against_numpy import EXECUTORS, X, of_arrays

import pellucid as pc
from pellucid.errors import GraphError, OptionError, ShapeError

CASES = {
    "argmax": lambda m, x: m.argmax(x, axis=1),
    "argmin": lambda m, x: m.argmin(x),
    "argsort": lambda m, x: m.argsort(x, axis=1, stable=True),
    "sort": lambda m, x: m.sort(x, axis=0),
    "isin": lambda m, x: m.isin(m.round(x), np.float32([0.0, 1.0])),
    "searchsorted": lambda m, x: m.searchsorted(m.sort(x[0, 0]), x),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_is_numpys(name, executor):
    of_arrays(CASES[name], executor)


def test_the_gradient_of_an_order_matches_differences():
    pc.check_gradients(lambda x: pc.sort(x, axis=0), X.astype("f8"))


def test_different_values_and_their_places():
    x = np.array([[3, 1, 3], [2, 1, 3]])
    ours, theirs = pc.unique_all(x), np.unique_all(x)
    for part, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(part.numpy(), other)
    assert pc.unique_counts(x).counts.tolist() == [2, 1, 3]
    assert pc.unique_inverse(x).inverse_indices.tolist() == [[2, 0, 2], [1, 0, 2]]
    assert pc.unique_values(x).tolist() == [1, 2, 3]
    assert [part.tolist() for part in pc.nonzero(x == 1)] == [[0, 1], [1, 1]]


@pytest.mark.parametrize("side", ["left", "right"])
def test_places_among_equal_numbers(side):
    line, wanted = np.array([1, 2, 2, 2, 5]), np.array([[0, 2], [5, 9]])
    found = pc.searchsorted(line, wanted, side=side)
    np.testing.assert_array_equal(found.numpy(), np.searchsorted(line, wanted, side=side))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "bool"])
def test_descending_orders_keep_what_is_equal_in_place(dtype):
    x = np.array([2, 0, 1, 2, 0, 1], dtype)
    expected = sorted(range(6), key=lambda i: -int(x[i]))
    assert pc.argsort(x, descending=True).tolist() == expected


def test_an_axis_may_be_a_number_of_numpy():
    x, one = pc.reshape(pc.arange(6), (2, 3)), np.int64(1)
    np.testing.assert_array_equal(pc.sort(x, axis=one, descending=True), x.numpy()[:, ::-1])


REFUSED = [
    (lambda: pc.searchsorted([1, 2], [1], side="middle"), OptionError, "'left' or 'right'"),
    (lambda: pc.nonzero(1.0), ShapeError, "single number"),
    (lambda: pc.compile(pc.nonzero)(np.ones(3)), GraphError, "being captured"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=lambda part: str(part)[:9])
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
