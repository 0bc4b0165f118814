"""The same training several times: mean, spread, and going on after a stop."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from train.conftest import Net, StopAt, blobs

from pellucid.data import folds
from pellucid.errors import OptionError
from pellucid.functional import cross_entropy
from pellucid.optim import Adam
from pellucid.train import Options, Repeats, Saving, Trainer, repeated


def make(seed: int, **options: Any) -> Trainer:
    model = Net(seed)
    given = Options(batch_size=16, seed=seed, executor="reference", **options)
    return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), blobs(40), None, given)


def test_mean_and_spread_are_those_of_numpy() -> None:
    found = repeated(make, range(3), 2)
    values = [make(seed).fit(2).epochs["train_loss"][-1] for seed in range(3)]
    assert found.names == ("0", "1", "2")
    assert found.of("train_loss") == values
    assert found.mean["train_loss"] == pytest.approx(np.mean(values), rel=1e-15)
    assert found.spread["train_loss"] == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    assert repr(found).startswith("3 runs; spread: sample standard deviation of these 3\nmeasure")
    assert found.as_dict()["measures"]["train_loss"]["values"] == values


def test_one_run_has_no_spread() -> None:
    found = Repeats(("0",), ({"train_loss": 0.5},), ({},))
    assert np.isnan(found.spread["train_loss"])
    assert found.mean == {"train_loss": 0.5}


def test_what_not_every_run_has_measured_is_left_out() -> None:
    found = Repeats(("a", "b"), ({"x": 1.0, "y": 2.0}, {"x": 3.0}), ({}, {}))
    assert (found.measures, found.mean) == (["x"], {"x": 2.0})


def test_folds_are_cases() -> None:
    def fold(pair: Any) -> Trainer:
        model = Net()
        given = Options(batch_size=8, executor="reference")
        return Trainer(model, cross_entropy, Adam(model.parameters(), 0.01), *pair, given)

    found = repeated(fold, folds(blobs(40), 4), 2)
    assert found.names == ("1", "2", "3", "4")
    assert "validation_accuracy" in found.measures


def test_called_again_it_goes_on_where_runs_were_cut_off(tmp_path: Path) -> None:
    expected = repeated(make, range(2), 3)

    def kept(seed: int, *callbacks: Any) -> Trainer:
        saving = Saving(tmp_path / str(seed), report=False)
        return make(seed, saving=saving, callbacks=callbacks)

    kept(0).fit(3)
    kept(1, StopAt(4)).fit(3)
    found = repeated(kept, range(2), 3)
    assert found.values == expected.values
    again = repeated(kept, range(2), 3)  # all are done: they are read
    assert again.values == expected.values


def test_no_case_is_refused() -> None:
    with pytest.raises(OptionError, match=r"^repeated: there is no case"):
        repeated(make, [], 2)
