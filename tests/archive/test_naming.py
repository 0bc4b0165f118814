"""The order of values, and names as they are typed."""

import pytest

from pellucid.archive.naming import known_name, named
from pellucid.errors import OptionError


def test_numbers_come_by_size_nan_behind_them_and_texts_last() -> None:
    values = ["b", float("nan"), 3, "a10", 0.5, "a9", True, "1"]
    found = sorted(values, key=named)
    assert [str(value) for value in found] == ["0.5", "True", "3", "nan", "1", "a9", "a10", "b"]


def test_names_are_known_by_dashes_spaces_and_case() -> None:
    known = ["validation_loss", "kept epoch", "learning_rate"]
    assert known_name("sort", "--learning-rate", known) == "learning_rate"
    assert known_name("sort", "Validation loss", known) == "validation_loss"
    assert known_name("sort", "kept_epoch", known) == "kept epoch"
    with pytest.raises(OptionError, match=r"sort 'validation_los': .*'validation_loss'"):
        known_name("sort", "validation_los", known)
