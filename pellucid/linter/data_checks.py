"""Checks of the data: their scale, columns that say nothing, and the parts they come in.

unscaled, targets_unscaled     numbers far from about 1
constant, duplicated           columns that are the same everywhere, or as another
seen_before, test_seen         samples of one part in another
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import some
from pellucid.languages import said
from pellucid.linter.findings import ERROR, NOTE, WARNING, Finding, told
from pellucid.linter.layer_checks import weight_of
from pellucid.linter.patterns import moved
from pellucid.linter.sample import FEW, MANY, Sample, alike, column_keys, sample_of
from pellucid.linter.subject import Subject
from pellucid.linter.trace import FEATURES
from pellucid.primitives import Take
from pellucid.tables import significant

LARGE, SMALL = 10.0, 0.01  # root mean squares of inputs that were not scaled
LARGE_TARGET = 100.0
SHARE = 0.01  # of a part's samples: fewer that are in the other too change little
FEW_SAMPLES = 3  # fewer than so many may be the same by chance


def unscaled(subject: Subject) -> Iterator[Finding]:
    """Inputs much larger or smaller than 1 that a layer multiplies as they are."""
    data = subject.train
    if data.vocabulary or not _takes_raw(subject):
        return
    sample = sample_of(data, FEW // 4)
    rms = np.sqrt(np.mean(np.square(sample.numbers, dtype=np.float64), axis=0))
    worst = int(np.argmax(rms))
    if SMALL <= rms[worst] <= LARGE or rms[worst] == 0.0:
        return
    low = sample.numbers[:, worst].min()
    high = sample.numbers[:, worst].max()
    yield told(
        said(
            "inputs are not scaled: feature {column} goes from {low:.6g} to {high:.6g}.",
            column=_column(data, worst),
            low=low,
            high=high,
        ),
        _of(data, sample),
        said(
            "z = sum over j of x_j w_j: with a root mean square of {rms} in the place of about 1, "
            "z and dL/dW = x^T dL/dz are as many times too large or small.",
            rms=significant(float(rms[worst])),
        ),
        said(
            "(x - mean) / standard deviation, both of the training set, for all sets; pictures of "
            "0 to 255 divided by 255."
        ),
    )


def _takes_raw(subject: Subject) -> bool:
    """Whether a layer with weights is given the features as they are, at most moved."""
    trace = subject.trace
    for node in trace.nodes:
        if weight_of(subject, trace, node) is None:
            continue
        x = moved(trace, node.inputs[0], Take)
        if x.name not in trace.maker and trace.has(x, FEATURES):
            return True
    return False


def _column(data: Dataset, place: int) -> str:
    """Where a number stands in a sample."""
    shape = data.form.shape
    place_in = tuple(int(i) for i in np.unravel_index(place, shape))
    return str(place_in[0]) if len(shape) == 1 else str(list(place_in))


def _of(data: Dataset, sample: Sample) -> str:
    return said("data {name}, {seen}", name=repr(data.name), seen=sample.told)


def targets_unscaled(subject: Subject) -> Iterator[Finding]:
    """Numbers to be predicted that are far from 0 and 1."""
    data = subject.train
    if data.classes:
        return
    rms = float(np.sqrt(np.mean(np.square(data.labels, dtype=np.float64))))
    if rms <= LARGE_TARGET:
        return
    yield told(
        said(
            "targets are not scaled: they go from {low:.6g} to {high:.6g}.",
            low=data.labels.min(),
            high=data.labels.max(),
        ),
        repr(data.name),
        said(
            "A fresh network gives numbers of about 1. The error y - t begins at about {rms}, "
            "and so do gradients; the last bias has that far to go.",
            rms=significant(rms),
        ),
        said("Learn (t - mean) / standard deviation, and undo that in what is predicted."),
    )


def constant(subject: Subject) -> Iterator[Finding]:
    """Features that are the same in every sample."""
    data = subject.train
    if data.vocabulary or len(data) < 2:
        return
    sample = sample_of(data, MANY)
    same = np.flatnonzero(sample.numbers.max(axis=0) == sample.numbers.min(axis=0))
    columns = sample.numbers.shape[1]
    if not same.size:
        return
    yield told(
        said(
            "{count} of {all} features are the same in every sample: {names}.",
            count=len(same),
            all=columns,
            names=some([_column(data, int(i)) for i in same], 5),
        ),
        _of(data, sample),
        said(
            "The variance of such a feature is 0: its weights act as a bias, and dividing by its "
            "standard deviation gives nan."
        ),
        said("Leave them out; of pictures they are the edge, and do no harm."),
        ERROR if len(same) == columns else NOTE,
    )


def duplicated(subject: Subject) -> Iterator[Finding]:
    """Features that are equal to another in every sample."""
    data = subject.train
    if data.vocabulary or len(data) < 2:
        return
    sample = sample_of(data, MANY)
    x = sample.numbers
    key = column_keys(x)
    varies = x.max(axis=0) != x.min(axis=0)
    first: dict[int, int] = {}
    pairs = []
    for i in np.flatnonzero(varies):
        other = first.setdefault(int(key[i]), int(i))
        if other != i and np.array_equal(x[:, other], x[:, i]):
            pairs.append(f"{_column(data, other)} = {_column(data, int(i))}")
    if pairs:
        yield told(
            said(
                "features are copies of others: {names} ({count} of {all}).",
                names=some(pairs, 5),
                count=len(pairs),
                all=x.shape[1],
            ),
            _of(data, sample),
            said(
                "x_i = x_j in every sample: only w_i + w_j matters, and a penalty counts the "
                "feature half as much."
            ),
            said("Leave the copies out."),
        )


def seen_before(subject: Subject) -> Iterator[Finding]:
    """Validation samples that are trained on."""
    yield from _seen(subject, subject.validation, WARNING)


def test_seen(subject: Subject) -> Iterator[Finding]:
    """Test samples that are trained on."""
    yield from _seen(subject, subject.test, ERROR)


def _seen(subject: Subject, part: Dataset | None, severity: str) -> Iterator[Finding]:
    train = subject.train
    if part is None or part.form.shape != train.form.shape:
        return
    most = MANY if subject.look is not None else FEW
    if part is train or _share(part.held, train.held):
        most = MANY
    ours = sample_of(train, most)
    theirs = sample_of(part, most)
    both, by_chance = alike(ours, theirs)
    share = len(both) / len(theirs.rows)
    if not both or share <= 2.0 * by_chance:  # as often as in the training set itself
        return
    count = len(both)
    yield told(
        said("{count:,} samples of {part} are trained on too.", count=count, part=repr(part.name)),
        _first_of(both[0], ours, theirs, train.name),
        said(
            "{share:.1%} of what is measured was learned by heart: measures come out better than "
            "on new data.",
            share=share,
        ),
        said("Split once, before anything else: pellucid.data.split(data, seed=0)."),
        NOTE if count < FEW_SAMPLES or share <= SHARE else severity,
    )


def _first_of(pair: tuple[int, int], ours: Sample, theirs: Sample, name: str) -> str:
    """Which two samples are the same."""
    a, b = pair
    return said(
        "sample {b} is sample {a} of {name}; {seen}",
        a=int(ours.rows[a]),
        b=int(theirs.rows[b]),
        name=repr(name),
        seen=theirs.told,
    )


def _share(ours: Any, theirs: Any) -> bool:
    """Whether two arrays of features may be parts of one."""
    in_memory = isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray)
    return in_memory and np.may_share_memory(ours, theirs)
