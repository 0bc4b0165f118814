"""Histograms, and the update that an optimizer would make."""

import json

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import optim
from pellucid.explanation.histograms import BINS, histogram, histograms, updates
from pellucid.explanation.trace import trace
from pellucid.functional import cross_entropy


def test_numbers_are_counted_between_edges():
    found = histogram("weights", "w", np.array([0.0, 1.0, 1.0, 2.0]))
    assert found.counts.sum() == 4
    assert (found.edges[0], found.edges[-1], len(found.edges)) == (0.0, 2.0, BINS + 1)
    assert (found.counts[0], found.counts[BINS // 2], found.counts[-1]) == (1, 2, 1)
    assert (found.mean, found.zeros) == (1.0, 0.25)


def test_numbers_that_are_not_finite_are_counted_apart():
    found = histogram("weights", "w", np.array([1.0, np.nan, np.inf, 3.0]))
    assert (found.unsound, found.counts.sum(), found.mean) == (2, 2, 2.0)
    none = histogram("weights", "w", np.array([np.nan]))
    assert (none.unsound, none.counts.size) == (1, 0)
    same = histogram("weights", "w", np.zeros(5))
    assert (same.counts.sum(), same.zeros, same.spread) == (5, 1.0, 0.0)


def test_every_layer_and_every_parameter_has_its_own():
    net = network("simple-convnet")
    found = histograms(trace(net, *net.batch))
    kinds = {of: [h.path for h in found if h.of == of] for of in ("activations", "weights")}
    assert kinds["activations"][:2] == ["layers.0", "layers.1"]
    assert kinds["weights"] == list(net.model.parameters())
    assert json.loads(json.dumps([h.as_dict() for h in found]))


@pytest.mark.filterwarnings("ignore:Muon")  # of one hidden layer, nothing is turned
@pytest.mark.parametrize("name", sorted(optim.OPTIMIZERS))
def test_an_update_is_the_one_that_the_optimizer_would_make(name):
    net = network("mlp")
    optimizer = optim.OPTIMIZERS[name](net.model.parameters(), learning_rate=0.01)
    for _ in range(2):  # so that the optimizer remembers something
        optimizer.minimize(cross_entropy(net.model(net.batch[0]), net.batch[1]))
    before = {path: v.numpy().copy() for path, v in net.model.parameters().items()}
    told = updates(optimizer, trace(net, *net.batch))
    assert all(np.array_equal(v.numpy(), before[p]) for p, v in net.model.parameters().items())
    optimizer.minimize(cross_entropy(net.model(net.batch[0]), net.batch[1]))
    for path, variable in net.model.parameters().items():
        assert np.allclose(told[path], variable.numpy() - before[path], atol=1e-7), path


def test_the_ratio_of_update_and_weights():
    net = network("mlp")
    optimizer = optim.SGD(net.model.parameters(), learning_rate=0.5)
    found = trace(net, *net.batch)
    told = {h.path: h for h in histograms(found, updates(optimizer, found)) if h.of == "updates"}
    w, dw = found.array("output.weight"), found.gradients["output.weight"]
    expected = 0.5 * np.linalg.norm(np.float64(dw)) / np.linalg.norm(np.float64(w))
    assert told["output.weight"].ratio == pytest.approx(expected, rel=1e-5)
    assert told["output.bias"].ratio is None  # of weights that are all 0


def test_parameters_that_the_optimizer_does_not_hold_have_no_update():
    net = network("mlp")
    held = {"output.bias": net.model.parameters()["output.bias"]}
    assert list(updates(pc.optim.SGD(held, learning_rate=0.1), trace(net, *net.batch))) == [
        "output.bias"
    ]
