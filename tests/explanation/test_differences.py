"""Central differences in float64, against gradients, by hand, and at kinks."""

import numpy as np
import pytest
from explanation.networks import names, network

import pellucid as pc
from pellucid import functional, nn
from pellucid.explanation.differences import Widened, widened
from pellucid.explanation.trace import trace

# Of float32 gradients that went through a network, against the largest number beside them.
BOUND = 2e-4


@pytest.mark.parametrize("name", names())
def test_gradients_are_the_central_differences(name):
    net = network(name)
    found = trace(net, *net.batch)
    wide, rng = Widened(found), np.random.default_rng(0)
    chosen = [key for key, v in found.variables.items() if v.trainable]
    chosen += [
        node.output.name for node in found.graph.nodes if node.output.name in found.gradients
    ]
    compared = 0
    for key in chosen[:: max(1, len(chosen) // 12)]:
        dx = found.gradients[key]
        places = [tuple(rng.integers(0, n) for n in dx.shape) for _ in range(3)]
        for each in wide.nudge(key, places):
            if not each.kink:
                scale = max(float(np.abs(dx).max()), 1e-3)
                assert abs(each.central - dx[each.place]) <= BOUND * scale, (key, each)
                compared += 1
    assert compared > 5 or name == "perceptron"


def test_a_slope_by_hand():
    found = trace(lambda x: x * x * x, 2.0)
    (each,) = Widened(found).nudge("x", [()])
    assert each.central == pytest.approx(12.0, rel=1e-9)
    assert not each.kink


def test_kinks_are_marked_and_both_slopes_told():
    found = trace(lambda x: functional.relu(x).sum(), np.array([0.0, 1.0, -1.0], np.float32))
    kinks = Widened(found).nudge("x", [(0,), (1,), (2,)])
    assert [each.kink for each in kinks] == [True, False, False]
    assert (kinks[0].left, kinks[0].right) == pytest.approx((0.0, 1.0))


def test_the_same_random_numbers_are_drawn_on_both_sides():
    drop = nn.Dropout(0.5, rng=pc.Generator(3))
    found = trace(lambda x: (drop(x) * 3.0).sum(), np.ones(64, np.float32))
    slopes = [each.central for each in Widened(found).nudge("x", [(i,) for i in range(64)])]
    assert slopes == pytest.approx(found.gradients["x"].tolist())
    assert 0.0 in found.gradients["x"]
    assert 6.0 in found.gradients["x"]


def test_what_is_a_constant_to_the_gradient_stays_as_it_was():
    found = trace(lambda x: x * x.stop_gradient(), 3.0)
    (each,) = Widened(found).nudge("x", [()])
    assert each.central == pytest.approx(3.0)


def test_every_float_of_a_widened_graph_is_float64_also_inside_loops():
    net = network("lstm")
    graph = widened(trace(net, *net.batch).graph)
    graph.check()
    text = str(graph)
    assert "scan" in text
    assert "float64" in text
    assert "float32" not in text
