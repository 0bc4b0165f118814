"""The formulas of the optimizers, by hand and on the notes' numbers."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim


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
