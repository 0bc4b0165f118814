"""Combinations of what a training may be told, drawn, resumed and compared with a plain loop.

    python -m train.combinations 2000    in `tests`: so many, and which pairs of options were met
    python -m train.combinations 100 --seed 1 2 3 --draw    the pairs alone, of those of these seeds

drawn          one combination; neighbour: another whose programs are compiled already
Combination    trains it, kills and resumes it, and compares it with the loop in NumPy
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from train import plain_training
from train.combination_options import (
    BEYOND_THE_LOOP,
    NONE,
    OPTIONS,
    OUTSIDE_OF_STEPS,
    pairs,
    possible,
    with_meaning,
)
from train.combined import SAMPLES, Kill, Told
from train.plain_training import EPOCHS

import pellucid as pc
from pellucid.train import Trainer
from pellucid.train.stepping import pace, weighing, window

BOUND = 1e-8  # of the largest weight: what rounding in float64 may come to in a training
MOST_LOSS = 1e-5  # of a loss, which is measured in float32 where weights of steps are
NOT_TOLD = (
    "Trainer: not finite, and not made",
    "fit: ",  # where the killed run had come to its end
)


@dataclass(frozen=True)
class Combination:
    """What each option is, and after which update the process is killed."""

    options: dict[str, str]
    seed: int
    killed: int
    folder: Path = field(repr=False)

    @property
    def has_loop(self) -> bool:
        """Whether the loop in NumPy does all of it."""
        return not any(self.options[name] in beyond for name, beyond in BEYOND_THE_LOOP.items())

    def check(self) -> None:
        """Fail unless a killed run resumes to the same bits, and is what the plain loop says."""
        told = Told(self.options, self.seed, self.folder / "data")
        threads = self.options["executor"].rpartition("-")[2]
        whole_threads = int(threads) if threads.isdigit() else 1
        single = self.options["turns"] == "single"
        with limited(whole_threads, single=single), small_chunks():
            killed = Kill(self.folder / "whole", self.folder / "killed", self.killed)
            whole = told.trainer(told.model(), self.folder / "whole", killed)
            start = {name: array.copy() for name, array in whole.model.state_dict().items()}
            whole.fit(EPOCHS, show=False)
        with limited(3 - whole_threads, single=not single), small_chunks():
            again = told.trainer(told.model(), self.folder / "killed")
            again.resume()
            resumed_at = again.position.step
            again.fit(EPOCHS, show=False)
        assert 0 <= resumed_at <= whole.position.step
        same_bits(whole, again)
        if self.has_loop:
            as_the_loop(told, whole, start)


def as_the_loop(told: Told, trainer: Trainer, start: dict[str, Any]) -> None:
    """Fail unless weights and losses are those of the plain loop."""
    options, history = told.options, trainer.history
    watched = "train_loss" if options["validation"] == NONE else "validation_loss"
    given = told.samples, told.seed, start, history.epochs[watched]
    by_epoch = plain_training.trained(options, *given)
    kept = history.best_epoch if options["keep"] != "last" else None
    expected = by_epoch[-1 if kept is None else kept - 1]
    for name, w in trainer.model.state_dict().items():
        largest = max(1.0, np.abs(expected[name]).max())
        np.testing.assert_allclose(w, expected[name], rtol=0, atol=BOUND * largest, err_msg=name)
    for measure, column in losses(told, by_epoch):
        found = history.epochs[measure]
        np.testing.assert_allclose(found, column, rtol=MOST_LOSS, atol=MOST_LOSS, err_msg=measure)
    if kept is not None:
        assert history.epochs[watched][kept - 1] == np.nanmin(history.epochs[watched])


def losses(told: Told, by_epoch: list[Any]) -> Iterator[tuple[str, list[float]]]:
    """What each set measures after each epoch, in the loop."""
    sets = {"train_loss": told.samples}
    if isinstance(told.sets, dict):
        sets |= {"validation_loss": told.sets["clean"], "validation_other_loss": told.sets["other"]}
    elif told.sets is not None:
        sets["validation_loss"] = told.sets
    for measure, data in sets.items():
        x = data.features.astype(np.float64)
        if measure == "train_loss":
            if told.options["not_finite"].endswith("-met"):
                continue
            given = told.options, data.features, 0, 0, plain_training.LOOK
            x = plain_training.samples_of(*given)
        outside = data.classes - 1 if data.labels.ndim > 1 else None
        known = x, data.labels, outside
        yield measure, [plain_training.loss_of(weights, *known) for weights in by_epoch]


@contextmanager
def limited(count: int, *, single: bool) -> Iterator[None]:
    """Native programs use so many threads inside it; what a run says by design is not told."""
    pc.set_threads(count)
    seconds = 0.0 if single else pace.TARGET_SECONDS
    try:
        with warnings.catch_warnings(), mock.patch.object(pace, "TARGET_SECONDS", seconds):
            for text in NOT_TOLD:
                warnings.filterwarnings("ignore", text)
            yield
    finally:
        pc.set_threads(2)


@contextmanager
def small_chunks() -> Iterator[None]:
    """What is read from the disk is read a batch or two at a time."""
    with (
        mock.patch.object(window, "CHUNK_BYTES", 300),
        mock.patch.object(window, "LEAST_ROWS", plain_training.BATCH),
        mock.patch.object(weighing, "PROBED", plain_training.BATCH),
        mock.patch.object(window, "AHEAD_BYTES", 1000),
    ):
        yield


def measured(trainer: Trainer) -> dict[str, dict[str, str]]:
    """The tables of its history, columns as texts: a loss that is nan is equal to itself there."""
    tables = trainer.history.as_dict().items()
    return {table: {n: repr(column) for n, column in each.items()} for table, each in tables}


def same_bits(one: Trainer, other: Trainer) -> None:
    """Fail unless all that decides how two runs go on is equal, and all that they measured."""
    assert one.position == other.position
    assert measured(one) == measured(other)
    assert one.history.best_epoch == other.history.best_epoch
    first, second = one.variables(), other.variables()
    assert first.keys() == second.keys()
    for name, variable in first.items():
        assert variable.value.numpy().tobytes() == second[name].value.numpy().tobytes(), name
    shown, again = one.model.state_dict(), other.model.state_dict()
    for name, array in shown.items():
        assert array.tobytes() == again[name].tobytes(), name


def drawn(rng: random.Random, folder: Path, wanted: Sequence[Any] = ()) -> Combination:
    """A combination of options; most of them such that the loop does them.

    `wanted`: pairs that were not met yet, one of which is, where others let it be.
    """
    beyond = BEYOND_THE_LOOP if rng.random() < 0.6 else {}
    options = {
        name: rng.choice([value for value in values if value not in beyond.get(name, ())])
        for name, values in OPTIONS.items()
    }
    # Compiling takes most of the time.
    if rng.random() < 0.25:
        options["executor"] = OPTIONS["executor"][0]
    if wanted and rng.random() < 0.8:
        options = with_pair(rng, options, dict(rng.choice(wanted)))
    return combined(rng, with_meaning(options), folder)


def with_pair(rng: random.Random, options: dict[str, str], pair: dict[str, str]) -> dict[str, str]:
    """The options with a pair, and others drawn anew where it would be refused beside them."""
    found = options | pair
    for _ in range(30):
        if with_meaning(found).items() >= pair.items():
            break
        found = {name: rng.choice(values) for name, values in OPTIONS.items()} | pair
    return found


def neighbour(rng: random.Random, of: Combination, folder: Path) -> Combination:
    """Another one that differs in what no program depends on."""
    options = of.options | {name: rng.choice(OPTIONS[name]) for name in OUTSIDE_OF_STEPS}
    options["executor"] = rng.choice(OPTIONS["executor"][1:])
    if options["data"] in ("shuffled", "in-order", "balanced"):
        options["data"] = rng.choice(("shuffled", "in-order", "balanced"))
    return combined(rng, with_meaning(options), folder)


def combined(rng: random.Random, options: dict[str, str], folder: Path) -> Combination:
    """Options with a seed, and an update after which the run is killed."""
    last = plain_training.updates(options, SAMPLES) * EPOCHS
    return Combination(options, rng.randrange(2**31), rng.randrange(1, last + 1), folder)


def several(count: int, seed: int) -> Iterator[Combination]:
    """So many combinations: of all pairs of options, those first that were not met yet."""
    rng, last = random.Random(seed), None
    missing = possible()
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            if last is not None and last.options["executor"] != "reference" and rng.random() < 0.4:
                last = neighbour(rng, last, Path(folder))
            else:
                last = drawn(rng, Path(folder), sorted(missing))
            missing -= set(pairs(last.options))
            yield last


def tried(count: int, seeds: Sequence[int], *, run: bool) -> bool:
    """Try so many drawn combinations of each seed; print what failed, and what was met."""
    met, failed, looped, begun = set(), 0, 0, time.perf_counter()
    for seed in seeds:
        for i, combination in enumerate(several(count, seed)):
            try:
                if run:
                    combination.check()
            except Exception:
                failed += 1
                print(f"{i}: {combination}\n{traceback.format_exc()}", flush=True)
            met.update(pairs(combination.options))
            looped += combination.has_loop
            if run and (i + 1) % 50 == 0:
                print(f"{i + 1} in {time.perf_counter() - begun:.0f} s", flush=True)
    print(
        f"{count * len(seeds)} combinations in {time.perf_counter() - begun:.0f} s, {looped} "
        f"beside the loop in NumPy, {failed} failed; "
        f"{len(met)} of {len(possible())} pairs of options met"
    )
    for one, other in sorted(possible() - met)[:50]:
        print("not met:", *one, *other)
    return not failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, help="How many combinations of each seed.")
    parser.add_argument("--seed", type=int, nargs="+", default=[], help="Left out: drawn.")
    parser.add_argument("--draw", action="store_true", help="Only count the pairs that are met.")
    asked = parser.parse_args()
    drawn_seeds = [random.SystemRandom().randrange(2**32)]
    sys.exit(0 if tried(asked.count, asked.seed or drawn_seeds, run=not asked.draw) else 1)
