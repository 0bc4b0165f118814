"""A model's outputs for the samples of a set, with the classes it chose and its probabilities.

judged       the outputs of a model for a set, or for some of its samples
judgement    the same of outputs that are there
Judged       these, the classes chosen, and their probabilities
outputs_of   the outputs alone; chosen: the classes that they choose
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.compile import compile as compiled
from pellucid.data import Dataset
from pellucid.errors import DataError, OptionError
from pellucid.functional.reduction import threshold_of
from pellucid.tensor import Tensor
from pellucid.train.measurements.evaluation import Loss, at_once, measuring_feed
from pellucid.train.measurements.metrics import Accuracy, Metric, SetMetric, for_loss
from pellucid.train.options import Options

UNMEASURED = Options(metrics=())
# Losses whose outputs are logits, so that softmax or the sigmoid makes probabilities of them.
OF_LOGITS = ("cross_entropy", "focal_loss", "binary_cross_entropy", "binary_focal_loss")


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model says of some samples of a set.

    `data`: these samples, at `positions` in the whole set. `predicted`: a class for each
    label, None where targets are numbers. `probabilities`: of each class, None where the loss
    does not say how outputs become such. Of `seen` samples, `unsound` were left out, as an output
    was nan, unless all are.

    Shapes: outputs (samples, ...), predicted as the labels, probabilities (..., classes).
    """

    data: Dataset
    positions: NDArray[np.int64]
    outputs: NDArray[Any]
    predicted: NDArray[np.int64] | None
    probabilities: NDArray[Any] | None
    seen: int
    unsound: int = 0
    ignored: int | None = None

    def classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """True and predicted classes, one after the other, also those of sequences.

        Errors: DataError where there are none, as targets are numbers or all outputs are nan.
        """
        if self.predicted is None:
            why = "every output is nan" if self.data.classes else "its targets are numbers"
            raise DataError(f"judge on {self.data.name!r}: no class was chosen, as {why}.")
        true = self.data.labels.reshape(-1)
        predicted = self.predicted.reshape(-1)
        kept = true != self.ignored if self.ignored is not None else slice(None)
        return true[kept], predicted[kept]


def judged(
    model: Any,
    loss: Loss,
    data: Dataset,
    options: Options = UNMEASURED,
    most: int | None = None,
) -> Judged:
    """The outputs of a model in inference mode; of a larger set for `most` samples, evenly spread.

    Of the options of its training, metrics, executor and precision count.

    Errors: those of the model; OptionError for one output a sample, where neither loss nor metrics
    say from which score on it is yes.
    """
    count = min(len(data), most or len(data))
    positions = np.linspace(0, len(data) - 1, count).round().astype(np.int64)
    some = data if count == len(data) else data.subset(positions)
    return judgement(outputs_of(model, some, options), some, loss, options.metrics, positions)


def judgement(
    outputs: NDArray[Any],
    some: Dataset,
    loss: Loss,
    metrics: Sequence[Metric | SetMetric] = (),
    positions: Any = None,
) -> Judged:
    """What outputs say of the samples that they are for; those at `positions`, or all of a set.

    Errors: as of `judged`.
    """
    count = len(some)
    places = np.arange(count) if positions is None else positions
    ignored = next((m.ignore_index for m in metrics if isinstance(m, Accuracy)), None)
    sound = ~np.isnan(outputs).reshape(count, -1).any(axis=1)
    unsound = int(count - sound.sum())
    if unsound and sound.any():
        some = some[sound]
        places = places[sound]
        outputs = outputs[sound]
    if not some.classes or unsound == count:
        return Judged(some, places, outputs, None, None, count, unsound)
    predicted = chosen(outputs, some, loss, metrics)
    probabilities = _probabilities(outputs, some, loss)
    return Judged(some, places, outputs, predicted, probabilities, count, unsound, ignored)


def outputs_of(model: Any, data: Dataset, options: Options = UNMEASURED) -> NDArray[Any]:
    """The outputs of a model for every sample, in inference mode, by one compiled program.

    Of the options of its training, executor and precision count.

    Shapes: -> (samples, ...).
    """
    feed = measuring_feed(data)

    def outputs(indices: Tensor) -> Any:
        return model(*feed.batch(indices)[0])

    count = len(data)
    program = compiled(outputs, executor=options.executor, precision=options.precision)
    with model.mode(training=False):
        size = at_once(program, count)
        # The last batch begins earlier, so that all are of one size.
        starts = np.minimum(np.arange(0, count, size), count - size)
        rows = starts[:, None] + np.arange(size)
        results, failure = feed.run(program, rows)
    if failure is not None:
        raise failure
    found = results.numpy()
    last = count - (len(starts) - 1) * size
    parts = [found[:-1].reshape(-1, *found.shape[2:]), found[-1, size - last :]]
    return np.concatenate(parts)


def name_of(loss: Callable[..., Any]) -> str:
    """The name of a loss, also of one with options."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    return str(getattr(loss, "__name__", type(loss).__name__))


def _is_answer(outputs: NDArray[Any], data: Dataset) -> bool:
    """Whether each label has one output, which says yes or no."""
    return outputs.shape in (data.labels.shape, (*data.labels.shape, 1))


def chosen(
    outputs: NDArray[Any], data: Dataset, loss: Loss, metrics: Sequence[Metric | SetMetric] = ()
) -> NDArray[np.int64]:
    """The class that the outputs choose for each label.

    Errors: OptionError for one output a sample, where neither loss nor metrics say from which
    score on it is yes.
    """
    if not _is_answer(outputs, data):
        return np.asarray(outputs.argmax(axis=-1), np.int64)
    accuracies = [m for m in for_loss(tuple(metrics), loss) if isinstance(m, Accuracy)]
    told = [m.threshold for m in accuracies if m.threshold is not None]
    threshold = told[0] if told else threshold_of(loss)
    if threshold is None:
        raise OptionError(
            "one output a sample, and a loss that does not say what it is: give the metric "
            "Accuracy(threshold=0.0) where it is a logit, Accuracy(threshold=0.5) where it is a "
            "probability."
        )
    return np.asarray(outputs.reshape(data.labels.shape) > threshold, np.int64)


def _probabilities(outputs: NDArray[Any], data: Dataset, loss: Loss) -> NDArray[Any] | None:
    """Of each class; None where outputs are neither probabilities nor known to be logits."""
    of_logits = name_of(loss) in OF_LOGITS
    if _is_answer(outputs, data):
        yes = outputs.reshape(data.labels.shape).astype(np.float64)
        if of_logits:
            yes = 0.5 * (1.0 + np.tanh(0.5 * yes))
        elif threshold_of(loss) != 0.5:
            return None
        return np.stack([1.0 - yes, yes], axis=-1)
    if of_logits:
        with np.errstate(invalid="ignore"):  # of inf
            shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True), dtype=np.float64)
        return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
    sums = outputs.sum(axis=-1)
    is_probability = (outputs >= 0.0).all() and np.allclose(sums, 1.0, atol=1e-4)
    return outputs if is_probability else None
