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
from pellucid.executors.native.llvm.indices import Index, Number, raw_number
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import I64, POINTER

INT64 = np.dtype(np.int64)


def call_back(frame: Frame, number: int) -> None:
    """Have Python run the rule of a kernel, unless something has failed.

    It counts as failed until Python says that it is done: an exception can arise on the way to
    Python and back, where nobody sees it.
    """
    b = frame.builder
    entry = _entry(frame, CALL_BACK)
    kind = ir.FunctionType(ir.VoidType(), [I64])
    with b.if_then(_nothing_failed(frame)):
        _fail(frame, -1 - number)
        pointer = b.load(entry, typ=POINTER)
        function = _Callee(pointer, kind)
        b.call(function, [I64(number)])


def _nothing_failed(frame: Frame) -> ir.Value:
    place = _entry(frame, FAILURE)
    failure = frame.builder.load(place, typ=I64)
    return Index(frame.builder, failure).equals(0)


def _fail(frame: Frame, what: int) -> None:
    """Note a failure in this step."""
    _note(frame, FAILED_STEP, frame.step)
    _note(frame, FAILURE, what)


def _note(frame: Frame, entry: int, what: Number) -> None:
    """Write an entry of the table; what other threads write at the same time is whole, too."""
    place = _entry(frame, entry)
    frame.builder.atomic_rmw("xchg", place, raw_number(what), "monotonic")


def _entry(frame: Frame, number: int) -> ir.Value:
    """Where an entry of the table behind the arena lies."""
    slot = frame.program.plan.arena_slot + number
    place = [I64(slot)]
    return frame.builder.gep(frame.table, place, source_etype=I64)


class _Callee:
    """A function behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value, kind: ir.FunctionType) -> None:
        self.pointer = pointer
        self.function_type = kind
        self.type = pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())


# ---- indices ---------------------------------------------------------------------------------


def note_index(frame: Frame, number: int, index: Number, place: Number) -> None:
    """Note an index out of range, unless something has failed before."""
    with frame.builder.if_then(_nothing_failed(frame)):
        _note(frame, FAILED_INDEX, index)
        _note(frame, FAILED_PLACE, place)
        _fail(frame, 1 + number)


def checked_index(frame: Frame, index: Lanes, size: int, number: int) -> Index:
    """A position counted from the front; one outside is noted, and 0 taken in its place."""
    b = frame.builder
    given = Index(b, index.astype(INT64).value)
    is_negative = given < 0
    from_front = (given + size).where(is_negative, given)
    inside = from_front.is_within(size)
    with b.if_then(b.not_(inside)):
        note_index(frame, number, index.astype(INT64).value, 0)
    return from_front.where(inside, 0)


def check_alone(frame: Frame, positions: View, size: int, number: int) -> None:
    """Check indices alone, where the data have no elements: one out of range is an error still."""
    with walk(frame, positions.shape) as indices:
        index = get(frame, positions, indices)
        checked_index(frame, index, size, number)
