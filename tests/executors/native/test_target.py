"""The machine that code is made for: what is found, what can be forced, what comes out."""

import ctypes
import re

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from llvmlite import binding

from pellucid.errors import OptionError
from pellucid.executors.native import target as targets

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
X86 = targets.host().is_x86

SUM = """
define void @sum(ptr %x, ptr %y) {
  %a = load <16 x float>, ptr %x, align 4
  %b = load <16 x float>, ptr %y, align 4
  %c = fadd <16 x float> %a, %b
  store <16 x float> %c, ptr %y, align 4
  ret void
}
"""


def test_the_host_is_one_of_the_known_kinds_and_found_once() -> None:
    host = targets.host()
    assert (host.vector_bytes, host.registers) == targets.WIDTHS[host.name]
    assert targets.host() is host


def test_lanes_are_as_many_numbers_as_a_vector_holds() -> None:
    wide = targets.Target("avx512", "", "", 64, 32)
    assert (wide.lanes(FLOAT32), wide.lanes(FLOAT64)) == (16, 8)
    narrow = targets.Target("neon", "", "", 16, 32)
    assert (narrow.lanes(FLOAT32), narrow.lanes(FLOAT64)) == (4, 2)


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"forced: target 'avx2048'\. Did you mean 'avx2'\?"):
        targets.forced("avx2048")


@pytest.mark.skipif(not X86, reason="other CPUs have other registers")
@pytest.mark.parametrize("name", TARGETS)
def test_code_uses_the_vectors_of_its_target_and_no_wider_ones(name: str) -> None:
    text = targets.assembly(SUM, targets.forced(name))
    used = {register[:3] for register in re.findall(r"[xyz]mm\d", text)}
    assert used == {{"avx512": "zmm", "avx2": "ymm", "sse": "xmm"}[name]}


def test_machine_code_runs() -> None:
    host = targets.host()
    engine = targets.loaded(targets.object_code(SUM, host), host)
    run = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(
        engine.get_function_address("sum")
    )
    x, y = np.arange(16, dtype=np.float32), np.full(16, 0.5, np.float32)
    run(x.ctypes.data, y.ctypes.data)
    assert np.array_equal(y, np.arange(16) + 0.5)


def test_invalid_code_is_an_error_not_a_crash() -> None:
    with pytest.raises(RuntimeError):
        targets.object_code("define void @f() { ret i32 0 }", targets.host())


def test_sums_in_memory_are_kept_in_registers_and_loops_are_left_alone() -> None:
    text = """
    define float @total(ptr %x, i64 %n) {
    entry:
      %sum = alloca float
      store float 0.0, ptr %sum
      br label %head
    head:
      %i = phi i64 [ 0, %entry ], [ %j, %body ]
      %more = icmp slt i64 %i, %n
      br i1 %more, label %body, label %end
    body:
      %place = getelementptr float, ptr %x, i64 %i
      %value = load float, ptr %place
      %before = load float, ptr %sum
      %after = fadd float %before, %value
      store float %after, ptr %sum
      %j = add i64 %i, 1
      br label %head
    end:
      %result = load float, ptr %sum
      ret float %result
    }
    """
    host = targets.host()
    code = str(targets._optimised(text, targets._machine(host)))
    assert "alloca" not in code
    assert code.count("fadd") == 1
    assert binding.parse_assembly(code)
