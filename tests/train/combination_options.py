"""What a training may be told, and which two things have no meaning together.

OPTIONS           what each option may be, the plainest first
BEYOND_THE_LOOP   what the loop in NumPy does not do
REFUSED           pairs that are refused, and what the refusal says
with_meaning      options of which those that are refused beside others are plain
pairs, possible   all pairs of some options; all that have a meaning
"""

import itertools
from collections.abc import Iterator
from typing import Any

from train.plain_updates import FREE, SCHEDULES, UPDATES

NONE = "none"
OPTIONS: dict[str, tuple[str, ...]] = {
    "optimizer": (*UPDATES, "SAM", "LBFGS"),
    "rate": ("number", *SCHEDULES, "on-plateau"),
    "groups": (NONE, "factor", "own-rate", "own-schedule", "own-decay"),
    "micro_batch": (NONE, *"1234567", "8"),
    "clip": (NONE, "ByValue", "ByNorm", "ByGlobalNorm"),
    "average": (NONE, "exponential", "uniform", "late", "seldom"),
    "rule": (NONE, "l1", "l2", "weight_decay", "Proximal", "MaxNorm", "GradientNoise"),
    "weights": (NONE, "samples", "classes"),
    "network": ("tanh", "sequence", "dropout", "batch-norm"),
    "data": ("shuffled", "in-order", "drop-last", "balanced", "by-length", "mixup", "cutmix"),
    "source": ("memory", "mapped", "shards-1", "shards-2", "transform-1", "transform-2"),
    "validation": (NONE, "one", "several", "within"),
    "keep": ("last", "best", "stopping"),
    "frozen": (NONE, "at-first", "at-last"),
    "not_finite": (NONE, "skip", "go-back", "skip-met", "go-back-met"),  # where a sample is nan
    "saving": ("updates", "epochs", "best-two"),
    "turns": ("as-they-come", "single"),  # how many steps run at a time
    "executor": ("reference", "native-1", "native-2"),
}
BEYOND_THE_LOOP = {
    "optimizer": {"LBFGS"},
    "rule": {"GradientNoise"},
    "network": {"dropout", "batch-norm"},
    "data": {"mixup", "cutmix"},
}
# Options that leave the programs of a run as they are, but for "drop-last", and "by-length".
OUTSIDE_OF_STEPS = ("keep", "saving", "turns")

AVERAGES, SIZES = OPTIONS["average"][1:], OPTIONS["micro_batch"][1:]
SIZES_THAT_LEAVE_ONE = (*"12367",)
STREAMED = ("shards-1", "shards-2", "transform-1", "transform-2")
MIXED = ("mixup", "cutmix")
WHOLE = ("optimizer", ("LBFGS",))
# Of the two, the first gives way.
REFUSED: dict[Any, str] = {
    (("average", AVERAGES), ("optimizer", FREE)): "average",
    (("rule", ("Proximal", "MaxNorm")), ("optimizer", FREE)): "changes weights beside the update",
    (("micro_batch", SIZES), ("data", MIXED)): "mixed with others of their part",
    (
        ("micro_batch", SIZES_THAT_LEAVE_ONE),
        ("network", ("batch-norm",)),
    ): "Training needs at least 2",
    (("weights", ("classes",)), ("data", ("balanced",))): "would count more twice",
    (("data", ("balanced",)), ("network", ("sequence",))): "the one class of each sample",
    (("data", MIXED), ("network", ("sequence",))): "has several inputs",
    (("data", ("by-length",)), ("network", ("tanh", "dropout", "batch-norm"))): "has no lengths",
    (("source", STREAMED), ("data", ("by-length",))): "sampling is by length",
    (("groups", ("own-schedule",)), ("rate", ("on-plateau",))): "sets the rate of each update",
    (("micro_batch", SIZES), WHOLE): "whose minimize_by is its own",
    (("clip", OPTIONS["clip"][1:]), WHOLE): "LBFGS: clip",
    (("groups", OPTIONS["groups"][1:]), WHOLE): "LBFGS: groups",
    (("rule", ("l1", "weight_decay", "Proximal", "MaxNorm", "GradientNoise")), WHOLE): "LBFGS: ",
    (("network", ("dropout",)), WHOLE): "draws random numbers",
    (("data", ("balanced",)), WHOLE): "other samples than the last",
    (("data", MIXED), WHOLE): "other samples than the last",
}


def with_meaning(options: dict[str, str]) -> dict[str, str]:
    """The options, plain where they would be refused beside others, until all go together."""
    found = dict(options)
    changes = True
    while changes:
        changes = False
        for (one, ones), (other, others) in REFUSED:
            if found[one] in ones and found[other] in others:
                found[one] = OPTIONS[one][0]
                changes = True
    return found


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
            if _are_allowed(options, a, b):
                found.add(((a, one), (b, other)))
    return found


def _are_allowed(options: dict[str, str], a: str, b: str) -> bool:
    """Whether no refusal names these two options, with the values that they have."""
    return not any(
        {one, other} == {a, b} and options[one] in ones and options[other] in others
        for (one, ones), (other, others) in REFUSED
    )
