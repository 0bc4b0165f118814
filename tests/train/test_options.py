from collections.abc import Callable

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import DataError
from pellucid.functional import cross_entropy
from pellucid.nn import Linear
from pellucid.nn.init import Zeros
from pellucid.optim import SGD
from pellucid.train import (
    Options,
    Trainer,
    Weights,
)

Make = Callable[..., Trainer]
Same = Callable[[Trainer, Trainer], None]


def test_a_sample_of_weight_0_is_as_good_as_absent() -> None:
    features = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    chosen = from_arrays(features[:2], [0, 1])
    all_three = from_arrays(features, [0, 1, 1])
    models = []
    for data, given in ((chosen, None), (all_three, [1.0, 1.0, 0.0])):
        model = Linear(2, 2, initializer=Zeros())
        options = Options(batch_size=len(data), weights=Weights(samples=given), shuffle=False)
        Trainer(model, cross_entropy, SGD(model.parameters(), 0.5), data, None, options).fit(3)
        models.append(model)
    np.testing.assert_allclose(models[0].weight.numpy(), models[1].weight.numpy(), rtol=1e-6)


def test_balanced_classes_weigh_alike() -> None:
    data = from_arrays(np.zeros((6, 1)), [0, 0, 0, 0, 0, 1])
    weights = Weights(classes="balanced").of(data)
    assert weights[:5].sum() == pytest.approx(weights[5])
    assert weights.sum() == pytest.approx(6)


def test_sample_and_class_weights_multiply() -> None:
    data = from_arrays(np.zeros((3, 1)), [0, 1, 1])
    weights = Weights(samples=[1.0, 2.0, 3.0], classes=[1.0, 10.0]).of(data)
    assert weights.tolist() == [1.0, 20.0, 30.0]


def test_without_weights_nothing_is_multiplied() -> None:
    assert Weights().of(from_arrays(np.zeros((2, 1)), [0, 1])) is None


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (Weights(samples=[1.0]), r"sample weights have shape \(1,\). There are 2 samples"),
        (Weights(samples=[1.0, -1.0]), r"sample weights\[1\] is -1.0"),
        (Weights(samples=[np.nan, 1.0]), r"sample weights\[0\] is nan"),
        (Weights(samples=[0.0, 0.0]), "sample weights are all 0"),
        (Weights(samples="many"), "sample weights are 'many'"),
        (Weights(classes=[1.0, 2.0, 3.0]), "There are 2 classes"),
        (Weights(classes="balanecd"), "class weights are 'balanecd'"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights: Weights, message: str) -> None:
    with pytest.raises(DataError, match=message):
        weights.of(from_arrays(np.zeros((2, 1)), [0, 1]))


def test_classes_weigh_by_their_names_or_numbers() -> None:
    data = from_arrays(np.zeros((3, 1)), ["dog", "cat", "dog"], name="pets")
    assert Weights(classes={"dog": 3}).of(data).tolist() == [3, 1, 3]
    assert Weights(classes={0: 2.5, "dog": 0.5}).of(data).tolist() == [0.5, 2.5, 0.5]
    with pytest.raises(DataError, match=r"class weights for 'cow', which 'pets' has not.*'cat'"):
        Weights(classes={"cow": 2}).of(data)
