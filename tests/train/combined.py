"""One combination of what a training may be told: its data, its network, its Trainer.

Told        options by name, beside the seed: makes all parts of a training
Net         the network
Kill        a callback that leaves what a killed process would
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from train import plain_training
from train.combination_options import NONE
from train.plain_training import KEPT, PENALTY, TOO_LARGE
from train.plain_updates import SCHEDULES

import pellucid as pc
from pellucid import nn, optim
from pellucid.augment import CutMix, Mixup
from pellucid.data import (
    ClassBalanced,
    from_arrays,
    from_sequences,
    mapped_set,
    sharded_set,
    write_shards,
)
from pellucid.functional import cross_entropy
from pellucid.train import (
    Callback,
    EarlyStopping,
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


class Net(nn.Module):
    """Two layers in float64, of data in float32."""

    def __init__(self, kind: str, *, meets: bool) -> None:
        rng = pc.Generator(5)
        self.meets = meets
        self.hidden = nn.Linear(FEATURES, HIDDEN, rng=rng, dtype="float64")
        self.norm = nn.BatchNorm(HIDDEN, dtype="float64") if kind == "batch-norm" else None
        self.dropout = nn.Dropout(0.3, rng=rng) if kind == "dropout" else None
        classes = CLASSES + (kind == "sequence")  # one that stands behind the ends
        self.output = nn.Linear(HIDDEN, classes, rng=rng, dtype="float64")

    def forward(self, x: pc.Tensor, lengths: Any = None) -> pc.Tensor:
        x = x.astype("float64")
        x = (x > TOO_LARGE).where(np.nan, x) if self.meets else x
        if lengths is not None:
            return self.output(pc.stack(list(self._states(self.hidden(x))), axis=1))
        h = self.hidden(x.reshape(len(x), FEATURES)).tanh()
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
    """Leaves what a killed process would: the run folder as it is after some update, or the end."""

    def __init__(self, folder: Path, to: Path, step: int) -> None:
        self.folder, self.to, self.step = folder, to, step

    def after_steps(self, trainer: Any, steps: Any) -> None:
        if trainer.position.step >= self.step:
            self.end(trainer)

    def end(self, trainer: Any) -> None:
        if not self.to.exists():
            shutil.copytree(self.folder, self.to)


@dataclass(frozen=True)
class Told:
    """What each option is."""

    options: dict[str, str]
    seed: int
    folder: Path = field(repr=False)

    # ---- data ------------------------------------------------------------------------------

    @cached_property
    def samples(self) -> Any:
        """The training set in memory, as no transform has seen it."""
        meets = self.options["not_finite"].endswith("-met")
        return self.drawn(self.seed, self.seed % SAMPLES if meets else None)

    def drawn(self, seed: int, large: int | None = None) -> Any:
        """Samples of all classes, of which one is too large."""
        rng = np.random.default_rng(seed)
        labels = np.arange(SAMPLES) % CLASSES
        x = rng.normal(np.eye(CLASSES, FEATURES)[labels], 0.7).astype(np.float32)
        if self.options["data"] == "cutmix":
            x = x.reshape(-1, 1, 2, 2)
        if self.options["network"] != "sequence":
            x[slice(0) if large is None else large].flat[1:2] = 10 * TOO_LARGE
            return from_arrays(x, labels, classes=CLASSES)
        parts = [
            rng.normal(size=(1 + i % STEPS, FEATURES)).astype(np.float32) for i in range(SAMPLES)
        ]
        if large is not None:
            parts[large][0, 1] = 10 * TOO_LARGE
        ids = [rng.integers(0, CLASSES, len(part)) for part in parts]
        return from_sequences(parts, ids, classes=CLASSES, steps=STEPS)

    def data(self) -> Any:
        """The training set, from where it is read."""
        kind, _, workers = self.options["source"].partition("-")
        if kind == "memory":
            return self.samples
        self.folder.mkdir(exist_ok=True)
        if kind == "mapped":
            return self._mapped()
        folder = self.folder / "shards"
        if not folder.exists():
            write_shards(folder, self.samples, shard_bytes=4 * FEATURES * STEPS * 4)
        transform = plain_training.jitter if kind == "transform" else None
        return sharded_set(folder, transform=transform, workers=int(workers))

    def _mapped(self) -> Any:
        paths = [self.folder / f"{name}.npy" for name in ("features", "labels")]
        for path, array in zip(paths, (self.samples.features, self.samples.labels), strict=True):
            if not path.exists():
                np.save(path, array)
        made = mapped_set(*paths, classes=self.samples.classes)
        further = self.samples.further
        return made.with_inputs(*further) if further else made

    @cached_property
    def sets(self) -> Any:
        """What is measured beside the training set."""
        kind = self.options["validation"]
        if kind == NONE:
            return None
        if kind == "one":
            return self.drawn(self.seed + 1)
        return {"clean": self.drawn(self.seed + 1), "other": self.drawn(self.seed + 2)}

    # ---- the Trainer -----------------------------------------------------------------------

    def model(self) -> Net:
        """The network, at its start."""
        meets = self.options["not_finite"].endswith("-met")
        return Net(self.options["network"], meets=meets)

    def trainer(self, model: Net, folder: Path | None, *callbacks: Callback) -> Trainer:
        """A trainer of a model; OptionError where a pair of options has no meaning."""
        told = self.options
        options = Options(
            batch_size=plain_training.batch_of(told, SAMPLES), seed=self.seed, metrics=(),
            keep="last" if told["keep"] == "last" else "best", lint=False,
            early_stopping=EarlyStopping(patience=1) if told["keep"] == "stopping" else None,
            saving=None if folder is None else self._saving(folder),
            executor=told["executor"].partition("-")[0],
            callbacks=(*self._callbacks(model), *callbacks),
            shuffle=told["data"] != "in-order", drop_last=told["data"] == "drop-last",
            micro_batch=None if told["micro_batch"] == NONE else int(told["micro_batch"]),
            average=self._average(), weights=self._weights(),
            validate_every=2 if told["validation"] == "within" else None,
            not_finite=self._not_finite(), **self._order(),
        )  # fmt: skip
        is_sequence = told["network"] == "sequence"
        loss = partial(cross_entropy, ignore_index=CLASSES) if is_sequence else cross_entropy
        return Trainer(model, loss, self._optimizer(model), self.data(), self.sets, options)

    def _saving(self, folder: Path) -> Saving:
        kind = self.options["saving"]
        often = {"every_epochs": 1} if kind == "epochs" else {"every_steps": 1 + self.seed % 5}
        best = 2 if kind == "best-two" else 1
        return Saving(folder, report=False, graph=False, best=best, **often)

    def _callbacks(self, model: Net) -> tuple[Callback, ...]:
        frozen = {
            NONE: (),
            "at-first": (Frozen(model.hidden, until=2),),
            "at-last": (Frozen(model.hidden, since=2),),
        }[self.options["frozen"]]
        lowers = self.options["rate"] == "on-plateau"
        plateau = ReduceOnPlateau(plain_training.LOWERED, patience=1)
        return (*((plateau,) if lowers else ()), *frozen)

    def _order(self) -> dict[str, Any]:
        kinds: dict[str, dict[str, Any]] = {
            "balanced": {"sampling": ClassBalanced()},
            "by-length": {"sampling": plain_training.BY_LENGTH},
            "mixup": {"mixing": Mixup(0.7)},
            "cutmix": {"mixing": CutMix()},
        }
        return kinds.get(self.options["data"], {})

    def _not_finite(self) -> Any:
        kinds = {NONE: None, "skip": SkipStep(most=99), "go-back": GoBack(every=3, most=99)}
        return kinds[self.options["not_finite"].removesuffix("-met")]

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
        of_classes = plain_training.CLASS_WEIGHTS[: self.samples.classes]
        kinds = {
            NONE: Weights(),
            "samples": Weights(samples=plain_training.SAMPLE_WEIGHTS[:SAMPLES]),
            "classes": Weights(classes=of_classes),
        }
        return kinds[self.options["weights"]]

    def _optimizer(self, model: Net) -> Any:
        told = self.options
        rate = plain_training.RATE
        rate = SCHEDULES[told["rate"]][0] if told["rate"] in SCHEDULES else rate
        options: dict[str, Any] = {"groups": self._groups(model), "clip": self._clip()}
        if told["rule"] in ("l1", "l2", "weight_decay"):
            options[told["rule"]] = PENALTY
        elif told["rule"] != NONE:
            options["rules"] = (self._rule(),)
        if told["optimizer"] == "SAM":
            momentum = optim.Momentum(model.parameters(), rate, **options)
            return optim.SAM(momentum, plain_training.RHO)
        if told["optimizer"] == "Muon":
            options["to"] = lambda path, w: w.ndim > 1
        if told["optimizer"] == "LBFGS":
            options["trials"] = 3
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
            "Proximal": lambda: optim.Proximal(l1=PENALTY),
            "MaxNorm": lambda: optim.MaxNorm(plain_training.LONGEST),
            "GradientNoise": lambda: optim.GradientNoise(variance=0.01, rng=pc.Generator(9)),
        }
        return kinds[self.options["rule"]]()
