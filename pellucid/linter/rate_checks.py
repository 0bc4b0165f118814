"""Checks of the learning rate, by a short run over growing rates, on copies of all variables.

far_rate    a rate far above or below where the loss falls
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid import executors
from pellucid.arguments import apart
from pellucid.captured import Captured, capture_call
from pellucid.data.batches import batch_matrix
from pellucid.errors import PellucidError
from pellucid.languages import said
from pellucid.linter.findings import Finding, told
from pellucid.linter.looking import work_of
from pellucid.linter.subject import Subject
from pellucid.optim.rates import Ramp, RateFinding
from pellucid.optim.schedules import Schedule
from pellucid.tables import significant

TOO_HIGH, TOO_LOW = 3.0, 0.01  # times the rate of the lowest loss, and the suggested one
BATCH = 100
LARGE_WORK = 1e8  # floating-point operations of a step that is compiled first
MOST_WORK = 2e9  # more would take too long


def far_rate(subject: Subject) -> Iterator[Finding]:
    """A rate far off those that a short run over growing ones finds."""
    if len(subject.optimizers) != 1 or subject.look is None:
        return
    optimizer = subject.optimizers[0]
    own = [g for g in getattr(optimizer, "groups", ()) if g.learning_rate is not None]
    if isinstance(optimizer.learning_rate, Schedule) or own:  # which would stay while it grows
        return
    rate = float(optimizer.learning_rate.present())
    found = _found(subject, optimizer)
    if found is None or not found.fell:
        return
    is_high = rate > TOO_HIGH * found.lowest
    is_low = rate < TOO_LOW * found.suggested
    if not is_high and not is_low:
        return
    yield told(
        said("the learning rate {rate:g} is far too large.", rate=rate)
        if is_high
        else said("the learning rate {rate:g} is far too small.", rate=rate),
        type(optimizer).__name__,
        said(
            "In {steps} steps of growing rates, from {first:.3g} on, the loss went from {start} "
            "to {least}, which it reached at {lowest:.3g}; a tenth of that rate is safe.",
            steps=len(found.rates),
            first=found.rates[0],
            start=significant(float(found.losses[0])),
            least=significant(float(found.smoothed.min())),
            lowest=found.lowest,
        ),
        said("Begin with about {suggested:g}.", suggested=found.suggested),
    )


def _found(subject: Subject, optimizer: Any) -> RateFinding | None:
    """What the run shows; None where no step can be made, or where it would take too long."""
    train = subject.train
    count = min(subject.batch_size or BATCH, len(train))

    def step(*given: Any) -> Any:
        y = subject.loss(subject.model(*given[:-1]), given[-1])
        optimizer.minimize(y)
        return y

    full, rest = batch_matrix(
        len(train),
        count,
        seed=0,
        epoch=0,
        shuffle=True,
    )
    rows = full if len(full) else rest[None]
    try:
        with subject.model.mode(training=True), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parameters that nobody holds: others tell
            captured = capture_call(step, *apart(tuple(_batch(subject, rows[0]))))
    except PellucidError:
        return None
    work = work_of(captured.procedure.graph)
    if work > MOST_WORK:
        return None
    name = executors.default() if work > LARGE_WORK else "reference"
    return _ramped(subject, captured, rows, (name, optimizer.learning_rate))


def _batch(subject: Subject, rows: Any) -> list[Any]:
    return [array[rows] for array in (*subject.train.input_rows, subject.train.labels)]


def _ramped(
    subject: Subject, captured: Captured, rows: Any, how: tuple[str, Any]
) -> RateFinding | None:
    """One step at each rate, until the loss breaks off. `how`: the executor, and the variable."""
    state = [np.array(variable.present()) for variable in captured.variables]
    place = next((i for i, v in enumerate(captured.variables) if v is how[1]), None)
    if place is None:
        return None
    program = executors.ready(captured.procedure, how[0])
    rates = Ramp().rates
    losses = np.zeros(0)
    for number, rate in enumerate(rates):
        state[place][...] = rate
        loss = float(program(_batch(subject, rows[number % len(rows)]), state)[0])
        if not np.isfinite(loss):
            return RateFinding(rates[:number], losses, "the loss is not finite")
        losses = np.append(losses, loss)
        found = RateFinding(rates[: number + 1], losses, "the end of the ramp")
        if found.broke_off:
            break
    return found
