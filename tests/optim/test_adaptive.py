"""Rates of their own for each number: the formulas by hand."""

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


def test_adagrad_by_hand():
    # h = 1 -> step 1; h = 1.25 -> step 0.5 / sqrt(1.25)
    places = walk(lambda p: optim.AdaGrad(p, 0.1))
    assert places == pytest.approx([0.9, 0.9 - 0.1 * 0.5 / 1.25**0.5], rel=1e-6)


def test_rmsprop_by_hand():
    # h = 0.1, then 0.09 + 0.025 = 0.115
    places = walk(lambda p: optim.RMSProp(p, 0.1))
    first = 1.0 - 0.1 / 0.1**0.5
    assert places == pytest.approx([first, first - 0.1 * 0.5 / 0.115**0.5], rel=1e-6)


def test_adam_by_hand():
    # t=1: m' = 1, v' = 1.  t=2: m' = (0.09 + 0.05) / 0.19, v' = (0.000999 + 0.00025) / 0.001999
    places = walk(lambda p: optim.Adam(p, 0.1))
    step = 0.1 * (0.14 / 0.19) / (0.001249 / 0.001999) ** 0.5
    assert places == pytest.approx([0.9, 0.9 - step], rel=1e-7)


def test_the_correction_of_adam_is_accurate_at_first_and_late_in_float32():
    w = pc.Parameter([0.0])
    optimizer = optim.Adam({"w": w}, 1.0, beta1=0.0)
    for _ in range(5):
        optimizer.apply({"w": pc.ones(1)})  # every step is exactly 1 without rounding
    assert w.value.item() == pytest.approx(-5.0, abs=5e-6)
    optimizer.steps.assign(1_000_000)
    optimizer.slots["w"]["v"].assign([1.0])
    optimizer.apply({"w": pc.ones(1)})
    assert w.value.item() == pytest.approx(-6.0, abs=5e-6)
