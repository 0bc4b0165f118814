"""Linear layers that collapse: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.networks.linear_collapse import PICTURES, Settings, film, network, product, run
from pellucid.lab.themes import themed


def test_the_claim_holds():
    holds("linear-collapse")


@pytest.mark.parametrize("broken", [{"activation": "identity"}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("linear-collapse", **broken)


def test_the_product_of_untrained_layers_is_the_network():
    x = pc.Generator(0).normal(0.0, 1.0, (20, 2)).numpy()
    model = network(Settings(seed=3), "three")
    weight, bias = product(model)
    assert np.abs(model(x).numpy() - (x @ weight + bias)).max() < 1e-6


def test_with_activations_no_product_is_the_network():
    x = pc.Generator(0).normal(0.0, 1.0, (20, 2)).numpy()
    model = network(Settings(seed=3), "bent")
    weight, bias = product(model)
    assert np.abs(model(x).numpy() - (x @ weight + bias)).max() > 0.01


def test_the_film_begins_before_the_first_update_and_ends_with_the_trained_network():
    series = run(Settings(steps=50))
    assert series["updates"][[0, -1]].tolist() == [0, 50]
    untrained = np.diff(network(Settings(), "bent")(np.float32([[-1.6, -1.6]])).numpy())
    assert series["border"][0, 0, 0] == pytest.approx(untrained.item(), rel=1e-5)
    assert np.allclose(series["border"][-1], series["grid_bent"][::4, ::4], rtol=1e-5, atol=1e-5)
    with themed("light"):
        shown = film(series)
        shown.draw(PICTURES - 1)
        assert "50" in shown.figure.axes[0].get_title()
