"""Values are steps for what is done to them."""

import numpy as np

import pellucid as pc
from pellucid import functional, nn
from pellucid.explanation.forward_pass import forward_steps
from pellucid.explanation.tape import taped


def roles(function, *inputs, layers=()):
    return [(s.role, s.layer) for s in forward_steps(taped(function, *inputs), layers).steps]


def test_affine_maps_and_activations():
    rng = pc.Generator(1)
    model = nn.Sequential(nn.Linear(3, 4, rng=rng), nn.ReLU(), nn.Linear(4, 2, rng=rng))
    x, t = np.zeros((5, 3), np.float32), np.zeros(5, np.int64)
    found = roles(lambda x, t: functional.cross_entropy(model(x), t), x, t)
    assert found == [("z", 1), ("a", 1), ("z", 2)]


def test_statistics_of_a_batch_are_steps_whatever_they_are_called():
    def normal(things, scale):
        middle = things.mean(axis=0, keepdims=True)
        away = things - middle
        return away / ((away * away).mean(axis=0, keepdims=True) + 0.1).sqrt() * scale

    found = roles(normal, np.zeros((5, 3)), np.zeros(3))
    assert [role for role, _ in found][:3] == ["mu", "d", "sigma"]


def test_adding_nothing_makes_no_step():
    found = roles(
        lambda x, w: ((x @ w).sigmoid() + 0.0).log().sum(), np.ones((5, 3)), np.ones((3, 1))
    )
    assert found == [("z", 1), ("a", 1)]
