"""The seed of a run decides the layers without `rng` too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import blobs, weights

from pellucid import nn, optim
from pellucid.functional import cross_entropy
from pellucid.train import Options, Saving, Trainer


def model() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))


def trainer(net: Any, **options: Any) -> Trainer:
    optimizer = optim.Adam(net.parameters(), 0.01)
    given = Options(**{"batch_size": 16, "executor": "reference"} | options)
    return Trainer(net, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), given)


def trained(net: Any, **options: Any) -> dict[str, Any]:
    run = trainer(net, **options)
    run.fit(2)
    return {name: array.tolist() for name, array in weights(run).items()}


def test_runs_of_one_seed_are_equal_and_others_start_elsewhere() -> None:
    assert trained(model(), seed=5) == trained(model(), seed=5)
    first, other = trainer(model(), seed=5).model, trainer(model(), seed=6).model
    assert (first[0].weight.numpy() != other[0].weight.numpy()).any()


def test_who_looked_before_sees_the_same_run() -> None:
    looked = model()
    looked(np.ones((2, 4), np.float32))
    assert trained(looked, seed=5) == trained(model(), seed=5)


def test_a_seed_that_the_model_was_told_outranks_that_of_the_run() -> None:
    said = model().seeded(1)
    start = said[0].weight.tolist()
    assert trainer(said, seed=5).model[0].weight.tolist() == start
    outer = nn.Sequential(model().seeded(1), nn.Identity())
    assert trainer(outer, seed=5).model[0][0].weight.tolist() == start


def test_a_second_run_goes_on_from_the_weights_of_the_first() -> None:
    net = model()
    trainer(net, seed=5).fit(1)
    learned = net[0].weight.tolist()
    assert trainer(net, seed=6).model[0].weight.tolist() == learned


@pytest.mark.parametrize("executor", ["reference", "native"])
def test_a_resumed_run_draws_the_masks_that_would_have_come(
    tmp_path: Path, same_bits: Callable[..., None], executor: str
) -> None:
    whole = trainer(model(), seed=5, executor=executor)
    whole.fit(3)
    saving = Saving(tmp_path / "run", report=False)
    trainer(model(), seed=5, executor=executor, saving=saving).fit(1)
    again = trainer(model(), seed=5, executor=executor, saving=saving)
    again.resume()
    again.fit(3)
    same_bits(whole, again)
