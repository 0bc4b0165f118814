"""Models are measured on whole sets: exactly, in inference mode, which stays as it was."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.functional import cross_entropy
from pellucid.train import (
    Accuracy,
    Trainer,
    evaluate,
)
from pellucid.train.measurements.evaluation import BATCH, MOST_ALIVE, Evaluation, at_once

Make = Callable[..., Trainer]


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
    monkeypatch.setattr("pellucid.train.measurements.evaluation.BATCH", 16)
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


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_where_steps_are_ignored_the_loss_is_that_of_one_batch_of_all(executor: str) -> None:
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, (2300, 4))
    labels[:1000, 1:] = 2  # a batch of few steps that count, the others of many
    data = from_arrays(draw.normal(size=(2300, 4, 2)), labels, classes=3)
    model = nn.Linear(2, 3, rng=pc.Generator(0))
    loss = partial(cross_entropy, ignore_index=2)
    found = evaluate(model, loss, data, (), executor)["loss"]
    expected = loss(model(pc.tensor(data.features)), data.labels).item()
    assert found == pytest.approx(expected, rel=1e-6)
    nothing = evaluate(model, loss, from_arrays(data.features, labels * 0 + 2, classes=3), ())
    assert nothing == {"loss": 0.0}


def wide() -> nn.Sequential:
    """A model of pictures whose values are many times as large as these."""
    rng = pc.Generator(seed=0)
    convolution = nn.Conv2d(1, 30, pc.Window(5), rng=rng)
    return nn.Sequential(convolution, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4320, 3))


def test_models_of_large_values_are_measured_in_smaller_batches_that_say_the_same() -> None:
    draw = np.random.default_rng(0)
    data = from_arrays(draw.normal(size=(1100, 1, 28, 28)), draw.integers(0, 3, 1100))
    model = wide().inference()
    measured = Evaluation(model, cross_entropy, (Accuracy(),), "native")
    found = measured(data)
    assert measured.room_for(data) < 2 * MOST_ALIVE
    loss = cross_entropy(model(data.features), data.labels).item()
    assert found["loss"] == pytest.approx(loss, rel=1e-5)
    right = model(data.features).numpy().argmax(axis=1) == data.labels
    assert found["accuracy"] == pytest.approx(right.mean(), abs=1e-12)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_how_many_are_measured_at_once_divides_the_largest_batch(executor: str) -> None:
    pixels = pc.Buffer(np.zeros((3000, 1, 28, 28), np.float32))
    model = wide().inference()
    large = pc.compile(lambda rows: model(pixels.take(rows, axis=0)), executor=executor)
    assert at_once(large, 3000) == 100
    assert at_once(large, 50) == 50
    small = pc.compile(lambda rows: pixels.take(rows, axis=0).mean(), executor=executor)
    assert at_once(small, 3000) == BATCH
    assert at_once(small, 7) == 7
