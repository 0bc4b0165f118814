"""A batch taken in parts gives the update of the batch: loss, gradients and draws."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, blobs

from pellucid import augment, nn, scan, zeros
from pellucid.data import Dataset, from_arrays
from pellucid.errors import OptionError, ShapeError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.nn import Module
from pellucid.optim import SAM, Adam, ByGlobalNorm, CosineDecay, GradientNoise, Optimizer
from pellucid.optim.rules import Step
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import ExponentialAverage, Options, Saving, Trainer, Weights

Make = Callable[..., Trainer]
BATCH, SAMPLES = 16, 22  # the second batch is smaller: of 6
PARTS = (1, 5, 8)


class Noted(Optimizer):
    """Changes nothing, and keeps the gradient."""

    def start(self, w: Tensor) -> dict[str, Tensor]:
        return {"gradient": w * 0.0}

    def update(
        self, w: Tensor, g: Tensor, state: dict[str, Tensor], step: Step
    ) -> tuple[Tensor, dict[str, Tensor]]:
        return w, {"gradient": g}


class Sequences(Module):
    """An LSTM with dropout that reads each row up to its length, and scores every step."""

    def __init__(self) -> None:
        self.embedding = nn.Embedding(7, 6)
        self.lstm = nn.LSTM(6, 8)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(8, 7)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        return self.output(self.dropout(self.lstm(self.embedding(ids), lengths)[0]))


class Noisy(Module):
    """A state that goes through the features of each row, with dropout at every step."""

    def __init__(self) -> None:
        self.step = nn.Linear(1, 5)
        self.first, self.dropout = nn.Dropout(0.2), nn.Dropout(0.4)
        self.output = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        def turn(h: Tensor, x: Tensor) -> tuple[Tensor, None]:
            return self.dropout(self.dropout((h + self.step(x)).tanh())), None

        h = self.dropout(zeros((len(x), 5)) + 0.5)  # of the generator of the loop, before it
        h, _ = scan(turn, h, self.first(x).T.expand_dims(-1))
        return self.output(self.dropout(h))


def dense() -> Module:
    return nn.Sequential(nn.Linear(4, 9), nn.Tanh(), nn.Dropout(0.4), nn.Linear(9, 3))


def convolutional() -> Module:
    return nn.Sequential(
        augment.GaussianNoise(0.1), augment.RandomAffine(10.0), nn.Conv2d(1, 4, 3), nn.ReLU(),
        nn.Dropout2d(0.4), nn.Flatten(), nn.Linear(4 * 16, 3),
    )  # fmt: skip


def transformer() -> Module:
    return nn.Sequential(
        nn.Embedding(7, 8), nn.TransformerBlock(8, 2, dropout=0.3), nn.LayerNorm(8),
        nn.Dropout(0.2), nn.Linear(8, 7),
    )  # fmt: skip


def pictures() -> Dataset:
    numbers = np.random.default_rng(1)
    x = numbers.normal(size=(SAMPLES, 1, 6, 6)).astype(np.float32)
    return from_arrays(x, np.arange(SAMPLES) % 3, classes=3)


def texts(*, with_lengths: bool) -> Dataset:
    """Rows of 2 to 5 ids; what stands behind a row's length is padding, its target 0."""
    numbers = np.random.default_rng(2)
    ids = numbers.integers(1, 7, (SAMPLES, 5))
    lengths = numbers.integers(2, 6, SAMPLES)
    targets = np.where(np.arange(5) < lengths[:, None], np.roll(ids, -1, axis=1), 0)
    data = from_arrays(ids, targets, classes=7, vocabulary=7)
    return data.with_inputs(lengths) if with_lengths else data


masked = partial(cross_entropy, ignore_index=0)
numbers = np.random.default_rng(4).uniform(0.2, 3.0, SAMPLES)
CASES: dict[str, tuple[Callable[[], Module], Any, Callable[[], Dataset], Weights]] = {
    "dense": (dense, cross_entropy, lambda: blobs(SAMPLES), Weights()),
    "sample weights": (dense, cross_entropy, lambda: blobs(SAMPLES), Weights(samples=numbers)),
    "class weights": (
        dense, cross_entropy, lambda: blobs(SAMPLES), Weights(classes=[1.0, 5.0, 0.0]),
    ),
    "of the loss": (
        dense, partial(cross_entropy, class_weights=[1.0, 5.0, 0.2]), lambda: blobs(SAMPLES),
        Weights(samples=numbers),
    ),
    "in a loop": (Noisy, cross_entropy, lambda: blobs(SAMPLES), Weights()),
    "a sum": (dense, partial(cross_entropy, reduction="sum"), lambda: blobs(SAMPLES), Weights()),
    "convolutional": (convolutional, cross_entropy, pictures, Weights(classes="balanced")),
    "lstm": (Sequences, masked, lambda: texts(with_lengths=True), Weights()),
    "transformer": (
        transformer, masked, lambda: texts(with_lengths=False), Weights(samples=numbers),
    ),
}  # fmt: skip


def noting(case: str, executor: str, micro_batch: int | None) -> Trainer:
    made, loss, data, weights = CASES[case]
    model = made()
    options = Options(
        BATCH,
        micro_batch=micro_batch,
        seed=5,
        executor=executor,
        weights=weights,
        lint=False,
        metrics=(),
    )
    return Trainer(model, loss, Noted(model.parameters(), 0.1), data(), options=options)


def noted(trainer: Trainer) -> Any:
    slots = trainer.optimizer.slots.values()
    return np.concatenate([slot["gradient"].numpy().ravel() for slot in slots])


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("case", CASES)
def test_parts_give_loss_and_gradient_of_the_batch(case: str, executor: str) -> None:
    whole = noting(case, executor, None)
    expected = [(step.loss, noted(whole)) for _, step in zip(range(4), whole, strict=False)]
    size = PARTS[list(CASES).index(case) % len(PARTS)]
    for micro_batch in PARTS if executor == "reference" else (size,):
        parts = noting(case, executor, micro_batch)
        assert parts.steps_per_epoch == 2
        for (loss, gradient), step in zip(expected, parts, strict=False):
            assert step.loss == pytest.approx(loss, rel=1e-6)
            error = np.linalg.norm(noted(parts) - gradient)
            assert error < 1e-6 * np.linalg.norm(gradient)
        for name, variable in whole.model.variables().items():
            if name.endswith("draws"):
                assert variable.numpy() == parts.model.variables()[name].numpy() > 0


@pytest.mark.parametrize(
    ("made", "draws", "executor"),
    [(dense, 2, "native"), (dense, 2, "reference"), (Noisy, 20, "reference")],
)
def test_an_update_that_asks_for_gradients_twice_has_those_of_the_batch(
    made: Callable[[], Module], draws: int, executor: str
) -> None:
    found = []
    for micro_batch in (None, 5):
        model = made()
        options = Options(
            BATCH, micro_batch=micro_batch, seed=5, executor=executor, lint=False, metrics=()
        )
        optimizer = SAM(Noted(model.parameters(), 0.1), rho=0.5)
        trainer = Trainer(model, cross_entropy, optimizer, blobs(SAMPLES), options=options)
        found.append([(s.loss, noted(trainer)) for _, s in zip(range(3), trainer, strict=False)])
        counts = [v for name, v in model.variables().items() if name.endswith("draws")]
        assert int(counts[-1].numpy()) == 3 * draws
    for (a, g), (b, h) in zip(*found, strict=True):
        assert a == pytest.approx(b, rel=1e-6)
        assert np.linalg.norm(g - h) < 1e-6 * np.linalg.norm(g)


def test_float64_to_the_last_digits() -> None:
    class Wide(Module):
        def __init__(self) -> None:
            self.inner = nn.Linear(4, 5, dtype="float64")
            self.dropout = nn.Dropout(0.5)
            self.outer = nn.Linear(5, 1, dtype="float64")

        def forward(self, x: Tensor) -> Tensor:
            return self.outer(self.dropout(self.inner(x.astype("float64")).tanh()))

    numbers = np.random.default_rng(3)
    data = from_arrays(numbers.normal(size=(22, 4)), numbers.normal(size=(22, 1)), classes=0)
    found = []
    for micro_batch in (None, 3):
        model = Wide()
        options = Options(16, micro_batch=micro_batch, metrics=(), executor="reference", lint=False)
        optimizer = Noted(model.parameters(), 0.1)
        trainer = Trainer(model, mean_squared_error, optimizer, data, options=options)
        found.append([(s.loss, noted(trainer)) for _, s in zip(range(2), trainer, strict=False)])
    for (a, g), (b, h) in zip(*found, strict=True):
        assert a == pytest.approx(b, rel=1e-14)
        np.testing.assert_allclose(g, h, rtol=1e-12, atol=1e-15)


def test_parts_without_weight_count_nothing() -> None:
    """Where all targets of a part are ignored its loss is 0, and is not counted."""
    ids = np.ones((4, 2), np.int64)
    targets = np.array([[1, 2], [0, 0], [0, 0], [3, 0]])
    model = nn.Sequential(nn.Embedding(4, 5), nn.Linear(5, 4))
    losses = []
    for micro_batch in (None, 1):
        options = Options(
            4, micro_batch=micro_batch, executor="reference", lint=False, shuffle=False
        )
        data = from_arrays(ids, targets, classes=4, vocabulary=4)
        optimizer = Noted(model.parameters(), 0.1)
        losses.append(next(iter(Trainer(model, masked, optimizer, data, options=options))).loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_batch_norm_takes_the_statistics_of_each_part() -> None:
    """Its running mean moves once a part: by hand."""
    model = nn.Sequential(nn.BatchNorm(4), nn.Linear(4, 3))
    data = blobs(16)
    options = Options(16, micro_batch=6, executor="reference", shuffle=False, lint=False)
    trainer = Trainer(model, cross_entropy, Noted(model.parameters(), 0.1), data, options=options)
    next(iter(trainer))
    running = np.zeros(4)
    for part in (slice(0, 6), slice(6, 12), slice(12, 16)):
        running = 0.9 * running + 0.1 * data.features[part].mean(axis=0)
    np.testing.assert_allclose(model[0].running_mean.numpy(), running, rtol=1e-5)


# ---- what counts updates -------------------------------------------------------------------


def full(folder: Path | None, executor: str, micro_batch: int | None, *callbacks: Any) -> Trainer:
    """Everything that counts updates: schedule, clipping, decay, noise, an average, batch norm."""
    rng = Generator(5)
    model = nn.Sequential(
        nn.Linear(4, 8, rng=rng), nn.LayerNorm(8), nn.ReLU(), nn.Dropout(0.3, rng=rng),
        nn.Linear(8, 3, rng=rng),
    )  # fmt: skip
    optimizer = Adam(
        model.parameters(), CosineDecay(0.02, 12, 0.001), weight_decay=0.01,
        clip=ByGlobalNorm(0.2), rules=GradientNoise(variance=1e-4, rng=rng),
    )  # fmt: skip
    options = Options(
        BATCH, micro_batch=micro_batch, seed=3, executor=executor, callbacks=callbacks, lint=False,
        average=ExponentialAverage(0.8), saving=folder and Saving(folder, report=False),
    )  # fmt: skip
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), options)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_schedules_clipping_decay_noise_and_averages_count_updates(executor: str) -> None:
    whole, parts = full(None, executor, None), full(None, executor, 3)
    one, other = whole.fit(3), parts.fit(3)
    assert int(parts.optimizer.steps.numpy()) == 15 == len(other)
    np.testing.assert_allclose(one.steps["loss"], other.steps["loss"], rtol=1e-4)
    for name, column in one.epochs.items():
        np.testing.assert_allclose(column, other.epochs[name], rtol=1e-3, err_msg=name)


@pytest.mark.parametrize("step", [1, 4, 5, 8, 12])
def test_a_run_that_is_resumed_at_any_update_has_the_same_bits(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.stepping.pace.TARGET_SECONDS", 0.0)
    executor = ("reference", "native")[step % 2]
    whole = full(tmp_path / "whole", executor, 3)
    whole.fit(3)
    full(tmp_path / "parts", executor, 3, StopAt(step)).fit(3)
    again = full(tmp_path / "parts", executor, 3)
    again.resume()
    assert again.position.step == step
    again.fit(3)
    assert whole.history.as_dict() == again.history.as_dict()
    states = [{n: v.numpy() for n, v in each.variables().items()} for each in (whole, again)]
    assert_same_bits(*states)


def test_going_on_with_other_parts_is_refused(make: Make, tmp_path: Path) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(micro_batch=5, saving=saving).fit(1)
    with pytest.raises(OptionError, match=r"resume .*: micro_batch is 4 here; the run has 5"):
        make(micro_batch=4, saving=saving).resume()


def test_the_linter_looks_at_a_part(make: Make) -> None:
    trainer = make(micro_batch=5)
    trainer.fit(1)
    assert trainer.findings is not None


# ---- refusals ------------------------------------------------------------------------------


def test_other_things_without_meaning_are_refused(make: Make) -> None:
    class Own(Adam):
        def minimize(self, loss: Tensor) -> None:
            super().minimize(loss)

    class Twice(Adam):
        def minimize_by(self, compute: Callable[[], Tensor]) -> None:
            super().minimize_by(lambda: compute() + compute())

    for kind in (Own, Twice):
        given = make()
        own = kind(given.model.parameters())
        message = f"micro_batch, with {kind.__name__}, whose minimize(_by)? is its own"
        with pytest.raises(OptionError, match=message):
            Trainer(
                given.model, cross_entropy, own, given.train, options=Options(16, micro_batch=5)
            )
    with pytest.raises(OptionError, match="micro_batch is 20, of batches of 16 samples"):
        make(micro_batch=20)
    with pytest.raises(OptionError, match=r"micro_batch is 0\. It counts samples: at least 1"):
        make(micro_batch=0)


@pytest.mark.parametrize(("micro", "told"), [(1, "one sample"), (5, "the one sample that is left")])
def test_a_part_too_small_for_batch_norm_names_micro_batch(micro: int, told: str) -> None:
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm(3)).seeded(0)
    options = Options(batch_size=16, micro_batch=micro, executor="reference", lint=False)
    trainer = Trainer(model, cross_entropy, Adam(model.parameters()), blobs(32), None, options)
    with pytest.raises(ShapeError, match=rf"batch of 16, which micro_batch={micro} .*{told}"):
        trainer.fit(1)
