"""Fields of gradients: the claim, two ways to break it, and slopes by hand."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.optimizers.gradient_field import SURFACES, Settings, run


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("gradient-field")


@pytest.mark.parametrize("broken", [{"learning_rate": 0.0}, {"off": 0.9}], ids=str)
def test_the_claim_breaks(broken):
    breaks("gradient-field", **broken)


def test_arrows_are_minus_the_slopes_by_hand(series):
    x, y = np.meshgrid(series["line"], series["line"])
    hole = -8.0 * np.exp(-4.0 * (x**2 + y**2))
    expected = {
        "bowl": (-2.0 * x, -2.0 * y),
        "saddle": (-2.0 * x, 2.0 * y),
        "plateau": (hole * x, hole * y),
    }
    for name, arrows in expected.items():
        assert series[f"arrows_{name}"] == pytest.approx(np.stack(arrows, -1), abs=1e-5)


@pytest.mark.parametrize("name", SURFACES)
def test_the_way_never_climbs(series, name):
    from pellucid import tensor

    heights = [SURFACES[name](tensor(place)).item() for place in series[f"way_{name}"]]
    assert (np.diff(heights) <= 1e-12).all()
