"""Steps as long as the parameter: the formula by hand, decay inside it, and norms of 0."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim


def test_lamb_by_hand():
    # The first direction of Adam is the sign of the gradient: r = (1, -1) without decay.
    w = pc.Parameter(np.array([[3.0, 4.0]]))
    optimizer = optim.LAMB({"w": w}, 0.1, weight_decay=0.0, eps=1e-12)
    optimizer.apply({"w": pc.tensor(np.array([[2.0, -0.5]]))})
    step = 0.1 * 5.0 / 2.0**0.5
    np.testing.assert_allclose(w.value.numpy(), [[3.0 - step, 4.0 + step]], rtol=1e-9)


def test_decay_is_part_of_the_direction_and_of_weights_alone():
    w, b = pc.Parameter(np.array([[3.0, 4.0]])), pc.Parameter(np.array([3.0, 4.0]))
    optimizer = optim.LAMB({"w": w, "b": b}, 0.1, weight_decay=0.5, eps=1e-12)
    optimizer.apply({name: pc.tensor(np.full(p.shape, 2.0)) for name, p in (("w", w), ("b", b))})
    r = np.array([1.0 + 1.5, 1.0 + 2.0])
    expected = [3.0, 4.0] - 0.1 * 5.0 / np.linalg.norm(r) * r
    np.testing.assert_allclose(w.value.numpy()[0], expected, rtol=1e-9)
    step = 0.1 * 5.0 / 2.0**0.5
    np.testing.assert_allclose(b.value.numpy(), [3.0 - step, 4.0 - step], rtol=1e-9)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_without_length_or_direction_the_quotient_is_1(executor):
    zero, still = pc.Parameter(np.zeros(2)), pc.Parameter(np.array([1.0, 2.0]))
    optimizer = optim.LAMB({"zero": zero, "still": still}, 0.1, eps=1e-12)
    step = pc.compile(lambda g: optimizer.apply({"zero": g, "still": g * 0.0}), executor=executor)
    step(pc.tensor(np.array([5.0, -5.0])))
    np.testing.assert_allclose(zero.value.numpy(), [-0.1, 0.1], rtol=1e-9)
    assert still.value.tolist() == [1.0, 2.0]
