"""Linear layers that collapse: the claim, two ways to break it, and what is known beforehand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.networks.linear_collapse import Settings, network, product


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
