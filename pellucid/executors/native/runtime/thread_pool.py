"""The code of the pool: threads that sleep until a program wants their help.

    emit_thread_pool    the functions `prepare`, `hire` and `together`, as LLVM code

A thread that is woken begins after some twenty microseconds. A new one begins on the CPU of
the thread that made it, and there waits for its turn: often longer than a short program runs.
Asleep, a thread costs nothing, and it never works for anyone but a program that waits for it.
One that has helped stays awake for about a tenth of a millisecond, as the next call, for the
next batch, comes mostly at once, and would else wait for it to wake.
"""

from llvmlite import ir

from pellucid.executors.native.kernels.interface import LEFT
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
from pellucid.executors.native.runtime.step_loop import emit_pause, emit_wait, word

# Where things lie in the pool's memory (interface.POOL_BYTES); locks are smaller everywhere.
LOCK, SIGNAL, NUMBERS = 0, 128, 256
TASK, WANTED, CALLER = range(3)  # numbers: the task, how many more may take it, whose CPU
AWAKE_TICKS = 400_000  # of the time stamp counter: some 0.1 to 0.2 ms


class _Memory:
    """The pool's memory in code: its lock and signal, and its numbers."""

    def __init__(self, b: ir.IRBuilder, start: ir.Value, target: Target) -> None:
        self.b, self.start, self.target = b, start, target
        self.system = system_calls(b, target)

    def at(self, offset: int) -> ir.Value:
        """The address of a part."""
        return self.b.gep(self.start, [I64(offset)], source_etype=I8)

    def make(self) -> None:
        """Make the lock and the signal."""
        self.system.make(self.at(LOCK), self.at(SIGNAL))

    def lock(self) -> None:
        """Take the lock."""
        self.system.lock(self.at(LOCK))

    def unlock(self) -> None:
        """Give it back."""
        self.system.unlock(self.at(LOCK))

    def wake(self) -> None:
        """Wake one thread that sleeps."""
        self.system.wake(self.at(SIGNAL))

    def get(self, number: int, kind: ir.Type = I64) -> ir.Value:
        """One of the numbers; the lock must be held."""
        return word(self.b, self.at(NUMBERS), I64(number), kind)

    def put(self, number: int, value: ir.Value) -> None:
        """Write one of the numbers; the lock must be held."""
        self.b.store(value, self.at(NUMBERS + 8 * number))

    def stay_awake(self) -> None:
        """Look for a while, without the lock, whether somebody is wanted.

        Not on the CPU of the thread that calls for help, which could not go on there.
        """
        b = self.b
        look, idle, end = (b.append_basic_block(n) for n in ("glance", "idle", "enough"))
        start, _ = self.now()
        b.branch(look)
        b.position_at_end(look)
        wanted, caller = (
            b.load_atomic(self.at(NUMBERS + 8 * number), "monotonic", 8, typ=I64)
            for number in (WANTED, CALLER)
        )
        now, cpu = self.now()
        is_over = b.icmp_signed(">=", b.sub(now, start), I64(AWAKE_TICKS))
        is_in_the_way = b.icmp_signed("==", cpu, caller)
        is_over = b.or_(is_over, is_in_the_way)
        b.cbranch(b.or_(is_over, b.icmp_signed("!=", wanted, I64(0))), end, idle)
        b.position_at_end(idle)
        emit_pause(b, self.target)
        b.branch(look)
        b.position_at_end(end)

    def now(self) -> tuple[ir.Value, ir.Value]:
        """The time stamp counter, and which CPU this is."""
        kind = ir.LiteralStructType([I64, I32])
        both = self.b.call(
            declared(self.b.module, "llvm.x86.rdtscp", ir.FunctionType(kind, [])), []
        )
        return self.b.extract_value(both, 0), self.b.zext(self.b.extract_value(both, 1), I64)

    def sleep_until_wanted(self) -> None:
        """Sleep, without the lock, while nobody is wanted."""
        b = self.b
        look, sleep, awake = (b.append_basic_block(n) for n in ("look", "sleep", "awake"))
        b.branch(look)
        b.position_at_end(look)
        b.cbranch(b.icmp_signed("==", self.get(WANTED), I64(0)), sleep, awake)
        b.position_at_end(sleep)
        self.system.sleep(self.at(SIGNAL), self.at(LOCK))
        b.branch(look)
        b.position_at_end(awake)


def emit_thread_pool(module: ir.Module, worker: ir.Function, target: Target) -> None:
    """Add `prepare(memory)`, `hire(memory)` and `together(task, memory, more)`.

    `hire` starts a thread that sleeps, and returns 0 if it could. `together` runs the worker
    in the calling thread and in up to `more` of the pool; it returns when all have left it.
    """
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER]), "prepare")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _Memory(b, function.args[0], target)
    memory.make()
    b.ret_void()
    _emit_hire(module, _emit_helper(module, worker, target), target)
    _emit_together(module, worker, target)


def _emit_helper(module: ir.Module, worker: ir.Function, target: Target) -> ir.Function:
    """`helper(memory)`: what a thread of the pool does for ever: sleep, help, look for work."""
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER]), "helper")
    function.linkage = "internal"  # its address is asked for as that of code of this file
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _Memory(b, function.args[0], target)
    memory.lock()
    again = b.append_basic_block("again")
    b.branch(again)
    b.position_at_end(again)
    memory.sleep_until_wanted()
    memory.put(WANTED, b.sub(memory.get(WANTED), I64(1)))
    task = memory.get(TASK, POINTER)
    memory.unlock()
    b.call(worker, [task])
    if target.is_x86:  # elsewhere programs may not read such a counter
        memory.stay_awake()
    memory.lock()
    b.branch(again)
    return function


def _emit_hire(module: ir.Module, helper: ir.Function, target: Target) -> None:
    """`hire(memory)`: start one more thread of the pool; 0 where the system could."""
    function = ir.Function(module, ir.FunctionType(I32, [POINTER]), "hire")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    b.ret(system_calls(b, target).start(helper, function.args[0]))


def _emit_together(module: ir.Module, worker: ir.Function, target: Target) -> None:
    """`together(task, memory, more)`: run a task here, and in threads that come to help.

    Threads that have not come when the task is done are no longer asked for. The caller does not
    sleep while it waits for others: to be woken takes longer than many a program.
    """
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, POINTER, I64]), "together")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task, start, more = function.args
    memory = _Memory(b, start, target)
    memory.lock()
    memory.put(TASK, task)
    memory.put(WANTED, more)
    if target.is_x86:
        memory.put(CALLER, memory.now()[1])
    with counted(b, I64(0), more):
        memory.wake()
    memory.unlock()
    b.call(worker, [task])
    memory.lock()
    helping = b.sub(more, memory.get(WANTED))
    memory.put(WANTED, I64(0))
    memory.unlock()
    left = b.gep(task, [I64(LEFT)], source_etype=I64)
    emit_wait(b, left, b.add(helping, I64(1)), target)
    b.ret_void()
