"""What a Trainer is told besides model, loss, optimizer and data.

Options     batches, seed, metrics, weights, early stopping, callbacks, executor
Weights     how much each sample or class counts
Callback    what is called while training goes on
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pellucid.arrays import Named
from pellucid.data import Dataset
from pellucid.errors import DataError, OptionError, closest, some
from pellucid.recordings import USUAL
from pellucid.refusals import KINDS, Kind, Strict
from pellucid.tables import brief
from pellucid.train.components import callbacks_of, check_pairs, check_rules, metrics_of
from pellucid.train.measurements.history import EpochRecord, Steps, ValidationRecord
from pellucid.train.measurements.metrics import Accuracy
from pellucid.train.policies.early_stopping import EarlyStopping
from pellucid.train.run_files.clock import check_limit
from pellucid.train.run_files.saves import Saving

if TYPE_CHECKING:
    from pellucid.augment.mixing import Mixing
    from pellucid.data.sampling import Sampling
    from pellucid.train.policies.averaging import Averaging
    from pellucid.train.policies.recovery import Recovery

    Metrics = Any  # a tuple of measures, or those by the names of outputs; in here a tuple
else:
    Metrics = Named("Metrics")

USUAL_BATCH = 100
BEST, LAST = KEEPS = "best", "last"


# Methods of callbacks in other libraries, by what they are here.
THEIRS = {
    "begin": ("on_train_begin", "on_fit_start", "on_train_start"),
    "after_steps": ("on_batch_end", "on_train_batch_end", "on_step_end"),
    "after_epoch": ("on_epoch_end", "on_train_epoch_end", "on_validation_end", "on_test_end"),
    "end": ("on_train_end", "on_fit_end"),
}


class Callback(Strict):
    """What is called while `fit` runs; override what you need.

    Order: `begin`; `after_steps` about ten times a second, `after_epoch`, and `after_validation`
    where it is asked for; `end`, also after an error. `trainer` is the `Trainer` that calls;
    `trainer.stop(reason)` ends training after the current chunk. `ready` is called when the Trainer
    is made, and each time training begins. Where one `decides` what training computes, as by
    another learning rate, a run goes on with the same one alone.
    """

    decides: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Refuse other libraries' methods, which nothing would call."""
        super().__init_subclass__()
        for name in vars(cls):
            meant = next((ours for ours, theirs in THEIRS.items() if name in theirs), "")
            if meant:
                raise OptionError(
                    f"{cls.__name__}.{name}: no one would call it. Name it {meant}: see "
                    "pellucid.train.Callback."
                )

    def ready(self, trainer: Any) -> None:
        """Refuse a Trainer that it has no meaning for; set what follows from its position."""

    def begin(self, trainer: Any, epochs: int) -> None:
        """Training begins, up to `epochs` epochs in all."""

    def after_steps(self, trainer: Any, steps: Steps) -> None:
        """Some steps were done; iterate over `steps` for their records."""

    def after_epoch(self, trainer: Any, record: EpochRecord) -> None:
        """An epoch was completed and measured."""

    def after_validation(self, trainer: Any, record: ValidationRecord) -> None:
        """The sets that validate were measured between two updates of an epoch."""

    def end(self, trainer: Any) -> None:
        """Training has ended; the model holds the weights that it keeps."""


@dataclass(frozen=True, eq=False)
class Weights(Strict):
    """How much each sample counts in the training loss.

        weight of sample i = samples[i] * classes[labels[i]]

    In sequences each time step has the weight of its class.

    `samples`: one number per training sample. `classes`: one number per class; or numbers by the
    names of classes, or their ids, 1 for those left out; or "balanced" for
    samples / (classes * samples of the class), with which every class counts alike.
    Only the loss that is trained on is weighted; what is measured after an epoch is not, so
    that training and validation set can be compared.

    Source: the balanced weights, King and Zeng, "Logistic regression in rare events data", 2001.
    """

    __repr__ = brief
    samples: Any = None
    classes: Any = None

    def of(self, data: Dataset) -> Any:
        """The weight of each sample, float32; None where all count alike.

        Errors: DataError for a wrong length, a negative weight or one that is not finite,
        weights that are all zero, or class weights where targets are numbers.
        """
        if self.samples is None and self.classes is None:
            return None
        weights = np.ones(len(data), np.float32)
        if self.samples is not None:
            weights *= _checked("sample weights", self.samples, len(data), "samples")
        if self.classes is not None:
            of_labels = self._of_classes(data)
            weights = weights.reshape(len(data), *(1,) * (of_labels.ndim - 1)) * of_labels
        return weights

    def _of_classes(self, data: Dataset) -> Any:
        if not data.classes:
            raise DataError(
                f"Trainer: class weights for {data.name!r}, whose targets are numbers. They need "
                "classes: leave them out."
            )
        if data.target_name:
            raise DataError(
                f"Trainer: class weights for {data.name!r}, which has several targets. Give them "
                "to the loss of one: functools.partial(cross_entropy, class_weights=[1.0, 2.0])."
            )
        balanced = isinstance(self.classes, str) and self.classes == "balanced"
        given = _balanced(data) if balanced else self.classes
        given = _by_name(data, given) if isinstance(given, Mapping) else given
        return _checked("class weights", given, data.classes, "classes")[data.labels]


def _balanced(data: Dataset) -> Any:
    return data.labels.size / (data.classes * np.maximum(data.class_counts, 1))


def _by_name(data: Dataset, given: Mapping[Any, Any]) -> list[Any]:
    """A weight for each class from those that are named."""
    names: list[Any] = [*data.class_names, *range(data.classes)]
    weights: list[Any] = [1.0] * data.classes
    for name, weight in given.items():
        if name not in names:
            raise DataError(
                f"Trainer: class weights for {name!r}, which {data.name!r} has not. Classes are "
                f"called by name or number: {some([repr(known) for known in names])}."
            )
        weights[names.index(name) % data.classes] = weight
    return weights


def _checked(what: str, values: Any, count: int, noun: str) -> Any:
    try:
        array = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"Trainer: {what} are {values!r}. They are numbers in order, one for each of the "
            f"{count} {noun}: [1.0, 2.0, ...]; for classes also 'balanced'."
        ) from error
    if array.shape != (count,):
        raise DataError(
            f"Trainer: {what} have shape {array.shape}. There are {count} {noun}: the shape "
            f"must be ({count},)."
        )
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if wrong.size:
        raise DataError(
            f"Trainer: {what}[{wrong[0]}] is {array[wrong[0]]}. Weights are finite and not "
            "negative."
        )
    if not array.any():
        raise DataError(f"Trainer: {what} are all 0. At least one sample must count.")
    return array


@dataclass(frozen=True, eq=False)
class Options(Strict):
    """How a Trainer goes about it.

    `batch_size`: samples a step, left out 100, or all where there are fewer; the last batch of
    an epoch holds what is left, unless `drop_last`. `micro_batch`: the samples of a batch that are
    in memory at a time, left out all; the update stays that of the batch, up to rounding, see
    `pellucid.train.stepping.micro_batches`. `seed` and epoch decide the order of the
    samples; `seed` decides the numbers of layers without `rng`, unless `model.seeded` did.
    `metrics` are measured beside the loss; those of several outputs stand by name, as in
    {"kind": (Accuracy(),)}. `keep`: the weights that the model holds, and that are
    saved, once training has ended: those of the "best" epoch by what is monitored, or the "last";
    left out, the best where there is a validation set or early stopping. `monitor`: the measure
    that says which epoch is the best, such as "validation_accuracy"; left out, that of early
    stopping, or the validation loss, or the training loss. `average`: a rule such as
    `ExponentialAverage(0.999)`, with which an average of the weights is what is measured after
    epochs, kept and saved; training goes on from the weights themselves. `not_finite`: what
    becomes of a step whose numbers are not finite, `SkipStep()` or `GoBack()`; left out, training
    stops before it. `mixing`: a `Mixup` or `CutMix` of `pellucid.augment`, which mixes the samples
    of each training batch; metrics of steps then compare with the samples' own targets.
    `sampling`: `ClassBalanced()` or `ByLength()` of `pellucid.data`, the order of samples in place
    of a shuffle of all. `validate_every`: after how many updates the validation set is measured
    within an epoch too; best weights and early stopping go by epochs all the same. `max_seconds`:
    how long to train, counted over every `resume`; then `fit` ends after the steps at hand.
    `executor`: where the compiled step runs; left out, the default of `pellucid.compile`.
    `precision`: of products, "float32" or "bfloat16", in steps and wherever the model is measured;
    parameters, sums, losses and updates stay float32. `lint`:
    whether `fit` warns of likely mistakes before its first step, by the quick checks of
    `pellucid.lint`.

    Errors: OptionError for a batch size below 1, a seed outside 0..2^64-1, another `keep`, or a
    time that is not above 0.
    """

    __repr__ = brief
    batch_size: int | None = None
    seed: int = 0
    shuffle: bool = True
    drop_last: bool = False
    metrics: Metrics = (Accuracy(),)
    weights: Weights = Weights()
    early_stopping: EarlyStopping | None = None
    keep: str | None = None
    monitor: str | None = None
    micro_batch: int | None = None
    average: "Averaging | None" = None
    not_finite: "Recovery | None" = None
    mixing: "Mixing | None" = None
    sampling: "Sampling | None" = None
    validate_every: int | None = None
    max_seconds: float | None = None
    callbacks: tuple[Callback, ...] = ()
    saving: Saving | None = None
    executor: str | None = None
    precision: str = USUAL
    lint: bool = True

    def __post_init__(self) -> None:
        for name in ("batch_size", "micro_batch", "seed"):
            value = getattr(self, name)
            object.__setattr__(self, name, int(value) if isinstance(value, np.integer) else value)
        for name in ("batch_size", "micro_batch"):
            size = getattr(self, name)
            if size is not None and size < 1:
                raise OptionError(f"Trainer: {name} is {size}. It counts samples: at least 1.")
        if not 0 <= self.seed < 2**64:
            raise OptionError(f"Trainer: seed is {self.seed}. It lies between 0 and 2^64 - 1.")
        check_limit(self.max_seconds)
        if self.precision != USUAL:
            from pellucid.precision import checked  # on use: few ask for another

            checked(self.precision)
        if self.validate_every is not None and self.validate_every < 1:
            raise OptionError(
                f"Trainer: validate_every is {self.validate_every}. It counts updates: at least 1."
            )
        object.__setattr__(self, "metrics", metrics_of(self.metrics))
        object.__setattr__(self, "callbacks", callbacks_of(self.callbacks))
        check_rules(self)
        check_pairs(self)
        if self.keep is not None and self.keep not in KEEPS:
            raise OptionError(f"Trainer: keep {self.keep!r}. {closest(str(self.keep), KEEPS)}")
        names = ["loss", *(metric.name for metric in self.metrics)]
        if len(set(names)) < len(names):
            raise OptionError(
                f"Trainer: metrics are named {', '.join(names[1:])}. Names must differ from "
                "each other and from 'loss'."
            )

    @property
    def best_epochs(self) -> int:
        """Of how many of the best epochs the weights stay."""
        return 1 if self.saving is None else self.saving.best

    def batch_of(self, samples: int) -> int:
        """How many of the training samples a step takes."""
        return min(USUAL_BATCH, samples) if self.batch_size is None else self.batch_size


KINDS.update(
    {
        Weights: Kind('It is a Weights: Weights(classes="balanced")'),
        EarlyStopping: Kind("It is an EarlyStopping: EarlyStopping(patience=5)"),
        Saving: Kind('It is a Saving: Saving("runs/first")'),
        Options: Kind("It is an Options: Options(batch_size=32, seed=1)"),
    }
)
