"""A Trainer of one batch: everything that another one does, on little, and nothing stays.

on_one_batch    lends model, loss and optimizer of a Trainer to another; then all is as it was
fit_whole       trains it, unless a signal says otherwise
batch_rows      sample numbers for it, of every class where there is room
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.train.trainer import Trainer
from pellucid.variables import assign_all


def batch_rows(data: Dataset, count: int) -> Any:
    """The numbers of `count` samples: the first of each class, and then from the first on."""
    rows = np.arange(len(data))
    if data.classes and data.labels.ndim == 1:
        _, firsts = np.unique(data.labels, return_index=True)
        rows = np.concatenate([np.sort(firsts), np.setdiff1d(rows, firsts)])
    return np.sort(rows[:count])


@contextmanager
def on_one_batch(
    trainer: Trainer, count: int, *, validates: bool = True, **changes: Any
) -> Iterator[Trainer]:
    """A Trainer on `count` samples of each set; `changes`: other options than those that are had.

    Without `validates` it has no validation set. Model and optimizer begin with what they hold, and
    hold the same arrays again afterwards.
    """
    options = trainer.options
    train = trainer.train
    validation = trainer.validation if validates else None
    weights = options.weights
    rows = batch_rows(train, count)
    if weights.samples is not None:
        weights = replace(weights, samples=np.asarray(weights.samples)[rows])
    batch = min(options.batch_of(len(train)), count)
    usual: dict[str, Any] = {
        "batch_size": batch,
        "weights": weights,
        "callbacks": (),
        "max_seconds": None,
    }
    sets = {} if validation is None else {"first": validation, **trainer.further}
    small = {name: data.subset(batch_rows(data, count)) for name, data in sets.items()}
    before = {variable: variable.held() for variable in trainer.variables().values()}
    try:
        yield Trainer(
            trainer.model,
            trainer.loss,
            trainer.optimizer,
            train.subset(rows),
            small or None,
            replace(options, **usual | changes),
        )
    finally:
        assign_all(before)


def fit_whole(small: Trainer, epochs: int) -> None:
    """Train it. Errors: KeyboardInterrupt where a signal has ended it, as nothing comes after."""
    if small.fit(epochs, show=False).stopped.startswith("stopped by"):
        raise KeyboardInterrupt
