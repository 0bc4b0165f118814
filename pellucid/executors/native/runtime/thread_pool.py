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
from pellucid.executors.native.llvm.functions import called
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.system_calls import system_calls
from pellucid.executors.native.llvm.types import I8, I32, I64, POINTER, VOID
from pellucid.executors.native.machine.target import Target
from pellucid.executors.native.runtime.step_loop import Words
from pellucid.executors.native.runtime.waiting import emit_pause, emit_wait

# Where things lie in the pool's memory (interface.POOL_BYTES); locks are smaller everywhere.
LOCK, SIGNAL, NUMBERS = 0, 128, 256
TASK, WANTED, CALLER = range(3)  # numbers: the task, how many more may take it, whose CPU
AWAKE_TICKS = 400_000  # of the time stamp counter: some 0.1 to 0.2 ms


class _PoolMemory:
    """The pool's memory in code: its lock and signal, and its numbers."""

    def __init__(self, b: ir.IRBuilder, start: ir.Value, target: Target) -> None:
        self.b = b
        self.start = start
        self.target = target
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

    def task(self) -> ir.Value:
        """The task; the lock must be held."""
        return Words(self.b, self.at(NUMBERS)).pointer(TASK)

    def get(self, number: int) -> Index:
        """One of the numbers; the lock must be held."""
        return Words(self.b, self.at(NUMBERS)).number(number)

    def put(self, number: int, value: ir.Value) -> None:
        """Write one of the numbers; the lock must be held."""
        self.b.store(value, self._place(number))

    def _place(self, number: int) -> ir.Value:
        """The address of one of the numbers."""
        return self.at(NUMBERS + 8 * number)

    def _glance(self, number: int) -> ir.Value:
        """One of the numbers, without the lock."""
        return self.b.load_atomic(self._place(number), "monotonic", 8, typ=I64)

    def stay_awake(self) -> None:
        """Look for a while, without the lock, whether somebody is wanted.

        Not on the CPU of the thread that calls for help, which could not go on there.
        """
        b = self.b
        look = b.append_basic_block("glance")
        idle = b.append_basic_block("idle")
        end = b.append_basic_block("enough")
        start, _ = self.now()
        b.branch(look)
        b.position_at_end(look)
        wanted = self._glance(WANTED)
        caller = self._glance(CALLER)
        now, cpu = self.now()
        ticks = b.sub(now, start)
        is_over = b.icmp_signed(">=", ticks, I64(AWAKE_TICKS))
        is_in_the_way = b.icmp_signed("==", cpu, caller)
        is_over = b.or_(is_over, is_in_the_way)
        is_wanted = b.icmp_signed("!=", wanted, I64(0))
        b.cbranch(b.or_(is_over, is_wanted), end, idle)
        b.position_at_end(idle)
        emit_pause(b, self.target)
        b.branch(look)
        b.position_at_end(end)

    def now(self) -> tuple[ir.Value, ir.Value]:
        """The time stamp counter, and which CPU this is."""
        kind = ir.LiteralStructType([I64, I32])
        both = called(self.b, "llvm.x86.rdtscp", kind)
        ticks = self.b.extract_value(both, 0)
        cpu = self.b.extract_value(both, 1)
        return ticks, self.b.zext(cpu, I64)

    def sleep_until_wanted(self) -> None:
        """Sleep, without the lock, while nobody is wanted."""
        b = self.b
        look = b.append_basic_block("look")
        sleep = b.append_basic_block("sleep")
        awake = b.append_basic_block("awake")
        b.branch(look)
        b.position_at_end(look)
        is_unwanted = self.get(WANTED).equals(0)
        b.cbranch(is_unwanted, sleep, awake)
        b.position_at_end(sleep)
        self.system.sleep(self.at(SIGNAL), self.at(LOCK))
        b.branch(look)
        b.position_at_end(awake)


def emit_thread_pool(module: ir.Module, worker: ir.Function, target: Target) -> None:
    """Add `prepare(memory)`, `hire(memory)` and `together(task, memory, more)`.

    `hire` starts a thread that sleeps, and returns 0 if it could. `together` runs the worker
    in the calling thread and in up to `more` of the pool; it returns when all have left it.
    """
    kind = ir.FunctionType(VOID, [POINTER])
    function = ir.Function(module, kind, "prepare")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _PoolMemory(b, function.args[0], target)
    memory.make()
    b.ret_void()
    _emit_hire(module, _emit_helper(module, worker, target), target)
    _emit_together(module, worker, target)


def _emit_helper(module: ir.Module, worker: ir.Function, target: Target) -> ir.Function:
    """`helper(memory)`: what a thread of the pool does for ever: sleep, help, look for work."""
    kind = ir.FunctionType(POINTER, [POINTER])
    function = ir.Function(module, kind, "helper")
    function.linkage = "internal"  # its address is asked for as that of code of this file
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _PoolMemory(b, function.args[0], target)
    memory.lock()
    again = b.append_basic_block("again")
    b.branch(again)
    b.position_at_end(again)
    memory.sleep_until_wanted()
    still_wanted = memory.get(WANTED) - 1
    memory.put(WANTED, still_wanted.raw)
    task = memory.task()
    memory.unlock()
    b.call(worker, [task])
    if target.is_x86:  # elsewhere programs may not read such a counter
        memory.stay_awake()
    memory.lock()
    b.branch(again)
    return function


def _emit_hire(module: ir.Module, helper: ir.Function, target: Target) -> None:
    """`hire(memory)`: start one more thread of the pool; 0 where the system could."""
    kind = ir.FunctionType(I32, [POINTER])
    function = ir.Function(module, kind, "hire")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    failed = system_calls(b, target).start(helper, function.args[0])
    b.ret(failed)


def _emit_together(module: ir.Module, worker: ir.Function, target: Target) -> None:
    """`together(task, memory, more)`: run a task here, and in threads that come to help.

    Threads that have not come when the task is done are no longer asked for. The caller does not
    sleep while it waits for others: to be woken takes longer than many a program.
    """
    kind = ir.FunctionType(VOID, [POINTER, POINTER, I64])
    function = ir.Function(module, kind, "together")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task, start, more = function.args
    memory = _PoolMemory(b, start, target)
    memory.lock()
    memory.put(TASK, task)
    memory.put(WANTED, more)
    if target.is_x86:
        _, cpu = memory.now()
        memory.put(CALLER, cpu)
    with counted(b, 0, more):
        memory.wake()
    memory.unlock()
    b.call(worker, [task])
    memory.lock()
    helping = Index(b, more) - memory.get(WANTED)
    memory.put(WANTED, I64(0))
    memory.unlock()
    left = Words(b, task).address(LEFT)
    all_threads = helping + 1
    emit_wait(b, left, all_threads.raw, target)
    b.ret_void()
