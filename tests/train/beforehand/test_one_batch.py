import signal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, assert_same_bits, blobs, weights

from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import EarlyStopping, Options, Steps, Trainer, Weights
from pellucid.train.beforehand.one_batch import batch_rows, fit_whole, on_one_batch

Make = Callable[..., Trainer]


def test_every_class_is_there_as_far_as_there_is_room() -> None:
    data = blobs(30).subset([0, 3, 6, 9, 1, 4, 2, 5])  # classes 0 0 0 0 1 1 2 2
    assert batch_rows(data, 3).tolist() == [0, 4, 6]
    assert batch_rows(data, 5).tolist() == [0, 1, 2, 4, 6]
    assert batch_rows(data, 2).tolist() == [0, 4]


def test_model_and_optimizer_are_lent_and_come_back(make: Make) -> None:
    trainer = make(weights=Weights(samples=np.arange(70)), early_stopping=EarlyStopping(3))
    trainer.fit(2)
    before = {name: array.copy() for name, array in weights(trainer).items()}
    with on_one_batch(trainer, 8, early_stopping=None) as small:
        assert (small.model, small.optimizer) == (trainer.model, trainer.optimizer)
        assert (len(small.train), len(small.validation or ())) == (8, 8)
        assert small.options.batch_size == 8
        small.fit(3)
        assert not np.array_equal(weights(trainer)["output.bias"], before["output.bias"])
    assert_same_bits(before, weights(trainer))


@pytest.mark.parametrize("keep", ["best", "last"])
def test_training_goes_on_as_if_nothing_had_been(make: Make, keep: str) -> None:
    whole, trainer = make(keep=keep), make(keep=keep)
    whole.fit(2)
    whole.fit(4)
    trainer.fit(2)
    with on_one_batch(trainer, 8) as small:
        small.fit(2)
    trainer.fit(4)
    assert_same_bits(weights(whole), weights(trainer))


def test_a_signal_ends_the_whole(make: Make) -> None:
    with on_one_batch(make(), 8) as small:
        advance = small._stepper.advance

        def signalled(limit: int, *others: Any) -> Steps:
            signal.raise_signal(signal.SIGTERM)
            return advance(limit, *others)

        small._stepper.advance = signalled  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            fit_whole(small, 3)


def test_further_validation_sets_are_there_too() -> None:
    model = Net()
    options = Options(batch_size=16, executor="reference", monitor="validation_noisy_loss")
    sets = {"clean": blobs(30, seed=1), "noisy": blobs(20, seed=2)}
    task = Trainer(model, cross_entropy, Adam(model.parameters()), blobs(70), sets, options)
    with on_one_batch(task, 16) as small:
        epochs = small.fit(1).epochs
    assert {"validation_loss", "validation_noisy_loss"} <= set(epochs)
