"""Measuring a model on whole data sets, in inference mode.

evaluate      loss and metrics of a model on one set
at_once       how many samples a model takes at a time
Evaluation    the same for many calls: compiled once, the data kept in place
training_feed, measuring_feed    what batches are taken from, by where the data are
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.compile import Compiled
from pellucid.compile import compile as compiled
from pellucid.data import Dataset
from pellucid.executors.alive import alive_at_most
from pellucid.functional.reduction import weighed
from pellucid.recordings import USUAL
from pellucid.strict import strict
from pellucid.tensor import Tensor
from pellucid.train.components import check_measured, metrics_of
from pellucid.train.measurements.history import Values
from pellucid.train.measurements.metrics import Accuracy, Metric, SetMetric, for_loss, means_of
from pellucid.train.measurements.terms import ALONE, named_outputs, terms_of, total
from pellucid.train.stepping.feed import Feed

Loss = Callable[..., Tensor]

BATCH = 1000  # samples that are measured at a time, at most
# Of values alive at a time: fewer samples then, which fit into the caches. Of the deep convnet 1000
# samples took 144 MiB, many times what a step of training with 100 takes.
MOST_ALIVE = 16 << 20
WEIGHT = "weight of "  # the loss whose name follows


@strict
def evaluate(
    model: Any,
    loss: Loss,
    data: Dataset,
    metrics: tuple[Metric | SetMetric, ...] = (Accuracy(),),
    executor: str | None = None,
    precision: str = USUAL,
) -> Values:
    """Loss and metrics of a model over a whole set, by name; see `Evaluation`."""
    check_measured("evaluate", model, loss)
    if terms_of(loss)[0].name:
        from pellucid.train.measurements.of_outputs import metrics_for  # on use

        metrics = metrics_for(loss, data, metrics_of(metrics, "evaluate"))
    return Evaluation(model, loss, metrics, executor, precision)(data)


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
        precision: str = USUAL,
        *,
        keeps: bool = False,
    ) -> None:
        check_measured("evaluate", model, loss)
        self.model = model
        self.loss = loss
        self.metrics = for_loss(metrics_of(metrics, "evaluate"), loss)
        self._compile = compiled(executor=executor, precision=precision)
        self._terms = terms_of(loss)
        self._losses = {term.column for term in self._terms}
        self._functions: dict[int, tuple[Feed, Compiled, int]] = {}
        self._keeps = keeps
        self.outputs: Any = None

    def __call__(self, data: Dataset, feed: Feed | None = None) -> Values:
        """Loss and metrics; a `feed` that holds the data already is used at the first call."""
        if id(data) not in self._functions:
            feed = measuring_feed(data) if feed is None or feed.passing else feed
            self._functions[id(data)] = (feed, *self._program(feed, len(data)))
        feed, function, size = self._functions[id(data)]
        sums: dict[str, float] = {}
        outputs: dict[str, list[Any]] = {}
        with self.model.mode(training=False):
            for rows in _all_rows(len(data), size):
                results, failure = feed.run(function, rows)
                if failure is not None:
                    raise failure
                columns, *whole = results
                for name, y in _named(*whole):
                    outputs.setdefault(name, []).append(y.numpy().reshape(-1, *y.shape[2:]))
                for name, column in columns.items():
                    # In float64: a float32 sum over many batches would lose digits.
                    added = float(column.numpy().astype(np.float64).sum())
                    is_mean = name in self._losses and f"{WEIGHT}{name}" not in columns
                    share = rows.shape[1] if is_mean else 1
                    sums[name] = sums.get(name, 0.0) + added * share
        losses = self._means(sums, len(data))
        means = losses | {name: sum_ / len(data) for name, sum_ in sums.items()}
        return means | self._of_set(outputs, data)

    def _means(self, sums: dict[str, float], count: int) -> Values:
        """The loss, and of several each, from their sums, which are taken out."""
        found = {}
        for term in self._terms:
            weight = sums.pop(f"{WEIGHT}{term.column}", count)
            found[term.column] = sums.pop(term.column) / (weight or 1.0)
        return {"loss": total(self._terms, found.values())} | found

    def room_for(self, data: Dataset) -> int:
        """The bytes that its programs for a set take while they run, one at a time."""
        function, size = self._program(measuring_feed(data), len(data))
        with self.model.mode(training=False):
            return max(function.room_for(some[0]) for some in _all_rows(len(data), size))

    def _program(self, feed: Feed, count: int) -> tuple[Compiled, int]:
        """What measures samples of a feed, and how many of so many it is given at a time."""
        function = self._compiled(feed)
        with self.model.mode(training=False):
            return function, at_once(function, count)

    def _of_set(self, outputs: dict[str, list[Any]], data: Dataset) -> Values:
        """What is no mean over samples, in the order of the metrics."""
        if not outputs:
            return {}
        each = {name: np.concatenate(parts) for name, parts in outputs.items()}
        joined = each.get(ALONE, each)
        if self._keeps:
            self.outputs = joined
        kinds = [metric for metric in self.metrics if isinstance(metric, SetMetric)]
        targets = data.by_target(data.target_arrays)
        return {metric.name: metric.over_set(joined, targets) for metric in kinds}

    def _loss(self, outputs: Any, targets: Any) -> dict[str, Tensor]:
        """Each loss; where steps of sequences are ignored, their sum, and how many are not."""
        found = {}
        for term in self._terms:
            with weighed() as divisors:
                loss = term.of(outputs, targets, {})
            if len(divisors) != 1 or not isinstance(divisors[0], Tensor):
                found[term.column] = loss
            else:
                found[term.column] = loss * divisors[0]
                found[f"{WEIGHT}{term.column}"] = divisors[0]
        return found

    def _compiled(self, feed: Feed) -> Compiled:
        of_samples = means_of(self.metrics)
        wants_outputs = self._keeps or any(isinstance(m, SetMetric) for m in self.metrics)

        def measure(indices: Tensor) -> tuple[Any, ...]:
            inputs, targets = feed.batch(indices)
            outputs = named_outputs(self.loss, self.model(*inputs))
            sums = self._loss(outputs, targets) | {
                m.name: m(outputs, targets).sum() for m in of_samples
            }
            return (sums, outputs) if wants_outputs else (sums,)

        function: Compiled = self._compile(measure)
        return function


def _named(*outputs: Any) -> Iterator[tuple[str, Any]]:
    """Outputs with their names, where there are some."""
    for each in outputs:
        yield from each.items() if isinstance(each, dict) else [(ALONE, each)]


def at_once(function: Compiled, count: int) -> int:
    """How many of so many samples a compiled function of their numbers is given at a time.

    By what the graph says of memory: the same wherever it runs.
    """
    most = min(BATCH, count)
    alive = alive_at_most(function.captured(np.arange(most)).procedure)
    if alive <= MOST_ALIVE:
        return most
    fitting = max(1, most * MOST_ALIVE // alive)
    return next(size for size in range(fitting, 0, -1) if BATCH % size == 0)


def _all_rows(count: int, size: int) -> list[Any]:
    """All sample numbers in order, as rows of one batch each, and the rest as one row."""
    full = count // size * size
    parts = [np.arange(full).reshape(-1, size), np.arange(full, count)[None]]
    return [part for part in parts if part.size]


def training_feed(data: Dataset, options: Any) -> Feed:
    """What a Trainer with these options takes its batches from."""
    weights = options.weights.of(data)
    sampling = options.sampling
    if not isinstance(data.held, np.ndarray):
        from pellucid.train.stepping.window import WindowFeed  # on use: most data are in memory

        return WindowFeed(data, weights, options.batch_of(len(data)), sampling)
    if sampling is None:
        return Feed(data, weights)
    from pellucid.train.stepping.cropped import CroppedFeed  # on use: few runs choose an order

    return CroppedFeed(data, weights, sampling)


def measuring_feed(data: Dataset, size: int = BATCH) -> Feed:
    """What measuring takes its batches from; `size`: how many samples these have at most."""
    if isinstance(data.held, np.ndarray):
        return Feed(data)
    from pellucid.train.stepping.window import WindowFeed

    return WindowFeed(data, None, min(size, len(data)))
