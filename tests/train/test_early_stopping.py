import json
import math
from dataclasses import dataclass
from typing import Any

import pytest

from pellucid.errors import OptionError
from pellucid.tensor import Tensor
from pellucid.train import AbsoluteError, Accuracy, EarlyStopping
from pellucid.train.early_stopping import Best, rises


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
