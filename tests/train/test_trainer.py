import itertools
from collections.abc import Callable

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import TrainingError
from pellucid.functional import cross_entropy
from pellucid.nn import BatchNorm, Linear, Sequential
from pellucid.nn.init import Zeros
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.tensor import Tensor, tensor
from pellucid.train import (
    Callback,
    Options,
    Steps,
    Trainer,
)
from pellucid.train.stepping.pace import Pace

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
    with pytest.warns(UserWarning, match="nothing was trained"):
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


class Fails(Callback):
    """Notes the mode that it sees, then fails."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        self.seen.append(trainer.model.training)
        raise RuntimeError("mine")


def _is_for_use(trainer: Trainer) -> bool:
    """Whether all modules are in inference mode, and dropout leaves numbers as they are."""
    x = tensor(np.ones((2, 4), np.float32))
    same = bool((trainer.model(x) == trainer.model(x)).all())
    return same and not any(module.training for module in trainer.model.modules().values())


def test_the_model_is_left_in_inference_mode_however_fit_ends(make: Make) -> None:
    done = make()
    done.fit(1)
    assert _is_for_use(done)
    failing = make(callbacks=(Fails(),))
    with pytest.raises(RuntimeError, match="mine"):
        failing.fit(1)
    assert _is_for_use(failing)
    assert failing.options.callbacks[0].seen == [False]
    broken = make()
    broken.optimizer.learning_rate.assign(np.float32(1e38))
    with pytest.raises(TrainingError):
        broken.fit(9)
    assert _is_for_use(broken)


def test_the_model_is_in_inference_mode_between_the_steps_of_a_loop(make: Make) -> None:
    trainer = make()
    for record in trainer:
        assert _is_for_use(trainer)
        if record.step == 3:
            break
    assert _is_for_use(trainer)


def test_batch_statistics_do_not_move_after_training(make: Make) -> None:
    rng = Generator(0)
    model = Sequential(Linear(4, 8, rng=rng), BatchNorm(8), Linear(8, 3, rng=rng))
    data, options = make().train, Options(batch_size=16, executor="reference")
    Trainer(model, cross_entropy, SGD(model.parameters(), 0.01), data, options=options).fit(1)
    before = model.state_dict()
    model(tensor(data.features))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name], err_msg=name)
