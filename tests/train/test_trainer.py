import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.nn import Linear
from pellucid.nn.init import Zeros
from pellucid.optim import SGD
from pellucid.tensor import Tensor
from pellucid.train import (
    Callback,
    EarlyStopping,
    EpochRecord,
    Options,
    Steps,
    Trainer,
    Weights,
    evaluate,
)
from pellucid.train.pace import Pace

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


class Fixed(Pace):
    """So many steps at a time, whatever they take."""

    def stop(self, steps: int) -> None:
        pass


# ---- steps and epochs --------------------------------------------------------------------


def test_the_last_batch_of_an_epoch_holds_what_is_left(make: Make) -> None:
    history = make().fit(2)
    assert history.steps["step"] == list(range(1, 11))
    assert history.steps["epoch"] == [1] * 5 + [2] * 5
    assert history.epochs["step"] == [5, 10]
    # 6 samples in the last batch: its accuracy is a number of sixths.
    assert history.steps["accuracy"][4] * 6 == pytest.approx(
        round(history.steps["accuracy"][4] * 6)
    )


def test_drop_last_leaves_the_rest_out(make: Make) -> None:
    trainer = make(drop_last=True)
    assert trainer.steps_per_epoch == 4
    assert trainer.fit(2).epochs["step"] == [4, 8]


def test_training_learns_the_task(make: Make) -> None:
    history = make().fit(20)
    assert history.epochs["validation_accuracy"][-1] > 0.9
    assert history.epochs["train_loss"][-1] < history.epochs["train_loss"][0] / 2


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_the_bits_do_not_depend_on_how_many_steps_run_at_a_time(
    make: Make, same_bits: Same, length: int, executor: str
) -> None:
    whole, parts = make(executor=executor), make(executor=executor)
    parts.pace = Fixed(length=length)
    assert whole.fit(3).as_dict() == parts.fit(3).as_dict()
    same_bits(whole, parts)


def test_iterating_gives_the_records_and_bits_of_fit(make: Make, same_bits: Same) -> None:
    fitted, walked = make(), make()
    history = fitted.fit(2)
    records = list(itertools.islice(walked, 10))
    assert [record.loss for record in records] == history.steps["loss"]
    assert [record.step for record in records] == history.steps["step"]
    assert walked.history.epochs == history.epochs
    same_bits(fitted, walked)


def test_while_iterating_the_model_is_as_it_was_after_that_step(make: Make) -> None:
    trainer = make()
    seen = [trainer.model.output.bias.numpy().copy() for _ in itertools.islice(trainer, 3)]
    assert not np.array_equal(seen[0], seen[1])
    assert trainer.position.step == 3


def test_fit_goes_on_where_iteration_was_left(make: Make, same_bits: Same) -> None:
    whole, mixed = make(), make()
    whole.fit(3)
    for record in mixed:
        if record.step == 7:
            break
    mixed.fit(3)
    assert mixed.history.steps == whole.history.steps
    same_bits(whole, mixed)


def test_fit_counts_epochs_in_all(make: Make, same_bits: Same) -> None:
    whole, parts = make(), make()
    whole.fit(4)
    parts.fit(1)
    parts.fit(4)
    parts.fit(4)
    assert len(parts.history) == len(whole.history)
    same_bits(whole, parts)


def test_the_same_seed_gives_the_same_bits_twice(make: Make, same_bits: Same) -> None:
    a, b = make(), make()
    a.fit(2)
    b.fit(2)
    same_bits(a, b)


def test_another_seed_gives_another_order(make: Make) -> None:
    assert make(seed=4).fit(1).steps["loss"] != make(seed=5).fit(1).steps["loss"]


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_every_executor_trains_alike(make: Make, executor: str) -> None:
    losses = make(executor=executor).fit(2).steps["loss"]
    expected = make(executor="reference").fit(2).steps["loss"]
    np.testing.assert_allclose(losses, expected, rtol=1e-4)


def test_one_step_of_gradient_descent_is_the_one_worked_by_hand() -> None:
    # Two samples, softmax over equal scores: gradient of W is x^T (1/2 - t) / 2.
    data = from_arrays([[1.0, 0.0], [0.0, 2.0]], [0, 1])
    model = Linear(2, 2, initializer=Zeros())
    optimizer = SGD(model.parameters(), 1.0)
    trainer = Trainer(model, cross_entropy, optimizer, data, None, Options(batch_size=2))
    history = trainer.fit(1)
    assert history.steps["loss"] == [pytest.approx(np.log(2))]
    np.testing.assert_allclose(model.weight.numpy(), [[0.25, -0.25], [-0.5, 0.5]])


# ---- measuring ---------------------------------------------------------------------------


def test_training_and_validation_are_measured_in_the_same_mode(make: Make) -> None:
    trainer = make()
    history = trainer.fit(2)
    for name, data in (("train", trainer.train), ("validation", trainer.validation)):
        assert data is not None
        with trainer.model.mode(training=False):
            loss = cross_entropy(trainer.model(data.features), data.labels).item()
        assert history.epochs[f"{name}_loss"][-1] == pytest.approx(loss, rel=1e-5)


def test_a_whole_set_is_measured_exactly_with_a_smaller_last_batch(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make().model
    data = make().train
    whole = evaluate(model, cross_entropy, data)
    monkeypatch.setattr("pellucid.train.evaluation.BATCH", 16)
    parts = evaluate(model, cross_entropy, data)
    assert parts["loss"] == pytest.approx(whole["loss"], rel=1e-6)
    assert parts["accuracy"] == pytest.approx(whole["accuracy"], abs=1e-12)


def test_measuring_leaves_the_mode_as_it_was(make: Make) -> None:
    trainer = make()
    trainer.evaluate(trainer.train)
    assert trainer.model.training
    trainer.model.inference()
    trainer.fit(1)
    assert not trainer.model.training


def test_fit_trains_in_training_mode_whatever_the_mode_before(make: Make, same_bits: Same) -> None:
    usual, odd = make(), make()
    odd.model.inference()
    usual.fit(2)
    odd.fit(2)
    same_bits(usual, odd)


class Margin:
    """A metric of a user's own."""

    name = "margin"

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.max(axis=-1) - outputs.min(axis=-1)


def test_metrics_of_a_users_own_are_reported(make: Make) -> None:
    history = make(metrics=(Margin(),)).fit(1)
    assert list(history.epochs) == [
        "epoch",
        "step",
        "train_loss",
        "train_margin",
        "validation_loss",
        "validation_margin",
    ]


# ---- weights -----------------------------------------------------------------------------


def test_a_sample_of_weight_0_is_as_good_as_absent() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    chosen = from_arrays(features[:2], [0, 1])
    all_three = from_arrays(features, [0, 1, 1])
    models = []
    for data, given in ((chosen, None), (all_three, [1.0, 1.0, 0.0])):
        model = Linear(2, 2, initializer=Zeros())
        options = Options(batch_size=len(data), weights=Weights(samples=given), shuffle=False)
        Trainer(model, cross_entropy, SGD(model.parameters(), 0.5), data, None, options).fit(3)
        models.append(model)
    np.testing.assert_allclose(models[0].weight.numpy(), models[1].weight.numpy(), rtol=1e-6)


def test_balanced_classes_weigh_alike() -> None:
    data = from_arrays(np.zeros((6, 1)), [0, 0, 0, 0, 0, 1])
    weights = Weights(classes="balanced").of(data)
    assert weights[:5].sum() == pytest.approx(weights[5])
    assert weights.sum() == pytest.approx(6)


def test_sample_and_class_weights_multiply() -> None:
    data = from_arrays(np.zeros((3, 1)), [0, 1, 1])
    weights = Weights(samples=[1.0, 2.0, 3.0], classes=[1.0, 10.0]).of(data)
    assert weights.tolist() == [1.0, 20.0, 30.0]


def test_without_weights_nothing_is_multiplied() -> None:
    assert Weights().of(from_arrays(np.zeros((2, 1)), [0, 1])) is None


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (Weights(samples=[1.0]), r"sample weights have shape \(1,\). There are 2 samples"),
        (Weights(samples=[1.0, -1.0]), r"sample weights\[1\] is -1.0"),
        (Weights(samples=[np.nan, 1.0]), r"sample weights\[0\] is nan"),
        (Weights(samples=[0.0, 0.0]), "sample weights are all 0"),
        (Weights(samples="many"), "sample weights are 'many'"),
        (Weights(classes=[1.0, 2.0, 3.0]), "There are 2 classes"),
        (Weights(classes="balanecd"), "class weights are 'balanecd'"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: Weights, message: str) -> None:
    with pytest.raises(DataError, match=message):
        weights.of(from_arrays(np.zeros((2, 1)), [0, 1]))


# ---- early stopping ----------------------------------------------------------------------


def test_early_stopping_brings_the_best_weights_back(make: Make) -> None:
    trainer = make(early_stopping=EarlyStopping(patience=2, monitor="validation_loss"))
    # Larger and larger steps: the first epochs are the best ones.
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(50)
    best = int(np.argmin(history.epochs["validation_loss"])) + 1
    assert history.restored_epoch == history.best_epoch == best
    assert len(history.epochs["epoch"]) == best + 2
    assert history.stopped == "early stopping: 2 epochs without a better value"
    values = trainer.evaluate(trainer.validation)
    assert values["loss"] == history.epoch_values(best)["validation_loss"]


def test_the_best_weights_come_back_also_where_the_epochs_run_out(make: Make) -> None:
    trainer = make(early_stopping=EarlyStopping(patience=50))
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(6)
    assert history.restored_epoch == history.best_epoch
    values = trainer.evaluate(trainer.validation)
    assert values["loss"] == min(history.epochs["validation_loss"])


def test_without_restoring_the_last_weights_stay(make: Make) -> None:
    stopping = EarlyStopping(patience=1, restore_best=False)
    trainer = make(early_stopping=stopping)
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(50)
    assert history.restored_epoch is None
    assert trainer.evaluate(trainer.validation)["loss"] == history.epochs["validation_loss"][-1]


def test_without_a_validation_set_the_training_loss_is_watched(make: Make) -> None:
    given = make()
    model = given.model
    options = Options(batch_size=16, early_stopping=EarlyStopping(3))
    trainer = Trainer(model, cross_entropy, given.optimizer, given.train, None, options)
    history = trainer.fit(2)
    assert "validation_loss" not in history.epochs
    assert history.best_epoch == int(np.argmin(history.epochs["train_loss"])) + 1


def test_a_monitor_that_is_not_measured_is_refused_before_training(make: Make) -> None:
    with pytest.raises(OptionError, match="Did you mean 'validation_accuracy'"):
        make(early_stopping=EarlyStopping(monitor="validation_acuracy"))


# ---- callbacks ---------------------------------------------------------------------------


class Diary(Callback):
    def __init__(self, stop_after: int = 0) -> None:
        self.entries: list[Any] = []
        self.stop_after = stop_after

    def begin(self, trainer: Trainer, epochs: int) -> None:
        self.entries.append(("begin", epochs))

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        self.entries += [record.step for record in steps]

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        self.entries.append(("epoch", record.epoch))
        if record.epoch == self.stop_after:
            trainer.stop("enough")

    def end(self, trainer: Trainer) -> None:
        self.entries.append("end")


def test_callbacks_see_everything_in_order(make: Make) -> None:
    diary = Diary()
    make(callbacks=(diary,)).fit(2)
    epoch = ("epoch", 1), ("epoch", 2)
    assert diary.entries == [("begin", 2), 1, 2, 3, 4, 5, epoch[0], 6, 7, 8, 9, 10, epoch[1], "end"]


def test_a_callback_can_stop_training(make: Make) -> None:
    history = make(callbacks=(Diary(stop_after=2),)).fit(9)
    assert history.epochs["epoch"] == [1, 2]
    assert history.stopped == "enough"


def test_an_error_in_a_callback_reaches_the_caller_after_the_end(make: Make) -> None:
    class Faulty(Diary):
        def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
            raise RuntimeError("mine")

    diary = Faulty()
    with pytest.raises(RuntimeError, match="mine"):
        make(callbacks=(diary,)).fit(2)
    assert diary.entries[-1] == "end"


# ---- refusals ----------------------------------------------------------------------------


def test_a_batch_larger_than_the_data_is_refused(make: Make) -> None:
    with pytest.raises(DataError, match="batch_size is 71; 'blobs 70' has 70 samples"):
        make(batch_size=71)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"metrics": (Margin(), Margin())}, "metrics are named margin, margin"),
    ],
)
def test_options_outside_their_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        Options(**options)


def test_fitting_no_epochs_is_refused(make: Make) -> None:
    with pytest.raises(OptionError, match="epochs is 0"):
        make().fit(0)


def test_a_validation_set_of_another_form_is_refused(make: Make) -> None:
    given = make()
    wide = from_arrays(np.zeros((4, 5)), [0, 1, 2, 0])
    more = from_arrays(np.zeros((4, 4)), [0, 1, 2, 3])
    for data, message in ((wide, r"shape \(4,\), .* \(5,\)"), (more, "has 4 classes")):
        with pytest.raises(DataError, match=message):
            Trainer(given.model, cross_entropy, given.optimizer, given.train, data, given.options)


def test_a_model_with_too_few_outputs_is_refused(make: Make) -> None:
    model = Linear(4, 2, initializer=Zeros())
    optimizer = SGD(model.parameters(), 0.1)
    trainer = Trainer(model, cross_entropy, optimizer, make().train, None, Options(batch_size=16))
    with pytest.raises(ShapeError, match="2 outputs; 'blobs 70' has 3 classes"):
        trainer.fit(1)


def test_a_model_for_other_features_is_refused_with_the_layer(make: Make) -> None:
    model = Linear(5, 3, initializer=Zeros())
    optimizer = SGD(model.parameters(), 0.1)
    trainer = Trainer(model, cross_entropy, optimizer, make().train, None, Options(batch_size=16))
    with pytest.raises(ShapeError, match=r"Linear\(5, 3\)"):
        trainer.fit(1)


def test_a_loss_per_sample_is_refused(make: Make) -> None:
    given = make()

    def no_mean(outputs: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(outputs, targets, reduction="none")

    trainer = Trainer(given.model, no_mean, given.optimizer, given.train, None, given.options)
    with pytest.raises(ShapeError, match=r"the loss has shape \(16,\)"):
        trainer.fit(1)
