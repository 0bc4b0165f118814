"""Several validation sets: the first chooses, the others are measured beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import blobs

from pellucid.errors import DataError, OptionError
from pellucid.train import Accuracy, EarlyStopping, Options, Saving, Trainer
from pellucid.train.pages.curves import draw_curves
from pellucid.train.policies.validation import chosen, measures

Make = Callable[..., Trainer]
CLEAN, NOISY, OTHER = blobs(30, seed=1), blobs(24, seed=2), blobs(18, seed=3)


def of_sets(make: Make, validation: Any, **options: Any) -> Trainer:
    given = make()
    usual = {"batch_size": 16, "seed": 3, "executor": "reference"}
    return Trainer(
        given.model, given.loss, given.optimizer, given.train, validation,
        Options(**usual | options),
    )  # fmt: skip


def test_the_first_chooses_and_all_are_measured(make: Make) -> None:
    alone = of_sets(make, CLEAN)
    expected = alone.fit(3)
    trainer = of_sets(make, {"clean": CLEAN, "noisy": NOISY, "other": OTHER})
    history = trainer.fit(3)
    assert list(history.epochs) == [
        *expected.epochs, "validation_noisy_loss", "validation_noisy_accuracy",
        "validation_other_loss", "validation_other_accuracy",
    ]  # fmt: skip
    for name, column in expected.epochs.items():
        assert history.epochs[name] == column
    assert history.weights == expected.weights
    last = {"noisy": trainer.evaluate(NOISY), "other": trainer.evaluate(OTHER)}
    for name, values in last.items():
        for measure, value in values.items():
            assert history.epochs[f"validation_{name}_{measure}"][-1] == value
    assert trainer.validation is CLEAN
    assert trainer.further == {"noisy": NOISY, "other": OTHER}


def test_a_further_set_can_be_monitored(make: Make) -> None:
    stopping = EarlyStopping(5, monitor="validation_noisy_accuracy")
    sets = {"clean": CLEAN, "noisy": NOISY}
    history = of_sets(make, sets, early_stopping=stopping).fit(4)
    best = int(np.argmax(history.epochs["validation_noisy_accuracy"])) + 1
    assert history.weights == f"weights of epoch {best}, the best by validation noisy accuracy"
    history = of_sets(make, sets, monitor="validation_noisy_loss").fit(4)
    best = int(np.argmin(history.epochs["validation_noisy_loss"])) + 1
    assert history.best_epoch == best
    with pytest.raises(OptionError, match=r"monitor 'validation_nosy_loss' is not measured\. Did"):
        of_sets(make, sets, monitor="validation_nosy_loss")


def test_a_run_goes_on_with_the_same_sets_alone(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    sets = {"clean": CLEAN, "noisy": NOISY}
    whole = of_sets(make, sets).fit(3)
    of_sets(make, sets, saving=saving).fit(2)
    again = of_sets(make, sets, saving=saving)
    again.resume()
    assert again.fit(3).as_dict() == whole.as_dict()
    for others in (CLEAN, {"clean": CLEAN, "noisy": OTHER}):
        with pytest.raises(OptionError, match="further_validation is"):
            of_sets(make, others, saving=saving).resume()


def test_the_curves_show_each_set(make: Make) -> None:
    history = of_sets(make, {"clean": CLEAN, "noisy": NOISY}).fit(2)
    for axes in draw_curves(history).axes:
        labels = axes.get_legend_handles_labels()[1]
        assert labels[1:4] == ["training", "validation", "noisy"]


def test_names_and_sets_that_do_not_fit_are_refused(make: Make) -> None:
    assert chosen(None) == (None, {})
    assert chosen(CLEAN) == (CLEAN, {})
    for wrong in ({}, {"a b": CLEAN}, {1: CLEAN}):
        with pytest.raises(OptionError, match="A mapping has a word for each set, the one that"):
            of_sets(make, wrong)
    with pytest.raises(DataError, match=r"validation 'noisy' is of type list\. It must be a Data"):
        of_sets(make, {"clean": CLEAN, "noisy": [1]})
    with pytest.raises(DataError, match=r"4 classes"):
        of_sets(make, {"clean": CLEAN, "noisy": blobs(20, classes=4)})
    with pytest.raises(OptionError, match="the same name would be measured twice: loss, x, x_x"):
        measures(["loss", "x", "x_x"], {"x": CLEAN})
    metrics = (Accuracy(), Accuracy("noisy_accuracy"))
    with pytest.raises(OptionError, match="twice"):
        of_sets(make, {"clean": CLEAN, "noisy": NOISY}, metrics=metrics)
