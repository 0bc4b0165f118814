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
    x = pc.tensor(np.ones((1, 64), np.float32))
    whole = net.inference()(x).numpy()
    draws = net.train()
    mean = np.mean([draws(x).numpy() for _ in range(3000)], axis=0)
    spread = np.std([draws(x).numpy() for _ in range(200)], axis=0)
    assert np.all(np.abs(mean - whole) < 5.0 * spread / np.sqrt(3000))
