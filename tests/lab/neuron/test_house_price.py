"""House price: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.neuron.house_price import Settings, fit, houses, run


def test_the_claim_holds():
    holds("house-price")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"useless": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("house-price", **broken)


def test_the_line_is_that_of_least_squares():
    settings = Settings(houses=40)
    area, price = houses(settings)
    predict = fit(settings, "line", area, price)
    slope, start = np.polyfit(area.astype(float), price.astype(float), 1)
    assert predict(area) == pytest.approx(slope * area + start, abs=0.5)


def test_without_noise_the_neuron_finds_slope_and_bend():
    series = run(Settings(noise=0.0, steps=6000))
    expected = np.maximum(4.0 * (series["areas"] - 60.0), 0.0)
    assert series["price_neuron"] == pytest.approx(expected, abs=3.0)
