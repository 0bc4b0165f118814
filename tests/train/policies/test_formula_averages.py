"""Averages of an optimizer's formula: measured, kept, saved and resumed by a Trainer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, assert_same_bits, blobs

from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.optim import SGD, ScheduleFreeAdamW, ScheduleFreeSGD
from pellucid.train import ExponentialAverage, Options, RunFolder, Saving, Trainer
from pellucid.train.policies.formula_averages import averages_of


def trainer_of(kind: Any = ScheduleFreeAdamW, rate: float = 0.02, **options: Any) -> Trainer:
    """A Trainer on 70 blobs, and the reference executor if no other is named."""
    model = Net()
    optimizer = kind(model.parameters(), rate)
    usual = {"batch_size": 16, "seed": 3, "executor": "reference", "keep": "last", "lint": False}
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), given)


@pytest.mark.parametrize("kind", [ScheduleFreeSGD, ScheduleFreeAdamW])
@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_average_is_measured_and_held_and_training_goes_on_without_it(
    kind: Any, executor: str
) -> None:
    trainer = trainer_of(kind, 0.3 if kind is ScheduleFreeSGD else 0.02, executor=executor)
    history = trainer.fit(2)
    assert history.weights == "averaged weights of epoch 2, the last"
    averages = trainer.optimizer.averages()
    for path, w in trainer.model.parameters().items():
        np.testing.assert_array_equal(w.numpy(), averages[path].numpy())
    measured = trainer.evaluate(trainer.validation)["loss"]
    assert measured == history.epochs["validation_loss"][-1]
    whole = trainer_of(kind, 0.3 if kind is ScheduleFreeSGD else 0.02, executor=executor)
    whole.fit(4)
    assert history.epochs["validation_loss"] == whole.history.epochs["validation_loss"][:2]
    trainer.fit(4)
    assert_same_bits(trainer.model.state_dict(), whole.model.state_dict())
    assert history.epochs["validation_loss"][-1] < history.epochs["validation_loss"][0]


def test_the_best_average_is_saved_and_named(tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = trainer_of(rate=0.5, keep=None, saving=saving)
    losses = trainer.fit(6).epochs["validation_loss"]
    best = int(np.argmin(losses)) + 1
    saved, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == f"averaged weights of epoch {best}, the best by validation loss"
    assert_same_bits(dict(sorted(trainer.model.state_dict().items())), saved)
    assert trainer.evaluate(trainer.validation)["loss"] == losses[best - 1]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("step", [3, 7])
def test_resumed_inside_an_epoch_it_gives_the_same_bits(
    tmp_path: Path, executor: str, step: int
) -> None:
    whole = trainer_of(executor=executor)
    whole.fit(3)
    saving = Saving(tmp_path / "run", report=False)
    cut = trainer_of(executor=executor, saving=saving, callbacks=(StopAt(step),))
    cut.fit(3)
    held = dict(sorted(cut.model.state_dict().items()))
    run = RunFolder.open(tmp_path / "run")
    arrays, weights = run.load_step(cut.position.step)
    assert weights.startswith("averaged weights of step ")
    assert_same_bits(held, dict(sorted(arrays.items())))
    resumed = trainer_of(executor=executor, saving=saving)
    resumed.resume()
    resumed.fit(3)
    assert_same_bits(resumed.model.state_dict(), whole.model.state_dict())
    assert_same_bits(resumed.optimizer.state_dict(), whole.optimizer.state_dict())


def test_before_the_first_update_the_average_is_the_weights(tmp_path: Path) -> None:
    trainer = trainer_of(saving=Saving(tmp_path / "run", report=False))
    start = Net(seed=5).state_dict()
    trainer.model.load_state_dict(start)
    trainer._prepare()
    arrays, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == "averaged weights of the start, the last so far"
    assert_same_bits(dict(sorted(start.items())), dict(sorted(arrays.items())))


def test_two_averages_at_once_are_refused() -> None:
    with pytest.raises(OptionError, match=r"average is Exp.*, with ScheduleFreeAdamW, whose form"):
        trainer_of(average=ExponentialAverage(decay=0.9))


def test_other_optimizers_have_none() -> None:
    model = Net()
    optimizer = SGD(model.parameters(), 0.1)
    assert averages_of(model, optimizer, None) is None
    rule = ExponentialAverage(decay=0.9)
    found = averages_of(model, optimizer, rule)
    assert found is not None
    assert found.rule is rule
