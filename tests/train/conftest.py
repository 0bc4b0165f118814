"""A small task on which training takes milliseconds."""

import io
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import Callback, EpochRecord, Options, ProgressBar, Steps, Trainer
from pellucid.train.live import notebook as cells


def blobs(count: int, seed: int = 0, classes: int = 3) -> Dataset:
    """Points around one corner for each class; the same for the same seed."""
    numbers = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    corners = np.eye(classes, 4) * 2
    return from_arrays(
        numbers.normal(corners[labels], 0.7), labels, name=f"blobs {count}", classes=classes
    )


class Net(Module):
    """A hidden layer with dropout, whose masks count draws: state beyond the weights."""

    def __init__(self, seed: int = 0, dropout: float = 0.2) -> None:
        rng = Generator(seed)
        self.hidden = nn.Linear(4, 16, rng=rng)
        self.dropout = nn.Dropout(dropout, rng=rng)
        self.output = nn.Linear(16, 3, rng=rng)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.dropout(self.hidden(x).maximum(0.0)))


def make_trainer(**options: Any) -> Trainer:
    """A Trainer of Net on 70 blobs in batches of 16: four whole ones and one of 6.

    It runs on the reference executor, which needs no time for compiling.
    """
    model = Net()
    optimizer = Adam(model.parameters(), 0.01)
    usual = {"batch_size": 16, "seed": 3, "executor": "reference", "keep": "last"}
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), given)


class StopAt(Callback):
    """Ends training after a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        if trainer.position.step >= self.step:
            trainer.stop("enough")


def weights(trainer: Trainer) -> dict[str, Any]:
    """Every array of model and optimizer."""
    return trainer.model.state_dict() | trainer.optimizer.state_dict()


def assert_same_bits(a: dict[str, Any], b: dict[str, Any]) -> None:
    """Fail, naming the array, unless all are equal to the last bit."""
    assert list(a) == list(b)
    for name, array in a.items():
        np.testing.assert_array_equal(array, b[name], err_msg=name, strict=True)


@pytest.fixture
def make() -> Callable[..., Trainer]:
    """`make(**options)`: a new Trainer, always of the same task."""
    return make_trainer


@pytest.fixture
def same_bits() -> Callable[[Trainer, Trainer], None]:
    """`same_bits(a, b)` fails, naming the array, unless two trainers hold equal numbers."""

    def compare(a: Trainer, b: Trainer) -> None:
        assert_same_bits(weights(a), weights(b))

    return compare


# ---- notebooks ---------------------------------------------------------------------------


class Handle:
    """What a notebook shows under one id, and how often it was updated."""

    def __init__(self) -> None:
        self.pages: list[str] = []

    def update(self, shown: Any) -> None:
        self.pages.append(shown._repr_html_())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Handle]:
    """A notebook in which every update is drawn."""
    handles: list[Handle] = []

    def display(thing: Any, *, display_id: bool) -> Handle:
        assert display_id is True
        handles.append(Handle())
        handles[-1].update(thing)
        return handles[-1]

    shell: Any = ModuleType("IPython")
    shell.get_ipython = lambda: SimpleNamespace(kernel=object(), execution_count=7)
    place: Any = ModuleType("IPython.display")
    place.display = display
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", place)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setattr(cells, "SECONDS", 0.0)
    return handles


class Stream(io.StringIO):
    """Where text goes, and how much of it had come after each flush."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal
        self.flushed: list[str] = []

    def isatty(self) -> bool:
        return self.terminal

    def flush(self) -> None:
        self.flushed.append(self.getvalue())


Open = Callable[..., tuple[Stream, Stream]]


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Open:
    """Standard output and error; each a terminal, or a pipe."""

    def opened(out: bool, err: bool) -> tuple[Stream, Stream]:
        pair = Stream(terminal=out), Stream(terminal=err)
        monkeypatch.setattr(sys, "stdout", pair[0])
        monkeypatch.setattr(sys, "stderr", pair[1])
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("TERM", "xterm")
        return pair

    return opened


def fit(epochs: int, *callbacks: Callback, bar: ProgressBar | None = None) -> Trainer:
    trainer = make_trainer(metrics=(), callbacks=(bar or ProgressBar(), *callbacks))
    trainer.fit(epochs)
    return trainer


class Saying(Callback):
    """Prints, as a user's callback may."""

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        print("said", record.epoch)
