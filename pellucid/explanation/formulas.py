"""The outputs of any small graph as formulas: those of a gradient rule, traced on symbols.

formulas    one formula for each output
"""

from collections.abc import Mapping

from pellucid.explanation.expressions import Expression, symbol
from pellucid.explanation.notation import ROWS, Writer
from pellucid.explanation.presented import Names, presented
from pellucid.explanation.reading import held, reader
from pellucid.graph import Graph
from pellucid.primitives.base import BOOL


def formulas(graph: Graph, names: Mapping[str, str], *, tex: bool = False) -> list[str]:
    """Each output in the names of the inputs, simplified; as text, or as LaTeX.

    `names`: what values are called, inputs or others; those without keep their own. A primitive
    that is no algebra stands as its name, applied.
    """
    own = reader(graph)
    given = _given(graph, names)
    writer = Writer(ROWS, tex, lambda call: str(call.head.name))
    written = []
    for value in graph.outputs:
        expression = own.expression(value.name, given)
        shown = presented(expression, Names({}))
        written.append(writer.whole(shown))
    return written


def _given(graph: Graph, names: Mapping[str, str]) -> dict[str, Expression]:
    """The symbol of each value that has a name; one of truth values is a condition that holds."""
    made = (node.output for node in graph.nodes)
    given = {}
    for value in (*graph.inputs, *made):
        if value.name not in names:
            continue
        named = symbol(names[value.name], value.shape)
        given[value.name] = held(named) if value.dtype == BOOL else named
    return given
