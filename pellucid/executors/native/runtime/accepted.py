"""What a program accepts: arrays of the shapes and dtypes that it was compiled for, and no others.

Accepted    checks arguments and variables before machine code reads them

Machine code knows sizes and strides from its compilation: of any other array it would read or
write what is not its own. Arguments with gaps between their elements, or that do not begin at a
multiple of their item size, are copied; variables, which are written in place, are refused.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph import Procedure, Shape, Value


class Accepted:
    """The inputs of a procedure as its program takes them; `variables`: which are variables."""

    def __init__(self, procedure: Procedure) -> None:
        self._inputs, count = procedure.graph.inputs, procedure.arguments
        self._arguments = [(v.shape, v.dtype) for v in self._inputs[:count]]
        self.variables = range(count, len(self._inputs))
        self._updated = frozenset(procedure.updates)

    def call(self, arguments: Sequence[Any], state: Sequence[Any]) -> Sequence[Any]:
        """The arguments of a call, as machine code can read them."""
        if len(arguments) != len(self._arguments) or len(state) != len(self.variables):
            raise self._other_number(arguments, state)
        held = arguments
        for i, (shape, dtype) in enumerate(self._arguments):
            array = arguments[i]
            # In this order a usual argument costs 0.1 microseconds: a call may take ten.
            if array.shape != shape or array.dtype is not dtype or not array.flags.carray:
                held = [*held[:i], self._readable(i, array, shape), *held[i + 1 :]]
        return held

    def loop(self, rows: Sequence[Any], state: Sequence[Any]) -> list[Any]:
        """The arguments of a loop, which have one axis more, the calls."""
        if len(rows) != len(self._arguments) or len(state) != len(self.variables):
            raise self._other_number(rows, state)
        steps = rows[0].shape[:1] if rows else (0,)
        if steps in {(), (0,)}:
            raise ShapeError(
                "loop: no calls. Every argument has one axis more than in a call, which counts "
                "the calls, at least one."
            )
        shapes = [(*steps, *shape) for shape, _ in self._arguments]
        return [self._readable(i, a, s) for i, (a, s) in enumerate(zip(rows, shapes, strict=True))]

    def variable(self, slot: int, array: Any) -> None:
        """Raise unless an array can be the variable that is this input."""
        value, flags = self._inputs[slot], array.flags
        _refuse_others("variable", value, array, value.shape)
        if not (flags.c_contiguous and flags.aligned):
            raise GraphError(
                f"variable {value.name}: an array {_gaps(array)}. Variables are read and written "
                "in place, in row-major order: pass a copy, numpy.array(a, order='C')."
            )
        if slot in self._updated and not flags.writeable:
            raise GraphError(
                f"variable {value.name}: an array that may not be written. The program updates "
                "it in place: pass a copy."
            )

    def _readable(self, position: int, array: Any, shape: Shape) -> Any:
        """An argument, copied where machine code could not read it as it lies."""
        _refuse_others("argument", self._inputs[position], array, shape)
        is_plain = array.flags.c_contiguous and array.flags.aligned
        return array if is_plain else np.array(array, order="C")

    def _other_number(self, arguments: Sequence[Any], state: Sequence[Any]) -> GraphError:
        return GraphError(
            f"native program: {len(arguments)} arguments and {len(state)} variables. It was "
            f"compiled for {len(self._arguments)} and {len(self.variables)}."
        )


def _refuse_others(kind: str, value: Value, array: Any, shape: Shape) -> None:
    """Raise where an array has another shape or dtype than its program was compiled for."""
    if array.shape == shape and array.dtype == value.dtype:
        return
    error = DTypeError if array.dtype != value.dtype else ShapeError
    raise error(
        f"{kind} {value.name}: {array.dtype}{list(array.shape)} for a program compiled for "
        f"{value.dtype}{list(shape)}. Machine code fits one shape and dtype: compile again for "
        "others, or convert the array."
    )


def _gaps(array: Any) -> str:
    if array.flags.c_contiguous:
        return f"that does not begin at a multiple of its {array.itemsize} bytes"
    return f"of strides {array.strides} bytes, not row by row without gaps"
