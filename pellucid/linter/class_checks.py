"""Checks of the classes: those without a sample, one alone, and classes learned as numbers.

missing_class      classes that a part has not
one_class          targets that are all the same
one_hot_numbers    classes that were given as numbers to predict
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import some
from pellucid.languages import said
from pellucid.linter.findings import NOTE, WARNING, Finding, told
from pellucid.linter.loss_checks import scores
from pellucid.linter.subject import Subject
from pellucid.linter.trace import TARGETS

EXPECTED = 3  # samples: where so many of a class are expected, none is no chance


def missing_class(subject: Subject) -> Iterator[Finding]:
    """Classes without a sample in a part."""
    train = subject.train
    if not train.classes or not _uses_targets(subject):
        return
    counts = train.class_counts
    yield from _missing(train, np.flatnonzero(counts == 0), WARNING)
    for part in (subject.validation, subject.test):
        if part is None or not part.classes:
            continue
        there = np.zeros(train.classes, np.int64)
        there[: part.classes] = part.class_counts
        expected = counts / max(counts.sum(), 1) * part.labels.size
        none = np.flatnonzero((there == 0) & (counts > 0))
        is_chance = none.size and expected[none].max() < EXPECTED
        yield from _missing(part, none, NOTE if is_chance else WARNING)


def _uses_targets(subject: Subject) -> bool:
    """Whether the loss depends on targets; where a sample is its own target, these are a filler."""
    return subject.trace.has(subject.trace.loss, TARGETS)


def _missing(part: Dataset, none: Any, severity: str) -> Iterator[Finding]:
    if not none.size:
        return
    names = some([part.name_of(int(i)) if i < part.classes else str(int(i)) for i in none], 5)
    yield told(
        said(
            "{part} has no sample of some classes: {names} ({count} of {all}).",
            part=repr(part.name),
            names=names,
            count=len(none),
            all=max(part.classes, int(none.max()) + 1),
        ),
        repr(part.name),
        said(
            "Of {samples:,} samples none is of them: they are not learned, or not measured; a "
            "split of sorted rows does that.",
            samples=len(part),
        ),
        said("split(data, stratified=True, seed=0) gives each part its share of every class."),
        severity,
    )


def one_class(subject: Subject) -> Iterator[Finding]:
    """Targets that are all the same."""
    labels = subject.train.labels
    if len(labels) < 2 or not _uses_targets(subject) or not (labels == labels[:1]).all():
        return
    yield told(
        said("all targets of {name} are the same.", name=repr(subject.train.name)),
        repr(subject.train.name),
        said(
            "t = {t} in all {n:,} samples: a bias alone predicts it.",
            t=labels.reshape(-1)[0],
            n=len(labels),
        ),
        said("Look at how the targets were read."),
    )


def one_hot_numbers(subject: Subject) -> Iterator[Finding]:
    """One-hot rows that a loss of numbers is taken of."""
    labels = subject.train.labels
    if subject.train.classes or labels.ndim != 2 or labels.shape[1] < 2:
        return
    some_rows = labels[:1000]
    is_one_hot = ((some_rows == 0) | (some_rows == 1)).all() and (some_rows.sum(axis=1) == 1).all()
    if not is_one_hot or any(True for _ in scores(subject)):
        return
    yield told(
        said("targets are one-hot rows of {n} classes, learned as numbers.", n=labels.shape[1]),
        repr(subject.train.name),
        said(
            "A loss of squares of {n} outputs is not wrong, but weak where an output is sure and "
            "wrong; accuracy is not measured, as the data say that they have no classes.",
            n=labels.shape[1],
        ),
        said("from_arrays(x, t.argmax(axis=1)) has classes; learn with cross_entropy."),
    )
