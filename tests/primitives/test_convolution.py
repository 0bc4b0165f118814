"""Convolutions: SciPy's correlations, both ways of computing, padding that cuts, dilations."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.signal import correlate

from pellucid.primitives import Convolution, convolution


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def by_scipy(x, w, **how):
    """Batch, groups and channels by hand, the sums of each by SciPy."""
    found = [
        [
            [sum(correlate(c, k, mode="valid") for c, k in zip(channels, kernel, strict=True))
             for kernel in kernels]
            for channels, kernels in zip(sample, w, strict=True)
        ]
        for sample in x
    ]  # fmt: skip
    return np.array(found)


CASES = [
    ((2, 2, 3, 6, 7), (2, 4, 3, 2, 3)),
    ((3, 1, 2, 5), (1, 2, 2, 5)),
    ((1, 1, 4, 3, 3), (1, 2, 4, 3, 3)),
]


@pytest.mark.parametrize(("x", "w"), CASES, ids=str)
def test_sums_of_products_are_scipys(x, w):
    x, w = numbers(*x), numbers(*w, seed=1)
    axes = x.ndim - 3
    ones, zeros = (1,) * axes, (0,) * axes
    y = Convolution(ones, zeros, zeros, ones, ones).forward(np, x, w)
    np.testing.assert_allclose(y, by_scipy(x, w), rtol=1e-12, atol=1e-12)


def spread(x, factor):
    """Zeros between the elements of the last axis."""
    y = np.zeros((*x.shape[:-1], (x.shape[-1] - 1) * factor + 1))
    y[..., ::factor] = x
    return y


NUMBERS = st.integers(1, 4)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_phases_give_what_an_image_with_zeros_in_it_gives(data):
    """Both axes by themselves: dilations, padding that cuts, kernels smaller than the gaps."""
    pairs = st.tuples(NUMBERS, NUMBERS)
    dilation, taps, sizes = (data.draw(pairs) for _ in range(3))
    edges = st.tuples(st.integers(-2, 4), st.integers(-2, 4))
    before, after = data.draw(edges), data.draw(edges)
    rule = Convolution((1, 1), before, after, dilation, (1, 1))
    x, w = numbers(2, 1, 2, *sizes), numbers(1, 3, 2, *taps, seed=1)
    assume(all(n >= t for n, t in zip(rule.room(x.shape), taps, strict=True)))
    spread_sizes = [(n - 1) * d + 1 for n, d in zip(sizes, dilation, strict=True)]
    wide = np.zeros((*x.shape[:3], *spread_sizes))
    wide[..., :: dilation[0], :: dilation[1]] = x
    plain = Convolution((1, 1), before, after, (1, 1), (1, 1))
    expected = plain.forward(np, wide, w)
    np.testing.assert_allclose(rule.forward(np, x, w), expected, rtol=1e-12, atol=1e-12)
    assert bool(rule.phases(x.shape, w.shape)) == (max(dilation) > 1)


def test_an_infinite_weight_meets_no_zero_between_elements():
    rule = Convolution((1,), (0,), (0,), (2,), (1,))
    x, w = np.ones((1, 1, 1, 3)), np.array([[[[1.0, np.inf]]]])
    np.testing.assert_array_equal(rule.forward(np, x, w)[0, 0, 0], [1, np.inf, 1, np.inf])


@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize(("inside", "apart"), [(1, 1), (2, 1), (1, 2), (3, 2)])
@pytest.mark.parametrize(("before", "after"), [(0, 0), (2, 1), (-3, 2), (1, -2)])
def test_strides_padding_and_dilations_are_those_of_arrays_made_so(
    stride, inside, apart, before, after
):
    x, w = numbers(2, 1, 2, 9), numbers(1, 3, 2, 2, seed=1)
    made = np.pad(spread(x, inside), [(0, 0)] * 3 + [(max(before, 0), max(after, 0))])
    made = made[..., max(-before, 0) : made.shape[-1] - max(-after, 0)]
    expected = by_scipy(made, spread(w, apart))[..., ::stride]
    rule = Convolution((stride,), (before,), (after,), (inside,), (apart,))
    np.testing.assert_allclose(rule.forward(np, x, w), expected, rtol=1e-12, atol=1e-12)


def test_a_few_samples_or_channels_at_a_time_give_the_same(monkeypatch):
    for x, w in (
        (numbers(5, 1, 2, 9), numbers(1, 3, 2, 2)),
        (numbers(1, 1, 7, 3), numbers(1, 2, 7, 3)),
    ):
        rule = Convolution((1,), (0,), (0,), (1,), (1,))
        whole = rule.forward(np, x, w)
        monkeypatch.setattr(convolution, "_PIECE", 1)
        np.testing.assert_allclose(rule.forward(np, x, w), whole, rtol=1e-12, atol=1e-12)
        monkeypatch.undo()


def test_no_samples_or_channels_give_zeros():
    rule = Convolution((1,), (0,), (0,), (1,), (1,))
    assert rule.forward(np, np.ones((0, 1, 2, 5)), np.ones((1, 3, 2, 2))).shape == (0, 1, 3, 4)
    assert not rule.forward(np, np.ones((1, 1, 0, 5)), np.ones((1, 3, 0, 2))).any()
