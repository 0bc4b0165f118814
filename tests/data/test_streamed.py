"""A data set that is read batch by batch prints and is told apart without being read."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from train.conftest import blobs

from pellucid.data.draws import Draws
from pellucid.data.streamed import StreamedDataset
from pellucid.data.unread_rows import UnreadRows
from pellucid.errors import DataError


class Unread(UnreadRows):
    """Rows that nobody may read."""

    def read(self, numbers: Any, out: Any, draws: Draws) -> None:
        raise AssertionError("read")

    def place(self, number: int) -> str:
        return "nowhere"

    def digest(self) -> str:
        return "none"


def test_it_is_made_and_cut_without_being_read() -> None:
    labels = np.arange(9) % 3
    data = StreamedDataset(Unread(9, (2, 2)), labels, "s", 3, workers=2)
    assert repr(data) == "Dataset 's': 9 samples of shape (2, 2), 3 classes, read batch by batch"
    assert (data.form.shape, data.threads, data[::2].form) == ((2, 2), 2, data.form)
    assert data.with_shape(4)[data.labels == 1].labels.tolist() == [1, 1, 1]
    assert replace(data, workers=0).threads >= 1
    with pytest.raises(AssertionError, match="read"):
        data[0]
    with pytest.raises(DataError, match=r"features have shape \(9, 2, 2\), labels \(8,\)"):
        StreamedDataset(Unread(9, (2, 2)), labels[:8], "s", 3)
    with pytest.raises(DataError, match=r"labels\[2\] is 2 .* 2 classes"):
        StreamedDataset(Unread(9, (2, 2)), labels, "s", 2)


def test_one_of_other_features_is_a_data_set_in_memory() -> None:
    data = StreamedDataset(Unread(9, (4,)), np.arange(9) % 3, "s", 3)
    other = replace(data, features=blobs(9).features)
    assert "features from" in repr(other)
    with pytest.raises(DataError, match="nan"):
        replace(data, features=np.full((9, 4), np.nan, np.float32))
