"""Thirty networks to be explained: the catalogue, and drawn ones with what networks are made of.

Drawn ones have branches, shared weights, recurrence, attention, normalisation and dropout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import pellucid as pc
from pellucid import functional, nn
from pellucid.data import Form
from pellucid.models import MODELS

DRAWN = 18


@dataclass(frozen=True)
class Network:
    """A loss as a function of one batch, the model in it, and the batch."""

    name: str
    model: nn.Module
    loss: Callable[..., Any]
    batch: tuple[Any, ...]

    def __call__(self, x: Any, t: Any) -> Any:
        return self.loss(self.model(x), t)


def names() -> list[str]:
    """Of all thirty."""
    return [*MODELS, *(f"drawn-{i}" for i in range(DRAWN))]


def network(name: str) -> Network:
    """A network by its name."""
    return _of_catalogue(name) if name in MODELS else _drawn(name)


def _of_catalogue(name: str) -> Network:
    kind, rng = MODELS[name], np.random.default_rng(3)
    if kind.takes == "text":
        form = Form((12,), 7, vocabulary=7, target_shape=(12,))
        x = rng.integers(0, 7, (3, 12))
        t: Any = rng.integers(0, 7, (3, 12))
    else:
        shape = (6,) if kind.takes == "numbers" else (1, 16, 16)
        form = Form(shape, 3)
        x = rng.normal(size=(4, *shape)).astype(np.float32)
        t = rng.integers(0, 3, 4)
    model = kind.built(form, kind.options(), pc.Generator(5))
    return Network(name, model.inference(), kind.loss or functional.cross_entropy, (x, t))


class Branches(nn.Module):
    """Two ways that meet, one with weights that are used twice, and what was asked for."""

    def __init__(self, rng: np.random.Generator) -> None:
        seed = pc.Generator(int(rng.integers(100)))
        self.shared = nn.Linear(5, 5, rng=seed)
        self.side = nn.Linear(5, 5, rng=seed)
        self.norm = nn.LayerNorm(5) if rng.random() < 0.5 else nn.BatchNorm(5)
        self.drop = nn.Dropout(0.3, rng=pc.Generator(4))
        self.out = nn.Linear(5, 3, rng=seed)
        self.depth = int(rng.integers(1, 4))
        self.activation = [functional.tanh, functional.relu, functional.sigmoid, functional.gelu][
            int(rng.integers(4))
        ]

    def forward(self, x: Any) -> Any:
        for _ in range(self.depth):
            x = x + self.activation(self.shared(x)) * functional.sigmoid(self.side(x))
        return self.out(self.drop(self.norm(x)))


class Sequences(nn.Module):
    """A recurrent layer, then attention over its steps, or its last step."""

    def __init__(self, rng: np.random.Generator) -> None:
        seed = pc.Generator(int(rng.integers(100)))
        kind = [nn.RNN, nn.LSTM, nn.GRU][int(rng.integers(3))]
        self.steps = kind(5, 4, rng=seed)
        self.attention = nn.MultiHeadAttention(4, 2, rng=seed) if rng.random() < 0.7 else None
        self.out = nn.Linear(4, 3, rng=seed)

    def forward(self, x: Any) -> Any:
        y = self.steps(x)
        y = y[0] if isinstance(y, tuple) else y
        if self.attention is not None:
            y = y + self.attention(y)
        return self.out(y.mean(axis=1))


def _drawn(name: str) -> Network:
    rng = np.random.default_rng(int(name.rpartition("-")[2]))
    recurrent = rng.random() < 0.4
    model: nn.Module = Sequences(rng) if recurrent else Branches(rng)
    shape = (4, 6, 5) if recurrent else (4, 5)
    x = rng.normal(size=shape).astype(np.float32)
    if rng.random() < 0.3:
        t: Any = rng.normal(size=(4, 3)).astype(np.float32)
        return Network(name, model, functional.mean_squared_error, (x, t))
    return Network(name, model, functional.cross_entropy, (x, rng.integers(0, 3, 4)))
