"""Copies are put in where a movement has no strides, or an output no memory of its own."""

from executors.native.examples import procedure

from pellucid.executors.native.ir.layout import layout
from pellucid.executors.native.ir.views import Views


def names(graph):
    return [node.primitive.name for node in graph.nodes]


def test_layout_copies_before_a_reshape_without_strides():
    made = procedure("""graph(x: float32[2,3])
      %0: float32[3,2] = permute_dims(axes=(1, 0)) of (x)
      %1: float32[6] = reshape(to=(6,)) of (%0)
      %2: float32[6] = exp() of (%1)
      return %2""")
    graph = layout(made.graph)
    assert names(graph) == ["permute_dims", "identity", "reshape", "exp"]
    assert Views(graph)[graph.nodes[2].output].base == graph.nodes[1].output


def test_layout_leaves_movements_with_strides_alone():
    made = procedure("""graph(x: float32[2,3])
      %0: float32[3,2] = permute_dims(axes=(1, 0)) of (x)
      %1: float32[3,2] = exp() of (%0)
      %2: float32[6] = reshape(to=(6,)) of (%1)
      return %2""")
    assert names(layout(made.graph)) == ["permute_dims", "exp", "reshape"]


def test_every_output_gets_memory_of_its_own():
    made = procedure("""graph(x: float32[4])
      %c0: float32[4] = constant [1.0, 2.0, 3.0, 4.0]
      %0: float32[4] = exp() of (x)
      %1: float32[2] = slice(start=(1,), count=(2,), step=(1,)) of (%0)
      %2: float32[2,2] = reshape(to=(2, 2)) of (%0)
      return x, %c0, %0, %0, %1, %2""")
    graph = layout(made.graph)
    views = Views(graph)
    bases = [views[value].base.name for value in graph.outputs]
    assert len(set(bases)) == 6
    assert not {"x", "%c0"} & set(bases)
    assert all(views[value].is_whole() for value in graph.outputs)
