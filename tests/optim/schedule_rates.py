"""What tests of schedules share: PyTorch's rates, and steps of descent by given rates."""

import json
from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid import optim

STEPS = 100
TORCH = json.loads(Path(__file__).with_name("schedule_values.json").read_text())


def plain_descent(rates):
    """Where momentum takes two numbers on a bowl, by these rates, in plain NumPy."""
    w, v = np.array([-7.0, 2.0]), np.zeros(2)
    for rate in rates:
        v = 0.9 * v + w * np.array([0.1, 2.0])
        w = w - rate * v
    return w


def descended(schedule, executor, steps=STEPS):
    """Where the same steps come to with a schedule, compiled."""
    w = pc.Parameter(np.array([-7.0, 2.0]))
    optimizer = optim.Momentum({"w": w}, schedule)
    bowl = pc.tensor(np.array([0.05, 1.0]))
    run = pc.compile(lambda: optimizer.minimize((w * w * bowl).sum()), executor=executor)
    for _ in range(steps):
        run()
    return w.value.numpy()


def assert_as(schedule, plain, executor):
    """Fail unless a schedule has the rates of a function of the step, alone and in training."""
    expected = np.array([plain(t) for t in range(STEPS)])
    np.testing.assert_allclose(schedule(np.arange(float(STEPS))).numpy(), expected, atol=1e-12)
    found = descended(schedule, executor)
    np.testing.assert_allclose(found, plain_descent(expected), rtol=0, atol=1e-10)
