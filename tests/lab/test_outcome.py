"""Outcomes: the seeds that a claim is checked for, and how an outcome shows itself."""

import numpy as np
import pytest

from pellucid import lab
from pellucid.errors import OptionError
from pellucid.lab.outcome import SEEDS, Watched
from pellucid.languages import language


@pytest.fixture(scope="module")
def outcome():
    return lab.run("zero-start", seeds=(1,), steps=40)


def test_the_claim_is_checked_for_five_seeds_from_the_first_on():
    seen = []
    lab.run("zero-start", watch=lambda *told: seen.append(told), seed=7, steps=1)
    assert seen == [(done, SEEDS) for done in range(SEEDS)]


def test_without_seeds_nothing_is_claimed():
    found = lab.run("zero-start", seeds=(), steps=1)
    assert found.verdicts == ()
    assert found.verdict() == "The claim was not checked."


def test_the_same_settings_give_the_same_bits():
    first, second = (lab.run("zero-start", seeds=(), steps=3, seed=5) for _ in range(2))
    assert all(np.array_equal(first.series[name], second.series[name]) for name in first.series)


def test_an_outcome_tells_itself_in_both_languages(outcome):
    assert str(outcome).startswith("Units that begin alike stay alike\n\nWhy do the weights")
    assert "✓ largest difference between hidden units" in outcome.verdict()
    with language("zh"):
        assert str(outcome).startswith("起点相同的单元永远相同")
    shown = outcome._repr_html_()
    assert "data:image/png;base64," in shown
    assert "Why do the weights" in shown


def test_what_is_to_be_seen_is_said_to_be_that_of_the_usual_settings_where_they_are_changed():
    told = "With the settings as they come, one sees this:"
    assert told in str(lab.run("zero-start", seeds=(), hidden=5))
    assert told not in str(lab.run("zero-start", seeds=(), seed=5))


def test_figures_are_light_or_dark(outcome):
    light, dark = (outcome.figure(theme).get_facecolor() for theme in ("light", "dark"))
    assert sum(light[:3]) > 2.9
    assert sum(dark[:3]) < 0.5
    with pytest.raises(OptionError, match=r"theme 'drak'. Did you mean 'dark'\?"):
        outcome.figure("drak")


def test_what_is_watched_can_be_gone_through_again():
    seen = []
    seeds = Watched((3, 4), lambda done, count: seen.append((done, count)))
    assert (list(seeds), list(seeds), seeds[1], len(seeds)) == ([3, 4], [3, 4], 4, 2)
    assert seen == [(0, 2), (1, 2)] * 2
