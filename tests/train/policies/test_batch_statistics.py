"""Statistics of batch norm for averaged weights: by hand, in training, and resumed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import StopAt, assert_same_bits, blobs

import pellucid as pc
from pellucid import nn
from pellucid.data import from_arrays
from pellucid.data.batches import batch_matrix
from pellucid.errors import OptionError
from pellucid.executors import EXECUTORS
from pellucid.functional import cross_entropy
from pellucid.nn import Module
from pellucid.optim import SGD
from pellucid.train import (
    ExponentialAverage,
    Options,
    Saving,
    Trainer,
    UniformAverage,
    recompute_statistics,
)

RULE = ExponentialAverage(0.9, statistics="recomputed")
SEED, BATCH = 3, 16


class Normed(Module):
    """Two batch norms, the second used twice, with dropout between."""

    def __init__(self) -> None:
        rng = pc.Generator(0)
        self.hidden = nn.Linear(4, 6, rng=rng)
        self.first = nn.BatchNorm(6)
        self.dropout = nn.Dropout(0.5, rng=rng)
        self.twice = nn.BatchNorm(6)
        self.output = nn.Linear(6, 3, rng=rng)

    def forward(self, x: Any) -> Any:
        x = self.dropout(self.first(self.hidden(x)).maximum(0.0))
        return self.output(self.twice(self.twice(x)))


def trained(model: Any, folder: Path | None = None, **options: Any) -> Trainer:
    """A Trainer on 70 blobs, in batches of 16 and a last one of 6."""
    usual: dict[str, Any] = {"batch_size": BATCH, "seed": SEED, "executor": "reference"}
    usual |= {"average": RULE, "lint": False}
    usual |= {} if folder is None else {"saving": Saving(folder)}
    optimizer = SGD(model.parameters(), 0.05)
    given = Options(**usual | options)
    return Trainer(model, cross_entropy, optimizer, blobs(70), blobs(30, seed=1), given)


def by_hand(state: dict[str, Any], features: Any, parts: Any) -> dict[str, Any]:
    """The statistics of `Normed`, in float64."""
    sums: dict[str, Any] = {"first": 0.0, "twice": 0.0}
    calls = {"first": 0, "twice": 0}

    def normed(name: str, x: Any) -> Any:
        moments = np.stack([x.mean(axis=0), x.var(axis=0, ddof=1)])
        sums[name] = sums[name] + moments * len(x)
        calls[name] += len(x)
        y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
        return y * state[f"{name}.weight"] + state[f"{name}.bias"]

    for rows in parts:
        x = features[rows].astype(np.float64) @ state["hidden.weight"] + state["hidden.bias"]
        x = np.maximum(normed("first", x), 0.0)
        normed("twice", normed("twice", x))
    found = {}
    for name, total in sums.items():
        found[f"{name}.running_mean"], found[f"{name}.running_variance"] = total / calls[name]
    return found


def check(state: dict[str, Any], data: Any, seed: int, batch: int) -> None:
    """Fail unless statistics are those of the weights that a model has."""
    full, rest = batch_matrix(len(data), batch, seed=seed, epoch=0)
    expected = by_hand(state, data.features, [*full, rest])
    for name, values in expected.items():
        np.testing.assert_allclose(state[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_those_of_a_model_are_means_over_batches_and_nothing_else_moves(executor: str) -> None:
    model, data = Normed(), blobs(70)
    before = model.state_dict()
    recompute_statistics(model, data, batch_size=BATCH, seed=SEED, executor=executor)
    after = model.state_dict()
    check(after, data, SEED, BATCH)
    for name, array in before.items():
        if "running" not in name:
            np.testing.assert_array_equal(after[name], array, err_msg=name)
    assert model.training  # as before


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_training_measures_and_keeps_has_those_of_the_averaged_weights(executor: str) -> None:
    trainer = trained(Normed(), executor=executor, keep="last")
    history = trainer.fit(2)
    state = trainer.model.state_dict()
    check(state, trainer.train, SEED, BATCH)
    measured = trainer.evaluate(trainer.validation)["loss"]
    assert measured == history.epochs["validation_loss"][-1]
    plain = trained(Normed(), executor=executor, keep="last", average=ExponentialAverage(0.9))
    assert plain.fit(2).steps == history.steps  # training itself sees nothing of it
    assert plain.history.epochs["validation_loss"] != history.epochs["validation_loss"]
    trainer.fit(3)
    assert trainer.history.steps == plain.fit(3).steps


def test_a_run_that_was_cut_off_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    whole = trained(Normed(), tmp_path / "whole", validate_every=3)
    whole.fit(3)
    trained(Normed(), tmp_path / "cut", validate_every=3, callbacks=(StopAt(7),)).fit(3)
    again = trained(Normed(), tmp_path / "cut", validate_every=3)
    again.resume()
    again.fit(3)
    assert again.history.epochs == whole.history.epochs
    assert_same_bits(whole.model.state_dict(), again.model.state_dict())
    kept = pc.load(tmp_path / "cut").model.state_dict()
    assert_same_bits(
        {name: kept[name] for name in again.model.state_dict()}, again.model.state_dict()
    )
    other = trained(Normed(), tmp_path / "cut", validate_every=3, average=ExponentialAverage(0.9))
    with pytest.raises(OptionError, match="statistics is None here; the run has 'recomputed'"):
        other.resume()


def test_a_layer_that_rests_keeps_its_own_and_a_model_without_any_stays() -> None:
    model = Normed()
    model.first.freeze()
    recompute_statistics(model, blobs(70), batch_size=BATCH)
    assert model.first.running_mean.numpy().tolist() == [0.0] * 6
    assert model.twice.running_mean.numpy().any()
    model.first.thaw()
    plain = nn.Linear(4, 3, rng=pc.Generator(0))
    before = plain.state_dict()
    recompute_statistics(plain, blobs(10))
    assert_same_bits(before, plain.state_dict())


def test_samples_that_are_read_from_the_disk_give_the_same(tmp_path: Path) -> None:
    data = blobs(70)
    shards = pc.data.write_shards(tmp_path / "shards", data)
    states = []
    for source in (data, shards):
        model = Normed()
        recompute_statistics(model, source, batch_size=BATCH, seed=SEED)
        states.append(model.state_dict())
    assert_same_bits(*states)


def test_a_smaller_last_batch_is_left_out_where_training_leaves_it_out() -> None:
    trainer = trained(Normed(), drop_last=True, keep="last", average=UniformAverage(
        statistics="recomputed"))  # fmt: skip
    trainer.fit(1)
    state = trainer.model.state_dict()
    full, _ = batch_matrix(70, BATCH, seed=SEED, epoch=0)
    expected = by_hand(state, trainer.train.features, full)
    for name, values in expected.items():
        np.testing.assert_allclose(state[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


def test_pytorch_counts_batches_alike() -> None:
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(0).normal(2.0, 3.0, (48, 5)).astype(np.float32)
    data = from_arrays(x, np.zeros(48, np.int64), classes=2)
    model = nn.BatchNorm(5)
    recompute_statistics(model, data, batch_size=16)
    full, _ = batch_matrix(48, 16, seed=0, epoch=0)
    theirs = torch.nn.Sequential(torch.nn.BatchNorm1d(5))
    torch.optim.swa_utils.update_bn([torch.from_numpy(x[rows]) for rows in full], theirs)
    for ours, name in ((model.running_mean, "mean"), (model.running_variance, "var")):
        expected = getattr(theirs[0], f"running_{name}").numpy()
        np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-5)


def test_other_words_are_refused() -> None:
    with pytest.raises(OptionError, match=r"statistics 'recompute'\. Did you mean 'recomputed'"):
        UniformAverage(statistics="recompute")
