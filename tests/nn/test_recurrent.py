"""Recurrent layers from a given state, and as loops of a graph."""

import json
from pathlib import Path

import numpy as np
import pytest
from nn.sequence_cases import FROM_STATE, numbers, projected

import pellucid as pc
from pellucid import nn
from pellucid import primitives as p
from pellucid.errors import ShapeError
from pellucid.executors import EXECUTORS

STORED = json.loads((Path(__file__).parent / "sequence_values.json").read_text())["from state"]
KINDS = [nn.RNN, nn.LSTM, nn.GRU]
each_kind = pytest.mark.parametrize("kind", KINDS)


def layer_of(case):
    """The layer of a case, and its weights."""
    inside, hidden = case.sizes[2:]
    rng = pc.Generator(seed=0)
    layer = getattr(nn, case.kind)(
        inside, hidden, layers=case.layers, bidirectional=case.bidirectional, rng=rng
    )
    weights = []
    for i, cell in enumerate(layer.cells):
        own = [cell.weight, cell.recurrent_weight, cell.bias]
        own += [cell.recurrent_bias] if case.kind == "GRU" else []
        for j, weight in enumerate(own):
            weight.assign(numbers(weight.shape, 10 * i + j + 1).astype(np.float32))
        weights += own
    return layer, weights


def projection(y):
    pattern = numbers(y.shape, 99, 1.0) / np.sqrt(max(y.size, 1))
    return (y * pattern.astype(np.float32)).sum()


def parts_of(state):
    return state if isinstance(state, tuple) else (state,)


def found_of(case, executor):
    """What is stored of a case: projections of outputs, states and gradients."""
    layer, weights = layer_of(case)
    lengths = None if case.lengths() is None else np.array(case.lengths())

    def run(x, *start):
        outputs, state = layer(x, lengths, start if len(start) > 1 else start[0])
        parts = [projection(y) for y in (outputs, *parts_of(state))]
        sum(parts[1:], parts[0]).backward()
        return parts, [v.grad for v in (*start, x, *weights)]

    batch, time, inside, _ = case.sizes
    inputs = [numbers((batch, time, inside), 0), *case.states()]
    inputs = [a.astype(np.float32) for a in inputs]
    if executor is None:
        parts, gradients = run(*(pc.tensor(a, requires_grad=True) for a in inputs))
    else:
        parts, gradients = pc.compile(run, executor=executor)(*inputs)
    return [part.item() for part in parts] + [projected(g.numpy()) for g in gradients]


def close(found, expected):
    scale = max(1.0, *np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("number", range(len(FROM_STATE)))
def test_layers_from_a_state_are_those_of_pytorch(number):
    close(found_of(FROM_STATE[number], None), STORED[number])


@pytest.mark.parametrize("number", range(1, len(FROM_STATE), 7))
@pytest.mark.parametrize("executor", EXECUTORS)
def test_compiled_layers_from_a_state_are_those_of_pytorch(number, executor):
    close(found_of(FROM_STATE[number], executor), STORED[number])


@each_kind
@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_sequence_in_two_pieces_is_the_whole(kind, executor):
    layer = kind(3, 4, layers=2, rng=pc.Generator(seed=0))
    x = numbers((2, 7, 3), 1).astype(np.float32)
    whole, last = layer(x)

    @pc.compile(executor=executor)
    def in_pieces(x):
        first, state = layer(x[:, :3])
        second, state = layer(x[:, 3:], None, state)
        return pc.concat([first, second], axis=1), state

    outputs, state = in_pieces(x)
    np.testing.assert_allclose(outputs.numpy(), whole.numpy(), atol=1e-6)
    for found, expected in zip(parts_of(state), parts_of(last), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-6)


@each_kind
def test_a_compiled_layer_is_one_loop_whatever_its_length(kind):
    layer = kind(3, 4, rng=pc.Generator(seed=0))
    counts = []
    for steps in (2, 300):
        graph = pc.capture(lambda x: layer(x)[0])(np.zeros((2, steps, 3), np.float32))
        loops = [node for node in graph.nodes if isinstance(node.primitive, p.Scan)]
        counts.append((len(graph.nodes), len(loops), len(loops[0].primitive.body.nodes)))
    assert counts[0] == counts[1]
    assert counts[0][1] == 1


def test_wrong_states_are_refused():
    x = np.zeros((2, 5, 3), np.float32)
    h = np.zeros((1, 2, 4), np.float32)
    lstm, gru = (kind(3, 4, rng=pc.Generator(seed=0)) for kind in (nn.LSTM, nn.GRU))
    with pytest.raises(ShapeError, match=r"state of \(1, 2, 4\)\. It is h and c of shape \(1, 2, "):
        lstm(x, None, h)
    with pytest.raises(ShapeError, match=r"state of \(1, 2, 4\), \(1, 2, 4\)\. It is h of shape"):
        gru(x, None, (h, h))
    with pytest.raises(ShapeError, match=r"state of \(2, 4\)\. .* layers and directions, batch"):
        gru(x, None, h[0])


@pytest.mark.parametrize("lengths", [[5, 4], [-1, 4]])
def test_lengths_beyond_the_steps_are_refused(lengths):
    with pytest.raises(ShapeError, match=r"lengths from .* for x of shape \(2, 4, 2\)\. A row has"):
        nn.LSTM(2, 3)(pc.ones((2, 4, 2)), lengths=pc.tensor(lengths))
