"""The two compiled functions of a training run, and the data that they read.

    Feed         a data set in variables, from which a step gathers its batch
    Program      step(indices): loss, gradients, update; and evaluation of a whole set

A step takes only sample numbers: the data stay where they are, and many steps run without
returning to Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.compile import Captured
from pellucid.compile import compile as compiled
from pellucid.data import Dataset
from pellucid.errors import ShapeError
from pellucid.tensor import Tensor
from pellucid.train.history import Values
from pellucid.train.metrics import Metric
from pellucid.variables import Buffer, Variable

Loss = Callable[..., Tensor]

EVALUATION_BATCH = 1000


class Feed:
    """A data set, ready to be gathered from inside a compiled function."""

    def __init__(self, data: Dataset, weights: Any = None) -> None:
        self.data = data
        self.features = Buffer(data.features, name="features")
        self.targets = Buffer(data.labels, name="targets")
        self.weights = None if weights is None else Buffer(weights, name="weights")

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Features, targets and weights of these samples."""
        chosen = [
            None if kept is None else kept.take(indices, axis=0)
            for kept in (self.features, self.targets, self.weights)
        ]
        return chosen[0], chosen[1], chosen[2]  # type: ignore[return-value]


@dataclass(frozen=True)
class Task:
    """What is trained, and what is measured."""

    model: Any
    loss: Loss
    optimizer: Any
    metrics: tuple[Metric, ...]


class Program:
    """The compiled functions of a task."""

    def __init__(self, task: Task, feed: Feed, executor: str | None) -> None:
        self.task = task
        self.feed = feed
        self._options = {} if executor is None else {"executor": executor}
        self._step = compiled(self._train, **self._options)
        self._evaluations: dict[int, tuple[Dataset, Any]] = {}

    def run(self, rows: Any) -> dict[str, Any]:
        """One step for each row of sample numbers: loss and metrics of each, as columns."""
        with self.task.model.mode(training=True):
            results = self._step.loop(rows)
        return {name: column.numpy() for name, column in results.items()}

    def captured(self, row: Any) -> Captured:
        """The graph of a step, and the variables that it reads and writes."""
        with self.task.model.mode(training=True):
            found: Captured = self._step.captured(row)
        return found

    def written(self, row: Any) -> dict[str, Variable]:
        """The variables that a step changes, by their names in its graph."""
        captured = self.captured(row)
        procedure = captured.procedure
        return {
            procedure.graph.inputs[i].name: captured.variables[i - procedure.arguments]
            for i in procedure.updates
        }

    def _train(self, indices: Tensor) -> dict[str, Tensor]:
        features, targets, weights = self.feed.batch(indices)
        outputs = self.task.model(features)
        self._check_outputs(outputs, len(indices))
        extra = {} if weights is None else {"weights": weights}
        loss = self.task.loss(outputs, targets, **extra)
        if loss.shape != ():
            raise ShapeError(
                f"Trainer: the loss has shape {loss.shape}. It must be one number, such as the "
                "mean over the batch."
            )
        self.task.optimizer.minimize(loss)
        return {"loss": loss} | self._measure(outputs, targets, Tensor.mean)

    def _check_outputs(self, outputs: Tensor, count: int) -> None:
        """Refuse outputs that cannot stand for the classes of the data."""
        classes = self.feed.data.classes
        if outputs.shape[:1] != (count,):
            raise ShapeError(
                f"Trainer: the model gave {outputs.shape} for {count} samples. The first axis "
                "of its output must be the samples."
            )
        if outputs.ndim == 2 and 1 < outputs.shape[1] < classes:
            raise ShapeError(
                f"Trainer: the model has {outputs.shape[1]} outputs; {self.feed.data.name!r} "
                f"has {classes} classes. It needs one output per class."
            )

    def _measure(self, outputs: Tensor, targets: Tensor, reduce: Any) -> dict[str, Tensor]:
        return {m.name: reduce(m(outputs, targets)) for m in self.task.metrics}

    # ---- evaluation ----------------------------------------------------------------------

    def evaluate(self, data: Dataset) -> Values:
        """Loss and metrics over a whole set, as if it were one batch, in inference mode.

        Each batch counts with its number of samples, the last, smaller one too.
        """
        with self.task.model.mode(training=False):
            sums: dict[str, float] = {}
            function = self._evaluation(data)
            for rows in _slices(len(data)):
                for name, column in function.loop(rows).items():
                    added = float(column.numpy().astype(np.float64).sum())
                    share = rows.shape[1] if name == "loss" else 1
                    sums[name] = sums.get(name, 0.0) + added * share
        return {name: total / len(data) for name, total in sums.items()}

    def outputs(self, features: Any) -> Any:
        """What the model gives for an array of samples, in inference mode."""
        with self.task.model.mode(training=False):
            return self.task.model(Tensor(features)).numpy()

    def _evaluation(self, data: Dataset) -> Any:
        """The compiled evaluation of one data set, made once: it holds a copy of the data."""
        if id(data) not in self._evaluations:
            feed = self.feed if data is self.feed.data else Feed(data)

            def evaluate(indices: Tensor) -> dict[str, Tensor]:
                features, targets, _ = feed.batch(indices)
                outputs = self.task.model(features)
                loss = self.task.loss(outputs, targets)
                return {"loss": loss} | self._measure(outputs, targets, Tensor.sum)

            function = compiled(evaluate, **self._options)
            self._evaluations[id(data)] = (data, function)
        return self._evaluations[id(data)][1]


def _slices(count: int) -> list[Any]:
    """All sample numbers in order, as rows of one evaluation batch each, and the rest."""
    full = count // EVALUATION_BATCH * EVALUATION_BATCH
    parts = [np.arange(full).reshape(-1, EVALUATION_BATCH), np.arange(full, count)[None]]
    return [part for part in parts if part.size]
