"""Before its first step `fit` warns of likely mistakes, one line each."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import nn
from pellucid.data import Dataset, from_arrays
from pellucid.functional import cross_entropy, mean_squared_error
from pellucid.linter import quick
from pellucid.linter.check import Check
from pellucid.optim import SGD
from pellucid.tensor import Tensor
from pellucid.train import Options, Saving, Trainer


def points(count: int = 60, factor: float = 1.0, seed: int = 0) -> Dataset:
    numbers = np.random.default_rng(seed).normal(size=(count, 4)) * factor
    return from_arrays(numbers, np.arange(count) % 3, name="points")


def trainer(*last: nn.Module, data: Dataset | None = None, **options: Any) -> Trainer:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3), *last)
    usual = {"batch_size": 20, "executor": "reference"}
    optimizer = SGD(model.parameters(), 0.1)
    train = points() if data is None else data
    return Trainer(model, cross_entropy, optimizer, train, options=Options(**usual | options))


def test_a_sound_run_is_not_warned_of() -> None:
    made = trainer()
    made.fit(1)
    assert made.findings is not None
    assert (len(made.findings), made.findings.checks) == (0, len(quick.QUICK))


def test_a_mistake_is_one_line_with_place_and_remedy() -> None:
    made = trainer(nn.Softmax())
    with pytest.warns(UserWarning, match="softmax") as told:
        made.fit(1)
    assert [str(each.message) for each in told] == [
        "lint: error: softmax is taken twice: the loss takes it of what is softmax already. (layer "
        "3 = Softmax(axis=-1)) Give the loss the scores before softmax; for probabilities take "
        "softmax afterwards. [softmax-before-cross-entropy]"
    ]
    assert Path(told[0].filename).name == "test_linted.py"


def test_it_is_said_once_and_not_by_a_run_that_goes_on(tmp_path: Path) -> None:
    made = trainer(nn.Softmax(), saving=Saving(tmp_path / "run", report=False))
    with pytest.warns(UserWarning, match="softmax"):
        made.fit(1)
    made.fit(2)
    resumed = trainer(nn.Softmax(), saving=Saving(tmp_path / "run", report=False))
    resumed.resume()
    resumed.fit(3)
    assert resumed.findings is None


def test_who_asks_for_none_is_told_none() -> None:
    made = trainer(nn.Softmax(), lint=False)
    made.fit(1)
    assert made.findings is None


def test_weights_are_the_same_bits_with_and_without() -> None:
    seen, unseen = trainer(), trainer(lint=False)
    seen.fit(2)
    unseen.fit(2)
    for name, array in seen.model.state_dict().items():
        np.testing.assert_array_equal(array, unseen.model.state_dict()[name], err_msg=name)


def test_the_data_are_looked_at_in_a_sample_that_is_told() -> None:
    large = from_arrays(np.full((70_000, 4), 200.0), np.arange(70_000) % 3, name="large")
    made = trainer(data=large, batch_size=35_000)
    with pytest.warns(
        UserWarning, match=r"feature 0 goes from 200 to 200. \(data 'large', 16,384 of 7"
    ):
        made.fit(1)


def test_a_test_set_that_is_trained_on_is_told() -> None:
    made = trainer()
    made.judged = points()
    with pytest.warns(UserWarning, match="lint: error: 60 samples of 'points' are trained on too"):
        made.fit(1)


def test_to_judge_by_the_training_set_itself_is_no_mistake() -> None:
    made = trainer()
    made.judged = made.train
    made.fit(1)
    assert made.findings is not None
    assert len(made.findings) == 0


def test_notes_are_for_those_who_look() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm(8), nn.ReLU(), nn.Linear(8, 3))
    options = Options(executor="reference")
    made = Trainer(model, cross_entropy, SGD(model.parameters(), 0.1), points(), options=options)
    made.fit(1)
    assert made.findings is not None
    assert made.findings.codes == ("bias-before-norm",)


def test_parameters_the_optimizer_was_not_given_are_no_mistake_of_the_loss() -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    last = {name: p for name, p in model.parameters().items() if name.startswith("2")}
    made = Trainer(
        model, cross_entropy, SGD(last, 0.1), points(), options=Options(executor="reference")
    )
    made.fit(1)
    assert made.findings is not None
    assert made.findings.codes == ("unheld-parameter",)


def test_columns_against_rows_are_found_in_the_step() -> None:
    data = points()
    numbers = from_arrays(data.features, data.features[:, 0], classes=0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))

    def loss(y: Tensor, t: Tensor) -> Tensor:
        return ((y - t.reshape(-1)) ** 2.0).mean()

    optimizer = SGD(model.parameters(), 0.1)
    options = Options(executor="reference", metrics=(), batch_size=20)
    made = Trainer(model, loss, optimizer, numbers, options=options)
    with pytest.warns(UserWarning, match=r"\(N, 1\) and targets \(N,\) are stretched to \(N, N\)"):
        made.fit(1)


def test_the_report_shows_what_was_found(tmp_path: Path) -> None:
    made = trainer(nn.Softmax(), saving=Saving(tmp_path / "run"))
    with pytest.warns(UserWarning, match="softmax"):
        made.fit(1)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Before training" in page
    assert "softmax is taken twice" in page


def test_a_check_that_fails_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Any) -> Any:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(quick, "QUICK", (Check("a-b", "error", "", fails),))
    made = trainer()
    with pytest.warns(UserWarning, match="lint: it failed: ZeroDivisionError: no"):
        made.fit(1)
    assert made.findings is None
    assert made.position.epoch == 1


def test_a_hand_loop_is_not_looked_at() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = trainer(nn.Softmax())
        next(iter(made))
    assert made.findings is None


def test_numbers_are_looked_at_too() -> None:
    data = points()
    prices = from_arrays(data.features, 1e5 + 1e4 * data.features[:, 0], classes=0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    options = Options(executor="reference", metrics=())
    optimizer = SGD(model.parameters(), 1e-9)
    made = Trainer(model, mean_squared_error, optimizer, prices, options=options)
    with pytest.warns(UserWarning, match="targets are not scaled: they go from"):
        made.fit(1)
