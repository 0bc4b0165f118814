"""A batch taken in parts gives loss and gradient of the batch: for every model of the catalogue."""

from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import pytest
from train.stepping.test_micro_batches import BATCH, SAMPLES, Noted, noted

from pellucid.data import Dataset, from_arrays
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.models import MODELS
from pellucid.models.catalogue import IMAGES, TEXT
from pellucid.nn import Module
from pellucid.random import Generator
from pellucid.train import Options, Trainer, Weights

CLASSES, STEPS = 5, 6
SMALL = {
    "hidden": 9, "layers": 2, "features": 8, "heads": 2, "blocks": 1, "filters": 3,
    "filter_size": 3, "channels": (3, 4), "dropout": 0.3,
}  # fmt: skip
OWN = {
    "mlp": {"hidden": (9, 7)},
    "l-layer": {"hidden": (7, 5)},
    "deep-convnet": {"filters": (2, 3, 4)},
}
WITH_BATCH_NORM = ("resnet",)  # whose parts have statistics of their own


def data(name: str) -> Dataset:
    """Samples that the model takes; of texts, unlike many steps that count."""
    numbers = np.random.default_rng(6)
    labels = np.arange(SAMPLES) % CLASSES
    if MODELS[name].takes == TEXT:
        ids = numbers.integers(1, CLASSES, (SAMPLES, STEPS))
        ends = numbers.integers(1, STEPS + 1, SAMPLES)
        targets = np.where(np.arange(STEPS) < ends[:, None], np.roll(ids, -1, axis=1), 0)
        return from_arrays(ids, targets, classes=CLASSES, vocabulary=CLASSES)
    shape = (1, 8, 8) if MODELS[name].takes == IMAGES else (6,)
    x = numbers.normal(size=(SAMPLES, *shape)).astype(np.float32)
    return from_arrays(x, labels, classes=CLASSES)


def model(name: str, samples: Dataset) -> Module:
    kind = MODELS[name]
    known = {f.name for f in fields(kind.options)}
    options = {n: value for n, value in (SMALL | OWN.get(name, {})).items() if n in known}
    return kind.built(samples.form, kind.options(**options), Generator(3))


def weights(name: str) -> Weights:
    """Of samples, and of classes unless the loss has none: those of the others stand in a mask."""
    of_samples = np.linspace(0.2, 3.0, SAMPLES)
    if MODELS[name].takes == TEXT:
        return Weights(samples=of_samples, classes=[1.0, 2.0, 0.5, 4.0, 1.0])
    return Weights(samples=of_samples, classes=[1.0, 2.0, 0.0, 4.0, 1.0])


def steps(name: str, executor: str, micro_batch: int | None) -> list[tuple[float, Any]]:
    """Loss and gradient of a full batch, and of the smaller one that is left."""
    samples = data(name)
    net = model(name, samples)
    loss = MODELS[name].loss or cross_entropy
    loss = partial(cross_entropy, ignore_index=0) if MODELS[name].takes == TEXT else loss
    options = Options(
        BATCH, micro_batch=micro_batch, seed=5, executor=executor, weights=weights(name),
        lint=False, metrics=(),
    )  # fmt: skip
    trainer = Trainer(net, loss, Noted(net.parameters(), 0.1), samples, options=options)
    assert trainer.steps_per_epoch == 2
    return [(step.loss, noted(trainer)) for _, step in zip(range(2), trainer, strict=False)]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("name", [name for name in MODELS if name not in WITH_BATCH_NORM])
def test_parts_give_loss_and_gradient_of_the_batch(name: str, executor: str) -> None:
    whole = steps(name, "reference", None)
    parts = steps(name, executor, 5)
    for (loss, gradient), (found, its) in zip(whole, parts, strict=True):
        assert np.linalg.norm(gradient) > 0.0
        assert found == pytest.approx(loss, rel=1e-6)
        assert np.linalg.norm(its - gradient) < 1e-6 * np.linalg.norm(gradient)


def test_the_models_left_out_are_those_with_batch_norm() -> None:
    for name in MODELS:
        has = any("running_mean" in path for path in model(name, data(name)).variables())
        assert has == (name in WITH_BATCH_NORM)
