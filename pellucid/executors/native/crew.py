"""The code of the crew: threads that sleep until a program wants their help.

    emit_crew   the functions `prepare`, `hire` and `together`, as LLVM code

A thread that is woken begins after some twenty microseconds. A new one begins on the CPU of
the thread that made it, and there waits for its turn: often longer than a short program runs.
Asleep, a thread costs nothing, and it never works for anyone but a program that waits for it.
One that has helped stays awake for about a tenth of a millisecond, as the next call, for the
next batch, comes mostly at once, and would else wait for it to wake.
"""

from llvmlite import ir

from pellucid.executors.native.counting import counted
from pellucid.executors.native.program import LEFT
from pellucid.executors.native.runner import (
    I8,
    I32,
    I64,
    POINTER,
    VOID,
    declared,
    emit_pause,
    emit_wait,
    word,
)

# Where things lie in the crew's memory (program.CREW_BYTES); locks are smaller everywhere.
MUTEX, SIGNAL, NUMBERS = 0, 128, 256
TASK, WANTED, CALLER = range(3)  # numbers: the task, how many more may take it, whose CPU
STACK_BYTES = 16 << 20  # kernels keep copies there, and some systems give half a megabyte
ATTRIBUTE_BYTES = 128  # of a thread: no system has more
AWAKE_TICKS = 400_000  # of the time stamp counter: some 0.1 to 0.2 ms

_ONE = ir.FunctionType(I32, [POINTER])
_TWO = ir.FunctionType(I32, [POINTER, POINTER])
_NONE = ir.Constant(POINTER, None)


class _Memory:
    """The crew's memory in code: its lock and signals, and its numbers."""

    def __init__(self, b: ir.IRBuilder, start: ir.Value) -> None:
        self.b, self.start = b, start

    def at(self, offset: int) -> ir.Value:
        """The address of a part."""
        return self.b.gep(self.start, [I64(offset)], source_etype=I8)

    def call(self, name: str, *offsets: int) -> None:
        """Call a function of the C library on parts of the memory."""
        kind = _ONE if len(offsets) == 1 else _TWO
        self.b.call(declared(self.b.module, name, kind), [self.at(o) for o in offsets])

    def init(self, name: str, offset: int) -> None:
        """Initialise a lock or signal, with default attributes."""
        self.b.call(declared(self.b.module, name, _TWO), [self.at(offset), _NONE])

    def get(self, number: int, kind: ir.Type = I64) -> ir.Value:
        """One of the numbers; the lock must be held."""
        return word(self.b, self.at(NUMBERS), I64(number), kind)

    def put(self, number: int, value: ir.Value) -> None:
        """Write one of the numbers; the lock must be held."""
        self.b.store(value, self.at(NUMBERS + 8 * number))

    def stay_awake(self) -> None:
        """Look for a while, without the lock, whether somebody is wanted.

        Not on the CPU of the thread that calls: that one could not go on.
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
        emit_pause(b, x86=True)
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
        self.call("pthread_cond_wait", SIGNAL, MUTEX)
        b.branch(look)
        b.position_at_end(awake)


def emit_crew(module: ir.Module, worker: ir.Function, *, x86: bool) -> None:
    """Add `prepare(memory)`, `hire(memory)` and `together(task, memory, more)`.

    `hire` starts a thread that sleeps, and returns 0 if it could. `together` runs the worker
    in the calling thread and in up to `more` of the crew; it returns when all have left it.
    """
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER]), "prepare")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _Memory(b, function.args[0])
    memory.init("pthread_mutex_init", MUTEX)
    memory.init("pthread_cond_init", SIGNAL)
    b.ret_void()
    _emit_hire(module, _emit_helper(module, worker, x86=x86))
    _emit_together(module, worker, x86=x86)


def _emit_helper(module: ir.Module, worker: ir.Function, *, x86: bool) -> ir.Function:
    """`helper(memory)`: sleep, help, look for more, for ever."""
    function = ir.Function(module, ir.FunctionType(POINTER, [POINTER]), "helper")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    memory = _Memory(b, function.args[0])
    memory.call("pthread_mutex_lock", MUTEX)
    again = b.append_basic_block("again")
    b.branch(again)
    b.position_at_end(again)
    memory.sleep_until_wanted()
    memory.put(WANTED, b.sub(memory.get(WANTED), I64(1)))
    task = memory.get(TASK, POINTER)
    memory.call("pthread_mutex_unlock", MUTEX)
    b.call(worker, [task])
    if x86:  # elsewhere programs may not read such a counter
        memory.stay_awake()
    memory.call("pthread_mutex_lock", MUTEX)
    b.branch(again)
    return function


def _emit_hire(module: ir.Module, helper: ir.Function) -> None:
    """`hire(memory)`: a thread more; what `pthread_create` returned."""
    function = ir.Function(module, ir.FunctionType(I32, [POINTER]), "hire")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    handle, attributes = b.alloca(I64), b.alloca(I8, size=ATTRIBUTE_BYTES)
    attributes.align = 16
    b.call(declared(module, "pthread_attr_init", _ONE), [attributes])
    kind = ir.FunctionType(I32, [POINTER, I64])
    size = declared(module, "pthread_attr_setstacksize", kind)
    b.call(size, [attributes, I64(STACK_BYTES)])
    kind = ir.FunctionType(I32, [POINTER, POINTER, POINTER, POINTER])
    create = declared(module, "pthread_create", kind)
    failed = b.call(create, [handle, attributes, helper, function.args[0]])
    b.call(declared(module, "pthread_attr_destroy", _ONE), [attributes])
    with b.if_then(b.icmp_signed("==", failed, I32(0))):
        detach = declared(module, "pthread_detach", ir.FunctionType(I32, [I64]))
        b.call(detach, [b.load(handle, typ=I64)])
    b.ret(failed)


def _emit_together(module: ir.Module, worker: ir.Function, *, x86: bool) -> None:
    """`together(task, memory, more)`: those that have not come when it is done need not.

    Nobody is waited for asleep: to be woken takes longer than many a program.
    """
    function = ir.Function(module, ir.FunctionType(VOID, [POINTER, POINTER, I64]), "together")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    task, start, more = function.args
    memory = _Memory(b, start)
    memory.call("pthread_mutex_lock", MUTEX)
    memory.put(TASK, task)
    memory.put(WANTED, more)
    if x86:
        memory.put(CALLER, memory.now()[1])
    with counted(b, I64(0), more):
        memory.call("pthread_cond_signal", SIGNAL)
    memory.call("pthread_mutex_unlock", MUTEX)
    b.call(worker, [task])
    memory.call("pthread_mutex_lock", MUTEX)
    helping = b.sub(more, memory.get(WANTED))
    memory.put(WANTED, I64(0))
    memory.call("pthread_mutex_unlock", MUTEX)
    left = b.gep(task, [I64(LEFT)], source_etype=I64)
    emit_wait(b, left, b.add(helping, I64(1)), x86=x86)
    b.ret_void()
