"""Derivations in words and numbers, as lines and as tables.

tell        the parts of a derivation, in words and tables
DerivationText    the parts; prints as text
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid import displays
from pellucid.explanation.derived import Derived
from pellucid.explanation.shown import exact, extent, felt, number, shown
from pellucid.graph import Node
from pellucid.languages import said
from pellucid.tables import aligned

Rows = list[tuple[str, ...]]
NOTHING = "-"
MOST_WRITTEN = 12  # numbers of a local derivative in a line


@dataclass(frozen=True)
class DerivationText:
    """The title, what the value is, its terms, its checks and its routes; tables under heads."""

    title: str
    facts: list[str]
    terms: Rows
    checks: Rows
    routes: Rows
    routes_told: str

    def __str__(self) -> str:
        parts = ["\n".join([self.title, *self.facts])]
        for table in (self.terms, self.checks):
            if len(table) > 1:
                parts.append("\n".join(aligned(table, texts=2)))
        ways = aligned(self.routes, texts=1) if len(self.routes) > 1 else []
        parts.append("\n".join([self.routes_told, *ways]))
        return "\n\n".join(parts)

    @property
    def html(self) -> str:
        """What a notebook shows."""
        facts = "\n".join(self.facts)
        shown = [displays.listing(self.title, facts)]
        for heads, *rows in (self.terms, self.checks):
            if rows:
                shown.append(displays.table("", heads, rows, texts=2, wraps=True))
        heads, *ways = self.routes
        routes = displays.table(
            self.routes_told,
            heads if ways else (),
            ways,
            wraps=True,
        )
        return "\n".join([*shown, routes])


def tell(derivation: Derived) -> DerivationText:
    """The parts of a derivation."""
    facts = [
        said("value: {value}", value=_described(derivation.array, shown)),
        said("gradient: {gradient}", gradient=_described(derivation.gradient, felt)),
        _summed(len(derivation.terms)),
    ]
    way = derivation.routes
    return DerivationText(
        str(derivation.value),
        facts,
        _terms(derivation),
        _checks(derivation),
        way.rows(),
        way.told(),
    )


def _described(array: Any, briefly: Callable[[Any], str]) -> str:
    """A number; of several, how they are told briefly, and their extent."""
    told = briefly(array)
    if array.size == 1:
        return told
    return f"{told}, {extent(array)}"


def _summed(count: int) -> str:
    if count == 0:
        return said("The result does not depend on it.")
    if count == 1:
        return said("It is what its one use hands back.")
    return said("It is the sum of what its {count} uses hand back.", count=count)


def _terms(derivation: Derived) -> Rows:
    """The uses, with the rule of each in symbols and in shapes, and what it hands back."""
    heads = (
        said("use"),
        said("in symbols"),
        said("in shapes"),
        said("handed back"),
        said("local derivative"),
    )
    rows: Rows = [heads]
    for term in derivation.terms:
        rule = term.rule
        use = _use(term.node)
        part = NOTHING if term.part is None else felt(term.part)
        handed_back = rule.numbers or part
        rows.append((use, rule.symbols, rule.shapes, handed_back, _bridge(term.jacobian)))
    return rows


def _bridge(jacobian: Any) -> str:
    """The numbers of a small local derivative, row by row."""
    if jacobian is None or jacobian.size > MOST_WRITTEN:
        return NOTHING
    rows = [" ".join(number(x) for x in row) for row in jacobian.tolist()]
    return rows[0] if len(rows) == 1 else "; ".join(rows)


def _use(node: Node) -> str:
    """An operation and the layer that it is in."""
    inputs = ", ".join(value.name for value in node.inputs)
    where = f"  # {node.scope}" if node.scope else ""
    return f"{node.output.name} = {node.primitive.name}({inputs}){where}"


def _checks(derivation: Derived) -> Rows:
    heads = (
        said("place"),
        said("value"),
        said("gradient"),
        said("central difference"),
        said("apart by"),
        "",
    )
    rows = [
        (
            str(list(check.place)),
            exact(check.value),
            exact(check.gradient),
            exact(check.difference),
            number(check.error),
            said("kink") if check.kink else "",
        )
        for check in derivation.checks
    ]
    return [heads, *rows]
