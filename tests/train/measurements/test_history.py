import math
from typing import Any

import numpy as np
import pytest

from pellucid.tables import cell
from pellucid.train import EpochRecord, History, StepRecord, Steps


def two_epochs() -> History:
    history = History()
    for epoch, first in ((1, 1), (2, 4)):
        columns = {"loss": np.array([3, 2, 1], np.float32), "accuracy": np.array([0, 0.5, 1])}
        history.add_steps(Steps(first, epoch, columns))
        record = EpochRecord(
            first + 2, epoch, {"loss": 1.0 / epoch}, {"loss": 2.0 / epoch, "accuracy": 0.25}
        )
        history.add_epoch(record)
    return history


def test_steps_are_a_dict_of_lists_of_equal_length() -> None:
    assert two_epochs().steps == {
        "step": [1, 2, 3, 4, 5, 6],
        "epoch": [1, 1, 1, 2, 2, 2],
        "loss": [3.0, 2.0, 1.0] * 2,
        "accuracy": [0.0, 0.5, 1.0] * 2,
    }


def test_epochs_name_the_set_that_each_measure_is_of() -> None:
    assert two_epochs().epochs == {
        "epoch": [1, 2],
        "step": [3, 6],
        "train_loss": [1.0, 0.5],
        "validation_loss": [2.0, 1.0],
        "validation_accuracy": [0.25, 0.25],
    }


def test_steps_give_records_with_python_numbers() -> None:
    steps = Steps(7, 2, {"loss": np.array([0.5], np.float32), "accuracy": np.array([1.0])})
    (record,) = steps
    assert record == StepRecord(7, 2, 0.5, {"accuracy": 1.0})
    assert type(record.loss) is float


def test_the_lines_of_a_metrics_file_give_the_history_back() -> None:
    history = two_epochs()
    lines = [
        record.as_dict()
        for record in (
            *Steps(1, 1, {"loss": np.array([3.0, 2.0, 1.0]), "accuracy": np.array([0, 0.5, 1])}),
            EpochRecord(3, 1, {"loss": 1.0}, {"loss": 2.0, "accuracy": 0.25}),
        )
    ]
    again = History()
    again.add_lines(lines)
    history.forget_after(3)
    assert again.as_dict() == history.as_dict()


def test_forgetting_cuts_both_tables_after_a_step() -> None:
    history = two_epochs()
    history.forget_after(4)
    assert history.steps["step"] == [1, 2, 3, 4]
    assert history.epochs["epoch"] == [1]


def test_the_measures_of_one_epoch_are_found_by_its_number() -> None:
    values = two_epochs().epoch_values(2)
    assert values == {"train_loss": 0.5, "validation_loss": 1.0, "validation_accuracy": 0.25}


def test_it_prints_as_a_table() -> None:
    history = two_epochs()
    history.best_epoch, history.stopped = 2, "all 2 epochs done"
    assert repr(history) == (
        "History: 6 steps, 2 epochs, best epoch 2; all 2 epochs done\n"
        "epoch  train_loss  validation_loss  validation_accuracy\n"
        "    1       1.000            2.000               0.2500\n"
        "    2      0.5000            1.000               0.2500  best"
    )


@pytest.mark.parametrize("epochs", [16, 17, 200, 10_000])
@pytest.mark.parametrize("best", [None, 1, 7, 9, 16, "last"])
def test_a_long_table_shows_its_two_ends_and_the_best(epochs: int, best: Any) -> None:
    history = History(best_epoch=epochs if best == "last" else best)
    for epoch in range(1, epochs + 1):
        history.add_epoch(EpochRecord(epoch, epoch, {"loss": 1.0}, {}))
    lines = [line.split() for line in repr(history).splitlines()]
    assert len(lines) <= 2 + 16 + 3
    assert lines[2][:2] == ["1", "1.000"]
    assert lines[-1][:2] == [cell(epochs), "1.000"]
    marked = [line[0] for line in lines if line[-1] == "best"]
    assert marked == ([] if best is None else [cell(history.best_epoch)])
    page = history._repr_html_()
    assert page.count("<tr>") + page.count("<tr class") == len(lines) - 1
    assert f">{cell(epochs)}<" in page
    if best is not None:
        assert f'<tr class="strong"><td>{cell(history.best_epoch)}</td>' in page


def test_small_losses_keep_four_digits() -> None:
    history = History()
    for epoch, loss in enumerate((1234.56, 0.00012344, 1.5e-9, math.nan, math.inf, 0.0), 1):
        history.add_epoch(EpochRecord(epoch, epoch, {"loss": loss}, {}))
    shown = [line.split()[1] for line in repr(history).splitlines()[2:]]
    assert shown == ["1235", "0.0001234", "1.500e-09", "nan", "inf", "0.000"]


def test_an_empty_history_prints() -> None:
    assert repr(History()) == "History: 0 steps, 0 epochs"
