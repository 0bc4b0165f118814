"""Further inputs of a model go with their samples; what is none is refused."""

from typing import Any

import numpy as np
import pytest

from pellucid.data import Dataset, from_arrays, split
from pellucid.errors import DataError


def data(count: int = 60, seed: int = 0) -> Dataset:
    """Whether the number that the id points at is above zero: both inputs are needed."""
    numbers = np.random.default_rng(seed)
    x, ids = numbers.normal(size=(count, 4)), numbers.integers(0, 3, count)
    labels = (x[np.arange(count), ids] > 0).astype(int)
    return from_arrays(x, labels, name="both").with_inputs(ids)


def test_further_inputs_go_with_their_samples() -> None:
    whole = data()
    part = whole.subset([3, 1])
    assert part.further[0].tolist() == whole.further[0][[3, 1]].tolist()
    (first, second), _ = split(whole, (0.5, 0.5), seed=0)
    pairs = {(tuple(x), int(i)) for x, i in zip(*whole.inputs, strict=True)}
    for each in (first, second):
        assert {(tuple(x), int(i)) for x, i in zip(*each.inputs, strict=True)} <= pairs
    (x, i), target = whole[5]
    assert (x.tolist(), i) == (whole.features[5].tolist(), whole.further[0][5])
    assert target == whole.labels[5]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.ones(5), r"further input 1 has shape \(5,\); there are 60 samples"),
        (np.full(60, np.nan), "a number in row 0 is not finite"),
        (["a"] * 60, "further input 1 is of type <U1"),
        ([[1], [1, 2]], "cannot be read as one array"),
    ],
    ids=["length", "nan", "text", "ragged"],
)
def test_further_inputs_that_are_none_are_refused(given: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        data().with_inputs(given)
