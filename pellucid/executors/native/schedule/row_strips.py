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
from dataclasses import dataclass
from itertools import chain

from pellucid import primitives as p
from pellucid.executors.native.counting import ceil_div
from pellucid.executors.native.ir.kernels import (
    Access,
    Kernel,
    Loop,
    makers,
    own_reach,
    reach,
)
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.passes.expansion import Expansion, rewritten
from pellucid.executors.native.schedule.nest import loop_nest
from pellucid.graph import Graph, Node, Value

# Strips took logistic regression of 209 x 12288 (10 MB) from 370 to 285 microseconds on two threads
# (2 virtual CPUs with AVX-512, 23 Nov 2026). The limits themselves are chosen:
LARGE_BYTES = 1 << 22  # of data: more than the second cache of any CPU today holds
STRIP_BYTES = 5 << 17  # of a strip: a third of 2 MB, with room for what is beside it
FEWEST_ROWS = 8  # of a strip: each strip's sum is written and read once more


@dataclass(frozen=True)
class _RowSum:
    """The sum over rows m of data (m, k), each times its number in a column (m, 1)."""

    data: Value
    column: Value


def by_strips(graph: Graph) -> Graph:
    """The graph with such sums as a sum over strips of a sum over rows."""
    finder = _Finder(graph)
    nodes: dict[str, list[Node]] = {}
    for node in graph.nodes:
        nodes[node.output.name] = [node]
        row_sum = finder.row_sum(node)
        if row_sum is None:
            continue
        count = _strip_count(row_sum.data)
        if count > 1:
            nodes[node.output.name] = _in_strips(node, row_sum, count)
            (products,) = node.inputs
            nodes[products.name] = []  # of all rows: only their sum is used
    return rewritten(graph, chain.from_iterable(nodes.values()))


def _strip_count(data: Value) -> int:
    """Into how many strips the rows are cut: as few equal ones as fit, up to a last row; or 1."""
    rows, columns = data.shape
    size = rows * columns * data.dtype.itemsize
    if size < LARGE_BYTES:
        return 1
    fewest = max(2, ceil_div(size, STRIP_BYTES))
    most = rows // FEWEST_ROWS
    for count in range(fewest, most + 1):
        rows_left = rows % count
        if rows_left <= 1:
            return count
    return 1


class _Finder:
    """Finds sums over the rows of data that are met row by row as well."""

    def __init__(self, graph: Graph) -> None:
        self.made_by = {node.output.name: node for node in graph.nodes}
        used = [value.name for node in graph.nodes for value in node.inputs]
        returned = [value.name for value in graph.outputs]
        self.uses = Counter(used + returned)
        self.met_by_row: set[str] = set()
        for node in graph.nodes:
            self.met_by_row.update(v.name for v in self._factors(node) if _is_matrix(v))

    def row_sum(self, node: Node) -> _RowSum | None:
        """What sum(dataᵀ · columnᵀ, axis 1) sums, if a node is that."""
        factors = [self._turned(value) for value in self._factors(node)]
        if len(factors) != 2 or self.uses[node.inputs[0].name] != 1:
            return None
        for data, column in (factors, factors[::-1]):
            if data is None or column is None or data.name not in self.met_by_row:
                continue
            if _is_matrix(data) and column.shape == (data.shape[0], 1):
                return _RowSum(data, column)
        return None

    def _factors(self, node: Node) -> tuple[Value, ...]:
        """The operands of a product of matrices that a node sums along rows."""
        if node.primitive != p.Sum((1,)):
            return ()
        (summed,) = node.inputs
        product = self.made_by.get(summed.name)
        if len(summed.shape) != 2 or product is None:
            return ()
        return product.inputs if isinstance(product.primitive, p.Multiply) else ()

    def _turned(self, value: Value) -> Value | None:
        """What a value is the transpose of."""
        node = self.made_by.get(value.name)
        if node is None or node.primitive != p.PermuteDims((1, 0)):
            return None
        return node.inputs[0]


def _is_matrix(value: Value) -> bool:
    """Whether a value has rows and more than one column."""
    return len(value.shape) == 2 and value.shape[1] > 1


def _in_strips(node: Node, row_sum: _RowSum, count: int) -> list[Node]:
    """The sum over rows as a sum over strips."""
    data, column = row_sum.data, row_sum.column
    rows, columns = data.shape
    length = rows // count
    in_strips = count * length
    expansion = Expansion(node)
    strips_of_data = p.Reshape((count, length, columns))
    strips_of_column = p.Reshape((count, length, 1))
    apart = expansion.then(strips_of_data, expansion.some(data, 0, 0, in_strips))
    factors = expansion.then(strips_of_column, expansion.some(column, 0, 0, in_strips))
    products = expansion.then(p.Multiply(), apart, factors)
    sums = expansion.then(p.Sum((1,)), products)
    total = expansion.then(p.Sum((0,)), sums)
    if in_strips < rows:
        last_row = expansion.some(data, 0, in_strips, 1)
        last_factor = expansion.some(column, 0, in_strips, 1)
        last = expansion.then(p.Multiply(), last_row, last_factor)
        as_sum = expansion.then(p.Reshape((1, 1, columns)), last)
        total = expansion.then(p.Add(), total, as_sum)
    expansion.then(p.Reshape((columns, 1)), total)
    return expansion.finished()


def neighbours(kernels: list[Kernel], views: Views) -> list[Kernel]:
    """The kernels, each that can share strips moved right behind the one it shares them with."""
    made_in = makers(kernels)
    # What is put behind a kernel has its place, and one more number: the last to come lies first.
    places: list[tuple[int, ...]] = [(i,) for i in range(len(kernels))]
    for i, kernel in enumerate(kernels):
        read = {views.buffer(value) for value in kernel.operands()}
        asked = [made_in[name] for name in read if name in made_in]
        last = max(asked, key=places.__getitem__, default=i)
        if last != i and strips(kernels[last], kernel, views) > 1:
            places[i] = (*places[last], -i)
    order = sorted(range(len(kernels)), key=places.__getitem__)
    return [kernels[i] for i in order]


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
    count, length, _ = shape
    rows = math.prod(above.space.outer)
    rows_left = rows - count * length
    if rows not in above.space.outer or rows_left not in {0, 1}:
        return 1
    is_by_strip = _gives_rows(above, views) and _gives_strips(below, views)
    return count if is_by_strip and _meet(above, below, views) else 1


def _gives_rows(kernel: Loop, views: Views) -> bool:
    """Whether a kernel is run row by row."""
    return loop_nest(kernel, views).kind == "rows"


def _gives_strips(kernel: Loop, views: Views) -> bool:
    """Whether the first loop of a kernel goes over strips, and units are parts of one."""
    nest = loop_nest(kernel, views)
    first = nest.dims[0]
    if first.size != kernel.space.shape[0] or first.reduced:
        return False
    return nest.kind == "rows" or len(nest.kept) > 1


def _meet(above: Loop, below: Loop, views: Views) -> bool:
    """Whether a strip of the second kernel reads something of the first, of its own rows only."""
    given = {value.name: value for value in above.stores}
    rows = math.prod(above.space.outer)
    axis = above.space.outer.index(rows)
    length = below.space.shape[1]
    meets = False
    for node in below.nodes:
        for value in node.inputs:
            stored = given.get(views.buffer(value))
            if stored is None:
                continue
            walk = reach(below, views, node, value)
            row_stride = own_reach(above, views, stored).strides[axis]
            if not _is_row_by_row(walk, row_stride, length):
                return False
            meets = True
    return meets


def _is_row_by_row(walk: Access, stride: int, length: int) -> bool:
    """Whether strips of this length are walked row by row, in the order of the rows."""
    strip, row, _ = walk.strides
    return walk.offset == 0 and row == stride and strip == stride * length
