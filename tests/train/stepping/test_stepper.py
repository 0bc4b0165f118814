"""A step that fails ends training after the step before it, and what was learned is saved."""

import itertools
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, assert_same_bits, blobs, make_trainer, weights

import pellucid as pc
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.errors import PositionError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.primitives import Primitive
from pellucid.primitives.base import FLOATS
from pellucid.train import Options, Saving, Trainer

WORDS, WRONG = 10, 41  # the sample with a word that is not in the table


class Counting(Primitive):
    """The values themselves; raises at the call that a test asks for."""

    accepts = FLOATS
    calls = itertools.count(1)
    fails_at = 0
    fault: BaseException = ValueError("here")

    def shape(self, *shapes: Any) -> Any:
        return shapes[0]

    def forward(self, xp: Any, x: Any) -> Any:
        if next(Counting.calls) == Counting.fails_at:
            raise Counting.fault
        return xp.array(x)

    def backward(self, dy: Any, y: Any, x: Any) -> Any:
        return (dy,)


class CountingNet(Net):
    def forward(self, x: Any) -> Any:
        return super().forward(pc.apply(Counting(), x))


def counting(executor: str, fails_at: int, fault: BaseException, **options: Any) -> Trainer:
    Counting.calls, Counting.fails_at, Counting.fault = itertools.count(1), fails_at, fault
    model = CountingNet()
    given = Options(batch_size=16, seed=3, executor=executor, **options)
    optimizer = Adam(model.parameters(), 0.01)
    return Trainer(model, cross_entropy, optimizer, blobs(70), None, given)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("failing", [1, 3, 5])
def test_the_state_before_a_step_that_failed_is_saved_and_goes_on(
    executor: str, failing: int, tmp_path: Path
) -> None:
    # The rule runs once a step: evaluation of the first epoch comes after its five steps.
    broken = counting(executor, failing, ValueError("here"), saving=Saving(tmp_path / "run"))
    with pytest.raises(ValueError, match="here") as raised:
        broken.fit(2)
    assert f"in step {failing} (epoch 1)" in raised.value.__notes__[0]
    assert broken.position.step == len(broken.history) == failing - 1
    assert broken.history.stopped == "ValueError"
    whole = counting(executor, 0, ValueError())
    whole.fit(2)
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    resumed = counting(executor, 0, ValueError(), saving=Saving(tmp_path / "copy"))
    assert len(resumed.resume()) == failing - 1
    resumed.fit(2)
    broken.fit(2)
    for other in (resumed, broken):
        assert other.history.steps == whole.history.steps
        assert_same_bits(weights(other), weights(whole))


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_word_that_is_not_in_the_table_ends_training_with_the_weights_before(
    executor: str, tmp_path: Path
) -> None:
    class Words(nn.Module):
        def __init__(self) -> None:
            rng = pc.Generator(0)
            self.embedding = nn.Embedding(WORDS, 8, rng=rng)
            self.last = nn.Linear(8, 3, rng=rng)

        def forward(self, words: Any) -> Any:
            return self.last(self.embedding(words.astype("int64")[:, 0]))

    def trained(words: Any, **options: Any) -> Trainer:
        model = Words()
        data = from_arrays(words[:, None].astype(np.float32), words % 3, classes=3)
        given = Options(batch_size=8, executor=executor, seed=1, **options)
        return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), data, None, given)

    words = np.arange(64) % WORDS
    sound = trained(words)
    words[WRONG] = WORDS
    broken = trained(words, saving=Saving(tmp_path / "run"))
    with pytest.raises(PositionError, match=r"id 10 at .*, and there are 10"):
        broken.fit(1)
    done = broken.position.step
    for _, record in zip(range(done), sound, strict=False):
        assert record.loss == broken.history.steps["loss"][record.step - 1]
    assert len(broken.history) == done < 8
    assert_same_bits(weights(broken), weights(sound))


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_interrupt_inside_a_rule_leaves_whole_steps(executor: str) -> None:
    broken = counting(executor, 4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        broken.fit(1)
    assert broken.position.step == len(broken.history) == 3
    broken.fit(2)
    whole = counting(executor, 0, ValueError())
    whole.fit(2)
    assert broken.history.steps == whole.history.steps
    assert_same_bits(weights(broken), weights(whole))


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), TimeoutError("of an alarm")])
def test_an_interrupt_between_steps_goes_back_to_a_known_one(
    fault: BaseException, monkeypatch: Any
) -> None:
    """As the second Ctrl-C: the steps at hand are not finished, and nobody knows how many were."""
    whole, broken = make_trainer(), make_trainer()
    run, calls = broken._program.run, itertools.count(1)

    def interrupted(rows: Any, at: Any = None) -> Any:
        found = run(rows, at)
        if next(calls) == 4:
            raise fault
        return found

    monkeypatch.setattr(broken._program, "run", interrupted)
    with pytest.raises(type(fault)):
        broken.fit(6)
    assert broken.position.step == len(broken.history)
    broken.fit(6)
    whole.fit(6)
    assert broken.history.as_dict() == whole.history.as_dict()
    assert_same_bits(weights(broken), weights(whole))


def test_where_measuring_failed_it_comes_first_when_training_goes_on(tmp_path: Path) -> None:
    whole = make_trainer()
    whole.fit(2)
    broken = make_trainer(saving=Saving(tmp_path / "run"))
    evaluation, calls = broken._measuring.evaluation, itertools.count(1)

    def failing(*given: Any) -> Any:
        if next(calls) == 2:
            raise ValueError("not now")
        return evaluation(*given)

    broken._measuring.evaluation = failing
    with pytest.raises(ValueError, match="not now"):
        broken.fit(2)
    shutil.copytree(tmp_path / "run", tmp_path / "copy")
    resumed = make_trainer(saving=Saving(tmp_path / "copy"))
    assert len(resumed.resume()) == 5
    for other in (resumed, broken):
        other.fit(2)
        assert other.history.as_dict() == whole.history.as_dict()
        assert_same_bits(weights(other), weights(whole))


def test_what_is_left_are_the_weights_of_the_steps_before() -> None:
    broken = counting("reference", 3, ValueError("here"))
    with pytest.raises(ValueError, match="here") as raised:
        broken.fit(1)
    assert "in step 3 (epoch 1)" in raised.value.__notes__[0]
    other = counting("reference", 0, ValueError())
    for _ in itertools.islice(other, 2):
        pass
    assert broken.position.step == other.position.step == 2
    assert_same_bits(weights(broken), weights(other))
