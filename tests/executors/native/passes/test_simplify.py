"""Simplification makes graphs smaller and keeps their meaning, bit for bit."""

import numpy as np
import pytest
from counting import lines_run
from executors.native.examples import procedure
from executors.native.programs import same_bits, seeded

from pellucid import primitives as p
from pellucid.executors.native.passes.simplify import simplify

GOLDEN = {
    "equal nodes become one": (
        """graph(x: float32[3])
          %0: float32[3] = exp() of (x)
          %1: float32[3] = exp() of (x)
          %2: float32[3] = add() of (%0, %1)
          return %2""",
        ["%0: float32[3] = exp() of (x)", "%1: float32[3] = add() of (%0, %0)"],
    ),
    "what no output needs goes": (
        """graph(x: float32[3])
          %0: float32[3] = exp() of (x)
          %1: float32[3] = log() of (x)
          return %1""",
        ["%1: float32[3] = log() of (x)"],
    ),
    "numbers are computed at once": (
        """graph(x: float32[3])
          %c0: float32[] = constant [2.0]
          %c1: float32[] = constant [3.0]
          %0: float32[] = multiply() of (%c0, %c1)
          %1: float32[3] = add() of (x, %0)
          return %1""",
        ["%k2: float32[] = constant [6.0]", "%0: float32[3] = add() of (x, %k2)"],
    ),
    "times one and minus zero change nothing": (
        """graph(x: float32[3])
          %c0: float32[] = constant [1.0]
          %c1: float32[] = constant [0.0]
          %0: float32[3] = multiply() of (%c0, x)
          %1: float32[3] = divide() of (%0, %c0)
          %2: float32[3] = subtract() of (%1, %c1)
          %3: float32[3] = exp() of (%2)
          return %3""",
        ["%0: float32[3] = exp() of (x)"],
    ),
    "minus negative zero and plus zero stay, as -0 would change": (
        """graph(x: float32[3])
          %c0: float32[] = constant [-0.0]
          %c1: float32[] = constant [0.0]
          %0: float32[3] = subtract() of (x, %c0)
          %1: float32[3] = add() of (%0, %c1)
          return %1""",
        [
            "%c0: float32[] = constant [-0.0]",
            "%c1: float32[] = constant [0.0]",
            "%0: float32[3] = subtract() of (x, %c0)",
            "%1: float32[3] = add() of (%0, %c1)",
        ],
    ),
    "a one that broadcasts stays": (
        """graph(x: float32[3])
          %c0: float32[] = constant [1.0]
          %0: float32[2,3] = broadcast_to(to=(2, 3)) of (%c0)
          %1: float32[2,3] = multiply() of (%0, x)
          %2: float32[2,3] = divide() of (x, %0)
          return %1, %2""",
        [
            "%c0: float32[] = constant [1.0]",
            "%0: float32[2,3] = broadcast_to(to=(2, 3)) of (%c0)",
            "%1: float32[2,3] = multiply() of (%0, x)",
            "%2: float32[2,3] = divide() of (x, %0)",
        ],
    ),
    "movements that do not move go": (
        """graph(x: float32[1,3])
          %0: float32[1,3] = permute_dims(axes=(0, 1)) of (x)
          %1: float32[1,3] = flip(axis=(0,)) of (%0)
          %2: float32[1,3] = sum(axis=(0,)) of (%1)
          %3: float32[3,1] = permute_dims(axes=(1, 0)) of (%2)
          %4: float32[1,3] = permute_dims(axes=(1, 0)) of (%3)
          %5: float32[1,3] = exp() of (%4)
          return %5""",
        ["%1: float32[1,3] = exp() of (x)"],
    ),
    "a square is a product": (
        """graph(x: float32[3])
          %c0: float32[] = constant [2.0]
          %0: float32[3] = power() of (x, %c0)
          return %0""",
        ["%0: float32[3] = multiply() of (x, x)"],
    ),
    "known choices are taken": (
        """graph(x: float32[3], y: float32[3])
          %c0: bool[] = constant [False]
          %0: float32[3] = where() of (%c0, x, y)
          %1: float32[3] = exp() of (%0)
          return %1""",
        ["%0: float32[3] = exp() of (y)"],
    ),
    "operations broadcast by themselves": (
        """graph(x: float32[3], y: float32[2,3])
          %0: float32[2,3] = broadcast_to(to=(2, 3)) of (x)
          %1: float32[2,3] = add() of (%0, y)
          return %1""",
        ["%1: float32[2,3] = add() of (x, y)"],
    ),
}


def body(graph):
    return [line.strip() for line in str(graph).splitlines()[1:-1]]


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_text(name):
    text, expected = GOLDEN[name]
    assert body(simplify(procedure(text).graph)) == expected


def test_inputs_and_outputs_keep_their_order_also_where_unused():
    graph = simplify(
        procedure("""graph(x: float32[3], y: float32[3])
      %0: float32[3] = identity() of (y)
      return %0, y""").graph
    )
    assert [v.name for v in graph.inputs] == ["x", "y"]
    assert [v.name for v in graph.outputs] == ["y", "y"]


def test_large_constants_are_not_computed_early():
    graph = procedure("""graph(x: float32[1])
      %0: float32[5000] = arange(start=0.0, step=1.0, count=5000, of=float32) of ()
      %1: float32[5000] = add() of (%0, %0)
      return %1""").graph
    assert not simplify(graph).constants


def without_negative_zero(array):
    return np.asarray(array + 0.0 if array.dtype.kind == "f" else array)


def run_in_place(graph, inputs):
    """The outputs of a graph, each value in its own memory: NumPy sums a view in another order."""
    known = {value.name: np.array(array, order="C") for value, array in graph.constants}
    known.update(zip((value.name for value in graph.inputs), inputs, strict=True))
    with np.errstate(all="ignore"):
        for node in graph.nodes:
            result = node.primitive.forward(np, *(known[value.name] for value in node.inputs))
            known[node.output.name] = np.array(result, order="C")
    return [known[value.name] for value in graph.outputs]


@pytest.mark.parametrize("seed", range(150))
def test_random_graphs_keep_every_bit(seed):
    made = seeded(seed)
    # x^2 as a product is better than a library's power, and a product with one column is a
    # sum of another order: these alone may differ. NumPy makes 0 of the sum of -0 alone.
    graph = made.procedure.graph
    if {type(node.primitive) for node in graph.nodes}.intersection((p.MatMul, p.Power)):
        pytest.skip("has a product or a power")
    inputs = [*made.arguments, *made.state]
    before, after = run_in_place(graph, inputs), run_in_place(simplify(graph), inputs)
    for a, b in zip(before, after, strict=True):
        assert same_bits(without_negative_zero(a), without_negative_zero(b))


@pytest.mark.parametrize("seed", range(50))
def test_simplifying_twice_changes_no_kind_of_node(seed):
    once = simplify(seeded(seed).procedure.graph)
    twice = simplify(once)
    assert len(twice.nodes) <= len(once.nodes)


def test_a_long_chain_of_movements_is_walked_once():
    def simplified(count):
        lines = ["graph(x: float32[4,1])"]
        for i in range(0, 2 * count, 2):
            before = f"%{i - 1}" if i else "x"
            lines += [
                f"%{i}: float32[1,4,1] = broadcast_to(to=(1, 4, 1)) of ({before})",
                f"%{i + 1}: float32[4,1] = reshape(to=(4, 1)) of (%{i})",
            ]
        graph = procedure("\n".join([*lines, f"return %{2 * count - 1}"])).graph
        return lines_run(lambda: simplify(graph))

    assert simplified(1200) < 4.2 * simplified(300)
