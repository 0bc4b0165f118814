"""The machine that code is made for: what is found, what can be forced, what comes out."""

import ctypes
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from executors.native.cpus import TARGETS
from executors.native.programs import seeded
from llvmlite import binding

from pellucid import capacity
from pellucid.errors import CapacityError, OptionError, UnavailableError
from pellucid.executors.native.kernels.emission import emit
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.planning import planned

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
HERE = targets.host()
X86 = HERE.is_x86

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
    wide = targets.Target("avx512", "", "", 64, 32, "")
    assert (wide.lanes(FLOAT32), wide.lanes(FLOAT64)) == (16, 8)
    narrow = targets.Target("neon", "", "", 16, 32, "")
    assert (narrow.lanes(FLOAT32), narrow.lanes(FLOAT64)) == (4, 2)


def test_tiles_take_both_features_and_wide_vectors_and_can_be_left_out() -> None:
    both = targets.Target("avx512", "", "+avx2,+amx-tile,+amx-bf16,-amx-fp16", 64, 32, "")
    assert both.has_tiles
    less = both.without_tiles()
    assert (less.has_tiles, less.features) == (False, "+avx2,-amx-tile,-amx-bf16,-amx-fp16")
    for name, features in (("avx2", both.features), ("avx512", "+amx-tile"), ("avx512", "+amx-b")):
        assert not replace(both, name=name, features=features).has_tiles
    assert not targets.forced("sse").has_tiles


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"forced: target 'avx2048'\. Did you mean 'avx2'\?"):
        targets.forced("avx2048")


@pytest.mark.skipif(not X86, reason="other CPUs have other registers")
@pytest.mark.parametrize("name", [name for name in TARGETS if name != "neon"])
def test_code_uses_the_vectors_of_its_target_and_no_wider_ones(name: str) -> None:
    text = targets.assembly(SUM, targets.forced(name))
    used = {register[:3] for register in re.findall(r"[xyz]mm\d", text)}
    assert used == {{"avx512": "zmm", "avx2": "ymm", "sse": "xmm"}[name]}


@pytest.mark.skipif(not X86, reason="forced here for another kind")
def test_the_code_of_arm64_is_that_of_neon_here(monkeypatch):
    """Word for word what runs in the tests here: the same sums in the same order."""
    here = targets.forced("neon")
    arm64 = replace(here, cpu="generic", features="", triple="aarch64-unknown-linux-gnu")
    for seed in range(8):
        texts = []
        for target in (here, arm64):
            monkeypatch.setattr(targets, "host", lambda target=target: target)
            texts.append(emit(planned(seeded(seed).procedure)).text)
        assert texts[0] == texts[1]


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


@pytest.mark.parametrize(
    ("triple", "is_x86", "is_arm64", "is_windows"),
    [
        ("x86_64-unknown-linux-gnu", True, False, False),
        ("x86_64-apple-darwin23.1.0", True, False, False),
        ("x86_64-pc-windows-msvc", True, False, True),
        ("x86_64-pc-windows-msvc-elf", True, False, True),
        ("aarch64-unknown-linux-gnu", False, True, False),
        ("arm64-apple-darwin23.1.0", False, True, False),
        ("riscv64-unknown-linux-gnu", False, False, False),
    ],
)
def test_processor_and_system_are_read_from_llvms_name(triple, is_x86, is_arm64, is_windows):
    found = targets.Target("neon", "", "", 16, 32, triple)
    assert (found.is_x86, found.is_arm64, found.is_windows) == (is_x86, is_arm64, is_windows)


def test_no_code_is_made_where_llvm_would_abort(monkeypatch):
    class Binding:
        get_host_cpu_features = dict
        get_host_cpu_name = str

        def get_process_triple():
            return "aarch64-pc-windows-msvc"

    class Features(dict):
        def flatten(self):
            return ""

    Binding.get_host_cpu_features = Features
    monkeypatch.setattr(targets, "_llvm", lambda: Binding)
    with pytest.raises(UnavailableError, match="LLVM makes no code for aarch64-pc-windows-msvc"):
        targets._asked()


# ---- which CPU this is -----------------------------------------------------------------------


@pytest.fixture
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path))


def _refuses() -> None:
    raise AssertionError("LLVM was asked")


@pytest.mark.usefixtures("_own_cache")
def test_llvm_is_asked_once_a_machine_what_it_is(tmp_path, monkeypatch):
    ask = targets.host.__wrapped__
    assert ask() == HERE
    monkeypatch.setattr(targets, "_llvm", _refuses)
    assert ask() == HERE
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(AssertionError, match="LLVM was asked"):
        ask()


@pytest.mark.usefixtures("_own_cache")
@pytest.mark.parametrize("described", ["", "flags : fpu\n"])
def test_another_cpu_and_one_that_says_nothing_are_asked_for_anew(described, monkeypatch):
    ask = targets.host.__wrapped__
    assert ask() == HERE
    monkeypatch.setattr(targets, "_described", lambda: described)
    monkeypatch.setattr(targets, "_llvm", _refuses)
    with pytest.raises(AssertionError, match="LLVM was asked"):
        ask()


X86_CPUS = """\
processor	: {}
vendor_id	: AuthenticAMD
model		: 17
cpu MHz		: {}
flags		: fpu avx2

"""
ARM64_CPUS = """\
processor	: {}
BogoMIPS	: {}
Features	: fp asimd evtstrm
CPU implementer	: 0x41
CPU architecture: 8
CPU variant	: 0x3
CPU part	: {}
CPU revision	: 1

"""


def test_a_cpu_is_told_by_what_stays_and_all_kinds_of_arm64_are(monkeypatch, tmp_path):
    def told(text):
        (tmp_path / "cpus").write_text(text)
        return targets._described()

    monkeypatch.setattr(targets, "CPUS", str(tmp_path / "cpus"))
    x86 = told(X86_CPUS.format(0, 2000.5) + X86_CPUS.format(1, 1800))
    assert " ".join(x86.split()) == "vendor_id : AuthenticAMD model : 17 flags : fpu avx2"
    assert told(X86_CPUS.format(0, 1999)) == x86
    large, small = (ARM64_CPUS.format(0, 50, part) for part in ("0xd0c", "0xd05"))
    assert told(large).splitlines()[0] == "Features\t: fp asimd evtstrm"
    assert told(large + large) == told(large)
    assert "CPU part\t: 0xd05" in told(large + small).splitlines()
    assert told("processor : 0\nHardware : unknown\n") == ""
    monkeypatch.setattr(targets, "CPUS", str(tmp_path / "none"))
    assert targets._described() == ""


SCRIPT = """
import sys
import numpy as np
import pellucid as pc
f = pc.compile(lambda x: (x * 2.0).exp().sum())
print(float(f(np.zeros(1000, np.float32)).numpy()))
print("llvmlite.binding" in sys.modules, "libllvmlite" in open("/proc/self/maps").read())
"""


def run(script: str, place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PELLUCID_CACHE": str(place)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_program_from_the_disk_runs_without_llvm(tmp_path):
    found = [run(SCRIPT, tmp_path).stdout.split() for _ in range(2)]
    assert found == [["1000.0", "True", "True"], ["1000.0", "False", "False"]]


def test_where_llvm_cannot_be_loaded_the_reference_runs_with_a_warning(tmp_path):
    broken = run("import sys\nsys.modules['llvmlite.binding'] = None\n" + SCRIPT, tmp_path)
    assert broken.stdout.startswith("1000.0\n")
    assert "the native executor cannot be loaded: llvmlite cannot be loaded: " in broken.stderr
    assert broken.stderr.count("UserWarning") == 1


def test_a_new_program_says_what_it_lacks_where_only_known_ones_can_run(tmp_path):
    assert run(SCRIPT, tmp_path).returncode == 0
    broken = "import sys\nsys.modules['llvmlite.binding'] = None\n" + SCRIPT
    assert run(broken, tmp_path).stdout.startswith("1000.0\n")
    new = run(broken.replace("2.0", "3.0"), tmp_path)
    assert "ImportError: llvmlite cannot be loaded: " in new.stderr
    assert "executor='reference' runs without it" in new.stderr


def test_where_memory_does_not_suffice_for_llvm_nothing_is_compiled(monkeypatch) -> None:
    monkeypatch.setattr(capacity, "available", lambda: 16 << 20)
    words = "compile: 16.8 MB of memory are wanted, 16.8 MB are available. Free some, or use exec"
    with pytest.raises(CapacityError, match=words):
        targets.object_code(SUM, HERE)
    monkeypatch.setattr(capacity, "available", lambda: 17 << 20)
    assert targets.object_code(SUM, HERE)


STARVED = """
import resource
import sys
import numpy as np
import pellucid as pc
pc.compile(lambda x: x + 1.0)(np.ones(3, np.float32))
left = int(sys.argv[1]) << 20
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + left,) * 2)
def many(x):
    for i in range(60):
        x = (x @ x).tanh() + (x * (i + 1.5)).exp().sum(axis=i % 2, keepdims=True)
    return x
try:
    pc.compile(many)(np.zeros((40, 40), np.float32))
    print("made")
except MemoryError as error:
    print("refused", error)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc here")
@pytest.mark.parametrize(("megabytes", "said"), [(12, "refused"), (200, "made")])
def test_a_process_at_the_limit_of_its_memory_is_not_ended_by_llvm(megabytes, said, tmp_path):
    more = {"PELLUCID_CACHE": str(tmp_path), "PELLUCID_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = subprocess.run(
        [sys.executable, "-c", STARVED, str(megabytes)],
        env=os.environ | more,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith(said)
