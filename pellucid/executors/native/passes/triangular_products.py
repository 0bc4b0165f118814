"""Products of what a causal mask has set to 0, or hides: half of it is not multiplied.

    with_triangles      the graph in which such products are known as triangular

A constant mask that hides all later positions makes weights of attention a lower triangle. They are
nan where something infinite or nan meets them, as 0 inf is: that is left out with them, as far as
tiles lie on one side of the diagonal. Nor is computed what nobody looks at: scores that the mask
hides, and the gradients of weights that are 0.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

from pellucid import primitives as p
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.executors.native.passes.above_diagonals import Above, above_diagonals, veiled
from pellucid.executors.native.passes.expansion import Expansion, rewritten
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS

EIGHTH = 8  # of k; sizes that it divides are cut where any loop over k begins a turn
LEAST = 32  # of k; chosen: below, a tile is as high as the triangle


def with_triangles(graph: Graph) -> Graph:
    """The graph with its triangular products marked."""
    above = above_diagonals(graph)
    if not above:
        return graph
    graph = _triangles_first(graph, _of_zeros(above))
    lower = _of_zeros(above)
    turned = {n.output.name for n in graph.nodes if _turns(n) and n.inputs[0].name in lower}
    unseen = veiled(graph, above)
    return rewritten(graph, [_marked(node, lower, turned, unseen) for node in graph.nodes])


def _of_zeros(above: Mapping[str, Above]) -> set[str]:
    """The values that are 0 above their diagonals."""
    return {name for name, what in above.items() if what is Above.ZERO}


def _marked(node: Node, lower: set[str], upper: set[str], unseen: set[str]) -> Node:
    if type(node.primitive) is not p.MatMul or node.output.dtype not in FLOATS:
        return node
    left = node.inputs[0]
    size = left.shape[-1]
    has_zeros = left.name in lower | upper and size % EIGHTH == 0 and size >= LEAST
    rows, columns = node.output.shape[-2:]
    is_veiled = node.output.name in unseen and rows == columns >= LEAST
    if not (has_zeros or is_veiled):
        return node
    is_lower = left.name in lower if has_zeros else None
    return replace(node, primitive=TriangularMatMul(is_lower, is_veiled))


# ---- the other way round -----------------------------------------------------------------------


def _triangles_first(graph: Graph, lower: set[str]) -> Graph:
    """The graph with (a t)^T as t^T a^T where t is such a triangle, and only that is asked for.

    So is the gradient of keys: a tile of it needs less of k then, and lies as it is read.
    """
    made_by = {node.output.name: node for node in graph.nodes}
    uses = Counter(v.name for node in graph.nodes for v in node.inputs)
    uses.update(value.name for value in graph.outputs)
    nodes: dict[str, list[Node]] = {node.output.name: [node] for node in graph.nodes}
    for node in graph.nodes:
        product = made_by.get(node.inputs[0].name) if _ends_with_rows(node) else None
        if product is None or type(product.primitive) is not p.MatMul:
            continue
        left, right = product.inputs
        if right.name not in lower or uses[product.output.name] != 1:
            continue
        before = Expansion(node)
        sides = [_turned(value, made_by, before) for value in (right, left)]
        y = before.then(p.MatMul(), *sides)
        before.then(p.PermuteDims(_of_turned(node.primitive.axes)), y)
        nodes[node.output.name] = before.finished()
        del nodes[product.output.name]
    return rewritten(graph, chain.from_iterable(nodes.values()))


def _ends_with_rows(node: Node) -> bool:
    """Whether a node permutes axes, and the last one is that of rows then."""
    primitive = node.primitive
    return isinstance(primitive, p.PermuteDims) and primitive.axes[-1] == len(primitive.axes) - 2


def _of_turned(axes: tuple[int, ...]) -> tuple[int, ...]:
    """A permutation of axes, said of a matrix that is turned."""
    last = len(axes) - 1
    turned = {last: last - 1, last - 1: last}
    return tuple(turned.get(axis, axis) for axis in axes)


def _turned(value: Value, made_by: Mapping[str, Node], before: Expansion) -> Value:
    """A matrix turned: what it is turned of, if it is."""
    maker = made_by.get(value.name)
    if maker is not None and _turns(maker):
        return maker.inputs[0]
    count = len(value.shape)
    return before.then(p.PermuteDims((*range(count - 2), count - 1, count - 2)), value)


def _turns(node: Node) -> bool:
    """Whether a node exchanges the last two axes, and no others."""
    if not isinstance(node.primitive, p.PermuteDims):
        return False
    axes = node.primitive.axes
    count = len(axes)
    return tuple(axes) == (*range(count - 2), count - 1, count - 2)
