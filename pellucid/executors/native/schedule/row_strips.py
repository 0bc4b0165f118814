"""Large data met once in a step: products with a vector, and back, strip by strip.

    by_strips   the graph with the sums over rows of large data cut into strips of rows
    neighbours  the kernels of a graph, those that share strips next to each other
    strips      over how many strips two kernels in a row can be run together

A single unit, as in logistic regression, needs its data twice: a row times the weights gives
what the unit says, and what is wrong with that, times the row, is the gradient. Data larger
than the cache would come from memory twice. So the sum over rows is cut into strips that fit:
a thread takes a strip of rows forward, and back at once, while it is in the cache. The strips
are the same for any number of threads, and so is their sum. One row may be left over, as many
numbers of rows have no divisors: it goes forward with the last strip, and back by itself.
"""

import math
from collections import Counter

from pellucid import primitives as p
from pellucid.executors.native.ir.kernels import Access, Kernel, Loop, own_reach, reach
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule.nest import loop_nest
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import Primitive

LARGE_BYTES = 1 << 22  # of data that the cache of one CPU does not hold
STRIP_BYTES = 5 << 17  # of a strip that it does, with room for what is beside it
FEWEST_ROWS = 8  # of a strip: each strip's sum is written and read once more


def by_strips(graph: Graph) -> Graph:
    """The graph with such sums as a sum over strips of a sum over rows."""
    finder = _Finder(graph)
    nodes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        found = finder.data_of(node)
        count = 1 if found is None else _count(found[0])
        nodes[node.output.name] = [node]
        if found is not None and count > 1:
            nodes[node.output.name] = _in_strips(node, found, count)
            nodes[node.inputs[0].name] = []  # the product of all rows: only its sum is used
    kept = tuple(node for group in nodes.values() for node in group)
    result = Graph(graph.inputs, graph.constants, kept, graph.outputs)
    result.check(graph)
    return result


def _count(data: Value) -> int:
    """Into how many strips the rows are cut: as few equal ones as fit, up to a last row; or 1."""
    rows, columns = data.shape
    row = columns * data.dtype.itemsize
    if rows * row < LARGE_BYTES:
        return 1
    most = rows // FEWEST_ROWS
    least = -(-rows * row // STRIP_BYTES)
    return next((n for n in range(max(least, 2), most + 1) if rows % n <= 1), 1)


class _Finder:
    """Finds sums over the rows of data that are met row by row as well."""

    def __init__(self, graph: Graph) -> None:
        self.made_by = {node.output.name: node for node in graph.nodes}
        used = [value.name for node in graph.nodes for value in node.inputs]
        self.uses = Counter([*used, *(value.name for value in graph.outputs)])
        self.met = {
            value.name
            for node in graph.nodes
            for value in self._factors(node)
            if len(value.shape) == 2 and value.shape[1] > 1
        }

    def data_of(self, node: Node) -> tuple[Value, Value] | None:
        """Of sum(dataᵀ · columnᵀ, axis 1): the data (m, k) and the column (m, 1)."""
        if self.uses[node.inputs[0].name if node.inputs else ""] != 1:
            return None
        factors = [self._turned(value) for value in self._factors(node)]
        for data, column in (factors, factors[::-1]) if len(factors) == 2 else ():
            if data is None or column is None or data.name not in self.met:
                continue
            if column.shape == (data.shape[0], 1) and data.shape[1] > 1:
                return data, column
        return None

    def _factors(self, node: Node) -> tuple[Value, ...]:
        """The operands of a product of matrices that a node sums along rows."""
        if node.primitive != p.Sum((1,)) or len(node.inputs[0].shape) != 2:
            return ()
        product = self.made_by.get(node.inputs[0].name)
        is_product = product is not None and isinstance(product.primitive, p.Multiply)
        return product.inputs if product is not None and is_product else ()

    def _turned(self, value: Value) -> Value | None:
        node = self.made_by.get(value.name)
        is_turned = node is not None and node.primitive == p.PermuteDims((1, 0))
        return node.inputs[0] if node is not None and is_turned else None


def _in_strips(node: Node, found: tuple[Value, Value], count: int) -> list[Node]:
    """The sum over rows as a sum over strips."""
    data, column = found
    (rows, columns), length = data.shape, data.shape[0] // count
    made: list[Node] = []

    def then(primitive: Primitive, *inputs: Value) -> Value:
        name = f"{node.output.name}/{len(made)}"
        shape = primitive.shape(*(value.shape for value in inputs))
        made.append(Node(primitive, inputs, Value(name, shape, data.dtype), node.scope))
        return made[-1].output

    def some(value: Value, first: int, size: int) -> Value:
        if size == rows:
            return value
        return then(p.Slice((first, 0), (size, value.shape[1]), (1, 1)), value)

    whole = count * length
    rows_apart = then(p.Reshape((count, length, columns)), some(data, 0, whole))
    factors = then(p.Reshape((count, length, 1)), some(column, 0, whole))
    sums = then(p.Sum((1,)), then(p.Multiply(), rows_apart, factors))
    total = then(p.Sum((0,)), sums)
    if whole < rows:
        last = then(p.Multiply(), some(data, whole, 1), some(column, whole, 1))
        total = then(p.Add(), total, then(p.Reshape((1, 1, columns)), last))
    made.append(Node(p.Reshape((columns, 1)), (total,), node.output, node.scope))
    return made


def neighbours(kernels: list[Kernel], views: Views) -> list[Kernel]:
    """The kernels, each that can share strips moved right behind the one it shares them with."""
    made_in = {value.name: i for i, kernel in enumerate(kernels) for value in kernel.stores}
    # What is put behind a kernel has its place, and one more number: the last to come lies first.
    places: list[tuple[int, ...]] = [(i,) for i in range(len(kernels))]
    for i, kernel in enumerate(kernels):
        read = {views[value].base.name for node in kernel.nodes for value in node.inputs}
        makers = [made_in[name] for name in read if name in made_in]
        last = max(makers, key=places.__getitem__, default=i)
        if last != i and strips(kernels[last], kernel, views) > 1:
            places[i] = (*places[last], -i)
    return [kernels[i] for i in sorted(range(len(kernels)), key=places.__getitem__)]


def strips(above: Kernel, below: Kernel, views: Views) -> int:
    """How many strips two kernels in a row share; 1 if they cannot be run strip by strip.

    The first gives a result for each row, the second one for each strip, from its rows alone.
    A last row that belongs to no strip is computed together with the last strip.
    """
    if not (isinstance(above, Loop) and isinstance(below, Loop)):
        return 1
    shape = below.space.shape
    if len(shape) != 3 or below.space.reduced != {1} or 1 in shape[:2]:
        return 1
    count, rows = shape[0], math.prod(above.space.outer)
    by_row, by_strip = loop_nest(above, views), loop_nest(below, views)
    if by_row.kind != "rows" or rows not in above.space.outer or by_strip.dims[0].size != count:
        return 1
    if rows - count * shape[1] not in {0, 1}:
        return 1
    if by_strip.dims[0].reduced or (by_strip.kind != "rows" and len(by_strip.kept) < 2):
        return 1
    return count if _meet(above, below, views) else 1


def _meet(above: Loop, below: Loop, views: Views) -> bool:
    """Whether a strip of the second kernel reads something of the first, of its own rows only."""
    made = {value.name: value for value in above.stores}
    walks = [
        (reach(below, views, node, value), own_reach(above, views, made[views[value].base.name]))
        for node in below.nodes
        for value in node.inputs
        if views[value].base.name in made
    ]
    axis = above.space.outer.index(math.prod(above.space.outer))
    return bool(walks) and all(
        _same_rows(found, own.strides[axis], below.space.shape[1]) for found, own in walks
    )


def _same_rows(found: Access, stride: int, length: int) -> bool:
    """Whether strips of this length are walked row by row, in the order of the rows."""
    strip, row, _ = found.strides
    return found.offset == 0 and row == stride and strip == stride * length
