"""Scans of a graph put in order: each loop once, and nothing in it that nobody needs.

    tidy    the graph with equal loops joined, and without results, carries and nodes unused

A gradient asks of a scan more than was asked forward: the same loop with further results stands
in the graph a second time. Both become one. And a gradient rule gives the gradients of all
inputs: those that nobody wants are dropped here, with what only they need.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pellucid.graph import Graph, Node, Value
from pellucid.primitives.parts import Part, pack
from pellucid.primitives.recurrence import Recurrence


def tidy(graph: Graph) -> Graph:
    """The graph with its scans in order; one without scans is given back as it is."""
    if not any(isinstance(node.primitive, Recurrence) for node in graph.nodes):
        return graph
    result = _pruned(_joined(graph))
    result.check(graph)
    return result


# ---- one loop for equal ones -------------------------------------------------------------


def _joined(graph: Graph) -> Graph:
    """The graph with scans that differ only in what they give made one, where the first was."""
    groups: dict[Any, list[Node]] = {}
    for node in graph.nodes:
        if isinstance(node.primitive, Recurrence):
            groups.setdefault(_what_it_does(node), []).append(node)
    made: dict[str, Node] = {}
    for nodes in groups.values():
        names = [node.output.name for node in nodes]
        made |= dict.fromkeys(names, _union(nodes))
    kept = []
    for node in graph.nodes:
        if isinstance(node.primitive, Recurrence):
            both = made[node.output.name]
            if both.output.name == node.output.name:
                kept.append(both)
        elif isinstance(node.primitive, Part):
            kept.append(_part_of_union(node, graph, made))
        else:
            kept.append(node)
    return Graph(graph.inputs, graph.constants, tuple(kept), graph.outputs)


def _what_it_does(node: Node) -> Any:
    scan = node.primitive
    body = replace(scan.body, outputs=scan.body.outputs[: scan.carries])
    return replace(scan, body=body, before=(), after=()), node.inputs


def _union(nodes: Sequence[Node]) -> Node:
    """One node that gives what all of these give; the first, if there is one alone."""
    first = nodes[0].primitive
    if len(nodes) == 1:
        return nodes[0]
    results = dict.fromkeys(value for node in nodes for value in node.primitive.results)
    outputs = (*first.body.outputs[: first.carries], *results)
    body = replace(first.body, outputs=outputs)
    before = {k for node in nodes for k in node.primitive.before}
    after = {k for node in nodes for k in node.primitive.after}
    scan = replace(
        first,
        body=body,
        before=tuple(sorted(before)),
        after=tuple(sorted(after)),
    )
    return _node(scan, nodes[0].inputs, nodes[0])


def _node(scan: Recurrence, inputs: Iterable[Value], like: Node) -> Node:
    output = Value(like.output.name, (), pack(scan.name, scan.gives()))
    return Node(scan, tuple(inputs), output, like.scope)


def _part_of_union(node: Node, graph: Graph, made: dict[str, Node]) -> Node:
    """A node that takes out a part, from the node that was made of several."""
    (record,) = node.inputs
    both = made.get(record.name)
    if both is None or both.output == record:
        return node
    old = next(n.primitive for n in graph.nodes if n.output.name == record.name)
    index = node.primitive.index
    if index >= 3 * old.carries:
        value = old.results[index - 3 * old.carries]
        index = 3 * old.carries + both.primitive.results.index(value)
    return replace(node, primitive=Part(index, node.primitive.to), inputs=(both.output,))


# ---- nothing that nobody needs -----------------------------------------------------------


def _pruned(graph: Graph) -> Graph:
    """The graph without what its outputs do not need, in scans as well."""
    live = {value.name for value in graph.outputs}
    used: dict[str, set[int]] = {}
    kept: list[Node] = []
    changed: dict[str, _Narrower] = {}
    for node in reversed(graph.nodes):
        name = node.output.name
        made = node
        if name not in live:
            continue
        if isinstance(node.primitive, Part):
            used.setdefault(node.inputs[0].name, set()).add(node.primitive.index)
        elif isinstance(node.primitive, Recurrence):
            narrower = _narrowed(node, used[name])
            if narrower is not None:
                made = narrower.node
                changed[name] = narrower
        live |= {value.name for value in made.inputs}
        kept.append(made)
    nodes = tuple(_renumbered(node, changed) for node in reversed(kept))
    constants = tuple((v, a) for v, a in graph.constants if v.name in live)
    return Graph(graph.inputs, constants, nodes, graph.outputs)


@dataclass(frozen=True)
class _Narrower:
    """A scan that gives fewer parts than before; `numbers`: the new number of each that is left."""

    node: Node
    numbers: dict[int, int]


def _renumbered(node: Node, changed: dict[str, _Narrower]) -> Node:
    """A part of a record that has fewer parts than before."""
    if not isinstance(node.primitive, Part):
        return node
    narrower = changed.get(node.inputs[0].name)
    if narrower is None:
        return node
    part = Part(narrower.numbers[node.primitive.index], node.primitive.to)
    return replace(node, primitive=part, inputs=(narrower.node.output,))


@dataclass(frozen=True)
class _Used:
    """The places of what is used of a scan, and the names of the values that this needs."""

    constants: list[int]
    carries: list[int]
    sliced: list[int]
    results: list[int]
    needed: set[str]

    def old_numbers(self, count: int) -> list[int]:
        """The parts that are still given, by their numbers where there were `count` carries."""
        carried = [group * count + k for group in range(3) for k in self.carries]
        return carried + [3 * count + j for j in self.results]


def _used(scan: Recurrence, parts: set[int]) -> _Used:
    """What these parts of its record need of a scan."""
    count = scan.carries
    results = [j for j in range(len(scan.results)) if 3 * count + j in parts]
    carries, needed = _carries_needed(scan, parts, results)
    inputs = scan.body.inputs
    constants = [i for i in range(scan.constants) if inputs[i].name in needed]
    sliced = [k for k, value in enumerate(scan.sliced) if value.name in needed]
    return _Used(constants, carries, sliced, results, needed)


def _narrowed(node: Node, parts: set[int]) -> _Narrower | None:
    """A scan that gives only these parts; none where it gives no others."""
    scan: Recurrence = node.primitive
    count = scan.carries
    used = _used(scan, parts)
    inputs = [
        *used.constants,
        *(scan.constants + k for k in used.carries),
        *(scan.constants + count + k for k in used.sliced),
    ]
    before = tuple(new for new, k in enumerate(used.carries) if count + k in parts)
    after = tuple(new for new, k in enumerate(used.carries) if 2 * count + k in parts)
    is_whole = (
        len(inputs) == len(scan.body.inputs)
        and len(used.results) == len(scan.results)
        and len(before) == len(scan.before)
        and len(after) == len(scan.after)
    )
    if is_whole:
        return None
    body = _narrowed_body(scan, used, inputs)
    counts = (scan.steps, len(used.constants), len(used.carries))
    made = type(scan)(body, *counts, scan.reverse, before, after)
    old = used.old_numbers(count)
    numbers = {index: new for new, index in enumerate(old)}
    return _Narrower(_node(made, (node.inputs[i] for i in inputs), node), numbers)


def _narrowed_body(scan: Recurrence, used: _Used, inputs: Sequence[int]) -> Graph:
    """The body of a scan with these of its inputs, and with nothing that is not needed."""
    body = scan.body
    needed = used.needed
    carried = [body.outputs[k] for k in used.carries]
    results = [scan.results[j] for j in used.results]
    return Graph(
        tuple(body.inputs[i] for i in inputs),
        tuple((v, a) for v, a in body.constants if v.name in needed),
        tuple(n for n in body.nodes if n.output.name in needed),
        (*carried, *results),
    )


def _carries_needed(
    scan: Recurrence, used: set[int], results: Sequence[int]
) -> tuple[list[int], set[str]]:
    """The carries that what is used depends on, and all values of the body that it needs."""
    count = scan.carries
    carries = {k for k in range(count) if {k, count + k, 2 * count + k} & used}
    outputs = scan.body.outputs
    given = {scan.results[j].name for j in results}
    while True:
        needed = given | {outputs[k].name for k in carries}
        for node in reversed(scan.body.nodes):
            if node.output.name in needed:
                needed |= {value.name for value in node.inputs}
        more = {k for k, value in enumerate(scan.carried) if value.name in needed}
        if more <= carries:
            return sorted(carries), needed
        carries |= more
