"""Long sums of small products, cut into parts that threads can keep to themselves.

    cut     the graph with such products as a sum of a few products side by side

Where k is long and the result is small, as between many features and a few units, a thread
that computes some rows of the result needs all of the weights, and next step finds half of
them, new, in the cache of another CPU; each of its lines takes longer to come than to use.
So where the features are used again, turned, for the gradient of the weights, k is cut: a part
meets its own features with its own weights, those that the same thread updates later. The
parts are the same for any number of threads, and so is their sum.
"""

from pellucid import primitives as p
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS, Primitive

PARTS = (4, 2)
SHORTEST = 128  # of k in a part


def cut(graph: Graph) -> Graph:
    """The graph with its long products cut."""
    turned = {n.inputs[0].name for n in graph.nodes if isinstance(n.primitive, p.PermuteDims)}
    nodes: list[Node] = []
    for node in graph.nodes:
        parts = _parts(node) if node.inputs and node.inputs[0].name in turned else 1
        nodes += [node] if parts == 1 else _in_parts(node, parts)
    result = Graph(graph.inputs, graph.constants, tuple(nodes), graph.outputs)
    result.check(graph)
    return result


def _parts(node: Node) -> int:
    """Into how many parts k is cut: as many as save more memory traffic than their sums cost."""
    if not isinstance(node.primitive, p.MatMul) or node.output.dtype not in FLOATS:
        return 1
    a, b = (value.shape for value in node.inputs)
    if len(a) != 2 or len(b) != 2:
        return 1
    (m, k), n = a, b[1]
    for parts in PARTS:
        if k % parts == 0 and k // parts >= SHORTEST and 4 * parts * m * n <= k * (m + n):
            return parts
    return 1


def _in_parts(node: Node, parts: int) -> list[Node]:
    """The product as a sum over parts of k."""
    a, b = node.inputs
    (m, k), n = a.shape, b.shape[1]
    made: list[Node] = []

    def then(primitive: Primitive, inputs: tuple[Value, ...], shape: tuple[int, ...]) -> Value:
        output = Value(f"{node.output.name}/{len(made)}", shape, node.output.dtype)
        made.append(Node(primitive, inputs, output, node.scope))
        return output

    left = then(p.Reshape((m, parts, k // parts)), (a,), (m, parts, k // parts))
    left = then(p.PermuteDims((1, 0, 2)), (left,), (parts, m, k // parts))
    right = then(p.Reshape((parts, k // parts, n)), (b,), (parts, k // parts, n))
    products = then(p.MatMul(), (left, right), (parts, m, n))
    total = then(p.Sum((0,)), (products,), (1, m, n))
    made.append(Node(p.Reshape((m, n)), (total,), node.output, node.scope))
    return made
