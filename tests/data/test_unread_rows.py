"""Rows that are read when they are asked for answer like the array that they stand for."""

from typing import Any

import numpy as np
import pytest

from pellucid.data.unread_rows import Shards, joined
from pellucid.errors import DataError, OptionError

WHOLE = np.arange(60, dtype=np.float32).reshape(10, 3, 2)


def rows() -> Shards:
    return Shards([WHOLE[:4], WHOLE[4:5], WHOLE[5:]], ["a", "b", "c"])


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(2, 7),
        slice(None, None, -3),
        [9, 0, 4, 4],
        WHOLE[:, 0, 0] > 30,
        (np.array([[1], [8]]), np.array([0, 2]), 1),
        np.zeros(0, int),
    ],
    ids=["first", "last", "slice", "steps", "list", "mask", "columns", "none"],
)
def test_parts_are_those_of_the_array(index: Any) -> None:
    np.testing.assert_array_equal(rows()[index], WHOLE[index], strict=True)


def test_it_has_the_form_of_the_array() -> None:
    found = rows()
    assert (found.shape, found.ndim, found.size, len(found)) == ((10, 3, 2), 3, 60, 10)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(np.asarray(found), WHOLE)
    np.testing.assert_array_equal(found.reshape(10, -1)[3], WHOLE.reshape(10, -1)[3])
    taken = found.take([8, 2, 5]).take([2, 0])
    np.testing.assert_array_equal(np.asarray(taken), WHOLE[[5, 8]])
    with pytest.raises(ValueError, match="cannot reshape 10 rows into 9"):
        found.reshape(9, 6)


def test_other_numbers_are_converted_and_ids_are_looked_at() -> None:
    found = joined("here", [WHOLE.astype(np.uint8), WHOLE[:1].astype(float)], ["a", "b"], 0)
    np.testing.assert_array_equal(found[[10, 3]], WHOLE[[0, 3]], strict=True)
    ids = joined("here", [WHOLE.astype(np.int16)], ["a"], 50)
    assert ids[:2].dtype == np.int64
    with pytest.raises(DataError, match=r"row 8 \(row 8 of a\): number 2 .* is 50; ids are in 0"):
        ids[:]
    with pytest.raises(DataError, match="number 0 of the features is inf; every one must be"):
        joined("here", [np.full((2, 1), 1e300)], ["a"], 0)[1]


def test_digests_differ_where_rows_do() -> None:
    one, same = rows(), Shards([WHOLE], ["other"])
    assert one.taken_digest() == same.taken_digest()
    assert one.digest() == Shards([WHOLE.astype(np.uint8)], ["a"]).digest()
    digests = [rows().take(part).taken_digest() for part in ([0, 1], [1, 0], [0])]
    assert len({one.taken_digest(), *digests}) == 4


def test_arrays_that_are_not_alike_are_refused() -> None:
    with pytest.raises(OptionError, match="here: no files"):
        joined("here", [], [], 0)
    with pytest.raises(DataError, match=r"b has shape \(2, 5\), a \(10, 3, 2\)"):
        joined("here", [WHOLE, np.zeros((2, 5))], ["a", "b"], 0)
    with pytest.raises(DataError, match=r"a holds float32\. Ids are integers"):
        joined("here", [WHOLE], ["a"], 5)
