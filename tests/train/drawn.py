"""Combinations of what training can be told, by numbers: which meet, and which never do.

Drawn       a combination
drawn       that of a number; plain, without what the loop in NumPy does not have
pairs       the choices that meet in one
"""

import itertools
import random
from dataclasses import dataclass, fields, replace

from pellucid.optim import OPTIMIZERS

OF_ALL = {"lbfgs"}  # takes all samples in one batch
PLAIN = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")


@dataclass(frozen=True)
class Drawn:
    """A combination: words and numbers, each of which another part of a Trainer is made of."""

    seed: int
    optimizer: str
    schedule: str
    groups: bool
    clip: str | None
    l2: float
    decay: float
    rule: str | None
    sam: bool
    batch: int
    micro_batch: int | None
    average: str | None
    not_finite: str | None
    poisoned: bool
    weights: str | None
    mixing: bool
    balanced: bool
    shuffle: bool
    drop_last: bool
    frozen: tuple[int, int] | None
    dropout: float
    batch_norm: bool
    dtype: str
    keep: str
    stopping: bool
    executor: str
    threads: int
    often: bool
    kills: tuple[int, ...]


def drawn(number: int) -> Drawn:
    """The combination of a number; what has no meaning together is not drawn together."""
    numbers = random.Random(number)
    choose = numbers.choice
    found = Drawn(
        seed=numbers.randrange(2**32),
        optimizer=choose(sorted(set(OPTIMIZERS) - OF_ALL)),
        schedule=choose(["number", "number", "cosine", "steps"]),
        groups=choose([False, True]),
        clip=choose([None, "value", "global norm"]),
        l2=choose([0.0, 0.01]),
        decay=choose([0.0, 0.1]),
        rule=choose([None, None, "max norm", "noise"]),
        sam=choose([False, False, False, True]),
        batch=8,
        micro_batch=choose([None, *range(1, 9)]),
        average=choose([None, "exponential", "uniform"]),
        not_finite=choose([None, "skip", "go back"]),
        poisoned=choose([False, True]),
        weights=choose([None, "samples", "classes"]),
        mixing=choose([False, False, True]),
        balanced=choose([False, False, True]),
        shuffle=choose([True, True, False]),
        drop_last=choose([False, False, True]),
        frozen=choose([None, None, (0, 1), (1, 2), (1, 3)]),
        dropout=choose([0.0, 0.3]),
        batch_norm=choose([False, True]),
        dtype=choose(["float32", "float64"]),
        keep=choose(["best", "last"]),
        stopping=choose([False, True]),
        executor=choose(["reference"] * 4 + ["native"]),
        threads=choose([1, 2]),
        often=choose([False, True]),
        kills=tuple(sorted(numbers.sample(range(1, 15), choose([1, 1, 2])))),
    )
    averages_itself = found.optimizer.startswith("schedulefree")
    return replace(
        found,
        sam=found.sam and not averages_itself,
        rule=None if averages_itself and found.rule == "max norm" else found.rule,
        average=None if averages_itself else found.average,
        schedule="number" if averages_itself else found.schedule,
        poisoned=found.poisoned and found.not_finite is not None and not found.mixing,
        micro_batch=_parts(found),
        balanced=found.balanced and found.shuffle and found.weights != "classes",
    )


def _parts(found: Drawn) -> int | None:
    """Batch norm has no meaning for a part of one sample, mixing none for any part."""
    parts = None if found.mixing else found.micro_batch
    return parts if not found.batch_norm or parts in (None, 2, 4, 8) else 4


def plain(found: Drawn) -> Drawn:
    """The same without what the loop in NumPy does not have."""
    kind = PLAIN[found.seed % len(PLAIN)]
    return replace(
        found, optimizer=kind, rule=None, sam=False, poisoned=False, mixing=False, balanced=False,
        dropout=0.0, batch_norm=False, dtype="float64", keep="last", stopping=False,
    )  # fmt: skip


def pairs(found: Drawn) -> list[tuple[str, str]]:
    """The pairs of choices that meet in a combination."""
    skipped = ("seed", "batch", "kills")
    words = [f"{f.name}={getattr(found, f.name)}" for f in fields(found) if f.name not in skipped]
    return list(itertools.combinations(words, 2))
