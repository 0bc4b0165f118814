"""What is trained and predicted with: its work, its networks, their first weights."""

import numpy as np
import pytest

from pellucid.bench.networks import (
    NETWORKS,
    Conv,
    Dense,
    LastOfLSTM,
    SmallGPT,
    parts,
    weights_of,
)
from pellucid.bench.workloads import WORKLOADS, problem


def test_the_work_of_a_step_is_counted():
    # Forward and two gradients of each layer, but no gradient for the input of the first.
    assert WORKLOADS["W2sgd"].flops == 2 * 100 * (2 * 784 * 50 + 3 * 50 * 10)
    conv, dense = 24 * 24 * 30 * 25, 30 * 12 * 12 * 100 + 100 * 10
    assert WORKLOADS["W5"].flops == 2 * 100 * (2 * conv + 3 * dense)
    assert WORKLOADS["W6"].flops == pytest.approx(5.2e9, rel=0.1)
    assert WORKLOADS["W8"].flops == pytest.approx(10e9, rel=0.1)
    assert WORKLOADS["W11"].flops == pytest.approx(11.8e9, rel=0.05)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_in_the_order_of_the_layers(name):
    layers = NETWORKS[name]
    counts = {Conv: lambda x: 1 + x.bias, Dense: lambda x: 2, LastOfLSTM: lambda x: 3}
    counts |= {SmallGPT: lambda x: 3 + 12 * x.blocks}
    expected = sum(counts.get(type(x), lambda x: 0)(x) for x in parts(layers))
    assert len(weights_of(layers)) == expected


def test_labels_of_texts_are_the_next_characters_and_can_be_learned():
    made = problem(WORKLOADS["W11"])
    assert made.features.shape == made.labels.shape == (2_000, 128)
    np.testing.assert_array_equal(made.features[:, 1:], made.labels[:, :-1])
    pairs = set(zip(made.features.ravel().tolist(), made.labels.ravel().tolist(), strict=True))
    assert set(made.features.ravel().tolist()) == set(range(64))
    assert len(pairs) <= 4 * 64
    assert WORKLOADS["W5"].text is None
