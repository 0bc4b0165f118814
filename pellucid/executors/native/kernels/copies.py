"""Kernels that only copy: new values of variables, and what loops begin with.

CopyBackKind    a new value copied over the old one
LoopStartKind   what the carries of a loop are at first, copied to where its turns read them
"""

from pellucid.executors.native.ir.kernels import LoopStart
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import KernelKind
from pellucid.executors.native.llvm.loads_and_stores import copy_bytes
from pellucid.executors.native.schedule.loop_bodies import first_row
from pellucid.executors.native.schedule.plan import CopyBack, MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Shape


class CopyBackKind(KernelKind[CopyBack]):
    """All bytes of the new value of a variable, into its memory."""

    def emit(self, frame: Frame, kernel: CopyBack, number: int) -> None:
        """Copy them."""
        del number
        value = kernel.source
        if value is None:
            raise AssertionError("a copy without a source")
        target = frame.bound(MemoryPlace(kernel.slot))
        with frame.builder.if_then(frame.has_units):
            source = frame.pointer(value)
            copy_bytes(frame.builder, target, source, value.nbytes)

    def described(self, kernel: CopyBack) -> str:
        """Which value goes to which variable."""
        return f"copy {kernel.source} to input {kernel.slot}"

    def bytes(self, kernel: CopyBack, shared: Planned) -> int:
        """The bytes of the variable, once read and once written."""
        del shared
        if kernel.source is None:
            return 0
        return 2 * kernel.source.nbytes

    def name(self, kernel: CopyBack) -> str:
        """What a report calls it."""
        del kernel
        return "copy"

    def scope(self, kernel: CopyBack) -> str:
        """Nothing: a variable may belong to many parts of a model."""
        del kernel
        return ""

    def shape(self, kernel: CopyBack) -> Shape:
        """The shape of the variable."""
        return () if kernel.source is None else kernel.source.shape


class LoopStartKind(KernelKind[LoopStart]):
    """What the carries of a loop are at first, in the first rows of their traces."""

    def emit(self, frame: Frame, kernel: LoopStart, number: int) -> None:
        """Copy them."""
        del number
        loop = kernel.loop
        first = loop.scan.constants
        after = first + loop.scan.carries
        given = loop.nodes[0].inputs[first:after]
        with frame.builder.if_then(frame.has_units):
            pairs = zip(given, loop.traces, strict=True)
            for carry, (value, trace) in enumerate(pairs):
                view = frame.views[value]
                count = value.size
                target = frame.pointer(trace, first_row(loop, carry) * count)
                source = frame.pointer(view.base, view.offset)
                copy_bytes(frame.builder, target, source, count * value.dtype.itemsize)

    def described(self, kernel: LoopStart) -> str:
        """The loop that it begins."""
        return f"start of {kernel.loop.name}"

    def bytes(self, kernel: LoopStart, shared: Planned) -> int:
        """One row of each trace: read, and written."""
        del shared
        traces = kernel.loop.traces
        rows = (trace.nbytes // trace.shape[0] for trace in traces)
        return 2 * sum(rows)

    def name(self, kernel: LoopStart) -> str:
        """What a report calls it."""
        del kernel
        return "start"

    def scope(self, kernel: LoopStart) -> str:
        """The part of the model that the loop computes."""
        return kernel.loop.nodes[0].scope

    def shape(self, kernel: LoopStart) -> Shape:
        """Carries have shapes of their own."""
        del kernel
        return ()
