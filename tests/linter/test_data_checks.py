"""Mistakes of data: each is found, and what looks like it and is right is not."""

import numpy as np
import pytest
from linter.programs import Program, Table, line, net, points, program

from pellucid import functional as f
from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.tensor import Tensor

TABLE = Table()


def scaled(factor: float) -> Dataset:
    data = points()
    return from_arrays(data.features * np.float32(factor), data.labels, classes=3, name="points")


@TABLE.fault("inputs-not-scaled")
def pixels_of_0_to_255() -> Program:
    x = np.random.default_rng(0).integers(0, 256, (200, 6)).astype(np.float32)
    return program(net(), data=from_arrays(x, np.arange(200) % 3))


@TABLE.fault("inputs-not-scaled")
def inputs_of_a_thousandth() -> Program:
    return program(net(), data=scaled(1e-3))


@TABLE.right
def pixels_divided_in_the_model() -> Program:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            self.net = net()

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x / 255.0 - 0.5)

    x = np.random.default_rng(0).integers(0, 256, (200, 6)).astype(np.float32)
    return program(Scaled(), data=from_arrays(x, np.arange(200) % 3))


@TABLE.right
def large_inputs_into_batch_norm() -> Program:
    layers = nn.BatchNorm(6), nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3)
    return program(nn.Sequential(*layers), data=scaled(1000.0))


@TABLE.fault("targets-not-scaled")
def prices_in_thousands() -> Program:
    data = line()
    prices = from_arrays(data.features, 200_000 + 50_000 * data.labels, classes=0)
    return program(net(outputs=1), f.mean_squared_error, prices)


@TABLE.fault("constant-feature")
def a_feature_that_never_changes() -> Program:
    data = points()
    x = data.features.copy()
    x[:, 2] = 1.0
    return program(net(), data=from_arrays(x, data.labels, classes=3))


@TABLE.fault("duplicated-feature")
def a_feature_twice() -> Program:
    data = points()
    x = data.features.copy()
    x[:, 4] = x[:, 1]
    return program(net(), data=from_arrays(x, data.labels, classes=3))


@TABLE.right
def a_feature_and_its_negative() -> Program:
    data = points()
    x = data.features.copy()
    x[:, 4] = -x[:, 1]
    return program(net(), data=from_arrays(x, data.labels, classes=3))


@TABLE.fault("validation-seen")
def validation_from_the_training_set() -> Program:
    return program(net(), validation=points()[:50])


@TABLE.fault("test-seen")
def the_test_set_is_trained_on() -> Program:
    return program(net(), test=points())


@TABLE.right
def other_samples_for_validation_and_test() -> Program:
    return program(net(), validation=points(50, seed=1), test=points(50, seed=2))


@TABLE.right
def a_truth_table_that_comes_again_and_again() -> Program:
    bits = np.array([[i >> k & 1 for k in range(6)] for i in range(64)], np.float32)
    rows = np.random.default_rng(0).integers(0, 64, 400)
    whole = from_arrays(bits[rows], bits[rows].sum(axis=1).astype(int) % 2)
    return program(net(outputs=2), data=whole[:300], validation=whole[300:])


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)
