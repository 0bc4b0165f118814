"""Loop kernels as a kind: units that together are all of the work, points, words."""

import numpy as np
import pytest
from executors.native.examples import procedure

from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.loop_kind import LoopKind

ROWS = """graph(x: float32[40,100])
  %0: float32[40,100] = exp() of (x)
  %1: float32[40,1] = sum(axis=(1,)) of (%0)
  return %1"""
COLUMNS = ROWS.replace("40,1]", "1,100]").replace("axis=(1,)", "axis=(0,)")
PLAIN = """graph(x: float32[40,100])
  %0: float32[40,100] = exp() of (x)
  return %0"""


def only(text):
    ready = Native(procedure(text))
    (each,) = ready.coded
    return each


@pytest.mark.parametrize(
    ("text", "described"),
    [
        (ROWS, "loop [40, 100], reduced over [1]"),
        (COLUMNS, "loop [40, 100], reduced over [0]"),
        (PLAIN, "loop [40, 100]"),
    ],
)
def test_points_are_those_of_the_space_with_reduced_axes(text, described):
    each, kind = only(text), LoopKind()
    assert kind.points(each.kernel) == 40 * 100
    assert kind.described(each.kernel) == described


def test_rows_are_units_of_their_sums():
    each = only(ROWS)
    assert LoopKind().units(each.kernel, each.shared) == 40


def test_vectors_of_columns_are_units_of_theirs():
    each = only(COLUMNS)
    units = LoopKind().units(each.kernel, each.shared)
    assert 1 <= units <= 100
    assert units > 1  # no sum is divided, but columns are


@pytest.mark.parametrize("text", [ROWS, COLUMNS, PLAIN])
def test_all_units_together_are_the_whole_result(text):
    ready, x = Native(procedure(text)), np.arange(4000.0).reshape(40, 100) / 4000
    exact = np.exp(x)
    if text != PLAIN:
        exact = exact.sum(axis=1 if text == ROWS else 0, keepdims=True)
    np.testing.assert_allclose(ready([x.astype(np.float32)], [])[0], exact, rtol=1e-5)
