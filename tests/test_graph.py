"""Graphs: what a capture collects, what the checker refuses, golden texts."""

import threading
from dataclasses import replace

import numpy as np
import pytest

import pellucid as pc
from pellucid import primitives as p
from pellucid.errors import GraphError, OptionError
from pellucid.graph import Graph, Node, Value
from pellucid.graph_text import parse
from pellucid.scopes import current_scope

F4 = np.dtype(np.float32)
x, y = Value("x", (2,), F4), Value("y", (2,), F4)
exp = Node(p.Exp(), (x,), y)


def test_a_legal_graph_passes():
    Graph((x,), (), (exp,), (y,)).check()


ILLEGAL = {
    "input twice": (Graph((x, x), (), (), ()), "x is defined twice"),
    "node gives a known name": (Graph((x, y), (), (exp,), ()), "y is defined twice"),
    "use before definition": (Graph((), (), (exp,), (y,)), "uses x: .* not defined before"),
    "output unknown": (Graph((x,), (), (), (y,)), "`return` uses y"),
    "other shape than defined": (
        Graph((Value("x", (3,), F4),), (), (exp,), (y,)),
        "uses x: .* which is not defined",
    ),
    "constant of another dtype": (
        Graph((), ((x, np.zeros(2)),), (), (x,)),
        r"constant x: float32\[2\] holds float64\[2\]",
    ),
    "constant of another shape": (
        Graph((), ((x, np.zeros(3, np.float32)),), (), (x,)),
        r"holds float32\[3\]",
    ),
    "wrong result shape": (
        Graph((x,), (), (Node(p.Exp(), (x,), Value("y", (3,), F4)),), ()),
        r"states another result than its rules, float32\[2\]",
    ),
    "wrong result dtype": (
        Graph((x,), (), (Node(p.Less(), (x, x), y),), ()),
        r"states another result than its rules, bool\[2\]",
    ),
    "too few inputs": (Graph((x,), (), (Node(p.Add(), (x,), y),), ()), "add: 1 inputs. It takes 2"),
    "too many inputs": (
        Graph((x,), (), (Node(p.Exp(), (x, x), y),), ()),
        "exp: 2 inputs. It takes 1",
    ),
    "a rule of the primitive": (
        Graph((x,), (), (Node(p.MatMul(), (x, x), y),), ()),
        "breaks a rule. matmul: shapes",
    ),
    "a dtype refused": (
        Graph((x,), (), (Node(p.LogicalNot(), (x,), y),), ()),
        "logical_not: not defined for float32",
    ),
}


@pytest.mark.parametrize("kind", ILLEGAL)
def test_an_illegal_graph_is_refused(kind):
    graph, message = ILLEGAL[kind]
    with pytest.raises(GraphError, match=message):
        graph.check()


def test_graphs_are_equal_where_their_texts_are():
    one, other = (pc.capture(lambda x: x * [1.0, 2.0])(np.ones(2, np.float32)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != pc.capture(lambda x: x * [1.0, 3.0])(np.ones(2, np.float32))
    assert one != "graph"


def test_equal_small_constants_are_one_and_zeros_of_both_signs_are_two():
    graph = pc.capture(lambda x: ((x + 2.0) * 2.0 - 0.0).maximum(-0.0))(np.ones(2, np.float32))
    assert [array.tolist() for _, array in graph.constants] == [2.0, 0.0, -0.0]
    assert "constant [-0.0]" in str(graph)


def test_only_what_the_results_need_is_collected():
    def wasteful(x):
        x.exp()
        return x + 1.0

    assert [n.primitive for n in pc.capture(wasteful)(np.ones(2)).nodes] == [p.Add()]


def test_a_tensor_of_another_capture_is_refused():
    kept = []
    pc.capture(lambda x: kept.append(x) or x)(np.ones(2))
    with pytest.raises(GraphError, match=r"of another capture is used. .* return it"):
        pc.capture(lambda x: x + kept[0])(np.ones(2))


def test_scopes_nest_and_end_with_their_block():
    with pc.scope("outer"):
        with pc.scope("inner"):
            assert current_scope() == "outer.inner"
        with pc.scope("alone", absolute=True):
            assert current_scope() == "alone"
    with pytest.raises(ZeroDivisionError), pc.scope("failing"):
        raise ZeroDivisionError
    assert current_scope() == ""


def test_scopes_belong_to_their_thread():
    seen = []
    with pc.scope("main"):
        thread = threading.Thread(target=lambda: seen.append(current_scope()))
        thread.start()
        thread.join()
    assert seen == [""]


def test_a_scope_is_one_line():
    with pytest.raises(OptionError, match="one line of printable"), pc.scope("a\nb"):
        pass


# ---- golden texts ------------------------------------------------------------------------


def test_the_graph_of_a_layer_and_its_gradient(golden):
    w = pc.Parameter(np.ones((3, 2), np.float32), name="weight")

    def step(x, t):
        with pc.scope("hidden"):
            y = (x @ w).tanh()
        loss = ((y - t) * (y - t)).mean()
        loss.backward()
        w.assign(w - 0.1 * w.grad)
        return loss

    example = (np.ones((4, 3), np.float32), np.ones((4, 2), np.float32))
    golden("graph_of_a_step.txt", str(pc.capture(step)(*example)))


def test_the_graph_of_every_kind_of_attribute(golden):
    def mixed(x, ids):
        rows = x[::-1, 1:].pad(((1, 0), (0, 1)), value=-np.inf)
        scattered = x.take(ids, axis=0).scatter_add(ids, axis=0, size=3)
        return rows.max(axis=(0, 1)), scattered.astype("float64"), x.T.argmax(axis=1)

    example = (np.ones((2, 3), np.float32), np.array([1, 0]))
    golden("graph_of_attributes.txt", str(pc.capture(mixed)(*example)))


def test_a_graph_made_from_a_checked_one_is_checked_where_it_differs():
    before = parse("""graph(x: float32[3])
      %0: float32[3] = exp() of (x)
      %1: float32[3] = tanh() of (%0)
      return %1""")
    first, second = before.nodes
    wrong = replace(second, output=Value("%1", (4,), second.output.dtype))
    with pytest.raises(GraphError, match="states another result"):
        Graph(before.inputs, (), (first, wrong), before.outputs).check(before)
    with pytest.raises(GraphError, match="not defined before"):
        Graph(before.inputs, (), (second, first), before.outputs).check(before)
    Graph(before.inputs, (), before.nodes, before.outputs).check(before)


def test_a_value_knows_how_many_elements_it_has_and_what_they_take():
    int32, shapes = np.dtype(np.int32), ((3, 5), (3, 0), ())
    assert Value("x", (3, 5), int32).nbytes == 60
    assert Value("x", (3, 0), int32).nbytes == 0
    assert Value("x", (), np.dtype(np.bool_)).nbytes == 1
    assert [Value("x", shape, int32).size for shape in shapes] == [15, 0, 1]
