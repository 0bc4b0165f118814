"""Combinations of what training can be told, drawn: each goes on to the same bits wherever it ends.

    check_resumed     killed at drawn steps, it ends with the bits of a run that was not
    check_loop        it ends where the plain loop in NumPy does, in float64, to BOUND

`python -m train.grammar 2000` in `tests` draws so many, and prints which pairs of options met.
"""

import contextlib
import itertools
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from train import numpy_loop
from train.conftest import assert_same_bits, blobs
from train.drawn import Drawn, drawn, pairs, plain

from pellucid import augment, nn, optim
from pellucid.data import ClassBalanced, Dataset
from pellucid.executors.threads import set_threads, threads
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.optim import OPTIMIZERS
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import (
    Callback,
    EarlyStopping,
    ExponentialAverage,
    Frozen,
    GoBack,
    Options,
    Saving,
    SkipStep,
    Steps,
    Trainer,
    UniformAverage,
    Weights,
    pace,
)

BOUND = 1e-10  # of the largest weight
EPOCHS = 3
SAMPLES = 38  # four batches of 8 and one of 6


class Small(Module):
    """A hidden layer, with dropout and batch norm where they are drawn."""

    def __init__(self, found: Drawn) -> None:
        self.found = found
        self.inner = nn.Linear(4, 6, dtype=found.dtype)
        if found.batch_norm:
            self.norm = nn.BatchNorm(6, dtype=found.dtype)
        self.dropout = nn.Dropout(found.dropout)
        self.outer = nn.Linear(6, 3, dtype=found.dtype)

    def forward(self, x: Tensor) -> Tensor:
        h = self.inner(x.astype(self.found.dtype))
        h = self.norm(h) if self.found.batch_norm else h
        return self.outer(self.dropout(h.tanh()))


class Killed(BaseException):
    """As if the process ended: nothing is saved any more."""


class KillAt(Callback):
    """Kills a run after a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        if trainer.position.step >= self.step:
            raise Killed


def data_of(found: Drawn) -> Dataset:
    """Samples; of poisoned ones, one has a feature that is not finite."""
    data = blobs(SAMPLES)
    if found.poisoned:
        features = data.features.copy()
        features[found.seed % SAMPLES, 1] = np.inf
        vars(data)["features"] = features
    return data


def weights_of(found: Drawn) -> Weights:
    """Weights of samples, of classes, or none."""
    samples = np.linspace(0.2, 3.0, SAMPLES) if found.weights == "samples" else None
    return Weights(samples, [1.0, 3.0, 0.5] if found.weights == "classes" else None)


def optimizer_of(found: Drawn, model: Module) -> Any:
    """An optimizer with all that is drawn of it."""
    rates = {
        "number": 0.02,
        "cosine": optim.CosineDecay(0.02, 9, 0.002),
        "steps": optim.StepDecay(0.02, every=4, factor=0.5),
    }
    clips = {"value": optim.ByValue(0.02), "global norm": optim.ByGlobalNorm(0.1)}
    noise = optim.GradientNoise(variance=1e-4, rng=Generator(found.seed))
    rules = {"max norm": optim.MaxNorm(1.5), "noise": noise}
    biases = optim.Group(lambda path, w: path.endswith("bias"), factor=2.0)
    made = OPTIMIZERS[found.optimizer](
        model.parameters(),
        rates[found.schedule],
        l2=found.l2,
        weight_decay=found.decay,
        clip=clips.get(found.clip or ""),
        rules=[rules[found.rule]] if found.rule else [],
        groups=[biases] if found.groups else [],
    )
    return optim.SAM(made) if found.sam else made


def trainer(found: Drawn, folder: Path | None, *callbacks: Callback) -> Trainer:
    """The Trainer of a combination."""
    model = Small(found)
    if found.frozen is not None:
        since, until = found.frozen
        callbacks = (Frozen(model.inner, since=since, until=until), *callbacks)
    averages = {
        "exponential": ExponentialAverage(0.8),
        "uniform": UniformAverage(start=3, every=2),
    }
    recoveries = {"skip": SkipStep(), "go back": GoBack(every=3)}
    saving = None
    if folder is not None:
        saving = Saving(folder, every_seconds=0.0 if found.often else 1e9, report=False)
    options = Options(
        found.batch,
        found.micro_batch,
        seed=found.seed,
        shuffle=found.shuffle,
        drop_last=found.drop_last,
        weights=weights_of(found),
        early_stopping=EarlyStopping(2) if found.stopping else None,
        keep=found.keep,
        average=averages.get(found.average or ""),
        not_finite=recoveries.get(found.not_finite or ""),
        mixing=augment.Mixup(0.4) if found.mixing else None,
        sampling=ClassBalanced() if found.balanced else None,
        callbacks=callbacks,
        saving=saving,
        executor=found.executor,
        lint=False,
    )
    optimizer = optimizer_of(found, model)
    return Trainer(model, cross_entropy, optimizer, data_of(found), blobs(20, seed=1), options)


@contextlib.contextmanager
def _as_before() -> Iterator[None]:
    """Warnings are not shown inside; threads are as many as before, afterwards."""
    count = threads()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            set_threads(count)


def check_resumed(found: Drawn) -> None:
    """Fail unless a run that is killed, and gone on with, ends with the same bits."""
    with tempfile.TemporaryDirectory() as folder, _as_before():
        set_threads(found.threads)
        whole = trainer(found, Path(folder, "whole"))
        whole.fit(EPOCHS)
        set_threads(3 - found.threads)  # which decides no bit
        killed = Path(folder, "killed")
        for step in found.kills:
            _fit(found, killed, KillAt(step))
        again = _fit(found, killed)
        for file in ("metrics.jsonl", "model.safetensors"):
            assert (killed / file).read_bytes() == Path(folder, "whole", file).read_bytes(), file
        states = [{n: v.numpy() for n, v in t.variables().items()} for t in (whole, again)]
        assert_same_bits(*states)


def _fit(found: Drawn, folder: Path, *callbacks: Callback) -> Trainer:
    made = trainer(found, folder, *callbacks)
    if (folder / "config.json").exists():
        made.resume()
    with contextlib.suppress(Killed):
        made.fit(EPOCHS)
    return made


def check_loop(found: Drawn) -> None:
    """Fail unless weights and their average are those of the plain loop."""
    found = plain(found)
    made = trainer(found, None)
    made.model.inference()
    start = {name: p.numpy() for name, p in made.model.parameters().items()}
    given = weights_of(found).of(made.train)
    weights = np.ones(SAMPLES) if given is None else given.astype(np.float64)
    last, average = numpy_loop.looped(start, made.train, weights, found, EPOCHS)
    made.fit(EPOCHS)
    for name, p in made.model.parameters().items():
        size = np.abs(average[name]).max()
        assert np.abs(p.numpy() - average[name]).max() <= BOUND * size, name
    if found.average is None:
        assert last is average


def main(count: int, first: int = 0) -> None:
    """Draw combinations, check each, and print which pairs met."""
    pace.TARGET_SECONDS = 0.0  # so that a kill can come after any step
    met: Counter[tuple[str, str]] = Counter()
    for number in range(first, first + count):
        found = drawn(number)
        try:
            check_resumed(found)
            check_loop(found)
        except BaseException:
            print(f"combination {number}: {found}", flush=True)
            raise
        met.update(pairs(found))
    words = sorted({word for pair in met for word in pair})
    possible = [(a, b) for a, b in itertools.combinations(words, 2) if _option(a) != _option(b)]
    never = [pair for pair in possible if not met[pair] and not met[pair[::-1]]]
    print(f"{count} combinations: the same bits after each kill, and the loop's weights")
    print(f"{len(possible) - len(never)} of {len(possible)} pairs of options met; these did not:")
    print(*(f"  {a} with {b}" for a, b in never), sep="\n")


def _option(word: str) -> str:
    return word.partition("=")[0]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
