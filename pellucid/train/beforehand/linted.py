"""Runs the linter before the first step of training, and prints what it found.

    linted    warn of likely mistakes, one line each; all that was found
    depth     how far away the line is that a warning belongs to

It reads the step that is captured already, the optimizer, and a part of the data. Nothing here
can end a run.
"""

import sys
import warnings
from typing import TYPE_CHECKING, Any

from pellucid.captured import Captured
from pellucid.structure import unflatten
from pellucid.train.base import BaseTrainer
from pellucid.train.stepping.compiled_step import CompiledStep
from pellucid.variables import Variable

if TYPE_CHECKING:
    from pellucid.linter import Findings


def linted(trainer: BaseTrainer, step: CompiledStep, row: Any) -> "Findings | None":
    """What the quick checks find; None where they failed. `row`: the sample numbers of a step."""
    captured = step.captured(
        step.at_once(row)
    )  # what is wrong with the step itself is an error of the run
    try:
        found = _found(trainer, step, captured)
    except Exception as error:  # of a user's own model, whatever it is
        warnings.warn(f"lint: it failed: {type(error).__name__}: {error}", stacklevel=depth())
        return None
    for finding in found:
        if finding.severity != "note":  # notes are for those who look
            warnings.warn(f"lint: {finding.line}", stacklevel=depth())
    return found


def depth() -> int:
    """How far above the caller of this the first line outside the package stands."""
    from pellucid.linter.lines import HOME  # on use: where there is something to be told

    depth = 1
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HOME):
        depth = depth + 1
        frame = frame.f_back
    return depth


def _found(trainer: BaseTrainer, step: CompiledStep, captured: Captured) -> "Findings":
    # On use: who asks for no checks imports none.
    from pellucid.linter.check import made
    from pellucid.linter.quick import QUICK
    from pellucid.linter.subject import Subject
    from pellucid.linter.trace import FEATURES, PARAMETERS, TARGETS, Trace

    feed = step.feed
    options = trainer.options
    procedure = captured.procedure
    rest = procedure.graph.inputs[procedure.arguments :]
    variables = {v.name: x for v, x in zip(rest, captured.variables, strict=True)}
    kinds = dict.fromkeys(feed.inputs, FEATURES) | dict.fromkeys(feed.targets, TARGETS)
    sources = {
        name: PARAMETERS if x.trainable else kinds[x]
        for name, x in variables.items()
        if x.trainable or x in kinds
    }
    results = unflatten(captured.result, iter(procedure.graph.outputs))
    trace = Trace(procedure.graph, results["loss"], sources, procedure.graph.inputs[0].shape[0])
    read = {name: x for name, x in variables.items() if name in trace.read}
    reached = _reached(trainer.optimizer, captured)
    known = trainer.train
    validation = trainer.validation
    judged = None if trainer.judged in (known, validation) else trainer.judged
    subject = Subject(
        trainer.model, trainer.loss, (trainer.optimizer,), known, validation, judged, trace,
        read, reached, options.batch_of(len(known)), options.drop_last,
    )  # fmt: skip
    return made(QUICK, subject)


def _reached(optimizer: Any, captured: Captured) -> frozenset[Variable]:
    """The parameters that a step changes, and those that it was not given to change."""
    held = set(getattr(optimizer, "parameters", {}).values())
    return frozenset(
        x for x, written in captured.changes if x.trainable and (written or x not in held)
    )
