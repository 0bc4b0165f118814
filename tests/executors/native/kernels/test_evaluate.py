"""Values at a point: found where they were computed; what reductions begin with and join."""

import numpy as np
import pytest
from executors.native.examples import procedure, same
from executors.native.lane_program import compiled

from pellucid import primitives as p
from pellucid.executors.native.executor import Native
from pellucid.executors.native.kernels.evaluate import Level, identity, joined
from pellucid.executors.native.llvm.lanes import Lanes
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


def test_numbers_from_positions_are_those_of_the_reference():
    made = procedure("""graph(x: float32[3,37], k: uint32[2], d: uint32[])
      %0: uint32[3,37] = random_bits(to=(3, 37), bits=24) of (k, d)
      %1: float32[3,37] = cast(to=float32) of (%0)
      %2: float32[3,37] = multiply() of (%1, x)
      return %2""")
    assert same(made) is None


def test_members_far_from_their_operands_need_no_deep_calls():
    lines = [
        "graph(x: float32[8])",
        *(f"%{i}: float32[8] = abs() of ({f'%{i - 1}' if i else 'x'})" for i in range(3000)),
    ]
    ready = Native(procedure("\n".join([*lines, "return %2999"])))
    x = -np.arange(8, dtype=np.float32)
    np.testing.assert_array_equal(ready([x], [])[0], -x)
