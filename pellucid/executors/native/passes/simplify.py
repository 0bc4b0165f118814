"""Simplification: a smaller graph with the same meaning.

    simplify    constants folded, equal nodes merged, exact algebra applied, dead nodes dropped

Only rewrites that keep every bit are applied, with one exception: x^2 becomes x x, which is
correctly rounded where a library's power need not be.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import FACTS
from pellucid.executors.native.passes.joins_in_groups import joined_in_groups
from pellucid.executors.native.passes.pieces_as_slices import pieces_as_slices
from pellucid.executors.native.passes.reshapes_last import batches_as_rows, reshape_last
from pellucid.executors.native.passes.window_rules import convolution_in_parts, windows_apart
from pellucid.graph import Graph, Node, Value

_NO_ARRAY = np.empty(1)
STRETCHED = (p.BroadcastTo, p.Reshape)
MOVED = (p.Reshape, p.PermuteDims, p.Flip, p.Slice, p.BroadcastTo)
FOLDED_ELEMENTS = 1024  # larger results of constants are computed when the program runs


def simplify(graph: Graph) -> Graph:
    """The simplified graph. Inputs and outputs keep their order and kind."""
    work = _Rewriter(graph)
    for node in graph.nodes:
        work.add(node)
    outputs = tuple(work.renamed[value.name] for value in graph.outputs)
    result = _without_dead(graph.inputs, work, outputs)
    result.check()
    return result


@dataclass
class _Rewriter:
    """The new nodes so far, and what each old value has become."""

    graph: Graph
    renamed: dict[str, Value] = field(default_factory=dict)
    made_by: dict[str, Node] = field(default_factory=dict)
    arrays: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)  # of stretched ones, or None
    nodes: list[Node] = field(default_factory=list)
    merged: dict[Any, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in self.graph.inputs:
            self.renamed[value.name] = value
        for value, array in self.graph.constants:
            self.renamed[value.name] = value
            self.arrays[value.name] = array

    def add(self, node: Node) -> None:
        """Take over one node of the old graph."""
        inputs = tuple(self.renamed[value.name] for value in node.inputs)
        self.renamed[node.output.name] = self.made(node.primitive, inputs, node)

    def made(self, primitive: Any, inputs: tuple[Value, ...], like: Node) -> Value:
        """The value of a primitive: rewritten, folded, merged, or a new node."""
        for rule in RULES if type(primitive) in FACTS else RULES_OF_ANY:
            found = rule(self, primitive, inputs, like)
            if found is not None:
                return found
        shape = primitive.shape(*(v.shape for v in inputs))
        dtype = primitive.dtype(*(v.dtype for v in inputs))
        key = (primitive, inputs)
        if key not in self.merged:
            name = f"%{len(self.nodes)}"
            output = Value(name, shape, dtype)
            self.nodes.append(Node(primitive, inputs, output, like.scope))
            self.made_by[name] = self.nodes[-1]
            self.merged[key] = output
            if type(primitive) in STRETCHED:
                self.numbers[name] = self.uniform(inputs[0])
        return self.merged[key]

    def constant(self, array: Any) -> Value:
        """A constant, one for equal arrays."""
        array = np.asarray(array)
        key = ("constant", array.dtype, array.shape, array.tobytes())
        if key not in self.merged:
            name = f"%k{len(self.arrays)}"
            self.arrays[name] = array
            self.merged[key] = Value(name, array.shape, array.dtype)
        return self.merged[key]

    def uniform(self, value: Value) -> Any:
        """The one number that all elements are, where that is known; else None."""
        array = self.arrays.get(value.name)
        if array is not None:
            return array.reshape(-1)[0] if array.size == 1 else None
        return self.numbers.get(value.name)

    def is_number(self, value: Value, number: float) -> bool:
        """Whether all elements are known to be this number."""
        found = self.uniform(value)
        return found is not None and bool(found == number)


Rule = Callable[[_Rewriter, Any, tuple[Value, ...], Node], Value | None]


def _fold(work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node) -> Value | None:
    """Compute what depends on small constants only; uniform numbers stay a single number."""
    if isinstance(primitive, p.Elementwise) and inputs:
        numbers = [work.uniform(value) for value in inputs]
        if all(number is not None for number in numbers):
            shape = primitive.shape(*(v.shape for v in inputs))
            arrays = [np.asarray(n, v.dtype) for n, v in zip(numbers, inputs, strict=True)]
            result = work.constant(_computed(primitive, arrays))
            return result if shape == () else work.made(p.BroadcastTo(shape), (result,), like)
    if type(primitive) in MOVED:
        (x,) = inputs
        number, shape = work.uniform(x), primitive.shape(x.shape)
        if number is not None and work.arrays.get(x.name, _NO_ARRAY).ndim > 0:
            return work.made(p.BroadcastTo(shape), (work.constant(number),), like)
    if isinstance(primitive, p.RECORDS) or not all(value.name in work.arrays for value in inputs):
        return None
    size = int(np.prod(primitive.shape(*(v.shape for v in inputs)), dtype=np.int64))
    if size > FOLDED_ELEMENTS or (isinstance(primitive, p.BroadcastTo) and size > 1):
        return None
    return work.constant(_computed(primitive, [work.arrays[v.name] for v in inputs]))


def _computed(primitive: Any, arrays: list[Any]) -> Any:
    with np.errstate(all="ignore"):
        return np.ascontiguousarray(primitive.forward(np, *arrays)).reshape(
            primitive.shape(*(a.shape for a in arrays))
        )


def _same(  # noqa: C901 (a table of cases)
    work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """Drop what changes nothing: copies, casts to the same dtype, movements that do not move."""
    if not inputs:
        return None
    x = inputs[0]
    match primitive:
        case p.Identity() | p.StopGradient():
            return x
        case p.Cast(to=to) if to == x.dtype:
            return x
        case p.Reshape(to=to) | p.BroadcastTo(to=to) if to == x.shape:
            return x
        case p.PermuteDims(axes=axes) if axes == tuple(range(len(axes))):
            return x
        case p.Slice(count=count) if count == x.shape:
            return x
        case p.Pad() if primitive.shape(x.shape) == x.shape:
            return x
        case p.Flip(axis=axis) if all(x.shape[i] == 1 for i in axis):
            return x
        case p.Concat() if len(inputs) == 1:
            return x
        case p.Sum() | p.Prod() | p.Max() | p.Min() if all(x.shape[i] == 1 for i in primitive.axis):
            return x
    return None


def _arithmetic(  # noqa: C901 (a table of cases)
    work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """Exact identities of arithmetic and choice."""
    match primitive, inputs:
        case p.Multiply(), (a, b):
            for x, one in ((a, b), (b, a)):
                if work.is_number(one, 1) and _spans(x, inputs):
                    return x
        case (p.Divide(), (a, b)) if work.is_number(b, 1) and _spans(a, inputs):
            return a
        case (p.Subtract(), (a, b)) if work.is_number(b, 0) and _spans(a, inputs):
            return a if a.dtype.kind != "f" or not _negative_zero(work, b) else None
        case p.Power(), (a, b):
            if work.is_number(b, 1) and _spans(a, inputs):
                return a
            if work.is_number(b, 2):
                return work.made(p.Multiply(), (a, a), like) if _spans(a, inputs) else None
        case p.Where(), (condition, a, b):
            known = work.uniform(condition)
            chosen = a if known is not None and known else b
            if (known is not None or a == b) and _spans(chosen, inputs):
                return chosen
    return None


def _twice(work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node) -> Value | None:
    """Two operations of one kind in a row become one, or none."""
    node = work.made_by.get(inputs[0].name) if inputs else None
    if node is None or type(node.primitive) is not type(primitive):
        return None
    match primitive:
        case p.Negative():
            return node.inputs[0]
        case p.Reshape():
            return work.made(primitive, node.inputs, like)
        case p.PermuteDims(axes=axes):
            both = p.PermuteDims(tuple(node.primitive.axes[i] for i in axes))
            return work.made(both, node.inputs, like)
    return None


def _spans(x: Value, inputs: tuple[Value, ...]) -> bool:
    """Whether x already has the shape that all inputs broadcast to."""
    return np.broadcast_shapes(*(v.shape for v in inputs)) == x.shape


def _negative_zero(work: _Rewriter, value: Value) -> bool:
    return bool(np.signbit(work.uniform(value)))


def _unstretched(
    work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """Let elementwise operations broadcast by themselves: drop explicit broadcasts before."""
    if not isinstance(primitive, p.Elementwise) or len(inputs) < 2:
        return None
    shape = primitive.shape(*(v.shape for v in inputs))
    slim = list(inputs)
    for i, value in enumerate(inputs):
        node = work.made_by.get(value.name)
        if node is not None and type(node.primitive) is p.BroadcastTo:
            trial = [*slim[:i], node.inputs[0], *slim[i + 1 :]]
            if primitive.shape(*(v.shape for v in trial)) == shape:
                slim = trial
    return work.made(primitive, tuple(slim), like) if tuple(slim) != inputs else None


def _matrix_by_vector(
    work: _Rewriter, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """A product with a single column is a sum of products: tiles would stay nearly empty."""
    if not isinstance(primitive, p.MatMul) or inputs[1].shape[-1] != 1:
        return None
    a, b = inputs
    if a.dtype.kind != "f":
        return None
    axes = (*range(len(b.shape) - 2), len(b.shape) - 1, len(b.shape) - 2)
    row = work.made(p.PermuteDims(axes), (b,), like)
    products = work.made(p.Multiply(), (a, row), like)
    return work.made(p.Sum((len(products.shape) - 1,)), (products,), like)


RULES_OF_ANY: tuple[Rule, ...] = (_fold, _unstretched, reshape_last)  # also of a user's own
RULES: tuple[Rule, ...] = (
    _same,
    _fold,
    _arithmetic,
    _twice,
    _unstretched,
    reshape_last,
    windows_apart,
    convolution_in_parts,
    joined_in_groups,
    batches_as_rows,
    _matrix_by_vector,
    pieces_as_slices,
)


def _without_dead(inputs: tuple[Value, ...], work: _Rewriter, outputs: tuple[Value, ...]) -> Graph:
    """The graph with only the nodes and constants that the outputs need."""
    needed = {value.name for value in outputs}
    kept = []
    for node in reversed(work.nodes):
        if node.output.name in needed:
            kept.append(node)
            needed.update(value.name for value in node.inputs)
    constants = tuple(
        (Value(name, array.shape, array.dtype), array)
        for name, array in work.arrays.items()
        if name in needed
    )
    return Graph(inputs, constants, tuple(reversed(kept)), outputs)
