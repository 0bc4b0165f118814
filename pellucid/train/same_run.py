"""What must be the same when training goes on.

identity        what a resumed run must share with the run that it goes on from
check_identity  an error where it does not, and a warning where last bits will be others
"""

import functools
import hashlib
import warnings
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.data import Dataset
from pellucid.errors import OptionError
from pellucid.executors import EXACT, is_tiled
from pellucid.graph import Procedure
from pellucid.recordings import USUAL
from pellucid.train.base import BaseTrainer
from pellucid.train.options import Options

STEP = "step"
OTHER_STEP = (
    "resume {folder}: a step computes something else here than it did when the run began, as its "
    "graph says: the code of model, loss or optimizer has changed since, or pellucid's. A run goes "
    "on to the same bits: with the code that it began with. Its weights can be evaluated and used "
    "as before, and a new run can begin with them: "
    'model.load("{folder}/model.safetensors").'
)

SUMS = "sums"
OTHER_SUMS = (
    "resume {folder}: products of bfloat16 are summed in another order than where the run began, "
    "as tile registers of the CPU are used in one place and not in the other. The run goes on, in "
    "other last bits than it would have had. With executor='native-exact' all CPUs have one order."
)


def identity(trainer: BaseTrainer, step: Procedure) -> dict[str, Any]:
    """What decides the bits of a run, apart from the variables: batches, data, the step.

    What a step computes stands in its graph; names are there to tell what has changed. Of the
    machine counts alone how it sums products of bfloat16.
    """
    train = trainer.train
    validation = trainer.validation
    options = trainer.options
    return {
        "seed": options.seed,
        "batch_size": options.batch_of(len(train)),
        "shuffle": options.shuffle,
        "drop_last": options.drop_last,
        "samples": len(train),
        "data_checksum": _digest(train),
        "weights": _checksum(options.weights.of(train)),
        "optimizer": repr(trainer.optimizer),
        "groups": _forms(getattr(trainer.optimizer, "groups", ())),
        "callbacks": _forms(c for c in options.callbacks if getattr(c, "decides", False)),
        "validation_checksum": None if validation is None else _digest(validation),
        "further_validation": {n: _digest(data) for n, data in trainer.further.items()} or None,
        "metrics": [metric.name for metric in options.metrics],
        "not_finite": None if options.not_finite is None else repr(options.not_finite),
        "micro_batch": options.micro_batch,
        "average": None if options.average is None else repr(options.average),
        "statistics": "recomputed" if getattr(options.average, "recomputes", False) else None,
        "mixing": None if options.mixing is None else repr(options.mixing),
        "precision": None if options.precision == USUAL else options.precision,
        # Convolutions as they stand round otherwise than those with fewer multiplications.
        "executor": EXACT if options.executor == EXACT else None,
        "sampling": None if options.sampling is None else repr(options.sampling),
        "loss": _named(trainer.loss),
        "model": _named(trainer.model),
        STEP: f"graph {hashlib.sha256(str(step.graph).encode()).hexdigest()[:16]}",
        SUMS: _order_of_sums(options, step),
    }


def _order_of_sums(options: Options, step: Procedure) -> str | None:
    """The name of the order in which products are summed; None for the one of all CPUs."""
    is_usual = options.precision == USUAL or not is_tiled(step, options.executor)
    return None if is_usual else "tiles"


def _forms(parts: Iterable[Any]) -> list[str] | None:
    """How parts print; None where there are none, as runs of earlier versions say it."""
    return [repr(part) for part in parts] or None


def _named(what: Any) -> str:
    """A function by its name, an object by its form on one line: no address, as these change."""
    if isinstance(what, functools.partial):
        options = ", ".join(f"{name}={value!r}" for name, value in what.keywords.items())
        return f"{_named(what.func)}({options})"
    if hasattr(what, "__get__") or getattr(type(what), "__repr__", None) is object.__repr__:
        return str(getattr(what, "__name__", type(what).__name__))
    return " ".join(repr(what).split())


def check_identity(there: Mapping[str, Any], here: Mapping[str, Any], folder: str) -> None:
    """Raise OptionError where a run would go on with something else than it began with.

    On another CPU it goes on: a warning tells where last bits will be others.
    """
    for name, value in here.items():
        if there.get(name) != value:
            if name == SUMS:
                warnings.warn(OTHER_SUMS.format(folder=folder), stacklevel=2)
                continue
            if name == STEP:
                raise OptionError(OTHER_STEP.format(folder=folder))
            raise OptionError(
                f"resume {folder}: {name} is {value!r} here; the run has {there.get(name)!r}. "
                "A run goes on with what it began with: give the same, or train a new run."
            )


def _digest(data: Dataset) -> str:
    return "".join(_checksum(array) for array in (*data.input_rows, *data.target_arrays))


def _checksum(array: Any) -> str:
    if array is None:
        return ""
    if hasattr(array, "taken_digest"):  # rows that are read when they are needed
        return str(array.taken_digest())
    # CRC-32 tells other data apart as well as a cryptographic digest where nobody cheats.
    return f"{zlib.crc32(memoryview(array).cast('B')):08x}"
