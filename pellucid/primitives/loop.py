"""A scan put together from tensors: what its body takes and gives, and what stands outside.

SymbolicLoop  symbols with what they stand for, and what is made of them
Scanned       what a scan gave, taken out of its record
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.graph import collect
from pellucid.primitives.parts import Part
from pellucid.primitives.recurrence import Recurrence
from pellucid.primitives.scan_passes import tidy


@dataclass
class SymbolicLoop:
    """The pieces of a scan. Each list holds (symbol in the body, tensor outside).

    `kind` makes a primitive of them: `Scan`, which this file need not know.
    """

    kind: type[Recurrence]
    steps: int
    reverse: bool
    constants: list[tuple[Any, Any]] = field(default_factory=list)
    carries: list[tuple[Any, Any]] = field(default_factory=list)
    sequences: list[tuple[Any, Any]] = field(default_factory=list)

    def scanned(
        self,
        left: Sequence[Any],
        results: Sequence[Any],
        before: Sequence[int] = (),
        after: Sequence[int] = (),
    ) -> "Scanned":
        """Run it: `left` are the carries behind a step, `results` what each step gives.

        Of carries whose numbers are in `before` or `after`, what they are there is given too.
        """
        groups = {"c": self.constants, "s": self.carries, "x": self.sequences}
        inputs = {f"{k}{i}": x for k, xs in groups.items() for i, (x, _) in enumerate(xs)}
        unlike = list({id(y): y for y in results}.values())
        body = tidy(collect(inputs, [*left, *unlike]))
        counts = (self.steps, len(self.constants), len(self.carries))
        scan = self.kind(
            body,
            *counts,
            self.reverse,
            tuple(before),
            tuple(after),
        )
        first, *others = (x for xs in groups.values() for _, x in xs)
        positions = {id(y): j for j, y in enumerate(unlike)}
        return Scanned(scan, first.apply(scan, *others), positions)


@dataclass
class Scanned:
    """What a scan gave."""

    scan: Recurrence
    record: Any
    positions: dict[int, int] = field(default_factory=dict)

    def _part(self, index: int) -> Any:
        return self.record.apply(Part(index, self.scan.gives()[index][1]))

    def final(self, carry: int) -> Any:
        """A carry after all steps."""
        return self._part(carry)

    def before(self, carry: int) -> Any:
        """A carry as every step found it, stacked."""
        return self._part(self.scan.carries + carry)

    def after(self, carry: int) -> Any:
        """A carry as every step left it, stacked."""
        return self._part(2 * self.scan.carries + carry)

    def result(self, number: int) -> Any:
        """A result of all steps, stacked."""
        return self._part(3 * self.scan.carries + number)

    def stacked(self, result: Any) -> Any:
        """A result of all steps, stacked, named by the tensor of the body that gives it."""
        return self.result(self.positions[id(result)])
