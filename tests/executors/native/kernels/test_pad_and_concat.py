"""Padding, joining and windows added up: against NumPy, plane by plane."""

import itertools

import numpy as np
import pytest
from executors.native.examples import procedure, same
from executors.native.programs import small_chunks

from pellucid import primitives as p
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.pad_and_concat import is_of_planes, plane_units
from pellucid.graph import Node, Value

FLOAT = np.dtype(np.float32)


def node(primitive, *shapes):
    inputs = tuple(Value(f"x{i}", s, FLOAT) for i, s in enumerate(shapes))
    return Node(primitive, inputs, Value("y", primitive.shape(*shapes), FLOAT))


def graph(made):
    """A graph of one node."""
    inputs = ", ".join(f"{v.name}: float32[{','.join(map(str, v.shape))}]" for v in made.inputs)
    names = ", ".join(v.name for v in made.inputs)
    of = ",".join(map(str, made.output.shape))
    return procedure(
        f"graph({inputs})\n %0: float32[{of}] = {made.primitive} of ({names})\n return %0"
    )


def numbers(made):
    draw = np.random.default_rng(0)
    return [draw.integers(-9, 10, v.shape).astype(np.float32) for v in made.inputs]


def padded(x, pad):
    """By the definition: each number at its place among the fill."""
    y = np.full(pad.shape(x.shape), pad.value, np.float32)
    for point in itertools.product(*map(range, x.shape)):
        place = [b + i * (n + 1) for i, b, n in zip(point, pad.before, pad.interior, strict=True)]
        y[tuple(place)] = x[point]
    return y


PADS = {
    "all around": (p.Pad((1, 2), (2, 1), (0, 0), 7.0), (3, 4)),
    "one axis of three": (p.Pad((0, 1, 0), (0, 2, 0), (0, 0, 0), 0.0), (3, 4, 20)),
    "between": (p.Pad((0, 1), (0, 0), (2, 1), -1.0), (3, 9)),
    "nothing": (p.Pad((0, 0), (0, 0), (0, 0), 1.0), (3, 4)),
    "an empty array": (p.Pad((2, 0), (1, 0), (0, 0), 3.0), (0, 4)),
}


@pytest.mark.parametrize("fine", [False, True], ids=["", "shared finely"])
@pytest.mark.parametrize("name", PADS)
def test_padding_is_by_the_definition(name, fine):
    primitive, shape = PADS[name]
    made = node(primitive, shape)
    (x,) = numbers(made)
    if fine:
        with small_chunks():
            (found,) = Native(graph(made))([x], [])
    else:
        (found,) = Native(graph(made))([x], [])
    np.testing.assert_array_equal(found, padded(x, primitive))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_arrays_are_joined_along_an_axis(axis):
    shapes = [[2, 3, 17] for _ in range(3)]
    for i, shape in enumerate(shapes):
        shape[axis] = (5, 0, 33)[i]
    made = node(p.Concat(axis), *map(tuple, shapes))
    arrays = numbers(made)
    np.testing.assert_array_equal(Native(graph(made))(arrays, [])[0], np.concatenate(arrays, axis))


def test_windows_are_added_where_they_lie():
    primitive = p.OverlapAdd((1,), (11,), (2,), (3,))
    made = node(primitive, (4, 3, 3))
    (x,) = numbers(made)
    expected = np.zeros((4, 11), np.float32)
    for window, element in itertools.product(range(3), range(3)):
        expected[:, 2 * window + 3 * element] += x[:, window, element]
    np.testing.assert_array_equal(Native(graph(made))([x], [])[0], expected)


def test_planes_are_counted_by_the_axes_where_nothing_happens():
    assert plane_units(node(p.Pad((0, 1, 0), (0, 0, 0), (0, 0, 0), 0.0), (3, 4, 5))) == 15
    assert plane_units(node(p.Concat(2), (3, 4, 5), (3, 4, 1))) == 12
    assert plane_units(node(p.Concat(0), (3, 4), (1, 4))) == 1
    assert plane_units(node(p.OverlapAdd((1,), (11,), (2,), (3,)), (4, 3, 3))) == 4
    assert [is_of_planes(node(each, (3, 4))) for each in (p.Concat(0), p.Exp())] == [True, False]


def test_an_infinite_fill_is_kept():
    assert same(graph(node(p.Pad((1,), (1,), (0,), 1e300), (5,)))) is None
