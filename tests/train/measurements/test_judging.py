"""What a model says of each sample: its outputs, classes and probabilities."""

from typing import Any

import numpy as np
import pytest
import scipy.special

from pellucid import functional, nn
from pellucid.data import from_arrays
from pellucid.errors import DataError, OptionError
from pellucid.nn import Module
from pellucid.tensor import Tensor
from pellucid.train import Accuracy, Options
from pellucid.train.measurements.judging import judged, outputs_of

X = np.random.default_rng(0).normal(size=(16, 3)).astype(np.float32)
DATA = from_arrays(X, np.arange(16) % 2, name="two")


def measuring(*metrics: Any) -> Options:
    return Options(metrics=metrics)


def numbers() -> np.random.Generator:
    """The same ones for each test, whatever ran before."""
    return np.random.default_rng(0)


@pytest.mark.parametrize("executor", ["reference", "native"])
@pytest.mark.parametrize("batch", [1, 5, 7, 8, 16, 1000])
def test_every_sample_has_its_output_whatever_the_batch(
    batch: int, executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pellucid.train.measurements.evaluation.BATCH", batch)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))
    found = outputs_of(model, DATA, Options(executor=executor))
    np.testing.assert_allclose(found, model.inference()(X).numpy(), rtol=1e-5, atol=1e-6)


def test_logits_of_cross_entropy_are_made_probabilities() -> None:
    model = nn.Linear(3, 2)
    found = judged(model, functional.cross_entropy, DATA)
    expected = scipy.special.softmax(model(X).numpy().astype(float), axis=1)
    np.testing.assert_allclose(found.probabilities, expected, rtol=1e-5)
    np.testing.assert_array_equal(found.predicted, expected.argmax(axis=1))


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_one_output_says_yes_or_no_by_the_loss(shape: tuple[int, ...]) -> None:
    class Yes(Module):
        def __init__(self) -> None:
            self.linear = nn.Linear(3, 1)

        def forward(self, x: Tensor) -> Any:
            return self.linear(x).reshape(*shape)

    model = Yes()
    found = judged(model, functional.binary_cross_entropy, DATA)
    yes = scipy.special.expit(model(X).numpy().reshape(-1).astype(float))
    np.testing.assert_allclose(found.probabilities, np.stack([1 - yes, yes], 1), rtol=1e-5)
    np.testing.assert_array_equal(found.predicted, yes > 0.5)
    of_own = judged(model, lambda y, t: y.sum(), DATA, measuring(Accuracy(threshold=0.0)))
    np.testing.assert_array_equal(of_own.predicted, found.predicted)
    assert of_own.probabilities is None, "the loss does not say what the outputs are"
    with pytest.raises(OptionError, match="give the metric Accuracy"):
        judged(model, lambda y, t: y.sum(), DATA, measuring(Accuracy()))


def test_outputs_that_are_probabilities_stay_and_others_of_an_unknown_loss_are_none() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.Softmax())
    found = judged(model, functional.cross_entropy_from_probabilities, DATA)
    np.testing.assert_array_equal(found.probabilities, found.outputs)
    assert judged(nn.Linear(3, 2), functional.multiclass_hinge, DATA).probabilities is None


def test_some_samples_of_many_are_evenly_spread() -> None:
    found = judged(nn.Linear(3, 2), functional.cross_entropy, DATA, most=4)
    assert found.positions.tolist() == [0, 5, 10, 15]
    np.testing.assert_array_equal(found.data.features, X[[0, 5, 10, 15]])
    assert len(found.outputs) == 4


class Sick(Module):
    """Its output is nan where the first feature is above 0."""

    def __init__(self, least: float) -> None:
        self.least = least

    def forward(self, x: Tensor) -> Any:
        return x[:, :2] * (x[:, :1] > self.least).where(float("nan"), 1.0)


def test_samples_with_nan_are_left_out_and_counted() -> None:
    found = judged(Sick(0.0), functional.cross_entropy, DATA)
    sound = np.flatnonzero(X[:, 0] <= 0)
    assert found.unsound == 16 - len(sound)
    np.testing.assert_array_equal(found.positions, sound)
    np.testing.assert_array_equal(found.classes()[0], DATA.labels[sound])


def test_where_all_outputs_are_nan_no_class_was_chosen() -> None:
    found = judged(Sick(-100.0), functional.cross_entropy, DATA)
    assert found.unsound == 16
    with pytest.raises(DataError, match="no class was chosen, as every output is nan"):
        found.classes()


def test_numbers_have_no_classes() -> None:
    data = from_arrays(X, X[:, :1], classes=0, name="numbers")
    found = judged(nn.Linear(3, 1), functional.mean_squared_error, data)
    assert found.outputs.shape == (16, 1)
    with pytest.raises(DataError, match="'numbers': no class was chosen, as its targets are num"):
        found.classes()


def test_steps_of_sequences_count_one_by_one_without_those_ignored() -> None:
    labels = np.arange(12).reshape(4, 3) % 3
    data = from_arrays(numbers().normal(size=(4, 3, 2)), labels, classes=3)
    metrics = measuring(Accuracy(ignore_index=2))
    true, predicted = judged(nn.Linear(2, 3), functional.cross_entropy, data, metrics).classes()
    assert true.tolist() == [0, 1] * 4
    assert predicted.shape == (8,)
