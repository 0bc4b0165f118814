"""Who waits looks again and again, then lets others run."""

from dataclasses import replace

import pytest
from llvmlite import ir

from pellucid.executors.native.llvm.types import I64, POINTER, VOID
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.runtime.waiting import SPINS, emit_wait


@pytest.mark.parametrize(
    ("kind", "pause"), [("x86_64", "llvm.x86.sse2.pause"), ("aarch64", "llvm.aarch64.hint")]
)
def test_a_wait_pauses_and_gives_way_after_some_looks(kind, pause):
    function = ir.Function(ir.Module(), ir.FunctionType(VOID, [POINTER, I64]), "wait")
    b = ir.IRBuilder(function.append_basic_block())
    target = replace(targets.host(), triple=f"{kind}-unknown-linux-gnu")
    emit_wait(b, *function.args, target)
    b.ret_void()
    text = str(function)
    assert "load atomic" in text
    assert pause in text
    assert f", {SPINS}" in text
    assert "sched_yield" in text
