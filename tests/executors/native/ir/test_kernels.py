"""Kernels as records, and how they walk over buffers: against NumPy's strides."""

import itertools

import numpy as np
import pytest

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import (
    Kernel,
    Loop,
    Space,
    access,
    axis_map,
    own_access,
    own_reach,
    reach,
    without_ones,
)
from pellucid.executors.native.ir.views import View, Views
from pellucid.graph import Graph, Node, Value

FLOAT = np.dtype(np.float32)


def value(name, *shape):
    return Value(name, shape, FLOAT)


def test_the_outer_points_of_a_space_have_its_reduced_axes_as_one():
    assert Space((4, 5, 6), frozenset({0, 2})).outer == (1, 5, 1)
    assert Space((4, 5)).outer == (4, 5)
    assert Space(()).outer == ()


def test_a_kernel_is_named_by_its_primitives_each_once():
    x, y = value("x", 3), value("y", 3)
    nodes = [Node(p.Exp(), (x,), y), Node(p.Add(), (x, y), x), Node(p.Exp(), (x,), y)]
    assert Kernel(nodes).name == "exp+add"
    assert Kernel().name == ""


def test_members_are_full_or_outer():
    kernel = Loop(space=Space((4, 5), frozenset({1})), full={"a"}, outer={"b"})
    a, b, c = value("a", 4, 5), value("b", 4, 1), value("c", 4, 5)
    assert [kernel.has(each) for each in (a, b, c)] == [True, True, False]
    assert [kernel.shape_of(kernel.role_of(each)) for each in (a, b)] == [(4, 5), (4, 1)]


def test_axes_of_size_one_are_left_out():
    assert without_ones((1, 5, 1, 1, 2)) == (5, 2)
    assert without_ones((0, 1)) == (0,)
    assert without_ones(()) == ()


SHAPES = [s for n in range(4) for s in itertools.product((1, 2, 3), repeat=n)]


def test_a_map_of_axes_is_what_reshaping_does():
    """Counted along each axis of the target, elements are those of the axis that it is."""
    for shape, target in itertools.product(SHAPES, SHAPES):
        found = axis_map(shape, target)
        if [n for n in shape if n > 1] != [n for n in target if n > 1]:
            assert found is None
            continue
        positions = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        strides = [s // positions.itemsize for s in positions.strides]
        walked = [0 if axis is None else strides[axis] for axis in found]
        read = np.lib.stride_tricks.as_strided(
            positions, target, [s * positions.itemsize for s in walked]
        )
        np.testing.assert_array_equal(read, positions.reshape(target))


def walked(found, buffer, target):
    """What a walk reads at each point."""
    memory = buffer.reshape(-1)[found.offset :]
    strides = [s * buffer.itemsize for s in found.strides]
    return np.lib.stride_tricks.as_strided(memory, target, strides)


@pytest.mark.parametrize("target", [(3, 4), (1, 3, 4), (3, 1, 4, 1)])
def test_a_walk_over_a_broadcast_view_reads_what_numpy_does(target):
    base = value("x", 4, 6)
    buffer = np.arange(24.0, dtype=FLOAT).reshape(4, 6)
    row = View(base, 7, (0, 1), (1, 4))  # part of a row
    found = access(row, (3, 4), target)
    expected = np.broadcast_to(buffer[1, 1:5], (3, 4)).reshape(target)
    np.testing.assert_array_equal(walked(found, buffer, target), expected)
    column = View(base, 2, (6, 0), (3, 1))
    found = access(column, (3, 4), target)
    expected = np.broadcast_to(buffer[:3, 2:3], (3, 4)).reshape(target)
    np.testing.assert_array_equal(walked(found, buffer, target), expected)
    assert access(row, (3, 4), (4, 3)) is None


def of_rows():
    """x (3, 4), its sums of rows s (3, 1), and x - s; as a kernel over all points."""
    x, s, wide, y = value("x", 3, 4), value("s", 3, 1), value("wide", 3, 4), value("y", 3, 4)
    nodes = (
        Node(p.Sum((1,)), (x,), s),
        Node(p.BroadcastTo((3, 4)), (s,), wide),
        Node(p.Subtract(), (x, wide), y),
    )
    graph = Graph((x,), (), nodes, (y, s))
    space = Space((3, 4), frozenset({1}))
    kernel = Loop([nodes[0], nodes[2]], [y, s], space, {"y"}, {"s"})
    return kernel, Views(graph), nodes


def test_a_reduction_reads_all_points_and_its_result_lies_on_the_outer_ones():
    kernel, views, (total, _, difference) = of_rows()
    x, s = total.inputs[0], total.output
    assert reach(kernel, views, total, x).strides == (4, 1)
    assert reach(kernel, views, difference, x).strides == (4, 1)
    assert reach(kernel, views, difference, difference.inputs[1]).strides == (1, 0)
    assert own_reach(kernel, views, difference.output).strides == (4, 1)
    assert own_reach(kernel, views, s).strides[0] == 1
    assert own_access(views, s, (3, 4)) is None
