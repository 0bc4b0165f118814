"""Two states of one network side by side, by hand."""

import json

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional, nn
from pellucid.errors import GraphError

X, T = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32), np.arange(6) % 2


def model(seed, hidden=4):
    return nn.Sequential(
        nn.Linear(3, hidden, rng=pc.Generator(seed)),
        nn.Tanh(),
        nn.Linear(hidden, 2, rng=pc.Generator(seed + 1)),
    ).inference()


def shown(net):
    return pc.explain(net, X, T, loss=functional.cross_entropy)


def test_layers_and_parameters_of_both():
    first, second = shown(model(1)), shown(model(5))
    pair = first.beside(second, ("before", "after"))
    assert pair.names == ("before", "after")
    assert [each.path for each in pair.layers] == ["0", "1", "2"]
    assert pair.layers[1].mean == (first.layers.rows[1].mean, second.layers.rows[1].mean)
    by_path = {each.path: each for each in pair.parameters}
    w = [np.float64(s.trace.array("0.weight")) for s in (first, second)]
    assert by_path["0.weight"].weights == pytest.approx([np.sqrt((a * a).mean()) for a in w])
    moved = np.linalg.norm(w[1] - w[0]) / np.linalg.norm(w[0])
    assert by_path["0.weight"].moved == pytest.approx(moved)
    assert by_path["0.bias"].moved == 0.0
    text = str(pair)
    assert text.startswith(f"before -> after; result {first.result} -> {second.result}")
    assert "<table>" in pair._repr_html_()
    assert json.loads(json.dumps(pair.as_dict()))["names"] == ["before", "after"]


def test_other_networks_are_refused():
    with pytest.raises(GraphError, match="not of one network"):
        shown(model(1)).beside(shown(model(1, hidden=5)))
