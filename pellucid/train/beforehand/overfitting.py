"""Whether a model learns one batch by heart, which every sound network does, and if not, why.

overfit_one_batch    trains on one batch alone, and puts everything back
OneBatch             what came of it, in words
"""

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import OptionError, TrainingError, some
from pellucid.state import copies
from pellucid.strict import strict
from pellucid.tables import significant
from pellucid.train.beforehand.one_batch import fit_whole, on_one_batch
from pellucid.train.measurements.history import EpochRecord
from pellucid.train.options import Callback
from pellucid.train.trainer import Trainer

LEARNED = 0.1  # of the loss before the first step
UNCHANGED = 1e-6  # of the loss: less is no change
SLOW = 0.01  # of the first loss, in the second half: it still falls


@strict
@dataclass(frozen=True)
class OneBatch:
    """Whether the loss on one batch fell to a tenth, in inference mode, or every sample is right.

    `losses`: before the first step and after each. `hints`: what to look at where it did not.
    """

    samples: int
    learned: bool
    losses: tuple[float, ...]
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        word = "learned" if self.learned else "NOT learned"
        first, last = (significant(self.losses[i]) for i in (0, -1))
        lines = [
            f"one batch of {self.samples:,} samples: {word}",
            f"loss {first} before, {last} after {len(self.losses) - 1:,} updates; wanted: a tenth, "
            "or every sample right",
        ]
        return "\n".join([*lines, *(f"look at: {hint}" for hint in self.hints)])


@strict
def overfit_one_batch(trainer: Trainer, steps: int = 500) -> OneBatch:
    """Train on one batch until its loss is a tenth of what it was, or for so many updates.

    A model that cannot learn a few samples by heart learns no more of many: before a long run this
    finds wrong targets, weights that nothing changes, rates that are far off. Model and optimizer
    begin with what they hold, and are put back, bit for bit.

    Errors: OptionError for fewer than 1 step.
    """
    if steps < 1:
        raise OptionError(f"overfit_one_batch: steps is {steps}. At least 1 is needed.")
    size = trainer.options.batch_of(len(trainer.train))
    watching = Watching()
    left_out = ("saving", "early_stopping", "monitor", "average", "validate_every")
    plain: dict[str, Any] = dict.fromkeys(left_out)
    plain |= {"mixing": None, "keep": "last", "callbacks": (watching,)}
    with on_one_batch(trainer, size, validates=False, **plain) as small:
        return _learned(small, watching, steps)


class Watching(Callback):
    """Ends training once the batch is learned: a tenth of the loss, or every sample right."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.is_learned = False

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        """See how far it is."""
        self.losses.append(record.train["loss"])
        wanted = self.losses[0] - (1 - LEARNED) * abs(self.losses[0])
        fell = math.isfinite(self.losses[-1]) and self.losses[-1] <= wanted
        self.is_learned = fell or record.train.get("accuracy") == 1.0
        if self.is_learned:
            trainer.stop("learned")


def _learned(small: Trainer, watching: Watching, steps: int) -> OneBatch:
    watching.losses.append(small.evaluate(small.train)["loss"])
    before = copies(small.model.parameters())
    broke = ""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="lint: ")  # it is told below
        try:
            fit_whole(small, steps)
        except TrainingError as error:
            broke = str(error)
    losses = tuple(watching.losses)
    count = len(small.train)
    if watching.is_learned:
        return OneBatch(count, learned=True, losses=losses)
    after = small.model.parameters()
    still = [name for name, array in before.items() if np.array_equal(array, after[name].present())]
    hints = [broke] if broke else list(_of_weights(still, len(after)))
    if not broke and len(still) < len(after):
        hints += _of_losses(small, losses)
    told = small.findings or ()
    hints += [each.line for each in told if each.severity != "note"]
    return OneBatch(count, learned=False, losses=losses, hints=(*hints, *_of_data(small.train)))


def _of_weights(still: Sequence[str], count: int) -> Iterator[str]:
    """What weights that did not change tell."""
    if len(still) == count:
        yield (
            "the weights: none has changed. Was the optimizer given model.parameters() of this "
            "model, is its learning rate 0, does the loss depend on the outputs?"
        )
    elif still:
        yield (
            f"{some([repr(name) for name in still])}: unchanged. Are they frozen, given to the "
            "optimizer, used by the model, behind a ReLU that gives only 0?"
        )


def _of_losses(small: Trainer, losses: Sequence[float]) -> Iterator[str]:
    """What the way of the loss tells."""
    first = losses[0]
    middle = losses[len(losses) // 2]
    last = losses[-1]
    in_training = small.history.steps["loss"][-1]
    if last > first:
        yield "the learning rate: the loss has grown. Try a tenth of it."
    elif middle - last > SLOW * abs(first):
        yield "the learning rate: the loss still falls. Try ten times as much, or more updates."
    elif first - last <= UNCHANGED * abs(first):
        yield "the targets and the loss: it has not changed. Do they belong to these inputs?"
    else:
        yield (
            "the model and its penalties: the loss has come to rest. More units, no dropout, l1, "
            "l2 or weight decay, inputs scaled to about 1; or the learning rate is far off."
        )
    if in_training <= first - (1 - LEARNED) * abs(first):
        yield (
            f"training and inference mode: in training the loss is {significant(in_training)}. "
            "Batch norm whose running statistics lag behind does this: try more updates."
        )


def _of_data(data: Dataset) -> Iterator[str]:
    """Samples that are equal, with targets that are not: no model can tell them apart."""
    seen: dict[bytes, int] = {}
    for i in range(len(data)):
        key = b"".join(np.ascontiguousarray(array[i]).tobytes() for array in data.inputs)
        other = seen.setdefault(key, i)
        if not np.array_equal(data.labels[i], data.labels[other]):
            yield f"samples {other} and {i} of the batch: equal inputs with other targets."
            return
