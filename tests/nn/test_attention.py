"""Attention layers: PyTorch's numbers, what may be looked at, dropout, refusals."""

import numpy as np
import pytest
from nn.sequence_cases import (
    ATTENTION,
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
from pellucid.errors import OptionError, ShapeError


@pytest.fixture
def rng():
    return pc.Generator(seed=0)


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


def test_a_causal_position_knows_nothing_of_later_ones(rng):
    block = nn.TransformerBlock(8, 2, causal=True, rng=rng)
    x = numbers((1, 5, 8), 0).astype(np.float32)
    changed = x.copy()
    changed[:, 3:] = 1.0
    np.testing.assert_array_equal(block(x).numpy()[:, :3], block(changed).numpy()[:, :3])


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
