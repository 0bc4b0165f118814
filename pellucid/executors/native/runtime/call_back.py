"""Running the reference rule of a primitive from inside a native program, and what can fail.

CallBack    what the program calls for a node without native code; tells what has failed
Failed      a step that failed
"""

import ctypes
import weakref
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pellucid.errors import GraphError, PositionError, located
from pellucid.executors.inside import Inside
from pellucid.executors.native.kernels.interface import (
    CALL_BACK,
    FAILED_INDEX,
    FAILED_PLACE,
    FAILED_STEP,
    FAILURE,
)
from pellucid.graph import Node
from pellucid.primitives.indexing import CheckedIds, outside, unknown

if TYPE_CHECKING:
    from pellucid.executors.native.ir.views import View
    from pellucid.executors.native.schedule.loop_bodies import Coded
    from pellucid.executors.native.schedule.planned import Planned

PROTOTYPE = ctypes.CFUNCTYPE(None, ctypes.c_int64)


@dataclass(frozen=True)
class Failed:
    """The first step of a call that failed, counted from 0, and what it raises."""

    step: int
    error: BaseException


class Explained(Protocol):
    """A program that tells what it was made from."""

    @property
    def shared(self) -> "Planned":
        """The plan that the program was made from."""

    @property
    def coded(self) -> "list[Coded]":
        """The kernels that have code, by the numbers that the code knows them by."""


class CallBack:
    """The Python half of a program: called with the number of a kernel.

    An exception cannot pass through machine code: it is kept, and the table tells the program
    to end before the step has changed anything. Only now and then is the plan of the program
    needed, so it is made on use; the program itself may go when nobody else holds it.

    What is called is a generator that waits within its `try`. A function would begin and end
    outside of it, and there an exception of a signal's handler, as of Ctrl-C, would be lost:
    ctypes passes none on.
    """

    def __init__(self, program: Explained, table: Any, arena_slot: int) -> None:
        self.program = weakref.proxy(program)
        self.table = table
        self._slot = arena_slot + CALL_BACK
        self._failure, self._step, self._index, self._place = (
            ctypes.c_int64.from_buffer(table, (arena_slot + entry) * table.itemsize)
            for entry in (FAILURE, FAILED_STEP, FAILED_INDEX, FAILED_PLACE)
        )
        self.inside: Inside | None = None
        self._begin()

    def _begin(self) -> None:
        """Wait for the first call."""
        self._error: BaseException | None = None
        self._is_spent = False
        rules = self._rules()
        next(rules)
        self._function = PROTOTYPE(rules.send)
        self.table[self._slot] = ctypes.cast(self._function, ctypes.c_void_p).value or 0

    def _rules(self) -> Generator[None, int, None]:
        """Run the rule of each kernel whose number comes, until one raises."""
        try:
            while True:
                number = yield
                self.inside = Inside()
                self._compute(number, self._step.value)
                self._failure.value, self.inside = 0, None
        except GeneratorExit:
            raise
        except BaseException as error:
            # Nothing is called here: no signal can come in between. The table tells of a failure
            # already, unless it came after the last line above.
            self._failure.value = self._failure.value or -1 - number
            self._error, self._is_spent, self.inside = error, True, None
            yield

    def _compute(self, number: int, step: int) -> None:
        """The rule of a kernel, on the program's memory."""
        from pellucid.executors.native.ir.views import whole

        shared = self.program.shared
        node, *parts = self.program.coded[number].kernel.nodes
        inputs = [self._array(shared.views[value], step) for value in node.inputs]
        with np.errstate(all="ignore"):
            result = node.primitive.forward(np, *inputs)
        for part in parts:
            if part.output.name in shared.plan.places:
                self._array(whole(part.output), step)[...] = part.primitive.forward(np, result)
        if not parts:
            self._array(whole(node.output), step)[...] = result

    def _array(self, view: "View", step: int) -> Any:
        """The elements of a view as an array over the program's memory."""
        shared = self.program.shared
        place = shared.plan.places[view.base.name]
        moved = step * shared.row_bytes(place.slot)
        address = int(self.table[place.slot]) + moved + place.offset
        dtype = view.base.dtype
        count = int(np.prod(view.base.shape, dtype=np.int64))
        memory = (ctypes.c_uint8 * (count * dtype.itemsize)).from_address(address)
        flat = np.frombuffer(memoryview(memory), dtype)
        strides = tuple(s * dtype.itemsize for s in view.strides)
        if flat.size == 0 or 0 in view.shape:
            return np.empty(view.shape, dtype)
        return np.lib.stride_tricks.as_strided(flat[view.offset :], view.shape, strides)

    def forget(self) -> None:
        """Nothing has failed yet: a call begins."""
        self._failure.value = 0
        if self._is_spent:
            self._begin()

    def failed(self) -> Failed | None:
        """What has failed in the call that has ended."""
        what = self._failure.value
        if what == 0:
            return None
        failed = Failed(self._step.value, self._error or self._told(what))
        self.forget()
        return failed

    def _told(self, what: int) -> BaseException:
        """The error for what the machine code has noted."""
        node = self.program.coded[abs(what) - 1].kernel.nodes[0]
        if what > 0:
            return located(self._out_of_range(node), node.scope)
        where = f"{node.primitive.name}{f' in {node.scope}' if node.scope else ''}"
        return GraphError(
            f"{where}: its rule was cut off by an exception that another thread or a signal put "
            "between program and rule. Nothing has changed: the step can be run again."
        )

    def _out_of_range(self, node: Node) -> PositionError:
        """The error for the index that a kernel has noted, as its rule tells it."""
        from pellucid.executors.native.schedule.failing import axis_size

        size, index = axis_size(node), self._index.value
        if not isinstance(node.primitive, CheckedIds):
            return outside(node.primitive.name, size, np.array(index))
        place = np.unravel_index(self._place.value, node.output.shape)
        return unknown(index, tuple(int(i) for i in place), size)
