"""A gradient as the sum over routes of products of bridges.

    routes      the routes from a value to the result, the largest first
    Routes      how many there are, the total, and those that were found; prints as a table
    Route       one of them: the nodes it goes through, its part of the gradient, its share

A route goes from a value through one use after the other to the result; a bridge is the local
derivative of one use, by one input. The product of the bridges of a route is what arrives by it,
and the sum over all routes is the gradient. Automatic differentiation adds up where routes meet
instead, so it needs no list of them: their number can be exponential in the number of nodes.

Few routes are all walked. Of more the largest are searched: those with the largest products of
gains, where the gain of a bridge is the length of what it hands back divided by that of what it
was handed, in the backward pass as it was. Between single numbers the gain is the size of the
bridge, so that these are the largest routes; between arrays it is a guide. The parts and shares of
routes that were found are exact in both cases.
"""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from pellucid import displays
from pellucid.explanation.shown import felt, many
from pellucid.explanation.trace import Trace, bridge
from pellucid.graph import Node, Value
from pellucid.languages import counted, said
from pellucid.primitives.parts import Parts
from pellucid.tables import aligned
from pellucid.tensor import Tensor, ones_like

NOTHING = "-"
MOST_ENDS, SMALL = 4_000, 8_192  # ends of routes that are kept, and numbers of each: 128 MB
THROUGH = "\N{BULLET}"  # the input that a route goes through
ALL = 64  # routes that are all walked; of more the largest are searched

Use = tuple[Node, int]
_Way = tuple[Use, Any] | None  # a route: its first use, and the rest of it


@dataclass(frozen=True)
class Route:
    """The uses it goes through, from the value to the result.

    `part`: what arrives by it, of the value's shape. `share`: of the gradient, in its direction:
    part . gradient / gradient . gradient; nan where the gradient is zero.
    """

    uses: tuple[Use, ...]
    part: Any
    share: float

    @property
    def names(self) -> tuple[str, ...]:
        """The values on the way, after the first."""
        return tuple(node.output.name for node, _ in self.uses)

    def row(self) -> tuple[str, ...]:
        """The operations that it goes through, its share, and what arrives by it."""
        share = f"{self.share:.1%}" if math.isfinite(self.share) else NOTHING
        return self._way(), share, felt(self.part)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON takes it, its values by their names."""
        through = list(self.names)
        return {"through": through, "share": self.share, "part": self.part.tolist()}

    def _way(self) -> str:
        """The operations, by layer."""
        told = []
        for path, uses in groupby(self.uses, key=lambda use: use[0].scope):
            names = " ".join(_told(node, position) for node, position in uses)
            told.append(f"{path}: {names}" if path else names)
        return " -> ".join(told)


@dataclass(frozen=True, repr=False)
class Routes:
    """`count` routes lead from `value` to the result; `total` is the sum over all, the gradient.

    `found`: the largest of them, or all.
    """

    value: Value
    count: int
    total: Any
    found: tuple[Route, ...]

    @property
    def complete(self) -> bool:
        """Whether all routes were found."""
        return len(self.found) == self.count

    @property
    def share(self) -> float:
        """The share of the gradient that the routes found have together."""
        return math.fsum(route.share for route in self.found)

    def told(self) -> str:
        """How many there are; of many, what share those found have."""
        if self.count == 0:
            return said("No route leads from it to the result.")
        told = counted(
            "{count} route leads to the result.",
            "{count} routes lead to the result.",
            self.count,
            count=many(self.count),
        )
        if any(route.share < 0.0 for route in self.found):
            told += " " + said(
                "A negative share is against the gradient; all shares add up to 100%."
            )
        if self.complete:
            return told
        found, share = len(self.found), f"{self.share:.1%}"
        more = said(
            "{found} of the largest give {share} of the gradient:", found=found, share=share
        )
        return f"{told} {more}"

    def rows(self) -> list[tuple[str, ...]]:
        """Way, share and part of each that was found, under their heads."""
        heads = (said("route"), said("share"), said("handed back"))
        return [heads, *(route.row() for route in self.found)]

    def __str__(self) -> str:
        if not self.found:
            return self.told()
        rows = aligned(self.rows(), texts=1)
        return "\n".join([self.told(), *rows])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        heads, *rows = self.rows()
        return displays.table(self.told(), heads if rows else (), rows, wraps=True)

    def as_dict(self) -> dict[str, Any]:
        """The routes as JSON takes them; the number of all as text, as it may be large."""
        found = [route.as_dict() for route in self.found]
        return {"count": many(self.count), "total": self.total.tolist(), "found": found}


def routes(trace: Trace, value: Value, most: int = 8) -> Routes:
    """The routes from a value to the result, at most `most`, the largest first."""
    bridges = _Bridges(trace, value)
    count = bridges.count(value.name)
    total = trace.gradients.get(value.name)
    if total is None:
        total = np.zeros(value.shape, value.dtype)
    ways = bridges.largest(value.name, ALL if count <= ALL else most)
    found = [_walked(trace, way, total) for way in ways]
    found.sort(key=_size, reverse=True)
    return Routes(value, count, total, tuple(found[:most]))


def _told(node: Node, position: int) -> str:
    """The operation; where it uses a value twice, with the place by which the route goes."""
    names = [value.name for value in node.inputs]
    name = str(node.primitive.name)
    if names.count(names[position]) == 1:
        return name
    names[position] = THROUGH
    return f"{name}({', '.join(names)})"


def _size(route: Route) -> float:
    """How large a route is: by its share, or where there is none, by its largest number."""
    if math.isfinite(route.share):
        return abs(route.share)
    return float(np.abs(route.part).max())


def _walked(trace: Trace, way: tuple[Use, ...], total: Any) -> Route:
    """A route with what arrives by it."""
    upstream: Tensor | Parts = ones_like(trace.tensors[trace.result.name])
    end = 0  # the rest of the route, by its number: routes of many values end alike
    for use in reversed(way):
        end, upstream = _arriving(trace, use, end, upstream)
    assert isinstance(upstream, Tensor), "a route begins at an array"
    array = np.asarray(upstream.array, np.float64)
    wide = np.asarray(total, np.float64)
    along = float((wide * wide).sum())
    share = float((array * wide).sum()) / along if along else math.nan
    return Route(way, upstream.array, share)


def _arriving(
    trace: Trace, use: Use, end: int, upstream: Tensor | Parts
) -> tuple[int, Tensor | Parts]:
    """What arrives by a use and the rest of a route behind it, with the number of both."""
    node, position = use
    key = end, node.output.name, position
    known = trace.ends.get(key)
    if known is not None:
        return known
    part = bridge(trace, node, position, upstream)
    assert part is not None, "a bridge of a route has a derivative"
    is_small = isinstance(part, Tensor) and part.size <= SMALL
    if is_small and end >= 0 and len(trace.ends) < MOST_ENDS:
        trace.ends[key] = len(trace.ends) + 1, part
        return trace.ends[key]
    return -1, part


class _Bridges:
    """The bridges between a value and the result, each with the logarithm of its gain."""

    def __init__(self, trace: Trace, value: Value) -> None:
        self._trace = trace
        self._backwards = list(reversed(_reaching(trace, value)))  # the last value first
        self._uses = {name: list(self._bridges_of(name)) for name in self._backwards}

    def _bridges_of(self, name: str) -> Iterator[tuple[Use, float]]:
        """The uses of a value by which something comes back to it, with their gains."""
        for node, position in self._trace.uses.get(name, ()):
            gain = self._gain(node, position)
            if gain is not None:
                yield (node, position), gain

    def _gain(self, node: Node, position: int) -> float | None:
        """The gain of a bridge, which is the same for all routes over it: found once in a run."""
        known = self._trace.gains
        key = node.output.name, position
        if key not in known:
            known[key] = self._found_gain(node, position)
        return known[key]

    def _found_gain(self, node: Node, position: int) -> float | None:
        """The logarithm of the gain of a bridge; -inf where it hands nothing on, None for none."""
        dy = self._trace.upstream.get(node.output.name)
        if dy is None:
            return None
        length, handed = _length(dy), self._trace.handed(node, position)
        if length == 0.0 and isinstance(dy, Tensor):  # where routes cancel, the bridge is there
            length = math.sqrt(dy.size)
            handed = bridge(self._trace, node, position, ones_like(dy))
        if handed is None:
            return None
        gain = _length(handed) / length if length else 0.0
        return math.log(gain) if gain else -math.inf

    def count(self, name: str) -> int:
        """How many routes lead from a value to the result."""
        counts = {self._trace.result.name: 1}
        for each in self._backwards:
            further = 0
            for (node, _), _ in self._uses[each]:
                further += counts.get(node.output.name, 0)
            counts.setdefault(each, further)
        return counts[name]

    def largest(self, name: str, most: int) -> list[tuple[Use, ...]]:
        """The routes with the largest products of gains: the best of each value, from the end.

        A best route goes on, after its first bridge, by one of the `most` best of where it leads.
        """
        best: dict[str, list[tuple[float, _Way]]] = {self._trace.result.name: [(0.0, None)]}
        for each in self._backwards:
            ways: list[tuple[float, _Way]] = []
            for use, gain in self._uses[each]:
                node, _ = use
                for further, rest in best.get(node.output.name, ()):
                    ways.append((gain + further, (use, rest)))
            largest = heapq.nlargest(most, ways, key=lambda pair: pair[0])
            best.setdefault(each, largest)
        return [tuple(_in_order(way)) for _, way in best[name]]


def _in_order(way: _Way) -> Iterator[Use]:
    """The uses of a route, from its first."""
    while way is not None:
        use, way = way
        yield use


def _length(dy: Tensor | Parts | None) -> float:
    """The Euclidean length of all numbers."""
    if dy is None:
        return 0.0
    if isinstance(dy, Parts):
        lengths = map(_length, dy.given.values())
        return math.hypot(*lengths)
    wide = np.asarray(dy.array, np.float64)
    return float(np.linalg.norm(wide))


def _reaching(trace: Trace, value: Value) -> list[str]:
    """The values that depend on a value, itself among them, oldest first."""
    reached: dict[str, None] = {value.name: None}
    for node in trace.graph.nodes:
        if any(each.name in reached for each in node.inputs):
            reached[node.output.name] = None
    return list(reached)
