"""Running the reference rule of a primitive from inside a native program.

CallBack    what the program calls for a node without native code
"""

import ctypes
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import GraphError, PositionError
from pellucid.graph import Node

if TYPE_CHECKING:
    from pellucid.executors.native.native import Native
    from pellucid.executors.native.views import View

PROTOTYPE = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)


class CallBack:
    """The Python half of a program: called with the number of a kernel and the step.

    A negative number -1 - k reports an index out of range in kernel k.
    An exception cannot pass through machine code: it is kept, later calls do nothing, and
    `raise_failure` raises it when the program has returned. Only now and then is the plan of the
    program needed, so it is made on use; the program itself may go when nobody else holds it.
    """

    def __init__(self, program: "Native", table: Any) -> None:
        self.program = weakref.proxy(program)
        self.table = table
        self.failure: BaseException | None = None
        self._inside: set[int] = set()
        self.function = PROTOTYPE(self._run)

    @property
    def address(self) -> int:
        """Where the program finds it."""
        return ctypes.cast(self.function, ctypes.c_void_p).value or 0

    def _run(self, number: int, step: int) -> None:
        if self.failure is not None:
            return
        if number < 0:
            (node,) = self.program.shared.plan.kernels[-1 - number].nodes
            self.failure = _position_error(node)
            return
        self._inside.add(threading.get_ident())
        try:
            from pellucid.executors.native.views import whole

            shared = self.program.shared
            (node,) = shared.plan.kernels[number].nodes
            inputs = [self._array(shared.views[value], step) for value in node.inputs]
            with np.errstate(all="ignore"):
                result = node.primitive.forward(np, *inputs)
            self._array(whole(node.output), step)[...] = result
        except BaseException as failure:  # must not reach the machine code
            self.failure = failure
        finally:
            self._inside.discard(threading.get_ident())

    def refuse_inside(self) -> None:
        """Raise GraphError where the calling thread is inside a rule that the program runs."""
        if self._inside and threading.get_ident() in self._inside:
            raise GraphError(
                "a compiled function was called by a primitive that it runs itself. It cannot "
                "begin again before it has ended: call another function there, or leave it "
                "uncompiled."
            )

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

    def raise_failure(self) -> None:
        """Raise what went wrong, once."""
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure


def _position_error(node: Node) -> PositionError:
    """What an index out of range is told as."""
    size = node.primitive.size if node.primitive.name == "scatter_add" else None
    size = node.inputs[0].shape[node.primitive.axis] if size is None else size
    where = f" in {node.scope}" if node.scope else ""
    return PositionError(
        f"{node.primitive.name}{where}: an index outside an axis of size {size}. "
        f"Positions go from {-size} to {size - 1}; check the indices before the call."
    )
