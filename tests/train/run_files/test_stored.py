"""A run of a class of one's own is used where the class is not known, by its graph."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import blobs

import pellucid as pc
from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.errors import DataError, FileError, OptionError, StateError
from pellucid.functional import binary_cross_entropy, cross_entropy, mean_squared_error
from pellucid.io import safetensors
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import AbsoluteError, Options, RocAuc, Saving, Trainer
from pellucid.train.run_files.stored import StoredModel

# Of what is looked at here the training set is the validation set.
pytestmark = pytest.mark.filterwarnings("ignore:lint")

Make = Callable[..., Trainer]


class Convolutional(Module):
    """Batch norm, dropout, a constant table of more than 16 numbers, a buffer."""

    def __init__(self) -> None:
        rng = Generator(0)
        self.convolution = nn.Conv2d(1, 3, pc.Window(3, padding="same"), rng=rng)
        self.norm = nn.BatchNorm(3)
        self.dropout = nn.Dropout(0.3, rng=rng)
        self.output = nn.Linear(48, 2, rng=rng)
        self.table = np.linspace(-1, 1, 48).astype(np.float32)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.convolution(x)).maximum(0.0)
        return self.output(self.dropout(y.reshape(len(x), 48) + self.table))


class Sequences(Module):
    """An embedding and a loop over time."""

    def __init__(self) -> None:
        rng = Generator(0)
        self.embedding = nn.Embedding(5, 4, rng=rng)
        self.lstm = nn.LSTM(4, 6, rng=rng)
        self.output = nn.Linear(6, 5, rng=rng)

    def forward(self, ids: Tensor) -> Tensor:
        return self.output(self.lstm(self.embedding(ids))[0])


def pictures() -> Dataset:
    numbers = np.random.default_rng(2)
    return from_arrays(numbers.normal(size=(30, 1, 4, 4)), np.arange(30) % 2, name="pictures")


def cycle() -> Dataset:
    ids = np.random.default_rng(0).integers(0, 5, (24, 7))
    return from_arrays(ids, (ids + 1) % 5, classes=5, vocabulary=5, name="cycle")


def line() -> Dataset:
    x = np.linspace(0, 1, 24)[:, None]
    return from_arrays(x, 3 * x + 1, classes=0, name="line")


TASKS: dict[str, tuple[Callable[[], Module], Any, Dataset, tuple[Any, ...]]] = {
    "convolutional": (Convolutional, cross_entropy, pictures(), (pc.train.Accuracy(),)),
    "sequences": (Sequences, cross_entropy, cycle(), (pc.train.Accuracy(),)),
    "numbers": (lambda: nn.Linear(1, 1, rng=Generator(0)), mean_squared_error, line(), ()),
    "one output": (
        lambda: nn.Linear(4, 1, rng=Generator(0)),
        binary_cross_entropy,
        blobs(30, classes=2),
        (pc.train.Accuracy(), RocAuc()),
    ),
}


def trained(what: str, folder: Path, **options: Any) -> Trainer:
    make, loss, data, metrics = TASKS[what]
    model = make()
    metrics = (AbsoluteError(),) if what == "numbers" else metrics
    given: dict[str, Any] = {"batch_size": 10, "drop_last": True, "metrics": metrics}
    given |= {"executor": "reference"}
    saving = Saving(folder, report=False)
    trainer = Trainer(
        model, loss, Adam(model.parameters(), 0.01), data, data, Options(**given, saving=saving)
    )
    trainer.fit(2)
    return trainer


@pytest.mark.parametrize("what", TASKS)
def test_a_run_predicts_and_evaluates_from_its_graph(what: str, tmp_path: Path) -> None:
    trainer = trained(what, tmp_path / "run")
    run = pc.load(tmp_path / "run")
    assert isinstance(run.model, StoredModel)
    data = trainer.train
    expected = trainer.model.predictor()(data.features).numpy()
    np.testing.assert_allclose(run.predict(data.features).numpy(), expected, rtol=1e-4, atol=1e-6)
    several = run.model(data.features[:3]).numpy()
    np.testing.assert_allclose(several, expected[:3], rtol=1e-4, atol=1e-6)
    found, right = run.evaluate(data), trainer.evaluate(data)
    assert found == pytest.approx(right, rel=1e-4)
    for name, array in trainer.model.state_dict().items():
        np.testing.assert_array_equal(run.model.state_dict()[name], array)
    assert list(run.model.parameters()) == sorted(trainer.model.parameters())
    assert run.weights == trainer.history.weights
    assert run.history.as_dict() == trainer.history.as_dict()
    assert run.settings["trainer"]["batch_size"] == 10
    assert f"on {data.name!r}, 2 epochs; weights of epoch" in repr(run)


def test_gradients_go_through_the_graph_of_a_run(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    trainer.fit(1)
    model = pc.load(tmp_path / "run").model
    x, t = trainer.train.features[:5], trainer.train.labels[:5]
    cross_entropy(model(pc.tensor(x)), t).backward()
    cross_entropy(trainer.model(pc.tensor(x)), t).backward()
    for name, parameter in trainer.model.parameters().items():
        assert parameter.grad is not None
        found = model.parameters()[name].grad
        np.testing.assert_allclose(found.numpy(), parameter.grad.numpy(), rtol=1e-4, atol=1e-7)


def test_a_model_that_is_given_takes_the_weights_and_is_trained_on(
    make: Make, tmp_path: Path
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    first = make(saving=saving)
    first.fit(2)
    fresh = make(saving=saving)
    run = pc.load(tmp_path / "run", model=fresh.model)
    assert run.model is fresh.model
    x = first.train.features
    np.testing.assert_array_equal(run.predict(x).numpy(), first.model.predictor()(x).numpy())
    assert run.evaluate(first.train) == pytest.approx(first.evaluate(first.train), rel=1e-4)
    fresh.resume()
    whole = make()
    whole.fit(3)
    assert fresh.fit(3).steps == whole.history.steps
    with pytest.raises(StateError, match=r"load .*run: .*does not fit"):
        pc.load(tmp_path / "run", model=nn.Linear(2, 2, rng=Generator(0)))


def test_a_graph_that_a_kill_kept_from_being_written_is_written_later(
    make: Make, tmp_path: Path
) -> None:
    saving = Saving(tmp_path / "run", report=False)
    make(saving=saving).fit(1)
    (tmp_path / "run" / "graph.safetensors").unlink()
    with pytest.raises(FileError, match=r"graph\.safetensors"):
        pc.load(tmp_path / "run")
    again = make(saving=saving)
    again.resume()
    again.fit(2)
    x = again.train.features
    expected = again.model.predictor()(x).numpy()
    np.testing.assert_allclose(
        pc.load(tmp_path / "run").predict(x).numpy(), expected, rtol=1e-4, atol=1e-6
    )


def test_a_run_that_was_cut_off_is_opened(make: Make, tmp_path: Path) -> None:
    trainer = make(saving=Saving(tmp_path / "run", report=False))
    next(iter(trainer))
    run = pc.load(tmp_path / "run")
    assert run.weights == "weights of the start, the last so far"
    assert run.predict(trainer.train.features).shape == (70, 3)


# ---- what cannot be kept, and damage -----------------------------------------------------


class Batches(nn.Linear):
    """Answers no single sample."""

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        return y + y[:2].mean() if len(x) > 1 else y.reshape(7, 7)


def test_a_model_that_answers_no_single_sample_trains_and_says_why_it_has_no_graph(
    tmp_path: Path,
) -> None:
    model = Batches(4, 3, rng=Generator(0))
    options = Options(batch_size=35, saving=Saving(tmp_path / "run", report=False))
    Trainer(model, cross_entropy, Adam(model.parameters()), blobs(70), options=options).fit(1)
    with pytest.raises(FileError, match=r"could not be kept \(ShapeError.*load\(FOLDER, model=Net"):
        pc.load(tmp_path / "run")
    run = pc.load(tmp_path / "run", model=Batches(4, 3, rng=Generator(1)))
    assert run.predict(np.ones((5, 4), np.float32)).shape == (5, 3)
    with pytest.raises(OptionError, match=r"loss and metrics could not be kept"):
        run.evaluate(blobs(70))


def test_data_that_are_not_there_or_not_alike_are_told(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    run = pc.load(tmp_path / "run")
    with pytest.raises(DataError, match="its data, 'blobs 70', were given to a Trainer in Python"):
        run.data  # noqa: B018
    with pytest.raises(DataError, match=r"samples and targets of 'line' are \[\(\(1,\)"):
        run.evaluate(line())
    with pytest.raises(OptionError, match=r"Make one again .* and call its resume\(\)"):
        run.trainer()


def test_a_file_and_a_folder_without_a_run_are_told(make: Make, tmp_path: Path) -> None:
    make(saving=Saving(tmp_path / "run", report=False, graph=False)).fit(1)
    with pytest.raises(FileError, match=r"this is a file. Give the folder of a run; a model takes"):
        pc.load(tmp_path / "run" / "model.safetensors")
    with pytest.raises(FileError, match="holds no config"):
        pc.load(tmp_path)
    with pytest.raises(FileError, match=r"graph\.safetensors"):
        pc.load(tmp_path / "run")


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: "no JSON",
        lambda entry: json.dumps([]),
        lambda entry: json.dumps(
            entry | {"outputs": {"graph": "graph(", "paths": [], "names": []}}
        ),
        lambda entry: json.dumps(entry | {"outputs": {**entry["outputs"], "paths": ["a"]}}),
        lambda entry: json.dumps(entry | {"outputs": {**entry["outputs"], "names": []}}),
        lambda entry: json.dumps({k: v for k, v in entry.items() if k != "trainable"}),
    ],
    ids=["text", "list", "graph", "paths", "names", "missing"],
)
def test_a_damaged_graph_is_named(make: Make, tmp_path: Path, change: Any) -> None:
    make(saving=Saving(tmp_path / "run", report=False)).fit(1)
    file = tmp_path / "run" / "graph.safetensors"
    arrays, texts = safetensors.load(file)
    safetensors.save(file, arrays, {"pellucid.graph": change(json.loads(texts["pellucid.graph"]))})
    with pytest.raises(FileError, match=r"graph\.safetensors"):
        pc.load(tmp_path / "run")
