"""Attention as a function: masks that leave nothing, and gradients."""

import numpy as np
import pytest
from nn.sequence_cases import numbers

import pellucid as pc
from pellucid import functional as f
from pellucid.executors import EXECUTORS


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_position_that_may_look_nowhere_takes_nothing(executor):
    x = numbers((1, 2, 3, 4), 0).astype(np.float32)
    mask = np.array([[True, False, True], [False] * 3, [True] * 3])
    run = pc.compile(f.scaled_dot_product_attention, executor=executor)
    y = run(x, x, x, mask).numpy()
    assert not y[:, :, 1].any()
    assert np.isfinite(y).all()
    changed = x.copy()
    changed[:, :, 1] = 9.0  # what nobody but position 2 sees
    np.testing.assert_array_equal(run(x, changed, changed, mask).numpy()[:, :, 0], y[:, :, 0])


def test_no_gradient_is_nan_where_nothing_may_be_looked_at():
    x = pc.tensor(numbers((2, 3, 4), 0), requires_grad=True)
    y = f.scaled_dot_product_attention(x, x, x, pc.tensor(np.zeros((3, 3), bool)))
    y.sum().backward()
    assert not x.grad.numpy().any()


def test_gradients_of_attention_are_central_differences():
    mask = np.array([[True, False, True], [True, True, True]])

    def run(q, k, v):
        return (f.scaled_dot_product_attention(q, k, v, pc.tensor(mask)) ** 2.0).sum()

    pc.check_gradients(run, numbers((2, 4), 0), numbers((3, 4), 1), numbers((3, 5), 2))
