"""Measuring a model on whole data sets, in inference mode.

evaluate      loss and metrics of a model on one set
Evaluation    the same for many calls: compiled once, the data kept in place
Feed          a data set in variables, from which a compiled function gathers a batch
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from pellucid.compile import Compiled
from pellucid.compile import compile as compiled
from pellucid.data import Dataset
from pellucid.functional.reduction import weighed
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.train.components import check_measured, metrics_of
from pellucid.train.history import Values
from pellucid.train.metrics import Accuracy, Metric, SetMetric, for_loss, means_of
from pellucid.variables import Buffer

Loss = Callable[..., Tensor]

BATCH = 1000
WEIGHT = "weight of all"


class Feed:
    """A data set, ready to be gathered from inside a compiled function."""

    def __init__(self, data: Dataset, weights: Any = None) -> None:
        self.data = data
        names = ["features", *(f"input{i}" for i in range(1, len(data.inputs)))]
        self.inputs = [Buffer(x, name=n) for x, n in zip(data.inputs, names, strict=True)]
        self.targets = Buffer(data.labels, name="targets")
        self.weights = None if weights is None else Buffer(weights, name="weights")

    @staticmethod
    def of(data: Dataset, options: Any) -> "Feed":
        """What a Trainer with these options takes its batches from."""
        weights = options.weights.of(data)
        if options.sampling is None:
            return Feed(data, weights)
        from pellucid.train.cropped import CroppedFeed  # on use: few runs choose an order

        return CroppedFeed(data, weights, options.sampling)

    def alike(self, rows: Any) -> int:
        """How many of the first rows of samples can run as one program."""
        return len(rows)

    def cropped(self, row: Any) -> AbstractContextManager[None]:
        """Inside, batches are such as this row of samples needs."""
        return nullcontext()

    def batch(self, indices: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
        """The inputs of a model, and targets, of these samples."""
        inputs = tuple(buffer.take(indices, axis=0) for buffer in self.inputs)
        return inputs, self.targets.take(indices, axis=0)

    def batch_weights(self, indices: Tensor) -> dict[str, Tensor]:
        """The weights of these samples, as an argument for the loss; none where all are 1."""
        return {} if self.weights is None else {"weights": self.weights.take(indices, axis=0)}


@strict
def evaluate(
    model: Any,
    loss: Loss,
    data: Dataset,
    metrics: tuple[Metric | SetMetric, ...] = (Accuracy(),),
    executor: str | None = None,
) -> Values:
    """Loss and metrics of a model over a whole set, by name; see `Evaluation`."""
    return Evaluation(model, loss, metrics, executor)(data)


class Evaluation:
    """Measures a model: `evaluation(data)` gives loss and metrics by name.

    The result is that of one batch with all samples: each batch counts with its number of
    samples, the last, smaller one too; where some are ignored, with that of the others. The model
    is in inference mode meanwhile. With `keeps`, `outputs` are those for the set that was measured
    last.
    """

    def __init__(
        self,
        model: Any,
        loss: Loss,
        metrics: tuple[Metric | SetMetric, ...],
        executor: str | None,
        *,
        keeps: bool = False,
    ) -> None:
        check_measured("evaluate", model, loss)
        self.model = model
        self.loss = loss
        self.metrics = for_loss(metrics_of(metrics, "evaluate"), loss)
        self._options = {} if executor is None else {"executor": executor}
        self._functions: dict[int, tuple[Dataset, Compiled]] = {}
        self._keeps = keeps
        self.outputs: Any = None

    def __call__(self, data: Dataset, feed: Feed | None = None) -> Values:
        """Loss and metrics; a `feed` that holds the data already is used at the first call."""
        if id(data) not in self._functions:
            self._functions[id(data)] = (data, self._compiled(feed or Feed(data)))
        function = self._functions[id(data)][1]
        sums: dict[str, float] = {}
        outputs: list[Any] = []
        with self.model.mode(training=False):
            for rows in _all_rows(len(data)):
                columns, *whole = function.loop(rows)
                outputs += [y.numpy().reshape(-1, *y.shape[2:]) for y in whole]
                for name, column in columns.items():
                    # In float64: a float32 sum over many batches would lose digits.
                    added = float(column.numpy().astype(np.float64).sum())
                    share = rows.shape[1] if name == "loss" and WEIGHT not in columns else 1
                    sums[name] = sums.get(name, 0.0) + added * share
        weight = sums.pop(WEIGHT, len(data))
        loss = sums.pop("loss") / (weight or 1.0)
        means = {"loss": loss} | {name: total / len(data) for name, total in sums.items()}
        return means | self._of_set(outputs, data)

    def room_for(self, data: Dataset) -> int:
        """The bytes that its programs for a set take while they run."""
        function = self._compiled(Feed(data))
        with self.model.mode(training=False):
            return sum(function.room_for(rows[0]) for rows in _all_rows(len(data)))

    def _of_set(self, outputs: list[Any], data: Dataset) -> Values:
        """What is no mean over samples, in the order of the metrics."""
        if not outputs:
            return {}
        joined = np.concatenate(outputs)
        if self._keeps:
            self.outputs = joined
        kinds = [metric for metric in self.metrics if isinstance(metric, SetMetric)]
        return {metric.name: metric.over_set(joined, data.labels) for metric in kinds}

    def _loss(self, outputs: Tensor, targets: Tensor) -> dict[str, Tensor]:
        """The loss; where steps of sequences are ignored, their sum, and how many are not."""
        with weighed() as divisors:
            loss = self.loss(outputs, targets)
        if len(divisors) != 1 or not isinstance(divisors[0], Tensor):
            return {"loss": loss}
        return {"loss": loss * divisors[0], WEIGHT: divisors[0]}

    def _compiled(self, feed: Feed) -> Compiled:
        of_samples = means_of(self.metrics)
        wants_outputs = self._keeps or len(of_samples) < len(self.metrics)

        def measure(indices: Tensor) -> tuple[Any, ...]:
            inputs, targets = feed.batch(indices)
            outputs = self.model(*inputs)
            sums = self._loss(outputs, targets) | {
                m.name: m(outputs, targets).sum() for m in of_samples
            }
            return (sums, outputs) if wants_outputs else (sums,)

        function: Compiled = compiled(measure, **self._options)
        return function


def _all_rows(count: int) -> list[Any]:
    """All sample numbers in order, as rows of one batch each, and the rest as one row."""
    full = count // BATCH * BATCH
    parts = [np.arange(full).reshape(-1, BATCH), np.arange(full, count)[None]]
    return [part for part in parts if part.size]
