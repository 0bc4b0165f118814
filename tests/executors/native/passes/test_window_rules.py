"""Rules of simplification for windows and convolutions: when they apply, and the same numbers."""

import numpy as np
import pytest
from executors.native.examples import procedure, same

from pellucid import primitives as p
from pellucid.executors.native.passes.simplify import simplify
from pellucid.executors.reference import Reference


def overlapped(x, axis, to, stride, dilation):
    shape = ",".join(map(str, x))
    primitive = p.OverlapAdd(axis, to, stride, dilation)
    of = ",".join(map(str, primitive.shape(x)))
    return procedure(f"""graph(x: float32[{shape}])
      %0: float32[{of}] = {primitive} of (x)
      return %0""")


APART = {  # x, axis, to, stride, dilation
    "one axis": ((4, 3), (0,), (12,), (3,), (1,)),
    "more places than windows": ((4, 3), (0,), (14,), (3,), (1,)),
    "two axes, beside others": ((2, 3, 4, 5, 2, 3), (1, 2), (6, 12), (2, 3), (1, 1)),
    "single numbers far apart": ((4, 1), (0,), (4,), (1,), (3,)),
}
OVERLAPPING = {
    "overlap": ((4, 3), (0,), (9,), (2,), (1,)),
    "gaps between": ((4, 3), (0,), (15,), (4,), (1,)),
    "numbers of a window apart": ((4, 3), (0,), (14,), (3,), (2,)),
}


@pytest.mark.parametrize("name", APART)
def test_windows_side_by_side_are_moved_back(name):
    made = overlapped(*APART[name])
    names = {node.primitive.name for node in simplify(made.graph).nodes}
    assert "overlap_add" not in names
    x = np.random.default_rng(0).normal(size=APART[name][0]).astype(np.float32)
    x.flat[0] = -0.0
    moved = Reference(type(made)(simplify(made.graph), 1))([x], [])[0]
    (summed,) = Reference(made)([x], [])
    np.testing.assert_array_equal(moved, summed)
    assert np.signbit(moved.flat[0])  # which the sum with 0 takes from it


@pytest.mark.parametrize("name", OVERLAPPING)
def test_other_windows_are_added(name):
    made = overlapped(*OVERLAPPING[name])
    names = [node.primitive.name for node in simplify(made.graph).nodes]
    assert names == ["overlap_add"]


def convolved(channels, groups=1, x=28, w=26):
    primitive = p.Convolution((1, 1), (0, 0), (0, 0), (1, 1), (1, 1))
    source, weights = (16, groups, channels, x, x), (groups, 16, channels, w, w)
    y = primitive.shape(source, weights)
    of = [",".join(map(str, shape)) for shape in (source, weights, y)]
    return procedure(f"""graph(x: float32[{of[0]}], w: float32[{of[1]}])
      %0: float32[{of[2]}] = {primitive} of (x, w)
      return %0""")


@pytest.mark.parametrize(
    ("channels", "parts"), [(32, 8), (12, 3), (28, 7), (8, 2), (7, 1), (13, 1)]
)
def test_the_channels_of_few_results_are_summed_in_parts_of_at_least_four(channels, parts):
    nodes = simplify(convolved(channels).graph).nodes
    (convolution,) = [n for n in nodes if isinstance(n.primitive, p.Convolution)]
    assert convolution.inputs[0].shape[1:3] == (parts, channels // parts)
    assert ("sum" in [n.primitive.name for n in nodes]) == (parts > 1)


def test_groups_many_results_and_little_work_stay_whole():
    for made in (convolved(16, groups=2), convolved(16, w=3), convolved(16, x=4, w=3)):
        assert [n.primitive.name for n in simplify(made.graph).nodes] == ["convolution"]


def test_the_numbers_are_those_of_the_whole_sum():
    assert same(convolved(8, x=18, w=16)) is None
