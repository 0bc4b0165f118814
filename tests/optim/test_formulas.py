"""The formulas of the optimizers, by hand and on the notes' numbers."""

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


def test_defaults_are_those_of_the_sources():
    p = {"w": pc.Parameter([1.0])}
    momentum, adagrad, adam = optim.Momentum(p), optim.AdaGrad(p), optim.Adam(p)
    assert (momentum.learning_rate.value.item(), momentum.momentum) == (pytest.approx(0.01), 0.9)
    assert (adagrad.learning_rate.value.item(), adagrad.eps) == (pytest.approx(0.01), 1e-7)
    assert (adam.beta1, adam.beta2, adam.eps) == (0.9, 0.999, 1e-8)
    assert adam.learning_rate.value.item() == pytest.approx(0.001)


# ---- the bowl of the book: x^2/20 + y^2 from (-7, 2) --------------------------------------


def bowl(optimizer_of, steps):
    w = pc.Parameter(np.array([-7.0, 2.0]))
    optimizer = optimizer_of({"w": w})
    path = [w.value.numpy().copy()]
    for _ in range(steps):
        optimizer.minimize((w * w * pc.tensor(np.array([0.05, 1.0]))).sum())
        path.append(w.value.numpy().copy())
    return np.array(path)


def test_adagrad_on_the_bowl_sums_over_all_updates():
    # As printed in the notes, h restarts at every call: steps become the sign of the gradient,
    # and after 30 of them the point sits at (-1, -1).
    end = bowl(lambda p: optim.AdaGrad(p, 1.5), 30)[-1]
    assert end[0] == pytest.approx(-0.12, abs=0.005)
    assert abs(end[1]) < 1e-15
    restarted = np.array([-7.0, 2.0])
    for _ in range(30):
        restarted -= 1.5 * np.sign(restarted * [0.1, 2.0])
    assert restarted == pytest.approx([-1.0, -1.0])


def test_descent_zigzags_on_the_bowl_where_adaptive_steps_do_not():
    def turns(path):
        return int((np.diff(np.sign(path[:, 1])) != 0).sum())

    assert turns(bowl(lambda p: optim.SGD(p, 0.95), 30)) == 30
    assert turns(bowl(lambda p: optim.AdaGrad(p, 1.5), 10)) < 5


@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.SGD(p, 0.95),
        lambda p: optim.Momentum(p, 0.1),
        lambda p: optim.AdaGrad(p, 1.5),
        lambda p: optim.Adam(p, 0.3),
    ],
)
def test_every_optimizer_of_the_book_comes_down_the_bowl(make):
    path = bowl(make, 30)
    height = path[:, 0] ** 2 / 20 + path[:, 1] ** 2
    assert height[-1] < 0.1 * height[0]
