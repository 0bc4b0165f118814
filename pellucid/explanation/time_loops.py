"""Loops over time as one of their steps: how a graph with scans is read and gone back through.

    inlined     a graph with the body of each scan in the place of the scan
    TimeLoop        what belongs to one of them
    Crossing    a value that goes into a loop, or comes out of it

A step in general stands for all: its values are those at step t. What the step before left is given
there, and so is what comes back from the step behind it; the rules of the primitives in the
body say everything else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pellucid.graph import Graph, Node, Value
from pellucid.primitives.base import Primitive, Shape
from pellucid.primitives.parts import Part
from pellucid.primitives.scan import Scan

INCOMING = "from the step behind: "
BACK = {
    "each": "total",
    "total": "each",
    "step": "stack",
    "stack": "step",
    "before": "first",
    "first": "before",
    "final": "last",
    "last": "final",
}


@dataclass(frozen=True)
class Crossing(Primitive):
    """A value that goes into a loop, or comes out of it, in the way that `kind` says.

    In go: "each", the same at every step; "step", the slice of a sequence; "before", what a carry
    starts with, and then is. Out come: "stack", all steps; "final", a carry behind the last. The
    gradients of these cross the other way: "total", the sum over the steps; "stack"; "first", what
    is there at the first step; "step"; and "last", at the last step and nowhere else.
    """

    formula = "y = x, inside or outside of the loop"
    gradient_formula = "dx = dy, on the other side"
    kind: str
    steps: int
    reverse: bool

    def shape(self, *shapes: Shape) -> Shape:
        (x,) = shapes
        if self.kind == "step":
            return x[1:]
        return (self.steps, *x) if self.kind == "stack" else x

    def forward(self, xp: Any, x: Any) -> Any:
        return x  # what is the same at every step; a value of a step has no numbers

    def backward(self, dy: Any, y: Any, x: Any) -> tuple[Any, ...]:
        return (dy.apply(Crossing(BACK[self.kind], self.steps, self.reverse)),)


@dataclass(frozen=True, eq=False)
class TimeLoop:
    """`carries`: of each carry, its name before a step and behind it; `starts`: what it starts as.

    `values`: the names of all values of a step. `incoming`: by the number of a carry, the name of
    what comes back to it from the step behind. With `reverse` the last step is the first.
    """

    steps: int
    reverse: bool
    carries: tuple[tuple[str, str], ...]
    starts: tuple[str, ...]
    values: frozenset[str]
    incoming: Mapping[int, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The number of the step that is run first; steps count from 1."""
        return self.steps if self.reverse else 1

    @property
    def last(self) -> int:
        """The number of the step that is run last."""
        return 1 if self.reverse else self.steps

    @property
    def ahead(self) -> int:
        """How much further the next step is."""
        return -1 if self.reverse else 1

    def renamed(self, new: Callable[[str], str]) -> "TimeLoop":
        """The loop with other names of values."""
        return replace(
            self,
            carries=tuple((new(a), new(b)) for a, b in self.carries),
            starts=tuple(map(new, self.starts)),
            values=frozenset(map(new, self.values)),
            incoming={k: new(name) for k, name in self.incoming.items()},
        )


def inlined(graph: Graph) -> tuple[Graph, tuple[TimeLoop, ...]]:
    """The graph with a step of each scan in its place; values inside are `scan/value`."""
    constants = list(graph.constants)
    nodes: list[Node] = []
    loops: dict[str, _Step] = {}
    for node in graph.nodes:
        inside = loops.get(node.inputs[0].name) if node.inputs else None
        if isinstance(node.primitive, Scan):
            step = loops[node.output.name] = _Step(node)
            constants += [(step.named(value), array) for value, array in step.scan.body.constants]
            nodes += step.nodes()
        elif isinstance(node.primitive, Part) and inside is not None:
            nodes.append(inside.given(node))
        else:
            nodes.append(node)
    whole = Graph(graph.inputs, tuple(constants), tuple(nodes), graph.outputs)
    return whole, tuple(step.loop() for step in loops.values())


class _Step:
    """The nodes of a step of a scan, under names of their own."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.scan: Scan = node.primitive

    def named(self, value: Value) -> Value:
        """A value of the body as one of the whole graph."""
        return replace(value, name=f"{self.node.output.name}/{value.name}")

    def nodes(self) -> Iterator[Node]:
        """What goes in, then the body."""
        scan = self.scan
        count = len(scan.sliced)
        kinds = ["each"] * scan.constants + ["before"] * scan.carries + ["step"] * count
        for kind, given, value in zip(kinds, self.node.inputs, scan.body.inputs, strict=True):
            crossing = Crossing(kind, scan.steps, scan.reverse)
            yield Node(crossing, (given,), self.named(value), self.node.scope)
        for each in scan.body.nodes:
            inputs = tuple(map(self.named, each.inputs))
            yield replace(each, inputs=inputs, output=self.named(each.output))

    def given(self, node: Node) -> Node:
        """What comes out, in the place of a part of the record."""
        scan = self.scan
        index = node.primitive.index
        group, k = divmod(index, max(scan.carries, 1))
        if scan.carries == 0 or group > 2:
            value = scan.results[index - 3 * scan.carries]
        else:
            value = scan.carried[k] if group == 1 else scan.body.outputs[k]
        is_final = scan.carries > 0 and group == 0
        crossing = Crossing("final" if is_final else "stack", scan.steps, scan.reverse)
        return Node(crossing, (self.named(value),), node.output, node.scope)

    def loop(self) -> TimeLoop:
        """What belongs to it."""
        scan = self.scan
        body = self.scan.body
        after = body.outputs[: scan.carries]
        starts = self.node.inputs[scan.constants : scan.constants + scan.carries]
        pairs = zip(scan.carried, after, strict=True)
        values = [*body.inputs, *(node.output for node in body.nodes)]
        return TimeLoop(
            scan.steps,
            scan.reverse,
            tuple((self.named(a).name, self.named(b).name) for a, b in pairs),
            tuple(value.name for value in starts),
            frozenset(self.named(value).name for value in values),
        )
