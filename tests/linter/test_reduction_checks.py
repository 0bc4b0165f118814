"""How a loss ends: each mistake is found, and what looks like it and is right is not."""

import pytest
from linter.programs import Program, Table, line, net, program

import pellucid as pc
from pellucid import functional as f

TABLE = Table()


@TABLE.fault("sum-over-batch")
def cross_entropy_summed() -> Program:
    return program(net(), lambda y, t: f.cross_entropy(y, t, reduction="sum"))


@TABLE.fault("sum-over-batch")
def half_of_a_sum_of_squares() -> Program:
    return program(net(outputs=1), lambda y, t: ((y - t) ** 2.0).sum() * 0.5, line())


@TABLE.right
def sum_over_classes_mean_over_samples() -> Program:
    return program(net(), lambda y, t: ((y - pc.one_hot(t, 3)) ** 2.0).sum(axis=1).mean())


@TABLE.right
def sum_divided_by_the_samples() -> Program:
    return program(net(outputs=1), lambda y, t: ((y - t) ** 2.0).sum() / len(t), line())


@TABLE.right
def ten_times_a_mean() -> Program:
    return program(net(), lambda y, t: f.cross_entropy(y, t) * 10.0)


@TABLE.fault("scaled-loss")
def a_thousand_times_a_mean() -> Program:
    return program(net(), lambda y, t: f.cross_entropy(y, t) * 1000.0)


@TABLE.fault("scaled-loss")
def a_hundred_times_a_mean_of_squares() -> Program:
    return program(net(outputs=1), lambda y, t: 100.0 * ((y[:, 0] - t[:, 0]) ** 2.0).mean(), line())


@TABLE.fault("negated-loss")
def minus_cross_entropy() -> Program:
    return program(net(), lambda y, t: -f.cross_entropy(y, t))


@TABLE.fault("negated-loss")
def a_penalty_less_a_loss() -> Program:
    model = net(outputs=1)
    weight = next(iter(model.parameters().values()))
    return program(
        model, lambda y, t: (weight**2.0).mean() - 0.5 * f.mean_squared_error(y, t), line()
    )


@TABLE.fault("negated-loss")
def a_loss_times_minus_one() -> Program:
    return program(net(outputs=1), lambda y, t: f.mean_squared_error(y, t) * -1.0, line())


@TABLE.right
def minus_a_log_likelihood() -> Program:
    return program(net(), lambda y, t: -(f.log_softmax(y) * pc.one_hot(t, 3)).sum(axis=1).mean())


@TABLE.right
def minus_minus_a_loss() -> Program:
    return program(net(), lambda y, t: -(f.cross_entropy(y, t) * -1.0))


@TABLE.right
def a_loss_less_an_entropy() -> Program:
    def loss(y: pc.Tensor, t: pc.Tensor) -> pc.Tensor:
        p = f.softmax(y)
        return f.cross_entropy(y, t) - 0.01 * -(p * f.log_softmax(y)).sum(axis=1).mean()

    return program(net(), loss)


@pytest.mark.parametrize("name", TABLE.faults)
def test_a_mistake_is_found(name: str) -> None:
    TABLE.check_fault(name)


@pytest.mark.parametrize("name", TABLE.rights)
def test_what_is_right_is_not_warned_of(name: str) -> None:
    TABLE.check_right(name)


def test_a_factor_is_told_as_it_is() -> None:
    (found,) = TABLE.found("a_thousand_times_a_mean")
    assert found.what == "the loss is 1000 times the mean over the samples of a batch."
