"""Training on a class per time step, and on numbers to be predicted."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.compile import compile as compiled
from pellucid.data import Dataset, from_arrays
from pellucid.errors import DataError, OptionError, PositionError
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor, tensor
from pellucid.train import AbsoluteError, Accuracy, Options, Saving, Trainer, Weights, evaluate
from pellucid.variables import Parameter

# Of what is looked at here the training set is the validation set.
pytestmark = pytest.mark.filterwarnings("ignore:lint")


def sequences(count: int = 40) -> Dataset:
    """Ids that are followed by the next one, round and round."""
    ids = np.random.default_rng(0).integers(0, 5, (count, 7))
    return from_arrays(ids, (ids + 1) % 5, classes=5, vocabulary=5, name="cycle")


def line(count: int = 40) -> Dataset:
    x = np.linspace(0, 1, count)[:, None]
    return from_arrays(x, 3 * x + 1, classes=0, name="line")


class NextId(Module):
    """Scores for the next id, from the present one."""

    def __init__(self) -> None:
        rng = Generator(0)
        self.table = Parameter(rng.normal(0.0, 1.0, (5, 8)))
        self.output = nn.Linear(8, 5, rng=rng)

    def forward(self, ids: Tensor) -> Tensor:
        return self.output(self.table.take(ids, axis=0))


def trainer(data: Dataset, **options: Any) -> Trainer:
    numbers = data.classes == 0
    model = nn.Linear(1, 1, rng=Generator(0)) if numbers else NextId()
    loss = mean_squared_error if numbers else cross_entropy
    metrics = {"metrics": (AbsoluteError(),)} if numbers else {}
    given = Options(**{"batch_size": 16, "executor": "reference"} | metrics | options)
    return Trainer(model, loss, Adam(model.parameters(), 0.05), data, data, given)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_class_per_step_is_learned(executor: str) -> None:
    given = trainer(sequences(), executor=executor)
    epochs = given.fit(25).epochs
    assert epochs["train_loss"][-1] < 0.1
    assert epochs["train_accuracy"][-1] == 1.0
    again = evaluate(given.model, cross_entropy, given.train, executor="reference")
    assert given.evaluate(given.train) == pytest.approx(again, rel=1e-5)


def test_the_accuracy_of_sequences_is_the_fraction_of_steps() -> None:
    given = trainer(sequences())
    with given.model.mode(training=False):
        scores = given.model(given.train.features).numpy()
    expected = (scores.argmax(axis=-1) == given.train.labels).mean()
    assert given.evaluate(given.train)["accuracy"] == pytest.approx(expected)


def test_numbers_are_learned_and_their_distance_measured() -> None:
    epochs = trainer(line()).fit(300).epochs
    assert epochs["validation_loss"][-1] < 1e-3
    assert 0 < epochs["validation_absolute_error"][-1] < 0.03


@pytest.mark.parametrize("data", [sequences(), line()], ids=["sequences", "numbers"])
def test_a_resumed_run_has_the_same_bits(data: Dataset, tmp_path: Path) -> None:
    whole = trainer(data)
    whole.fit(4)
    trainer(data, saving=Saving(tmp_path / "run", report=False)).fit(2)
    parts = trainer(data, saving=Saving(tmp_path / "run", report=False))
    parts.resume()
    parts.fit(4)
    for name, array in whole.model.state_dict().items():
        np.testing.assert_array_equal(array, parts.model.state_dict()[name])


def test_balanced_classes_weigh_every_step() -> None:
    data = from_arrays([[0, 0, 0, 1]], [[0, 0, 0, 1]], vocabulary=2)
    np.testing.assert_allclose(Weights(classes="balanced").of(data), [[2 / 3, 2 / 3, 2 / 3, 2]])
    both = Weights(samples=[2.0], classes=[1.0, 3.0]).of(data)
    np.testing.assert_allclose(both, [[2, 2, 2, 6]])


def test_class_weights_for_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="class weights for 'line', whose targets are numbers"):
        Weights(classes="balanced").of(line())


def test_the_accuracy_of_numbers_is_refused() -> None:
    model = nn.Linear(1, 1, rng=Generator(0))
    with pytest.raises(OptionError, match=r"targets of float32.*AbsoluteError"):
        evaluate(model, mean_squared_error, line())


@pytest.mark.parametrize(
    ("train", "validation", "message"),
    [
        (line(), from_arrays([[0.0]], [[1.0, 2.0]], classes=0), r"targets of 'line' have shape"),
        (
            from_arrays(np.zeros((20, 2, 3)), np.zeros((20, 2), int), name="steps"),
            from_arrays(np.zeros((2, 2, 3)), np.zeros((2, 2)), classes=0),
            "'steps' has 2 classes, 'arrays' 0; 0 means numbers",
        ),
        (
            sequences(),
            from_arrays(np.zeros((2, 7), int), np.zeros((2, 7), int), vocabulary=6, classes=5),
            "the vocabulary of 'cycle' has ids 5, those of 'arrays' 6",
        ),
    ],
)
def test_sets_of_two_kinds_are_refused(train: Dataset, validation: Dataset, message: str) -> None:
    given = trainer(sequences())
    with pytest.raises(DataError, match=message):
        Trainer(given.model, cross_entropy, given.optimizer, train, validation, given.options)


@pytest.mark.parametrize("executor", ["eager", "native", "reference"])
def test_accuracy_refuses_unknown_classes_and_leaves_out_ignored_steps(executor: str) -> None:
    outputs = np.eye(3, dtype=np.float32)[[[0, 1, 2], [2, 2, 2]]]
    targets = np.array([[0, 2, -1], [-1, -1, -1]])

    def run(metric: Accuracy, *arguments: Any) -> Any:
        if executor == "eager":
            return metric(*map(tensor, arguments))
        return compiled(metric, executor=executor)(*arguments)

    assert run(Accuracy(ignore_index=-1), outputs, targets).tolist() == [0.5, 0.0]
    assert run(Accuracy(), outputs, np.maximum(targets, 0)).tolist() == pytest.approx([1 / 3, 0.0])
    for wrong in (3, -1):
        with pytest.raises(PositionError, match=rf"id {wrong} at \(0, 1\), and there are 3"):
            run(Accuracy(), outputs[:1], np.array([[0, wrong, 2]]))
    with pytest.raises(OptionError, match="ignore_index -1 with one target a sample"):
        run(Accuracy(ignore_index=-1), outputs[0], targets[0])


def named(*labels: str) -> Dataset:
    return from_arrays(np.zeros((len(labels), 3)), labels, name=" ".join(labels))


def test_class_numbers_of_another_set_must_mean_the_same_classes() -> None:
    rng = Generator(0)
    model = nn.Linear(3, 2, rng=rng)
    optimizer = Adam(model.parameters(), learning_rate=0.1)
    train, one = named("cat", "dog"), Options(batch_size=1)
    message = "classes of 'ant cat' are ant, cat; those of 'cat dog' cat, dog.*classes=train.class"
    with pytest.raises(DataError, match=message):
        Trainer(model, cross_entropy, optimizer, train, named("ant", "cat"), one)
    trainer = Trainer(model, cross_entropy, optimizer, train, None, one)
    with pytest.raises(DataError, match=message):
        trainer.evaluate(named("ant", "cat"))
    assert trainer.evaluate(named("cat", "dog"))["loss"] > 0
    with pytest.raises(DataError, match="data is of type list"):
        trainer.evaluate([])  # type: ignore[arg-type]
