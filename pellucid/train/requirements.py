"""What must hold before training begins, and what is written down of it.

check_data    refuse data that do not fit each other or the options
check_sets    the same for all sets of a Trainer
run_config    what config.json holds
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pellucid.data import Dataset
from pellucid.errors import DataError, OptionError, closest, some
from pellucid.train.base import BaseTrainer
from pellucid.train.measurements.measured import TRAIN, VALIDATION
from pellucid.train.measurements.metrics import SetMetric
from pellucid.train.options import Callback, Options
from pellucid.train.policies.validation import Sets, measures
from pellucid.train.run_files.run_settings import FORMAT
from pellucid.version import __version__


def check_data(
    train: Dataset,
    validation: Dataset | None,
    options: Options,
    called: str = "validation",
) -> None:
    """Raise DataError or OptionError before any time is spent; a Dataset checks itself.

    `called`: the argument that the second set is.
    """
    for name, data in (("train", train), (called, validation)):
        if not isinstance(data, Dataset) and (data is not None or name != "validation"):
            raise DataError(
                f"Trainer: {name} is of type {type(data).__name__}. It must be a Dataset: "
                "pellucid.data.from_arrays(features, labels) makes one and checks it."
            )
    if options.batch_of(len(train)) > len(train):
        raise DataError(
            f"Trainer: batch_size is {options.batch_size}; {train.name!r} has {len(train)} "
            "samples. A batch cannot hold more samples than there are: choose a smaller one, or "
            "leave it out."
        )
    if (options.micro_batch or 1) > options.batch_of(len(train)):
        raise OptionError(
            f"Trainer: micro_batch is {options.micro_batch}, of batches of "
            f"{options.batch_of(len(train))} samples. It is a part of them: choose a smaller one, "
            "or a larger batch_size."
        )
    if validation is not None:
        _check_targets_alike(train, validation)
    if options.sampling is not None:
        options.sampling.check(train)
    for metric in options.metrics:
        if isinstance(metric, SetMetric):
            for data in filter(None, (train, validation)):
                metric.check(data)


def check_sets(trainer: BaseTrainer) -> None:
    """The same for the sets of a Trainer; a measure that is monitored is one of theirs."""
    train = trainer.train
    options = trainer.options
    others = trainer.further
    check_data(train, trainer.validation, options)
    for name, data in others.items():
        check_data(train, data, options, f"validation {name!r}")
    measures(["loss", *(metric.name for metric in options.metrics)], others)
    wants = options.saving is not None and options.saving.calibrate
    if wants and (trainer.validation is None or not train.classes or train.target_name):
        why = "targets are numbers" if not train.classes else "there is no validation set"
        why = "there are several outputs" if train.target_name else why
        raise OptionError(f"Saving: calibrate is True, and {why}. Leave it out.")
    if options.validate_every is not None and trainer.validation is None:
        raise OptionError(
            f"Trainer: validate_every is {options.validate_every}, and there is no validation set. "
            "Give Trainer(..., validation=...) one, or leave it out."
        )
    _check_monitor(trainer.validation, options, others)


def _check_targets_alike(train: Dataset, validation: Dataset) -> None:
    """The same for each target."""
    _check_alike(train, validation)
    for target in train.further_targets:
        _check_alike(train.of_target(target.name), validation.of_target(target.name))


def _check_alike(train: Dataset, validation: Dataset) -> None:
    here = train.form
    there = validation.form
    for what, ours, theirs in (
        ("samples of {} have shape", here.shape, there.shape),
        ("targets of {} have shape", here.target_shape, there.target_shape),
        ("the vocabulary of {} has ids", here.vocabulary, there.vocabulary),
        ("further inputs of {} are", _kinds(train), _kinds(validation)),
        ("targets of {} are called", _targets(train), _targets(validation)),
    ):
        if ours != theirs:
            raise DataError(
                f"Trainer: {what.format(repr(train.name))} {ours}, those of {validation.name!r} "
                f"{theirs}. They must be equal."
            )
    if (here.classes == 0) != (there.classes == 0):
        raise DataError(
            f"Trainer: {train.name!r} has {here.classes} classes, {validation.name!r} "
            f"{there.classes}; 0 means numbers. Both must be of one kind."
        )
    _check_names(train, validation)
    if validation.classes > train.classes:
        raise DataError(
            f"Trainer: {validation.name!r} has {validation.classes} classes, {train.name!r} "
            f"{train.classes}. A class that is not trained cannot be measured."
        )


def _check_names(train: Dataset, other: Dataset) -> None:
    """Raise DataError where class numbers of another set mean other classes."""
    ours = train.class_names
    theirs = other.class_names
    if ours and theirs and theirs != ours[: len(theirs)]:
        raise DataError(
            f"Trainer: the classes of {other.name!r} are {some(theirs)}; those of "
            f"{train.name!r} {some(ours)}. They must be the same in the same order: "
            "from_arrays(..., classes=train.class_names)."
        )


def _targets(data: Dataset) -> list[str]:
    """What its targets are called."""
    return [
        target for target in (data.target_name, *(t.name for t in data.further_targets)) if target
    ]


def _kinds(data: Dataset) -> list[str]:
    """Element type and shape of each further input."""
    return [f"{array.dtype}{list(array.shape[1:])}" for array in data.further]


def _check_monitor(validation: Dataset | None, options: Options, others: Sets) -> None:
    stopping = None if options.early_stopping is None else options.early_stopping.monitor
    if stopping and options.monitor and stopping != options.monitor:
        raise OptionError(
            f"Options: monitor is {options.monitor!r}, that of early_stopping {stopping!r}. One "
            "measure says which epoch is the best: give it once."
        )
    monitor = stopping or options.monitor
    if monitor is not None:
        where = "EarlyStopping" if stopping else "Options"
        check_measured(where, monitor, validation, options, others)


def check_measured(
    where: str,
    monitor: str,
    validation: Dataset | None,
    options: Options,
    others: Sets = MappingProxyType({}),
) -> None:
    """Raise OptionError for a monitor that is not measured after an epoch."""
    measured = ["loss", *(metric.name for metric in options.metrics)]
    known = [TRAIN + name for name in measured]
    if validation is not None:
        known += [VALIDATION + name for name in measures(measured, others)]
    if monitor not in known:
        meant = closest(monitor, known)
        if validation is None and monitor.startswith("val"):
            meant += " There is no validation set: give Trainer(..., validation=...) one."
        raise OptionError(f"{where}: monitor {monitor!r} is not measured. {meant}")


def ready_callbacks(trainer: BaseTrainer) -> None:
    """Have each callback refuse a Trainer that it has no meaning for, and be where this stands."""
    for callback in trainer.options.callbacks:
        if isinstance(callback, Callback):
            callback.ready(trainer)


def run_config(trainer: BaseTrainer, keep: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a run: what its maker added, and what the Trainer knows.

    `keep`: which weights are kept.
    """
    options = trainer.options
    saving = trainer.options.saving
    stopping = options.early_stopping
    known = dict(known) | {
        "data": trainer.train.name,
        "classes": _classes(trainer.train),
        "validation": None if trainer.validation is None else trainer.validation.name,
        "further_validation": {n: data.name for n, data in trainer.further.items()} or None,
        "metrics": [metric.name for metric in options.metrics],
        "early_stopping": None if stopping is None else vars(stopping),
        "keep": keep,
    }
    added = {} if saving is None else dict(saving.config)
    return {"pellucid": __version__, "format": FORMAT, **added, "trainer": known}


def _classes(data: Dataset) -> Any:
    """The names of the classes, or how many; of several targets by name."""
    each = [data.of_target(name) for name in _targets(data) or [""]]
    return data.by_target(one.class_names or one.classes for one in each)
