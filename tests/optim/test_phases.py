"""Restarts and chains: as plain loops that count from each start, and as PyTorch's."""

import math

import numpy as np
import pytest
from optim.schedule_rates import TORCH, assert_as
from optim.test_optimizer import Falling

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError


def restarted(period, factor, final):
    """SGDR as its paper tells it: count up to the period, begin again with a longer one."""

    def rate(step):
        t, length = 0, period
        for _ in range(step):
            t += 1
            if t == length:
                t, length = 0, length * factor
        return final + (0.1 - final) * (1 + math.cos(math.pi * t / length)) / 2

    return rate


CHAIN = optim.Chain(
    [
        optim.LinearDecay(0.01, 10, 0.1),
        optim.ExponentialDecay(0.1, factor=0.9),
        optim.LinearDecay(0.05, 40, 0.001),
    ],
    at=[10, 40],
)


def chained(step):
    if step < 10:
        return 0.01 + 0.09 * step / 10
    if step < 40:
        return 0.1 * 0.9 ** (step - 10)
    return 0.05 - 0.049 * min(step - 40, 40) / 40


PLAIN = {
    "equal periods": (optim.CosineRestarts(0.1, 15, final=0.01), restarted(15, 1, 0.01)),
    "doubled periods": (optim.CosineRestarts(0.1, 7, factor=2), restarted(7, 2, 0.0)),
    "tripled periods": (optim.CosineRestarts(0.1, 1, 3, 0.001), restarted(1, 3, 0.001)),
    "a chain": (CHAIN, chained),
    "a chain in a warm-up": (
        optim.WarmUp(5, CHAIN),
        lambda t: 0.01 * (t + 1) / 5 if t < 5 else chained(t - 5),
    ),
    "restarts in a chain": (
        optim.Chain([optim.Constant(0.05), optim.CosineRestarts(0.1, 7, 2)], at=[33]),
        lambda t: 0.05 if t < 33 else restarted(7, 2, 0.0)(t - 33),
    ),
}


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("name", PLAIN)
def test_a_hundred_updates_are_those_of_a_plain_loop(name, executor):
    assert_as(*PLAIN[name], executor)


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("restarts", optim.CosineRestarts(0.1, 15, final=0.01)),
        ("restarts doubled", optim.CosineRestarts(0.1, 7, factor=2)),
        ("restarts tripled", optim.CosineRestarts(0.1, 1, 3, 0.001)),
        ("chained", CHAIN),
    ],
)
def test_rates_are_those_of_pytorch(name, schedule):
    found = schedule(np.arange(100.0)).numpy()
    np.testing.assert_allclose(found, TORCH[name], rtol=0, atol=1e-12)
    found = schedule(np.arange(100, dtype=np.float32)).numpy()
    np.testing.assert_allclose(found, TORCH[name], rtol=0, atol=2e-8)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize(("period", "factor"), [(10, 1), (7, 1), (10, 2), (1, 2), (3, 3), (7, 10)])
def test_the_first_update_of_every_period_is_exactly_the_full_rate(period, factor, executor):
    schedule = optim.CosineRestarts(0.1, period, factor)
    starts, length = [0], period
    while starts[-1] + length < 2**22 and len(starts) < 40:
        starts.append(starts[-1] + length)
        length *= factor
    run = pc.compile(schedule, executor=executor)
    first = run(np.array(starts, np.int32)).numpy()
    assert (first == np.float32(0.1)).all()
    last = run(np.array(starts[3:], np.int32) - 1).numpy()
    assert (last < np.float32(0.1)).all()


def test_a_rate_that_would_overflow_beyond_its_updates_is_not_computed_there():
    growing = optim.ExponentialDecay(0.001, factor=10.0)
    chain = optim.Chain([growing, optim.Constant(0.1), growing], at=[2, 1000])
    found = chain(np.array([0, 1, 2, 999, 1000, 1001], np.float32)).numpy()
    np.testing.assert_allclose(found, [0.001, 0.01, 0.1, 0.1, 0.001, 0.01], rtol=1e-6)


def test_compiled_steps_follow_a_schedule_of_ones_own_inside_others():
    w, inner = pc.Parameter([[2.0]]), Falling(0.1)
    schedule = optim.WarmUp(1, optim.Chain([inner, optim.Constant(0.1)], at=[50]))
    optimizer = optim.SGD({"w": w}, schedule)
    step = pc.compile(lambda: optimizer.minimize((w * 3.0).sum()))
    step()
    inner.start = 0.01
    step()
    assert w.value.item() == pytest.approx(2.0 - 0.1 * 3.0 - 0.01 * 3.0)


def test_a_chain_keeps_what_it_was_given_and_is_compared_by_it():
    schedules, at = [optim.Constant(0.1), optim.Constant(0.2)], [3]
    chain = optim.Chain(schedules, at)
    schedules.clear()
    at[0] = 7
    assert chain == optim.Chain((optim.Constant(0.1), optim.Constant(0.2)), (3,))
    assert chain([2, 3]).tolist() == pytest.approx([0.1, 0.2])


TWO = (optim.Constant(0.1), optim.Constant(0.2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.CosineRestarts(0.1, 0), "CosineRestarts: period 0. It must be at least 1"),
        (lambda: optim.CosineRestarts(0.1, 5, 0), "CosineRestarts: factor 0. It must be at least"),
        (lambda: optim.CosineRestarts(0.1, 5, 1.5), "CosineRestarts: factor is 1.5. It is a whole"),
        (lambda: optim.CosineRestarts(0.1, 5, 2, -1.0), "CosineRestarts: final -1.0. It must be 0"),
        (lambda: optim.Chain(TWO, []), r"Chain: 2 schedules, which change at \[\]. Each after the"),
        (lambda: optim.Chain(TWO[:1], []), r"Chain: 1 schedules, which change at \[\]"),
        (lambda: optim.Chain(TWO, [0]), r"which change at \[0\]. .* above 0 and above the one bef"),
        (lambda: optim.Chain((*TWO, *TWO[:1]), [5, 5]), r"3 schedules, which change at \[5, 5\]"),
        (lambda: optim.Chain((0.1, 0.2), [5]), r"Chain: schedules\[0\] is 0.1. It is a schedule"),
        (lambda: optim.Chain(TWO, [2.5]), r"Chain: at\[0\] is 2.5. It is a whole number"),
        (lambda: optim.Chain(TWO, 5), r"Chain: at is of type int. It is a list: Chain\(\[first"),
    ],
    ids=["period", "factor", "fraction", "final", "at", "one", "0", "twice", "rate", "2.5", "int"],
)
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises(OptionError, match=message):
        make()
