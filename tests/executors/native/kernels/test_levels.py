"""Levels of a nest: values are found where they were computed, and numbers fit their lanes."""

import numpy as np
from executors.native.lane_program import compiled

from pellucid.executors.native.kernels.levels import Level
from pellucid.executors.native.llvm.lanes import Lanes


def test_a_level_finds_what_was_computed_further_outside_and_keeps_its_own():
    outer = Level(None, (None, None), 1)
    middle = outer.at(0, "i")
    inner = middle.inner("j", 4, "mask")
    assert (middle.indices, inner.indices) == (("i", None), ("i", "j"))
    assert (middle.width, inner.width, inner.mask) == (1, 4, "mask")
    outer.values["a"], inner.values["b"] = 1, 2
    assert [level.find("a") for level in (outer, middle, inner)] == [1, 1, 1]
    assert [level.find("b") for level in (outer, middle, inner)] == [None, None, 2]


def test_a_single_number_fits_all_lanes_of_a_level():
    def rule(_, lanes):
        one = Lanes.constant(lanes.builder, 3.0, np.float32)
        return Level(None, (), lanes.width).fit(one) + lanes

    assert compiled(rule, [np.float32], 4)(np.ones(4)).tolist() == [4.0] * 4


def test_the_outermost_level_is_outside_all_loops():
    outer = Level(None, (None, None), 1)
    assert outer.outermost is outer
    assert outer.at(0, "i").inner("j", 4, None).outermost is outer
