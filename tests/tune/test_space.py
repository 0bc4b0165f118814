"""Ranges: their distribution, their ends, and what is left of them around the best."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import OptionError
from pellucid.tune import Choice, Integers, LogUniform, Uniform

POSITIONS = st.floats(0, 1, exclude_max=True)
RANGES = (Uniform(-2.0, 3.0), LogUniform(1e-5, 10.0), Integers(3, 9), Integers(8, 512))


@pytest.mark.parametrize("found", RANGES, ids=str)
@given(position=POSITIONS)
def test_every_value_lies_between_the_ends_and_knows_its_place(found, position):
    value = found.at(position)
    assert found.low <= value <= found.high
    assert math.isclose(found.at(found.coordinates(value)[0]), value, rel_tol=1e-3)


def test_each_power_of_ten_gets_as_many_values():
    values = [LogUniform(1e-4, 1.0).at(p) for p in np.random.default_rng(0).random(20_000)]
    counts, _ = np.histogram(np.log10(values), bins=[-4, -3, -2, -1, 0])
    np.testing.assert_allclose(counts / 20_000, 0.25, atol=0.01)


def test_uniform_numbers_are_uniform():
    values = [Uniform(2.0, 4.0).at(p) for p in np.random.default_rng(0).random(20_000)]
    counts, _ = np.histogram(values, bins=[2, 2.5, 3, 3.5, 4])
    np.testing.assert_allclose(counts / 20_000, 0.25, atol=0.01)


def test_whole_numbers_are_whole_and_sizes_go_by_doubling():
    assert {type(Integers(1, 5).at(p)) for p in (0.0, 0.3, 0.99)} == {int}
    assert Integers(16, 256).grid(5) == [16, 32, 64, 128, 256]
    assert Integers(0, 4).grid(5) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("found", RANGES, ids=str)
@given(positions=st.lists(POSITIONS, min_size=1, max_size=5))
def test_a_narrowed_range_holds_the_values_it_was_narrowed_to(found, positions):
    values = [found.at(p) for p in positions]
    narrow = found.narrowed(values)
    assert found.low <= narrow.low < narrow.high <= found.high
    for value in values:
        slack = 1e-3 * abs(value) + 1e-3  # four digits are kept
        assert narrow.low - slack <= value <= narrow.high + slack


def test_close_values_narrow_a_range_but_not_to_nothing():
    narrow = LogUniform(1e-4, 1.0).narrowed([0.01, 0.011, 0.012])
    assert 0.005 < narrow.low < 0.01
    assert 0.012 < narrow.high < 0.03


def test_choices_narrow_to_those_that_were_good():
    found = Choice(("relu", "tanh", "sigmoid"))
    assert found.narrowed(["tanh", "relu", "tanh"]).values == ("relu", "tanh")
    assert [found.at(p) for p in (0.0, 0.34, 0.99)] == ["relu", "tanh", "sigmoid"]
    assert found.coordinates("tanh") == [0.0, 1.0, 0.0]
    assert Choice(((50,), (100, 50))).restored([100, 50]) == (100, 50)


def test_a_value_near_an_end_is_named():
    found = LogUniform(1e-4, 1.0)
    assert (found.edge(1.1e-4), found.edge(0.9), found.edge(0.01)) == ("lower", "upper", "")
    assert Choice((1, 2)).edge(1) == ""


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Uniform(1.0, 1.0), r"Uniform: from 1\.0 to 1\.0\. .* the lower one first"),
        (lambda: Uniform(0.0, math.inf), "finite numbers"),
        (lambda: LogUniform(0.0, 1.0), r"LogUniform: from 0\.0\. A logarithmic scale has no 0"),
        (lambda: Integers(1, 2.5), "Integers: high is 2.5. It is a whole number"),
        (lambda: Choice(()), "There must be at least one"),
    ],
)
def test_impossible_ranges_are_refused(make, says):
    with pytest.raises(OptionError, match=says):
        make()
