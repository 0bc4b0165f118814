"""Masks of lengths: by hand, where they reach, and what is refused."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid import nn
from pellucid.errors import DTypeError, ShapeError
from pellucid.executors import EXECUTORS

LENGTHS = np.array([3, 0, 5])
MASK = [[1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_the_first_steps_of_each_row_are_there(dtype, executor):
    found = pc.compile(lambda n: f.length_mask(n, 5), executor=executor)(LENGTHS.astype(dtype))
    assert found.numpy().astype(int).tolist() == MASK


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_stands_behind_the_ends_reaches_neither_attention_nor_recurrence_nor_loss(executor):
    rng = pc.Generator(seed=0)
    attention, recurrence = nn.MultiHeadAttention(4, 2, rng=rng), nn.GRU(4, 4, rng=rng)
    ids = np.array([[0, 1, 2, 3, 0]] * 3)

    def loss(x, lengths):
        mask = f.length_mask(lengths, 5)
        outputs, state = recurrence(attention(x, mask=mask), lengths)
        each = f.cross_entropy(outputs, ids, weights=mask)
        return each + (state * state).mean()

    both = pc.compile(pc.value_and_grad(loss), executor=executor)
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    others = np.where(np.array(MASK, bool)[:, :, None], x, 100.0).astype(np.float32)
    (value, slope), (other_value, other_slope) = both(x, LENGTHS), both(others, LENGTHS)
    assert value.item() == other_value.item()
    assert np.array_equal(slope.numpy(), other_slope.numpy())
    behind = ~np.array(MASK, bool)
    assert not slope.numpy()[behind].any()
    assert (slope.numpy()[~behind] != 0.0).any(axis=-1).all()


def test_lengths_that_are_none_are_refused():
    with pytest.raises(DTypeError, match=r"length_mask: lengths of float32\. They count steps"):
        f.length_mask([1.0, 2.0], 3)
    with pytest.raises(ShapeError, match=r"lengths of shape \(1, 2\)\. There is one number"):
        f.length_mask([[1, 2]], 3)
    with pytest.raises(ShapeError, match=r"lengths from 1 to 4 .* from 0 to 3 steps"):
        f.length_mask([1, 4], 3)
    with pytest.raises(ShapeError, match=r"lengths from -1 to 2 .* from 0 to 3 steps"):
        f.length_mask([-1, 2], 3)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_masked_mean_is_that_of_each_row_cut_at_its_end(executor):
    x = np.random.default_rng(0).normal(size=(3, 5, 2))
    wild = np.where(np.array(MASK, bool)[:, :, None], x, np.nan)

    def mean(x, lengths):
        return f.masked_mean(x, f.length_mask(lengths, 5))

    slopes = pc.grad(lambda x, n: mean(x, n).sum())
    program = pc.compile(lambda x, n: (mean(x, n), slopes(x, n)), executor=executor)
    found, slope = (y.numpy() for y in program(wild, LENGTHS))
    expected = [
        row[:n].mean(axis=0) if n else np.zeros(2) for row, n in zip(x, LENGTHS, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    shares = np.array(MASK) / np.maximum(LENGTHS, 1)[:, None]
    np.testing.assert_allclose(slope, np.repeat(shares[:, :, None], 2, axis=2))
    pc.check_gradients(lambda x: f.masked_mean(x, np.array(MASK, bool)), x)


def test_a_mask_that_does_not_fit_is_refused():
    x = np.zeros((3, 5, 2))
    with pytest.raises(DTypeError, match=r"mask of int64\..*functional\.length_mask"):
        f.masked_mean(x, MASK)
    with pytest.raises(ShapeError, match=r"x of shape \(3, 5, 2\), mask of shape \(2, 5\)"):
        f.masked_mean(x, np.array(MASK[:2], bool))
