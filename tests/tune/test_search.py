"""Searches: which points are tried, what is kept, and how they end."""

import math

import pytest

from pellucid.errors import OptionError, TrainingError
from pellucid.tune import (
    Choice,
    RandomSearch,
    Uniform,
    search,
)

PLANE = {"x": Uniform(-5.0, 10.0), "y": Uniform(0.0, 15.0)}


def branin(x, y):
    """Branin's function, as Dixon and Szegö 1978 have it."""
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def points(results):
    return [trial.point for trial in results.trials]


def test_a_search_makes_a_hundred_trials_if_nothing_else_is_asked_for():
    assert len(search(branin, PLANE).trials) == 100


def test_trials_that_break_off_have_a_reason_and_no_score():
    def objective(x):
        if x < 0.3:
            raise TrainingError("step 3: the loss is not finite")
        return math.nan if x < 0.6 else x

    found = search(objective, {"x": Uniform(0.0, 1.0)}, RandomSearch(40, rounds=2))
    reasons = {t.failure for t in found.trials}
    assert reasons == {"", "step 3: the loss is not finite", "the score is nan"}
    assert found.best.score >= 0.6
    assert all(math.isnan(t.score) == bool(t.failure) for t in found.trials)


def test_a_search_without_any_score_says_so():
    found = search(lambda x: math.inf, {"x": Uniform(0.0, 1.0)}, RandomSearch(3))
    with pytest.raises(TrainingError, match=r"no trial has a score \(the score is inf\)"):
        _ = found.best
    assert "3 trials, 3 without a score" in str(found)


def test_an_interrupted_search_keeps_its_trials_and_goes_on_as_if_nothing_had_been(tmp_path):
    path, calls = tmp_path / "trials.jsonl", []

    def interrupted(x, y):
        calls.append((x, y))
        if len(calls) == 5:
            raise KeyboardInterrupt
        return branin(x, y)

    first = search(interrupted, PLANE, RandomSearch(12, 3), file=path)
    assert (len(first.trials), first.stopped) == (4, "interrupted after 4 of 12 trials")
    second = search(branin, PLANE, RandomSearch(12, 3), file=path)
    whole = search(branin, PLANE, RandomSearch(12, 3))
    assert points(second) == points(whole)
    assert [t.score for t in second.trials] == [t.score for t in whole.trials]
    assert search(lambda x, y: 1 / 0, PLANE, RandomSearch(12, 3), file=path).trials


@pytest.mark.parametrize(
    ("space", "options", "says"),
    [
        ({}, {}, "the space is empty"),
        ({"x": 3}, {}, "x is 3. A space gives each name a range"),
        (PLANE, {"seed": -1}, "seed is -1"),
    ],
)
def test_wrong_use_is_refused(space, options, says):
    with pytest.raises(OptionError, match=says):
        search(branin, space, **options)


def test_a_round_of_few_points_ends_the_search_with_those_it_has_not_tried():
    space = {"kind": Choice(tuple("abcdefgh"))}
    found = search(lambda kind: float(ord(kind)), space, RandomSearch(16, rounds=2))
    assert len({point["kind"] for point in points(found)}) == len(found.trials) <= 8
    assert found.best.point["kind"] == "a"
