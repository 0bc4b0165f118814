"""Models with several inputs, through a Trainer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.errors import CallError, DataError, OptionError
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.optim import Adam
from pellucid.random import Generator
from pellucid.tensor import Tensor
from pellucid.train import Options, Saving, Trainer


class Both(Module):
    """A table of numbers and an id."""

    def __init__(self) -> None:
        rng = Generator(0)
        self.embedding = nn.Embedding(3, 4, rng=rng)
        self.table = nn.Linear(4, 4, rng=rng)
        self.output = nn.Linear(4, 2, rng=rng)

    def forward(self, x: Tensor, ids: Tensor) -> Tensor:
        return self.output((self.table(x) + self.embedding(ids)).maximum(0.0))


def data(count: int = 60, seed: int = 0) -> Dataset:
    """Whether the number that the id points at is above zero: both inputs are needed."""
    numbers = np.random.default_rng(seed)
    x, ids = numbers.normal(size=(count, 4)), numbers.integers(0, 3, count)
    labels = (x[np.arange(count), ids] > 0).astype(int)
    return from_arrays(x, labels, name="both").with_inputs(ids)


def trainer(executor: str = "reference", **options: Any) -> Trainer:
    model = Both()
    given = Options(batch_size=16, executor=executor, keep="last", **options)
    descent = Adam(model.parameters(), 0.02)
    return Trainer(model, cross_entropy, descent, data(), data(40, 1), given)


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_model_of_two_inputs_learns_from_both(executor: str) -> None:
    given = trainer(executor)
    history = given.fit(80)
    assert history.epochs["train_accuracy"][-1] > 0.9
    validation = given.validation
    assert validation is not None
    outputs = given.model.predictor()(*validation.inputs).numpy()
    right = (outputs.argmax(axis=1) == validation.labels).mean()
    assert history.epochs["validation_accuracy"][-1] == pytest.approx(right)


def test_the_steps_are_those_of_a_loop_by_hand() -> None:
    given = trainer(shuffle=False)
    given.fit(1)
    model = Both()
    descent = Adam(model.parameters(), 0.02)
    x, ids = given.train.inputs
    for start in range(0, 60, 16):
        rows = slice(start, start + 16)
        descent.minimize(cross_entropy(model(x[rows], ids[rows]), given.train.labels[rows]))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, given.model.state_dict()[name])


def test_such_a_run_is_resumed_opened_and_tells_other_inputs(tmp_path: Path) -> None:
    whole = trainer()
    whole.fit(3)
    saving = Saving(tmp_path / "run", report=False)
    trainer(saving=saving).fit(1)
    again = trainer(saving=saving)
    again.resume()
    assert again.fit(3).as_dict() == whole.history.as_dict()
    run = pc.load(tmp_path / "run")
    expected = again.model.predictor()(*again.train.inputs).numpy()
    np.testing.assert_allclose(
        run.predict(*again.train.inputs).numpy(), expected, rtol=1e-4, atol=1e-6
    )
    assert run.evaluate(again.train) == pytest.approx(again.evaluate(again.train), rel=1e-5)
    other = trainer(saving=saving)
    changed = other.train.with_inputs(1 + 0 * other.train.further[0])
    given = (other.model, cross_entropy, other.optimizer, changed, other.validation, other.options)
    with pytest.raises(OptionError, match="data_checksum"):
        Trainer(*given).resume()


def test_inputs_that_a_model_does_not_take_are_refused() -> None:
    model = Both()
    plain = from_arrays(data().features, data().labels)
    descent = Adam(model.parameters())
    with pytest.raises((CallError, TypeError), match="ids"):
        Trainer(model, cross_entropy, descent, plain, options=Options(batch_size=16)).fit(1)
    with pytest.raises(DataError, match=r"further inputs of 'both' are \['int64\[\]'\]"):
        Trainer(model, cross_entropy, descent, data(), plain, Options(batch_size=16))
