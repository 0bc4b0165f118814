"""NumPy's functions of tensors compute as pellucid's, or lose no gradient unseen."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import GradientError, GraphError


def test_numpys_functions_compute_as_pellucids():
    x = pc.tensor([[1.0, 2.0], [3.0, 4.0]])
    for found, expected in [
        (np.exp(x), x.exp()),
        (np.mean(x, 0), x.mean(axis=0)),
        (np.std(x, ddof=1), x.std(correction=1)),
        (np.concatenate([x, x], axis=1), pc.concat([x, x], axis=1)),
        (np.transpose(x), x.T),
        (np.dot(x, x), x @ x),
        (np.where(x > 2.0, x, 0.0), pc.where(x > 2.0, x, 0.0)),
        (np.float64(2) * x, 2.0 * x),
        (x * np.int64(3), x * 3.0),
        (np.ones(2, np.float32) + x, 1.0 + x),
        (np.power(x, 2.0), x**2.0),
    ]:
        assert isinstance(found, pc.Tensor)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


def test_gradients_and_capture_go_through_numpys_functions():
    def f(x):
        return np.sum(np.exp(x) * np.tanh(x))

    x = np.array([0.3, -0.2])
    pc.check_gradients(f, x)
    np.testing.assert_allclose(pc.compile(f)(x).numpy(), np.sum(np.exp(x) * np.tanh(x)))


def test_what_pellucid_does_not_have_is_done_by_numpy_unless_a_gradient_would_be_lost():
    x = pc.tensor([3.0, 1.0, 2.0])
    assert np.percentile(x, 50) == 2.0
    assert np.add.reduce(x) == 6.0
    assert np.allclose(pc.tensor(1.0, requires_grad=True), 1.0)
    with pytest.raises(GradientError, match=r"np.percentile: .* would not go through"):
        np.percentile(pc.tensor([1.0, 2.0], requires_grad=True), 50)
    with pytest.raises(GraphError, match=r"np.percentile: .* being captured"):
        pc.compile(lambda x: np.percentile(x, 50))(np.ones(2))
