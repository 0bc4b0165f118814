"""The text form: parse is the inverse of str, and names the line that it cannot read."""

import time
import warnings

import hypothesis.extra.numpy as hn
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import GraphError
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import DTYPES
from pellucid.written import legal_name

STEPS = [p.Exp(), p.Negative(), p.Flip((0,)), p.Sum((0,)), p.CumulativeSum(0), p.Add(), p.Divide()]
STEPS += [p.Where(), p.Less(), p.Cast(np.dtype(np.float64)), p.BroadcastTo((2, 3)), p.Argmax(0)]
STEPS += [p.Pad((1,), (0,), (2,), value) for value in (0.0, -0.0, np.inf, -np.inf, np.nan, 0.1)]
STEPS += [p.Reshape((3, 1)), p.Slice((0,), (2,), (1,)), p.MatMul(), p.Concat(0), p.Take(0)]
STEPS += [p.Arange(0.5, 1e-300, 3, np.dtype(np.float64)), p.RandomBits((3,), 24)]
names = st.text("abc.%_~-019", min_size=1, max_size=5)
scopes = st.text("ab (),=:#[]é", max_size=8).map(str.strip)
values = st.builds(
    lambda shape, dtype: (tuple(shape), dtype),
    st.lists(st.integers(0, 3), max_size=2),
    st.sampled_from(DTYPES),
)


@st.composite
def graphs(draw):
    """Legal graphs: nodes that fit are put behind inputs and constants of any dtype."""
    free = iter(draw(st.lists(names, min_size=16, max_size=16, unique=True)))
    inputs = [Value(next(free), *draw(values)) for _ in range(draw(st.integers(1, 3)))]
    inputs += [Value(next(free), (3,), np.dtype(np.float32))]
    constants = []
    for _ in range(draw(st.integers(0, 3))):
        shape, dtype = draw(values)
        array = draw(hn.arrays(dtype, shape, elements=hn.from_dtype(dtype)))
        constants.append((Value(next(free), shape, dtype), array))
    known = inputs + [value for value, _ in constants]
    nodes = []
    for primitive in draw(st.lists(st.sampled_from(STEPS), max_size=6)):
        chosen = [draw(st.sampled_from(known)) for _ in range(primitive.arity or 0)]
        try:
            shape = primitive.shape(*(v.shape for v in chosen))
            dtype = primitive.dtype(*(v.dtype for v in chosen))
        except (pc.errors.PellucidError, IndexError, ValueError):
            continue
        nodes.append(Node(primitive, tuple(chosen), Value(next(free), shape, dtype), draw(scopes)))
        known.append(nodes[-1].output)
    outputs = draw(st.lists(st.sampled_from(known), max_size=3))
    return Graph(tuple(inputs), tuple(constants), tuple(nodes), tuple(outputs))


@given(graphs())
def test_parsing_is_the_inverse_of_printing(graph):
    again = pc.parse(str(graph), constants=[array for _, array in graph.constants])
    assert again == graph
    assert [n.scope for n in again.nodes] == [n.scope for n in graph.nodes]
    for (value, array), (_, read) in zip(graph.constants, again.constants, strict=True):
        assert value.dtype == read.dtype
        np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize(
    "constant",
    [
        np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7976931348623157e308]),
        np.array([1e-45, 3.4028235e38, 0.1], np.float32),
        np.array([2**63 - 1, -(2**63), 2**53 + 1]),
        np.array([2**32 - 1], np.uint32),
        np.array([True, False]),
        np.zeros((0, 3), np.int32),
        np.array(7, np.uint8),
    ],
    ids=repr,
)
def test_constants_keep_every_bit(constant):
    value = Value("c", constant.shape, constant.dtype)
    graph = Graph((), ((value, constant),), (), (value,))
    ((_, array),) = pc.parse(str(graph)).constants
    assert array.tobytes() == constant.tobytes()
    assert (array.shape, array.dtype) == (constant.shape, constant.dtype)


def test_large_constants_are_named_by_their_digest():
    constant = np.arange(17.0)
    text = str(pc.capture(lambda x: x + constant)(np.ones(17)))
    assert "constant sha256:" in text
    assert str(pc.parse(text, constants=[constant])) == text
    with pytest.raises(GraphError, match=r"line 2.*only a digest .* Pass the array"):
        pc.parse(text)


HEAD = "graph(x: float32[2])\n"
UNREADABLE = {
    "": r"begins with `graph\(...\)` and ends with `return",
    "graph(x: float32[2])": "ends with `return",
    "graf()\nreturn": r"line 1, `graf\(\)`: here `graph\(...\)` is expected",
    "graph(x: float32)\nreturn x": "line 1.*`x: float32` is no value. A value is written",
    "graph(x: float17[2])\nreturn x": "line 1.*float17",
    HEAD + "%0: float32[2] = exp of (x)\nreturn %0": r"line 2.*primitive\(attributes\) of \(inputs",
    HEAD + "%0: float32[2] = expp() of (x)\nreturn %0": "line 2.*Did you mean 'exp'",
    HEAD + "%0: float32[1] = sum() of (x)\nreturn %0": r"line 2.*sum has the attributes \['axis'\]",
    HEAD
    + "%0: float32[1] = sum(axis=(0,), b=1) of (x)\nreturn %0": "line 2.*sum has the attributes",
    HEAD + "%0: float32[1] = sum(axis=f()) of (x)\nreturn %0": "line 2",
    HEAD + "%0: float32[1] = sum(axis=(0,) of (x)\nreturn %0": "line 2",
    HEAD + "%0: float32[2] = exp() of (z)\nreturn %0": "line 2.*z is not defined before",
    HEAD + "%0: float32[2] = exp() of x\nreturn %0": r"line 2.*here `\(...\)` is expected",
    HEAD + "return z": "line 2, `return z`: z is not defined",
    HEAD + "%0 float32[2] = exp() of (x)\nreturn %0": "line 2.*is no value",
    HEAD + "%0: bool[1] = constant [maybe]\nreturn %0": "line 2.*a boolean is True or False",
    HEAD + "%0: int32[2] = constant [1]\nreturn %0": "line 2.*1 numbers for %0: .* Each of its el",
    HEAD + "%0: int32[1] = constant [one]\nreturn %0": "line 2",
    HEAD + "%0: int32[1] = constant 1\nreturn %0": r"line 2.*here `\[...\]` is expected",
    HEAD + "%0: float32[3] = exp() of (x)\nreturn %0": "states another result",
    HEAD + "x: float32[2] = exp() of (x)\nreturn x": "x is defined twice",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_is_named_with_its_line(text):
    with pytest.raises(GraphError, match=UNREADABLE[text]):
        pc.parse(text)


def test_names_that_a_text_cannot_hold_are_changed():
    assert legal_name("a b,c(d):%e") == "a_b_c_d___e"
    v = pc.Variable([1.0], name="my (weight), old")
    graph = pc.capture(lambda: v + 1.0)()
    assert pc.parse(str(graph)) == graph


def test_long_lists_are_read_in_one_pass():
    names = [f"x{i}" for i in range(100_000)]
    start = time.process_time()
    head = ", ".join(f"{name}: float32[1,2,3]" for name in names)
    graph = pc.parse(f"graph({head})\n  return {', '.join(names)}")
    assert len(graph.outputs) == len(names)
    with pytest.raises(GraphError, match="is no value"):
        pc.parse(f"graph({'[,' * 100_000})\n  return")
    assert time.process_time() - start < 10  # seconds; it took minutes


@pytest.mark.parametrize("text", ["float16[2]", "object[]", "U5[1]", "float32[,]", "float32[٣]"])
def test_a_value_has_a_dtype_and_sizes_of_its_own(text):
    with pytest.raises(GraphError, match="line 1"):
        pc.parse(f"graph(x: {text})\n  return x")


def test_a_long_line_is_shown_in_part():
    with pytest.raises(GraphError) as caught:
        pc.parse(f"graph({'x' * 10_000})\n  return x")
    assert len(str(caught.value)) < 600


def test_nothing_is_warned_of_on_the_way_to_a_refusal():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(GraphError, match="line 2"):
            pc.parse(HEAD + "%0: float32[1] = sum(axis=(0if 1else 2,)) of (x)\nreturn %0")
        with pytest.raises(GraphError, match="line 2"):
            pc.parse(HEAD + "%0: float32[1] = sum(axis=(1_x,)) of (x)\nreturn %0")
