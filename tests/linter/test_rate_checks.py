"""Mistakes of the learning rate: each is found, and what looks like it and is right is not."""

import pytest
from linter.programs import Program, Table, net, points, program

import pellucid as pc
from pellucid import functional as f
from pellucid import optim
from pellucid.data import from_arrays

TABLE = Table()


def learnable() -> pc.data.Dataset:
    """Points whose class is the sign of a sum."""
    x = points(400).features
    return from_arrays(x, (x[:, :3].sum(axis=1) > 0).astype(int), name="halves")


def with_rate(rate: float, kind: type = optim.SGD) -> Program:
    model = net(outputs=2)
    return program(model, data=learnable(), optimizer=kind(model.parameters(), rate))


@TABLE.fault("learning-rate-far-off")
def a_rate_of_a_hundred() -> Program:
    return with_rate(100.0)


@TABLE.fault("learning-rate-far-off")
def a_rate_of_a_millionth() -> Program:
    return with_rate(1e-6)


@TABLE.fault("learning-rate-far-off")
def adam_with_a_rate_for_descent() -> Program:
    return with_rate(10.0, optim.Adam)


@TABLE.right
def a_usual_rate() -> Program:
    return with_rate(0.1)


@TABLE.right
def a_usual_rate_of_adam() -> Program:
    return with_rate(0.003, optim.Adam)


@TABLE.right
def a_schedule() -> Program:
    model = net(outputs=2)
    rate = optim.StepDecay(0.1, every=10)
    return program(model, data=learnable(), optimizer=optim.SGD(model.parameters(), rate))


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)


def test_a_run_over_rates_changes_nothing_and_no_seed_of_a_trainer_is_lost() -> None:
    def trained(*, lint: bool) -> dict[str, pc.Tensor]:
        model = net(outputs=2)
        optimizer = optim.SGD(model.parameters(), 0.1)
        if lint:
            pc.lint(model, f.cross_entropy, learnable(), optimizer)
        options = pc.train.Options(seed=5, executor="reference", batch_size=50, lint=False)
        pc.train.Trainer(model, f.cross_entropy, optimizer, learnable(), options=options).fit(1)
        return model.state_dict()

    plain, linted = trained(lint=False), trained(lint=True)
    for name, array in plain.items():
        assert (array == linted[name]).all(), name
