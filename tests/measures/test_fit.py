"""Bias and variance: the table of the course, and what it says helps."""

import pytest

from pellucid.errors import DataError, OptionError
from pellucid.measures import fit_diagnosis

TABLE = {
    (0.01, 0.11): (False, True),
    (0.15, 0.16): (True, False),
    (0.15, 0.30): (True, True),
    (0.005, 0.01): (False, False),
}


@pytest.mark.parametrize("errors", TABLE, ids=str)
def test_the_four_columns_of_the_course_have_their_verdicts(errors):
    found = fit_diagnosis(*errors)
    assert (found.has_high_bias, found.has_high_variance) == TABLE[errors]


def test_bias_is_measured_from_the_best_that_is_possible():
    found = fit_diagnosis(0.15, 0.16, optimal=0.15)
    assert found.bias == 0.0
    assert found.variance == pytest.approx(0.01)
    assert found.verdict == "low bias, low variance: a good fit"
    assert found.remedies == ()


def test_remedies_against_bias_come_first_and_none_twice():
    both = fit_diagnosis(0.15, 0.30).remedies
    assert both[0] == "a bigger network"
    assert both[-1] == "a smaller network"
    assert both.count("another architecture") == 1
    variance = fit_diagnosis(0.01, 0.11).remedies
    assert "early stopping" in variance
    assert "a smaller network" in variance
    assert "a bigger network" not in variance


def test_percentages_and_what_is_no_number_are_refused():
    with pytest.raises(OptionError, match=r"train is 15\. Errors are fractions .* 5 % is 0\.05"):
        fit_diagnosis(15, 0.2)
    with pytest.raises(OptionError, match=r"optimal is -0\.1"):
        fit_diagnosis(0.1, 0.2, optimal=-0.1)
    with pytest.raises(DataError, match="must be finite"):
        fit_diagnosis(0.1, float("nan"))
