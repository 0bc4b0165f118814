"""Trials: their file, what is refused of it, and their table."""

import json
import math

import pytest

from pellucid.errors import FileError, OptionError
from pellucid.tune import (
    Choice,
    GridSearch,
    Integers,
    LogUniform,
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


def _refuses_a_damaged_line(tmp_path, part, value, rule):
    path, space = tmp_path / "trials.jsonl", {"rate": Uniform(0.0, 1.0), "size": Integers(1, 4)}
    search(lambda rate, size: rate, space, RandomSearch(3, 1), file=path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2]) + json.dumps({**json.loads(lines[2]), part: value}) + "\n")
    with pytest.raises(FileError, match=rule):
        search(lambda rate, size: rate, space, RandomSearch(3, 1), file=path)


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


def test_the_table_shows_the_best_and_names_ends():
    space = {"rate": LogUniform(1e-3, 1.0), "size": Integers(1, 4)}
    found = search(lambda rate, size: size - rate, space, GridSearch(4))
    lines = str(found).splitlines()
    assert lines[0].split() == ["trial", "score", "rate", "size"]
    assert lines[1].split() == ["13", "0.000", "1.0", "1"]
    assert lines[-3] == "16 trials, 0 without a score; all 16 trials made"
    assert lines[-2] == "the best rate, 1.0, is at the upper end of its range: look beyond it"
