"""Units that begin alike: each mistake is found, and what looks like it and is right is not."""

import pytest
from linter.programs import Program, Table, images, net, program

from pellucid import nn, zeros_like
from pellucid.nn.init import Constant, Zeros

TABLE = Table()


@TABLE.fault("equal-units")
def one_number_for_all_weights() -> Program:
    rule = Constant(0.1)
    layers = nn.Linear(6, 16, initializer=rule), nn.Tanh(), nn.Linear(16, 3, initializer=rule)
    return program(nn.Sequential(*layers))


@TABLE.fault("equal-units")
def zeros_for_all_weights() -> Program:
    rule = Zeros()
    layers = nn.Linear(6, 16, initializer=rule), nn.ReLU(), nn.Linear(16, 3, initializer=rule)
    return program(nn.Sequential(*layers))


@TABLE.fault("equal-units")
def equal_filters() -> Program:
    first = nn.Conv2d(2, 4, 3)
    first.weight.assign(zeros_like(first.weight) + 0.1)
    layers = first, nn.ReLU(), nn.GlobalAvgPool2d()
    last = nn.Linear(4, 3, initializer=Constant(0.1))
    return program(nn.Sequential(*layers, last), data=images())


@TABLE.right
def zeros_for_the_last_layer() -> Program:
    layers = nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3, initializer=Zeros())
    return program(nn.Sequential(*layers))


@TABLE.right
def zeros_for_the_only_layer() -> Program:
    return program(nn.Sequential(nn.Linear(6, 3, initializer=Zeros())))


@TABLE.right
def a_single_hidden_unit() -> Program:
    return program(nn.Sequential(nn.Linear(6, 1), nn.Tanh(), nn.Linear(1, 3)))


@TABLE.right
def drawn_weights() -> Program:
    return program(net())


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)
