"""Data sets are indexed and iterated like lists of samples."""

import numpy as np
import pytest

from pellucid.data import from_arrays
from pellucid.errors import DataError, PositionError

DATA = from_arrays(np.arange(12.0).reshape(6, 2), [0, 1, 0, 1, 1, 0], name="six")
LINE = from_arrays(np.arange(3.0)[:, None], [[0.5], [1.0], [1.5]], classes=0, name="line")


def test_a_position_gives_a_sample_and_its_target() -> None:
    for index, row in ((0, 0), (5, 5), (-1, 5), (-6, 0), (np.int64(2), 2)):
        x, target = DATA[index]
        assert x.tolist() == DATA.features[row].tolist()
        assert target == DATA.labels[row]
        assert type(target) is int
    assert LINE[1][1].tolist() == [1.0]


def test_slices_positions_and_masks_give_data_sets() -> None:
    for index, rows in (
        (slice(2, 4), [2, 3]),
        (slice(None, None, -2), [5, 3, 1]),
        ([4, 0], [4, 0]),
        (np.array([4, 4]), [4, 4]),
        (DATA.labels == 0, [0, 2, 5]),
    ):
        part = DATA[index]
        assert part.features.tolist() == DATA.features[rows].tolist()
        assert (part.name, part.classes) == ("six", 2)


def test_iterating_gives_every_sample_with_its_target_and_ends() -> None:
    pairs = list(DATA)
    assert [target for _, target in pairs] == DATA.labels.tolist()
    assert np.array([x for x, _ in pairs]).tolist() == DATA.features.tolist()
    first, *_ = DATA
    assert first[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("index", [6, -7])
def test_a_position_outside_is_named(index: int) -> None:
    with pytest.raises(PositionError, match=rf"'six'\[{index}\]: it has 6 samples"):
        DATA[index]


@pytest.mark.parametrize("index", ["a", 1.0, [1.5], [True, False], [7], slice(2, 2), (0, 1, 2, 9)])
def test_what_points_at_no_samples_is_refused(index: object) -> None:
    with pytest.raises(DataError, match=r"subset of 'six'|Dataset 'six'"):
        DATA[index]
