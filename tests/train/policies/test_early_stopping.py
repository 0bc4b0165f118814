import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.tensor import Tensor
from pellucid.train import (
    AbsoluteError,
    Accuracy,
    Callback,
    EarlyStopping,
    EpochRecord,
    RunFolder,
    Saving,
    Trainer,
)
from pellucid.train.policies.early_stopping import Best, rises

Make = Callable[..., Trainer]


def after(best: Best, *values: float, min_delta: float = 0.0, higher: bool = False) -> Best:
    for epoch, value in enumerate(values, start=1):
        best = best.after({best.monitor: value}, epoch, min_delta=min_delta, higher=higher)
    return best


def test_a_lower_loss_is_better() -> None:
    best = after(Best("validation_loss"), 0.5, 0.4, 0.6, 0.45)
    assert (best.epoch, best.value, best.waited) == (2, 0.4, 2)


def test_a_higher_accuracy_is_better() -> None:
    best = after(Best("validation_accuracy"), 0.5, 0.4, 0.6, higher=True)
    assert (best.epoch, best.value, best.waited) == (3, 0.6, 0)


@dataclass(frozen=True)
class Measure:
    """A metric by name, of which only the direction matters."""

    name: str
    higher_is_better: bool

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.mean() + targets.mean()


class Silent:
    name = "mse"


@pytest.mark.parametrize("side", ["train_", "validation_"])
def test_each_metric_tells_its_own_direction_whatever_its_name(side: str) -> None:
    metrics = Measure("mse", False), Measure("negative_loss", True), Accuracy(), AbsoluteError()
    found = [rises(side + name, metrics, None) for name in ("loss", *(m.name for m in metrics))]
    assert found == [False, False, True, True, False]


def test_a_metric_that_does_not_tell_needs_a_mode() -> None:
    silent: Any = Silent()
    assert rises("validation_mse", (silent,), "max")
    assert not rises("validation_mse", (silent,), "min")
    with pytest.raises(OptionError, match=r"'mse' does not say whether higher or lower.*mode="):
        rises("validation_mse", (silent,), None)


def test_a_mode_decides_against_the_metric() -> None:
    assert rises("train_loss", (), "max")
    assert not rises("validation_accuracy", (Accuracy(),), "min")


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(OptionError, match=r"EarlyStopping: mode 'maximum'. Did you mean 'max'"):
        EarlyStopping(mode="maximum")


def test_an_equal_value_is_not_better() -> None:
    assert after(Best("train_loss"), 0.5, 0.5).epoch == 1


def test_a_gain_of_min_delta_or_less_does_not_count() -> None:
    assert after(Best("train_loss"), 1.0, 0.75, min_delta=0.25).epoch == 1
    assert after(Best("train_loss"), 1.0, 0.74, min_delta=0.25).epoch == 2


def test_small_gains_add_up_until_they_count() -> None:
    assert after(Best("train_loss"), 1.0, 0.9, 0.8, 0.7, min_delta=0.25).epoch == 4


@pytest.mark.parametrize("first", [math.nan, 1.0])
def test_nan_is_never_better(first: float) -> None:
    assert after(Best("train_loss"), first, math.nan, 0.5).epoch == 3


@pytest.mark.parametrize("values", [(), (0.5,), (math.inf, 0.5, 0.75)])
def test_it_survives_json(values: tuple[float, ...]) -> None:
    best = after(Best("train_loss"), *values)
    again = Best.from_dict(json.loads(json.dumps(best.as_dict())))
    assert repr(again) == repr(best)


def test_what_is_not_measured_is_named_with_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"'validation_los' .* mean 'validation_loss'"):
        Best("validation_los").after({"train_loss": 1.0, "validation_loss": 1.0}, 1)


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -1.0}, {"min_delta": math.nan}])
def test_options_outside_their_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(OptionError, match=f"EarlyStopping: {next(iter(options))} is"):
        EarlyStopping(**options)  # type: ignore[arg-type]


def test_another_measure_may_tell_the_best_epoch(make: Make) -> None:
    trainer = make(monitor="validation_accuracy", keep="best")
    history = trainer.fit(6)
    values = history.epochs["validation_accuracy"]
    assert history.best_epoch == 1 + values.index(max(values))
    assert history.weights.endswith("the best by validation accuracy")


def test_the_weights_of_the_best_epochs_stay_and_go_on_after_a_resume(
    make: Make, tmp_path: Path
) -> None:
    def trainer(name: str, *callbacks: Callback) -> Trainer:
        saving = Saving(tmp_path / name, best=3, report=False)
        return make(saving=saving, monitor="validation_accuracy", keep="best", callbacks=callbacks)

    seen: dict[int, Any] = {}

    class Seeing(Callback):
        def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
            seen[record.epoch] = trainer.model.state_dict()

    whole = trainer("whole", Seeing())
    values = whole.fit(8).epochs["validation_accuracy"]
    order = sorted(range(1, 9), key=lambda epoch: (-values[epoch - 1], epoch))
    folder = RunFolder.open(tmp_path / "whole")
    assert folder.best_epochs() == sorted(order[:3])
    for epoch in order[:3]:
        for name, array in folder.load_best(epoch).items():
            np.testing.assert_array_equal(array, seen[epoch][name])
    for epochs in (2, 5, 8):
        part = trainer("parts")
        if epochs > 2:
            part.resume()
        part.fit(epochs)
    assert RunFolder.open(tmp_path / "parts").best_epochs() == sorted(order[:3])


def test_two_measures_for_the_best_are_refused(make: Make, tmp_path: Path) -> None:
    rule = EarlyStopping(3, monitor="train_loss")
    with pytest.raises(OptionError, match="monitor is 'validation_loss', that of early_stopping"):
        make(monitor="validation_loss", early_stopping=rule)
    with pytest.raises(OptionError, match="Options: monitor 'valid' is not measured"):
        make(monitor="valid")
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    other = make(saving=Saving(tmp_path / "run", report=False), monitor="train_loss")
    with pytest.raises(OptionError, match="the best epoch is told by 'train_loss' here; the run"):
        other.resume()
