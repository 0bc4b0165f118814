"""Verdicts: which side of the bound holds, and what is said."""

import pytest

from pellucid.lab.verdict import at_least, at_most
from pellucid.languages import language


@pytest.mark.parametrize(
    ("verdict", "holds"),
    [
        (at_most("x", 1.0, 1.0), True),
        (at_most("x", 1.1, 1.0), False),
        (at_least("x", 1.0, 1.0), True),
        (at_least("x", 0.9, 1.0), False),
        (at_most("x", float("nan"), 1.0), False),
        (at_least("x", float("nan"), 1.0), False),
    ],
)
def test_a_number_holds_to_its_bound(verdict, holds):
    assert verdict.holds is holds
    assert verdict.as_dict()["holds"] is holds


def test_a_verdict_is_told_with_both_numbers():
    assert str(at_least("gain", 12.3456, 10)) == "gain: 12.35 (at least 10)"
    with language("zh"):
        assert str(at_most("x", 1.0, 2.0)) == "x：1（不超过 2）"
