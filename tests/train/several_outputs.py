"""A model with two outputs, and data with two targets, for tests."""

from typing import Any

import numpy as np

from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.nn import Module
from pellucid.optim import SAM, Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import AbsoluteError, Accuracy, Losses, Options, Trainer

WEIGHTS = {"box": 0.25}


class Two(Module):
    """A class and a box from one body with dropout; as a dict, or as a tuple."""

    def __init__(self, kind: type = dict) -> None:
        rng = Generator(0)
        self.as_kind = kind.__name__
        self.body = nn.Linear(4, 16, rng=rng)
        self.dropout = nn.Dropout(0.2, rng=rng)
        self.kind = nn.Linear(16, 3, rng=rng)
        self.box = nn.Linear(16, 2, rng=rng)

    def forward(self, x: Tensor) -> Any:
        h = self.dropout(self.body(x).maximum(0.0))
        kind, box = self.kind(h), self.box(h)
        return (kind, box) if self.as_kind == "tuple" else {"box": box, "kind": kind}


def boxes(count: int, seed: int = 0) -> Dataset:
    """Points around a corner for each kind, with a box that depends on the point."""
    numbers = np.random.default_rng(seed)
    kinds = np.arange(count) % 3
    x = numbers.normal(np.eye(3, 4)[kinds] * 2, 0.7)
    return from_arrays(x, {"kind": kinds, "box": 2 * x[:, :2] + 1}, name="boxes")


def losses(**changes: Any) -> Losses:
    given: dict[str, Any] = {"kind": cross_entropy, "box": mean_squared_error}
    return Losses(given | changes, weights=WEIGHTS)


def make_two(
    executor: str = "reference",
    loss: Any = None,
    model: Any = None,
    sharp: bool = False,
    **options: Any,
) -> Trainer:
    """A Trainer of it: 70 samples in batches of 16; with SAM, which looks at what is `sharp`."""
    model = Two() if model is None else model
    usual: dict[str, Any] = {
        "batch_size": 16,
        "seed": 3,
        "keep": "last",
        "metrics": {"kind": (Accuracy(),), "box": (AbsoluteError(),)},
    }
    given = Options(executor=executor, **usual | options)
    descent: Any = Adam(model.parameters(), 0.01)
    descent = SAM(descent, 0.05) if sharp else descent
    return Trainer(model, loss or losses(), descent, boxes(70), boxes(30, 1), given)
