"""The compiled step: captured before anything is written, and what it reads and writes."""

from pathlib import Path

import numpy as np
import pytest
from train.conftest import blobs, make_trainer

from pellucid import nn
from pellucid.errors import ShapeError
from pellucid.functional import cross_entropy
from pellucid.optim import SGD
from pellucid.random import Generator
from pellucid.train import Options, Saving, Trainer


def test_a_model_that_no_step_can_be_made_of_leaves_no_folder(tmp_path: Path) -> None:
    model = nn.Linear(5, 3, rng=Generator(0))  # the samples have 4 features
    optimizer = SGD(model.parameters(), 0.1)
    options = Options(batch_size=16, saving=Saving(tmp_path / "run", report=False))
    with pytest.raises(ShapeError, match=r"Linear\(5, 3\)"):
        Trainer(model, cross_entropy, optimizer, blobs(70), None, options).fit(1)
    assert list(tmp_path.iterdir()) == []


def test_a_step_changes_weights_slots_and_counters() -> None:
    trainer = make_trainer()
    step = trainer._program
    written = step.written(trainer._stepper.example)
    weights = {"hidden.weight", "hidden.bias", "output.weight", "output.bias"}
    assert weights <= set(written)
    assert set(trainer.model.parameters().values()) <= set(written.values())
    assert set(written.values()) <= set(trainer.variables().values())


def test_steps_of_one_call_are_those_one_after_the_other() -> None:
    one, other = make_trainer(), make_trainer()
    rows = np.arange(48).reshape(3, 16)
    together, failure = one._program.run(rows)
    assert failure is None
    single = [other._program.run(row[None])[0]["loss"] for row in rows]
    np.testing.assert_array_equal(together["loss"], np.concatenate(single))
    for name, array in one.model.state_dict().items():
        np.testing.assert_array_equal(array, other.model.state_dict()[name])
