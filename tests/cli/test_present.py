"""Results, for people and for programs: the best epoch and the last, and one document."""

import json

import pytest

from pellucid.cli.present import best_and_last, plain_console, write_json
from pellucid.train import EpochRecord, History


def history(*losses: float) -> History:
    made = History()
    for epoch, loss in enumerate(losses, 1):
        made.add_epoch(EpochRecord(epoch * 10, epoch, {"loss": loss}, {"loss": 2 * loss}))
    return made


@pytest.mark.parametrize(
    ("best", "shown"), [(2, [("2", "best"), ("3", "last")]), (3, [("3", "best")])]
)
def test_the_best_epoch_and_the_last_stand_in_order(
    best: int, shown: list[tuple[str, str]]
) -> None:
    made = history(3.0, 0.5, 1.0)
    made.best_epoch = best
    lines = [line.split() for line in best_and_last(made)[1:]]
    assert [(line[0], line[-1]) for line in lines] == shown


def test_without_a_best_the_last_is_shown() -> None:
    (line,) = best_and_last(history(3.0, 0.5))[1:]
    assert line.split() == ["2", "0.5000", "1.000", "last"]


def test_numbers_that_json_has_no_word_for_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"loss": float("nan"), "rates": [float("inf"), 0.1]})
    assert json.loads(capsys.readouterr().out) == {"loss": "NaN", "rates": ["Infinity", 0.1]}


def test_a_pipe_gets_lines_as_long_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    plain_console().print("[bold]" + "x" * 500)
    assert capsys.readouterr().out == "[bold]" + "x" * 500 + "\n"
