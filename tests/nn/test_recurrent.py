"""Recurrent layers: PyTorch's numbers, lengths, given states, loops of a graph, refusals."""

import numpy as np
import pytest
from nn.sequence_cases import (
    FROM_STATE,
    RECURRENT,
    STORED,
    close,
    numbers,
    projected,
    projection,
    put,
)

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid import primitives as p
from pellucid.errors import DTypeError, OptionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.optim import Adam


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


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


@pytest.mark.parametrize("number", range(len(FROM_STATE)))
def test_layers_from_a_state_are_those_of_pytorch(number):
    close(found_of(FROM_STATE[number], None), STORED["from state"][number])


@pytest.mark.parametrize("number", range(1, len(FROM_STATE), 7))
@pytest.mark.parametrize("executor", EXECUTORS)
def test_compiled_layers_from_a_state_are_those_of_pytorch(number, executor):
    close(found_of(FROM_STATE[number], executor), STORED["from state"][number])


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


@pytest.mark.parametrize("number", range(len(RECURRENT)))
def test_recurrent_layers_are_those_of_pytorch(number, rng):
    case = RECURRENT[number]
    batch, time, inside, hidden = case.sizes
    kind = getattr(nn, case.kind)
    layer = kind(inside, hidden, layers=case.layers, bidirectional=case.bidirectional, rng=rng)
    weights = []
    for i, cell in enumerate(layer.cells):
        own = [cell.weight, cell.recurrent_weight, cell.bias]
        own += [cell.recurrent_bias] if case.kind == "GRU" else []
        for j, weight in enumerate(own):
            put(weight, 10 * i + j + 1)
        weights += own
    x = pc.tensor(numbers((batch, time, inside), 0).astype(np.float32), requires_grad=True)
    lengths = None if case.lengths() is None else np.array(case.lengths())
    outputs, state = layer(x, lengths)
    parts = [projection(y) for y in (outputs, *(state if isinstance(state, tuple) else (state,)))]
    sum(parts[1:], parts[0]).backward()
    found = [part.item() for part in parts]
    found += [projected(v.grad.numpy()) for v in (x, *weights)]
    close(found, STORED["recurrent"][number])


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("executor", EXECUTORS)
def test_steps_behind_the_end_of_a_row_change_nothing(kind, executor, rng):
    layer = kind(3, 4, layers=2, bidirectional=True, rng=rng)
    x = numbers((2, 6, 3), 1).astype(np.float32)
    run = pc.compile(lambda x, n: layer(x, n)[0], executor=executor)
    lengths = np.array([6, 2])
    first = run(x, lengths).numpy()
    changed = x.copy()
    changed[1, 2:] = 7.0
    np.testing.assert_array_equal(run(changed, lengths).numpy(), first)
    assert not first[1, 2:].any()
    alone = layer(x[1:, :2])[0].numpy()
    np.testing.assert_allclose(first[1, :2], alone[0], atol=1e-6)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_last_state_is_what_both_directions_end_with(kind, rng):
    layer = kind(3, 4, layers=2, bidirectional=True, rng=rng)
    x = numbers((2, 5, 3), 1).astype(np.float32)
    outputs, _ = layer(x)
    last = nn.LastState(layer)(x).numpy()
    np.testing.assert_array_equal(last[:, :4], outputs.numpy()[:, -1, :4])
    np.testing.assert_array_equal(last[:, 4:], outputs.numpy()[:, 0, 4:])


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_first_of_several_signs_is_remembered(kind, executor, rng):
    model = nn.Sequential(nn.LastState(kind(1, 8, rng=rng)), nn.Linear(8, 1, rng=rng))
    optimizer = Adam(model.parameters(), 0.02)
    x = np.where(np.random.default_rng(0).random((64, 6, 1)) < 0.5, -1, 1).astype(np.float32)
    t = (x[:, 0] > 0).astype(np.float32)

    @pc.compile(executor=executor)
    def step(x, t):
        loss = f.binary_cross_entropy(model(x), t)
        optimizer.minimize(loss)
        return loss

    losses = [step(x, t).item() for _ in range(150)]
    assert losses[0] > 0.5
    assert losses[-1] < 0.1


def test_wrong_sequences_are_refused(rng):
    layer = nn.GRU(3, 4, rng=rng)
    with pytest.raises(ShapeError, match=r"\(2, 3\).*\(batch, time, in_features=3\)"):
        layer(np.zeros((2, 3), np.float32))
    with pytest.raises(ShapeError, match=r"\(2, 0, 3\).*at least 1 step"):
        layer(np.zeros((2, 0, 3), np.float32))
    x = np.zeros((2, 5, 3), np.float32)
    with pytest.raises(ShapeError, match=r"lengths of shape \(3,\).*each of the 2 rows"):
        layer(x, np.array([1, 2, 3]))
    with pytest.raises(DTypeError, match=r"lengths of float32.*integers"):
        layer(x, np.ones(2, np.float32))
    with pytest.raises(OptionError, match="LSTM: 0 layers"):
        nn.LSTM(3, 4, layers=0, rng=rng)
    with pytest.raises(OptionError, match="RNNCell: 3 to 0 features"):
        nn.RNN(3, 0, rng=rng)
    with pytest.raises(ShapeError, match=r"x \(2, 4\): 4 != 3"):
        nn.GRUCell(3, 4, rng=rng)(np.zeros((2, 4), np.float32))
