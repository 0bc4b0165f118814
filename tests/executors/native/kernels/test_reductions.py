"""Reductions: what they begin with changes nothing, and partial results join as NumPy's do."""

import numpy as np
import pytest
from executors.native.lane_program import compiled

from pellucid import primitives as p
from pellucid.executors.native.kernels.reductions import identity, joined
from pellucid.graph import Node, Value

JOINS = {
    "sum": (p.Sum, np.add),
    "prod": (p.Prod, np.multiply),
    "max": (p.Max, np.maximum),
    "min": (p.Min, np.minimum),
}
DTYPES = [np.float32, np.float64, np.int32, np.int64]


def node(name, dtype):
    x, y = Value("x", (5,), np.dtype(dtype)), Value("y", (1,), np.dtype(dtype))
    return Node(JOINS[name][0]((0,)), (x,), y)


class _Frame:
    """All that is asked of a frame here."""

    def __init__(self, builder):
        self.builder = builder


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", JOINS)
def test_what_a_reduction_begins_with_changes_nothing(name, dtype):
    info = np.finfo(dtype) if np.dtype(dtype).kind == "f" else np.iinfo(dtype)
    x = np.array([info.min, -3, 0, 1, info.max], dtype)

    def rule(_, lanes):
        first = identity(_Frame(lanes.builder), node(name, dtype), lanes.width)
        return joined(node(name, dtype), first, lanes)

    np.testing.assert_array_equal(compiled(rule, [dtype], 4)(x), x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", JOINS)
def test_two_partial_results_are_joined_as_numpy_does(name, dtype):
    a, b = np.array([3, -2, 0, 7, 5], dtype), np.array([-1, -2, 4, 9, 5], dtype)
    found = compiled(lambda _, x, y: joined(node(name, dtype), x, y), [dtype] * 2, 4)(a, b)
    np.testing.assert_array_equal(found, JOINS[name][1](a, b))


def test_other_nodes_join_nothing():
    x = Value("x", (5,), np.dtype(np.float32))
    add = Node(p.Add(), (x, x), x)
    with pytest.raises(AssertionError, match="is no reduction"):
        compiled(lambda _, a, b: joined(add, a, b), [np.float32] * 2, 4)
