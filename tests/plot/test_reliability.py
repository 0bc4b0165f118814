import numpy as np
import pytest

from pellucid.measures import calibration
from pellucid.plot.reliability import reliability_diagram

pytest.importorskip("matplotlib")


def test_it_shows_frequency_by_probability_of_both():
    numbers = np.random.default_rng(0)
    true = numbers.integers(0, 2, 200)
    before, after = (numbers.dirichlet((1, 1), 200) for _ in range(2))
    axes = reliability_diagram("a set", true, before, after).axes[0]
    diagonal, *lines = axes.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    for line, p in zip(lines, (before, after), strict=True):
        curve = calibration(true, p)
        np.testing.assert_array_equal(line.get_xdata(), curve.confidence)
        np.testing.assert_array_equal(line.get_ydata(), curve.frequency)
        assert line.get_label().endswith(f"error {curve.error:.3f}")
