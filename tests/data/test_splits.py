"""Splits: every sample in exactly one part, proportions kept, the same for the same seed."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pellucid.data.building import from_arrays
from pellucid.data.datasets import Dataset
from pellucid.data.digits import digits
from pellucid.data.splits import split, split_fractions
from pellucid.errors import DataError, OptionError


def numbered(class_counts: list[int], mixing: int = 7) -> Dataset:
    """A data set whose one feature is the number of the sample; the classes are mixed."""
    labels = np.repeat(np.arange(len(class_counts)), class_counts)
    labels = np.random.default_rng(mixing).permutation(labels)
    rows = np.arange(len(labels), dtype=np.float64)[:, None]
    return from_arrays(rows, labels, name="numbered", classes=max(2, len(class_counts)))


SIXTY, NINETY_EIGHT, MOST = (0.6, 0.2, 0.2), (0.98, 0.01, 0.01), (0.995, 0.0025, 0.0025)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (1, SIXTY),
        (100, SIXTY),
        (10_000, SIXTY),
        (100_000, SIXTY),
        (100_001, NINETY_EIGHT),
        (1_000_000, NINETY_EIGHT),
        (1_000_001, MOST),
        (10**9, MOST),
    ],
)
def test_fractions_follow_the_size(samples: int, expected: tuple[float, ...]) -> None:
    assert split_fractions(samples) == expected
    assert split_fractions(samples, parts=2) == (0.7, 0.3)


@pytest.mark.parametrize(("samples", "parts"), [(100, 1), (100, 4), (0, 3), (-5, 2)])
def test_fractions_of_impossible_splits_are_refused(samples: int, parts: int) -> None:
    with pytest.raises(OptionError, match="split_fractions: "):
        split_fractions(samples, parts)


PARTS = st.lists(st.integers(1, 30), min_size=2, max_size=3)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=6),
    PARTS,
    st.integers(0, 2**64 - 1),
    st.booleans(),
)
def test_every_sample_is_in_one_part_and_the_proportions_hold(
    class_counts: list[int], weights: list[int], seed: int, stratified: bool
) -> None:
    assume(sum(class_counts) > 0)
    data = numbered(class_counts)
    fractions = [weight / sum(weights) for weight in weights]
    try:
        parts, report = split(data, fractions, seed=seed, stratified=stratified)
    except DataError:
        # Refused only where a class, or the whole, is too small for the smallest fraction.
        smallest = min(n for n in class_counts if n) if stratified else len(data)
        assert smallest * min(fractions) <= 1 + 1e-9
        return
    rows = np.concatenate([part.features[:, 0] for part in parts])
    assert sorted(rows.tolist()) == list(range(len(data)))
    exact = [Fraction(weight, sum(weights)) for weight in weights]
    for part, share in zip(parts, exact, strict=True):
        assert abs(len(part) - len(data) * share) < 1
        if stratified:
            for count, whole in zip(part.class_counts, class_counts, strict=False):
                assert abs(int(count) - whole * share) <= 1
                assert whole == 0 or count > 0
    assert report.sizes == tuple(map(len, parts))
    for part, counts, indices in zip(parts, report.class_counts, report.indices, strict=True):
        assert list(counts) == part.class_counts.tolist()
        np.testing.assert_array_equal(part.features[:, 0], indices)
        np.testing.assert_array_equal(part.labels, data.labels[indices])


def test_equal_remainders_do_not_starve_a_part() -> None:
    """Ten classes of 13, 7.8 + 2.6 + 2.6: rounded one by one, all would favour the same parts."""
    parts, _ = split(numbered([13] * 10), SIXTY, seed=0)
    assert [len(part) for part in parts] == [78, 26, 26]


def test_round_numbers_are_split_exactly() -> None:
    parts, report = split(numbered([100, 50, 10]), SIXTY, seed=3)
    assert report.class_counts == ((60, 30, 6), (20, 10, 2), (20, 10, 2))
    assert [part.name for part in parts] == [
        "numbered train",
        "numbered validation",
        "numbered test",
    ]


def test_fractions_are_the_decimal_numbers_that_were_written() -> None:
    """10 samples in 35 / 65 are 3.5 and 6.5, a tie that the first part wins; the floats nearest
    to 0.35 and 0.65 would give it to the second."""
    parts, _ = split(numbered([10]), (0.35, 0.65), seed=0)
    assert [len(part) for part in parts] == [4, 6]


def test_thirds_are_a_whole() -> None:
    parts, _ = split(numbered([3, 3]), (1 / 3, 1 / 3, 1 / 3), seed=0)
    assert [len(part) for part in parts] == [2, 2, 2]


def test_the_seed_decides_alone() -> None:
    data = numbered([200, 200])
    first, again, other = (split(data, SIXTY, seed=seed)[1].indices for seed in (1, 1, 2))
    for part, same, different in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(part, same)
        assert part.tolist() != different.tolist()


def test_samples_are_chosen_at_random_within_each_class() -> None:
    data = numbered([500, 500])
    chosen = np.zeros(1000)
    for seed in range(40):
        chosen[split(data, (0.5, 0.5), seed=seed)[1].indices[0]] += 1
    # Binomial (40, 1/2): outside 4..36 has probability 2e-8 for each of the 1,000 samples.
    assert chosen.min() >= 4
    assert chosen.max() <= 36


def test_digits_are_split_60_20_20_by_default() -> None:
    data = digits()
    parts, report = split(data, seed=0)
    assert report.sizes == (1078, 360, 359)
    whole = data.class_counts / len(data)
    for part in parts:
        assert np.abs(part.class_counts / len(part) - whole).max() < 1 / len(part) + 1e-9


def test_the_report_prints_a_table() -> None:
    _, report = split(numbered([1000, 500]), seed=4)
    assert str(report).splitlines() == [
        "Split of 'numbered': 1,500 samples, stratified by class, seed 4",
        "part        samples   share  class 0  class 1",
        "train           900  60.00%      600      300",
        "validation      300  20.00%      200      100",
        "test            300  20.00%      200      100",
    ]
    _, report = split(numbered([6, 4]), (0.5, 0.5), seed=4, stratified=False)
    assert "10 samples, not stratified, seed 4" in str(report)


@pytest.mark.parametrize(
    "fractions",
    [
        (),
        (1.0,),
        (0.5, 0.4),
        (0.5, 0.6),
        (1.2, -0.2),
        (1.0, 0.0),
        (0.25,) * 4,
        ("a", "b"),
        (float("nan"), 0.5),
        (float("inf"), 0.5),
    ],
    ids=str,
)
def test_fractions_that_are_no_whole_are_refused(fractions: Any) -> None:
    with pytest.raises(OptionError, match=r"split: fractions are .* Give 2 or 3 positive numbers"):
        split(numbered([50, 50]), fractions, seed=0)


def test_a_class_too_small_for_a_part_is_named() -> None:
    with pytest.raises(
        DataError,
        match=r"class 1 of 'numbered' has 2 samples, which leave none for the part 'test'.*"
        "stratified=False",
    ):
        split(numbered([100, 2]), SIXTY, seed=0)
    parts, _ = split(numbered([100, 2]), SIXTY, seed=0, stratified=False)
    assert sum(map(len, parts)) == 102


def test_a_part_without_samples_is_refused() -> None:
    with pytest.raises(DataError, match="10 samples leave none for the part 'validation'"):
        split(numbered([5, 5]), (0.98, 0.01, 0.01), seed=0, stratified=False)


def test_a_class_that_does_not_occur_is_no_hindrance() -> None:
    data = Dataset(np.zeros((10, 1), np.float32), np.array([0, 2] * 5), "gap", 3)
    _, report = split(data, (0.6, 0.4), seed=0)
    assert report.class_counts == ((3, 0, 3), (2, 0, 2))


def test_only_one_class_per_sample_can_be_stratified() -> None:
    numbers = from_arrays(np.zeros((10, 1)), np.zeros((10, 1)), name="numbers", classes=0)
    with pytest.raises(DataError, match=r"targets of shape \(1,\).*stratified=False"):
        split(numbers, seed=0)
    parts, report = split(numbers, seed=0, stratified=False)
    assert [len(part) for part in parts] == [6, 2, 2]
    assert str(report).splitlines()[2].split() == ["train", "6", "60.00%"]


def test_what_is_no_data_set_is_refused() -> None:
    with pytest.raises(DataError, match=r"split: a list\. It splits a Dataset: .*from_arrays"):
        split([[1.0], [2.0]], seed=0)  # type: ignore[arg-type]
