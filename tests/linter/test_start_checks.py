"""Mistakes of the start: each is found, and what looks like it and is right is not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from linter.programs import Program, Table, net, program

from pellucid import functional as f
from pellucid import nn
from pellucid.nn.init import Normal, Zeros
from pellucid.tensor import Tensor

TABLE = Table()


def deep(rule: Any, activation: Callable[[], nn.Module]) -> nn.Module:
    """Eight layers of 32 units."""
    layers: list[nn.Module] = [nn.Linear(6, 32, initializer=rule), activation()]
    for _ in range(6):
        layers += [nn.Linear(32, 32, initializer=rule), activation()]
    return nn.Sequential(*layers, nn.Linear(32, 3, initializer=rule))


@TABLE.fault("loss-not-finite")
def a_logarithm_of_0() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.cross_entropy(y, t) + (y - y).log().mean()

    return program(net(), loss)


@TABLE.fault("loss-far-from-guess")
def a_last_layer_that_is_too_sure() -> Program:
    layers = nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3, initializer=Normal(10.0))
    return program(nn.Sequential(*layers))


@TABLE.right
def a_last_layer_of_zeros() -> Program:
    layers = nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3, initializer=Normal(0.01))
    return program(nn.Sequential(*layers))


@TABLE.fault("signals-fade")
def deep_with_small_weights() -> Program:
    return program(deep(Normal(0.01), nn.ReLU))


@TABLE.fault("signals-explode")
def deep_with_large_weights() -> Program:
    return program(deep(Normal(1.0), nn.ReLU))


@TABLE.fault("gradients-fade")
def deep_with_sigmoids() -> Program:
    return program(deep(nn.init.LeCunNormal(), nn.Sigmoid))


@TABLE.fault("gradients-fade")
def all_zeros() -> Program:
    return program(
        nn.Sequential(
            nn.Linear(6, 16, initializer=Zeros()), nn.Tanh(), nn.Linear(16, 3, initializer=Zeros())
        )
    )


@TABLE.right
def deep_with_he() -> Program:
    return program(deep(nn.init.HeNormal(), nn.ReLU))


@TABLE.right
def a_last_layer_that_starts_at_0() -> Program:
    layers = nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3, initializer=Zeros())
    return program(nn.Sequential(*layers))


@TABLE.right
def one_layer_of_zeros() -> Program:
    return program(nn.Linear(6, 3, initializer=Zeros()))


@TABLE.fault("dead-units")
def biases_far_below_0() -> Program:
    model = net()
    model.parameters()["0.bias"].assign(np.full(16, -20.0, np.float32))
    return program(model)


@TABLE.fault("saturated-units")
def tanh_of_large_weights() -> Program:
    layers = nn.Linear(6, 16, initializer=Normal(20.0)), nn.Tanh(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers))


@TABLE.right
def tanh_of_usual_weights() -> Program:
    return program(nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3)))


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)
