"""The outputs of any small graph as formulas: those of a gradient rule, traced on symbols.

formulas    one formula for each output
"""

from collections.abc import Mapping

from pellucid.explanation.expressions import symbol
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
    values = [*graph.inputs, *(node.output for node in graph.nodes)]
    named = [(v, symbol(names[v.name], v.shape)) for v in values if v.name in names]
    given = {v.name: held(x) if v.dtype == BOOL else x for v, x in named}
    writer = Writer(ROWS, tex, lambda call: str(call.head.name))
    found = [own.expression(value.name, given) for value in graph.outputs]
    return [writer.whole(presented(x, Names({}))) for x in found]
