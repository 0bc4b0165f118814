"""How the gradient of one value comes about: what each of its uses hands back, and the check.

    derivation      that of a value of a trace
    Derivation      its terms, whose sum is the gradient, checked numbers, routes
    local_jacobian  the local derivative of one use, as a matrix

The line in symbols comes from tracing the primitive's own `backward` on symbols.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from pellucid.explanation.derivation_text import tell
from pellucid.explanation.derived import Check, Derived, Term
from pellucid.explanation.differences import Widened
from pellucid.explanation.routes import routes
from pellucid.explanation.rule_text import rule_text
from pellucid.explanation.trace import Trace, bridge
from pellucid.graph import Node, Value
from pellucid.primitives.base import FLOATS
from pellucid.tensor import Tensor, holding

CHECKED = 6  # numbers of a gradient that are compared with central differences
LISTED = 8  # routes
FEW = 64  # numbers of a local Jacobian that stands in a derivation
LARGEST_JACOBIAN = 4096  # numbers of a local Jacobian that is written out


class Derivation(Derived):
    """How a gradient comes about; prints as lines and tables, shows in notebooks."""

    def __str__(self) -> str:
        return str(tell(self))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return tell(self).html

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it."""
        return {
            "value": str(self.value),
            "array": self.array.tolist(),
            "gradient": self.gradient.tolist(),
            "terms": [_term_as_dict(term) for term in self.terms],
            "checks": [asdict(check) | {"error": check.error} for check in self.checks],
            "routes": self.routes.as_dict(),
        }


def _term_as_dict(term: Term) -> dict[str, Any]:
    jacobian = None if term.jacobian is None else term.jacobian.tolist()
    part = None if term.part is None else term.part.tolist()
    return {
        "use": str(term.node),
        "input": term.position,
        "rule": asdict(term.rule),
        "jacobian": jacobian,
        "part": part,
    }


def derivation(
    trace: Trace,
    wide: Widened,
    value: Value,
    places: Sequence[tuple[int, ...]] = (),
    checked: int = CHECKED,
    most: int = LISTED,
) -> Derivation:
    """The derivation of the gradient of a value; `wide` is the same run in float64.

    `places`: the numbers that are checked; by default the `checked` with the largest gradients.
    `most`: how many routes are listed.
    """
    gradient = trace.gradients.get(value.name)
    if gradient is None:
        gradient = np.zeros(value.shape, value.dtype)
    terms = []
    for node, position in trace.uses.get(value.name, ()):
        part = trace.handed(node, position)
        if part is not None:
            array = part.array if isinstance(part, Tensor) else None
            rule = rule_text(trace, node, position)
            slope = local_jacobian(trace, node, position, FEW)
            terms.append(Term(node, position, array, rule, slope))
    chosen = list(places) or _largest(gradient, checked)
    checks = _checks(trace, wide, value, gradient, chosen)
    way = routes(trace, value, most)
    return Derivation(value, trace.array(value.name), gradient, tuple(terms), checks, way)


def _largest(gradient: Any, count: int) -> list[tuple[int, ...]]:
    """The places of the largest numbers."""
    sizes = np.abs(gradient)
    order = np.argsort(-sizes, axis=None, kind="stable")
    places = []
    for k in order[:count]:
        place = np.unravel_index(k, gradient.shape)
        places.append(tuple(int(i) for i in place))
    return places


def _checks(
    trace: Trace, wide: Widened, value: Value, gradient: Any, places: Sequence[tuple[int, ...]]
) -> tuple[Check, ...]:
    if value.dtype not in FLOATS:
        return ()
    array = trace.array(value.name)
    found = []
    for each in wide.nudge(value.name, places):
        number = float(array[each.place])
        slope = float(gradient[each.place])
        found.append(Check(each.place, number, slope, each.central, each.kink))
    return tuple(found)


def local_jacobian(
    trace: Trace,
    node: Node,
    position: int,
    most: int = LARGEST_JACOBIAN,
) -> Any:
    """The local derivative of a use: numbers of the output down, numbers of the input across.

    None where it would have more than `most` numbers, or is one of records.
    """
    value = node.inputs[position]
    output = node.output
    rows = int(np.prod(output.shape, dtype=np.int64))
    columns = int(np.prod(value.shape, dtype=np.int64))
    if output.dtype.names is not None or value.dtype.names is not None:
        return None
    if rows * columns > most:
        return None
    found = np.zeros((rows, columns), value.dtype)
    for row in range(rows):
        one = np.zeros(rows, output.dtype)
        one[row] = 1.0
        part = bridge(trace, node, position, holding(one.reshape(output.shape)))
        if isinstance(part, Tensor):
            found[row] = part.array.reshape(-1)
    return found
