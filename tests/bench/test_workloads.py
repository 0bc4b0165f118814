"""What is trained and predicted with: its work, its networks, their first weights."""

import pytest

from pellucid.bench.networks import NETWORKS, Conv, Dense, LastOfLSTM, parts, weights_of
from pellucid.bench.workloads import WORKLOADS


def test_the_work_of_a_step_is_counted():
    # Forward and two gradients of each layer, but no gradient for the input of the first.
    assert WORKLOADS["W2sgd"].flops == 2 * 100 * (2 * 784 * 50 + 3 * 50 * 10)
    conv, dense = 24 * 24 * 30 * 25, 30 * 12 * 12 * 100 + 100 * 10
    assert WORKLOADS["W5"].flops == 2 * 100 * (2 * conv + 3 * dense)
    assert WORKLOADS["W6"].flops == pytest.approx(5.2e9, rel=0.1)
    assert WORKLOADS["W8"].flops == pytest.approx(10e9, rel=0.1)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_in_the_order_of_the_layers(name):
    layers = NETWORKS[name]
    counts = {Conv: lambda x: 1 + x.bias, Dense: lambda x: 2, LastOfLSTM: lambda x: 3}
    expected = sum(counts.get(type(x), lambda x: 0)(x) for x in parts(layers))
    assert len(weights_of(layers)) == expected
