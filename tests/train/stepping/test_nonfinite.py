import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid.errors import TrainingError
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.tensor import Tensor, holding
from pellucid.train import Callback, EarlyStopping, EpochRecord, Saving, Trainer
from pellucid.train.stepping.nonfinite import find_origin, is_finite

Make = Callable[..., Trainer]


def failing(trainer: Trainer, epochs: int = 5) -> str:
    with pytest.raises(TrainingError) as caught:
        trainer.fit(epochs)
    return str(caught.value)


def test_the_step_layer_and_operation_are_named(make: Make) -> None:
    trainer = make()
    trainer.optimizer.learning_rate.assign(np.float32(1e30))
    message = failing(trainer)
    assert message.startswith("Trainer: the loss is nan in step 2 (epoch 1). First: ")
    assert "layer 'output', operation matmul, gave" in message
    assert "output.weight float32(16, 3) from -" in message
    assert "The weights are those before this step" in message


class Logarithm(Module):
    """Takes the logarithm of 0 for one sample of the data."""

    def __init__(self, inner: Module, poisoned: Any) -> None:
        self.inner = inner
        self.poisoned = poisoned

    def forward(self, x: Tensor) -> Tensor:
        distance = abs(x - holding(self.poisoned)).sum(axis=1, keepdims=True)
        return self.inner(x) + distance.log()


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_weights_and_history_stop_right_before_the_step(make: Make, executor: str) -> None:
    good = make(executor=executor)
    order = list(good._stepper.rows(9)[3])
    bad = make(executor=executor)
    poisoned = bad.train.features[order[5]]
    model = Logarithm(bad.model, poisoned)
    trainer = Trainer(model, cross_entropy, bad.optimizer, bad.train, bad.validation, bad.options)
    message = failing(trainer)
    # One sample of the fourth batch has distance 0; the others keep the loss finite before.
    assert "in step 4 (epoch 1)" in message
    assert "operation log, gave -inf at [5, 0] from" in message
    assert trainer.history.steps["step"] == [1, 2, 3]
    assert trainer.position.step == 3
    assert all(is_finite(v.present()) for v in model.variables().values())
    assert trainer.history.stopped == "a number was not finite"


def test_the_weights_are_the_ones_that_three_steps_give(make: Make) -> None:
    bad, good = make(), make()
    row = bad._stepper.rows(9)[3]
    scale = {"now": 1.0}
    poisoned = bad.train.features[row[5]]

    class Reference(Logarithm):
        def forward(self, x: Tensor) -> Tensor:
            distance = abs(x - holding(self.poisoned)).sum(axis=1, keepdims=True)
            return self.inner(x) + (distance + scale["now"]).log()

    model = Logarithm(bad.model, poisoned)
    twin = Reference(good.model, poisoned)
    scale["now"] = 0.0
    failing(Trainer(model, cross_entropy, bad.optimizer, bad.train, None, bad.options))
    trainer = Trainer(twin, cross_entropy, good.optimizer, good.train, None, good.options)
    for record in trainer:
        if record.step == 3:
            break
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, twin.state_dict()[name], err_msg=name)


def test_a_weight_that_is_not_finite_at_the_start_is_named(make: Make) -> None:
    trainer = make()
    array = trainer.model.hidden.weight.numpy().copy()
    array[2, 3] = np.inf
    trainer.model.hidden.weight.assign(array)
    message = failing(trainer)
    assert "First: hidden.weight holds inf at [2, 3] before the step begins" in message


def test_an_update_that_is_not_finite_is_found_though_the_loss_is(make: Make) -> None:
    given = make()

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        # The square root has slope inf at 0; times 0 the loss itself is untouched.
        return cross_entropy(outputs, targets) + (outputs * 0.0).abs().sum().sqrt()

    trainer = Trainer(given.model, loss, given.optimizer, given.train, None, given.options)
    message = failing(trainer)
    assert "in step 1 (epoch 1)" in message or "in step 2 (epoch 1)" in message
    assert trainer.position.step == 0
    assert all(is_finite(v.present()) for v in given.model.variables().values())


def test_the_last_step_of_an_epoch_is_checked_though_no_loss_follows(make: Make) -> None:
    trainer = make(batch_size=70)
    trainer.optimizer.learning_rate.assign(np.float32(np.inf))
    message = failing(trainer, epochs=1)
    assert "the update is not finite" in message
    assert "learning_rate holds inf before the step begins" in message
    assert trainer.history.epochs == {}


def test_the_best_weights_do_not_take_the_place_of_those_before_the_step(make: Make) -> None:
    class Blow(Callback):
        def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
            if record.epoch == 2:
                seen.update(trainer.model.state_dict())
                trainer.optimizer.learning_rate.assign(np.float32(1e30))

    seen: dict[str, Any] = {}
    trainer = make(callbacks=(Blow(),), early_stopping=EarlyStopping(5), keep="best")
    trainer.optimizer.learning_rate.assign(np.float32(1.0))
    assert "in step 12 (epoch 3)" in failing(trainer)
    assert trainer.history.restored_epoch is None
    moved = trainer.model.output.weight.numpy() - seen["output.weight"]
    assert abs(moved).max() > 1e20


def test_the_run_folder_holds_what_was_right(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run"))
    trainer.optimizer.learning_rate.assign(np.float32(1e30))
    failing(trainer)
    lines = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1]
    assert (tmp_path / "run" / "report.html").exists()


def test_an_infinity_that_a_mask_takes_away_is_no_fault(make: Make) -> None:
    import pellucid as pc

    def function(x: Any) -> Any:
        masked = (x > 0.0).where(x.log(), 0.0)
        return masked.sum() + (x * 1e38 * 1e38).sum()

    example = np.array([0.0, 1.0], np.float32)
    captured = pc.compile(function).captured(example)
    origin = find_origin(captured.procedure, [example])
    assert origin is not None
    assert origin.name == "multiply"


def test_a_number_born_in_a_loop_is_told_with_its_turn_and_layer() -> None:
    import pellucid as pc

    def body(total: Any, x: Any) -> Any:
        with pc.scope("inside"):
            masked = (x > -9.0).where(x.log(), 0.0)
        return total + x, (masked > 0.0).where(masked, 0.0) + x.exp()

    def function(x: Any) -> Any:
        return pc.scan(body, x[0] * 0.0, x, reverse=True)[1].sum()

    example = np.array([[1.0, 200.0], [100.0, 1.0], [-1.0, 3.0]], np.float32)
    origin = find_origin(pc.compile(function).captured(example).procedure, [example])
    assert origin is not None
    assert (origin.name, origin.scope, origin.turn) == ("exp", "", 1)
    assert "operation exp at step 1 of its loop, gave inf at [0] from" in str(origin)


def test_finite_outputs_have_no_origin() -> None:
    import pellucid as pc

    example = np.array([0.0, 1.0], np.float32)
    captured = pc.compile(lambda x: (x > 0.0).where(x.log(), 0.0)).captured(example)
    assert find_origin(captured.procedure, [example]) is None


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([1.0, np.nan]), False),
        (np.array([np.inf, -np.inf]), False),
        # Their sum overflows, but each is finite.
        (np.array([3e38, 3e38], np.float32), True),
        (np.array([1, 2]), True),
        (np.zeros(0), True),
        (np.zeros((), [("f0", "f4", (2,)), ("f1", "i8")]), True),
        (np.array((1, np.nan), [("f0", "f4"), ("f1", "f8")]), False),
    ],
)
def test_finite_means_every_number(array: Any, expected: bool) -> None:
    assert is_finite(array) is expected
