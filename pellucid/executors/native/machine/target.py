"""The machine that code is generated for.

    Target          a CPU as the code generator sees it
    host, forced    the CPU that runs this, and a smaller one it can stand in for
    object_code     a module in text form made machine code
    assembly        the same, to be read
    loaded          machine code in memory, ready to be called

Vector width and register count are parameters of everything that emits code: one generator
serves AVX-512, AVX2 and NEON. LLVM is loaded on use: a program from the disk runs without it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

from pellucid.capacity import check_room
from pellucid.errors import OptionError, UnavailableError, closest
from pellucid.executors.native.machine import system
from pellucid.executors.native.machine.cache import Cache, digest_of
from pellucid.executors.native.machine.object_loader import LoadedObject, is_linkable
from pellucid.primitives.base import DType

WIDTHS = {"avx512": (64, 32), "avx2": (32, 16), "sse": (16, 16), "neon": (16, 32)}

CPUS = "/proc/cpuinfo"  # and what it tells that stays
X86_FEATURES, ARM64_FEATURES = "flags", "Features"
TOLD = (
    *("vendor_id", "cpu family", "model", "stepping", X86_FEATURES),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision"),
    ARM64_FEATURES,
)

# Measured by the size of the process, in which LLVM compiles the steps of the benchmarks, of 20 to
# 1,700 kB of text: it grew by 14 to 22 MB (28 Nov 2026, llvmlite 0.50). More is asked for.
COMPILER_BYTES = 16 << 20
BYTES_OF_TEXT = 32
USE_THE_REFERENCE = "Free some, or use executor='reference', which compiles nothing."

X86 = ("x86_64", "i686")  # how triples of it begin
LEVELS = {"avx2": "x86-64-v3", "sse": "x86-64-v2"}  # LLVM's names for x86 with these and no more


@dataclass(frozen=True)
class Target:
    """A CPU: LLVM's name and features for it, bytes of a vector, number of vector registers.

    `triple`: LLVM's name for processor, system and form of object files.
    """

    name: str
    cpu: str
    features: str
    vector_bytes: int
    registers: int
    triple: str

    @property
    def is_x86(self) -> bool:
        """Whether the CPU has the x86 instructions for pausing and flushing."""
        return self.triple.startswith(X86)

    @property
    def is_arm64(self) -> bool:
        """Whether it has those of ARM64."""
        return self.triple.startswith(("aarch64", "arm64"))

    @property
    def multiplies_bfloat16(self) -> bool:
        """Whether it has instructions for the products of vectors of bfloat16."""
        return "+avx512bf16" in self.features.split(",") and self.name == "avx512"

    @property
    def has_tiles(self) -> bool:
        """Whether it has tile registers, and instructions for products of bfloat16 in them."""
        return {"+amx-tile", "+amx-bf16"} <= set(self.features.split(",")) and self.name == "avx512"

    def without_tiles(self) -> "Target":
        """The same CPU for programs that use no tile registers."""
        return replace(self, features=self.features.replace("+amx", "-amx"))

    @property
    def is_windows(self) -> bool:
        """Whether threads and stacks are those of Windows."""
        return "-windows" in self.triple

    @property
    def stack_bytes(self) -> int:
        """How much of the stack a kernel may take: threads have 2 MB on Windows, else 8 MiB."""
        return 1_500_000 if self.is_windows else 6 << 20

    def lanes(self, dtype: DType) -> int:
        """How many numbers of a dtype a vector holds."""
        return self.vector_bytes // dtype.itemsize


@lru_cache(maxsize=1)
def host() -> Target:
    """The CPU that runs this program, with the widest vectors it has.

    LLVM tells what it is; the answer is kept on the disk for CPUs that describe themselves.
    """
    described = _described()
    if not described:
        return _asked()
    key, cache = digest_of("host", described), Cache()
    kept = cache.find(key)
    if kept is not None:
        return Target(*json.loads(kept))
    target = _asked()
    cache.keep(key, json.dumps(astuple(target)).encode())
    return target


def _described() -> str:
    """What Linux says of the CPUs, less what changes from time to time; or nothing.

    Those of x86 are alike. A machine with ARM64 may have several kinds of them.
    """
    try:
        with open(CPUS, encoding="utf-8", errors="replace") as file:
            lines = list(takewhile(str.strip, file))
            if any(line.startswith(ARM64_FEATURES) for line in lines):
                lines += file
    except OSError:
        return ""
    told = dict.fromkeys(line for line in lines if line.startswith(TOLD))
    known = any(line.startswith((X86_FEATURES, ARM64_FEATURES)) for line in told)
    return "".join(told) if known else ""


def _asked() -> Target:
    """What LLVM says of it."""
    binding = _llvm()
    features, triple = binding.get_host_cpu_features(), binding.get_process_triple()
    name = _widest(triple, features)
    cpu = binding.get_host_cpu_name()
    target = Target(name, cpu, features.flatten(), *WIDTHS[name], triple)
    if target.is_windows and not target.is_x86:
        raise UnavailableError(f"LLVM makes no code for {triple}")  # it aborts the process
    return target


@lru_cache(maxsize=1)
def _llvm() -> Any:
    """LLVM, ready to make code for this machine."""
    try:
        from llvmlite import binding
    except (ImportError, OSError) as reason:
        raise ImportError(
            f"llvmlite cannot be loaded: {reason}; executor='reference' runs without it"
        ) from reason
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def _widest(triple: str, features: Mapping[str, bool]) -> str:
    if not triple.startswith(X86):
        return "neon"
    if all(features.get(f"avx512{part}") for part in ("f", "bw", "dq", "vl")):
        return "avx512"
    return "avx2" if features.get("avx2") and features.get("fma") else "sse"


def forced(name: str) -> Target:
    """The host seen as one with narrower vectors, to test code for others here."""
    if name not in WIDTHS:
        raise OptionError(f"forced: target {name!r}. {closest(name, WIDTHS)}")
    here = host()
    width, registers = WIDTHS[name]
    target = replace(here, name=name, vector_bytes=width, registers=registers)
    if here.is_x86 and name in LEVELS:
        return replace(target, cpu=LEVELS[name], features="")
    return target


def _machine(target: Target) -> Any:
    triple = _llvm().Target.from_triple(target.triple)
    return triple.create_target_machine(cpu=target.cpu, features=target.features, opt=3, jit=True)


def _optimised(text: str, machine: Any) -> Any:
    """A module after a few of LLVM's passes.

    Vectors, unrolled loops and what loops share are written out already: the rest of LLVM's
    usual passes would take seven times as long, and measurably speed up nothing.
    """
    binding = _llvm()
    module = binding.parse_assembly(text)
    module.verify()
    options = binding.create_pipeline_tuning_options(speed_level=2)
    passes = binding.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_simplify_cfg_pass()
    passes.add_instruction_combine_pass()
    passes.add_loop_rotate_pass()
    passes.add_simplify_cfg_pass()
    passes.run(module, binding.create_pass_builder(machine, options))
    return module


@contextmanager
def _generating(*, thorough: bool) -> Iterator[None]:
    """Inside, LLVM looks for cheaper ways to step addresses on in loops only if `thorough`.

    The search takes a third of the time of all code generation. It speeds up products of
    large matrices by a twentieth, and smaller ones by nothing that can be measured. LLVM can
    be told so only for the whole process, hence for no longer than needed.
    """
    _llvm().set_option("", f"-disable-lsr={'false' if thorough else 'true'}")
    try:
        yield
    finally:
        _llvm().set_option("", "-disable-lsr=false")


def object_code(text: str, target: Target, *, thorough: bool = False) -> bytes:
    """Machine code of a module in text form; `thorough`: faster code, later.

    Errors: CapacityError where there is not memory enough: LLVM would end the process.
    """
    check_room("compile", COMPILER_BYTES + BYTES_OF_TEXT * len(text), USE_THE_REFERENCE)
    machine = _machine(target)
    module = _optimised(text, machine)
    with _generating(thorough=thorough):
        code: bytes = machine.emit_object(module)
    return code


def assembly(text: str, target: Target, *, thorough: bool = False) -> str:
    """A module in text form made assembly, which people can read."""
    machine = _machine(target)
    module = _optimised(text, machine)
    with _generating(thorough=thorough):
        return str(machine.emit_assembly(module))


def loaded(code: bytes, target: Target) -> Any:
    """What holds machine code in memory; `get_function_address` finds its functions.

    Errors: UnavailableError where the system lacks a function that the code calls: LLVM would
        say nothing, and the first call would crash.
    """
    if is_linkable(code):
        return LoadedObject(code)
    from pellucid.executors.native.machine.symbols import undefined

    binding = _llvm()
    for name, address in system.addresses(undefined(code)).items():
        binding.add_symbol(name, address)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), _machine(target))
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine
