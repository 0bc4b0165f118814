"""The learning rate, found by a short run in which it grows from step to step.

find_learning_rate    the run; model and optimizer are afterwards what they were before
"""

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.data import Dataset
from pellucid.errors import OptionError, TrainingError
from pellucid.optim import Optimizer, Schedule
from pellucid.optim.rates import Ramp, RateFinding
from pellucid.state import copies, restore
from pellucid.strict import strict
from pellucid.tensor import tensor
from pellucid.train import Options, Trainer
from pellucid.train.measurements.evaluation import Loss


@strict
def find_learning_rate(
    model: Any,
    loss: Loss,
    optimizer: Optimizer,
    train: Dataset,
    options: Options = Options(),  # noqa: B008 (frozen)
    ramp: Ramp = Ramp(),  # noqa: B008 (frozen)
) -> RateFinding:
    """Train while the learning rate grows, and see where the loss falls and where it breaks off.

    Too small a rate learns nothing, too large a one diverges; in between the loss falls. Model
    and optimizer are put back, bit for bit, when the run has ended.

    Errors: OptionError where the optimizer's learning rate is a schedule, where groups have rates
        of their own, or where the loss never fell.
    Source: Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
    """
    _check_rate(optimizer)
    plain = replace(options, saving=None, early_stopping=None, callbacks=())
    trainer = Trainer(model, loss, optimizer, train, options=plain)
    before = copies(trainer.variables())
    try:
        found = _ramped(trainer, ramp.rates)
    finally:
        restore("find_learning_rate", trainer.variables(), before, strict=True)
    if not found.fell:
        raise OptionError(
            f"find_learning_rate: the loss did not fall between rates of {ramp.low:g} and "
            f"{found.rates[-1]:g} ({found.stopped}). Begin the ramp lower, end it higher, or take "
            "more steps."
        )
    return found


def _ramped(trainer: Trainer, rates: Any) -> RateFinding:
    """One step at each rate, until the loss breaks off."""
    rate = trainer.optimizer.learning_rate
    losses: list[float] = []
    found = RateFinding(rates[:0], np.array([]), "")
    steps = iter(trainer)
    for number, value in enumerate(rates, 1):
        rate.assign(tensor(np.asarray(value, rate.dtype)))
        try:
            losses.append(next(steps).loss)
        except TrainingError:
            return RateFinding(rates[: len(losses)], np.array(losses), "the loss is not finite")
        found = RateFinding(rates[:number], np.array(losses), "the end of the ramp")
        if found.broke_off:
            return replace(found, stopped="the loss had grown fourfold")
    return found


def _check_rate(optimizer: Optimizer) -> None:
    """One number is what all parameters learn with, so that it can grow."""
    if isinstance(optimizer.learning_rate, Schedule):
        raise OptionError(
            "find_learning_rate: the optimizer's learning rate is a schedule. Give it a number: "
            "any will do."
        )
    others = list(optimizer.rates())[1:]
    if others:
        raise OptionError(
            f"find_learning_rate: {', '.join(others)} would stay what it is, and only the "
            "optimizer's rate grow. Give groups a factor of it in the place of a rate."
        )
