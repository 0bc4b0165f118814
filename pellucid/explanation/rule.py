"""A primitive's gradient rule as a graph: its `backward`, traced on symbols.

    rule_of     what one use hands back to one of its inputs, as a graph of dy, y and the inputs

So the line that is printed is the code that runs, not a sentence about it.
"""

import inspect
from typing import Any

from pellucid.autodiff import sum_to
from pellucid.captured import capture_call
from pellucid.graph import Graph, Node
from pellucid.primitives.base import FLOATS
from pellucid.structure import row


def rule_of(node: Node, position: int) -> Graph | None:
    """The graph of what comes back to input number `position`; its inputs are dy, y, and those.

    The inputs have the names that the primitive's `forward` gives them. None where the rule is
    of records, as that of a loop, or gives no gradient.
    """
    values = [node.output, node.output, *node.inputs]
    if any(value.dtype.names is not None for value in values) or node.output.dtype not in FLOATS:
        return None
    wanted = node.inputs[position]
    missing = False

    def rule(dy: Any, y: Any, *inputs: Any) -> Any:
        nonlocal missing
        part = node.primitive.backward(dy, y, *inputs)[position]
        missing = part is None
        return dy if missing else sum_to(part, wanted.shape)

    names = ["dy", "y", *names_of_inputs(node)]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    rule.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in names]
    )
    graph = capture_call(rule, row(len(values)), values).procedure.graph
    return None if missing else graph


def names_of_inputs(node: Node) -> list[str]:
    """What the primitive's `forward` calls its inputs: a and b, or x; x0, x1 where any number."""
    signature = inspect.signature(node.primitive.forward)
    _, *parameters = signature.parameters.values()  # the first is xp
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return [f"x{i}" for i in range(len(node.inputs))]
    return [p.name for p in parameters]
