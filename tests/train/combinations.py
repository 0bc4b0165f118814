"""Combinations of what a training may be told, drawn, resumed and compared with a plain loop.

    python -m train.combinations 2000    in `tests`: so many, and which pairs of options were met

OPTIONS     what each option may be
drawn       one combination; `Combination` trains it, and kills and resumes it
"""

import argparse
import itertools
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from train import plain_training
from train.plain_training import BATCH, EPOCHS, KEPT, SCHEDULES

import pellucid as pc
from pellucid import nn, optim
from pellucid.augment import Mixup
from pellucid.data import ClassBalanced, from_arrays, from_sequences
from pellucid.functional import cross_entropy
from pellucid.train import (
    Callback,
    ExponentialAverage,
    Frozen,
    GoBack,
    Options,
    ReduceOnPlateau,
    Saving,
    SkipStep,
    Trainer,
    UniformAverage,
    Weights,
)

SAMPLES, FEATURES, HIDDEN, CLASSES, STEPS = 23, 4, 5, 3, 5
NONE = "none"
OPTIONS: dict[str, tuple[str, ...]] = {
    "optimizer": (*plain_training.UPDATES, "SAM", "ScheduleFreeSGD", "Muon"),
    "rate": ("number", *SCHEDULES, "on-plateau"),
    "groups": (NONE, "factor", "own-rate", "own-schedule", "own-decay"),
    "micro_batch": (NONE, *"1234567", "8"),
    "clip": (NONE, "ByValue", "ByNorm", "ByGlobalNorm"),
    "average": (NONE, "exponential", "uniform", "late", "seldom"),
    "rule": (NONE, "l1", "l2", "weight_decay", "Proximal", "MaxNorm", "GradientNoise"),
    "weights": (NONE, "samples", "classes"),
    "network": ("tanh", "sequence", "dropout", "batch-norm"),
    "data": ("shuffled", "in-order", "drop-last", "balanced", "mixed"),
    "frozen": (NONE, "at-first", "at-last"),
    "not_finite": (NONE, "skip", "go-back", "skip-met", "go-back-met"),  # where a sample is nan
    "executor": ("reference", "native-1", "native-2"),
}
# What the loop in NumPy does not do: it compares the others alone.
BEYOND_THE_LOOP = {
    "optimizer": {"SAM", "ScheduleFreeSGD", "Muon"},
    "rate": {"on-plateau"},
    "rule": {"GradientNoise"},
    "network": {"dropout", "batch-norm"},
    "data": {"balanced", "mixed"},
}
# Pairs without meaning, which are refused; of these two, the first gives way.
FREE, SIZES_THAT_LEAVE_ONE = ("ScheduleFreeSGD",), (*"12367",)
REFUSED: dict[Any, str] = {
    (("average", ("exponential", "uniform", "late", "seldom")), ("optimizer", FREE)): "average",
    (("rule", ("Proximal", "MaxNorm")), ("optimizer", FREE)): "changes weights beside the update",
    (("micro_batch", (*"12345678",)), ("data", ("mixed",))): "mixed with others of their part",
    (
        ("micro_batch", SIZES_THAT_LEAVE_ONE),
        ("network", ("batch-norm",)),
    ): "Training needs at least 2",
    (("weights", ("classes",)), ("data", ("balanced",))): "would count more twice",
    (("data", ("balanced",)), ("network", ("sequence",))): "the one class of each sample",
    (("data", ("mixed",)), ("network", ("sequence",))): "has several inputs",
    (("groups", ("own-schedule",)), ("rate", ("on-plateau",))): "sets the rate of each update",
}
# What the loop in NumPy has otherwise: LAMB's decay stands inside its direction.
BOUND = 1e-8  # of the largest weight: what rounding in float64 may come to in a training


class Net(nn.Module):
    """Two layers in float64, of data in float32."""

    def __init__(self, kind: str) -> None:
        rng = pc.Generator(5)
        self.hidden = nn.Linear(FEATURES, HIDDEN, rng=rng, dtype="float64")
        self.norm = nn.BatchNorm(HIDDEN, dtype="float64") if kind == "batch-norm" else None
        self.dropout = nn.Dropout(0.3, rng=rng) if kind == "dropout" else None
        classes = CLASSES + (kind == "sequence")  # one that stands behind the ends
        self.output = nn.Linear(HIDDEN, classes, rng=rng, dtype="float64")

    def forward(self, x: pc.Tensor, lengths: Any = None) -> pc.Tensor:
        a = self.hidden(x.astype("float64"))
        if lengths is not None:
            return self.output(pc.stack(list(self._states(a)), axis=1))
        h = a.tanh()
        h = h if self.norm is None else self.norm(h)
        h = h if self.dropout is None else self.dropout(h)
        return self.output(h)

    def _states(self, a: pc.Tensor) -> Iterator[pc.Tensor]:
        h = a[:, 0].tanh()
        yield h
        for t in range(1, a.shape[1]):
            h = (a[:, t] + KEPT * h).tanh()
            yield h


class Kill(Callback):
    """Leaves what a killed process would: the run folder as it is after some update."""

    def __init__(self, folder: Path, to: Path, step: int) -> None:
        self.folder, self.to, self.step = folder, to, step

    def after_steps(self, trainer: Any, steps: Any) -> None:
        if trainer.position.step >= self.step and not self.to.exists():
            shutil.copytree(self.folder, self.to)


@dataclass(frozen=True)
class Combination:
    """What each option is, and after which update the process is killed."""

    options: dict[str, str]
    seed: int
    killed: int
    every: int
    folder: Path = field(repr=False)

    def data(self) -> Any:
        data = self._sound_data()
        if self.options["not_finite"].endswith("-met"):
            features = data.features.copy()
            features[self.seed % SAMPLES].flat[1] = np.nan
            vars(data)["features"] = features  # a Dataset itself refuses it
        return data

    def _sound_data(self) -> Any:
        rng = np.random.default_rng(self.seed)
        labels = np.arange(SAMPLES) % CLASSES
        x = rng.normal(np.eye(CLASSES, FEATURES)[labels], 0.7).astype(np.float32)
        if self.options["network"] != "sequence":
            return from_arrays(x, labels, classes=CLASSES)
        parts = [
            rng.normal(size=(1 + i % STEPS, FEATURES)).astype(np.float32) for i in range(SAMPLES)
        ]
        ids = [rng.integers(0, CLASSES, len(part)) for part in parts]
        return from_sequences(parts, ids, classes=CLASSES, steps=STEPS)

    def model(self) -> Net:
        return Net(self.options["network"])

    def trainer(self, model: Net, folder: Path | None, *callbacks: Callback) -> Trainer:
        """A trainer of a model; OptionError where a pair of options has no meaning."""
        told = self.options
        saving = None
        if folder is not None:
            saving = Saving(folder, report=False, graph=False, every_steps=self.every)
        plateau = (ReduceOnPlateau(0.5, patience=1),) if told["rate"] == "on-plateau" else ()
        frozen = {NONE: (), "at-first": (Frozen(model.hidden, until=2),),
                  "at-last": (Frozen(model.hidden, since=2),)}[told["frozen"]]  # fmt: skip
        options = Options(
            batch_size=BATCH, seed=self.seed, metrics=(), keep="last", lint=False, saving=saving,
            executor=told["executor"].partition("-")[0], callbacks=(*plateau, *frozen, *callbacks),
            shuffle=told["data"] != "in-order", drop_last=told["data"] == "drop-last",
            micro_batch=None if told["micro_batch"] == NONE else int(told["micro_batch"]),
            average=self._average(), weights=self._weights(),
            sampling=ClassBalanced() if told["data"] == "balanced" else None,
            mixing=Mixup() if told["data"] == "mixed" else None,
            not_finite={NONE: None, "skip": SkipStep(most=99), "go-back": GoBack(every=3, most=99)}[
                told["not_finite"].removesuffix("-met")
            ],
        )  # fmt: skip
        is_sequence = told["network"] == "sequence"
        loss = partial(cross_entropy, ignore_index=CLASSES) if is_sequence else cross_entropy
        return Trainer(model, loss, self._optimizer(model), self.data(), None, options)

    def _average(self) -> Any:
        kinds = {
            NONE: None,
            "exponential": ExponentialAverage(0.8),
            "uniform": UniformAverage(),
            "late": UniformAverage(start=5),
            "seldom": ExponentialAverage(0.5, every=3),
        }
        return kinds[self.options["average"]]

    def _weights(self) -> Weights:
        kinds = {
            NONE: Weights(),
            "samples": Weights(samples=plain_training.SAMPLE_WEIGHTS[:SAMPLES]),
            "classes": Weights(classes=self._class_weights()),
        }
        return kinds[self.options["weights"]]

    def _class_weights(self) -> list[float]:
        return plain_training.CLASS_WEIGHTS[: self.data().classes]

    def _optimizer(self, model: Net) -> Any:
        told = self.options
        rate = plain_training.RATE
        rate = SCHEDULES[told["rate"]][0] if told["rate"] in SCHEDULES else rate
        options: dict[str, Any] = {"groups": self._groups(model), "clip": self._clip()}
        if told["rule"] in ("l1", "l2", "weight_decay"):
            options[told["rule"]] = plain_training.PENALTY
        elif told["rule"] != NONE:
            options["rules"] = (self._rule(),)
        if told["optimizer"] == "SAM":
            return optim.SAM(optim.Momentum(model.parameters(), rate, **options), 0.05)
        kind = getattr(optim, told["optimizer"])
        return kind(model.parameters(), rate, **options)

    def _groups(self, model: Net) -> tuple[Any, ...]:
        own = {
            "factor": {"factor": 0.5},
            "own-rate": {"learning_rate": 0.02},
            "own-schedule": {"learning_rate": SCHEDULES["ExponentialDecay"][0]},
            "own-decay": {"weight_decay": 0.1},
        }.get(self.options["groups"])
        return () if own is None else (optim.Group(model.output, **own),)

    def _clip(self) -> Any:
        kind = self.options["clip"]
        return None if kind == NONE else getattr(optim, kind)(plain_training.LIMIT)

    def _rule(self) -> Any:
        kinds = {
            "Proximal": lambda: optim.Proximal(l1=plain_training.PENALTY),
            "MaxNorm": lambda: optim.MaxNorm(plain_training.LONGEST),
            "GradientNoise": lambda: optim.GradientNoise(variance=0.01, rng=pc.Generator(9)),
        }
        return kinds[self.options["rule"]]()

    @property
    def has_loop(self) -> bool:
        """Whether the loop in NumPy does all of it."""
        told = self.options
        if told["optimizer"] == "LAMB" and "decay" in told["rule"] + told["groups"]:
            return False
        return not any(told[name] in beyond for name, beyond in BEYOND_THE_LOOP.items())

    def check(self) -> None:
        """Fail unless a killed run resumes to the same bits, and is what the plain loop says."""
        threads = self.options["executor"].rpartition("-")[2]
        whole_threads = int(threads) if threads.isdigit() else 1
        with limited(whole_threads):
            killed = Kill(self.folder / "whole", self.folder / "killed", self.killed)
            whole = self.trainer(self.model(), self.folder / "whole", killed)
            start = {name: array.copy() for name, array in whole.model.state_dict().items()}
            whole.fit(EPOCHS, show=False)
        with limited(3 - whole_threads):
            again = self.trainer(self.model(), self.folder / "killed")
            again.resume()
            resumed_at = again.position.step
            again.fit(EPOCHS, show=False)
        assert 0 <= resumed_at <= whole.position.step
        same_bits(whole, again)
        if self.has_loop:
            expected = plain_training.trained(self.options, self.data(), self.seed, start)
            for name, w in whole.model.state_dict().items():
                largest = max(1.0, np.abs(expected[name]).max())
                np.testing.assert_allclose(
                    w, expected[name], rtol=0, atol=BOUND * largest, err_msg=name
                )


@contextmanager
def limited(count: int) -> Iterator[None]:
    """Native programs use so many threads inside it; steps that are not made are not told."""
    pc.set_threads(count)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Trainer: not finite, and not made")
            yield
    finally:
        pc.set_threads(2)


def measured(trainer: Trainer) -> dict[str, dict[str, str]]:
    """The tables of its history, columns as texts: a loss that is nan is equal to itself there."""
    tables = trainer.history.as_dict().items()
    return {table: {n: repr(column) for n, column in each.items()} for table, each in tables}


def same_bits(one: Trainer, other: Trainer) -> None:
    """Fail unless all that decides how two runs go on is equal, and all that they measured."""
    assert one.position == other.position
    assert measured(one) == measured(other)
    first, second = one.variables(), other.variables()
    assert first.keys() == second.keys()
    for name, variable in first.items():
        assert variable.value.numpy().tobytes() == second[name].value.numpy().tobytes(), name
    shown, again = one.model.state_dict(), other.model.state_dict()
    for name, array in shown.items():
        assert array.tobytes() == again[name].tobytes(), name


def drawn(rng: random.Random, folder: Path) -> Combination:
    """A combination of options, each drawn alike; most of them such that the loop does them."""
    beyond = BEYOND_THE_LOOP if rng.random() < 0.6 else {}
    options = {
        name: rng.choice([value for value in values if value not in beyond.get(name, ())])
        for name, values in OPTIONS.items()
    }
    options = {name: _with_meaning(options, name) for name in options}
    last = plain_training.updates(options, SAMPLES)
    killed, every = rng.randrange(1, last + 1), rng.choice((1, 2, 3, 5))
    return Combination(options, rng.randrange(2**32), killed, every, folder)


def _with_meaning(options: dict[str, str], name: str) -> str:
    """The value of an option where it has a meaning beside the others, else what is plain."""
    value = options[name]
    for (one, ones), (other, others) in REFUSED:
        if name == one and value in ones and options[other] in others:
            return OPTIONS[name][0]
    return value


def pairs(options: dict[str, str]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """All pairs of two options with their values."""
    return itertools.combinations(options.items(), 2)


def possible() -> set[Any]:
    """All pairs that have a meaning."""
    found = set()
    plain = {name: values[0] for name, values in OPTIONS.items()}
    for (a, ones), (b, others) in itertools.combinations(OPTIONS.items(), 2):
        for one, other in itertools.product(ones, others):
            options = plain | {a: one, b: other}
            if _with_meaning(options, a) == one and _with_meaning(options, b) == other:
                found.add(((a, one), (b, other)))
    return found


def tried(count: int, seed: int) -> bool:
    """Try so many drawn combinations; print what failed, and what was met; whether all hold."""
    rng, met, failed, looped = random.Random(seed), set(), 0, 0
    begun = time.perf_counter()
    for i in range(count):
        with tempfile.TemporaryDirectory() as folder:
            combination = drawn(rng, Path(folder))
            try:
                combination.check()
            except Exception:
                failed += 1
                print(f"{i}: {combination}\n{traceback.format_exc()}", flush=True)
        met.update(pairs(combination.options))
        looped += combination.has_loop
        if (i + 1) % 100 == 0:
            print(f"{i + 1} in {time.perf_counter() - begun:.0f} s", flush=True)
    print(
        f"seed {seed}: {count} combinations, {looped} of them beside the loop in NumPy, "
        f"{failed} failed; {len(met)} of {len(possible())} pairs of options met"
    )
    for one, other in sorted(possible() - met)[:50]:
        print("not met:", *one, *other)
    return not failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="How many combinations.")
    parser.add_argument("--seed", type=int, default=None, help="Left out: drawn.")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if asked.seed is None else asked.seed
    sys.exit(0 if tried(asked.count, seed) else 1)
