"""Prediction: a network's outputs for one batch a call.

runner      a function that predicts some batches with pellucid
in_turn     the same of any function that predicts

pellucid is called with arrays of NumPy, and compared with systems that are called with arrays of
their own kind: what a call gives back is complete and in the host's memory.
"""

from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import numpy as np

import pellucid as pc
from pellucid.bench import training
from pellucid.bench.workloads import Problem

Array = np.ndarray[Any, Any]


def runner(problem: Problem, executor: str) -> Callable[[int], float]:
    """A function that predicts some batches in turn, and tells the loss of the last."""
    model = training.model_of(problem).inference()

    def predict(x: Any) -> Any:
        return model(x)

    return in_turn(problem, pc.compile(predict, executor=executor))


def in_turn(
    problem: Problem,
    predict: Callable[[Any], Any],
    given: Callable[[Array], Any] = np.asarray,
    logits: Callable[[Any], Array] = np.asarray,
) -> Callable[[int], float]:
    """A function that predicts some batches in turn, and tells the loss of the last.

    `given` makes a system's own array of a batch, `logits` reads its outputs: neither is part
    of a call.
    """
    size = problem.workload.batch
    starts = range(0, problem.workload.samples, size)
    batches = [given(problem.features[i : i + size]) for i in starts]
    labels = [problem.labels[i : i + size] for i in starts]

    def run(steps: int) -> float:
        outputs: Any = None
        for x in islice(cycle(batches), steps):
            outputs = predict(x)
        return _cross_entropy(logits(outputs), labels[(steps - 1) % len(labels)])

    return run


def _cross_entropy(y: Array, t: Array) -> float:
    """The mean loss of logits: one number in which two systems' outputs are compared."""
    return float((np.logaddexp.reduce(y, axis=1) - y[np.arange(len(t)), t]).mean())
