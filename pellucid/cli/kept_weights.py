"""Which weights `pellucid explain` shows of a run, best or last, and their optimizer.

told            which weights these are, in the language chosen
its_optimizer   the optimizer of a run as it was with some weights
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.cli.optimizing import optimizer_of
from pellucid.cli.recipe import Recipe
from pellucid.errors import FileError, StateError
from pellucid.languages import marked, said
from pellucid.nn.module import Module
from pellucid.train import RunFolder
from pellucid.train.run_files.checkpoint import Checkpoint

MODEL, OPTIMIZER = "model/", "optimizer/"  # before the names of variables in checkpoints
START = marked("weights at the start, seed {seed}")
MONITORS = (marked("validation loss"), marked("validation accuracy"))
# As files of runs say it, in English whatever the language was: see `train.keeping.Kept`.
FORMS = (
    (r"weights of epoch (?P<epoch>\d+)", marked("weights of epoch {epoch}")),
    (r"averaged weights of epoch (?P<epoch>\d+)", marked("averaged weights of epoch {epoch}")),
    (
        r"weights of step (?P<step>\d+), in epoch (?P<epoch>\d+)",
        marked("weights of step {step}, in epoch {epoch}"),
    ),
    (
        r"averaged weights of step (?P<step>\d+), in epoch (?P<epoch>\d+)",
        marked("averaged weights of step {step}, in epoch {epoch}"),
    ),
    (r"(?:averaged )?weights of the start", marked("weights of the start")),
    (r"weights at the start, seed (?P<seed>\d+)", START),
    (r"weights that training ended with", marked("weights that training ended with")),
)
WHICH = re.compile(
    r"(?P<place>.*?)(?:, the (?:(?P<last>last)|best by (?P<by>.+?)))?(?P<far> so far)?"
)


def told(weights: str) -> str:
    """Which weights these are, in the language chosen; what has another form stands as it is.

    >>> told("weights of epoch 6, the best by validation loss so far")
    'weights of epoch 6, the best by validation loss so far'
    """
    found = WHICH.fullmatch(weights)
    place = None if found is None else _place(found["place"])
    if found is None or place is None:
        return weights
    known = place
    if found["last"]:
        known = said("{weights}, the last", weights=place)
    if found["by"]:
        by = said(found["by"]) if found["by"] in MONITORS else found["by"]
        known = said("{weights}, the best by {monitor}", weights=place, monitor=by)
    return said("{weights} so far", weights=known) if found["far"] else known


def _place(text: str) -> str | None:
    for form, spoken in FORMS:
        found = re.fullmatch(form, text)
        if found is not None:
            return said(spoken, **found.groupdict())
    return None


def its_optimizer(run: RunFolder, recipe: Recipe, model: Module) -> Any:
    """The optimizer with what it remembered when the model's weights were those of a checkpoint.

    None where no checkpoint that the run keeps has these weights.
    """
    for path in reversed(run.checkpoint_files()):
        try:
            arrays = Checkpoint.load(path).arrays
        except FileError:  # it is damaged, and explained is the model
            continue
        if _are_of(model, arrays):
            return _restored(recipe, model, arrays)
    return None


def _are_of(model: Module, arrays: Mapping[str, Any]) -> bool:
    state = model.state_dict()
    there = [arrays.get(MODEL + name) for name in state]
    both = zip(state.values(), there, strict=True)
    return all(b is not None and np.array_equal(a, b) for a, b in both)


def _restored(recipe: Recipe, model: Module, arrays: Mapping[str, Any]) -> Any:
    """An optimizer of the recipe with the state of a checkpoint; None where it does not fit."""
    optimizer = optimizer_of(recipe, model)
    state = {
        name.removeprefix(OPTIMIZER): array
        for name, array in arrays.items()
        if name.startswith(OPTIMIZER)
    }
    try:
        optimizer.load_state_dict(state)
    except StateError:
        return None
    return optimizer
