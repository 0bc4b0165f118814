"""Movements are arithmetic on strides, as NumPy does it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid import primitives as p
from pellucid.executors.native.ir.views import (
    View,
    in_bfloat16,
    moved,
    reshaped,
    row_major,
    whole,
)
from pellucid.graph import Value
from pellucid.primitives.base import FLOAT32, INT64

sizes = st.integers(0, 4)
shapes = st.lists(sizes, max_size=4).map(tuple)


def seen(view, buffer):
    """The elements of a view."""
    if 0 in view.shape:
        return np.empty(view.shape, buffer.dtype)
    strides = tuple(s * buffer.itemsize for s in view.strides)
    return np.lib.stride_tricks.as_strided(buffer.reshape(-1)[view.offset :], view.shape, strides)


@st.composite
def movements(draw, shape):
    """A movement that a shape allows."""
    kind = draw(st.sampled_from(["permute", "flip", "slice", "broadcast", "reshape"]))
    if kind == "permute":
        return p.PermuteDims(tuple(draw(st.permutations(range(len(shape))))))
    if kind == "flip":
        return p.Flip(tuple(i for i in range(len(shape)) if draw(st.booleans())))
    if kind == "slice":
        start = [draw(st.integers(0, n)) for n in shape]
        step = [draw(st.integers(1, 3)) for _ in shape]
        rows = zip(shape, start, step, strict=True)
        count = [draw(st.integers(0, -(-(n - a) // s))) for n, a, s in rows]
        return p.Slice(tuple(start), tuple(count), tuple(step))
    if kind == "broadcast":
        front = draw(st.lists(sizes, max_size=1))
        return p.BroadcastTo((*front, *(draw(sizes) if n == 1 else n for n in shape)))
    parts = [n for n in shape if n != 1]
    while len(parts) > 1 and draw(st.booleans()):
        at = draw(st.integers(0, len(parts) - 2))
        parts[at : at + 2] = [parts[at] * parts[at + 1]]
    for i, n in enumerate(parts):
        if n == 4 and draw(st.booleans()):
            parts[i : i + 1] = [2, 2]
            break
    parts.insert(draw(st.integers(0, len(parts))), 1)
    return p.Reshape(tuple(parts))


@given(shapes, st.data())
def test_chains_of_movements_see_what_numpy_sees(shape, data):
    value = Value("x", shape, INT64)
    buffer = np.arange(math.prod(shape)).reshape(shape)
    view, expected = whole(value), buffer
    for _ in range(data.draw(st.integers(1, 4))):
        movement = data.draw(movements(view.shape))
        after = moved(movement, view)
        expected = movement.forward(np, expected)
        if after is None:  # NumPy had to copy as well
            assert isinstance(movement, p.Reshape)
            assert not np.shares_memory(expected, buffer)
            return
        view = after
        assert view.shape == expected.shape
        np.testing.assert_array_equal(seen(view, buffer), expected)


@given(shapes)
def test_row_major_strides_are_those_of_numpy(shape):
    array = np.empty(shape, np.int64)
    if array.size and 1 not in shape:  # axes without a second element have no meaningful stride
        assert row_major(shape) == tuple(s // 8 for s in array.strides)


def test_a_transposed_matrix_has_no_strides_as_a_line():
    view = View(Value("x", (2, 3), FLOAT32), 0, (1, 3), (3, 2))
    assert reshaped(view, (6,)) is None
    assert reshaped(view, (3, 1, 2)) == (1, 3, 3) or reshaped(view, (3, 1, 2))[::2] == (1, 3)


@pytest.mark.parametrize("shape", [(), (1, 1), (0, 3)])
def test_any_view_of_at_most_one_element_is_whole(shape):
    value = Value("x", shape, FLOAT32)
    assert View(value, 0, (7,) * len(shape), shape).is_whole()


def test_a_reversed_view_is_not_whole():
    value = Value("x", (3,), FLOAT32)
    assert not View(value, 2, (-1,), (3,)).is_whole()


def test_what_is_rounded_to_bfloat16_stays_so_where_it_is_moved_and_copied():
    def function(x):
        y = pc.apply(p.RoundedToBfloat16(), x)
        return y.mT, pc.concat([y, y], axis=0), y.apply(p.Identity()), y + 1.0, x.mT

    graph = pc.capture(function)(np.ones((2, 3), np.float32))
    found = in_bfloat16(graph)
    assert [value.name in found for value in graph.outputs] == [True, True, True, False, False]
