"""Mistakes of classes: each is found, and what looks like it and is right is not."""

import numpy as np
import pytest
from linter.programs import Program, Table, net, points, program

from pellucid import functional as f
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.tensor import Tensor

TABLE = Table()


@TABLE.fault("missing-class")
def a_validation_set_without_a_class() -> Program:
    part = points(90, seed=1)
    return program(net(), validation=part[part.labels != 2])


@TABLE.fault("missing-class")
def a_class_that_is_never_trained() -> Program:
    data = points()
    return program(net(outputs=4), data=from_arrays(data.features, data.labels, classes=4))


@TABLE.right
def a_few_samples_for_validation() -> Program:
    return program(net(), validation=points(2, seed=1))


@TABLE.fault("equal-targets")
def targets_that_are_all_the_same() -> Program:
    return program(net(), data=from_arrays(points().features, np.ones(200, int), classes=3))


@TABLE.right
def targets_that_the_loss_does_not_use() -> Program:
    class Codes(nn.Module):
        def __init__(self) -> None:
            self.into, self.out = nn.Linear(6, 3), nn.Linear(3, 6)

        def forward(self, x: Tensor) -> Tensor:
            distance = self.out(f.tanh(self.into(x))) - x
            return (distance * distance).mean(axis=1)

    data = from_arrays(points().features, np.zeros(200, int), classes=3)
    return program(Codes(), lambda y, t: y.mean(), data)


@TABLE.fault("one-hot-as-numbers")
def one_hot_rows_as_numbers() -> Program:
    data = points()
    rows = np.eye(3, dtype=np.float32)[data.labels]
    return program(net(), f.mean_squared_error, from_arrays(data.features, rows, classes=0))


@TABLE.right
def one_hot_rows_for_cross_entropy() -> Program:
    data = points()
    rows = np.eye(3, dtype=np.float32)[data.labels]
    return program(net(), f.cross_entropy, from_arrays(data.features, rows, classes=0))


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)
