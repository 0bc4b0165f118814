from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, assert_same_bits, blobs, weights

from pellucid.data import from_arrays
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.nn import Linear
from pellucid.optim import SGD, Adam
from pellucid.train import OneBatch, Options, Trainer, UniformAverage, overfit_one_batch

Make = Callable[..., Trainer]


def trainer(rate: float, data: Any = None, **parts: Any) -> Trainer:
    model = parts.get("model") or Net(dropout=0.0)
    optimizer = SGD(parts.get("given", model.parameters()), rate)
    options = Options(batch_size=16, executor="reference", metrics=parts.get("metrics", ()))
    loss = parts.get("loss", cross_entropy)
    return Trainer(model, loss, optimizer, blobs(70) if data is None else data, None, options)


def test_a_sound_model_learns_a_batch_and_is_put_back(make: Make) -> None:
    task = make(validate_every=3, monitor="validation_accuracy", average=UniformAverage())
    before = {name: array.copy() for name, array in weights(task).items()}
    found = overfit_one_batch(task)
    assert found.learned
    assert found.samples == 16
    assert str(found).splitlines()[0] == "one batch of 16 samples: learned"
    assert_same_bits(before, weights(task))


def test_without_a_measure_a_tenth_of_the_loss_is_wanted() -> None:
    found = overfit_one_batch(trainer(0.5))
    assert found.learned
    assert found.losses[-1] <= 0.1 * found.losses[0] < found.losses[-2]


def hints(task: Trainer, steps: int = 30) -> str:
    found = overfit_one_batch(task, steps)
    assert not found.learned
    assert "NOT learned" in str(found)
    assert str(found).count("look at: ") == len(found.hints) > 0
    return " ".join(found.hints)


def test_it_says_what_to_look_at() -> None:
    assert "none has changed" in hints(trainer(0.0))
    assert "the loss still falls. Try ten times as much" in hints(trainer(0.01))
    assert "the loss has grown. Try a tenth" in hints(trainer(30.0))
    assert "the loss is -inf in step 2" in hints(
        trainer(1e30, loss=lambda y, t: (y * y * y).sum()), 5
    )
    model = Net(dropout=0.0)
    given = {"output.weight": model.output.weight, "output.bias": model.output.bias}
    text = hints(trainer(1e-4, model=model, given=given))
    assert "'hidden.weight', 'hidden.bias': unchanged" in text


def test_equal_samples_with_other_targets_are_found() -> None:
    data = from_arrays(np.ones((6, 2)), np.arange(6.0), classes=0)
    model = Linear(2, 1)
    optimizer = Adam(model.parameters(), 0.1)
    options = Options(batch_size=6, executor="reference", metrics=(), lint=False)
    text = hints(Trainer(model, mean_squared_error, optimizer, data, None, options), 500)
    assert "samples 0 and 1 of the batch: equal inputs with other targets." in text
    assert "has come to rest" in text


def test_a_loss_below_0_falls_too() -> None:
    found = overfit_one_batch(trainer(0.5, loss=lambda y, t: cross_entropy(y, t) - 2.0))
    assert found.learned
    assert found.losses[-1] <= 1.9 * found.losses[0] < 0


def test_steps_are_counted(make: Make) -> None:
    with pytest.raises(OptionError, match="steps is 0"):
        overfit_one_batch(make(), 0)
    assert str(OneBatch(2, learned=True, losses=(1.0, 0.05))).splitlines()[1] == (
        "loss 1.000 before, 0.05000 after 1 updates; wanted: a tenth, or every sample right"
    )
