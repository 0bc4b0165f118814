"""Dropout: the claim, two ways to break it, and that both ways of scaling agree on average."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.regularisation.dropout_or_not import Net, Settings


def test_the_claim_holds():
    holds("dropout-or-not")


@pytest.mark.parametrize("broken", [{"ratio": 0.0}, {"learning_rate": 0.0}], ids=str)
def test_the_claim_breaks(broken):
    breaks("dropout-or-not", epochs=20, **broken)


def test_scaled_or_divided_hidden_values_agree_on_average():
    # Inverted dropout divides what is kept: its mean over many draws is the value with all on.
    net = Net(Settings(hidden=30), 0.5)
    rows = pc.tensor(np.ones((3000, 64), np.float32))
    draws = net.train()(rows).numpy()
    whole = net.inference()(rows).numpy()[0]
    margin = 5.0 * draws.std(axis=0) / np.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - whole) < margin)
    assert np.all(draws.std(axis=0) > 0.01)
