"""Products of matrices and vectors: NumPy's results, and what is refused."""

import numpy as np
import pytest
from standard.against_numpy import EXECUTORS, X, of_arrays

import pellucid as pc
from pellucid.errors import ShapeError

CASES = {
    "matmul": lambda m, x: m.matmul(x, m.matrix_transpose(x)),
    "tensordot": lambda m, x: m.tensordot(x, m.permute_dims(x, (1, 2, 0)), axes=2),
    "tensordot of axes": lambda m, x: m.tensordot(x, x, axes=((0, 1), (0, 1))),
    "vecdot": lambda m, x: m.vecdot(x, x, axis=-1),
}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", CASES)
def test_a_function_of_arrays_is_numpys(name, executor):
    of_arrays(CASES[name], executor)


@pytest.mark.parametrize("name", CASES)
def test_its_gradient_matches_differences(name):
    pc.check_gradients(lambda x: CASES[name](pc, x), X.astype("f8"))


def test_axes_may_be_a_number_of_numpy():
    x, one = pc.reshape(pc.arange(6), (2, 3)), np.int64(1)
    product = pc.tensordot(x, pc.permute_dims(x, (1, 0)), axes=one)
    np.testing.assert_array_equal(product, x.numpy() @ x.numpy().T)


REFUSED = [
    (lambda: pc.vecdot(pc.ones(3), pc.ones(2)), ShapeError, "one size in both"),
    (lambda: pc.tensordot(pc.ones((2, 3)), pc.ones((2, 3)), axes=1), ShapeError, "be equal"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=lambda part: str(part)[:9])
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
