"""Schedules are functions of the step: by hand, on integers and tensors, compiled and eager."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError

SCHEDULES = [
    optim.Constant(0.1),
    optim.StepDecay(0.1, every=3, factor=0.5),
    optim.ExponentialDecay(0.1, factor=0.5, every=2),
    optim.CosineDecay(0.1, steps=8, final=0.02),
    optim.WarmUp(3, optim.CosineDecay(0.1, steps=5)),
    optim.OneCycle(0.1, steps=10),
]


def rates(schedule, steps):
    return schedule(np.asarray(steps, np.float64)).numpy()


def test_step_decay_by_hand():
    found = rates(SCHEDULES[1], [0, 2, 3, 5, 6])
    assert found == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025])


def test_exponential_decay_by_hand():
    assert rates(SCHEDULES[2], [0, 1, 2, 4]) == pytest.approx([0.1, 0.1 * 0.5**0.5, 0.05, 0.025])


def test_cosine_decay_by_hand_and_stays_at_its_end():
    assert rates(SCHEDULES[3], [0, 4, 8, 100]) == pytest.approx([0.1, 0.06, 0.02, 0.02])


def test_warm_up_rises_in_a_line_and_then_starts_the_other():
    found = rates(SCHEDULES[4], [0, 1, 2, 3, 8])
    assert found == pytest.approx([0.1 / 3, 0.2 / 3, 0.1, 0.1, 0.0])


def test_one_cycle_rises_to_its_peak_and_ends_far_below_its_start():
    found = rates(SCHEDULES[5], range(10))
    assert found[0] == pytest.approx(0.1 / 25)
    assert found[2] == pytest.approx(0.1)
    assert found[9] == pytest.approx(0.1 / 250_000)
    assert found.argmax() == 2


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_compiled_schedule_gives_the_same_rates(schedule, executor):
    run = pc.compile(schedule, executor=executor)
    for step in (0, 1, 4, 9, 1000):
        found = run(np.array(step, np.int32)).item()
        assert found == pytest.approx(schedule(step).item(), rel=1e-6)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_are_float32_for_integers_and_float64_for_float64(schedule):
    assert schedule(3).dtype == np.float32
    assert schedule(3).shape == ()
    assert schedule(np.zeros((2, 3))).dtype == np.float64
    assert schedule(np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize("then", [0.1, optim.Constant])
def test_what_comes_after_warming_up_is_a_schedule(then):
    with pytest.raises(
        OptionError, match=r"WarmUp: then is .* It is a schedule: pellucid.optim.Co"
    ):
        optim.WarmUp(4, then)
