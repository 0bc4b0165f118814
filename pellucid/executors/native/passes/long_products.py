"""Long sums of small products, cut into parts that threads can keep to themselves.

    in_parts    the graph with such products as a sum of a few products side by side

Where k is long and the result is small, as between many features and a few units, a thread
that computes some rows of the result needs all of the weights, and next step finds half of
them, new, in the cache of another CPU; each of its lines takes longer to come than to use.
So where the features are used again, turned, for the gradient of the weights, k is cut: a part
meets its own features with its own weights, those that the same thread updates later. The
parts are the same for any number of threads, and so is their sum.

A k of hundreds of thousands is cut as well, so that what rounding costs grows no further: the
parts are added as a sum of its own, in blocks (`sums`).
"""

from dataclasses import replace

from pellucid import primitives as p
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import FLOATS, Primitive

PARTS = (4, 2)
SHORTEST = 128  # of k in a part
LONGEST = 1 << 18  # of k in one sum


def in_parts(graph: Graph) -> Graph:
    """The graph with its long products cut."""
    turned = {n.inputs[0].name for n in graph.nodes if isinstance(n.primitive, p.PermuteDims)}
    nodes: list[Node] = []
    for node in graph.nodes:
        length = _length(node, turned)
        nodes += [node] if length is None else _in_parts(node, length)
    result = Graph(graph.inputs, graph.constants, tuple(nodes), graph.outputs)
    result.check(graph)
    return result


def _length(node: Node, turned: set[str]) -> int | None:
    """How much of k is a part; None where it is not cut."""
    if not isinstance(node.primitive, p.MatMul) or node.output.dtype not in FLOATS:
        return None
    k = node.inputs[0].shape[-1]
    parts = _parts(node) if node.inputs[0].name in turned else 1
    if k > LONGEST * parts:
        return LONGEST
    return k // parts if parts > 1 else None


def _parts(node: Node) -> int:
    """Into how many parts k is cut: as many as save more memory traffic than their sums cost."""
    a, b = (value.shape for value in node.inputs)
    if len(a) != 2 or len(b) != 2:
        return 1
    (m, k), n = a, b[1]
    for parts in PARTS:
        if k % parts == 0 and k // parts >= SHORTEST and 4 * parts * m * n <= k * (m + n):
            return parts
    return 1


def _in_parts(node: Node, length: int) -> list[Node]:
    """The product as a sum over parts of k, and over what is left of it."""
    a, b = node.inputs
    before, k, n = len(node.output.shape) - 2, a.shape[-1], b.shape[-1]
    parts, rest = divmod(k, length)
    made: list[Node] = []

    def then(primitive: Primitive, *inputs: Value) -> Value:
        shape = primitive.shape(*(value.shape for value in inputs))
        output = Value(f"{node.output.name}/{len(made)}", shape, node.output.dtype)
        made.append(Node(primitive, inputs, output, node.scope))
        return output

    def some(value: Value, axis: int, first: int, count: int) -> Value:
        return value if count == k else then(_part(value.shape, axis, first, count), value)

    whole = k - rest
    left = then(p.Reshape((*a.shape[:-1], parts, length)), some(a, -1, 0, whole))
    axes = tuple(range(len(left.shape)))
    left = then(p.PermuteDims((*axes[:-3], axes[-2], axes[-3], axes[-1])), left)
    right = then(p.Reshape((*b.shape[:-2], parts, length, n)), some(b, -2, 0, whole))
    total = then(p.MatMul(), left, right)
    if parts > 1:
        total = then(p.Sum((before,)), total)
    total = then(p.Reshape(node.output.shape), total)
    if rest:
        last = then(p.MatMul(), some(a, -1, whole, rest), some(b, -2, whole, rest))
        then(p.Add(), total, last)
    made[-1] = replace(made[-1], output=node.output)
    return made


def _part(shape: tuple[int, ...], axis: int, first: int, count: int) -> p.Slice:
    """The slice of some places of one axis, counted from the last one."""
    start, counts = [0] * len(shape), list(shape)
    start[axis], counts[axis] = first, count
    return p.Slice(tuple(start), tuple(counts), (1,) * len(shape))
