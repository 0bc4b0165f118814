"""The weights that are reported, saved and held are the same, and named; training goes on from
the last ones.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt

from pellucid.cli.known_words import KEEPS as KEEPS_OF_CLI
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.io import safetensors
from pellucid.optim import SGD
from pellucid.train import EarlyStopping, Options, RunFolder, Saving, Trainer
from pellucid.train.options import KEEPS

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def wild(make: Make, **options: Any) -> Trainer:
    """A Trainer whose steps are so large that an early epoch is the best."""
    made = make(**{"keep": None} | options)
    made.optimizer.learning_rate.assign(np.float32(0.5))
    return made


def arrays(trainer: Trainer) -> dict[str, Any]:
    return dict(trainer.model.state_dict())


def assert_equal(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert list(a) == list(b)
    for name, array in a.items():
        np.testing.assert_array_equal(array, b[name], err_msg=name, strict=True)


# ---- which, and that they are the same ---------------------------------------------------


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_with_a_validation_set_the_best_weights_are_held_saved_and_named(
    make: Make, tmp_path: Path, executor: str
) -> None:
    trainer = wild(make, executor=executor, saving=Saving(tmp_path / "run", report=False))
    history = trainer.fit(8)
    losses = history.epochs["validation_loss"]
    best = int(np.argmin(losses)) + 1
    assert best < 8, "the test needs a best epoch that is not the last"
    assert history.weights == f"weights of epoch {best}, the best by validation loss"
    assert history.weights in repr(history)
    assert trainer.evaluate(trainer.validation)["loss"] == losses[best - 1]
    saved, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == history.weights
    assert_equal(dict(sorted(arrays(trainer).items())), saved)


def test_the_best_is_that_of_the_measure_that_is_watched(make: Make) -> None:
    stopping = EarlyStopping(50, monitor="validation_accuracy")
    history = wild(make, early_stopping=stopping).fit(6)
    best = int(np.argmax(history.epochs["validation_accuracy"])) + 1
    assert history.weights == f"weights of epoch {best}, the best by validation accuracy"


def test_the_last_weights_are_kept_where_asked_for_or_nothing_chooses(make: Make) -> None:
    trainer = wild(make, keep="last")
    history = trainer.fit(4)
    assert history.weights == "weights of epoch 4, the last"
    assert trainer.evaluate(trainer.validation)["loss"] == history.epochs["validation_loss"][-1]
    given = wild(make)
    alone = Trainer(given.model, given.loss, given.optimizer, given.train, None, given.options)
    assert alone.fit(2).weights == "weights of epoch 2, the last"


def test_training_that_is_stopped_names_where(make: Make) -> None:
    assert make(callbacks=(StopAt(1),)).fit(2).weights == "weights of step 1, in epoch 1, the last"
    # Before the first epoch is measured, there is no best one.
    history = make(callbacks=(StopAt(1),), keep="best").fit(2)
    assert history.weights == "weights of step 1, in epoch 1, the last"
    history = make(callbacks=(StopAt(7),), keep="best").fit(3)
    assert history.weights == "weights of epoch 1, the best by validation loss"


def test_a_run_that_was_cut_off_has_the_best_weights_so_far(make: Make, tmp_path: Path) -> None:
    trainer = wild(make, saving=Saving(tmp_path / "run", report=False))
    history = trainer.fit(8)
    (tmp_path / "run" / "model.safetensors").unlink()
    saved, weights = RunFolder.open(tmp_path / "run").load_model()
    best = history.best_epoch
    assert weights == f"weights of epoch {best}, the best by validation loss so far"
    assert_equal(dict(sorted(arrays(trainer).items())), saved)


def test_another_word_is_refused(make: Make) -> None:
    with pytest.raises(OptionError, match=r"Trainer: keep 'bset'\. "):
        make(keep="bset")
    assert KEEPS_OF_CLI == KEEPS


# ---- going on ----------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("stops", [(5,), (3, 6), (1, 2, 3)], ids=str)
def test_a_further_fit_goes_on_from_the_last_weights(
    make: Make, same_bits: Same, tmp_path: Path, stops: tuple[int, ...], executor: str
) -> None:
    whole = wild(make, executor=executor, saving=Saving(tmp_path / "whole", report=False))
    parts = wild(make, executor=executor, saving=Saving(tmp_path / "parts", report=False))
    whole.fit(8)
    for stop in stops:
        parts.fit(stop)
        assert parts.history.restored_epoch == parts.history.best_epoch
    parts.fit(more=8 - stops[-1])
    same_bits(whole, parts)
    assert whole.history == parts.history
    for file in ("metrics.jsonl", "model.safetensors"):
        pair = [(tmp_path / run / file).read_bytes() for run in ("whole", "parts")]
        assert pair[0] == pair[1], file
    ends = [RunFolder.open(tmp_path / run).newest_checkpoint() for run in ("whole", "parts")]
    assert ends[0] is not None
    assert ends[1] is not None
    assert_equal(dict(ends[0].arrays), dict(ends[1].arrays))


def test_a_loop_over_steps_after_fit_goes_on_from_the_last_weights(
    make: Make, tmp_path: Path
) -> None:
    whole = wild(make)
    whole.fit(9)
    parts = wild(make, saving=Saving(tmp_path / "run", report=False))
    parts.fit(8)
    for record in parts:
        if record.step == 45:
            break
    assert parts.history.steps == whole.history.steps
    assert parts.history.weights == ""
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_a_checkpoint_written_after_training_holds_the_last_weights(
    make: Make, tmp_path: Path
) -> None:
    whole = wild(make)
    whole.fit(8)
    saving = Saving(tmp_path / "run", report=False)
    first = wild(make, saving=saving)
    first.fit(4)
    first.save()
    again = wild(make, saving=saving)
    again.resume()
    assert again.fit(8).steps == whole.history.steps
    # The Trainer that trained it can be set back to the folder, too.
    first.resume()
    assert first.history.steps == whole.history.steps


def test_variables_that_were_changed_since_are_gone_on_from_and_that_is_said(make: Make) -> None:
    trainer = wild(make)
    trainer.fit(3)
    output = trainer.model.output
    output.weight.assign(np.zeros((16, 3), np.float32))
    output.bias.assign(np.zeros(3, np.float32))
    with pytest.warns(UserWarning, match="variables were changed since training ended. It goes on"):
        trainer.fit(4)
    assert trainer.history.steps["loss"][15] == pytest.approx(np.log(3), rel=1e-6)
    trainer.optimizer.learning_rate.assign(np.float32(0.1))  # no variable of the model
    trainer.fit(5)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_another_program_has_trained_since_is_gone_on_from(make: Make, executor: str) -> None:
    trainer = wild(make)
    trainer.fit(3)
    assert trainer.history.weights != "weights of epoch 3, the last"
    options = Options(executor=executor, keep="last")
    other = SGD(trainer.model.parameters(), 0.1)
    Trainer(trainer.model, cross_entropy, other, trainer.train, options=options).fit(1)
    trained = trainer.model.output.weight.numpy().tolist()
    trainer.optimizer.learning_rate.assign(np.float32(0.0))
    with pytest.warns(UserWarning, match="variables were changed since training ended. It goes on"):
        next(iter(trainer))
    assert trainer.model.output.weight.numpy().tolist() == trained


def test_the_weights_of_the_best_epoch_stay_what_they_were_while_training_goes_on(
    make: Make, tmp_path: Path
) -> None:
    trainer = wild(make, executor="native", saving=Saving(tmp_path / "run", report=False))
    trainer.fit(6)
    best, epoch = arrays(trainer), trainer.history.best_epoch
    for _ in range(3):
        trainer.fit(more=1)
        assert trainer.history.best_epoch == epoch
        assert_equal(best, arrays(trainer))
    file = tmp_path / "run" / "checkpoints" / f"best-{epoch:06}.safetensors"
    assert_equal(dict(sorted(best.items())), safetensors.load(file)[0])


def test_showing_the_best_weights_copies_nothing(make: Make) -> None:
    trainer = wild(make)
    trainer.fit(3)
    held = trainer._watch.weights
    assert held is not None
    for name, variable in trainer.model.variables().items():
        assert variable.present() is held[name]


# ---- how long ----------------------------------------------------------------------------


def test_a_fit_that_trains_nothing_says_so_and_how_to_train_longer(make: Make) -> None:
    trainer = wild(make)
    trainer.fit(2)
    trainer.model.output.bias.assign(np.full(3, 7, np.float32))
    message = r"nothing was trained, as all 2 epochs are done\. fit\(more=5\), or fit\(7\) in all"
    with pytest.warns(UserWarning, match=message):
        trainer.fit(2)
    assert trainer.position.epoch == 2
    assert trainer.model.output.bias.numpy().tolist() == [7, 7, 7]
    with pytest.warns(UserWarning, match="changed since"):
        assert len(trainer.fit(more=3)) == 25


def test_a_fit_that_early_stopping_ended_before_says_that(make: Make) -> None:
    trainer = wild(make, early_stopping=EarlyStopping(1))
    trainer.fit(30)
    with pytest.warns(UserWarning, match="nothing was trained, as early stopping: 1 .* patience"):
        trainer.fit(40)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 2.0}, r"epochs is 2\.0\. It counts whole epochs: an integer, at least 1"),
        ({"epochs": True}, "epochs is True"),
        ({"epochs": "5"}, "epochs is '5'"),
        ({"epochs": 0}, "epochs is 0"),
        ({"more": -1}, "more is -1"),
        ({"more": 1.5}, r"more is 1\.5"),
        ({}, r"fit: write fit\(5\) for 5 epochs in all, or fit\(more=5\)"),
        ({"epochs": 1, "more": 1}, r"fit: write fit\(5\)"),
    ],
    ids=str,
)
def test_what_counts_no_epochs_is_refused(make: Make, given: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make().fit(**given)


def test_numpy_counts_epochs_too(make: Make) -> None:
    assert make().fit(np.int64(2)).epochs["epoch"] == [1, 2]
