"""Waiting for other threads, as LLVM code.

emit_wait       until a counter has come to a count
emit_pause      for a moment
"""

from llvmlite import ir

from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.system_calls import system_calls
from pellucid.executors.native.llvm.types import I32, I64, VOID
from pellucid.executors.native.machine.target import Target

YIELD = 1  # the hint of ARM64 that this thread only waits
SPINS = 2000  # looks at a counter before the CPU is offered to others; chosen: some microseconds


def emit_wait(b: ir.IRBuilder, done: ir.Value, count: ir.Value, target: Target) -> None:
    """Wait until a counter has come to a count: look again and again, then yield."""
    before = b.block
    look = b.append_basic_block("look")
    idle = b.append_basic_block("idle")
    rest = b.append_basic_block("rest")
    end = b.append_basic_block("done")
    b.branch(look)
    b.position_at_end(look)
    spins = b.phi(I64)
    spins.add_incoming(I64(0), before)
    seen = b.load_atomic(done, "acquire", 8, typ=I64)
    is_short = b.icmp_signed("<", seen, count)
    b.cbranch(is_short, idle, end)
    b.position_at_end(idle)
    emit_pause(b, target)
    more = b.add(spins, I64(1))
    spins.add_incoming(more, idle)
    is_early = b.icmp_signed("<", more, I64(SPINS))
    b.cbranch(is_early, look, rest)
    b.position_at_end(rest)
    system_calls(b, target).give_way()
    spins.add_incoming(more, rest)
    b.branch(look)
    b.position_at_end(end)


def emit_pause(b: ir.IRBuilder, target: Target) -> None:
    """Leave the core to others for a moment, where there is an instruction for that."""
    if target.is_x86:
        called(b, "llvm.x86.sse2.pause", VOID)
    elif target.is_arm64:
        called(b, "llvm.aarch64.hint", VOID, I32(YIELD))
