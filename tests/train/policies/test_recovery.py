"""Steps that are not finite: not made, wherever a run is cut, told, and too many end it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, assert_same_bits, blobs

from pellucid.errors import OptionError, TrainingError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.tensor import Tensor
from pellucid.train import (
    ExponentialAverage,
    GoBack,
    Options,
    Recovery,
    RunFolder,
    Saving,
    SkipStep,
    Trainer,
)
from pellucid.train.policies.recovery import too_many
from pellucid.train.stepping.nonfinite import is_finite

BAD = (7, 33)  # samples that a logarithm makes infinite
RULES = (SkipStep(), GoBack(every=1), GoBack(every=3), GoBack(every=100))
pytestmark = pytest.mark.filterwarnings("ignore:Trainer. not finite", "ignore:lint")


def hurt(outputs: Tensor, targets: Tensor) -> Tensor:
    """A loss that is finite where the slope is not: times 0 the root of 0 is untouched."""
    return cross_entropy(outputs, targets) + (outputs * 0.0).abs().sum().sqrt()


def failing(
    rule: Recovery | None, executor: str, *, bad: tuple[int, ...] = BAD, loss: Any = cross_entropy,
    **options: Any,
) -> Trainer:  # fmt: skip
    """A Trainer in whose epochs of five batches one or two are not finite."""
    data = blobs(70)
    features = data.features.copy()
    features[list(bad)] = np.inf
    poisoned = object.__new__(type(data))
    poisoned.__dict__.update(data.__dict__)
    poisoned.__dict__["features"] = features
    model = Net()
    optimizer = Adam(model.parameters(), 0.01)
    given = Options(
        16, seed=3, executor=executor, keep="last", lint=False, not_finite=rule, **options
    )
    return Trainer(model, loss, optimizer, poisoned, blobs(30, seed=1), given)


def by_hand(rule: Recovery, executor: str, steps: int) -> tuple[Trainer, list[int]]:
    """Step by step, each looked at from outside, and put back where it is not finite."""
    trainer = failing(None, executor)
    stepper, program = trainer._stepper, trainer._program
    trainer.model.inference()
    variables = list(trainer.variables().values())
    mark = [np.array(v.present()) for v in variables]
    skipped = []
    for step in range(1, steps + 1):
        before = [np.array(v.present()) for v in variables]
        columns, _ = program.run(stepper.rows(1))
        now = [np.array(v.present()) for v in variables]
        if not is_finite(columns["loss"]) or not all(map(is_finite, now)):
            skipped.append(step)
            now = mark if isinstance(rule, GoBack) else before
            for variable, array in zip(variables, now, strict=True):
                variable.assign(array.copy())
        elif isinstance(rule, GoBack) and step % rule.every == 0:
            mark = now
        stepper.position = type(stepper.position)(step, (step - 1) // 5, (step - 1) % 5 + 1)
        if step % 5 == 0:
            stepper.next_epoch()
    return trainer, skipped


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_step_that_is_not_finite_is_not_made(rule: Recovery, executor: str) -> None:
    expected, skipped = by_hand(rule, executor, 20)
    assert len(skipped) >= 4
    trainer = failing(rule, executor)
    history = trainer.fit(4)
    assert history.skipped == skipped
    assert [i for i, made in enumerate(history.steps["made"], 1) if not made] == skipped
    assert f"20 steps, 4 epochs, {len(skipped)} of the steps not made" in repr(history)
    of_model = {n: v.numpy() for n, v in trainer.variables().items() if not n.startswith("mark/")}
    assert_same_bits({n: v.numpy() for n, v in expected.variables().items()}, of_model)
    if isinstance(rule, SkipStep):
        assert int(trainer.optimizer.steps.numpy()) == 20 - len(skipped)
    one_by_one = failing(rule, executor)
    for record in one_by_one:
        if record.step == 20:
            break
    for name, column in history.steps.items():
        np.testing.assert_array_equal(one_by_one.history.steps[name], column, err_msg=name)
    assert_same_bits(trainer.model.state_dict(), one_by_one.model.state_dict())


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_update_that_is_not_finite_is_not_made_though_the_loss_is(executor: str) -> None:
    trainer = failing(SkipStep(most=3), executor, bad=(), loss=hurt)
    before = trainer.model.state_dict()
    with pytest.raises(TrainingError, match="3 steps in a row were not made, the last in step 3"):
        trainer.fit(1)
    after = trainer.model.state_dict()
    assert_same_bits(before, after)  # the count of draws, too
    assert np.isfinite(trainer.history.steps["loss"]).all()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("chunk", [1, 9])
def test_too_many_in_a_row_end_training_behind_the_last(executor: str, chunk: int) -> None:
    """Whatever ran in the same chunk behind it is undone."""
    rule = SkipStep(most=2)
    rows = failing(rule, executor, bad=())._stepper.rows(5)
    bad = (int(rows[1][0]), int(rows[2][3]))
    trainer = failing(rule, executor, bad=bad)
    trainer._prepare()
    with pytest.raises(TrainingError, match=r"2 steps in a row were not made, the last in step 3"):
        _run_on(trainer, chunk)
    assert trainer.position.step == 3
    assert trainer.history.steps["made"] == [1.0, 0.0, 0.0]
    other = failing(None, executor, bad=bad)
    next(iter(other))
    assert_same_bits(other.model.state_dict(), trainer.model.state_dict())
    trainer._advance(chunk)  # and on with the next batch
    assert trainer.history.steps["made"][3] == 1.0


def _run_on(trainer: Trainer, chunk: int) -> None:
    while True:
        trainer._advance(chunk)


@pytest.mark.parametrize("step", [1, 2, 4, 5, 7, 9, 12])
@pytest.mark.parametrize("rule", [SkipStep(), GoBack(every=3)], ids=str)
def test_a_run_that_is_resumed_at_any_step_has_the_same_bits(
    tmp_path: Path, rule: Recovery, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    executor = ("reference", "native")[step % 2]

    def made(folder: str, *callbacks: Any) -> Trainer:
        saving = Saving(tmp_path / folder, report=False)
        average = ExponentialAverage(0.7)
        return failing(
            rule, executor, saving=saving, callbacks=callbacks, average=average, micro_batch=5
        )

    whole = made("whole")
    whole.fit(3)
    made("parts", StopAt(step)).fit(3)
    again = made("parts")
    again.resume()
    assert again.position.step == step
    again.fit(3)
    assert again.history.skipped == whole.history.skipped != []
    for file in ("metrics.jsonl", "model.safetensors"):
        pair = [(tmp_path / run / file).read_bytes() for run in ("whole", "parts")]
        assert pair[0] == pair[1], file
    states = [{n: v.numpy() for n, v in each.variables().items()} for each in (whole, again)]
    assert_same_bits(*states)


def test_the_count_of_steps_in_a_row_goes_on_after_a_resume(tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    rows = failing(None, "reference", bad=())._stepper.rows(5)
    bad = tuple(int(row[0]) for row in rows[:4])
    first = failing(SkipStep(most=3), "reference", bad=bad, saving=saving)
    for record in first:
        if record.step == 2:
            break
    first.save()
    again = failing(SkipStep(most=3), "reference", bad=bad, saving=saving)
    again.resume()
    assert again.history.unmade == 2
    with pytest.raises(TrainingError, match="3 steps in a row were not made, the last in step 3"):
        again.fit(1)
    assert RunFolder.open(tmp_path / "run").newest_checkpoint().position.step == 3


def test_too_many_are_counted_over_chunks() -> None:
    assert too_many([0.0], before=9, most=10) == 1
    assert too_many([1.0, 0.0, 0.0], before=9, most=3) is None


# ---- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make_rule", "message"),
    [
        (lambda: SkipStep(most=0), r"SkipStep: most is 0\. It counts steps: 1 or more"),
        (lambda: GoBack(every=0), r"GoBack: every is 0\. It counts steps: 1 or more"),
        (lambda: Options(not_finite="skip"), r"Options: not_finite is 'skip', a str\. It is a ru"),
        (lambda: Options(not_finite=SkipStep), "not_finite is the class SkipStep itself"),
    ],
    ids=range(4),
)
def test_what_is_no_recovery_is_refused(make_rule: Callable[[], Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        make_rule()
