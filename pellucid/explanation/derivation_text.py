"""Derivations in words and numbers, as lines and as tables.

tell        the parts of a derivation, in words and tables
DerivationText    the parts; prints as text
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pellucid.explanation.derivation import Derivation
from pellucid.explanation.routes import Route, Routes
from pellucid.explanation.shown import exact, extent, felt, many, number, shown
from pellucid.graph import Node
from pellucid.languages import counted, said
from pellucid.tables import aligned

Rows = list[tuple[str, ...]]
NOTHING = "-"


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
        tables = (table for table in (self.terms, self.checks) if table[1:])
        parts += ["\n".join(aligned(table, texts=2)) for table in tables]
        ways = aligned(self.routes) if self.routes[1:] else []
        return "\n\n".join([*parts, "\n".join([self.routes_told, *ways])])


def tell(derivation: Derivation) -> DerivationText:
    """The parts of a derivation."""
    facts = [
        said("value: {value}", value=_described(derivation.array, shown)),
        said("gradient: {gradient}", gradient=_described(derivation.gradient, felt)),
        _summed(len(derivation.terms)),
    ]
    way = derivation.routes
    return DerivationText(
        str(derivation.value), facts, _terms(derivation), _checks(derivation),
        [_route_heads(), *map(_route, way.found)], _told_routes(way),
    )  # fmt: skip


def _described(array: Any, briefly: Callable[[Any], str]) -> str:
    """A number; of several, how they are told briefly, and their extent."""
    return briefly(array) if array.size == 1 else f"{briefly(array)}, {extent(array)}"


def _summed(count: int) -> str:
    if count == 0:
        return said("The result does not depend on it.")
    if count == 1:
        return said("It is what its one use hands back.")
    return said("It is the sum of what its {count} uses hand back.", count=count)


def _terms(derivation: Derivation) -> Rows:
    """The uses, with the rule of each and how large what it hands back is."""
    heads = (said("use"), said("rule"), said("handed back"))
    rows = []
    for term in derivation.terms:
        part = NOTHING if term.part is None else felt(term.part)
        rows.append((_use(term.node), term.node.primitive.gradient_formula, part))
    return [heads, *rows]


def _use(node: Node) -> str:
    """An operation and the layer that it is in."""
    inputs = ", ".join(value.name for value in node.inputs)
    where = f"  # {node.scope}" if node.scope else ""
    return f"{node.output.name} = {node.primitive.name}({inputs}){where}"


def _checks(derivation: Derivation) -> Rows:
    heads = (
        said("place"), said("value"), said("gradient"), said("central difference"),
        said("apart by"), "",
    )  # fmt: skip
    rows = [
        (
            str(list(check.place)), exact(check.value), exact(check.gradient),
            exact(check.difference), number(check.error), said("kink") if check.kink else "",
        )
        for check in derivation.checks
    ]  # fmt: skip
    return [heads, *rows]


def _told_routes(way: Routes) -> str:
    if way.count == 0:
        return said("No route leads from it to the result.")
    told = counted(
        "{count} route leads to the result.",
        "{count} routes lead to the result.",
        way.count,
        count=many(way.count),
    )
    if way.complete:
        return told
    found, share = len(way.found), f"{way.share:.1%}"
    more = said("{found} of the largest give {share} of the gradient:", found=found, share=share)
    return f"{told} {more}"


def _route_heads() -> tuple[str, ...]:
    return said("share"), said("handed back"), said("route")


def _route(route: Route) -> tuple[str, ...]:
    share = f"{route.share:.1%}" if math.isfinite(route.share) else NOTHING
    return share, felt(route.part), _way(route)


def _way(route: Route) -> str:
    """The operations that a route goes through, by layer."""
    ways: list[tuple[str, list[str]]] = []
    for node, _ in route.uses:
        if not ways or ways[-1][0] != node.scope:
            ways.append((node.scope, []))
        ways[-1][1].append(node.primitive.name)
    told = [f"{path}: {' '.join(names)}" if path else " ".join(names) for path, names in ways]
    return " -> ".join(told)
