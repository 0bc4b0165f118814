"""What machine code tells Python: that a rule is to run there, and what has failed.

call_back       have Python run the rule of a kernel
note_index      note an index that is out of range
checked_index   a position; one that is out of range is noted
check_alone     the same for all positions, where nothing is moved
"""

import numpy as np
from llvmlite import ir

from pellucid.executors.native.ir.views import View
from pellucid.executors.native.kernels.elements import get, walk
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.interface import (
    CALL_BACK,
    FAILED_INDEX,
    FAILED_PLACE,
    FAILED_STEP,
    FAILURE,
)
from pellucid.executors.native.llvm.lanes import Lanes

I64 = ir.IntType(64)
POINTER = ir.PointerType()


def call_back(frame: Frame, number: int) -> None:
    """Have Python run the rule of a kernel, unless something has failed.

    It counts as failed until Python says that it is done: an exception can arise on the way to
    Python and back, where nobody sees it.
    """
    b, entry = frame.builder, _entry(frame, CALL_BACK)
    kind = ir.FunctionType(ir.VoidType(), [I64])
    before = b.load(_entry(frame, FAILURE), typ=I64)
    with b.if_then(b.icmp_signed("==", before, I64(0))):
        _fail(frame, I64(-1 - number))
        b.call(_Callee(b.load(entry, typ=POINTER), kind), [I64(number)])


def _fail(frame: Frame, what: ir.Value) -> None:
    """Note a failure in this step."""
    b = frame.builder
    b.atomic_rmw("xchg", _entry(frame, FAILED_STEP), frame.step, "monotonic")
    b.atomic_rmw("xchg", _entry(frame, FAILURE), what, "monotonic")


def note_index(frame: Frame, number: int, index: ir.Value, place: ir.Value) -> None:
    """Note an index out of range, unless something has failed before."""
    b = frame.builder
    before = b.load(_entry(frame, FAILURE), typ=I64)
    with b.if_then(b.icmp_signed("==", before, I64(0))):
        b.atomic_rmw("xchg", _entry(frame, FAILED_INDEX), index, "monotonic")
        b.atomic_rmw("xchg", _entry(frame, FAILED_PLACE), place, "monotonic")
        _fail(frame, I64(1 + number))


def _entry(frame: Frame, number: int) -> ir.Value:
    """Where an entry of the table behind the arena lies."""
    slot = I64(frame.program.plan.arena_slot + number)
    return frame.builder.gep(frame.table, [slot], source_etype=I64)


class _Callee:
    """A function behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value, kind: ir.FunctionType) -> None:
        self.pointer, self.function_type, self.type = pointer, kind, pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())


def checked_index(frame: Frame, index: Lanes, size: int, number: int) -> ir.Value:
    """A position counted from the front; one outside is noted, and 0 taken in its place."""
    b = frame.builder
    found = index.astype(np.dtype(np.int64)).value
    found = b.select(b.icmp_signed("<", found, I64(0)), b.add(found, I64(size)), found)
    inside = b.icmp_unsigned("<", found, I64(size))
    with b.if_then(b.not_(inside)):
        note_index(frame, number, index.astype(np.dtype(np.int64)).value, I64(0))
    return b.select(inside, found, I64(0))


def check_alone(frame: Frame, positions: View, size: int, number: int) -> None:
    """Check indices alone, where the data have no elements: one out of range is an error still."""
    with walk(frame, positions.shape) as indices:
        checked_index(frame, get(frame, positions, indices), size, number)
