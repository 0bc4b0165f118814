"""What is inside: filters, feature maps, attention, gates, against running the layers by hand."""

import numpy as np
import pytest
from explanation.networks import network

import pellucid as pc
from pellucid import nn
from pellucid.errors import GraphError
from pellucid.explanation.maps import attention_maps, feature_maps, filters, gates
from pellucid.explanation.trace import trace


def test_filters_are_the_kernels():
    net = network("deep-convnet")
    found = filters(trace(net, *net.batch))
    state = net.model.state_dict()
    assert [m.path for m in found] == [k for k in state if state[k].ndim == 4]
    assert all(np.array_equal(m.array, state[m.path]) for m in found)


def test_feature_maps_are_what_layers_gave():
    net = network("simple-convnet")
    found = {m.path: m.array for m in feature_maps(trace(net, *net.batch), sample=2)}
    x = net.batch[0]
    for number, layer in enumerate(net.model.layers[:3]):
        x = layer(x)
        assert np.allclose(found[f"layers.{number}"], x.numpy()[2], rtol=1e-5, atol=1e-6)
    with pytest.raises(GraphError, match="sample 4 of a batch of 4"):
        feature_maps(trace(net, *net.batch), sample=4)


def test_attention_is_shares_and_those_of_the_layer():
    layer = nn.MultiHeadAttention(4, 2, rng=pc.Generator(1), causal=True).inference()
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    (found,) = attention_maps(trace(layer, x), sample=1)
    assert found.array.shape == (2, 5, 5)
    assert np.allclose(found.array.sum(axis=-1), 1.0, atol=1e-5)
    assert np.allclose(np.triu(found.array, 1), 0.0)
    # The first place sees itself alone.
    assert np.allclose(found.array[:, 0, 0], 1.0)


def test_gates_of_an_lstm_are_those_of_its_cell_step_by_step():
    layer = nn.LSTM(3, 2, rng=pc.Generator(1))
    x = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    found = {m.name: m.array for m in gates(trace(lambda x: layer(x)[0], x), sample=1)}
    cell = layer.cells[0]
    w, u, b = (v.numpy().astype(np.float64) for v in cell.own_variables().values())
    h, c = np.zeros(2), np.zeros(2)
    for step in range(5):
        i, f, g, o = np.split(x[1, step] @ w + h @ u + b, 4)
        sigmoid = [1.0 / (1.0 + np.exp(-z)) for z in (i, f, o)]
        c = sigmoid[1] * c + sigmoid[0] * np.tanh(g)
        h = sigmoid[2] * np.tanh(c)
        for part, expected in ((0, sigmoid[0]), (1, sigmoid[1]), (3, sigmoid[2])):
            assert np.allclose(found[f"sigmoid of part {part}"][step], expected, atol=1e-6)
        assert np.allclose(found["tanh of part 2"][step], np.tanh(g), atol=1e-6)


def test_gates_of_the_way_back_stand_in_the_order_of_time():
    layer = nn.GRU(3, 2, rng=pc.Generator(1), bidirectional=True)
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype(np.float32)
    there = gates(trace(lambda x: layer(x)[0], x))
    back = gates(trace(lambda x: layer(x)[0], x[:, ::-1].copy()))
    # Two cells of different weights: only the shapes and the order within each can be compared.
    assert [m.array.shape for m in there] == [(4, 2)] * 6
    assert not np.allclose(there[0].array, back[0].array)


def test_networks_without_have_none():
    net = network("mlp")
    found = trace(net, *net.batch)
    assert (filters(found), feature_maps(found), attention_maps(found), gates(found)) == (
        [], [], [], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "names"), [(nn.LSTM, "figo"), (nn.GRU, "rzn")], ids=["LSTM", "GRU"]
)
def test_gates_are_called_as_the_cell_calls_its_parts(kind, names):
    model = nn.Sequential(nn.LastState(kind(3, 2, rng=pc.Generator(1))))
    found = pc.explain(model, np.ones((2, 4, 3), np.float32)).gates()
    called = {m.name.removeprefix("sigmoid of ").removeprefix("tanh of ") for m in found}
    assert set(names) <= called


def test_gates_of_a_gru_are_those_of_its_formula():
    layer = nn.GRU(3, 2, rng=pc.Generator(1))
    x = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    model = nn.Sequential(nn.LastState(layer))
    found = {m.name: m.array for m in pc.explain(model, x).gates(1)}
    w, u, b, d = (
        layer.cells[0].own_variables()[name].numpy().astype(np.float64)
        for name in ("weight", "recurrent_weight", "bias", "recurrent_bias")
    )
    h = np.zeros(2)
    for step in range(5):
        own, carried = np.split(x[1, step] @ w + b, 3), np.split(h @ u, 3)
        r, z = (1.0 / (1.0 + np.exp(-own[i] - carried[i])) for i in range(2))
        n = np.tanh(own[2] + r * (carried[2] + d))
        h = n + z * (h - n)
        for name, expected in (("sigmoid of r", r), ("sigmoid of z", z), ("tanh of n", n)):
            assert np.allclose(found[name][step], expected, atol=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
def test_gates_end_where_the_sample_ends(bidirectional):
    class Model(nn.Module):
        def __init__(self):
            self.rnn = nn.LSTM(3, 2, rng=pc.Generator(1), bidirectional=bidirectional)

        def forward(self, x, lengths):
            return self.rnn(x, lengths)[0]

    x = np.random.default_rng(0).normal(size=(3, 5, 3)).astype(np.float32)
    model = Model()
    short = pc.explain(model, x, np.array([2, 5, 0]))
    alone = pc.explain(model, x[:1, :2], np.array([2])).gates(0)
    for ours, theirs in zip(short.gates(0), alone, strict=True):
        assert ours.array.shape == (2, 2)
        assert np.allclose(ours.array, theirs.array, atol=1e-6)
    assert {m.array.shape[0] for m in short.gates(1)} == {5}
    assert short.gates(2) == []
