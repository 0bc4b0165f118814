"""What is fused: the kernels of small graphs, listed."""

import numpy as np
import pytest
from executors.native.examples import procedure, same

from pellucid.captured import capture_call
from pellucid.executors.native.planning import planned
from pellucid.executors.native.schedule.fusion import MOST_NODES, Fusion
from pellucid.functional import cross_entropy, relu
from pellucid.structure import flatten
from pellucid.variables import Parameter


def kernels(made):
    """For each kernel its kind and the primitives in it."""
    return [
        f"{type(kernel).__name__.lower()}: {' '.join(n.primitive.name for n in kernel.nodes)}"
        for kernel in planned(made).plan.kernels
    ]


def test_a_chain_is_one_loop_that_stores_only_its_end():
    made = procedure("""graph(x: float32[4,5], y: float32[5])
      %0: float32[4,5] = add() of (x, y)
      %1: float32[4,5] = exp() of (%0)
      %2: float32[4,5] = tanh() of (%1)
      return %2""")
    assert kernels(made) == ["loop: add exp tanh"]
    assert [v.name for v in planned(made).plan.kernels[0].stores] == ["%2"]
    assert same(made) is None


def test_softmax_is_one_loop():
    made = procedure("""graph(x: float32[6,10])
      %0: float32[6,1] = max(axis=(1,)) of (x)
      %1: float32[6,10] = subtract() of (x, %0)
      %2: float32[6,10] = exp() of (%1)
      %3: float32[6,1] = sum(axis=(1,)) of (%2)
      %4: float32[6,10] = divide() of (%2, %3)
      return %4""")
    assert kernels(made) == ["loop: max subtract exp sum divide"]
    assert same(made) is None


def test_reductions_over_different_axes_are_different_loops():
    made = procedure("""graph(x: float32[6,10])
      %0: float32[6,1] = sum(axis=(1,)) of (x)
      %1: float32[1,10] = sum(axis=(0,)) of (x)
      return %0, %1""")
    assert kernels(made) == ["loop: sum", "loop: sum"]
    assert same(made) is None


def test_what_follows_a_product_is_computed_in_it():
    made = procedure("""graph(x: float32[6,8], y: float32[8,5], z: float32[5])
      %0: float32[6,5] = matmul() of (x, y)
      %1: float32[6,5] = add() of (%0, z)
      %2: float32[6,5] = tanh() of (%1)
      return %2""")
    assert kernels(made) == ["product: matmul add tanh"]
    assert same(made) is None


def test_a_transposed_operand_of_the_same_kernel_begins_another():
    made = procedure("""graph(x: float32[4,4])
      %0: float32[4,4] = exp() of (x)
      %1: float32[4,4] = permute_dims(axes=(1, 0)) of (%0)
      %2: float32[4,4] = add() of (%0, %1)
      return %2""")
    assert kernels(made) == ["loop: exp", "loop: add"]
    assert same(made) is None


def test_a_training_step_of_two_layers_has_ten_kernels_and_one_that_checks_class_ids():
    w1, b1 = Parameter(np.ones((784, 50), np.float32)), Parameter(np.zeros(50, np.float32))
    w2, b2 = Parameter(np.ones((50, 10), np.float32)), Parameter(np.zeros(10, np.float32))

    def step(x, t):
        loss = cross_entropy(relu(x @ w1 + b1) @ w2 + b2, t)
        loss.backward()
        for w in (w1, b1, w2, b2):
            w.assign(w - w.grad * 0.1)
        return loss

    leaves = []
    structure = flatten((np.ones((100, 784), np.float32), np.ones(100, np.int64)), leaves)
    found = kernels(capture_call(step, structure, leaves).procedure)
    assert found[:2] == ["product: matmul", "loop: sum add less_equal where"]
    assert found[2] == "product: matmul add"
    assert found[3] == "single: checked_ids"
    assert found[4].startswith("loop: max subtract exp sum log")
    assert sorted(found[5:]) == [
        "loop: sum divide",
        "loop: sum multiply subtract",
        "loop: sum multiply subtract",
        "product: matmul less_equal where",
        "product: matmul multiply subtract",
        "product: matmul multiply subtract",
    ]


# ---- large graphs ------------------------------------------------------------------------


def chained(count, last="return %{end}"):
    """So many operations in a row, on 20 numbers."""
    names = ["negative", "tanh", "abs", "sigmoid"]
    before = ["x", *(f"%{i}" for i in range(count))]
    lines = [f"%{i}: float32[20] = {names[i % 4]}() of ({before[i]})" for i in range(count)]
    return "\n".join(["graph(x: float32[20])", *lines, last.format(end=count - 1)])


SUMMED = "  %s: float32[1] = sum(axis=(0,)) of (%{end})\n  return %s"


@pytest.mark.parametrize("last", ["return %{end}", SUMMED])
@pytest.mark.parametrize("count", [MOST_NODES - 1, MOST_NODES, MOST_NODES + 1, 3 * MOST_NODES + 5])
def test_kernels_have_a_bounded_number_of_nodes(count, last):
    made = procedure(chained(count, last))
    sizes = [len(kernel.nodes) for kernel in planned(made).plan.kernels]
    assert max(sizes) <= MOST_NODES
    assert len(sizes) == -(-sum(sizes) // MOST_NODES)
    assert same(made) is None


def tries(monkeypatch, count):
    """How often a node is tried in a kernel, where so many loops visit other points."""
    lines = [f"graph({', '.join(f'x{i}: float32[3,{i + 2}]' for i in range(count))})"]
    for i in range(count):
        lines += [
            f"%{i}a: float32[3,1] = sum(axis=(1,)) of (x{i})",
            f"%{i}b: float32[3,{i + 2}] = multiply() of (x{i}, %{i}a)",
        ]
    lines += [f"return {', '.join(f'%{i}b' for i in range(count))}"]
    found, joins = 0, Fusion._joins_all

    def counted(*arguments):
        nonlocal found
        found += 1
        return joins(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Fusion, "_joins_all", counted)
        planned(procedure("\n".join(lines)))
    return found


def test_a_node_is_tried_only_where_as_many_points_are_visited(monkeypatch):
    assert tries(monkeypatch, 80) < 2.5 * tries(monkeypatch, 40)
