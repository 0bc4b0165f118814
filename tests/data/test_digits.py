"""The embedded digits are there offline, scaled, and as scikit-learn has them."""

import sys

import numpy as np
import pytest

from pellucid.data.digits import digits
from pellucid.errors import DataError


def test_digits_are_1797_images_of_ten_classes_between_0_and_1() -> None:
    data = digits()
    assert data.features.shape == (1797, 64)
    assert data.features.dtype == np.float32
    assert (data.features.min(), data.features.max()) == (0, 1)
    # Published counts per class of this set (documentation of the UCI repository, optdigits.tes).
    assert data.class_counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first image begins 0 0 5 13 9 1 0 0, in sixteenths, and shows a zero.
    assert (data.features[0, :8] * 16).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert data.labels[0] == 0


def test_without_scikit_learn_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.delitem(sys.modules, "sklearn.datasets", raising=False)
    with pytest.raises(DataError, match="python -m pip install scikit-learn"):
        digits()
