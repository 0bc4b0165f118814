"""Steps in the units of the weights: the formula by hand."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim


def test_adadelta_by_hand():
    w = pc.Parameter(np.array([1.0]))
    optimizer = optim.Adadelta({"w": w})
    optimizer.apply({"w": pc.tensor(np.array([2.0]))})
    first = 2.0 * (1e-6 / (0.05 * 4.0 + 1e-6)) ** 0.5
    assert w.value.item() == pytest.approx(1.0 - first, rel=1e-12)
    optimizer.apply({"w": pc.tensor(np.array([-1.0]))})
    second = ((0.05 * first**2 + 1e-6) / (0.95 * 0.2 + 0.05 + 1e-6)) ** 0.5
    assert w.value.item() == pytest.approx(1.0 - first + second, rel=1e-12)


def test_without_a_gradient_it_stays_and_remembers_no_step():
    w = pc.Parameter(np.array([3.0]))
    optimizer = optim.Adadelta({"w": w})
    optimizer.apply({"w": pc.tensor(np.array([0.0]))})
    assert w.value.item() == 3.0
    assert optimizer.slots["w"]["u"].value.item() == 0.0


def test_its_steps_are_in_the_units_of_the_weights_and_not_of_the_loss():
    ends = []
    for scale in (1.0, 1000.0):
        w = pc.Parameter(np.array([1.0]))
        optimizer = optim.Adadelta({"w": w})
        for _ in range(20):
            optimizer.minimize((w * w).sum() * scale)
        ends.append(w.value.item())
    assert ends[0] == pytest.approx(ends[1], rel=1e-4)
