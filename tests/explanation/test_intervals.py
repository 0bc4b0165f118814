"""Intervals of expressions, known by hand, and that drawn numbers lie in them."""

import math

import numpy as np
import pytest
from explanation.table import expression, letters, value

from pellucid.explanation.intervals import interval

EVERYWHERE = (-math.inf, math.inf)
KNOWN = {
    "x": EVERYWHERE,
    "x.exp()": (0.0, math.inf),
    "x.sigmoid()": (0.0, 1.0),
    "2.0 * x.sigmoid() + 1.0": (1.0, 3.0),
    "1.0 - 2.0 * x.sigmoid()": (-1.0, 1.0),
    "x.exp() * y.exp()": (0.0, math.inf),
    "x.tanh() + y.tanh()": (-2.0, 2.0),
    "x.exp().sum(axis=0, keepdims=True)": (0.0, math.inf),
    "x.tanh().sum(axis=0, keepdims=True)": EVERYWHERE,
    "x * y.exp()": EVERYWHERE,
}


@pytest.mark.parametrize("text", KNOWN)
def test_an_interval_is_what_it_is_by_hand(text):
    assert interval(expression(text, {})) == KNOWN[text]


@pytest.mark.parametrize("text", KNOWN)
def test_numbers_lie_in_their_interval(text):
    low, high = interval(expression(text, {}))
    drawn = np.asarray(value(text, letters({}, 0)))
    assert low < drawn.min()
    assert drawn.max() < high
