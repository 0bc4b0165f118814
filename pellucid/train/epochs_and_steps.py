"""How many epochs `fit` trains for and steps run at a time, and the messages about that.

epochs_in_all    from what `fit` was told
until_next       how many steps may run before something is due between two of them
all_done         why it ended, where nothing else ended it
nothing_left     that there was nothing to do, and how to train longer
tell_rest        warns where a schedule has ended, and its rate is 0 from now on
"""

import operator
import warnings
from typing import Any

from pellucid.errors import OptionError
from pellucid.optim import Schedule
from pellucid.train.options import Options
from pellucid.train.run_files.clock import TIME_LIMIT


def epochs_in_all(epochs: Any, more: Any, done: int) -> int:
    """The epochs that are to be done in all. Errors: OptionError for what counts none."""
    if (epochs is None) == (more is None):
        raise OptionError(
            "fit: write fit(5) for 5 epochs in all, or fit(more=5) for 5 more than are done."
        )
    name, given = ("epochs", epochs) if more is None else ("more", more)
    try:
        count = operator.index(given)
    except TypeError:
        count = 0
    if count < 1 or isinstance(given, bool):
        raise OptionError(
            f"fit: {name} is {given!r}. It counts whole epochs: an integer, at least 1."
        )
    return count if more is None else done + count


def until_next(limit: int, step: int, options: Options) -> int:
    """Up to `limit` steps: as many as may run before a checkpoint or a validation is due."""
    saving = None if options.saving is None else options.saving.every_steps
    periods = [every for every in (saving, options.validate_every) if every]
    return min([limit, *(every - step % every for every in periods)])


def all_done(epochs: int) -> str:
    """Why `fit` ends, where nothing else ended it."""
    return f"all {epochs} epochs done"


def nothing_left(stopped: str, done: int) -> str:
    """What to say where `fit` finds nothing to do, and how to train longer."""
    remedy = f"fit(more=5), or fit({done + 5}) in all, trains 5 more; on the command line --more 5."
    if stopped.startswith("early stopping"):
        remedy = "A new Trainer whose EarlyStopping has more patience goes on."
    elif stopped.startswith(TIME_LIMIT):
        remedy = (
            "A Trainer with a longer Options(max_seconds=...) goes on after its resume(); on the "
            "command line: pellucid resume RUN --max-time 4h."
        )
    else:
        stopped = f"all {done} epochs are done"
    return f"fit: nothing was trained, as {stopped}. {remedy}"


def tell_rest(trainer: Any, epochs: int) -> None:
    """Warn where schedules give a rate of 0 to all updates that are still to come."""
    optimizer = trainer.optimizer
    rates = optimizer.rates() if hasattr(optimizer, "rates") else {}
    if not rates or not all(isinstance(rate, Schedule) for rate in rates.values()):
        return
    at = trainer.position
    left = (epochs - at.epoch) * trainer.steps_per_epoch - at.step_in_epoch
    first = optimizer.steps.item()
    updates = [first, first + left // 2, first + max(left, 1) - 1]
    if not any(rate(updates).any() for rate in rates.values()):
        warnings.warn(
            f"fit: nothing will be learned, as the rate of each of the {left} updates to come is "
            f"0: {rates['learning_rate']} has ended. Train with a longer schedule, or one that "
            "ends above 0.",
            stacklevel=4,
        )
