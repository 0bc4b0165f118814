"""Losses over all alignments of a short target with a longer sequence of predictions.

ctc_loss    connectionist temporal classification

Options are those of all losses: see `losses`.
"""

import math
from dataclasses import dataclass

import numpy as np

from pellucid.class_ids import check_ids
from pellucid.creation import arange, concat, full, stack, where
from pellucid.errors import DataError, DTypeError, OptionError, ShapeError
from pellucid.functional.activations import TensorLike, as_floats, log_softmax, logsumexp
from pellucid.functional.lengths import check_lengths, length_mask
from pellucid.functional.reduction import Reduction, Weights, recorded_by_name, reduce, spread
from pellucid.graph import is_symbolic
from pellucid.primitives.base import INTEGERS, DType
from pellucid.scanning import scan
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


@recorded_by_name
@strict
def ctc_loss(  # noqa: PLR0913 (options, each by name)
    logits: TensorLike,
    target: TensorLike,
    *,
    blank: int = 0,
    input_lengths: TensorLike | None = None,
    target_lengths: TensorLike | None = None,
    leave_out_impossible: bool = False,
    weights: Weights = None,
    reduction: Reduction = "mean",
) -> Tensor:
    """- log of the probability of a target, summed over all its alignments with the steps.

        p(target) = sum over alignments of the product over t of softmax(logits[t])[alignment[t]]

    An alignment has one class for each step; without repeats, then without blanks, it is the
    target. The sum is taken step by step, in logarithms:

        a[t, s] = log(e^a[t-1, s] + e^a[t-1, s-1] + e^a[t-1, s-2]) + log p[t, s]

    for the target with blanks around each label, where s-2 counts if labels s and s-2 differ.

    A target of n labels, r of which repeat the one before, needs n + r steps. With fewer it is
    impossible: its loss is inf, with a gradient of 0, or with `leave_out_impossible` it counts
    as a sample with a weight of 0. Without `target_lengths` a target ends before its first
    blank, so that blanks fill it up; without `input_lengths` all steps count. "mean" is over the
    samples; PyTorch first divides each loss by the length of its target. Steps of which blank is
    certain count as if they were not there: a model that knows the lengths can say so.

    Shapes: logits (batch, steps, classes), target (batch, most labels) of ids, lengths (batch,)
    -> (), or (batch,) for "none".
    Errors: ShapeError where they do not fit; PositionError for an id outside the classes;
    DataError for a known target with a blank among its labels; OptionError for another blank.
    Source: Graves et al. 2006, Connectionist temporal classification, equations 6 to 8.

    >>> round(ctc_loss([[[0.0, 0.0], [0.0, 0.0]]], [[1]]).exp().item(), 6)  # 3 of 4 alignments
    1.333333
    """
    name = "ctc_loss"
    x = as_floats(name, logits)
    labels = _labels(name, x, target, blank)
    lengths = _target_lengths(name, labels, target_lengths, blank)
    there = length_mask(lengths, labels.shape[1])
    states = _States.of(check_ids(name, there.where(labels, blank), x.shape[2]), blank)
    steps = None if input_lengths is None else _as_lengths(name, input_lengths, x.shape)
    losses = -_log_probability(x, states, lengths, steps)
    if not leave_out_impossible:
        return reduce(name, losses, weights, reduction)
    possible = losses < math.inf
    kept = possible.astype(losses.dtype)
    if weights is not None:
        kept = kept * spread(name, weights, losses)
    return reduce(name, losses, kept, reduction, possible)


@dataclass(frozen=True, eq=False)
class _States:
    """Where an alignment may stand: blank, label, blank, ..., label, blank.

    `ids`: what each state says, (batch, states). `skips`: whether it may follow the state two
    before it, as labels that differ may without a blank between them.
    """

    ids: Tensor
    skips: Tensor

    @classmethod
    def of(cls, labels: Tensor, blank: int) -> "_States":
        """The states of labels (batch, most labels)."""
        batch, most = labels.shape
        count = 2 * most + 1
        one = full((batch, 1), blank, dtype=labels.dtype)
        blanks = one.broadcast_to(labels.shape)
        pairs = stack([blanks, labels], axis=2)
        ids = concat([pairs.reshape(batch, 2 * most), one], axis=1)
        # In front of the first state stands a blank, twice: nothing skips to the first label.
        before = concat([one, one, ids], axis=1)[:, :count]
        return cls(ids, (ids != before) & (arange(count) > 1))

    def scores(self, x: Tensor) -> Tensor:
        """log p of what each state says, at each step: (steps, batch, states)."""
        batch, steps, classes = x.shape
        log_p = log_softmax(x).permute_dims((1, 0, 2))
        first = arange(steps * batch) * classes
        rows = first.reshape(steps, batch, 1)
        places = rows + self.ids.astype("int64")
        return log_p.reshape(-1).take(places, axis=0)

    def start(self, dtype: DType) -> Tensor:
        """Before the first step: log 1 where it starts, log 0 elsewhere."""
        batch, count = self.ids.shape
        is_first = arange(count) == 0
        log_1 = full((batch, 1), 0.0, dtype=dtype)
        return where(is_first, log_1, -math.inf)


def _log_probability(
    x: Tensor,
    states: _States,
    lengths: Tensor,
    steps: Tensor | None,
) -> Tensor:
    """log p of each target: (batch,)."""
    masks = None if steps is None else length_mask(steps, x.shape[1]).T.expand_dims(2)

    def step(before: Tensor, given: tuple[Tensor, Tensor | None]) -> tuple[Tensor, None]:
        score, mask = given
        shifted = before.pad(((0, 0), (2, 0)), value=-math.inf)
        skipped = states.skips.where(shifted[:, :-2], -math.inf)
        ways = stack([before, shifted[:, 1:-1], skipped])
        after = logsumexp(ways, axis=0) + score
        return after if mask is None else mask.where(after, before), None

    reached = states.start(x.dtype)
    if x.shape[1]:
        reached, _ = scan(step, reached, (states.scores(x), masks))
    # It ends with its last label or the blank behind it.
    last = lengths.astype("int64").expand_dims(1) * 2
    place = arange(states.ids.shape[1])
    is_end = (place == last) | (place == last - 1)
    return logsumexp(is_end.where(reached, -math.inf), axis=1)


def _labels(name: str, x: Tensor, target: TensorLike, blank: int) -> Tensor:
    labels = target if isinstance(target, Tensor) else tensor(target)
    if x.ndim != 3 or labels.ndim != 2 or labels.shape[0] != x.shape[0]:
        raise ShapeError(
            f"{name}: logits of shape {x.shape}, target of shape {labels.shape}. They are (batch, "
            "steps, classes) and (batch, most labels): fill shorter targets up with blanks."
        )
    if labels.dtype not in INTEGERS:
        raise DTypeError(f"{name}: labels of {labels.dtype}. They are ids of classes: integers.")
    if not 0 <= blank < x.shape[2]:
        raise OptionError(
            f"{name}: blank {blank} for {x.shape[2]} classes. It is one of the classes, from 0 to "
            f"{x.shape[2] - 1}, which no target contains."
        )
    return labels


def _target_lengths(
    name: str,
    labels: Tensor,
    given: TensorLike | None,
    blank: int,
) -> Tensor:
    """How many labels each target has."""
    most = labels.shape[1]
    is_blank = labels == blank
    if given is not None:
        lengths = _as_lengths(name, given, labels.shape)
    else:
        lengths = is_blank.where(arange(most), most).min(axis=1) if most else is_blank.sum(axis=1)
    if not is_symbolic(labels) and not is_symbolic(lengths):
        there = length_mask(lengths, most)
        wrong = there & is_blank if given is not None else ~(there | is_blank)
        _refuse_blanks(name, wrong, blank)
    return lengths


def _refuse_blanks(name: str, wrong: Tensor, blank: int) -> None:
    """Refuse labels that are blanks, or stand behind one."""
    places = np.argwhere(wrong.numpy())
    if len(places):
        row, column = places[0].tolist()
        raise DataError(
            f"{name}: the blank, {blank}, stands in target {row}, at or before label {column}. A "
            "blank stands between labels of an alignment, never in a target: give the classes "
            "other ids, or another `blank`."
        )


def _as_lengths(name: str, given: TensorLike, shape: tuple[int, ...]) -> Tensor:
    lengths = given if isinstance(given, Tensor) else tensor(given)
    check_lengths(f"{name}: ", lengths, shape)
    return lengths
