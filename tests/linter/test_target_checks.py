"""Mistakes of targets in a loss: each is found, and what looks like it and is right is not."""

import pytest
from linter.programs import Program, Table, line, net, points, program

import pellucid as pc
from pellucid import functional as f
from pellucid.tensor import Tensor

TABLE = Table()


@TABLE.fault("samples-against-samples")
def column_of_outputs_against_a_row_of_targets() -> Program:
    return program(net(outputs=1), lambda y, t: ((y - t[:, 0]) ** 2.0).mean(), line())


@TABLE.fault("samples-against-samples")
def row_of_outputs_against_a_column_of_targets() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return (y.reshape(-1) * 1.0 - t).abs().mean()

    return program(net(outputs=1), loss, line())


@TABLE.right
def column_of_outputs_against_a_column_of_targets() -> Program:
    return program(net(outputs=1), lambda y, t: ((y - t) ** 2.0).mean(), line())


@TABLE.right
def outputs_of_all_pairs_of_samples() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        z = y / (y * y).sum(axis=1, keepdims=True).sqrt()
        same = (t.expand_dims(1) == t.expand_dims(0)).astype("float32")
        return ((z @ z.mT - same) ** 2.0).mean()

    return program(net(), loss)


@TABLE.fault("class-ids-as-numbers")
def ids_in_a_squared_error() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.mean_squared_error(y.reshape(-1), t.astype("float32"))

    return program(net(outputs=1), loss)


@TABLE.fault("class-ids-as-numbers")
def one_hot_outputs_against_ids() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return ((y - t.reshape(-1, 1)) ** 2.0).mean()

    return program(net(), lambda y, t: loss(y, t.astype("float32")))


@TABLE.right
def ids_made_one_hot_in_a_squared_error() -> Program:
    return program(net(), lambda y, t: f.mean_squared_error(y, pc.one_hot(t, 3)))


@TABLE.right
def two_classes_as_0_and_1() -> Program:
    def loss(y: Tensor, t: Tensor) -> Tensor:
        return f.mean_squared_error(y.reshape(-1), t.astype("float32"))

    return program(net(outputs=1), loss, points(classes=2))


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)
