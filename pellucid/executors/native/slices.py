"""Predictions for large batches, slice by slice, through the program for one slice.

    native_program  a procedure ready to run: as it stands, or slice by slice
    room_of         the memory that it then takes
    called          the procedure that runs at each call, or for each slice
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
from pellucid.executors.native.keeping import KeepingProgram
from pellucid.executors.native.runtime.accepted import Accepted
from pellucid.graph import Procedure

if TYPE_CHECKING:
    from pellucid.executors.native.passes.kept_values import Keeping
    from pellucid.executors.native.runtime.report import Report


class Sliced:
    """A procedure whose arguments and results are cut into slices of rows."""

    def __init__(
        self, procedure: Procedure, of_slice: Procedure, native: Native | KeepingProgram
    ) -> None:
        from pellucid.executors.native.passes.batch_slices import slices_of  # loaded by then

        self.accepted = Accepted(procedure)
        self.native = native
        self.outputs = [(value.shape, value.dtype) for value in procedure.graph.outputs]
        self.batch = procedure.graph.inputs[0].shape[0]
        self.rows = of_slice.graph.inputs[0].shape[0]
        self.count = slices_of(self.batch, self.rows)

    def __call__(
        self, arguments: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> list[Any]:
        """The results for these arguments."""
        held = self.accepted.call(arguments, state)
        results = [np.empty(shape, dtype) for shape, dtype in self.outputs]
        self._fill(held, state, results, updates)
        return results

    def loop(
        self, rows: Sequence[Any], state: Sequence[Any], updates: int = 0
    ) -> tuple[list[Any], BaseException | None]:
        """One call for each row of the arguments; none of them can fail."""
        held = self.accepted.loop(rows, state)
        steps = len(held[0])
        results = [np.empty((steps, *shape), dtype) for shape, dtype in self.outputs]
        for i in range(steps):
            of_call = [array[i] for array in held], state, [array[i] for array in results]
            self._fill(*of_call, updates)
        return results, None

    def _fill(
        self, arguments: Sequence[Any], state: Sequence[Any], results: list[Any], updates: int
    ) -> None:
        """Run all slices: those side by side in one go, and the last one, if it overlaps them."""
        whole = self.batch // self.rows
        runs = [(0, whole)]
        if whole < self.count:
            runs.append((self.batch - self.rows, 1))
        for first, steps in runs:
            of_arguments, of_results = (
                [self._seen(array, first, steps) for array in arrays]
                for arrays in (arguments, results)
            )
            self.native.fill(of_arguments, state, of_results, updates)

    def _seen(self, array: Any, first: int, steps: int) -> Any:
        """Some slices of an array, side by side from a row of the batch on."""
        of_row = len(array) // self.batch
        begin = first * of_row
        rows = array[begin : begin + steps * self.rows * of_row]
        return rows.reshape(steps, self.rows * of_row, *array.shape[1:])

    @property
    def inside(self) -> Inside | None:
        """The thread that is inside a rule in Python; such rules are not cut."""
        return self.native.inside

    def report(self) -> "Report":
        """What each kernel does for all slices, and how long it takes."""
        of_slice = self.native.report()
        rows = tuple(
            replace(
                row,
                seconds=row.seconds * self.count,
                bytes=row.bytes * self.count,
                flops=row.flops * self.count,
                turns=row.turns * self.count,
            )
            for row in of_slice.rows
        )
        return replace(of_slice, rows=rows)

    def source(self, form: str) -> str:
        """The program for a slice as "graph", "schedule", "llvm" or "assembly"."""
        return self.native.source(form)


def native_program(procedure: Procedure) -> Native | KeepingProgram | Sliced:
    """A procedure ready to run."""
    of_slice, parts = _divided(procedure)
    native = Native(of_slice or procedure) if parts is None else KeepingProgram(parts)
    return native if of_slice is None else Sliced(procedure, of_slice, native)


def room_of(procedure: Procedure) -> int:
    """The bytes that its program takes while it runs, beside arguments, variables and results."""
    from pellucid.executors.native.planning import planned

    of_slice, parts = _divided(procedure)
    if parts is None:
        return planned(of_slice or procedure).plan.arena_bytes
    return parts.nbytes + planned(parts.call).plan.arena_bytes


def called(procedure: Procedure) -> Procedure:
    """The procedure that runs at each call, or for each slice of one."""
    of_slice, parts = _divided(procedure)
    return of_slice or procedure if parts is None else parts.call


def _divided(procedure: Procedure) -> "tuple[Procedure | None, Keeping | None]":
    """The procedure for a slice, if it is cut, and what either keeps from call to call.

    What updates variables has neither, and its passes are not loaded for it.
    """
    if procedure.updates:
        return None, None
    from pellucid.executors.native.passes.batch_slices import slice_of
    from pellucid.executors.native.passes.kept_values import keeping

    of_slice = slice_of(procedure)
    return of_slice, keeping(of_slice or procedure)
