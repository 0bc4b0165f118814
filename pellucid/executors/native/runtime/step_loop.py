"""The machine code that runs any program, as LLVM code.

    emit_step_loop  the functions `alone` and `worker`
    Words           words in memory, such as entries of lists

How threads share a program is told in `program`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from llvmlite import ir

from pellucid.executors.native.kernels.frame import kernel_type
from pellucid.executors.native.kernels.interface import (
    COME,
    COUNT,
    FAILS,
    GATE,
    KERNELS,
    LEFT,
    LIST,
    STEPS,
)
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.indices import Index, Number, raw_number
from pellucid.executors.native.llvm.system_calls import NONE
from pellucid.executors.native.llvm.types import I8, I32, I64, POINTER, VOID
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.runtime.waiting import emit_wait
from pellucid.memory import LINE


def emit_step_loop(module: ir.Module, target: Target) -> ir.Function:
    """Add `alone(calls, table, steps)` and `worker(task)`; the latter is returned."""
    _emit_alone(module, target)
    return _emit_worker(module, target)


class Words:
    """Eight-byte words in memory, in code."""

    def __init__(self, b: ir.IRBuilder, start: ir.Value) -> None:
        self.b = b
        self.start = start

    def address(self, index: Number) -> ir.Value:
        """Where a word lies."""
        return self.b.gep(self.start, [raw_number(index)], source_etype=I64)

    def number(self, index: Number) -> Index:
        """A word that is a number."""
        raw = self.b.load(self.address(index), typ=I64)
        return Index(self.b, raw)

    def pointer(self, index: Number) -> ir.Value:
        """A word that is an address."""
        return self.b.load(self.address(index), typ=POINTER)

    def list_at(self, index: Number) -> "Words":
        """The list that a word leads to."""
        return Words(self.b, self.pointer(index))

    def entry(self, index: Index, words: int = 3) -> "Words":
        """An entry of a list; each has some words."""
        return Words(self.b, self.address(index * words))


class _flushing:  # noqa: N801 (used like a function)
    """Numbers too small for their full precision count as zero inside.

    They arise where a moving average decays, and each costs a hundred cycles on x86. The mode of
    the caller is restored. ARM64 asks whether a result is too small before it is rounded, x86
    afterwards: one that is rounded up to the smallest of full precision is 0 there, not here.
    Source: Intel, Software Developer's Manual 1, 10.2.3; Arm, Architecture Reference Manual, FPCR.
    """

    X86 = 0x8040  # flush results to zero, take operands as zero
    ARM64 = 1 << 24  # both

    def __init__(self, b: ir.IRBuilder, target: Target) -> None:
        self.b = b
        self.target = target

    def __enter__(self) -> None:
        b = self.b
        if self.target.is_x86:
            self.before = b.alloca(I32)
            during = b.alloca(I32)
            self._x86("stmxcsr", self.before)
            mode = b.load(self.before, typ=I32)
            b.store(b.or_(mode, I32(self.X86)), during)
            self._x86("ldmxcsr", during)
        elif self.target.is_arm64:
            self.before = called(b, "llvm.aarch64.get.fpcr", I64)
            self._arm64(b.or_(self.before, I64(self.ARM64)))

    def __exit__(self, *failure: object) -> None:
        if self.target.is_x86:
            self._x86("ldmxcsr", self.before)
        elif self.target.is_arm64:
            self._arm64(self.before)

    def _x86(self, name: str, slot: ir.Value) -> None:
        called(self.b, f"llvm.x86.sse.{name}", VOID, slot)

    def _arm64(self, mode: ir.Value) -> None:
        called(self.b, "llvm.aarch64.set.fpcr", VOID, mode)


class _Behind:
    """A kernel behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value) -> None:
        self.pointer = pointer
        self.function_type = kernel_type()
        self.type = pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())


@dataclass(frozen=True)
class _Step:
    """A step of a program, and the table of its memory."""

    table: ir.Value
    number: Index

    def run(self, kernel: Words, begin: Index, end: Index) -> None:
        """Call a listed kernel for a range of units."""
        function = _Behind(kernel.pointer(0))
        bindings = kernel.pointer(1)
        kernel.b.call(function, [self.table, bindings, self.number, begin, end])


@contextmanager
def _each(program: Words, table: ir.Value, steps: Index) -> Iterator[tuple[_Step, Index]]:
    """Every step, and in it every entry of a program's list, until a step fails.

    What updates variables stands behind the gate: where something before it has failed, it is
    not reached, and variables are as they were before the step.
    """
    b = program.b
    count = program.number(COUNT)
    gate = program.number(GATE)
    failure = Words(b, table).address(program.number(FAILS))
    failed = b.append_basic_block("failed")
    with counted(b, 0, steps) as step, counted(b, 0, 2) as half:
        is_behind = b.icmp_signed("!=", half.raw, I64(0))
        begin = gate.where(is_behind, 0)
        end = count.where(is_behind, gate)
        with counted(b, begin, end) as i:
            yield _Step(table, step), i
        passed = b.append_basic_block("passed")
        what = b.load_atomic(failure, "monotonic", 8, typ=I64)
        is_well = b.icmp_signed("==", what, I64(0))
        b.cbranch(is_well, passed, failed)
        b.position_at_end(passed)
    b.branch(failed)
    b.position_at_end(failed)


def _emit_alone(module: ir.Module, target: Target) -> None:
    """`alone(calls, table, steps)`: every step, call by call."""
    kind = ir.FunctionType(VOID, [POINTER, POINTER, I64])
    function = ir.Function(module, kind, "alone")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    start, table, steps = function.args
    program = Words(b, start)
    calls = program.list_at(LIST)
    with _flushing(b, target), _each(program, table, Index(b, steps)) as (step, i):
        call = calls.entry(i, 4)
        begin = call.number(2)
        end = call.number(3)
        step.run(call, begin, end)
    b.ret_void()


def _emit_worker(module: ir.Module, target: Target) -> ir.Function:
    """`worker(task)`: what each thread runs."""
    kind = ir.FunctionType(POINTER, [POINTER])
    function = ir.Function(module, kind, "worker")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    words = Words(b, function.args[0])
    task = _Task(words, target)
    with _flushing(b, target), _each(task.program, task.table, task.steps) as (step, i):
        task.share(step, i)
    # The last look at the task: its memory may be gone as soon as all have left.
    b.atomic_rmw("add", words.address(LEFT), I64(1), "release")
    b.ret(NONE)
    return function


class _Task:
    """What a thread reads of its task, once."""

    def __init__(self, words: Words, target: Target) -> None:
        self.b = words.b
        self.target = target
        self.program = words.list_at(0)
        self.table = words.pointer(1)
        self.steps = words.number(STEPS)
        self.control = words.pointer(3)
        self.kernels = self.program.list_at(KERNELS)
        self.sections = self.program.list_at(LIST)
        self.threads = words.number(4)
        come = self.b.atomic_rmw("add", words.address(COME), I64(1), "monotonic")
        self.me = Index(self.b, come)
        self.section_bytes = (self.threads + 1) * LINE  # of counters

    def share(self, step: _Step, number: Index) -> None:
        """Run chunks of a section, and wait until all are done."""
        b, threads = self.b, self.threads
        section = self.sections.entry(number)
        chunks = section.number(2)
        done = self._bytes_on(self.control, number * self.section_bytes)
        with counted(b, 0, threads) as turn:
            # Its own share of the chunks first, then those of the others.
            owner = (self.me + turn) % threads
            next_owner = owner + 1
            start = owner * chunks // threads
            share = next_owner * chunks // threads - start
            following = self._bytes_on(done, next_owner * LINE)
            end = (step.number + 1) * share
            with _tickets(b, following, end.raw) as ticket:
                chunk = start + (ticket - step.number * share)
                self._run(step, section, chunk, chunks)
                b.atomic_rmw("add", done, I64(1), "release")
        all_done = (step.number + 1) * chunks
        emit_wait(b, done, all_done.raw, self.target)

    def _bytes_on(self, start: ir.Value, count: Index) -> ir.Value:
        """The address `count` bytes further on."""
        return self.b.gep(start, [count.raw], source_etype=I8)

    def _run(self, step: _Step, section: Words, chunk: Index, chunks: Index) -> None:
        """Run one chunk of every kernel of a section."""
        first = section.number(0)
        end_of_section = first + section.number(1)
        with counted(self.b, first, end_of_section) as k:
            kernel = self.kernels.entry(k)
            units = kernel.number(2)
            begin = chunk * units // chunks
            end = (chunk + 1) * units // chunks
            step.run(kernel, begin, end)


class _tickets:  # noqa: N801 (used like a function)
    """Take tickets below `target` until none is left: the body runs for each one taken."""

    def __init__(self, b: ir.IRBuilder, following: ir.Value, target: ir.Value) -> None:
        self.b = b
        self.following = following
        self.target = target

    def __enter__(self) -> Index:
        b = self.b
        self.take = b.append_basic_block("take")
        attempt = b.append_basic_block("attempt")
        run = b.append_basic_block("run")
        self.end = b.append_basic_block("taken")
        b.branch(self.take)
        b.position_at_end(self.take)
        seen = b.load_atomic(self.following, "acquire", 8, typ=I64)
        is_left = b.icmp_signed("<", seen, self.target)
        b.cbranch(is_left, attempt, self.end)
        b.position_at_end(attempt)
        more = b.add(seen, I64(1))
        result = b.cmpxchg(self.following, seen, more, "acq_rel", "acquire")
        is_taken = b.extract_value(result, 1)
        b.cbranch(is_taken, run, self.take)
        b.position_at_end(run)
        return Index(b, seen)

    def __exit__(self, *failure: object) -> None:
        self.b.branch(self.take)
        self.b.position_at_end(self.end)
