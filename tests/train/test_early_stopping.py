import json
import math

import pytest

from pellucid.errors import OptionError
from pellucid.train import EarlyStopping
from pellucid.train.early_stopping import Best


def after(best: Best, *values: float, min_delta: float = 0.0) -> Best:
    for epoch, value in enumerate(values, start=1):
        best = best.after({best.monitor: value}, epoch, min_delta)
    return best


def test_a_lower_loss_is_better() -> None:
    best = after(Best("validation_loss"), 0.5, 0.4, 0.6, 0.45)
    assert (best.epoch, best.value, best.waited) == (2, 0.4, 2)


def test_a_higher_accuracy_is_better() -> None:
    best = after(Best("validation_accuracy"), 0.5, 0.4, 0.6)
    assert (best.epoch, best.value, best.waited) == (3, 0.6, 0)


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
        Best("validation_los").after({"train_loss": 1.0, "validation_loss": 1.0}, 1, 0.0)


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -1.0}, {"min_delta": math.nan}])
def test_options_outside_their_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(OptionError, match=f"EarlyStopping: {next(iter(options))} is"):
        EarlyStopping(**options)  # type: ignore[arg-type]
