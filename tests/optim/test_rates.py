"""What a short run over growing learning rates shows, from numbers worked by hand."""

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.optim.rates import Ramp, RateFinding


def finding(losses):
    return RateFinding(Ramp(steps=len(losses)).rates, np.array(losses, float), "the end")


def test_rates_grow_by_one_factor():
    rates = Ramp(1e-4, 1.0, 13).rates
    np.testing.assert_allclose(rates[1:] / rates[:-1], 10 ** (1 / 3))
    assert (rates[0], rates[-1]) == (1e-4, 1.0)


def test_means_of_equal_losses_are_these_losses():
    np.testing.assert_allclose(finding([2.0] * 20).smoothed, 2.0)


def test_the_second_mean_is_that_of_two_weights():
    # (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.81)
    np.testing.assert_allclose(finding([1.0, 3.0] + [0.0] * 8).smoothed[1], 0.39 / 0.19)


def test_the_lowest_mean_gives_the_rate_and_a_tenth_of_it_is_suggested():
    found = finding([3.0] * 12 + [1.0] * 20 + [9.0] * 8)
    assert found.lowest == found.rates[31]
    assert found.suggested == float(f"{found.rates[31] / 10:.2g}")
    assert found.fell


def test_a_loss_that_stays_did_not_fall():
    assert not finding([3.0] * 40).fell


def test_it_breaks_off_where_the_mean_has_grown_fourfold_and_not_in_the_first_steps():
    assert finding([1.0] * 12 + [50.0] * 3).broke_off
    assert not finding([1.0] * 12 + [2.0] * 3).broke_off
    assert not finding([1.0] + [50.0] * 9).broke_off


@pytest.mark.parametrize(
    ("low", "high", "steps", "message"),
    [(0.1, 0.1, 20, "Ramp: from 0.1 to 0.1"), (0.1, 1.0, 9, "Ramp: 9 steps. Fewer than 10")],
)
def test_a_ramp_that_shows_nothing_is_refused(low, high, steps, message):
    with pytest.raises(OptionError, match=message):
        Ramp(low, high, steps)
