from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import DataError, OptionError, ShapeError
from pellucid.functional import cross_entropy
from pellucid.nn import BatchNorm, Linear, Sequential
from pellucid.nn.init import Zeros
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import Options, Saving, Trainer
from pellucid.variables import Parameter

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


class Margin:
    """A metric of a user's own."""

    name = "margin"

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.max(axis=-1) - outputs.min(axis=-1)


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


@pytest.mark.parametrize("data", [None, (np.zeros((4, 4)), [0, 1, 2, 0]), np.zeros((4, 4))])
def test_data_that_nobody_checked_are_refused_with_the_way_to_check_them(
    make: Make, data: Any
) -> None:
    given = make()
    kind = type(data).__name__
    with pytest.raises(DataError, match=rf"train is of type {kind}.*data\.from_arrays"):
        Trainer(given.model, cross_entropy, given.optimizer, data, None, given.options)
    if data is not None:
        with pytest.raises(DataError, match=f"validation is of type {kind}"):
            Trainer(given.model, cross_entropy, given.optimizer, given.train, data, given.options)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        ([[0.0], [np.nan]], [0, 1], "row 1, column 0 of the features is nan"),
        ([[0.0], [1.0]], [0, 7], r"labels\[1\] is 7"),
        ([[0.0], [1.0]], [0], "must be .* with the same number of samples"),
        (np.zeros((0, 3)), np.zeros(0, int), "it is empty"),
    ],
)
def test_data_that_cannot_be_learned_from_do_not_reach_training(
    features: Any, labels: Any, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        from_arrays(features, labels, classes=2)


class Hiding(Linear):
    """Calls a layer that no module holds, as `functools.partial` and closures can."""

    def __init__(self, rng: Generator) -> None:
        super().__init__(4, 3, rng=rng)
        inner = Linear(4, 4, rng=rng)
        self.first = inner.__call__

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(self.first(x))


@pytest.mark.filterwarnings("ignore:lint")  # of targets that are all the same
def test_trainable_variables_that_nobody_holds_are_refused() -> None:
    model = Hiding(Generator(seed=0))
    data = from_arrays(np.ones((8, 4)), np.zeros(8, int), classes=3)
    message = r"Trainer: a step reads weight \(4, 4\), bias \(4,\), trainable, which neither the "
    options = Options(batch_size=4)
    with pytest.raises(OptionError, match=message + r"model.*self\.layer = "):
        Trainer(model, cross_entropy, SGD(model.parameters()), data, options=options).fit(1)
    scale = Parameter(np.ones((), np.float32), name="scale")
    plain = Linear(4, 3, rng=Generator(seed=0))

    def scaled(y: Tensor, t: Tensor) -> Tensor:
        return cross_entropy(y * scale, t)

    with pytest.raises(OptionError, match=r"a step reads scale \(\), trainable"):
        Trainer(plain, scaled, SGD(plain.parameters()), data, options=options).fit(1)
    held = SGD(plain.parameters() | {"scale": scale})
    Trainer(plain, scaled, held, data, options=options).fit(1)
    assert scale.item() != 1.0


def normed(samples: int, batch_size: int = 8, **options: Any) -> Trainer:
    """A Trainer of a network with batch norm."""
    rng = Generator(seed=0)
    model = Sequential(Linear(4, 5, rng=rng), BatchNorm(5), Linear(5, 3, rng=rng))
    labels = np.arange(samples) % 3
    data = from_arrays(np.eye(3, 4)[labels], labels, classes=3)
    given = Options(batch_size=batch_size, executor="reference", **options)
    return Trainer(model, cross_entropy, SGD(model.parameters(), 0.1), data, options=given)


def test_a_last_batch_that_cannot_be_trained_on_is_refused_before_the_first_step(
    tmp_path: Path,
) -> None:
    message = (
        r"Trainer: 17 samples are 2 batches of 8 and a last one of 1, which the step cannot take\. "
        r"1: BatchNorm\(5\): x of shape \(1, 5\): 1 number per feature\..*"
        r"drop_last=True in Options or --drop-last on the command line, or choose another batch"
    )
    trainer = normed(17, saving=Saving(tmp_path / "run"))
    start = trainer.model.state_dict()
    with pytest.raises(ShapeError, match=message):
        trainer.fit(1)
    with pytest.raises(ShapeError, match=message):
        next(iter(trainer))
    assert trainer.position.step == 0
    assert not (tmp_path / "run").exists()
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(array, start[name])


def test_drop_last_leaves_such_a_batch_out() -> None:
    trainer = normed(17, drop_last=True)
    trainer.fit(2)
    assert trainer.position.step == 4
    normed(18).fit(1)


def test_a_loss_that_needs_whole_batches_is_told_apart_from_one_that_never_works() -> None:
    def pairs(outputs: Tensor, targets: Tensor) -> Tensor:
        return cross_entropy(outputs.reshape(2, 4, 3), targets.reshape(2, 4))

    with pytest.raises(ShapeError, match="a last one of 2, which the step cannot take"):
        with_loss(normed(18), pairs).fit(1)
    with pytest.raises(ShapeError, match=r"^(?!.*a last one)"):
        with_loss(normed(18), lambda y, t: pairs(y[:3], t)).fit(1)


def test_an_error_of_a_users_own_keeps_its_kind_and_gets_a_note() -> None:
    def eight(outputs: Tensor, targets: Tensor) -> Tensor:
        if len(outputs) != 8:
            raise KeyError("eight")
        return cross_entropy(outputs, targets)

    with pytest.raises(KeyError, match="eight") as caught:
        with_loss(normed(18), eight).fit(1)
    assert "a last one of 2" in caught.value.__notes__[0]


def with_loss(trainer: Trainer, loss: Any) -> Trainer:
    """The same with another loss."""
    return Trainer(trainer.model, loss, trainer.optimizer, trainer.train, None, trainer.options)


@pytest.mark.parametrize(("samples", "batch", "steps"), [(30, 30, 1), (100, 100, 1), (250, 100, 3)])
def test_a_batch_size_that_is_left_out_fits_the_data(samples: int, batch: int, steps: int) -> None:
    model = Linear(4, 3, rng=Generator(0))
    data = from_arrays(np.eye(samples, 4), np.arange(samples) % 3)
    options, optimizer = Options(executor="reference"), SGD(model.parameters(), 0.1)
    trainer = Trainer(model, cross_entropy, optimizer, data, None, options)
    assert (options.batch_of(samples), trainer.steps_per_epoch) == (batch, steps)
    assert len(trainer.fit(1).steps["loss"]) == steps
