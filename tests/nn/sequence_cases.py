"""Cases of recurrent layers and attention: sizes and options, and numbers made by formula.

Both the tests and the script that asks PyTorch build the same inputs and weights from here.
"""

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

SIZES = (
    (1, 1, 1, 1),
    (2, 3, 4, 5),
    (3, 5, 2, 3),
    (1, 7, 3, 4),
    (4, 2, 5, 2),
    (5, 4, 1, 6),
    (2, 6, 6, 1),
)
SIZES += (
    (3, 1, 3, 3),
    (1, 2, 2, 7),
    (6, 3, 3, 2),
    (2, 9, 2, 2),
    (2, 2, 8, 3),
    (3, 4, 4, 4),
    (1, 5, 5, 5),
)
HEADS = ((4, 1), (8, 2), (12, 3), (6, 6), (10, 5))


@dataclass(frozen=True)
class RecurrentCase:
    """A recurrent layer: (batch, time, in_features, hidden_features), and its options."""

    kind: str
    sizes: tuple[int, int, int, int]
    layers: int
    bidirectional: bool
    varied: bool
    from_state: bool = False

    def states(self):
        """What it starts with, (layers directions, batch, hidden_features): h, and c of an LSTM."""
        count = self.layers * (1 + self.bidirectional)
        shape = (count, self.sizes[0], self.sizes[3])
        return [numbers(shape, 70 + i) for i in range(1 + (self.kind == "LSTM"))]

    def lengths(self):
        """A length for each row, the longest that of the batch; None where all are whole."""
        batch, time = self.sizes[:2]
        return [time - (2 * row) % time for row in range(batch)] if self.varied else None


@dataclass(frozen=True)
class AttentionCase:
    """A layer of attention: batch and positions, features and heads, and its options."""

    layer: str  # "attention" or "block"
    heads: tuple[int, int]
    batch: int
    positions: int
    look: str  # "self", "causal", "other"
    masked: bool

    def mask(self):
        """True for positions that are there: at least the first of each row."""
        keys = self.keys()
        rows = [[p <= (row + 2) % keys or p == 0 for p in range(keys)] for row in range(self.batch)]
        return np.array(rows) if self.masked else None

    def keys(self):
        """Positions of the context."""
        return self.positions + 2 if self.look == "other" else self.positions


RECURRENT = [
    RecurrentCase(*case)
    for case in product(("RNN", "LSTM", "GRU"), SIZES, (1, 2), (False, True), (False, True))
]
FROM_STATE = [
    RecurrentCase(*case, True)
    for case in product(("RNN", "LSTM", "GRU"), SIZES[1:5], (1, 2), (False, True), (False, True))
]
ATTENTION = [
    AttentionCase("attention", *case)
    for case in product(HEADS, (1, 3), (1, 4, 7), ("self", "causal", "other"), (False, True))
] + [
    AttentionCase("block", *case)
    for case in product(HEADS, (1, 3), (1, 4, 7), ("self", "causal"), (False, True))
]


def numbers(shape, seed, scale=0.5):
    """Numbers without pattern between -scale and scale, the same everywhere."""
    places = np.arange(int(np.prod(shape)), dtype=np.float64) + 1.0
    return scale * np.sin(places * (1.0 + 0.37 * seed) + places**2 * 0.618).reshape(shape)


def projected(array):
    """One number that tells arrays of a shape apart, of the size of their entries."""
    array = np.asarray(array, np.float64)
    return float((array * numbers(array.shape, 99, 1.0)).sum() / np.sqrt(max(array.size, 1)))


STORED = json.loads(Path(__file__).with_name("sequence_values.json").read_text())


def put(variable: Any, seed: int) -> None:
    """The numbers of the cases as a weight."""
    variable.assign(numbers(variable.shape, seed).astype(np.float32))


def projection(y: Any) -> Any:
    """One number of a tensor, as `projected` of an array; gradients flow."""
    pattern = numbers(y.shape, 99, 1.0) / np.sqrt(max(y.size, 1))
    return (y * pattern.astype(np.float32)).sum()


def close(found: Any, expected: Any) -> None:
    """Within 1e-5 of the size of the numbers, as gradients are sums of many."""
    scale = max(1.0, *np.abs(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * scale)
