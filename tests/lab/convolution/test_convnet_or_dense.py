"""Convolutional or dense: the claim, two ways to break it, and that the comparison is fair."""

import os
from pathlib import Path

import numpy as np
import pytest
from lab.lessons import breaks, holds

import pellucid as pc
from pellucid.lab.convolution.convnet_or_dense import (
    NETS,
    Settings,
    mixed,
    move,
    network,
    samples,
)


def test_the_claim_holds():
    holds("convnet-or-dense")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"epochs": 1}], ids=str)
def test_the_claim_breaks(broken):
    breaks("convnet-or-dense", **broken)


@pytest.mark.parametrize("side", [8, 28])
def test_both_networks_have_about_as_many_weights(side):
    few, many = sorted(
        sum(p.size for p in network(Settings(), net, side).parameters().values()) for net in NETS
    )
    assert many < 1.1 * few


def test_pictures_are_moved_and_mixed_as_said():
    row = np.arange(1.0, 5.0).reshape(1, 1, 1, 4)
    assert move(row, 1).tolist() == [[[[0, 1, 2, 3]]]]
    assert move(row, -1).tolist() == [[[[2, 3, 4, 0]]]]
    data = pc.data.from_arrays(row, [0], classes=2)
    assert mixed(data, np.array([3, 2, 1, 0])).features.tolist() == [[[[4, 3, 2, 1]]]]


def test_mnist_is_read_where_it_is():
    folder = os.environ.get("PELLUCID_TEST_DATA")
    if folder is None:
        pytest.skip("PELLUCID_TEST_DATA names no folder with MNIST")
    few, others = samples(Settings(data_dir=Path(folder) / "mnist"))
    assert (few.features.shape[1:], len(few), len(others)) == ((1, 28, 28), 500, 1000)
