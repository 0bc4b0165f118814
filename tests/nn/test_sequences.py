"""Recurrent layers, attention and embedding: PyTorch's numbers, lengths, masks, refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
from nn.sequence_cases import ATTENTION, RECURRENT, numbers, projected

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.errors import DTypeError, OptionError, PositionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.optim import Adam

STORED = json.loads((Path(__file__).parent / "sequence_values.json").read_text())


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


def put(variable, seed):
    """The numbers of the cases as a weight."""
    variable.assign(numbers(variable.shape, seed).astype(np.float32))


def projection(y):
    """One number of a tensor, as `projected` of an array; gradients flow."""
    pattern = numbers(y.shape, 99, 1.0) / np.sqrt(max(y.size, 1))
    return (y * pattern.astype(np.float32)).sum()


def close(found, expected):
    """Within 1e-5 of the size of the numbers, as gradients are sums of many."""
    scale = max(1.0, *np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)


# ---- PyTorch -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("number", range(len(ATTENTION)))
def test_attention_is_that_of_pytorch(number, rng):
    case = ATTENTION[number]
    features, heads = case.heads
    kind = nn.TransformerBlock if case.layer == "block" else nn.MultiHeadAttention
    layer = kind(features, heads, causal=case.look == "causal", rng=rng)
    attention = layer.attention if case.layer == "block" else layer
    maps = [attention.query, attention.key, attention.value, attention.output]
    seen = [m.weight for m in maps] + [attention.output.bias]
    for i, linear in enumerate(maps):
        put(linear.weight, 1 + i)
        put(linear.bias, 11 + i)
    if case.layer == "block":
        for i, linear in enumerate((layer.widen, layer.narrow)):
            put(linear.weight, 5 + i)
            put(linear.bias, 15 + i)
        seen += [layer.widen.weight, layer.attention_norm.weight]
    shape = (case.batch, case.positions, features)
    x = pc.tensor(numbers(shape, 0, 2.0).astype(np.float32), requires_grad=True)
    inputs = [x]
    if case.layer == "attention":
        other = numbers((case.batch, case.keys(), features), 7, 2.0).astype(np.float32)
        inputs.append(other if case.look == "other" else None)
    part = projection(layer(*inputs, case.mask()))
    part.backward()
    found = [part.item(), *(projected(v.grad.numpy()) for v in (x, *seen))]
    close(found, STORED["attention"][number])


def test_there_are_enough_cases():
    assert len(RECURRENT) >= 300
    assert len(ATTENTION) >= 300


# ---- recurrent layers ----------------------------------------------------------------------


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


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_gradients_of_cells_are_central_differences(cell, rng):
    one = cell(1, 2, rng=rng)
    for i, weight in enumerate(one.parameters().values()):
        weight.assign(numbers(weight.shape, i).astype(np.float32))
    arrays = [w.numpy().astype(np.float64) for w in one.parameters().values()]

    def run(x, h, *weights):
        parts = iter(weights)
        twin = cell(1, 2, rng=pc.Generator(seed=0))
        for name in list(one.parameters()):
            object.__setattr__(twin, name, next(parts))
        state = (h,) * len(cell.state_names)
        return sum((part * part).sum() for part in twin.step(x, state))

    x, h = numbers((2, 1), 5), numbers((2, 2), 6)
    pc.check_gradients(run, x, h, *arrays)


def test_forget_gates_start_open_and_recurrent_weights_keep_lengths(rng):
    cell = nn.LSTMCell(3, 4, rng=rng)
    assert cell.bias.numpy().tolist() == [0.0] * 4 + [1.0] * 4 + [0.0] * 8
    u = cell.recurrent_weight.numpy()[:, 4:8]
    np.testing.assert_allclose(u.T @ u, np.eye(4), atol=1e-6)


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


# ---- attention -----------------------------------------------------------------------------


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_position_that_may_look_nowhere_takes_nothing(executor):
    x = numbers((1, 2, 3, 4), 0).astype(np.float32)
    mask = np.array([[True, False, True], [False] * 3, [True] * 3])
    run = pc.compile(f.scaled_dot_product_attention, executor=executor)
    y = run(x, x, x, mask).numpy()
    assert not y[:, :, 1].any()
    assert np.isfinite(y).all()
    changed = x.copy()
    changed[:, :, 1] = 9.0  # what nobody but position 2 sees
    np.testing.assert_array_equal(run(x, changed, changed, mask).numpy()[:, :, 0], y[:, :, 0])


def test_no_gradient_is_nan_where_nothing_may_be_looked_at():
    x = pc.tensor(numbers((2, 3, 4), 0), requires_grad=True)
    y = f.scaled_dot_product_attention(x, x, x, pc.tensor(np.zeros((3, 3), bool)))
    y.sum().backward()
    assert not x.grad.numpy().any()


def test_a_causal_position_knows_nothing_of_later_ones(rng):
    block = nn.TransformerBlock(8, 2, causal=True, rng=rng)
    x = numbers((1, 5, 8), 0).astype(np.float32)
    changed = x.copy()
    changed[:, 3:] = 1.0
    np.testing.assert_array_equal(block(x).numpy()[:, :3], block(changed).numpy()[:, :3])


def test_gradients_of_attention_are_central_differences():
    mask = np.array([[True, False, True], [True, True, True]])

    def run(q, k, v):
        return (f.scaled_dot_product_attention(q, k, v, pc.tensor(mask)) ** 2.0).sum()

    pc.check_gradients(run, numbers((2, 4), 0), numbers((3, 4), 1), numbers((3, 5), 2))


def test_attention_drops_out_in_training_alone(rng):
    layer = nn.MultiHeadAttention(8, 2, dropout=0.5, rng=rng)
    x = numbers((2, 5, 8), 0).astype(np.float32)
    assert (layer(x).numpy() == 0).any()
    layer.inference()
    np.testing.assert_array_equal(layer(x).numpy(), layer(x).numpy())
    assert not (layer(x).numpy() == 0).any()


def test_wrong_attention_is_refused(rng):
    with pytest.raises(OptionError, match=r"10 features, 3 heads.*split the features"):
        nn.MultiHeadAttention(10, 3, rng=rng)
    layer, x = nn.MultiHeadAttention(8, 2, rng=rng), np.zeros((2, 5, 8), np.float32)
    with pytest.raises(ShapeError, match=r"x \(2, 8\).*\(batch, positions, features=8\)"):
        layer(x[:, 0])
    with pytest.raises(ShapeError, match=r"context of shape \(1, 5, 8\).*same batch"):
        layer(x, x[:1])
    with pytest.raises(ShapeError, match=r"mask of shape \(2, 4\), bool.*\(2, 5\)"):
        layer(x, None, np.ones((2, 4), bool))
    with pytest.raises(ShapeError, match="causal attention with a context"):
        nn.MultiHeadAttention(8, 2, causal=True, rng=rng)(x, x)
    with pytest.raises(ShapeError, match=r"attention: query \(5, 8\), key \(5, 7\)"):
        f.scaled_dot_product_attention(*(pc.zeros((5, n)) for n in (8, 7, 8)))


# ---- embedding -----------------------------------------------------------------------------


@pytest.mark.parametrize("executor", EXECUTORS)
def test_only_the_rows_that_were_read_have_gradients(executor, rng):
    table = nn.Embedding(5, 3, rng=rng)
    ids = np.array([[1, 3, 1]])

    @pc.compile(executor=executor)
    def slope(ids):
        loss = (table(ids) * 2.0).sum()
        loss.backward()
        return table.weight.grad

    assert slope(ids).tolist() == [[0.0] * 3, [4.0] * 3, [0.0] * 3, [2.0] * 3, [0.0] * 3]
    np.testing.assert_array_equal(table(ids).numpy()[0, 1], table.weight.numpy()[3])


def test_ids_outside_the_table_are_refused(rng):
    table = nn.Embedding(5, 3, rng=rng)
    for wrong in (5, -1):
        message = rf"id {wrong} at \(1,\), and there are 5\. Ids lie between 0 and 4"
        with pytest.raises(PositionError, match=f"Embedding: {message}"):
            table(np.array([0, wrong]))
        for executor in ("native", "reference"):
            with pytest.raises(PositionError, match=message):
                pc.compile(table, executor=executor)(np.array([0, wrong]))
    with pytest.raises(DTypeError, match="float32, not integers"):
        table(np.zeros(2, np.float32))
    with pytest.raises(OptionError, match="Embedding: 0 ids"):
        nn.Embedding(0, 3, rng=rng)


# ---- groups, channels, ways round ------------------------------------------------------------


def test_groups_of_channels_have_mean_0_and_variance_1(rng):
    x = numbers((3, 6, 4, 5), 0) * 3 + 1
    y = nn.GroupNorm(2, 6, dtype="float64")(x).numpy().reshape(3, 2, 60)
    np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=-1), 1, rtol=1e-3)
    one, all_ = nn.GroupNorm(1, 6, dtype="float64"), x.reshape(3, -1)
    expected = (all_ - all_.mean(axis=1, keepdims=True)) / np.sqrt(
        all_.var(axis=1, keepdims=True) + 1e-5
    )
    np.testing.assert_allclose(one(x).numpy().reshape(3, -1), expected, rtol=1e-10)


def test_groups_scale_and_shift_each_channel():
    layer = nn.GroupNorm(3, 6)
    layer.weight.assign(np.arange(6, dtype=np.float32))
    layer.bias.assign(np.full(6, 2.0, np.float32))
    y = layer(numbers((2, 6, 7), 0).astype(np.float32)).numpy()
    assert (y[:, 0] == 2.0).all()
    assert y[:, 5].std() > 3.0


def test_wrong_groups_are_refused():
    with pytest.raises(OptionError, match="GroupNorm: 4 groups of 6 channels"):
        nn.GroupNorm(4, 6)
    with pytest.raises(ShapeError, match=r"\(2, 5, 3\): 5 != 6"):
        nn.GroupNorm(2, 6)(np.zeros((2, 5, 3), np.float32))


def test_whole_channels_are_off_in_training(rng):
    layer, x = nn.Dropout2d(0.3, rng=rng), np.ones((50, 20, 3, 3), np.float32)
    y = layer(x).numpy().reshape(1000, 9)
    assert (y == y[:, :1]).all()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.7)}
    assert 0.24 < np.mean(y[:, 0] == 0) < 0.36
    layer.inference()
    np.testing.assert_array_equal(layer(x).numpy(), x)
    with pytest.raises(ShapeError, match=r"\(4,\).*channels"):
        layer(np.ones(4, np.float32))


def test_a_way_round_is_added(rng):
    x = numbers((2, 3), 0).astype(np.float32)
    module, shortcut = nn.Linear(3, 4, rng=rng), nn.Linear(3, 4, rng=rng)
    expected = module(x).numpy() + shortcut(x).numpy()
    np.testing.assert_array_equal(nn.Residual(module, shortcut)(x).numpy(), expected)
    np.testing.assert_array_equal(nn.Residual(nn.Identity())(x).numpy(), 2 * x)
    with pytest.raises(ShapeError, match="do not broadcast"):
        nn.Residual(module)(x)
