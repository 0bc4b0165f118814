"""What machine code tells Python: that a rule is to run there, and what has failed.

call_back       have Python run the rule of a kernel
note_index      note an index that is out of range
"""

from llvmlite import ir

from pellucid.executors.native.frame import Frame
from pellucid.executors.native.program import (
    CALL_BACK,
    FAILED_INDEX,
    FAILED_PLACE,
    FAILED_STEP,
    FAILURE,
)

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
    slot = I64(frame.shared.plan.arena_slot + number)
    return frame.builder.gep(frame.table, [slot], source_etype=I64)


class _Callee:
    """A function behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value, kind: ir.FunctionType) -> None:
        self.pointer, self.function_type, self.type = pointer, kind, pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())
