"""The machine code that runs any program, as LLVM code.

    emit_step_loop  the functions `alone` and `worker`
    word            entries of lists
    emit_wait, emit_pause   waiting for other threads

How threads share a program is told in `program`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
from pellucid.executors.native.llvm.system_calls import (
    I8,
    I32,
    I64,
    POINTER,
    VOID,
    declared,
    system_calls,
)
from pellucid.executors.native.machine.target import Target
from pellucid.memory import LINE

YIELD = 1  # the hint of ARM64 that this thread only waits
SPINS = 2000  # looks at a counter before the CPU is offered to others


def emit_step_loop(module: ir.Module, target: Target) -> ir.Function:
    """Add `alone(calls, table, steps)` and `worker(task)`; the latter is returned."""
    _emit_alone(module, target)
    return _emit_worker(module, target)


def word(b: ir.IRBuilder, base: ir.Value, index: Any, kind: ir.Type = I64) -> ir.Value:
    """Entry `index` of a list of eight-byte words."""
    return b.load(b.gep(base, [index], source_etype=I64), typ=kind)


def _entry(b: ir.IRBuilder, base: ir.Value, index: ir.Value, words: int = 3) -> ir.Value:
    """Where entry `index` of a list begins; an entry has some words."""
    return b.gep(base, [b.mul(index, I64(words))], source_etype=I64)


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
        self.b, self.target = b, target

    def __enter__(self) -> None:
        b = self.b
        if self.target.is_x86:
            self.before, during = b.alloca(I32), b.alloca(I32)
            self._x86("stmxcsr", self.before)
            b.store(b.or_(b.load(self.before, typ=I32), I32(self.X86)), during)
            self._x86("ldmxcsr", during)
        elif self.target.is_arm64:
            kind = ir.FunctionType(I64, [])
            self.before = b.call(declared(b.module, "llvm.aarch64.get.fpcr", kind), [])
            self._arm64(b.or_(self.before, I64(self.ARM64)))

    def __exit__(self, *failure: object) -> None:
        if self.target.is_x86:
            self._x86("ldmxcsr", self.before)
        elif self.target.is_arm64:
            self._arm64(self.before)

    def _x86(self, name: str, slot: ir.Value) -> None:
        kind = ir.FunctionType(VOID, [POINTER])
        self.b.call(declared(self.b.module, f"llvm.x86.sse.{name}", kind), [slot])

    def _arm64(self, mode: ir.Value) -> None:
        kind = ir.FunctionType(VOID, [I64])
        self.b.call(declared(self.b.module, "llvm.aarch64.set.fpcr", kind), [mode])


class _Behind:
    """A kernel behind a pointer, with the type that the builder asks for."""

    def __init__(self, pointer: ir.Value) -> None:
        self.pointer, self.function_type, self.type = pointer, kernel_type(), pointer.type

    def get_reference(self) -> str:
        """The pointer's name in the code."""
        return str(self.pointer.get_reference())


def _run(b: ir.IRBuilder, kernel: ir.Value, where: tuple[Any, Any], begin: Any, end: Any) -> None:
    """Call a listed kernel for a range of units."""
    table, step = where
    function = _Behind(word(b, kernel, I64(0), POINTER))
    b.call(function, [table, word(b, kernel, I64(1), POINTER), step, begin, end])


@contextmanager
def _each(
    b: ir.IRBuilder, program: ir.Value, table: ir.Value, steps: ir.Value
) -> Iterator[tuple[ir.Value, ir.Value]]:
    """Every step, and in it every entry of a program's list, until a step fails.

    What updates variables stands behind the gate: where something before it has failed, it is
    not reached, and variables are as they were before the step.
    """
    count, gate = word(b, program, I64(COUNT)), word(b, program, I64(GATE))
    failure = b.gep(table, [word(b, program, I64(FAILS))], source_etype=I64)
    failed = b.append_basic_block("failed")
    with counted(b, I64(0), steps) as step, counted(b, I64(0), I64(2)) as half:
        is_behind = b.icmp_signed("!=", half, I64(0))
        begin, end = b.select(is_behind, gate, I64(0)), b.select(is_behind, count, gate)
        with counted(b, begin, end) as i:
            yield step, i
        passed = b.append_basic_block("passed")
        what = b.load_atomic(failure, "monotonic", 8, typ=I64)
        b.cbranch(b.icmp_signed("==", what, I64(0)), passed, failed)
        b.position_at_end(passed)
    b.branch(failed)
    b.position_at_end(failed)


def _emit_alone(module: ir.Module, target: Target) -> None:
    """`alone(calls, table, steps)`: every step, call by call."""
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, POINTER, I64]), "alone")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    program, table, steps = function.args
    calls = word(b, program, I64(LIST), POINTER)
    with _flushing(b, target), _each(b, program, table, steps) as (step, i):
        call = _entry(b, calls, i, 4)
        _run(b, call, (table, step), word(b, call, I64(2)), word(b, call, I64(3)))
    b.ret_void()


def _emit_worker(module: ir.Module, target: Target) -> ir.Function:
    """`worker(task)`: what each thread runs."""
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER]), "worker")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task = function.args[0]
    program, table = word(b, task, I64(0), POINTER), word(b, task, I64(1), POINTER)
    steps, control = word(b, task, I64(STEPS)), word(b, task, I64(3), POINTER)
    kernels, parts = word(b, program, I64(KERNELS), POINTER), word(b, program, I64(LIST), POINTER)
    threads = word(b, task, I64(4))
    me = b.atomic_rmw("add", b.gep(task, [I64(COME)], source_etype=I64), I64(1), "monotonic")
    line = b.mul(b.add(threads, I64(1)), I64(LINE))
    with _flushing(b, target), _each(b, program, table, steps) as (step, i):
        section = _entry(b, parts, i)
        chunks = word(b, section, I64(2))
        done = b.gep(control, [b.mul(i, line)], source_etype=I8)
        with counted(b, I64(0), threads) as turn:
            # Its own share of the chunks first, then those of the others.
            owner = b.urem(b.add(me, turn), threads)
            after = b.add(owner, I64(1))
            start = b.udiv(b.mul(owner, chunks), threads)
            share = b.sub(b.udiv(b.mul(after, chunks), threads), start)
            following = b.gep(done, [b.mul(after, I64(LINE))], source_etype=I8)
            with _taken(b, following, b.mul(b.add(step, I64(1)), share)) as ticket:
                chunk = b.add(start, b.sub(ticket, b.mul(step, share)))
                _run_section(b, (kernels, section, chunks), chunk, (table, step))
                b.atomic_rmw("add", done, I64(1), "release")
        emit_wait(b, done, b.mul(b.add(step, I64(1)), chunks), target)
    # The last look at the task: its memory may be gone as soon as all have left.
    b.atomic_rmw("add", b.gep(task, [I64(LEFT)], source_etype=I64), I64(1), "release")
    b.ret(ir.Constant(POINTER, None))
    return function


def _run_section(
    b: ir.IRBuilder, part: tuple[Any, Any, Any], chunk: ir.Value, where: tuple[Any, Any]
) -> None:
    """One chunk of every kernel of a section."""
    kernels, section, chunks = part
    first = word(b, section, I64(0))
    with counted(b, first, b.add(first, word(b, section, I64(1)))) as k:
        kernel = _entry(b, kernels, k)
        units = word(b, kernel, I64(2))
        begin = b.udiv(b.mul(chunk, units), chunks)
        end = b.udiv(b.mul(b.add(chunk, I64(1)), units), chunks)
        _run(b, kernel, where, begin, end)


class _taken:  # noqa: N801 (used like a function)
    """Take numbers below `target` off a shared counter; the body runs for each one taken."""

    def __init__(self, b: ir.IRBuilder, following: ir.Value, target: ir.Value) -> None:
        self.b, self.following, self.target = b, following, target

    def __enter__(self) -> ir.Value:
        b = self.b
        self.take, attempt, run, self.end = (
            b.append_basic_block(n) for n in ("take", "attempt", "run", "taken")
        )
        b.branch(self.take)
        b.position_at_end(self.take)
        seen = b.load_atomic(self.following, "acquire", 8, typ=I64)
        b.cbranch(b.icmp_signed("<", seen, self.target), attempt, self.end)
        b.position_at_end(attempt)
        result = b.cmpxchg(self.following, seen, b.add(seen, I64(1)), "acq_rel", "acquire")
        b.cbranch(b.extract_value(result, 1), run, self.take)
        b.position_at_end(run)
        return seen

    def __exit__(self, *failure: object) -> None:
        self.b.branch(self.take)
        self.b.position_at_end(self.end)


def emit_wait(b: ir.IRBuilder, done: ir.Value, count: ir.Value, target: Target) -> None:
    """Wait until a counter has come to a count: look again and again, then yield."""
    before = b.block
    look, idle, rest, end = (b.append_basic_block(n) for n in ("look", "idle", "rest", "done"))
    b.branch(look)
    b.position_at_end(look)
    spins = b.phi(I64)
    spins.add_incoming(I64(0), before)
    seen = b.load_atomic(done, "acquire", 8, typ=I64)
    b.cbranch(b.icmp_signed("<", seen, count), idle, end)
    b.position_at_end(idle)
    emit_pause(b, target)
    more = b.add(spins, I64(1))
    spins.add_incoming(more, idle)
    b.cbranch(b.icmp_signed("<", more, I64(SPINS)), look, rest)
    b.position_at_end(rest)
    system_calls(b, target).give_way()
    spins.add_incoming(more, rest)
    b.branch(look)
    b.position_at_end(end)


def emit_pause(b: ir.IRBuilder, target: Target) -> None:
    """Leave the core to others for a moment, where there is an instruction for that."""
    if target.is_x86:
        b.call(declared(b.module, "llvm.x86.sse2.pause", ir.FunctionType(VOID, [])), [])
    elif target.is_arm64:
        kind = ir.FunctionType(VOID, [I32])
        b.call(declared(b.module, "llvm.aarch64.hint", kind), [I32(YIELD)])
