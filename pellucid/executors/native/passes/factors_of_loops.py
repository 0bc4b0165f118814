"""What a loop back multiplies by, computed by the steps forward: fewer arrays go through memory.

    with_factors    the graph whose loops forward give what their gradients multiply by

The chain rule multiplies what comes back by numbers that the steps forward know: by a gate and
its slope, by a memory and the slope of another gate. As it was captured, a loop back reads all
values that these numbers are computed from. Here (d a) b becomes d (a b), and what depends on the
steps forward alone is computed by them, if fewer arrays are kept of all steps then: of an LSTM
seven instead of ten. Exponentials are shared by a gate and its slope there.

One of a and b is bounded by 1, as gates and slopes are: so a b is finite where a and b are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pellucid import primitives as p
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.executors.native.passes.simplify import simplify
from pellucid.graph import Graph, Node, Value
from pellucid.primitives.parts import pack
from pellucid.primitives.scan_passes import tidy

BOUNDED = (p.Sigmoid, p.Tanh, p.LogisticDensity)  # by 1


def with_factors(graph: Graph) -> Graph:
    """The graph with such factors computed by the steps forward."""
    number = 1
    while number < len(loops := _loops(graph)):
        graph = _with_factors_of(graph, loops[number])
        number += 1
    return graph


def _loops(graph: Graph) -> list[Node]:
    """The loops of a graph."""
    return [node for node in graph.nodes if isinstance(node.primitive, p.Scan)]


def _with_factors_of(graph: Graph, back: Node) -> Graph:
    """The graph in which one loop reads what another one makes for it, if fewer arrays are kept."""
    made_by = {node.output.name: node for node in graph.nodes}
    maker = _maker(back, made_by)
    if maker is None:
        return graph
    known = _named_by(maker, back, made_by)
    body = _multiplied(maker.primitive.body, back.primitive.body, known)
    better = _FactorsForward(
        maker, replace(back, primitive=replace(back.primitive, body=body)), known
    )
    # Loops that became one leave equal nodes.
    simpler = simplify(tidy(better.graph(graph)))
    return simpler if _kept(simpler) < _kept(graph) else graph


def _kept(graph: Graph) -> int:
    """How many bytes the loops of a graph give, nearly all of them for every step."""
    return sum(node.output.dtype.itemsize for node in _loops(graph))


# ---- what both loops know ----------------------------------------------------------------


def _maker(back: Node, made_by: dict[str, Node]) -> Node | None:
    """The loop that has made what another one reads, slice by slice, if there is one."""
    scan = back.primitive
    for value in back.inputs[scan.constants + scan.carries :]:
        part = made_by.get(value.name)
        if part is None or not isinstance(part.primitive, p.Part):
            continue
        maker = made_by[part.inputs[0].name]
        if isinstance(maker.primitive, p.Scan) and maker.primitive.steps == scan.steps:
            return maker
    return None


def _named_by(maker: Node, back: Node, made_by: dict[str, Node]) -> dict[str, Value]:
    """What both loops know at a step: from its name in the loop back to what the maker calls it."""
    forward, scan = maker.primitive, back.primitive
    first = forward.constants + forward.carries
    constants = zip(maker.inputs, forward.body.inputs[: forward.constants], strict=False)
    sequences = zip(maker.inputs[first:], forward.body.inputs[first:], strict=True)
    of_constants, of_sequences = ({x.name: v for x, v in some} for some in (constants, sequences))
    known: dict[str, Value] = {}
    inputs = zip(scan.body.inputs, back.inputs, strict=True)
    for number, (inside, outside) in enumerate(inputs):
        source = None
        if number < scan.constants:
            source = of_constants.get(outside.name)
        elif number >= scan.constants + scan.carries:
            source = of_sequences.get(outside.name) or _given(maker, made_by.get(outside.name))
        if source is not None:
            known[inside.name] = source
    return known


def _given(maker: Node, part: Node | None) -> Value | None:
    """The value of a loop's body that a part of its record holds for every step."""
    if part is None or part.inputs != (maker.output,):
        return None
    scan = maker.primitive
    moments = [(None,) * scan.carries, scan.carried, scan.body.outputs[: scan.carries]]
    values = [value for moment in moments for value in moment]
    held: Value | None = [*values, *scan.results][part.primitive.index]
    return held


def _computable(body: Graph, known: dict[str, Value]) -> set[str]:
    """The nodes of a body that need nothing but numbers, and what both loops know, at one place."""
    names = {*known, *(value.name for value, _ in body.constants)}
    computable: set[str] = set()
    for node in body.nodes:
        if is_pointwise(node) and node.inputs and names.issuperset(v.name for v in node.inputs):
            computable.add(node.output.name)
            names.add(node.output.name)
    return computable


# ---- products in another order -----------------------------------------------------------


def _multiplied(forward: Graph, body: Graph, known: dict[str, Value]) -> Graph:
    """The body of a loop back where what is known is multiplied first."""
    factors = _computable(body, known) | set(known)
    bounded = _bounded(forward, body, known)
    uses = Counter(value.name for node in body.nodes for value in node.inputs)
    uses.update(value.name for value in body.outputs)
    products = {n.output.name: n for n in body.nodes if isinstance(n.primitive, p.Multiply)}
    once = {name: node for name, node in products.items() if uses[name] == 1}
    nodes: list[Node] = []
    for node in body.nodes:
        operands = _three(node, once, factors) if node.output.name in products else None
        if operands is None or not {operands[1].name, operands[2].name} & bounded:
            nodes.append(node)
            continue
        d, a, b = operands
        factor = Value(f"{node.output.name}/factor", a.shape, a.dtype)
        nodes.append(Node(p.Multiply(), (a, b), factor, node.scope))
        nodes.append(replace(node, inputs=(d, factor)))
    return replace(body, nodes=tuple(nodes))


def _three(
    node: Node, products: dict[str, Node], factors: set[str]
) -> tuple[Value, Value, Value] | None:
    """The factors d, a and b of a product (d a) b, where a and b are known, and d is not."""
    for within, b in (node.inputs, node.inputs[::-1]):
        inner = products.get(within.name)
        if inner is None or within.name in factors or b.name not in factors:
            continue
        for d, a in (inner.inputs, inner.inputs[::-1]):
            is_whole = d.shape == a.shape == b.shape
            if is_whole and a.name in factors and d.name not in factors:
                return d, a, b
    return None


def _bounded(forward: Graph, body: Graph, known: dict[str, Value]) -> set[str]:
    """What is within -1 and 1 in a body: gates, their slopes, and 1 - y^2 of one of them."""
    made_by = {node.output.name: node.primitive for node in forward.nodes}
    ones = {value.name for value, array in body.constants if (array == 1).all()}
    bounded = {
        name for name, value in known.items() if isinstance(made_by.get(value.name), BOUNDED)
    }
    squares: set[str] = set()
    for node in body.nodes:
        names = [value.name for value in node.inputs]
        match node.primitive:
            case p.Multiply() if names[0] == names[1] and names[0] in bounded:
                squares.add(node.output.name)
            case p.Subtract() if names[0] in ones and names[1] in squares:
                bounded.add(node.output.name)
            case p.Sigmoid() | p.Tanh() | p.LogisticDensity():
                bounded.add(node.output.name)
    return bounded | squares


# ---- both loops anew ---------------------------------------------------------------------


class _FactorsForward:
    """Nodes of a loop back that move into the loop that knows what they need."""

    def __init__(self, maker: Node, back: Node, known: dict[str, Value]) -> None:
        self.maker, self.back, self.known = maker, back, known
        self.body: Graph = back.primitive.body
        early = _computable(self.body, known)
        self.early = [node for node in self.body.nodes if node.output.name in early]
        self.late = [node for node in self.body.nodes if node.output.name not in early]
        asked = dict.fromkeys(value for node in self.late for value in node.inputs)
        asked |= dict.fromkeys(self.body.outputs)
        self.wanted = [value for value in asked if value.name in early]

    def graph(self, graph: Graph) -> Graph:
        """A graph with both loops as they are then."""
        maker = self._giving()
        parts = self._parts(maker)
        back = self._reading([node.output for node in parts])
        nodes: list[Node] = []
        for node in graph.nodes:
            if node.output == self.maker.output:
                nodes.append(maker)
            elif node.output == self.back.output:
                nodes += [*parts, back]
            elif node.inputs == (self.maker.output,):
                nodes.append(replace(node, inputs=(maker.output,)))
            else:
                nodes.append(node)
        return replace(graph, nodes=tuple(nodes))

    def _giving(self) -> Node:
        """The maker, which gives what is wanted beside all else."""
        scan, body = self.maker.primitive, self.maker.primitive.body
        names = dict(self.known)
        constants = []
        for value, array in self.body.constants:
            names[value.name] = self._inside(value)
            constants.append((names[value.name], array))
        nodes = []
        for node in self.early:
            names[node.output.name] = self._inside(node.output)
            inputs = tuple(names[value.name] for value in node.inputs)
            nodes.append(replace(node, inputs=inputs, output=names[node.output.name]))
        wider = replace(
            body,
            constants=(*body.constants, *constants),
            nodes=(*body.nodes, *nodes),
            outputs=(*body.outputs, *(names[value.name] for value in self.wanted)),
        )
        giving = replace(scan, body=wider)
        record = replace(self.maker.output, dtype=pack(scan.name, giving.gives()))
        return replace(self.maker, primitive=giving, output=record)

    def _inside(self, value: Value) -> Value:
        """What a value of the loop back is called in the maker."""
        return replace(value, name=f"{self.back.output.name}/{value.name}")

    def _parts(self, maker: Node) -> list[Node]:
        """What is wanted, taken out of the maker's record."""
        scan = maker.primitive
        first = 3 * scan.carries + len(scan.results) - len(self.wanted)
        nodes = []
        for index, value in enumerate(self.wanted, first):
            shape = (scan.steps, *value.shape)
            output = Value(self._inside(value).name, shape, value.dtype)
            nodes.append(Node(p.Part(index, shape), (maker.output,), output, self.back.scope))
        return nodes

    def _reading(self, read: Sequence[Value]) -> Node:
        """The loop back, which reads what is wanted instead of computing it."""
        first = len(self.body.inputs)
        given = {
            value.name: replace(value, name=f"given{number}")
            for number, value in enumerate(self.wanted, first)
        }
        nodes = []
        for node in self.late:
            inputs = tuple(given.get(value.name, value) for value in node.inputs)
            nodes.append(replace(node, inputs=inputs))
        body = replace(
            self.body,
            inputs=(*self.body.inputs, *given.values()),
            nodes=tuple(nodes),
            outputs=tuple(given.get(value.name, value) for value in self.body.outputs),
        )
        scan = replace(self.back.primitive, body=body)
        return replace(self.back, primitive=scan, inputs=(*self.back.inputs, *read))
