"""Cells: one step of a recurrent layer, its gradients and its start."""

import numpy as np
import pytest
from nn.sequence_cases import numbers

import pellucid as pc
from pellucid import nn


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_gradients_of_cells_are_central_differences(cell, rng):
    one = cell(1, 2, rng=rng)
    for i, weight in enumerate(one.parameters().values()):
        weight.assign(numbers(weight.shape, i).astype(np.float32))
    arrays = [w.numpy().astype(np.float64) for w in one.parameters().values()]

    def run(x, h, *weights):
        parts = iter(weights)
        twin = cell(1, 2, rng=pc.Generator(seed=0))
        for name in list(one.parameters()):
            object.__setattr__(twin, name, next(parts))
        state = (h,) * len(cell.state_names)
        return sum((part * part).sum() for part in twin.step(x, state))

    x, h = numbers((2, 1), 5), numbers((2, 2), 6)
    pc.check_gradients(run, x, h, *arrays)


def test_forget_gates_start_open_and_recurrent_weights_keep_lengths(rng):
    cell = nn.LSTMCell(3, 4, rng=rng)
    assert cell.bias.numpy().tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    u = cell.recurrent_weight.numpy()[:, 4:8]
    np.testing.assert_allclose(u.T @ u, np.eye(4), atol=1e-6)
