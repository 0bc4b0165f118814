"""`--start-from RUN`: a new run that begins with the weights of another one.

start_from     give a model what fits; a StartedFrom says what
StartedFrom    arrays that were loaded, that are new, and that were left
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import OptionError, counted, some
from pellucid.nn import Module
from pellucid.primitives.base import FLOATS
from pellucid.state import restore
from pellucid.train import RunFolder


@dataclass(frozen=True)
class StartedFrom:
    """What a model began with: names of arrays of `run` that it has, and the others.

    `loaded`: those of the run. `new`: those of the model that the run has not. `left`: those of
    the run that the model has not. `reshaped`: those that both have, in another shape, with it.
    """

    run: str
    weights: str
    loaded: tuple[str, ...]
    new: tuple[str, ...]
    left: tuple[str, ...]
    reshaped: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For a person, in one line."""
        told = [f"{len(self.loaded)} arrays of {self.run} ({self.weights})"]
        kinds = {"new, of another shape": self.reshaped, "new": self.new, "left": self.left}
        told += [f"{kind}: {counted(names)}" for kind, names in kinds.items() if names]
        return "; ".join(told)


def start_from(folder: Path, model: Module) -> StartedFrom:
    """Have a model hold the parameters and statistics of a run that fit it, by name and shape.

    Counts, as of the draws of dropout, begin anew. Errors: OptionError where no parameter fits;
    FileError where the run has no weights.
    """
    arrays, weights = RunFolder.open(folder).load_model()
    own = {name: v for name, v in model.variables().items() if v.dtype in FLOATS}
    there = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    fits = {n: a for n, a in there.items() if n in own and own[n].shape == a.shape}
    if not any(name in fits for name in model.parameters()):
        raise OptionError(_nothing_fits(folder, own, there))
    restore(f"start from {folder}", {name: own[name] for name in fits}, fits, strict=True)
    new = tuple(name for name in own if name not in there)
    left = tuple(name for name in there if name not in own)
    reshaped = tuple(
        f"{name} {own[name].shape}, there {array.shape}"
        for name, array in there.items()
        if name in own and name not in fits
    )
    return StartedFrom(str(folder), weights, tuple(fits), new, left, reshaped)


def _nothing_fits(folder: Path, own: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    here, theirs = (
        some([f"{name} {tuple(each.shape)}" for name, each in arrays.items()])
        for arrays in (own, there)
    )
    return (
        f"start from {folder}: none of its parameters fits this model, by name and shape. Here: "
        f"{here}. There: {theirs}. Give a run of a model of the same kind and sizes; what differs, "
        "as the last layer, begins anew."
    )
