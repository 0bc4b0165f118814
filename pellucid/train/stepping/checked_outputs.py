"""What a step computes, before it is trained on: outputs for the targets, a loss of one number.

check_outputs    refuses outputs that cannot stand for the classes of the data
check_loss       refuses a loss that is not one number
"""

from typing import Any

from pellucid.creation import zeros
from pellucid.data import Dataset
from pellucid.errors import DataError, ShapeError
from pellucid.functional.reduction import takes_embeddings, threshold_of, told
from pellucid.tensor import Tensor
from pellucid.train.measurements.terms import LossTerm


def check_outputs(term: LossTerm, data: Dataset, given: Any, count: int) -> None:
    """Refuse outputs that cannot stand for the classes of the data."""
    loss = term.loss
    outputs: Tensor = given
    if term.name:
        data = data.of_target(term.name)
        outputs = given[term.name]
    if outputs.shape[:1] != (count,):
        error = ShapeError(
            f"Trainer: the model gave {outputs.shape} for {count} samples. The first axis "
            "of its output must be the samples."
        )
        raise told(error, loss, outputs, _targets(data, count, outputs))
    if threshold_of(loss) is not None and data.classes > 2:
        raise DataError(
            f"Trainer: {data.name!r} has {data.classes} classes; the loss answers yes or no. "
            "Use cross_entropy, and one output per class."
        )
    scores = outputs.shape[-1]
    if takes_embeddings(loss):
        return
    if outputs.ndim == data.labels.ndim + 1 and 1 < scores < data.classes:
        error = ShapeError(
            f"Trainer: the model has {scores} outputs; {data.name!r} has "
            f"{data.classes} classes. It needs one output per class."
        )
        raise told(error, loss, outputs, _targets(data, count, outputs))


def check_loss(term: LossTerm, loss: Any) -> None:
    """Refuse a loss that is not one number."""
    if not isinstance(loss, Tensor) or loss.shape != ():
        got = f"shape {loss.shape}" if isinstance(loss, Tensor) else f"come out as {loss!r}"
        which = f"the loss of {term.name!r}" if term.name else "the loss"
        raise ShapeError(
            f"Trainer: {which} has {got}. It must be one number, such as the mean over the batch."
        )


def _targets(data: Dataset, count: int, outputs: Tensor) -> Tensor:
    """Targets of the shape that outputs should have had."""
    return zeros((count, *outputs.shape[1:-1], max(data.classes, 1)))
