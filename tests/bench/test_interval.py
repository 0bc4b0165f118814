"""The interval of a median, beside the tables of the sign test."""

import numpy as np
import pytest

from pellucid.bench.interval import Interval, interval


@pytest.mark.parametrize(
    ("count", "k"),
    # By the tables of the sign test: P(Binomial(31, 1/2) <= 9) = 0.0147, <= 10 it is 0.0354.
    [(6, 1), (8, 1), (9, 2), (15, 4), (31, 10), (100, 40)],
)
def test_it_lies_between_the_order_statistics_of_the_sign_test(count, k):
    found = interval(np.random.default_rng(0).permutation(count) + 1.0)
    assert found == Interval((count + 1) / 2, k, count + 1 - k)


def test_fewer_than_six_values_have_none():
    with pytest.raises(ValueError, match=r"5 values\. A 95 % interval takes at least 6\."):
        interval([1.0] * 5)
