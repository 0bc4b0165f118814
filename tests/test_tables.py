"""Numbers and tables as people read them."""

import math

import numpy as np
import pytest

from pellucid.tables import aligned, cell, few, significant
from pellucid.train import Accuracy, Options, Weights


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (1.0, "1.000"),
        (-1.5, "-1.500"),
        (0.98332, "0.9833"),
        (0.99996, "1.000"),
        (12.3456, "12.35"),
        (9999.4, "9999"),
        (9999.6, "1.000e+04"),
        (123456.0, "1.235e+05"),
        (0.000123456, "0.0001235"),
        (1.23456e-7, "1.235e-07"),
        (5e-324, "4.941e-324"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
    ],
)
def test_measured_numbers_have_four_significant_digits(value: float, text: str) -> None:
    assert significant(value) == cell(value) == text


def test_counts_and_texts_are_left_as_they_are() -> None:
    assert [cell(1234567), cell(-3), cell("relu")] == ["1,234,567", "-3", "relu"]


def test_of_many_rows_the_ends_and_the_kept_ones_are_shown() -> None:
    rows = [[i] for i in range(10)]

    def places(most: int, *keep: int) -> str:
        return " ".join(str(row[0]) for row in few(rows, most, keep))

    assert places(10, 5) == "0 1 2 3 4 5 6 7 8 9"
    assert places(4) == "0 1 ... 8 9"
    assert places(4, 5) == "0 1 ... 5 ... 8 9"
    assert places(4, 2) == "0 1 2 ... 8 9"
    assert places(4, 7) == "0 1 ... 7 8 9"
    assert places(4, 0, 9, 4, 6) == "0 1 ... 4 ... 6 ... 8 9"
    assert few([]) == []


def test_columns_stand_below_their_heads() -> None:
    rows = [["epoch", "loss", ""], ["1", "0.5000", "best"], ["12", "2", ""]]
    assert aligned(rows) == ["epoch    loss", "    1  0.5000  best", "   12       2"]
    assert aligned(rows, texts=1)[2] == "12          2"


def test_a_brief_form_leaves_out_what_is_as_usual():
    assert repr(Options()) == "Options()"
    assert repr(Options(32, seed=1)) == "Options(batch_size=32, seed=1)"
    weights = Weights(samples=np.array([1.0, 2.0]))
    assert repr(Options(weights=weights)) == "Options(weights=Weights(samples=array([1., 2.])))"
    assert repr(Accuracy(threshold=0.5)) == "Accuracy(threshold=0.5)"
