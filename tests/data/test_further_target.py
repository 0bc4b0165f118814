"""Targets beside the labels: checked, taken for some samples."""

import numpy as np
import pytest

from pellucid.data.further_target import FurtherTarget
from pellucid.errors import DataError


def test_a_target_is_checked_and_never_changes() -> None:
    target = FurtherTarget("kind", np.array([0, 2, 1]), 3, ("a", "b", "c"))
    assert target.subset(np.array([2, 0])).labels.tolist() == [1, 0]
    assert not target.labels.flags.writeable
    assert target.meaning == (target.labels, 3, ("a", "b", "c"))
    with pytest.raises(DataError, match=r"^target 'kind': labels\[1\] is 2"):
        FurtherTarget("kind", np.array([0, 2]), 2)
