"""Yes or no with one output: trained, and measured by accuracy and the area under the curve."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.errors import DataError, OptionError, PositionError
from pellucid.functional import (
    binary_cross_entropy,
    binary_cross_entropy_from_probabilities,
    binary_focal_loss,
    cross_entropy,
    hinge_loss,
)
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor, tensor
from pellucid.train import (
    Accuracy,
    EarlyStopping,
    Options,
    RocAuc,
    Saving,
    SetMetric,
    Trainer,
    Weights,
    evaluate,
)

# Of what is looked at here the training set is the validation set.
pytestmark = pytest.mark.filterwarnings("ignore:lint")


def clouds(count: int = 90, classes: int = 2) -> Dataset:
    """Points around a corner for each class, unequally many, that overlap."""
    numbers = np.random.default_rng(5)
    labels = (np.arange(count) % 3 == 0).astype(int) if classes == 2 else np.arange(count) % classes
    centers = np.eye(classes, 4) * 1.5
    return from_arrays(numbers.normal(centers[labels], 1.0), labels, classes=classes, name="clouds")


class Single(Module):
    """One score a sample, as (batch, 1) or (batch,), as a logit or a probability."""

    def __init__(self, *, flat: bool = False, probability: bool = False) -> None:
        self.linear = nn.Linear(4, 1, rng=Generator(0))
        self.flat, self.probability = flat, probability

    def forward(self, x: Tensor) -> Tensor:
        z = self.linear(x)
        z = z.reshape(len(x)) if self.flat else z
        return z.sigmoid() if self.probability else z


def trainer(loss: Any, model: Module | None = None, **options: Any) -> Trainer:
    model = model or Single()
    given: dict[str, Any] = {"batch_size": 16, "executor": "reference"}
    given |= {"metrics": (Accuracy(), RocAuc())} | options
    optimizer = Adam(model.parameters(), 0.05)
    return Trainer(model, loss, optimizer, clouds(), clouds(60), Options(**given))


def scores(given: Trainer, data: Dataset) -> Any:
    """What the model says of each sample, by NumPy."""
    linear = given.model.linear
    return data.features @ linear.weight.numpy()[:, 0] + linear.bias.numpy()[0]


LOSSES: dict[str, tuple[Callable[..., Tensor], bool]] = {
    "logits": (binary_cross_entropy, False),
    "options": (functools.partial(binary_cross_entropy, class_weights=[1.0, 2.0]), False),
    "focal": (binary_focal_loss, False),
    "hinge": (hinge_loss, False),
    "probabilities": (binary_cross_entropy_from_probabilities, True),
}


@pytest.mark.parametrize("flat", [False, True], ids=["column", "flat"])
@pytest.mark.parametrize("what", LOSSES)
def test_a_network_with_one_output_is_trained_and_measured(what: str, flat: bool) -> None:
    from sklearn.metrics import accuracy_score, roc_auc_score

    loss, probability = LOSSES[what]
    given = trainer(loss, Single(flat=flat, probability=probability))
    history = given.fit(20)
    assert history.epochs["train_accuracy"][-1] > 0.75
    assert set(history.steps) == {"step", "epoch", "loss", "accuracy"}
    for data, kind in ((given.train, "train"), (given.validation, "validation")):
        assert data is not None
        z = scores(given, data)
        values = given.evaluate(data)
        assert values["accuracy"] == pytest.approx(accuracy_score(data.labels, z > 0))
        assert values["roc_auc"] == pytest.approx(roc_auc_score(data.labels, z))
        assert list(values) == ["loss", "accuracy", "roc_auc"]
        assert f"{kind}_roc_auc" in history.epochs
    again = evaluate(given.model, loss, given.train, (Accuracy(), RocAuc()), "reference")
    assert again == given.evaluate(given.train)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_the_loss_is_that_of_the_column_written_out(executor: str) -> None:
    def column(y: Tensor, t: Tensor) -> Tensor:
        return binary_cross_entropy(y[:, 0], t)

    one = trainer(binary_cross_entropy, executor=executor)
    other = trainer(column, metrics=(), executor=executor)
    assert one.fit(3).steps["loss"] == other.fit(3).steps["loss"]


@pytest.mark.parametrize("what", LOSSES)
def test_class_ids_may_lack_the_axis_of_the_one_output(what: str) -> None:
    loss = LOSSES[what][0]
    y = tensor([[0.2], [0.7], [0.4]])
    ids = tensor([0, 1, 1])
    found = loss(y, ids, reduction="none")
    assert found.shape == (3,)
    assert found.tolist() == loss(y.reshape(3), ids, reduction="none").tolist()
    assert loss(tensor([0.2]), tensor(1)).shape == ()


def test_weights_of_classes_and_samples_reach_a_loss_of_one_output() -> None:
    plain, weighted = (
        trainer(binary_cross_entropy),
        trainer(binary_cross_entropy, weights=Weights(classes="balanced")),
    )
    plain.fit(30)
    weighted.fit(30)

    def found(given: Trainer) -> float:
        said = scores(given, given.train) > 0
        return float(said[given.train.labels == 1].mean())

    assert found(weighted) > found(plain)


def test_the_area_is_that_of_scikit_learn_with_ties_and_two_outputs() -> None:
    from sklearn.metrics import roc_auc_score

    numbers = np.random.default_rng(1)
    for _ in range(20):
        targets = np.append(numbers.integers(0, 2, 30), [0, 1])
        z = numbers.integers(0, 6, (32, 1)).astype(np.float32)
        assert RocAuc().over_set(z, targets) == pytest.approx(roc_auc_score(targets, z[:, 0]))
        two = np.hstack([numbers.integers(0, 3, (32, 1)), z])
        expected = roc_auc_score(targets, two[:, 1] - two[:, 0])
        assert RocAuc().over_set(two, targets) == pytest.approx(expected)
    assert np.isnan(RocAuc().over_set(np.array([np.nan, 1.0]), np.array([0, 1])))


def test_two_outputs_and_early_stopping_on_the_area() -> None:
    model = nn.Linear(4, 2, rng=Generator(0))
    options = Options(
        batch_size=16,
        executor="reference",
        metrics=(RocAuc(),),
        early_stopping=EarlyStopping(2, monitor="validation_roc_auc"),
    )
    optimizer = Adam(model.parameters(), 0.05)
    history = Trainer(model, cross_entropy, optimizer, clouds(), clouds(60), options).fit(50)
    areas = history.epochs["validation_roc_auc"]
    assert history.best_epoch == int(np.argmax(areas)) + 1
    assert history.stopped.startswith("early stopping")


def test_a_resumed_run_has_the_areas_of_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = trainer(binary_cross_entropy)
    whole.fit(4)
    saving = Saving(tmp_path / "run", report=False)
    trainer(binary_cross_entropy, saving=saving).fit(2)
    again = trainer(binary_cross_entropy, saving=saving)
    again.resume()
    again.fit(4)
    assert again.history.as_dict() == whole.history.as_dict()


class Largest(SetMetric):
    """A measure of a user's own."""

    name = "largest"
    higher_is_better = False

    def over_set(self, outputs: Any, targets: Any) -> float:
        assert len(outputs) == len(targets)
        return float(outputs.max())


def test_measures_of_whole_sets_see_all_outputs_in_order() -> None:
    given = trainer(binary_cross_entropy, metrics=(Largest(),))
    many = from_arrays(np.random.default_rng(0).normal(size=(2345, 4)), np.arange(2345) % 2)
    assert given.evaluate(many)["largest"] == pytest.approx(scores(given, many).max(), rel=1e-6)


# ---- refusals ----------------------------------------------------------------------------


def test_an_accuracy_without_a_threshold_is_refused_and_with_one_is_measured() -> None:
    def own(y: Tensor, t: Tensor) -> Tensor:
        return binary_cross_entropy(y, t)

    with pytest.raises(OptionError, match=r"loss that does not say.*threshold=0.0.*threshold=0.5"):
        trainer(own).fit(1)
    given = trainer(own, metrics=(Accuracy(threshold=0.0),))
    given.fit(1)
    z = scores(given, given.train)
    expected = ((z > 0) == (given.train.labels == 1)).mean()
    assert given.evaluate(given.train)["accuracy"] == pytest.approx(expected)
    assert Accuracy(threshold=0.5)(tensor([0.4, 0.5, 0.6]), tensor([1, 0, 1])).tolist() == [0, 1, 1]


def test_three_classes_and_one_output_are_refused() -> None:
    model = Single()
    optimizer = Adam(model.parameters())
    options = Options(batch_size=16, executor="reference")
    data = clouds(classes=3)
    message = "'clouds' has 3 classes; the loss answers yes or no. Use cross_entropy"
    with pytest.raises(DataError, match=message):
        Trainer(model, binary_cross_entropy, optimizer, data, options=options).fit(1)
    with pytest.raises(PositionError):
        Accuracy(threshold=0.0)(tensor([0.5, 1.0]), tensor([0, 2]))


@pytest.mark.parametrize("labels", [[1, 1, 1], [0, 0, 0], [0, 1, 2]])
def test_an_area_of_what_are_not_two_classes_is_refused_before_training(labels: Any) -> None:
    model = Single()
    data = from_arrays(np.ones((3, 4)), labels, name="few")
    options = Options(batch_size=2, metrics=(RocAuc(),))
    with pytest.raises(
        DataError, match=r"RocAuc: the classes of 'few', shape \(3,\), are .*at least one of "
    ):
        Trainer(model, binary_cross_entropy, Adam(model.parameters()), data, options=options)
