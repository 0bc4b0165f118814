"""Searches: which points are tried, what is kept, and how they end."""

import json
import math

import numpy as np
import pytest

from pellucid.errors import FileError, OptionError, TrainingError
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


def test_a_search_makes_a_hundred_trials_if_nothing_else_is_asked_for():
    assert len(search(branin, PLANE).trials) == 100


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


def test_tuples_and_failures_come_back_from_the_file(tmp_path):
    path, space = tmp_path / "trials.jsonl", {"hidden": Choice(((50,), (100, 50)))}
    for _ in range(2):
        found = search(lambda hidden: math.nan, space, GridSearch(), file=path)
        assert points(found) == [{"hidden": (50,)}, {"hidden": (100, 50)}]
        assert [t.failure for t in found.trials] == ["the score is nan"] * 2


def test_a_file_of_another_search_is_not_gone_on_with(tmp_path):
    path = tmp_path / "trials.jsonl"
    search(branin, PLANE, RandomSearch(2), file=path)
    with pytest.raises(OptionError, match=r"holds the trials of another search"):
        search(branin, PLANE, RandomSearch(2), seed=1, file=path)
    with path.open("a") as file:
        file.write(json.dumps({"number": 2}) + "\n")
    with pytest.raises(FileError, match=r"is no trial .* Delete the damaged line"):
        search(branin, PLANE, RandomSearch(2), file=path)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("score", "low"),
        ("seconds", None),
        ("number", 7),
        ("failure", 3),
        ("point", [1]),
        ("point", {"rate": 2.0, "size": 3}),  # beyond the range
        ("point", {"rate": 0.1, "size": 2.5}),
        ("point", {"rate": True, "size": 2}),
    ],
)
def test_a_line_that_is_no_trial_is_refused(tmp_path, part, value):
    rule = r"is no trial .*Delete the damaged line, and those after"
    _refuses_a_damaged_line(tmp_path, part, value, rule)


def test_a_score_that_floats_do_not_hold_is_refused(tmp_path):
    rule = r"trials\.jsonl: line 3 is not JSON \(a whole number of 401 digits\)"
    _refuses_a_damaged_line(tmp_path, "score", 10**400, rule)


def _refuses_a_damaged_line(tmp_path, part, value, rule):
    path, space = tmp_path / "trials.jsonl", {"rate": Uniform(0.0, 1.0), "size": Integers(1, 4)}
    search(lambda rate, size: rate, space, RandomSearch(3, 1), file=path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2]) + json.dumps({**json.loads(lines[2]), part: value}) + "\n")
    with pytest.raises(FileError, match=rule):
        search(lambda rate, size: rate, space, RandomSearch(3, 1), file=path)


def test_the_table_shows_the_best_and_names_ends():
    space = {"rate": LogUniform(1e-3, 1.0), "size": Integers(1, 4)}
    found = search(lambda rate, size: size - rate, space, GridSearch(4))
    lines = str(found).splitlines()
    assert lines[0].split() == ["trial", "score", "rate", "size"]
    assert lines[1].split() == ["13", "0.000", "1.0", "1"]
    assert lines[-3] == "16 trials, 0 without a score; all 16 trials made"
    assert lines[-2] == "the best rate, 1.0, is at the upper end of its range: look beyond it"


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


def test_a_round_of_few_points_ends_the_search_with_those_it_has_not_tried():
    space = {"kind": Choice(tuple("abcdefgh"))}
    found = search(lambda kind: float(ord(kind)), space, RandomSearch(16, rounds=2))
    assert len({point["kind"] for point in points(found)}) == len(found.trials) <= 8
    assert found.best.point["kind"] == "a"
