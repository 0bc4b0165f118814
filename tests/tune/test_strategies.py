"""Strategies: which points they try, and how soon they come near the best."""

import math

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.tune import (
    BayesianSearch,
    Choice,
    GridSearch,
    Integers,
    LogUniform,
    RandomSearch,
    Uniform,
    expected_improvement,
    search,
)

PLANE = {"x": Uniform(-5.0, 10.0), "y": Uniform(0.0, 15.0)}
BRANIN_MINIMUM = 0.39788735772973816  # at (pi, 2.275) and two more places


def branin(x, y):
    """Branin's function, as Dixon and Szegö 1978 have it."""
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def points(results):
    return [trial.point for trial in results.trials]


def test_the_same_seed_tries_the_same_points():
    first, again = (search(branin, PLANE, RandomSearch(8), seed=3) for _ in range(2))
    assert points(first) == points(again)
    assert points(first) != points(search(branin, PLANE, RandomSearch(8), seed=4))


def test_rounds_come_closer():
    wide = search(branin, PLANE, RandomSearch(60, rounds=1))
    narrow = search(branin, PLANE, RandomSearch(60, rounds=3))
    assert points(wide)[:20] == points(narrow)[:20]
    last = np.mean([t.score for t in narrow.trials[40:]])
    assert last < 0.25 * np.mean([t.score for t in wide.trials[40:]])
    assert narrow.best.score < BRANIN_MINIMUM + 0.2


def test_a_grid_tries_every_combination_once():
    space = {"rate": LogUniform(0.01, 1.0), "act": Choice(("relu", "tanh"))}
    found = search(lambda rate, act: rate, space, GridSearch(3))
    assert points(found) == [
        {"rate": rate, "act": act} for rate in (0.01, 0.1, 1.0) for act in ("relu", "tanh")
    ]


def test_bayes_finds_the_minimum_of_branin_with_40_trials():
    pytest.importorskip("sklearn")
    scores = [search(branin, PLANE, BayesianSearch(40), seed=s).best.score for s in (0, 1)]
    random = [search(branin, PLANE, RandomSearch(40, 1), seed=s).best.score for s in (0, 1)]
    assert max(scores) < BRANIN_MINIMUM + 0.01 < min(random)


def test_bayes_learns_which_choice_is_better():
    pytest.importorskip("sklearn")
    space = {"x": Uniform(0.0, 1.0), "kind": Choice(("bad", "good", "worse"))}
    costs = {"bad": 1.0, "good": 0.0, "worse": 2.0}
    found = search(lambda x, kind: (x - 0.3) ** 2 + costs[kind], space, BayesianSearch(30, 8))
    assert found.best.point["kind"] == "good"
    assert abs(found.best.point["x"] - 0.3) < 0.02
    assert sum(p["kind"] == "good" for p in points(found)[8:]) > 12


def test_expected_improvement_is_the_mean_of_what_lies_below_the_best():
    rng = np.random.default_rng(0)
    for mean, deviation, best in ((0.0, 1.0, 0.5), (2.0, 0.3, 1.5), (-1.0, 2.0, 0.0)):
        draws = rng.normal(mean, deviation, 400_000)
        expected = np.maximum(best - draws, 0).mean()
        got = expected_improvement(np.array([mean]), np.array([deviation]), best)[0]
        assert got == pytest.approx(expected, rel=0.02)
    certain = expected_improvement(np.array([1.0, 3.0]), np.zeros(2), 2.0)
    np.testing.assert_allclose(certain, [1.0, 0.0])


@pytest.mark.parametrize(
    "make",
    [
        lambda: RandomSearch(0),
        lambda: RandomSearch(rounds=0),
        lambda: RandomSearch(keep=0.0),
        lambda: GridSearch(0),
        lambda: BayesianSearch(start=0),
    ],
)
def test_strategies_count_from_1(make):
    with pytest.raises(OptionError, match=r"counts from 1|above 0"):
        make()


def test_no_point_is_tried_twice():
    pytest.importorskip("sklearn")
    space = {"units": Integers(1, 3), "kind": Choice(("a", "b"))}
    for strategy in (RandomSearch(40, rounds=1), BayesianSearch(40, start=4)):
        found = search(lambda units, kind: units + (kind == "b"), space, strategy)
        tried = [(point["units"], point["kind"]) for point in points(found)]
        assert sorted(tried) == [(units, kind) for units in (1, 2, 3) for kind in ("a", "b")]
        assert found.stopped == "all points tried after 6 of 40 trials"
