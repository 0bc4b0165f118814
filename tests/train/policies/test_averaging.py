"""Averages of weights: their formula, what is measured and kept of them, and their resumption."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, assert_same_bits, blobs

from pellucid import compile as compiled
from pellucid import nn
from pellucid.errors import OptionError, StateError, TrainingError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.optim import SGD, Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import (
    Averaging,
    Callback,
    EpochRecord,
    ExponentialAverage,
    Options,
    RunFolder,
    Saving,
    Trainer,
    UniformAverage,
)
from pellucid.variables import Buffer, Parameter

Make = Callable[..., Trainer]
RULES = (
    ExponentialAverage(decay=0.9),
    ExponentialAverage(decay=0.99, start=5, every=3),
    ExponentialAverage(decay=0.0),
    UniformAverage(),
    UniformAverage(start=7, every=4),
)


class Moved(Module):
    """Weights that are given, statistics, a count, and a weight that nobody trains."""

    def __init__(self) -> None:
        self.weight = Parameter(np.zeros(3))
        self.frozen = Parameter(np.full(2, 5.0))
        self.statistics = Buffer(np.zeros(3))
        self.count = Buffer(np.zeros((), np.int32))


def average(rule: Averaging, weights: Any) -> Any:
    """The average of the rows, straight from the formulas of the classes."""
    numbers = np.arange(1, len(weights) + 1)
    counted = weights[(numbers > rule.start) & ((numbers - rule.start) % rule.every == 0)]
    if not len(counted):
        return weights[-1]
    decay = rule.decay if isinstance(rule, ExponentialAverage) else 1.0
    shares = decay ** np.arange(len(counted) - 1, -1, -1.0)
    return (shares / shares.sum()) @ counted


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_average_is_the_sum_that_its_class_says(rule: Averaging, executor: str) -> None:
    model = Moved()
    averages = rule.of(model, SGD({"weight": model.weight}, 0.1))

    def step(w: Tensor) -> None:
        model.weight.assign(w)
        model.statistics.assign(w * 2.0 + 1.0)
        model.count.assign(model.count.value + 1)
        averages.follow()

    program = compiled(step, executor=executor)
    weights = np.random.default_rng(3).normal(2.0, 1.0, (100, 3))
    for i, w in enumerate(weights):
        program(w)
        if i in (0, 1, 4, 5, 6, 7, 10, 11, 50, 99):
            expected = average(rule, weights[: i + 1])
            with averages.shown():
                np.testing.assert_allclose(model.weight.numpy(), expected, rtol=1e-13)
                of_statistics = model.statistics.numpy()
                np.testing.assert_allclose(of_statistics, expected * 2 + 1, rtol=1e-13)
                assert int(model.count.numpy()) == i + 1
            np.testing.assert_array_equal(model.weight.numpy(), w)
    names = [name for name in averages.variables() if not name.startswith(":")]
    assert names == ["weight", "statistics"]


def test_an_average_of_equal_weights_is_these_weights() -> None:
    model = Moved()
    averages = ExponentialAverage(0.999).of(model, SGD(model.parameters(), 0.1))
    w = np.array([0.1, 1e-8, 3e5])
    for _ in range(50):
        model.weight.assign(w)
        averages.follow()
    with averages.shown():
        np.testing.assert_array_equal(model.weight.numpy(), w)


def test_without_any_update_the_average_is_the_weights() -> None:
    model = Moved()
    averages = UniformAverage().of(model, SGD({"weight": model.weight}, 0.1))
    model.weight.assign(np.array([1.0, 2.0, 3.0]))
    with averages.shown():
        assert model.weight.numpy().tolist() == [1.0, 2.0, 3.0]


# ---- in training ---------------------------------------------------------------------------


class Seeing(Callback):
    """The weights that a callback meets after each epoch."""

    def __init__(self) -> None:
        self.weights: list[Any] = []

    def after_epoch(self, trainer: Trainer, record: EpochRecord) -> None:
        self.weights.append(trainer.model.state_dict())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_training_does_not_see_the_average_and_what_is_measured_is_the_average(
    make: Make, executor: str
) -> None:
    plain, seen = Seeing(), Seeing()
    without = make(executor=executor, callbacks=(plain,)).fit(3)
    rule = ExponentialAverage(decay=0.8)
    trainer = make(executor=executor, callbacks=(seen,), average=rule)
    history = trainer.fit(3)
    assert history.steps == without.steps
    for a, b in zip(plain.weights, seen.weights, strict=True):
        assert_same_bits(a, b)
    assert history.epochs["validation_loss"] != without.epochs["validation_loss"]
    assert history.weights == "averaged weights of epoch 3, the last"
    assert trainer.evaluate(trainer.validation)["loss"] == history.epochs["validation_loss"][-1]
    assert trainer.evaluate(trainer.train)["loss"] == history.epochs["train_loss"][-1]
    again = make(executor=executor)
    rows = [_row(again) for _ in zip(range(15), again, strict=False)]
    expected = average(rule, np.array(rows, np.float64))
    np.testing.assert_allclose(_row(trainer), expected, rtol=0, atol=1e-6)


def _row(trainer: Trainer) -> Any:
    return np.concatenate([p.numpy().ravel() for p in trainer.model.parameters().values()])


def test_the_best_average_is_held_saved_and_named(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(average=UniformAverage(), keep=None, saving=saving)
    trainer.optimizer.learning_rate.assign(np.float32(0.5))
    history = trainer.fit(8)
    losses = history.epochs["validation_loss"]
    best = int(np.argmin(losses)) + 1
    name = f"averaged weights of epoch {best}, the best by validation loss"
    assert history.weights == name
    assert best < 8, "the test needs a best epoch that is not the last"
    assert trainer.evaluate(trainer.validation)["loss"] == losses[best - 1]
    saved, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == name
    held = dict(sorted(trainer.model.state_dict().items()))
    assert_same_bits(held, saved)
    (tmp_path / "run" / "model.safetensors").unlink()
    saved, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == f"{name} so far"
    assert_same_bits(held, saved)


def test_a_run_that_was_cut_off_has_its_last_average(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    trainer = make(average=UniformAverage(), saving=saving, callbacks=(StopAt(7),))
    trainer.fit(3)
    held = dict(sorted(trainer.model.state_dict().items()))
    run = RunFolder.open(tmp_path / "run")
    run.model_file.unlink()
    for arrays, weights in (run.load_model(), run.load_step(trainer.position.step)):
        assert weights.removesuffix(" so far") == trainer.history.weights
        assert weights.startswith("averaged weights of step ")
        assert_same_bits(held, dict(sorted(arrays.items())))


def test_before_the_first_update_the_average_is_the_weights(make: Make, tmp_path: Path) -> None:
    trainer = make(average=UniformAverage(), saving=Saving(tmp_path / "run", report=False))
    start = Net().state_dict()
    trainer.model.load_state_dict(start)
    trainer._prepare()
    arrays, weights = RunFolder.open(tmp_path / "run").load_model()
    assert weights == "averaged weights of the start, the last so far"
    assert_same_bits(dict(sorted(start.items())), dict(sorted(arrays.items())))


def test_a_failed_run_holds_the_weights_before_the_step_that_broke(make: Make) -> None:
    trainer = make(average=UniformAverage())
    trainer.fit(1)
    trainer.optimizer.learning_rate.assign(np.float32(1e38))
    with pytest.raises(TrainingError, match="the loss is nan in step 7"):
        trainer.fit(4)
    assert trainer.history.weights.startswith("weights of ")
    arrays = [v.numpy() for v in trainer.variables().values()]
    assert all(np.isfinite(array).all() for array in arrays)


# ---- resumed -------------------------------------------------------------------------------


def normed(average: Averaging, folder: Path, executor: str, *callbacks: Callback) -> Trainer:
    """A Trainer of a network with batch norm and dropout."""
    rng = Generator(5)
    model = nn.Sequential(
        nn.Linear(4, 8, rng=rng), nn.BatchNorm(8), nn.ReLU(), nn.Dropout(0.3, rng=rng),
        nn.Linear(8, 3, rng=rng),
    )  # fmt: skip
    options = Options(
        batch_size=16, seed=3, executor=executor, average=average, callbacks=callbacks,
        saving=Saving(folder, report=False),
    )  # fmt: skip
    optimizer = Adam(model.parameters(), 0.05)
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), options)


@pytest.mark.parametrize("step", [1, 4, 5, 8, 12])
@pytest.mark.parametrize("rule", [RULES[0], RULES[4]], ids=str)
def test_a_resumed_run_has_the_same_averages(
    tmp_path: Path, rule: Averaging, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    executor = ("reference", "native")[step % 2]
    whole = normed(rule, tmp_path / "whole", executor)
    whole.fit(4)
    normed(rule, tmp_path / "parts", executor, StopAt(step)).fit(4)
    again = normed(rule, tmp_path / "parts", executor)
    again.resume()
    assert again.position.step == step
    again.fit(4)
    assert whole.history.as_dict() == again.history.as_dict()
    for file in ("metrics.jsonl", "model.safetensors"):
        pair = [(tmp_path / run / file).read_bytes() for run in ("whole", "parts")]
        assert pair[0] == pair[1], file
    states = [{n: v.numpy() for n, v in each.variables().items()} for each in (whole, again)]
    assert_same_bits(*states)
    # And once more, from the kept weights back to the last ones.
    whole.fit(5)
    again.fit(5)
    assert whole.history.as_dict() == again.history.as_dict()


def test_going_on_with_another_average_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(average=ExponentialAverage(0.9), saving=saving).fit(1)
    with pytest.raises(OptionError, match=r"resume .*: average is .*decay=0\.5\)' here; the run"):
        make(average=ExponentialAverage(decay=0.5), saving=saving).resume()
    with pytest.raises(OptionError, match="average is None here; the run has 'Exponential"):
        make(saving=saving).resume()


# ---- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make_rule", "message"),
    [
        (lambda: ExponentialAverage(1.0), r"decay is 1\.0\. It lies between 0 and 1, 1 itself not"),
        (lambda: ExponentialAverage(decay=-0.1), r"ExponentialAverage: decay is -0\.1"),
        (lambda: UniformAverage(start=-1), "UniformAverage: start is -1. It counts updates: 0 or"),
        (lambda: ExponentialAverage(every=0), "every is 0. It counts updates: 1 or more"),
        (lambda: Options(average=0.99), r"Options: average is 0\.99\. It is a rule: pellucid"),
        (lambda: Options(average=UniformAverage), "average is the class UniformAverage itself"),
    ],
    ids=range(6),
)
def test_what_is_no_average_is_refused(make_rule: Callable[[], Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make_rule()


def test_averages_of_a_loop_of_one_s_own_go_on_from_their_state() -> None:
    rows = np.random.default_rng(0).normal(size=(6, 3))

    def moved(model: Moved, averages: Any, given: Any) -> None:
        for row in given:
            model.weight.assign(row)
            averages.follow()

    whole, first, second = (Moved() for _ in range(3))
    rule = ExponentialAverage(0.9)
    averages = [rule.of(model, SGD({"weight": model.weight})) for model in (whole, first, second)]
    moved(whole, averages[0], rows)
    moved(first, averages[1], rows[:2])
    averages[2].load_state_dict(averages[1].state_dict())
    moved(second, averages[2], rows[2:])
    with averages[0].shown(), averages[2].shown():
        np.testing.assert_array_equal(whole.weight.numpy(), second.weight.numpy())
        np.testing.assert_allclose(whole.weight.numpy(), average(rule, rows), rtol=1e-12)
    with pytest.raises(StateError, match=r"Averages\.load_state_dict"):
        averages[2].load_state_dict({"weight": rows[0]})
