"""The two-layer network: the claim, two ways to break it, and the data that it is measured on."""

import os
from pathlib import Path

import pytest
from lab.lessons import breaks, holds

from pellucid.lab.networks.two_layer_net import Settings, digits, run


def test_the_claim_holds():
    holds("two-layer-net")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"hidden": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("two-layer-net", **broken)


def test_the_first_loss_is_that_of_a_guess_and_every_epoch_is_measured():
    series = run(Settings(epochs=2))
    assert series["loss"][0] == pytest.approx(2.3026, abs=0.01)  # ln 10
    assert series["epochs"].tolist() == [1, 2]
    assert len(series["loss"]) == 2 * 26  # 1,258 digits in batches of 50


def test_mnist_is_read_where_it_is():
    folder = os.environ.get("PELLUCID_TEST_DATA")
    if folder is None:
        pytest.skip("PELLUCID_TEST_DATA names no folder with MNIST")
    train, test = digits(Settings(data_dir=Path(folder) / "mnist"))
    assert (len(train), len(test)) == (60_000, 10_000)
