"""Large batches cut into slices that go through a whole prediction one after the other.

    slice_of        the procedure for a slice, where rows of the batch do not meet
    slices_of       how many slices a batch has

Where row i of every value follows from row i of the arguments and from what is the same for all
rows, a slice of the batch needs nothing of the others. Taken through all kernels while its values
are in the cache, it does not wait for memory at each of them.
"""

from dataclasses import replace
from typing import Any

from pellucid import primitives as p
from pellucid.executors.alive import alive_at_most
from pellucid.executors.native.counting import ceil_div, equal_part
from pellucid.graph import Node, Procedure, Value
from pellucid.primitives import PRIMITIVES
from pellucid.primitives.base import Elementwise, Primitive
from pellucid.primitives.reduction import ArgExtreme, Reduction

# Of values alive at a time, of a slice, and of what every slice reads again. Chosen: with 40 to
# 100 images at a time, 6 to 15 MiB, a batch of 1000 for the deep convnet takes 75 ms instead of
# 102 on one thread and 40 instead of 55 on two, as for the simple one with 8 to 50: 21 instead of
# 29 and 11.5 instead of 17 (29 Nov 2026, Zen 4, 32 MiB of last cache).
SLICE_BYTES = 8 << 20
LEAST_BYTES = 2 * SLICE_BYTES  # of a batch that is cut
FEWEST_ROWS = 16  # of a slice. Chosen: products of fewer read their matrices too often


def slice_of(procedure: Procedure) -> Procedure | None:
    """The procedure for a slice of the batch, the same for all; None where it stays whole."""
    rows = _rows(procedure)
    return _Slicing(procedure, rows).result() if rows else None


def _rows(procedure: Procedure) -> int:
    """How many rows a slice has; 0 where the batch stays whole."""
    inputs = procedure.graph.inputs
    arguments, others = inputs[: procedure.arguments], inputs[procedure.arguments :]
    counts = {value.shape[:1] for value in arguments}
    if procedure.updates or len(counts) != 1 or counts & {(), (0,)}:
        return 0
    ((batch,),) = counts
    alive = alive_at_most(procedure)
    shared = sum(value.nbytes for value in others)
    if batch < 2 * FEWEST_ROWS or alive < LEAST_BYTES or shared > SLICE_BYTES:
        return 0
    return max(FEWEST_ROWS, equal_part(batch, max(1, SLICE_BYTES * batch // alive)))


class _Slicing:
    """A procedure for `rows` rows of its batch, node by node."""

    def __init__(self, procedure: Procedure, rows: int) -> None:
        self.procedure = procedure
        self.graph = procedure.graph
        self.batch = self.graph.inputs[0].shape[0]
        self.rows = rows
        self.cut: dict[str, Value] = {}  # what has rows of the batch, as it is in a slice

    def result(self) -> Procedure | None:
        """The procedure for a slice; None where rows meet, or may meet."""
        graph, count = self.graph, self.procedure.arguments
        arguments = [self._sliced(value) for value in graph.inputs[:count]]
        nodes: list[Node] = []
        for node in graph.nodes:
            of_slice = self._node(node)
            if of_slice is None:
                return None
            nodes.append(of_slice)
        if any(value.name not in self.cut for value in graph.outputs):
            return None
        inputs = (*arguments, *graph.inputs[count:])
        outputs = tuple(self.cut[value.name] for value in graph.outputs)
        result = replace(graph, inputs=inputs, nodes=tuple(nodes), outputs=outputs)
        result.check(graph)
        return replace(self.procedure, graph=result)

    def _sliced(self, value: Value) -> Value:
        """A value with rows of the batch, as it is in a slice."""
        of_slice = Value(value.name, self._shape(value.shape), value.dtype)
        self.cut[value.name] = of_slice
        return of_slice

    def _shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Rows that are told apart by the first axis, or lie side by side along it."""
        return (shape[0] // self.batch * self.rows, *shape[1:])

    def _has_rows(self, value: Value) -> bool:
        return value.name in self.cut

    def _node(self, node: Node) -> Node | None:
        """A node in a slice; None where it is not known to keep rows apart."""
        if not any(map(self._has_rows, node.inputs)):
            return node
        shape = node.output.shape
        if type(node.primitive) not in PRIMITIVES or not shape or shape[0] % self.batch:
            return None
        rule = self._rule(node)
        if rule is None:
            return None
        inputs = tuple(self.cut.get(value.name, value) for value in node.inputs)
        return Node(rule, inputs, self._sliced(node.output), node.scope)

    def _rule(self, node: Node) -> Primitive | None:
        """The primitive of a node in a slice, if rows stay apart in it."""
        rule: Any = node.primitive
        match rule:
            case p.Reshape() | p.BroadcastTo():
                is_kept = isinstance(rule, p.Reshape) or self._is_spread(node)
                return replace(rule, to=self._shape(rule.to)) if is_kept else None
            case p.Slice():
                first = (rule.start[0], rule.count[0], rule.step[0])
                count = (self._shape(rule.count)[0], *rule.count[1:])
                is_whole = first == (0, node.inputs[0].shape[0], 1)
                return replace(rule, count=count) if is_whole else None
        return rule if self._keeps(node) else None

    def _keeps(self, node: Node) -> bool:
        """Whether a primitive that tells no sizes of rows keeps them apart."""
        rule: Any = node.primitive
        match rule:
            case Elementwise():
                return self._is_spread(node)
            case p.MatMul():
                return all(len(value.shape) > 1 for value in node.inputs) and self._multiplies(node)
            case p.Convolution():
                return not self._has_rows(node.inputs[1])
            case Reduction() | p.Windows() | p.Flip():
                return 0 not in rule.axis
            case ArgExtreme() | p.CumulativeSum():
                return rule.axis != 0
            case p.PermuteDims():
                return rule.axes[0] == 0
            case p.Pad():
                return rule.before[0] == rule.after[0] == rule.interior[0] == 0
            case p.Concat():
                return rule.axis != 0 and all(map(self._has_rows, node.inputs))
        return False

    def _is_spread(self, node: Node) -> bool:
        """Whether each operand has the rows of the result, or is the same for all of them."""
        return all(self._is_of_rows(value, node.output) for value in node.inputs)

    def _is_of_rows(self, value: Value, output: Value) -> bool:
        first = value.shape[:1] if len(value.shape) == len(output.shape) else (1,)
        if self._has_rows(value):
            return first == output.shape[:1] and len(value.shape) == len(output.shape)
        return first == (1,)

    def _multiplies(self, node: Node) -> bool:
        """Whether a product multiplies each row by itself: rows of a matrix, or many matrices."""
        _, right = node.inputs
        if not self._has_rows(right):
            return len(right.shape) == 2 or self._is_of_rows(right, node.output)
        if len(right.shape) == 2:
            return False
        return self._is_spread(node)


def slices_of(batch: int, rows: int) -> int:
    """How many slices a batch has; the last one may begin within the one before."""
    return ceil_div(batch, rows)
