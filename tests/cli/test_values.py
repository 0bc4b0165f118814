"""Numbers of the command line: in their range, several in one word, and how they are written."""

from typing import Any

import click
import pytest

from pellucid.cli.values import (
    Duration,
    Every,
    Number,
    Size,
    Whole,
    as_number,
    every_of,
    hint,
    numbers_of,
    rule_of,
    seconds_of,
    time_word,
)


@pytest.mark.parametrize(("word", "number"), [("5", 5), ("-0", 0), ("1_000", 1000)])
def test_whole_numbers(word: str, number: int) -> None:
    assert Whole(0).convert(word, None, None) == number


@pytest.mark.parametrize(
    ("kind", "word", "message"),
    [
        (Whole(1), "0", "0 is not in the range: from 1 on."),
        (Whole(0, 9), "10", "10 is not in the range: 0 to 9."),
        (Whole(8), "x", "'x' is not a whole number, such as 8."),
        (Whole(1), "2.0", "'2.0' is not a whole number, such as 5."),
        (Number(0.5), "0.25", "0.25 is not in the range: from 0.5 on."),
        (Number(0.0), "0,5", "'0,5' is not a number: write 0.5."),
        (Number(0.0), "much", "'much' is not a number."),
    ],
)
def test_words_that_are_none_are_told_the_rule(kind: Any, word: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as error:
        kind.convert(word, None, None)
    assert error.value.message == message


def test_several_numbers_are_as_many_as_are_asked_for_and_finite() -> None:
    found = numbers_of("1,-2.5,1e3", 3)
    assert found is not None
    assert found.tolist() == [1.0, -2.5, 1000.0]
    for word in ("1,2", "1,2,3,4", "1,x,3", "1,nan,3", "1,inf,3", "1, ,3"):
        assert numbers_of(word, 3) is None
    assert rule_of(3) == "3 finite numbers, separated by commas without a space"


def test_what_was_meant_is_told_where_it_can_be() -> None:
    assert [hint(word) for word in ("0,25", "5%", "1.2.3", "%")] == [
        ": write 0.25", ": write 0.05", "", "",
    ]  # fmt: skip
    assert (as_number("1e-3"), as_number("")) == (0.001, None)


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("2h", 7200.0), ("1d", 86400.0), ("1h30min5s", 5405.0), ("90m", 5400.0), ("0.25s", 0.25)],
)
def test_times_with_their_units(word: str, seconds: float) -> None:
    assert Duration().convert(word, None, None) == seconds
    assert seconds_of(time_word(seconds)) == seconds


def test_when_and_sizes() -> None:
    assert every_of(Every().convert("2epochs", None, None)) == {"every_epochs": 2}
    assert every_of("1h30min") == {"every_seconds": 5400.0}
    assert [Size().convert(word, None, None) for word in ("12B", "1.5MB")] == [12, 1_500_000]
