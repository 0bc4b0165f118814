"""Conditions by which runs are chosen."""

import pytest

from pellucid.archive.criteria import criterion
from pellucid.errors import OptionError


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("loss<0.5", 0.25, True),
        ("loss < 0.5", 0.5, False),
        ("loss <= 5e-1", 0.5, True),
        ("hidden=50", 50, True),
        ("hidden=50", "50", True),
        ("hidden = 100,50", "100,50", True),
        ("rate=1e-2", 0.01, True),
        ("model=mlp", "mlp", True),
        ("model==mlp", "resnet", False),
        ("model != mlp", "resnet", True),
        ("model!=mlp", None, True),
        ("model=mlp", None, False),
        ("run~mlp", "digits-mlp-1", True),
        ("run~10", 10, True),
        ("run > run-5", "run-7", True),
        ("balanced=true", True, True),
        ("balanced=true", False, False),
        ("loss>0", float("nan"), False),
        ("note~a = b", "if a = b", True),
    ],
)
def test_numbers_are_compared_as_numbers_and_all_else_as_texts(
    text: str, value: object, holds: bool
) -> None:
    assert criterion(text).holds(value) is holds


@pytest.mark.parametrize("text", ["", "loss", "=3", "< 3", "loss is 3"])
def test_what_is_no_condition_is_answered_with_one(text: str) -> None:
    with pytest.raises(OptionError, match=r"validation_accuracy > 0\.9"):
        criterion(text)
