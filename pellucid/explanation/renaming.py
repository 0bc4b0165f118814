"""Expressions with the names that a reader sees, each value of a loop with the step it is of.

    Renaming        the texts of symbols; renamed, an expression in them

A value of a step is `h_t`, one step on `h_{t+1}`, at the first step `h_1`. What comes back from
the step behind is written out: it is what that step hands back, with every t one further on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pellucid.explanation.expressions import (
    SAMPLES,
    ZERO,
    Expression,
    is_call,
    sum_of,
    symbol,
    terms,
)
from pellucid.explanation.stepwise import place

Known = dict[tuple[Expression, int, int | None], Expression]


@dataclass
class Renaming:
    """`texts`: by the text of symbols. `inside`: which are values of a step of a loop.

    `behind`: what comes from the step behind, as it is there, with how much further that step is.
    `slices`: what was found to be taken step by step, with its axis of time, and whether a step has
    no more than two axes.
    """

    texts: Mapping[str, str]
    inside: Collection[str]
    behind: Mapping[str, tuple[Expression, int]]
    slices: dict[str, tuple[int, bool]] = field(default_factory=dict)
    known: Known = field(default_factory=dict)

    def renamed(self, x: Expression, by: int = 0, number: int | None = None) -> Expression:
        """The expression so many steps on; at the step with a number, where one is given."""
        key = (x, by, number)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._renamed(x, by, number)
        return found

    def _renamed(self, x: Expression, by: int, number: int | None) -> Expression:
        if x.kind == "symbol":
            return self._symbol(x, by, number)
        if is_call(x, "pinned"):
            return self.renamed(x.inputs[0], 0, x.head.axes[0])
        if not x.inputs:
            return x
        inner = [self.renamed(y, by, number) for y in x.inputs]
        if x.kind == "sum" and any(map(self._is_behind, x.inputs)):
            return _flat(inner, x.head)
        return replace(x, inputs=tuple(inner))

    def _is_behind(self, x: Expression) -> bool:
        """Whether a term is what comes from the step behind."""
        return x.kind == "symbol" and x.head.text in self.behind

    def _symbol(self, x: Expression, by: int, number: int | None) -> Expression:
        if x is SAMPLES:
            return x
        base, distance, axis = place(x.head.text)
        if base in self.behind:
            shown, ahead = self.behind[base]
            return self.renamed(shown, by + ahead, number)
        text = self.texts.get(base, base)
        if axis:
            self.slices[text] = (int(axis), len(x.shape) <= 2)
        is_inside = axis or base.removeprefix("d ") in self.inside
        below = _below(distance + by, number) if is_inside else ""
        return symbol(text + below, x.shape, x.head.low, x.head.high)


def _below(distance: int, number: int | None) -> str:
    """The step that a name stands for."""
    if number is not None:
        at = number + distance
        return f"_{at}" if at in (0, 1) else f"_{{{at}}}"
    return f"_{{t{distance:+d}}}" if distance else "_t"


def _flat(parts: list[Expression], coefficients: tuple[Fraction, ...]) -> Expression:
    """A sum whose parts may be sums."""
    found: dict[Expression, Fraction] = {}
    for part, c in zip(parts, coefficients, strict=True):
        for term, k in [] if part is ZERO else terms(part):
            found[term] = found.get(term, Fraction(0)) + c * k
    return sum_of(found)
