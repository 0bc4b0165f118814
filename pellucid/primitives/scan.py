"""Scan: a graph run step after step, and backwards, from the last step to the first."""

from dataclasses import dataclass
from typing import Any

from pellucid.primitives.parts import Parts
from pellucid.primitives.recurrence import Recurrence


@dataclass(frozen=True)
class Scan(Recurrence):
    """A body run for each step: new carried values and a result from constants and a slice.

    The inputs are `constants` values that every step sees whole, then the first `carries`, then
    sequences, of which each step sees its slice of the first axis; those of `body` are the same.
    The outputs of `body` are the carries for the next step, then the results of this one. With
    `reverse` the last slice comes first. Given together (`Part` takes them out) are:

        each carry      what it is after all steps
        each carry      of those in `before` what it is before step t, stacked: (steps, ...);
                        of the others nothing: (0, ...)
        each carry      of those in `after` what it is after step t, in the same way
        each result     stacked: (steps, ...), slice t from step t
    """

    formula = "s', y[t] = body(c, s, x[t]) for every t"
    gradient_formula = "ds, dx[t] = body's rule backwards for every t, the last first"

    def backward(self, dy: Parts, y: Any, *inputs: Any) -> tuple[Any, ...]:
        # Imported on use: few programs differentiate a scan.
        from pellucid.primitives.scan_gradient import scan_gradients

        return scan_gradients(self, dy, inputs)
