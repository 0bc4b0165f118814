"""Marks behind the memory that kernels have on the stack: who writes over one is stopped.

    guarded_stack   inside, kernels are emitted with such marks

No page can be forbidden there. So behind each piece of memory lies a mark, and before a kernel
returns it looks whether all are as they were; where one is not, the process ends as by an access
outside (`llvm.trap`).
"""

from contextlib import AbstractContextManager
from typing import Any

from llvmlite import ir

from pellucid.executors.native.kernels.frame import Frame, _bytes
from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.types import I64, VOID

MARK = I64(0x5AFE5AFE5AFE5AFE)
ROOM = 64  # bytes behind a piece of memory: for the widest vector that is written too far


class guarded_stack(AbstractContextManager[None]):  # noqa: N801 (used like a function)
    """Inside, kernels look whether they have written behind what they have on the stack."""

    def __enter__(self) -> None:
        self.scratch, self.finish = scratch, finish = Frame.scratch, Frame.finish

        def marked(frame: Any, kind: ir.Type, count: int = 1) -> ir.Value:
            if count == 1:
                return scratch(frame, kind, count)
            slot = scratch(frame, kind, count + max(1, ROOM // _bytes(kind)))
            end = frame._entry.gep(slot, [I64(count)], source_etype=kind)
            end.type = ir.PointerType()
            frame._entry.store(MARK, end, align=1)
            frame.__dict__.setdefault("marks", []).append(end)
            return slot

        def looking(frame: Any) -> Any:
            b = frame.builder
            for end in frame.__dict__.get("marks", []):
                is_gone = b.icmp_signed("!=", b.load(end, typ=I64, align=1), MARK)
                with b.if_then(is_gone):
                    called(b, "llvm.trap", VOID)
            return finish(frame)

        Frame.scratch, Frame.finish = marked, looking

    def __exit__(self, *failure: object) -> None:
        Frame.scratch, Frame.finish = self.scratch, self.finish
