"""Descent, with momentum and looking ahead: the formulas by hand."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim


def walk(optimizer_of, start=1.0, gradients=(1.0, 0.5)):
    """Where a single number goes under given gradients."""
    w = pc.Parameter(np.array([start]))
    optimizer = optimizer_of({"w": w})
    places = []
    for g in gradients:
        optimizer.apply({"w": pc.tensor(np.array([g]))})
        places.append(w.value.item())
    return places


def test_momentum_by_hand():
    # v = 1, then 0.9 + 0.5 = 1.4
    places = walk(lambda p: optim.Momentum(p, 0.1, momentum=0.9))
    assert places == pytest.approx([0.9, 0.9 - 0.14])


def test_momentum_0_is_plain_descent_and_1_never_slows():
    assert walk(lambda p: optim.Momentum(p, 0.1, momentum=0.0)) == walk(lambda p: optim.SGD(p, 0.1))
    coasting = walk(lambda p: optim.Momentum(p, 0.1, momentum=1.0), gradients=(1.0, 0.0, 0.0))
    assert coasting == pytest.approx([0.9, 0.8, 0.7])


def test_what_momentum_keeps_of_a_gradient_after_60_steps():
    # Notes say "0.9^60 is about 0.001"; it is 0.0018, and the memory is 1 / (1 - 0.9) = 10 steps.
    w = pc.Parameter([0.0])
    optimizer = optim.Momentum({"w": w}, 1.0, momentum=0.9)
    optimizer.apply({"w": pc.ones(1)})
    for _ in range(60):
        optimizer.apply({"w": pc.zeros(1)})
    assert optimizer.slots["w"]["v"].value.item() == pytest.approx(0.0017970, rel=1e-4)
    for _ in range(200):
        optimizer.apply({"w": pc.zeros(1)})
    assert w.value.item() == pytest.approx(-10.0, rel=1e-5)


def test_nesterov_by_hand():
    # v = 1 -> step 1 + 0.9; v = 1.4 -> step 0.5 + 1.26
    places = walk(lambda p: optim.Nesterov(p, 0.1, momentum=0.9))
    assert places == pytest.approx([1.0 - 0.19, 1.0 - 0.19 - 0.176])
