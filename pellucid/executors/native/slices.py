"""Predictions for large batches, slice by slice, through the program for one slice.

    native_program  a procedure ready to run: as it stands, or slice by slice
    Sliced          a procedure that runs so

Slices follow from shapes alone (passes.batch_slices), so bits do not depend on threads. Where
they do not fill the batch, the last one begins within the one before: its first rows are
computed twice.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.executors.inside import Inside
from pellucid.executors.native.executor import Native
from pellucid.executors.native.passes.batch_slices import slice_of, slices_of
from pellucid.executors.native.runtime.accepted import Accepted
from pellucid.graph import Procedure

if TYPE_CHECKING:
    from pellucid.executors.native.runtime.report import Report


class Sliced:
    """A procedure whose arguments and results are cut into slices of rows."""

    def __init__(self, procedure: Procedure, of_slice: Procedure) -> None:
        self.accepted = Accepted(procedure)
        self.native = Native(of_slice)
        self.outputs = [(value.shape, value.dtype) for value in procedure.graph.outputs]
        self.batch = procedure.graph.inputs[0].shape[0]
        self.rows = of_slice.graph.inputs[0].shape[0]

    def __call__(self, arguments: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The results for these arguments."""
        held = self.accepted.call(arguments, state)
        results = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        self._fill(held, state, results)
        return results

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any]
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; none of them can fail."""
        held = self.accepted.loop(rows, state)
        steps = len(held[0])
        results = [np.empty((steps, *shape), dtype) for shape, dtype in self.outputs]
        for i in range(steps):
            self._fill([array[i] for array in held], state, [array[i] for array in results])
        return results, None

    def _fill(self, arguments: Sequence[Any], state: Sequence[Any], results: list[Any]) -> None:
        """Run all slices: those side by side in one go, and the last one, if it overlaps them."""
        whole = self.batch // self.rows
        self._run(arguments, state, results, 0, whole)
        if whole < slices_of(self.batch, self.rows):
            self._run(arguments, state, results, self.batch - self.rows, 1)

    def _run(
        self,
        arguments: Sequence[Any],
        state: Sequence[Any],
        results: list[Any],
        first: int,
        steps: int,
    ) -> None:
        """Run some slices, side by side from a row on."""

        def seen(array: Any) -> Any:
            of_row = len(array) // self.batch
            begin = first * of_row
            rows = array[begin : begin + steps * self.rows * of_row]
            return rows.reshape(steps, self.rows * of_row, *array.shape[1:])

        self.native.fill([*map(seen, arguments)], state, [*map(seen, results)])

    @property
    def inside(self) -> Inside | None:
        """The thread that is inside a rule in Python; such rules are not cut."""
        return self.native.inside

    def report(self) -> "Report":
        """What each kernel does for all slices, and how long it takes."""
        found = self.native.report()
        count = slices_of(self.batch, self.rows)
        rows = tuple(
            replace(
                row,
                seconds=row.seconds * count,
                bytes=row.bytes * count,
                flops=row.flops * count,
                turns=row.turns * count,
            )
            for row in found.rows
        )
        return replace(found, rows=rows)

    def source(self, form: str) -> str:
        """The program for a slice as "graph", "schedule", "llvm" or "assembly"."""
        return self.native.source(form)


def native_program(procedure: Procedure) -> Native | Sliced:
    """A procedure ready to run."""
    of_slice = slice_of(procedure)
    return Native(procedure) if of_slice is None else Sliced(procedure, of_slice)
