"""AdaGrad on a plateau: the claim, two ways to break it, and the numbers of the notes."""

import numpy as np
import pytest
from lab.lessons import breaks, holds

from pellucid.lab.optimizers.adagrad_plateau import Settings, run


@pytest.fixture(scope="module")
def series():
    return run(Settings())


def test_the_claim_holds():
    holds("adagrad-plateau")


@pytest.mark.parametrize("broken", [{"steps": 20}, {"valley_rate": 0.01}], ids=str)
def test_the_claim_breaks(broken):
    breaks("adagrad-plateau", **broken)


def test_a_sum_that_is_reset_ends_where_the_notes_say(series):
    assert series["way_faulty"][-1] == pytest.approx([-1.0, -1.0], abs=1e-4)
    x, y = series["way_right"][-1]
    assert x == pytest.approx(-0.12, abs=0.005)
    assert y == pytest.approx(2e-17, abs=1e-16)


def test_each_stride_of_it_is_the_rate(series):
    strides = np.abs(np.diff(series["way_faulty"], axis=0))
    assert strides == pytest.approx(1.5, abs=1e-4)
