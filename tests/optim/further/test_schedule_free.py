"""An average in place of a schedule: the formula by hand, which point is which, and refusals."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from optimizer_loops import LOOPS, start, surface

import pellucid as pc
from pellucid import optim
from pellucid.errors import OptionError

THEIRS = json.loads(Path(__file__).with_name("schedule_free_values.json").read_text())


def test_schedulefreesgd_by_hand():
    # z = 1 - 0.5 = 0.5, c = 1/2, x = 0.75, y = 0.05 + 0.675; then z = 0.25, c = 1/3
    w = pc.Parameter(np.array([1.0]))
    optimizer = optim.ScheduleFreeSGD({"w": w}, 0.5)
    optimizer.apply({"w": pc.tensor(np.array([1.0]))})
    assert w.value.item() == pytest.approx(0.725)
    optimizer.apply({"w": pc.tensor(np.array([0.5]))})
    x = 0.75 * 2 / 3 + 0.25 / 3
    assert optimizer.averages()["w"].value.item() == pytest.approx(x)
    assert w.value.item() == pytest.approx(0.1 * 0.25 + 0.9 * x)


def test_schedulefreeadamw_by_hand():
    # v = 0.001 g^2; rate sqrt(0.001) / sqrt(v) = rate / |g|: the first step of z is the rate.
    w = pc.Parameter(np.array([[1.0]]))
    optimizer = optim.ScheduleFreeAdamW({"w": w}, 0.5, weight_decay=0.1, eps=1e-15)
    optimizer.apply({"w": pc.tensor(np.array([[4.0]]))})
    z = 1.0 - 0.5 - 0.5 * 0.001**0.5 * 0.1
    assert optimizer.averages()["w"].value.item() == pytest.approx(z)
    assert w.value.item() == pytest.approx(z)


def test_schedulefreeadamwcorrected_by_hand():
    # v / (1 - 0.999) = g^2: the direction is g / |g| and the whole decay, 1 + 0.1.
    w = pc.Parameter(np.array([[1.0]]))
    optimizer = optim.ScheduleFreeAdamWCorrected({"w": w}, 0.5, weight_decay=0.1, eps=1e-15)
    optimizer.apply({"w": pc.tensor(np.array([[4.0]]))})
    assert optimizer.averages()["w"].value.item() == pytest.approx(1.0 - 0.5 * 1.1)
    assert w.value.item() == pytest.approx(1.0 - 0.5 * 1.1)


def test_a_constant_rate_makes_the_average_the_mean_of_start_and_ends():
    w = pc.Parameter(np.array([3.0, -1.0]))
    optimizer = optim.ScheduleFreeSGD({"w": w}, 0.1)
    ends = [w.numpy()]
    for _ in range(20):
        optimizer.minimize((w * w).sum())
        ends.append(optimizer.slots["w"]["z"].numpy())
    np.testing.assert_allclose(optimizer.averages()["w"].numpy(), np.mean(ends, axis=0))


def test_where_the_start_does_not_count_it_is_the_program_of_the_authors():
    w = pc.Parameter(np.array([1.0, -2.0, 0.5]))
    curvature = pc.tensor(np.array([0.5, 1.0, 3.0]) / 2.0)
    decay = optim.Penalty(weight_decay=0.05, to=optim.every)
    optimizer = optim.ScheduleFreeSGD({"w": w}, 0.1, start_weight=0.0, rules=decay)
    for y, x in zip(THEIRS["y"], THEIRS["x"], strict=True):
        optimizer.minimize((w * w * curvature).sum())
        np.testing.assert_allclose(w.numpy(), y, rtol=0, atol=1e-12)
        np.testing.assert_allclose(optimizer.averages()["w"].numpy(), x, rtol=0, atol=1e-12)


@dataclass(frozen=True)
class Changing(optim.Schedule):
    """The rate of make_schedule_free_values.py."""

    def rate(self, n):
        rises = ((n + 1.0) / 5.0).minimum(1.0)
        return 0.1 * rises * 0.9 ** (n - 8.0).maximum(0.0)


def test_what_is_corrected_is_the_program_of_the_authors_also_for_a_rate_that_falls():
    w = pc.Parameter(np.array([1.0, -2.0, 0.5]))
    curvature = pc.tensor(np.array([0.5, 1.0, 3.0]) / 2.0)
    decay = optim.Penalty(weight_decay=0.05, to=optim.every)
    optimizer = optim.ScheduleFreeAdamWCorrected({"w": w}, Changing(), rules=decay)
    for y, x in zip(THEIRS["adam"]["y"], THEIRS["adam"]["x"], strict=True):
        optimizer.minimize((w * w * curvature).sum())
        np.testing.assert_allclose(w.numpy(), y, rtol=0, atol=1e-12)
        np.testing.assert_allclose(optimizer.averages()["w"].numpy(), x, rtol=0, atol=1e-12)


NAMES = ["ScheduleFreeSGD", "ScheduleFreeAdamW", "ScheduleFreeAdamWCorrected"]


@pytest.mark.parametrize("name", NAMES)
def test_inside_shown_the_parameters_hold_the_average_of_the_paper(name):
    weights = {path: pc.Parameter(w) for path, w in start().items()}
    optimizer = getattr(optim, name)(weights, 0.01)
    plain, kept = start(), {path: {} for path in weights}
    for t in range(1, 11):
        gradients = {path: np.cos(t + w) for path, w in plain.items()}
        optimizer.apply({path: pc.tensor(g) for path, g in gradients.items()})
        plain = {path: LOOPS[name](w, gradients[path], kept[path], t) for path, w in plain.items()}
    with optimizer.shown():
        for path, w in weights.items():
            np.testing.assert_allclose(w.numpy(), kept[path]["x"], rtol=0, atol=1e-13)
    for path, w in weights.items():
        np.testing.assert_allclose(w.numpy(), plain[path], rtol=0, atol=1e-13)
    assert surface(weights, dict.fromkeys(weights, 0.0)).shape == ()


def test_weights_given_before_the_first_update_are_where_it_starts():
    w = pc.Parameter(np.array([9.0]))
    optimizer = optim.ScheduleFreeSGD({"w": w}, 0.5)
    w.assign(np.array([1.0]))
    optimizer.apply({"w": pc.tensor(np.array([1.0]))})
    assert w.value.item() == pytest.approx(0.725)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_rate_of_0_leaves_all_as_it_is(executor):
    w = pc.Parameter(np.array([1.0, 2.0]))
    optimizer = optim.ScheduleFreeAdamW({"w": w}, 0.0)
    step = pc.compile(lambda g: optimizer.apply({"w": g}), executor=executor)
    for _ in range(2):
        step(pc.tensor(np.array([1.0, 0.0])))
    assert w.value.tolist() == [1.0, 2.0]
    assert optimizer.averages()["w"].value.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("rule", [optim.MaxNorm(1.0), optim.Proximal(l1=0.1)], ids=["norm", "l1"])
def test_rules_that_change_weights_beside_the_update_are_refused(rule):
    w = pc.Parameter(np.ones((2, 2)))
    with pytest.raises(OptionError, match=r"SGD: the rule \w+ changes weights beside the update"):
        optim.ScheduleFreeSGD({"w": w}, rules=rule)
    optim.ScheduleFreeSGD({"w": w}, rules=optim.Penalty(l2=0.1, to=optim.every))


def test_options_outside_their_range_are_refused():
    w = {"w": pc.Parameter([1.0])}
    with pytest.raises(OptionError, match=r"ScheduleFreeSGD: start_weight -1\.0"):
        optim.ScheduleFreeSGD(w, start_weight=-1.0)
    with pytest.raises(OptionError, match=r"ScheduleFreeAdamW: momentum 1\.0"):
        optim.ScheduleFreeAdamW(w, momentum=1.0)
