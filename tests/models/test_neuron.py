"""One neuron: the price of a house, logistic regression, and refusals."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, measures, optim
from pellucid.errors import OptionError, ShapeError
from pellucid.models.logistic_by_hand import Fit
from pellucid.models.neuron import Neuron


def test_one_neuron_learns_what_a_house_costs():
    # Price in 100,000 by area in 100 square metres: nothing below 30, then 3.2 per 100.
    area = np.random.default_rng(0).uniform(0.0, 2.5, (300, 1))
    price = np.maximum(0.0, 3.2 * (area - 0.3))
    neuron = Neuron(1, dtype="float64")
    optimizer = optim.SGD(neuron.parameters(), 0.2)

    @pc.compile
    def step(x, t):
        loss = functional.half_squared_error(neuron(x), t)
        optimizer.minimize(loss)
        return loss

    for _ in range(1000):
        step(area, price)
    assert neuron.weight.item() == pytest.approx(3.2, abs=0.01)
    assert neuron.bias.item() == pytest.approx(-0.96, abs=0.01)
    assert measures.r2(price, neuron(area).numpy()) > 0.9999
    assert neuron(np.array([[0.1]])).item() == 0.0


def test_with_a_sigmoid_it_is_logistic_regression():
    neuron = Neuron(3, activation="sigmoid", dtype="float64")
    fit = Fit(neuron.weight.numpy(), 0.0, ())
    x = np.random.default_rng(1).normal(size=(3, 6))
    np.testing.assert_allclose(neuron(x.T).numpy().T, fit.probabilities(x))


def test_a_neuron_that_does_not_fit_is_refused():
    with pytest.raises(OptionError, match=r"activation 'rleu'. Did you mean 'relu'"):
        Neuron(1, activation="rleu")
    with pytest.raises(OptionError, match="0 features"):
        Neuron(0)
    with pytest.raises(ShapeError, match=r"Neuron\(2\): x of shape \(4, 3\)\. It is \(batch, 2\)"):
        Neuron(2)(np.ones((4, 3), np.float32))
