"""Curves with a band."""

from typing import Any

import numpy as np
import pytest

from pellucid.errors import OptionError
from pellucid.train.pages.bands import draw_bands

CURVES: list[Any] = [
    {"epoch": [1, 2, 3], "train_loss": [1.0, 0.5, 0.2], "validation_loss": [1.1, 0.7, 0.6]},
    {"epoch": [1, 2], "train_loss": [0.8, 0.7], "validation_loss": [1.3, 0.9]},
]


def test_the_band_is_a_standard_deviation_about_the_mean() -> None:
    (axes,) = draw_bands(CURVES).axes
    train, validation = axes.get_lines()
    np.testing.assert_allclose(train.get_ydata(), [0.9, 0.6, 0.2])
    np.testing.assert_allclose(validation.get_ydata(), [1.2, 0.8, 0.6])
    corners = axes.collections[0].get_paths()[0].vertices
    first = corners[corners[:, 0] == 1.0][:, 1]
    spread = np.std([1.0, 0.8], ddof=1)
    np.testing.assert_allclose([first.min(), first.max()], [0.9 - spread, 0.9 + spread])
    last = corners[corners[:, 0] == 3.0][:, 1]  # of one run there is no spread
    np.testing.assert_allclose(last, 0.2)


def test_runs_without_an_epoch_have_no_curves() -> None:
    with pytest.raises(OptionError, match=r"^plot: none of these runs has ended an epoch"):
        draw_bands([{}, {}])
