"""Parts of a model that rest in some epochs, thawed one after another."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from train.conftest import assert_same_bits, blobs
from train.test_resumed_rates import network

from pellucid import nn
from pellucid.errors import OptionError, TrainingError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.train import Callback, EpochRecord, Frozen, GoBack, Options, Steps, Trainer


def made(*rules: Callable[[Any], Any], executor: str = "reference", **options: Any) -> Trainer:
    """A Trainer of a network with batch norm and dropout, with rules made of it."""
    model = network()
    usual: dict[str, Any] = {"batch_size": 16, "seed": 3, "keep": "last", "lint": False}
    given = Options(
        **usual
        | {"executor": executor, "callbacks": tuple(rule(model) for rule in rules)}
        | options
    )
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), blobs(70), None, given)


class Watching(Callback):
    """Keeps a copy of the model's variables after every epoch."""

    def __init__(self) -> None:
        self.states: list[dict[str, Any]] = []

    def begin(self, trainer: Trainer, epochs: int) -> None:
        self.states.append(trainer.model.state_dict())

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        self.states.append(trainer.model.state_dict())


def moved(watching: Watching) -> list[set[str]]:
    """The variables that changed in each epoch."""
    pairs = zip(watching.states, watching.states[1:], strict=False)
    return [{name for name in a if (a[name] != b[name]).any()} for a, b in pairs]


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_what_rests_moves_in_no_epoch_but_its_own(executor: str) -> None:
    watching = Watching()
    trainer = made(
        lambda model: Frozen(model[0][4], until=1),
        lambda model: Frozen([model[0][0], model[0][1]], until=3),
        lambda model: Frozen(model[0][1], since=4),
        lambda _: watching,
        executor=executor,
    )
    trainer.fit(5)
    first = {"0.0.weight", "0.0.bias"}
    norm = {f"0.1.{name}" for name in ("weight", "bias", "running_mean", "running_variance")}
    draws = {name for name in watching.states[0] if name.startswith("0.3.")}  # of dropout
    output = {"2.weight", "2.bias"} | draws
    second = {"0.4.weight", "0.4.bias"}
    assert moved(watching) == [
        output,
        output | second,
        output | second,
        output | second | norm | first,
        output | second | first,
    ]


def test_an_epoch_with_frozen_parts_is_that_of_an_optimizer_of_the_others() -> None:
    one = made(lambda model: Frozen(model[0], until=9))
    one.fit(2)
    model = network()
    model[0].freeze()
    head = Adam({f"2.{name}": w for name, w in model[2].parameters().items()}, 0.01)
    options = Options(batch_size=16, seed=3, keep="last", lint=False, executor="reference")
    other = Trainer(model, cross_entropy, head, blobs(70), None, options)
    other.fit(2)
    assert_same_bits(one.model.state_dict(), other.model.state_dict())
    assert one.history.steps["loss"] == other.history.steps["loss"]


def test_record_by_record_it_is_the_same() -> None:
    rules = (lambda model: Frozen(model[0][4], until=1), lambda model: Frozen(model[2], since=2))
    whole, single = made(*rules), made(*rules)
    whole.fit(3)
    for record in single:
        if record.step == 15:
            break
    assert whole.history.steps["loss"] == single.history.steps["loss"]
    assert_same_bits(whole.model.state_dict(), single.model.state_dict())


@pytest.mark.parametrize("options", [{"micro_batch": 4}, {"keep": "best"}], ids=["parts", "best"])
def test_it_goes_with_batches_in_parts_and_with_the_best_weights(options: Any) -> None:
    trainer = made(lambda model: Frozen(model[0], until=2), **options)
    start = trainer.model.state_dict()
    trainer.fit(2)
    last = trainer.model.state_dict()
    same = {name for name, array in start.items() if (array == last[name]).all()}
    assert {f"0.{name}" for name in trainer.model[0].variables() if "draws" not in name} <= same
    trainer.fit(3)
    assert (trainer.model.state_dict()["0.0.weight"] != last["0.0.weight"]).any()


class Exploding(Callback):
    """Sets a rate after a step by which the next update is not finite."""

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        if trainer.position.step == 7:
            trainer.optimizer.learning_rate = 1e38


def test_where_a_step_breaks_after_thawing_all_weights_are_those_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    trainer = made(lambda model: Frozen(model[0], until=1), lambda _: Exploding())
    with pytest.raises(TrainingError):
        trainer.fit(3)
    step = trainer.position.step
    assert 7 <= step < 15
    again = made(lambda model: Frozen(model[0], until=1), lambda _: Exploding())
    for record in again:
        if record.step == step:
            break
    assert_same_bits(again.model.state_dict(), trainer.model.state_dict())


class Poison(Callback):
    """Has step 17 not be finite."""

    def after_steps(self, trainer: Trainer, steps: Steps) -> None:
        rate = np.inf if trainer.position.step == 16 else 0.01
        trainer.optimizer.learning_rate.assign(np.float32(rate))


def state_after(step: int, trainer: Trainer) -> tuple[dict[str, Any], float]:
    """The model's variables after a step, and whether that was made."""
    for record in trainer:
        if record.step == step:
            return trainer.model.state_dict(), record.metrics["made"]
    raise AssertionError("training has no end")


@pytest.mark.filterwarnings("ignore:.*not made")
def test_what_rested_since_the_last_mark_goes_back_to_what_it_was_then() -> None:
    # Marked at the start; frozen after step 5; marked at 7 and 14; thawed after 15.
    def run() -> Trainer:
        rests = [lambda model: Frozen(model[2], since=1, until=3), lambda _: Poison()]
        return made(*rests, not_finite=GoBack(every=7))

    found, was_made = state_after(17, run())
    expected, _ = state_after(14, run())
    assert was_made == 0.0
    assert_same_bits(found, expected)


def test_a_run_may_be_frozen_by_hand_between_two_fits() -> None:
    trainer = made()
    trainer.fit(1)
    trainer.model[0].freeze()
    before = trainer.model.state_dict()
    trainer.fit(2)
    after = trainer.model.state_dict()
    np.testing.assert_array_equal(before["0.0.weight"], after["0.0.weight"])
    assert (before["2.weight"] != after["2.weight"]).any()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda m: Frozen(m[0], since=-1), "Frozen: since -1, until None. They count epochs that"),
        (lambda m: Frozen(m[0], since=2, until=2), "Frozen: since 2, until 2. .* more than since"),
        (lambda m: Frozen(m[1], until=2), r"Frozen: of is a pellucid.nn.activations.ReLU, without"),
        (lambda m: Frozen("0", until=2), "Frozen: of is '0', a str, without parameters"),
        (
            lambda m: Frozen(nn.Linear(2, 2, rng=Generator(0)), until=2),
            "Frozen: weight, bias of Linear belongs to no module of the trainer's model",
        ),
        (lambda m: Frozen(m, until=2), "Frozen: in epoch 1 all parameters of the optimizer are fr"),
        (lambda m: Frozen(m, since=3), "Frozen: in epoch 4 all parameters of the optimizer are fr"),
    ],
    ids=range(7),
)
def test_what_has_no_meaning_is_refused_when_a_trainer_is_made(rule: Any, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        made(rule)
