"""Runs of users' own classes, of every kind of data: what several tests of commands ask of.

KINDS, SAMPLES    the model, loss and data of each kind, and a sample as it is typed
trained           such a run, of one epoch
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pellucid import functional, nn
from pellucid.data import Dataset, from_arrays
from pellucid.optim import Adam
from pellucid.train import AbsoluteError, Accuracy, Options, Saving, Trainer

NUMBERS = np.random.default_rng(0)


class Net(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        self.inner = nn.Linear(inputs, 6)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(6, outputs)

    def forward(self, x: Any) -> Any:
        return self.output(self.dropout(functional.relu(self.inner(x))))


class Pictures(nn.Module):
    def __init__(self) -> None:
        self.convolution = nn.Conv2d(3, 4, 3)
        self.output = nn.Linear(4, 2)

    def forward(self, x: Any) -> Any:
        return self.output(functional.relu(self.convolution(x)).mean(axis=(2, 3)))


class Two(nn.Module):
    def __init__(self) -> None:
        self.left, self.right = nn.Linear(3, 2), nn.Linear(2, 2)

    def forward(self, x: Any, z: Any) -> Any:
        return self.left(x) * self.right(z)


class Text(nn.Module):
    def __init__(self) -> None:
        self.embedding = nn.Embedding(5, 4)
        self.lstm = nn.LSTM(4, 6)
        self.output = nn.Linear(6, 5)

    def forward(self, ids: Any) -> Any:
        return self.output(self.lstm(self.embedding(ids))[0])


def named(*names: str) -> np.ndarray[Any, Any]:
    return np.array(names)[np.arange(24) % len(names)]


def own(y: Any, t: Any) -> Any:
    """A loss that does not say what the outputs are."""
    return functional.cross_entropy(y, t)


X = NUMBERS.normal(size=(24, 4))
IDS = NUMBERS.integers(0, 5, (24, 7))
LINE = np.linspace(0, 1, 24)[:, None]
TWO = from_arrays(X[:, :3], named("a", "b"), name="two").with_inputs(X[:, :2].astype(np.float32))
KINDS: dict[str, tuple[Callable[[], Any], Any, Dataset]] = {
    "arrays": (
        lambda: Net(4, 3),
        functional.cross_entropy,
        from_arrays(X, named("cat", "dog", "eel"), name="pets"),
    ),
    "own loss": (lambda: Net(4, 2), own, from_arrays(X, named("no", "yes"))),
    "one output": (
        lambda: Net(4, 1),
        functional.binary_cross_entropy,
        from_arrays(X, named("no", "yes")),
    ),
    "numbers": (
        lambda: Net(1, 2),
        functional.mean_squared_error,
        from_arrays(LINE, np.hstack([LINE, 2 * LINE]), classes=0),
    ),
    "pictures": (
        Pictures,
        functional.cross_entropy,
        from_arrays(NUMBERS.uniform(size=(24, 3, 8, 8)), named("dark", "light")),
    ),
    "several inputs": (Two, functional.cross_entropy, TWO),
    "text": (
        Text,
        functional.cross_entropy,
        from_arrays(IDS, (IDS + 1) % 5, classes=5, vocabulary=5),
    ),
}
SAMPLES = {
    "arrays": "1,2,-3,4",
    "own loss": "1,2,-3,4",
    "one output": "1,2,-3,4",
    "numbers": "0.5",
    "several inputs": "1,2,3,4,5",
    "text": "1,2,3,4,0,1,2",
}


def trained(kind: str, folder: Path, *, graph: bool = True) -> Trainer:
    make, loss, data = KINDS[kind]
    model = make()
    metrics = (Accuracy() if data.classes else AbsoluteError(),)
    options = Options(
        batch_size=12,
        metrics=() if kind == "own loss" else metrics,
        executor="reference",
        saving=Saving(folder, report=False, graph=graph),
    )
    trainer = Trainer(model, loss, Adam(model.parameters()), data, options=options)
    trainer.fit(1)
    return trainer
