"""Ratios of two builds: the interval holds the true ratio, and decides the verdict."""

import numpy as np
import pytest
from ratios import Ratio, Round, quietest, ratio


def rounds_of(ratios):
    return [Round(2.0, 2.0 * r, 0.0) for r in ratios]


def test_fewer_than_six_rounds_give_no_interval():
    with pytest.raises(ValueError, match=r"5 values\. A 95 % interval takes at least 6\."):
        ratio(rounds_of([1.0] * 5))


def test_the_interval_holds_the_true_ratio_in_nineteen_of_twenty_cases():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(1000):
        # Skewed, as times are: now and then a round takes twice as long.
        old, new = (1 + rng.exponential(0.1, 31) + (rng.random(31) < 0.1) for _ in range(2))
        found = ratio([Round(a, 1.05 * b, 0.0) for a, b in zip(old, new, strict=True)])
        held += found.low <= 1.05 <= found.high
    assert held >= 950


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.021, 1.2, "slower"),
        (1.02, 1.2, ""),
        (0.9, 1.3, ""),
        (0.5, 0.98, "faster"),
        (0.5, 0.981, ""),
    ],
)
def test_a_build_is_slower_where_the_whole_interval_lies_above_a_ratio(low, high, verdict):
    assert Ratio(1.1, low, high).verdict == verdict


def test_one_slow_round_is_no_slower_build():
    found = ratio(rounds_of([1.0] * 25 + [3.0] * 6))
    assert (found.median, found.verdict) == (1.0, "")


def test_the_quietest_rounds_stay_in_their_order():
    rounds = [Round(1.0, 1.0, stolen) for stolen in (0.3, 0.1, 0.2, 0.0)]
    assert [r.stolen for r in quietest(rounds, 3)] == [0.1, 0.2, 0.0]
