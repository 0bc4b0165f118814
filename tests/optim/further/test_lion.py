"""Steps of one size: the formula by hand, and where the mean is 0."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim


def test_lion_by_hand():
    w = pc.Parameter(np.array([1.0, -1.0, 2.0]))
    optimizer = optim.Lion({"w": w}, 0.5)
    optimizer.apply({"w": pc.tensor(np.array([4.0, -0.001, 0.0]))})
    assert w.value.tolist() == [0.5, -0.5, 2.0]  # whatever their sizes; 0 does not move
    assert optimizer.slots["w"]["m"].value.tolist() == pytest.approx([0.04, -0.00001, 0.0])
    # 0.9 m + 0.1 g = 0.036 - 0.03 > 0: the first gradient still decides
    optimizer.apply({"w": pc.tensor(np.array([-0.3, 0.0, 0.0]))})
    assert w.value.tolist() == [0.0, 0.0, 2.0]


def test_decay_is_apart_from_the_sign():
    w = pc.Parameter(np.array([[2.0]]))
    optim.Lion({"w": w}, 0.1, weight_decay=0.5).apply({"w": pc.tensor(np.array([[7.0]]))})
    assert w.value.item() == pytest.approx(2.0 * (1.0 - 0.1 * 0.5) - 0.1)
