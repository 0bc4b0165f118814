"""Trainable variables that no optimizer holds are told of, those left out on purpose are not."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn, optim


class Outer(nn.Module):
    """Calls a layer that it does not hold."""

    def __init__(self, inner):
        self.own = pc.Parameter(np.ones(3, np.float32))
        self.call = inner.__call__

    def forward(self, x):
        return self.call(x * self.own)


def step_of(model, optimizer, executor=None):
    @pc.compile(executor=executor)
    def step(x):
        loss = model(x).sum()
        optimizer.minimize(loss)
        return loss

    return step


def test_a_step_tells_of_trainable_variables_that_nobody_holds():
    inner = nn.Linear(3, 2, rng=pc.Generator(seed=0))
    model = Outer(inner)
    optimizer = optim.SGD(model.parameters(), 0.1)
    step = step_of(model, optimizer)
    message = (
        r"SGD: the step reads weight \(3, 2\), bias \(2,\), trainable, which no optimizer holds"
    )
    with pytest.warns(UserWarning, match=message):
        step(np.ones((1, 3), np.float32))
    step(np.ones((1, 3), np.float32))  # once a capture
    alone = pc.Parameter(np.ones(3, np.float32), name="alone")
    step = step_of(lambda x: x * alone * model.own, optimizer)
    with pytest.warns(UserWarning, match=r"the step reads alone \(3,\), trainable"):
        step(np.ones(3, np.float32))


def test_an_eager_step_tells_of_them_too_the_first_one():
    x = np.ones((1, 3), np.float32)
    model = Outer(nn.Linear(3, 2, rng=pc.Generator(seed=0)))
    optimizer = optim.SGD(model.parameters(), 0.1)
    with pytest.warns(UserWarning, match=r"SGD: the step reads weight \(3, 2\), bias \(2,\), tr"):
        optimizer.minimize(model(x).sum())
    optimizer.minimize(model(x).sum())
    alone, used = pc.Parameter(np.ones(3), name="alone"), pc.Parameter(np.ones(3))
    optimizer = optim.SGD({"used": used}, 0.1)
    with pytest.warns(UserWarning, match=r"the step reads alone \(3,\), trainable"):
        optimizer.minimize((used * alone).sum())


def test_what_is_left_out_on_purpose_is_not_told_of_in_eager_steps():
    x, rng = np.ones((1, 3), np.float32), pc.Generator(seed=0)
    model = nn.Sequential(nn.Linear(3, 3, rng=rng), nn.Linear(3, 2, rng=rng))
    optim.SGD(model[1].parameters(), 0.1).minimize(model(x).sum())
    other, fixed = pc.Parameter(np.ones(2, np.float32)), pc.Buffer(np.ones(2, np.float32))
    rest = optim.SGD({"w": other}, 0.1)
    optim.SGD(model.parameters(), 0.1).minimize((model(x) * other * fixed).sum())
    assert rest.steps.item() == 0


def test_what_is_left_out_on_purpose_is_not_told_of():
    x, rng = np.ones((1, 3), np.float32), pc.Generator(seed=0)
    # The end of a model that holds all; two models with an optimizer each; a teacher.
    model = nn.Sequential(nn.Linear(3, 3, rng=rng), nn.Linear(3, 2, rng=rng))
    step_of(model, optim.SGD(model[1].parameters(), 0.1))(x)
    other = pc.Parameter(np.ones(2, np.float32))
    rest = optim.SGD({"w": other}, 0.1)
    step_of(lambda x: model(x) * other, optim.SGD(model.parameters(), 0.1))(x)
    assert rest.steps.item() == 0
    teacher = nn.Linear(3, 2, rng=rng)
    step_of(lambda x: model(x) - teacher(x), optim.SGD(model.parameters(), 0.1))(x)
