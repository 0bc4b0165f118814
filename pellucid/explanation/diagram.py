"""A graph as it is drawn: boxes and arrows, with forward values above and backward ones below.

    diagram     that of a trace: by layers, or with the primitives of some of them, or of all
    Diagram     its boxes and arrows
    Box         an input, a parameter, a layer, or one operation
    Arrow       a value on its way from where it was made to a use

Nothing is placed here; `diagram_svg` does that.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid.explanation.shown import extent, felt, number, shown
from pellucid.explanation.trace import Trace
from pellucid.graph import Node, Value
from pellucid.primitives import (
    Add,
    Convolution,
    Divide,
    Equal,
    Less,
    LessEqual,
    MatMul,
    Multiply,
    Negative,
    Power,
    Subtract,
)
from pellucid.tensor import Tensor

FEW = 3  # uses of what is given to the graph that arrows from one box lead to

FAR = 12  # ranks that an arrow goes at most, the rank of a box being its longest way from the start

GIVEN, STATE, REFERENCE = "given", "state", "reference"
LAYER, OPERATION, RESULT = "layer", "operation", "result"

# How a course draws them; other operations stand with their names.
SIGNS: dict[type, str] = {
    Add: "+",
    Subtract: "−",
    Negative: "−",
    Multiply: "×",
    Divide: "÷",
    Power: "^",
    MatMul: "·",
    Convolution: "∗",
    Equal: "=",
    Less: "<",
    LessEqual: "≤",
}


@dataclass(frozen=True)
class Box:
    """`name` is its own in the diagram; `note` stands below the label, small.

    `title` says more, where people point at it.
    """

    name: str
    kind: str
    label: str
    title: str = ""
    lit: bool = False
    note: str = ""


@dataclass(frozen=True)
class Arrow:
    """From box to box; `above`: the forward value, `below`: what comes back."""

    source: str
    target: str
    above: str
    below: str
    title: str = ""
    lit: bool = False


@dataclass(frozen=True)
class Diagram:
    """The boxes in an order of computation, and the arrows between them."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def diagram(
    trace: Trace,
    *,
    opened: Collection[str] | None = (),
    lit: str | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Diagram:
    """The diagram of a trace. `kinds`: what each layer is, by its path.

    `opened`: the paths of layers whose operations are drawn one by one; None draws all so, and
    nothing opens all but those outside of layers. `lit`: the path of a value, whose routes to the
    result are lit. Errors: GraphError for a path that names no value.
    """
    return _Drawn(trace, opened, lit, kinds or {}).diagram()


class _Drawn:
    """A diagram being made: which box each value comes from."""

    def __init__(
        self,
        trace: Trace,
        opened: Collection[str] | None,
        lit: str | None,
        kinds: Mapping[str, str],
    ) -> None:
        self.trace = trace
        self.kinds = kinds
        self.lit = lit
        self.opened = opened
        self.on_route = _on_routes(trace, trace.find(lit)) if lit is not None else set()
        self.owner: dict[str, str] = {}  # the box of each node's output, by the value's name
        self.grouped: dict[str, list[Node]] = {}
        self.held: dict[str, list[Value]] = {}  # the parameters that stand in a layer's box

    def diagram(self) -> Diagram:
        self._group()
        for value in self.trace.graph.inputs:
            if home := self._home(value):
                self.held.setdefault(home, []).append(value)
        ways = self._ways()
        arrows = [self._arrow(*way, uses) for way, uses in ways.items()]
        result = self.trace.result
        dx = self.trace.gradients.get(result.name)
        lit = bool(self.on_route)
        maker = self.owner[result.name]
        arrows.append(self._written(result, maker, "result", dx, lit=lit))
        sources = dict.fromkeys(way[:2] for way in ways)
        boxes = [self._source(*source) for source in sources]
        given = [box for box in boxes if box is not None]
        given += [self._box(name, nodes) for name, nodes in self.grouped.items()]
        text = f"= {shown(self.trace.array(result.name))}"
        given.append(Box("result", RESULT, text, str(result), lit))
        return Diagram(tuple(given), tuple(arrows))

    def _ways(self) -> dict[tuple[str, str, str], list[tuple[Node, int]]]:
        """The uses of each value in each box: by the value, the box it comes from, that it goes to.

        What is given to the graph and used in many places has a box at each of them; where a value
        is used far from where it was made, a box there names it.
        """
        uses: dict[tuple[str, str], list[tuple[Node, int]]] = {}
        known = {value.name for value, _ in self.trace.graph.constants}
        known |= {value.name for values in self.held.values() for value in values}
        for node in self.trace.graph.nodes:
            target = self.owner[node.output.name]
            for position, value in enumerate(node.inputs):
                if value.name not in known and self.owner.get(value.name) != target:
                    uses.setdefault((value.name, target), []).append((node, position))
        ranks = self._ranks(uses)
        places = Counter(name for name, _ in uses)
        found = {}
        for (name, target), here in uses.items():
            source = self.owner.get(name, name)
            often = name not in self.owner and places[name] > FEW
            far = ranks[target] - ranks[source] > FAR
            found[name, f"{name} to {target}" if often or far else source, target] = here
        return found

    def _ranks(self, uses: Iterable[tuple[str, str]]) -> dict[str, int]:
        """How far each box is from the start; what is given stands right before its first use."""
        ranks: dict[str, int] = {}
        for name, target in uses:
            after = 1
            if name in self.owner:
                source = self.owner[name]
                after += ranks.get(source, 0)
            ranks[target] = max(ranks.get(target, 0), after)
        for name, target in uses:
            if name in self.owner:
                ranks.setdefault(self.owner[name], 0)
                continue
            before = ranks[target] - 1
            ranks[name] = min(ranks.get(name, before), before)
        return ranks

    def _group(self) -> None:
        """Nodes of a closed layer that follow each other make one box: one call of the layer."""
        before, name = None, ""
        for node in self.trace.graph.nodes:
            closed = self._is_closed(node.scope)
            if not closed or node.scope != before:
                name = node.output.name
                self.grouped[name] = []
            before = node.scope if closed else None
            self.grouped[name].append(node)
            self.owner[node.output.name] = name

    def _is_closed(self, path: str) -> bool:
        if not path or self.opened is None:
            return False
        return not any(path == each or path.startswith(f"{each}.") for each in self.opened)

    def _home(self, value: Value) -> str | None:
        """The one box of a closed layer that a parameter is used in, unless it is to be lit."""
        if value.name not in self.trace.variables or value.name == self.lit:
            return None
        uses = self.trace.uses.get(value.name, ())
        boxes = {self.owner[node.output.name] for node, _ in uses}
        if len(boxes) != 1:
            return None
        (box,) = boxes
        return box if self._is_closed(self.grouped[box][0].scope) else None

    def _source(self, name: str, box: str) -> Box | None:
        """The box of what is given to the graph, or comes from far; None for a node's own."""
        if box == self.owner.get(name):
            return None
        if name in self.owner:
            kind = REFERENCE
            label = self.trace.makers[name].scope or name
        else:
            kind = STATE if name in self.trace.variables else GIVEN
            label = self.trace.labels.get(name, name)
        title = str(self.trace.values[name])
        return Box(box, kind, label, title, name in self.on_route)

    def _box(self, name: str, nodes: list[Node]) -> Box:
        lit = any(node.output.name in self.on_route for node in nodes)
        first = nodes[0]
        if len(nodes) == 1 and not self._is_closed(first.scope):
            told = f"{first.primitive.formula}   {first.primitive.gradient_formula}"
            return Box(name, OPERATION, self._operation(first), f"{first}\n{told}", lit)
        told = "\n".join(str(node) for node in nodes)
        kind = self.kinds.get(first.scope)
        label = f"{first.scope} {kind}" if kind else first.scope
        held = [f"{v.name.rpartition('.')[2]} {v.shape}" for v in self.held.get(name, ())]
        return Box(name, LAYER, label, told, lit, ", ".join(held))

    def _operation(self, node: Node) -> str:
        """Its sign, with a constant at its side: 3 x, or x / 5."""
        name = node.primitive.name
        sign = SIGNS.get(type(node.primitive), name)
        if sign == name or len(node.inputs) != 2:
            return str(sign)
        constants = {value.name: array for value, array in self.trace.graph.constants}
        sides = []
        for value in node.inputs:
            array = constants.get(value.name)
            if array is not None and array.size == 1:
                sides.append(number(array.item()))
            else:
                sides.append("")
        left, right = sides
        return " ".join(filter(None, (left, sign, right)))

    def _arrow(
        self,
        name: str,
        source: str,
        target: str,
        uses: list[tuple[Node, int]],
    ) -> Arrow:
        found = [self._part(node, position) for node, position in uses]
        parts = [part for part in found if part is not None]
        dx = sum(parts) if parts else None
        used_on = any(node.output.name in self.on_route for node, _ in uses)
        lit = used_on and name in self.on_route
        return self._written(self.trace.values[name], source, target, dx, lit=lit)

    def _part(self, node: Node, position: int) -> Any:
        """What comes back by one use, as an array; None where nothing does, or a record."""
        part = self.trace.handed(node, position)
        return part.array if isinstance(part, Tensor) else None

    def _written(
        self,
        value: Value,
        source: str,
        target: str,
        dx: Any,
        *,
        lit: bool,
    ) -> Arrow:
        array = self.trace.array(value.name)
        title = f"{value}\nforward {extent(array)}"
        if dx is None:
            return Arrow(source, target, shown(array), "", title, lit)
        title += f"\nbackward {extent(dx)}"
        return Arrow(source, target, shown(array), felt(dx), title, lit)


def _on_routes(trace: Trace, value: Value) -> set[str]:
    """The values on a route from a value to the result, along which something comes back."""
    ahead = {value.name}
    for node in trace.graph.nodes:
        if any(each.name in ahead for each in node.inputs):
            ahead.add(node.output.name)
    return {name for name in ahead if name in trace.upstream}
