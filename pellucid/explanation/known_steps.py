"""The steps of a forward pass as far as they are known, and how values stand in what follows.

Forward         the steps, and the symbols of everything in them
Step            a value with a name: its symbol, what it is, which role it has
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from pellucid.explanation.arrays import MANY
from pellucid.explanation.expressions import Expression, is_call, symbol
from pellucid.explanation.reading import Reader, reader
from pellucid.explanation.stepwise import moved, place
from pellucid.explanation.tape import Tape
from pellucid.explanation.time_loops import TimeLoop
from pellucid.graph import Node
from pellucid.primitives.base import FLOATS

OPEN = ("sigmoid", "tanh", "softmax")
CARRIES = ("state", "memory", "q", "r")  # of a loop over time, in their order


@dataclass(frozen=True)
class Step:
    """`symbol` stands for `meaning`, in the symbols of earlier steps; `value` of the graph is it.

    `layer` counts the affine maps up to it. A step with a simple meaning is `open`: rewrites may
    look into it. One that is no value of the graph has the name of none.
    """

    symbol: Expression
    meaning: Expression
    role: str
    layer: int
    value: str = ""

    @property
    def open(self) -> bool:
        """Whether rewrites may look into it."""
        return is_call(self.meaning, *OPEN)


@dataclass
class Forward:
    """The steps so far, in the order of the forward pass, and how values stand in what follows.

    `closed`: the symbol of each step by its value; `opened`: the same with open ones by what they
    are. `count`: affine maps so far.
    """

    tape: Tape
    layers: Collection[str]
    steps: list[Step] = field(default_factory=list)
    closed: dict[str, Expression] = field(default_factory=dict)
    opened: dict[str, Expression] = field(default_factory=dict)
    count: int = 0

    @cached_property
    def reader(self) -> Reader:
        """The graph to be read."""
        found = reader(self.tape.graph, self.tape.shares)
        known = [*self.tape.graph.inputs, *(node.output for node in self.nodes)]
        shapes = {value.name: value.shape for value in known}
        before = {}
        for loop in self.tape.loops:
            for name, after in loop.carries:
                if name in shapes:
                    before[name] = symbol(moved(after, -loop.ahead), shapes[name])
        return replace(found, basis={**found.basis, **before})

    @cached_property
    def result(self) -> Expression:
        """What the function returned, in the symbols of its steps."""
        return self.reader.expression(self.tape.result.name, self.opened)

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of the forward pass."""
        return self.tape.graph.nodes[: self.tape.forward]

    @cached_property
    def makers(self) -> Mapping[str, Node]:
        """The node that made each value."""
        return {node.output.name: node for node in self.nodes}

    @cached_property
    def carries(self) -> Mapping[str, str]:
        """The role of what each loop over time carries from step to step."""
        floats = {name: node for name, node in self.makers.items() if node.output.dtype in FLOATS}
        found: dict[str, str] = {}
        for loop in self.tape.loops:
            roles = zip(loop.carries, CARRIES, strict=False)
            found |= {after: role for (_, after), role in roles if after in floats}
        return found

    def loop_of(self, x: Expression) -> TimeLoop | None:
        """The loop that a symbol of a step belongs to, itself or by what it is made of."""
        base, _, _ = place(x.head.text)
        name = base.removeprefix("d ")
        return next((loop for loop in self.tape.loops if name in loop.values), None)

    @cached_property
    def uses(self) -> Mapping[str, list[Node]]:
        """The nodes that use each value."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            for value in node.inputs:
                found.setdefault(value.name, []).append(node)
        return found

    @cached_property
    def data(self) -> set[str]:
        """The values that depend on samples; on the first input, where nothing counts them."""
        inputs = self.tape.graph.inputs
        counted = {v.name for v in inputs if v.shape[:1] == (MANY,)}
        found = counted or {v.name for v in self.tape.arguments[:1]}
        found |= {before for loop in self.tape.loops for before, _ in loop.carries}
        for node in self.nodes:
            if any(value.name in found for value in node.inputs):
                found.add(node.output.name)
        return found
