"""The gradient rule of one use as a line: in symbols, in shapes, in numbers where all are single.

rule_text   the line of a use, read from the rule's own code
RuleText    its three forms
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid.explanation.expressions import Expression
from pellucid.explanation.notation import ROWS, Writer
from pellucid.explanation.presented import Names, presented
from pellucid.explanation.reading import reader
from pellucid.explanation.rule import names_of_inputs, rule_of
from pellucid.explanation.shown import number
from pellucid.explanation.trace import Trace
from pellucid.graph import Graph, Node
from pellucid.tensor import Tensor

TIGHT = 100  # how tightly a shape or a positive number binds: no brackets


@dataclass(frozen=True)
class RuleText:
    """`da = dy b^T`; `(5, 3) = (5, 4) (3, 4)^T`; `2.2 = 1.1 * 2`, empty unless all are numbers."""

    symbols: str
    shapes: str = ""
    numbers: str = ""


@dataclass(frozen=True)
class _Spelled(Writer):
    """A writer that spells symbols otherwise."""

    texts: Mapping[str, str] = field(default_factory=dict)

    def write(self, x: Expression) -> tuple[str, int]:
        """An expression, its symbols by their texts."""
        if x.kind == "symbol" and x.head.text in self.texts:
            text = self.texts[x.head.text]
            return (f"({text})" if text.startswith("-") else text), TIGHT
        return super().write(x)


def rule_text(trace: Trace, node: Node, position: int) -> RuleText:
    """What a use hands back to input number `position`: from the rule traced on symbols.

    Where the rule is of records, as that of a loop, its formula in words stands for it.
    """
    graph = rule_of(node, position)
    if graph is None:
        return RuleText(node.primitive.gradient_formula)
    result = graph.outputs[0]
    names = names_of_inputs(node)
    expression = reader(graph).expression(result.name, {})
    meaning = presented(expression, Names({}))

    def spelled(texts: Mapping[str, str]) -> str:
        return _Spelled(ROWS, False, _called, texts=texts).whole(meaning)

    shapes = {value.name: str(value.shape) for value in graph.inputs}
    symbols = f"d{names[position]} = {spelled({})}"
    in_shapes = f"{node.inputs[position].shape} = {spelled(shapes)}"
    texts = _numbers(trace, node, graph)
    if texts is None:
        return RuleText(symbols, in_shapes)
    part = trace.handed(node, position)
    told = number(part.array.item()) if isinstance(part, Tensor) else ""
    return RuleText(symbols, in_shapes, f"{told} = {spelled(texts)}")


def _numbers(trace: Trace, node: Node, graph: Graph) -> dict[str, str] | None:
    """The numbers that a rule was given, by its inputs; None unless all are single."""
    dy = trace.upstream.get(node.output.name)
    if not isinstance(dy, Tensor) or any(value.shape for value in graph.inputs):
        return None
    arrays = [dy.array, trace.array(node.output.name)]
    arrays += [trace.array(value.name) for value in node.inputs]
    texts = {}
    for value, array in zip(graph.inputs, arrays, strict=True):
        texts[value.name] = number(array.item())
    return texts


def _called(x: Expression) -> str:
    """A primitive by its name."""
    return str(x.head.name)
